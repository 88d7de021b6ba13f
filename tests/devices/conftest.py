"""A school with a room, its people, the usual categories, and quick ways to take in a device."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.orm import Session

from school_it.access import Actor, Grant, Role
from school_it.database import transaction
from school_it.devices import actions, catalogue
from school_it.devices.models import Device
from school_it.people.models import Person
from school_it.people.rules import PersonRole
from school_it.schools import actions as school_actions
from school_it.schools.models import Room, School

AddDevice = Callable[..., Device]


@pytest.fixture
def categories(session: Session, house: Actor) -> dict[str, int]:
    with transaction() as writing:
        return catalogue.ensure_categories(writing, by=house)


@pytest.fixture
def add_device(house: Actor, school: School, categories: dict[str, int]) -> AddDevice:
    """``add_device("IT-1", serial_number="C02", …)`` at `school`, unless it says otherwise."""

    def add(asset_tag: str | None = None, *, category: str = "Tablet", **values: Any) -> Device:
        given = {
            "school_id": school.id,
            "category_id": categories[category],
            "asset_tag": asset_tag,
            **values,
        }
        with transaction() as session:
            return actions.add_device(session, given, by=house)

    return add


@pytest.fixture
def room(house: Actor, school: School) -> Room:
    return add_room(house, school, "1.07")


def add_room(by: Actor, school: School, number: str) -> Room:
    with transaction() as session:
        return school_actions.add_room(session, session.merge(school), {"room": number}, by=by)


def add_person(
    school: School, given_name: str, family_name: str, role: PersonRole = PersonRole.PUPIL
) -> Person:
    folded = f"{given_name} {family_name}".lower().replace("ü", "ue")
    with transaction() as session:
        person = Person(
            source="file", stable_id=folded, role=role, given_name=given_name, family_name=family_name,
            school_id=school.id, folded=folded,
        )  # fmt: skip
        session.add(person)
    return person


@pytest.fixture
def pupil(session: Session, school: School) -> Person:
    return add_person(school, "Anna", "Müller")


@pytest.fixture
def coordinator(school: School) -> Actor:
    """The coordinator of `school`."""
    return coordinator_of(school)


def coordinator_of(school: School) -> Actor:
    return Actor(7, "koordination", (Grant(Role.COORDINATOR, school.id),))


@pytest.fixture
def office() -> Actor:
    return Actor(8, "schulamt", (Grant(Role.OFFICE),))
