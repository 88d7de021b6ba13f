"""The API of licences: the list, one of them, and its seats."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields, validates_schema
from sqlalchemy.orm import Session

from school_it.access import Actor, May, current, needs
from school_it.database import db, transaction, whole_number
from school_it.devices import queries as device_queries
from school_it.errors import N_, BadValue, NotThere
from school_it.licences import forms, queries, roster, seat_queries, seats
from school_it.licences.groups import Group
from school_it.licences.models import Licence, Seat, SeatRule
from school_it.licences.rules import BASES, SEAT_FOR, SeatFor, seat_for
from school_it.licences.words import group_words
from school_it.people import queries as people_queries
from school_it.people.rules import class_name
from school_it.schools import queries as school_queries
from school_it.schools.models import School
from school_it.web import lists
from school_it.web.api import Blueprint, cursor_of, page_of
from school_it.web.shapes import (
    Day,
    Listing,
    Money,
    Shape,
    Text,
    Whole,
    Word,
    filter_text,
    list_of,
    one_of,
    refuse,
)

api = Blueprint("licences")

OF_GROUP = "group-"
"""What the id of a seat begins with that stands for a whole group."""

HOLDERS = ("person", "device", "school_class")


class LicenceShape(Shape):
    licence_no = fields.String(required=True)
    product = fields.String(required=True)
    vendor = fields.String(required=True, allow_none=True)
    basis = Word(BASES, required=True, allow_none=True)
    seats = fields.Integer(required=True)
    school_number = fields.String(required=True, allow_none=True)
    valid_from = Day(required=True, allow_none=True)
    valid_to = Day(required=True, allow_none=True)
    cancel_by = Day(required=True, allow_none=True)
    renews = fields.Boolean(required=True, allow_none=True)
    price_net = Money(required=True, allow_none=True, dump_only=True)
    price_gross = Money(required=True, allow_none=True, dump_only=True)
    supplier = fields.String(required=True, allow_none=True)
    invoice_no = fields.String(required=True, allow_none=True)
    remark = fields.String(required=True, allow_none=True)
    seats_used = fields.Integer(required=True, metadata={"description": "How many seats are given away."})
    seats_free = fields.Integer(
        required=True,
        metadata={"description": "Never less than 0, even where more are used than were bought."},
    )
    version = fields.Integer(required=True, metadata={"description": "Of the licence, not of its seats."})


class SeatShape(Shape):
    """Exactly one of `person`, `device`, `school_class` or the school alone has it."""

    id = fields.String(
        required=True,
        metadata={"description": "Of the seat, or `group-…` for a class whose pupils have one each."},
    )
    kind = Word(SEAT_FOR, required=True)
    person = fields.Integer(required=True, allow_none=True)
    device = fields.String(required=True, allow_none=True, metadata={"description": "Its inventory number."})
    school_number = fields.String(required=True, allow_none=True)
    school_class = fields.String(required=True, allow_none=True)
    group = fields.String(
        required=True, allow_none=True, metadata={"description": "The group through which it was given."}
    )
    group_id = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "The `group-…` with which all seats of that group are released."},
    )
    given_on = Day(required=True)
    released_on = Day(required=True, allow_none=True)
    seats = fields.Integer(
        required=True, metadata={"description": "1, or how many seats the group got by this request."}
    )


def _only(name: str, *others: str) -> dict[str, Any]:
    """That field and none of the others."""
    return {"required": [name], "not": {"anyOf": [{"required": [other]} for other in others]}}


class NewSeat(Shape):
    """To a person by their `id`, a device by its inventory number, a class, or a school by nothing but its number.

    Of a licence for people, a class means a seat for each of its pupils, now and when somebody joins.
    """

    person = Whole(1)
    device = Text(60)
    school_class = Text(40)
    school_number = Text(
        6,
        pattern="1[0-9]{5}",
        metadata={
            "description": "Alone: the school itself. Beside `school_class`: whose class it is, where the "
            "licence is for all schools and you reach several."
        },
    )
    reason = Text(
        seats.LONGEST_REASON, metadata={"description": "Gives it though none is free; your name is recorded."}
    )

    also = {  # noqa: RUF012  Mapping, not changed
        "oneOf": [
            _only("person", "device", "school_class", "school_number"),
            _only("device", "person", "school_class", "school_number"),
            _only("school_class", "person", "device"),
            _only("school_number", *HOLDERS),
        ]
    }

    @validates_schema
    def one_holder(self, values: Mapping[str, Any], **_more: Any) -> None:
        named = [name for name in HOLDERS if name in values]
        allowed = [["school_class"], []] if "school_number" in values else [[name] for name in HOLDERS]
        if named not in allowed:
            raise ValidationError(
                N_("Genau eines wird gebraucht: »person«, »device«, »school_class« (auch mit »school_number«) "
                   "oder »school_number« allein.")
            )  # fmt: skip


class LicenceListing(Listing):
    """The filters of the page."""

    q = filter_text("Words of number, product, vendor, supplier or invoice.")
    school = filter_text("School number; `-` for those of all schools.")
    product = filter_text("Exactly this product.")
    basis = one_of([one.value for one in BASES], "Who a seat is for.")
    state = one_of(forms.STATES, "How its term stands.")


class SeatListing(Listing):
    """The filters of the page."""

    q = filter_text("Words of the person's name or of the device.")
    school = filter_text("School number.")
    school_class = filter_text("Class, as `07B`.")
    group = filter_text("The `group_id` through which they were given.", pattern=f"({OF_GROUP}[0-9]+)?")
    state = one_of(forms.SEAT_STATES, "`open` unless said otherwise.")


@api.get("/licences")
@needs(May.SEE_LICENCES)
@api.asks(LicenceListing)
@api.answers(list_of(LicenceShape, "LicenceList"))
def licences(asked: dict[str, Any]) -> Any:
    """The licences within reach, by number."""
    session = db.session()
    wanted = forms.wish(
        {name: asked[name] for name in ("q", "school", "product", "basis", "state") if asked.get(name)}
    )
    table = Licence.__table__.c
    found = lists.slice_of(
        session, queries.licences(wanted, seen_by=current()), key=table.licence_no, ident=table.id,
        cursor=cursor_of(asked), size=asked["limit"],
    )  # fmt: skip
    used = seat_queries.used(session, [row[0].id for row in found.rows])
    return page_of(found, lambda row: _told(row[0], used.get(row[0].id, 0)))


@api.get("/licences/<path:licence_no>")
@needs(May.SEE_LICENCES)
@api.answers(LicenceShape, versioned=True)
def licence(licence_no: str) -> Any:
    """One licence."""
    session = db.session()
    found = queries.get_licence_called(session, licence_no, seen_by=current())
    return _told(found, seat_queries.number_used(session, found))


@api.get("/licences/<path:licence_no>/seats")
@needs(May.SEE_LICENCES)
@api.asks(SeatListing)
@api.answers(list_of(SeatShape, "SeatList"))
def seats_of(asked: dict[str, Any], licence_no: str) -> Any:
    """Who has seats, as far as you reach their schools; the oldest first."""
    session, actor = db.session(), current()
    found = queries.get_licence_called(session, licence_no, seen_by=actor)
    wanted = seat_queries.Wish(
        text=asked["q"] or "",
        school_number=asked["school"],
        school_class=class_name(asked["school_class"] or "") or None,
        rule_id=_rule_id(asked["group"]) if asked["group"] else None,
        state=asked["state"] or "open",
    )
    table = Seat.__table__.c
    part = lists.slice_of(
        session, seat_queries.seats(wanted, found, seen_by=actor), key=table.id, ident=table.id,
        cursor=cursor_of(asked), size=asked["limit"],
    )  # fmt: skip
    return page_of(part, lambda row: _seat(row[0]))


@api.post("/licences/<path:licence_no>/seats")
@needs(May.EDIT_LICENCES)
@api.takes(NewSeat)
@api.once(SeatShape, 201)
def give(session: Session, values: dict[str, Any], licence_no: str) -> Any:
    """Give a seat; 409 where none is free."""
    actor = current()
    found = queries.get_licence_called(session, licence_no, seen_by=actor)
    reason = values.get("reason")
    if not {"school_class", "school_number"} & values.keys():
        seat = seats.give_seat(session, found, _holder(session, values, actor), reason=reason, by=actor)
        return _seat(seat)
    school = _school(session, found, values, actor)
    name = class_name(values["school_class"]) if "school_class" in values else None
    if name is None or seat_for(found.basis) is SeatFor.CLASS:
        return _seat(seats.give_seat(session, found, (school.id, name), reason=reason, by=actor))
    short = seats.Short.OVER if reason else seats.Short.REFUSE
    group = Group(school_id=school.id, school_class=name)
    given = seats.give_to_group(session, found, group, short=short, reason=reason, by=actor)
    assert given.rule is not None  # people of a class are a group  # noqa: S101
    return _group(given.rule, school, given.number)


@api.delete("/licences/<path:licence_no>/seats/<seat>")
@needs(May.EDIT_LICENCES)
@api.answers(SeatShape)
def release(licence_no: str, seat: str) -> Any:
    """Release a seat, or all seats of a group (`group-…`) that no other group needs."""
    actor = current()
    with transaction() as session:
        found = queries.get_licence_called(session, licence_no, seen_by=actor)
        if seat.startswith(OF_GROUP):
            number = _rule_id(seat)
            rule = seat_queries.get_rule(session, found, number, seen_by=actor, may=May.EDIT_LICENCES)
            return _group(rule, rule.school, roster.end_rule(session, rule, by=actor))
        held = seat_queries.get_seat(
            session, found, whole_number(seat) or 0, seen_by=actor, may=May.EDIT_LICENCES
        )
        seats.release_seat(session, held, by=actor)
        return _seat(held)


# --- from values to rows, and back ---


def _told(one: Licence, used: int) -> dict[str, Any]:
    plain = {name: getattr(one, name) for name in LicenceShape().fields if hasattr(one, name)}
    return {
        **plain,
        "school_number": one.school.school_number if one.school else None,
        "seats_used": used,
        "seats_free": max(one.seats - used, 0),
    }


def _seat(one: Seat) -> dict[str, Any]:
    school = (one.person or one.device or one).school
    return {
        "id": str(one.id),
        "kind": one.kind,
        "person": one.person_id,
        "device": one.device.asset_tag if one.device else None,
        "school_number": school.school_number if school else None,
        "school_class": one.school_class,
        "group": group_words(one.rule) if one.rule else None,
        "group_id": f"{OF_GROUP}{one.rule_id}" if one.rule_id else None,
        "given_on": one.given_on,
        "released_on": one.released_on,
        "seats": 1,
    }


def _rule_id(group: str) -> int:
    """The id in ``group-12``; one that no group has for anything else."""
    number = whole_number(group.removeprefix(OF_GROUP)) if group.startswith(OF_GROUP) else None
    return number or -1


def _group(rule: SeatRule, school: School | None, number: int) -> dict[str, Any]:
    return {
        "id": f"{OF_GROUP}{rule.id}",
        "kind": rule.kind,
        "person": None,
        "device": None,
        "school_number": school.school_number if school else None,
        "school_class": rule.school_class,
        "group": group_words(rule),
        "group_id": f"{OF_GROUP}{rule.id}",
        "given_on": rule.made_on,
        "released_on": rule.ended_on,
        "seats": number,
    }


def _holder(session: Session, values: Mapping[str, Any], actor: Actor) -> Any:
    field = "person" if "person" in values else "device"
    try:
        if field == "person":
            return people_queries.get_person(session, values["person"], seen_by=actor)
        return device_queries.get_device(session, values["device"], seen_by=actor)
    except NotThere as problem:
        refuse(field, BadValue(problem.sentence.text, **problem.sentence.values))


def _school(session: Session, found: Licence, values: Mapping[str, Any], actor: Actor) -> School:
    """The school of the class: named, that of the licence, or the only one within reach."""
    if "school_number" in values:
        try:
            return school_queries.get_school(
                session, values["school_number"], seen_by=actor, may=May.EDIT_LICENCES
            )
        except NotThere as problem:
            refuse("school_number", BadValue(problem.sentence.text, **problem.sentence.values))
    if found.school is not None:
        return found.school
    schools = school_queries.schools(session, seen_by=actor, may=May.EDIT_LICENCES)
    if len(schools) != 1:
        refuse("school_number", BadValue(N_("Bitte die Schule der Klasse angeben.")))
    return schools[0]
