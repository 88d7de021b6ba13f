"""What happened: who, when, what before and after, and one batch for what was done in one go.

Entries are only ever added: triggers in the database refuse every change but one. What an entry says about a *person*
stands apart in `personal`, which `forget` may empty; the rest of the entry, and so the story of the device, stays.
"""

from __future__ import annotations

import enum
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol

from sqlalchemy import (
    DDL,
    JSON,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    String,
    event,
    func,
    insert,
    inspect,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from school_it.access import Actor
from school_it.audit.acts import SAID as SAID
from school_it.audit.acts import Action as Action
from school_it.database import Model, Moment, now

Changes = dict[str, list[Any]]


class Traced(Protocol):
    """What an entry can be about: a row that knows its table, its name for people and its school."""

    __tablename__: str
    id: Any

    @property
    def trace_label(self) -> str: ...

    @property
    def trace_school_id(self) -> int | None: ...


class OfTheTown:
    """What is the town's affair: it stands in no single school's trail."""

    @property
    def trace_school_id(self) -> None:
        return None


LONGEST_LABEL = 200


class Batch(Model):
    """One act that changed many things: an import, a bulk edit, a sync."""

    __tablename__ = "batches"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40), nullable=False)
    title: Mapped[str] = mapped_column(String(200), nullable=False, default="")
    at: Mapped[datetime] = mapped_column(Moment, nullable=False, default=now)
    actor_id: Mapped[int | None]
    actor_name: Mapped[str] = mapped_column(String(120), nullable=False)
    file_name: Mapped[str | None] = mapped_column(String(255))
    file_digest: Mapped[str | None] = mapped_column(String(64), index=True)
    counts: Mapped[dict[str, Any]] = mapped_column(JSON, nullable=False, default=dict)
    undoes_id: Mapped[int | None] = mapped_column(Integer, index=True, unique=True)
    """The batch that this one took back; no batch is taken back twice."""


class Entry(Model):
    """One thing that happened. `changes` is ``{field: [before, after]}`` in plain JSON values."""

    __tablename__ = "audit_entries"
    __table_args__ = (
        Index("ix_audit_entries_object", "object_type", "object_id", "id"),
        Index("ix_audit_entries_school_id_id", "school_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment, nullable=False, default=now)
    actor_id: Mapped[int | None] = mapped_column(Integer, index=True)
    actor_name: Mapped[str] = mapped_column(String(120), nullable=False)
    via: Mapped[str] = mapped_column(String(20), nullable=False)
    action: Mapped[str] = mapped_column(String(40), nullable=False)
    object_type: Mapped[str] = mapped_column(String(40), nullable=False)
    object_id: Mapped[int | None]
    object_label: Mapped[str] = mapped_column(String(LONGEST_LABEL), nullable=False, default="")
    school_id: Mapped[int | None]
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("batches.id"), index=True)
    changes: Mapped[dict[str, Any]] = mapped_column(JSON, nullable=False, default=dict)
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, nullable=False, default=dict)
    personal: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    person_id: Mapped[int | None] = mapped_column(Integer, index=True)


def begin_batch(session: Session, kind: str, *, by: Actor, title: str = "", **facts: Any) -> Batch:
    batch = Batch(kind=kind, title=title, actor_id=by.id, actor_name=by.name, counts={}, **facts)
    session.add(batch)
    session.flush()
    return batch


def record(
    session: Session,
    action: Action,
    thing: Traced | None,
    *,
    by: Actor,
    changes: Changes | None = None,
    personal: Mapping[str, Any] | None = None,
    person_id: int | None = None,
    batch: Batch | None = None,
    **facts: Any,
) -> None:
    """Leave a trace. Values about a person (names, class, holder) belong into `personal`, with the `person_id`."""
    session.flush()
    session.add(
        Entry(
            action=action,
            at=now(),
            **_who(by),
            object_type=thing.__tablename__ if thing is not None else "",
            object_id=thing.id if thing is not None else None,
            object_label=thing.trace_label[:LONGEST_LABEL] if thing is not None else "",
            school_id=thing.trace_school_id if thing is not None else None,
            batch_id=batch.id if batch else None,
            changes=changes or {},
            facts={name: plain(value) for name, value in facts.items()},
            personal=None if personal is None else {name: plain(value) for name, value in personal.items()},
            person_id=person_id,
        )
    )


def newest(session: Session) -> int:
    """The id of the newest entry: as long as it stays, nobody has changed anything (each writing leaves a trace)."""
    return session.scalar(select(func.coalesce(func.max(Entry.id), 0))) or 0


def record_many(session: Session, rows: Sequence[dict[str, Any]], *, by: Actor, batch: Batch) -> None:
    """Leave many traces with one statement. Each row has the columns of `Entry` that differ, JSON values plain."""
    if not rows:
        return
    shared: dict[str, Any] = {
        "at": now(),
        **_who(by),
        "batch_id": batch.id,
        "object_label": "",
        "school_id": None,
    }
    blank: dict[str, Any] = {"changes": {}, "facts": {}, "personal": None, "person_id": None}
    full = [{**shared, **blank, **row} for row in rows]
    for row in full:
        row["object_label"] = row["object_label"][:LONGEST_LABEL]
    session.execute(insert(Entry), full)


def made_of(columns: Mapping[str, Sequence[Any]], names: Iterable[str]) -> list[str]:
    """For each row of `columns`, its `changes` as JSON text: everything that is not None came to be."""
    texts = []
    for name in names:
        if name in columns:
            seen: dict[Any, str] = {None: ""}
            for value in columns[name]:
                if value not in seen:
                    seen[value] = f'"{name}": [null, {json.dumps(plain(value))}]'
            texts.append([seen[value] for value in columns[name]])
    return ["{" + ", ".join(filter(None, row)) + "}" for row in zip(*texts, strict=True)]


