"""The change of the school year: a time in which a sixth may leave in one night, opened and closed by an admin.

While it is open the guard on the share of leavers rests. A directory that tells nobody, a school that is gone from it,
a role of which half would go, and two years in one class still stop a run.
"""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from school_it import audit
from school_it.access import Actor, May
from school_it.audit import Action
from school_it.database import now, today
from school_it.errors import N_, BadValue, Refused, RuleBroken
from school_it.people.models import YearChange

LONGEST = timedelta(days=92)
KEPT_IN_SIGHT = 5


def find_current(session: Session, on: date) -> YearChange | None:
    """The one that is open on that day or is to open later."""
    wanted = (YearChange.closed_at.is_(None), YearChange.until >= on)
    return session.scalar(select(YearChange).where(*wanted).order_by(YearChange.since).limit(1))


def is_open(session: Session, on: date) -> bool:
    found = find_current(session, on)
    return found is not None and found.since <= on


def earlier(session: Session) -> list[YearChange]:
    return list(session.scalars(select(YearChange).order_by(YearChange.id.desc()).limit(KEPT_IN_SIGHT)))


def open_it(session: Session, *, since: date, until: date, reason: str | None, by: Actor) -> YearChange:
    """Let a change of the school year begin on a day; it ends by itself. Raises NotAllowed, Refused, RuleBroken."""
    by.must(May.RUN_SYNC, None)
    faults = [(name, BadValue(text).sentence) for name, text in _faults(since, until, reason)]
    if faults:
        raise Refused(faults)
    if find_current(session, today()) is not None:
        raise RuleBroken(N_("Ein Schuljahreswechsel ist schon geöffnet. Bitte ihn zuerst schließen."))
    change = YearChange(since=since, until=until, reason=reason or "", opened_by=by.name)
    session.add(change)
    audit.record(session, Action.YEAR_CHANGE_OPENED, change, by=by, since=since, until=until, reason=reason)
    return change


def _faults(since: date, until: date, reason: str | None) -> list[tuple[str, str]]:
    if until < max(since, today()):
        return [("until", N_("Das Ende kann nicht vor dem Beginn oder in der Vergangenheit liegen."))]
    if until - since > LONGEST:
        return [
            ("until", N_("Länger als drei Monate bleibt er nicht offen. Bitte ein früheres Ende wählen."))
        ]
    return [] if reason else [("reason", N_("Bitte sagen, warum."))]


def close_it(session: Session, *, by: Actor) -> None:
    """End it before its day. Raises NotAllowed, RuleBroken where none is open."""
    by.must(May.RUN_SYNC, None)
    change = find_current(session, today())
    if change is None:
        raise RuleBroken(N_("Zurzeit ist kein Schuljahreswechsel geöffnet."))
    change.closed_at, change.closed_by = now(), by.name
    audit.record(session, Action.YEAR_CHANGE_CLOSED, change, by=by)
