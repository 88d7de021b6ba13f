"""What belongs to several schools: one of them neither clears it away nor learns what is only the others'."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from school_it.access import Actor
from school_it.database import transaction
from school_it.documents.models import Link
from school_it.procurement import actions, receiving
from school_it.procurement.rules import LineKind
from school_it.schools.models import School
from tests.house.world import World

PAPER = b"%PDF-1.4\n%%EOF"


@pytest.fixture
def shared_delivery(world: World, house: Actor) -> int:
    """One delivery with a line for each of the two schools."""
    with transaction() as session:
        values = {"order_no": "A-2", "supplier": "Lieferant", "ordered_on": date(2024, 5, 6)}
        order = actions.add_order(session, values, by=house)
        line = {"kind": LineKind.OTHER, "text": "Kabel", "quantity": 1, "unit_gross": Decimal(5)}
        lines = [
            actions.add_line(session, order, {**line, "school_id": school.id}, by=house)
            for school in session.query(School)
        ]
        session.flush()
        came = receiving.receive(
            session, order, [receiving.Arrived(one.id, 1) for one in lines], on=date(2024, 5, 7), by=house
        )
        session.flush()
        return came.id


def test_a_school_does_not_take_the_delivery_note_of_several_away(
    admin: FlaskClient, coordinator: FlaskClient, session: Session, shared_delivery: int
) -> None:
    brought = {
        "at": f"deliveries:{shared_delivery}",
        "kind": "delivery_note",
        "file": (io.BytesIO(PAPER), "a.pdf"),
    }
    admin.post("/documents/new", data=brought, content_type="multipart/form-data")
    ident = session.query(Link.id).filter_by(target_table="deliveries").scalar()
    with coordinator.get(f"/documents/{ident}") as paper:
        assert paper.get_data() == PAPER
    answer = coordinator.post(f"/documents/{ident}/remove")
    assert "fehlt Ihnen an dieser Schule das Recht" in answer.get_data(as_text=True)
    assert session.query(Link).filter_by(id=ident).count() == 1
    admin.post(f"/documents/{ident}/remove")
    assert session.query(Link).filter_by(id=ident).count() == 0


@pytest.mark.parametrize("name", ["depreciation", "budget", "investment-plan"])
@pytest.mark.parametrize("year", ["99999", "9999", "1"])
def test_a_year_of_no_calendar_breaks_no_report(admin: FlaskClient, name: str, year: str) -> None:
    assert admin.get(f"/exports/{name}.xlsx?year={year}").status_code in (200, 422)
