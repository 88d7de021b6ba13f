"""A sheet's shape: its columns, how headers find them, rows in and lines out. Standard library only.

Interface
    ``Column(field, header, type, needed=…, other_headers=(…))``
    ``Sheet(kind, title, columns, keys)``, one per kind of workbook
    ``match(sheet, headers, mapping)`` -> the field of each header, None where it is unknown or could mean two
    ``read(sheet, table, mapping, given=…, blank_clears=…)`` -> `Reading`: rows, faulty rows, problems, sums
    ``sums(sheet, rows, fields)`` -> the amounts taken
    ``lines(sheet, objects)`` -> rows for `exports.workbook`
    ``parse_mapping(["Header=field"])`` -> the mapping of ``--map``

A `Table` is what `imports.workbook` found in a file. A row holds only the fields that have a value: one
that is absent leaves what is stored alone, None (only with ``blank_clears``) empties it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from school_it import cells
from school_it.errors import N_, BadValue, Sentence

HINT_HEADER = "Prüfhinweis"  # the column we add to a corrected file; it is skipped when the file comes back


@dataclass(frozen=True, slots=True)
class Column:
    """One column: the field's name in programs, its German header, and how its cells are read."""

    field: str
    header: str
    type: cells.Type = cells.TEXT
    needed: bool = False
    other_headers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """All columns of one kind of workbook.

    `keys`: each a tuple of fields that together name one row, the most speaking field first: problems of the
    key point at it. A key is there when its needed columns (where none is needed, all its columns) are
    filled. A row needs at least one key.
    """

    kind: str
    title: str
    columns: tuple[Column, ...]
    keys: tuple[tuple[str, ...], ...] = ()

    def column(self, name: str) -> Column:
        """Raises KeyError where there is no such field."""
        for column in self.columns:
            if column.field == name:
                return column
        raise KeyError(name)

    @property
    def fields(self) -> tuple[str, ...]:
        return tuple(column.field for column in self.columns)


@dataclass(slots=True)
class Table:
    """A table as it stands in a file: raw cells below their headers.

    `rows` are (row number as a spreadsheet program shows it, cells in the order of `headers`); `places` are
    the headers' columns in the file, counted from 0; `passed_over` the numbers of the rows that are no data.
    """

    sheet: str | None
    header_row: int
    headers: tuple[str, ...]
    places: tuple[int, ...]
    rows: list[tuple[int, list[cells.Raw]]]
    passed_over: tuple[int, ...] = ()

    @property
    def ignored(self) -> int:
        return len(self.passed_over)


class Row(NamedTuple):
    number: int
    values: dict[str, Any]


class Problem(NamedTuple):
    """What is wrong in one cell, or in a whole row (`column` is then None); `value` as the file shows it."""

    row: int
    column: str | None
    value: str | None
    sentence: Sentence


@dataclass(slots=True)
class Reading:
    """What a table says. `rows` are without fault so far; `faulty` hold what could be read of the others.

    Whoever finds further problems (an unknown school) adds them with `refuse`, which moves the row.
    """

    columns: list[tuple[str, str | None]]
    rows: list[Row] = field(default_factory=list)
    faulty: list[Row] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    sums: dict[str, Decimal] = field(default_factory=dict)

    @property
    def count(self) -> int:
        return len(self.rows) + len(self.faulty)

    def header_of(self, name: str) -> str | None:
        """The header under which the file has this field."""
        return next((header for header, mapped in self.columns if mapped == name), None)

    def refuse(self, problems: Iterable[Problem]) -> None:
        """Add problems found later; the rows they name are no longer taken."""
        added = list(problems)
        bad = {problem.row for problem in added}
        self.problems = sorted(self.problems + added, key=lambda problem: problem.row)
        refused = [row for row in self.rows if row.number in bad]
        self.faulty = sorted(self.faulty + refused, key=lambda row: row.number)
        self.rows = [row for row in self.rows if row.number not in bad]


# --- headers ------------------------------------------------------------------------------------------------

