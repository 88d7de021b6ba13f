"""What was asked of a file and what was found in it; and the rows of that table, one after the other."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from imports import number_format, ods, xls, xlsx
from imports.container import Kind
from imports.finder import Header
from imports.marks import NOTHING, Marks, RowMarks
from imports.sorter import RowSorter
from imports.workbook import Limits
from school_it import cells
from school_it.sheets import Column, Sheet


@dataclass(frozen=True, slots=True)
class Request:
    file: Path
    sheet: Sheet
    sheet_name: str | None
    mapping: Mapping[str, str | None]
    unknown: bool
    headerless: bool
    limits: Limits


@dataclass(slots=True)
class Found:
    """A table and how to get at its rows: each (number as people see it, cells)."""

    kind: Kind
    name: str | None
    header: Header
    first_row: int  # of what was searched, from 0
    first_column: int
    rows: Iterable[tuple[int, Sequence[Any]]]
    other_sheets: tuple[str, ...] = ()
    hidden_sheets: tuple[str, ...] = ()
    around: tuple[str, ...] = ()
    merged: tuple[
        tuple[int, int, int], ...
    ] = ()  # column, first and last row as people see it, of tall cells


def request(asked: Mapping[str, Any]) -> Request:
    """What `imports.workbook` has sent."""
    described = asked["sheet"]
    columns = tuple(
        Column(name, header, cells.Type(type_name, str, str), needed, tuple(others))
        for name, header, type_name, needed, others in described["columns"]
    )
    keys = tuple(map(tuple, described["keys"]))
    return Request(
        Path(asked["path"]),
        Sheet(described["kind"], described["title"], columns, keys),
        asked["sheet_name"],
        asked["mapping"],
        asked["unknown"],
        asked["headerless"],
        Limits(**asked["limits"]),
    )


@dataclass(slots=True)
class Left:
    """What is said of the rows at the end."""

    passed_over: list[int] = field(default_factory=list)
    hidden_rows: int = 0


def data_rows(request: Request, found: Found, left: Left) -> Iterator[tuple[int, list[cells.Raw]]]:
    header, marks = found.header, _marks(request, found)
    spots = {found.first_column + place: spot for spot, place in enumerate(header.places)}
    sorter = RowSorter(request.sheet, header)
    tall = _TallCells(request, found, spots)
    below = found.first_row + header.row + 1
    waiting: list[int] = []  # what is no data counts only where something follows it
    number = below
    for number, raws in found.rows:
        if number <= below:
            continue
        mark = marks.at(number)
        is_blank, row = _row(raws, header.places)
        if mark is not NOTHING:
            _apply(mark, row, spots)
        tall.note(number, row)
        if sorter.is_data(row, has_sum=mark.has_sum):
            left.passed_over += waiting
            left.hidden_rows += mark.is_hidden
            waiting = []
            tall.fill(number, row)
            yield number, row
        else:
            waiting.append(number)
            if not is_blank or mark.faults:
                left.passed_over += waiting
                waiting = []
    # Where nothing but formulas without a value follows, the fast reader has ended before.
    last = max(marks.faulty_rows(), default=0)
    left.passed_over += [*waiting, *range(number + 1, last + 1)] if last > number else []


class _TallCells:
    """Cells merged over several rows: what stands in them holds for each of the rows.

    Amounts and numbers are left alone: one price over five rows is meant once, not five times.
    """

    REACHING_DOWN = frozenset({"text", "code", "codes", "word", "words", "date"})

    def __init__(self, request: Request, found: Found, spots: Mapping[int, int]) -> None:
        self._begin: dict[int, list[tuple[int, int]]] = {}
        self._open: dict[int, tuple[int, cells.Raw]] = {}
        for column, first, last in found.merged:
            spot = spots.get(column)
            name = None if spot is None else found.header.fields[spot]
            if spot is not None and name and request.sheet.column(name).type.name in self.REACHING_DOWN:
                self._begin.setdefault(first, []).append((spot, last))

    def note(self, number: int, row: Sequence[cells.Raw]) -> None:
        for spot, last in self._begin.get(number, ()):
            self._open[spot] = last, row[spot]

    def fill(self, number: int, row: list[cells.Raw]) -> None:
        for spot, (last, raw) in self._open.items():
            if number <= last and row[spot] is None:
                row[spot] = raw


_NOTHING_IN_IT: dict[str, cells.Raw] = {"": None, **cells.FAULT_TEXTS}


def _row(raws: Sequence[Any], places: list[int]) -> tuple[bool, list[cells.Raw]]:
    """Whether the row is blank from end to end, and its cells in the table; a record may be short."""
    row = (
        _cells(raws, places)
        if len(raws) > places[-1]
        else _cells([*raws, *[None] * (places[-1] + 1)], places)
    )
    is_blank = row.count(None) == len(row) and not any(_cells(raws, range(len(raws))))
    return is_blank, row


def _cells(raws: Sequence[Any], places: Iterable[int]) -> list[cells.Raw]:
    """Blanks are nothing, and an error as text is an error."""
    said = _NOTHING_IN_IT.get
    return [
        (None if raw.isspace() else said(raw, raw)) if type(raw := raws[place]) is str else raw
        for place in places
    ]


def _marks(request: Request, found: Found) -> Marks:
    readers = {Kind.XLSX: xlsx.marks, Kind.ODS: ods.marks, Kind.XLS: xls.marks}
    if found.name is None:
        return Marks()
    shown = {"text", "code", "codes", "percent", "word", "words"}
    columns = {
        found.first_column + place
        for place, name in zip(found.header.places, found.header.fields, strict=True)
        if name and request.sheet.column(name).type.name in shown
    }
    return readers[found.kind](request.file, found.name, columns)


def _apply(mark: RowMarks, row: list[cells.Raw], spots: Mapping[int, int]) -> None:
    for column, code in mark.formats:
        spot = spots.get(column)
        raw = row[spot] if spot is not None else None
        if spot is not None and isinstance(raw, int | float) and not isinstance(raw, bool):
            row[spot] = _as_formatted(raw, code)
    for column, text in mark.shown:
        spot = spots.get(column)
        raw = row[spot] if spot is not None else None
        # A width too small or a number of many digits shows less than there is.
        if spot is not None and isinstance(raw, float) and not _SHORTENED.search(text):
            row[spot] = raw if text == cells.as_shown(raw) else cells.Shown(raw, text)
    for column, fault in mark.faults:
        spot = spots.get(column)
        if spot is not None:
            row[spot] = fault


_SHORTENED = re.compile(r"#{3}|\d[Ee][+-]?\d")


def _as_formatted(number: float, code: str) -> cells.Raw:
    try:
        return cells.Shown(number, number_format.shown(number, code))
    except (ArithmeticError, ValueError):  # more digits than anybody shows
        return number
