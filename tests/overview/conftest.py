"""A school with devices in many states, and people who hold some of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from school_it.access import Actor
from school_it.database import db, today, transaction
from school_it.devices import actions, catalogue, loans
from school_it.devices.models import Device
from school_it.devices.rules import State
from school_it.people.models import Membership, Person
from school_it.people.rules import PersonRole, PersonState, findable
from school_it.schools import actions as school_actions
from school_it.schools.models import School

AddDevice = Callable[..., int]


@pytest.fixture(autouse=True)
def _inside(session: Session) -> None:
    """Every test here looks into the database itself."""


@pytest.fixture
def add_device(session: Session, house: Actor, school: School) -> AddDevice:
    """``add_device("IT-1", school, state=State.DEFECTIVE, …)``; without a school it belongs to the authority."""
    with transaction() as writing:
        known = catalogue.ensure_categories(writing, by=house)

    def add(
        tag: str, at: School | None, *, state: State = State.IN_STOCK, category: str = "Tablet", **values: Any
    ) -> int:
        given = {
            "asset_tag": tag,
            "category_id": known[category],
            "school_id": at.id if at else None,
            **values,
        }
        with transaction() as writing:
            device = actions.add_device(writing, given, by=house)
            writing.flush()
            device.state = state
            return device.id

    return add


def add_person(at: School, given: str, family: str, *, state: PersonState = PersonState.ACTIVE) -> int:
    with transaction() as writing:
        person = Person(
            source="file", stable_id=f"{given}.{family}", role=PersonRole.TEACHER, given_name=given, family_name=family,
            school_id=at.id, state=state, sort_name=family.lower(), folded=findable(given, family),
        )  # fmt: skip
        writing.add(person)
        writing.flush()
        writing.add(Membership(person_id=person.id, school_id=at.id))
        return person.id


def hand_out(device_id: int, person_id: int, by: Actor, *, due_on: date | None = None) -> None:
    with transaction() as writing:
        device, person = writing.get_one(Device, device_id), writing.get_one(Person, person_id)
        loans.hand_out(writing, device, to=person, on=today() - timedelta(days=30), due_on=due_on, by=by)


@pytest.fixture
def full(school: School, other_school: School, house: Actor, add_device: AddDevice) -> None:
    """One device at least behind every tile, at this school and at the other."""
    soon = today() + timedelta(days=30)
    for at, word in ((school, "A"), (other_school, "B"), (None, "C")):
        add_device(f"{word}-stock", at, acquired_on=date(2024, 3, 1), manufacturer="Müller & Söhne")
        add_device(f"{word}-repair", at, state=State.IN_REPAIR, category="Beamer")
        add_device(f"{word}-broken", at, state=State.DEFECTIVE)
        add_device(f"{word}-gone", at, state=State.DISPOSED, warranty_until=soon)
        add_device(f"{word}-warranty", at, warranty_until=soon, acquired_on=date(2023, 3, 1))
        add_device(f"{word}-bound", at, bound_until=date(today().year, 12, 31))
    for at, word in ((school, "A"), (other_school, "B")):
        late, left = add_device(f"{word}-late", at), add_device(f"{word}-left", at)
        leaver = add_person(at, "Jörg", f"Weißmüller{word}")
        hand_out(late, add_person(at, "Zoë", f"Groß{word}"), house, due_on=today() - timedelta(days=3))
        hand_out(left, leaver, house)
        with transaction() as writing:
            writing.get_one(Person, leaver).state = PersonState.LEFT
            room = {"room": "1.07", "name": f"Küche {word}"}
            school_actions.add_room(writing, writing.merge(at), room, by=house)
    db.session.rollback()
