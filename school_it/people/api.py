"""The API of people: read only, and no more of each than the reader needs.

Who looks after all schools sees everything the house keeps. Who looks after some sees what lending takes: name, class,
sign-in, and of a person's schools only their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import fields
from sqlalchemy.orm import Session

from school_it.access import Actor, May, current, needs
from school_it.database import HIGHEST_ID, db
from school_it.people import queries
from school_it.people.models import Membership, Person
from school_it.people.queries import Wish
from school_it.people.rules import PERSON_ROLES, PersonState
from school_it.web import lists
from school_it.web.api import Blueprint, cursor_of, page_of
from school_it.web.shapes import Day, Listing, Shape, Word, filter_text, flag, list_of, one_of

api = Blueprint("people")

FOR_LENDING = ("id", "role", "given_name", "family_name", "username", "school_class", "left_on")
FOR_THE_OFFICE = (*FOR_LENDING, "record_id", "email", "leaves_on")
LISTED_STATES = (PersonState.ACTIVE, PersonState.LEFT)


class PersonShape(Shape):
    id = fields.Integer(required=True)
    role = Word(PERSON_ROLES, required=True)
    given_name = fields.String(required=True)
    family_name = fields.String(required=True)
    username = fields.String(required=True, allow_none=True)
    school_number = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "The main school, or the first that you may see."},
    )
    school_numbers = fields.List(fields.String(), required=True)
    school_class = fields.String(required=True, allow_none=True)
    left_on = Day(required=True, allow_none=True)
    record_id = fields.String(
        allow_none=True, metadata={"description": "Only for those who see all schools."}
    )
    email = fields.String(allow_none=True, metadata={"description": "Only for those who see all schools."})
    leaves_on = Day(allow_none=True, metadata={"description": "Only for those who see all schools."})


class PersonListing(Listing):
    q = filter_text("Words of the name or the sign-in.")
    school = filter_text("The number of one of their schools.")
    school_class = filter_text("The class, as `07B`.")
    role = Word(PERSON_ROLES, load_default=None)
    state = one_of(LISTED_STATES, "Who is there, or who has left; both where it is not said.")
    holding = flag("Only those who hold something.")


@api.get("/people")
@needs(May.SEE_PEOPLE)
@api.asks(PersonListing)
@api.answers(list_of(PersonShape, "PersonList"))
def people(asked: dict[str, Any]) -> Any:
    """The people of the schools within reach, by surname."""
    session, actor, table = db.session(), current(), Person.__table__.c
    found = lists.slice_of(
        session,
        queries.people(_wish(asked), seen_by=actor),
        key=table.sort_name,
        ident=table.id,
        cursor=cursor_of(asked),
        size=asked["limit"],
    )
    schools = _schools_of(session, [row[0].id for row in found.rows], actor)
    return page_of(found, lambda row: _told(row[0], schools, actor))


@api.get(f"/people/<int(max={HIGHEST_ID}):ident>")
@needs(May.SEE_PEOPLE)
@api.answers(PersonShape)
def person(ident: int) -> Any:
    """One person."""
    session, actor = db.session(), current()
    found = queries.get_person(session, ident, seen_by=actor)
    return _told(found, _schools_of(session, [ident], actor), actor)


def _wish(asked: Mapping[str, Any]) -> Wish:
    state = asked["state"]
    return Wish(
        text=asked["q"],
        school_number=asked["school"],
        role=asked["role"],
        school_class=asked["school_class"],
        state=PersonState(state) if state else None,
        holding=asked["holding"],
    )


def _schools_of(session: Session, idents: list[int], actor: Actor) -> dict[int, tuple[str, ...]]:
    visible = actor.scope(May.SEE_PEOPLE).where(Membership.school_id)
    return queries.school_numbers(session, Person.id.in_(idents), visible)


def _told(person: Person, schools: Mapping[int, tuple[str, ...]], actor: Actor) -> dict[str, Any]:
    numbers = schools.get(person.id, ())
    names = FOR_THE_OFFICE if actor.scope(May.SEE_PEOPLE).everywhere else FOR_LENDING
    own = {name: getattr(person, name) for name in names}
    return {**own, "school_number": numbers[0] if numbers else None, "school_numbers": list(numbers)}
