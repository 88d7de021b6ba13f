"""What stands in the cells of a workbook, for people who say where something belongs. Nothing is reckoned."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation

from school_it.workbooks import tags
from school_it.workbooks.looks import Looks
from school_it.workbooks.package import Package, SheetRef
from school_it.workbooks.places import column_of, corners

_MOST_TEXTS = 200_000
_LONGEST = 200
_MOST_MERGED = 5_000
_MOST_PLACES = 40


@dataclass(frozen=True, slots=True)
class Seen:
    """What a cell shows, roughly; `is_formula` where it reckons for itself."""

    text: str
    is_formula: bool = False


@dataclass(slots=True)
class Window:
    """Cells by row (from 1) and column (from 0); `merged` areas as first and last row, first and last column."""

    cells: dict[tuple[int, int], Seen] = field(default_factory=dict)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    last_row: int = 0
    last_column: int = -1

    def text(self, row: int, column: int) -> str:
        found = self.cells.get((row, column))
        return found.text if found else ""


class Eyes:
    """Looks into the sheets of one workbook; its texts and styles are read once. Raises CannotRead."""

    def __init__(self, package: Package) -> None:
        self.package = package
        texts = package.related(package.workbook, "sharedStrings")
        self.texts = _texts(package.read(texts[0])) if texts else []
        styles = package.related(package.workbook, "styles")
        self.looks = Looks(package.read(styles[0])) if styles else None

    def window(self, sheet: SheetRef, rows: range, columns: int = 60) -> Window:
        """The cells in these rows and the first columns; how far the sheet reaches is told for all of it."""
        reader = _Reader(self, rows, columns)
        content = self.package.read(sheet.part)
        tags.parse_text(content, reader.start, reader.end, reader.text)
        return reader.window

    def shown(self, kind: str, text: str, style: int) -> str:
        if kind == "s":
            place = int(text) if text.isdigit() else -1
            return self.texts[place] if 0 <= place < len(self.texts) else ""
        if kind == "b":
            return "WAHR" if text == "1" else "FALSCH"
        if kind or not text:
            return text
        try:
            number = Decimal(text)
        except InvalidOperation:
            return text
        if not number.is_finite() or abs(number.adjusted()) > _MOST_PLACES:
            return text
        if self.looks and self.looks.shows_days(style) and 0 < number < 3_000_000:
            first = date(1904, 1, 1) if self.package.from_1904 else date(1899, 12, 30)
            return f"{first + timedelta(days=int(number)):%d.%m.%Y}"
        return f"{number.normalize():f}".replace(".", ",")


def _texts(content: bytes) -> list[str]:
    found: list[str] = []
    path: list[str] = []
    now: list[str] = []

    def start(name: str, _attributes: dict[str, str], _at: int) -> None:
        path.append(tags.local(name))
        if path[1:] == ["si"]:
            now.clear()

    def end(_name: str, _at: int) -> None:
        if path[1:] == ["si"] and len(found) < _MOST_TEXTS:
            found.append("".join(now)[:_LONGEST])
        path.pop()

    def text(said: str) -> None:
        if path[-1] == "t" and "rPh" not in path:
            now.append(said)

    tags.parse_text(content, start, end, text)
    return found


class _Reader:
    def __init__(self, eyes: Eyes, rows: range, columns: int) -> None:
        self.eyes, self.rows, self.columns = eyes, rows, columns
        self.window = Window()
        self.path: list[str] = []
        self.row, self.column = 0, -1
        self.kind, self.style = "", 0
        self.said: list[str] = []
        self.is_formula = False

    def start(self, name: str, attributes: dict[str, str], _at: int) -> None:
        path = self.path
        path.append(tags.local(name))
        depth = len(path)
        if depth > 2 and path[1] == "sheetData":
            if depth == 3:
                self.row, self.column = int(attributes.get("r", self.row + 1)), -1
            elif depth == 4:
                reference = attributes.get("r")
                self.column = column_of(reference) if reference else self.column + 1
                self.kind, self.style = attributes.get("t", ""), int(attributes.get("s", 0))
                self.said, self.is_formula = [], False
            elif path[4] == "f":
                self.is_formula = True
        elif path[-1] == "mergeCell":
            self._merge(attributes.get("ref", ""))

    def _merge(self, reference: str) -> None:
        """Only those that reach into these rows and columns: a file may name any number of them."""
        for area in corners(reference):
            top, bottom, left, _right = area
            near = top < self.rows.stop and bottom >= self.rows.start and left < self.columns
            if near and len(self.window.merged) < _MOST_MERGED:
                self.window.merged.append(area)

    def text(self, said: str) -> None:
        if len(self.path) > 4 and self.path[1] == "sheetData" and self.path[-1] in ("v", "t"):
            self.said.append(said)

    def end(self, _name: str, _at: int) -> None:
        path, window = self.path, self.window
        if len(path) == 4 and path[1] == "sheetData":
            window.last_row, window.last_column = (
                max(window.last_row, self.row),
                max(window.last_column, self.column),
            )
            if self.row in self.rows and self.column < self.columns and (self.said or self.is_formula):
                text = self.eyes.shown(self.kind, "".join(self.said), self.style)[:_LONGEST]
                window.cells[self.row, self.column] = Seen(text, self.is_formula)
        path.pop()
