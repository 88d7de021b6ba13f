"""Figures and rows into a workbook that somebody else has made, an authority's form or one of ours.

Interface
    ``fill(file, target, cells=[Put(…)], tables=[Rows(…)])`` -> what could not be placed, a sentence each

Rows are written into the sample row and those below it that are made ready; where there are more, the sheet grows as if
somebody had inserted rows: sums, charts, rules, merged cells, tables, pictures, print areas and names go along. All
other parts stay byte for byte. What cannot be kept is refused (CannotRead) and nothing is written.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import IO

from school_it.errors import N_, CannotRead, Sentence
from school_it.workbooks import moving, tags
from school_it.workbooks.asked import Put, Rows
from school_it.workbooks.damage import Damaged
from school_it.workbooks.looks import Looks
from school_it.workbooks.package import LARGEST_SHEET, Package, SheetRef
from school_it.workbooks.places import corners
from school_it.workbooks.references import Moves, area, key, moved, speaks_of
from school_it.workbooks.sheet_filling import SheetFilling

_SHARED = N_(
    "Die Arbeitsmappe ist zur gemeinsamen Bearbeitung freigegeben. Bitte die Freigabe aufheben und neu speichern."
)
_PIVOT = N_(
    "Unter der Tabelle auf dem Blatt »%(sheet)s« steht eine Pivot-Tabelle, die sich nicht verschieben lässt. "
    "Bitte in der Vorlage neben die Tabelle oder auf ein anderes Blatt setzen."
)
_OVERLAP = N_(
    "Auf dem Blatt »%(sheet)s« liegen zwei Tabellen in denselben Zeilen. Bitte untereinander anordnen."
)
_NO_SHEET = N_("Ein Blatt »%(sheet)s« gibt es in der Vorlage nicht.")
_LARGE = N_(
    "Das Blatt »%(sheet)s« ist zu groß für eine Vorlage. Bitte nur das Formular in eine neue Datei kopieren."
)


def fill(
    file: IO[bytes], target: IO[bytes], *, cells: Sequence[Put] = (), tables: Sequence[Rows] = ()
) -> list[Sentence]:
    """Write the filled workbook to `target`. Raises CannotRead, BadValue (a text too long for a cell)."""
    return _Filler(Package(file), cells, tables).write(target)


class _Filler:
    def __init__(self, package: Package, cells: Sequence[Put], tables: Sequence[Rows]) -> None:
        self.package, self.cells, self.tables = package, cells, tables
        self.sheets = {key(one.name): one for one in package.sheets}
        style_parts = package.related(package.workbook, "styles")
        self.style_part = style_parts[0] if style_parts else ""
        self.looks = Looks(package.read(self.style_part) if self.style_part else b"<styleSheet/>")
        self.changed: dict[str, Callable[[], Iterator[bytes | memoryview]]] = {}
        self.has_formulas = False

    def write(self, target: IO[bytes]) -> list[Sentence]:
        fillings = self._fillings()
        moves = {name: Moves(one.moves) for name, one in fillings.items()}
        moving_now = any(moves.values())
        if moving_now:
            self._refuse(moves)
        stale = self._stale(fillings)
        known = {
            one.name.casefold(): one.value
            for one in self.cells
            if isinstance(one.value, Decimal) and one.name
        }
        for name, sheet in self.sheets.items():
            self._sheet(sheet, fillings.get(name), moves, is_stale=name in stale, known=known)
        if moving_now:
            self._others(moves)
        gone = self._workbook(moves, moving_now=moving_now)
        looks = self.looks.edited()
        if looks is not None:
            self._change(self.style_part, looks)
        self.package.write(target, self.changed, gone)
        return [note for one in fillings.values() for note in one.notes]

    # --- sheets -------------------------------------------------------------------------------------------

    def _fillings(self) -> dict[str, SheetFilling]:
        by_sheet: dict[str, tuple[list[Put], list[Rows]]] = defaultdict(lambda: ([], []))
        for put in self.cells:
            by_sheet[key(put.sheet)][0].append(put)
        for table in self.tables:
            by_sheet[key(table.sheet)][1].append(table)
        made = {}
        for name, (puts, tables) in by_sheet.items():
            if name not in self.sheets:
                raise CannotRead(_NO_SHEET, sheet=(puts[0].sheet if puts else tables[0].sheet))
            ref = self.sheets[name]
            if self.package.archive.getinfo(ref.part).file_size > LARGEST_SHEET:
                raise CannotRead(_LARGE, sheet=ref.name)
            one = SheetFilling(
                ref.name, self.package.read(ref.part), puts, tables, self.looks,
                from_1904=self.package.from_1904, listed=self._listed(ref),
            )  # fmt: skip
            if any(a.last >= b.first for a, b in zip(one.spots, one.spots[1:], strict=False)):
                raise CannotRead(_OVERLAP, sheet=ref.name)
            made[name] = one
        return made

    def _listed(self, ref: SheetRef) -> list[tuple[int, int]]:
        """First and last row of the data of the list objects on the sheet."""
        found = []
        for part in self.package.related(ref.part, "table"):
            tag = next(iter(_root(self.package.read(part))))
            totals = int(tag.get("totalsRowCount", 0) or 0)
            found += [(top + 1, bottom - totals) for top, bottom, _l, _r in corners(tag.get("ref", ""))]
        return found

    def _sheet(
        self,
        ref: SheetRef,
        filling: SheetFilling | None,
        moves: Mapping[str, Moves],
        *,
        is_stale: bool,
        known: Mapping[str, Decimal],
    ) -> None:
        on_the_move = frozenset(name for name, one in moves.items() if one)
        if filling is None and not is_stale and not on_the_move:
            return
        content = filling.content if filling else self.package.read(ref.part)
        if filling is None and not is_stale and not _mentions(content, on_the_move):
            return

        def value_of(formula: str) -> Decimal | None:
            named = known.get(formula.casefold())
            return named if named is not None or filling is None else filling.sum_of(formula)

        wanted = moving.Wanted(ref.name, moves, is_stale=is_stale, known=value_of)
        if filling is None:
            edits = moving.sheet(content, wanted)
            if edits:
                self._change(ref.part, b"".join(tags.pieces(content, edits)))
            return
        filling.prepare(moves)
        wanted.regions, wanted.more_merged = filling.regions, filling.more_merged
        made = [*moving.sheet(content, wanted), *filling.edits()]
        self.changed[ref.part] = lambda: filling.pieces(made)

    def _stale(self, fillings: Mapping[str, SheetFilling]) -> set[str]:
        """Sheets with formulas that look at what is filled, through other sheets too."""
        stale = set(fillings)
        texts = {name: _formulas(self.package.read(ref.part)) for name, ref in self.sheets.items()}
        while True:
            names = frozenset(
                name.casefold() for name, meant in self.package.defined.items()
                if (place := self.package.place(meant)) and key(place[0].name) in stale
            )  # fmt: skip
            more = {
                name for name, text in texts.items()
                if name not in stale and text and speaks_of(text, frozenset(stale), names)
            }  # fmt: skip
            if not more:
                self.has_formulas = any(texts.values())
                return stale
            stale |= more

    # --- everything else ----------------------------------------------------------------------------------

    def _refuse(self, moves: Mapping[str, Moves]) -> None:
        if any(name.startswith("xl/revisions/") for name in self.package.names):
            raise CannotRead(_SHARED)
        for name, one in moves.items():
            for part in self.package.related(self.sheets[name].part, "pivotTable") if one else ():
                for attributes in _named(self.package.read(part), "location"):
                    for _top, bottom, _left, _right in corners(attributes.get("ref", "")):
                        if one.starts_below(bottom):
                            raise CannotRead(_PIVOT, sheet=self.sheets[name].name)

    def _others(self, moves: Mapping[str, Moves]) -> None:
        owners = {
            one.target: (ref.name, one.kind)
            for ref in self.sheets.values()
            for one in self.package.relations(ref.part).values()
            if not one.is_external
        }
        for part, kind in self.package.types.items():
            home, relation = owners.get(part, ("", ""))
            new = self._moved_part(part, kind, home, relation, moves)
            if new is not None and new != self.package.read(part):
                self._change(part, new)

    def _moved_part(
        self, part: str, kind: str, home: str, relation: str, moves: Mapping[str, Moves]
    ) -> bytes | None:
        here = moves.get(key(home), Moves())
        if relation in ("table", "comments", "threadedComment", "tableSingleCells"):
            return moving.part(self.package.read(part), home, moves)
        if relation == "vmlDrawing" or "vmldrawing" in kind:
            return moving.vml(self.package.read(part), home, moves) if home else None
        if relation == "drawing" and kind.endswith("drawing+xml"):
            content = self.package.read(part)
            content = moving.drawing(content, here) if here else content
            return moving.formulas(content, moves, home=home)
        if kind.endswith(("chart+xml", "chartex+xml")):
            return moving.formulas(self.package.read(part), moves, single_grows=True)
        if "controlproperties" in kind:
            return moving.formulas(self.package.read(part), moves, home=home)
        if kind.endswith("pivotcachedefinition+xml"):
            return self._pivot_source(part, moves)
        return None

    def _pivot_source(self, part: str, moves: Mapping[str, Moves]) -> bytes | None:
        content = self.package.read(part)
        found = re.search(rb"<(?:\w+:)?worksheetSource\b[^>]*>", content)
        if not found:
            return None
        tag, reference = found[0], tags.attribute(found[0], "ref")
        here = moves.get(key(tags.plain(tags.attribute(tag, "sheet").encode())))
        if not reference or not here:
            return None
        return content.replace(tag, tags.with_attributes(tag, {"ref": area(reference, here)}), 1)

    def _workbook(self, moves: Mapping[str, Moves], *, moving_now: bool) -> frozenset[str]:
        """Names, the order in which formulas are calculated, and the wish to calculate anew. Returns parts that go."""
        part = self.package.workbook
        content = self.package.read(part)
        new = moving_names(content, moves) if moving_now else content
        if self.has_formulas:
            new = calculated_anew(new)
        if new != content:
            self._change(part, new)
        chains = self.package.related(part, "calcChain") if moving_now else []
        for chain in chains:
            self._forget(chain)
        return frozenset(chains)

    def _forget(self, part: str) -> None:
        """The order of calculation is made anew by whoever opens the workbook."""
        folder, _slash, name = self.package.workbook.rpartition("/")
        rels = f"{folder}/_rels/{name}.rels".lstrip("/")
        for where, attribute in (("[Content_Types].xml", "PartName"), (rels, "Target")):
            content = self.package.read(where)
            last = re.escape(part.rpartition("/")[2].encode())
            new = re.sub(
                rb"<(?:\w+:)?\w+\b[^>]*\b%b=\"[^\"]*%b\"[^>]*/>" % (attribute.encode(), last), b"", content
            )
            self._change(where, new)

    def _change(self, part: str, content: bytes) -> None:
        self.changed[part] = lambda: iter((content,))


def _formulas(content: bytes) -> str:
    found = re.findall(rb"<(?:\w+:)?f(?:\s[^>]*)?>([^<]+)</", content)
    return tags.plain(b"\n".join(found))


def _mentions(content: bytes, sheets: frozenset[str]) -> bool:
    text = content.decode("utf-8", "replace").casefold()
    plain = text.replace("&amp;", "&").replace("&apos;", "'")
    return any(name in plain or name.replace("'", "''") in plain for name in sheets)


def _root(content: bytes) -> Iterator[dict[str, str]]:
    found: list[dict[str, str]] = []
    tags.parse(content, lambda _name, attributes, _at: found.append(attributes))
    yield from found[:1]


def _named(content: bytes, wanted: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []

    def start(name: str, attributes: dict[str, str], _at: int) -> None:
        if tags.local(name) == wanted:
            found.append(attributes)

    tags.parse(content, start)
    return found


def moving_names(content: bytes, moves: Mapping[str, Moves]) -> bytes:
    """The defined names after the moves: print areas, repeated rows, filters, the authority's own names."""
    edits: list[tags.Edit] = []
    begun: list[int] = []

    def start(name: str, _attributes: dict[str, str], at: int) -> None:
        if tags.local(name) == "definedName":
            tag, _whole = tags.start_tag(content, at)
            begun.append(at + len(tag))

    def end(name: str, at: int) -> None:
        if tags.local(name) == "definedName" and begun:
            begin = begun.pop()
            text = tags.plain(content[begin:at])
            new = moved(text, "", moves)
            if new != text:
                edits.append((begin, at, tags.quoted(new)))

    tags.parse(content, start, end)
    return b"".join(tags.pieces(content, edits))


