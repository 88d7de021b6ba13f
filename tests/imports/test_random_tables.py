# ruff: noqa: DTZ001 - a spreadsheet knows no time zones
"""Tables made at random, written by other programs: every value comes through as it was, every row is counted."""

from __future__ import annotations

import csv
import io
import random
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from imports import csv_text, number_format, workbook
from imports.finder import SEARCHED_ROWS, find_header, letters, without_header
from imports.sorter import RowSorter
from school_it.errors import CannotRead
from tests.files.awkward import DEVICES, HEADERS
from tests.files.ods import ods
from tests.sheets.odd import RAWS, TEXTS

SAME = settings(derandomize=True, deadline=None, max_examples=150)

GRIDS = st.lists(st.lists(st.one_of(RAWS, st.sampled_from(HEADERS)), max_size=10), max_size=14)


@SAME
@given(rows=GRIDS, unknown=st.booleans())
def test_whatever_stands_on_a_sheet_a_header_is_found_or_none(rows: list[list[Any]], unknown: bool) -> None:
    try:
        header = find_header(rows, DEVICES, {}, unknown=unknown)
    except CannotRead:
        return
    if header is None:
        return
    assert len(header.headers) == len(header.places) == len(header.fields) == len(header.spellings)
    assert header.places == sorted(set(header.places))
    assert len([name for name in header.fields if name]) == len({name for name in header.fields if name})
    sorter = RowSorter(DEVICES, header)
    for cells in rows[header.row + 1 :]:
        row = [cells[place] if place < len(cells) else None for place in header.places]
        is_data = sorter.is_data([raw if raw != "" else None for raw in row], has_sum=bool(cells))
        assert not (is_data and all(raw is None or raw == "" for raw in row))


@SAME
@given(rows=GRIDS, first_column=st.integers(0, 16_000))
def test_without_headers_no_column_that_holds_anything_is_lost(
    rows: list[list[Any]], first_column: int
) -> None:
    header = without_header(rows, DEVICES, {}, first_column)
    if header is None:
        return
    filled = {
        place
        for cells in rows
        for place, raw in enumerate(cells)
        if raw is not None and not (isinstance(raw, str) and (not raw or raw.isspace()))
    }
    assert set(header.places) == filled
    assert header.headers == [f"Spalte {letters(first_column + place)}" for place in header.places]
    assert header.row < SEARCHED_ROWS


@pytest.mark.parametrize(
    ("column", "called"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (16_383, "XFD")]
)
def test_columns_are_called_as_a_spreadsheet_calls_them(column: int, called: str) -> None:
    assert letters(column) == called


WRITTEN = st.text(st.characters(codec="utf-8", exclude_characters="\x00\x1a\r"), max_size=12)


@settings(SAME, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.lists(WRITTEN, min_size=3, max_size=3), min_size=1, max_size=6),
    delimiter=st.sampled_from(csv_text.DELIMITERS),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    line_end=st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_what_was_written_as_text_is_read_as_it_was(
    tmp_path: Path, rows: list[list[str]], delimiter: str, encoding: str, line_end: str
) -> None:
    written = io.StringIO()
    table = [["Inventarnummer", "Geräteart", "Schulnummer"], *rows]
    csv.writer(written, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(table)
    file = tmp_path / "liste.csv"
    file.write_bytes(written.getvalue().replace("\n", line_end).encode(encoding))
    found = csv_text.opened(file, lambda sample: len({"Inventarnummer", "Geräteart"} & {*sample[0]}))
    assert (found.delimiter, list(found.records())) == (delimiter, table)


@settings(SAME, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.one_of(st.binary(max_size=300), TEXTS.map(lambda text: text.encode("utf-8", "replace"))))
def test_whatever_bytes_a_file_has_it_is_text_or_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "liste.csv"
    file.write_bytes(content)
    try:
        records = list(csv_text.opened(file, len).records())
    except CannotRead:
        return
    assert all(isinstance(cell, str) for record in records for cell in record)


FORMATS = st.lists(
    st.sampled_from([*'0#?,. -/%€"\\_*;[]@', '"INV-"', "[Red]", "[$€-407]", "General"]), max_size=9
)


@SAME
@given(number=st.one_of(st.floats(), st.integers(-(10**12), 10**12)), code=FORMATS.map("".join))
def test_whatever_a_format_says_a_number_is_shown_or_left_as_it_is(number: float, code: str) -> None:
    if not number_format.shows_a_number(code):
        return
    try:
        shown = number_format.shown(number, code)
    except (ArithmeticError, ValueError):
        return
    assert shown.strip() == shown


# --- through the door --------------------------------------------------------------------------------------------

CHANCE_TEXT = "abc ÄÖÜäöüß€0123456789.,;:-_/=+@'\"#%&<>()[]{}\u00a0\u200b\u0308漢😀"


def random_rows(count: int) -> list[list[Any]]:
    """Rows of every type in the columns of a device; the first cell keeps them apart."""
    chance = random.Random(2026)
    return [
        [
            f"A-{number:05}",
            "".join(chance.choices(CHANCE_TEXT, k=chance.randrange(1, 25))),
            chance.choice(["Tablet", "Notebook"]),
            chance.choice([True, False]),
            round(chance.uniform(-1e6, 1e6), 2),
            date(1901, 3, 1).fromordinal(chance.randrange(700_000, 760_000)),
            float(chance.randrange(-(10**15), 10**15)),
            datetime(2024, 1, 1, chance.randrange(24), chance.randrange(60), 1),
            "=" + str(number),
        ]
        for number in range(count)
    ]


def as_xlsx(path: Path, rows: list[list[Any]]) -> None:
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet()
        day, moment = (
            book.add_format({"num_format": code}) for code in ("dd.mm.yyyy", "dd.mm.yyyy hh:mm:ss")
        )
        sheet.write_row(0, 0, HEADERS)
        for number, cells in enumerate(rows, start=1):
            for column, value in enumerate(cells):
                if isinstance(value, date):
                    sheet.write_datetime(
                        number, column, value, moment if isinstance(value, datetime) else day
                    )
                else:
                    sheet.write(number, column, value)


def as_ods(path: Path, rows: list[list[Any]]) -> None:
    ods(path, {"A": [HEADERS, *rows]})


@pytest.mark.parametrize("write", [as_xlsx, as_ods])
def test_ten_thousand_cells_come_through_as_they_were_written(write: Any, tmp_path: Path) -> None:
    rows = random_rows(1200)
    write(tmp_path / "liste.xlsx", rows)
    table = workbook.read(tmp_path / "liste.xlsx", DEVICES)
    assert [number for number, _raws in table.rows] == list(range(2, 1202))
    different = [
        (number, column, written, came)
        for (number, raws), cells in zip(table.rows, rows, strict=True)
        for column, (written, came) in enumerate(zip(cells, raws, strict=True))
        if as_written(came) != (None if str(written).isspace() else written)
    ]
    assert different == []


def as_written(came: Any) -> Any:
    """A day comes as a moment where the file keeps no difference."""
    is_day = isinstance(came, datetime) and came.time() == time.min
    return came.date() if is_day else came
