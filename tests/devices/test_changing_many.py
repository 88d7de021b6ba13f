"""A bulk edit: what it changes, what it leaves out, and how few statements it takes."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from school_it.access import Actor
from school_it.audit import Entry
from school_it.database import transaction
from school_it.devices import bulk, many
from school_it.devices.bulk import Plan
from school_it.devices.models import Device
from school_it.devices.rules import State
from school_it.errors import BadValue, NotAllowed
from school_it.schools.models import Room, School
from tests.devices.conftest import AddDevice
from tests.devices.test_pages import statements


def edited(by: Actor, idents: list[int], values: dict[str, object], *clear: str) -> Plan:
    with transaction() as session:
        return bulk.edit_many(session, idents, values, clear, by=by)


def test_values_are_set_and_emptied(
    session: Session, house: Actor, add_device: AddDevice, room: Room
) -> None:
    idents = [add_device(tag, remark="alt", supplier="Muster").id for tag in "ABC"]
    done = edited(house, idents[:2], {"room_id": room.id, "supplier": "Muster"}, "remark")
    assert (len(done.edits), done.same, done.skipped) == (2, 0, [])
    devices = session.scalars(select(Device).order_by(Device.asset_tag)).all()
    assert [(one.room_id, one.remark, one.version) for one in devices] == [
        (room.id, None, 2),
        (room.id, None, 2),
        (None, "alt", 1),
    ]
    entry = session.scalars(select(Entry).where(Entry.action == "device.changed").order_by(Entry.id)).first()
    assert entry is not None
    assert entry.changes == {"room_id": [None, room.id], "remark": ["alt", None]}


def test_what_is_so_already_is_left_alone(house: Actor, add_device: AddDevice) -> None:
    done = edited(house, [add_device("A", supplier="Muster").id], {"supplier": "Muster"})
    assert (len(done.edits), done.same, done.batch) == (0, 1, None)


def test_devices_left_out_are_named_with_the_reason(
    coordinator: Actor, house: Actor, add_device: AddDevice, other_school: School, room: Room
) -> None:
    here, ordered = add_device("A").id, add_device("B", state=State.ORDERED).id
    there = add_device("C", school_id=other_school.id).id
    done = edited(coordinator, [here, ordered, there], {"state": State.IN_REPAIR})
    assert [edit.asset_tag for edit in done.edits] == ["A"]
    assert [(tag, str(reason)) for tag, reason in done.skipped] == [
        ("B", "dieser Wechsel ist von »bestellt« aus nicht vorgesehen")
    ]
    done = edited(house, [here, there], {"room_id": room.id})
    assert [(tag, str(reason)) for tag, reason in done.skipped] == [
        ("C", "der Raum gehört zu einer anderen Schule")
    ]


def test_devices_do_not_move_into_a_foreign_school(
    coordinator: Actor, add_device: AddDevice, other_school: School
) -> None:
    with pytest.raises(NotAllowed):
        edited(coordinator, [add_device("A").id], {"school_id": other_school.id})


def test_moving_to_another_school_leaves_the_room_behind(
    session: Session, house: Actor, add_device: AddDevice, room: Room, other_school: School
) -> None:
    edited(house, [add_device("A", room_id=room.id).id], {"school_id": other_school.id})
    device = session.scalars(select(Device)).one()
    assert (device.school_id, device.room_id) == (other_school.id, None)


def test_a_manufacturer_that_would_double_a_serial_number_is_left_out(
    house: Actor, add_device: AddDevice
) -> None:
    add_device("A", serial_number="1", manufacturer="Neu")
    other = add_device("B", serial_number="1", manufacturer="Alt").id
    free = add_device("C", serial_number="2", manufacturer="Alt").id
    done = edited(house, [other, free], {"manufacturer": "neu"})
    assert [edit.asset_tag for edit in done.edits] == ["C"]
    assert [tag for tag, _reason in done.skipped] == ["B"]


@pytest.mark.parametrize("values", [{"state": State.DISPOSED}, {"asset_tag": "A"}, {"person_id": 1}])
def test_some_things_are_done_one_by_one(
    house: Actor, add_device: AddDevice, values: dict[str, object]
) -> None:
    with pytest.raises(BadValue):
        edited(house, [add_device("A").id], values)


def test_statements_grow_by_batches_of_500_not_by_devices(
    session: Session, house: Actor, school: School, categories: dict[str, int]
) -> None:
    shared = {"school_id": school.id, "category_id": categories["Tablet"]}
    with transaction() as writing:
        for _batch in range(2):
            many.add_many(writing, shared, count=500, by=house)
    idents = list(session.scalars(select(Device.id)))
    sent: dict[int, int] = {}
    for number in (10, 500, 1000):
        with statements() as counted:
            edited(house, idents[:number], {"supplier": f"Muster {number}"})
        sent[number] = len(counted)
    assert sent[10] == sent[500] <= 6
    assert sent[1000] <= sent[500] + 3
