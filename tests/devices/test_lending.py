"""Who has a device: handing out, taking back, two people at once."""

from __future__ import annotations

import threading
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from school_it import audit
from school_it.access import Actor
from school_it.audit import Entry
from school_it.database import db, transaction
from school_it.devices import loans, queries
from school_it.devices.models import Handout
from school_it.devices.rules import State
from school_it.errors import BadValue, NotAllowed, NotThere, RuleBroken
from school_it.people.models import Person
from school_it.people.rules import PersonState
from school_it.schools.models import Room, School
from tests.devices.conftest import AddDevice, add_person, add_room, coordinator_of


def lend(tag: str, to: Person | Room, by: Actor, **values: object) -> None:
    with transaction() as session:
        device = queries.get_device(session, tag, seen_by=by)
        loans.hand_out(session, device, to=session.merge(to), by=by, **values)  # type: ignore[arg-type]


def test_a_device_goes_to_a_person_and_comes_back(
    add_device: AddDevice, pupil: Person, coordinator: Actor, session: Session
) -> None:
    device = add_device("A")
    lend("A", pupil, coordinator, due_on=date(2099, 7, 1), condition="neu")
    session.refresh(device)
    assert (device.person_id, device.state, device.due_on) == (pupil.id, State.IN_USE, date(2099, 7, 1))
    with transaction() as writing:
        loans.take_back(writing, writing.merge(device), condition="Kratzer", by=coordinator)
    assert (device.is_out, device.state) == (False, State.IN_STOCK)
    (given,) = queries.handouts_of(session, device)
    assert (given.condition_out, given.condition_back, given.taken_by) == ("neu", "Kratzer", "koordination")


def test_a_device_goes_into_a_room(
    add_device: AddDevice, room: Room, coordinator: Actor, session: Session
) -> None:
    device = add_device("A")
    lend("A", room, coordinator)
    session.refresh(device)
    assert (device.room_id, loans.holder_name(device)) == (room.id, "Raum 1.07")


def test_what_somebody_has_is_not_handed_out_again(
    add_device: AddDevice, pupil: Person, school: School, coordinator: Actor
) -> None:
    add_device("A")
    lend("A", pupil, coordinator)
    with pytest.raises(RuleBroken, match="schon ausgegeben"):
        lend("A", add_person(school, "Ben", "Beispiel"), coordinator)


@pytest.mark.parametrize("state", [State.IN_REPAIR, State.DEFECTIVE, State.LOST, State.STOLEN, State.ORDERED])
def test_what_is_not_at_hand_is_not_handed_out(
    add_device: AddDevice, pupil: Person, coordinator: Actor, state: State
) -> None:
    add_device("A", state=state)
    with pytest.raises(RuleBroken, match="kann nicht ausgegeben werden"):
        lend("A", pupil, coordinator)


def test_nothing_goes_to_who_has_left_or_belongs_elsewhere(
    add_device: AddDevice, pupil: Person, house: Actor, coordinator: Actor, other_school: School
) -> None:
    add_device("A")
    stranger = add_person(other_school, "Cem", "Fremd")
    with pytest.raises(NotThere):
        lend("A", stranger, coordinator)
    with pytest.raises(NotAllowed):
        lend("A", add_room(house, other_school, "9"), coordinator)
    with transaction() as session:
        session.merge(pupil).state = PersonState.LEFT
    with pytest.raises(RuleBroken, match="nicht mehr"):
        lend("A", pupil, coordinator)


def test_only_the_own_school_lends(add_device: AddDevice, pupil: Person, other_school: School) -> None:
    add_device("A")
    with pytest.raises(NotThere):
        lend("A", pupil, coordinator_of(other_school))


def test_a_return_before_the_hand_out_is_refused(
    add_device: AddDevice, pupil: Person, coordinator: Actor
) -> None:
    add_device("A")
    with pytest.raises(BadValue, match="vor der Ausgabe"):
        lend("A", pupil, coordinator, on=date(2026, 5, 2), due_on=date(2026, 5, 1))


def test_what_nobody_has_is_not_taken_back(add_device: AddDevice, coordinator: Actor) -> None:
    device = add_device("A")
    with pytest.raises(RuleBroken, match="nicht ausgegeben"), transaction() as session:
        loans.take_back(session, session.merge(device), by=coordinator)


def test_the_trail_keeps_the_name_apart_and_can_forget_it(
    add_device: AddDevice, pupil: Person, coordinator: Actor, session: Session
) -> None:
    device = add_device("A")
    lend("A", pupil, coordinator)
    entry = session.scalars(select(Entry).where(Entry.action == "device.handed_out")).one()
    assert (entry.person_id, entry.personal) == (pupil.id, {"holder": [None, "Anna Müller"]})
    assert "Müller" not in str(entry.changes) + str(entry.facts) + entry.object_label
    with transaction() as writing:
        assert audit.forget(writing, pupil.id) == 1
    assert [one.personal for one in audit.story(session, device) if one.person_id] == [None]


def test_of_two_who_hand_out_at_once_one_is_refused(
    app: Flask, add_device: AddDevice, school: School, coordinator: Actor, session: Session
) -> None:
    add_device("A")
    people = [add_person(school, name, "Beispiel").id for name in ("Ada", "Ben", "Cem", "Dua")]
    session.rollback()
    outcomes: list[str] = []
    gate = threading.Barrier(len(people))

    def try_it(person_id: int) -> None:
        with app.app_context():
            gate.wait()
            try:
                with transaction() as writing:
                    device = queries.get_device(writing, "A", seen_by=coordinator)
                    loans.hand_out(writing, device, to=writing.get_one(Person, person_id), by=coordinator)
                outcomes.append("done")
            except RuleBroken:
                outcomes.append("refused")
            finally:
                db.session.remove()

    threads = [threading.Thread(target=try_it, args=(person_id,)) for person_id in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["done", "refused", "refused", "refused"]
    assert len(session.scalars(select(Handout)).all()) == 1
