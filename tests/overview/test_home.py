"""The start page: each number is that of the list it leads to, within the reader's schools."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from urllib.parse import parse_qsl

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from school_it.access import Actor, Grant, Role
from school_it.accounts.models import User
from school_it.database import db, today, transaction
from school_it.devices import listing, returns
from school_it.funding import actions as funding
from school_it.funding.rules import Financing
from school_it.licences import actions as licences
from school_it.overview import attention, queries
from school_it.people import queries as people_queries
from school_it.people.forms import wish as people_wish
from school_it.procurement import actions as procurement
from school_it.schools.models import School
from tests.overview.conftest import AddDevice, add_person, hand_out

SignInAs = Callable[..., FlaskClient]
TILE = re.compile(r'tile__label">.*?<a href="([^"]+)">([^<]+)</a>.*?tile__number">([\d.]+)<', re.DOTALL)
CHART = re.compile(r'<a href="(/devices\?[^"]+)">([^<]+)</a>')


def actor(role: Role, *at: School) -> Actor:
    return Actor(99, role.value, tuple(Grant(role, school.id) for school in at) or (Grant(role),))


def tiles(browser: FlaskClient) -> dict[str, tuple[str, int]]:
    page = browser.get("/").get_data(as_text=True)
    return {
        label: (url.replace("&amp;", "&"), int(number.replace(".", "")))
        for url, label, number in TILE.findall(page)
    }


def listed(browser: FlaskClient, url: str, seen_by: Actor) -> int:
    """How many the list at that address has, asked the way the list itself asks."""
    assert browser.get(url).status_code == 200
    path, _mark, query = url.partition("?")
    args, session = dict(parse_qsl(query)), db.session()
    if path == "/devices":
        wish = listing.wish(args)
        assert set(wish.filters) == set(args), "the list does not know a filter of the tile"
        return listing.count(session, listing.matches(session, wish, seen_by=seen_by)).number
    if path == "/people":
        rows = people_queries.people(people_wish(args), seen_by=seen_by)
        return session.scalar(select(func.count()).select_from(rows.subquery())) or 0
    if path == "/people/returns":
        assert args == {}
        rows = returns.people(returns.Wish(days=14), seen_by=seen_by)
        return session.scalar(select(func.count()).select_from(rows.subquery())) or 0
    assert path in ("/jobs", "/imports")
    return 0


@pytest.mark.parametrize("role", [Role.ADMIN, Role.OFFICE, Role.AUDITOR, Role.COORDINATOR])
def test_every_tile_counts_what_its_list_shows(
    full: None, sign_in_as: SignInAs, school: School, role: Role
) -> None:
    at = [school] if role is Role.COORDINATOR else []
    browser = sign_in_as(role, *at)
    shown = tiles(browser)
    assert len(shown) >= 7
    for label, (url, number) in shown.items():
        assert number == listed(browser, url, actor(role, *at)), label


def test_the_numbers_are_right(full: None, sign_in_as: SignInAs, school: School) -> None:
    mine = {label: number for label, (_url, number) in tiles(sign_in_as(Role.COORDINATOR, school)).items()}
    assert mine == {
        "Geräte": 7, "ohne Raum": 7, "in Reparatur": 1, "defekt": 1, "Rückgabe überfällig": 1,
        "Garantie endet": 1, "Zweckbindung endet": 1, "Rückgaben": 1,
    }  # fmt: skip
    town = {label: number for label, (_url, number) in tiles(sign_in_as(Role.OFFICE)).items()}
    assert (town["Geräte"], town["ohne Schule"], town["in Reparatur"], town["Rückgaben"]) == (19, 5, 3, 2)


@pytest.mark.parametrize("role", [Role.OFFICE, Role.COORDINATOR])
def test_every_row_of_a_chart_leads_to_its_devices(
    full: None, sign_in_as: SignInAs, school: School, role: Role
) -> None:
    at = [school] if role is Role.COORDINATOR else []
    browser, reader = sign_in_as(role, *at), actor(role, *at)
    page = browser.get("/").get_data(as_text=True)
    links = {url.replace("&amp;", "&") for url, _label in CHART.findall(page)}
    assert {url for url in links if "year=" in url}
    assert {url for url in links if "category=" in url}
    session = db.session()
    by_school = {row.number: sum(row.by_state.values()) for row in queries.states_by_school(session, reader)}
    for number, total in by_school.items():
        url = f"/devices?school={number}&state={attention.PRESENT}".replace(",", "%2C")
        assert listed(browser, url, reader) == total
    for ident, _name, total in queries.devices_by_category(session, reader):
        assert listed(browser, f"/devices?category={ident}&state={attention.PRESENT}", reader) == total
    for year, total in queries.devices_by_year(session, reader):
        assert listed(browser, f"/devices?year={year}&state={attention.PRESENT}", reader) == total


def test_a_coordinator_sees_their_school_and_the_usual_actions(
    full: None, sign_in_as: SignInAs, school: School, other_school: School
) -> None:
    page = sign_in_as(Role.COORDINATOR, school).get("/").get_data(as_text=True)
    for words in (school.name, "Gerät ausgeben", "Gerät zurücknehmen", "Gerät aufnehmen", "Liste einlesen"):
        assert words in page
    assert other_school.name not in page


def test_an_auditor_is_offered_nothing_to_do(full: None, sign_in_as: SignInAs) -> None:
    page = sign_in_as(Role.AUDITOR).get("/").get_data(as_text=True)
    assert "Gerät ausgeben" not in page
    assert "Was Aufmerksamkeit braucht" in page


def test_a_teacher_sees_what_they_have(
    full: None, sign_in_as: SignInAs, school: School, house: Actor, add_device: AddDevice
) -> None:
    teacher = sign_in_as(Role.TEACHER, school, name="lehrkraft")
    assert "kein Gerät ausgegeben" in teacher.get("/").get_data(as_text=True)
    person = add_person(school, "Lena", "Lehrerin")
    hand_out(add_device("T-1", school), person, house)
    with transaction() as session:
        session.scalars(select(User).where(User.name == "lehrkraft")).one().person_id = person
    page = teacher.get("/").get_data(as_text=True)
    assert "T-1" in page
    assert "A-stock" not in page
    assert "Was Aufmerksamkeit braucht" not in page


def test_what_is_at_rest_is_named_too(full: None, sign_in_as: SignInAs, school: School) -> None:
    page = sign_in_as(Role.COORDINATOR, school).get("/").get_data(as_text=True)
    assert "Hier liegt nichts an:" in page
    assert "wartet auf Genehmigung" in page


def test_an_empty_house_says_what_to_do(app: Flask, sign_in_as: SignInAs, school: School) -> None:
    page = sign_in_as(Role.COORDINATOR, school).get("/").get_data(as_text=True)
    assert "Noch ist kein Gerät aufgenommen" in page
    assert "Gerät zurücknehmen" not in page
    assert "Hier liegt nichts an:" not in page


def quick(browser: FlaskClient) -> list[str]:
    """The words of the buttons at the top."""
    page = browser.get("/").get_data(as_text=True)
    bar = page.partition("Häufige Handgriffe")[2].partition("</div>")[0]
    return re.findall(r'kern-label">([^<]+)<', bar)


def test_a_town_that_has_grants_and_no_device_yet_is_led_on_from_there(
    sign_in_as: SignInAs, school: School, house: Actor
) -> None:
    office = sign_in_as(Role.OFFICE)
    assert quick(office) == ["Gerät aufnehmen"]
    values = {"code": "P", "title": "Programm", "financing": Financing.SHARE, "rate": Decimal("0.9")}
    decision = {
        "file_reference": "48-1", "decision_date": today(), "period_to": today() + timedelta(days=20),
        "eligible": Decimal(1000),
    }  # fmt: skip
    with transaction() as session:
        programme = funding.add_programme(session, values, by=house)
        funding.add_grant(session, "ZW-1", programme, None, decision, by=house)
    assert quick(office) == ["Auftrag eintragen", "Zu den Zuwendungen", "Gerät aufnehmen"]
    assert quick(sign_in_as(Role.AUDITOR)) == ["Zu den Zuwendungen"]
    assert quick(sign_in_as(Role.COORDINATOR, school)) == ["Gerät aufnehmen"]
    page = office.get("/").get_data(as_text=True)
    assert page.index("Was Aufmerksamkeit braucht") < page.index("Noch ist kein Gerät aufgenommen")
    assert "Hier liegt nichts an:" not in page, "nothing of a device is worth a word where there is none"
    with transaction() as session:
        order = {"order_no": "B-1", "ordered_on": today(), "supplier": "Händler Muster"}
        procurement.add_order(session, order, by=house)
    assert quick(office)[0] == "Lieferung annehmen"


def test_seats_are_offered_where_there_is_a_licence(
    full: None, sign_in_as: SignInAs, school: School, other_school: School, house: Actor
) -> None:
    own = sign_in_as(Role.COORDINATOR, school)
    assert "Plätze geben" not in quick(own)
    with transaction() as session:
        licence = {"licence_no": "L-1", "product": "Mal", "seats": 9, "school_id": other_school.id}
        licences.add_licence(session, licence, by=house)
    assert "Plätze geben" not in quick(own)
    assert "Plätze geben" in quick(sign_in_as(Role.OFFICE))


def test_where_there_is_no_school_yet_the_schools_come_first(session: Session, sign_in_as: SignInAs) -> None:
    page = sign_in_as(Role.ADMIN).get("/").get_data(as_text=True)
    assert "Noch ist keine Schule angelegt" in page
    assert 'href="/imports?kind=schools"' in page
    assert "Gerät aufnehmen" not in page


def test_a_few_statements_answer_whatever_the_number_of_devices(full: None, statements: list[str]) -> None:
    queries.answers(db.session(), actor(Role.OFFICE))
    assert len(statements) <= 8


@pytest.fixture
def statements(app: Flask) -> Iterator[list[str]]:
    """What the database is asked while the test runs."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if statement.lstrip().upper().startswith("SELECT"):
            asked.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    yield asked
    event.remove(engine, "before_cursor_execute", note)


def test_a_coordinator_begins_with_giving_seats(sign_in_as: SignInAs, school: School, house: Actor) -> None:
    with transaction() as session:
        licences.add_licence(session, {"licence_no": "L-1", "product": "Mal", "seats": 9}, by=house)
    start = sign_in_as(Role.COORDINATOR, school).get("/").get_data(as_text=True)
    assert 'href="/licences?state=idle"' in start
    teacher = sign_in_as(Role.TEACHER, school).get("/").get_data(as_text=True)
    assert 'href="/licences?state=idle"' not in teacher
