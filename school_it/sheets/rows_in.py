"""Rows of a table into values: each cell converted once, problems beside the rows they stand in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

from school_it import cells
from school_it.errors import N_, BadValue, Sentence
from school_it.sheets.headers import match, same_header
from school_it.sheets.shape import Column, Problem, Question, Reading, Row, Sheet, Table, check_fields


def read(
    sheet: Sheet,
    table: Table,
    mapping: Mapping[str, str | None] | None = None,
    *,
    given: Mapping[str, Any] | None = None,
    blank_clears: Collection[str] = (),
    day_first: Mapping[str, bool] | None = None,
) -> Reading:
    """Read every row of a table.

    `given` holds values for fields that a row leaves blank (``--school``); `blank_clears` the fields that an
    empty cell empties; `day_first` says by header whether ``03/04/2024`` begins with the day: a column where that is
    open and nothing in it proves it is among the questions, and such cells are problems. Raises BadValue where
    the mapping or `blank_clears` names what is not there.
    """
    matched = match(sheet, table.headers, mapping)
    check_fields(sheet, blank_clears)
    reading = Reading(list(zip(table.headers, matched, strict=True)))
    orders = _orders_of_dates(sheet, table, reading, day_first or {})
    reader = _RowReader(sheet, reading, given or {}, blank_clears, orders)
    for number, raws in table.rows:
        reader.take(number, raws)
    reading.refuse(reader.doubles())
    reading.sums = reader.sums
    return reading


_EXAMPLES = 3


def _orders_of_dates(
    sheet: Sheet, table: Table, reading: Reading, answers: Mapping[str, bool]
) -> Mapping[int, bool]:
    """By place, whether the day comes first in a column of dates: as answered, or as the column itself proves."""
    answered = {same_header(header): answer for header, answer in answers.items()}
    orders: dict[int, bool] = {}
    for place, (header, name) in enumerate(reading.columns):
        if not name or sheet.column(name).type.name != "date":
            continue
        order = cells.Order(answered.get(same_header(header)), ())
        if order.day_first is None:
            order = cells.order_of(raws[place] for _number, raws in table.rows)
        if order.day_first is not None:
            orders[place] = order.day_first
        elif order.unclear:
            reading.questions.append(Question(header, name, order.unclear[:_EXAMPLES]))
    return orders


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
    parts: tuple[int, ...] = ()

    def raw(self, raws: Sequence[cells.Raw]) -> cells.Raw:
        if not self.parts:
            return raws[self.index]
        texts = (cells.as_shown(raws[part]).strip() for part in self.parts if raws[part] is not None)
        return " ".join(filter(None, texts)) or None

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


def _parts(column: Column, header: str, reading: Reading) -> tuple[int, ...]:
    """The places of the parts of a value, in their order, where the file has more than the matched one."""
    order = [same_header(part) for part in column.parts]
    if same_header(header) not in order:
        return ()
    free = {
        same_header(other): index
        for index, (other, mapped) in reversed(list(enumerate(reading.columns)))
        if mapped in (None, column.field)
    }
    found = tuple(free[part] for part in order if part in free)
    for index in found:
        other, mapped = reading.columns[index]
        if mapped is None:
            reading.joined[other] = column.field
    return found if len(found) > 1 else ()


class _RowReader:
    def __init__(
        self,
        sheet: Sheet,
        reading: Reading,
        given: Mapping[str, Any],
        blank_clears: Collection[str],
        orders: Mapping[int, bool],
    ) -> None:
        self.sheet, self.reading, self.given = sheet, reading, given
        self.places = [
            _Place(
                index,
                name,
                header,
                partial(cells.read_date, day_first=orders[index])
                if index in orders
                else sheet.column(name).type.read,
                {},
                _parts(sheet.column(name), header, reading),
            )
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
            raw = place.raw(raws)
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
        for key in self._counting(row):
            key.note(row)
        problems += self._lacking(row, unread={problem.column for problem in problems})
        for name in self.clears:
            row.values.setdefault(name, None)
        (self.reading.faulty if problems else self.reading.rows).append(row)
        self.reading.problems += problems

    def _counting(self, row: Row) -> Sequence[_Key]:
        """The keys by which a row may be named twice: one that is the last resort only where there is no other."""
        others = self.keys[:-1] if self.sheet.last_resort else self.keys
        return others if any(key.is_in(row.values) for key in others) else self.keys

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
