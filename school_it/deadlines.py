"""What has to be done or ends on a day: the registry to which every room adds its own days.

A room says at the top level, or `app.py` for it::

    deadlines.watch("uplinks", May.SEE_NETWORK, {"uplink_notice": N_("Anschluss kündbar bis")}, find)

``find(session, actor, since, until)`` gives `Deadline`s with both days inclusive, narrowed to what `actor` may see.
The list, the start page, the calendar and the reminders by mail take them from here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from school_it.access import Actor, May
from school_it.errors import Sentence


@dataclass(frozen=True)
class Deadline:
    """`key` names it for good, whatever becomes of its day: a calendar and a reminder know it again by it.

    `what` is what it concerns, `school` a school's short name (None: all, or none in particular); `endpoint` and `args`
    lead to its page.
    """

    key: str
    day: date
    kind: str
    what: str | Sentence
    endpoint: str
    args: Mapping[str, Any] = field(default_factory=dict)
    school_number: str | None = None
    school: str | None = None


Find = Callable[[Session, Actor, date, date], Iterable[Deadline]]


@dataclass(frozen=True)
class Watch:
    name: str
    may: May
    kinds: Mapping[str, str]
    find: Find


_WATCHES: dict[str, Watch] = {}


def watch(name: str, may: May, kinds: Mapping[str, str], find: Find) -> None:
    """`kinds`: by the sign of each kind its German title."""
    _WATCHES[name] = Watch(name, may, kinds, find)


def watches() -> Collection[Watch]:
    return _WATCHES.values()


def titles(actor: Actor) -> dict[str, str]:
    """The kinds that this reader may meet, with their titles."""
    return {
        kind: title for one in _WATCHES.values() if actor.may(one.may) for kind, title in one.kinds.items()
    }


def within(
    session: Session,
    actor: Actor,
    since: date,
    until: date,
    *,
    kinds: Collection[str] = (),
    school_number: str | None = None,
) -> list[Deadline]:
    """From `since` to `until`, by day; of `kinds` only where any are named. What concerns all schools stays in."""
    found = [
        one
        for each in _WATCHES.values()
        if actor.may(each.may) and (not kinds or set(kinds) & each.kinds.keys())
        for one in each.find(session, actor, since, until)
        if not kinds or one.kind in kinds
    ]
    if school_number:
        found = [one for one in found if one.school_number in (None, school_number)]
    return sorted(found, key=lambda one: (one.day, one.kind, one.school or "", one.key))
