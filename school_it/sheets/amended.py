"""A table as it was meant: single cells corrected, a wrong word mended wherever it stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from school_it import cells
from school_it.sheets.headers import same_header
from school_it.sheets.shape import Table

Corrections = Mapping[int, Mapping[str, str]]
Words = Mapping[str, Mapping[str, str]]


def amended(table: Table, corrections: Corrections, words: Words) -> Table:
    """The table with the texts that were meant; its own rows stay as they are.

    `corrections`: row number -> header -> text; `words`: header -> text in the file -> text meant, without regard
    to case, where an empty text stands for an empty cell. A correction goes before a word. A header that the table
    does not have becomes a further column; a row it does not have is passed over.
    """
    if not corrections and not words:
        return table
    further = _further(
        table.headers, [*words, *(header for texts in corrections.values() for header in texts)]
    )
    headers = (*table.headers, *further)
    places = {same_header(header): place for place, header in reversed(list(enumerate(headers)))}
    mended = {
        places[same_header(header)]: {_folded(old): new for old, new in texts.items()}
        for header, texts in words.items()
    }
    rows = []
    for number, raws in table.rows:
        row = [*raws, *([None] * len(further))]
        for place, texts in mended.items():
            row[place] = texts.get(_folded(cells.as_shown(row[place])), row[place])
        for header, text in corrections.get(number, {}).items():
            row[places[same_header(header)]] = text or None
        rows.append((number, row))
    return replace(table, headers=headers, places=(*table.places, *_beyond(table, further)), rows=rows)


def _further(headers: Iterable[str], named: Iterable[str]) -> list[str]:
    here = set(map(same_header, headers))
    found: list[str] = []
    for header in named:
        if same_header(header) not in here:
            here.add(same_header(header))
            found.append(header)
    return found


def _beyond(table: Table, further: list[str]) -> range:
    start = max(table.places, default=-1) + 1
    return range(start, start + len(further))


def _folded(text: str) -> str:
    return cells.one_line(text).casefold()
