"""Writes .ods as LibreOffice does, and cells that only an .ods has. The cells are plain values or `Cell`."""

from __future__ import annotations

import zipfile
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple
from xml.sax.saxutils import escape, quoteattr

MIMETYPE = "application/vnd.oasis.opendocument.spreadsheet"
_SPACES = {
    "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
    "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
    "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
    "style": "urn:oasis:names:tc:opendocument:xmlns:style:1.0",
    "calcext": "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0",
}


class Cell(NamedTuple):
    """A cell with its attributes, and the text it shows."""

    attributes: str = ""
    shown: str | None = None


def number(value: float, shown: str) -> Cell:
    return Cell(f'office:value-type="float" office:value="{value}"', shown)


def formula(text: str, value: float | None = None) -> Cell:
    """A formula with its value, or one that no program has calculated."""
    stored = "" if value is None else f' office:value-type="float" office:value="{value}"'
    return Cell(f"table:formula={quoteattr(text)}{stored}", None if value is None else str(value))


def error(shown: str) -> Cell:
    return Cell(
        'table:formula="of:=1/0" office:value-type="string" office:string-value="" calcext:value-type="error"',
        shown,
    )


def ods(
    path: Path,
    tables: Mapping[str, Sequence[Sequence[Any]]],
    *,
    hidden: Collection[str] = (),
    hidden_rows: Collection[int] = (),
    before: str = "",
    manifest: str = "<manifest/>",
) -> Path:
    """`hidden` sheets by name, `hidden_rows` by their number from 1, `before` the root element of the content."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", MIMETYPE, zipfile.ZIP_STORED)
        archive.writestr("META-INF/manifest.xml", manifest)
        archive.writestr("content.xml", content(tables, hidden, hidden_rows, before))
    return path


def content(
    tables: Mapping[str, Sequence[Sequence[Any]]],
    hidden: Collection[str] = (),
    hidden_rows: Collection[int] = (),
    before: str = "",
) -> str:
    spaces = " ".join(f'xmlns:{name}="{address}"' for name, address in _SPACES.items())
    body = "".join(
        f'<table:table table:name={quoteattr(name)} table:style-name="{"weg" if name in hidden else "da"}">'
        + "".join(_row(cells, number in hidden_rows) for number, cells in enumerate(rows, start=1))
        + "</table:table>"
        for name, rows in tables.items()
    )
    styles = "".join(
        f'<style:style style:name="{name}" style:family="table">'
        f'<style:table-properties table:display="{display}"/></style:style>'
        for name, display in (("weg", "false"), ("da", "true"))
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{before}<office:document-content {spaces} office:version="1.2">'
        f"<office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:spreadsheet>{body}</office:spreadsheet></office:body></office:document-content>"
    )


def _row(cells: Sequence[Any], is_hidden: bool) -> str:
    visibility = ' table:visibility="filter"' if is_hidden else ""
    return f"<table:table-row{visibility}>{''.join(map(_cell, cells))}</table:table-row>"


def _cell(value: Any) -> str:
    attributes, shown = value if isinstance(value, Cell) else _plain(value)
    text = "" if shown is None else f"<text:p>{escape(shown)}</text:p>"
    return f"<table:table-cell {attributes}>{text}</table:table-cell>"


def _plain(value: Any) -> Cell:
    if value is None:
        return Cell()
    if isinstance(value, bool):
        return Cell(f'office:value-type="boolean" office:boolean-value="{str(value).lower()}"', str(value))
    if isinstance(value, int | float):
        return number(value, str(value).replace(".", ","))
    if isinstance(value, date):
        return Cell(f'office:value-type="date" office:date-value="{value.isoformat()}"', value.isoformat())
    return Cell('office:value-type="string"', str(value))
