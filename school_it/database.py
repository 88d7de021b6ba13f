"""The database: one place that connects, one that commits. SQLite (WAL) by default, PostgreSQL by URL.

SQLAlchemy's own handling of SQLite transactions is switched off: we say BEGIN ourselves, ``BEGIN IMMEDIATE`` where
somebody is about to write, so that two writers queue up instead of one of them failing half way.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast
from zoneinfo import ZoneInfo

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    DateTime,
    Dialect,
    Engine,
    Enum,
    Integer,
    MetaData,
    Select,
    String,
    Table,
    Text,
    TypeDecorator,
    case,
    event,
    func,
)
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, declared_attr, mapped_column
from sqlalchemy.orm.exc import StaleDataError
from sqlalchemy.types import TypeEngine

from school_it import money
from school_it.errors import N_, Busy, Stale
from school_it.settings import Settings

WRITES = "school_it_writes"
ATTACHED = "school_it_attached"
BUSY_SECONDS = 15
AT_ONCE = 500
Thing = TypeVar("Thing")
UNIQUE_VIOLATION = "23505"  # PostgreSQL's code for it
FOREIGN_KEY_VIOLATION = "23503"
IN_EACH_OTHERS_WAY = frozenset({"40P01", "40001", "55P03"})  # deadlock, serialization, lock timeout
PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON")
HIGHEST_ID = 2**31 - 1  # what a column of whole numbers holds, on PostgreSQL too
HIGHEST_AMOUNT = Decimal(HIGHEST_ID) / 100
TOWN_TIME = ZoneInfo("Europe/Berlin")
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)


db = SQLAlchemy(model_class=Base)

if TYPE_CHECKING:

    class Model(Base):
        __abstract__ = True
else:
    Model = db.Model


def table_of(model: type[Model]) -> Table:
    """The table of a model, for rows that do not go through the mapper."""
    return cast(Table, model.__table__)


def sum_where(condition: ColumnElement[bool], number: Any = 1) -> ColumnElement[Any]:
    """How many rows fulfil the condition, or the sum of `number` over them; nought where none does."""
    return func.coalesce(func.sum(case((condition, number), else_=0)), 0)


def portions(things: Sequence[Thing], size: int = AT_ONCE) -> Iterator[Sequence[Thing]]:
    """The same things some at a time: as many as go into one statement."""
    return (things[start : start + size] for start in range(0, len(things), size))


class Versioned:
    """A row that counts its changes: the second of two editors is told (`Stale`), not overwritten."""

    version: Mapped[int] = mapped_column(Integer, nullable=False, default=1)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.version}


def expect_version(thing: Versioned, seen: int | None) -> None:
    """Raises Stale where `thing` is no longer the version that the editor saw; None skips the question."""
    if seen is not None and thing.version != seen:
        raise Stale(
            N_(
                "In der Zwischenzeit hat jemand anderes das geändert. Bitte vergleichen und noch einmal speichern."
            )
        )


class Euro(TypeDecorator[Decimal]):
    """`Decimal` euros in Python, whole cents in the database: a city's programme is more than 32 bits of cents.

    SQLite's whole numbers have 64 bits by any name.
    """

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Integer() if dialect.name == "sqlite" else BigInteger())

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        return money.as_cents(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        return money.from_cents(value)


class Share(TypeDecorator[Decimal]):
    """A share from 0 to 1, such as a rate of funding, exact to its last digit: text in the database."""

    impl = String(20)
    cache_ok = True

    def process_bind_param(self, value: Decimal | str | None, dialect: Dialect) -> str | None:
        return None if value is None else f"{Decimal(value).normalize():f}"

    def process_result_value(self, value: str | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value)


class Codes(TypeDecorator[tuple[str, ...]]):
    """A few codes or words in their order: a tuple in Python, lines of a text in the database."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Iterable[str] | None, dialect: Dialect) -> str | None:
        return "\n".join(value or ()) or None

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[str, ...]:
        return tuple(value.split("\n")) if value else ()


class Moment(TypeDecorator[datetime]):
    """An instant: aware UTC in Python, UTC without a zone in the database."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


def words(kind: type[enum.StrEnum]) -> Enum:
    """A column that stores the enum's *value*; SQLAlchemy would store its name."""
    return Enum(
        kind, native_enum=False, length=30, values_callable=lambda members: [str(m.value) for m in members]
    )


def whole_number(text: str) -> int | None:
    """The number from 0 to `HIGHEST_ID` that the plain digits of an address or a form say; None for anything else."""
    number = int(text) if re.fullmatch(r"[0-9]{1,10}", text) else None
    return number if number is not None and number <= HIGHEST_ID else None


