"""Deadlines, the trail, help and the statements that the law asks for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from school_it import audit
from school_it.access import Actor, Role
from school_it.accounts import actions as account_actions
from school_it.accounts import queries as account_queries
from school_it.database import today, transaction
from school_it.overview import words
from school_it.schools.models import School
from tests.conftest import add_school

SignInAs = Callable[..., FlaskClient]


def text(browser: FlaskClient, path: str) -> str:
    answer = browser.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.get_data(as_text=True)


def test_deadlines_name_what_ends_and_lead_there(full: None, sign_in_as: SignInAs, school: School) -> None:
    page = text(sign_in_as(Role.COORDINATOR, school), "/deadlines")
    assert "Garantie endet" in page
    assert "Rückgabe fällig" in page
    assert "1 Gerät" in page
    assert "Gymnasium Beispielstadt" not in page


def test_an_admin_also_sees_roles_that_end(admin: FlaskClient, house: Actor, sign_in_as: SignInAs) -> None:
    sign_in_as(Role.OFFICE, name="vertretung")
    with transaction() as session:
        user = account_queries.get_user(session, "vertretung")
        account_actions.grant_role(session, user, Role.OFFICE, until=today() + timedelta(days=9), by=house)
    page = text(admin, "/deadlines")
    assert "Rolle endet" in page
    assert "/accounts/vertretung" in page


def test_without_deadlines_it_says_so(admin: FlaskClient) -> None:
    assert "endet nichts" in text(admin, "/deadlines")


def test_the_trail_can_be_narrowed(admin: FlaskClient, school: School, other_school: School) -> None:
    everything = text(admin, "/audit")
    assert school.name in everything
    assert "Konto angelegt" in everything
    narrowed = text(admin, "/audit?q=115514")
    assert school.name in narrowed
    assert other_school.name not in narrowed
    assert "Dazu ist nichts geschehen" in text(admin, "/audit?who=niemand")
    assert school.name in text(admin, f"/audit?from={today():%d.%m.%Y}&to={today():%d.%m.%Y}")
    assert "Dazu ist nichts geschehen" in text(admin, f"/audit?to={today() - timedelta(days=1):%d.%m.%Y}")
    assert "99.99.2026" in text(admin, "/audit?from=99.99.2026")


def test_the_trail_finds_capital_umlauts_as_they_stand(admin: FlaskClient, house: Actor) -> None:
    add_school(house, "154945", "Ökoschule")
    assert "154945 Ökoschule" in text(admin, "/audit?q=Ökos")


def test_the_trail_is_paged(admin: FlaskClient, house: Actor) -> None:
    with transaction() as session:
        for number in range(60):
            audit.record(session, audit.Action.REPORT_EXPORTED, None, by=house, number=number)
    first = text(admin, "/audit?size=50")
    assert "cursor=" in first
    assert "62 Einträge" in first
    assert admin.get("/audit?cursor=broken").status_code == 422


def test_an_act_shows_all_it_did(
    admin: FlaskClient, house: Actor, school: School, sign_in_as: SignInAs
) -> None:
    with transaction() as session:
        batch = audit.begin_batch(
            session, "import", by=house, title="Räume, 100% aus raeume.csv", file_name="raeume.csv"
        )
        for name in ("Erster Name", "Zweiter Name"):
            changes = {"name": ["", name]}
            audit.record(
                session,
                audit.Action.SCHOOL_CHANGED,
                session.merge(school),
                by=house,
                batch=batch,
                changes=changes,
            )
        ident = batch.id
    page = text(admin, f"/batches/{ident}")
    for words_there in ("Räume, 100% aus raeume.csv", "Erster Name", "Zweiter Name"):
        assert words_there in page
    assert f"/batches/{ident}" in text(admin, "/audit")
    assert admin.get("/batches/999").status_code == 404
    assert admin.get("/batches/99999999999999999999").status_code == 404
    assert sign_in_as(Role.COORDINATOR, school).get(f"/batches/{ident}").status_code == 404


def test_somebody_at_a_school_sees_their_own_acts(sign_in_as: SignInAs, school: School) -> None:
    mine = sign_in_as(Role.COORDINATOR, school, name="koord")
    with transaction() as session:
        me = account_queries.get_user(session, "koord").acting(())
        ident = audit.begin_batch(session, "import", by=me, title="Meine Liste").id
    assert "Meine Liste" in text(mine, f"/batches/{ident}")
    assert mine.get("/audit").status_code == 404


@pytest.mark.parametrize("role", list(Role))
def test_help_has_first_steps_for_everybody(sign_in_as: SignInAs, school: School, role: Role) -> None:
    at = [school] if role in (Role.COORDINATOR, Role.TEACHER) else []
    page = text(sign_in_as(role, *at), "/help")
    for sentence in (*words.FIRST_STEPS[role], *(word for word, _meaning in words.GLOSSARY), "Tastenkürzel"):
        assert sentence in page


def test_the_statements_are_open_and_name_the_contact(app: Flask) -> None:
    nobody = app.test_client()
    page = text(nobody, "/accessibility")
    for fact in ("EN 301 549", "BITV NRW", "Ombudsstelle", "Überwachungsstelle", "SCHOOL_IT_CONTACT"):
        assert fact in page
    assert "Geburtsdatum" in text(nobody, "/privacy")
    assert "/accessibility" in text(nobody, "/login")


def test_a_contact_that_is_set_is_shown(app: Flask) -> None:
    settings = app.config["SCHOOL_IT"]
    settings._values["CONTACT"] = "barrierefrei@town.example"
    try:
        assert "mailto:barrierefrei@town.example" in text(app.test_client(), "/accessibility")
    finally:
        settings._values["CONTACT"] = ""


def test_the_menu_marks_the_place_one_is_at(admin: FlaskClient) -> None:
    assert text(admin, "/audit").count('aria-current="page"') == 1
    assert 'aria-current="page"' not in text(admin, "/profile")
