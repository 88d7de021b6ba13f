"""A session lives in the database: once it is ended there, every copy of the cookie is worthless."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from school_it.access import Actor, Role
from school_it.accounts import actions, queries
from school_it.accounts.models import SignedInSession
from school_it.database import db, now, transaction
from school_it.schools.models import School
from tests.accounts.conftest import Knock, end_roles, give_role, is_in
from tests.conftest import PASSWORD


@pytest.fixture
def copy(app: Flask, signed_in: FlaskClient) -> FlaskClient:
    """Somebody has copied the cookie."""
    thief = app.test_client()
    cookie = signed_in.get_cookie("school_it")
    assert cookie is not None
    thief.set_cookie("school_it", cookie.value)
    assert is_in(thief)
    return thief


def test_a_copied_cookie_dies_with_signing_out(signed_in: FlaskClient, copy: FlaskClient) -> None:
    assert signed_in.post("/logout").location == "/login"
    assert not is_in(copy)


def test_it_dies_with_a_new_role(copy: FlaskClient, person: str, house: Actor) -> None:
    give_role(person, Role.AUDITOR, house)
    assert not is_in(copy)


def test_it_dies_when_a_role_ends(copy: FlaskClient, person: str, house: Actor) -> None:
    end_roles(person, house)
    assert not is_in(copy)


def test_it_dies_with_a_new_password(copy: FlaskClient, person: str, house: Actor) -> None:
    with transaction() as session:
        actions.set_password(session, queries.get_user(session, person), "noch ein langer Satz", by=house)
    assert not is_in(copy)


def test_it_dies_when_the_account_is_closed(copy: FlaskClient, person: str, house: Actor) -> None:
    with transaction() as session:
        actions.close_user(session, queries.get_user(session, person), by=house)
    assert not is_in(copy)


def test_it_dies_when_the_owner_ends_all_sessions(signed_in: FlaskClient, copy: FlaskClient) -> None:
    signed_in.post("/profile/sessions/end")
    assert not is_in(copy)


def test_one_session_can_be_ended_alone(
    app: Flask, signed_in: FlaskClient, person: str, knock: Knock
) -> None:
    other = app.test_client()
    knock(person, PASSWORD, other)
    db.session.remove()
    newest = db.session.scalars(select(SignedInSession.id).order_by(SignedInSession.id.desc())).first()
    assert signed_in.post(f"/profile/sessions/{newest}/end").status_code == 302
    assert not is_in(other)
    assert is_in(signed_in)


def test_nobody_ends_the_sessions_of_others(signed_in: FlaskClient, admin: FlaskClient) -> None:
    db.session.remove()
    newest = db.session.scalars(select(SignedInSession.id).order_by(SignedInSession.id.desc())).first()
    assert signed_in.post(f"/profile/sessions/{newest}/end").status_code == 404
    assert is_in(admin)


def test_an_idle_session_ends(signed_in: FlaskClient) -> None:
    with time_machine.travel(now() + timedelta(minutes=31)):
        assert not is_in(signed_in)


def test_a_busy_session_goes_on_but_not_for_ever(signed_in: FlaskClient) -> None:
    start = now()
    for minutes in range(20, 12 * 60, 20):
        with time_machine.travel(start + timedelta(minutes=minutes)):
            assert is_in(signed_in)
    with time_machine.travel(start + timedelta(hours=12, minutes=1)):
        assert not is_in(signed_in)


def test_only_the_digest_of_the_key_is_kept(signed_in: FlaskClient) -> None:
    with signed_in.session_transaction() as cookie:
        key = cookie["_user_id"]
    db.session.remove()
    stored = db.session.scalars(select(SignedInSession.key_digest)).one()
    assert stored == actions.digest(key) != key


def test_a_tampered_cookie_is_nobodys(app: Flask, signed_in: FlaskClient) -> None:
    cookie = signed_in.get_cookie("school_it")
    assert cookie is not None
    thief = app.test_client()
    before, sign, after = (
        cookie.value[:-5],
        cookie.value[-5],
        cookie.value[-4:],
    )  # the last one has spare bits
    thief.set_cookie("school_it", before + ("A" if sign != "A" else "B") + after)
    assert not is_in(thief)


def test_rights_are_read_anew_on_every_request(
    signed_in: FlaskClient, person: str, school: School, other_school: School
) -> None:
    """Even where somebody changes the table by hand, the next request knows."""
    assert signed_in.get(f"/schools/{other_school.school_number}").status_code == 404
    with transaction() as session:
        queries.get_user(session, person).roles[0].school_id = other_school.id
    assert signed_in.get(f"/schools/{other_school.school_number}").status_code == 200
    assert signed_in.get(f"/schools/{school.school_number}").status_code == 404
