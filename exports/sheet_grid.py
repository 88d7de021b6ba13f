"""A piece of a sheet as a page shows it: rows and columns with letters, merged cells as wide as they are."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from school_it.workbooks.looking import Eyes, Seen, Window
from school_it.workbooks.places import LAST_ROW

ROWS, COLUMNS = 40, 26
_SPARE = 3  # empty rows and columns behind the last that hold something


@dataclass(frozen=True)
class Grid:
    """`first` row shown; `previous` and `next` are the first rows of the pages around it, None at either end."""

    sheet: str
    window: Window
    first: int

    @property
    def last(self) -> int:
        return min(self.first + ROWS - 1, max(self.window.last_row + _SPARE, self.first))

    @property
    def width(self) -> int:
        return min(self.window.last_column + 1 + _SPARE, COLUMNS)

    @property
    def previous(self) -> int | None:
        return max(1, self.first - ROWS) if self.first > 1 else None

    @property
    def next(self) -> int | None:
        return self.first + ROWS if self.first + ROWS <= self.window.last_row else None

    @cached_property
    def _spans(self) -> dict[tuple[int, int], int]:
        """Width of the merged cells by their first; 0 for those they cover in the same row."""
        spans: dict[tuple[int, int], int] = {}
        for top, bottom, left, right in self.window.merged:
            for row in range(max(top, self.first), min(bottom, self.last) + 1):
                spans[row, left] = min(right, self.width - 1) - left + 1
                spans.update({(row, column): 0 for column in range(left + 1, min(right + 1, self.width))})
        return spans

    def rows(self) -> list[tuple[int, list[tuple[int, Seen | None, int]]]]:
        """Number of the row, and its cells: column, what it shows, how many columns wide."""
        return [
            (
                row,
                [
                    (column, self.window.cells.get((row, column)), span)
                    for column in range(self.width)
                    if (span := self._spans.get((row, column), 1))
                ],
            )
            for row in range(self.first, self.last + 1)
        ]


def grid(eyes: Eyes, sheet_name: str, first: int) -> Grid:
    """The sheet of that name, else the first one that is not hidden."""
    sheets = eyes.package.sheets
    shown = [one for one in sheets if not one.is_hidden] or sheets
    found = next((one for one in sheets if one.name == sheet_name), shown[0])
    first = max(1, min(first, LAST_ROW - ROWS))
    return Grid(found.name, eyes.window(found, range(first, first + ROWS), COLUMNS), first)
