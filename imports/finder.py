"""Finds the table in a sheet as people make them: its header row, its columns, and which rows are data."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from school_it.cells import Fault, Raw, as_shown, clean, one_line
from school_it.sheets import HINT_HEADER, Sheet, match, same_header

SEARCHED_ROWS = 100
MOST_COLUMNS = 2_000  # what is wider is made to keep us busy

Cells = Sequence[Any]


@dataclass(slots=True)
class Header:
    """Where a table begins. `row` and the columns `places` count from 0 in what was searched."""

    row: int
    headers: list[str]
    places: list[int]
    fields: list[str | None]
    spellings: list[set[str]] = field(default_factory=list)
    lines: int = 1

    @property
    def score(self) -> int:
        return sum(name is not None for name in self.fields)

    @property
    def rank(self) -> tuple[int, int]:
        """The more known headers the better; a second line has to bring in more."""
        return self.score, -self.lines


def find_header(
    rows: Sequence[Cells], sheet: Sheet, mapping: Mapping[str, str | None], *, unknown: bool = False
) -> Header | None:
    """The row, or the two rows, in which most headers are known; None where there is none.

    With `unknown`, a row that looks like a header will do although nothing in it is known.
    """
    best: Header | None = None
    for number, cells in enumerate(rows[:SEARCHED_ROWS]):
        below = rows[number + 1] if number + 1 < len(rows) else ()
        for found in _headers_at(number, cells, below, sheet, mapping):
            if found.score and (best is None or found.rank > best.rank):
                best = found
    return best or (_unknown_header(rows, sheet) if unknown else None)


def _headers_at(
    number: int, cells: Cells, below: Cells, sheet: Sheet, mapping: Mapping[str, str | None]
) -> Iterable[Header]:
    """This row alone, then as the upper line of a header of two lines."""
    lower = _texts(cells)
    if not 0 < len(lower) <= MOST_COLUMNS:
        return
    yield _header(number, lower, [{text} for text in lower], sheet, mapping)
    upper, lower = lower, _texts(below)
    if 0 < len(lower) <= MOST_COLUMNS:
        yield _two_lines(number + 1, upper, lower, sheet, mapping)


def _texts(cells: Cells) -> list[str]:
    """Headers are texts, or numbers such as a year; a cell with a date in it belongs to a row of data.

    What is empty at the end of a row is left off.
    """
    texts = [clean(as_shown(raw)) if isinstance(raw, str | int | float) else "" for raw in cells]
    return texts[: max((place for place, text in enumerate(texts, start=1) if text), default=0)]


def _two_lines(
    number: int, upper: list[str], lower: list[str], sheet: Sheet, mapping: Mapping[str, str | None]
) -> Header:
    """»Preis« over »netto« and »brutto«: a group heading stands in the first cell of its group only."""
    width = max(len(upper), len(lower))
    upper, lower = upper + [""] * (width - len(upper)), lower + [""] * (width - len(lower))
    group, joined = "", []
    for above, text in zip(upper, lower, strict=True):
        group = above or (group if text else "")
        joined.append(f"{group} {text}".strip())
    known = _matched(sheet, joined, mapping)
    alone = _matched(sheet, lower, mapping)
    shown = [
        text if name is None and by_itself else both
        for both, text, name, by_itself in zip(joined, lower, known, alone, strict=True)
    ]
    spellings = [{above, text, both} for above, text, both in zip(upper, lower, joined, strict=True)]
    header = _header(number, shown, spellings, sheet, mapping)
    header.lines = 2
    return header


def _header(
    number: int, texts: list[str], spellings: list[set[str]], sheet: Sheet, mapping: Mapping[str, str | None]
) -> Header:
    hint = same_header(HINT_HEADER)
    places = [place for place, text in enumerate(texts) if text and same_header(text) != hint]
    headers = [texts[place] for place in places]
    said = [{same_header(text) for text in spellings[place] if text} for place in places]
    return Header(number, headers, places, _matched(sheet, headers, mapping), said)


def _matched(sheet: Sheet, headers: list[str], mapping: Mapping[str, str | None]) -> list[str | None]:
    """As `match`, for rows that need not be the header: what the mapping names may be missing."""
    here = set(map(same_header, headers))
    said = {header: name for header, name in mapping.items() if same_header(header) in here}
    return match(sheet, headers, said)


def _unknown_header(rows: Sequence[Cells], sheet: Sheet) -> Header | None:
    for number, cells in enumerate(rows[:SEARCHED_ROWS]):
        texts = _texts(cells)
        filled = [text for text in texts if text]
        below = _texts(rows[number + 1]) if number + 1 < len(rows) else []
        if len(filled) >= 3 and len(set(filled)) == len(filled) and sum(map(bool, below)) * 2 >= len(filled):
            return _header(number, texts, [{text} for text in texts], sheet, {})
    return None


# --- rows that are no data ----------------------------------------------------------------------------------

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


class RowSorter:
    """Tells data from blank rows, group headings, totals, notes and repeated headers."""

    def __init__(self, sheet: Sheet, header: Header, sum_rows: Collection[int] = ()) -> None:
        """`sum_rows` are the numbers of the rows that hold a formula with a sum."""
        place = {name: spot for spot, name in enumerate(header.fields) if name}
        self.spellings, self.sum_rows = header.spellings, sum_rows
        self.known = frozenset(place.values())
        self.keys = [
            [place[name] for name in _needed_of(sheet, names)]
            for names in sheet.keys
            if all(name in place for name in _needed_of(sheet, names))
        ]
        self.key_places = {spot for key in self.keys for spot in key}
        self.amounts = {spot for name, spot in place.items() if sheet.column(name).type.name in _NUMBERS}
        self.in_legend = False
        self.seen = 0

    def is_data(self, number: int, cells: Sequence[Raw]) -> bool:
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
        return not self._is_total(number, filled, cells) and not self._is_note(filled, cells)

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
        if self.seen > 2 and not self._is_header_text(filled[0], cells):
            return False
        texts = [same_header(as_shown(raw)) if isinstance(raw := cells[spot], str) else "" for spot in filled]
        same = sum(text in self.spellings[spot] for spot, text in zip(filled, texts, strict=True) if text)
        if same >= 2 and same * 2 >= len(filled):
            return True
        return self.seen <= 2 and (all(map(_is_unit, texts)) or self._are_column_numbers(filled, cells))

    def _is_header_text(self, spot: int, cells: Sequence[Raw]) -> bool:
        raw = cells[spot]
        return isinstance(raw, str) and same_header(raw) in self.spellings[spot]

    def _are_column_numbers(self, filled: list[int], cells: Sequence[Raw]) -> bool:
        shown = [as_shown(cells[spot]).strip(" ()") for spot in filled]
        return len(filled) >= _NOTE_WIDTH and shown == [str(count) for count in range(1, len(filled) + 1)]

    def _is_total(self, number: int, filled: list[int], cells: Sequence[Raw]) -> bool:
        first = filled[0]
        if _TOTAL.match(_start(cells[first])):
            return not self._has_key(cells, without=first)
        texts = [spot for spot in filled if isinstance(cells[spot], str) and spot not in self.amounts]
        if number in self.sum_rows and len(texts) <= 1:
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
