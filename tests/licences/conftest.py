"""Classes of a school from the directory, and quick ways to buy a licence."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from sqlalchemy.orm import Session

from school_it import audit
from school_it.access import Actor, Grant, Role
from school_it.database import transaction
from school_it.licences import actions
from school_it.licences.models import Licence
from school_it.people import actions as people_actions
from school_it.people.rules import PersonRole
from school_it.people.steps import Kind, Step, Wanted
from school_it.schools.models import School

AddClass = Callable[..., list[int]]
Buy = Callable[..., Licence]


def pupils(
    school: School, name: str | None, size: int, *, role: PersonRole = PersonRole.PUPIL
) -> list[Wanted]:
    return [
        Wanted(
            stable_id=f"{school.school_number}-{name}-{number}", role=role, family_name=f"Ahl{number:03d}",
            given_name="Ada", school_numbers=(school.school_number,), school_class=name,
        )
        for number in range(size)
    ]  # fmt: skip


def write(steps: Sequence[Step], by: Actor) -> list[int]:
    """As the directory's sync writes them."""
    with transaction() as session:
        batch = audit.begin_batch(session, "directory", by=by)
        return people_actions.write_people(session, "directory", steps, by=by, batch=batch)


@pytest.fixture
def add_class(session: Session, house: Actor) -> AddClass:
    """``add_class(school, "07B", 3)``: three pupils of a class; their ids."""

    def add(school: School, name: str | None, size: int, **told: Any) -> list[int]:
        return write([Step(Kind.NEW, one) for one in pupils(school, name, size, **told)], house)

    return add


@pytest.fixture
def buy(session: Session, house: Actor) -> Buy:
    """``buy(30, school)``: so many seats for people of a school; further values by their names."""

    def add(seats: int, school: School | None = None, **values: Any) -> Licence:
        number = values.pop("licence_no", f"L-{seats}")
        known = {
            "licence_no": number,
            "product": "Lernapp",
            "seats": seats,
            "school_id": school and school.id,
        }
        with transaction() as writing:
            return actions.add_licence(writing, {**known, **values}, by=house)

    return add


@pytest.fixture
def coordinator(school: School) -> Actor:
    """The coordinator of `school`."""
    return Actor(7, "koordination", (Grant(Role.COORDINATOR, school.id),))
