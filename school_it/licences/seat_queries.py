"""Who has seats of which licence; `seen_by` narrows each to what that person may see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, union_all
from sqlalchemy.orm import Session, aliased, joinedload

from school_it import audit
from school_it.access import Actor, May
from school_it.database import held
from school_it.devices.models import Device
from school_it.errors import N_, NotThere
from school_it.licences import groups, queries
from school_it.licences.models import Licence, Seat, SeatRule
from school_it.licences.rules import SeatFor
from school_it.people.models import Membership, Person
from school_it.people.rules import PersonState, folded
from school_it.schools.models import School

OPEN = Seat.released_on.is_(None)
SHOWN_RELEASED, SHOWN_RULES = 5, 100


@dataclass(frozen=True)
class Wish:
    """What a list of seats is narrowed to; `state` is ``open``, ``released`` or ``over`` (given beyond the number)."""

    text: str = ""
    school_number: str | None = None
    school_class: str | None = None
    rule_id: int | None = None
    state: str = "open"


def hold(session: Session, ident: int) -> Licence:
    """The licence as it is now. In a writing transaction nobody else gives its seats before that ends."""
    rows = held(session, select(Licence).where(Licence.id == ident), Licence)
    found: Licence | None = session.scalar(rows.execution_options(populate_existing=True))
    if found is None:
        raise NotThere(N_("Diese Lizenz gibt es hier nicht."))
    return found


def used(session: Session, idents: Sequence[int] | None = None) -> Mapping[int, int]:
    """By licence id how many seats are given away; licences without any are missing."""
    rows = select(Seat.licence_id, func.count()).where(OPEN).group_by(Seat.licence_id)
    if idents is not None:
        rows = rows.where(Seat.licence_id.in_(idents))
    return dict(session.execute(rows).all())


def number_used(session: Session, licence: Licence) -> int:
    return used(session, [licence.id]).get(licence.id, 0)


def within(seen_by: Actor, may: May = May.SEE_LICENCES) -> ColumnElement[bool]:
    """The seats of the schools within reach: of their people, devices and classes."""
    scope = seen_by.scope(may)
    if scope.everywhere:
        return Seat.id.is_not(None)
    member = exists().where(Membership.person_id == Seat.person_id, scope.where(Membership.school_id))
    device = exists().where(Device.id == Seat.device_id, scope.where(Device.school_id))
    return or_(member, device, scope.where(Seat.school_id))


def seats(wish: Wish, licence: Licence | None = None, *, seen_by: Actor) -> Select[Seat]:
    """Not ordered: `web.lists.slice_of` does that, by the id."""
    rows = select(Seat).where(within(seen_by), *_conditions(wish))
    return rows if licence is None else rows.where(Seat.licence_id == licence.id)


def _conditions(wish: Wish) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wish.state == "released":
        found.append(Seat.released_on.is_not(None))
    else:
        found.append(OPEN)
    if wish.state == "over":
        found.append(Seat.over_reason.is_not(None))
    for word in folded(wish.text).split():
        named = exists().where(Person.id == Seat.person_id, Person.folded.contains(word, autoescape=True))
        tagged = exists().where(Device.id == Seat.device_id, Device.search.contains(word, autoescape=True))
        found.append(or_(named, tagged))
    if wish.school_number:
        found.append(_at_school(select(School.id).where(School.school_number == wish.school_number)))
    if wish.school_class:
        pupil = exists().where(Person.id == Seat.person_id, Person.school_class == wish.school_class)
        found.append(or_(pupil, Seat.school_class == wish.school_class))
    if wish.rule_id:
        found.append(Seat.rule_id == wish.rule_id)
    return found


def _at_school(school: Any) -> ColumnElement[bool]:
    member = exists().where(Membership.person_id == Seat.person_id, Membership.school_id.in_(school))
    device = exists().where(Device.id == Seat.device_id, Device.school_id.in_(school))
    return or_(member, device, Seat.school_id.in_(school))


def get_seat(session: Session, licence: Licence, ident: int, *, seen_by: Actor, may: May) -> Seat:
    found = session.scalar(
        select(Seat).where(Seat.id == ident, Seat.licence_id == licence.id, OPEN, within(seen_by, may))
    )
    if found is None:
        raise NotThere(N_("Diesen Platz gibt es hier nicht."))
    return found


def _seen(by: Actor) -> ColumnElement[bool]:
    """The groups of the reader's schools, and those of all schools."""
    return or_(by.scope(May.SEE_LICENCES).where(SeatRule.school_id), SeatRule.school_id.is_(None))


