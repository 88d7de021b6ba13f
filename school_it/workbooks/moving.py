"""Parts of a workbook in which rows have gone down: everything that says where something stands says it anew."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from school_it.errors import N_, CannotRead
from school_it.workbooks import tags
from school_it.workbooks.places import column_of, corners
from school_it.workbooks.references import Everywhere, Moves, area, key, moved, shifted, speaks_of

_FORMULAS = frozenset({"f", "formula", "formula1", "formula2", "calculatedColumnFormula", "totalsRowFormula"})
_GROWING = frozenset({
    "dimension", "autoFilter", "dataValidation", "conditionalFormatting", "protectedRange", "ignoredError",
    "table", "sortState", "sortCondition",
})  # fmt: skip
_STANDING = frozenset({"hyperlink", "selection", "pane", "sheetView", "customSheetView", "inputCells", "cellWatch",
                       "comment", "threadedComment", "singleXmlCell"})  # fmt: skip
_PLACES = ("ref", "sqref", "activeCell", "topLeftCell", "r")
_SPARKLINE = N_(
    "In der Zeile %(row)s des Blatts »%(sheet)s« steht ein kleines Diagramm in einer Zelle; es lässt sich nicht auf "
    "weitere Zeilen übertragen. Bitte in der Vorlage entfernen oder neben die Tabelle setzen."
)
ARRAY = N_(
    "Auf dem Blatt »%(sheet)s« geht eine Formel, die mehrere Zellen füllt, durch die Zeilen der Tabelle. "
    "Bitte in der Vorlage eine Formel je Zeile schreiben."
)
_MERGED = N_(
    "Auf dem Blatt »%(sheet)s« sind in der Tabelle Zellen über mehrere Zeilen verbunden. Bitte in der Vorlage trennen."
)


@dataclass(slots=True)
class Wanted:
    """What is to become of a sheet. `regions`: bytes that are written anew elsewhere and are left alone here.

    `is_stale`: stored values of formulas go, except where `known` tells one.
    """

    home: str
    moves: Everywhere
    is_stale: bool = False
    regions: Sequence[tuple[int, int]] = ()
    edits: list[tags.Edit] = field(default_factory=list)
    known: Callable[[str], Decimal | None] = lambda _formula: None
    more_merged: Sequence[str] = ()


def sheet(content: bytes, wanted: Wanted) -> list[tags.Edit]:
    """The edits of a sheet's part. Raises CannotRead for what cannot move."""
    return _Sheet(content, wanted).edits()


