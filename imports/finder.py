"""Finds the table in a sheet as people make them: its header row, or where it begins without one, and its columns."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import Any

from school_it.cells import as_shown, clean
from school_it.errors import N_, CannotRead
from school_it.sheets import HINT_HEADER, Sheet, match, same_header

SEARCHED_ROWS = 100
MOST_COLUMNS = 2_000  # what is wider is made to keep us busy

Cells = Sequence[Any]


@dataclass(slots=True)
class Header:
    """Where a table begins. `row` and the columns `places` count from 0 in what was searched.

    A table without headers has no `lines` of them; its `row` is the one before its first.
    """

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


def no_table(sheet: Sheet) -> CannotRead:
    """The refusal of a file in which nothing of the sheet is known."""
    return CannotRead(
        N_("In der Datei ist keine Tabelle mit bekannten Spalten. Erwartet wird etwa: %(headers)s."),
        headers=", ".join(column.header for column in sheet.columns[:6]),
    )


def find_header(
    rows: Sequence[Cells], sheet: Sheet, mapping: Mapping[str, str | None], *, unknown: bool = False
) -> Header | None:
    """The row, or the two rows, in which most headers are known; None where there is none.

    With `unknown`, a row that looks like a header will do although nothing in it is known. Raises CannotRead
    where two tables of the same kind stand side by side.
    """
    best: Header | None = None
    for number, cells in enumerate(rows[:SEARCHED_ROWS]):
        for found in _headers_at(number, cells, rows, sheet, mapping):
            if found.score and (best is None or found.rank > best.rank):
                best = found
    if not unknown:
        return best
    return _unknown_header(rows, sheet) if best is None or _is_by_chance(best, rows) else best


def _is_by_chance(header: Header, rows: Sequence[Cells]) -> bool:
    """A word or two in a row of data may well be the name of a column."""
    return header.score * 3 <= len(header.headers) and is_plainly_data(rows, header.row, by_repeats=False)


def _headers_at(
    number: int, cells: Cells, rows: Sequence[Cells], sheet: Sheet, mapping: Mapping[str, str | None]
) -> Iterable[Header]:
    """This row alone, then as the upper line of a header of two lines."""
    lower = _texts(cells)
    if not 0 < len(lower) <= MOST_COLUMNS:
        return
    yield _header(number, lower, [{text} for text in lower], sheet, mapping)
    upper, lower = lower, _texts(rows[number + 1]) if number + 1 < len(rows) else []
    if 0 < len(lower) <= MOST_COLUMNS:
        yield _two_lines(number + 1, upper, lower, sheet, mapping)
        if not is_plainly_data(rows, number + 1):
            yield _two_lines(number + 1, upper, lower, sheet, mapping, upper_tells=True)


def _texts(cells: Cells) -> list[str]:
    """Headers are texts, or numbers such as a year; a cell with a date in it belongs to a row of data.

    What is empty at the end of a row is left off.
    """
    texts = [clean(as_shown(raw)) if isinstance(raw, str | int | float) else "" for raw in cells]
    return texts[: max((place for place, text in enumerate(texts, start=1) if text), default=0)]


def _two_lines(
    number: int,
    upper: list[str],
    lower: list[str],
    sheet: Sheet,
    mapping: Mapping[str, str | None],
    *,
    upper_tells: bool = False,
) -> Header:
    """»Preis« over »netto« and »brutto«: a group heading stands in the first cell of its group only.

    With `upper_tells`, one over a single column may be the header by itself: »Dose« over »Bez.«.
    """
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
    if upper_tells:
        shown = _by_upper(upper, lower, shown, sheet, mapping)
    spellings = [{above, text, both} for above, text, both in zip(upper, lower, joined, strict=True)]
    header = _header(number, shown, spellings, sheet, mapping)
    header.lines = 2
    return header


def _by_upper(
    upper: list[str], lower: list[str], shown: list[str], sheet: Sheet, mapping: Mapping[str, str | None]
) -> list[str]:
    """Where nobody knows a column by both lines or by its lower one, the upper one if it stands over it alone."""
    known = _matched(sheet, shown, mapping)
    behind = zip([*upper[1:], ""], [*lower[1:], ""], strict=True)
    tried = [
        above if above and name is None and (following or not text) else both
        for above, both, name, (following, text) in zip(upper, shown, known, behind, strict=True)
    ]
    found = _matched(sheet, tried, mapping)
    return [above if name else both for above, name, both in zip(tried, found, shown, strict=True)]


def _header(
    number: int, texts: list[str], spellings: list[set[str]], sheet: Sheet, mapping: Mapping[str, str | None]
) -> Header:
    hint = same_header(HINT_HEADER)
    places = [
        place
        for place, text in enumerate(texts)
        if text and hint not in map(same_header, filter(None, spellings[place]))
    ]
    places = _one_of_the_blocks(places, texts, sheet, mapping)
    headers = [texts[place] for place in places]
    said = [{same_header(text) for text in spellings[place] if text} for place in places]
    return Header(number, headers, places, _matched(sheet, headers, mapping), said)


def _one_of_the_blocks(
    places: list[int], texts: list[str], sheet: Sheet, mapping: Mapping[str, str | None]
) -> list[int]:
    """Of tables side by side that share a header, the places of the one that is known best."""
    blocks = _blocks(places)
    shared = Counter(header for block in blocks for header in {same_header(texts[place]) for place in block})
    if len(blocks) < 2 or max(shared.values()) < 2:
        return places
    fields = [_matched(sheet, [texts[place] for place in block], mapping) for block in blocks]
    whole = [any(set(key) <= set(names) for key in sheet.keys) for names in fields]
    if sum(whole) > 1:
        raise CannotRead(
            N_(
                "Auf dem Blatt stehen zwei Tabellen nebeneinander. Bitte untereinander oder auf zwei Blätter setzen."
            )
        )
    return max(zip(fields, blocks, strict=True), key=lambda one: sum(name is not None for name in one[0]))[1]


def _blocks(places: list[int]) -> list[list[int]]:
    """Columns without a blank one between them."""
    blocks: list[list[int]] = []
    for place in places:
        if blocks and blocks[-1][-1] == place - 1:
            blocks[-1].append(place)
        else:
            blocks.append([place])
    return blocks


def _matched(sheet: Sheet, headers: list[str], mapping: Mapping[str, str | None]) -> list[str | None]:
    """As `match`, for rows that need not be the header: what the mapping names may be missing."""
    here = set(map(same_header, headers))
    said = {header: name for header, name in mapping.items() if same_header(header) in here}
    return match(sheet, headers, said)


# --- tables in which nothing is known -----------------------------------------------------------------------


def _unknown_header(rows: Sequence[Cells], sheet: Sheet) -> Header | None:
    """The first row as wide as the table, unless it is plainly data; below it there has to be something."""
    number = _first_wide_row(rows)
    if number is None or is_plainly_data(rows, number):
        return None
    texts = _texts(rows[number])
    filled = [text for text in texts if text]
    if len(filled) > MOST_COLUMNS or len(set(filled)) < len(filled) or number + 1 >= len(rows):
        return None
    return _header(number, texts, [{text} for text in texts], sheet, {})


def _first_wide_row(rows: Sequence[Cells], *, surely: bool = False) -> int | None:
    """The first row with at least a third of the cells of the widest one.

    None where most rows have one cell only, as a letter has, unless it is `surely` a table.
    """
    widths = [sum(map(_is_filled, cells)) for cells in rows[:SEARCHED_ROWS]]
    least = max(2, max(widths, default=0) // 3)
    if not surely and sum(width > 1 for width in widths) < sum(width == 1 for width in widths):
        return None
    return next((number for number, width in enumerate(widths) if width >= least), None)


def _is_filled(raw: Any) -> bool:
    return raw is not None and raw != "" and not (isinstance(raw, str) and raw.isspace())


_DATA_TEXT = re.compile(r"[-+]?[\d.,]*\d[\d.,]*\s*(?:€|EUR|%)?|\d{1,4}[./-]\d{1,2}[./-]\d{1,4}.*")
_YEAR = re.compile(r"(?:19|20)\d\d(?:[-/]\d\d)?")


def is_plainly_data(rows: Sequence[Cells], number: int, *, by_repeats: bool = True) -> bool:
    """Whether a row that might be a header holds a number, a date, or what stands below it once more."""
    below = rows[number + 1 : SEARCHED_ROWS]
    for place, raw in enumerate(rows[number]):
        if not _is_filled(raw):
            continue
        if isinstance(raw, date | time | timedelta | bool):
            return True
        text = clean(as_shown(raw))
        if _DATA_TEXT.fullmatch(text) and not _YEAR.fullmatch(text):
            return True
        if by_repeats and any(place < len(cells) and cells[place] == raw for cells in below):
            return True
    return False


def without_header(
    rows: Iterable[Cells], sheet: Sheet, mapping: Mapping[str, str | None], first_column: int = 0
) -> Header | None:
    """A table without headers: its columns are called by their letters. None where it has not even two columns.

    `first_column`: where in the file (from 0) the rows begin.
    """
    sample: list[Cells] = []
    filled: set[int] = set()
    for cells in rows:
        if len(sample) < SEARCHED_ROWS:
            sample.append(cells)
        filled.update(place for place, raw in enumerate(cells) if _is_filled(raw))
    number = _first_wide_row(sample, surely=speaks_of_letters(mapping))
    places = sorted(filled)
    if number is None or len(places) > MOST_COLUMNS:
        return None
    headers = [f"Spalte {letters(first_column + place)}" for place in places]
    return Header(
        number - 1, headers, places, _matched(sheet, headers, mapping), [set() for _ in places], lines=0
    )


def letters(column: int) -> str:
    """How a spreadsheet program calls a column (from 0): A, B, … Z, AA."""
    called = ""
    column += 1
    while column:
        column, letter = divmod(column - 1, 26)
        called = chr(ord("A") + letter) + called
    return called


_LETTERED = re.compile(r"spalte[a-z]{1,3}")


def speaks_of_letters(mapping: Mapping[str, str | None]) -> bool:
    """Whether a mapping is meant for a table without headers."""
    return any(_LETTERED.fullmatch(same_header(header)) for header in mapping)
