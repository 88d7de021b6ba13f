"""Thousands of rows made ready for the driver while nobody is kept waiting, then written in one short go.

On SQLite, where a writer keeps all others out, the rows go into a file of their own first (`staged`); the writing
transaction then only copies tables. That takes ids that nobody has yet: they are promised by `ids`, and `hold`
says whether the promise still stands. PostgreSQL gives out ids of its own accord and takes the rows by COPY.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import JSON, Dialect, Table, func, select, text
from sqlalchemy.orm import Session

from school_it import audit
from school_it.access import Actor
from school_it.audit import Action
from school_it.database import attach, is_sqlite, now, portions, table_of

STRIDE = 2000
STAGED = "staged.db"
Told = Callable[[int], None]
"""Hears after each stride how many rows of devices, schools … (not of their traces) have been written with it."""


class Memo(dict[Any, Any]):
    """What a function makes of a value, kept: ``map(Memo(show).__getitem__, column)`` calls it once for each value."""

    def __init__(self, make: Callable[[Any], Any]) -> None:
        self.make = make
        super().__init__()

    def __missing__(self, value: Any) -> Any:
        made = self[value] = self.make(value)
        return made


@dataclass(frozen=True)
class Same:
    """A column that has this one value in all rows."""

    value: Any


Columns = Mapping[str, Sequence[Any] | Same]


@dataclass
class _Insert:
    table: str
    names: tuple[str, ...]
    same: dict[str, Any]
    rows: Sequence[tuple[Any, ...]]
    count: int
    counts: bool


@dataclass
class _Update:
    table: str
    names: tuple[str, ...]
    versioned: bool
    rows: Sequence[tuple[Any, ...]]
    """The new values in the order of `names`, then the id."""


@dataclass
class Lots:
    """Rows of several tables in the order in which they were gathered; `write` writes all of them.

    With `folder`, which belongs to these rows alone, they wait there and not in memory (on SQLite).
    """

    session: Session
    folder: Path | None = None
    _steps: list[_Insert | _Update | Callable[[Session], None]] = field(default_factory=list)
    _next: dict[str, tuple[Table, int, int]] = field(default_factory=dict)
    _file: sqlite3.Connection | None = None

    def __post_init__(self) -> None:
        self.dialect: Dialect = self.session.get_bind().dialect
        self.on_sqlite = is_sqlite(self.session)
        if self.folder is not None and self.on_sqlite:
            self._file = sqlite3.connect(self.folder / STAGED, isolation_level=None)
            self._file.execute("PRAGMA journal_mode=OFF")
            self._file.execute("PRAGMA synchronous=OFF")
            self._file.execute("BEGIN")

    def staged(self) -> None:
        """All rows are gathered: from now on they can be copied from their file."""
        if self._file is not None:
            self._file.execute("COMMIT")
            self._file.close()

    def __enter__(self) -> Lots:
        return self

    def __exit__(self, *_error: object) -> None:
        if self._file is not None:
            self._file.close()

    def ids(self, table: Table, count: int) -> Sequence[int]:
        """`count` ids for new rows of `table`."""
        if not self.on_sqlite:
            return self._given(table, count)
        if table.name not in self._next:
            last = self.session.scalar(select(func.coalesce(func.max(table.c.id), 0))) or 0
            self._next[table.name] = (table, last, last + 1)
        _table, last, begin = self._next[table.name]
        self._next[table.name] = (table, last, begin + count)
        return range(begin, begin + count)

    def _given(self, table: Table, count: int) -> Sequence[int]:
        numbers = text("SELECT nextval(pg_get_serial_sequence(:name, 'id')) FROM generate_series(1, :count)")
        return self.session.scalars(numbers, {"name": table.name, "count": count}).all()

    def hold(self, session: Session) -> bool:
        """Whether the ids that were promised are still nobody's; to be asked inside the writing transaction."""
        return all(
            session.scalar(select(func.coalesce(func.max(table.c.id), 0))) == last
            for table, last, _next in self._next.values()
        )

    def insert(self, table: Table, columns: Columns, *, counts: bool = True) -> None:
        """Rows as columns of plain Python values, JSON as ready text. `counts`: they count as rows done."""
        varied = {name: column for name, column in columns.items() if not isinstance(column, Same)}
        ready = [self._for_driver(table, name, column) for name, column in varied.items()]
        same = {
            name: next(iter(self._for_driver(table, name, [column.value])))
            for name, column in columns.items()
            if isinstance(column, Same)
        }
        rows = list(zip(*ready, strict=True))
        if not rows:
            return
        step = _Insert(table.name, tuple(varied), same, rows, len(rows), counts)
        if self._file is not None:
            number, marks = len(self._steps), ",".join("?" * len(step.names))
            self._file.execute(f"CREATE TABLE lot{number} ({_names(step.names)})")
            self._file.executemany(f"INSERT INTO lot{number} VALUES ({marks})", rows)  # noqa: S608
            step.rows = ()
        self._steps.append(step)

    def update(self, table: Table, idents: Sequence[int], columns: Mapping[str, Sequence[Any]]) -> None:
        """New values for rows that are there; the version counts on where the table has one."""
        ready = [self._for_driver(table, name, column) for name, column in columns.items()]
        rows = list(zip(*ready, idents, strict=True))
        if rows:
            self._steps.append(_Update(table.name, tuple(columns), "version" in table.c, rows))

    def then(self, step: Callable[[Session], None]) -> None:
        """Something small to be done at this place between the rows."""
        self._steps.append(step)

    def entries(
        self,
        action: Action,
        table: Table,
        columns: Columns,
        *,
        by: Actor,
        batch_id: int | None,
    ) -> None:
        """The traces of rows: `object_id`, `object_label`, `school_id`, and `changes` and the like as JSON text."""
        shared: dict[str, Any] = {
            "at": now(), "actor_id": by.id, "actor_name": by.name, "via": by.via, "action": action,
            "object_type": table.name, "batch_id": batch_id, "changes": "{}", "facts": "{}",
        }  # fmt: skip
        given = {name: Same(value) for name, value in shared.items() if name not in columns}
        self.insert(ENTRIES, {**columns, **given}, counts=False)

    def _for_driver(self, table: Table, name: str, column: Sequence[Any]) -> Sequence[Any]:
        kind = table.c[name].type
        if name in _JSON:
            return column
        to_driver = kind.dialect_impl(self.dialect).bind_processor(self.dialect)
        if to_driver is None:
            return column
        if isinstance(kind, JSON):  # lists, which no Memo can hold
            return list(map(to_driver, column))
        return list(map(Memo(to_driver).__getitem__, column))

    # --- inside it ---

    def write(self, session: Session, told: Told = lambda _done: None) -> None:
        """Write everything, inside the caller's transaction."""
        if self._file is not None and self.folder is not None:
            attach(session, self.folder / STAGED)
        for number, step in enumerate(self._steps):
            if isinstance(step, _Insert):
                for done in self._inserted(session, number, step):
                    told(done if step.counts else 0)
            elif isinstance(step, _Update):
                for done in self._updated(session, step):
                    told(done)
            else:
                step(session)

    def _inserted(self, session: Session, number: int, step: _Insert) -> Iterator[int]:
        names = _names((*step.names, *step.same))
        for start in range(0, step.count, STRIDE):
            count = min(STRIDE, step.count - start)
            if self._file is not None:
                marks = ", ".join("?" * len(step.same))
                values = ", ".join(filter(None, (_names(step.names), marks)))
                session.connection().exec_driver_sql(
                    f'INSERT INTO main."{step.table}" ({names}) SELECT {values} FROM staged.lot{number}'  # noqa: S608
                    " WHERE rowid > ? AND rowid <= ?",
                    (*step.same.values(), start, start + count),
                )
            else:
                same = tuple(step.same.values())
                self._by_driver(
                    session, step.table, names, [(*row, *same) for row in step.rows[start : start + count]]
                )
            yield count

    def _by_driver(self, session: Session, table: str, names: str, rows: list[tuple[Any, ...]]) -> None:
        if self.on_sqlite:
            marks = ",".join("?" * len(rows[0]))
            statement = f'INSERT INTO "{table}" ({names}) VALUES ({marks})'  # noqa: S608  names of our tables
            session.connection().exec_driver_sql(statement, rows)
            return
        driver: Any = session.connection().connection
        with driver.cursor() as cursor, cursor.copy(f'COPY "{table}" ({names}) FROM STDIN') as copy:
            for row in rows:
                copy.write_row(row)

    def _updated(self, session: Session, step: _Update) -> Iterator[int]:
        mark = "?" if self.on_sqlite else "%s"
        values = [f'"{name}" = {mark}' for name in step.names]
        values += ["version = version + 1"] if step.versioned else []
        statement = f'UPDATE "{step.table}" SET {", ".join(values)} WHERE id = {mark}'  # noqa: S608
        for some in portions(step.rows, STRIDE):
            session.connection().exec_driver_sql(statement, list(some))
            yield len(some)


ENTRIES = table_of(audit.Entry)
_JSON = frozenset({"changes", "facts", "personal", "counts"})


def _names(names: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)
