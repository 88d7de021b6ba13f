"""Rows as mappings: written at once, and judged before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, String, Table, bindparam, insert, update
from sqlalchemy.orm import Session

from school_it import audit
from school_it.access import Actor
from school_it.audit import Action, Batch
from school_it.changes import Change
from school_it.database import HIGHEST_AMOUNT, HIGHEST_ID, portions
from school_it.errors import N_, Sentence
from school_it.sheets import Creation, Problem, Reading, Row


class Changed(NamedTuple):
    """A stored row and what becomes of it; `label` and `school_id` are for its trace."""

    ident: int
    fields: Mapping[str, Change]
    label: str
    school_id: int | None


LONGEST_TEXT = 4000
"""For a remark too, whose column has no end: a cell of an export holds no more than eight times as much."""


def misfits(reading: Reading, columns: Mapping[str, ColumnElement[Any]]) -> Iterator[Problem]:
    """The values for which their columns have no room: `columns` by the field names of the sheet."""
    held = {name for row in reading.rows[:1] for name in row.values} | {
        name for _header, name in reading.columns
    }
    for name, column in columns.items():
        if name not in held:
            continue
        length = (column.type.length or LONGEST_TEXT) if isinstance(column.type, String) else None
        values = [row.values.get(name) for row in reading.rows]
        if not _has_room(values, length):
            for row, value in zip(reading.rows, values, strict=True):
                if (sentence := _too_much(value, length)) is not None:
                    yield Problem(row.number, reading.header_of(name), str(value), sentence)


def _has_room(values: Sequence[Any], length: int | None) -> bool:
    """Whether all values of a column fit, at one glance: most columns have room for all they hold."""
    kinds = {*map(type, values)} - {type(None)}
    if kinds == {str}:
        return length is None or max(map(len, filter(None, values)), default=0) <= length
    if kinds <= {int, Decimal}:
        return not any(_too_much(value, length) for value in {*values})
    return not kinds & {str, int, Decimal}


def _too_much(value: Any, length: int | None) -> Sentence | None:
    if type(value) is str and length is not None and len(value) > length:
        return Sentence(N_("Höchstens %(max)s Zeichen."), max=length)
    highest = {int: HIGHEST_ID, Decimal: HIGHEST_AMOUNT}.get(type(value))
    return Sentence(TOO_LARGE) if highest is not None and abs(value) > highest else None


def creations(
    field: str,
    wanted: Iterable[tuple[Row, str | None, str]],
    stored: Mapping[str | None, Collection[str]],
) -> list[Creation]:
    """The words of `wanted` (row, school number or None, word) that are not `stored` there, each with its rows."""
    rows: dict[tuple[str | None, str], list[int]] = defaultdict(list)
    for row, school_number, word in wanted:
        if word not in stored.get(school_number, ()):
            rows[school_number, word].append(row.number)
    known = {number: tuple(sorted(stored.get(number, ()))) for number in {key[0] for key in rows}}
    return [
        Creation(field, word, number, tuple(numbers), known[number])
        for (number, word), numbers in rows.items()
    ]


TOO_LARGE = N_("Diese Zahl ist zu groß. Bitte eine kleinere eintragen.")


def add(
    session: Session,
    table: Table,
    rows: Sequence[Mapping[str, Any]],
    *,
    action: Action,
    by: Actor,
    batch: Batch,
    label: Callable[[Mapping[str, Any]], str],
    school_id: Callable[[int, Mapping[str, Any]], int | None] = lambda _ident, row: row.get("school_id"),
    numbers: Sequence[int] = (),
) -> list[int]:
    """Insert `rows`, each with a trace of all its values. Returns their ids in the order of the rows.

    `numbers` are those of the rows in the file, where the trace is to tell them.
    """
    if not rows:
        return []
    names = sorted({name for row in rows for name in row})
    full = [{name: row.get(name) for name in names} for row in rows]
    statement = insert(table).returning(table.c.id, sort_by_parameter_order=True)
    idents = [ident for some in portions(full) for ident in session.scalars(statement, some)]
    traces = [
        {
            "action": action,
            "object_type": table.name,
            "object_id": ident,
            "object_label": label(row),
            "school_id": school_id(ident, row),
            "changes": {name: [None, audit.plain(value)] for name, value in row.items() if value is not None},
            "facts": {"row": number} if number else {},
        }
        for ident, row, number in zip(idents, rows, numbers or [0] * len(rows), strict=True)
    ]
    audit.record_many(session, traces, by=by, batch=batch)
    return idents


def change(
    session: Session, table: Table, rows: Sequence[Changed], *, action: Action, by: Actor, batch: Batch
) -> None:
    """Write the new values, a statement for each set of fields, and the trace of before and after."""
    for names, together in _by_fields(rows).items():
        values: dict[str, Any] = {name: bindparam(f"to_{name}") for name in names}
        if "version" in table.c:
            values["version"] = table.c.version + 1
        statement = update(table).where(table.c.id == bindparam("ident")).values(values)
        session.connection().execute(
            statement,
            [
                {"ident": row.ident, **{f"to_{name}": row.fields[name].after for name in names}}
                for row in together
            ],
        )
    traces = [
        {
            "action": action,
            "object_type": table.name,
            "object_id": row.ident,
            "object_label": row.label,
            "school_id": row.school_id,
            "changes": {
                name: [audit.plain(one.before), audit.plain(one.after)] for name, one in row.fields.items()
            },
        }
        for row in rows
    ]
    audit.record_many(session, traces, by=by, batch=batch)


def _by_fields(rows: Iterable[Changed]) -> dict[tuple[str, ...], list[Changed]]:
    groups: dict[tuple[str, ...], list[Changed]] = defaultdict(list)
    for row in rows:
        groups[tuple(sorted(row.fields))].append(row)
    return groups