def changed(fields: Mapping[str, tuple[Any, Any]]) -> str:
    """``{field: (before, after)}`` as JSON text."""
    return json.dumps({name: [plain(before), plain(after)] for name, (before, after) in fields.items()})


def _who(by: Actor) -> dict[str, Any]:
    return {"actor_id": by.id, "actor_name": by.name, "via": by.via}


def differences(thing: Any, fields: Iterable[str]) -> Changes:
    """What is about to change on a mapped object, before it is flushed: ``{field: [before, after]}``."""
    state = inspect(thing)
    changes: Changes = {}
    for name in fields:
        history = state.attrs[name].history
        if history.has_changes():
            before = history.deleted[0] if history.deleted else None
            after = history.added[0] if history.added else None
            if before != after:
                changes[name] = [plain(before), plain(after)]
    return changes


def assign(thing: Any, values: Mapping[str, Any], fields: Sequence[str]) -> Changes:
    """Set those of `fields` that `values` names, and tell what changes by it; what it does not name stays."""
    for name in fields:
        if name in values:
            setattr(thing, name, values[name])
    return differences(thing, fields)


def whole(thing: Any, *, gone: bool = False) -> Changes:
    """Every column of a row that holds something: of one that came to be, or with `gone` of one that is about to go."""
    names = (
        column.key for column in inspect(thing).mapper.column_attrs if column.key not in ("id", "version")
    )
    said = {name: plain(getattr(thing, name)) for name in names}
    return {
        name: [value, None] if gone else [None, value] for name, value in said.items() if value is not None
    }


def plain(value: Any) -> Any:
    """A value as JSON can hold it: dates ISO, amounts as text with two decimals, shares exact, enums by their value."""
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, Decimal):
        return f"{value:.2f}" if value == round(value, 2) else f"{value:f}"
    if isinstance(value, tuple):
        return [plain(one) for one in value]
    if isinstance(value, date | datetime):
        return value.isoformat()
    if value is None or isinstance(value, str | int | float | bool | list | dict):
        return value
    return str(value)


def story(session: Session, thing: Traced, *, limit: int = 200) -> list[Entry]:
    """The history of one object, newest first."""
    its_own = (Entry.object_type == thing.__tablename__, Entry.object_id == thing.id)
    wanted = (*its_own, Entry.id > _last_removal(*its_own))
    return list(session.scalars(select(Entry).where(*wanted).order_by(Entry.id.desc()).limit(limit)))


def _last_removal(*its_own: ColumnElement[bool]) -> ColumnElement[int]:
    """SQLite gives the number of what an undo has removed to the next new thing; its story begins after that."""
    last = select(func.max(Entry.id)).where(*its_own, Entry.action == Action.ROW_REMOVED)
    return func.coalesce(last.scalar_subquery(), 0)


def removals(session: Session, entries: Iterable[Entry]) -> dict[tuple[str, int], int]:
    """By table and id, of what these entries are about: the last entry that removed it."""
    tables: dict[str, set[int]] = {}
    for entry in entries:
        if entry.object_id is not None:
            tables.setdefault(entry.object_type, set()).add(entry.object_id)
    found: dict[tuple[str, int], int] = {}
    for table, idents in tables.items():
        wanted = (
            Entry.object_type == table,
            Entry.object_id.in_(sorted(idents)),
            Entry.action == Action.ROW_REMOVED,
        )
        rows = select(Entry.object_id, func.max(Entry.id)).where(*wanted).group_by(Entry.object_id)
        found |= {(table, ident): last for ident, last in session.execute(rows) if ident is not None}
    return found


def forget(session: Session, *person_ids: int) -> int:
    """Empty what the trail says about people; the entries stay. Returns how many were emptied."""
    wanted = (Entry.person_id.in_(person_ids), Entry.personal.is_not(None))
    emptied = session.execute(update(Entry).where(*wanted).values(personal=None))
    return int(emptied.rowcount)  # type: ignore[attr-defined]


KEPT = (
    "at", "actor_id", "actor_name", "via", "action", "object_type", "object_id", "object_label", "school_id",
    "batch_id", "person_id",
)  # fmt: skip
REFUSAL = "audit entries are only ever added"

SQLITE_GUARDS = (
    f"""CREATE TRIGGER audit_entries_stay BEFORE UPDATE ON audit_entries
    WHEN new.personal IS NOT NULL OR {" OR ".join(f"new.{name} IS NOT old.{name}" for name in KEPT)}
      OR new.changes IS NOT old.changes OR new.facts IS NOT old.facts
    BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END""",
    f"""CREATE TRIGGER audit_entries_remain BEFORE DELETE ON audit_entries
    BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END""",
)
POSTGRES_GUARDS = (
    f"""CREATE FUNCTION audit_entries_stay() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF TG_OP = 'DELETE' OR new.personal IS NOT NULL
      OR {" OR ".join(f"new.{name} IS DISTINCT FROM old.{name}" for name in KEPT)}
      OR new.changes::text <> old.changes::text OR new.facts::text <> old.facts::text
    THEN RAISE EXCEPTION '{REFUSAL}'; END IF; RETURN new; END $$""",
    """CREATE TRIGGER audit_entries_stay BEFORE UPDATE OR DELETE ON audit_entries
    FOR EACH ROW EXECUTE FUNCTION audit_entries_stay()""",
)

for dialect, guards in (("sqlite", SQLITE_GUARDS), ("postgresql", POSTGRES_GUARDS)):
    for guard in guards:
        ddl = DDL(guard.replace("%", "%%"))  # type: ignore[no-untyped-call]
        event.listen(Entry.__table__, "after_create", ddl.execute_if(dialect=dialect))
