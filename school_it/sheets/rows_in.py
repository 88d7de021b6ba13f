"""Rows of a table into values: each cell converted once, problems beside the rows they stand in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from itertools import repeat
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
    told: Callable[[int], None] = lambda _rows: None,
) -> Reading:
    """Read every row of a table.

    `given` holds values for fields that a row leaves blank (``--school``); `blank_clears` the fields that an
    empty cell empties; `day_first` says by header whether ``03/04/2024`` begins with the day: a column where that is
    open and nothing in it proves it is among the questions, and such cells are problems. `told` hears how many rows
    are read. Raises BadValue where the mapping or `blank_clears` names what is not there.
    """
    matched = match(sheet, table.headers, mapping)
    check_fields(sheet, blank_clears)
    reading = Reading(list(zip(table.headers, matched, strict=True)))
    orders = _orders_of_dates(sheet, table, reading, day_first or {})
    reader = _RowReader(sheet, reading, given or {}, blank_clears, orders)
    for start in range(0, len(table.rows), _TOGETHER):
        told(start)
        reader.take(table.rows[start : start + _TOGETHER])
    reading.sums = reader.sums()
    doubles = list(reader.doubles())
    if doubles:
        reading.refuse(doubles)
    return reading


_EXAMPLES = 3
_COMPUTED = N_(
    "»%(header)s« zeigt keinen Wert, sondern einen Fehler der Formel: Der Betrag ist hier neu berechnet."
)
_TOGETHER = 4000  # rows taken at a time: enough to gain by it, few enough to tell how far it is


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
        if order.day_first is False:
            reading.hints += _perhaps_swapped(table, place)
    return orders


def _perhaps_swapped(table: Table, place: int) -> Iterator[tuple[int, Sentence]]:
    """A German program takes 03/04/2024 for the third of April and leaves 04/13/2024 as text: no day is over twelve."""
    days = [(number, raw) for number, raws in table.rows if isinstance(raw := raws[place], date)]
    if days and all(day.day <= 12 for _number, day in days):
        number, first = days[0]
        yield (
            number,
            Sentence(
                N_(
                    "%(header)s %(value)s: In dieser Spalte steht sonst der Monat vorn. Vielleicht hat ein "
                    "Tabellenprogramm Tag und Monat vertauscht. Bitte prüfen."
                ),
                header=table.headers[place],
                value=cells.as_shown(first),
            ),
        )


class _Values(dict[Any, Any]):
    """What the cells of a column mean: each different one is read once. `refused`: at least one cannot be read."""

    def __init__(self, read: Callable[[Any], Any]) -> None:
        self.read, self.refused = read, False
        super().__init__({None: None})

    def __missing__(self, raw: Any) -> Any:
        value = self[raw] = self.value(raw)
        return value

    def value(self, raw: Any) -> Any:
        try:
            return self.read(raw)
        except BadValue as error:
            self.refused = True
            return _Refused(error.sentence)


@dataclass(frozen=True, slots=True)
class _Refused:
    sentence: Sentence


@dataclass(frozen=True, slots=True)
class _Place:
    index: int
    field: str
    header: str
    read: Callable[[Any], Any]
    parts: tuple[int, ...] = ()

    def raws(self, rows: Sequence[tuple[int, Sequence[cells.Raw]]]) -> list[cells.Raw]:
        if not self.parts:
            return [raws[self.index] for _number, raws in rows]
        return [self._joined(raws) for _number, raws in rows]

    def _joined(self, raws: Sequence[cells.Raw]) -> cells.Raw:
        texts = (cells.as_shown(raws[part]).strip() for part in self.parts if raws[part] is not None)
        return " ".join(filter(None, texts)) or None

    def values(self, raws: Sequence[cells.Raw]) -> tuple[list[Any], bool]:
        """The values of all cells, and whether any of them is a `_Refused`."""
        kinds = {*map(type, raws)} - {type(None)}
        if len(kinds) == 1 and cells.Shown not in kinds:
            values = _Values(self.read)
            return list(map(values.__getitem__, raws)), values.refused
        # 1, 1.0 and True are the same key, and so are two numbers that are shown in different ways
        by_kind = {kind: _Values(self.read) for kind in kinds}
        found = [
            None
            if raw is None
            else by_kind[type(raw)].value(raw)
            if type(raw) is cells.Shown
            else by_kind[type(raw)][raw]
            for raw in raws
        ]
        return found, any(values.refused for values in by_kind.values())


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
                _parts(sheet.column(name), header, reading),
            )
            for index, (header, name) in enumerate(reading.columns)
            if name
        ]
        self.headers = {place.field: place.header for place in self.places}
        self.clears = [name for name in blank_clears if name in self.headers]
        self.needed = [
            column for column in sheet.columns if column.needed and column.field not in sheet.needed_of_new
        ]
        self.needed_fields = frozenset(column.field for column in self.needed)
        self.keys = [_Key(sheet, names) for names in sheet.keys]

    def take(self, rows: Sequence[tuple[int, Sequence[cells.Raw]]]) -> None:
        """Column by column, so that many equal cells cost little; then the rows one by one."""
        columns: list[list[Any]] = []
        faulty: dict[int, list[Problem]] = defaultdict(list)
        for place in self.places:
            raws = place.raws(rows)
            values, refused = place.values(raws)
            if refused:
                self._take_out(place, rows, raws, values, faulty)
            columns.append(values)
        names = tuple(place.field for place in self.places)
        by_row = zip(*columns, strict=True) if columns else repeat((), len(rows))
        for position, ((number, _raws), row) in enumerate(zip(rows, by_row, strict=True)):
            found = {name: value for name, value in zip(names, row, strict=True) if value is not None}
            self._complete(Row(number, found), faulty.get(position, []))

    def _take_out(
        self,
        place: _Place,
        rows: Sequence[tuple[int, Sequence[cells.Raw]]],
        raws: Sequence[cells.Raw],
        values: list[Any],
        faulty: dict[int, list[Problem]],
    ) -> None:
        """The refused values of a column become problems of their rows; an error in a computed one is as empty."""
        is_computed = self.sheet.column(place.field).is_computed
        for position, value in enumerate(values):
            if type(value) is _Refused and is_computed and isinstance(raws[position], cells.Fault):
                self.reading.hints.append((rows[position][0], Sentence(_COMPUTED, header=place.header)))
                values[position] = None
            elif type(value) is _Refused:
                shown = cells.as_shown(raws[position])
                faulty[position].append(Problem(rows[position][0], place.header, shown, value.sentence))
                values[position] = None

    def _complete(self, row: Row, problems: list[Problem]) -> None:
        values = row.values
        for name, value in self.given.items():
            values.setdefault(name, value)
        has_key = False
        for key in self.keys:
            if not (has_key and key.last_resort) and key.must.issubset(values):
                has_key = True
                key.note(row)
        if problems or not has_key or not self.needed_fields.issubset(values):
            problems = [*problems, *self._lacking(row, has_key, {problem.column for problem in problems})]
        for name in self.clears:
            values.setdefault(name, None)
        if problems:
            self.reading.faulty.append(row)
            self.reading.problems += problems
        else:
            self.reading.rows.append(row)

    def sums(self) -> dict[str, Decimal]:
        """The amounts of all rows, also of those that cannot be taken."""
        rows = (*self.reading.rows, *self.reading.faulty)
        return {
            name: sum(filter(None, (row.values.get(name) for row in rows)), Decimal(0))
            for name in _euro_fields(self.sheet)
            if name in self.headers
        }

    def _lacking(self, row: Row, has_key: bool, unread: set[str | None]) -> Iterator[Problem]:
        for column in self.needed:
            if column.field not in row.values and self.headers.get(column.field, "") not in unread:
                yield self._missing(row.number, column)
        # a key of needed columns is not asked for twice: each missing value is a problem already
        if self.keys and not unread and not has_key and not any(key.is_needed for key in self.keys):
            yield Problem(row.number, None, None, self._no_key())

    def _missing(self, number: int, column: Column) -> Problem:
        sentence = Sentence(N_("%(header)s fehlt. Bitte eintragen."), header=column.header)
        return Problem(number, self.headers.get(column.field), None, sentence)

    def _no_key(self) -> Sentence:
        keys = " / ".join(" + ".join(map(self._header, key.fields)) for key in self.keys)
        return Sentence(N_("Der Zeile fehlt der Schlüssel. Bitte eintragen: %(keys)s."), keys=keys)

    def _header(self, name: str) -> str:
        return self.sheet.column(name).header

    def doubles(self) -> Iterator[Problem]:
        for key in self.keys:
            what = " + ".join(map(self._header, key.fields))
            for values, numbers in key.doubles.items():
                yield from self._each_double(what, values, numbers, key)

    def _each_double(
        self, what: str, values: tuple[Any, ...], numbers: list[int], key: _Key
    ) -> Iterator[Problem]:
        sentence = Sentence(
            N_("%(what)s %(value)s steht mehrfach in der Datei (Zeilen %(rows)s). Bitte nur einmal."),
            what=what,
            value=" + ".join(_shown(value) for value in values if value is not None),
            rows=_row_numbers(numbers),
        )
        column, shown = self.headers.get(key.fields[key.telling]), _shown(values[key.telling])
        return (Problem(number, column, shown, sentence) for number in numbers)


class _Key:
    """Which rows carry which key, so that a key in two rows is seen."""

    def __init__(self, sheet: Sheet, names: tuple[str, ...]) -> None:
        self.fields = names
        # the cell to be mended is the one that names the row, not that of its school
        self.telling = next((place for place, name in enumerate(names) if name != "school_number"), 0)
        needed = tuple(name for name in names if sheet.column(name).needed)
        self.is_needed = bool(needed)
        self.must = frozenset(needed or names)
        self.last_resort = sheet.last_resort and names == sheet.keys[-1]
        self.first: dict[tuple[Any, ...], int] = {}
        self.doubles: dict[tuple[Any, ...], list[int]] = {}

    def note(self, row: Row) -> None:
        value = tuple(map(row.values.get, self.fields))
        first = self.first.setdefault(value, row.number)
        if first != row.number:
            self.doubles.setdefault(value, [first]).append(row.number)


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
