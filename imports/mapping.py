"""What a column means that no known header names: nearly the word, and what its cells look like.

A known header is `sheets.match`. Here the other columns get a second opinion: a header that is nearly a known one
and whose cells agree is taken (`sure`); everything weaker is only offered, marked as a guess, until somebody says.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from school_it import cells
from school_it.errors import BadValue
from school_it.sheets import Column, Reading, Sheet, Table, match, same_header
from school_it.sheets.headers import loosely

SAMPLES = 30
SHOWN_SAMPLES = 3
_AGREES = 0.8
_LIKELY = 0.72
_MOST_MEANINGS = 3
_MOST_GUESSED = 200  # no list has more columns that mean nothing; a made-up one would keep the house busy
_MAC = re.compile(r"(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}|(?:[0-9a-f]{4}\.){2}[0-9a-f]{4}", re.IGNORECASE)
_SCHOOL_NUMBER = re.compile(r"1\d{5}")
_OWN_LOOK = frozenset({"date", "euro", "percent", "integer", "number", "yes_no"})
_WORDS = frozenset({"word", "words"})
# What ledgers and lists call by a word that could mean more: asked for, never taken.
_OTHERWISE = {
    "Preis": (
        "AHK", "Anschaffungswert", "Anschaffungskosten", "Einzelpreis", "Kaufpreis", "Kosten", "Wert", "Euro", "EUR",
        "Price", "Purchase Cost",
    ),
    "Modell": ("Typ", "Gerät Typ", "Bezeichnung"),
    "Raum": ("Standort", "Ort", "wo"),
    "gezahlt": ("Betrag", "Betrag brutto"),
}  # fmt: skip
_VAGUE = {loosely(said): loosely(word) for word, all_said in _OTHERWISE.items() for said in all_said}
_DAY = Column("day", "Tag", cells.DATE)


@dataclass(frozen=True, slots=True)
class Guess:
    """What a column could mean, the likeliest first. `sure`: taken without asking."""

    header: str
    fields: tuple[str, ...]
    sure: bool = False


class Doubt(NamedTuple):
    """A column whose header says `field`, but whose cells are something else."""

    header: str
    field: str
    example: str


def samples(table: Table, place: int, most: int = SAMPLES) -> list[cells.Raw]:
    """Filled cells of a column, from the whole length of the table."""
    step = max(1, len(table.rows) // (most * 2))
    found = (row[place] for _number, row in table.rows[::step] if row[place] is not None)
    kept = [raw for raw in found if not (isinstance(raw, str) and cells.is_placeholder(raw.strip()))]
    return kept[:most]


def shown_samples(table: Table, place: int) -> list[str]:
    """A few different cells of a column, as people see them."""
    texts = dict.fromkeys(cells.one_line(cells.as_shown(raw))[:60] for raw in samples(table, place))
    return [text for text in texts if text][:SHOWN_SAMPLES]


def completed(
    sheet: Sheet, table: Table, said: Mapping[str, str | None]
) -> tuple[dict[str, str | None], list[Guess]]:
    """The mapping with what is sure beside what was said, and every guess about the columns left over."""
    guesses = guess(sheet, table, match(sheet, table.headers, said), without=said)
    sure = {one.header: one.fields[0] for one in guesses if one.sure}
    return {**sure, **said}, guesses


def present(said: Mapping[str, str | None], headers: Iterable[str]) -> dict[str, str | None]:
    """What was said about columns that are there."""
    here = set(map(same_header, headers))
    return {header: name for header, name in said.items() if same_header(header) in here}


def guess(
    sheet: Sheet, table: Table, matched: Sequence[str | None], *, without: Iterable[str] = ()
) -> list[Guess]:
    """Guesses about the columns that mean nothing yet; none about those in `without` and about equal headers."""
    counted = Counter(map(same_header, table.headers))
    said = {*map(same_header, without), *(header for header, count in counted.items() if count > 1)}
    taken = {name for name in matched if name}
    open_places = [
        place
        for place, name in enumerate(matched)
        if name is None and same_header(table.headers[place]) not in said
    ]
    found = [_guess(sheet, table, place, taken) for place in open_places[:_MOST_GUESSED]]
    return _without_rivals([one for one in found if one is not None])


def doubts(sheet: Sheet, table: Table, reading: Reading) -> list[Doubt]:
    """The columns whose cells contradict what they are taken for: serial numbers below »Kaufdatum«."""
    wrong: dict[str, list[str]] = defaultdict(list)
    for problem in reading.problems:
        if problem.column and problem.value:
            wrong[problem.column].append(problem.value)
    found = []
    for place, (header, name) in enumerate(reading.columns):
        if name and header in wrong and sheet.column(name).type.name in _OWN_LOOK:
            filled = sum(row[place] is not None for _number, row in table.rows)
            if len(wrong[header]) >= max(SHOWN_SAMPLES, _AGREES * filled):
                found.append(Doubt(header, name, cells.one_line(wrong[header][0])))
    return found


def _agrees(column: Column, seen: Sequence[cells.Raw], *, are_days: bool) -> bool:
    """Days are no numbers of anything, although a code could be read of them."""
    if are_days and column.type.name != "date":
        return False
    share = readable(column, seen)
    return share is None or share >= 0.5


def readable(column: Column, seen: Sequence[cells.Raw]) -> float | None:
    """The share of the cells that the column could read; None where there is none."""
    return sum(_reads(column, raw) for raw in seen) / len(seen) if seen else None


def _reads(column: Column, raw: cells.Raw) -> bool:
    try:
        return column.type.read(raw) is not None
    except BadValue:
        return False


# --- one column -------------------------------------------------------------------------------------------


def _guess(sheet: Sheet, table: Table, place: int, taken: Collection[str]) -> Guess | None:
    header, seen = table.headers[place], samples(table, place)
    are_days = (readable(_DAY, seen) or 0) >= _AGREES
    free = (column for column in sheet.columns if column.field not in taken)
    agreeing = [column for column in free if _agrees(column, seen, are_days=are_days)]
    sure = _nearly_a_word(header, agreeing, sheet, seen)
    if sure is not None:
        return Guess(header, (sure.field,), sure=True)
    found = _by_name(header, agreeing) or _by_cells(agreeing, seen)
    if not found and len(sheet.keys[:1] and sheet.keys[0]) == 1:
        found = _by_key(agreeing, seen, sheet.keys[0])  # a number of its own in each row is not to be lost
    fields = dict.fromkeys(column.field for column in found)
    return Guess(header, tuple(fields)) if 0 < len(fields) <= _MOST_MEANINGS else None


def _nearly_a_word(
    header: str, agreeing: Sequence[Column], sheet: Sheet, seen: Sequence[cells.Raw]
) -> Column | None:
    """The one column whose header is this one but for a slip of the pen, if the cells agree."""
    slips = {column.field: _slips(header, column) for column in sheet.columns}
    near = [column for column in agreeing if slips[column.field] is not None]
    if len(near) != 1 or sum(slip is not None for slip in slips.values()) != 1:
        return None
    return near[0] if (readable(near[0], seen) or 0) >= _AGREES else None


def _slips(header: str, column: Column) -> int | None:
    """How many letters are wrong, left out, doubled or swapped; None where it is another word."""
    found = [_slips_between(loosely(header), loosely(spelling)) for spelling in _spellings(column)]
    return min((one for one in found if one is not None), default=None)


def _slips_between(text: str, word: str) -> int | None:
    """Nobody mistypes the first letter, and »Raum 2« is not »Raum«."""
    if text[:1] != word[:1] or _digits(text) != _digits(word) or len(word) < 7:
        return None
    from rapidfuzz.distance import OSA

    slips = OSA.distance(text, word, score_cutoff=2)
    return slips if slips <= (2 if len(word) > 10 else 1) else None


def _spellings(column: Column) -> tuple[str, ...]:
    return (column.header, *column.other_headers)


def _digits(text: str) -> str:
    return "".join(filter(str.isdigit, text))


def _by_name(header: str, columns: Sequence[Column]) -> list[Column]:
    """»Preis« is a part of two headers; »Anschaff.-Dat.« is like one."""
    texts = {loosely(header), _VAGUE.get(loosely(header), "")}
    texts = {text for text in texts if len(text) >= 4}
    if not texts:
        return []
    text = loosely(header)
    within = [
        one for one in columns if any(part in loosely(word) for word in _spellings(one) for part in texts)
    ]
    if within:
        return within
    like = {one.field: max(_likeness(text, loosely(word)) for word in _spellings(one)) for one in columns}
    best = max(like.values(), default=0.0)
    return [one for one in columns if like[one.field] >= max(_LIKELY, best - 0.05)]


def _likeness(text: str, word: str) -> float:
    if len(word) >= 5 and (text.startswith(word) or text.endswith(word)):
        return max(_LIKELY, len(word) / len(text))
    from rapidfuzz.distance import OSA

    return float(OSA.normalized_similarity(text, word))


def _by_cells(columns: Sequence[Column], seen: Sequence[cells.Raw]) -> list[Column]:
    """By what only one kind of column looks like: MAC addresses, school numbers, listed words."""
    texts = [cells.one_line(cells.as_shown(raw)) for raw in seen]
    if len(texts) < 2:
        return []
    by_field = {column.field: column for column in columns}
    for name, pattern in (("mac_address", _MAC), ("school_number", _SCHOOL_NUMBER)):
        if name in by_field and all(map(pattern.fullmatch, texts)):
            return [by_field[name]]
    if any(text.isdigit() for text in texts):
        return []
    listed = [column for column in columns if column.type.name in _WORDS]
    fits = [column for column in listed if (readable(column, seen) or 0) >= _AGREES]
    return fits if len(fits) == 1 else []


def _without_rivals(guesses: list[Guess]) -> list[Guess]:
    """Two columns that could be the same field: neither is taken by itself."""
    firsts = [one.fields[0] for one in guesses if one.sure]
    return [
        Guess(one.header, one.fields, one.sure and firsts.count(one.fields[0]) == 1)
        for one in guesses
        if one.sure or not set(one.fields) <= set(firsts)
    ]


# --- without headers ----------------------------------------------------------------------------------------


def looks_like_data(sheet: Sheet, headers: Sequence[str]) -> bool:
    """Whether what was taken for a header is the first row of a table without any: dates, amounts, listed words."""
    specific = [column for column in sheet.columns if column.type.name in ("date", "euro", *_WORDS)]
    return any(
        _MAC.fullmatch(header)
        or _SCHOOL_NUMBER.fullmatch(header)
        or any(_reads(column, header) for column in specific)
        for header in headers
    )


def by_columns(sheet: Sheet, table: Table) -> list[Guess]:
    """Guesses for a table without headers, by its cells alone: each field once, the keys from left to right."""
    found: list[Guess] = []
    taken: set[str] = set()
    keys = [name for key in sheet.keys for name in key if sheet.column(name).type.name == "code"]
    for place, header in enumerate(table.headers):
        seen = samples(table, place)
        free = [column for column in sheet.columns if column.field not in taken]
        fits = _by_cells(free, seen) or _by_type(free, seen, "date") or _by_key(free, seen, keys)
        if fits:
            taken.add(fits[0].field)
            found.append(Guess(header, (fits[0].field,)))
    return found


def _by_type(columns: Sequence[Column], seen: Sequence[cells.Raw], name: str) -> list[Column]:
    fits = [column for column in columns if column.type.name == name]
    return [column for column in fits if (readable(column, seen) or 0) >= _AGREES][:1]


def _by_key(columns: Sequence[Column], seen: Sequence[cells.Raw], keys: Sequence[str]) -> list[Column]:
    """A key is different in every row and has a digit in it."""
    texts = [cells.one_line(cells.as_shown(raw)) for raw in seen]
    if len(texts) < 2 or len(set(texts)) < len(texts) or not all(map(_digits, texts)):
        return []
    if any("€" in text or re.fullmatch(r"[\d.]+,\d\d", text) for text in texts):
        return []
    by_field = {column.field: column for column in columns}
    return [by_field[name] for name in keys if name in by_field][:1]
