"""Whom seats of a licence can be given to: the groups of a school, each with its size and who of it has a seat."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, cast

from flask_babel import gettext as _
from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session, aliased

from school_it.access import Actor, May
from school_it.devices.models import Category, Device
from school_it.devices.rules import State
from school_it.licences import rules, seat_queries
from school_it.licences.models import Licence, Seat
from school_it.licences.rules import SeatFor
from school_it.licences.words import EVERYBODY
from school_it.people.models import Membership, Person
from school_it.people.rules import PersonState
from school_it.schools import queries as school_queries
from school_it.schools.models import Room, School


@dataclass(frozen=True)
class Offer:
    """A group: its name, what a form says of it, how many belong to it and have a seat."""

    name: str
    values: dict[str, Any] = field(default_factory=dict)
    size: int = 0
    seated: int = 0


def schools(session: Session, licence: Licence, *, seen_by: Actor) -> list[tuple[str, str]]:
    """Number and name of the schools whose people may get its seats from this reader."""
    if licence.school is not None:
        return [(licence.school.school_number, licence.school.name)]
    return school_queries.choices(session, seen_by=seen_by, may=May.EDIT_LICENCES)


def offers(
    session: Session, licence: Licence, school: School | None, *, everywhere: bool
) -> dict[str, list[Offer]]:
    """By heading the groups, the smallest first; without a school those of the whole town, for who reaches it."""
    kind = rules.seat_for(licence.basis)
    if school is None:
        return {"town": _town(session, licence, kind)} if everywhere and licence.school_id is None else {}
    at = {"school": school.school_number}
    if kind is SeatFor.DEVICE:
        return _devices(session, licence, school, at)
    if kind is SeatFor.SCHOOL:
        has = seat_queries.has_school(session, licence, school.id)
        return {"school": [Offer(school.name, at, 1, int(has))]}
    if kind is None:
        return {}
    found = _classes(session, licence, school, at, kind)
    if kind is SeatFor.PERSON:
        found["school"] = _roles(session, licence, school.id, at)
    return found


def _classes(
    session: Session, licence: Licence, school: School, at: dict[str, Any], kind: SeatFor
) -> dict[str, list[Offer]]:
    sizes = seat_queries.class_sizes(session, licence, school.id)
    if kind is SeatFor.CLASS:
        having = seat_queries.seated_classes(session, licence, school.id)
        sizes = [
            seat_queries.ClassSize(one.school_id, one.school_class, 1, int(one.school_class in having))
            for one in sizes
        ]
    classes = [
        Offer(one.school_class, {**at, "class": one.school_class}, one.pupils, one.seated) for one in sizes
    ]
    grades: dict[str, Offer] = {}
    for one in sizes:
        grade = rules.grade_of(one.school_class)
        if grade is not None:
            so_far = grades.get(grade, Offer(grade, {**at, "grade": grade}))
            size, seated = so_far.size + one.pupils, so_far.seated + one.seated
            grades[grade] = Offer(grade, so_far.values, size, seated)
    found = {"class": classes, "grade": list(grades.values())}
    if kind is SeatFor.CLASS and classes:
        whole = sum(one.size for one in classes), sum(one.seated for one in classes)
        found["school"] = [Offer(_("alle Klassen"), at, *whole)]
    return found


def _with_seat(rows: Select[Any], licence: Licence, column: Any, holder: Any) -> Select[Any]:
    """`rows` counted, with how many of them have an open seat."""
    seat = aliased(Seat)
    mine = and_(getattr(seat, column) == holder, seat.licence_id == licence.id, seat.released_on.is_(None))
    return rows.add_columns(func.count(holder), func.count(seat.id)).outerjoin(seat, mine)


def _roles(session: Session, licence: Licence, school_id: int | None, at: dict[str, Any]) -> list[Offer]:
    rows = _with_seat(select(Person.role), licence, "person_id", Person.id)
    rows = rows.where(Person.state == PersonState.ACTIVE)
    if school_id is not None:
        member = and_(Membership.person_id == Person.id, Membership.school_id == school_id)
        rows = rows.join(Membership, member)
    by_role = {role: (size, seated) for role, size, seated in session.execute(rows.group_by(Person.role))}
    present = [(role, name) for role, name in EVERYBODY.items() if role in by_role]
    return [Offer(_(name), {**at, "role": role.value}, *by_role[role]) for role, name in present]


def _town(session: Session, licence: Licence, kind: SeatFor | None) -> list[Offer]:
    if kind is SeatFor.PERSON:
        return _roles(session, licence, None, {})
    if kind is SeatFor.DEVICE:
        return _by_category(session, licence, None, {})
    return []


def _devices(
    session: Session, licence: Licence, school: School, at: dict[str, Any]
) -> dict[str, list[Offer]]:
    of_room = cast("Select[Any]", select(Room.id, Room.room).select_from(Device))
    rows = _with_seat(of_room, licence, "device_id", Device.id)
    rows = rows.join(Room, Room.id == Device.room_id)
    rows = rows.where(Device.school_id == school.id, Device.state != State.DISPOSED)
    rooms = [
        Offer(room, {**at, "room": ident}, size, seated)
        for ident, room, size, seated in session.execute(
            rows.group_by(Room.id, Room.room).order_by(Room.room)
        )
    ]
    return {"category": _by_category(session, licence, school.id, at), "room": rooms}


def _by_category(
    session: Session, licence: Licence, school_id: int | None, at: dict[str, Any]
) -> list[Offer]:
    of_category = cast("Select[Any]", select(Category.id, Category.name).select_from(Device))
    rows = _with_seat(of_category, licence, "device_id", Device.id)
    rows = rows.join(Category, Category.id == Device.category_id).where(Device.state != State.DISPOSED)
    if school_id is not None:
        rows = rows.where(Device.school_id == school_id)
    found = session.execute(rows.group_by(Category.id, Category.name).order_by(Category.name))
    return [Offer(name, {**at, "category": ident}, size, seated) for ident, name, size, seated in found]
