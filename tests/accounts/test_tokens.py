"""Tokens for programs: shown once, for the API alone, and what only reads does not write."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from school_it.access import Actor
from school_it.accounts import actions, queries
from school_it.accounts.models import Token
from school_it.accounts.signing_in import _by_token
from school_it.database import db, now, transaction
from school_it.errors import BadValue
from tests.accounts.conftest import is_in


@pytest.fixture
def token(person: str, house: Actor) -> str:
    return make(person, "write", house)


def make(name: str, scope: str, by: Actor) -> str:
    with transaction() as session:
        return actions.make_token(session, queries.get_user(session, name), scope=scope, days=30, by=by)


def opens(app: Flask, token: str, path: str = "/api/v1/schools") -> bool:
    with app.test_request_context(path, headers={"Authorization": f"Bearer {token}"}) as context:
        return _by_token(context.request) is not None


def test_a_token_is_shown_once(signed_in: FlaskClient) -> None:
    data = {"token_name": "Auswertung", "scope": "read", "days": "30"}
    page = signed_in.post("/profile/tokens", data=data).get_data(as_text=True)
    secret = re.search(r"sit_[\w-]{43}", page)
    assert secret is not None
    later = signed_in.get("/profile").get_data(as_text=True)
    assert "Auswertung" in later
    assert secret[0] not in later
    db.session.remove()
    assert db.session.scalars(select(Token.digest)).one() == actions.digest(secret[0])


@pytest.mark.parametrize("days", ["0", "367", "viele", ""])
def test_it_cannot_last_for_ever(signed_in: FlaskClient, days: str) -> None:
    data = {"token_name": "Auswertung", "scope": "read", "days": days}
    assert signed_in.post("/profile/tokens", data=data).status_code == 422


@pytest.mark.parametrize(("scope", "days"), [("root", 30), ("read", 0), ("read", 40 * 365)])
def test_the_action_refuses_the_same(person: str, house: Actor, scope: str, days: int) -> None:
    with pytest.raises(BadValue), transaction() as session:
        actions.make_token(session, queries.get_user(session, person), scope=scope, days=days, by=house)


def test_it_opens_the_api_and_never_a_page(app: Flask, token: str) -> None:
    assert opens(app, token)
    assert not opens(app, token, "/schools")
    answer = app.test_client().get("/schools", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 302


def test_a_read_token_cannot_write_anywhere(app: Flask, person: str, house: Actor) -> None:
    reads = {"Authorization": f"Bearer {make(person, 'read', house)}"}
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        answer = app.test_client().open("/api/v1/schools/115514", method=method, headers=reads)
        assert answer.status_code == 403
        assert answer.content_type == "application/problem+json"
        assert answer.get_json()["detail"] == "Dieser Zugriffsschlüssel darf nur lesen."


def test_a_write_token_is_not_stopped_there(app: Flask, token: str) -> None:
    answer = app.test_client().post("/api/v1/nothing-here", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 404


def test_it_ends_with_its_time(app: Flask, token: str) -> None:
    with time_machine.travel(now() + timedelta(days=31)):
        assert not opens(app, token)


def test_it_ends_with_the_account(app: Flask, token: str, person: str, house: Actor) -> None:
    with transaction() as session:
        actions.close_user(session, queries.get_user(session, person), by=house)
    assert not opens(app, token)
    with transaction() as session:
        actions.reopen_user(session, queries.get_user(session, person), by=house)
    assert not opens(app, token)


def test_it_ends_with_the_password(app: Flask, token: str, person: str, house: Actor) -> None:
    with transaction() as session:
        actions.set_password(session, queries.get_user(session, person), "noch ein langer Satz", by=house)
    assert not opens(app, token)


def test_the_owner_ends_it(app: Flask, signed_in: FlaskClient, token: str) -> None:
    ident = db.session.scalars(select(Token.id)).one()
    assert signed_in.post(f"/profile/tokens/{ident}/end").status_code == 302
    assert not opens(app, token)


def test_nobody_ends_the_token_of_another(app: Flask, admin: FlaskClient, token: str) -> None:
    ident = db.session.scalars(select(Token.id)).one()
    assert admin.post(f"/profile/tokens/{ident}/end").status_code == 404
    assert opens(app, token)


def test_its_last_use_is_noted(app: Flask, token: str) -> None:
    opens(app, token)
    db.session.remove()
    assert db.session.scalars(select(Token.last_used)).one() is not None


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Bearer sit_x", "Basic YTpi", "sit_x"])
def test_anything_else_opens_nothing(app: Flask, header: str) -> None:
    with app.test_request_context("/api/v1/schools", headers={"Authorization": header}) as context:
        assert _by_token(context.request) is None


def test_it_may_do_what_its_owner_may(app: Flask, token: str, person: str) -> None:
    with app.test_request_context("/api/v1/schools", headers={"Authorization": f"Bearer {token}"}) as context:
        found = _by_token(context.request)
    assert found is not None
    assert (found.actor.name, found.actor.via, found.actor.reads_only) == (person, "api", False)
    assert len(found.actor.grants) == 1


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_cookie_opens_nothing_in_the_api(signed_in: FlaskClient, method: str) -> None:
    answer = signed_in.open("/api/v1/devices", method=method)
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert is_in(signed_in)