def now() -> datetime:
    return datetime.now(UTC)


def today() -> date:
    """The day on the town's calendar: it begins at midnight there, not in Greenwich."""
    return _LOOKED_BACK_TO.get() or now().astimezone(TOWN_TIME).date()


_LOOKED_BACK_TO: ContextVar[date | None] = ContextVar("the past day that is looked at", default=None)


@contextmanager
def as_if_on(day: date) -> Iterator[None]:
    """Inside, `today` is that day: what is reckoned then is reckoned as on it."""
    before = _LOOKED_BACK_TO.set(day)
    try:
        yield
    finally:
        _LOOKED_BACK_TO.reset(before)


@contextmanager
def transaction() -> Iterator[Session]:
    """The one place that commits: everything inside happens, or nothing of it.

    What the session read before is forgotten first, so that a check inside sees what is true now. Raises Stale where
    another writer was faster, Busy where one holds the database for too long.
    """
    session = db.session()
    if session.info.get(WRITES):
        raise RuntimeError("a transaction inside a transaction")
    session.rollback()
    session.info[WRITES] = True
    try:
        session.connection(execution_options={WRITES: True})
        yield session
        session.commit()
    except StaleDataError as clash:
        session.rollback()
        raise Stale(
            N_("In der Zwischenzeit hat jemand anderes das geändert. Bitte noch einmal versuchen.")
        ) from clash
    except (IntegrityError, OperationalError) as clash:
        session.rollback()
        raise _in_words(clash) from clash
    except BaseException:
        session.rollback()
        raise
    finally:
        session.info.pop(WRITES, None)


def _in_words(clash: DBAPIError) -> Exception:
    """What two people can do to each other in the same moment, as a sentence; anything else stays what it is."""
    why = clash.orig
    if getattr(why, "sqlstate", None) == UNIQUE_VIOLATION or "UNIQUE constraint failed" in str(why):
        return Stale(
            N_("Jemand anderes hat gerade dasselbe angelegt. Es wurde nichts geändert; bitte nachsehen.")
        )
    if getattr(why, "sqlstate", None) == FOREIGN_KEY_VIOLATION or "FOREIGN KEY constraint failed" in str(why):
        return Stale(
            N_(
                "Etwas, worauf sich das bezieht, gibt es nicht mehr, oder etwas anderes braucht es noch. "
                "Es wurde nichts geändert; bitte die Seite neu laden."
            )
        )
    if getattr(why, "sqlstate", None) in IN_EACH_OTHERS_WAY or "database is locked" in str(why):
        return Busy(
            N_("Gerade wird viel geschrieben. Es wurde nichts geändert; bitte gleich noch einmal versuchen.")
        )
    return clash


def held(session: Session, rows: Select[Any], of: type[Base]) -> Select[Any]:
    """In a writing transaction nobody else changes these rows of `of` before it ends: what was judged is written."""
    return rows.with_for_update(of=of) if is_writing(session) else rows


def is_writing(session: Session) -> bool:
    """Whether the session is inside `transaction()`."""
    return bool(session.info.get(WRITES))


def attach(session: Session, file: Path) -> None:
    """Let statements of this transaction read the SQLite file under the name ``staged``; its end lets the file go."""
    connection = session.connection()
    connection.exec_driver_sql("ATTACH ? AS staged", (str(file),))
    connection.connection.info[ATTACHED] = True


def is_sqlite(connection: Connection | Session) -> bool:
    bind = connection.get_bind() if isinstance(connection, Session) else connection
    return bind.dialect.name == "sqlite"


def prepare(app: Flask, settings: Settings) -> None:
    """Connect `app` to the database of its settings."""
    app.config["SQLALCHEMY_DATABASE_URI"] = settings.DATABASE_URL
    options: dict[str, Any] = {
        "hide_parameters": True
    }  # names and hashes have no place in the log of a fault
    if settings.DATABASE_URL.startswith("postgresql"):
        options |= {"pool_pre_ping": True, "pool_size": 10}
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = options
    db.init_app(app)
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            _sqlite_habits(db.engine)


def _sqlite_habits(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def prepare_connection(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (*PRAGMAS, f"busy_timeout={BUSY_SECONDS * 1000}"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "checkin")
    def detach(connection: Any, record: Any) -> None:
        if connection is not None and record.info.pop(ATTACHED, False):
            connection.execute("DETACH staged")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get(WRITES)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
