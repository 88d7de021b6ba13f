"""What the preview asks and offers: the meaning of columns, words to mend in many rows, close words for new things.

Everything here is plain JSON: it is kept beside the counts, so that the page reads no file.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from imports import mapping
from imports.closeness import OFFERED, close
from imports.mapping import shown_samples
from imports.outlook import Outlook
from school_it.sheets import Column, Creation

MOST_ITEMS = 100
MOST_WORDS = 10
MOST_SPANS = 12
MOST_COMPARED = 500
_LISTED = frozenset({"word", "words"})
_CHOSEN = frozenset({"school_number", "grant"})
"""Fields for which the page offers what is there: a wrong word is better chosen than typed, even in one row."""
_SHARED = frozenset({"school_number", "grant", "school_year", "plan"})
"""Fields of a key that all rows of a list may have in common: the list of receipts is that of one grant."""


def advice(outlook: Outlook) -> dict[str, Any]:
    """`columns`: samples, meaning and guess of each; `words`: what is wrong in several rows; `new`: by field.

    `lacking`: headers of columns that must say which row is which and that the file does not have at all.
    `passed_over`: the rows that are no data, as people name them (»7«, »12–14«).
    """
    return {
        "columns": _columns(outlook),
        "words": _words(outlook)[:MOST_WORDS],
        "lacking": _lacking(outlook),
        "new": _new(outlook),
        "headers": list(outlook.file_headers),
        "passed_over": spans(outlook.table.passed_over),
        "other_sheets": [*outlook.table.other_sheets, *outlook.table.hidden_sheets],
    }


def _lacking(outlook: Outlook) -> list[str]:
    sheet, here = outlook.sheet, {name for _header, name in outlook.reading.columns}
    offered = {name for guess in outlook.guesses for name in guess.fields}
    names = {name for key in sheet.keys for name in key} - _SHARED
    missing = [one for one in sheet.columns if one.needed and one.field in names - here - offered]
    return [column.header for column in missing if outlook.reading.faulty]


def spans(numbers: Sequence[int]) -> list[str]:
    """Rows as people name them: »7«, »12–14«; of very many the first."""
    found: list[list[int]] = []
    for number in numbers:
        if found and number == found[-1][1] + 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    told = [str(first) if first == last else f"{first}–{last}" for first, last in found]
    return told if len(told) <= MOST_SPANS else [*told[:MOST_SPANS], "…"]


def _columns(outlook: Outlook) -> list[dict[str, Any]]:
    table, reading = outlook.table, outlook.reading
    guesses = {one.header: one for one in _guesses(outlook)}
    asked = {question.header for question in reading.questions}
    found = mapping.doubts(outlook.sheet, table, reading)
    doubts = {one.header: one.example for one in found if one.header not in asked}
    return [
        {
            "header": header,
            "field": name,
            "samples": shown_samples(table, place),
            "guesses": [] if name else list(guesses[header].fields) if header in guesses else [],
            "nearly": bool(name and header in guesses and guesses[header].sure),
            "doubt": doubts.get(header),
        }
        for place, (header, name) in enumerate(reading.columns)
    ]


def _guesses(outlook: Outlook) -> list[mapping.Guess]:
    if outlook.table.header_row:
        return outlook.guesses
    return mapping.by_columns(outlook.sheet, outlook.table)


# --- words ------------------------------------------------------------------------------------------------


def _words(outlook: Outlook) -> list[dict[str, Any]]:
    """The most rows first. An empty text is a needed cell that several rows lack.

    Rows in which the same text is wrong for different reasons have no common answer: each keeps its own sentence.
    """
    groups: dict[tuple[str, str, str], set[int]] = defaultdict(set)
    told: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    asked = {question.header for question in outlook.reading.questions}
    by_header = {header: name for header, name in outlook.reading.columns if name and header not in asked}
    by_own = {column.header: column.field for column in outlook.sheet.columns}
    for problem in outlook.reading.problems:
        if problem.value is None and "header" in problem.sentence.values:
            own = str(problem.sentence.values["header"])
            header = problem.column or own
            if own in by_own:
                groups[header, by_own[own], ""].add(problem.row)
        elif problem.column in by_header and problem.value:
            key = (problem.column, by_header[problem.column], problem.value)
            groups[key].add(problem.row)
            told[key].add(str(problem.sentence))
    found = [
        _group(outlook.sheet.column(name), header, text, rows)
        for (header, name, text), rows in groups.items()
        if len(told[header, name, text]) < 2 and _is_for_all(outlook, name, text, len(rows))
    ]
    return sorted(found, key=lambda group: -group["rows"])


def _is_for_all(outlook: Outlook, name: str, text: str, rows: int) -> bool:
    """A listed word is mended even in one row; a number that names a row is never mended for many."""
    if text and outlook.sheet.column(name).type.name in _LISTED:
        return True
    if not text and not _is_sayable(outlook, name):
        return False
    keys = {one for key in outlook.sheet.keys for one in key}
    if text and name in _CHOSEN and keys != {name}:
        return True
    return rows > 1 and (name not in keys or (name in _SHARED and len(keys) > 1))


def _is_sayable(outlook: Outlook, name: str) -> bool:
    """Whether one value can be right in all rows that lack it.

    No amount can; nor what stands there under a header not yet understood, nor what would be said of stored things
    as well.
    """
    if outlook.sheet.column(name).type.name == "euro":
        return False
    if name in outlook.sheet.needed_of_new and (outlook.changed or outlook.same):
        return False
    return all(guess.sure or name not in guess.fields for guess in outlook.guesses)


def _group(column: Column, header: str, text: str, rows: set[int]) -> dict[str, Any]:
    words = column.type.words
    meant = dict.fromkeys(words[word] for word in close(text, words, most=6)) if text else {}
    return {
        "header": header,
        "field": column.field,
        "text": text,
        "rows": len(rows),
        "close": list(meant)[:3],
        "words": list(dict.fromkeys(words.values())),
    }


# --- new things -------------------------------------------------------------------------------------------


def _new(outlook: Outlook) -> list[dict[str, Any]]:
    by_field: dict[str, list[Creation]] = defaultdict(list)
    for creation in outlook.creates:
        by_field[creation.field].append(creation)
    return [
        {
            "field": name,
            "count": len(found),
            "items": (items := _items(found)),
            "near": bool(items[0]["close"]),
        }
        for name, found in by_field.items()
    ]


def _items(creations: Sequence[Creation]) -> list[dict[str, Any]]:
    """Those with close words first, at most so many as a person reads."""
    items = [
        {
            "value": one.value,
            "school_number": one.school_number,
            "rows": len(one.rows),
            "close": (near := _near(one)),
            "in_rows": list(one.rows) if near and one.school_number else [],
        }
        for one in creations[:MOST_COMPARED]
    ]
    items.sort(key=lambda item: not item["close"])
    return items[:MOST_ITEMS]


def _near(one: Creation) -> list[str]:
    """The stored words that may be meant, also by another name that they have."""
    named = [word for name, word in one.names.items() if name.casefold() == one.value.casefold()]
    alike = (one.names.get(word, word) for word in close(one.value, (*one.known, *one.names)))
    return list(dict.fromkeys((*named, *alike)))[:OFFERED]
