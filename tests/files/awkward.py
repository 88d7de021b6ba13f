"""Builds workbooks as people make them. Nothing here is a real school, person or device."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from school_it import cells
from school_it.sheets import Column, Sheet

KINDS = {"Tablet": "tablet", "Notebook": "notebook", "Beamer": "projector"}

DEVICES = Sheet(
    "devices",
    "Geräte",
    (
        Column("asset_tag", "Inventarnummer", cells.CODE, other_headers=("Inv.-Nr.",)),
        Column("serial_number", "Seriennummer", cells.CODE, other_headers=("S/N",)),
        Column("category", "Geräteart", cells.one_of(KINDS), needed=True),
        Column("manufacturer", "Hersteller"),
        Column("school_number", "Schulnummer", cells.CODE, needed=True),
        Column("acquired_on", "Anschaffungsdatum", cells.DATE, other_headers=("Kaufdatum",)),
        Column("price_net", "Preis netto", cells.EURO),
        Column("price_gross", "Preis brutto", cells.EURO),
        Column("remark", "Bemerkung"),
    ),
    keys=(("asset_tag",), ("serial_number", "manufacturer")),
)
HEADERS = [column.header for column in DEVICES.columns]


def device(tag: str, **other: Any) -> list[Any]:
    """One row in the order of `HEADERS`."""
    values = {"asset_tag": tag, "category": "Tablet", "school_number": "186922", **other}
    return [values.get(column.field) for column in DEVICES.columns]


def fill(sheet: Worksheet, rows: Iterable[Sequence[Any]], *, row: int = 1, column: int = 1) -> None:
    for down, values in enumerate(rows):
        for right, value in enumerate(values):
            if value is not None:
                sheet.cell(row + down, column + right, value)


def workbook(
    path: Path, sheets: Mapping[str, Sequence[Sequence[Any]]], *, hidden: Sequence[str] = ()
) -> Path:
    book = Workbook()
    book.remove(book["Sheet"])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        fill(sheet, rows)
        if name in hidden:
            sheet.sheet_state = "hidden"
    book.save(path)
    return path


def inventory(path: Path, rows: Sequence[Sequence[Any]]) -> Path:
    """One clean sheet: the header in row 1, the rows below it."""
    return workbook(path, {"Inventar": [HEADERS, *rows]})
