"""What the database is asked while something runs: the measure of »as many statements at 1000 rows as at one«."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event

from school_it.database import db


@contextmanager
def statements() -> Iterator[list[str]]:
    """The statements sent to the database of the app in use meanwhile, as they are sent."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        sent.append(statement)

    engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)
