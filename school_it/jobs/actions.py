"""Putting work down, and taking it back."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from flask import has_request_context
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from school_it import web
from school_it.access import Actor
from school_it.database import now, transaction
from school_it.errors import N_, NotAllowed, RuleBroken, Sentence, Stale
from school_it.jobs import queries, queue
from school_it.jobs.kinds import KINDS, Kind
from school_it.jobs.models import OPEN, Job, State, acting, stored


def start(
    session: Session,
    kind: str,
    *,
    by: Actor,
    title: Sentence | str | None = None,
    school_id: int | None = None,
    **facts: Any,
) -> Job:
    """Put a job down inside a transaction. `facts` are plain JSON values; the task gets them by name."""
    job = _new(KINDS[kind], by=by, title=title, school_id=school_id, facts=facts)
    session.add(job)
    session.flush()
    session.info.setdefault(queue.STARTED, []).append(job.id)
    return job


def _new(
    kind: Kind,
    *,
    by: Actor,
    title: Sentence | str | None,
    school_id: int | None,
    facts: dict[str, Any],
    **more: Any,
) -> Job:
    return Job(
        kind=kind.name,
        title=stored(title if title is not None else Sentence(kind.title)),
        facts=json.loads(json.dumps(facts)),
        started_by=by.id,
        started_by_name=by.name,
        acting=acting(by),
        language=web.language()[:2] if has_request_context() else "de",
        school_id=school_id,
        **more,
    )


def start_night(kind: Kind, *, night: date, by: Actor) -> bool:
    """Put down the night's work of one kind; False where somebody else has done so already."""
    try:
        with transaction() as session:
            if queries.find_night(session, kind.name, night):
                return False
            job = _new(kind, by=by, title=None, school_id=None, facts={}, night=night)
            session.add(job)
            session.flush()
            session.info.setdefault(queue.STARTED, []).append(job.id)
    except Stale:
        return False
    return True


def cancel(number: int, *, by: Actor) -> None:
    """A waiting job is cancelled at once; a running one is asked to stop and takes back what it has done.

    Raises NotThere, NotAllowed, or RuleBroken where it has ended already.
    """
    with transaction() as session:
        job = queries.get_job(session, number, seen_by=by)
        if not queries.may_cancel(job, by):
            raise NotAllowed(
                N_("Diesen Auftrag kann nur abbrechen, wer ihn gestartet hat, oder die Administration.")
            )
        if not job.is_open:
            raise RuleBroken(N_("Der Auftrag ist schon beendet."))
        if not _ended_before_it_began(session, number, by):
            queue.here().note(f"cancel-{number}", by.name)


def _ended_before_it_began(session: Session, number: int, by: Actor) -> bool:
    said = Sentence(N_("Abgebrochen von %(name)s, bevor er begann."), name=by.name)
    return end(session, number, State.CANCELLED, said, was=(State.QUEUED,))


def cancel_waiting_of(session: Session, user_id: int, *, by: Actor) -> None:
    """What somebody has put down and nobody has begun: it would be done with rights that have ended."""
    said = Sentence(N_("Abgebrochen von %(name)s, bevor er begann."), name=by.name)
    waiting = select(Job.id).where(Job.started_by == user_id, Job.state == State.QUEUED)
    for number in session.scalars(waiting).all():
        end(session, number, State.CANCELLED, said, was=(State.QUEUED,))


def take(session: Session, number: int, *, worker: str) -> Job | None:
    """The job, now running at `worker`; None where it is no longer waiting."""
    taken = (
        update(Job)
        .where(Job.id == number, Job.state == State.QUEUED)
        .values(state=State.RUNNING, worker=worker, begun_at=now())
    )
    if session.execute(taken).rowcount != 1:  # type: ignore[attr-defined]
        return None
    return session.scalar(select(Job).where(Job.id == number))


def end(
    session: Session,
    number: int,
    state: State,
    said: Sentence | None,
    *,
    was: tuple[State, ...] = OPEN,
    **values: Any,
) -> bool:
    """Write the end of a job; False where it had ended already."""
    ended = (
        update(Job)
        .where(Job.id == number, Job.state.in_(was))
        .values(state=state, sentence=stored(said) if said else None, ended_at=now(), **values)
    )
    return bool(session.execute(ended).rowcount == 1)  # type: ignore[attr-defined]