def told_of_rules(
    session: Session, licence: Licence, *, seen_by: Actor
) -> list[tuple[audit.Entry, SeatRule]]:
    """When which group got seats and when that ended, the newest first."""
    rows = select(SeatRule).where(SeatRule.licence_id == licence.id, _seen(seen_by))
    rules = {one.id: one for one in session.scalars(rows.order_by(SeatRule.id.desc()).limit(SHOWN_RULES))}
    wanted = select(audit.Entry).where(
        audit.Entry.object_type == SeatRule.__tablename__,
        audit.Entry.object_id.in_(rules),
        audit.Entry.action.in_((audit.Action.SEATS_RULED, audit.Action.SEATS_RULE_ENDED)),
    )
    entries = session.scalars(wanted.order_by(audit.Entry.id.desc())).all()
    removed = audit.removals(session, entries)  # SQLite gives the number of what an undo has removed again
    return [
        (one, rules[one.object_id])
        for one in entries
        if one.object_id is not None and one.id > removed.get((one.object_type, one.object_id), 0)
    ]


def rules_of(session: Session, licence: Licence, *, seen_by: Actor) -> list[tuple[SeatRule, int]]:
    """The groups that have seats, each with how many; those of all schools are seen by everybody."""
    open_ones = (SeatRule.licence_id == licence.id, SeatRule.ended_on.is_(None))
    rows = select(SeatRule).where(*open_ones, _seen(seen_by))
    found = session.scalars(
        rows.order_by(SeatRule.school_id, SeatRule.grade, SeatRule.school_class, SeatRule.id)
    ).all()
    counts = (
        select(Seat.rule_id, func.count()).where(Seat.licence_id == licence.id, OPEN).group_by(Seat.rule_id)
    )
    by_rule = dict(session.execute(counts).all())
    return [(one, by_rule.get(one.id, 0)) for one in found]


def get_rule(session: Session, licence: Licence, ident: int, *, seen_by: Actor, may: May) -> SeatRule:
    scope = seen_by.scope(may)
    found = session.scalar(
        select(SeatRule).where(
            SeatRule.id == ident, SeatRule.licence_id == licence.id, SeatRule.ended_on.is_(None)
        )
    )
    if found is None or not scope.holds(found.school_id):
        raise NotThere(N_("Diese Zuteilung gibt es hier nicht."))
    return found


def of_person(session: Session, person_id: int, *, seen_by: Actor) -> Sequence[Seat]:
    """The open seats of somebody whose page the reader sees."""
    return session.scalars(
        select(Seat).join(Licence, Licence.id == Seat.licence_id)
        .where(Seat.person_id == person_id, OPEN, queries.within(seen_by)).order_by(Licence.product, Seat.id)
    ).all()  # fmt: skip


def released_of_person(session: Session, person_id: int, *, seen_by: Actor) -> Sequence[Seat]:
    """The seats that somebody has had and has no more, the latest first."""
    again = aliased(Seat)
    still = exists().where(
        again.licence_id == Seat.licence_id,
        again.person_id == person_id,
        again.released_on.is_(None),
    )
    rows = select(Seat).join(Licence, Licence.id == Seat.licence_id)
    rows = rows.where(Seat.person_id == person_id, ~OPEN, ~still, queries.within(seen_by))
    return session.scalars(rows.order_by(Seat.released_on.desc(), Seat.id.desc()).limit(SHOWN_RELEASED)).all()


def without_seat(session: Session, person_id: int, *, seen_by: Actor) -> Sequence[Licence]:
    """The licences of whose groups this person is one, and whose seats had run out."""
    rows = groups.joiners(SeatFor.PERSON, SeatRule.missing > 0).order_by(None).subquery()
    lacking = select(rows.c.licence_id).where(rows.c.person_id == person_id)
    wanted = select(Licence).where(Licence.id.in_(lacking), groups.lasting(), queries.within(seen_by))
    return session.scalars(wanted.order_by(Licence.product, Licence.id)).all()


def of_device(session: Session, device_id: int, *, seen_by: Actor) -> Sequence[Seat]:
    return session.scalars(
        select(Seat).join(Licence, Licence.id == Seat.licence_id)
        .where(Seat.device_id == device_id, OPEN, queries.within(seen_by)).order_by(Licence.product, Seat.id)
    ).all()  # fmt: skip


