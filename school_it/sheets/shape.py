"""What a sheet is made of, what a file holds, and what was read of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from school_it import cells
from school_it.errors import N_, BadValue, Sentence

HINT_HEADER = "Prüfhinweis"  # the column we add to a corrected file; it is skipped when the file comes back


@dataclass(frozen=True, slots=True)
class Column:
    """One column: the field's name in programs, its German header, and how its cells are read.

    `parts`: the headers, in order, over which some files spread the value; they are read joined by a blank.
    `is_computed`: an empty cell is computed of the others, so a formula that shows an error counts as empty.
    """

    field: str
    header: str
    type: cells.Type = cells.TEXT
    needed: bool = False
    other_headers: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    is_computed: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """All columns of one kind of workbook.

    `keys`: each a tuple of fields that together name one row, the most speaking field first: problems of the
    key point at it. A key is there when its needed columns (where none is needed, all its columns) are
    filled. A row needs at least one key. `last_resort`: the last key counts only in rows that have no other, so
    that rows with another one may share its value. `needed_of_new`: needed columns that a row about something stored
    may leave out; whoever checks the rows against what is stored refuses the others.
    """

    kind: str
    title: str
    columns: tuple[Column, ...]
    keys: tuple[tuple[str, ...], ...] = ()
    last_resort: bool = False
    needed_of_new: tuple[str, ...] = ()

    def __hash__(self) -> int:
        """What is found out about a sheet is kept beside it: the way there must not lead over every column."""
        return hash((self.kind, self.title))

    def column(self, name: str) -> Column:
        """Raises KeyError where there is no such field."""
        for column in self.columns:
            if column.field == name:
                return column
        raise KeyError(name)

    @property
    def fields(self) -> tuple[str, ...]:
        return tuple(column.field for column in self.columns)


@dataclass(slots=True)
class Table:
    """A table as it stands in a file: raw cells below their headers.

    `rows` are (row number as a spreadsheet program shows it, cells in the order of `headers`); `places` are
    the headers' columns in the file, counted from 0; `passed_over` the numbers of the rows that are no data.
    `header_row` 0 is a table without headers: its columns are called »Spalte A«, »Spalte B«. Of `rows`,
    `hidden_rows` are hidden in the file (data all the same); `other_sheets` and `hidden_sheets` name the rest of it.
    `around` are the texts above the header and those that names of the workbook stand for.
    """

    sheet: str | None
    header_row: int
    headers: tuple[str, ...]
    places: tuple[int, ...]
    rows: list[tuple[int, list[cells.Raw]]]
    passed_over: tuple[int, ...] = ()
    hidden_rows: int = 0
    other_sheets: tuple[str, ...] = ()
    hidden_sheets: tuple[str, ...] = ()
    around: tuple[str, ...] = ()

    @property
    def ignored(self) -> int:
        return len(self.passed_over)


class Row(NamedTuple):
    number: int
    values: dict[str, Any]


class Question(NamedTuple):
    """A column whose dates could be day and month either way round: ``read(…, day_first={header: True})`` answers."""

    header: str
    field: str
    examples: tuple[str, ...]


class Creation(NamedTuple):
    """What is not stored yet and would come to be by the way: a room, a supplier, a model.

    `known` are the words stored already (of that school, where it has one), for »meinten Sie …?«; `names` other
    names of them: the Sekretariat is room 0.03.
    """

    field: str
    value: str
    school_number: str | None
    rows: tuple[int, ...]
    known: tuple[str, ...] = ()
    names: Mapping[str, str] = {}


class Problem(NamedTuple):
    """What is wrong in one cell, or in a whole row (`column` is then None); `value` as the file shows it."""

    row: int
    column: str | None
    value: str | None
    sentence: Sentence


@dataclass(slots=True)
class Reading:
    """What a table says. `rows` are without fault so far; `faulty` hold what could be read of the others.

    Whoever finds further problems (an unknown school) adds them with `refuse`, which moves the row.
    """

    columns: list[tuple[str, str | None]]
    rows: list[Row] = field(default_factory=list)
    faulty: list[Row] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    sums: dict[str, Decimal] = field(default_factory=dict)
    joined: dict[str, str] = field(default_factory=dict)  # header of a further part -> field it belongs to
    questions: list[Question] = field(default_factory=list)
    hints: list[tuple[int, Sentence]] = field(
        default_factory=list
    )  # of a row: right perhaps, but worth a look
    known: dict[int, tuple[int, dict[str, Any]]] | None = (
        None  # where checking the rows has found it by the way
    )

    @property
    def left_out(self) -> list[str]:
        """The headers whose cells nobody reads."""
        return [
            header for header, mapped in self.columns if header and not mapped and header not in self.joined
        ]

    @property
    def count(self) -> int:
        return len(self.rows) + len(self.faulty)

    def header_of(self, name: str) -> str | None:
        """The header under which the file has this field."""
        return next((header for header, mapped in self.columns if mapped == name), None)

    def refuse(self, problems: Iterable[Problem]) -> None:
        """Add problems found later; the rows they name are no longer taken."""
        added = list(problems)
        bad = {problem.row for problem in added}
        self.problems = sorted(self.problems + added, key=lambda problem: problem.row)
        refused = [row for row in self.rows if row.number in bad]
        self.faulty = sorted(self.faulty + refused, key=lambda row: row.number)
        self.rows = [row for row in self.rows if row.number not in bad]


def check_fields(sheet: Sheet, names: Iterable[str]) -> None:
    """Raises BadValue where the sheet has no such field."""
    for name in names:
        if name not in sheet.fields:
            raise BadValue(
                N_("Ein Feld »%(field)s« gibt es hier nicht. Möglich sind: %(fields)s."),
                field=name,
                fields=", ".join(sheet.fields),
            )