_SHORT = {
    "nr": "nummer",
    "no": "nummer",
    "inv": "inventar",
    "ser": "serien",
    "rg": "rechnungs",
    "re": "rechnungs",
    "rechn": "rechnungs",
    "dat": "datum",
    "tel": "telefon",
    "bem": "bemerkung",
    "bemerk": "bemerkung",
    "anz": "anzahl",
    "bez": "bezeichnung",
    "str": "strasse",
    "az": "aktenzeichen",
    "anschaff": "anschaffungs",
    "inbetr": "inbetriebnahme",
    "lief": "lieferant",
    "herst": "hersteller",
}
_EMPTY_WORDS = frozenset({"in", "eur", "euro"})
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})


def same_header(text: str) -> str:
    """A header without what does not count: case, blanks, line breaks, zero width, NFC, ``:`` and ``*``."""
    text = "".join(cells.one_line(text).casefold().split())
    return text.rstrip(":*")


def _loosely(text: str) -> str:
    """A header with its abbreviations written out and its hyphens, brackets and currency off."""
    text = re.sub(r"-\s*\n\s*", "", cells.clean(text)).casefold().translate(_UMLAUTS)
    text = re.sub(r"(?<=[a-z])(nr|dat)\b", r" \1", text)
    parts = [part for part in re.findall(r"[a-z0-9]+", text) if part not in _EMPTY_WORDS]
    return "".join(_SHORT.get(part, part) for part in parts)


def match(
    sheet: Sheet, headers: Sequence[str], mapping: Mapping[str, str | None] | None = None
) -> list[str | None]:
    """The field of each header. The `mapping` goes first; an own header beats another spelling.

    Two columns that could be the same field both stay None. Raises BadValue where the mapping names a
    header or a field that is not there.
    """
    said = _said(sheet, headers, mapping or {})
    taken = {name for name in said.values() if name}
    fits = [
        None if place in said else _best_fit(sheet, header, without=taken)
        for place, header in enumerate(headers)
    ]
    closest = _closest(fits)
    return [said[place] if place in said else _won(fits[place], closest) for place in range(len(headers))]


class _Fit(NamedTuple):
    distance: int
    field: str


def _best_fit(sheet: Sheet, header: str, *, without: Collection[str]) -> _Fit | None:
    spellings = _spellings(sheet)
    for distance, key in enumerate((same_header(header), same_header(header), _loosely(header))):
        meant = spellings[distance].get(key, set()) if key else set[str]()
        if len(meant) == 1:
            (name,) = meant
            return None if name in without else _Fit(distance, name)
        if meant:
            return None
    return None


@lru_cache(maxsize=64)
def _spellings(sheet: Sheet) -> tuple[Mapping[str, set[str]], ...]:
    """Spelling -> fields it could mean, at three distances: own header, other headers, abbreviations."""
    own, other, loose = defaultdict(set), defaultdict(set), defaultdict(set)
    for column in sheet.columns:
        own[same_header(column.header)].add(column.field)
        for spelling in (*column.other_headers, column.field):
            other[same_header(spelling)].add(column.field)
        for spelling in (column.header, *column.other_headers):
            loose[_loosely(spelling)].add(column.field)
    return own, other, loose


def _closest(fits: Iterable[_Fit | None]) -> Mapping[str, _Fit | None]:
    """For each field the one nearest fit; None where two columns are equally near."""
    near: dict[str, list[_Fit]] = defaultdict(list)
    for fit in filter(None, fits):
        near[fit.field].append(fit)
    return {name: _only_nearest(found) for name, found in near.items()}


def _only_nearest(fits: list[_Fit]) -> _Fit | None:
    nearest = min(fits)
    return nearest if fits.count(nearest) == 1 else None


def _won(fit: _Fit | None, closest: Mapping[str, _Fit | None]) -> str | None:
    return fit.field if fit and closest[fit.field] == fit else None


def _said(sheet: Sheet, headers: Sequence[str], mapping: Mapping[str, str | None]) -> dict[int, str | None]:
    places = {same_header(header): place for place, header in reversed(list(enumerate(headers)))}
    said = {}
    _check_fields(sheet, filter(None, mapping.values()))
    for header, name in mapping.items():
        place = places.get(same_header(header))
        if place is None:
            raise BadValue(
                N_("Eine Spalte »%(header)s« hat die Datei nicht. Sie hat: %(headers)s."),
                header=header,
                headers=", ".join(headers),
            )
        said[place] = name
    return said


