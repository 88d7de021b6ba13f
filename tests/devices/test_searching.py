"""A search finds a piece of a number, a model, a room, a person, and always what is there now."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from school_it.access import Actor
from school_it.database import is_sqlite, transaction
from school_it.devices import actions, bulk, loans, many, queries
from school_it.errors import BadValue
from school_it.people.models import Person
from school_it.schools.models import Room, School
from tests.devices.conftest import AddDevice


def tags(session: Session, wanted: str, by: Actor) -> list[str]:
    return [row.asset_tag for row in queries.matching_devices(session, wanted, seen_by=by)]


@pytest.mark.parametrize(
    "wanted",
    [
        "IT-77",
        "t-77",
        "02XYZ",
        "größe",
        "GROESSE",
        "aa:bb:cc",
        "aabbcc",
        "ccdd",
        "beispiel größe",
        "it",
        "c0",
        "1.07",
    ],
)
def test_every_short_text_is_found_by_a_piece_of_it(
    session: Session, house: Actor, add_device: AddDevice, room: Room, wanted: str
) -> None:
    add_device(
        "IT-77", serial_number="C02XYZ", manufacturer="Beispiel", model="Größe 9", mac_address="AA:BB:CC:DD:EE:FF",
        room_id=room.id,
    )  # fmt: skip
    add_device("Z-1", serial_number="9", model="anderes")
    assert tags(session, wanted, house) == ["IT-77"]


@pytest.mark.parametrize(
    "wanted", ["", "   ", "%%%", "___", '"', "'; --", "gibtesnicht", "*", "IT-77 gibtesnicht"]
)
def test_odd_texts_find_nothing_and_break_nothing(
    session: Session, house: Actor, add_device: AddDevice, wanted: str
) -> None:
    add_device("IT-77")
    assert tags(session, wanted, house) == []


def test_a_person_is_found_by_what_they_hold(
    session: Session, house: Actor, add_device: AddDevice, pupil: Person
) -> None:
    device = add_device("A")
    add_device("B")
    with transaction() as writing:
        loans.hand_out(writing, writing.merge(device), to=writing.merge(pupil), by=house)
    assert tags(session, "müller", house) == ["A"]


def test_an_exact_number_comes_alone(session: Session, house: Actor, add_device: AddDevice) -> None:
    add_device("IT-1")
    add_device("IT-10")
    assert tags(session, "it-1", house) == ["IT-1"]
    assert tags(session, "it-", house) == ["IT-1", "IT-10"]


def test_one_number_opens_the_device(session: Session, house: Actor, add_device: AddDevice) -> None:
    add_device("A", serial_number="SN1", manufacturer="Eins", mac_address="AA:BB:CC:DD:EE:FF")
    add_device("B", serial_number="SN1", manufacturer="Zwei")
    for number, found in (
        ("a", "A"),
        ("AABB.CCDD.EEFF", None),
        ("aa-bb-cc-dd-ee-ff", "A"),
        ("sn1", None),
        ("x", None),
    ):
        device = queries.find_exact(session, number, seen_by=house)
        assert (device.asset_tag if device else None) == found


def test_a_search_stays_within_reach(
    session: Session, coordinator: Actor, add_device: AddDevice, other_school: School
) -> None:
    add_device("A", model="Gleich")
    add_device("B", model="Gleich", school_id=other_school.id)
    add_device("C", model="Gleich", school_id=None)
    assert tags(session, "gleich", coordinator) == ["A"]
    assert queries.find_exact(session, "B", seen_by=coordinator) is None


def test_the_index_follows_single_and_many_changes(
    session: Session, house: Actor, add_device: AddDevice, school: School, categories: dict[str, int]
) -> None:
    device = add_device("A", model="Anfang")
    with transaction() as writing:
        actions.change_device(writing, writing.merge(device), {"model": "Mitte"}, by=house)
    assert (tags(session, "anfang", house), tags(session, "mitte", house)) == ([], ["A"])
    with transaction() as writing:
        shared = {"school_id": school.id, "category_id": categories["PC"], "model": "Mitte"}
        many.add_many(writing, shared, tags=["B", "C"], by=house)
        bulk.edit_many(writing, [device.id], {"model": "Schluss"}, by=house)
    assert (tags(session, "mitte", house), tags(session, "schluss", house)) == (["B", "C"], ["A"])
    if is_sqlite(session):
        with transaction() as writing:
            writing.execute(
                text("INSERT INTO device_search (device_search, rank) VALUES ('integrity-check', 1)")
            )


def test_after_a_failed_bulk_write_single_changes_are_indexed_again(
    session: Session, house: Actor, add_device: AddDevice, school: School, categories: dict[str, int]
) -> None:
    add_device("A")
    shared = {"school_id": school.id, "category_id": categories["PC"]}

    def fail_half_way() -> None:
        with transaction() as writing:
            many.add_many(writing, shared, tags=["B"], by=house)
            many.add_many(writing, shared, by=house)

    with pytest.raises(BadValue):
        fail_half_way()
    add_device("C", model="Danach")
    assert tags(session, "danach", house) == ["C"]
