"""The pages of accounts, as an admin uses them, and one's own profile."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from school_it.access import Role
from school_it.accounts import queries
from school_it.database import db
from school_it.schools.models import School
from tests.accounts.conftest import Knock, is_in
from tests.conftest import PASSWORD

NEW = {
    "name": "Schmidt",
    "display_name": "Anna Schmidt",
    "email": "a.schmidt@town.example",
    "password": PASSWORD,
}


def fresh(name: str) -> object:
    db.session.remove()
    return queries.get_user(db.session(), name)


def test_an_admin_opens_an_account_and_gives_it_a_role(
    admin: FlaskClient, school: School, knock: Knock, app: Flask
) -> None:
    made = admin.post("/accounts/new", data=NEW)
    assert made.location == "/accounts/schmidt"
    data = {
        "role": "coordinator",
        "schools": [school.school_number],
        "until": "31.07.2099",
        "reason": "Vertretung",
    }
    assert admin.post("/accounts/schmidt/roles", data=data).status_code == 302
    page = admin.get("/accounts/schmidt").get_data(as_text=True)
    assert "IT-Koordination" in page
    assert "bis 31.07.2099" in page
    browser = app.test_client()
    assert knock("schmidt", PASSWORD, browser).status_code == 302
    assert browser.get(f"/schools/{school.school_number}").status_code == 200


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": "a b"}, "ist kein möglicher Anmeldename"),
        ({"name": "rights"}, "ist kein möglicher Anmeldename"),
        ({"password": "kurz"}, "12 bis 128 Zeichen"),
        ({"password": "Sommer2026Sommer"}, "leicht zu erraten"),
        ({"password": ""}, "Bitte ausfüllen"),
        ({"email": "kein-at"}, "keine E-Mail-Adresse"),
        ({"display_name": ""}, "Bitte ausfüllen"),
    ],
)
def test_a_form_that_will_not_do_comes_back_with_what_was_typed(
    admin: FlaskClient, change: dict[str, str], said: str
) -> None:
    answer = admin.post("/accounts/new", data=NEW | change)
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert said in page
    if "display_name" not in change:
        assert "Anna Schmidt" in page
    assert PASSWORD not in page


def test_an_account_cannot_be_opened_twice(admin: FlaskClient) -> None:
    admin.post("/accounts/new", data=NEW)
    answer = admin.post("/accounts/new", data=NEW)
    assert answer.status_code == 422
    assert "gibt es schon" in answer.get_data(as_text=True)


def test_two_editors_do_not_overwrite_each_other(admin: FlaskClient, person: str) -> None:
    assert (
        admin.post(f"/accounts/{person}", data={"version": "1", "display_name": "Erste"}).status_code == 302
    )
    answer = admin.post(f"/accounts/{person}", data={"version": "1", "display_name": "Zweite"})
    assert answer.status_code == 422
    assert "In der Zwischenzeit" in answer.get_data(as_text=True)


def test_an_admin_closes_and_reopens_an_account(
    admin: FlaskClient, signed_in: FlaskClient, person: str, knock: Knock
) -> None:
    admin.post(f"/accounts/{person}/close")
    assert not is_in(signed_in)
    assert knock(person, PASSWORD).status_code == 422
    admin.post(f"/accounts/{person}/reopen")
    assert knock(person, PASSWORD).status_code == 302


def test_an_admin_ends_a_role_and_all_sessions(
    admin: FlaskClient, signed_in: FlaskClient, person: str
) -> None:
    assert admin.post(f"/accounts/{person}/sessions/end").status_code == 302
    assert not is_in(signed_in)
    grant = fresh(person).roles[0].id  # type: ignore[attr-defined]
    assert admin.post(f"/accounts/{person}/roles/{grant}/end").status_code == 302
    assert fresh(person).roles == []  # type: ignore[attr-defined]


def test_the_last_admin_is_told_why_not(admin: FlaskClient) -> None:
    answer = admin.post("/accounts/admin/close")
    assert answer.status_code == 409
    assert "letzte Konto" in answer.get_data(as_text=True)


def test_a_new_password_is_set_and_the_old_one_is_gone(admin: FlaskClient, person: str, knock: Knock) -> None:
    answer = admin.post(f"/accounts/{person}/password", data={"password": "ein ganz anderer Satz"})
    assert answer.status_code == 302
    assert knock(person, PASSWORD).status_code == 422
    assert knock(person, "ein ganz anderer Satz").status_code == 302


def test_only_admins_and_auditors_see_accounts(
    sign_in_as: Callable[..., FlaskClient], school: School
) -> None:
    for role, status in (
        (Role.OFFICE, 404),
        (Role.COORDINATOR, 404),
        (Role.TEACHER, 404),
        (Role.AUDITOR, 200),
    ):
        at = [school] if role in (Role.COORDINATOR, Role.TEACHER) else []
        assert sign_in_as(role, *at).get("/accounts").status_code == status


def test_the_list_of_accounts_shows_rights_and_last_sign_in(
    admin: FlaskClient, person: str, school: School
) -> None:
    page = admin.get("/accounts").get_data(as_text=True)
    assert "Ö. Yılmaz" in page
    assert "IT-Koordination" in page
    assert school.name in page
    assert "noch nie" in page


def test_the_profile_shows_ones_own_rights(signed_in: FlaskClient, school: School) -> None:
    page = signed_in.get("/profile").get_data(as_text=True)
    assert "IT-Koordination" in page
    assert school.name in page


def test_one_changes_ones_own_password(signed_in: FlaskClient, person: str, knock: Knock) -> None:
    data = {"old_password": PASSWORD, "password": "ein ganz anderer Satz"}
    assert signed_in.post("/profile/password", data=data).location == "/login"
    assert not is_in(signed_in)
    assert knock(person, "ein ganz anderer Satz").status_code == 302


def test_not_without_the_old_one_and_not_by_guessing(signed_in: FlaskClient) -> None:
    data = {"old_password": "geraten, geraten", "password": "ein ganz anderer Satz"}
    answer = signed_in.post("/profile/password", data=data)
    assert answer.status_code == 422
    assert "bisherige Kennwort stimmt nicht" in answer.get_data(as_text=True)
    texts = [signed_in.post("/profile/password", data=data).get_data(as_text=True) for _try in range(6)]
    assert "Zu viele Versuche" in texts[-1]


def test_shortcuts_can_be_switched_off(signed_in: FlaskClient) -> None:
    assert "data-shortcuts" in signed_in.get("/profile").get_data(as_text=True)
    signed_in.post("/profile/shortcuts", data={})
    assert "data-shortcuts" not in signed_in.get("/profile").get_data(as_text=True)


def test_ones_looks_are_kept_with_the_account(
    signed_in: FlaskClient, person: str, app: Flask, knock: Knock
) -> None:
    signed_in.post(
        "/appearance", data={"theme": "dark", "density": "normal", "language": "xx", "next": "/profile"}
    )
    other = app.test_client()
    knock(person, PASSWORD, other)
    page = other.get("/profile").get_data(as_text=True)
    assert 'data-kern-theme="dark"' in page
    assert "density-normal" in page
