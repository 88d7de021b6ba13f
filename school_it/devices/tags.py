"""The next free inventory numbers, given out without two people ever getting the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from flask import current_app
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from school_it.database import portions
from school_it.devices import numbers
from school_it.devices.models import Device
from school_it.errors import N_, Stale

BEGIN = text("INSERT INTO number_series (prefix, last) VALUES (:prefix, :last) ON CONFLICT DO NOTHING")
LAST = text("SELECT last FROM number_series WHERE prefix = :prefix")
COUNT_ON = text("UPDATE number_series SET last = last + :count WHERE prefix = :prefix RETURNING last")


def prefix() -> str:
    return str(current_app.config["SCHOOL_IT"].ASSET_TAG_PREFIX)


def next_tags(session: Session, count: int) -> list[str]:
    """`count` numbers that nobody has. Holds the series until the transaction ends, so the next one in line waits."""
    free: list[str] = []
    while len(free) < count:
        wanted = count - len(free)
        last = _counted_on(session, wanted)
        tags = [numbers.numbered(prefix(), number) for number in range(last - wanted + 1, last + 1)]
        taken = taken_tags(session, tags)
        free += [tag for tag in tags if numbers.folded(tag) not in taken]
    return free


def upcoming(session: Session, count: int) -> tuple[list[str], Callable[[Session], None]]:
    """The numbers that `next_tags` would give, and what takes them for good once something may be written."""
    stored = session.scalar(LAST, {"prefix": prefix()})
    last = before = _highest(session) if stored is None else int(stored)
    free: list[str] = []
    while len(free) < count:
        wanted = count - len(free)
        tags = [numbers.numbered(prefix(), number) for number in range(last + 1, last + wanted + 1)]
        last += wanted
        taken = taken_tags(session, tags)
        free += [tag for tag in tags if numbers.folded(tag) not in taken]

    def take(writing: Session) -> None:
        if _counted_on(writing, last - before) != last:
            raise Stale(
                N_(
                    "In der Zwischenzeit sind Inventarnummern vergeben worden. "
                    "Es wurde nichts geändert; bitte noch einmal."
                )
            )

    return free, take


def _counted_on(session: Session, count: int) -> int:
    counting: dict[str, Any] = {"prefix": prefix(), "count": count}
    last = session.scalar(COUNT_ON, counting)
    if last is None:
        session.execute(BEGIN, {"prefix": prefix(), "last": _highest(session)})
        last = session.scalar(COUNT_ON, counting)
    return int(last or 0)


def _highest(session: Session) -> int:
    """The highest number of our own kind so far, where devices were there before the series."""
    start = numbers.folded(prefix())
    wanted = select(func.max(Device.tag_folded)).where(
        Device.tag_folded.startswith(start, autoescape=True),
        func.length(Device.tag_folded) == len(start) + numbers.DIGITS,
    )
    return numbers.number_in(session.scalar(wanted) or "", start) or 0


def taken_tags(session: Session, tags: Iterable[str]) -> dict[str, str]:
    """Of these numbers those that a device has, folded, with the spelling of the device."""
    return _stored(session, Device.tag_folded, sorted({numbers.folded(tag) for tag in tags}))


def taken_serials(session: Session, serials: Iterable[str], manufacturer: str | None) -> dict[str, str]:
    """Of these serial numbers of one manufacturer those that are there, folded, with the device's inventory number."""
    wanted = sorted({numbers.folded(serial) for serial in serials})
    return _stored(session, Device.serial_folded, wanted, Device.maker_folded == numbers.folded(manufacturer))


def _stored(session: Session, column: Any, wanted: list[str], *conditions: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for some in portions(wanted):
        rows = select(column, Device.asset_tag).where(column.in_(some), *conditions)
        found |= dict(session.execute(rows).all())
    return found
