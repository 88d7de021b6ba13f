"""Where rows and cells stand in a sheet's part, byte by byte."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from school_it.workbooks import tags
from school_it.workbooks.damage import Damaged
from school_it.workbooks.places import column_of, corners


@dataclass(slots=True)
class Cell:
    """`column` from 0; `is_shared`: its formula is one that other cells lean on, or that fills several."""

    column: int
    start: int
    end: int = -1
    style: int = 0
    is_filled: bool = False
    has_formula: bool = False
    is_shared: bool = False


@dataclass(slots=True)
class Line:
    """A row as it stands in the part; `inner_end` is where a further cell can be written."""

    number: int
    start: int
    inner_end: int = -1
    style: int = 0
    cells: list[Cell] = field(default_factory=list)

    def cell(self, column: int) -> Cell | None:
        return next((cell for cell in self.cells if cell.column == column), None)


@dataclass(slots=True)
class Width:
    """A ``<col>``: first and last column from 0, its style."""

    first: int
    last: int
    style: int
    start: int
    end: int = -1


@dataclass(slots=True)
class Found:
    prefix: str = ""
    lines: dict[int, Line] = field(default_factory=dict)
    taken: set[int] = field(default_factory=set)  # columns behind the table in which something stands
    widths: list[Width] = field(default_factory=list)
    data_start: int = -1
    dimension: tuple[int, str] | None = None
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)  # first and last row, column


Also = Callable[[int, int], bool]  # column, style


def scan(content: bytes, wanted: Collection[int], rows: range, *, beyond: int, also: Also | None) -> Found:
    """The rows `wanted`, and which columns from `beyond` on are taken in `rows`.

    Of the other `rows`, those that hold a cell for which `also` is true are found too, from that cell on.
    """
    scanner = _Scanner(content, frozenset(wanted), rows, beyond, also)
    tags.parse(content, scanner.start, scanner.end)
    if scanner.found.data_start < 0:
        raise Damaged
    return scanner.found


class _Scanner:
    def __init__(
        self, content: bytes, wanted: frozenset[int], rows: range, beyond: int, also: Also | None
    ) -> None:
        self.content, self.wanted, self.rows, self.beyond, self.also = content, wanted, rows, beyond, also
        self.found = Found()
        self.path: list[str] = []
        self.row = self.column = 0
        self.row_start = -1
        self.line: Line | None = None
        self.cell: Cell | None = None

    def start(self, name: str, attributes: dict[str, str], at: int) -> None:
        path = self.path
        path.append(name.rpartition(":")[2])
        depth = len(path)
        if depth > 3 and path[1] == "sheetData":
            if depth == 4:
                self._start_cell(attributes, at)
            elif depth == 5 and self.cell:
                self._start_content(path[4], attributes)
        elif depth == 3 and path[1] == "sheetData":
            self._start_row(attributes, at)
        else:
            self._start_other(name, attributes, at)

    def _start_row(self, attributes: dict[str, str], at: int) -> None:
        self.row = int(attributes.get("r", self.row + 1))
        self.column, self.row_start = -1, at
        self.line = None
        if self.row in self.wanted and self.row not in self.found.lines:
            style = int(attributes.get("s", 0)) if attributes.get("customFormat") in ("1", "true") else -1
            self.line = self.found.lines[self.row] = Line(self.row, at, style=style)

    def _start_cell(self, attributes: dict[str, str], at: int) -> None:
        reference = attributes.get("r")
        self.column = column_of(reference) if reference else self.column + 1
        self.cell = None
        style = int(attributes.get("s", 0))
        if self.line is None and self.also and self.row in self.rows and self.also(self.column, style):
            self.line = self.found.lines[self.row] = Line(self.row, self.row_start)
        if self.line is not None or (self.column >= self.beyond and self.row in self.rows):
            self.cell = Cell(self.column, at, style=style)
            if self.line is not None:
                self.line.cells.append(self.cell)

    def _start_content(self, name: str, attributes: dict[str, str]) -> None:
        cell = self.cell
        if cell is None or name not in ("v", "is", "f"):
            return
        cell.is_filled = True
        if name == "f":
            cell.has_formula = True
            cell.is_shared = "ref" in attributes
        if cell.column >= self.beyond and self.row in self.rows:
            self.found.taken.add(cell.column)

    def _start_other(self, name: str, attributes: dict[str, str], at: int) -> None:
        kind, depth = self.path[-1], len(self.path)
        if depth == 1:
            self.found.prefix = tags.prefix_of(name)
        elif depth == 2 and kind == "sheetData":
            self.found.data_start = at
        elif depth == 2 and kind == "dimension":
            self.found.dimension = (at, attributes.get("ref", ""))
        elif depth == 3 and kind == "col":
            first, last = int(attributes["min"]) - 1, int(attributes["max"]) - 1
            self.found.widths.append(Width(first, last, int(attributes.get("style", 0)), at))
        elif depth == 3 and kind == "mergeCell":
            self.found.merged += corners(attributes.get("ref", ""))

    def end(self, name: str, at: int) -> None:
        path = self.path
        depth = len(path)
        if depth == 4 and self.cell is not None and path[1] == "sheetData":
            self.cell.end = tags.end_of(self.content, self.cell.start, at, name)
            self.cell = None
        elif depth == 3 and path[1] == "sheetData" and self.line is not None:
            self._end_row(self.line, at)
        elif depth == 3 and path[2] == "col" and path[1] == "cols":
            width = self.found.widths[-1]
            width.end = tags.end_of(self.content, width.start, at, name)
        path.pop()

    def _end_row(self, line: Line, at: int) -> None:
        _tag, is_whole = tags.start_tag(self.content, line.start)
        line.inner_end = -1 if is_whole else at
        self.line = None
