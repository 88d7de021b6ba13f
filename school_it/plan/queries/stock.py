"""The counts behind the plan, each in one statement for all schools: devices, pupils, rooms, measures, spending."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Integer, Subquery, and_, false, func, not_, or_, select, true
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.functions import GenericFunction

from school_it.access import Actor, May
from school_it.database import sum_where
from school_it.devices.models import Category, Device
from school_it.devices.rules import GONE, ItemClass, State, Use
from school_it.funding.book import MeasureState
from school_it.funding.models import Measure
from school_it.plan.rules.need import Figures, too_old_since
from school_it.schools.models import Room, School, YearlyFigures
from school_it.schools.rules import TEACHING

LONG_AGO = date(1, 1, 1)


class year_of(GenericFunction[int]):
    """The year of a date; SQLite keeps dates as text, and its own way of taking them apart is slow."""

    type = Integer()
    inherit_cache = True


@compiles(year_of)
def _extracted(element: Any, compiler: Any, **more: Any) -> str:
    return f"CAST(EXTRACT(YEAR FROM {compiler.process(element.clauses, **more)}) AS INTEGER)"


@compiles(year_of, "sqlite")
def _cut(element: Any, compiler: Any, **more: Any) -> str:
    return f"CAST(substr({compiler.process(element.clauses, **more)}, 1, 4) AS INTEGER)"


@dataclass(frozen=True, slots=True)
class Counted:
    """Devices of a school that have category, use, year of beginning and the ends of earmark and warranty in common.

    `fresh` is how many of those that work are younger than so many years, by the years.
    """

    school_id: int | None
    category_id: int
    use: Use | None
    begun: int | None
    bound_until: date | None
    warranty_to: int | None
    here: int
    ordered: int
    defective: int
    bound: int
    fresh: Mapping[int, int]

    @property
    def stock(self) -> int:
        return self.here - self.ordered


def counted(
    session: Session, on: date, lives: Iterable[int], *, seen_by: Actor, school_id: int | None = None
) -> list[Counted]:
    """The devices within reach on a day, by what the plan asks of them.

    For a day that is past: by the dates of acquisition, commissioning and disposal, and the day since when a device is
    lost or defective; what a device was used for, and where it stood, is taken as it is now.
    """
    ages = sorted(set(lives))
    one = _alike(on, seen_by=seen_by, school_id=school_id).c
    begun = func.coalesce(one.commissioned_on, one.acquired_on)
    ordered, not_ordered = one.state == State.ORDERED, one.state != State.ORDERED
    group = (
        one.school_id, one.category_id, one.use, year_of(begun), one.bound_until, year_of(one.warranty_until),
    )  # fmt: skip
    fresh = [
        sum_where(and_(not_ordered, begun > too_old_since(on, life)), one.devices - one.defective)
        for life in ages
    ]
    shown = select(
        *group, func.sum(one.devices), sum_where(ordered, one.devices), func.sum(one.defective),
        sum_where(and_(not_ordered, one.bound_until >= on), one.devices), *fresh,
    )  # fmt: skip
    rows = session.execute(shown.group_by(*group))
    found = []
    for row in rows:
        counts = list(map(int, row[len(group) :]))
        values: Any = (*row[: len(group)], *counts[:4], dict(zip(ages, counts[4:], strict=True)))
        found.append(Counted(*values))
    return found


def models_of(
    session: Session, on: date, lives: Mapping[int, int], *, seen_by: Actor, school_id: int | None = None
) -> list[tuple[int, str, str | None, int]]:
    """By school, maker (folded) and model, the usable devices of these categories; `lives` by category in years.

    Which devices these are is told by `ix_devices_school_stock` alone; only they are read.
    """
    begun = func.coalesce(Device.commissioned_on, Device.acquired_on)
    young = [
        and_(Device.category_id == ident, begun > too_old_since(on, life)) for ident, life in lives.items()
    ]
    defective = and_(Device.state == State.DEFECTIVE, func.coalesce(Device.state_since, LONG_AGO) <= on)
    within = seen_by.scope(May.SEE_PLAN).where(Device.school_id)
    only = Device.school_id.is_not(None) if school_id is None else Device.school_id == school_id
    usable = select(Device.id).where(
        within, only, here_on(on), Device.state != State.ORDERED, not_(defective), or_(false(), *young)
    )
    group = (Device.school_id, Device.maker_folded, Device.model)
    rows = session.execute(select(*group, func.count()).where(Device.id.in_(usable)).group_by(*group))
    return [(ident or 0, maker or "", model, count) for ident, maker, model, count in rows]


def _alike(on: date, *, seen_by: Actor, school_id: int | None) -> Subquery:
    """How many devices have in common what the plan asks of them, by the day.

    In the order of `ix_devices_school_stock`, which holds all that is read here: the devices themselves are not, and
    nothing is sorted. What is delivered together is alike, so that only some of it is left to be taken apart.
    """
    group = (
        Device.school_id, Device.state, Device.category_id, Device.use, Device.commissioned_on, Device.acquired_on,
        Device.bound_until, Device.warranty_until,
    )  # fmt: skip
    defective = and_(Device.state == State.DEFECTIVE, func.coalesce(Device.state_since, LONG_AGO) <= on)
    within = seen_by.scope(May.SEE_PLAN).where(Device.school_id)
    only = true() if school_id is None else Device.school_id == school_id
    shown = select(*group, func.count().label("devices"), sum_where(defective).label("defective"))
    return shown.where(within, only, here_on(on)).group_by(*group).subquery()


def here_on(on: date) -> ColumnElement[bool]:
    """There on that day, as far as the dates of the device tell."""
    came = func.coalesce(Device.acquired_on, Device.commissioned_on, LONG_AGO)
    left = func.coalesce(Device.disposed_on, Device.state_since, LONG_AGO)
    return and_(came <= on, not_(and_(Device.state.in_(sorted(GONE)), left <= on)))


def figures(session: Session, school_year: int, *, seen_by: Actor) -> dict[int, Figures]:
    """By school, the newest figures up to a school year."""
    one = YearlyFigures
    within = seen_by.scope(May.SEE_PLAN).where(one.school_id)
    newest = (
        select(one.school_id, func.max(one.school_year).label("year"))
        .where(within, one.school_year <= school_year)
        .group_by(one.school_id)
        .subquery()
    )
    rows = session.execute(
        select(one.school_id, one.school_year, one.grade, one.pupils, one.teachers, one.rooms).join(
            newest, and_(newest.c.school_id == one.school_id, newest.c.year == one.school_year)
        )
    )
    whole: dict[int, Any] = {}
    grades: dict[int, dict[str, int]] = {}
    years: dict[int, int] = {}
    for row in rows:
        years[row.school_id] = row.school_year
        if row.grade:
            grades.setdefault(row.school_id, {})[row.grade] = row.pupils
        else:
            whole[row.school_id] = row
    return {
        ident: Figures(
            year,
            whole[ident].pupils if ident in whole else None,
            grades.get(ident, {}),
            whole[ident].teachers if ident in whole else None,
            whole[ident].rooms if ident in whole else None,
        )
        for ident, year in years.items()
    }


def teaching_rooms(session: Session, *, seen_by: Actor) -> dict[int, int]:
    """By school, the classrooms and specialist rooms that are known: where the figures do not say."""
    within = seen_by.scope(May.SEE_PLAN).where(Room.school_id)
    rows = select(Room.school_id, func.count()).where(within, Room.use.in_(TEACHING)).group_by(Room.school_id)
    return dict(session.execute(rows).all())


def schools(session: Session, *, seen_by: Actor, school_id: int | None = None) -> list[Any]:
    """Rows of the schools within reach, by name."""
    shown = select(
        School.id,
        School.school_number,
        School.name,
        School.short_name,
        School.school_type,
        School.social_index,
    ).where(seen_by.scope(May.SEE_PLAN).where(School.id))
    if school_id is not None:
        shown = shown.where(School.id == school_id)
    return list(session.execute(shown.order_by(School.name, School.id)))


def asked_for(session: Session, *, seen_by: Actor) -> dict[tuple[int, ItemClass], int]:
    """By school and class, how many devices stand in measures that are planned or applied for.

    A measure names its funding item; it counts for the class that most categories of this item have.
    """
    open_states = (MeasureState.PLANNED, MeasureState.APPLIED)
    within = seen_by.scope(May.SEE_PLAN).where(Measure.school_id)
    rows = session.execute(
        select(Measure.school_id, Measure.category, func.sum(Measure.quantity))
        .where(within, Measure.state.in_(open_states))
        .group_by(Measure.school_id, Measure.category)
    ).all()
    if not rows:
        return {}
    class_of = _class_of_items(session)
    found: dict[tuple[int, ItemClass], int] = {}
    for school_id, item, quantity in rows:
        item_class = class_of.get(item)
        if item_class is not None:
            found[school_id, item_class] = found.get((school_id, item_class), 0) + int(quantity)
    return found


def _class_of_items(session: Session) -> dict[str, ItemClass]:
    wanted = select(Category.funding_item, Category.item_class).where(Category.funding_item.is_not(None))
    classes: dict[str, list[ItemClass | None]] = {}
    for item, item_class in session.execute(wanted):
        classes.setdefault(item or "", []).append(item_class)
    return {
        item: one for item, some in classes.items() for one in ItemClass if 2 * some.count(one) >= len(some)
    }


def spent(session: Session, since: date, until: date, *, seen_by: Actor) -> dict[int, Decimal]:
    """By school, the gross prices of what was acquired from `since` up to `until`."""
    within = seen_by.scope(May.SEE_PLAN).where(Device.school_id)
    rows = select(Device.school_id, func.sum(Device.price_gross)).where(
        within, Device.acquired_on.between(since, until), Device.school_id.is_not(None)
    )
    return {
        ident: amount or Decimal(0)
        for ident, amount in session.execute(rows.group_by(Device.school_id))
        if ident is not None
    }


def programmes_of(
    session: Session, on: date, *, seen_by: Actor, school_id: int | None = None
) -> dict[tuple[int | None, int, Use | None], list[str]]:
    """By school, category and use, the programmes that devices there on a day were paid from."""
    within = seen_by.scope(May.SEE_PLAN).where(Device.school_id)
    only = true() if school_id is None else Device.school_id == school_id
    rows = session.execute(
        select(Device.school_id, Device.category_id, Device.use, Device.programme)
        .where(within, only, here_on(on), Device.programme.is_not(None), Device.state != State.ORDERED)
        .distinct()
    )
    found: dict[tuple[int | None, int, Use | None], list[str]] = {}
    for school, category, use, programme in rows:
        found.setdefault((school, category, use), []).append(programme or "")
    return found
