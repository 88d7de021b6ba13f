"""The tables of a database brought up to what the program expects: all of it in one transaction, or nothing.

SQLite is copied first. Its foreign keys are switched off while tables are rebuilt (they would delete what points to
a table that is renamed) and checked before the commit.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import current_app
from sqlalchemy import DDL, Connection, Enum, MetaData, Table, TypeDecorator, inspect
from sqlalchemy.exc import SQLAlchemyError

from school_it.database import WRITES, Euro, db, now
from school_it.errors import N_, CannotRead, SchoolItError
from school_it.settings import Settings

if TYPE_CHECKING:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

VERSIONS = Path(__file__).resolve().parent.parent / "migrations" / "versions"
BETWEEN = "\n-- next\n"
DIALECTS = ("sqlite", "postgresql")
QUEUE_TABLES = ("queue_kv", "queue_schedule", "queue_task", "queue_counter")
UPGRADE_LOCK = 7_150_402
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Upgrade:
    """What `upgrade` did: the state before (None: an empty database) and after, and the copy it made."""

    before: str | None
    after: str
    copy: Path | None = None

    @property
    def changed(self) -> bool:
        return self.before != self.after


def upgrade(settings: Settings) -> Upgrade:
    """Bring the database to the newest state. Raises CannotRead where it is not ours, or newer than we are."""
    before, after = current(), newest()
    if before == after:
        return Upgrade(before, after)
    _check_ours(before)
    copy = _copy_before(settings, before) if before and db.engine.dialect.name == "sqlite" else None
    _run_migrations(copy)
    return Upgrade(before, after, copy)


def current() -> str | None:
    """The state of the database; None where there is none yet."""
    from alembic.migration import MigrationContext

    with db.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def check_current() -> None:
    """Raises CannotRead where the tables are not those that this program expects."""
    before, after = current(), newest()
    if before == after:
        return
    _check_ours(before)
    raise CannotRead(
        N_("Die Tabellen sind älter als das Programm. Bitte zuerst ausführen: school-it db upgrade")
    )


def newest() -> str:
    head = _scripts().get_current_head()
    if head is None:
        raise CannotRead(
            N_("Dem Programm fehlt die Beschreibung der Tabellen (school_it/migrations/versions).")
        )
    return head


def is_known(revision: str) -> bool:
    from alembic.util.exc import CommandError

    try:
        return _scripts().get_revision(revision) is not None
    except CommandError:
        return False


def _check_ours(before: str | None) -> None:
    if before is not None and not is_known(before):
        raise CannotRead(
            N_(
                "Die Datenbank hat den Stand %(state)s einer neueren Fassung. Bitte das Programm aktualisieren."
            ),
            state=before,
        )
    if before is None and {"schools", "users"} & set(inspect(db.engine).get_table_names()):
        raise CannotRead(N_("Die Datenbank enthält schon Tabellen, aber ihr Stand ist nicht vermerkt."))


def _copy_before(settings: Settings, before: str) -> Path:
    from school_it.operations.sqlite import copy_database

    folder = settings.home / "backups"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    target = folder / f"before-upgrade-from-{before}-{now():%Y%m%dT%H%M%SZ}.db"
    copy_database(Path(db.engine.url.database or ""), target)
    return target


def _run_migrations(copy: Path | None) -> None:
    from alembic import command
    from alembic.util.exc import CommandError

    try:
        command.upgrade(config(), "head")
    except (SQLAlchemyError, CommandError) as problem:
        log.exception("upgrade failed")
        raise SchoolItError(
            N_("Die Umstellung der Tabellen ist gescheitert, es wurde nichts geändert: %(why)s"),
            why=str(getattr(problem, "orig", problem)),
        ) from problem


def config() -> Config:
    """Alembic's settings by way of Flask-Migrate, which only those who look at the tables' state have to load."""
    from flask_migrate import Migrate

    if "migrate" not in current_app.extensions:
        own, current_app.cli.commands = current_app.cli.commands, {}
        Migrate(current_app, db, directory=str(VERSIONS.parent), render_as_batch=True)
        current_app.cli.commands = own  # it brings a group of its own by the name of ours
    made: Config = current_app.extensions["migrate"].migrate.get_config()
    return made


def _scripts() -> ScriptDirectory:
    from alembic.script import ScriptDirectory

    return ScriptDirectory.from_config(config())


# ------------------------------------------------------------------------- for migrations/env.py


def migrate(context: Any) -> None:
    """Run the migrations that `context` (Alembic's) asks for, in one transaction."""
    with _one_transaction() as connection:
        context.configure(
            connection=connection,
            target_metadata=metadata(),
            render_as_batch=True,
            transactional_ddl=True,
            render_item=render_item,
            include_object=include_object,
        )
        with context.begin_transaction():
            _wait_for_others(connection)
            context.run_migrations()
            check_foreign_keys(connection)


def metadata() -> MetaData:
    return db.metadata


@contextmanager
def _one_transaction() -> Iterator[Connection]:
    with db.engine.connect().execution_options(**{WRITES: True}) as connection:
        raw = connection.connection.driver_connection
        if connection.dialect.name == "sqlite" and raw is not None:
            raw.execute("PRAGMA foreign_keys=OFF")  # before BEGIN: inside a transaction it would do nothing
        try:
            yield connection
        finally:
            connection.rollback()
            if connection.dialect.name == "sqlite" and raw is not None:
                raw.execute("PRAGMA foreign_keys=ON")


def _wait_for_others(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({UPGRADE_LOCK})")


def check_foreign_keys(connection: Connection) -> None:
    """Raises CommandError where a row points to nothing; the transaction around it then rolls back."""
    if connection.dialect.name == "sqlite":
        dangling = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        if dangling:
            from alembic.util.exc import CommandError

            raise CommandError(f"dangling rows in {', '.join(sorted({row[0] for row in dangling}))}")


def render_item(kind: str, item: Any, _context: Any) -> str | bool:
    """A migration names plain types, so that it does not change when the house's own types do."""
    if kind != "type":
        return False
    if isinstance(item, Euro):
        return 'sa.BigInteger().with_variant(sa.Integer(), "sqlite")'
    if isinstance(item, TypeDecorator):
        return f"sa.{type(item.impl).__name__}()"
    if isinstance(item, Enum) and not item.native_enum:
        return f"sa.String(length={item.length})"
    return False


def include_object(_item: Any, name: str | None, kind: str, reflected: bool, twin: Any) -> bool:
    """What the tables' own texts and the queue made is not compared with the models."""
    if kind not in ("table", "index") or not reflected or twin is not None:
        return True
    return name not in QUEUE_TABLES and not any(f"{name}_".startswith(f"{made}_") for made in made_by_text())


def made_by_text() -> set[str]:
    """Tables and indexes that come from texts beside the models, such as a search index."""
    made = r"CREATE (?:VIRTUAL )?(?:TABLE|INDEX) (?:IF NOT EXISTS )?(\w+)"
    return {
        name
        for table in db.metadata.tables.values()
        for dialect in DIALECTS
        for text in texts_of(table, dialect)
        for name in re.findall(made, text)
    }


def texts_of(table: Table, dialect: str) -> list[str]:
    """What a table brings along beside itself on one kind of database: guards, search index, …"""
    listeners = [listener for listener in table.dispatch.after_create if isinstance(listener, DDL)]
    wanted = [ddl for ddl in listeners if ddl._ddl_if is not None and ddl._ddl_if.dialect == dialect]
    return [ddl.statement % {"table": table.name, "fullname": table.fullname} for ddl in wanted]


# ------------------------------------------------------------------------- for the migrations themselves


def run_texts(connection: Connection, revision: str) -> None:
    """Run what stands beside a migration for this kind of database: ``versions/0001.sqlite.sql``."""
    path = VERSIONS / f"{revision}.{connection.dialect.name}.sql"
    if path.exists():
        for statement in path.read_text("utf-8").split(BETWEEN):
            connection.exec_driver_sql(statement)


def new_revision(says: str) -> Path:
    """Write the next migration: the difference between the models and the database, and the new tables' texts."""
    from alembic import command

    VERSIONS.mkdir(exist_ok=True)
    number = f"{len(list(VERSIONS.glob('*.py'))) + 1:04}"
    command.revision(config(), message=says, autogenerate=True, rev_id=number)
    path = next(VERSIONS.glob(f"{number}_*.py"))
    new = re.findall(r"op\.create_table\(\s*['\"](\w+)['\"]", path.read_text("utf-8"))
    for dialect in DIALECTS:
        _write_texts(
            number, dialect, [text for name in new for text in texts_of(db.metadata.tables[name], dialect)]
        )
    return path


def _write_texts(number: str, dialect: str, texts: Sequence[str]) -> None:
    if texts:
        (VERSIONS / f"{number}.{dialect}.sql").write_text(BETWEEN.join(texts) + "\n", "utf-8")
