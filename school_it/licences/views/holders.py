"""The seats of somebody, of a device and the licences of a school, as parts of their own pages."""

from __future__ import annotations

from collections.abc import Sequence

from flask import render_template
from markupsafe import Markup
from sqlalchemy.orm import Session

from school_it.access import Actor, May
from school_it.devices import panels as device_panels
from school_it.devices.models import Device
from school_it.licences import seat_queries, usage
from school_it.licences.models import Licence, Seat
from school_it.licences.rules import RELEASED
from school_it.licences.words import group_words
from school_it.people import holdings
from school_it.people.models import Person
from school_it.schools import panels as school_panels
from school_it.schools.models import School


def of_person(session: Session, person: Person, seen_by: Actor) -> Markup:
    if not seen_by.may(May.SEE_LICENCES):
        return Markup()
    return _drawn(
        seat_queries.of_person(session, person.id, seen_by=seen_by),
        released=seat_queries.released_of_person(session, person.id, seen_by=seen_by),
        without=seat_queries.without_seat(session, person.id, seen_by=seen_by),
    )


def _drawn(held: Sequence[Seat], *, released: Sequence[Seat] = (), without: Sequence[Licence] = ()) -> Markup:
    drawn = render_template(
        "licences/held.html", seats=held, released=released, without=without, group_words=group_words,
        released_words=RELEASED,
    )  # fmt: skip
    return Markup(drawn)  # noqa: S704  a template's


def of_device(session: Session, device: Device, seen_by: Actor) -> Markup | None:
    """Only where the device has seats: most have none."""
    held = seat_queries.of_device(session, device.id, seen_by=seen_by)
    return _drawn(held) if held else None


def of_school(session: Session, school: School, seen_by: Actor) -> Markup | None:
    """The running licences of the school and those for all, each with how many seats the school has of it."""
    if not seen_by.may_at(May.SEE_LICENCES, school.id):
        return None
    rows = usage.at_school(session, school, seen_by=seen_by)
    drawn = render_template(
        "licences/at_school.html", rows=rows[:SHOWN], more=len(rows) > SHOWN, school=school
    )
    return Markup(drawn)  # noqa: S704  a template's


SHOWN = 20

holdings.shown_by(of_person)
device_panels.shown_by(of_device)
school_panels.shown_at_school(of_school)