class _Sheet:
    def __init__(self, content: bytes, wanted: Wanted) -> None:
        self.content, self.wanted = content, wanted
        self.here = wanted.moves.get(key(wanted.home), Moves())
        self.moving = frozenset(name for name, one in wanted.moves.items() if one)
        self.made: list[tags.Edit] = []
        self.path: list[str] = []
        self.row, self.column, self.at = 0, -1, 0
        self.begun: list[tuple[dict[str, str], int]] = []
        self.masters: dict[str, tuple[int, int, str]] = {}
        self.cell: _CellNow | None = None
        self.merged: tuple[int, int] | None = None

    def edits(self) -> list[tags.Edit]:
        tags.parse(self.content, self.start, self.end)
        regions = sorted(self.wanted.regions)
        kept = [one for one in self.made if not _within(one, regions)]
        return [*kept, *self.wanted.edits]

    def start(self, name: str, attributes: dict[str, str], at: int) -> None:
        path = self.path
        path.append(tags.local(name))
        self.begun.append((attributes, at))
        depth = len(path)
        if depth > 2 and path[1] == "sheetData":
            if depth == 3:
                self._row(attributes, at)
            elif depth == 4:
                self._cell(attributes, at)
            return
        if self.here:
            self._element(path[-1], attributes, at)

    # --- rows and cells -----------------------------------------------------------------------------------

    def _row(self, attributes: dict[str, str], at: int) -> None:
        self.row = int(attributes.get("r", self.row + 1))
        self.column = -1
        if self.here.row(self.row) != self.row:
            self._attributes(at, {"r": str(self.here.row(self.row))})

    def _cell(self, attributes: dict[str, str], at: int) -> None:
        reference = attributes.get("r")
        self.column = column_of(reference) if reference else self.column + 1
        self.cell = _CellNow(at)
        if reference and self.here.row(self.row) != self.row:
            self.cell.attributes["r"] = f"{reference.rstrip('0123456789')}{self.here.row(self.row)}"

    def _attributes(self, at: int, values: dict[str, str]) -> None:
        tag, _whole = tags.start_tag(self.content, at)
        self.made.append((at, at + len(tag), tags.with_attributes(tag, values)))

    def end(self, name: str, at: int) -> None:
        path, depth = self.path, len(self.path)
        attributes, begun = self.begun.pop()
        if depth > 3 and path[1] == "sheetData" and self.cell:
            if depth == 5 and path[4] == "f":
                self._formula(name, attributes, begun, at)
            elif depth == 5 and path[4] == "v":
                self.cell.value = (begun, tags.end_of(self.content, begun, at, name))
            elif depth == 4:
                self._finish(self.cell, name)
                self.cell = None
        elif path[1:2] != ["sheetData"]:
            self._text(path[-1], begun, at)
            if path[-1] == "mergeCells" and self.wanted.more_merged:
                self._merge(begun, at, tags.prefix_of(name))
        path.pop()

    def _formula(self, name: str, attributes: dict[str, str], begun: int, closing: int) -> None:
        tag, whole = tags.start_tag(self.content, begun)
        stop = tags.end_of(self.content, begun, closing, name)
        text = "" if whole else tags.plain(self.content[begun + len(tag) : closing])
        kind, new_tag = attributes.get("t", ""), tag
        if kind == "shared":
            ident = attributes.get("si", "")
            if text:
                self.masters[ident] = (self.row, self.column, text)
            elif ident in self.masters:
                row, column, master = self.masters[ident]
                text = shifted(master, self.row - row, self.column - column)
            if self.here or (self.moving and speaks_of(text, self.moving, frozenset())):
                new_tag, whole = f"<{name}>".encode(), False
        elif kind in ("array", "dataTable") and self.here:
            values = {one: area(attributes[one], self.here, grows=False)
                      for one in ("ref", "r1", "r2") if attributes.get(one)}  # fmt: skip
            new_tag = tags.with_attributes(tag, values)
        new = moved(text, self.wanted.home, self.wanted.moves)
        if self.cell:
            self.cell.formula = new
        if new_tag != tag or new != _shown(self.content, begun + len(tag), closing, whole):
            inner = b"" if whole else tags.quoted(new) + f"</{name}>".encode()
            self.made.append((begun, stop, new_tag + inner))

    def _finish(self, cell: _CellNow, name: str) -> None:
        if cell.formula is not None and self.wanted.is_stale:
            known = self.wanted.known(cell.formula)
            if known is None:
                cell.drops_kind = True
                if cell.value:
                    self.made.append((*cell.value, b""))
            elif cell.value:
                p = tags.prefix_of(name)
                cell.drops_kind = True
                self.made.append((*cell.value, f"<{p}v>{known}</{p}v>".encode()))
        if cell.attributes or cell.drops_kind:
            tag, _whole = tags.start_tag(self.content, cell.at)
            fresh = tags.with_attributes(tag, cell.attributes)
            if cell.drops_kind:
                fresh = re.sub(rb"\s+t=(?:\"[^\"]*\"|'[^']*')", b"", fresh)
            if fresh != tag:
                self.made.append((cell.at, cell.at + len(tag), fresh))

    # --- around the rows ----------------------------------------------------------------------------------

    def _element(self, kind: str, attributes: dict[str, str], at: int) -> None:
        values: dict[str, str] = {}
        if kind == "mergeCell":
            values = {"ref": self._merged_area(attributes.get("ref", ""))}
        elif kind == "brk" and "rowBreaks" in self.path:
            values = {"id": str(self.here.row(int(attributes.get("id", 0))))}
        elif kind in _GROWING or kind in _STANDING:
            grows = kind in _GROWING
            values = {one: area(attributes[one], self.here, grows=grows)
                      for one in _PLACES if attributes.get(one)}  # fmt: skip
        elif kind == "cfvo" and attributes.get("type") == "formula":
            values = {"val": moved(attributes.get("val", ""), self.wanted.home, self.wanted.moves)}
        if kind == "hyperlink" and attributes.get("location"):
            values["location"] = moved(attributes["location"], self.wanted.home, self.wanted.moves)
        changed = {
            one: tags.quoted(text).decode() for one, text in values.items() if text != attributes.get(one)
        }
        if changed:
            self._attributes(at, changed)

    def _merged_area(self, reference: str) -> str:
        for top, bottom, _left, _right in corners(reference):
            for one in self.here.moves:
                if top < bottom and one.first <= top <= one.last:
                    raise CannotRead(_MERGED, sheet=self.wanted.home)
                if one.first <= top:
                    return area(reference, self.here, grows=False)
        return area(reference, self.here)

    def _text(self, kind: str, begun: int, closing: int) -> None:
        if not self.moving:
            return
        tag, whole = tags.start_tag(self.content, begun)
        if whole or kind not in (*_FORMULAS, "sqref", "row"):
            return
        inner = self.content[begun + len(tag) : closing]
        if b"<" in inner:
            return
        text = tags.plain(inner)
        if kind in _FORMULAS:
            new = moved(text, self.wanted.home, self.wanted.moves)
        elif not self.here:
            return
        elif kind == "row":
            new = str(self.here.row(int(text) + 1) - 1)
        else:
            new = self._listed(text)
        if new != text:
            self.made.append((begun + len(tag), closing, tags.quoted(new)))

    def _listed(self, text: str) -> str:
        """The cells of a rule, or the one of a sparkline."""
        if "sparkline" not in self.path:
            return area(text, self.here)
        for top, _bottom, _left, _right in corners(text):
            if any(one.first <= top <= one.last for one in self.here.moves):
                raise CannotRead(_SPARKLINE, row=top, sheet=self.wanted.home)
        return area(text, self.here, grows=False)

    def _merge(self, begun: int, closing: int, prefix: str) -> None:
        tag, _whole = tags.start_tag(self.content, begun)
        more = "".join(f'<{prefix}mergeCell ref="{one}"/>' for one in self.wanted.more_merged)
        count = tags.attribute(tag, "count")
        if count.isdigit():
            fresh = tags.with_attributes(tag, {"count": str(int(count) + len(self.wanted.more_merged))})
            self.made.append((begun, begun + len(tag), fresh))
        self.made.append((closing, closing, more.encode()))


