"""What the network of the schools covers: access points and outlets of each teaching room.

Nothing is judged here: how many a room is to have is for the plan to say. A school of which no outlet is entered is no
school without outlets; `Covered.outlets_known` tells the two apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, case, func, select, true
from sqlalchemy.orm import Session

from school_it.access import Actor, May
from school_it.database import sum_where
from school_it.devices.models import Category, Device
from school_it.devices.rules import GONE, ItemClass, State
from school_it.network.models import Outlet
from school_it.schools.models import Building, Room
from school_it.schools.rules import TEACHING, RoomUse

NOT_HANGING = (*sorted(GONE), State.ORDERED, State.IN_STOCK, State.DEFECTIVE)


@dataclass(frozen=True)
class Covered:
    """A school's teaching rooms that are entered, those with an access point, those with outlets enough, and what of
    the outlets is missing there by the number that a room is to have."""

    school_id: int
    rooms: int
    rooms_with_point: int
    points: int
    outlets: int
    rooms_with_outlets: int
    outlets_missing: int
    outlets_known: bool


@dataclass(frozen=True)
class CoveredRoom:
    """A teaching room. `said` are outlets whose list names an access point: one may hang there unentered."""

    room: str
    name: str | None
    use: RoomUse
    building: str | None
    points: int
    outlets: int
    said: int


def _points() -> Any:
    """By room the access points that hang there."""
    return (
        select(Device.room_id, func.count().label("points"))
        .join(Category, Category.id == Device.category_id)
        .where(
            Category.item_class == ItemClass.ACCESS_POINT,
            Device.room_id.is_not(None),
            Device.state.not_in(NOT_HANGING),
        )
        .group_by(Device.room_id)
        .subquery()
    )


def _outlets() -> Any:
    """By room its outlets, and those that are said to be an access point's."""
    said = case((Outlet.connected.istartswith("accesspoint"), 1), else_=0)
    return (
        select(Outlet.room_id, func.count().label("outlets"), func.sum(said).label("said"))
        .group_by(Outlet.room_id)
        .subquery()
    )


def by_school(
    session: Session, each: int, *, seen_by: Actor, may: May = May.SEE_NETWORK, school_id: int | None = None
) -> dict[int, Covered]:
    """The schools with teaching rooms, where a room is to have `each` outlets; two statements."""
    points, outlets = _points(), _outlets()
    hang, there = func.coalesce(points.c.points, 0), func.coalesce(outlets.c.outlets, 0)
    rows: Select[Any] = (
        select(
            Room.school_id, func.count(), sum_where(hang > 0), func.sum(hang), func.sum(there),
            sum_where(there >= each), func.sum(case((there < each, each - there), else_=0)),
        )
        .outerjoin(points, points.c.room_id == Room.id)
        .outerjoin(outlets, outlets.c.room_id == Room.id)
        .where(Room.use.in_(TEACHING), seen_by.scope(may).where(Room.school_id))
        .where(true() if school_id is None else Room.school_id == school_id)
        .group_by(Room.school_id)
    )  # fmt: skip
    known = set(session.scalars(select(Outlet.school_id).distinct()))
    found = {}
    for row in session.execute(rows):
        values: Any = (*map(int, row), row[0] in known)
        found[row[0]] = Covered(*values)
    return found


def rooms_of(session: Session, school_id: int) -> Sequence[CoveredRoom]:
    """The teaching rooms of a school in their order; one statement."""
    points, outlets = _points(), _outlets()
    rows: Select[Any] = (
        select(
            Room.room, Room.name, Room.use, Building.name, func.coalesce(points.c.points, 0),
            func.coalesce(outlets.c.outlets, 0), func.coalesce(outlets.c.said, 0),
        )
        .outerjoin(Building, Building.id == Room.building_id)
        .outerjoin(points, points.c.room_id == Room.id)
        .outerjoin(outlets, outlets.c.room_id == Room.id)
        .where(Room.use.in_(TEACHING), Room.school_id == school_id)
        .order_by(Room.room)
    )  # fmt: skip
    return [CoveredRoom(*row) for row in session.execute(rows)]
