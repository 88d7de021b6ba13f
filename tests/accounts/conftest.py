"""A person with a password, browsers, and the command line."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from flask.cli import ScriptInfo
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from school_it.access import Actor, Role
from school_it.accounts import actions, queries
from school_it.database import db, transaction
from school_it.schools.models import School
from start import command_line
from tests.conftest import PASSWORD

Knock = Callable[..., TestResponse]


@pytest.fixture(autouse=True)
def _inside(session: Session) -> None:
    """Every test here looks into the database itself."""


@pytest.fixture
def person(app: Flask, house: Actor, school: School) -> str:
    """Ö. Yılmaz coordinates the school."""
    with transaction() as session:
        user = actions.add_user(session, "yilmaz", display_name="Ö. Yılmaz", password=PASSWORD, by=house)
        actions.grant_role(session, user, Role.COORDINATOR, schools=[session.merge(school)], by=house)
    return "yilmaz"


@pytest.fixture
def knock(app: Flask) -> Knock:
    """``knock("yilmaz", "…")``: somebody tries to sign in, in a browser of their own."""

    def knocked(
        name: str, password: str, browser: FlaskClient | None = None, address: str = "10.0.0.7"
    ) -> TestResponse:
        browser = browser or app.test_client()
        data = {"name": name, "password": password}
        return browser.post("/login", data=data, environ_overrides={"REMOTE_ADDR": address})

    return knocked


@pytest.fixture
def signed_in(app: Flask, person: str, knock: Knock) -> FlaskClient:
    browser = app.test_client()
    assert knock(person, PASSWORD, browser).status_code == 302
    return browser


@pytest.fixture
def run(app: Flask) -> Callable[..., Result]:
    """``run("user", "add", "…", input="…")``: the command line as an operator uses it."""

    def ran(*words: str, input: str = "") -> Result:
        return CliRunner().invoke(command_line, words, obj=ScriptInfo(create_app=lambda: app), input=input)

    return ran


def give_role(name: str, role: Role, by: Actor, **more: object) -> None:
    with transaction() as session:
        actions.grant_role(session, queries.get_user(session, name), role, by=by, **more)  # type: ignore[arg-type]


def end_roles(name: str, by: Actor) -> None:
    with transaction() as session:
        user = queries.get_user(session, name)
        for grant in list(user.roles):
            actions.end_role(session, user, grant, by=by)


def is_in(browser: FlaskClient) -> bool:
    """Whether the browser still gets its profile."""
    db.session.remove()
    return browser.get("/profile").status_code == 200
