"""The rows of our own workbooks, written aside and put into the prepared workbook as they are.

Some 100,000 devices need no more memory than ten: rows wait in a temporary file.
"""

from __future__ import annotations

import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import chain, islice
from typing import IO, Any, Protocol

from school_it.sheets import Column
from school_it.workbooks import rows, tags
from school_it.workbooks.damage import Damaged
from school_it.workbooks.package import copy_part
from school_it.workbooks.places import letters
from school_it.workbooks.rows import Formula, Look

SAMPLE_ROW, FIRST_ROW = 4, 6  # as people count
_STEP = 500
_IN_MEMORY = 2**20
_LINE_HEIGHT, _MOST_LINES = 15, 27  # points; a row is at most 409 high
_FEW = 5000  # rows that are ruled across their empty cells too; in longer lists these would only make the file bigger


class Lines(Protocol):
    """What has to be known of a page to write its rows; see `exports.workbook.Page`."""

    @property
    def columns(self) -> Sequence[Column]: ...

    @property
    def rows(self) -> Iterable[Sequence[Any]]: ...

    @property
    def sums(self) -> Sequence[str]: ...

    def widths(self) -> list[int]: ...


def looks_of(prepared: IO[bytes], pages: Mapping[int, Lines]) -> dict[int, list[Look]]:
    """The style numbers of each page's columns, by the sample cells that `exports.workbook` has written."""
    found: dict[int, list[Look]] = {}
    with zipfile.ZipFile(prepared) as archive:
        for number, page in pages.items():
            sample = _sample(archive.read(part_of(number)))
            styles = [int(one) for one in re.findall(rb'<c\s[^>]*\bs="(\d+)"', sample[0])]
            if len(styles) != len(page.columns) + 1:
                raise Damaged
            found[number] = [Look(style, styles[-1]) for style in styles[:-1]]
    return found


def part_of(number: int) -> str:
    return f"xl/worksheets/sheet{number + 1}.xml"


def _sample(content: bytes) -> tuple[bytes, int, int]:
    """The sample row, and where it begins and ends."""
    found = re.search(rb'<row r="%d"[^>]*>.*?</row>' % SAMPLE_ROW, content, re.DOTALL)
    if not found:
        raise Damaged
    return found[0], found.start(), found.end()


class Body:
    """The rows of a page. `count` them, `widths` is the longest text of each column, `sums` what each comes to."""

    def __init__(self, page: Lines, looks: Sequence[Look]) -> None:
        self.page = page
        self.count = 0
        self.widths = [0] * len(page.columns)
        self.sums = {
            place: Decimal(0) for place, column in enumerate(page.columns) if column.field in page.sums
        }
        headers = [column.header for column in page.columns]
        self._writers = [rows.writer(place, look, header=headers[place]) for place, look in enumerate(looks)]
        self._widest = page.widths()
        self._file: IO[bytes] = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115  closed by whoever opened the body

    def __enter__(self) -> Body:
        try:
            self._write()
        except BaseException:
            self._file.close()
            raise
        return self

    def __exit__(self, *_why: object) -> None:
        self._file.close()

    def _write(self) -> None:
        made: list[str] = []
        rest = iter(self.page.rows)
        first = list(islice(rest, _FEW + 1))
        write_cells = rows.row_writer(self._writers, with_blanks=len(first) <= _FEW)
        number = FIRST_ROW
        for values in chain(first, rest):
            lines = self._measure(values)
            height = f' ht="{_LINE_HEIGHT * min(lines, _MOST_LINES)}" customHeight="1"' if lines > 1 else ""
            made.append(f'<row r="{number}"{height}>{write_cells(number, values)}</row>')
            number += 1
            if len(made) == _STEP:
                self._file.write(rows.encoded("".join(made)))
                made.clear()
        self._file.write(rows.encoded("".join(made)))
        self.count = number - FIRST_ROW

    def _measure(self, values: Sequence[Any]) -> int:
        """How many lines the row needs, for programs that do not look for themselves."""
        widths, widest, lines = self.widths, self._widest, 1
        for place, value in enumerate(values):
            if type(value) is str:
                length = len(value)
                if length > widths[place]:
                    widths[place] = length
                if length > widest[place] or "\n" in value:
                    lines = max(lines, _lines(value, widest[place]))
        for place in self.sums:
            value = values[place]
            if value is not None:
                self.sums[place] += value.value if isinstance(value, Formula) else value
        return lines

    def copy_to(self, target: IO[bytes]) -> None:
        self._file.seek(0)
        shutil.copyfileobj(self._file, target, 2**20)


def _lines(text: str, widest: int) -> int:
    """What a line cannot hold goes into further ones, which end at a blank before they are full."""
    beside = max(widest - 4, 1)
    return sum(1 + max(0, -(-(len(line) - widest) // beside)) for line in text.split("\n"))


def put_in(prepared: IO[bytes], target: IO[bytes], bodies: Mapping[int, Body]) -> None:
    """Write the prepared workbook with the rows in their sheets and without its sample cells."""
    by_part = {part_of(number): body for number, body in bodies.items()}
    with zipfile.ZipFile(prepared) as source, zipfile.ZipFile(target, "w") as out:
        for part in source.infolist():
            body = by_part.get(part.filename)
            if body is None:
                copy_part(source, part, out, None)
                continue
            before, behind = _around(source.read(part), body)
            entry = zipfile.ZipInfo(part.filename, part.date_time)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, part.external_attr
            with out.open(entry, "w", force_zip64=True) as written:
                written.write(before)
                body.copy_to(written)
                written.write(behind)


def _around(content: bytes, body: Body) -> tuple[bytes, bytes]:
    """What stands before and behind the rows; the header is the last row before them."""
    _text, begin, end = _sample(content)
    header = content.index(b'<row r="%d"' % (FIRST_ROW - 1), end)
    rows_at = content.index(b"</row>", header) + len(b"</row>")
    before = _dimension(content[:begin], body) + content[end:rows_at]
    return before, content[rows_at:]


def _dimension(head: bytes, body: Body) -> bytes:
    last_row = FIRST_ROW - 1 + body.count + bool(body.page.sums)
    corner = f"A1:{letters(len(body.page.columns) - 1)}{last_row}"
    return re.sub(
        rb"<dimension [^>]*>", lambda found: tags.with_attributes(found[0], {"ref": corner}), head, count=1
    )
