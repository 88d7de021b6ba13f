"""The pages of funding: who sees them, what the forms take and refuse, and that the sums agree."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from school_it.access import Role
from school_it.audit import Action, Entry
from school_it.database import today
from school_it.funding.models import Decision, Grant, Programme, Receipt
from school_it.schools.models import School
from tests.funding.conftest import GRANT, RECEIPT, Facts, TakeIn

D = Decimal
SignIn = Callable[..., FlaskClient]
PROGRAMME_FORM = {
    "code": "NEU", "title": "Neues Programm", "status": "valid", "financing": "share", "rate": "80",
    "start_event": "order", "earmark_years": "4", "earmark_anchor": "implementation_end",
    "earmark_end_rule": "calendar_year", "items": "2.1a, 2.3",
}  # fmt: skip
DECISION_FORM = {
    "file_reference": "48.03-17/24", "decision_date": "15.02.2024", "period_to": "30.09.2025", "eligible": "50.000,00",
    "title": "WLAN und Tablets",
}  # fmt: skip
RECEIPT_FORM = {
    "receipt_no": "1", "category": "2.3", "school": "115514", "order_date": "01.03.2024", "invoice_date": "22.04.2024",
    "payment_date": "06.05.2024", "payee": "Beispieltechnik GmbH", "invoice_no": "RE-24-0815", "subject": "20 Tablets",
    "quantity": "20", "invoice_gross": "9.800,00", "paid_amount": "9.604,00",
}  # fmt: skip


@pytest.fixture
def office(sign_in_as: SignIn) -> FlaskClient:
    return sign_in_as(Role.OFFICE)


def one_of(session: Session, model: Any) -> Any:
    session.rollback()
    return session.scalars(select(model)).one()


def text_of(answer: Any) -> str:
    return str(answer.get_data(as_text=True)).replace("\N{NO-BREAK SPACE}", " ")


def test_an_empty_book_says_what_comes_first(office: FlaskClient) -> None:
    page = text_of(office.get("/funding"))
    assert "Noch ist kein Förderprogramm eingetragen." in page
    assert "/funding/programmes/new" in page


def test_from_programme_to_receipt_by_form(session: Session, office: FlaskClient, school: School) -> None:
    assert office.post("/funding/programmes/new", data=PROGRAMME_FORM).status_code == 302
    programme = one_of(session, Programme)
    assert (programme.rate, programme.items) == (D("0.8"), ("2.1a", "2.3"))
    wanted = {**DECISION_FORM, "reference": "DT-2024-01", "programme": str(programme.id)}
    assert office.post("/funding/grants/new", data=wanted).status_code == 302
    grant = one_of(session, Grant)
    assert (grant.rate, grant.granted) == (D("0.8"), D("40000.00"))
    assert office.post(f"/funding/grants/{grant.id}/receipts/new", data=RECEIPT_FORM).status_code == 302
    receipt = one_of(session, Receipt)
    assert receipt.eligible_requested == D("9604.00")
    less = {**RECEIPT_FORM, "paid_amount": "9.600,00", "eligible_requested": "9.604,00"}
    assert office.post(f"/funding/receipts/{receipt.id}/edit", data=less).status_code == 302
    assert one_of(session, Receipt).eligible_requested == D("9600.00")
    page = text_of(office.get(f"/funding/grants/{grant.id}"))
    for shown in ("50.000,00 €", "40.000,00 €", "9.600,00 €", "40.400,00 €", "31.12.2029"):
        assert shown in page
    actions = {entry.action for entry in session.scalars(select(Entry))}
    assert {
        Action.PROGRAMME_ADDED,
        Action.GRANT_ADDED,
        Action.DECISION_ADDED,
        Action.RECEIPT_ADDED,
    } <= actions


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"order_date": "14.02.2024"}, "order_date", "liegt vor dem Bescheid"),
        ({"order_date": "01.10.2025"}, "order_date", "nach dem Ende der Durchführung"),
        ({"eligible_requested": "9.800,00"}, "eligible_requested", "Zuwendungsfähig sind 9.604,00 €"),
        ({"receipt_no": "9"}, "receipt_no", "gibt es hier schon"),
        ({"payment_date": "31.02.2024"}, "payment_date", "Den Tag »31.02.2024« gibt es nicht"),
    ],
)
def test_a_rule_refuses_a_receipt_at_the_field_and_keeps_what_was_typed(
    session: Session,
    office: FlaskClient,
    take_in: TakeIn,
    grant: Facts,
    changed: dict[str, str],
    field: str,
    words: str,
) -> None:  # fmt: skip
    take_in("receipts", {**RECEIPT, "Beleg-Nr.": "9", "Rechnungsnummer": "ANDERE"})
    ident = one_of(session, Grant).id
    answer = office.post(f"/funding/grants/{ident}/receipts/new", data={**RECEIPT_FORM, **changed})
    page = text_of(answer)
    assert answer.status_code == 422
    assert words in page
    faulty = page.partition(f'name="{field}"')[2].partition("field--")[0]
    assert words in faulty
    assert f'value="{changed[field]}"' in page
    assert len(session.scalars(select(Receipt)).all()) == 1


def test_a_remark_that_nobody_wrote_is_no_change(
    session: Session, office: FlaskClient, take_in: TakeIn, grant: Facts
) -> None:
    take_in("receipts", RECEIPT)
    url = f"/funding/receipts/{session.scalars(select(Receipt)).one().id}/edit"
    assert office.post(url, data={**RECEIPT_FORM, "quantity": "7", "remark": ""}).status_code == 302
    session.rollback()
    stored = session.scalars(select(Receipt)).one()
    assert (stored.quantity, stored.remark) == (7, None)
    changed = session.scalars(select(Entry).order_by(Entry.id.desc())).first()
    assert changed is not None
    assert "remark" not in (changed.changes or {})


def test_the_same_invoice_in_another_grant_is_refused_by_form_too(
    session: Session, office: FlaskClient, take_in: TakeIn, grant: Facts
) -> None:
    take_in("grants", {**GRANT, "Kennzeichen": "DT-2024-02", "Aktenzeichen": "48.03-99/24"})
    take_in("receipts", RECEIPT)
    other = session.scalars(select(Grant).where(Grant.reference == "DT-2024-02")).one()
    answer = office.post(f"/funding/grants/{other.id}/receipts/new", data=RECEIPT_FORM)
    assert answer.status_code == 422
    assert "Weitere Belege: DT-2024-01 Nr. 1." in text_of(answer)


def test_a_programme_without_a_rate_is_told_at_the_rate(office: FlaskClient) -> None:
    answer = office.post("/funding/programmes/new", data={**PROGRAMME_FORM, "rate": ""})
    assert answer.status_code == 422
    assert "nur ein Entwurf darf ihn offen lassen" in text_of(answer)
    assert (
        office.post(
            "/funding/programmes/new", data={**PROGRAMME_FORM, "rate": "", "status": "draft"}
        ).status_code
        == 302
    )


def test_a_new_rate_computes_the_amounts_anew(session: Session, office: FlaskClient, grant: Facts) -> None:
    found = one_of(session, Grant)
    form = {
        "reference": found.reference,
        "programme": str(found.programme_id),
        "rate": "90 %",
        "version": found.version,
    }
    assert office.post(f"/funding/grants/{found.id}/edit", data=form).status_code == 302
    assert (one_of(session, Grant).rate, one_of(session, Decision).granted) == (D("0.9"), D("45000.00"))


def test_who_was_slower_is_told_and_overwrites_nothing(
    session: Session, office: FlaskClient, grant: Facts
) -> None:
    decision = one_of(session, Decision)
    seen, address = decision.version, f"/funding/decisions/{decision.id}/edit"
    assert (
        office.post(address, data={**DECISION_FORM, "version": seen, "drawn": "1.000,00"}).status_code == 302
    )
    late = office.post(address, data={**DECISION_FORM, "version": seen, "drawn": "2.000,00"})
    assert late.status_code == 422
    assert one_of(session, Decision).drawn == D("1000.00")


def test_a_receipt_entered_by_mistake_is_removed_after_saying_what_that_means(
    session: Session, office: FlaskClient, take_in: TakeIn, grant: Facts
) -> None:
    take_in("receipts", RECEIPT)
    address = f"/funding/receipts/{one_of(session, Receipt).id}/remove"
    assert "sinkt um 9.604,00 €" in text_of(office.get(address))
    assert office.post(address).status_code == 302
    session.rollback()
    assert session.scalars(select(Receipt)).all() == []
    assert (
        session.scalars(select(Entry).where(Entry.action == Action.ROW_REMOVED)).one().changes["invoice_no"]
    )


def test_the_list_is_filtered_by_its_address(office: FlaskClient, take_in: TakeIn, grant: Facts) -> None:
    far = {
        **GRANT, "Kennzeichen": "DT-2099-01", "Aktenzeichen": "99", "Durchführung bis": "31.12.2099",
        "Maßnahme": "Netz",
    }  # fmt: skip
    take_in("grants", far)
    for query, shown, hidden in (
        ("", ("DT-2024-01", "DT-2099-01"), ()),
        ("?stage=running", ("DT-2099-01",), ("DT-2024-01",)),
        ("?stage=ended", ("DT-2024-01",), ("DT-2099-01",)),
        ("?q=48.03", ("DT-2024-01",), ("DT-2099-01",)),
        ("?q=netz", ("DT-2099-01",), ("DT-2024-01",)),
        ("?programme=ANDERES", ("Dazu passt keine Zuwendung.",), ("DT-2024-01",)),
    ):
        page = text_of(office.get(f"/funding{query}"))
        assert all(word in page for word in shown), query
        assert not any(word in page for word in hidden), query


def test_what_ends_soon_is_counted_on_the_start_page_and_stands_among_the_deadlines(
    office: FlaskClient, take_in: TakeIn, programme: Facts
) -> None:
    def rows(period: int, proof: int) -> dict[str, str]:
        ends, due = (f"{today() + timedelta(days):%d.%m.%Y}" for days in (period, proof))
        return {"Durchführung bis": ends, "Verwendungsnachweis bis": due}

    take_in(
        "grants",
        {**GRANT, **rows(30, 200)},
        {**GRANT, "Kennzeichen": "DT-2", "Aktenzeichen": "2", **rows(-30, 60)},
        {**GRANT, "Kennzeichen": "DT-3", "Aktenzeichen": "3", **rows(300, 400)},
    )
    for address, shown in (
        ("?stage=ending", "DT-2024-01"),
        ("?stage=proof", "DT-2"),
        ("?stage=running", "DT-3"),
    ):
        assert f">{shown}</a>" in text_of(office.get(f"/funding{address}"))
        start = text_of(office.get("/"))
        assert address == "?stage=running" or f"/funding{address}" in start
    deadlines = text_of(office.get("/deadlines"))
    assert deadlines.index("Durchführung endet") < deadlines.index("Verwendungsnachweis fällig")
    assert "DT-3" not in deadlines


def test_every_value_of_a_programme_and_its_source_can_be_read(
    session: Session, office: FlaskClient, take_in: TakeIn, programme: Facts
) -> None:
    take_in(
        "programmes", {"Kürzel": "DP_TEST", "Titel": "Digitale Schule", "Quelle": "Richtlinie 2023, Nr. 6.1"}
    )
    page = text_of(office.get(f"/funding/programmes/{one_of(session, Programme).id}"))
    for shown in ("80 %", "Ende Durchführung", "Kalenderjahr", "2.1a, 2.1b, 2.3", "Richtlinie 2023, Nr. 6.1"):
        assert shown in page


def test_the_history_calls_a_field_as_its_page_does(
    session: Session, office: FlaskClient, grant: Facts
) -> None:
    page = text_of(office.get(f"/funding/programmes/{one_of(session, Programme).id}"))
    programme = page.rpartition("Verlauf")[2]
    own = text_of(office.get(f"/funding/grants/{one_of(session, Grant).id}/history"))
    assert ("Titel" in programme, "Maßnahme" in programme) == (True, False)
    assert "Maßnahme" in own


def pages_of(session: Session) -> list[str]:
    grant, receipt, decision = (one_of(session, model).id for model in (Grant, Receipt, Decision))
    programme = one_of(session, Programme).id
    return [
        "/funding", "/funding/programmes", f"/funding/programmes/{programme}", f"/funding/grants/{grant}",
        f"/funding/grants/{grant}/receipts", f"/funding/grants/{grant}/history", f"/funding/receipts/{receipt}",
        "/funding/programmes/new", f"/funding/programmes/{programme}/edit", "/funding/grants/new",
        f"/funding/grants/{grant}/edit", f"/funding/grants/{grant}/decisions/new",
        f"/funding/decisions/{decision}/edit", f"/funding/grants/{grant}/receipts/new",
        f"/funding/receipts/{receipt}/edit", f"/funding/receipts/{receipt}/remove",
    ]  # fmt: skip


SEEING = 7


def test_the_office_sees_and_edits_the_auditor_sees_and_schools_see_nothing(
    session: Session, sign_in_as: SignIn, take_in: TakeIn, grant: Facts, school: School
) -> None:
    take_in("receipts", RECEIPT)
    pages = pages_of(session)
    office, auditor = sign_in_as(Role.OFFICE), sign_in_as(Role.AUDITOR)
    assert [office.get(page).status_code for page in pages] == [200] * len(pages)
    assert [auditor.get(page).status_code for page in pages] == [200] * SEEING + [403] * (len(pages) - SEEING)
    for role in (Role.COORDINATOR, Role.TEACHER):
        browser = sign_in_as(role, school)
        assert {browser.get(page).status_code for page in pages[:SEEING]} == {404}
        assert {browser.get(page).status_code for page in pages[SEEING:]} == {403}
        assert "/funding" not in text_of(browser.get("/"))


def test_the_auditor_is_offered_nothing_to_change(
    session: Session, sign_in_as: SignIn, take_in: TakeIn, grant: Facts
) -> None:
    take_in("receipts", RECEIPT)
    auditor = sign_in_as(Role.AUDITOR)
    for page in pages_of(session)[:SEEING]:
        text = text_of(auditor.get(page))
        assert "/new" not in text
        assert "/edit" not in text
