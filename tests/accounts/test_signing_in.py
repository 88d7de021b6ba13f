"""Signing in: who gets in, what is said to whom does not, and how often one may try."""

from __future__ import annotations

from datetime import timedelta
from unittest import mock

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from school_it.access import Actor
from school_it.accounts import actions, passwords, queries
from school_it.accounts.models import FailedSignIn, SignedInSession, User
from school_it.database import db, now, transaction
from tests.accounts.conftest import Knock
from tests.conftest import PASSWORD, without_tokens


def test_the_right_password_leads_to_the_start_page(person: str, knock: Knock) -> None:
    answer = knock(person, PASSWORD)
    assert (answer.status_code, answer.location) == (302, "/")


def test_the_name_is_read_as_people_type_it(person: str, knock: Knock) -> None:
    assert knock(" Yilmaz ", PASSWORD).status_code == 302


def test_one_is_led_back_to_where_one_wanted_to_go(app: Flask, person: str) -> None:
    browser = app.test_client()
    asked = browser.get("/schools?q=x")
    assert asked.location == "/login?next=/schools?q%3Dx"
    page = browser.get(asked.location).get_data(as_text=True)
    assert 'value="/schools?q=x"' in page
    data = {"name": person, "password": PASSWORD, "next": "/schools?q=x"}
    assert browser.post("/login", data=data).location == "/schools?q=x"


@pytest.mark.parametrize(
    "address", ["//x.example", "/\\x.example", "https:x.example", "javascript:alert(1)", "/\t/x"]
)
def test_nobody_is_led_out_of_the_house(app: Flask, person: str, address: str) -> None:
    answer = app.test_client().post("/login", data={"name": person, "password": PASSWORD, "next": address})
    assert answer.location == "/"


@pytest.mark.parametrize("password", ["", " ", "\0", "\u200b", "falsches Kennwort", "x" * 1000])
def test_a_wrong_or_empty_password_never_opens(person: str, knock: Knock, password: str) -> None:
    answer = knock(person, password)
    assert answer.status_code == (400 if "\0" in password else 422)
    assert db.session.scalar(select(func.count(SignedInSession.id))) == 0


@pytest.mark.parametrize("name", ["", "*", ")(uid=*", "\\", "x" * 10_000, "%", "yilmaz\0"])
def test_a_strange_name_is_only_a_wrong_one(person: str, knock: Knock, name: str) -> None:
    assert knock(name, PASSWORD).status_code in (302, 400, 422)
    if name != "yilmaz\0":
        assert db.session.scalar(select(func.count(SignedInSession.id))) == 0


def test_unknown_closed_and_wrong_are_answered_alike(person: str, knock: Knock, house: Actor) -> None:
    with transaction() as session:
        closed = actions.add_user(session, "geschlossen-x", password=PASSWORD, by=house)
        actions.close_user(session, closed, by=house)
    names = (person, "geschlossen-x", "niemand-x")
    texts = {without_tokens(knock(name, "falsches Kennwort")).replace(name, "…") for name in names}
    assert len(texts) == 1
    assert "Anmeldename oder Kennwort stimmt nicht." in texts.pop()
    assert knock("geschlossen-x", PASSWORD).status_code == 422


def test_an_unknown_name_costs_the_same_hashing(person: str, knock: Knock) -> None:
    with mock.patch.object(passwords, "_hasher", wraps=passwords._hasher) as hasher:
        knock("nobody", "falsches Kennwort")
        knock(person, "falsches Kennwort")
    assert hasher.verify.call_count == 2


def test_an_account_of_the_directory_has_no_password_here(house: Actor, app: Flask, knock: Knock) -> None:
    with transaction() as session:
        actions.add_user(session, "ldapuser", password=None, by=house)
    assert knock("ldapuser", PASSWORD).status_code == 422
    assert knock("ldapuser", "nobody has this password").status_code == 422


def test_after_five_wrong_passwords_one_has_to_wait(person: str, knock: Knock) -> None:
    answers = [knock(person, "falsches Kennwort").status_code for _try in range(7)]
    assert answers == [422] * 5 + [429] * 2
    assert knock(person, PASSWORD).status_code == 429


def test_hundreds_of_guesses_look_at_ten_passwords_at_most(person: str, knock: Knock) -> None:
    with mock.patch.object(passwords, "_hasher", wraps=passwords._hasher) as hasher:
        for number in range(400):
            knock(person, "falsches Kennwort", address=f"10.1.{number // 250}.{number % 250}")
    assert 1 <= hasher.verify.call_count <= 10