def parse_mapping(options: Iterable[str]) -> dict[str, str | None]:
    """``["Header=field"]`` as a mapping; ``Header=`` leaves a column out. Raises BadValue without ``=``."""
    mapping: dict[str, str | None] = {}
    for option in options:
        header, equals, name = option.rpartition("=")
        if not equals or not header.strip():
            raise BadValue(
                N_("»%(option)s« ist keine Zuordnung. Bitte wie »Spalte=feld« schreiben."), option=option
            )
        mapping[header] = name.strip() or None
    return mapping


# --- rows in ------------------------------------------------------------------------------------------------


def read(
    sheet: Sheet,
    table: Table,
    mapping: Mapping[str, str | None] | None = None,
    *,
    given: Mapping[str, Any] | None = None,
    blank_clears: Collection[str] = (),
) -> Reading:
    """Read every row of a table.

    `given` holds values for fields that a row leaves blank (``--school``); `blank_clears` the fields that an
    empty cell empties. Raises BadValue where the mapping or `blank_clears` names what is not there.
    """
    matched = match(sheet, table.headers, mapping)
    _check_fields(sheet, blank_clears)
    reading = Reading(list(zip(table.headers, matched, strict=True)))
    reader = _RowReader(sheet, reading, given or {}, blank_clears)
    for number, raws in table.rows:
        reader.take(number, raws)
    reading.refuse(reader.doubles())
    reading.sums = reader.sums
    return reading


def _check_fields(sheet: Sheet, names: Iterable[str]) -> None:
    for name in names:
        if name not in sheet.fields:
            raise BadValue(
                N_("Ein Feld »%(field)s« gibt es hier nicht. Möglich sind: %(fields)s."),
                field=name,
                fields=", ".join(sheet.fields),
            )


# Many cells of a column say the same: each text is converted once, as long as not too many are different.
_REMEMBERED = 2000
_UNSEEN = object()


@dataclass(frozen=True, slots=True)
class _Place:
    index: int
    field: str
    header: str
    read: Callable[[Any], Any]
    seen: dict[str, Any]

    def value(self, raw: cells.Raw) -> Any:
        """The value of one cell. Raises BadValue."""
        if type(raw) is not str:
            return self.read(raw)
        value = self.seen.get(raw, _UNSEEN)
        if value is _UNSEEN:
            value = self.read(raw)
            if len(self.seen) < _REMEMBERED:
                self.seen[raw] = value
        return value


class _RowReader:
    def __init__(
        self, sheet: Sheet, reading: Reading, given: Mapping[str, Any], blank_clears: Collection[str]
    ) -> None:
        self.sheet, self.reading, self.given = sheet, reading, given
        self.places = [
            _Place(index, name, header, sheet.column(name).type.read, {})
            for index, (header, name) in enumerate(reading.columns)
            if name
        ]
        self.headers = {place.field: place.header for place in self.places}
        self.clears = [name for name in blank_clears if name in self.headers]
        self.needed = [column for column in sheet.columns if column.needed]
        self.sums = {name: Decimal(0) for name in _euro_fields(sheet) if name in self.headers}
        self.keys = [_Key(sheet, names) for names in sheet.keys]

    def take(self, number: int, raws: Sequence[cells.Raw]) -> None:
        values: dict[str, Any] = {}
        problems: list[Problem] = []
        for place in self.places:
            raw = raws[place.index]
            if raw is None:
                continue
            try:
                value = place.value(raw)
            except BadValue as error:
                problems.append(Problem(number, place.header, cells.as_shown(raw), error.sentence))
            else:
                if value is not None:
                    values[place.field] = value
        self._complete(Row(number, values), problems)

    def _complete(self, row: Row, problems: list[Problem]) -> None:
        for name, value in self.given.items():
            row.values.setdefault(name, value)
        for name in self.sums:
            self.sums[name] += row.values.get(name, 0)
        for key in self.keys:
            key.note(row)
        problems += self._lacking(row, unread={problem.column for problem in problems})
        for name in self.clears:
            row.values.setdefault(name, None)
        (self.reading.faulty if problems else self.reading.rows).append(row)
        self.reading.problems += problems

    def _lacking(self, row: Row, *, unread: set[str | None]) -> Iterator[Problem]:
        for column in self.needed:
            if column.field not in row.values and self.headers.get(column.field, "") not in unread:
                yield self._missing(row.number, column)
        if not unread and self._has_no_key(row):
            yield Problem(row.number, None, None, self._no_key())

    def _missing(self, number: int, column: Column) -> Problem:
        sentence = Sentence(N_("%(header)s fehlt. Bitte eintragen."), header=column.header)
        return Problem(number, self.headers.get(column.field), None, sentence)

    def _has_no_key(self, row: Row) -> bool:
        """A key of needed columns is not asked for twice: each missing value is a problem already."""
        return bool(self.keys) and not any(key.is_needed or key.is_in(row.values) for key in self.keys)

    def _no_key(self) -> Sentence:
        keys = " / ".join(" + ".join(map(self._header, key.fields)) for key in self.keys)
        return Sentence(N_("Der Zeile fehlt der Schlüssel. Bitte eintragen: %(keys)s."), keys=keys)

    def _header(self, name: str) -> str:
        return self.sheet.column(name).header

    def doubles(self) -> Iterator[Problem]:
        for key in self.keys:
            what = " + ".join(map(self._header, key.fields))
            for values, numbers in key.rows.items():
                if len(numbers) > 1:
                    yield from self._each_double(what, values, numbers, self.headers.get(key.fields[0]))

    def _each_double(
        self, what: str, values: tuple[Any, ...], numbers: list[int], column: str | None
    ) -> Iterator[Problem]:
        sentence = Sentence(
            N_("%(what)s %(value)s steht mehrfach in der Datei (Zeilen %(rows)s). Bitte nur einmal."),
            what=what,
            value=" + ".join(_shown(value) for value in values if value is not None),
            rows=_row_numbers(numbers),
        )
        return (Problem(number, column, _shown(values[0]), sentence) for number in numbers)


