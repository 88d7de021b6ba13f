"""Giving and ending roles: until a day, at a school, never without an admin left."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from school_it import audit
from school_it.access import MAY_NAMES, RIGHTS, Actor, May, Role
from school_it.accounts import actions, queries
from school_it.audit import Action, Entry
from school_it.database import db, today, transaction
from school_it.errors import BadValue, RuleBroken
from school_it.schools.models import School
from tests.accounts.conftest import Knock, end_roles, give_role
from tests.conftest import PASSWORD


def make(name: str, role: Role, by: Actor, **more: object) -> None:
    with transaction() as session:
        actions.add_user(session, name, password=PASSWORD, by=by)
    give_role(name, role, by, **more)


def test_a_role_at_a_school_reaches_that_school_only(
    signed_in: FlaskClient, school: School, other_school: School
) -> None:
    page = signed_in.get("/schools").get_data(as_text=True)
    assert school.name in page
    assert other_school.name not in page


def test_a_school_role_needs_a_school(person: str, house: Actor) -> None:
    with pytest.raises(BadValue, match="mindestens eine Schule"):
        give_role(person, Role.TEACHER, house)


def test_a_role_cannot_be_over_before_it_begins(person: str, house: Actor) -> None:
    with pytest.raises(BadValue, match="schon vorbei"):
        give_role(person, Role.OFFICE, house, until=date(2020, 1, 1))


def test_the_last_day_counts_until_midnight_in_the_town(house: Actor, knock: Knock) -> None:
    """30 June in Berlin ends at 22:00 UTC."""
    with time_machine.travel(datetime(2026, 6, 1, 8, tzinfo=UTC)):
        make("vertretung", Role.OFFICE, house, until=date(2026, 6, 30))
    user_id = queries.get_user(db.session(), "vertretung").id
    for moment, reaches in (
        (datetime(2026, 6, 30, 21, 59, tzinfo=UTC), True),
        (datetime(2026, 6, 30, 22, 0, tzinfo=UTC), False),
    ):
        with time_machine.travel(moment, tick=False):
            assert bool(queries.grants_of(db.session(), user_id, today())) is reaches


def test_a_session_loses_the_role_at_midnight(house: Actor, knock: Knock, app: Flask) -> None:
    browser = app.test_client()
    with time_machine.travel(datetime(2026, 6, 30, 21, 50, tzinfo=UTC)):
        make("vertretung", Role.OFFICE, house, until=date(2026, 6, 30))
        knock("vertretung", PASSWORD, browser)
        assert browser.get("/schools").status_code == 200
    with time_machine.travel(datetime(2026, 6, 30, 22, 1, tzinfo=UTC)):
        answer = browser.get("/schools")
        assert answer.status_code == 403
        assert "hat zurzeit keine Rolle" in answer.get_data(as_text=True)


def test_given_again_a_role_gets_its_new_end(house: Actor) -> None:
    with time_machine.travel(datetime(2026, 6, 1, 8, tzinfo=UTC)):
        make("vertretung", Role.OFFICE, house, until=date(2026, 6, 30))
        give_role("vertretung", Role.OFFICE, house, until=date(2026, 12, 31), reason="verlängert")
        user = queries.get_user(db.session(), "vertretung")
        assert [(grant.until, grant.reason) for grant in user.roles] == [(date(2026, 12, 31), "verlängert")]


def test_every_grant_and_every_end_leaves_a_trace_with_its_reason(person: str, house: Actor) -> None:
    give_role(person, Role.OFFICE, house, reason="Haushalt 2027")
    end_roles(person, house)
    entries = db.session.scalars(
        select(Entry).where(Entry.action == Action.ROLE_GRANTED).order_by(Entry.id)
    ).all()
    assert [entry.facts.get("reason") for entry in entries] == [None, "Haushalt 2027"]
    ended = db.session.scalars(select(Entry).where(Entry.action == Action.ROLE_ENDED)).all()
    assert {entry.facts["role"] for entry in ended} == {"coordinator", "office"}


@pytest.mark.parametrize("deed", ["end", "close", "limit"])
def test_the_last_admin_stays(house: Actor, deed: str) -> None:
    make("chefin", Role.ADMIN, house)
    with pytest.raises(RuleBroken, match="letzte Konto"):
        remove("chefin", deed, house)
    user = queries.get_user(db.session(), "chefin")
    assert user.active
    assert user.roles[0].until is None


def remove(name: str, deed: str, by: Actor) -> None:
    with transaction() as session:
        user = queries.get_user(session, name)
        if deed == "end":
            actions.end_role(session, user, user.roles[0], by=by)
        elif deed == "close":
            actions.close_user(session, user, by=by)
        else:
            actions.grant_role(session, user, Role.ADMIN, until=date(2999, 1, 1), by=by)


def test_with_a_second_lasting_admin_the_first_may_go(house: Actor) -> None:
    make("chefin", Role.ADMIN, house)
    make("vertretung", Role.ADMIN, house, until=date(2999, 1, 1))
    with pytest.raises(RuleBroken):
        end_roles("chefin", house)
    make("nachfolger", Role.ADMIN, house)
    end_roles("chefin", house)
    assert queries.get_user(db.session(), "chefin").roles == []


def test_a_closed_admin_does_not_count(house: Actor) -> None:
    make("chefin", Role.ADMIN, house)
    make("frueher", Role.ADMIN, house)
    with transaction() as session:
        actions.close_user(session, queries.get_user(session, "frueher"), by=house)
    with pytest.raises(RuleBroken):
        end_roles("chefin", house)


def test_the_table_of_rights_names_every_permission(admin: FlaskClient) -> None:
    assert set(MAY_NAMES) == set(RIGHTS) == set(May)
    page = admin.get("/accounts/rights").get_data(as_text=True)
    for sentence in MAY_NAMES.values():
        assert sentence in page


def test_an_auditor_changes_nothing() -> None:
    may = [permission for permission, reaches in RIGHTS.items() if reaches[-1].value != "-"]
    assert all(permission.endswith((".see", ".make")) for permission in may)


def test_the_story_of_an_account_tells_who_gave_what(admin: FlaskClient, person: str, school: School) -> None:
    page = admin.get(f"/accounts/{person}").get_data(as_text=True)
    assert f"{audit.SAID[Action.ROLE_GRANTED]}: IT-Koordination ({school.school_number})" in page