def test_the_waiting_survives_a_restart_and_ends(person: str, knock: Knock) -> None:
    """The counter stands in the database; another process sees it as well."""
    start = now()
    with time_machine.travel(start, tick=False):
        for _try in range(6):
            knock(person, "falsches Kennwort")
    db.session.remove()
    assert queries.tries_of(db.session(), actions._key_of_name(person)).failures == 5
    db.session.remove()  # PostgreSQL holds the counter's row for whoever looked at it to change it
    with time_machine.travel(start + timedelta(seconds=3), tick=False):
        assert knock(person, PASSWORD).status_code == 302
    db.session.remove()
    assert (
        db.session.scalar(select(FailedSignIn).where(FailedSignIn.key == actions._key_of_name(person)))
        is None
    )


def test_other_spellings_of_the_name_are_the_same_counter(person: str, knock: Knock) -> None:
    for name in ("yilmaz", "YILMAZ", " yilmaz", "Yilmaz ", "yilmaz"):
        knock(name, "falsches Kennwort")
    assert knock("yilmaz", PASSWORD).status_code == 429


def test_one_address_trying_many_names_has_to_wait(app: Flask, knock: Knock) -> None:
    answers = [knock(f"name{number}", "falsches Kennwort").status_code for number in range(17)]
    assert answers == [422] * 15 + [429] * 2


def test_a_forged_proxy_header_is_no_new_address(app: Flask, person: str) -> None:
    for number in range(15):
        data = {"name": f"name{number}", "password": "falsches Kennwort"}
        app.test_client().post("/login", data=data, headers={"X-Forwarded-For": f"10.9.9.{number}"})
    data = {"name": person, "password": PASSWORD}
    assert (
        app.test_client().post("/login", data=data, headers={"X-Forwarded-For": "1.2.3.4"}).status_code == 429
    )


def test_a_whole_school_may_sign_in_from_one_address(person: str, knock: Knock) -> None:
    assert [knock(person, PASSWORD).status_code for _try in range(30)] == [302] * 30


def test_the_cookie_of_before_is_not_that_of_after(app: Flask, person: str, knock: Knock) -> None:
    """Session fixation: what an attacker planted in the browser is worth nothing after signing in."""
    browser = app.test_client()
    browser.get("/login")
    with browser.session_transaction() as planted:
        planted["_user_id"], planted["evil"] = "planted", "x"
    knock(person, PASSWORD, browser)
    with browser.session_transaction() as cookie:
        assert cookie["_user_id"] != "planted"
        assert "evil" not in cookie


def test_the_language_chosen_before_stays(app: Flask, person: str, knock: Knock) -> None:
    browser = app.test_client()
    browser.post("/appearance", data={"language": "en", "next": "/login"})
    knock(person, PASSWORD, browser)
    assert '<html lang="en"' in browser.get("/profile").get_data(as_text=True)


def test_a_weaker_hash_is_renewed(person: str, knock: Knock) -> None:
    weak = passwords.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    with transaction() as session:
        queries.get_user(session, person).password_hash = weak
    assert knock(person, PASSWORD).status_code == 302
    db.session.remove()
    fresh = queries.get_user(db.session(), person).password_hash
    assert fresh is not None
    assert fresh != weak
    assert knock(person, PASSWORD).status_code == 302


def test_the_last_sign_in_is_noted(signed_in: FlaskClient, person: str) -> None:
    db.session.remove()
    seen = queries.get_user(db.session(), person).last_sign_in
    assert seen is not None
    assert now() - seen < timedelta(minutes=1)


def test_without_any_account_the_page_says_how_to_make_one(app: Flask) -> None:
    page = app.test_client().get("/login").get_data(as_text=True)
    assert "school-it user add NAME --role admin" in page


def test_with_an_account_it_does_not(app: Flask, person: str) -> None:
    assert "school-it user add" not in app.test_client().get("/login").get_data(as_text=True)


def test_no_password_is_kept_in_clear(person: str, app: Flask) -> None:
    stored = db.session.scalar(select(User.password_hash).where(User.name == person))
    assert stored is not None
    assert stored.startswith("$argon2id$")
    assert PASSWORD not in stored
