"""What a person has, as a part of their page."""

from __future__ import annotations

from flask import render_template
from markupsafe import Markup
from sqlalchemy.orm import Session

from school_it.access import Actor, May
from school_it.database import today
from school_it.devices import queries, rules
from school_it.people import holdings
from school_it.people.models import Person


def panel(session: Session, person: Person, seen_by: Actor) -> Markup:
    """The devices within the reader's reach; of the others only that there are some."""
    held, scope = queries.devices_of_person(session, person.id), seen_by.scope(May.SEE_DEVICES)
    seen = [device for device in held if scope.holds(device.school_id)]
    drawn = render_template(
        "devices/held.html",
        devices=seen,
        elsewhere=len(held) - len(seen),
        states=rules.STATES,
        today=today(),
        gone=person.left_on is not None,
    )
    return Markup(drawn)  # noqa: S704  a template's


holdings.shown_by(panel)
