"""PostgreSQL: dump, restore into a database of its own, swap by name. The programs are PostgreSQL's own."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, create_engine, text
from sqlalchemy.exc import SQLAlchemyError

from school_it.errors import N_, SchoolItError

PROGRAMS = "/usr/lib/postgresql"
SKIPPED = "queue_*"
TABLES = """SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'public' AND c.relkind = 'r' AND c.relname NOT LIKE 'queue\\_%' ORDER BY c.relname"""
SUM = """SELECT count(*), coalesce(sum(('x' || substr(md5(t::text), 1, 16))::bit(64)::bigint::numeric), 0)::text
    FROM "{}" t"""


def program(name: str) -> str:
    """Where one of PostgreSQL's programs lies. Raises SchoolItError where it is missing."""
    newest = sorted(Path(PROGRAMS).glob(f"*/bin/{name}"), key=lambda path: float(path.parts[4]))
    found = str(newest[-1]) if newest else shutil.which(name)
    if found is None:
        raise SchoolItError(N_("Es fehlt das Programm %(name)s (Debian-Paket postgresql-client)."), name=name)
    return found


@contextmanager
def connected(url: URL, **options: Any) -> Iterator[Connection]:
    engine = create_engine(url, **options)
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def dump(url: URL, target: Path) -> tuple[str | None, dict[str, list[Any]]]:
    """Write a dump; returns the state of the tables, and rows and digest of each, from the same snapshot."""
    with connected(url, isolation_level="REPEATABLE READ") as connection:
        snapshot = connection.scalar(text("SELECT pg_export_snapshot()"))
        _run(
            "pg_dump",
            url,
            "-Fc",
            f"--snapshot={snapshot}",
            f"--exclude-table={SKIPPED}",
            "-O",
            "-x",
            f"--file={target}",
        )
        return schema_of(connection), tables_of(connection)


def schema_of(connection: Connection) -> str | None:
    found = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found and str(found)


def tables_of(connection: Connection) -> dict[str, list[Any]]:
    """Rows and digest of every table; the digest does not depend on the order of the rows."""
    connection.execute(text("SET LOCAL datestyle = 'ISO'"))
    connection.execute(text("SET LOCAL timezone = 'UTC'"))
    names = [name for (name,) in connection.execute(text(TABLES))]
    return {name: list(connection.execute(text(SUM.format(name))).one()) for name in names}


def is_dump(path: Path) -> bool:
    done = subprocess.run([program("pg_restore"), "--list", str(path)], capture_output=True, check=False)  # noqa: S603
    return done.returncode == 0


@contextmanager
def beside(url: URL, name: str) -> Iterator[URL]:
    """An empty database of that name on the same server; dropped again unless it was renamed."""
    _maintain(url, f'CREATE DATABASE "{name}" TEMPLATE template0')
    try:
        yield url.set(database=name)
    finally:
        _maintain(url, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def load(url: URL, source: Path) -> None:
    _run(
        "pg_restore",
        url,
        "-O",
        "-x",
        "--exit-on-error",
        "--single-transaction",
        f"--dbname={url.database}",
        str(source),
    )


def swap(url: URL, new: str, kept: str) -> None:
    """The database becomes `kept`, `new` takes its name."""
    _maintain(
        url,
        f"""SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname IN ('{url.database}', '{new}') AND pid <> pg_backend_pid()""",  # noqa: S608 - our own names
        f'ALTER DATABASE "{url.database}" RENAME TO "{kept}"',
        f'ALTER DATABASE "{new}" RENAME TO "{url.database}"',
    )


def _maintain(url: URL, *statements: str) -> None:
    try:
        with connected(url.set(database="postgres"), isolation_level="AUTOCOMMIT") as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)
    except SQLAlchemyError as problem:
        raise SchoolItError(
            N_(
                "Das Datenbankkonto braucht zum Zurückspielen das Recht CREATEDB und seine eigene Datenbank: %(why)s"
            ),
            why=str(getattr(problem, "orig", problem)),
        ) from None


def _run(name: str, url: URL, *arguments: str) -> None:
    """The password goes by environment: the command line can be read by everybody on the machine."""
    known = {
        "PGHOST": url.host or url.query.get("host"),
        "PGPORT": url.port and str(url.port),
        "PGUSER": url.username,
        "PGPASSWORD": url.password,
        "PGDATABASE": url.database,
    }
    environment = {**os.environ, **{key: str(value) for key, value in known.items() if value}}
    done = subprocess.run(  # noqa: S603 - PostgreSQL's own program
        [program(name), *arguments], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        said = (done.stderr.strip().splitlines() or [""])[-1]
        raise SchoolItError(N_("%(name)s ist gescheitert: %(why)s"), name=name, why=said)
