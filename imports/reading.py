"""The child process that reads a stranger's file: ``python -m imports.reading``, request in, table out.

The request is JSON on standard input (see `imports.workbook.read`). The answer is pickled plain values on
standard output, each (what, content): the head, the rows in batches, the end with the rows passed over and hidden; or,
at any point, the refusal with its sentence.
"""

from __future__ import annotations

import gc
import io
import json
import pickle
import re
import resource
import struct
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import IO, Any
from xml.parsers.expat import ExpatError

from imports import container, csv_text, number_format, ods, xls, xlsx
from imports.finder import SEARCHED_ROWS, Header, find_header, speaks_of_letters, without_header
from imports.marks import NOTHING, Marks, RowMarks
from imports.sorter import RowSorter
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
    headerless: bool
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
    other_sheets: tuple[str, ...] = ()
    hidden_sheets: tuple[str, ...] = ()


def main() -> None:
    gc.disable()  # rows are no cycles, and the process ends with the file
    asked = request(json.load(sys.stdin))
    _limit(asked.limits)
    answer(asked, sys.stdout.buffer)
    sys.stdout.buffer.flush()


def answer(request: Request, to: IO[bytes]) -> None:
    try:
        _send(to, request, _find(request))
    except CannotRead as refusal:
        _refuse(to, refusal)
    except _damage():
        _refuse(to, CannotRead(DAMAGED))
    except MemoryError:
        _refuse(to, CannotRead(container.TOO_LARGE))
    except BaseException as panic:
        if not is_panic(panic):
            raise
        _refuse(to, CannotRead(DAMAGED))


def is_panic(error: BaseException) -> bool:
    """Whether the fast reader has stumbled over the file: what it then raises is no Exception."""
    return type(error).__name__ == "PanicException"


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
        NotImplementedError,
        LookupError,
        ValueError,
        TypeError,
        EOFError,
        struct.error,
    )


def _refuse(answer: IO[bytes], refusal: CannotRead) -> None:
    _tell(answer, "refused", {"text": refusal.sentence.text, "values": refusal.sentence.values})


# --- finding ---------------------------------------------------------------------------------------------------


def _find(request: Request) -> Found:
    kind = container.kind_of(request.file, request.limits)
    return _in_text(request) if kind is container.Kind.TEXT else _in_workbook(request, kind)


def _in_text(request: Request) -> Found:
    def known_headers(sample: csv_text.Records) -> int:
        found = find_header(sample, request.sheet, request.mapping)
        return found.score if found else 0

    text = csv_text.opened(request.file, known_headers)
    header = _header(request, list(islice(text.records(), SEARCHED_ROWS + 1)), text.records, 0)
    if header is None:
        raise _no_table(request)
    return Found(container.Kind.TEXT, None, header, 0, 0, enumerate(text.records(), start=1))


def _in_workbook(request: Request, kind: container.Kind) -> Found:
    workbook = container.open_workbook(request.file, kind)
    visible, hidden = _sheet_names(workbook)
    wanted = visible if request.sheet_name is None else [_named(request.sheet_name, visible + hidden)]
    best: tuple[Any, Header] | None = None
    best_rank = (0, 0)
    empty: set[str] = set()
    for name in wanted:
        sheet = _sheet_of(workbook, name, request.file, kind)
        _check_size(sheet, request.limits)
        if sheet.start is None:
            empty.add(name)
            continue
        header = _header_in(sheet, request)
        rank = (header.score + 1, sheet.height) if header else (0, 0)
        if header and rank > best_rank:
            best, best_rank = (sheet, header), rank
    if best is None:
        raise _only_hidden(hidden) if hidden and request.sheet_name is None else _no_table(request)
    sheet, header = best
    first_row, first_column = sheet.start
    rows = enumerate(sheet.iter_rows(), start=1)
    empty.add(sheet.name)
    others, hidden_ones = (tuple(name for name in names if name not in empty) for names in (visible, hidden))
    return Found(kind, sheet.name, header, first_row, first_column, rows, others, hidden_ones)


def _sheet_of(workbook: Any, name: str, file: Path, kind: container.Kind) -> Any:
    """The fast reader gives a whole sheet up for one cell with an error that it does not know."""
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        return workbook.get_sheet_by_name(name)
    except CalamineError as refusal:
        if kind is not container.Kind.XLSX or "cell error value" not in str(refusal):
            raise
    return CalamineWorkbook.from_filelike(io.BytesIO(xlsx.with_usual_errors(file))).get_sheet_by_name(name)


