"""The town as it was at the end of a past day, read back from the trail.

Every table that has changed since is shadowed for one connection by a temporary one of the same name, in which the rows
are what they were. The queries of the rooms find the shadow instead of the table and know nothing of it. Nothing is
written to the real tables, nobody is kept waiting, and the shadows are gone with the transaction.

What it relies on: `audit` has every change of a row with the column before and after, and of a row that was removed all
its columns. What leaves no entry of its own (who had a device on which day stands in its hand-outs) a room adds in
`Undoing.past`. Names that were forgotten stay forgotten.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Table,
    bindparam,
    delete,
    func,
    insert,
    select,
    text,
    true,
    update,
)
from sqlalchemy.orm import Session

from school_it import audit
from school_it.audit import Entry
from school_it.database import TOWN_TIME, Model, as_if_on, db, is_sqlite, portions, table_of, today
from school_it.errors import N_, BadValue
from school_it.undo.tables import TABLES, Undoing
from school_it.undo.trail import Touched, gathered


@contextmanager
def session_of(day: date | None) -> Iterator[Session]:
    """The session of now where no day is asked for, else that of `end_of`."""
    if day is None:
        yield db.session()
    else:
        with end_of(day) as session:
            yield session


@contextmanager
def end_of(day: date) -> Iterator[Session]:
    """A session that sees the tables as they were when `day` ended, and on whose calendar it is that day.

    It only reads: whatever is written in it is lost. Raises BadValue for a day to come and for one before the trail.
    """
    must_reach(db.session(), day)
    with db.engine.connect() as connection:
        connection = _of_one_moment(connection)
        with connection.begin() as never_kept, Session(bind=connection) as session, as_if_on(day):
            midnight = datetime.combine(day + timedelta(days=1), time(), TOWN_TIME)
            session.info[_TOLD] = Entry.at < midnight
            _turn_back(session, Entry.at >= midnight)
            yield session
            session.expunge_all()
            never_kept.rollback()


@contextmanager
def held() -> Iterator[tuple[Session, int]]:
    """A session that sees the tables as they are at this moment, whatever is written meanwhile, and the id of the
    newest entry of that moment: `back_to` it gives the same again. Not to be asked for inside a `transaction`.
    """
    with db.engine.connect() as connection:
        connection = _of_one_moment(connection)
        with connection.begin(), Session(bind=connection) as session:
            with _nobody_writing(connection):
                newest = audit.newest(session)
            yield session, newest
            session.expunge_all()


@contextmanager
def back_to(entry: int, day: date) -> Iterator[Session]:
    """A session that sees the tables as they were when the entry with this id was the newest, on the calendar of `day`.

    It only reads: whatever is written in it is lost.
    """
    with db.engine.connect() as connection:
        connection = _of_one_moment(connection)
        with connection.begin() as never_kept, Session(bind=connection) as session, as_if_on(day):
            session.info[_TOLD] = Entry.id <= entry
            _turn_back(session, Entry.id > entry)
            yield session
            session.expunge_all()
            never_kept.rollback()


_TOLD = "entries that were there"


def told(session: Session) -> ColumnElement[bool]:
    """The entries of the trail that were there at the moment that this session sees: all of them in one of now."""
    found: ColumnElement[bool] = session.info.get(_TOLD, true())
    return found


def _of_one_moment(connection: Connection) -> Connection:
    if is_sqlite(connection):
        return connection
    return connection.execution_options(isolation_level="REPEATABLE READ")


@contextmanager
def _nobody_writing(connection: Connection) -> Iterator[None]:
    """PostgreSQL numbers entries before they are committed: while the moment is taken, none may be on its way."""
    if is_sqlite(connection):
        yield
        return
    with db.engine.connect() as waiting:
        waiting.execute(text("LOCK TABLE audit_entries IN SHARE MODE"))
        yield
        waiting.rollback()


def begun_on(session: Session) -> date:
    """The first day of the trail: no report goes back further."""
    first = session.scalar(select(func.min(Entry.at)))
    return first.astimezone(TOWN_TIME).date() if first else today()


def must_reach(session: Session, day: date) -> None:
    """Raises BadValue for a day to come and for one before the trail."""
    if day > today():
        raise BadValue(N_("Der %(day)s ist noch nicht gewesen."), day=f"{day:%d.%m.%Y}")
    begun = begun_on(session)
    if day < begun:
        raise BadValue(
            N_("Die Aufzeichnung beginnt am %(begun)s. Wie es am %(day)s war, weiß das Programm nicht."),
            begun=f"{begun:%d.%m.%Y}", day=f"{day:%d.%m.%Y}",
        )  # fmt: skip


def _turn_back(session: Session, since: ColumnElement[bool]) -> None:
    models = [mapper.class_ for mapper in Model.registry.mappers]
    tables = {table_of(model).name: model for model in models}
    known = {name: table_of(model) for name, model in tables.items()}
    changed = gathered(session, since, known)
    for name, things in changed.items():
        if name in tables:
            _shadow(session, TABLES.get(name) or Undoing(tables[name], name), list(things.values()))


def _shadow(session: Session, rule: Undoing, things: Sequence[Touched]) -> None:
    table = rule.table
    session.execute(text(f'CREATE TEMPORARY TABLE "{table.name}" AS SELECT * FROM "{table.name}"'))  # noqa: S608 - a name of ours
    session.execute(text(f'CREATE INDEX "was_{table.name}" ON "{table.name}" (id)'))
    _take_out(session, table, [thing.ident for thing in things if thing.came])
    there = [thing for thing in things if not thing.came]
    values = rule.past(session, there)
    present = _present(session, table, list(values))
    _set(session, table, {ident: row for ident, row in values.items() if ident in present})
    _bring_back(session, table, [{"id": i, **row} for i, row in values.items() if i not in present])


def _take_out(session: Session, table: Table, idents: Sequence[int]) -> None:
    for some in portions(idents):
        session.execute(delete(table).where(table.c.id.in_(some)))


def _present(session: Session, table: Table, idents: Sequence[int]) -> set[int]:
    return {
        ident
        for some in portions(idents)
        for ident in session.scalars(select(table.c.id).where(table.c.id.in_(some)))
    }


def _set(session: Session, table: Table, values: Mapping[int, Mapping[str, Any]]) -> None:
    groups: dict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
    for ident, row in values.items():
        groups[tuple(sorted(row))].append({"was_id": ident} | {f"was_{name}": v for name, v in row.items()})
    for names, rows in groups.items():
        if names:
            changing = update(table).where(table.c.id == bindparam("was_id"))
            session.connection().execute(
                changing.values({name: bindparam(f"was_{name}") for name in names}), rows
            )


def _bring_back(session: Session, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Rows that have been removed since; one whose entry does not have all of it cannot come back."""
    needed = {column.name for column in table.c if not column.nullable and column.name != "version"}
    whole = [row for row in rows if needed <= row.keys()]
    blank: dict[str, Any] = {column.name: None for column in table.c}
    if "version" in table.c:
        blank["version"] = 1
    if whole:
        session.connection().execute(insert(table), [{**blank, **row} for row in whole])
