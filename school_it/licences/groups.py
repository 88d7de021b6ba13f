"""Who belongs to a group that has seats, and who of them has none: selects only, the same at ten and ten thousand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, and_, exists, func, or_, select, union_all
from sqlalchemy.orm import Session, aliased

from school_it.database import today
from school_it.devices.models import Device
from school_it.devices.rules import State
from school_it.licences.models import Licence, Seat, SeatRule
from school_it.licences.rules import Released, SeatFor
from school_it.people.models import Membership, Person
from school_it.people.rules import PersonRole, PersonState

KEYS: dict[SeatFor, tuple[str, ...]] = {
    SeatFor.PERSON: ("person_id",),
    SeatFor.DEVICE: ("device_id",),
    SeatFor.CLASS: ("school_id", "school_class"),
}
"""The columns of a seat that say who has it."""


@dataclass(frozen=True)
class Group:
    """Whom to give seats to; what is None narrows nothing. Without `school_id`: at all schools."""

    school_id: int | None = None
    role: PersonRole | None = None
    grade: str | None = None
    school_class: str | None = None
    category_id: int | None = None
    room_id: int | None = None


def wanted(kind: SeatFor, *conditions: ColumnElement[bool]) -> Subquery:
    """Who is to have a seat by the open rules of that kind: rule_id, licence_id, the columns of `KEYS`, `place`.

    `conditions` are about `SeatRule`. Whose seat somebody has released by hand gets none of that rule again.
    """
    build = {SeatFor.PERSON: _people, SeatFor.DEVICE: _devices, SeatFor.CLASS: _classes}[kind]
    rule = (SeatRule.kind == kind, SeatRule.ended_on.is_(None), *conditions)
    found: Subquery = build(rule).subquery()
    return found


def lasting() -> ColumnElement[bool]:
    """For a select of licences: what is over gets no more seats."""
    return or_(Licence.valid_to.is_(None), Licence.valid_to >= today(), Licence.renews.is_(True))


def _fits(column: Any, value: Any) -> ColumnElement[bool]:
    return or_(column.is_(None), column == value)


def _people(rule: tuple[ColumnElement[bool], ...]) -> Any:
    by_hand = aliased(Seat)
    refused = exists().where(
        by_hand.rule_id == SeatRule.id,
        by_hand.person_id == Person.id,
        by_hand.released_why == Released.BY_HAND,
    )
    belongs = (
        Person.state == PersonState.ACTIVE,
        _fits(SeatRule.role, Person.role),
        or_(SeatRule.school_class.is_(None), _at(Person.school_class == SeatRule.school_class)),
        or_(SeatRule.grade.is_(None), _at(func.substr(Person.school_class, 1, 2) == SeatRule.grade)),
        ~refused,
    )
    columns = (
        SeatRule.id.label("rule_id"), SeatRule.licence_id, Person.id.label("person_id"),
        (func.coalesce(Person.school_class, "") + " " + Person.sort_name).label("place"), Person.school_id.label("at"),
    )  # fmt: skip
    of_school = (
        select(*columns)
        .join(Membership, Membership.school_id == SeatRule.school_id)
        .join(Person, Person.id == Membership.person_id)
    )
    of_town = select(*columns).join(Person, Person.state == PersonState.ACTIVE)
    of_town = of_town.where(SeatRule.school_id.is_(None))
    return union_all(of_school.where(*rule, *belongs), of_town.where(*rule, *belongs))


def _at(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """A class is one of the main school."""
    return and_(condition, Person.school_id == SeatRule.school_id)


def _devices(rule: tuple[ColumnElement[bool], ...]) -> Any:
    by_hand = aliased(Seat)
    refused = exists().where(
        by_hand.rule_id == SeatRule.id,
        by_hand.device_id == Device.id,
        by_hand.released_why == Released.BY_HAND,
    )
    belongs = (
        Device.state != State.DISPOSED,
        _fits(SeatRule.category_id, Device.category_id),
        _fits(SeatRule.room_id, Device.room_id),
        ~refused,
    )
    columns = (
        SeatRule.id.label("rule_id"), SeatRule.licence_id, Device.id.label("device_id"),
        Device.tag_folded.label("place"), Device.school_id.label("at"),
    )  # fmt: skip
    of_school = select(*columns).join(Device, Device.school_id == SeatRule.school_id)
    of_town = (
        select(*columns).join(Device, Device.state != State.DISPOSED).where(SeatRule.school_id.is_(None))
    )
    return union_all(of_school.where(*rule, *belongs), of_town.where(*rule, *belongs))


def _classes(rule: tuple[ColumnElement[bool], ...]) -> Any:
    """The classes that active pupils are in."""
    by_hand = aliased(Seat)
    refused = exists().where(
        by_hand.rule_id == SeatRule.id, by_hand.school_id == Person.school_id,
        by_hand.school_class == Person.school_class, by_hand.released_why == Released.BY_HAND,
    )  # fmt: skip
    belongs = (
        Person.state == PersonState.ACTIVE,
        Person.role == PersonRole.PUPIL,
        Person.school_class.is_not(None),
        _fits(SeatRule.school_class, Person.school_class),
        _fits(SeatRule.grade, func.substr(Person.school_class, 1, 2)),
        ~refused,
    )
    columns = (
        SeatRule.id.label("rule_id"), SeatRule.licence_id, Person.school_id, Person.school_class,
        Person.school_class.label("place"), Person.school_id.label("at"),
    )  # fmt: skip
    of_school = select(*columns).join(Person, Person.school_id == SeatRule.school_id)
    return of_school.where(*rule, *belongs).distinct()


def has_none(kind: SeatFor, group: Subquery) -> ColumnElement[bool]:
    """For a select of `wanted`: no open seat of that licence is theirs."""
    same = (Seat.__table__.c[key] == group.c[key] for key in KEYS[kind])
    return ~exists().where(Seat.licence_id == group.c.licence_id, Seat.released_on.is_(None), *same)


def is_wanted(kind: SeatFor, group: Subquery) -> ColumnElement[bool]:
    """For a select of seats: some open rule still wants this one."""
    same = (Seat.__table__.c[key] == group.c[key] for key in KEYS[kind])
    return exists().where(Seat.licence_id == group.c.licence_id, *same)


def joiners(kind: SeatFor, *conditions: ColumnElement[bool], waiting_first: bool = False) -> Select[Any]:
    """Who of the groups has no seat yet, each once for each licence, in the order in which seats are given.

    By class and name; `waiting_first`: who has been in the register for longer comes before whoever joins.
    """
    group = wanted(kind, *conditions)
    keys = [group.c[key] for key in KEYS[kind]]
    rows = select(
        group.c.licence_id, func.min(group.c.rule_id).label("rule_id"), *keys,
        func.min(group.c.place).label("place"), func.min(group.c.at).label("at"),
    )  # fmt: skip
    rows = rows.where(has_none(kind, group)).group_by(group.c.licence_id, *keys)
    by_place = (func.min(group.c.place), *keys)
    return rows.order_by(group.c.licence_id, *(keys if waiting_first and len(keys) == 1 else by_place))


def number_missing(session: Session, licence: Licence, kind: SeatFor) -> int:
    """How many belong to a group of this licence and have no seat."""
    rows = joiners(kind, SeatRule.licence_id == licence.id).order_by(None).subquery()
    return session.scalar(select(func.count()).select_from(rows)) or 0


def missing_people(licence: Licence) -> Select[Person]:
    """Those of the groups of a licence for whom no seat is left; not ordered."""
    rows = joiners(SeatFor.PERSON, SeatRule.licence_id == licence.id).order_by(None).subquery()
    return select(Person).where(Person.id.in_(select(rows.c.person_id)))
