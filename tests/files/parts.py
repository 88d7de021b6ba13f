"""Takes a good workbook apart and puts it together again with something wrong or odd in it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from typing import Any

from openpyxl import Workbook

from tests.files.awkward import HEADERS, device, fill

SHEET = "xl/worksheets/sheet1.xml"
BOOK = "xl/workbook.xml"
STYLES = "xl/styles.xml"
TEXTS = "xl/sharedStrings.xml"

LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">]>'
)
FOREIGN = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


def good(rows: int = 2, change: Callable[[Any], object] = lambda sheet: None) -> bytes:
    """A clean list of devices A-1, A-2, … as .xlsx; `change` may still write on the sheet."""
    book = Workbook()
    fill(book.active, [HEADERS, *(device(f"A-{number}", price_net=1.5) for number in range(1, rows + 1))])
    change(book.active)
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


def parts_of(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(parts: Mapping[str, bytes | str | None], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", compression) as archive:
        for name, content in parts.items():
            if content is not None:
                archive.writestr(name, content)
    return packed.getvalue()


def with_parts(content: bytes, **other: Any) -> bytes:
    """With other parts, or without the ones that are None."""
    return zipped({**parts_of(content), **other})


def with_part(content: bytes, name: str, part: bytes | str | None) -> bytes:
    return with_parts(content, **{name: part})


def replaced(content: bytes, name: str, *pairs: tuple[str, str]) -> bytes:
    """With something else in one part. Raises ValueError where it does not stand there."""
    part = parts_of(content)[name].decode()
    for before, after in pairs:
        if before not in part:
            raise ValueError(f"{before} is not in {name}")
        part = part.replace(before, after)
    return with_part(content, name, part)


def cell_xml(xml: str, rows: int = 2) -> bytes:
    """The good list with a cell of our own making as the price of row 2."""
    content = good(rows, lambda sheet: sheet.cell(2, 7, 987.25))
    return replaced(content, SHEET, ('<c r="G2" t="n"><v>987.25</v></c>', xml))
