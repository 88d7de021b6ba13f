"""While a receipt is entered: what is left is seen, what is odd asks for a reason, and the reason stays."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from school_it.access import Actor, Role
from school_it.audit import Action, Entry
from school_it.database import transaction
from school_it.errors import Refused
from school_it.funding import actions, queries, standing
from school_it.funding.checking import left
from school_it.funding.models import AcceptedWarning, Grant, Receipt
from school_it.schools.models import School
from tests.asked import statements
from tests.funding.conftest import GRANT, PROGRAMME, RECEIPT, Facts, TakeIn

D = Decimal
SignIn = Callable[..., FlaskClient]
FORM = {
    "receipt_no": "1", "category": "2.3", "school": "115514", "order_date": "01.03.2024", "invoice_date": "22.04.2024",
    "payment_date": "06.05.2024", "payee": "Beispieltechnik GmbH", "invoice_no": "RE-24-0815", "subject": "20 Tablets",
    "quantity": "20", "invoice_gross": "9.604,00", "paid_amount": "9.604,00",
}  # fmt: skip
CAPPED = {
    **PROGRAMME, "Deckel Fördergegenstände": "2.3", "Deckel Anteil": "20 %", "Deckel je Schule": "9.000,00",
    "Budget": "60.000,00", "nicht förderfähig": "Wartung, Smartphone",
}  # fmt: skip


@pytest.fixture
def office(sign_in_as: SignIn) -> FlaskClient:
    return sign_in_as(Role.OFFICE)


@pytest.fixture
def capped(take_in: TakeIn, school: School, session: Session) -> Grant:
    """50,000.00 eligible, 40,000.00 granted of 60,000.00; tablets up to 10,000.00 in all or 9,000.00 a school."""
    assert take_in("programmes", CAPPED)["exit"] == 0
    assert take_in("grants", GRANT)["exit"] == 0
    session.rollback()
    return session.scalars(select(Grant)).one()


def text_of(answer: Any) -> str:
    return str(answer.get_data(as_text=True)).replace("\N{NO-BREAK SPACE}", " ")


def enter(office: FlaskClient, grant: Grant, **values: str) -> Any:
    return office.post(f"/funding/grants/{grant.id}/receipts/new", data={**FORM, **values})


def test_the_form_says_what_is_left_before_anything_is_typed(office: FlaskClient, capped: Grant) -> None:
    page = text_of(office.get(f"/funding/grants/{capped.id}/receipts/new"))
    for text in ("50.000,00 €", "20.000,00 €", "10.000,00 €", "9.000,00 €", "15.02.2024 – 30.09.2025"):
        assert text in page
    assert "Begründung" not in page


def test_what_is_left_at_a_school_is_there_as_soon_as_the_school_is_chosen(
    office: FlaskClient, capped: Grant
) -> None:
    page = text_of(office.get(f"/funding/grants/{capped.id}/receipts/new?school=115514"))
    assert "an dieser Schule noch" in page
    assert 'hx-target="#left"' in page


def test_what_is_left_shrinks_with_each_receipt_and_not_with_the_one_that_is_edited(
    office: FlaskClient, session: Session, capped: Grant
) -> None:
    assert enter(office, capped).status_code == 302
    session.rollback()
    grant, receipt = session.scalars(select(Grant)).one(), session.scalars(select(Receipt)).one()
    assert left.of_grant(session, grant).eligible == D("40396.00")
    assert left.of_grant(session, grant).taken == D("9604.00")
    assert left.of_grant(session, grant, but=receipt).eligible == D("50000.00")


def test_the_cap_holds_by_either_limit_and_asks_once_both_are_passed(
    office: FlaskClient, capped: Grant
) -> None:
    assert enter(office, capped).status_code == 302  # above the 9,000 a school, below the 10,000 in all
    asked = enter(
        office, capped, receipt_no="2", invoice_no="RE-2", paid_amount="397,00", invoice_gross="397,00"
    )
    assert asked.status_code == 422
    page = text_of(asked)
    assert "im ganzen Programm 10.001,00 €" in page
    assert "Begründung" in page
    assert "um 604,00 €" in page
    assert "gemessen an den bewilligten zuwendungsfähigen Ausgaben" in page


def test_a_warning_is_taken_with_a_reason_that_stays_with_the_receipt(
    office: FlaskClient, session: Session, capped: Grant
) -> None:
    refused = enter(office, capped, subject="5 Smartphones")
    assert refused.status_code == 422
    assert "»Smartphone«" in text_of(refused)
    assert session.scalars(select(Receipt)).all() == []
    assert (
        enter(office, capped, subject="5 Smartphones", reason="Messgeräte, Bescheid Nr. 4").status_code == 302
    )
    session.rollback()
    kept = session.scalars(select(AcceptedWarning)).one()
    assert (kept.rule, kept.reason, kept.receipt and kept.receipt.receipt_no) == (
        "F10",
        "Messgeräte, Bescheid Nr. 4",
        "1",
    )
    assert (
        session.scalars(select(Entry).where(Entry.action == Action.WARNING_ACCEPTED))
        .one()
        .changes["reason"][1]
    )
    assert "Messgeräte, Bescheid Nr. 4" in text_of(office.get(f"/funding/receipts/{kept.receipt_id}"))
    assert "Messgeräte, Bescheid Nr. 4" in text_of(office.get(f"/funding/grants/{capped.id}"))
    assert [one.reason for one in standing.of_grant(session, kept.grant).accepted] == [
        "Messgeräte, Bescheid Nr. 4"
    ]


def test_where_nobody_is_asked_a_receipt_is_taken_and_what_was_kept_of_it_stays(
    office: FlaskClient, session: Session, capped: Grant, house: Actor
) -> None:
    """An empty answer to the question is another thing: it refuses."""
    assert enter(office, capped, subject="5 Smartphones", reason="Messgeräte").status_code == 302
    values = {"subject": "6 Smartphones"}
    with transaction() as writing:
        receipt = writing.scalars(select(Receipt)).one()
        with pytest.raises(Refused):
            actions.change_receipt(writing, receipt, receipt.school, values, reason=None, by=house)
        actions.change_receipt(writing, receipt, receipt.school, values, by=house)
    session.rollback()
    assert session.scalars(select(Receipt)).one().subject == "6 Smartphones"
    assert session.scalars(select(AcceptedWarning)).one().reason == "Messgeräte"


def test_the_reason_goes_when_what_was_warned_of_is_put_right(
    office: FlaskClient, session: Session, capped: Grant
) -> None:
    assert enter(office, capped, subject="5 Smartphones", reason="Messgeräte").status_code == 302
    session.rollback()
    receipt = session.scalars(select(Receipt)).one()
    page = text_of(office.get(f"/funding/receipts/{receipt.id}/edit"))
    assert "Messgeräte" in page
    known = {**FORM, "subject": "5 Tablets", "reason": "Messgeräte", "version": str(receipt.version)}
    assert office.post(f"/funding/receipts/{receipt.id}/edit", data=known).status_code == 302
    session.rollback()
    assert session.scalars(select(AcceptedWarning)).all() == []


def test_more_than_was_granted_and_an_item_nobody_knows_are_both_said_at_once(
    office: FlaskClient, capped: Grant
) -> None:
    asked = enter(office, capped, category="9.9", paid_amount="50.000,01", invoice_gross="50.000,01")
    page = text_of(asked)
    assert asked.status_code == 422
    assert "nennt den Fördergegenstand 9.9 nicht" in page
    assert "0,01 € trägt die Stadt" in page


def test_a_file_is_told_the_same_and_blocked_by_none_of_it(
    session: Session, take_in: TakeIn, capped: Grant
) -> None:
    facts: Facts = take_in("receipts", {**RECEIPT, "Gegenstand": "Wartung der Tablets"})
    assert facts["exit"] == 0
    assert any("»Wartung«" in one["sentence"] for one in facts["hints"])
    session.rollback()
    assert session.scalars(select(AcceptedWarning)).all() == []


def test_the_statements_are_the_same_at_any_number_of_receipts(
    session: Session, take_in: TakeIn, capped: Grant
) -> None:
    grant = queries.find_grant(session, capped.reference)
    assert grant is not None
    with statements() as few:
        left.of_grant(session, grant)
    rows = [
        {
            **RECEIPT,
            "Beleg-Nr.": str(n),
            "Rechnungsnummer": f"RE-{n}",
            "Rechnungsbetrag brutto": "9,80",
            "gezahlt": "9,80",
        }
        for n in range(1, 40)
    ]
    assert take_in("receipts", *rows)["exit"] == 0
    session.rollback()
    grant = queries.find_grant(session, capped.reference)
    assert grant is not None
    with statements() as many:
        left.of_grant(session, grant)
    assert len(many) == len(few)


def test_a_decision_beyond_the_budget_and_the_programme_asks_for_a_reason_too(
    office: FlaskClient, session: Session, capped: Grant
) -> None:
    address = f"/funding/grants/{capped.id}/decisions/new"
    assert "20.000,00 €" in text_of(office.get(address))
    form = {
        "file_reference": "48.03-18/24",
        "decision_date": "01.04.2024",
        "period_to": "30.09.2025",
        "eligible": "25.000,01",
    }
    asked = office.post(address, data=form)
    assert asked.status_code == 422
    assert "0,01 € zu viel" in text_of(asked)
    assert office.post(address, data={**form, "reason": "Budget erhöht, Bescheid folgt"}).status_code == 302
    session.rollback()
    kept = session.scalars(select(AcceptedWarning)).one()
    assert (kept.rule, kept.decision and kept.decision.file_reference) == ("F03", "48.03-18/24")
    assert "Budget erhöht" in text_of(office.get(f"/funding/grants/{capped.id}"))
