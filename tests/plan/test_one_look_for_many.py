"""Scenarios share one look, and the money of one school is asked for that school; the figures stay the same."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal as D

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from school_it import school_year
from school_it.access import Actor, Role
from school_it.database import today, transaction
from school_it.demo.town import Size
from school_it.plan import actions, money, queries, standing
from school_it.plan.report import queries as report
from school_it.plan.talks import dossier
from school_it.schools.models import School
from tests import demo_town
from tests.asked import statements


@pytest.fixture
def town(session: Session, house: Actor) -> None:
    demo_town.build(Size(schools=3, devices=120, people=240), by=house)


@pytest.mark.usefixtures("town")
def test_each_scenario_of_one_look_is_what_a_look_of_its_own_finds(session: Session, house: Actor) -> None:
    plan, _aims = queries.aims_on(session, today())
    shown = [None, *queries.scenarios(session, plan or "")]
    assert len(shown) > 2
    towns = standing.look_under(session, today(), shown, seen_by=house)
    budgets = money.of_each(session, list(zip(towns, shown, strict=True)), seen_by=house)
    for scenario, together, budget in zip(shown, towns, budgets, strict=True):
        alone = standing.look(session, today(), seen_by=house, scenario=scenario)
        assert together == alone
        assert budget == money.of(session, alone, scenario, seen_by=house)
    assert len({one.total for one in budgets}) > 1


@pytest.mark.usefixtures("town")
@pytest.mark.parametrize("path", ["/plan/scenarios", "/exports/budget.xlsx"])
def test_more_scenarios_ask_no_more_of_the_database(
    sign_in_as: Callable[..., FlaskClient], house: Actor, path: str
) -> None:
    office = sign_in_as(Role.OFFICE)

    def asked() -> int:
        with statements() as sent:
            assert office.get(path).status_code == 200
        return len(sent)

    asked()
    before = asked()
    with transaction() as writing:
        plan, _aims = queries.aims_on(writing, today())
        for share in ("0.1", "0.2", "0.3"):
            values = {"plan": plan, "name": f"Eigenanteil {share}", "own_share": D(share), "life": 4}
            actions.add_scenario(writing, values, by=house)
    assert asked() == before > 0


@pytest.mark.usefixtures("town")
def test_what_a_school_spent_is_what_the_whole_town_says_of_it(session: Session, house: Actor) -> None:
    since, until = date(2000, 1, 1), today()
    whole = report.spent(session, since, until, seen_by=house)
    assert {one.source for one in whole} == {"receipts", "invoices", "devices"}
    for ident in session.scalars(select(School.id)):
        own = [one for one in whole if one.school_id == ident]
        found = report.spent(session, since, until, seen_by=house, school_id=ident)
        assert sorted(map(repr, found)) == sorted(map(repr, own))


@pytest.mark.usefixtures("town")
def test_the_dossier_reads_the_money_of_its_own_school_only(session: Session, house: Actor) -> None:
    school = session.scalars(select(School).order_by(School.id)).first()
    assert school is not None
    year = school_year.school_year(today())
    with statements() as sent:
        found = dossier.gather(session, school, year, seen_by=house)
    money_read = [one for one in sent if "FROM receipts JOIN grants" in " ".join(one.split())]
    assert len(money_read) == dossier.YEARS_BACK
    assert all("receipts.school_id = " in one for one in money_read)
    whole = report.spent(session, school_year.begins(year), found.on, seen_by=house)
    assert found.section("spent").lines[-1][1] == sum(
        (one.paid for one in whole if one.school_id == school.id), D(0)
    )
