"""Tables of people, the schools they belong to, and the runs of the directory sync.

Only what the authority needs to lend a device is kept (GDPR Art. 5(1)(c), VO-DV I/II NRW): names, school,
class, sign-in, official address. No birth date, no sex, no address.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from school_it.audit import OfTheTown
from school_it.database import Model, Moment, Versioned, now, words
from school_it.people.rules import PERSON_ROLES, PERSON_STATES, PersonRole, PersonState, RunOutcome, full_name
from school_it.schools.models import School
from school_it.settings import THE_DIRECTORY

__all__ = (
    "PERSON_ROLES",
    "PERSON_STATES",
    "Membership",
    "Person",
    "PersonRole",
    "PersonState",
    "SyncRun",
    "YearChange",
)


class Person(Versioned, Model):
    """A pupil, teacher or other member of staff; (`source`, `stable_id`) is who it is, every name may change.

    `source` is ``file`` or a directory's name (``directory`` where there is only one); `stable_id` the source's
    own id, `record_id` the key of the
    school's software. `leaves_on` is told by the source, `left_on` is when the person was found to be gone.
    `locked` is the account, not the person: a locked account is no departure. `folded` is what a search
    looks into, `sort_name` what lists are sorted by.
    """

    __tablename__ = "people"
    __table_args__ = (
        UniqueConstraint("source", "stable_id"),
        Index("ix_people_school_class", "school_id", "school_class"),
        Index("ix_people_sort_name", "sort_name", "id"),
        Index("ix_people_username", "username"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(String(20), nullable=False)
    stable_id: Mapped[str] = mapped_column(String(80), nullable=False)
    record_id: Mapped[str | None] = mapped_column(String(80), index=True)
    role: Mapped[PersonRole] = mapped_column(words(PersonRole), nullable=False)
    given_name: Mapped[str] = mapped_column(String(120), nullable=False, default="")
    family_name: Mapped[str] = mapped_column(String(120), nullable=False)
    username: Mapped[str | None] = mapped_column(String(120))
    email: Mapped[str | None] = mapped_column(String(200))
    school_id: Mapped[int | None] = mapped_column(ForeignKey("schools.id", ondelete="SET NULL"))
    school_class: Mapped[str | None] = mapped_column(String(40))
    class_raw: Mapped[str | None] = mapped_column(String(80))
    state: Mapped[PersonState] = mapped_column(words(PersonState), nullable=False, default=PersonState.ACTIVE)
    left_on: Mapped[date | None]
    leaves_on: Mapped[date | None]
    locked: Mapped[bool] = mapped_column(nullable=False, default=False)
    sort_name: Mapped[str] = mapped_column(String(250), nullable=False, default="")
    folded: Mapped[str] = mapped_column(Text, nullable=False, default="")

    school: Mapped[School | None] = relationship(lazy="joined")
    memberships: Mapped[list[Membership]] = relationship(
        back_populates="person", cascade="all, delete-orphan"
    )

    @property
    def name(self) -> str:
        return full_name(self.given_name, self.family_name)

    @property
    def trace_label(self) -> str:
        """Never the name: the trail keeps labels for good."""
        return f"#{self.id}"

    @property
    def trace_school_id(self) -> int | None:
        return self.school_id


class Membership(Model):
    """A person belongs to a school; the main one is also `Person.school_id`."""

    __tablename__ = "memberships"

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    school_id: Mapped[int] = mapped_column(
        ForeignKey("schools.id", ondelete="CASCADE"), primary_key=True, index=True
    )

    person: Mapped[Person] = relationship(back_populates="memberships")
    school: Mapped[School] = relationship(lazy="joined", innerjoin=True)


class YearChange(OfTheTown, Model):
    """A change of the school year: from `since` up to and including `until`, unless it is closed before."""

    __tablename__ = "year_changes"

    id: Mapped[int] = mapped_column(primary_key=True)
    since: Mapped[date] = mapped_column(nullable=False)
    until: Mapped[date] = mapped_column(nullable=False)
    reason: Mapped[str] = mapped_column(String(300), nullable=False, default="")
    opened_at: Mapped[datetime] = mapped_column(Moment, nullable=False, default=now)
    opened_by: Mapped[str] = mapped_column(String(120), nullable=False)
    closed_at: Mapped[datetime | None] = mapped_column(Moment)
    closed_by: Mapped[str | None] = mapped_column(String(120))

    @property
    def trace_label(self) -> str:
        return f"{self.since:%d.%m.%Y} – {self.until:%d.%m.%Y}"


class SyncRun(Model):
    """One run of the sync of one directory, with its counts as in ``ldap sync --json``.

    `source` is the directory's name, `reason` why a guard was overruled. Names stand in `result` only for the
    newest run of a directory; the next one takes them out.
    """

    __tablename__ = "sync_runs"

    id: Mapped[int] = mapped_column(primary_key=True)
    begun_at: Mapped[datetime] = mapped_column(Moment, nullable=False, default=now)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    source: Mapped[str] = mapped_column(
        String(20), nullable=False, default=THE_DIRECTORY, server_default=THE_DIRECTORY
    )
    dry_run: Mapped[bool] = mapped_column(nullable=False, default=False)
    forced: Mapped[bool] = mapped_column(nullable=False, default=False)
    reason: Mapped[str | None] = mapped_column(String(300))
    applied: Mapped[bool] = mapped_column(nullable=False, default=False)
    actor_name: Mapped[str] = mapped_column(String(120), nullable=False)
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("batches.id"))
    outcome: Mapped[RunOutcome] = mapped_column(words(RunOutcome), nullable=False, default=RunOutcome.RUNNING)
    sentence: Mapped[str | None] = mapped_column(String(500))
    result: Mapped[dict[str, Any]] = mapped_column(JSON, nullable=False, default=dict)
