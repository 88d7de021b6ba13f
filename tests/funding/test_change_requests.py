"""A change is asked for with both plans, becomes an amendment when granted, and may shorten the period."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from school_it.access import Actor, Role
from school_it.database import transaction
from school_it.errors import Refused, RuleBroken
from school_it.funding import cost_plan, queries, removing, standing
from school_it.funding.book import ChangeState
from school_it.funding.cost_plan import Planned
from school_it.funding.decisions import amending, change_requests
from school_it.funding.models import AcceptedWarning, ChangeRequest, Decision, Grant, Programme
from school_it.schools.models import School
from tests.funding.conftest import RECEIPT, Facts, TakeIn, run, told

D = Decimal
OLD = {"2.1a": Planned(D("30000"), D("28000")), "2.3": Planned(D("22000"), D("22000"))}
NEW = {"2.1a": Planned(D("20000"), D("18000")), "2.3": Planned(D("32000"), D("32000"))}
ASKED: dict[str, Any] = {
    "requested_on": date(2024, 9, 2), "reason": "Weniger Verkabelung, mehr Tablets.", "declared": True,
}  # fmt: skip
ANSWER: dict[str, Any] = {
    "file_reference": "48.03-17/24 Ä1", "decision_date": date(2024, 10, 1), "period_to": date(2025, 9, 30),
    "eligible": D("50000"),
}  # fmt: skip


@pytest.fixture
def asked(house: Actor, grant: Facts) -> int:
    with transaction() as session:
        decision = session.scalars(select(Decision)).one()
        cost_plan.record(session, decision, OLD, by=house)
        session.flush()
        return change_requests.ask(session, decision, ASKED, NEW, by=house).id


def the_grant(session: Session) -> Grant:
    session.rollback()
    return session.scalars(select(Grant)).one()


def test_a_request_keeps_both_plans_as_they_were_on_its_day(
    session: Session, house: Actor, asked: int
) -> None:
    with transaction() as writing:
        decision = writing.scalars(select(Decision)).one()
        cost_plan.record(writing, decision, {"2.3": Planned(D("1"), D("1"))}, by=house)
    session.rollback()
    request = session.scalars(select(ChangeRequest)).one()
    assert (change_requests.old_plan(request), change_requests.new_plan(request)) == (OLD, NEW)
    assert (request.number, request.drawn, request.state) == (1, D("0.00"), ChangeState.REQUESTED)


def test_granted_it_becomes_an_amendment_with_the_plan_that_was_asked_for(
    session: Session, house: Actor, asked: int
) -> None:
    with transaction() as writing:
        request = change_requests.get_request(writing, asked, seen_by=house)
        made = change_requests.grant(writing, request, ANSWER, by=house)
        assert made.amends_id == request.decision_id
    grant = the_grant(session)
    assert cost_plan.of_grant(session, grant) == NEW
    assert (grant.eligible, grant.granted) == (D("50000.00"), D("40000.00"))
    request = session.scalars(select(ChangeRequest)).one()
    assert (request.state, request.answered_on) == (ChangeState.GRANTED, date(2024, 10, 1))
    with pytest.raises(RuleBroken, match="beantwortet"), transaction() as writing:
        change_requests.refuse(writing, writing.get(ChangeRequest, asked), date(2024, 11, 1), by=house)  # type: ignore[arg-type]


def test_without_its_decision_a_granted_request_is_open_again(
    session: Session, house: Actor, asked: int
) -> None:
    with transaction() as writing:
        request = change_requests.get_request(writing, asked, seen_by=house)
        assert request.answer_id is None
        made = change_requests.grant(writing, request, ANSWER, by=house)
        ident = made.id
    with pytest.raises(RuleBroken), transaction() as writing:
        removing.remove(writing, change_requests.get_request(writing, asked, seen_by=house), by=house)
    with transaction() as writing:
        removing.remove(writing, queries.get_decision(writing, ident, seen_by=house), by=house)
    session.rollback()
    request = session.scalars(select(ChangeRequest)).one()
    assert (request.state, request.answer_id) == (ChangeState.REQUESTED, None)
    with transaction() as writing:
        removing.remove(writing, change_requests.get_request(writing, asked, seen_by=house), by=house)
    session.rollback()
    assert session.scalars(select(ChangeRequest)).all() == []


@pytest.mark.parametrize(
    ("changed", "plan", "field"),
    [
        ({"reason": " "}, NEW, "reason"),
        ({"requested_on": date(2020, 1, 1)}, NEW, "requested_on"),
        ({}, {}, ""),
        ({}, OLD, ""),
        ({}, {"2.3": Planned(D("1"), D("2"))}, "2.3"),
    ],
)
def test_a_request_that_asks_for_nothing_or_says_no_reason_is_refused(
    house: Actor, asked: int, changed: dict[str, Any], plan: dict[str, Planned], field: str
) -> None:
    with transaction() as session:
        decision = session.scalars(select(Decision)).one()
        with pytest.raises(Refused) as problem:
            change_requests.ask(session, decision, {**ASKED, **changed}, plan, by=house)
    assert field in [name for name, _sentence in problem.value.faults]


def test_the_workbook_has_both_plans_and_what_was_drawn_with_sums_as_formulas(
    app: Flask, asked: int, tmp_path: Path
) -> None:
    file = tmp_path / "antrag.xlsx"
    words = ("export", "change-request", "--grant", "DT-2024-01", "--out", str(file), "--json")
    facts = json.loads(run(app, *words).stdout)
    assert facts["figures"] == {
        "old_total": "52000.00", "old_eligible": "50000.00", "new_total": "52000.00", "new_eligible": "50000.00",
        "old_grant": "40000.00", "new_grant": "40000.00", "drawn": "0.00",
    }  # fmt: skip
    book = openpyxl.load_workbook(file, data_only=True)
    for name, value in (
        ("aa_aktenzeichen", "48.03-17/24"),
        ("aa_zuwendungsfaehig_neu", 50000),
        ("aa_abgerufen", 0),
    ):
        ((sheet, cell),) = book.defined_names[name].destinations
        assert book[sheet][cell.replace("$", "")].value == value
    rows = list(book["Finanzierungsplan"].iter_rows(values_only=True))
    assert ("2.3", 22000, 22000, 32000, 32000, 10000) in [row[:6] for row in rows]


def test_without_a_request_the_export_says_so(app: Flask, grant: Facts, tmp_path: Path) -> None:
    found = run(app, "export", "change-request", "--grant", "DT-2024-01", "--out", str(tmp_path / "x.xlsx"))
    assert found.exit_code != 0
    assert "keinen Änderungsantrag" in found.output + found.stderr


def test_the_office_asks_and_enters_the_answer_on_pages(
    session: Session, admin: FlaskClient, grant: Facts
) -> None:
    decision = session.scalars(select(Decision)).one().id
    session.rollback()
    values = {
        "requested_on": "02.09.2024", "reason": "Preise", "item-0": "2.1a", "total-0": "10.000,00", "eligible-0": "",
        "period_to": "30.06.2025",
    }  # fmt: skip
    answer = admin.post(f"/funding/decisions/{decision}/changes/new", data=values)
    assert answer.status_code == 302, answer.get_data(as_text=True)
    place = answer.location
    page = admin.get(place).get_data(as_text=True)
    assert "Erklärung" in page
    assert "10.000,00" in page
    form = admin.get(f"{place}/grant").get_data(as_text=True)
    assert 'value="30.06.2025"' in form
    said = {"file_reference": "Ä1", "decision_date": "01.10.2024", "period_to": "30.06.2025", "eligible": "10.000,00",
            "granted": "8.000,00"}  # fmt: skip
    assert admin.post(f"{place}/grant", data=said).status_code == 302
    page = admin.get(f"/funding/grants/{the_grant(session).id}").get_data(as_text=True)
    assert "Änderungsanträge" in page
    assert the_grant(session).granted == D("8000.00")


# --- the period ---


def test_an_amendment_may_shorten_the_period_and_every_place_knows(
    session: Session, house: Actor, grant: Facts, take_in: TakeIn
) -> None:
    with transaction() as writing:
        decision = writing.scalars(select(Decision)).one()
        amending.amend(writing, decision, {**ANSWER, "period_to": date(2024, 4, 30)}, by=house)
    found = the_grant(session)
    assert found.period_to == date(2024, 4, 30)
    assert queries.grant_facts(session)["DT-2024-01"].window.period_to == date(2024, 4, 30)
    assert {one.period_to for terms in queries.terms(session).values() for one in terms} == {
        date(2024, 4, 30)
    }
    assert found.earmark_end == date(2028, 12, 31)
    facts = take_in("receipts", {**RECEIPT, "Auftrag vom": "02.05.2024"})
    assert "30.04.2024" in told(facts)[0][2]
    with transaction() as writing:
        decision = writing.scalars(select(Decision).order_by(Decision.id)).first()
        assert decision is not None
        longer = {
            **ANSWER,
            "file_reference": "Ä2",
            "decision_date": date(2024, 12, 1),
            "period_to": date(2026, 1, 31),
        }
        amending.amend(writing, decision, longer, by=house)
    assert the_grant(session).period_to == date(2026, 1, 31)


def test_of_several_decisions_the_latest_day_holds_as_before(
    session: Session, grant: Facts, take_in: TakeIn
) -> None:
    from tests.funding.conftest import GRANT

    earlier = {
        **GRANT,
        "Aktenzeichen": "48.03-99/24",
        "Bescheid vom": "01.03.2024",
        "Durchführung bis": "31.03.2025",
    }
    assert take_in("grants", earlier)["exit"] == 0
    assert the_grant(session).period_to == date(2025, 9, 30)
    assert queries.grant_facts(session)["DT-2024-01"].window.period_to == date(2025, 9, 30)


def test_an_amendment_beyond_the_programme_asks_for_a_reason_and_keeps_it(
    session: Session, house: Actor, grant: Facts
) -> None:
    with transaction() as writing:
        writing.scalars(select(Programme)).one().budget = D("41000")
    more = {**ANSWER, "eligible": D("60000")}
    with pytest.raises(Refused, match="Budget"), transaction() as writing:
        amending.amend(writing, writing.scalars(select(Decision)).one(), more, reason=None, by=house)
    with transaction() as writing:
        amending.amend(writing, writing.scalars(select(Decision)).one(), more, reason="zugesagt", by=house)
    session.rollback()
    kept = session.scalars(select(AcceptedWarning)).one()
    assert (kept.rule, kept.reason) == ("F03", "zugesagt")
    assert standing.overview(session, the_grant(session)).accepted


def test_the_search_finds_a_request_by_its_reason_and_by_what_it_asks_to_change(
    asked: int, sign_in_as: Callable[..., FlaskClient], school: School
) -> None:
    office = sign_in_as(Role.OFFICE)
    for q in ("mehr tablets", "48.03-17/24"):
        page = office.get("/search", query_string={"q": q}).get_data(as_text=True)
        assert f"/funding/changes/{asked}" in page, q
        assert "beantragt" in page
    teacher = sign_in_as(Role.TEACHER, school).get("/search?q=mehr+tablets").get_data(as_text=True)
    assert "/changes/" not in teacher
