from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from school_it import audit
from school_it.access import Actor
from school_it.database import transaction
from school_it.people import actions
from school_it.people.models import Person
from school_it.people.rules import PersonRole
from school_it.people.steps import Kind, Step, Wanted
from school_it.schools.models import School

AddPerson = Callable[..., Person]


@pytest.fixture
def add_person(session: Session, house: Actor) -> AddPerson:
    """``add_person("Ada", "Ahl", school)``: somebody whom the directory has brought."""

    def add(
        given_name: str, family_name: str, *schools: School, source: str = "directory", **told: object
    ) -> Person:
        numbers = tuple(school.school_number for school in schools)
        key = f"{given_name}.{family_name}".lower()
        values = {"stable_id": f"id-{key}", "username": key, "role": PersonRole.PUPIL, **told}
        wanted = Wanted(given_name=given_name, family_name=family_name, school_numbers=numbers, **values)  # type: ignore[arg-type]
        with transaction() as writing:
            batch = audit.begin_batch(writing, "test", by=house)
            (ident,) = actions.write_people(writing, source, [Step(Kind.NEW, wanted)], by=house, batch=batch)
        return session.scalars(select(Person).where(Person.id == ident)).one()

    return add
