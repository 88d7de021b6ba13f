"""An empty database after every test, in about a millisecond: it is done some thousand times in a run."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from sqlalchemy import Engine

from school_it.database import db

BESIDE = "beside"
"""The schema (on SQLite the file) in which the tests keep what the product does not see."""

# a session that a failed test left open would lock the tables for the next one
LEFT_OPEN = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND state = 'idle in transaction' AND pid <> pg_backend_pid()"""


def empty_database() -> None:
    """All tables empty, all numbers from 1 again, on the database of the app."""
    if db.engine.dialect.name == "postgresql":
        _empty_postgresql(db.engine)
    else:
        _empty_sqlite(file_of(db.engine))


def tables() -> list[str]:
    """By name, the ones that refer to others first."""
    return [table.name for table in reversed(db.metadata.sorted_tables)]


def prepare_emptying(engine: Engine) -> None:
    """On PostgreSQL once: the schema beside, with a function that knows its plans from the second time on.

    Row by row, around guards and references: a TRUNCATE makes new files for every table and costs ten times that.
    """
    if engine.dialect.name != "postgresql":
        return
    emptying = "".join(
        f'IF EXISTS (SELECT FROM "{name}") THEN DELETE FROM "{name}"; END IF;\n' for name in tables()
    )
    body = f"""BEGIN
        PERFORM set_config('session_replication_role', 'replica', true);
        {emptying}
        PERFORM setval(oid::regclass, 1, false) FROM pg_class
            WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace;
    END"""
    with engine.begin() as connection:
        connection.exec_driver_sql(f"CREATE SCHEMA {BESIDE}")
        connection.exec_driver_sql(
            f"CREATE FUNCTION {BESIDE}.emptied() RETURNS void LANGUAGE plpgsql AS $${body}$$"
        )


def _empty_postgresql(engine: Engine) -> None:
    with engine.connect() as connection:
        connection.exec_driver_sql(LEFT_OPEN)
        connection.exec_driver_sql(f"SELECT {BESIDE}.emptied()")
        connection.commit()


def file_of(engine: Engine) -> str:
    return engine.url.database or ""


_OPEN: dict[tuple[str, int], sqlite3.Connection] = {}


def own_connection(file: str) -> sqlite3.Connection:
    """To the file of SQLite, kept open: reading its many tables anew costs more than emptying them."""
    key = (file, Path(file).stat().st_ino)
    if key not in _OPEN:
        raw = sqlite3.connect(file, isolation_level=None, cached_statements=500)
        raw.execute("PRAGMA synchronous=OFF")
        _OPEN[key] = raw
    return _OPEN[key]


def close_own_connections() -> None:
    while _OPEN:
        _OPEN.popitem()[1].close()


def _empty_sqlite(file: str) -> None:
    raw = own_connection(file)
    with raw:  # commits, or takes back what failed half way
        raw.execute("BEGIN IMMEDIATE")
        (version,) = raw.execute("PRAGMA schema_version").fetchone()
        asked = " UNION ALL ".join(
            f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM \"{name}\")" for name in tables()
        )
        filled = [name for (name,) in raw.execute(asked)]
        _around_triggers(raw, version, [f'DELETE FROM "{name}"' for name in filled])


def _around_triggers(raw: sqlite3.Connection, version: int, statements: list[str]) -> None:
    """Without the guards of the trail, which refuse a DELETE, and without the upkeep of the search.

    Afterwards the triggers are what they were, and so is the number of the schema: the connections of the app need
    not read it anew.
    """
    made = raw.execute(
        "SELECT type, name, sql FROM sqlite_master WHERE type = 'trigger' OR sql LIKE '%USING fts5%'"
    )
    known = made.fetchall()
    triggers = [(name, sql) for kind, name, sql in known if kind == "trigger"]
    for name, _sql in triggers:
        raw.execute(f'DROP TRIGGER "{name}"')
    for statement in statements:
        raw.execute(statement)
    for kind, name, _sql in known:
        if kind == "table":
            raw.execute(f'INSERT INTO "{name}" ("{name}") VALUES (\'delete-all\')')
    for _name, sql in triggers:
        raw.execute(sql)
    raw.execute(f"PRAGMA schema_version = {version}")
