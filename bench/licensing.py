"""Seats of licences: lists and pages at 20,000 seats against 1,000, each from the program itself."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from flask import Flask
from sqlalchemy import insert
from sqlalchemy.orm import Session

from app import create_app
from bench.measuring import Result, compare, own_cpu
from school_it import access
from school_it.access import Role
from school_it.accounts import actions as account_actions
from school_it.database import db, transaction
from school_it.licences import actions, roster, seats
from school_it.licences.groups import Group
from school_it.people.models import Membership, Person
from school_it.people.rules import PersonRole, PersonState
from school_it.schools import actions as school_actions
from school_it.schools.rules import SchoolType

FEW, MANY = 1_000, 20_000
OF_A_CLASS, CLASSES_OF_A_SCHOOL = 25, 40
PASSWORD = "only for measuring"  # noqa: S105  signs in nowhere
PAGES = (
    ("list of licences", "/licences"),
    ("page of a licence", "/licences/1"),
    ("list of seats", "/licences/1/seats"),
    ("classes of a school", "/licences/1/give?school=100001"),
)


def licensing(_most: int) -> Iterator[Result]:
    """Pages, the API's list, and a night in which nothing has changed (by the seat)."""
    with tempfile.TemporaryDirectory() as folder:
        small, large = (_Town(Path(folder) / str(size), size) for size in (FEW, MANY))
        for what, path in PAGES:
            yield compare(
                "SEATS", f"{what}, {MANY:,} ÷ {FEW:,} seats", 1.5, partial(large.page, path), partial(small.page, path)
            )  # fmt: skip
        yield compare(
            "SEATS", f"night without changes, {MANY:,} ÷ {FEW:,} seats", 30, large.night, small.night
        )


class _Town:
    """A town in which one licence has as many seats as there are pupils."""

    def __init__(self, home: Path, size: int) -> None:
        home.mkdir()
        self.app: Flask = create_app(
            {"HOME": str(home), "SECRET_KEY": "only for measuring, never to sign in", "TESTING": True,
             "WTF_CSRF_ENABLED": False, "IDLE_MINUTES": 600, "DATABASE_URL": f"sqlite:///{home / 'town.db'}"}
        )  # fmt: skip
        self.by = access.house("bench")
        with self.app.app_context():
            db.create_all()
            self._fill(size)
            db.session.remove()
        self.browser = self.app.test_client()
        self.browser.post("/login", data={"name": "amt", "password": PASSWORD})

    def _fill(self, size: int) -> None:
        with transaction() as session:
            user = account_actions.add_user(session, "amt", password=PASSWORD, by=self.by)
            account_actions.grant_role(session, user, Role.OFFICE, schools=[], by=self.by)
            per_school = OF_A_CLASS * CLASSES_OF_A_SCHOOL
            for place in range(-(-size // per_school)):
                values = {
                    "school_number": f"{100001 + place}", "name": f"Schule {place}", "school_type": SchoolType.GE,
                }  # fmt: skip
                school = school_actions.add_school(session, values, by=self.by)
                session.flush()
                _move_in(session, school.id, range(place * per_school, min(size, (place + 1) * per_school)))
            bought = {"licence_no": "L-1", "product": "Lernapp", "seats": size}
            licence = actions.add_licence(session, bought, by=self.by)
            seats.give_to_group(session, licence, Group(role=PersonRole.PUPIL), by=self.by)

    def page(self, path: str) -> float:
        def get() -> None:
            answer = self.browser.get(path)
            if answer.status_code != 200:
                raise RuntimeError(f"{path}: {answer.status_code}")

        return own_cpu(get, 10)

    def night(self) -> float:
        def match() -> None:
            with self.app.app_context(), transaction() as session:
                roster.match(session, by=self.by)

        return own_cpu(match)


def _move_in(session: Session, school_id: int, numbers: range) -> None:
    people = [
        {
            "id": number + 1, "source": "file", "stable_id": str(number), "role": PersonRole.PUPIL, "given_name": "Ada",
            "family_name": f"Ahl{number}", "school_id": school_id, "state": PersonState.ACTIVE, "locked": False,
            "school_class": f"{5 + number // OF_A_CLASS % 6:02d}{'ABCDEFG'[number // OF_A_CLASS // 6 % 7]}",
            "sort_name": f"ahl{number:06d}", "folded": f"ada ahl{number}", "version": 1,
        }
        for number in numbers
    ]  # fmt: skip
    session.execute(insert(Person), people)
    session.execute(insert(Membership), [{"person_id": one["id"], "school_id": school_id} for one in people])
