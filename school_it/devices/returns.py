"""Who should give something back: people who have left, those who are about to, and those who changed schools."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, Date, Select, and_, exists, func, literal, or_, select
from sqlalchemy.orm import Session

from school_it.access import Actor, May
from school_it.database import portions, today
from school_it.devices.models import Device
from school_it.errors import N_
from school_it.people import queries as people_queries
from school_it.people.models import Membership, Person
from school_it.people.rules import PersonState, folded
from school_it.schools.models import School

AHEAD = timedelta(days=90)
"""So long before the day of leaving somebody is told of already."""
FAR = date(9999, 12, 31)


class Which(StrEnum):
    """Whose returns are looked at; without a word those of everybody who has left."""

    LEFT = "left"
    OVERDUE = "overdue"
    LEAVING = "leaving"
    MOVED = "moved"


WHICH = {
    Which.LEFT: N_("abgegangen"),
    Which.OVERDUE: N_("abgegangen, Frist vorbei"),
    Which.LEAVING: N_("gehen in den nächsten 90 Tagen"),
    Which.MOVED: N_("jetzt an einer anderen Schule"),
}


@dataclass(frozen=True)
class Wish:
    """What the list is narrowed to; `days` after leaving a return is due."""

    days: int
    which: Which = Which.LEFT
    school_number: str | None = None
    school_class: str | None = None
    text: str | None = None


@dataclass(frozen=True)
class Task:
    """One person and the devices to be given back. `elsewhere`: further ones beyond the reader's schools."""

    person: Person
    devices: Sequence[Device]
    elsewhere: int
    due_on: date | None

    @property
    def overdue(self) -> bool:
        return self.due_on is not None and self.due_on < today()


def due_on(person: Person, devices: Sequence[Device], days: int) -> date | None:
    """So many days after leaving; the day of leaving beforehand; else what was agreed for the device."""
    if person.left_on is not None:
        return person.left_on + timedelta(days=days)
    return person.leaves_on or min((one.due_on for one in devices if one.due_on), default=None)


def people(wish: Wish, *, seen_by: Actor) -> Select[Person]:
    """Not ordered: `ORDER`, then the id."""
    return select(Person).where(_seen(seen_by), _which(wish, seen_by), *_conditions(wish))


ORDER = func.coalesce(Person.left_on, Person.leaves_on, literal(FAR, Date))
"""Who has left longest ago stands first: that return is due first."""


def _held(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(Device.person_id == Person.id, *conditions).correlate(Person)


def _seen(actor: Actor) -> ColumnElement[bool]:
    """People of the own schools, and whoever has a device of one of them."""
    scope = actor.scope(May.SEE_DEVICES)
    named = Person.state != PersonState.FORGOTTEN
    if scope.everywhere:
        return named
    return or_(people_queries.visible(actor), and_(named, _held(scope.where(Device.school_id))))


def _which(wish: Wish, actor: Actor) -> ColumnElement[bool]:
    if wish.which is Which.MOVED:
        within = actor.scope(May.SEE_DEVICES).where(Device.school_id)
        return and_(Person.state == PersonState.ACTIVE, _held(foreign(), within))
    if wish.which is Which.LEAVING:
        soon = Person.leaves_on.between(today(), today() + AHEAD)
        return and_(Person.state == PersonState.ACTIVE, soon, _held())
    left = and_(Person.state == PersonState.LEFT, _held())
    if wish.which is Which.OVERDUE:
        return and_(left, Person.left_on < today() - timedelta(days=wish.days))
    return left


def foreign() -> ColumnElement[bool]:
    """A device of a school to which its holder does not belong (any more)."""
    belongs = exists().where(
        Membership.person_id == Device.person_id, Membership.school_id == Device.school_id
    )
    return and_(Device.school_id.is_not(None), ~belongs.correlate(Device))


def _conditions(wish: Wish) -> list[ColumnElement[bool]]:
    conditions = [Person.folded.contains(word, autoescape=True) for word in folded(wish.text or "").split()]
    if wish.school_class:
        conditions.append(Person.school_class == wish.school_class)
    if wish.school_number:
        here = select(School.id).where(School.school_number == wish.school_number).scalar_subquery()
        member = exists().where(Membership.person_id == Person.id, Membership.school_id == here)
        conditions.append(or_(member.correlate(Person), _held(Device.school_id == here)))
    return conditions


def tasks(session: Session, found: Sequence[Person], wish: Wish, *, seen_by: Actor) -> list[Task]:
    """What these people have, in their order, with one statement."""
    scope = seen_by.scope(May.SEE_DEVICES)
    held = _devices_of(session, [person.id for person in found], only_foreign=wish.which is Which.MOVED)
    made = []
    for person in found:
        seen = [device for device in held.get(person.id, ()) if scope.holds(device.school_id)]
        elsewhere = len(held.get(person.id, ())) - len(seen)
        made.append(Task(person, seen, elsewhere, due_on(person, seen, wish.days)))
    return made


def _devices_of(session: Session, idents: Sequence[int], *, only_foreign: bool) -> Mapping[int, list[Device]]:
    rows = select(Device).where(Device.person_id.in_(idents)).order_by(Device.tag_folded)
    found: defaultdict[int, list[Device]] = defaultdict(list)
    for device in session.scalars(rows.where(foreign()) if only_foreign else rows):
        if device.person_id is not None:
            found[device.person_id].append(device)
    return found


def for_paper(session: Session, wish: Wish, *, seen_by: Actor, limit: int | None = None) -> list[Task]:
    """The tasks that hold something the reader sees, class by class."""
    rows = people(wish, seen_by=seen_by).order_by(
        Person.school_id, func.coalesce(Person.school_class, ""), Person.sort_name, Person.id
    )
    found = session.scalars(rows.limit(limit)).unique().all()
    made = [task for some in portions(found) for task in tasks(session, some, wish, seen_by=seen_by)]
    return [task for task in made if task.devices]


def classes(session: Session, wish: Wish, *, seen_by: Actor) -> list[str]:
    rows = people(Wish(wish.days, wish.which, wish.school_number), seen_by=seen_by)
    names = session.scalars(rows.with_only_columns(Person.school_class).distinct())
    return sorted(name for name in names if name)


def number(session: Session, *, seen_by: Actor) -> int:
    """How many people have left and still have a device."""
    rows = people(Wish(days=0), seen_by=seen_by).with_only_columns(Person.id)
    return session.scalar(select(func.count()).select_from(rows.subquery())) or 0
