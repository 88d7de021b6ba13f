"""The register of what is bound until when, its sums, and what wears out before its earmark ends (F08)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, exists, extract, func, select
from sqlalchemy.orm import Session, aliased

from school_it.access import Actor, May
from school_it.database import today, whole_number
from school_it.devices import rules
from school_it.devices.models import Category, Device
from school_it.devices.rules import State
from school_it.money import to_cent
from school_it.schools.models import School

NO_REFERENCE = "-"
OUTLIVES = "outlives"
_BEGUN = func.coalesce(Device.commissioned_on, Device.acquired_on)
_LIFE_YEAR: ColumnElement[Any] = extract("year", _BEGUN) + Category.useful_life_years
_Newer = aliased(Device, name="newer")


@dataclass(frozen=True)
class Wish:
    """What the register is narrowed to; `year` is the year in which the earmark ends."""

    school: str = ""
    reference: str = ""
    category: str = ""
    year: str = ""
    life: str = ""
    ended: bool = False

    @classmethod
    def of(cls, args: Mapping[str, str]) -> Wish:
        texts = {
            name: args.get(name, "").strip() for name in ("school", "reference", "category", "year", "life")
        }
        return cls(**texts, ended=args.get("ended") == "1")


def _day_number(day: Any) -> ColumnElement[int]:
    """A day as 20291231: both databases can compare a day that was moved by years."""
    return extract("year", day) * 10_000 + extract("month", day) * 100 + extract("day", day)


def outlives() -> ColumnElement[bool]:
    """F08: the useful life ends before the earmark does, and nothing has taken the device's place."""
    worn = _day_number(_BEGUN) + Category.useful_life_years * 10_000 < _day_number(Device.bound_until)
    return and_(worn, ~exists().where(_Newer.replaces_id == Device.id))


def _conditions(wish: Wish, seen_by: Actor) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [
        seen_by.scope(May.SEE_DEVICES).where(Device.school_id),
        Device.bound_until.is_not(None),
        Device.state != State.DISPOSED,
    ]
    if not wish.ended:
        found.append(Device.bound_until >= today())
    if wish.school == NO_REFERENCE:
        found.append(Device.school_id.is_(None))
    elif wish.school:
        found.append(School.school_number == wish.school)
    if wish.reference == NO_REFERENCE:
        found.append(Device.file_reference.is_(None))
    elif wish.reference:
        found.append(Device.file_reference == wish.reference)
    if wish.category:
        found.append(Device.category_id == (whole_number(wish.category) or 0))
    if wish.year:
        found.append(extract("year", Device.bound_until) == (whole_number(wish.year) or 0))
    if wish.life:
        found.append(outlives())
        if wish.life != OUTLIVES:
            found.append(_LIFE_YEAR.in_([whole_number(wish.life) or 0]))
    return found


def _among(rows: Select[Any], wish: Wish, seen_by: Actor) -> Select[Any]:
    rows = rows.select_from(Device).join(Category, Category.id == Device.category_id)
    rows = rows.outerjoin(School, School.id == Device.school_id)
    return rows.where(*_conditions(wish, seen_by))


def bound(wish: Wish, *, seen_by: Actor) -> Select[Any]:
    """The devices of the register, not ordered: `web.lists.slice_of` does that."""
    columns: tuple[Any, ...] = (
        Device.id, Device.asset_tag, Device.manufacturer, Device.model, Device.state, Device.file_reference,
        Device.programme, Device.bound_until, Device.commissioned_on, Device.acquired_on, Device.price_gross,
        Category.name.label("category"), Category.useful_life_years, School.school_number,
        func.coalesce(School.short_name, School.name).label("school"),
    )  # fmt: skip
    return _among(select(*columns), wish, seen_by)


def ordered(session: Session, wish: Wish, *, seen_by: Actor) -> Sequence[Row[Any]]:
    """All rows of the register by the end of the earmark, for a workbook."""
    rows = bound(wish, seen_by=seen_by).order_by(Device.bound_until, Device.tag_folded)
    return session.execute(rows.execution_options(yield_per=1000)).all()


@dataclass(frozen=True)
class Sum:
    """How many devices, what they cost, and how many of them say no price."""

    key: Any
    label: str
    number: int
    amount: Decimal
    unpriced: int


def _sums() -> tuple[Any, ...]:
    unpriced = func.sum(case((Device.price_gross.is_(None), 1), else_=0))
    return func.count(), func.sum(Device.price_gross), unpriced


def by_year(session: Session, wish: Wish, *, seen_by: Actor) -> list[Sum]:
    year = extract("year", Device.bound_until)
    rows = session.execute(_among(select(year, *_sums()), wish, seen_by).group_by(year).order_by(year))
    return [_sum(int(key), str(int(key)), *said) for key, *said in rows]


def by_reference(session: Session, wish: Wish, *, seen_by: Actor) -> list[Sum]:
    wanted = _among(select(Device.file_reference, *_sums()), wish, seen_by).group_by(Device.file_reference)
    found = [
        _sum(key or NO_REFERENCE, key or "", *said)
        for key, *said in session.execute(wanted.order_by(Device.file_reference))
    ]
    return sorted(found, key=lambda one: -one.number)


def by_school(session: Session, wish: Wish, *, seen_by: Actor) -> list[Sum]:
    name = func.coalesce(School.short_name, School.name)
    wanted = _among(select(School.school_number, name, *_sums()), wish, seen_by)
    rows = session.execute(wanted.group_by(School.school_number, name).order_by(name))
    return [_sum(key or NO_REFERENCE, label or "", *said) for key, label, *said in rows]


def to_replace(session: Session, wish: Wish, *, seen_by: Actor) -> list[Sum]:
    """F08 by the year in which the useful life ends: so many are to be replaced from own money, at the old price."""
    worn = Wish(wish.school, wish.reference, wish.category, wish.year, wish.life or OUTLIVES, wish.ended)
    rows = session.execute(_among(select(_LIFE_YEAR, *_sums()), worn, seen_by).group_by(_LIFE_YEAR))
    return sorted((_sum(int(key), str(int(key)), *said) for key, *said in rows), key=lambda one: int(one.key))


def _sum(key: Any, label: str, number: int, amount: Decimal | None, unpriced: int | None) -> Sum:
    return Sum(key, label, number, to_cent(amount or Decimal(0)), int(unpriced or 0))


def total(sums: Sequence[Sum]) -> Sum:
    return Sum(
        None, "", sum(one.number for one in sums), sum((one.amount for one in sums), Decimal("0.00")),
        sum(one.unpriced for one in sums),
    )  # fmt: skip


def life_ends(row: Any) -> date | None:
    """The end of the useful life of a row of the register."""
    return rules.life_ends(row.commissioned_on or row.acquired_on, row.useful_life_years)
