"""Draw-downs: what is proposed, what the rules refuse, what a payout does to the sum that every figure goes by."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from school_it.access import Actor, Role
from school_it.audit import Action, Entry
from school_it.database import db, transaction
from school_it.errors import Refused
from school_it.funding import cost_plan, queries, removing, standing
from school_it.funding.book import DrawdownState
from school_it.funding.decisions import amending
from school_it.funding.drawdowns import calls, payouts
from school_it.funding.models import Decision, Drawdown, Grant, Receipt
from tests.funding.conftest import RECEIPT, Facts, TakeIn
from tests.funding.test_pages import text_of

D = Decimal
ON = date(2024, 6, 1)


@pytest.fixture
def spent(take_in: TakeIn, grant: Facts) -> None:
    """The grant of 50,000.00 at 80 % with 9,604.00 paid: 7,683.20 are borne by it."""
    assert take_in("receipts", RECEIPT)["exit"] == 0


def ask(by: Actor, **values: Any) -> int:
    with transaction() as session:
        decision = session.scalars(select(Decision)).one()
        return payouts.ask(session, decision, {"requested_on": ON, **values}, by=by).id


def pay(by: Actor, ident: int, amount: str) -> None:
    with transaction() as session:
        asked = payouts.get_drawdown(session, ident, seen_by=by)
        payouts.pay(session, asked, paid=D(amount), paid_on=date(2024, 6, 20), reference="KZ 4711", by=by)


def drawn(session: Session) -> Decimal | None:
    session.rollback()
    return session.scalars(select(Decision)).one().drawn


@pytest.mark.usefixtures("spent")
def test_a_request_proposes_what_the_grant_bears_of_what_is_paid(session: Session, house: Actor) -> None:
    ask(house)
    made = session.scalars(select(Drawdown)).one()
    assert (made.number, made.requested, made.expenses_paid, made.expenses_due) == (
        1, D("7683.20"), D("9604.00"), D("0.00"),
    )  # fmt: skip
    assert made.own_share_used == D("1920.80")
    assert drawn(session) is None
    call = calls.of_grant(session, session.scalars(select(Grant)).one(), ON)
    assert (call.figures["pending"], call.figures["requested"], call.numbers) == (
        D("7683.20"),
        D("0.00"),
        [2],
    )


@pytest.mark.usefixtures("spent")
def test_a_payout_raises_what_is_drawn_and_putting_it_right_moves_it_along(
    session: Session, house: Actor
) -> None:
    ident = ask(house)
    pay(house, ident, "7683.20")
    assert drawn(session) == D("7683.20")
    pay(house, ident, "7000.00")
    assert drawn(session) == D("7000.00")
    found = payouts.get_drawdown(session, ident, seen_by=house)
    assert (found.state, found.reference) == (DrawdownState.PAID, "KZ 4711")
    with transaction() as writing:
        removing.remove(writing, payouts.get_drawdown(writing, ident, seen_by=house), by=house)
    assert drawn(session) == D("0.00")


@pytest.mark.usefixtures("spent")
def test_what_was_drawn_before_the_first_request_is_told_apart(session: Session, house: Actor) -> None:
    with transaction() as writing:
        writing.scalars(select(Decision)).one().drawn = D("2000.00")
    with pytest.raises(Refused) as refused:
        ask(house)
    assert [name for name, _sentence in refused.value.faults] == ["number"]
    pay(house, ask(house, number=2), "5683.20")
    assert drawn(session) == D("7683.20")
    assert payouts.drawn_before(session, session.scalars(select(Grant)).one()) == D("2000.00")


@pytest.mark.usefixtures("spent")
@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"requested": D("0")}, "requested"),
        ({"requested": D("40000.01"), "reason": "eilt"}, "requested"),
        ({"requested": D("10000")}, "reason"),
        ({"requested_on": date(2025, 1, 1)}, "requested_on"),
    ],
)
def test_a_rule_refuses_at_its_field_and_a_warning_wants_a_reason(
    session: Session, house: Actor, values: dict[str, Any], field: str
) -> None:
    with transaction() as writing:
        grant = writing.scalars(select(Grant)).one()
        grant.programme.last_drawdown = date(2024, 12, 31)
    with pytest.raises(Refused) as refused:
        ask(house, **values)
    assert field in [name for name, _sentence in refused.value.faults]


@pytest.mark.usefixtures("spent")
def test_a_reason_lets_a_warning_pass_and_is_kept(session: Session, house: Actor) -> None:
    ask(house, requested=D("10000"), reason="Rechnung über 20.000 € kommt nächste Woche")
    assert session.scalars(select(Drawdown)).one().reason is not None


@pytest.mark.usefixtures("spent")
def test_from_request_to_payout_by_form(
    session: Session, sign_in_as: Callable[..., FlaskClient], app: Flask
) -> None:
    office = sign_in_as(Role.OFFICE)
    decision = session.scalars(select(Decision)).one()
    form = text_of(office.get(f"/funding/decisions/{decision.id}/drawdowns/new"))
    assert "7.683,20" in form
    data = {"number": "1", "requested_on": "01.06.2024", "requested": "7.683,20"}
    assert office.post(f"/funding/decisions/{decision.id}/drawdowns/new", data=data).status_code == 302
    made = session.scalars(select(Drawdown)).one()
    waiting = text_of(office.get(f"/funding/grants/{decision.grant_id}"))
    assert "Auszahlung von 7.683,20 € eintragen" in waiting
    paid = {"paid": "7.683,20", "paid_on": "20.06.2024", "reference": "KZ 1"}
    assert office.post(f"/funding/drawdowns/{made.id}/paid", data=paid).status_code == 302
    page = text_of(office.get(f"/funding/grants/{decision.grant_id}/drawdowns"))
    assert "ausgezahlt" in page
    assert drawn(session) == D("7683.20")
    assert "Mittelabruf ausgezahlt" in text_of(office.get(f"/funding/drawdowns/{made.id}"))
    actions = {entry.action for entry in session.scalars(select(Entry))}
    assert {Action.DRAWDOWN_ADDED, Action.DRAWDOWN_PAID, Action.DECISION_CHANGED} <= actions


# --- what is planned, and what changes it ---


def amended(by: Actor, eligible: str) -> int:
    with transaction() as session:
        head = session.scalars(select(Decision).order_by(Decision.id)).first()
        assert head is not None
        values = {
            "file_reference": f"48.03-17/24 Ä{len(head.grant.decisions)}", "decision_date": date(2024, 9, 1),
            "period_to": date(2025, 12, 31), "eligible": D(eligible),
        }  # fmt: skip
        return amending.amend(session, head, values, by=by).id


def test_an_amendment_takes_away_and_its_sums_follow(session: Session, house: Actor, grant: Facts) -> None:
    ident = amended(house, "45000")
    session.rollback()
    found = session.scalars(select(Grant)).one()
    made = session.get(Decision, ident)
    assert made is not None
    assert (made.eligible, made.granted, made.amends_id) == (
        D("-5000.00"),
        D("-4000.00"),
        found.decisions[0].id,
    )
    assert (found.eligible, found.granted, found.period_to) == (
        D("45000.00"),
        D("36000.00"),
        date(2025, 12, 31),
    )
    (position,) = standing.positions(found)
    assert (position.amounts.eligible, position.amounts.granted) == (D("45000.00"), D("36000.00"))
    amended(house, "47000")
    session.rollback()
    (position,) = standing.positions(session.scalars(select(Grant)).one())
    assert position.amounts.granted == D("37600.00")
    checks = {
        one.rule: one.holds for one in standing.overview(session, session.scalars(select(Grant)).one()).checks
    }
    assert (checks["F01"], checks["F04"]) == (True, True)


def test_the_plan_of_an_amendment_is_kept_as_what_it_changes(
    session: Session, house: Actor, grant: Facts
) -> None:
    planned = cost_plan.Planned
    with transaction() as writing:
        first = writing.scalars(select(Decision)).one()
        cost_plan.record(
            writing,
            first,
            {"2.3": planned(D(30000), D(30000)), "2.1a": planned(D(20000), D(20000))},
            by=house,
        )
    ident = amended(house, "45000")
    with transaction() as writing:
        later = queries.get_decision(writing, ident, seen_by=house)
        cost_plan.record(writing, later, {"2.3": planned(D(45000), D(45000))}, by=house)
    session.rollback()
    found = session.scalars(select(Grant)).one()
    lines = cost_plan.of_decisions(session, found)[ident]
    assert lines == {"2.1a": planned(D(-20000), D(-20000)), "2.3": planned(D(15000), D(15000))}
    assert cost_plan.of_grant(session, found) == {"2.3": planned(D(45000), D(45000))}


@pytest.mark.usefixtures("spent")
def test_what_is_over_its_plan_by_more_than_a_fifth_is_told(session: Session, house: Actor) -> None:
    """F20: planned 8,000.00, a fifth more is 9,600.00; spent are 9,604.00."""
    for amount, holds in ((D(8000), False), (D(8100), True)):
        with transaction() as writing:
            first = writing.scalars(select(Decision)).one()
            cost_plan.record(writing, first, {"2.3": cost_plan.Planned(amount, amount)}, by=house)
        found = standing.overview(session, session.scalars(select(Grant)).one())
        assert {one.rule: one.holds for one in found.checks}["F20"] is holds
        session.rollback()


@pytest.mark.usefixtures("spent")
def test_where_a_programme_says_how_far_an_item_may_go_that_holds(session: Session, house: Actor) -> None:
    """F20: planned 8,000.00, at 0.25 up to 10,000.00; spent are 9,604.00."""
    with transaction() as writing:
        first = writing.scalars(select(Decision)).one()
        first.grant.programme.terms = {"shift_share": "0.25"}
        cost_plan.record(writing, first, {"2.3": cost_plan.Planned(D(8000), D(8000))}, by=house)
    found = standing.overview(session, session.scalars(select(Grant)).one())
    (told,) = [one for one in found.checks if one.rule == "F20"]
    assert told.holds
    assert "25 %" in str(told.sentence).replace("\N{NO-BREAK SPACE}", " ")


def test_the_plan_is_entered_by_form_and_a_faulty_line_keeps_the_others(
    session: Session, sign_in_as: Callable[..., FlaskClient], grant: Facts
) -> None:
    office, decision = sign_in_as(Role.OFFICE), session.scalars(select(Decision)).one()
    url = f"/funding/decisions/{decision.id}/plan"
    typed = {
        "item-0": "2.1a",
        "total-0": "12.000",
        "eligible-0": "10.000",
        "item-1": "2.3",
        "total-1": "viel",
    }
    refused = office.post(url, data=typed)
    assert refused.status_code == 422
    assert 'value="12.000"' in text_of(refused)
    assert cost_plan.of_grant(session, decision.grant) == {}
    assert office.post(url, data={**typed, "total-1": "40.000,00"}).status_code == 302
    page = text_of(office.get(f"/funding/grants/{decision.grant_id}"))
    assert "52.000,00 €" in page
    session.rollback()
    assert cost_plan.whole(cost_plan.of_grant(session, session.scalars(select(Grant)).one())).eligible == D(
        50000
    )


# --- taking out ---


@pytest.mark.usefixtures("spent")
def test_a_grant_goes_only_when_nothing_hangs_on_it_and_its_trail_stays(
    session: Session, sign_in_as: Callable[..., FlaskClient], house: Actor
) -> None:
    office, ident = sign_in_as(Role.OFFICE), session.scalars(select(Grant)).one().id
    assert "Die Zuwendung hat Belege (1)." in text_of(office.get(f"/funding/grants/{ident}/remove"))
    assert office.post(f"/funding/grants/{ident}/remove").status_code == 422
    session.rollback()
    receipt = queries.find_receipt(session, session.scalars(select(Grant)).one(), "1")
    assert receipt is not None
    assert office.post(f"/funding/receipts/{receipt.id}/remove").status_code == 302
    assert office.post(f"/funding/grants/{ident}/remove").status_code == 302
    session.rollback()
    assert session.scalars(select(Grant)).all() == []
    gone = session.scalars(select(Entry).where(Entry.action == Action.ROW_REMOVED)).all()
    whole = {entry.object_type: entry.changes for entry in gone}
    assert whole["grant_decisions"]["eligible"] == ["50000.00", None]
    assert whole["receipts"]["school_id"][0] is not None


# --- an old table ---


@pytest.mark.usefixtures("spent")
def test_an_old_table_is_held_against_ours_to_the_cent(
    session: Session, sign_in_as: Callable[..., FlaskClient]
) -> None:
    office, ident = sign_in_as(Role.OFFICE), session.scalars(select(Grant)).one().id
    url = f"/funding/grants/{ident}/reconcile"
    same = "Gegenstand\tgezahlt\tzuwendungsfähig\n2.3\t9.604,00 €\t9.604,00 €\nSumme\t9.604,00\t9.604,00"
    assert "stimmen auf den Cent überein" in text_of(office.post(url, data={"old": same}))
    off = text_of(office.post(url, data={"old": "2.3\t9.604,01\n2.1a\t100,00"}))
    assert "Unterschiede gibt es bei: 2.1a, 2.3." in off
    assert "-0,01 €" in off
    assert office.post(url, data={"old": "2.1a\tviel\n2.3\tmehr"}).status_code == 422


# --- the page of a grant ---


@pytest.mark.usefixtures("spent")
def test_the_page_of_a_grant_takes_as_many_statements_for_many_receipts_as_for_one(
    session: Session, sign_in_as: Callable[..., FlaskClient], take_in: TakeIn
) -> None:
    office, ident = sign_in_as(Role.OFFICE), session.scalars(select(Grant)).one().id
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        asked.append(statement)

    def statements() -> int:
        asked.clear()
        assert office.get(f"/funding/grants/{ident}").status_code == 200
        return len(asked)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        statements()
        first = statements()
        more = [{**RECEIPT, "Beleg-Nr.": str(n), "Rechnungsnummer": f"R{n}"} for n in range(2, 60)]
        assert take_in("receipts", *more)["exit"] == 0
        assert statements() == first
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def test_a_receipt_says_which_row_of_which_file_it_came_from(
    session: Session, sign_in_as: Callable[..., FlaskClient], spent: None
) -> None:
    receipt = session.scalars(select(Receipt)).one()
    assert "»receipts.xlsx«, Zeile 2" in text_of(
        sign_in_as(Role.OFFICE).get(f"/funding/receipts/{receipt.id}")
    )


@pytest.mark.usefixtures("spent")
def test_a_programme_tells_what_is_granted_drawn_paid_and_left(
    session: Session, sign_in_as: Callable[..., FlaskClient]
) -> None:
    with transaction() as writing:
        grant = writing.scalars(select(Grant)).one()
        grant.programme.budget, grant.decisions[0].drawn = D("45000.00"), D("2000.00")
        ident = grant.programme_id
    page = text_of(sign_in_as(Role.OFFICE).get(f"/funding/programmes/{ident}"))
    for amount in ("5.000,00 €", "40.000,00 €", "noch 38.000,00 €", "9.604,00 €"):
        assert amount in page
