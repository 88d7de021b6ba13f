"""Which cell of a form takes which figure, where its tables begin: proposed by names and headers, kept as a layout."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, Any

from exports.offered import Offered, Table
from school_it.errors import N_, BadValue, Sentence
from school_it.workbooks.asked import Put, Rows
from school_it.workbooks.filling import fill
from school_it.workbooks.looking import Eyes, Window
from school_it.workbooks.package import Package, SheetRef
from school_it.workbooks.places import cell_of, letters

_NOTHING = N_(
    "In dieses Formular lässt sich nichts eintragen: Keine seiner Zellen trägt einen Namen, den der Bericht kennt. "
    "Möglich sind: %(names)s."
)
_NO_CELL = N_("Der Name »%(name)s« steht im Formular für keine Zelle; »%(label)s« wird nicht eingetragen.")
_NO_SHEET = N_("Das Blatt »%(sheet)s« gibt es im Formular nicht mehr; »%(label)s« wird nicht eingetragen.")
_NOT_HERE = N_("Der Bericht hat »%(label)s« nicht (mehr); die Zelle %(cell)s bleibt, wie sie ist.")
_LOOK_AROUND = 80


@dataclass(frozen=True, slots=True)
class At:
    """A cell: row from 1, column from 0."""

    sheet: str
    row: int
    column: int

    def __str__(self) -> str:
        return f"{self.sheet}!{letters(self.column)}{self.row}"


@dataclass(frozen=True, slots=True)
class TableAt:
    """`row` is the sample row; `fields` by the column (from 0) that takes them."""

    sheet: str
    row: int
    fields: Mapping[int, str]


@dataclass(slots=True)
class Layout:
    """By the keys of what a report offers."""

    figures: dict[str, At] = field(default_factory=dict)
    tables: dict[str, TableAt] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {
            "figures": {key: [at.sheet, at.row, at.column] for key, at in self.figures.items()},
            "tables": {
                key: {"sheet": at.sheet, "row": at.row, "fields": {str(k): v for k, v in at.fields.items()}}
                for key, at in self.tables.items()
            },
        }

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> Layout:
        figures = {key: At(*place) for key, place in said.get("figures", {}).items()}
        tables = {
            key: TableAt(at["sheet"], at["row"], {int(k): v for k, v in at["fields"].items()})
            for key, at in said.get("tables", {}).items()
        }
        return cls(figures, tables)


def propose(package: Package, offered: Offered) -> tuple[Layout, list[Sentence]]:
    """What the names of the form say by themselves, and what they say that cannot be followed."""
    layout, notes = Layout(), []
    eyes = Eyes(package)
    folded = {key.casefold(): key for key in (*offered.figures, *offered.tables)}
    for name, meant in package.defined.items():
        key = folded.get(name.casefold())
        if key is None:
            continue
        place = package.place(meant)
        cell = cell_of(place[1].partition(":")[0]) if place else None
        label = offered.figures[key].label if key in offered.figures else offered.tables[key].title
        if place is None or cell is None:
            notes.append(Sentence(_NO_CELL, name=name, label=label))
        elif key in offered.figures:
            layout.figures[key] = At(place[0].name, *cell)
        else:
            layout.tables[key] = table_at(eyes, place[0], cell, offered.tables[key])
    return layout, notes


def table_at(eyes: Eyes, sheet: SheetRef, cell: tuple[int, int], table: Table) -> TableAt:
    """Where a table that is called to a cell begins, and which of its columns go where.

    The cell is the first of the sample row. Headers above it (or in it: then the sample row is the next) say which
    columns take what; where none of them is known, all columns follow from the cell on.
    """
    row, column = cell
    window = eyes.window(sheet, range(max(1, row - 2), row + 1), column + _LOOK_AROUND)
    for header_row, sample in ((row, row + 1), (row - 1, row), (row - 2, row)):
        fields = headed(window, header_row, table, column)
        if len(fields) >= min(2, len(table.columns)):
            return TableAt(sheet.name, sample, fields)
    return TableAt(sheet.name, row, {column + place: one.field for place, one in enumerate(table.columns)})


def headed(window: Window, row: int, table: Table, first: int = 0) -> dict[int, str]:
    """Column -> field, by the headers in a row; of two headers for one field the first counts."""
    found: dict[int, str] = {}
    for (at_row, column), seen in sorted(window.cells.items()):
        if at_row == row and column >= first:
            meant = table.field_of(seen.text)
            if meant and meant not in found.values():
                found[column] = meant
    return found


def write(file: IO[bytes], target: IO[bytes], layout: Layout, offered: Offered) -> tuple[list[Sentence], int]:
    """Fill the form. Returns what could not be placed, a sentence each, and how many rows were written.

    Raises BadValue where nothing at all can be placed, CannotRead for a form that cannot be kept whole.
    """
    package = Package(file)
    sheets = {one.name.casefold() for one in package.sheets}
    notes: list[Sentence] = []
    cells = list(_puts(layout, offered, sheets, notes))
    tables = list(_rows(layout, offered, sheets, notes))
    if not cells and not tables:
        names = [figure.key for figure in offered.figures.values() if figure.is_named]
        raise BadValue(_NOTHING, names=", ".join([*names, *offered.tables]))
    notes += fill(file, target, cells=cells, tables=tables)
    return notes, sum(len(table.rows) for table in tables)


def _puts(layout: Layout, offered: Offered, sheets: set[str], notes: list[Sentence]) -> Iterator[Put]:
    for key, at in layout.figures.items():
        figure = offered.figures.get(key)
        if figure is None:
            notes.append(Sentence(_NOT_HERE, label=key, cell=at))
        elif at.sheet.casefold() not in sheets:
            notes.append(Sentence(_NO_SHEET, sheet=at.sheet, label=figure.label))
        else:
            name = key if figure.is_named else ""
            yield Put(at.sheet, at.row, at.column, figure.value, name, figure.label)


def _rows(layout: Layout, offered: Offered, sheets: set[str], notes: list[Sentence]) -> Iterator[Rows]:
    for key, at in layout.tables.items():
        table = offered.tables.get(key)
        if table is None:
            notes.append(Sentence(_NOT_HERE, label=key, cell=f"{at.sheet}!{at.row}"))
        elif at.sheet.casefold() not in sheets:
            notes.append(Sentence(_NO_SHEET, sheet=at.sheet, label=table.title))
        else:
            yield Rows(
                at.sheet, at.row, _columns(at, table), table.rows, [one.header for one in table.columns]
            )


def _columns(at: TableAt, table: Table) -> Sequence[int | None]:
    by_field = {name: column for column, name in at.fields.items()}
    return [by_field.get(column.field) for column in table.columns]
