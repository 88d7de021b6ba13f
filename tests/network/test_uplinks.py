"""How the schools are connected: what each pupil has of a line, and when its contract ends."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from school_it import deadlines
from school_it.access import Actor, Role
from school_it.database import today, transaction
from school_it.errors import BadValue
from school_it.network.uplinks import actions, queries, rules
from school_it.schools import actions as school_actions
from school_it.schools.models import School
from tests.asked import statements

Sign = Callable[..., FlaskClient]


def enter(school: School, house: Actor, **values: Any) -> int:
    with transaction() as session:
        wanted = {"provider": "Beispielnetz", "down": 400, **values}
        return actions.add_uplink(session, session.merge(school), wanted, by=house).id


@pytest.fixture
def pupils(house: Actor, school: School) -> None:
    with transaction() as session:
        school_actions.record_figures(session, session.merge(school), 2026, {"pupils": 800}, by=house)


def test_example_c_of_a_school_with_800_pupils_is_half_a_megabit_each() -> None:
    assert rules.per_pupil(400, 800) == Decimal("0.50")
    assert rules.per_pupil(None, 800) is None
    assert rules.per_pupil(400, 0) is None


@pytest.mark.usefixtures("pupils")
def test_a_line_that_waits_for_a_failure_gives_no_pupil_anything_but_costs(
    house: Actor, school: School, other_school: School, session: Session
) -> None:
    enter(school, house, fibre=True, monthly_cost=Decimal("99.90"))
    enter(school, house, down=100, is_backup=True, monthly_cost=Decimal("30.00"))
    found = {one.school.id: one for one in queries.connected(session, seen_by=house)}
    here = found[school.id]
    assert (here.per_pupil, here.fibre, here.monthly_cost) == (Decimal("0.50"), True, Decimal("129.90"))
    assert found[other_school.id].uplinks == []
    assert found[other_school.id].per_pupil is None


def test_the_end_of_a_contract_and_the_last_day_of_notice_are_among_the_deadlines(
    house: Actor, school: School, session: Session
) -> None:
    soon = today() + timedelta(days=10)
    enter(school, house, notice_on=soon, ends_on=soon + timedelta(days=90), contract_no="V-7")
    found = deadlines.within(session, house, today(), soon, kinds=("uplink_notice", "uplink_ends"))
    assert [(one.day, one.kind, one.what) for one in found] == [(soon, "uplink_notice", "Beispielnetz V-7")]


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"ends_on": date(2027, 1, 1), "notice_on": date(2027, 2, 1)}, "vor dem Ende des Vertrags"),
        ({"monthly_cost": Decimal(-1)}, "kein Minusbetrag"),
        ({"router": "IT-0"}, "IT-0 gibt es hier nicht"),
    ],
)
def test_what_cannot_be_is_told_and_nothing_is_entered(
    house: Actor, school: School, session: Session, values: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(BadValue, match=sentence):
        enter(school, house, **values)
    assert queries.of_school(session, school.id) == []


@pytest.mark.usefixtures("pupils")
def test_a_coordinator_enters_the_line_of_the_own_school_and_sees_no_other(
    house: Actor, school: School, other_school: School, sign_in_as: Sign
) -> None:
    theirs = enter(other_school, house, provider="Fernnetz")
    client = sign_in_as(Role.COORDINATOR, school)
    values = {
        "school": "115514", "provider": "Ortsnetz", "down": "400", "up": "200", "fibre": "True",
        "monthly_cost": "1.049,90", "ends_on": "31.12.2027",
    }  # fmt: skip
    made = client.post("/network/uplinks/new", data=values)
    assert made.status_code == 302, made.get_data(as_text=True)
    page = client.get(made.location).get_data(as_text=True)
    assert "0,50 bei 800" in page
    edited = client.get(f"{made.location}/edit").get_data(as_text=True)
    assert "1.049,90" in edited
    assert '<option selected value="True">ja</option>' in edited
    listed = client.get("/network/uplinks").get_data(as_text=True)
    assert "Ortsnetz" in listed
    assert "Fernnetz" not in listed
    assert client.get(f"/network/uplinks/{theirs}").status_code == 404
    assert client.post(f"{made.location}/remove").status_code == 302
    assert "Ortsnetz" not in client.get("/network/uplinks").get_data(as_text=True)


def test_the_table_takes_as_many_statements_for_many_lines_as_for_one(
    house: Actor, school: School, session: Session
) -> None:
    def asked() -> int:
        with statements() as sent:
            assert queries.connected(session, seen_by=house)
        session.rollback()
        return len(sent)

    enter(school, house)
    one = asked()
    for _turn in range(12):
        enter(school, house)
    assert asked() == one > 0
