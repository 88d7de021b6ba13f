"""Devices come in: one by one, thirty at once, with our numbers or their own."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from school_it.access import Actor, Role
from school_it.audit import Batch, Entry
from school_it.database import transaction
from school_it.devices import actions, catalogue, many, queries, rules
from school_it.devices.actions import Double
from school_it.devices.models import Device
from school_it.devices.rules import State
from school_it.errors import BadValue, NotAllowed, Stale
from school_it.schools.models import Room, School
from tests.devices.conftest import AddDevice, add_room


def test_a_device_without_a_number_gets_the_next_one(add_device: AddDevice) -> None:
    assert [add_device().asset_tag for _time in range(2)] == ["IT-000001", "IT-000002"]


def test_the_house_counts_on_from_the_highest_number_and_passes_over_taken_ones(
    add_device: AddDevice,
) -> None:
    add_device("it-000041")
    assert add_device().asset_tag == "IT-000042"
    add_device("IT-000043")
    assert add_device().asset_tag == "IT-000044"


def test_the_same_number_in_other_letters_is_the_same_number(add_device: AddDevice) -> None:
    add_device("Inv-7")
    with pytest.raises(Double, match="INV-7"):
        add_device("INV-7")


def test_a_serial_number_is_unique_for_its_manufacturer(add_device: AddDevice) -> None:
    add_device("A", serial_number="C02X", manufacturer="Beispiel")
    add_device("B", serial_number="C02X", manufacturer="Muster")
    with pytest.raises(Double, match="Gerät A"):
        add_device("C", serial_number="c02x", manufacturer="BEISPIEL")
    add_device("D")
    add_device("E")


def test_a_coordinator_adds_only_at_the_own_school(
    coordinator: Actor, other_school: School, categories: dict[str, int]
) -> None:
    with pytest.raises(NotAllowed), transaction() as session:
        actions.add_device(
            session, {"school_id": other_school.id, "category_id": categories["PC"]}, by=coordinator
        )
    with pytest.raises(NotAllowed), transaction() as session:
        actions.add_device(session, {"school_id": None, "category_id": categories["PC"]}, by=coordinator)


def test_a_device_is_not_moved_into_a_foreign_school(
    add_device: AddDevice, coordinator: Actor, other_school: School
) -> None:
    device = add_device("A")
    with pytest.raises(NotAllowed), transaction() as session:
        actions.change_device(session, session.merge(device), {"school_id": other_school.id}, by=coordinator)


def test_a_room_of_another_school_is_refused(
    add_device: AddDevice, house: Actor, room: Room, other_school: School
) -> None:
    foreign = add_room(house, other_school, "9.01")
    with pytest.raises(BadValue, match="andere"):
        add_device("A", room_id=foreign.id)
    device = add_device("B", room_id=room.id)
    with transaction() as session:
        actions.change_device(session, session.merge(device), {"school_id": other_school.id}, by=house)
    assert device.room_id is None


def test_the_second_of_two_editors_is_told(add_device: AddDevice, house: Actor) -> None:
    device = add_device("A")
    with transaction() as session:
        actions.change_device(session, session.merge(device), {"remark": "eins"}, version=1, by=house)
    with pytest.raises(Stale), transaction() as session:
        actions.change_device(session, session.merge(device), {"remark": "zwei"}, version=1, by=house)


def test_the_trail_tells_before_and_after(add_device: AddDevice, house: Actor, session: Session) -> None:
    device = add_device("A")
    with transaction() as writing:
        actions.change_device(writing, writing.merge(device), {"supplier": "Muster GmbH"}, by=house)
    entries = session.scalars(select(Entry).where(Entry.object_type == "devices").order_by(Entry.id)).all()
    assert [entry.action for entry in entries] == ["device.added", "device.changed"]
    assert entries[1].changes == {"supplier": [None, "Muster GmbH"]}


def test_thirty_devices_come_in_at_once(
    session: Session, house: Actor, school: School, categories: dict[str, int]
) -> None:
    shared = {"school_id": school.id, "category_id": categories["Tablet"], "manufacturer": "Beispiel"}
    serials = [f"SN{number}" for number in range(30)]
    with transaction() as writing:
        made = many.add_many(writing, shared, serials=serials, by=house)
    assert made[0] == "IT-000001"
    assert len(made) == 30
    assert session.scalar(select(func.count()).select_from(Device)) == 30
    assert session.scalars(select(Batch.counts)).all() == [{"new": 30}]
    found = queries.find_exact(session, "sn29", seen_by=house)
    assert found is not None
    assert found.asset_tag == "IT-000030"


def test_of_many_devices_all_come_in_or_none(
    session: Session, add_device: AddDevice, house: Actor, school: School, categories: dict[str, int]
) -> None:
    add_device("A002")
    shared = {"school_id": school.id, "category_id": categories["Tablet"]}
    with pytest.raises(Double, match="A002"), transaction() as writing:
        many.add_many(writing, shared, tags=["A001", "A002"], by=house)
    with pytest.raises(BadValue, match="passen nicht"), transaction() as writing:
        many.add_many(writing, shared, tags=["A001"], serials=["1", "2"], by=house)
    assert session.scalars(select(Device.asset_tag)).all() == ["A002"]


def test_a_new_device_is_not_disposed_of_already(add_device: AddDevice) -> None:
    with pytest.raises(BadValue):
        add_device("A", state=State.DISPOSED)


def test_a_new_town_has_the_usual_categories_as_soon_as_it_needs_them(
    sign_in_as: Callable[..., FlaskClient], session: Session, house: Actor, school: School
) -> None:
    assert "Dokumentenkamera" in sign_in_as(Role.OFFICE).get("/devices/new").get_data(as_text=True)
    with transaction() as writing:
        known = catalogue.at_hand(writing, by=house)
        assert catalogue.at_hand(writing, by=house) == known
    assert set(known) == set(rules.usual_categories())
