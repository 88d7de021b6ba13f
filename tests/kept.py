"""What many tests begin with, made once in a process by the app's own actions and put back from then on.

The rows wait beside the database (`tests.emptying.BESIDE`): as tables of their own, which no test sees or empties.
"""

from __future__ import annotations

import pickle
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from flask import current_app
from sqlalchemy import Connection, Engine, text

from school_it.database import db, today
from tests.emptying import BESIDE, file_of, tables

Told = TypeVar("Told")


@dataclass
class Kept:
    """How the rows come back (`statements`), the files that belong to them, and what making them has told."""

    statements: list[str]
    told: bytes
    files: dict[Path, bytes] = field(default_factory=dict)


_KEPT: dict[tuple[str, ...], Kept] = {}


def kept(name: str, make: Callable[[], Told]) -> Told:
    """Calls ``make()``, which fills the empty database; from the second time on puts back what that has written.

    `name` says what is made; with another day it is made anew. What `make` returns is copied and so holds plain
    values only, no rows.
    """
    key = (name, str(db.engine.url), today().isoformat())
    db.session.rollback()
    if known := _KEPT.get(key):
        _put_back(db.engine, known)
        return pickle.loads(known.told)  # type: ignore[no-any-return]
    home: Path = current_app.config["SCHOOL_IT"].home
    before = set(_files(home))
    told = make()
    db.session.rollback()
    written = {path: path.read_bytes() for path in _files(home) if path not in before}
    mark = f"{re.sub('[^a-z0-9]', '', name.lower())}_{len(_KEPT)}"
    _KEPT[key] = Kept(_keep(db.engine, mark), pickle.dumps(told), written)
    return told


def _files(home: Path) -> list[Path]:
    return [path for path in home.rglob("*") if path.is_file()]


def _keep(engine: Engine, mark: str) -> list[str]:
    """Copies every row; returns the statements that put the copies back."""
    statements = []
    with engine.connect() as connection:
        filled = [name for name in tables() if connection.scalar(text(f'SELECT 1 FROM "{name}" LIMIT 1'))]
        for name in filled:
            columns = ", ".join(f'"{column.name}"' for column in db.metadata.tables[name].columns)
            copy = f'{BESIDE}."{mark}_{name}"'
            statements.append(f'INSERT INTO "{name}" ({columns}) SELECT {columns} FROM {copy}')
        if engine.dialect.name == "postgresql":
            for name in filled:
                connection.exec_driver_sql(f'CREATE TABLE {BESIDE}."{mark}_{name}" AS TABLE "{name}"')
            statements += _numbers(connection)
            connection.commit()
    if engine.dialect.name == "sqlite":
        with _beside(file_of(engine)) as raw:
            for name in filled:
                raw.execute(f'CREATE TABLE {BESIDE}."{mark}_{name}" AS SELECT * FROM main."{name}"')
    return statements


@contextmanager
def _beside(file: str) -> Iterator[sqlite3.Connection]:
    """A transaction on the file and the one beside it; each time a new connection, as the search keeps one busy."""
    raw = sqlite3.connect(file, isolation_level=None)
    with closing(raw), raw:
        raw.execute(f"ATTACH '{file}.{BESIDE}' AS {BESIDE}")
        raw.execute("PRAGMA synchronous=OFF")
        raw.execute(f"PRAGMA {BESIDE}.synchronous=OFF")
        raw.execute("BEGIN IMMEDIATE")
        yield raw


def _numbers(connection: Connection) -> list[str]:
    """So that new rows get the numbers after those put back."""
    asked = "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL"
    return [f"SELECT setval('{name}', {last})" for name, last in connection.execute(text(asked))]


def _put_back(engine: Engine, known: Kept) -> None:
    if engine.dialect.name == "postgresql":
        around = "SET LOCAL session_replication_role = replica"  # around references and guards
        with engine.begin() as connection:
            connection.exec_driver_sql("; ".join([around, *known.statements]))
    else:
        with _beside(file_of(engine)) as raw:
            for statement in known.statements:
                raw.execute(statement)
    for path, content in known.files.items():
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
