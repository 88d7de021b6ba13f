"""One product per test run, one clean database per test; PostgreSQL with ``--database=postgresql``."""

from __future__ import annotations

import contextvars
import re
import sqlite3
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask, has_app_context
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app import create_app
from school_it import access
from school_it.access import Actor, Role
from school_it.accounts import actions as account_actions
from school_it.accounts import passwords
from school_it.database import db, transaction
from school_it.funding import actions as funding_actions
from school_it.funding.rules import Financing
from school_it.schools import actions as school_actions
from school_it.schools.models import School
from school_it.schools.rules import SchoolType
from tests.emptying import close_own_connections, empty_database, prepare_emptying
from tests.live import live as live

PASSWORD = "ein langer Satz mit Tuba"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database", default="sqlite", choices=("sqlite", "postgresql"), help="where the data layer runs"
    )


@pytest.fixture(scope="session")
def database_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if request.config.getoption("--database") == "sqlite":
        yield f"sqlite:///{tmp_path_factory.mktemp('database') / 'test.db'}"
        return
    from tests.postgres import fresh_database

    with fresh_database() as url:
        yield url


class Browser(FlaskClient):
    """A browser whose requests know nothing of the test around them, as in production.

    Afterwards the test's own session forgets what it has read, so that it sees what the request wrote.
    """

    def open(self, *args: Any, **values: Any) -> TestResponse:
        try:
            return contextvars.Context().run(super().open, *args, **values)
        finally:
            if has_app_context():
                db.session.rollback()


@pytest.fixture(scope="session")
def app(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    home = tmp_path_factory.mktemp("home")
    passwords._hasher = PasswordHasher(
        time_cost=1, memory_cost=64, parallelism=1
    )  # the tests sign in very often
    made = create_app(
        {
            "TESTING": True,
            "HOME": str(home),
            "DATABASE_URL": database_url,
            "SECRET_KEY": "x" * 40,
            "WTF_CSRF_ENABLED": False,
        }
    )
    made.test_client_class = Browser
    with made.app_context():
        if db.engine.dialect.name == "sqlite":
            event.listen(db.engine, "connect", without_waiting_for_the_disk)
        db.create_all()
        prepare_emptying(db.engine)
    yield made
    close_own_connections()
    with made.app_context():
        db.engine.dispose()


def without_waiting_for_the_disk(connection: sqlite3.Connection, _record: object) -> None:
    """As the PostgreSQL of the tests; tests/house/test_what_is_saved.py asks what the product does."""
    connection.execute("PRAGMA synchronous=OFF")


def without_tokens(answer: TestResponse) -> str:
    """The page without the tokens of its forms, which are others every second."""
    return re.sub(r'name="csrf_token" value="[^"]+"', "", answer.get_data(as_text=True))


@pytest.fixture(autouse=True)
def _clean(request: pytest.FixtureRequest) -> Iterator[None]:
    """Every test that uses the app finds an empty database."""
    yield
    if "app" in request.fixturenames:
        made: Flask = request.getfixturevalue("app")
        with made.app_context():
            left_open = db.engine.pool.checkedout()  # type: ignore[attr-defined]
            empty_database()
        assert not left_open, "a session was left open: on PostgreSQL it would lock its tables"


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    """The session of the acting request; write with ``transaction()``."""
    with app.app_context():
        made = db.session()
        yield made
        made.close()
        db.session.remove()


@pytest.fixture
def house() -> Actor:
    """The house itself: may do everything."""
    return access.house("test")


@pytest.fixture
def school(session: Session, house: Actor) -> School:
    return add_school(house, "115514", "Grundschule Am Beispielweg")


@pytest.fixture
def other_school(session: Session, house: Actor) -> School:
    return add_school(house, "167149", "Gymnasium Beispielstadt", SchoolType.GY)


def add_school(by: Actor, number: str, name: str, kind: SchoolType = SchoolType.G) -> School:
    with transaction() as session:
        return school_actions.add_school(
            session, {"school_number": number, "name": name, "school_type": kind}, by=by
        )


@pytest.fixture
def funded(session: Session, house: Actor) -> None:
    """The programme DP and a grant with the file references that devices of the tests name."""
    with transaction() as writing:
        programme = funding_actions.add_programme(
            writing, {"code": "DP", "title": "Programm", "financing": Financing.FULL}, by=house
        )
        known = {"decision_date": date(2020, 1, 1), "period_to": date(2024, 12, 31)}
        amounts = {"eligible": Decimal(1000), "granted": Decimal(1000)}
        first = {**known, **amounts, "file_reference": "48.03-17/24"}
        grant = funding_actions.add_grant(writing, "ZW-1", programme, None, first, by=house)
        funding_actions.add_decision(writing, grant, {**first, "file_reference": "48/1"}, by=house)


@pytest.fixture
def sign_in_as(app: Flask, house: Actor) -> Callable[..., FlaskClient]:
    """``sign_in_as(Role.COORDINATOR, school)``: a browser in which that person is signed in."""

    def signed_in(role: Role, *schools: School, name: str | None = None) -> FlaskClient:
        name = name or role.value + "".join(school.school_number for school in schools)
        with app.app_context(), transaction() as session:
            user = account_actions.add_user(session, name, password=PASSWORD, by=house)
            account_actions.grant_role(
                session, user, role, schools=[session.merge(s) for s in schools], by=house
            )
        browser = app.test_client()
        answer = browser.post("/login", data={"name": name, "password": PASSWORD})
        assert answer.status_code == 302, answer.get_data(as_text=True)
        return browser

    return signed_in


@pytest.fixture
def admin(sign_in_as: Callable[..., FlaskClient]) -> FlaskClient:
    return sign_in_as(Role.ADMIN)
