"""What a workbook is made of, as values: pages with a table, and covers."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from exports import filling
from school_it import cells
from school_it.sheets import Column
from school_it.workbooks.rows import Formula

HEADER_ROW = 4  # row 5 for people: title, authority, date and filter stand above it
FIRST_ROW = HEADER_ROW + 1  # of the data
SUM = "sum"  # the place of a name in the sum row
WIDEST = 44


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart of the program itself below a table: columns of `values` over the rows of `over`, by field.

    `kind`: column, bar (lying) or line; a line is never stacked.
    """

    title: str
    over: str
    values: Sequence[str]
    stacked: bool = True
    kind: str = "column"


@dataclass(frozen=True, slots=True)
class Page:
    """A table. `sums`: fields of the sum row; `names`: workbook-wide name -> (row from 0 or SUM, field).
    `totals`: what stands in the sum row instead of a sum of the rows above it.

    `printed_to` is the last field on paper, where all columns would make the print too small to read.
    For whoever goes on filling it in: `dropdowns` and `prompts` by field, `needed` the fields whose headers stand out,
    `open_rows` how many rows below the last one are made ready, with the formats of their columns.
    `widest` is how many signs a line of a cell may have, of a column on paper; rows are as high as their longest text
    needs.
    """

    title: str
    sheet_name: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Any]]
    subtitle: Sequence[str] = ()
    sums: Sequence[str] = ()
    totals: Mapping[str, Formula] = field(default_factory=dict)
    names: Mapping[str, tuple[int | str, str]] = field(default_factory=dict)
    printed_to: str | None = None
    dropdowns: Mapping[str, filling.Dropdown] = field(default_factory=dict)
    prompts: Mapping[str, str] = field(default_factory=dict)
    needed: Collection[str] = ()
    open_rows: int = 0
    widest: int = WIDEST
    picture: Picture | None = None

    def widths(self) -> list[int]:
        """How wide each column may become: one that is not printed need not be narrow."""
        printed, found = True, []
        for column in self.columns:
            found.append(self.widest if printed else max(self.widest, WIDEST))
            printed = printed and column.field != self.printed_to
        return found


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a cover. With `name`, its value is a named cell; a `heading` stands above the lines that follow.

    `leads_to` is where the rows behind the value stand: ``Belegliste!M6:M27``. `lines` is how high it is at least,
    where somebody writes by hand.
    """

    label: str
    value: Any = None
    type: cells.Type = cells.TEXT
    name: str | None = None
    heading: bool = False
    lines: int = 1
    leads_to: str | None = None


@dataclass(frozen=True, slots=True)
class Cover:
    title: str
    sheet_name: str
    entries: Sequence[Entry]
    subtitle: Sequence[str] = ()
