"""Which rows of a table are data: not blank rows, group headings, totals, notes and repeated headers."""

from __future__ import annotations

import re
from collections.abc import Sequence

from imports.finder import Header
from school_it.cells import Fault, Raw, as_shown, one_line
from school_it.sheets import Sheet, same_header

_TOTAL = re.compile(
    r"(?:(?:zwischen|gesamt|end|teil|seiten|abschluss)?-?summen?"
    r"|(?:ins)?gesamt(?:betrag|wert|kosten|preis|ergebnis|zahl|anzahl)?"
    r"|(?:zwischen|end)?ergebnis|übertrag|total|subtotal)(?![\w-])|Σ|∑"
    r"|.*\b(?:gesamt|summe|ergebnis)\s*:?$",
    re.IGNORECASE,
)
_NOTE = re.compile(
    r"\*|[¹²³]|\(?\d\)|_{3,}|(?:hinweise?|anmerkung(?:en)?|fußnoten?|stand|quelle|legende|erläuterung(?:en)?"
    r"|bemerkung(?:en)?:|erstellt|geprüft|unterschrift|gez\.|seite \d|abkürzungen)(?!\w)",
    re.IGNORECASE,
)
_LEGEND = re.compile(
    r"(?:legende|hinweise?|erläuterung(?:en)?|abkürzungen|anmerkung(?:en)?)\s*:?", re.IGNORECASE
)
_UNIT = re.compile(
    r"[\[(]?(?:€|eur|euro|%|stück|stk\.?|anzahl|tt\.mm\.jj(?:jj)?|datum|ja/nein|text|zahl|nr\.?|m²|jahre?)[\])]?",
    re.IGNORECASE,
)
_NUMBERS = frozenset({"euro", "percent", "integer", "number"})
_NOTE_WIDTH = 3
_BELOW_HEADER = 2  # so many filled rows may tell units and column numbers


class RowSorter:
    """Tells data from blank rows, group headings, totals, notes and repeated headers."""

    def __init__(self, sheet: Sheet, header: Header) -> None:
        place = {name: spot for spot, name in enumerate(header.fields) if name}
        self.spellings = header.spellings
        self.known = frozenset(place.values())
        self.keys = [
            [place[name] for name in _needed_of(sheet, names)]
            for names in sheet.keys
            if all(name in place for name in _needed_of(sheet, names))
        ]
        self.key_places = {spot for key in self.keys for spot in key}
        self.amounts = {spot for name, spot in place.items() if sheet.column(name).type.name in _NUMBERS}
        self.in_legend = False
        self.seen = 0 if header.lines else _BELOW_HEADER

    def is_data(self, cells: Sequence[Raw], *, has_sum: bool = False) -> bool:
        """Rows come in their order. `has_sum`: one of the cells adds others up."""
        filled = [spot for spot, raw in enumerate(cells) if raw is not None]
        self.seen += bool(filled)
        if not filled:
            return False
        if len(filled) == 1 and len(cells) > 1:
            return self._is_lone_key(filled[0], cells[filled[0]])
        if self._is_legend(filled, cells) or self._is_about_the_header(filled, cells):
            return False
        if self.known and self.known.isdisjoint(filled):
            return False
        return not self._is_total(has_sum, filled, cells) and not self._is_note(filled, cells)

    def _is_lone_key(self, spot: int, raw: Raw) -> bool:
        """One text for the whole row is a heading or a note, unless it is one of the keys alone."""
        if isinstance(raw, str) and _LEGEND.fullmatch(raw.strip()):
            self.in_legend = True
        if spot not in self.key_places or _TOTAL.match(_start(raw)) or _NOTE.match(_start(raw)):
            return False
        text = one_line(as_shown(raw))
        return any(sign.isdigit() for sign in text) and " " not in text

    def _is_legend(self, filled: list[int], cells: Sequence[Raw]) -> bool:
        if self.in_legend and (len(filled) >= _NOTE_WIDTH and self._has_key(cells)):
            self.in_legend = False
        return self.in_legend

    def _is_about_the_header(self, filled: list[int], cells: Sequence[Raw]) -> bool:
        """A repeated header; directly below it also a row of units or of column numbers."""
        if self.seen > _BELOW_HEADER and not self._is_header_text(filled[0], cells):
            return False
        texts = [same_header(as_shown(raw)) if isinstance(raw := cells[spot], str) else "" for spot in filled]
        same = sum(text in self.spellings[spot] for spot, text in zip(filled, texts, strict=True) if text)
        if same >= 2 and same * 2 >= len(filled):
            return True
        return self.seen <= _BELOW_HEADER and (
            all(map(_is_unit, texts)) or self._are_column_numbers(filled, cells)
        )

    def _is_header_text(self, spot: int, cells: Sequence[Raw]) -> bool:
        raw = cells[spot]
        return isinstance(raw, str) and same_header(raw) in self.spellings[spot]

    def _are_column_numbers(self, filled: list[int], cells: Sequence[Raw]) -> bool:
        shown = [as_shown(cells[spot]).strip(" ()") for spot in filled]
        return len(filled) >= _NOTE_WIDTH and shown == [str(count) for count in range(1, len(filled) + 1)]

    def _is_total(self, has_sum: bool, filled: list[int], cells: Sequence[Raw]) -> bool:
        first = filled[0]
        if _TOTAL.match(_start(cells[first])):
            return not self._has_key(cells, without=first)
        if not has_sum and self._has_key(cells):
            return False
        texts = [spot for spot in filled if isinstance(cells[spot], str) and spot not in self.amounts]
        if has_sum and len(texts) <= 1:
            return True
        if self._has_key(cells):
            return False
        only_numbers = all(spot in self.amounts or isinstance(cells[spot], Fault) for spot in filled)
        return only_numbers or any(_TOTAL.match(_start(cells[spot])) for spot in texts)

    def _is_note(self, filled: list[int], cells: Sequence[Raw]) -> bool:
        first = filled[0]
        is_short = len(filled) <= _NOTE_WIDTH and len(filled) * 2 <= len(cells)
        return (
            is_short and bool(_NOTE.match(_start(cells[first]))) and not self._has_key(cells, without=first)
        )

    def _has_key(self, cells: Sequence[Raw], *, without: int | None = None) -> bool:
        return any(all(cells[spot] is not None and spot != without for spot in key) for key in self.keys)


def _needed_of(sheet: Sheet, names: tuple[str, ...]) -> list[str]:
    needed = [name for name in names if sheet.column(name).needed]
    return needed or list(names)


def _start(raw: Raw) -> str:
    return raw.strip() if isinstance(raw, str) else ""


def _is_unit(text: str) -> bool:
    return bool(_UNIT.fullmatch(text))
