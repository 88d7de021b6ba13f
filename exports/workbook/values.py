"""Single cells: how a value is written, by its type."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from exports.workbook.looks import Styles
from school_it import cells
from school_it.sheets import Column
from school_it.workbooks.rows import Formula, must_fit


def writer(sheet: Any, column: Column, styles: Styles, look: Any = None) -> Callable[[int, int, Any], None]:
    """How the cells of one column are written: by the type of the value, in the look of the column or in `look`."""
    style, text_style = look or styles.of(column.type), styles.cell["text"]

    def write_cell(row: int, place: int, value: Any) -> None:
        if isinstance(value, str):
            must_fit(value, column.header)
            sheet.write_string(row, place, value, text_style)
        elif isinstance(value, date):
            _write_date(sheet, row, place, value, style, text_style)
        elif isinstance(value, Formula):
            write_formula(sheet, row, place, value, style)
        else:
            sheet.write_number(row, place, value, style)

    return write_cell


def write_formula(sheet: Any, row: int, place: int, formula: Formula, style: Any) -> None:
    sheet.write_formula(row, place, f"={formula.text}", style, float(formula.value))


def _write_date(sheet: Any, row: int, place: int, day: date, style: Any, text_style: Any) -> None:
    if day.year < 1900:  # before the calendar of workbooks begins
        sheet.write_string(row, place, cells.show_date(day), text_style)
    else:
        sheet.write_datetime(row, place, day, style)


def name_cell(book: Any, sheet_name: str, name: str, row: int, place: int) -> None:
    from xlsxwriter.utility import quote_sheetname, xl_rowcol_to_cell

    cell = xl_rowcol_to_cell(row, place, row_abs=True, col_abs=True)
    book.define_name(name, f"={quote_sheetname(sheet_name)}!{cell}")