def _sheet_names(workbook: Any) -> tuple[list[str], list[str]]:
    """Those that show, and those that are hidden."""
    from python_calamine import SheetTypeEnum, SheetVisibleEnum

    sheets = [one for one in workbook.sheets_metadata if one.typ == SheetTypeEnum.WorkSheet]
    visible = [one.name for one in sheets if one.visible == SheetVisibleEnum.Visible]
    return visible, [one.name for one in sheets if one.visible != SheetVisibleEnum.Visible]


def _named(wanted: str, names: Sequence[str]) -> str:
    for name in names:
        if same_header(name) == same_header(wanted):
            return name
    raise CannotRead(
        N_("Ein Blatt »%(name)s« hat die Datei nicht. Sie hat: %(names)s."),
        name=wanted,
        names=", ".join(names),
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
    sample = sheet.to_python(skip_empty_area=True, nrows=SEARCHED_ROWS + 1)
    first_row, first_column = sheet.start
    return _header(request, sample, lambda: islice(sheet.iter_rows(), first_row, None), first_column)


def _header(
    request: Request,
    sample: Sequence[Sequence[Any]],
    rows: Callable[[], Iterable[Sequence[Any]]],
    first_column: int,
) -> Header | None:
    """By its header; where that is wanted, or nothing else is to be found, a table without one."""
    has_letters = speaks_of_letters(request.mapping)
    if not request.headerless:
        is_unknown = request.unknown and not has_letters
        found = find_header(sample, request.sheet, request.mapping, unknown=is_unknown)
        if found is not None:
            return found
    if request.headerless or request.unknown or has_letters:
        return without_header(rows(), request.sheet, request.mapping, first_column)
    return None


def _no_table(request: Request) -> CannotRead:
    return CannotRead(
        N_("In der Datei ist keine Tabelle mit bekannten Spalten. Erwartet wird etwa: %(headers)s."),
        headers=", ".join(column.header for column in request.sheet.columns[:6]),
    )


def _only_hidden(names: Sequence[str]) -> CannotRead:
    return CannotRead(
        N_(
            "Auf den sichtbaren Blättern ist keine Tabelle mit bekannten Spalten. Ausgeblendet sind: %(names)s. "
            "Bitte das Blatt einblenden oder nennen."
        ),
        names=", ".join(names),
    )


# --- sending ------------------------------------------------------------------------------------------------


def _send(answer: IO[bytes], request: Request, found: Found) -> None:
    header = found.header
    head = {
        "sheet": found.name,
        "header_row": found.first_row + header.row + 1 if header.lines else 0,
        "headers": tuple(header.headers),
        "places": tuple(found.first_column + place for place in header.places),
        "other_sheets": found.other_sheets,
        "hidden_sheets": found.hidden_sheets,
    }
    _tell(answer, "head", head)
    left = Left()
    for batch in _batches(_data_rows(request, found, left), request.limits):
        _tell(answer, "rows", batch)
    _tell(answer, "end", {"passed_over": tuple(left.passed_over), "hidden_rows": left.hidden_rows})


@dataclass(slots=True)
class Left:
    """What is said of the rows at the end."""

    passed_over: list[int] = field(default_factory=list)
    hidden_rows: int = 0


def _tell(answer: IO[bytes], what: str, content: Any) -> None:
    pickle.dump((what, content), answer, protocol=pickle.HIGHEST_PROTOCOL)


def _data_rows(request: Request, found: Found, left: Left) -> Iterator[tuple[int, list[cells.Raw]]]:
    header, marks = found.header, _marks(request, found)
    spots = {found.first_column + place: spot for spot, place in enumerate(header.places)}
    sorter = RowSorter(request.sheet, header)
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
        if sorter.is_data(row, has_sum=mark.has_sum):
            left.passed_over += waiting
            left.hidden_rows += mark.is_hidden
            waiting = []
            yield number, row
        else:
            waiting.append(number)
            if not is_blank or mark.faults:
                left.passed_over += waiting
                waiting = []
    # Where nothing but formulas without a value follows, the fast reader has ended before.
    last = max(marks.faulty_rows(), default=0)
    left.passed_over += [*waiting, *range(number + 1, last + 1)] if last > number else []


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
    readers = {container.Kind.XLSX: xlsx.marks, container.Kind.ODS: ods.marks, container.Kind.XLS: xls.marks}
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
