"""A form of the network that is refused says so at the field, once, and keeps what was typed."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from school_it.access import Actor
from school_it.database import transaction
from school_it.network.addresses import actions
from school_it.network.addresses.rules import Purpose
from school_it.schools.models import School

HERE = "/network/schools/115514"
CASES = {
    "a network without its size": (f"{HERE}/subnets/new", {"network": "10.20.0.0"}, "network", "keine Größe"),
    "a gateway elsewhere": (
        f"{HERE}/subnets/new", {"network": "10.20.0.0/24", "gateway": "10.9.0.1"}, "gateway", "ist keine Adresse",
    ),
    "an address of nothing": (f"{HERE}/addresses/new", {"address": "10.20.0.9"}, "name", "einen Namen"),
    "an address in no subnet": (
        f"{HERE}/addresses/new", {"address": "10.99.0.9", "name": "Drucker"}, "address", "keinem Teilnetz",
    ),
    "an unknown device": (f"{HERE}/addresses/new", {"device": "IT-0"}, "device", "IT-0"),
    "a number that is taken": (
        f"{HERE}/vlans/new", {"number": "10", "name": "A", "purpose": "teaching"}, "number", "schon",
    ),
    "a number that is none": (f"{HERE}/vlans/new", {"number": "zehn"}, "number", "keine ganze Zahl"),
    "a number left out": (f"{HERE}/vlans/new", {"number": ""}, "number", "Bitte ausfüllen."),
    "an unknown router": (
        "/network/uplinks/new", {"school": "115514", "provider": "Netz", "router": "IT-0"}, "router", "IT-0",
    ),
    "notice after the end": (
        "/network/uplinks/new",
        {"school": "115514", "provider": "Netz", "notice_on": "01.07.2027", "ends_on": "30.06.2027"},
        "notice_on", "vor dem Ende",
    ),
    "a room that is not there": (
        "/network/outlets/new", {"school": "115514", "room": "9.99", "outlet": "D1"}, "room", "9.99",
    ),
    "a rack in no room": (
        "/network/racks/new", {"school": "115514", "name": "EV1", "units": "42", "room": "9.99"}, "room", "9.99",
    ),
    "a rule without places": ("/network/rules", {"pattern": "D", "becomes": "E"}, "pattern", "Platzhalter"),
}  # fmt: skip


@pytest.fixture(autouse=True)
def _vlan(session: Session, house: Actor, school: School) -> None:
    with transaction() as writing:
        known = {"number": 10, "name": "Verwaltung", "purpose": Purpose.ADMINISTRATION}
        actions.add_vlan(writing, writing.merge(school), known, by=house)


@pytest.mark.parametrize("case", CASES)
def test_the_sentence_stands_at_the_field(admin: FlaskClient, case: str) -> None:
    address, typed, field, sentence = CASES[case]
    answer = admin.post(address, data=typed)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    fault = re.search(rf'id="{field}-error">.*?<span>(.*?)</span></p>', page, re.DOTALL)
    assert fault is not None, f"nothing stands at {field}"
    assert sentence in fault[1]
    assert fault[1].count("Bitte") <= 1, fault[1]
    for name, text in typed.items():
        if text and name not in ("school", "purpose"):
            assert f'value="{text}"' in page
