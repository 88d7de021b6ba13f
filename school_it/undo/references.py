"""What the database's own keys say about rows that go back: what they point at, what points at them, what is unique."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Column, MetaData, Table, UniqueConstraint, select, tuple_
from sqlalchemy.orm import Session

from school_it.database import portions
from school_it.errors import N_, Sentence
from school_it.undo.tables import TABLES, Undoing, Values

Reasons = dict[int, tuple[str | None, Sentence]]
AFTERWARDS_GONE = N_("Worauf die Zeile früher verwies (%(what)s), gibt es nicht mehr.")
TAKEN = N_("Den früheren Wert hat inzwischen ein anderer Eintrag; zweimal darf es ihn nicht geben.")


@dataclass
class Outlook:
    """By table, what is decided already: ids that will be gone, and the values that others will have."""

    gone: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    changing: dict[str, dict[int, Values]] = field(default_factory=lambda: defaultdict(dict))


def dependents_first(metadata: MetaData, tables: Collection[str]) -> list[str]:
    """Devices before the rooms they stand in: who points at others comes first."""
    return [table.name for table in reversed(metadata.sorted_tables) if table.name in tables]


def vanished(session: Session, rule: Undoing, values: Mapping[int, Values]) -> Reasons:
    """Rows whose former values point at something that is gone."""
    found: Reasons = {}
    for column in rule.table.c:
        for key in column.foreign_keys:
            wanted = {one[column.name] for one in values.values() if one.get(column.name) is not None}
            missing = wanted - _there(session, key.column, sorted(wanted))
            if not missing:
                continue
            target = TABLES.get(key.column.table.name)
            sentence = Sentence(AFTERWARDS_GONE, what=Sentence(target.title) if target else column.name)
            name = rule.shown.get(column.name, column.name)
            found |= {
                ident: (name, sentence) for ident, one in values.items() if one.get(column.name) in missing
            }
    return found


def _there(session: Session, column: Column[Any], wanted: Sequence[Any]) -> set[Any]:
    return {
        value
        for some in portions(wanted)
        for value in session.scalars(select(column).where(column.in_(some)))
    }


# --- unique ---


def taken(
    session: Session,
    rule: Undoing,
    values: Mapping[int, Values],
    now: Mapping[int, Values],
    gone: Collection[int],
) -> Reasons:
    """Rows that would share a unique value with another one; a row that stays may be in the way of a further one."""
    found: Reasons = {}
    for columns in uniques(rule.table):
        names = [column.name for column in columns]
        concerned = {ident for ident, one in values.items() if set(names) & one.keys() and ident not in found}
        if concerned:
            wanted = {ident: _key({**now[ident], **values[ident]}, names) for ident in concerned}
            present = {ident: _key(now[ident], names) for ident in concerned}
            others = _others(session, rule.table, columns, set(wanted.values()), concerned | set(gone))
            name = next(name for name in names if any(name in values[ident] for ident in concerned))
            clashing = _clashing(wanted, present, others)
            found |= dict.fromkeys(clashing, (rule.shown.get(name, name), Sentence(TAKEN)))
    return found


def _key(row: Values, names: Sequence[str]) -> tuple[Any, ...]:
    return tuple(row[name] for name in names)


def _others(
    session: Session,
    table: Table,
    columns: Sequence[Column[Any]],
    keys: Collection[tuple[Any, ...]],
    but: Collection[int],
) -> set[tuple[Any, ...]]:
    """Of these keys those that a row has which neither changes nor goes."""
    asked = [key for key in keys if None not in key]
    found: set[tuple[Any, ...]] = set()
    for some in portions(asked, 200):
        wanted = tuple_(*columns).in_(some)
        rows = session.execute(select(table.c.id, *columns).where(wanted))
        found |= {tuple(row[1:]) for row in rows if row[0] not in but}
    return found


def _clashing(
    wanted: Mapping[int, tuple[Any, ...]],
    present: Mapping[int, tuple[Any, ...]],
    others: set[tuple[Any, ...]],
) -> set[int]:
    clashing: set[int] = set()
    while True:
        taken_keys, more = set(others) | {present[ident] for ident in clashing}, set()
        for ident, key in wanted.items():
            if ident in clashing or None in key:
                continue
            if key in taken_keys:
                more.add(ident)
            taken_keys.add(key)
        if not more:
            return clashing
        clashing |= more


def uniques(table: Table) -> Iterator[tuple[Column[Any], ...]]:
    for constraint in table.constraints:
        if isinstance(constraint, UniqueConstraint):
            yield tuple(constraint.columns)
    for index in table.indexes:
        if index.unique:
            yield tuple(index.columns)


# --- pointing at ---


def pointing_at(session: Session, rule: Undoing, going: Sequence[int], outlook: Outlook) -> dict[int, str]:
    """By id, of the rows that would go: the table of one row that points at it and neither goes nor turns away."""
    found: dict[int, str] = {}
    if not going:
        return found
    for table in rule.table.metadata.sorted_tables:
        if any(table is part for part in rule.parts) or rule.table.name in table.info.get("part_of", ()):
            continue
        for column in table.c:
            if any(key.column.table is rule.table for key in column.foreign_keys):
                found |= _pointing(
                    session, table, column, [one for one in going if one not in found], outlook
                )
    for other in TABLES.values():
        for column, word in other.points:
            if word.class_.__table__ is rule.table:
                left = [one for one in going if one not in found]
                found |= _naming(session, column, rule.table.c[word.key], left, outlook)
    return found


def _naming(
    session: Session, column: Column[Any], word: Column[Any], going: Sequence[int], outlook: Outlook
) -> dict[int, str]:
    """Rows that go whose `word` stands in `column` of one that stays, while no row that stays has that word."""
    target = word.table
    words = {
        ident: text
        for some in portions(going)
        for ident, text in session.execute(select(target.c.id, word).where(target.c.id.in_(some)))
    }
    wanted = sorted(set(words.values()) - {None})
    lasting = {text for ident, text in _with_words(session, word, wanted) if ident not in words}
    used = {
        text
        for ident, text in _with_words(session, column, [one for one in wanted if one not in lasting])
        if ident not in outlook.gone[column.table.name]
        and outlook.changing[column.table.name].get(ident, {}).get(column.name, text) == text
    }
    return {ident: column.table.name for ident, text in words.items() if text in used}


def _with_words(session: Session, column: Column[Any], words: Sequence[Any]) -> Iterator[tuple[int, Any]]:
    for some in portions(words):
        rows = session.execute(select(column.table.c.id, column).where(column.in_(some)))
        yield from ((ident, text) for ident, text in rows)


def _pointing(
    session: Session, table: Table, column: Column[Any], going: Sequence[int], outlook: Outlook
) -> dict[int, str]:
    found: dict[int, str] = {}
    owner = _owner(table)
    ident = table.c.id if "id" in table.c else column
    columns = [ident, column] if owner is None else [ident, column, owner[1]]
    for some in portions(going):
        for row in session.execute(select(*columns).where(column.in_(some))):
            if row[0] in outlook.gone[table.name] or (owner and row[2] in outlook.gone[owner[0]]):
                continue
            changing = outlook.changing[table.name].get(row[0], {})
            if column.name not in changing or changing[column.name] == row[1]:
                found[row[1]] = table.name
    return found


def _owner(table: Table) -> tuple[str, Column[Any]] | None:
    """For the rows that are part of another: the table of that one, and the column that names it."""
    for name, rule in TABLES.items():
        if any(part is table for part in rule.parts):
            for column in table.c:
                if any(key.column.table is rule.table for key in column.foreign_keys):
                    return name, column
    return None
