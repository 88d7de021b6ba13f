"""What the fast reader does not tell of a sheet's rows: formats, faults, sums, hidden rows. In step with the rows."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from school_it.cells import Fault
from school_it.errors import CannotRead
from school_it.workbooks.damage import DAMAGED


@dataclass(slots=True)
class RowMarks:
    """Of one row: number formats, shown texts and faults of cells as (column from 0, what)."""

    formats: list[tuple[int, str]] = field(default_factory=list)
    shown: list[tuple[int, str]] = field(default_factory=list)
    faults: list[tuple[int, Fault]] = field(default_factory=list)
    has_sum: bool = False
    is_hidden: bool = False


NOTHING = RowMarks()

Part = tuple[int, dict[int, RowMarks]]  # the last row (from 1) it reaches, and the marked ones among its rows


class Marks:
    """Holds the marks of one part of the sheet at a time, however long the sheet is."""

    def __init__(self, parts: Iterable[Part] = ()) -> None:
        self._parts, self._rows, self._last = iter(parts), dict[int, RowMarks](), 0

    def at(self, number: int) -> RowMarks:
        """Rows have to be asked for in their order. Raises CannotRead where the file has them in another."""
        while number > self._last:
            last, rows = next(self._parts, (sys.maxsize, {}))
            if rows and min(rows) <= self._last:
                raise CannotRead(DAMAGED)
            self._last, self._rows = max(last, self._last), rows
        return self._rows.get(number, NOTHING)

    def faulty_rows(self) -> Iterator[int]:
        """The rows with faults that nobody has asked for yet, and of those at hand."""
        for rows in (self._rows, *(rows for _last, rows in self._parts)):
            yield from (number for number, marked in rows.items() if marked.faults)
