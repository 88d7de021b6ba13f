"""The seats of somebody, of a device and the licences of a school, as parts of their own pages."""

from __future__ import annotations

from collections.abc import Sequence

from flask import render_template
from markupsafe import Markup
from sqlalchemy.orm import Session

from school_it.access import Actor, May
from school_it.licences import seat_queries
from school_it.licences.models import Seat
from school_it.licences.words import group_words
from school_it.people import holdings
from school_it.people.models import Person


def of_person(session: Session, person: Person, seen_by: Actor) -> Markup:
    if not seen_by.may(May.SEE_LICENCES):
        return Markup()
    return _drawn(seat_queries.of_person(session, person.id, seen_by=seen_by))


def _drawn(held: Sequence[Seat]) -> Markup:
    drawn = render_template("licences/held.html", seats=held, group_words=group_words)
    return Markup(drawn)  # noqa: S704  a template's


holdings.shown_by(of_person)
