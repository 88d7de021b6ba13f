"""A program writes what is declared, only to the version it has read, and is told what was wrong."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from school_it.access import Actor
from school_it.audit import Entry
from school_it.database import db, transaction
from school_it.devices import actions as device_actions
from school_it.devices import queries as device_queries
from school_it.devices.api import ChangedDevice, NewDevice
from school_it.devices.models import Device
from school_it.devices.rules import DisposalReason
from school_it.people.models import PersonState
from school_it.schools.models import School
from tests.api.conftest import Program

CHANGED = {
    "asset_tag": "A-2", "serial_number": "SN-7", "category": "Beamer", "manufacturer": "Muster", "model": "P 1",
    "use": "Pool", "state": "Reparatur", "acquired_on": "2024-02-29", "commissioned_on": "2024-03-01",
    "price_net": "799.99", "price_gross": "951.99", "supplier": "Händler", "invoice_no": "0815", "order_no": "4711",
    "programme": "DP", "file_reference": "48.03-17/24", "bound_until": "2030-12-31", "warranty_until": "2027-02-28",
    "mac_address": "AA:BB:CC:DD:EE:FF", "remark": "=1+1\nzweite Zeile", "room": "1.07", "school_number": "115514",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _known(funded: None) -> None:
    """The programme and the grant that `CHANGED` names."""


def columns(session: Session) -> dict[str, Any]:
    session.rollback()
    device = session.scalars(select(Device)).one()
    return {column.key: getattr(device, column.key) for column in inspect(Device).column_attrs}


def test_a_device_is_taken_in(office: Program, school: School, room: str) -> None:
    answer = office.post("/devices", CHANGED)
    assert (answer.status_code, answer.headers["ETag"]) == (201, '"1"')
    told = answer.get_json()
    assert {name: told[name] for name in CHANGED} == CHANGED
    assert office.get("/devices/A-2").get_json() == told


def test_without_a_number_it_gets_the_next(office: Program) -> None:
    numbers = [office.post("/devices", {"category": "Tablet"}).get_json()["asset_tag"] for _ in range(2)]
    assert numbers == ["IT-000001", "IT-000002"]


def test_the_act_is_in_the_trace_as_done_by_the_program(office: Program, session: Session) -> None:
    office.post("/devices", {"category": "Tablet"})
    entry = session.scalars(select(Entry).where(Entry.action == "device.added")).one()
    assert (entry.actor_name, entry.via) == ("office-write", "api")


def test_a_device_is_changed(office: Program, device: str, room: str) -> None:
    answer = office.patch("/devices/A-1", CHANGED, 1)
    told = answer.get_json()
    assert answer.status_code == 200, told
    assert {name: told[name] for name in CHANGED} == CHANGED
    assert answer.headers["ETag"] == f'"{told["version"]}"'
    assert office.get("/devices/A-1").status_code == 404


@pytest.mark.parametrize("field", CHANGED)
def test_only_the_named_field_changes(
    office: Program, device: str, room: str, session: Session, field: str
) -> None:
    before = columns(session)
    assert office.patch("/devices/A-1", {field: CHANGED[field]}, 1).status_code in (200, 422)
    own = {"category": "category_id", "room": "room_id", "school_number": "school_id"}.get(field, field)
    follows = {"version", "state_since", "tag_folded", "serial_folded", "maker_folded", "search", own}
    after = columns(session)
    assert {name for name in before if before[name] != after[name]} <= follows


def test_a_value_is_taken_away_with_null(office: Program, device: str) -> None:
    assert (
        office.patch("/devices/A-1", {"serial_number": None, "model": ""}, 1).get_json()["serial_number"]
        is None
    )
    assert office.get("/devices/A-1").get_json()["model"] is None


@pytest.mark.parametrize("column", sorted({c.key for c in inspect(Device).attrs} | {"holder", "id"}))
def test_no_column_is_written_that_is_not_declared(
    office: Program, device: str, session: Session, column: str
) -> None:
    before = columns(session)
    if column not in ChangedDevice().fields:
        assert office.patch("/devices/A-1", {"remark": "x", column: 1}, 1).status_code == 422
        assert columns(session) == before
    if column not in NewDevice().fields:
        assert office.post("/devices", {"category": "Tablet", column: 1}).status_code == 422
        assert columns(session) == before


def test_who_did_not_read_does_not_write(office: Program, device: str) -> None:
    answer = office.patch("/devices/A-1", {"remark": "x"})
    assert (answer.status_code, answer.content_type) == (428, "application/problem+json")


def test_who_read_an_older_version_does_not_write(office: Program, device: str) -> None:
    assert office.patch("/devices/A-1", {"remark": "erste"}, 1).status_code == 200
    answer = office.patch("/devices/A-1", {"remark": "zweite"}, 1)
    assert (answer.status_code, answer.content_type) == (412, "application/problem+json")
    assert office.get("/devices/A-1").get_json()["remark"] == "erste"
    tag = office.get("/devices/A-1").headers["ETag"]
    fresh = office.ask("PATCH", "/devices/A-1", json={"remark": "zweite"}, headers={"If-Match": tag})
    assert fresh.status_code == 200


def test_any_version_may_be_meant(office: Program, device: str) -> None:
    answer = office.ask("PATCH", "/devices/A-1", json={"remark": "x"}, headers={"If-Match": "*"})
    assert answer.status_code == 200


def test_a_hand_out_changes_the_version(office: Program, device: str, room: str) -> None:
    office.post("/devices/A-1/hand-out", {"room": "1.07"})
    assert office.patch("/devices/A-1", {"remark": "x"}, 1).status_code == 412


BAD = {
    "price_net": [12.5, 12, "12.345", "12", "12,50", "1e2", "NaN", "", "99999999.00", True, "١.٠٠"],
    "acquired_on": ["31.02.2024", "2024-02-30", "2024-2-3", 20240203, "2024-02-03T00:00:00", ""],
    "state": ["kaputt", "ausgesondert", "in_use", 1, None, ["Lager"], {}],
    "use": ["pool", 0, []],
    "category": [None, "", "Unbekannt", 7],
    "mac_address": ["AA:BB", "zz:zz:zz:zz:zz:zz", 7],
    "school_number": ["215514", "1155", 115514],
    "asset_tag": [None, "", "x" * 61, 7],
    "serial_number": ["x" * 121, ["SN"]],
    "room": ["gibt es nicht", 1.07],
    "remark": ["x" * 4001],
}


@pytest.mark.parametrize(
    ("field", "value"), [(field, value) for field, values in BAD.items() for value in values]
)
def test_a_bad_value_names_its_field(
    office: Program, device: str, session: Session, field: str, value: Any
) -> None:
    before = columns(session)
    answer = office.patch("/devices/A-1", {field: value}, 1)
    assert (answer.status_code, answer.content_type) == (422, "application/problem+json"), answer.get_json()
    assert list(answer.get_json()["errors"]) == [field]
    assert columns(session) == before


@pytest.mark.parametrize(
    "body", ["{", "[" * 5000, "", "1" * 5000, '"text"', "[]", "null", '{"remark": "\\ud800"}']
)
def test_what_is_no_object_is_refused(office: Program, device: str, body: str) -> None:
    answer = office.ask("PATCH", "/devices/A-1", data=body, content_type="application/json",
                        headers={"If-Match": '"1"'})  # fmt: skip
    assert answer.status_code in (200, 400, 422)
    assert answer.status_code < 300 or answer.content_type == "application/problem+json"


def test_only_json_is_read(office: Program) -> None:
    answer = office.ask("POST", "/devices", data={"category": "Tablet"})
    assert (answer.status_code, answer.content_type) == (415, "application/problem+json")


def test_a_sentence_comes_in_the_readers_language(office: Program) -> None:
    told = office.post("/devices", {"price_net": 1})
    assert told.get_json()["errors"]["category"] == ["Dieses Feld wird gebraucht."]


def test_no_number_is_given_twice(office: Program, device: str) -> None:
    for body in ({"asset_tag": "a-1"}, {"serial_number": "sn1", "manufacturer": "BEISPIEL"}):
        assert office.post("/devices", {"category": "Tablet", **body}).status_code == 409


def test_a_disposed_device_stays_as_it_is(office: Program, device: str, house: Actor) -> None:
    with transaction() as session:
        gone = device_queries.get_device(session, device, seen_by=house)
        device_actions.approve_disposal(session, gone, reason="alt", by=house)
        device_actions.dispose(session, gone, {"disposal_reason": DisposalReason.SCRAP}, by=house)
    version = office.get("/devices/A-1").get_json()["version"]
    assert office.patch("/devices/A-1", {"remark": "x"}, version).status_code == 409
    assert office.patch("/devices/A-1", {"state": "Lager"}, version).status_code == 409
    assert office.post("/devices/A-1/hand-out", {"room": "1.07"}).status_code == 422


def test_a_device_goes_to_a_person_and_comes_back(
    coordinator: Program, school: School, device: str, add_person: Callable[..., int]
) -> None:
    person = add_person("Yılmaz", school)
    given = coordinator.post("/devices/A-1/hand-out", {"person": person, "due_on": "2999-01-31"})
    told = given.get_json()
    assert (given.status_code, told["holder"], told["person"]) == (200, "Mia Yılmaz", person)
    assert (told["due_on"], told["state"]) == ("2999-01-31", "in Betrieb")
    assert [one["asset_tag"] for one in coordinator.get("/devices?holder=with").get_json()["items"]] == [
        "A-1"
    ]
    back = coordinator.post(
        "/devices/A-1/return", {"state": "defekt", "condition": "Glas gesprungen"}
    ).get_json()
    assert (back["holder"], back["person"], back["due_on"], back["state"]) == (None, None, None, "defekt")


def test_a_device_goes_into_a_room(coordinator: Program, device: str, room: str) -> None:
    assert coordinator.post("/devices/A-1/hand-out", {"room": "1.07"}).get_json()["holder"] == "Raum 1.07"
    again = coordinator.post("/devices/A-1/hand-out", {"room": "1.07"})
    assert (again.status_code, again.content_type) == (409, "application/problem+json")
    assert coordinator.ask("POST", "/devices/A-1/return").status_code == 200
    assert coordinator.ask("POST", "/devices/A-1/return").status_code == 409


@pytest.mark.parametrize(
    "body", [{}, {"person": 1, "room": "1.07"}, {"person": "1"}, {"person": 0}, {"room": ""}, {"to": 1},
             {"person": True}, {"person": 2**31}, {"room": "1.07", "due_on": "2020-01-01"}]
)  # fmt: skip
def test_a_hand_out_says_to_whom(coordinator: Program, device: str, room: str, body: Any) -> None:
    assert coordinator.post("/devices/A-1/hand-out", body).status_code == 422
    assert coordinator.get("/devices/A-1").get_json()["version"] == 1


def test_nobody_gets_a_device_who_has_left(
    coordinator: Program, school: School, device: str, add_person: Callable[..., int]
) -> None:
    person = add_person("Fort", school, state=PersonState.LEFT)
    assert coordinator.post("/devices/A-1/hand-out", {"person": person}).status_code == 409


def test_amounts_are_exact(office: Program, session: Session) -> None:
    office.post("/devices", {"category": "Tablet", "price_net": "0.10", "price_gross": "9999999.99"})
    stored = db.session.scalars(select(Device)).one()
    assert (stored.price_net, stored.price_gross) == (Decimal("0.10"), Decimal("9999999.99"))
