"""One sheet of a prepared workbook with its cells and its tables filled."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from school_it.errors import N_, CannotRead, Sentence
from school_it.workbooks import rows, tags
from school_it.workbooks.asked import Put, Rows
from school_it.workbooks.looks import Looks
from school_it.workbooks.moving import ARRAY
from school_it.workbooks.places import LAST_ROW, column_of, letters
from school_it.workbooks.references import TOO_LONG, Move, Moves, copied, key, moved
from school_it.workbooks.scanning import Cell, Found, Line, scan

_MOST_PREPARED = 2_000
_STEP = 500  # rows that are written at once
_KEPT = N_(
    "In %(cell)s auf dem Blatt »%(sheet)s« steht eine Formel. Sie bleibt; »%(label)s« wird nicht eingetragen."
)
_COLUMN_KEPT = N_(
    "Die Spalte %(column)s auf dem Blatt »%(sheet)s« rechnet selbst. »%(label)s« wird nicht eingetragen."
)
_UNUSED = N_(
    "Auf dem Blatt »%(sheet)s« bleiben %(n)s vorbereitete Zeilen leer (%(first)s bis %(last)s), ihre Formeln zeigen 0. "
    "Entfernt werden sie nicht, weil andere Zellen auf sie zeigen können."
)
_IN_TABLE = N_(
    "%(cell)s auf dem Blatt »%(sheet)s« liegt in den Zeilen der Tabelle; »%(label)s« wird nicht eingetragen."
)
_SUM = re.compile(
    r"(?:SUM\(|SUBTOTAL\((?:9|109),)\$?([A-Z]{1,3})\$?(\d+):\$?([A-Z]{1,3})\$?(\d+)\)", re.IGNORECASE
)

Text = bytes | Callable[[], Iterator[bytes]]
Edit = tuple[int, int, Text]


@dataclass(slots=True)
class Spot:
    """Where a table stands: its sample row, the last row made ready, and by how many rows it grows."""

    table: Rows
    first: int
    last: int
    by: int


class SheetFilling:
    """`listed`: first and last data row of the list objects on the sheet. Raises CannotRead for what cannot grow."""

    def __init__(
        self,
        name: str,
        content: bytes,
        puts: Sequence[Put],
        tables: Sequence[Rows],
        looks: Looks,
        *,
        from_1904: bool,
        listed: Sequence[tuple[int, int]],
    ) -> None:
        self.name, self.looks, self.from_1904 = name, looks, from_1904
        self.content = re.sub(rb"<((?:\w+:)?sheetData)\s*/>", rb"<\1></\1>", content, count=1)
        begins = sorted(table.row for table in tables)
        put_rows = {put.row for put in puts}

        def wanted(row: int) -> bool:
            return row in put_rows or any(first <= row < first + _MOST_PREPARED for first in begins)

        self.found: Found = scan(self.content, wanted)
        self.notes: list[Sentence] = []
        self.regions: list[tuple[int, int]] = []
        self.more_merged: list[str] = []
        self.made: list[Edit] = []
        self.puts = puts
        self.all_moves: Mapping[str, Moves] = {}
        self.here = Moves()
        self.spots = sorted((self._spot(table, listed) for table in tables), key=lambda one: one.first)
        self.moves = [Move(one.first, one.last, one.by) for one in self.spots]
        for first, last in self.found.arrays:
            if any(first <= spot.last and last >= spot.first for spot in self.spots):
                raise CannotRead(ARRAY, sheet=name)

    def _spot(self, table: Rows, listed: Sequence[tuple[int, int]]) -> Spot:
        first = table.row
        columns = [column for column in table.columns if column is not None]
        end_of_list = next((last for top, last in listed if top <= first <= last), None)
        last = first
        while last - first < _MOST_PREPARED and self._is_ready(last + 1, first, columns, end_of_list):
            last += 1
        by = max(0, len(table.rows) - (last - first + 1))
        if first + len(table.rows) > LAST_ROW:
            raise CannotRead(TOO_LONG)
        return Spot(table, first, last, by)

    def _is_ready(self, row: int, first: int, columns: Sequence[int], end_of_list: int | None) -> bool:
        """Whether the row waits to be filled: nothing in it where rows go, and it looks like the sample row."""
        line = self.found.lines.get(row)
        cells = line.cells if line else {}
        if any(column in cells and cells[column].is_filled for column in columns):
            return False
        if any(top <= row <= bottom and top != bottom for top, bottom, _l, _r in self.found.merged):
            return False
        if end_of_list is not None:
            return row <= end_of_list
        looks = [self.found.style_of(row, column) for column in columns]
        sample = [self.found.style_of(first, column) for column in columns]
        return (
            line is not None and any(sample) and looks == sample and self._holds_the_same(row, first, columns)
        )

    def _holds_the_same(self, row: int, first: int, columns: Sequence[int]) -> bool:
        """Beside what is filled, texts such as »Summe« say that it is another row."""
        one, other = self.found.lines.get(row), self.found.lines.get(first)
        beside = [
            {column for column, cell in (line.cells if line else {}).items() if cell.is_filled} - set(columns)
            for line in (one, other)
        ]
        return beside[0] <= beside[1]

    # --- made ready ---------------------------------------------------------------------------------------

    def prepare(self, moves: Mapping[str, Moves]) -> None:
        self.all_moves = moves
        self.here = moves.get(key(self.name), Moves())
        for spot in self.spots:
            self._table(spot)
        for row, puts in self._puts_by_row().items():
            self._put(row, puts)

    def edits(self) -> list[Edit]:
        return self.made

    def pieces(self, edits: Iterable[Edit]) -> Iterator[bytes | memoryview]:
        whole, done = memoryview(self.content), 0
        for begin, end, text in sorted(edits, key=lambda edit: edit[:2]):
            yield whole[done:begin]
            if callable(text):
                yield from text()
            else:
                yield text
            done = max(end, done)
        yield whole[done:]

    # --- single cells -------------------------------------------------------------------------------------

    def _puts_by_row(self) -> dict[int, dict[int, Put]]:
        by_row: dict[int, dict[int, Put]] = {}
        for put in self.puts:
            row, column = self._top_left(put.row, put.column)
            if any(spot.first <= row <= spot.last for spot in self.spots):
                self._note(_IN_TABLE, row, column, put)
                continue
            line = self.found.lines.get(row)
            if line and column in line.cells and line.cells[column].formula is not None:
                self._note(_KEPT, row, column, put)
                continue
            by_row.setdefault(row, {})[column] = put
        return by_row

    def _note(self, text: str, row: int, column: int, put: Put) -> None:
        cell = f"{letters(column)}{row}"
        self.notes.append(Sentence(text, cell=cell, sheet=self.name, label=put.label or put.name))

    def _top_left(self, row: int, column: int) -> tuple[int, int]:
        for top, bottom, left, right in self.found.merged:
            if top <= row <= bottom and left <= column <= right:
                return top, left
        return row, column

    def _put(self, row: int, puts: Mapping[int, Put]) -> None:
        line, number, p = self.found.lines.get(row), self.here.row(row), self.found.prefix
        made = {
            column: rows.encoded(self._cell(row, number, column, put.value)) for column, put in puts.items()
        }
        if line is None or line.is_whole:
            cells = b"".join(made[column] for column in sorted(made))
            tag = (
                tags.with_attributes(line.tag, {"r": str(number)})
                if line
                else f'<{p}row r="{number}">'.encode()
            )
            opened = re.sub(rb"\s*/>$", b">", tag)
            at, end = (line.start, line.end) if line else (self.found.before(row),) * 2
            if line:
                self.regions.append((at, end))
            self.made.append((at, end, opened + cells + f"</{p}row>".encode()))
            return
        for column, text in sorted(made.items()):
            cell = line.cells.get(column)
            if cell:
                self.regions.append((cell.start, cell.end))
                self.made.append((cell.start, cell.end, text))
            else:
                right = next((one for place, one in sorted(line.cells.items()) if place > column), None)
                at = right.start if right else line.inner_end
                self.made.append((at, at, text))

    def _cell(self, row: int, number: int, column: int, value: Any) -> str:
        style = self.found.style_of(row, column)
        if value is None:
            return self._empty(column, style).format(number)
        return self._writer(column, style, [value], "")(number, value)

    def _empty(self, column: int, style: int) -> str:
        look = f' s="{style}"' if style else ""
        return f'<{self.found.prefix}c r="{letters(column)}{{}}"{look}/>'

    def _writer(self, column: int, style: int, values: Iterable[Any], header: str) -> rows.Writer:
        own = days = style
        for value in values:
            if isinstance(value, date):
                days = self.looks.for_days(style)
            elif isinstance(value, Decimal):
                own = self.looks.for_amounts(style)
            else:
                continue
            break
        look = rows.Look(own, style, days)
        return rows.writer(column, look, prefix=self.found.prefix, from_1904=self.from_1904, header=header)

    # --- tables -------------------------------------------------------------------------------------------

    def _table(self, spot: Spot) -> None:
        there = [line for row in range(spot.first, spot.last + 1) if (line := self.found.lines.get(row))]
        at = there[0].start if there else self.found.before(spot.first)
        end = there[-1].end if there else at
        self.regions.append((at, end))
        self._merge(spot)
        ways = [self._way(spot, row) for row in range(spot.first, spot.last + 1)]
        self.made.append((at, end, lambda: self._stream(spot, ways)))
        self._tell_unused(spot)

    def _tell_unused(self, spot: Spot) -> None:
        """Rows made ready that stay empty, with formulas that show 0. They stay: other cells may point there."""
        begin = spot.first + len(spot.table.rows)
        unused = [self.found.lines.get(row) for row in range(begin, spot.last + 1)]
        if any(cell.formula is not None for line in unused if line for cell in line.cells.values()):
            rows_left = {"first": self.here.row(begin), "last": self.here.row(spot.last)}
            self.notes.append(Sentence(_UNUSED, sheet=self.name, n=len(unused), **rows_left))

    def _merge(self, spot: Spot) -> None:
        base = self.here.row(spot.first)
        for top, bottom, left, right in self.found.merged:
            if top == bottom == spot.first:
                for step in range(spot.last - spot.first + 1, len(spot.table.rows)):
                    self.more_merged.append(f"{letters(left)}{base + step}:{letters(right)}{base + step}")

    def _stream(self, spot: Spot, ways: Sequence[RowWay]) -> Iterator[bytes]:
        base, given, made = self.here.row(spot.first), spot.table.rows, []
        nothing: Sequence[Any] = (None,) * len(spot.table.columns)
        for step in range(max(len(given), len(ways))):
            way = ways[step] if step < len(ways) else ways[0]
            values = given[step] if step < len(given) else nothing
            made.append(way(base + step, step, values, step >= len(ways)))
            if len(made) == _STEP:
                yield rows.encoded("".join(made))
                made = []
        yield rows.encoded("".join(made))

    def _way(self, spot: Spot, row: int) -> RowWay:
        """How a row like the one that stands in `row` is written."""
        line, p = self.found.lines.get(row), self.found.prefix
        placed = {column: place for place, column in enumerate(spot.table.columns) if column is not None}
        ways = [
            self._cell_way(spot, row, column, line.cells.get(column) if line else None, placed.get(column))
            for column in sorted({*placed, *(line.cells if line else ())})
        ]
        head = self._head(line)

        def write(number: int, step: int, values: Sequence[Any], is_copy: bool) -> str:
            cells = "".join([way(number, step, values, is_copy) for way in ways])
            return f"{head[0]}{number}{head[1]}{cells}</{p}row>"

        return write

    def _head(self, line: Line | None) -> tuple[str, str]:
        if line is None:
            return f'<{self.found.prefix}row r="', '">'
        tag = re.sub(rb"\s*/?>$", b">", tags.with_attributes(line.tag, {"r": "@"}))
        begin, _at, end = tag.decode("ascii", "replace").partition('r="@"')
        return f'{begin}r="', f'"{end}'

    def _cell_way(self, spot: Spot, row: int, column: int, cell: Cell | None, place: int | None) -> CellWay:
        if cell and cell.formula is not None:
            if place is not None and row == spot.first:
                label = spot.table.headers[place] if spot.table.headers else letters(column)
                self.notes.append(
                    Sentence(_COLUMN_KEPT, column=letters(column), sheet=self.name, label=label)
                )
            return self._formula_way(spot, column, cell.formula, cell.style)
        if place is None:
            return self._same_way(cell)
        style = self.found.style_of(row, column)
        values = (line[place] for line in spot.table.rows)
        header = spot.table.headers[place] if spot.table.headers else ""
        writer, empty = self._writer(column, style, values, header), self._empty(column, style)

        def write(number: int, _step: int, given: Sequence[Any], _is_copy: bool) -> str:
            value = given[place]
            if value is None:
                return empty.format(number)
            return writer(number, value)

        return write

    def _formula_way(self, spot: Spot, column: int, formula: str, style: int) -> CellWay:
        move, p = Move(spot.first, spot.last, spot.by), self.found.prefix
        head = f'<{p}c r="{letters(column)}'
        look = f' s="{style}"' if style else ""
        here = moved(formula, self.name, self.all_moves)

        def write(number: int, step: int, _given: Sequence[Any], is_copy: bool) -> str:
            text = copied(formula, self.name, self.all_moves, move, step) if is_copy else here
            return f'{head}{number}"{look}><{p}f>{tags.quoted(text).decode()}</{p}f></{p}c>'

        return write

    def _same_way(self, cell: Cell | None) -> CellWay:
        """A cell beside those that are filled: a unit, a dash, nothing but a frame."""
        if cell is None:
            return lambda _number, _step, _given, _is_copy: ""
        tag, _whole = tags.start_tag(self.content, cell.start)
        rest = self.content[cell.start + len(tag) : cell.end].decode("utf-8", "replace")
        fresh = tags.with_attributes(tag, {"r": "@"}).decode("utf-8", "replace")
        begin, _at, end = fresh.partition('r="@"')
        name = letters(cell.column)
        return lambda number, _step, _given, _is_copy: f'{begin}r="{name}{number}"{end}{rest}'

    # --- what sums come to --------------------------------------------------------------------------------

    def sum_of(self, formula: str) -> Decimal | None:
        """What a sum over a whole column of one of the tables comes to; None for any other formula."""
        found = _SUM.fullmatch(formula)
        if not found or found[1].upper() != found[3].upper():
            return None
        column, top, bottom = column_of(found[1].upper()), int(found[2]), int(found[4])
        for spot in self.spots:
            first = self.here.row(spot.first)
            filled, last = first + len(spot.table.rows) - 1, first + spot.last - spot.first + spot.by
            if top == first and filled <= bottom <= last and column in spot.table.columns:
                place = spot.table.columns.index(column)
                values = [line[place] for line in spot.table.rows if line[place] is not None]
                if all(isinstance(value, Decimal | int) for value in values):
                    return sum((Decimal(value) for value in values), Decimal(0))
        return None


CellWay = Callable[[int, int, Sequence[Any], bool], str]
"""Row, step from the sample row, the row's values, whether it is a copy of the sample row -> the cell."""
RowWay = CellWay
