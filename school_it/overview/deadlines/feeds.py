"""The secret address under which a calendar program fetches somebody's deadlines without signing in."""

from __future__ import annotations

import hashlib
import secrets

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from school_it import audit
from school_it.access import Actor
from school_it.accounts import actions as account_actions
from school_it.accounts import queries as account_queries
from school_it.accounts.models import User
from school_it.audit import Action
from school_it.database import today
from school_it.errors import N_, NotThere
from school_it.overview.models import CalendarFeed

NO_CALENDAR = N_("Diesen Kalender gibt es nicht (mehr).")


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def has_feed(session: Session, user_id: int) -> bool:
    return session.scalar(select(CalendarFeed.id).where(CalendarFeed.user_id == user_id)) is not None


def renew(session: Session, *, by: Actor) -> str:
    """A new secret for one's own calendar; the one before opens nothing any more. It can be read this once."""
    user = account_queries.user_by_id(session, by.id or 0)
    secret = secrets.token_urlsafe(32)
    _end(session, user)
    session.add(CalendarFeed(user_id=user.id, digest=_digest(secret)))
    audit.record(session, Action.CALENDAR_OPENED, user, by=by)
    return secret


def withdraw(session: Session, *, by: Actor) -> None:
    user = account_queries.user_by_id(session, by.id or 0)
    _end(session, user)
    audit.record(session, Action.CALENDAR_CLOSED, user, by=by)


def _end(session: Session, user: User) -> None:
    session.execute(delete(CalendarFeed).where(CalendarFeed.user_id == user.id))


account_actions.also_end(_end)


def reader(session: Session, secret: str) -> Actor:
    """Who reads with this secret, with the rights of today and only to see. Raises NotThere."""
    user = session.scalar(
        select(User)
        .join(CalendarFeed, CalendarFeed.user_id == User.id)
        .where(CalendarFeed.digest == _digest(secret))
    )
    if user is None or not account_queries.may_enter(session, user):
        raise NotThere(NO_CALENDAR)
    return user.acting(account_queries.grants_of(session, user.id, today()), via="calendar", reads_only=True)
