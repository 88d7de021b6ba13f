"""What a batch did, read back from its trail, and what happened to the same things since."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, Table, func, or_, select
from sqlalchemy.orm import Session

from school_it.audit import Action, Batch, Entry
from school_it.database import portions

NOT_VALUES = frozenset({"version"})
"""Counts of the house that stand in the trail beside the values."""
BESIDE = "beside"
"""The fact of an entry that tells a second thing's story what happened to a first one: table and id of that."""


class Beside(NamedTuple):
    """What is told of a second thing; it goes back with the first, whatever else has happened to the second."""

    table: str
    ident: int
    label: str
    school_id: int | None
    changes: Mapping[str, Any]


@dataclass(slots=True)
class Touched:
    """One thing that a batch made or changed: its plain values before and after, as the trail has them."""

    table: str
    ident: int
    label: str
    school_id: int | None
    came: bool = False
    """The first of the entries made it: before them it was not there."""
    made: bool = False
    last: int = 0
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    personal_before: dict[str, Any] = field(default_factory=dict)
    personal_after: dict[str, Any] = field(default_factory=dict)
    personal: list[tuple[int | None, Mapping[str, Any]]] = field(default_factory=list)
    """What each entry said about a person, with the person's id."""
    forgotten: bool = False
    facts: list[Mapping[str, Any]] = field(default_factory=list)
    beside: list[Beside] = field(default_factory=list)

    @property
    def fields(self) -> set[str]:
        return self.before.keys() | self.personal_before.keys()


def touched(session: Session, batch: Batch, tables: Mapping[str, Table]) -> dict[str, dict[int, Touched]]:
    """By table and id everything that the batch made or changed, in the order in which it did."""
    return gathered(session, Entry.batch_id == batch.id, tables)


def gathered(
    session: Session, which: ColumnElement[bool], tables: Mapping[str, Table]
) -> dict[str, dict[int, Touched]]:
    """By table and id what these entries say, joined in their order."""
    found: dict[str, dict[int, Touched]] = defaultdict(dict)
    columns = (
        Entry.id, Entry.action, Entry.object_type, Entry.object_id, Entry.object_label, Entry.school_id,
        Entry.changes, Entry.personal, Entry.person_id, Entry.facts,
    )  # fmt: skip
    wanted = select(*columns).where(which, Entry.object_id.is_not(None))
    for row in session.execute(wanted.order_by(Entry.id)):
        if (first := _first(found, row)) is not None:
            first.beside.append(
                Beside(row.object_type, row.object_id, row.object_label, row.school_id, row.changes)
            )
            continue
        known = found[row.object_type]
        thing = known.get(row.object_id)
        if thing is None:
            thing = Touched(row.object_type, row.object_id, row.object_label, row.school_id)
            known[row.object_id] = thing
            _take(thing, row, tables.get(row.object_type))
            thing.came = thing.made
        else:
            _take(thing, row, tables.get(row.object_type))
    return dict(found)


def _first(found: Mapping[str, Mapping[int, Touched]], row: Row[Any]) -> Touched | None:
    """The thing beside which this entry tells the same of a second one."""
    table, ident = row.facts.get(BESIDE) or ("", 0)
    return found.get(table, {}).get(ident)


def _take(thing: Touched, row: Row[Any], table: Table | None) -> None:
    """One entry more about a thing: what was before its first entry and after its last one counts."""
    _join(thing.before, thing.after, row.changes)
    _join(thing.personal_before, thing.personal_after, row.personal or {})
    thing.last = row.id
    thing.made = thing.made or row.action.endswith(".added") or _was_nothing(row.changes, table)
    if row.personal:
        thing.personal.append((row.person_id, row.personal))
    thing.forgotten = thing.forgotten or (row.person_id is not None and row.personal is None)
    if row.facts:
        thing.facts.append(row.facts)


def _join(before: dict[str, Any], after: dict[str, Any], changes: Mapping[str, Any]) -> None:
    for name, pair in changes.items():
        if name not in NOT_VALUES and isinstance(pair, list) and len(pair) == 2:
            before.setdefault(name, pair[0])
            after[name] = pair[1]


def _was_nothing(changes: Mapping[str, Any], table: Table | None) -> bool:
    """A column that is never empty was: the thing was not there before."""
    if table is None:
        return False
    never = (name for name in changes if name in table.c and not table.c[name].nullable)
    return any(changes[name][0] is None for name in never if name not in NOT_VALUES)


class Later(NamedTuple):
    """What happened to a thing after the batch, the latest of it."""

    at: datetime
    who: str
    action: Action
    fields: frozenset[str]
    """Fields that changed since, in any of its later entries."""


def later(session: Session, batch: Batch, table: str, things: Mapping[int, Touched]) -> dict[int, Later]:
    """By id, what was done since and has not been taken back itself."""
    entries = _since(session, batch, table, things)
    standing = _standing(session, entries)
    found: dict[int, list[int]] = defaultdict(list)
    for entry in entries:
        if entry.id > things[entry.object_id].last and entry.id in standing:
            found[entry.object_id].append(entry.id)
    return _in_full(session, found)


def _since(session: Session, batch: Batch, table: str, things: Mapping[int, Touched]) -> list[Row[Any]]:
    first = min(thing.last for thing in things.values())
    its_own = select(Entry.object_id).where(Entry.batch_id == batch.id, Entry.object_type == table)
    wanted = select(Entry.id, Entry.object_id, Entry.batch_id).where(
        Entry.object_type == table,
        Entry.object_id.in_(its_own),
        Entry.id > first,
        or_(Entry.batch_id.is_(None), Entry.batch_id != batch.id),
    )
    return list(session.execute(wanted))


def _standing(session: Session, entries: Sequence[Row[Any]]) -> set[int]:
    """The ids of those that still count: no undo, and nothing that an undo has taken back for this very thing."""
    idents = sorted({entry.batch_id for entry in entries if entry.batch_id is not None})
    undoes: dict[int, int] = {}
    for some in portions(idents):
        rows = select(Batch.id, Batch.undoes_id).where(Batch.id.in_(some), Batch.undoes_id.is_not(None))
        undoes |= {ident: of for ident, of in session.execute(rows) if of is not None}
    gone = {(undoes[one.batch_id], one.object_id) for one in entries if one.batch_id in undoes}
    return {
        one.id for one in entries if one.batch_id not in undoes and (one.batch_id, one.object_id) not in gone
    }


def _in_full(session: Session, found: Mapping[int, Sequence[int]]) -> dict[int, Later]:
    wanted = [ident for idents in found.values() for ident in idents]
    columns = (Entry.id, Entry.at, Entry.actor_name, Entry.action, Entry.changes, Entry.personal)
    known: dict[int, Row[Any]] = {}
    for some in portions(wanted):
        rows = session.execute(select(*columns).where(Entry.id.in_(some)))
        known |= {row.id: row for row in rows}
    return {ident: _told([known[one] for one in sorted(idents)]) for ident, idents in found.items()}


def _told(rows: Sequence[Row[Any]]) -> Later:
    last = rows[-1]
    names = {name for row in rows for name in (*row.changes, *(row.personal or ()))}
    return Later(last.at, last.actor_name, Action(last.action), frozenset(names - NOT_VALUES))


def taken_back_by(session: Session, ident: int) -> Batch | None:
    """The batch that took this one back."""
    return session.scalar(select(Batch).where(Batch.undoes_id == ident))


def count_entries(session: Session, ident: int) -> int:
    """How many entries a batch has: about how much an undo has to do."""
    return session.scalar(select(func.count()).select_from(Entry).where(Entry.batch_id == ident)) or 0