_BEFORE_CALCULATION = ("sheets", "functionGroups", "externalReferences", "definedNames")


def calculated_anew(content: bytes) -> bytes:
    """The workbook's part with the wish that whoever opens it calculates every formula."""
    edits: list[tags.Edit] = []
    path: list[str] = []
    begun: list[int] = []
    behind = -1
    prefix = ""

    def start(name: str, _attributes: dict[str, str], at: int) -> None:
        nonlocal prefix
        path.append(tags.local(name))
        begun.append(at)
        if len(path) == 1:
            prefix = tags.prefix_of(name)
        if path[1:] == ["calcPr"]:
            tag, _whole = tags.start_tag(content, at)
            edits.append((at, at + len(tag), tags.with_attributes(tag, {"fullCalcOnLoad": "1"})))

    def end(name: str, at: int) -> None:
        nonlocal behind
        kind, opened = path.pop(), begun.pop()
        if len(path) == 1 and kind in _BEFORE_CALCULATION:
            behind = tags.end_of(content, opened, at, name)

    tags.parse(content, start, end)
    if not edits:
        if behind < 0:
            raise Damaged
        edits.append((behind, behind, f'<{prefix}calcPr fullCalcOnLoad="1"/>'.encode()))
    return b"".join(tags.pieces(content, edits))


__all__ = ["Put", "Rows", "fill"]
