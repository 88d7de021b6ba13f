"""The targets as the office keeps them and a school reads them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from school_it.access import Actor, Grant, Role
from school_it.database import today, transaction
from school_it.devices import catalogue
from school_it.devices.rules import ItemClass
from school_it.errors import NotAllowed
from school_it.plan import actions, queries
from school_it.plan.rules import Basis
from school_it.plan.rules.targets import what_is_wrong
from school_it.plan.rules.usual import USUAL
from school_it.schools.models import School
from school_it.schools.rules import SchoolType

SignInAs = Callable[..., FlaskClient]
NEW: dict[str, Any] = {
    "plan": "V", "item_class": "mobile", "basis": "pupils", "value": "1,5", "reserve": "5 %",
    "school_type": ["GY", "GE"], "grade_from": "5", "grade_to": "10", "valid_from": "010825",
}  # fmt: skip
WORDS = (
    "1 Gerät je 1,5 Schüler, GE und GY, Jahrgang 05–10, 5\N{NO-BREAK SPACE}% Reserve, gültig ab 01.08.2025"
)


def text(browser: FlaskClient, path: str) -> str:
    answer = browser.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.get_data(as_text=True)


def target(by: Actor, **values: Any) -> int:
    usual = {
        "plan": "V",
        "item_class": ItemClass.MOBILE,
        "basis": Basis.PUPILS,
        "value": Decimal(2),
        "valid_from": date(2024, 8, 1),
    }
    with transaction() as session:
        return actions.add_target(session, {**usual, **values}, by=by).id


def test_the_office_enters_a_target_and_reads_it_as_a_sentence(
    session: Session, sign_in_as: SignInAs, house: Actor
) -> None:
    with transaction() as writing:
        catalogue.ensure_categories(writing, by=house)
    office = sign_in_as(Role.OFFICE)
    assert "Noch ist kein Ausstattungsziel" in text(office, "/plan/targets")
    made = office.post("/plan/targets/new", data=NEW)
    assert made.status_code == 302, made.get_data(as_text=True)
    page = text(office, "/plan/targets")
    assert WORDS in page
    assert "Notebook, Tablet" in page, "which kinds of device count is part of the number"
    one = text(office, "/plan/targets/1")
    assert WORDS in one
    assert "Ausstattungsziel eingetragen" in one


def test_a_town_without_targets_begins_with_the_usual_ones(
    session: Session, sign_in_as: SignInAs, house: Actor
) -> None:
    with transaction() as writing:
        catalogue.ensure_categories(writing, by=house)
    office = sign_in_as(Role.OFFICE)
    assert 'href="/plan/targets/usual"' in text(office, "/plan/targets")
    offered = text(office, "/plan/targets/usual")
    assert (
        "mobile Geräte: 1 Gerät je 2 Schüler, G und PS, Jahrgang 01–04, 5\N{NO-BREAK SPACE}% Reserve"
        in offered
    )
    assert offered.count("checked") >= 7, "all are chosen until some are taken away"
    sent = {"plan": "VI", "valid_from": "010826", "which": ["primary", "teachers"]}
    nothing = office.post("/plan/targets/usual", data={**sent, "which": []}).get_data(as_text=True)
    assert "Bitte mindestens ein Ziel wählen." in nothing
    done = office.post("/plan/targets/usual", data=sent, follow_redirects=True).get_data(as_text=True)
    assert "2 Ziele sind eingetragen." in done
    assert (
        "1 Gerät je Lehrkraft, alle Schulformen, 3\N{NO-BREAK SPACE}% Reserve, gültig ab 01.08.2026" in done
    )
    again = office.post(
        "/plan/targets/usual", data={**sent, "which": ["primary", "presentation"]}, follow_redirects=True
    )
    assert "1 Ziel ist eingetragen." in again.get_data(as_text=True), "what is there stays as it is"
    assert sign_in_as(Role.AUDITOR).get("/plan/targets/usual").status_code in (403, 404)


def test_every_usual_target_is_one_that_the_plan_takes() -> None:
    for one in USUAL.values():
        assert what_is_wrong(one.values) is None
        assert one.source


def test_a_school_reads_the_plan_and_changes_nothing(
    sign_in_as: SignInAs, house: Actor, school: School
) -> None:
    ident = target(house)
    for role, at in ((Role.COORDINATOR, [school]), (Role.AUDITOR, [])):
        reader = sign_in_as(role, *at)
        assert "1 Gerät je 2 Schüler" in text(reader, "/plan/targets")
        assert "Bearbeiten" not in text(reader, f"/plan/targets/{ident}")
        assert reader.post("/plan/targets/new", data=NEW).status_code == 403
        assert reader.post(f"/plan/targets/{ident}/edit", data=NEW).status_code == 403
    assert sign_in_as(Role.TEACHER, school).get("/plan/targets").status_code == 404


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"value": "0"}, "größer als 0"),
        ({"value": "viel"}, "keine Zahl"),
        ({"grade_to": "4"}, "Jahrgang 04 kommt vor Jahrgang 05"),
        ({"grade_from": "VK"}, "kein Jahrgang"),
        ({"reserve": "120"}, "kein Anteil"),
        ({"school_type": ["XX"]}, "steht nicht zur Auswahl"),
        ({"plan": ""}, "Bitte ausfüllen"),
    ],
)
def test_what_will_not_do_comes_back_with_what_was_typed(
    admin: FlaskClient, session: Session, change: dict[str, Any], said: str
) -> None:
    answer = admin.post("/plan/targets/new", data={**NEW, **change})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert said in page
    assert 'value="010825"' in page
    assert queries.plans(session) == []


def test_the_same_target_is_there_once_and_a_correction_leaves_its_trace(
    admin: FlaskClient, session: Session
) -> None:
    admin.post("/plan/targets/new", data=NEW)
    again = admin.post("/plan/targets/new", data={**NEW, "value": "3"})
    assert again.status_code == 422
    assert "steht schon im Plan" in again.get_data(as_text=True)
    assert (
        admin.post("/plan/targets/1/edit", data={**NEW, "version": "1", "value": "1,25"}).status_code == 302
    )
    page = text(admin, "/plan/targets/1")
    assert "1,25" in page
    assert "Ausstattungsziel geändert" in page
    trail = text(admin, "/audit")
    assert "<del>1,5</del>" in trail
    assert "<ins>1,25</ins>" in trail
    late = admin.post("/plan/targets/1/edit", data={**NEW, "version": "1", "value": "9"})
    assert "In der Zwischenzeit" in late.get_data(as_text=True)


def test_a_replaced_target_steps_back_but_stays(admin: FlaskClient, session: Session, house: Actor) -> None:
    day = today()
    old = target(house, value=Decimal(4), valid_from=day - timedelta(days=400))
    target(house, value=Decimal(3), valid_from=day)
    target(house, value=Decimal(2), valid_from=day + timedelta(days=300))
    page = text(admin, "/plan/targets")
    assert "je 4 Schüler" not in page
    assert "je 3 Schüler" in page
    assert "gilt noch nicht" in page
    everything = text(admin, "/plan/targets?old=1")
    assert "je 4 Schüler" in everything
    assert "abgelöst" in everything
    assert "je 4 Schüler" in text(admin, f"/plan/targets/{old}")


def test_the_page_is_narrowed_by_its_address(admin: FlaskClient, session: Session, house: Actor) -> None:
    target(house, value=Decimal(5), school_type=(SchoolType.G,))
    target(house, value=Decimal(6), school_type=(SchoolType.GY,))
    target(house, value=Decimal(7), item_class=ItemClass.WORKPLACE)
    target(house, value=Decimal(8), plan="IV", valid_from=date(2019, 8, 1))
    found = {
        query: {value for value in "5678" if f"je {value} Schüler" in page}
        for query in ("type=G", "class=workplace", "plan=IV&old=1", "type=quatsch&class=unsinn")
        if (page := text(admin, f"/plan/targets?{query}"))
    }
    assert found == {
        "type=G": {"5", "7"}, "class=workplace": {"7"}, "plan=IV&old=1": {"8"},
        "type=quatsch&class=unsinn": {"5", "6", "7"},
    }  # fmt: skip


def test_the_actions_ask_for_the_right_themselves(session: Session, house: Actor, school: School) -> None:
    """Whatever page or program calls them; an office role at one school does not reach the town's plan."""
    ident = target(house)
    for grant in (Grant(Role.AUDITOR), Grant(Role.COORDINATOR, school.id), Grant(Role.OFFICE, school.id)):
        by = Actor(1, "jemand", (grant,))
        with pytest.raises(NotAllowed):
            target(by, plan="VI")
        with pytest.raises(NotAllowed), transaction() as writing:
            actions.change_target(
                writing, queries.get_target(writing, ident, seen_by=house), {"value": Decimal(9)}, by=by
            )
