"""How a licence is counted, where it stands in its term, and what falls due in which year. Plain values only."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from itertools import count
from typing import Any

from school_it.errors import N_, Sentence
from school_it.school_year import months_after

AHEAD = timedelta(days=90)
"""What ends or may be cancelled within this time is said beforehand; the same as among the deadlines."""


class Basis(StrEnum):
    """What one seat is for."""

    PERSON = "person"
    DEVICE = "device"
    CLASS = "class"
    SCHOOL = "school"
    AUTHORITY = "authority"


BASES = {
    Basis.PERSON: N_("Person"),
    Basis.DEVICE: N_("Gerät"),
    Basis.CLASS: N_("Klasse"),
    Basis.SCHOOL: N_("Schule"),
    Basis.AUTHORITY: N_("Träger"),
}


class SeatFor(StrEnum):
    """Who has a seat."""

    PERSON = "person"
    DEVICE = "device"
    CLASS = "class"
    SCHOOL = "school"


SEAT_FOR = {
    SeatFor.PERSON: N_("Person"),
    SeatFor.DEVICE: N_("Gerät"),
    SeatFor.CLASS: N_("Klasse"),
    SeatFor.SCHOOL: N_("Schule"),
}


class Released(StrEnum):
    """Why a seat was released."""

    BY_HAND = "by_hand"
    LEFT = "left"
    MOVED = "moved"
    GROUP_ENDED = "group_ended"
    GONE = "gone"


RELEASED = {
    Released.BY_HAND: N_("freigegeben"),
    Released.LEFT: N_("abgegangen"),
    Released.MOVED: N_("gehört nicht mehr zur Gruppe"),
    Released.GROUP_ENDED: N_("Zuteilung beendet"),
    Released.GONE: N_("Gerät ausgesondert"),
}


def seat_for(basis: Basis | None) -> SeatFor | None:
    """Who has the seats of a licence; where nothing is said of it they are for people. None: it is for everybody."""
    if basis is Basis.AUTHORITY:
        return None
    return SeatFor(basis.value) if basis is not None else SeatFor.PERSON


class Standing(StrEnum):
    """Where a licence stands on a day. One that renews itself does not end."""

    PLANNED = "planned"
    RUNNING = "running"
    ENDED = "ended"


STANDINGS = {
    Standing.RUNNING: N_("läuft"),
    Standing.PLANNED: N_("beginnt noch"),
    Standing.ENDED: N_("abgelaufen"),
}


def standing(valid_from: date | None, valid_to: date | None, renews: bool | None, on: date) -> Standing:
    """Both days are days of the term; what renews itself does not end. No first day: it has begun."""
    if valid_from is not None and valid_from > on:
        return Standing.PLANNED
    return Standing.ENDED if valid_to is not None and valid_to < on and not renews else Standing.RUNNING


def what_is_wrong(values: Mapping[str, Any]) -> tuple[str, Sentence] | None:
    """The field at fault and why: `values` by the field names of the sheet, as they would be stored."""
    start, end, seats = values.get("valid_from"), values.get("valid_to"), values.get("seats")
    if seats is not None and seats < 0:
        return "seats", Sentence(N_("Weniger als 0 Plätze gibt es nicht. Bitte die Anzahl prüfen."))
    if start is not None and end is not None and end < start:
        sentence = Sentence(
            N_("Die Laufzeit endet am %(end)s, bevor sie am %(start)s beginnt. Bitte beide Tage prüfen."),
            end=f"{end:%d.%m.%Y}", start=f"{start:%d.%m.%Y}",
        )  # fmt: skip
        return "valid_to", sentence
    return None


def what_is_in_use(
    stored: Mapping[str, Any], values: Mapping[str, Any], used: int
) -> tuple[str, Sentence] | None:
    """What the seats that are given away (`used`) have against a change of `stored` to `values`: field and why."""
    after = {**stored, **values}
    if used and seat_for(after.get("basis")) is not seat_for(stored.get("basis")):
        sentence = Sentence(
            N_("%(used)s Plätze sind so vergeben, wie die Lizenzart es sagt. Bitte sie zuerst freigeben."),
            used=used,
        )
        return "basis", sentence
    if after["seats"] < min(used, stored["seats"]):
        sentence = Sentence(
            N_("%(used)s Plätze sind vergeben, auf %(seats)s lässt sich die Anzahl nicht senken. Bitte zuerst Plätze "
               "freigeben."),
            used=used, seats=after["seats"],
        )  # fmt: skip
        return "seats", sentence
    return None


def next_term(valid_from: date, valid_to: date, cancel_by: date | None) -> tuple[date, date, date | None]:
    """Beginning, end and notice date of the term behind one that renews itself: as long, and notice as long before.

    Whole months stay whole months (01.08. to 31.07.), anything else is as many days.
    """
    begins = valid_to + timedelta(days=1)
    months = _whole_months(valid_from, begins)
    if months is not None:
        ends = months_after(begins, months) - timedelta(days=1)
        return begins, ends, cancel_by and _same_place(cancel_by, months)
    length = begins - valid_from
    return begins, valid_to + length, cancel_by and cancel_by + length


def _whole_months(since: date, until: date) -> int | None:
    """How many months lie between the days; None where it is not whole ones."""
    months = 12 * (until.year - since.year) + until.month - since.month
    return months if months > 0 and months_after(since, months) == until else None


def _same_place(day: date, months: int) -> date:
    """Months later; the last day of a month stays the last one."""
    behind = day + timedelta(days=1)
    return months_after(behind, months) - timedelta(days=1) if behind.day == 1 else months_after(day, months)


def grade_of(school_class: str) -> str | None:
    """`07B` is in `07`, `Q1A` in `Q1`; None for a name that says no grade."""
    found = re.match(r"(?:\d{2}|EF|Q1|Q2)", school_class)
    return found[0] if found else None


def what_is_odd(values: Mapping[str, Any]) -> Sentence | None:
    """A notice date behind the end of the term is taken, but hardly meant."""
    notice, end = values.get("cancel_by"), values.get("valid_to")
    if notice is None or end is None or notice <= end:
        return None
    return Sentence(N_("Die Kündigungsfrist liegt hinter dem Ende der Laufzeit."))


def costs_by_year(
    valid_from: date | None, valid_to: date | None, renews: bool | None, price: Decimal | None, until: int
) -> dict[int, Decimal]:
    """By calendar year what falls due, up to and including the year `until`.

    A term is paid when it begins. One that renews itself begins anew behind its end, at the same price and for the
    same length; without an end it is paid once. Without a beginning or a price nothing is known: empty.
    """
    due: dict[int, Decimal] = {}
    if valid_from is None or price is None:
        return due
    for begins in _beginnings(valid_from, valid_to, renews):
        if begins.year > until:
            break
        due[begins.year] = due.get(begins.year, Decimal(0)) + price
    return due


def _beginnings(valid_from: date, valid_to: date | None, renews: bool | None) -> Iterator[date]:
    yield valid_from
    if not renews or valid_to is None or valid_to < valid_from or valid_to.year >= date.max.year:
        return
    behind = valid_to + timedelta(days=1)
    months, length = _whole_months(valid_from, behind), behind - valid_from
    for number in count(1):
        start = months_after(valid_from, months * number) if months else valid_from + length * number
        if start.year >= date.max.year - 100:
            return
        yield start
