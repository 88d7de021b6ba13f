"""The history of a grant tells of all that belongs to it: whoever answers for a figure finds who changed it."""

from __future__ import annotations

from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from school_it.access import Actor, Role
from school_it.database import transaction
from school_it.funding import actions, queries
from school_it.funding.models import Drawdown, Grant, Receipt
from school_it.schools.models import School
from tests.asked import statements
from tests.funding.conftest import RECEIPT, Facts, TakeIn
from tests.imports.pages import seen


def history(office: FlaskClient, grant: Grant) -> str:
    return seen(office, f"/funding/grants/{grant.id}/history")


def the_grant(session: Session) -> Grant:
    session.rollback()
    return session.scalars(select(Grant)).one()


def changed(session: Session, number: str, values: dict[str, Any], by: Actor) -> None:
    with transaction() as writing:
        receipt = queries.find_receipt(writing, writing.scalars(select(Grant)).one(), number)
        assert receipt is not None
        school = writing.get_one(School, receipt.school_id)
        actions.change_receipt(writing, receipt, school, values, by=by)


def test_a_list_is_one_event_and_a_later_change_of_one_receipt_its_own(
    sign_in_as: Any, take_in: TakeIn, grant: Facts, session: Session, house: Actor, school: School
) -> None:
    rows = [{**RECEIPT, "Beleg-Nr.": str(n), "Rechnungsnummer": f"R-{n}"} for n in range(1, 4)]
    assert take_in("receipts", *rows)["exit"] == 0
    changed(session, "2", {"remark": "nachgeprüft"}, house)
    office = sign_in_as(Role.OFFICE)
    told = history(office, the_grant(session))
    assert "receipts.xlsx: 3 Belege" in told
    assert "Beleg geändert: 2" in told
    assert told.index("Beleg geändert: 2") < told.index("receipts.xlsx: 3 Belege"), "the newest first"


def test_a_receipt_that_was_removed_is_not_forgotten(
    sign_in_as: Any, take_in: TakeIn, grant: Facts, session: Session, house: Actor, school: School
) -> None:
    assert take_in("receipts", RECEIPT)["exit"] == 0
    with transaction() as writing:
        actions.remove_receipt(writing, writing.scalars(select(Receipt)).one(), by=house)
    assert "Beleg 1: wieder entfernt" in history(sign_in_as(Role.OFFICE), the_grant(session))


def test_a_draw_down_stands_there_too(
    sign_in_as: Any, take_in: TakeIn, grant: Facts, session: Session, school: School
) -> None:
    assert take_in("receipts", RECEIPT)["exit"] == 0
    office: FlaskClient = sign_in_as(Role.OFFICE)
    found = the_grant(session)
    data = {"number": "1", "requested_on": "01.06.2024", "requested": "7.000,00"}
    assert (
        office.post(f"/funding/decisions/{found.decisions[0].id}/drawdowns/new", data=data).status_code == 302
    )
    assert "Mittelabruf angefordert: 48.03-17/24 · 1" in history(office, the_grant(session))
    asked = session.scalars(select(Drawdown)).one()
    paid = {"paid": "7.000,00", "paid_on": "15.06.2024"}
    assert office.post(f"/funding/drawdowns/{asked.id}/paid", data=paid).status_code == 302
    assert "angefordert → ausgezahlt" in history(office, the_grant(session))


def test_it_takes_as_many_statements_at_thirty_receipts_as_at_three(
    sign_in_as: Any, take_in: TakeIn, grant: Facts, session: Session, house: Actor, school: School
) -> None:
    office: FlaskClient = sign_in_as(Role.OFFICE)
    counts = []
    for number in (3, 30):
        rows = [{**RECEIPT, "Beleg-Nr.": str(n), "Rechnungsnummer": f"R-{n}"} for n in range(1, number + 1)]
        assert take_in("receipts", *rows)["exit"] == 0
        for n in range(1, number + 1):
            changed(session, str(n), {"remark": f"{number}"}, house)
        address = f"/funding/grants/{the_grant(session).id}/history"
        with statements() as sent:
            office.get(address)
        counts.append(len(sent))
    assert counts[0] == counts[1] > 0
