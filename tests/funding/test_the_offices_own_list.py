"""The list of receipts as an office kept it: its own headers, names of schools, items with blanks, broken formulas."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from school_it.access import Role
from school_it.database import transaction
from school_it.funding import rules
from school_it.funding.models import Grant, PlanLine, Receipt
from school_it.schools.models import School
from tests.funding.conftest import RECEIPT, Facts, TakeIn
from tests.imports.pages import bring

D = Decimal
OWN = {
    "Beleg-Nr.": "lfd. Nr.", "Fördergegenstand": "Ausgaben-\ngliederung", "Schulnummer": "Schule",
    "Auftrag vom": "Auftrag/\nVertrag", "Rechnungsdatum": "Rechn.-Datum", "Zahlung am": "bezahlt am",
    "Rechnungssteller": "Firma", "Rechnungsnummer": "Re.-Nr.", "Gegenstand": "Wofür",
    "Rechnungsbetrag brutto": "Rechnung\nbrutto", "gezahlt": "gezahlt",
}  # fmt: skip


def as_the_office_writes(receipt: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {OWN.get(name, name): value for name, value in receipt.items()} | more


def test_its_own_headers_and_items_are_read(
    take_in: TakeIn, grant: Facts, session: Session, school: School
) -> None:
    rows = [
        as_the_office_writes(
            {**RECEIPT, "Beleg-Nr.": number, "Rechnungsnummer": f"R-{number}", "Fördergegenstand": item}
        )
        for number, item in (("1", "2.1 A"), ("2", "2.1b)"), ("3", "Nr. 2.3"))
    ]
    facts = take_in("receipts", *rows)
    assert (facts["exit"], facts["new"]) == (0, 3), facts
    assert session.scalars(select(Receipt.category).order_by(Receipt.receipt_no)).all() == [
        "2.1a",
        "2.1b",
        "2.3",
    ]


def test_a_school_may_stand_there_by_its_name(
    take_in: TakeIn, grant: Facts, session: Session, school: School
) -> None:
    facts = take_in("receipts", as_the_office_writes({**RECEIPT, "Schulnummer": f" {school.name.upper()}"}))
    assert (facts["exit"], facts["new"]) == (0, 1), facts
    assert session.scalars(select(Receipt)).one().school_id == school.id


def test_two_schools_of_one_name_are_asked_back(
    take_in: TakeIn, grant: Facts, school: School, other_school: School
) -> None:
    with transaction() as writing:
        writing.get_one(School, other_school.id).name = school.name
    facts = take_in("receipts", as_the_office_writes({**RECEIPT, "Schulnummer": school.name}))
    assert facts["exit"] == 3
    assert [one["column"] for one in facts["problems"]] == ["Schule"]


def test_a_formula_that_shows_an_error_is_computed_anew(
    take_in: TakeIn, grant: Facts, session: Session
) -> None:
    row = as_the_office_writes({**RECEIPT, "sonst nicht förderfähig": "4,00"}, zuwendungsfähig="#WERT!")
    facts = take_in("receipts", row)
    assert (facts["exit"], facts["new"]) == (0, 1), facts
    assert session.scalars(select(Receipt)).one().eligible_requested == D("9600.00")


def test_an_item_that_the_programme_does_not_name_is_told_before_it_is_taken(
    take_in: TakeIn, grant: Facts, session: Session
) -> None:
    facts = take_in("receipts", {**RECEIPT, "Fördergegenstand": "9.9"})
    assert (facts["exit"], facts["new"]) == (0, 1)
    assert "Das Programm nennt den Fördergegenstand 9.9 nicht" in str(facts["hints"])


@pytest.mark.parametrize(
    ("said", "meant"),
    [("2.1b", "2.1b"), ("2.1 B)", "2.1b"), ("(2.1b)", "2.1b"), ("2.10", "2.10"), ("2.1", "2.1")],
)
def test_an_item_is_the_programmes_only_where_nothing_but_the_spelling_differs(said: str, meant: str) -> None:
    assert rules.item_meant(said, ("2.1", "2.1a", "2.1b")) == meant


def test_plan_and_old_table_mean_the_same_items(
    sign_in_as: Any, take_in: TakeIn, grant: Facts, session: Session, school: School
) -> None:
    assert take_in("receipts", RECEIPT)["exit"] == 0
    office: FlaskClient = sign_in_as(Role.OFFICE)
    found = session.scalars(select(Grant)).one()
    plan = {"item-0": "2.3)", "total-0": "20.000,00", "item-1": " 2.3", "total-1": "5.000,00"}
    assert office.post(f"/funding/decisions/{found.decisions[0].id}/plan", data=plan).status_code == 302
    session.rollback()
    assert [(one.category, one.total) for one in session.scalars(select(PlanLine))] == [("2.3", D(25000))]
    old = {"old": "( 2.3 )\t9.604,00\t9.604,00"}
    page = office.post(f"/funding/grants/{found.id}/reconcile", data=old).get_data(as_text=True)
    assert "Beide Tabellen stimmen auf den Cent überein." in page


def test_the_form_writes_an_item_as_the_programme_does(
    sign_in_as: Any, take_in: TakeIn, grant: Facts, session: Session, school: School
) -> None:
    assert take_in("receipts", RECEIPT)["exit"] == 0
    office: FlaskClient = sign_in_as(Role.OFFICE)
    receipt = session.scalars(select(Receipt)).one()
    page = office.get(f"/funding/receipts/{receipt.id}/edit").get_data(as_text=True)
    assert 'value="2.3"' in page
    data = {
        "version": "1", "receipt_no": "1", "category": "2.1 a", "subject": "Switch", "school": school.school_number,
        "payee": "Beispieltechnik GmbH", "invoice_no": "RE-24-0815", "order_date": "01.03.2024",
        "invoice_date": "22.04.2024", "payment_date": "06.05.2024", "invoice_gross": "9.800,00",
        "paid_amount": "9.604,00",
    }  # fmt: skip
    assert office.post(f"/funding/receipts/{receipt.id}/edit", data=data).status_code == 302
    session.rollback()
    assert session.scalars(select(Receipt.category)).one() == "2.1a"


def csv_of(receipt: dict[str, Any]) -> str:
    return f"{';'.join(receipt)}\n{';'.join(map(str, receipt.values()))}\n"


def test_a_list_brought_from_a_grant_leads_back_to_its_receipts(
    sign_in_as: Any, grant: Facts, session: Session, school: School
) -> None:
    office: FlaskClient = sign_in_as(Role.OFFICE)
    without = {name: value for name, value in RECEIPT.items() if name != "Kennzeichen"}
    preview = bring(
        office, csv_of(without), kind="receipts", school="", to="/imports?kind=receipts&grant=DT-2024-01"
    )
    assert office.post(f"{preview}/apply").status_code == 302
    receipt = session.scalars(select(Receipt)).one()
    page = office.get(preview).get_data(as_text=True)
    assert f'href="/funding/grants/{receipt.grant_id}/receipts">Zur Liste: Belege von DT-2024-01' in page


def test_an_unknown_school_is_chosen_even_in_a_single_row(
    sign_in_as: Any, grant: Facts, session: Session, school: School
) -> None:
    office: FlaskClient = sign_in_as(Role.OFFICE)
    preview = bring(office, csv_of({**RECEIPT, "Schulnummer": "Schule am Bach"}), kind="receipts", school="")
    page = office.get(preview).get_data(as_text=True)
    choice = re.search(r'<select[^>]*name="word-0".*?</select>', page, re.DOTALL)
    assert choice is not None
    assert school.school_number in choice[0]
    digest = page.partition('name="seen" value="')[2].partition('"')[0]
    office.post(f"{preview}/mend", data={"word-0": school.school_number, "seen": digest})
    assert office.post(f"{preview}/apply").status_code == 302
    assert session.scalars(select(Receipt)).one().school_id == school.id
