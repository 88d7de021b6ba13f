"""SQLite: copying a database while people write to it, and looking it over."""

from __future__ import annotations

import hashlib
import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

BUSY_SECONDS = 30
MODULUS = 1 << 128


def copy_database(source: Path, target: Path) -> None:
    """A consistent copy of `source` as a single file, on the disk, readable by the owner only.

    One step: in WAL mode that is a snapshot which hinders nobody; step by step, every write would begin it anew.
    """
    os.close(os.open(target, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600))
    with closing(opened(source)) as read, closing(sqlite3.connect(target)) as write:
        read.backup(write)
        write.execute("PRAGMA journal_mode=DELETE")
    sync(target)


def overwrite_database(source: Path, target: Path) -> None:
    """Put the content of `source` into `target` in one transaction; programs that have it open go on with the new."""
    with closing(opened(source)) as read, closing(sqlite3.connect(target, timeout=BUSY_SECONDS)) as write:
        write.execute("PRAGMA journal_mode=WAL")
        write.execute("PRAGMA synchronous=FULL")
        read.backup(write)
    with closing(sqlite3.connect(target, timeout=BUSY_SECONDS)) as check:
        check.execute("PRAGMA journal_mode=WAL")
        check.execute("PRAGMA wal_checkpoint(PASSIVE)")


def opened(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=BUSY_SECONDS)


def faults(path: Path) -> list[str]:
    """What the database finds wrong with itself; empty where all is well."""
    try:
        with closing(opened(path)) as connection:
            found = [row[0] for row in connection.execute("PRAGMA integrity_check(10)") if row[0] != "ok"]
            return found + [
                f"foreign key: {row[0]}" for row in connection.execute("PRAGMA foreign_key_check")
            ]
    except sqlite3.DatabaseError as problem:
        return [str(problem)]


def schema_of(path: Path) -> str | None:
    with closing(opened(path)) as connection:
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return row and str(row[0])


def tables_of(path: Path) -> dict[str, list[Any]]:
    """Rows and digest of every table; the digest does not depend on the order of the rows."""
    with closing(opened(path)) as connection:
        return {name: _summed(connection, name) for name in _names(connection)}


def _names(connection: sqlite3.Connection) -> list[str]:
    rows = connection.execute("SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'")
    return sorted(name for (name,) in rows if not name.startswith("sqlite_"))


def _summed(connection: sqlite3.Connection, name: str) -> list[Any]:
    rows, total = 0, 0
    for row in connection.execute(f'SELECT * FROM "{name}"'):  # noqa: S608 - a table's own name
        rows += 1
        total += int.from_bytes(hashlib.blake2b(repr(row).encode(), digest_size=16).digest())
    return [rows, f"{total % MODULUS:032x}"]


def sync(path: Path) -> None:
    """Make sure that a file, or the names in a folder, have reached the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
