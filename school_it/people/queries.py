"""Finding people and runs of the sync; `seen_by` narrows each to what that person may see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from sys import intern
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import Session

from school_it.access import Actor, May
from school_it.errors import N_, NotThere
from school_it.people import holdings
from school_it.people.models import Membership, Person, SyncRun
from school_it.people.rules import PersonRole, PersonState, folded
from school_it.people.steps import KnownPerson, KnownSchool
from school_it.schools.models import School

MANY = 20
FILE = "file"
"""The source of people whom a file brought. All other sources are directories."""


class Wish(NamedTuple):
    """What a list of people is narrowed to; None leaves it open."""

    text: str | None = None
    school_number: str | None = None
    role: PersonRole | None = None
    school_class: str | None = None
    state: PersonState | None = None
    holding: bool = False


def visible(seen_by: Actor, may: May = May.SEE_PEOPLE) -> ColumnElement[bool]:
    """The people of the schools within reach, by any of their schools."""
    scope = seen_by.scope(may)
    if scope.everywhere:
        return Person.state != PersonState.FORGOTTEN
    at_one_of_them = exists().where(Membership.person_id == Person.id, scope.where(Membership.school_id))
    return at_one_of_them & (Person.state != PersonState.FORGOTTEN)


def people(wish: Wish, *, seen_by: Actor, may: May = May.SEE_PEOPLE) -> Select[Person]:
    """Not ordered: `web.lists.slice_of` does that, by `Person.sort_name`."""
    return select(Person).where(visible(seen_by, may), *_conditions(wish))


def _conditions(wish: Wish) -> list[ColumnElement[bool]]:
    conditions = [Person.folded.contains(word, autoescape=True) for word in folded(wish.text or "").split()]
    if wish.school_number:
        here = select(School.id).where(School.school_number == wish.school_number).scalar_subquery()
        conditions.append(
            exists().where(Membership.person_id == Person.id, Membership.school_id == here).correlate(Person)
        )
    if wish.role:
        conditions.append(Person.role == wish.role)
    if wish.school_class:
        conditions.append(Person.school_class == wish.school_class)
    if wish.state:
        conditions.append(Person.state == wish.state)
    if wish.holding:
        conditions.append(holdings.holds_something())
    return conditions


def get_person(session: Session, ident: int, *, seen_by: Actor, may: May = May.SEE_PEOPLE) -> Person:
    found = session.scalar(select(Person).where(Person.id == ident, visible(seen_by, may)))
    if found is None:
        raise NotThere(N_("Diese Person gibt es hier nicht."))
    return found


def matching_people(
    session: Session, text: str, *, seen_by: Actor, may: May = May.SEE_PEOPLE, limit: int = MANY
) -> Sequence[Person]:
    """For the search and for choosing who gets something, for which `may` is asked: active people first."""
    rows = people(Wish(text=text), seen_by=seen_by, may=may)
    active_first = (Person.state != PersonState.ACTIVE, Person.sort_name, Person.id)
    return session.scalars(rows.order_by(*active_first).limit(limit)).all()


def classes(session: Session, *, seen_by: Actor, school_number: str | None = None) -> list[str]:
    """The classes that active people within reach are in."""
    wish = Wish(school_number=school_number, state=PersonState.ACTIVE)
    rows = people(wish, seen_by=seen_by).with_only_columns(Person.school_class).distinct()
    return sorted(name for name in session.scalars(rows) if name)


def numbers_by_state(session: Session, *, seen_by: Actor) -> dict[PersonState, int]:
    rows = select(Person.state, func.count()).where(visible(seen_by)).group_by(Person.state)
    return dict(session.execute(rows).all())


def schools_of(session: Session, person: Person) -> list[School]:
    """The main school first."""
    rows = select(School).join(Membership, Membership.school_id == School.id)
    rows = rows.where(Membership.person_id == person.id).order_by(School.name)
    return sorted(session.scalars(rows), key=lambda school: school.id != person.school_id)


def returns_due(session: Session) -> int:
    """How many people have left and still hold something."""
    wanted = (Person.state == PersonState.LEFT, holdings.holds_something())
    return session.scalar(select(func.count()).select_from(Person).where(*wanted)) or 0


# --- for the sync ---


def known_schools(session: Session) -> list[KnownSchool]:
    rows = session.execute(select(School.school_number, School.directory_name))
    return [KnownSchool(number, name) for number, name in rows]


A_FEW = {"yield_per": 1000}
"""Rows at a time: a town's people are many."""
COLUMNS = tuple(getattr(Person, item.name) for item in fields(KnownPerson) if item.name != "school_numbers")


