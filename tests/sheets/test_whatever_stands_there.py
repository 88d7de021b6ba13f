"""Whatever stands in a cell, a row or a table: a value or a sentence, and every row is accounted for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from school_it import cells, sheets
from school_it.cells import CODE, CODES, DATE, EURO, INTEGER, NUMBER, PERCENT, TEXT, YES_NO, Raw
from school_it.errors import BadValue
from school_it.sheets import Table
from tests.files.awkward import DEVICES, HEADERS
from tests.sheets.odd import HEADER_TEXTS, KINDS_OF_VALUE, RAWS, TEXTS

WORD = cells.one_of({"Tablet": "tablet", "Notebook": "notebook"})
WORDS = cells.some_of({"Wartung": "care", "Support": "help"})
EVERY_TYPE = [TEXT, CODE, CODES, EURO, PERCENT, DATE, INTEGER, NUMBER, YES_NO, WORD, WORDS]


@pytest.mark.parametrize("kind", EVERY_TYPE, ids=lambda kind: kind.name)
@given(raw=RAWS)
@settings(max_examples=400)
def test_a_cell_is_a_value_that_reads_back_or_a_sentence(kind: cells.Type, raw: Raw) -> None:
    try:
        value = kind.read(raw)
    except BadValue as refusal:
        value, said = None, str(refusal)
    else:
        said = "read."
    assert said.strip().endswith(".")
    if value is None:
        return
    assert isinstance(value, KINDS_OF_VALUE.get(kind.name, object))
    shown = kind.show(value)
    assert isinstance(shown, str)
    if kind in (CODE, CODES) and is_of_a_number(raw):
        return
    assert kind.read(shown) == value


def is_of_a_number(raw: Raw) -> bool:
    """A code as some format shows it may look like nothing known, or like digits lost."""
    return isinstance(raw, cells.Shown)


@given(raw=RAWS)
@settings(max_examples=400)
def test_whatever_stands_in_a_cell_can_be_shown_and_sent(raw: Raw) -> None:
    shown = cells.as_shown(raw)
    assert isinstance(shown, str)
    cleaned = cells.one_line(shown)
    assert cells.one_line(cleaned) == cleaned
    json.dumps(cleaned).encode()
    cleaned.encode()


@given(text=TEXTS)
@settings(max_examples=300)
def test_a_form_reads_a_date_or_refuses_it(text: str) -> None:
    try:
        day = cells.parse_date(text)
    except BadValue:
        return
    assert day is None or cells.parse_date(cells.show_date(day)) == day


@given(days=st.lists(st.one_of(TEXTS, st.sampled_from(["03/04/2024", "13/04/2024", "04/13/2024", "1/1/24"]))))
def test_the_order_of_a_column_is_proved_by_a_day_that_exists_only_so(days: list[str]) -> None:
    order = cells.order_of(days)
    ways = {first: [reads(day, first) for day in days if "/" in day] for first in (True, False)}
    if order.day_first is not None:
        assert any(
            one and not other
            for one, other in zip(ways[order.day_first], ways[not order.day_first], strict=True)
        )
    for text in order.unclear:
        assert reads(text, True)
        assert reads(text, False)


def reads(text: str, day_first: bool) -> bool:
    try:
        return cells.read_date(text, day_first) is not None
    except BadValue:
        return False


@st.composite
def tables(draw: st.DrawFn) -> Table:
    headers = draw(st.lists(HEADER_TEXTS, min_size=1, max_size=9))
    width = len(headers)
    rows = draw(st.lists(st.lists(RAWS, min_size=width, max_size=width), max_size=8))
    return Table("A", 1, tuple(headers), tuple(range(width)), list(enumerate(rows, start=2)))


FIELDS = [column.field for column in DEVICES.columns]
MEANINGS = st.one_of(st.none(), st.sampled_from([*FIELDS, *HEADERS, "farbe"]))


@given(
    table=tables(),
    mapping=st.dictionaries(
        HEADER_TEXTS, st.one_of(st.none(), st.sampled_from([*FIELDS, *HEADERS, "farbe"])), max_size=2
    ),
    day_first=st.dictionaries(HEADER_TEXTS, st.booleans(), max_size=2),
    clears=st.lists(st.sampled_from(FIELDS), max_size=2),
)
@settings(max_examples=200)
def test_every_row_of_a_table_is_taken_or_has_a_problem(
    table: Table, mapping: Mapping[str, str | None], day_first: Mapping[str, bool], clears: list[str]
) -> None:
    asked: dict[str, Any] = {"day_first": day_first, "blank_clears": clears}
    try:
        reading = sheets.read(DEVICES, table, mapping, **asked)
    except BadValue:
        assert mapping
        reading = sheets.read(DEVICES, table, **asked)
    numbers = [number for number, _raws in table.rows]
    assert sorted(row.number for row in [*reading.rows, *reading.faulty]) == numbers
    assert {problem.row for problem in reading.problems} == {row.number for row in reading.faulty}
    assert {problem.column for problem in reading.problems} <= {None, *table.headers}
    assert all(str(problem.sentence) for problem in reading.problems)
    assert {question.header for question in reading.questions} <= set(table.headers)
    assert [header for header, _name in reading.columns] == list(table.headers)
