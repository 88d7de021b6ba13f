"""The investment plan: what each school is to get, what it would be granted, and what its application still lacks."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from school_it.access import Actor
from school_it.database import transaction
from school_it.errors import Refused
from school_it.funding import queries
from school_it.funding.book import MeasureState
from school_it.funding.measures import actions as measures
from school_it.funding.measures import investment_plan
from school_it.funding.measures import queries as measure_queries
from school_it.funding.models import Grant
from school_it.funding.rules import CapBasis, Financing
from school_it.schools.models import School
from tests.funding.conftest import Facts, run

D = Decimal
VALUES: dict[str, Any] = {
    "category": "2.3", "description": "Tablets für die Jahrgänge 5 und 6", "quantity": 60,
    "unit_price": D("480.20"), "starts_on": date(2024, 3, 1), "ends_on": date(2025, 9, 30),
}  # fmt: skip


def planned(by: Actor, more: dict[str, Any] | None = None, grant: str | None = None) -> int:
    with transaction() as session:
        programme = queries.find_programme(session, "DP_TEST")
        school = session.scalars(select(School).order_by(School.id)).first()
        assert programme is not None
        assert school is not None
        of = queries.find_grant(session, grant) if grant else None
        return measures.add_measure(
            session, programme, school, {**VALUES, **(more or {})}, grant=of, by=by
        ).id


def test_the_plan_asks_for_the_rate_of_what_is_eligible_and_leaves_the_rest_to_the_town(
    app: Flask, session: Session, house: Actor, grant: Facts, tmp_path: Path
) -> None:
    planned(house)
    planned(house, {"category": "2.1b", "quantity": 1, "unit_price": D("10000"), "eligible": D("9000")})
    file = tmp_path / "plan.xlsx"
    facts = json.loads(run(app, "export", "investment-plan", "--out", str(file), "--json").stdout)
    assert facts["figures"] == {
        "total": "38812.00",
        "eligible": "37812.00",
        "grant": "30249.60",
        "own_share": "8562.40",
    }
    book = openpyxl.load_workbook(file, data_only=True)
    for name, amount in (("ip_gesamtausgaben", 38812), ("ip_zuwendung", 30249.6), ("ip_eigenanteil", 8562.4)):
        ((sheet, cell),) = book.defined_names[name].destinations
        assert book[sheet][cell].value == pytest.approx(amount)
    own = openpyxl.load_workbook(file)["Investitionsplan"]["L6"].value
    assert own == "=ROUND(H6-K6,2)"


def test_a_plan_of_a_year_holds_what_reaches_into_it(
    app: Flask, session: Session, house: Actor, grant: Facts, tmp_path: Path
) -> None:
    planned(house)
    planned(house, {"starts_on": date(2026, 1, 1), "ends_on": date(2026, 6, 30)})
    numbers = {}
    for year in ("2023", "2025", "2026"):
        words = ("export", "investment-plan", "--out", str(tmp_path / "plan.xlsx"), "--year", year, "--json")
        numbers[year] = json.loads(run(app, *words).stdout)["rows"]
    assert numbers == {"2023": 0, "2025": 1, "2026": 1}


def test_an_application_without_concept_or_confirmed_support_is_told_as_incomplete(
    app: Flask, session: Session, house: Actor, grant: Facts, school: School, tmp_path: Path
) -> None:
    planned(house)
    words = ("export", "investment-plan", "--out", str(tmp_path / "plan.xlsx"), "--json")
    checks = {one["rule"]: one for one in json.loads(run(app, *words).stdout)["checks"]}
    assert not checks["F27"]["holds"]
    assert school.name in checks["F27"]["sentence"]
    assert not checks["F28"]["holds"]
    with transaction() as writing:
        found = writing.get(School, school.id)
        assert found is not None
        found.use_concept_date = date(2023, 11, 14)
        measure = measure_queries.get_measure(writing, 1, seen_by=house)
        measures.change_measure(writing, measure, found, {"support_confirmed": True}, grant=None, by=house)
    checks = {one["rule"]: one for one in json.loads(run(app, *words).stdout)["checks"]}
    assert checks["F27"]["holds"]
    assert checks["F28"]["holds"]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"category": "9.9"}, "category"),
        ({"eligible": D("99999")}, "eligible"),
        ({"ends_on": date(2024, 2, 1)}, "ends_on"),
        ({"state": MeasureState.GRANTED}, "grant"),
        ({"unit_price": None}, "unit_price"),
    ],
)
def test_what_is_no_measure_is_refused_at_its_field(
    session: Session, house: Actor, grant: Facts, changed: dict[str, Any], field: str
) -> None:
    with pytest.raises(Refused) as refused:
        planned(house, changed)
    assert [name for name, _sentence in refused.value.faults] == [field]


def test_measures_are_numbered_within_their_programme(session: Session, house: Actor, grant: Facts) -> None:
    first, second = planned(house), planned(house, {"state": MeasureState.GRANTED}, "DT-2024-01")
    session.rollback()
    found = [measure_queries.get_measure(session, ident, seen_by=house) for ident in (first, second)]
    assert [one.position for one in found] == [1, 2]
    assert found[1].grant == session.scalars(select(Grant)).one()


@pytest.mark.parametrize(
    ("financing", "rate", "cap", "basis", "asked"),
    [
        (Financing.SHARE, D("0.9"), None, None, D("9720.00")),
        (Financing.SHARE, D("0.9"), D(500), CapBasis.ELIGIBLE_COST, D("9000.00")),
        (Financing.SHARE, D("0.9"), D(500), CapBasis.GRANT, D("9720.00")),
        (Financing.FIXED_AMOUNT, None, D(500), None, D("10000.00")),
        (Financing.FULL, None, None, None, D("10800.00")),
        (Financing.SHARE, None, None, None, None),
        (Financing.DEFICIT, D("0.9"), None, None, None),
    ],
)
def test_what_is_asked_for_follows_the_way_a_programme_finances(
    financing: Financing, rate: Decimal | None, cap: Decimal | None, basis: CapBasis | None, asked: Decimal | None
) -> None:  # fmt: skip
    assert investment_plan.asked_for(financing, rate, cap, basis, D("10800.00"), 20) == asked
