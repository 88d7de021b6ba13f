"""Finding jobs: one's own, or all of them for those who look after the house."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, or_, select, true
from sqlalchemy.orm import Session

from school_it.access import Actor, May, Role
from school_it.errors import N_, NotThere
from school_it.jobs.models import Job, State

CANCELLERS = frozenset({Role.ADMIN, Role.OFFICE})


def _seen_by(actor: Actor) -> ColumnElement[bool]:
    scope = actor.scope(May.SEE_JOBS)
    return true() if scope.everywhere else or_(Job.started_by == actor.id, scope.where(Job.school_id))


def jobs(*, seen_by: Actor, state: State | None = None) -> Select[Job]:
    wanted = select(Job).where(_seen_by(seen_by))
    return wanted if state is None else wanted.where(Job.state == state)


def get_job(session: Session, number: int, *, seen_by: Actor) -> Job:
    job = session.scalar(jobs(seen_by=seen_by).where(Job.id == number))
    if job is None:
        raise NotThere(N_("Diesen Auftrag gibt es nicht."))
    return job


def may_cancel(job: Job, actor: Actor) -> bool:
    """One's own; another's for who looks after its school, and a job of no school for who looks after the town."""
    reach = (None, job.school_id)
    looks_after = any(grant.role in CANCELLERS and grant.school_id in reach for grant in actor.grants)
    return job.started_by == actor.id or looks_after


def find_night(session: Session, kind: str, night: date) -> Job | None:
    return session.scalar(select(Job).where(Job.kind == kind, Job.night == night))


def find_last_night(session: Session, kind: str, *, state: State | None = None) -> Job | None:
    """The newest nightly run of a kind, or the newest that ended in `state`."""
    wanted = select(Job).where(Job.kind == kind, Job.night.is_not(None))
    if state is not None:
        wanted = wanted.where(Job.state == state)
    return session.scalar(wanted.order_by(Job.night.desc()).limit(1))


def forgotten(session: Session, *, before: datetime) -> Sequence[int]:
    """Jobs that were put down but that the queue seems to have lost."""
    return session.scalars(
        select(Job.id).where(Job.state == State.QUEUED, Job.put_at < before).order_by(Job.id).limit(100)
    ).all()


def running(session: Session) -> Sequence[tuple[int, str | None]]:
    rows = session.execute(select(Job.id, Job.worker).where(Job.state == State.RUNNING).order_by(Job.id))
    return [(number, worker) for number, worker in rows]


def nights_waiting() -> Select[Job]:
    return select(Job).where(Job.night.is_not(None), Job.state == State.QUEUED).order_by(Job.id)
