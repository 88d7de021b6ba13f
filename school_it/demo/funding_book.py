"""The funding book of the town: measures of its schools, the cost plan of what is running, its draw-downs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from school_it.access import Actor
from school_it.database import today
from school_it.funding import cost_plan, queries
from school_it.funding.book import MeasureState
from school_it.funding.cost_plan import Planned
from school_it.funding.decisions import change_requests
from school_it.funding.drawdowns import payouts
from school_it.funding.measures import actions as measures
from school_it.funding.models import Grant
from school_it.schools.models import School

MEASURES = (
    ("2.1a", "Glasfaser und Switche für die Fachräume", 1, "64000.00", MeasureState.GRANTED),
    ("2.1b", "Accesspoints für den Neubau", 24, "412.50", MeasureState.APPLIED),
    ("2.3", "Tablets für die Jahrgänge 5 und 6", 60, "480.20", MeasureState.APPLIED),
    ("2.1c", "Displays für acht Klassenräume", 8, "2190.00", MeasureState.PLANNED),
    ("2.3", "Tablets und Ladekoffer für die Lesestunden", 32, "455.00", MeasureState.PLANNED),
    ("2.2", "Messkoffer für die Naturwissenschaften", 6, "890.00", MeasureState.PLANNED),
)


def write(session: Session, *, by: Actor) -> None:
    """Needs the grants of the town."""
    running = queries.find_grant(session, f"DT-{today().year}-01")
    schools = session.scalars(select(School).order_by(School.school_number)).all()
    if running is None or not schools:
        return
    _measures(session, running, schools, by)
    _plan(session, running, by)
    _draw_downs(session, running, by)
    _change(session, running, by)


def _measures(session: Session, running: Grant, schools: Sequence[School], by: Actor) -> None:
    year = today().year
    for place, (item, what, quantity, price, state) in enumerate(MEASURES):
        values: dict[str, Any] = {
            "category": item, "description": what, "quantity": quantity, "unit_price": Decimal(price), "state": state,
            "starts_on": date(year, 3, 2), "ends_on": date(year + 1, 6, 30), "support_confirmed": place % 3 != 2,
        }  # fmt: skip
        school = schools[place % len(schools)]
        grant = running if state is MeasureState.GRANTED else None
        measures.add_measure(session, running.programme, school, values, grant=grant, by=by)


def _plan(session: Session, running: Grant, by: Actor) -> None:
    plan = {
        "2.1a": Planned(Decimal("52000.00"), Decimal("50000.00")),
        "2.1b": Planned(Decimal("14000.00"), Decimal("14000.00")),
    }
    cost_plan.record(session, running.decisions[0], plan, by=by)


def _draw_downs(session: Session, running: Grant, by: Actor) -> None:
    """One more was asked for since the money that the decision already tells of."""
    year = today().year
    asked = {
        "number": 2, "requested_on": date(year, 9, 1), "requested": Decimal("12000.00"),
        "expenses_due": Decimal("13333.33"),
        "reason": "Schlussrechnung der Verkabelung kommt im Oktober",
    }  # fmt: skip
    payouts.ask(session, running.decisions[0], asked, by=by)


def _change(session: Session, running: Grant, by: Actor) -> None:
    """Less cabling, more of the rest: asked for, not answered yet."""
    plan = {
        "2.1a": Planned(Decimal("47000.00"), Decimal("45000.00")),
        "2.1b": Planned(Decimal("19000.00"), Decimal("19000.00")),
    }
    asked = {
        "requested_on": date(today().year, 9, 15), "declared": True,
        "reason": "Die Ausschreibung der Verkabelung kam günstiger; dafür brauchen zwei Schulen mehr Accesspoints.",
    }  # fmt: skip
    session.flush()
    change_requests.ask(session, running.decisions[0], asked, plan, by=by)