@dataclass(slots=True)
class _CellNow:
    at: int
    attributes: dict[str, str] = field(default_factory=dict)
    formula: str | None = None
    value: tuple[int, int] | None = None
    drops_kind: bool = False


def _shown(content: bytes, begin: int, end: int, whole: bool) -> str:
    return "" if whole or end <= begin else tags.plain(content[begin:end])


def _within(edit: tags.Edit, regions: Sequence[tuple[int, int]]) -> bool:
    return any(begin <= edit[0] < end and edit[1] <= end for begin, end in regions)


# --- other parts --------------------------------------------------------------------------------------------


def part(content: bytes, home: str, moves: Everywhere) -> bytes:
    """A table, a list of comments, a pivot's source, of sheet `home` (an empty text where it belongs to none)."""
    return b"".join(tags.pieces(content, sheet(content, Wanted(home, moves))))


def formulas(content: bytes, moves: Everywhere, *, home: str = "", single_grows: bool = False) -> bytes:
    """A chart or a form control: its ranges, in elements ``f`` and in attributes that hold a formula."""
    edits: list[tags.Edit] = []
    path: list[str] = []
    begun: list[int] = []

    def start(name: str, attributes: dict[str, str], at: int) -> None:
        path.append(tags.local(name))
        begun.append(at)
        values = {
            one: tags.quoted(new).decode()
            for one in ("textlink", "fmlaLink", "fmlaRange", "fmlaTxbx", "fmlaGroup")
            if attributes.get(one) and (new := moved(attributes[one], home, moves)) != attributes[one]
        }
        if values:
            tag, _whole = tags.start_tag(content, at)
            edits.append((at, at + len(tag), tags.with_attributes(tag, values)))

    def end(name: str, at: int) -> None:
        kind, opened = path.pop(), begun.pop()
        if kind != "f":
            return
        tag, whole = tags.start_tag(content, opened)
        if not whole:
            text = tags.plain(content[opened + len(tag) : at])
            new = moved(text, home, moves, single_grows=single_grows and "tx" not in path)
            if new != text:
                edits.append((opened + len(tag), at, tags.quoted(new)))

    tags.parse(content, start, end)
    return b"".join(tags.pieces(content, edits))


