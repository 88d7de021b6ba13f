"""Schools, rooms and yearly figures, as the office and a school's coordinator use them."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from school_it.access import Actor, Grant, Role
from school_it.database import db, transaction
from school_it.errors import BadValue, NotAllowed, NotThere, RuleBroken, Stale
from school_it.schools import actions, queries, rules
from school_it.schools.models import School
from school_it.schools.rules import SchoolType

NEW = {
    "school_number": "154945", "name": "Gesamtschule Am Markt", "school_type": "GE",
    "postcode": "53773", "place": "Beispielstadt",
}  # fmt: skip
ROOM = {"room": "1.07", "name": "Musik", "building": "Altbau", "use": "specialist", "seats": "30"}

SignInAs = Callable[..., FlaskClient]


def text(browser: FlaskClient, path: str) -> str:
    answer = browser.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.get_data(as_text=True)


def test_the_directory_means_one_school_by_a_name(admin: FlaskClient, school: School) -> None:
    named = {"school_type": "G", "directory_name": "gs-beispiel"}
    first = admin.post("/schools/115514/edit", data={"school_number": "115514", "name": "Eine", **named})
    assert first.status_code == 302
    for address in ("/schools/new", "/schools/167149/edit"):
        admin.post("/schools/new", data=NEW | {"school_number": "167149"})
        answer = admin.post(address, data=NEW | named | {"directory_name": "GS-Beispiel"})
        assert answer.status_code == 422
        assert "hat schon die Schule 115514" in answer.get_data(as_text=True)


def test_the_office_opens_a_school(sign_in_as: SignInAs) -> None:
    office = sign_in_as(Role.OFFICE)
    assert office.post("/schools/new", data=NEW).location == "/schools/154945"
    page = text(office, "/schools/154945")
    assert "Gesamtschule Am Markt" in page
    assert "53773 Beispielstadt" in page
    assert "Schule angelegt" in text(office, "/schools/154945/history")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"school_number": "12345"}, "Sechs Ziffern"),
        ({"school_number": "254945"}, "Sechs Ziffern"),
        ({"name": ""}, "Bitte ausfüllen"),
        ({"school_type": ""}, "Bitte ausfüllen"),
        ({"postcode": "5377"}, "Fünf Ziffern"),
        ({"email": "kein-at"}, "keine E-Mail-Adresse"),
        ({"use_concept_date": "31.02.2026"}, "31.02.2026"),
        ({"social_index": "10"}, "von 1 bis 9"),
    ],
)
def test_what_will_not_do_comes_back_with_what_was_typed(
    admin: FlaskClient, change: dict[str, str], said: str
) -> None:
    answer = admin.post("/schools/new", data=NEW | change)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert said in page
    assert "Beispielstadt" in page


def test_a_school_cannot_be_opened_twice(admin: FlaskClient, school: School) -> None:
    answer = admin.post("/schools/new", data=NEW | {"school_number": school.school_number})
    assert answer.status_code == 422
    assert "schon angelegt" in answer.get_data(as_text=True)


def test_an_odd_check_digit_is_a_hint_and_no_more(admin: FlaskClient) -> None:
    answer = admin.post("/schools/new", data=NEW | {"school_number": "154949"}, follow_redirects=True)
    assert answer.status_code == 200
    assert "Prüfziffer" in answer.get_data(as_text=True)


def test_a_change_stands_in_the_history_with_both_values(admin: FlaskClient, school: School) -> None:
    data = {"version": "1", "school_number": "115514", "name": "Schule am Bach", "school_type": "G"}
    assert admin.post("/schools/115514/edit", data=data).status_code == 302
    page = text(admin, "/schools/115514/history")
    assert "Schule geändert" in page
    assert "Grundschule Am Beispielweg" in page
    assert "Schule am Bach" in page


def test_the_second_of_two_editors_is_told(admin: FlaskClient, school: School) -> None:
    data = {"version": "1", "school_number": "115514", "name": "Erste", "school_type": "G"}
    admin.post("/schools/115514/edit", data=data)
    answer = admin.post("/schools/115514/edit", data=data | {"name": "Zweite"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "In der Zwischenzeit" in page
    assert "Zweite" in page


def test_figures_entered_again_replace_the_old_ones(admin: FlaskClient, school: School) -> None:
    for pupils in ("1398", "1412"):
        data = {"school_year": "2026", "key_date": "15.10.2026", "pupils": pupils, "classes": "16"}
        assert admin.post("/schools/115514/figures", data=data).status_code == 302
    page = text(admin, "/schools/115514")
    assert "1.412" in page
    assert "1.398" not in page
    assert "1.412" in text(admin, "/schools")


def test_a_coordinator_keeps_the_rooms_of_their_school(sign_in_as: SignInAs, school: School) -> None:
    mine = sign_in_as(Role.COORDINATOR, school)
    assert mine.post("/schools/115514/rooms/new", data=ROOM).location == "/schools/115514/rooms/1.07"
    assert "Altbau" in text(mine, "/schools/115514/rooms/1.07")
    form = text(mine, "/schools/115514/rooms/1.07/edit")
    assert 'value="Altbau"' in form
    assert 'value="30"' in form
    changed = ROOM | {"version": "1", "room": "1.08", "building": "Neubau"}
    assert mine.post("/schools/115514/rooms/1.07/edit", data=changed).location == "/schools/115514/rooms/1.08"
    page = text(mine, "/schools/115514/rooms/1.08")
    assert "Neubau" in page
    assert "Raum geändert" in page


def test_a_room_number_is_there_once(sign_in_as: SignInAs, school: School) -> None:
    mine = sign_in_as(Role.COORDINATOR, school)
    mine.post("/schools/115514/rooms/new", data=ROOM)
    answer = mine.post("/schools/115514/rooms/new", data=ROOM)
    assert answer.status_code == 422
    assert "gibt es an dieser Schule schon" in answer.get_data(as_text=True)


@pytest.mark.parametrize("room", ["1/07", "Aula Ä", "a b", "100%", "x?y", "#3"])
def test_any_room_number_has_its_page(admin: FlaskClient, school: School, room: str) -> None:
    made = admin.post("/schools/115514/rooms/new", data={"room": room})
    assert made.status_code == 302
    assert admin.get(made.location).status_code == 200


def test_a_coordinator_changes_no_school_and_sees_no_other(
    sign_in_as: SignInAs, school: School, other_school: School
) -> None:
    mine = sign_in_as(Role.COORDINATOR, school)
    assert other_school.name not in text(mine, "/schools")
    assert mine.get("/schools/167149").status_code == 404
    assert mine.get("/schools/115514/edit").status_code == 403
    assert mine.post("/schools/167149/rooms/new", data=ROOM).status_code == 404


def test_an_auditor_reads_and_changes_nothing(sign_in_as: SignInAs, school: School) -> None:
    auditor = sign_in_as(Role.AUDITOR)
    assert school.name in text(auditor, "/schools")
    assert auditor.post("/schools/115514/rooms/new", data=ROOM).status_code == 403


def test_the_actions_ask_for_the_right_themselves(session: Session, school: School) -> None:
    """Whatever page or program calls them."""
    reads = Actor(1, "pruefung", (Grant(Role.AUDITOR),))
    with pytest.raises(NotAllowed), transaction() as writing:
        actions.add_room(writing, writing.merge(school), {"room": "1"}, by=reads)
    with pytest.raises(NotAllowed), transaction() as writing:
        actions.change_school(writing, writing.merge(school), {"name": "x"}, by=reads)


@pytest.mark.parametrize("number", ["", "12345", "1234567", "223456", "1234 5", "abcdef", "１２３４５６"])
def test_a_number_that_is_none_is_refused(house: Actor, session: Session, number: str) -> None:
    with pytest.raises(BadValue), transaction() as writing:
        actions.add_school(
            writing, {"school_number": number, "name": "x", "school_type": SchoolType.G}, by=house
        )


def test_rules_hold_for_actions_too(house: Actor, school: School) -> None:
    with pytest.raises(RuleBroken), transaction() as writing:
        actions.add_school(
            writing, {"school_number": "115514", "name": "x", "school_type": SchoolType.G}, by=house
        )
    with pytest.raises(BadValue), transaction() as writing:
        actions.add_room(writing, writing.merge(school), {"room": ""}, by=house)
    with pytest.raises(Stale), transaction() as writing:
        actions.change_school(
            writing, queries.get_school(writing, "115514", seen_by=house), {"name": "y"}, version=7, by=house
        )


def test_what_is_not_there_is_not_there(house: Actor, school: School) -> None:
    with pytest.raises(NotThere):
        queries.get_school(db.session(), "199999", seen_by=house)
    with pytest.raises(NotThere):
        queries.get_room(db.session(), db.session().merge(school), "9.99")


@pytest.mark.parametrize(("number", "fits"), [("100001", True), ("154949", False)])
def test_the_check_digit(number: str, fits: bool) -> None:
    assert rules.check_digit_fits(number) is fits
    assert (rules.number_hint(number) is None) is fits


@pytest.mark.parametrize("chosen", ["yes", "no", ""])
def test_the_form_shows_whether_support_is_confirmed(admin: FlaskClient, chosen: str) -> None:
    assert admin.post("/schools/new", data=NEW | {"support_confirmed": chosen}).status_code == 302
    page = text(admin, "/schools/154945/edit")
    options = page.partition('name="support_confirmed"')[2].partition("</select>")[0]
    assert re.findall(r'<option(?=[^>]* selected)[^>]* value="(\w*)"', options) == [chosen]


def test_support_is_confirmed_or_not(admin: FlaskClient) -> None:
    assert admin.post("/schools/new", data=NEW | {"support_confirmed": "vielleicht"}).status_code == 422


def test_the_history_reads_in_words(admin: FlaskClient) -> None:
    admin.post("/schools/new", data=NEW)
    admin.post("/schools/154945/rooms/new", data=ROOM)
    assert "Gesamtschule" in text(admin, "/schools/154945/history")
    page = text(admin, "/schools/154945/rooms/1.07")
    assert "Fachraum" in page
    assert "Altbau" in page
    assert "specialist" not in page