def by_school(session: Session) -> dict[tuple[int, int | None], int]:
    """By licence and school (main school of a person) how many seats are given away."""
    at = func.coalesce(Person.school_id, Device.school_id, Seat.school_id)
    rows = select(Seat.licence_id, at, func.count()).outerjoin(Person, Person.id == Seat.person_id)
    rows = rows.outerjoin(Device, Device.id == Seat.device_id).where(OPEN).group_by(Seat.licence_id, at)
    return {(licence, school): number for licence, school, number in session.execute(rows)}


def used_at(session: Session, school_id: int) -> dict[int, int]:
    """By licence how many open seats are those of people (by main school), devices and classes of a school."""
    people = (
        select(Seat.licence_id)
        .join(Person, Person.id == Seat.person_id)
        .where(Person.school_id == school_id, OPEN)
    )
    devices = select(Seat.licence_id).join(Device, Device.id == Seat.device_id)
    own = select(Seat.licence_id).where(Seat.school_id == school_id, OPEN)
    rows = union_all(people, devices.where(Device.school_id == school_id, OPEN), own).subquery()
    return dict(session.execute(select(rows.c.licence_id, func.count()).group_by(rows.c.licence_id)).all())


@dataclass(frozen=True)
class ClassSize:
    """A class of a school, how many active pupils are in it, and how many of them have a seat already."""

    school_id: int
    school_class: str
    pupils: int
    seated: int


def class_sizes(session: Session, licence: Licence, school_id: int) -> list[ClassSize]:
    """The classes of a school by name."""
    seat = aliased(Seat)
    mine = and_(seat.person_id == Person.id, seat.licence_id == licence.id, seat.released_on.is_(None))
    rows = (
        select(Person.school_class, func.count(Person.id), func.count(seat.id))
        .outerjoin(seat, mine)
        .where(
            Person.school_id == school_id,
            Person.school_class.is_not(None),
            Person.state == PersonState.ACTIVE,
        )
        .group_by(Person.school_class)
        .order_by(Person.school_class)
    )
    return [
        ClassSize(school_id, name or "", pupils, seated) for name, pupils, seated in session.execute(rows)
    ]


def seated(session: Session, licence: Licence, person_ids: Sequence[int]) -> set[int]:
    """Those of the people who have a seat of the licence."""
    rows = select(Seat.person_id).where(Seat.licence_id == licence.id, OPEN, Seat.person_id.in_(person_ids))
    return {ident for ident in session.scalars(rows) if ident is not None}


def seated_classes(session: Session, licence: Licence, school_id: int) -> set[str]:
    rows = select(Seat.school_class).where(Seat.licence_id == licence.id, OPEN, Seat.school_id == school_id)
    return {name for name in session.scalars(rows) if name is not None}


def has_school(session: Session, licence: Licence, school_id: int) -> bool:
    own = (Seat.licence_id == licence.id, OPEN, Seat.school_id == school_id, Seat.school_class.is_(None))
    return session.scalar(select(Seat.id).where(*own)) is not None


def holding(session: Session, idents: Sequence[int], *, seen_by: Actor) -> dict[int, Seat]:
    """By id those of the seats, released ones too, whose holder the reader may see; for as many as one page shows."""
    if not idents:
        return {}
    rows = select(Seat).where(Seat.id.in_(idents), within(seen_by), within(seen_by, May.SEE_PEOPLE))
    return {seat.id: seat for seat in session.scalars(rows).unique()}


def ruling(session: Session, idents: Sequence[int], *, seen_by: Actor) -> dict[int, SeatRule]:
    """By id those of the groups that have or had seats which the reader sees."""
    if not idents:
        return {}
    rows = (
        select(SeatRule).where(SeatRule.id.in_(idents), _seen(seen_by)).options(joinedload(SeatRule.licence))
    )
    return {rule.id: rule for rule in session.scalars(rows).unique()}


def rows_for_report(session: Session, *, seen_by: Actor, school_id: int | None = None) -> Sequence[Seat]:
    """The open seats for the report, by licence; people only where the reader may see people."""
    rows = select(Seat).where(OPEN, within(seen_by), within(seen_by, May.SEE_PEOPLE))
    if school_id is not None:
        rows = rows.where(_at_school(select(School.id).where(School.id == school_id)))
    return session.scalars(rows.order_by(Seat.licence_id, Seat.id)).unique().all()
