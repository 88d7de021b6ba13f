"""The town's media development plan: pupils by grade, what plan V assumes and counts, a decision and two scenarios."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from school_it import audit, school_year
from school_it.access import Actor
from school_it.demo.places import DemoSchool
from school_it.devices.models import Category
from school_it.devices.rules import ItemClass
from school_it.plan import actions
from school_it.plan.actions.plans import Figure
from school_it.plan.rules.assumptions import Sure
from school_it.schools.intake import FiguresIntake
from school_it.schools.models import School, YearlyFigures
from school_it.sheets import Row

_D = Decimal
OFFERS = {
    "price.mobile": Figure(_D(489), "Rahmenvertrag Tablets, Los 2", Sure.LAW),
    "price.presentation": Figure(_D(3450), "Angebot Tafelbau Beispiel", Sure.PUBLISHED),
    "price.teachers": Figure(_D(799), "letzte Bestellung Lehrergeräte", Sure.PUBLISHED),
    "price.switch": Figure(_D(1180), "letzte Bestellung Netzbau Beispiel AG", Sure.PUBLISHED),
    "price.increase": Figure(_D("0.025"), "Annahme der Kämmerei", Sure.DERIVED),
}


def settle(
    session: Session, schools: Sequence[DemoSchool], today: date, *, by: Actor, batch: audit.Batch
) -> None:
    """After the targets and the devices: a decision counts what is there."""
    begun = school_year.school_year(today) - 2
    _by_grade(session, schools, school_year.school_year(today), by=by, batch=batch)
    before = {"name": "IV", "title": "Medienentwicklungsplan IV", "first_year": begun - 5, "last_year": begun}
    actions.add_plan(session, before, by=by)
    values = {
        "name": "V", "title": "Medienentwicklungsplan V: Lernen mit digitalen Medien", "first_year": begun + 1,
        "last_year": begun + 6, "remark": "Im Schulausschuss beraten, vom Rat beschlossen.",
    }  # fmt: skip
    plan = actions.add_plan(session, values, by=by)
    actions.change_plan(session, plan, {}, OFFERS, by=by)
    shown = session.scalars(select(Category.id).where(Category.name.in_(("Display", "Beamer"))))
    actions.lay_down_counting(
        session, "V", ItemClass.PRESENTATION, school_year.begins(begun), list(shown), [], by=by
    )
    decision = {
        "title": "Medienentwicklungsplan V", "reference": f"V/{begun}/117", "decided_on": date(begun, 12, 5),
    }  # fmt: skip
    actions.freeze(session, decision, None, by=by)
    for scenario in SCENARIOS:
        actions.add_scenario(session, {"plan": "V", **scenario}, by=by)


SCENARIOS = (
    {
        "name": "1:1 an allen Schulen", "pupils_per_device": _D(1), "own_share": _D("0.2"), "gap_years": 3,
        "remark": "Wunsch der Schulkonferenzen; der Eigenanteil steigt, wenn das Land weniger gibt.",
    },
    {
        "name": "Sparsam: 6 Jahre Nutzung", "life": 6, "ceiling": _D(350_000), "own_share": _D("0.1"),
        "remark": "Geräte ein Jahr länger nutzen, Ersatz unter einer festen Obergrenze.",
    },
)  # fmt: skip


def _by_grade(
    session: Session, schools: Sequence[DemoSchool], year: int, *, by: Actor, batch: audit.Batch
) -> None:
    """The pupils of the running year by grade, as the official statistics have them; one school has not told yet."""
    whole = dict(
        session.execute(
            select(School.school_number, YearlyFigures.pupils)
            .join(School, School.id == YearlyFigures.school_id)
            .where(YearlyFigures.school_year == year, YearlyFigures.grade == "")
        ).all()
    )
    chance = Random(year)  # noqa: S311  repeatable, nothing secret
    rows: list[Row] = []
    for school in schools[1:]:
        grades, left = school.grades, whole[school.number]
        for place, grade in enumerate(grades):
            usual = left // (len(grades) - place)
            pupils = left if place == len(grades) - 1 else min(left, max(1, usual + chance.randrange(-5, 6)))
            left -= pupils
            known = {"school_number": school.number, "school_year": year, "grade": grade, "pupils": pupils}
            rows.append(Row(len(rows) + 1, {**known, "key_date": school_year.key_date(year)}))
    FiguresIntake().write(session, rows, [], by=by, batch=batch)
