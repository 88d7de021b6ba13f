"""Finding schools, rooms and figures; `seen_by` narrows each to what that person may see."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, Row, RowMapping, Select, and_, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from school_it.access import Actor, May, Scope
from school_it.errors import N_, NotThere
from school_it.schools.models import Building, Room, School, YearlyFigures


def schools(session: Session, *, seen_by: Actor, may: May = May.SEE_SCHOOLS) -> Sequence[School]:
    """The schools within reach, by name."""
    return session.scalars(
        select(School).where(seen_by.scope(may).where(School.id)).order_by(School.name, School.id)
    ).all()


def listed_schools(*, seen_by: Actor) -> Select[School]:
    """The schools within reach, for `web.lists.slice_of`."""
    return select(School).where(seen_by.scope(May.SEE_SCHOOLS).where(School.id))


def listed_rooms(*, seen_by: Actor, school_number: str | None = None) -> Select[Room]:
    """The rooms within reach, of one school or of all, for `web.lists.slice_of`."""
    wanted = select(Room).join(School, School.id == Room.school_id)
    wanted = wanted.where(seen_by.scope(May.SEE_SCHOOLS).where(Room.school_id))
    return wanted if school_number is None else wanted.where(School.school_number == school_number)


def choices(session: Session, *, seen_by: Actor, may: May = May.SEE_SCHOOLS) -> list[tuple[str, str]]:
    """School number and name of the schools within reach, as a select field wants them."""
    rows = session.execute(
        select(School.school_number, School.name)
        .where(seen_by.scope(may).where(School.id))
        .order_by(School.name)
    )
    return [(number, f"{name} ({number})") for number, name in rows]


def find_school(session: Session, number: str) -> School | None:
    return session.scalar(select(School).where(School.school_number == number))


def directory_names(session: Session) -> dict[str, str]:
    """Which school has which name in the directory: folded name to school number. Capital letters do not count."""
    named = select(School.directory_name, School.school_number).where(School.directory_name.is_not(None))
    return {name.casefold(): number for name, number in session.execute(named) if name is not None}


def get_school(session: Session, number: str, *, seen_by: Actor, may: May = May.SEE_SCHOOLS) -> School:
    school = find_school(session, number)
    if school is None or not seen_by.scope(may).holds(school.id):
        raise NotThere(N_("Die Schule %(number)s gibt es hier nicht."), number=number)
    return school


def ids_by_number(session: Session) -> dict[str, int]:
    return dict(session.execute(select(School.school_number, School.id)).all())


def names_by_number(session: Session) -> Sequence[Row[str, str, str | None]]:
    """Number, name and short name of every school."""
    return session.execute(select(School.school_number, School.name, School.short_name)).all()


def rooms_of(session: Session, school: School) -> Sequence[Room]:
    return session.scalars(select(Room).where(Room.school_id == school.id).order_by(Room.room)).all()


def find_room(session: Session, school_id: int, room: str) -> Room | None:
    return session.scalar(select(Room).where(Room.school_id == school_id, Room.room == room))


def get_room(session: Session, school: School, room: str) -> Room:
    found = find_room(session, school.id, room)
    if found is None:
        raise NotThere(N_("Den Raum %(room)s gibt es an dieser Schule nicht."), room=room)
    return found


def rooms_by_school(
    session: Session, schools: Collection[str | None]
) -> dict[str | None, dict[str, str | None]]:
    """By school number, the rooms that are there with their names."""
    wanted = select(School.school_number, Room.room, Room.name).join(School, School.id == Room.school_id)
    found: dict[str | None, dict[str, str | None]] = {}
    for number, room, name in session.execute(wanted.where(School.school_number.in_(schools))):
        found.setdefault(number, {})[room] = name
    return found


def buildings_by_school(session: Session) -> dict[str, dict[str, int]]:
    """By school number, the buildings by name with their ids."""
    wanted = select(School.school_number, Building.name, Building.id).join(School)
    found: dict[str, dict[str, int]] = {}
    for number, name, ident in session.execute(wanted):
        found.setdefault(number, {})[name] = ident
    return found


def find_building(session: Session, school_id: int, name: str) -> Building | None:
    return session.scalar(select(Building).where(Building.school_id == school_id, Building.name == name))


def buildings_of(session: Session, school: School) -> Sequence[Building]:
    return session.scalars(
        select(Building).where(Building.school_id == school.id).order_by(Building.name)
    ).all()


def figures_of(session: Session, school: School) -> Sequence[YearlyFigures]:
    """All yearly figures, the newest school year first, the whole school before its grades."""
    wanted = select(YearlyFigures).where(YearlyFigures.school_id == school.id)
    return session.scalars(wanted.order_by(YearlyFigures.school_year.desc(), YearlyFigures.grade)).all()


def latest_figures(session: Session, *, seen_by: Actor) -> dict[int, YearlyFigures]:
    """By school id, the newest figures of the whole school."""
    wanted = select(YearlyFigures).where(
        YearlyFigures.grade == "", seen_by.scope(May.SEE_SCHOOLS).where(YearlyFigures.school_id)
    )
    return {row.school_id: row for row in session.scalars(wanted.order_by(YearlyFigures.school_year))}


def room_counts(session: Session, *, seen_by: Actor) -> dict[int, int]:
    """By school id, how many rooms are known."""
    counted: Select[int, int] = (
        select(Room.school_id, func.count())
        .where(seen_by.scope(May.SEE_SCHOOLS).where(Room.school_id))
        .group_by(Room.school_id)
    )
    return dict(session.execute(counted).all())


def rooms_for_sheet(
    session: Session, *, seen_by: Actor, school_id: int | None = None
) -> Sequence[RowMapping]:
    """Rooms by the field names of their sheet."""
    wanted = (
        select(
            School.school_number, Room.room, Room.name, Building.name.label("building"), Room.floor, Room.use,
            Room.seats, Room.remark,
        )
        .join(School, School.id == Room.school_id)
        .outerjoin(Building, Building.id == Room.building_id)
        .where(_within(seen_by, Room.school_id, school_id))
    )  # fmt: skip
    return session.execute(wanted.order_by(School.school_number, Room.room)).mappings().all()


def figures_for_sheet(
    session: Session, *, seen_by: Actor, school_id: int | None = None
) -> Sequence[RowMapping]:
    """Yearly figures by the field names of their sheet."""
    one = YearlyFigures
    wanted = (
        select(
            School.school_number, one.school_year, func.nullif(one.grade, "").label("grade"), one.key_date, one.pupils,
            one.classes, one.teachers, one.rooms,
        )
        .join(School, School.id == one.school_id)
        .where(_within(seen_by, one.school_id, school_id))
    )  # fmt: skip
    return session.execute(wanted.order_by(School.school_number, one.school_year, one.grade)).mappings().all()


def _within(seen_by: Actor, column: InstrumentedAttribute[int], school_id: int | None) -> ColumnElement[bool]:
    scope = seen_by.scope(May.SEE_SCHOOLS).where(column)
    return scope if school_id is None else and_(scope, column == school_id)


def numbers_of(session: Session, idents: Sequence[int]) -> tuple[str, ...]:
    """The school numbers of these ids, in their order."""
    known = {ident: number for number, ident in ids_by_number(session).items()}
    return tuple(known[ident] for ident in idents if ident in known)


def numbers_within(session: Session, scope: Scope, school_id: int | None = None) -> set[str]:
    """The school numbers that a scope reaches, or only that of one school."""
    wanted = select(School.school_number).where(scope.where(School.id))
    return set(session.scalars(wanted if school_id is None else wanted.where(School.id == school_id)))
