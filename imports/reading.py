"""The child process that reads a stranger's file: ``python -m imports.reading``, request in, table out.

The request is JSON on standard input (see `imports.workbook.read`). The answer is pickled plain values on
standard output, each (what, content): the head, the rows in batches, the end with the rows passed over; or,
at any point, the refusal with its sentence.
"""

from __future__ import annotations

import json
import pickle
import resource
import sys
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from xml.parsers.expat import ExpatError

from imports import container, csv_text, number_format, xlsx
from imports.finder import SEARCHED_ROWS, Header, RowSorter, find_header
from imports.workbook import DAMAGED, Limits
from school_it import cells
from school_it.errors import N_, CannotRead
from school_it.sheets import Column, Sheet, same_header

BATCH = 2000


@dataclass(frozen=True, slots=True)
class Request:
    file: Path
    sheet: Sheet
    sheet_name: str | None
    mapping: Mapping[str, str | None]
    unknown: bool
    limits: Limits


@dataclass(slots=True)
class Found:
    """A table and how to get at its rows: each (number as people see it, cells)."""

    kind: container.Kind
    name: str | None
    header: Header
    first_row: int  # of what was searched, from 0
    first_column: int
    rows: Iterable[tuple[int, Sequence[Any]]]


def main() -> None:
    request = _request(json.load(sys.stdin))
    _limit(request.limits)
    answer = sys.stdout.buffer
    try:
        _send(answer, request, _find(request))
    except CannotRead as refusal:
        _refuse(answer, refusal)
    except _damage():
        _refuse(answer, CannotRead(DAMAGED))
    except MemoryError:
        _refuse(answer, CannotRead(container.TOO_LARGE))
    answer.flush()


def _request(asked: dict[str, Any]) -> Request:
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
        Limits(**asked["limits"]),
    )


def _limit(limits: Limits) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.seconds, limits.seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def _damage() -> tuple[type[Exception], ...]:
    from python_calamine import CalamineError

    return (
        CalamineError,
        zipfile.BadZipFile,
        zlib.error,
        ExpatError,
        KeyError,
        IndexError,
        ValueError,
        EOFError,
    )


def _refuse(answer: IO[bytes], refusal: CannotRead) -> None:
    _tell(answer, "refused", {"text": refusal.sentence.text, "values": refusal.sentence.values})


# --- finding ------------------------------------------------------------------------------------------------


def _find(request: Request) -> Found:
    kind = container.kind_of(request.file, request.limits)
    return _in_text(request) if kind is container.Kind.TEXT else _in_workbook(request, kind)


def _in_text(request: Request) -> Found:
    def known_headers(sample: csv_text.Records) -> int:
        found = find_header(sample, request.sheet, request.mapping)
        return found.score if found else 0

    records = csv_text.records(request.file, known_headers)
    header = find_header(records, request.sheet, request.mapping, unknown=request.unknown)
    if header is None:
        raise _no_table(request)
    return Found(container.Kind.TEXT, None, header, 0, 0, enumerate(records, start=1))


def _in_workbook(request: Request, kind: container.Kind) -> Found:
    from python_calamine import CalamineWorkbook, PasswordError

    try:
        workbook = CalamineWorkbook.from_path(str(request.file))
    except PasswordError:
        raise CannotRead(container.ENCRYPTED) from None
    best: tuple[Any, Header] | None = None
    best_rank = (0, 0)
    for name in _candidates(workbook, request.sheet_name):
        sheet = workbook.get_sheet_by_name(name)
        _check_size(sheet, request.limits)
        header = _header_in(sheet, request)
        rank = (header.score + 1, sheet.height) if header else (0, 0)
        if header and rank > best_rank:
            best, best_rank = (sheet, header), rank
    if best is None:
        raise _no_table(request)
    sheet, header = best
    first_row, first_column = sheet.start
    rows = enumerate(sheet.iter_rows(), start=1)
    return Found(kind, sheet.name, header, first_row, first_column, rows)


def _candidates(workbook: Any, sheet_name: str | None) -> list[str]:
    """The sheet that was named, hidden or not; else every visible sheet that has cells."""
    from python_calamine import SheetTypeEnum, SheetVisibleEnum

    sheets = [one for one in workbook.sheets_metadata if one.typ == SheetTypeEnum.WorkSheet]
    if sheet_name is None:
        return [one.name for one in sheets if one.visible == SheetVisibleEnum.Visible]
    for one in sheets:
        if same_header(one.name) == same_header(sheet_name):
            return [one.name]
    raise CannotRead(
        N_("Ein Blatt »%(name)s« hat die Datei nicht. Sie hat: %(names)s."),
        name=sheet_name,
        names=", ".join(one.name for one in sheets),
    )


