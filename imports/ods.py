"""What the fast reader does not tell of an .ods: numbers as shown, formulas without a value, errors, hidden rows."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Collection, Iterator
from pathlib import Path
from xml.parsers import expat

from imports.container import refuse_definition
from imports.marks import Marks, Part, RowMarks
from school_it.cells import GERMAN_FAULTS, Fault

_STEP = 2**18
_MOST_REPEATED = 10_000  # equal rows with something in them; empty rows may be as many as they like
_NUMBERS = frozenset({"float", "percentage", "currency"})
_SUM = re.compile(r"(?:\w+:)?=\s*(?:SUM|SUBTOTAL|AGGREGATE)\(")
_HIDDEN = frozenset({"collapse", "filter"})


def marks(file: Path, sheet_name: str, columns: Collection[int]) -> Marks:
    """The marks of one sheet; shown numbers only of the given columns (from 0)."""
    return Marks(_parts(file, sheet_name, columns))


def _parts(file: Path, sheet_name: str, columns: Collection[int]) -> Iterator[Part]:
    walker = _Walker(sheet_name, frozenset(columns))
    with zipfile.ZipFile(file) as archive, archive.open("content.xml") as opened:
        while step := opened.read(_STEP):
            walker.parser.Parse(step)
            yield walker.taken()
        walker.parser.Parse(b"", True)
        yield walker.taken()


class _Walker:
    """Goes through the elements of the one table, counting rows (from 1) and columns (from 0) with their repeats."""

    def __init__(self, sheet_name: str, columns: Collection[int]) -> None:
        self.sheet_name, self.columns = sheet_name, columns
        self.is_here = False
        self.row = self.rows = self.column = 0
        self.mark = RowMarks()
        self.marked: dict[int, RowMarks] = {}
        self.cell: tuple[int, dict[str, str]] | None = None
        self.text: list[str] = []
        self.parser = expat.ParserCreate()
        self.parser.StartDoctypeDeclHandler = refuse_definition
        self.parser.StartElementHandler = self._begins
        self.parser.EndElementHandler = self._ends

    def taken(self) -> Part:
        marked, self.marked = self.marked, {}
        return self.row, marked

    def _begins(self, element: str, attributes: dict[str, str]) -> None:
        if element == "table:table":
            self.is_here = attributes.get("table:name") == self.sheet_name
        elif not self.is_here:
            return
        elif element == "table:table-row":
            self.rows = int(attributes.get("table:number-rows-repeated", 1))
            self.column, self.mark = 0, RowMarks()
            self.mark.is_hidden = attributes.get("table:visibility") in _HIDDEN
        elif element in ("table:table-cell", "table:covered-table-cell"):
            self._cell_begins(attributes)

    def _cell_begins(self, attributes: dict[str, str]) -> None:
        column, kind = self.column, attributes.get("office:value-type")
        self.column += int(attributes.get("table:number-columns-repeated", 1))
        formula = attributes.get("table:formula")
        if formula is not None and _SUM.match(formula):
            self.mark.has_sum = True
        if formula is not None and kind is None:
            self.mark.faults.append((column, Fault.NOT_CALCULATED))
        is_faulty = attributes.get("calcext:value-type") == "error"
        if is_faulty or (kind in _NUMBERS and column in self.columns):
            self.cell, self.text = (column, attributes), []
            self.parser.CharacterDataHandler = self.text.append

    def _ends(self, element: str) -> None:
        if element == "table:table-cell" and self.cell:
            self._cell_ends(*self.cell)
            self.cell, self.parser.CharacterDataHandler = None, None
        elif element == "table:table-row" and self.is_here:
            if self.mark != RowMarks():
                last = self.row + min(self.rows, _MOST_REPEATED)
                self.marked.update(dict.fromkeys(range(self.row + 1, last + 1), self.mark))
            self.row += self.rows

    def _cell_ends(self, column: int, attributes: dict[str, str]) -> None:
        shown = "".join(self.text).strip()
        if attributes.get("calcext:value-type") == "error":
            self.mark.faults.append((column, _fault(shown)))
        elif shown:
            self.mark.shown.append((column, shown))


def _fault(shown: str) -> Fault:
    return next((fault for fault in Fault if shown in (fault.value, GERMAN_FAULTS.get(fault))), Fault.OTHER)
