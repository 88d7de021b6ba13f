"""Seats in the invented town: classes with their apps, a licence that is nearly full, one that hardly anybody uses,
one whose notice date is near."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from school_it import school_year
from school_it.access import Actor
from school_it.devices.models import Category, Device
from school_it.licences import actions, keys, queries, seats
from school_it.licences.groups import Group
from school_it.licences.models import Licence
from school_it.licences.rules import Basis, Standing, grade_of, standing
from school_it.licences.seats import Short
from school_it.people.models import Person
from school_it.people.rules import PersonRole, PersonState

NEARLY_FULL, NOTICE, HARDLY_USED, FOLLOWED, BY_CLASS, ON_TABLETS = (
    "Vokabelheft digital", "Videokonferenz Treffpunkt", "Mathelabor", "Wörterbuch Englisch", "Lernapp Zahlenwald",
    "Geräteverwaltung Leitstand",
)  # fmt: skip


def give_seats(session: Session, today: date, *, by: Actor) -> None:
    """With the actions of the room; the licences of `equipment.licence_rows` are there already."""
    running = [
        one
        for one in session.scalars(select(Licence).order_by(Licence.id))
        if standing(one.valid_from, one.valid_to, one.renews, today) is Standing.RUNNING
    ]
    classes = _classes(session)
    _buy_nearly_full(session, classes, today, by)
    _buy_with_notice(session, today, by)
    for one in running:
        names = sorted(classes.get(one.school_id or 0, {}))
        if one.product == HARDLY_USED and names:
            _give(session, one, Group(one.school_id, school_class=names[0]), by)
        elif one.product == FOLLOWED:
            for grade in sorted({grade for name in names if (grade := grade_of(name))})[:1]:
                _give(session, one, Group(one.school_id, grade=grade), by)
        elif one.product == BY_CLASS:
            for name in names[:3]:
                _give(session, one, Group(one.school_id, school_class=name), by)
        elif one.product == ON_TABLETS:
            tablet = session.scalar(select(Category.id).where(Category.name == "Tablet"))
            if session.scalar(select(Device.id).where(Device.category_id == tablet).limit(1)) is not None:
                _give(session, one, Group(category_id=tablet), by)
        elif one.basis is Basis.SCHOOL and one.school_id is not None:
            _give(session, one, Group(one.school_id), by)


def _classes(session: Session) -> dict[int, Mapping[str, int]]:
    """By school the classes with their number of pupils."""
    rows = select(Person.school_id, Person.school_class, func.count()).where(
        Person.role == PersonRole.PUPIL, Person.state == PersonState.ACTIVE, Person.school_class.is_not(None)
    )
    found: dict[int, dict[str, int]] = {}
    for school, name, size in session.execute(rows.group_by(Person.school_id, Person.school_class)):
        found.setdefault(school or 0, {})[name or ""] = size
    return dict(found)


def _buy_nearly_full(
    session: Session, classes: Mapping[int, Mapping[str, int]], today: date, by: Actor
) -> None:
    """For one grade of the school with the most pupils, with three seats to spare."""
    if not classes:
        return
    school = max(classes, key=lambda ident: (sum(classes[ident].values()), ident))
    grades: dict[str, int] = {}
    for name, size in classes[school].items():
        grade = grade_of(name) or name
        grades[grade] = grades.get(grade, 0) + size
    grade = max(grades, key=lambda name: (grades[name], name))
    begun = school_year.begins(school_year.school_year(today))
    bought = _buy(
        session,
        "L-0901",
        NEARLY_FULL,
        grades[grade] + 3,
        school,
        begun,
        by,
        price="5.40",
        vendor="Sprachbogen",
    )
    _give(session, bought, Group(school, grade=grade), by)


def _buy_with_notice(session: Session, today: date, by: Actor) -> None:
    """For all teachers of the town; who does not cancel it in three weeks pays another year."""
    teachers = (Person.role == PersonRole.TEACHER, Person.state == PersonState.ACTIVE)
    number = session.scalar(select(func.count()).select_from(Person).where(*teachers)) or 0
    if not number:
        return
    ends = today + timedelta(days=51)
    begun = school_year.years_after(ends, -1) + timedelta(days=1)
    bought = _buy(
        session, "L-0902", NOTICE, number + 40, None, begun, by, ends=ends, price="18.00", vendor="Nordlicht",
        cancel_by=today + timedelta(days=21),
    )  # fmt: skip
    _give(session, bought, Group(role=PersonRole.TEACHER), by)
    keys.keep(session, bought, "TREFF-2026-BEISPIEL-0001", label="Aktivierung", by=by)


def _buy(
    session: Session, number: str, product: str, size: int, school: int | None, begun: date, by: Actor, *,
    price: str, vendor: str, ends: date | None = None, cancel_by: date | None = None,
) -> Licence:  # fmt: skip
    gross = Decimal(price) * size
    values = {
        "licence_no": number, "product": product, "vendor": vendor, "basis": Basis.PERSON, "seats": size,
        "school_id": school, "valid_from": begun, "renews": True, "cancel_by": cancel_by, "price_gross": gross,
        "valid_to": ends or school_year.years_after(begun, 1) - timedelta(days=1), "supplier": vendor,
    }  # fmt: skip
    known = queries.find_licence(session, number)
    return known or actions.add_licence(session, values, by=by)


def _give(session: Session, licence: Licence, group: Group, by: Actor) -> None:
    seats.give_to_group(session, licence, group, short=Short.FILL, by=by)
