"""What stands in the rows of a sheet's part that are to be filled, byte by byte."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from school_it.workbooks import tags
from school_it.workbooks.damage import Damaged
from school_it.workbooks.places import column_of, corners
from school_it.workbooks.references import shifted


@dataclass(slots=True)
class Cell:
    """`column` from 0; `kind` of its formula as the file has it: nothing, shared, array, dataTable."""

    column: int
    start: int
    end: int = -1
    style: int = 0
    is_filled: bool = False
    formula: str | None = None
    kind: str = ""


@dataclass(slots=True)
class Line:
    number: int
    start: int
    tag: bytes
    is_whole: bool
    end: int = -1
    inner_end: int = -1
    style: int | None = None
    cells: dict[int, Cell] = field(default_factory=dict)


@dataclass(slots=True)
class Found:
    prefix: str = ""
    lines: dict[int, Line] = field(default_factory=dict)
    starts: list[tuple[int, int]] = field(default_factory=list)  # number and offset of every row
    columns: list[tuple[int, int, int]] = field(default_factory=list)  # first, last, style
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)  # first and last row, column
    arrays: list[tuple[int, int]] = field(default_factory=list)  # rows of formulas that fill several cells
    data: tuple[int, int, bool] = (-1, -1, False)
    """Where `sheetData` begins and where it ends, and whether it is one empty element."""

    def style_of(self, row: int, column: int) -> int:
        """Of a cell, or of the one that would be made there."""
        line = self.lines.get(row)
        if line and column in line.cells:
            return line.cells[column].style
        if line and line.style is not None:
            return line.style
        return next((style for first, last, style in self.columns if first <= column <= last), 0)

    def before(self, row: int) -> int:
        """Where a new row of that number is written."""
        return next((at for number, at in self.starts if number >= row), self.data[1])


def scan(content: bytes, wanted: Callable[[int], bool]) -> Found:
    """Raises Damaged where the part is no sheet."""
    scanner = _Scanner(content, wanted)
    tags.parse(content, scanner.start, scanner.end)
    if scanner.found.data[0] < 0:
        raise Damaged
    return scanner.found


class _Scanner:
    def __init__(self, content: bytes, wanted: Callable[[int], bool]) -> None:
        self.content, self.wanted = content, wanted
        self.found = Found()
        self.path: list[str] = []
        self.row, self.column = 0, -1
        self.line: Line | None = None
        self.cell: Cell | None = None
        self.formula: tuple[dict[str, str], int] | None = None
        self.masters: dict[str, tuple[int, int, str]] = {}

    def start(self, name: str, attributes: dict[str, str], at: int) -> None:
        path = self.path
        path.append(tags.local(name))
        depth = len(path)
        if depth == 1:
            self.found.prefix = tags.prefix_of(name)
        elif path[1] != "sheetData":
            self._other(attributes)
        elif depth == 2:
            tag, whole = tags.start_tag(self.content, at)
            self.found.data = (at, at + len(tag), whole)
        elif depth == 3:
            self._row(attributes, at)
        elif depth == 4:
            self._cell(attributes, at)
        elif depth == 5:
            self._inside(path[4], attributes, at)

    def _other(self, attributes: dict[str, str]) -> None:
        kind = self.path[-1]
        if kind == "col":
            style = int(attributes.get("style", 0))
            self.found.columns.append((int(attributes["min"]) - 1, int(attributes["max"]) - 1, style))
        elif kind == "mergeCell":
            self.found.merged += corners(attributes.get("ref", ""))

    def _row(self, attributes: dict[str, str], at: int) -> None:
        self.row = int(attributes.get("r", self.row + 1))
        self.column, self.line = -1, None
        self.found.starts.append((self.row, at))
        if self.wanted(self.row):
            tag, whole = tags.start_tag(self.content, at)
            self.line = self.found.lines[self.row] = Line(
                self.row, at, tag, whole, at + len(tag), at + len(tag)
            )
            if attributes.get("customFormat") in ("1", "true"):
                self.line.style = int(attributes.get("s", 0))

    def _cell(self, attributes: dict[str, str], at: int) -> None:
        reference = attributes.get("r")
        self.column = column_of(reference) if reference else self.column + 1
        self.cell = Cell(self.column, at, style=int(attributes.get("s", 0)))
        if self.line is not None:
            self.line.cells[self.column] = self.cell

    def _inside(self, name: str, attributes: dict[str, str], at: int) -> None:
        if self.cell is None:
            return
        if name in ("v", "is", "f"):
            self.cell.is_filled = True
        if name == "f":
            tag, _whole = tags.start_tag(self.content, at)
            self.formula = (attributes, at + len(tag))
            if attributes.get("t") in ("array", "dataTable"):
                self.found.arrays += [(a, b) for a, b, _l, _r in corners(attributes.get("ref", ""))]

    def end(self, name: str, at: int) -> None:
        path, depth = self.path, len(self.path)
        if depth > 1 and path[1] == "sheetData":
            if depth == 5 and path[4] == "f" and self.formula and self.cell:
                self._formula(*self.formula, at, self.cell)
                self.formula = None
            elif depth == 4 and self.cell:
                self.cell.end = tags.end_of(self.content, self.cell.start, at, name)
                self.cell = None
            elif depth == 3 and self.line and not self.line.is_whole:
                self.line.inner_end = at
                self.line.end = tags.end_of(self.content, self.line.start, at, name)
            elif depth == 2 and not self.found.data[2]:
                self.found.data = (self.found.data[0], at, False)
        path.pop()

    def _formula(self, attributes: dict[str, str], begin: int, closing: int, cell: Cell) -> None:
        text = tags.plain(self.content[begin:closing]) if closing > begin else ""
        cell.kind = attributes.get("t", "")
        if cell.kind == "shared":
            ident = attributes.get("si", "")
            if text:
                self.masters[ident] = (self.row, self.column, text)
            elif ident in self.masters:
                row, column, master = self.masters[ident]
                text = shifted(master, self.row - row, self.column - column)
        cell.formula = text
