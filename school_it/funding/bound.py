"""What hangs on a file reference, and what follows when its terms change.

Rooms whose things are paid from a grant come after this one and may not be known here. They say which of their
columns names the file reference of the decision, and how the ends of their earmarks follow.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from school_it import audit
from school_it.access import Actor
from school_it.audit import Batch
from school_it.errors import N_
from school_it.funding import queries
from school_it.funding.queries import Term

Terms = Mapping[str, Sequence[Term]]

_COLUMNS: list[InstrumentedAttribute[Any]] = []
_SEEN: ContextVar[str | None] = ContextVar("earmarks_seen", default=None)


def named_in(column: InstrumentedAttribute[Any]) -> None:
    """`column` holds the file reference of the decision that paid for the thing, or None."""
    if not any(column is known for known in _COLUMNS):
        _COLUMNS.append(column)


def counted(session: Session, file_references: Collection[str]) -> Counter[str]:
    """How many things each of these file references has paid for."""
    found: Counter[str] = Counter()
    for column in _COLUMNS:
        rows = select(column, func.count()).where(column.in_(file_references)).group_by(column)
        found.update(dict(session.execute(rows).all()))
    return found


@dataclass(frozen=True)
class Devices:
    """What the rules of funding ask of the room that keeps the devices.

    `at` counts those of a school's pupils; `first` is the earliest day on which one came that these file references
    have paid for, None where none has.
    """

    at: Callable[[Session, int], int]
    first: Callable[[Session, Collection[str]], date | None]


_DEVICES: list[Devices] = []


def devices_by(devices: Devices) -> None:
    _DEVICES[:] = [devices]


def equipment(session: Session, school_id: int) -> int:
    """Devices for the pupils of a school that are there."""
    return sum(one.at(session, school_id) for one in _DEVICES)


def first_delivery(session: Session, file_references: Collection[str]) -> date | None:
    found = [day for one in _DEVICES if (day := one.first(session, file_references)) is not None]
    return min(found, default=None)


# --- ends that follow the terms ---


@dataclass(frozen=True)
class Shift:
    """The end of one thing's earmark as it is and as it will be."""

    ident: int
    label: str
    school_id: int | None
    before: date | None
    after: date | None


@dataclass(frozen=True)
class Shifts:
    """What a change of terms does: ends that follow, and how many stay because somebody set them by hand."""

    moved: Sequence[Shift]
    by_hand: int = 0

    @property
    def digest(self) -> str:
        text = "\n".join(f"{one.ident} {one.before} {one.after}" for one in self.moved)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    @property
    def by_end(self) -> list[tuple[date | None, date | None, int]]:
        """From, to, and how many; the most frequent first."""
        pairs = Counter((one.before, one.after) for one in self.moved)
        return [(before, after, number) for (before, after), number in pairs.most_common()]


@dataclass(frozen=True)
class Follower:
    """How a room's earmarks follow: what would move by the changed file references, and writing that."""

    shifts: Callable[[Session, Terms, Terms, Collection[str]], Shifts]
    write: Callable[[Session, Sequence[Shift], Actor, Batch], None]


_FOLLOWERS: list[Follower] = []


def follow(follower: Follower) -> None:
    if follower not in _FOLLOWERS:
        _FOLLOWERS.append(follower)


class Unseen(Exception):
    """Earmarks would move, and the person at the page has not seen it yet. Nothing is written; the page asks."""

    def __init__(self, shifts: Shifts) -> None:
        super().__init__("earmarks would move")
        self.shifts = shifts


def note_seen(digest: str | None) -> None:
    """What the person at the page has seen of the earmarks that will move."""
    _SEEN.set(digest)


@contextmanager
def following(session: Session, *, by: Actor, batch: Batch | None = None) -> Iterator[None]:
    """Whatever is changed inside of programmes, grants and decisions moves the earmarks along, in the same act.

    With `batch` (a file) they stand in it and go back with it, else in a batch of their own. Raises Unseen where
    a person at a page changes something and has not seen what will move.
    """
    before = queries.terms(session)
    yield
    session.flush()
    after = queries.terms(session)
    changed = {one for one in before.keys() | after.keys() if before.get(one) != after.get(one)}
    if not changed:
        return
    for follower in _FOLLOWERS:
        shifts = follower.shifts(session, before, after, changed)
        if not shifts.moved:
            continue
        if by.via == "web" and batch is None and _SEEN.get() != shifts.digest:
            raise Unseen(shifts)
        follower.write(session, shifts.moved, by, batch or _own_batch(session, shifts, by))


def _own_batch(session: Session, shifts: Shifts, by: Actor) -> Batch:
    batch = audit.begin_batch(session, "funding.bound", by=by, title=N_("Zweckbindung neu berechnet"))
    batch.counts = {"changed": len(shifts.moved), "same": shifts.by_hand}
    return batch
