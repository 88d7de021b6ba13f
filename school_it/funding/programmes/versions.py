"""What a programme said before: read back from the trail, which keeps every change with its day and its author."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from school_it import audit
from school_it.audit import Action, Entry
from school_it.funding import queries
from school_it.funding.models import Grant, Programme
from school_it.funding.programmes.compare import FIELDS
from school_it.funding.programmes.facts import flat, same


@dataclass(frozen=True)
class Version:
    """A state of a programme: since when, by whom, what it said (plain values) and what had changed by it."""

    number: int
    since: datetime | None
    who: str
    values: Mapping[str, Any]
    changed: tuple[str, ...]


def of(session: Session, programme: Programme) -> list[Version]:
    """Newest first; always at least the one there is."""
    entries = audit.story(session, programme)
    state: dict[str, Any] = {name: getattr(programme, name) for name in queries.PROGRAMME_FIELDS}
    now = flat({**state, "terms": programme.terms})
    found: list[tuple[Entry, Mapping[str, Any], tuple[str, ...]]] = []
    for entry in entries:
        if entry.action == Action.PROGRAMME_ADDED:
            found.append((entry, now, ()))
            break
        before = _before(now, entry.changes)
        changed = tuple(name for name in ("title", *FIELDS) if not same(now.get(name), before.get(name)))
        if changed:
            found.append((entry, now, changed))
            now = before
    return [
        Version(len(found) - place, entry.at, entry.actor_name, values, changed)
        for place, (entry, values, changed) in enumerate(found)
    ] or [Version(1, None, "", now, ())]


def _before(now: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    earlier = dict(now)
    for name, (before, _after) in changes.items():
        if name == "terms":
            earlier |= {term: (before or {}).get(term) for term in flat({"terms": {}})}
        elif name in earlier:
            earlier[name] = None if before in ("", []) else before
    return earlier


def at(versions: Sequence[Version], moment: datetime) -> Version:
    """The one that was in force then."""
    return next((one for one in versions if one.since is None or one.since <= moment), versions[-1])


def differences(one: Version, other: Version) -> list[str]:
    """The fields in which they differ, in the order of the sheet."""
    names = ("title", *FIELDS)
    return [name for name in names if not same(one.values.get(name), other.values.get(name))]


def made_on(session: Session, grants: Sequence[Grant]) -> dict[int, datetime]:
    """By id of a grant when it was entered; one statement."""
    rows = (
        select(Entry.object_id, func.max(Entry.at))
        .where(Entry.object_type == Grant.__tablename__, Entry.action == Action.GRANT_ADDED)
        .where(Entry.object_id.in_([one.id for one in grants]))
        .group_by(Entry.object_id)
    )
    return {ident: moment for ident, moment in session.execute(rows) if ident is not None}
