"""The API of schools and rooms: read only."""

from __future__ import annotations

from typing import Any

from marshmallow import fields

from school_it.access import May, current, needs
from school_it.database import db
from school_it.schools import queries
from school_it.schools.models import Room, School
from school_it.schools.rules import ROOM_USES, SchoolType
from school_it.web import lists
from school_it.web.api import Blueprint, cursor_of, page_of
from school_it.web.shapes import Day, Listing, Shape, Word, filter_text, list_of

api = Blueprint("schools")


class SchoolShape(Shape):
    school_number = fields.String(required=True)
    name = fields.String(required=True)
    short_name = fields.String(allow_none=True)
    school_type = Word({kind: kind.value for kind in SchoolType}, required=True)
    street = fields.String(allow_none=True)
    postcode = fields.String(allow_none=True)
    place = fields.String(allow_none=True)
    email = fields.String(allow_none=True)
    phone = fields.String(allow_none=True)
    social_index = fields.Integer(allow_none=True)
    use_concept_date = Day(allow_none=True)
    support_confirmed = fields.Boolean(allow_none=True)
    version = fields.Integer(required=True)


class RoomShape(Shape):
    school_number = fields.String(required=True, attribute="school.school_number")
    room = fields.String(required=True)
    name = fields.String(allow_none=True)
    building = fields.String(attribute="building.name", allow_none=True, dump_default=None)
    floor = fields.String(allow_none=True)
    use = Word(ROOM_USES, allow_none=True)
    seats = fields.Integer(allow_none=True)
    remark = fields.String(allow_none=True)
    version = fields.Integer(required=True)


class RoomListing(Listing):
    school = filter_text("Only the rooms of the school with this number.")


@api.get("/schools")
@needs(May.SEE_SCHOOLS)
@api.asks(Listing)
@api.answers(list_of(SchoolShape, "SchoolList"))
def schools(asked: dict[str, Any]) -> Any:
    """The schools within reach, by school number."""
    table = School.__table__.c
    found = lists.slice_of(
        db.session(),
        queries.listed_schools(seen_by=current()),
        key=table.school_number,
        ident=table.id,
        cursor=cursor_of(asked),
        size=asked["limit"],
    )
    return page_of(found, _object)


@api.get("/schools/<school_number>")
@needs(May.SEE_SCHOOLS)
@api.answers(SchoolShape, versioned=True)
def school(school_number: str) -> Any:
    """One school."""
    return queries.get_school(db.session(), school_number, seen_by=current())


@api.get("/rooms")
@needs(May.SEE_SCHOOLS)
@api.asks(RoomListing)
@api.answers(list_of(RoomShape, "RoomList"))
def rooms(asked: dict[str, Any]) -> Any:
    """The rooms within reach, by their number."""
    table = Room.__table__.c
    found = lists.slice_of(
        db.session(),
        queries.listed_rooms(seen_by=current(), school_number=asked["school"]),
        key=table.room,
        ident=table.id,
        cursor=cursor_of(asked),
        size=asked["limit"],
    )
    return page_of(found, _object)


@api.get("/rooms/<school_number>/<path:room>")
@needs(May.SEE_SCHOOLS)
@api.answers(RoomShape, versioned=True)
def room(school_number: str, room: str) -> Any:
    """One room of a school."""
    session = db.session()
    return queries.get_room(session, queries.get_school(session, school_number, seen_by=current()), room)


def _object(row: Any) -> Any:
    return row[0]