def known_people(session: Session, source: str) -> list[KnownPerson]:
    """Everybody of that source who has not been forgotten, as plain values, with two statements."""
    return _known_where(session, Person.source == source)


def known_of_directories(session: Session) -> list[KnownPerson]:
    """Everybody whom a directory has brought, whichever."""
    return _known_where(session, Person.source != FILE)


def _known_where(session: Session, *conditions: ColumnElement[bool]) -> list[KnownPerson]:
    wanted = (*conditions, Person.state != PersonState.FORGOTTEN)
    schools = school_numbers(session, *wanted)
    rows = session.execute(select(*COLUMNS).where(*wanted).order_by(Person.id), execution_options=A_FEW)
    return [_known(row, schools) for row in rows]


def sources(session: Session) -> Sequence[str]:
    """Where the people come from: the directory, files."""
    return session.scalars(select(Person.source).distinct().order_by(Person.source)).all()


class _Once(dict[tuple[str, ...], tuple[str, ...]]):
    """A town's people are at few schools: equal values are kept once."""

    def __call__(self, value: tuple[str, ...]) -> tuple[str, ...]:
        return self.setdefault(value, value)


def _known(row: Any, schools: Mapping[int, tuple[str, ...]]) -> KnownPerson:
    told = dict(row._mapping)
    for name in ("source", "school_class", "class_raw"):
        told[name] = told[name] and intern(told[name])
    return KnownPerson(**told, school_numbers=schools.get(row.id, ()))


def school_numbers(session: Session, *wanted: ColumnElement[bool]) -> dict[int, tuple[str, ...]]:
    """By person id the numbers of their schools, the main one first."""
    found: dict[int, tuple[str, ...]] = {}
    once = _Once()
    rows = (
        select(Membership.person_id, School.school_number)
        .join(Person, Person.id == Membership.person_id)
        .join(School, School.id == Membership.school_id)
        .where(*wanted)
        .order_by(Membership.person_id, School.id != Person.school_id, School.school_number)
    )
    for person_id, number in session.execute(rows, execution_options=A_FEW):
        found[person_id] = once((*found.get(person_id, ()), number))
    return found


def runs(session: Session, limit: int = MANY, source: str | None = None) -> Sequence[SyncRun]:
    """The newest first, of all directories or of one."""
    wanted = () if source is None else (SyncRun.source == source,)
    return session.scalars(select(SyncRun).where(*wanted).order_by(SyncRun.id.desc()).limit(limit)).all()


def last_taken_over(session: Session) -> dict[str, datetime]:
    """By directory the end of its newest run that was taken over; a run without changes counts."""
    wanted = select(SyncRun.source, func.max(SyncRun.ended_at)).where(SyncRun.applied)
    rows = session.execute(wanted.group_by(SyncRun.source))
    return {name: at for name, at in rows if at}


def get_run(session: Session, ident: int) -> SyncRun:
    run = session.get(SyncRun, ident)
    if run is None:
        raise NotThere(N_("Diesen Abgleich gibt es nicht."))
    return run


def names(session: Session, idents: Sequence[int]) -> dict[int, str]:
    """By id the names of those who still have one; for as many as one page shows."""
    wanted = (Person.id.in_(idents), Person.state != PersonState.FORGOTTEN)
    return {person.id: person.name for person in session.scalars(select(Person).where(*wanted))}
