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
import struct
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import IO, Any
from xml.parsers.expat import ExpatError

from imports import container, csv_text, xlsx
from imports.data_rows import Found, Left, Request, data_rows, request
from imports.finder import SEARCHED_ROWS, Header, find_header, no_table, speaks_of_letters, without_header
from imports.workbook import Limits
from school_it import cells
from school_it.errors import N_, CannotRead
from school_it.sheets import same_header
from school_it.workbooks.damage import DAMAGED

BATCH = 2000
MOST_AROUND, LONGEST_AROUND = 40, 300


def main() -> None:
    gc.disable()  # rows are no cycles, and the process ends with the file
    asked = request(json.load(sys.stdin))
    asked.limits.hold()
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
        if not _is_panic(panic):
            raise
        _refuse(to, CannotRead(DAMAGED))


def _is_panic(error: BaseException) -> bool:
    """Whether the fast reader has stumbled over the file: what it then raises is no Exception."""
    return type(error).__name__ == "PanicException"


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
    sample = list(islice(text.records(), SEARCHED_ROWS + 1))
    header = _header(request, sample, text.records, 0)
    if header is None:
        raise no_table(request.sheet)
    rows = enumerate(text.records(), start=1)
    return Found(container.Kind.TEXT, None, header, 0, 0, rows, around=_texts(sample[: max(0, header.row)]))


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
        raise _only_hidden(hidden) if hidden and request.sheet_name is None else no_table(request.sheet)
    sheet, header = best
    first_row, first_column = sheet.start
    rows = enumerate(sheet.iter_rows(), start=1)
    empty.add(sheet.name)
    others, hidden_ones = (tuple(name for name in names if name not in empty) for names in (visible, hidden))
    around = _texts(sheet.to_python(skip_empty_area=True, nrows=header.row) if header.row > 0 else ())
    named = xlsx.named_texts(request.file) if kind is container.Kind.XLSX else ()
    return Found(
        kind, sheet.name, header, first_row, first_column, rows, others, hidden_ones, (*around, *named),
        _tall_cells(sheet),
    )  # fmt: skip


def _tall_cells(sheet: Any) -> tuple[tuple[int, int, int], ...]:
    """Column (from 0), first and last row (from 1) of the cells merged over several rows, as far as the kind tells."""
    try:
        ranges = sheet.merged_cell_ranges or ()
    except _damage():
        return ()
    return tuple((column, first + 1, last + 1) for (first, column), (last, _right) in ranges if last > first)


def _texts(rows: Iterable[Sequence[Any]]) -> tuple[str, ...]:
    found = (raw[:LONGEST_AROUND] for row in rows for raw in row if isinstance(raw, str) and raw.strip())
    return tuple(islice(found, MOST_AROUND))


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
        "around": found.around,
    }
    _tell(answer, "head", head)
    left = Left()
    for batch in _batches(data_rows(request, found, left), request.limits):
        _tell(answer, "rows", _shared(batch))
    _tell(answer, "end", {"passed_over": tuple(left.passed_over), "hidden_rows": left.hidden_rows})


def _shared(batch: list[tuple[int, list[cells.Raw]]]) -> list[tuple[int, list[cells.Raw]]]:
    """The same rows, equal texts being one text: most cells say what others say, and are sent and kept once."""
    texts: dict[str, str] = {}
    one = texts.setdefault
    return [(number, [one(raw, raw) if type(raw) is str else raw for raw in row]) for number, row in batch]


def _tell(answer: IO[bytes], what: str, content: Any) -> None:
    pickle.dump((what, content), answer, protocol=pickle.HIGHEST_PROTOCOL)


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