def _check_size(sheet: Any, limits: Limits) -> None:
    if sheet.height * sheet.width > limits.cells:
        raise CannotRead(
            N_(
                "Das Blatt »%(name)s« ist zu groß: %(rows)s × %(columns)s Zellen. "
                "Bitte leere Zeilen und Spalten löschen."
            ),
            name=sheet.name,
            rows=sheet.total_height,
            columns=sheet.total_width,
        )


def _header_in(sheet: Any, request: Request) -> Header | None:
    if sheet.start is None:
        return None
    rows = sheet.to_python(skip_empty_area=True, nrows=SEARCHED_ROWS)
    return find_header(rows, request.sheet, request.mapping, unknown=request.unknown)


def _no_table(request: Request) -> CannotRead:
    return CannotRead(
        N_("In der Datei ist keine Tabelle mit bekannten Spalten. Erwartet wird etwa: %(headers)s."),
        headers=", ".join(column.header for column in request.sheet.columns[:6]),
    )


# --- sending ------------------------------------------------------------------------------------------------


def _send(answer: IO[bytes], request: Request, found: Found) -> None:
    header = found.header
    head = {
        "sheet": found.name,
        "header_row": found.first_row + header.row + 1,
        "headers": tuple(header.headers),
        "places": tuple(found.first_column + place for place in header.places),
    }
    _tell(answer, "head", head)
    passed_over: list[int] = []
    for batch in _batches(_data_rows(request, found, passed_over), request.limits):
        _tell(answer, "rows", batch)
    _tell(answer, "end", tuple(passed_over))


def _tell(answer: IO[bytes], what: str, content: Any) -> None:
    pickle.dump((what, content), answer, protocol=pickle.HIGHEST_PROTOCOL)


def _data_rows(
    request: Request, found: Found, passed_over: list[int]
) -> Iterator[tuple[int, list[cells.Raw]]]:
    header, marks = found.header, _marks(request, found)
    sorter = RowSorter(request.sheet, header, marks.sum_rows)
    below = found.first_row + header.row + 1
    waiting: list[int] = []  # what is no data counts only where something follows it
    for number, raws in found.rows:
        if number <= below:
            continue
        is_blank, row = _row(raws, header.places)
        _mark(row, number, header, found.first_column, marks)
        if sorter.is_data(number, row):
            passed_over += waiting
            waiting = []
            yield number, row
        else:
            waiting.append(number)
            if not is_blank or number in marks.faults:
                passed_over += waiting
                waiting = []


def _row(raws: Sequence[Any], places: list[int]) -> tuple[bool, list[cells.Raw]]:
    """Whether the row is blank from end to end, and its cells in the table; a record may be short."""
    raws = [None if raw == "" or (type(raw) is str and raw.isspace()) else raw for raw in raws]
    width = len(raws)
    row = [raws[place] if place < width else None for place in places]
    return not any(raw is not None for raw in raws), row


def _marks(request: Request, found: Found) -> xlsx.Marks:
    if found.name is None or found.kind is not container.Kind.XLSX:
        return xlsx.Marks()
    shown = {"text", "code", "codes", "percent", "word", "words"}
    columns = {
        found.first_column + place
        for place, name in zip(found.header.places, found.header.fields, strict=True)
        if name and request.sheet.column(name).type.name in shown
    }
    return xlsx.marks(request.file, found.name, columns)


def _mark(row: list[cells.Raw], number: int, header: Header, first_column: int, marks: xlsx.Marks) -> None:
    if number in marks.formats:
        for column, code in marks.formats[number]:
            spot = _spot(header, column - first_column)
            raw = row[spot] if spot is not None else None
            if spot is not None and isinstance(raw, int | float) and not isinstance(raw, bool):
                row[spot] = _as_formatted(raw, code)
    for column, fault in marks.faults.get(number, ()):
        spot = _spot(header, column - first_column)
        if spot is not None:
            row[spot] = fault


def _as_formatted(number: float, code: str) -> cells.Raw:
    try:
        return cells.Shown(number, number_format.shown(number, code))
    except ArithmeticError:  # more digits than anybody shows
        return number


def _spot(header: Header, place: int) -> int | None:
    return header.places.index(place) if place in header.places else None


def _batches(rows: Iterator[tuple[int, list[cells.Raw]]], limits: Limits) -> Iterator[list[Any]]:
    batch: list[Any] = []
    count = 0
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            count += BATCH
            _check_rows(count, limits)
            yield batch
            batch = []
    _check_rows(count + len(batch), limits)
    if batch:
        yield batch


def _check_rows(count: int, limits: Limits) -> None:
    if count > limits.rows:
        raise CannotRead(
            N_("Die Tabelle hat mehr als %(rows)s Zeilen. Bitte auf mehrere Dateien verteilen."),
            rows=limits.rows,
        )


if __name__ == "__main__":
    main()
