"""The table of jobs. What moves while a job runs stands on the board beside the queue, see `queue`."""

from __future__ import annotations

import enum
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from school_it.access import Actor, Grant, Role
from school_it.database import Model, Moment, now, words
from school_it.errors import N_, Sentence


class State(enum.StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


STATE_NAMES = {
    State.QUEUED: N_("wartet"),
    State.RUNNING: N_("läuft"),
    State.DONE: N_("fertig"),
    State.FAILED: N_("gescheitert"),
    State.CANCELLED: N_("abgebrochen"),
}
OPEN = (State.QUEUED, State.RUNNING)


class Job(Model):
    """One piece of work. `title` and `sentence` are kept sentences, `acting` are the rights it is done with.

    `night` is set for nightly work: the pair (kind, night) exists once, so that work is never done twice.
    """

    __tablename__ = "jobs"
    __table_args__ = (
        UniqueConstraint("kind", "night"),
        Index("ix_jobs_state_id", "state", "id"),
        Index("ix_jobs_started_by_id", "started_by", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(60), nullable=False)
    title: Mapped[dict[str, Any]] = mapped_column(JSON, nullable=False)
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, nullable=False, default=dict)
    state: Mapped[State] = mapped_column(words(State), nullable=False, default=State.QUEUED)
    done: Mapped[int] = mapped_column(nullable=False, default=0)
    of: Mapped[int | None]
    sentence: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    result: Mapped[dict[str, Any]] = mapped_column(JSON, nullable=False, default=dict)
    started_by: Mapped[int | None]
    started_by_name: Mapped[str] = mapped_column(String(120), nullable=False)
    acting: Mapped[dict[str, Any]] = mapped_column(JSON, nullable=False)
    language: Mapped[str] = mapped_column(String(5), nullable=False, default="de")
    school_id: Mapped[int | None] = mapped_column(index=True)
    night: Mapped[date | None]
    worker: Mapped[str | None] = mapped_column(String(40))
    put_at: Mapped[datetime] = mapped_column(Moment, nullable=False, default=now)
    begun_at: Mapped[datetime | None] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def title_said(self) -> Sentence:
        return restored(self.title)

    @property
    def sentence_said(self) -> Sentence | None:
        return None if self.sentence is None else restored(self.sentence)

    @property
    def by(self) -> Actor:
        """Who started it, as an actor with the rights of that moment."""
        return Actor(
            id=self.started_by,
            name=self.started_by_name,
            grants=tuple(_grant(*grant) for grant in self.acting["grants"]),
            person_id=self.acting["person_id"],
            via="job",
            reads_only=self.acting["reads_only"],
        )

    @property
    def trace_label(self) -> str:
        return str(self.title_said)

    @property
    def trace_school_id(self) -> int | None:
        return self.school_id


def acting(by: Actor) -> dict[str, Any]:
    grants = [
        [grant.role.value, grant.school_id, grant.until and grant.until.isoformat()] for grant in by.grants
    ]
    return {"grants": grants, "person_id": by.person_id, "reads_only": by.reads_only}


def _grant(role: str, school_id: int | None, until: str | None) -> Grant:
    return Grant(Role(role), school_id, date.fromisoformat(until) if until else None)


def stored(sentence: Sentence | str) -> dict[str, Any]:
    """A sentence as JSON; its values become plain: numbers and text."""
    if isinstance(sentence, str):
        return {"text": "%(text)s", "values": {"text": sentence}}
    return {"text": sentence.text, "values": {name: _plain(value) for name, value in sentence.values.items()}}


def _plain(value: Any) -> Any:
    if isinstance(value, Sentence):
        return stored(value)
    return value if isinstance(value, int | float | str) else str(value)


def restored(kept: dict[str, Any]) -> Sentence:
    values = {
        name: restored(value) if isinstance(value, dict) else value for name, value in kept["values"].items()
    }
    return Sentence(kept["text"], **values)
