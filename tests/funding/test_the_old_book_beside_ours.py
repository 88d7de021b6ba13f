"""An old table of a running grant comes in: its sums stand beside ours, by grant and item, before anything is taken."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from school_it.access import Actor, Role
from school_it.access import Grant as Given
from school_it.database import transaction
from school_it.funding.drawdowns import payouts
from school_it.funding.models import Decision, Grant
from tests.funding.conftest import GRANT, RECEIPT, Facts, TakeIn, told

D = Decimal
OFFICE = Actor(8, "schulamt", (Given(Role.OFFICE),))
TWO = {**RECEIPT, "Beleg-Nr.": "2", "Rechnungsnummer": "RE-24-0900", "gezahlt": "1.000,00",
       "Rechnungsbetrag brutto": "1.000,00", "Fördergegenstand": "2.1a"}  # fmt: skip


def beside(facts: Facts, field: str) -> dict[str, tuple[str, str, str, str]]:
    """By group: file, taken, stored, difference."""
    return {
        " ".join(one["by"].values()): (one["file"], one["taken"], one["stored"], one["difference"])
        for one in facts["compared"]
        if one["field"] == field
    }


@pytest.mark.usefixtures("grant")
def test_what_we_have_and_the_file_does_not_is_a_difference_by_item(take_in: TakeIn) -> None:
    assert take_in("receipts", RECEIPT)["exit"] == 0
    facts = take_in("receipts", TWO, more=["--dry-run"])
    assert beside(facts, "paid_amount") == {
        "DT-2024-01 2.1a": ("1000.00", "1000.00", "1000.00", "0.00"),
        "DT-2024-01 2.3": ("0.00", "0.00", "9604.00", "9604.00"),
    }
    assert beside(facts, "eligible_requested") == beside(facts, "paid_amount")


@pytest.mark.usefixtures("grant")
def test_a_faulty_row_is_in_the_file_but_not_with_us(take_in: TakeIn) -> None:
    facts = take_in("receipts", RECEIPT, {**TWO, "Auftrag vom": "01.03.2019"}, more=["--dry-run"])
    assert facts["problem"] == 1
    assert beside(facts, "paid_amount")["DT-2024-01 2.1a"] == ("1000.00", "0.00", "0.00", "-1000.00")


@pytest.mark.usefixtures("grant")
def test_a_changed_receipt_counts_once_where_it_goes_and_the_eligible_part_follows(take_in: TakeIn) -> None:
    assert take_in("receipts", RECEIPT)["exit"] == 0
    moved = {**RECEIPT, "Fördergegenstand": "2.1b", "gezahlt": "9.000,00"}
    facts = take_in("receipts", moved, more=["--dry-run"])
    assert (facts["changed"], beside(facts, "eligible_requested")) == (
        1,
        {"DT-2024-01 2.1b": ("9000.00", "9000.00", "9000.00", "0.00")},
    )
    assert take_in("receipts", moved)["exit"] == 0
    assert beside(take_in("receipts", moved), "eligible_requested") == {
        "DT-2024-01 2.1b": ("9000.00", "9000.00", "9000.00", "0.00")
    }


def test_grants_are_compared_with_all_their_decisions_and_the_amount_that_follows(
    take_in: TakeIn, grant: Facts
) -> None:
    assert beside(grant, "granted") == {"DT-2024-01": ("40000.00", "40000.00", "40000.00", "0.00")}
    another = {**GRANT, "Aktenzeichen": "48.03-18/24", "zuwendungsfähige Ausgaben": "1.000,00"}
    facts = take_in("grants", another, more=["--dry-run"])
    assert beside(facts, "eligible") == {"DT-2024-01": ("1000.00", "1000.00", "51000.00", "50000.00")}
    assert beside(facts, "granted") == {"DT-2024-01": ("800.00", "800.00", "40800.00", "40000.00")}


@pytest.mark.usefixtures("grant")
def test_the_page_of_the_file_shows_both_books(take_in: TakeIn, admin: FlaskClient, tmp_path: Path) -> None:
    assert take_in("receipts", RECEIPT)["exit"] == 0
    take_in("receipts", TWO, more=["--dry-run"])
    with (tmp_path / "receipts.xlsx").open("rb") as file:
        answer = admin.post(
            "/imports", data={"kind": "receipts", "file": (file, "alt.xlsx")}, follow_redirects=True
        )
    text = answer.get_data(as_text=True)
    assert "Summen der Datei neben unseren: 2 Unterschiede" in text
    assert "DT-2024-01 · 2.3" in text
    assert "9.604,00" in text


@pytest.mark.usefixtures("grant")
def test_a_file_cannot_say_less_was_drawn_than_the_draw_downs_brought(
    take_in: TakeIn, session: Session
) -> None:
    assert take_in("receipts", RECEIPT)["exit"] == 0
    with transaction() as writing:
        decision = writing.scalars(select(Decision)).one()
        values = {"requested_on": date(2024, 6, 1), "requested": D("5000.00"), "number": 1}
        asked = payouts.ask(writing, decision, values, by=OFFICE)
        payouts.pay(writing, asked, paid=D("5000.00"), paid_on=date(2024, 6, 20), by=OFFICE)
    facts = take_in("grants", {**GRANT, "bereits abgerufen": "4.000,00"})
    ((row, column, sentence),) = told(facts)
    assert (facts["exit"], row, column) == (3, 2, "bereits abgerufen")
    assert "5.000,00" in sentence
    session.rollback()
    assert session.scalars(select(Grant)).one().drawn == D("5000.00")


def test_the_day_of_completion_goes_in_and_out_with_the_grant(
    take_in: TakeIn, session: Session, grant: Facts
) -> None:
    second = {**GRANT, "Aktenzeichen": "48.03-18/24", "zuwendungsfähige Ausgaben": "1.000,00"}
    facts = take_in("grants", {**GRANT, "Abschluss am": "31.07.2025"}, second)
    assert (facts["exit"], facts["changed"], facts["new"]) == (0, 1, 1)
    session.rollback()
    assert session.scalars(select(Grant)).one().completed_on == date(2025, 7, 31)
    differ = take_in(
        "grants", {**GRANT, "Abschluss am": "31.07.2025"}, {**second, "Abschluss am": "01.08.2025"}
    )
    assert {(row, column) for row, column, _said in told(differ)} == {
        (2, "Abschluss am"),
        (3, "Abschluss am"),
    }
    new = {**GRANT, "Kennzeichen": "DT-9", "Abschluss am": "01.06.2025"}
    assert take_in("grants", new)["exit"] == 0
    assert take_in("grants", new)["same"] == 1
