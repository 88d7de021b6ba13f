"""A new .xlsx for a file that is none: the same rows and values in the same places, coloured and with reasons."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from imports import csv_text
from imports.container import Kind, open_workbook
from imports.corrected.asked import LAST_COLUMN, LONGEST_TEXT, Asked
from imports.corrected.styles import FAULT_COLOUR, HINT_COLOUR
from imports.finder import find_header
from school_it import cells
from school_it.errors import BadValue
from school_it.sheets import HINT_HEADER, same_header

Rows = Iterable[Sequence[Any]]
_FORMATS = {
    "text": "@", "number": "General", "euro": '#,##0.00 "€"', "date": "dd.mm.yyyy",
    "moment": "dd.mm.yyyy hh:mm", "time": "hh:mm", "header": "@",
}  # fmt: skip
_WIDTHS = {"euro": 15, "date": 12, "integer": 9}
_USUAL_WIDTH, _HINT_WIDTH = 18, 70
# A delimited text holds nothing but text: these are made what they are, where they can be read.
_READ_IN_TEXT: dict[str, Callable[[Any], Any]] = {
    "date": cells.read_date, "euro": cells.read_euro, "integer": cells.read_integer, "number": cells.read_number,
}  # fmt: skip


def write(asked: Asked, kind: Kind) -> None:
    from xlsxwriter import Workbook

    book = Workbook(
        str(asked.out), {"constant_memory": True, "strings_to_urls": False, "strings_to_formulas": False}
    )
    formats = _Formats(book)
    names: set[str] = set()
    try:
        for name, is_hidden, first_column, rows in _sheets(asked, kind):
            sheet = book.add_worksheet(_sheet_name(name, names))
            if is_hidden:
                sheet.hide()
            if name == asked.sheet_name:
                _Writer(sheet, formats, asked, first_column, is_text=kind is Kind.TEXT).write(rows)
                sheet.activate()
            else:
                _copy(sheet, formats, first_column, rows)
    finally:
        book.close()


def _sheets(asked: Asked, kind: Kind) -> Iterator[tuple[str | None, bool, int, Rows]]:
    """Each sheet: its name, whether it is hidden, the column its rows begin in, its rows from row 1."""
    if kind is Kind.TEXT:
        yield None, False, 0, _records(asked)
        return
    from python_calamine import SheetTypeEnum, SheetVisibleEnum

    workbook = open_workbook(asked.path, kind)
    for one in workbook.sheets_metadata:
        if one.typ == SheetTypeEnum.WorkSheet:
            sheet = workbook.get_sheet_by_name(one.name)
            first_column = sheet.start[1] if sheet.start else 0
            rows: Rows = sheet.iter_rows() if sheet.start else ()
            yield one.name, one.visible != SheetVisibleEnum.Visible, first_column, rows


def _records(asked: Asked) -> Rows:
    def known_headers(sample: csv_text.Records) -> int:
        found = find_header(sample, asked.sheet, asked.mapping)
        return found.score if found else 0

    return csv_text.records(asked.path, known_headers)


def _sheet_name(name: str | None, taken: set[str]) -> str:
    """A name that an .xlsx allows, and no other sheet has."""
    plain = re.sub(r"[\[\]:*?/\\\x00-\x1f]", "-", name or "Tabelle").strip("'")[:31] or "Tabelle"
    found, count = plain, 1
    while found.casefold() in taken:
        count += 1
        found = f"{plain[:27]} ({count})"[:31]
    taken.add(found.casefold())
    return found


class _Formats:
    def __init__(self, book: Any) -> None:
        self.plain, self.faulty = {}, {}
        for name, code in _FORMATS.items():
            look = {"num_format": code, **({"bold": True, "bottom": 1} if name == "header" else {})}
            self.plain[name] = book.add_format(look)
            self.faulty[name] = book.add_format(look | {"bg_color": f"#{FAULT_COLOUR[2:]}"})
        self.hint = book.add_format({"num_format": "@", "bg_color": f"#{HINT_COLOUR[2:]}"})


def _copy(sheet: Any, formats: _Formats, first_column: int, rows: Rows) -> None:
    for number, raws in enumerate(rows):
        for column, raw in enumerate(raws, start=first_column):
            _put(sheet, number, column, raw, formats.plain)


class _Writer:
    """The sheet with the table."""

    def __init__(
        self, sheet: Any, formats: _Formats, asked: Asked, first_column: int, *, is_text: bool
    ) -> None:
        self.sheet, self.formats, self.asked = sheet, formats, asked
        self.first_column, self.is_text = first_column, is_text
        self.types = {
            place: asked.sheet.column(name).type.name for place, name in asked.fields.items() if name
        }

    def write(self, rows: Rows) -> None:
        """The column of reasons stands behind the table, beyond whatever else is beside it."""
        rows = list(rows)
        column = self._hint_column(rows)
        self._lay_out(column)
        for number, raws in enumerate(rows, start=1):
            if number == self.asked.header_row:
                self._write_header(number, raws, column)
            elif self.asked.header_row < number <= self.asked.last_row:
                self._write_data(number, raws, column)
            else:
                self._write_other(number, raws)

    def _hint_column(self, rows: Sequence[Sequence[Any]]) -> int:
        header, hint = self.asked.header_row, same_header(HINT_HEADER)
        texts = rows[header - 1] if 0 < header <= len(rows) else ()
        for column, raw in enumerate(texts, start=self.first_column):
            if isinstance(raw, str) and same_header(raw) == hint and column not in self.asked.headers:
                return column
        heads = [column for column, raw in enumerate(texts, start=self.first_column) if raw not in (None, "")]
        first = max(self.asked.first_free_column, *(column + 1 for column in heads))
        beside = rows[max(header - 1, 0) : self.asked.last_row]
        taken = {
            column
            for raws in beside
            for column, raw in enumerate(raws[max(first - self.first_column, 0) :], start=first)
            if raw not in (None, "")
        }
        return next(column for column in range(first, LAST_COLUMN + 1) if column not in taken)

    def _lay_out(self, column: int) -> None:
        for place in self.asked.fields:
            width = _WIDTHS.get(self.types.get(place, ""), _USUAL_WIDTH)
            self.sheet.set_column(place, place, width)
        self.sheet.set_column(column, column, _HINT_WIDTH)
        if self.asked.header_row:
            self.sheet.freeze_panes(self.asked.header_row, 0)

    def _write_header(self, number: int, raws: Sequence[Any], column: int) -> None:
        header = dict.fromkeys(_FORMATS, self.formats.plain["header"])
        texts = dict(enumerate(raws, start=self.first_column))
        texts |= {place: text for place, text in self.asked.headers.items() if not texts.get(place)}
        for place in sorted(texts.keys() - {column}):
            _put(self.sheet, number - 1, place, texts[place], header)
        self.sheet.write_string(number - 1, column, HINT_HEADER, self.formats.plain["header"])

    def _write_other(self, number: int, raws: Sequence[Any]) -> None:
        for place, raw in enumerate(raws, start=self.first_column):
            _put(self.sheet, number - 1, place, raw, self.formats.plain)

    def _write_data(self, number: int, raws: Sequence[Any], column: int) -> None:
        faults = set(self.asked.faults.get(number, ()))
        typed = self.asked.typed.get(number, {})
        row = dict(enumerate(raws, start=self.first_column)) | dict(typed)
        for place in sorted({*row, *faults} - {column}):
            looks = self.formats.faulty if place in faults else self.formats.plain
            value = self._value(number, place, row.get(place), is_faulty=place in faults)
            _put(self.sheet, number - 1, place, value, looks, self.types.get(place))
        hint = self.asked.hints.get(number)
        if hint:
            self.sheet.write_string(number - 1, column, hint, self.formats.hint)

    def _value(self, number: int, place: int, raw: Any, *, is_faulty: bool) -> Any:
        """What is faulty stays what it was, so that nothing is hidden; codes become text."""
        kind = self.types.get(place, "")
        if is_faulty or raw in (None, ""):
            return raw
        if isinstance(raw, int | float) and (text := self.asked.shown.get(number, {}).get(place)):
            return text
        if kind in ("code", "codes") and isinstance(raw, int | float) and not isinstance(raw, bool):
            return cells.as_shown(raw)
        if self.is_text and kind in _READ_IN_TEXT:
            with suppress(BadValue):
                return _READ_IN_TEXT[kind](raw)
        return raw


def _put(sheet: Any, row: int, column: int, raw: Any, looks: dict[str, Any], kind: str | None = None) -> None:
    """One cell by the type of its value; nothing where nothing stands, unless the cell is to be seen."""
    if raw is None or raw == "":
        if kind is not None and looks["text"].bg_color:
            sheet.write_blank(row, column, None, looks["text"])
    elif isinstance(raw, str):
        sheet.write_string(row, column, raw[:LONGEST_TEXT], looks["text"])
    elif isinstance(raw, bool):
        sheet.write_boolean(row, column, raw, looks["text"])
    elif isinstance(raw, int | float | Decimal):
        sheet.write_number(row, column, raw, looks["euro" if kind == "euro" else "number"])
    else:
        _put_moment(sheet, row, column, raw, looks)


def _put_moment(sheet: Any, row: int, column: int, raw: Any, looks: dict[str, Any]) -> None:
    if isinstance(raw, datetime) and raw.time() != time.min:
        sheet.write_datetime(row, column, raw, looks["moment"])
    elif isinstance(raw, date):
        sheet.write_datetime(row, column, raw, looks["date"])
    elif isinstance(raw, time | timedelta):
        sheet.write_datetime(row, column, raw, looks["time"])
    else:
        sheet.write_string(row, column, cells.as_shown(raw), looks["text"])
