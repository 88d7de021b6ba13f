"""Reminders by mail: who wants them, what is due to be told, and that nothing is told twice."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from enum import StrEnum

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from school_it import audit, deadlines
from school_it.access import Actor
from school_it.accounts import queries as account_queries
from school_it.accounts.models import User
from school_it.audit import Action
from school_it.database import now, portions, today, transaction
from school_it.deadlines import Deadline
from school_it.errors import N_, BadValue, SchoolItError
from school_it.overview.models import Reminder
from school_it.settings import Settings

THRESHOLDS = (90, 30, 7, 0)
"""So many days ahead a deadline is told of; each once."""
WEEK = 7
KEPT = timedelta(days=400)
PREFERENCE = "reminders"
log = logging.getLogger(__name__)

Send = Callable[[str, str, str], None]


class Rhythm(StrEnum):
    NEVER = "never"
    DAILY = "daily"
    WEEKLY = "weekly"


RHYTHMS = {
    Rhythm.NEVER: N_("keine Erinnerungen"),
    Rhythm.WEEKLY: N_("einmal in der Woche"),
    Rhythm.DAILY: N_("an jedem Tag, an dem etwas ansteht"),
}


def rhythm_of(user: User) -> Rhythm:
    said = user.preferences.get(PREFERENCE)
    word = said.get("rhythm") if isinstance(said, Mapping) else None
    return Rhythm(word) if word in set(Rhythm) else Rhythm.NEVER


def choose(session: Session, rhythm: Rhythm, *, address: str, by: Actor) -> None:
    """How often somebody wants mail; `address` is the product's own, for the links.

    Raises BadValue where the account has no e-mail.
    """
    user = account_queries.user_by_id(session, by.id or 0)
    if rhythm is not Rhythm.NEVER and not user.email:
        raise BadValue(
            N_("Zu Ihrem Konto ist keine E-Mail-Adresse bekannt. Die Administration trägt sie ein.")
        )
    before = rhythm_of(user)
    user.preferences = {**user.preferences, PREFERENCE: {"rhythm": rhythm.value, "address": address}}
    if before is not rhythm:
        audit.record(
            session, Action.ACCOUNT_CHANGED, user, by=by, changes={PREFERENCE: [before.value, rhythm.value]}
        )


def due(found: Iterable[Deadline], on: date, *, ahead: int = 0) -> list[tuple[Deadline, int]]:
    """Each deadline with the threshold that it has reached, or reaches within `ahead` days."""
    reached = []
    for one in found:
        left = max((one.day - on).days - ahead, 0)
        near = [threshold for threshold in THRESHOLDS if left <= threshold]
        if near:
            reached.append((one, min(near)))
    return reached


def send_all(settings: Settings, send: Send) -> dict[str, int]:
    """Tell everybody who wants it. ``send(to, subject, text)``; a mail that fails is tried again the next night."""
    counts = {"sent": 0, "failed": 0}
    with transaction() as session:
        session.execute(delete(Reminder).where(Reminder.day < today() - KEPT))
        wanting = [
            user.id
            for user in session.scalars(select(User).where(User.active, User.email.is_not(None)))
            if rhythm_of(user) is not Rhythm.NEVER
        ]
    for ident in wanting:
        outcome = _tell(ident, settings, send)
        if outcome:
            counts[outcome] += 1
    return counts


def _tell(user_id: int, settings: Settings, send: Send) -> str | None:
    """Written down first, handed over without holding the database, then marked as sent, or taken off again."""
    with transaction() as session:
        user = account_queries.user_by_id(session, user_id)
        news = _news(session, user) if account_queries.may_enter(session, user) else []
        if not news:
            return None
        to, text = user.email or "", _text(news, settings, user)
        session.execute(
            insert(Reminder),
            [
                {"user_id": user_id, "key": one.key, "day": one.day, "threshold": threshold}
                for one, threshold in news
            ],
        )
    own = (Reminder.user_id == user_id, Reminder.sent_at.is_(None))
    try:
        send(to, _subject(news), text)
    except SchoolItError as problem:
        log.warning("reminder not sent: %s", problem)
        with transaction() as session:
            session.execute(delete(Reminder).where(*own))
        return "failed"
    with transaction() as session:
        session.execute(update(Reminder).where(*own).values(sent_at=now()))
    return "sent"


def _news(session: Session, user: User) -> list[tuple[Deadline, int]]:
    """What this person has not been told of yet; once a week what the coming week brings."""
    ahead, on = 0, today()
    if rhythm_of(user) is Rhythm.WEEKLY:
        last = session.scalar(select(func.max(Reminder.sent_at)).where(Reminder.user_id == user.id))
        if last is not None and (now() - last) < timedelta(days=WEEK) - timedelta(hours=12):
            return []
        ahead = WEEK - 1
    actor = user.acting(account_queries.grants_of(session, user.id, on), via="mail", reads_only=True)
    found = deadlines.within(session, actor, on, on + timedelta(days=max(THRESHOLDS) + ahead))
    reached = due([one for one in found if one.day >= on], on, ahead=ahead)
    known = _known(session, user.id, [one.key for one, _threshold in reached])
    return [(one, threshold) for one, threshold in reached if not _told(known, one, threshold)]


def _known(session: Session, user_id: int, keys: Sequence[str]) -> dict[tuple[str, date], int]:
    """By deadline the nearest threshold that was told."""
    found: dict[tuple[str, date], int] = {}
    for some in portions(sorted(set(keys))):
        rows = session.execute(
            select(Reminder.key, Reminder.day, func.min(Reminder.threshold))
            .where(Reminder.user_id == user_id, Reminder.key.in_(some))
            .group_by(Reminder.key, Reminder.day)
        )
        found |= {(key, day): threshold for key, day, threshold in rows}
    return found


def _told(known: Mapping[tuple[str, date], int], one: Deadline, threshold: int) -> bool:
    return known.get((one.key, one.day), max(THRESHOLDS) + 1) <= threshold


def _subject(news: Sequence[tuple[Deadline, int]]) -> str:
    first = min(one.day for one, _threshold in news)
    count = "eine Frist" if len(news) == 1 else f"{len(news)} Fristen"
    return f"Schul-IT: {count}, die nächste am {first:%d.%m.%Y}"


def _text(news: Sequence[tuple[Deadline, int]], settings: Settings, user: User) -> str:
    titles = {kind: title for watch in deadlines.watches() for kind, title in watch.kinds.items()}
    said = user.preferences.get(PREFERENCE)
    address = str(said.get("address", "")).rstrip("/") if isinstance(said, Mapping) else ""
    lines = [f"Guten Tag {user.display_name},", "", "diese Fristen stehen an:", ""]
    for one, _threshold in sorted(news, key=lambda pair: pair[0].day):
        where = f" ({one.school})" if one.school else ""
        lines.append(f"{one.day:%d.%m.%Y}  {titles[one.kind]}: {one.what}{where}")
    lines += ["", f"Alle Fristen: {address}/deadlines" if address else "Alle Fristen stehen in Schul-IT."]
    lines += ["Wie oft Sie diese Nachricht bekommen, wählen Sie dort unter »Kalender und Erinnerungen«."]
    lines += ["", settings.AUTHORITY]
    return "\n".join(lines)
