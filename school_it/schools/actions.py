"""What is done with schools, rooms and figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from school_it import audit
from school_it.access import Actor, May
from school_it.audit import Action
from school_it.database import expect_version
from school_it.errors import N_, BadValue, RuleBroken
from school_it.schools import queries, rules
from school_it.schools.models import Building, Room, School, YearlyFigures

SCHOOL_FIELDS = (
    "school_number", "name", "short_name", "school_type", "street", "postcode", "place", "email", "phone",
    "social_index", "use_concept_date", "support_confirmed", "directory_name",
)  # fmt: skip
ROOM_FIELDS = ("room", "name", "building_id", "floor", "use", "seats", "remark")
FIGURE_FIELDS = ("key_date", "pupils", "classes", "teachers", "rooms")


def add_school(session: Session, values: Mapping[str, Any], *, by: Actor) -> School:
    """Raises BadValue for a number that is none, RuleBroken where the school is there already."""
    by.must(May.EDIT_SCHOOLS, None)
    number = values.get("school_number") or ""
    if not rules.is_school_number(number):
        raise BadValue(
            N_("»%(number)s« ist keine Schulnummer: sechs Ziffern, die erste ist 1."), number=number
        )
    if queries.find_school(session, number) is not None:
        raise RuleBroken(N_("Die Schule %(number)s ist schon angelegt."), number=number)
    _refuse_known_name(session, number, values)
    school = School(**{name: values.get(name) for name in SCHOOL_FIELDS})
    session.add(school)
    audit.record(session, Action.SCHOOL_ADDED, school, by=by)
    return school


def change_school(
    session: Session, school: School, values: Mapping[str, Any], *, version: int | None = None, by: Actor
) -> None:
    by.must(May.EDIT_SCHOOLS, school.id)
    expect_version(school, version)
    _refuse_known_name(session, school.school_number, values)
    changes = audit.assign(school, values, SCHOOL_FIELDS[1:])
    if changes:
        audit.record(session, Action.SCHOOL_CHANGED, school, by=by, changes=changes)


def _refuse_known_name(session: Session, number: str, values: Mapping[str, Any]) -> None:
    name = values.get("directory_name")
    other = queries.directory_names(session).get(name.casefold()) if name else None
    if other not in (None, number):
        raise RuleBroken(rules.NAME_TAKEN, name=name, number=other)


def add_room(session: Session, school: School, values: Mapping[str, Any], *, by: Actor) -> Room:
    by.must(May.EDIT_ROOMS, school.id)
    number = values.get("room") or ""
    if not number:
        raise BadValue(N_("Ein Raum braucht eine Raumnummer."))
    if queries.find_room(session, school.id, number) is not None:
        raise RuleBroken(N_("Den Raum %(room)s gibt es an dieser Schule schon."), room=number)
    room = Room(school_id=school.id, **{name: values.get(name) for name in ROOM_FIELDS})
    session.add(room)
    audit.record(session, Action.ROOM_ADDED, room, by=by)
    return room


def change_room(
    session: Session, room: Room, values: Mapping[str, Any], *, version: int | None = None, by: Actor
) -> None:
    by.must(May.EDIT_ROOMS, room.school_id)
    expect_version(room, version)
    wanted = values.get("room", room.room)
    if wanted != room.room and queries.find_room(session, room.school_id, wanted) is not None:
        raise RuleBroken(N_("Den Raum %(room)s gibt es an dieser Schule schon."), room=wanted)
    changes = audit.assign(room, values, ROOM_FIELDS)
    if changes:
        audit.record(session, Action.ROOM_CHANGED, room, by=by, changes=changes)


def building(session: Session, school_id: int, name: str | None, *, by: Actor) -> Building | None:
    """The building of that name, made where the school has none yet; None for no name."""
    if not name:
        return None
    known = queries.find_building(session, school_id, name)
    if known is None:
        known = Building(school_id=school_id, name=name)
        session.add(known)
        audit.record(session, Action.BUILDING_ADDED, known, by=by)
    return known


def record_figures(
    session: Session,
    school: School,
    school_year: int,
    values: Mapping[str, Any],
    *,
    grade: str = "",
    by: Actor,
) -> YearlyFigures:
    """Enter or correct the figures of one school year."""
    by.must(May.EDIT_SCHOOLS, school.id)
    known = next(
        (
            row
            for row in queries.figures_of(session, school)
            if (row.school_year, row.grade) == (school_year, grade)
        ),
        None,
    )
    figures = known or YearlyFigures(school_id=school.id, school_year=school_year, grade=grade, pupils=0)
    session.add(figures)
    changes = audit.assign(figures, values, FIGURE_FIELDS)
    if known is None:
        session.flush()
        changes = audit.whole(figures)
    if changes:
        audit.record(session, Action.FIGURES_RECORDED, figures, by=by, changes=changes)
    return figures
