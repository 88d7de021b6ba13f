"""Numbers that are none, typed into an address or a form by hand: answered, never a fault of the house."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from school_it.access import Actor
from school_it.database import HIGHEST_ID, transaction, whole_number
from school_it.devices import actions, catalogue
from school_it.schools.models import School

ODD = ("²", "٣", "-1", "1.5", str(HIGHEST_ID + 1), "9" * 150)


@pytest.fixture(autouse=True)
def _device(session: Session, school: School, house: Actor) -> None:
    """IT-1 in the store of the school."""
    with transaction() as writing:
        category_id = catalogue.at_hand(writing, by=house)["Tablet"]
        values = {"asset_tag": "IT-1", "category_id": category_id, "school_id": school.id}
        actions.add_device(writing, values, by=house)


def test_only_plain_digits_that_a_column_can_hold_are_a_number() -> None:
    assert [whole_number(text) for text in ("0", "7", str(HIGHEST_ID))] == [0, 7, HIGHEST_ID]
    assert [whole_number(text) for text in (*ODD, "", "9" * 5000)] == [None] * (len(ODD) + 2)


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize(
    "address",
    [
        "/devices?category=",
        "/devices?year=",
        "/devices?size=",
        "/devices/new?model=",
        "/people?size=",
        "/audit?batch=",
    ],
)
def test_an_address(admin: FlaskClient, address: str, odd: str) -> None:
    assert admin.get(address + odd).status_code == 200


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize(
    ("address", "name", "status"),
    [
        ("/devices/bulk", "device", 422),
        ("/devices/views/start", "view", 302),
        ("/devices/IT-1/hand-out", "receiver", 422),
        ("/schools/115514/edit", "version", 302),
    ],
)
def test_a_form(admin: FlaskClient, address: str, name: str, status: int, odd: str) -> None:
    filled = {"to": "Anna", "school_number": "115514", "name": "Grundschule", "school_type": "G"}
    value = f"person:{odd}" if name == "receiver" else odd
    assert admin.post(address, data={**filled, name: value}).status_code == status