class _Key:
    """Which rows carry which key, so that a key in two rows is seen."""

    def __init__(self, sheet: Sheet, names: tuple[str, ...]) -> None:
        self.fields = names
        needed = tuple(name for name in names if sheet.column(name).needed)
        self.is_needed = bool(needed)
        self.must = needed or names
        self.rows: dict[tuple[Any, ...], list[int]] = defaultdict(list)

    def is_in(self, values: Mapping[str, Any]) -> bool:
        return all(name in values for name in self.must)

    def note(self, row: Row) -> None:
        if self.is_in(row.values):
            self.rows[tuple(map(row.values.get, self.fields))].append(row.number)


_NAMED_ROWS = 20  # a sentence in each of thousands of rows must not name thousands of rows


def _row_numbers(numbers: list[int]) -> str:
    more = len(numbers) - _NAMED_ROWS
    named = ", ".join(map(str, numbers[:_NAMED_ROWS]))
    return f"{named} … (+{more})" if more > 0 else named


def _shown(value: Any) -> str:
    return cells.show_codes(value) if isinstance(value, tuple) else cells.as_shown(value)


def _euro_fields(sheet: Sheet) -> list[str]:
    return [column.field for column in sheet.columns if column.type.name == "euro"]


def sums(sheet: Sheet, rows: Iterable[Row], fields: Collection[str]) -> dict[str, Decimal]:
    """The amounts of `rows` for each euro field among `fields` (``taken`` beside ``Reading.sums``)."""
    wanted = [name for name in _euro_fields(sheet) if name in fields]
    totals = dict.fromkeys(wanted, Decimal(0))
    for row in rows:
        for name in wanted:
            totals[name] += row.values.get(name) or 0
    return totals


# --- lines out ----------------------------------------------------------------------------------------------


def lines(sheet: Sheet, objects: Iterable[Any]) -> Iterator[list[Any]]:
    """One list of cell values per object, in the order of the columns: text, Decimal, int, date or None.

    An object is a mapping, or has the fields as attributes. Words, codes and yes/no become their German text.
    """
    ways = [(column.field, _as_cell(column.type)) for column in sheet.columns]
    for one in objects:
        get = one.get if isinstance(one, Mapping) else lambda name, one=one: getattr(one, name)
        yield [None if (value := get(name)) is None else way(value) for name, way in ways]


# These stay numbers and dates in a workbook; everything else is text.
_KEPT = frozenset({"euro", "percent", "date", "integer", "number"})


def _as_cell(of: cells.Type) -> Callable[[Any], Any]:
    return _itself if of.name in _KEPT else of.show


def _itself(value: Any) -> Any:
    return value
