"""The queue that wakes the worker, and the board beside it that shows what moves.

Both are huey's: a file of its own in HOME, or tables of their own in PostgreSQL. They stand outside the
transactions of the house on purpose: a job that holds the one writing transaction of SQLite can still be
watched and cancelled.
Messages are JSON and hold a job's number, nothing else.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from flask import Flask, current_app
from sqlalchemy import event
from sqlalchemy.orm import Session, SessionTransaction

from school_it.database import db
from school_it.settings import Settings

if TYPE_CHECKING:
    from huey import Huey

STARTED = "school_it_jobs_started"
BEAT_SECONDS = 2
SILENT_SECONDS = 20
WITH_WORKER = "SCHOOL_IT_WITH_WORKER"  # set by `serving`: a worker belongs to this web server
log = logging.getLogger(__name__)


class Queue:
    """The queue of one application; `run` does the job of a number."""

    def __init__(self, app: Flask, settings: Settings, run: Callable[[Flask, int], None]) -> None:
        self.app, self.settings, self._run = app, settings, run

    @cached_property
    def huey(self) -> Huey:
        return _made(self.settings, immediate=self.app.config.get("JOBS_IMMEDIATE", self.app.testing))

    @cached_property
    def wake(self) -> Any:
        """What the queue does with a number: ``wake(7)`` puts it in, the worker runs it."""
        return self.huey.task(name="run")(lambda number: self._run(self.app, number))

    def put(self, number: int) -> None:
        """Wake the worker for a job. Never fails: the worker looks for forgotten jobs by itself."""
        try:
            self.wake(number)
        except Exception:
            log.exception("job %s could not be put into the queue; the worker will find it", number)

    def is_empty(self) -> bool:
        return int(self.huey.pending_count()) == 0

    def note(self, key: str, value: Any) -> None:
        """Pin a plain value to the board."""
        self.huey.storage.put_data(key, json.dumps(value).encode())

    def note_first(self, key: str, value: Any) -> bool:
        """Pin a value where there is none yet; False where somebody else was first."""
        return bool(self.huey.storage.put_if_empty(key, json.dumps(value).encode()))

    def noted(self, key: str) -> Any:
        from huey.constants import EmptyData

        found = self.huey.storage.peek_data(key)
        return None if found is EmptyData else json.loads(bytes(found))

    def wipe(self, *keys: str) -> None:
        for key in keys:
            self.huey.storage.delete_data(key)

    def beat(self, worker: str) -> None:
        self.note(f"worker-{worker}", time.time())
        self.note("worker", time.time())

    def is_alive(self, worker: str | None = None) -> bool:
        """Whether that worker, or any at all, has given a sign of life lately."""
        beat = self.noted(f"worker-{worker}" if worker else "worker")
        return beat is not None and time.time() - beat < SILENT_SECONDS

    def end_beat(self, worker: str) -> None:
        self.wipe(f"worker-{worker}", "worker")


def _made(settings: Settings, *, immediate: bool) -> Huey:
    from huey import PostgresHuey, SqliteHuey

    plain: dict[str, Any] = {"name": "school-it", "results": False, "serializer": _plain_serializer()}
    if immediate:
        return SqliteHuey(filename=":memory:", immediate=True, **plain)
    if settings.DATABASE_URL.startswith("postgresql"):
        dsn = db.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        return PostgresHuey(dsn=dsn, table_prefix="queue", **plain)
    return SqliteHuey(filename=str(settings.home / "queue.db"), timeout=15, **plain)


def _plain_serializer() -> Any:
    from huey.registry import Message
    from huey.serializer import Serializer

    class Plain(Serializer):
        """JSON instead of pickle: what lies in the queue can never be a program."""

        def _serialize(self, data: Any) -> bytes:
            return json.dumps({"id": data.id, "name": data.name, "args": list(data.args)}).encode()

        def _deserialize(self, data: bytes) -> Any:
            kept = json.loads(bytes(data))
            return Message(
                kept["id"], kept["name"], None, 0, 0, None, tuple(kept["args"]), {}, None, None, None
            )

    return Plain()


def here() -> Queue:
    return cast(Queue, current_app.extensions["jobs"])


@event.listens_for(db.session, "after_commit")
def _wake_the_worker(session: Session) -> None:
    if session.in_nested_transaction():
        return
    for number in session.info.pop(STARTED, ()):
        here().put(number)


@event.listens_for(db.session, "after_soft_rollback")
def _forget_started(session: Session, previous: SessionTransaction) -> None:
    if not previous.nested:
        session.info.pop(STARTED, None)
