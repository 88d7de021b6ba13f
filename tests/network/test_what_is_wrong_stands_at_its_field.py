"""A form of the network that is refused says so at the field, once, and keeps what was typed."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from school_it.access import Actor
from school_it.database import transaction
from school_it.network import actions as outlets
from school_it.network.addresses import actions
from school_it.network.addresses.rules import Purpose
from school_it.network.wiring import actions as wiring
from school_it.network.wiring.models import Panel
from school_it.schools import actions as school_actions
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


@pytest.fixture
def rack(session: Session, house: Actor, school: School) -> int:
    """EV1 with ten units; a panel PF1 on the fifth, with a cable in its port 3, and a panel PF2."""
    with transaction() as writing:
        here = writing.merge(school)
        school_actions.add_room(writing, here, {"room": "A1"}, by=house)
        made = wiring.add_rack(writing, here, {"name": "EV1", "units": 10}, by=house)
        wiring.add_panel(writing, made, {"name": "PF1", "ports": 24, "unit": 5}, by=house)
        wiring.add_panel(writing, made, {"name": "PF2", "ports": 24}, by=house)
        first = {"room": "A1", "outlet": "D1", "rack": "EV1", "panel": "PF1", "panel_port": "3"}
        outlets.add_outlet(writing, here, {**first, "switch": "SW-1", "switch_port": "7"}, by=house)
        return made.id


OUTLET = {"school": "115514", "room": "A1", "outlet": "D2"}
AT_THE_RACK = {
    "a taken unit": ("{rack}/panels/new", {"name": "PF9", "ports": "24", "unit": "5"}, "unit", "sitzt schon PF1"),
    "a unit above the top": ("{rack}/panels/new", {"name": "PF9", "ports": "24", "unit": "11"}, "unit", "1 bis 10"),
    "a name twice": ("{rack}/panels/new", {"name": "pf 1", "ports": "24"}, "name", "schon"),
    "a rack twice": ("racks/new", {"school": "115514", "name": "ev1", "units": "42"}, "name", "schon"),
    "a rack too small": ("{rack}/edit", {"school": "115514", "name": "EV1", "units": "4"}, "units", "bis zur Höhen"),
    "a panel too small": ("{panel}/edit", {"name": "PF1", "ports": "2", "unit": "5"}, "ports", "Port 3"),
    "a panel onto another": ("{other}/edit", {"name": "PF2", "ports": "24", "unit": "5"}, "unit", "sitzt schon PF1"),
    "a panel with another's name": ("{other}/edit", {"name": "PF1", "ports": "24"}, "name", "schon"),
    "an outlet twice": ("outlets/new", {**OUTLET, "outlet": "D1"}, "outlet", "schon"),
    "a panel port twice": (
        "outlets/new", {**OUTLET, "rack": "EV1", "panel": "PF1", "panel_port": "3"}, "panel_port", "Dose D1",
    ),
    "a switch port twice": (
        "outlets/new", {**OUTLET, "switch": "SW-1", "switch_port": "7"}, "switch_port", "Dose D1",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", AT_THE_RACK)
def test_a_place_that_is_taken_is_told_at_the_field(
    admin: FlaskClient, session: Session, rack: int, case: str
) -> None:
    address, typed, field, sentence = AT_THE_RACK[case]
    panel, other = session.scalars(select(Panel.id).order_by(Panel.name)).all()
    places = {"rack": f"racks/{rack}", "panel": f"panels/{panel}", "other": f"panels/{other}"}
    shown = admin.get(f"/network/{address.format(**places)}").get_data(as_text=True)
    version = re.search(r'name="version"[^>]*value="(\d+)"', shown)
    answer = admin.post(
        f"/network/{address.format(**places)}", data={**typed, "version": version[1] if version else ""}
    )
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    fault = re.search(rf'id="{field}-error">.*?<span>(.*?)</span></p>', page, re.DOTALL)
    assert fault is not None, f"nothing stands at {field}"
    assert sentence in fault[1]