def drawing(content: bytes, moves: Moves) -> bytes:
    """Pictures, charts and boxes go down with their cells; one across the table's end grows, if it may."""
    edits: list[tags.Edit] = []
    path: list[str] = []
    rows: list[tuple[str, int, int, int]] = []
    keeps_size = False

    def start(name: str, attributes: dict[str, str], at: int) -> None:
        nonlocal keeps_size
        path.append(tags.local(name))
        if path[-1] in ("twoCellAnchor", "oneCellAnchor"):
            rows.clear()
            keeps_size = attributes.get("editAs", "twoCell") == "oneCell"
        if path[-1] == "row" and len(path) > 2 and path[-2] in ("from", "to"):
            tag, _whole = tags.start_tag(content, at)
            rows.append((path[-2], at + len(tag), -1, 0))

    def end(_name: str, at: int) -> None:
        kind = path.pop()
        if kind == "row" and rows and rows[-1][2] < 0 and path and path[-1] in ("from", "to"):
            side, begin, _end, _row = rows.pop()
            rows.append((side, begin, at, int(content[begin:at])))
        elif kind in ("twoCellAnchor", "oneCellAnchor"):
            top = next((row for side, _b, _e, row in rows if side == "from"), 0)
            step = moves.row(top + 1) - top - 1
            for side, begin, stop, row in rows:
                fresh = row + step if keeps_size or side == "from" else moves.row(row + 1) - 1
                if fresh != row:
                    edits.append((begin, stop, str(fresh).encode()))

    tags.parse(content, start, end)
    return b"".join(tags.pieces(content, edits))


_VML_ROW = re.compile(rb"(<x:Row>\s*)(\d+)(\s*</x:Row>)")
_VML_ANCHOR = re.compile(rb"(<x:Anchor>)([^<]*)(</x:Anchor>)")
_VML_SHAPE = re.compile(rb"<x:ClientData\b.*?</x:ClientData>", re.DOTALL)
_VML_FORMULA = re.compile(rb"(<x:Fmla(?:Link|Range|Pict|Txbx|Group)>)([^<]*)(</x:Fmla\w+>)")


def vml(content: bytes, home: str, everywhere: Everywhere) -> bytes:
    """The old drawing of comments and form controls, which not every program writes as proper XML."""
    moves = everywhere.get(key(home), Moves())

    def row(found: re.Match[bytes]) -> bytes:
        return found[1] + str(moves.row(int(found[2]) + 1) - 1).encode() + found[3]

    def shape(found: re.Match[bytes]) -> bytes:
        """A note goes with its cell, even where its box begins above; anything else with the row it begins in."""
        cell = _VML_ROW.search(found[0])

        def anchor(place: re.Match[bytes]) -> bytes:
            numbers = [int(one) for one in place[2].split(b",") if one.strip()]
            if len(numbers) != 8:
                return place[0]
            of = int(cell[2]) if cell else numbers[2]
            step = moves.row(of + 1) - 1 - of
            numbers[2] += step
            numbers[6] += step
            return place[1] + ", ".join(map(str, numbers)).encode() + place[3]

        return _VML_ROW.sub(row, _VML_ANCHOR.sub(anchor, found[0]))

    def formula(found: re.Match[bytes]) -> bytes:
        return found[1] + tags.quoted(moved(tags.plain(found[2]), home, everywhere)) + found[3]

    if moves:
        content = _VML_SHAPE.sub(shape, content)
    return _VML_FORMULA.sub(formula, content)
