"""Licences as the office keeps them and a school sees them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from school_it.access import Actor, Grant, Role
from school_it.database import today, transaction
from school_it.errors import NotAllowed
from school_it.licences import actions, queries, rules
from school_it.licences.models import Licence
from school_it.licences.queries import Wish
from school_it.schools.models import School

SignInAs = Callable[..., FlaskClient]
NEW = {
    "licence_no": "L-7", "product": "Lernapp Beispiel", "vendor": "Beispielverlag", "seats": "1.200", "basis": "school",
    "valid_from": "010825", "valid_to": "31.07.2026", "renews": "yes", "price_gross": "1.299,50", "school": "115514",
}  # fmt: skip


def text(browser: FlaskClient, path: str) -> str:
    answer = browser.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.get_data(as_text=True)


def licence(by: Actor, number: str, school: School | None = None, **values: Any) -> int:
    known = {
        "licence_no": number,
        "product": f"Produkt {number}",
        "seats": 1,
        "school_id": school and school.id,
    }
    with transaction() as session:
        return actions.add_licence(session, {**known, **values}, by=by).id


def test_the_office_enters_a_licence(sign_in_as: SignInAs, school: School) -> None:
    office = sign_in_as(Role.OFFICE)
    assert "Noch ist keine Lizenz" in text(office, "/licences")
    made = office.post("/licences/new", data=NEW)
    assert made.status_code == 302, made.get_data(as_text=True)
    page = text(office, made.location)
    for shown in ("Lernapp Beispiel", "1.200", "1.299,50", "01.08.2025", school.name, "Lizenz eingetragen"):
        assert shown in page
    assert "L-7" in text(office, "/licences?q=verlag&school=115514&basis=school")


def test_a_licence_without_a_school_is_for_all_of_them(sign_in_as: SignInAs, school: School) -> None:
    office = sign_in_as(Role.OFFICE)
    made = office.post("/licences/new", data={**NEW, "school": ""})
    assert "alle Schulen" in text(office, made.location)
    mine = sign_in_as(Role.COORDINATOR, school)
    assert "Lernapp Beispiel" in text(mine, "/licences")
    assert mine.get(f"{made.location}/edit").status_code == 404
    assert "Bearbeiten" not in text(mine, made.location)


def test_a_coordinator_keeps_the_licences_of_their_school(
    sign_in_as: SignInAs, house: Actor, school: School, other_school: School
) -> None:
    foreign = licence(house, "F-1", other_school)
    mine = sign_in_as(Role.COORDINATOR, school)
    assert mine.post("/licences/new", data={**NEW, "school": ""}).status_code == 422
    assert mine.post("/licences/new", data={**NEW, "school": "167149"}).status_code == 422
    made = mine.post("/licences/new", data=NEW).location
    changed = {**NEW, "version": "1", "seats": "12", "renews": "no"}
    assert mine.post(f"{made}/edit", data=changed).status_code == 302
    page = text(mine, made)
    assert "Lizenz geändert" in page
    assert "F-1" not in text(mine, "/licences")
    assert mine.get(f"/licences/{foreign}").status_code == 404
    assert mine.get(f"/licences/{foreign}/edit").status_code == 404


def test_the_trail_tells_a_change_in_words(admin: FlaskClient, school: School, other_school: School) -> None:
    made = admin.post("/licences/new", data=NEW).location
    admin.post(f"{made}/edit", data={**NEW, "version": "1", "school": "167149", "price_gross": "1.300,00"})
    trail = text(admin, "/audit")
    for said in (
        f"<del>{school.name}</del>",
        f"<ins>{other_school.name}</ins>",
        "1.299,50\N{NO-BREAK SPACE}€",
        f'href="{made}"',
    ):
        assert said in trail


def test_an_auditor_reads_and_a_teacher_sees_none(sign_in_as: SignInAs, house: Actor, school: School) -> None:
    ident = licence(house, "L-1", school)
    auditor = sign_in_as(Role.AUDITOR)
    assert "Produkt L-1" in text(auditor, f"/licences/{ident}")
    assert auditor.post("/licences/new", data=NEW).status_code == 403
    assert sign_in_as(Role.TEACHER, school).get("/licences").status_code == 404


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"seats": "viele"}, "keine ganze Zahl"),
        ({"product": ""}, "Bitte ausfüllen"),
        ({"valid_to": "31.07.2024"}, "bevor sie am 01.08.2025 beginnt"),
        ({"price_gross": "viel"}, "kein Betrag"),
        ({"school": "199999"}, "nicht zur Auswahl"),
    ],
)
def test_what_will_not_do_comes_back_with_what_was_typed(
    admin: FlaskClient, school: School, change: dict[str, str], said: str
) -> None:
    answer = admin.post("/licences/new", data={**NEW, **change})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert said in page
    assert "Beispielverlag" in page


def test_a_number_is_there_once_and_the_second_editor_is_told(admin: FlaskClient, school: School) -> None:
    made = admin.post("/licences/new", data=NEW).location
    again = admin.post("/licences/new", data=NEW)
    assert again.status_code == 422
    assert "gibt es schon" in again.get_data(as_text=True)
    admin.post(f"{made}/edit", data={**NEW, "version": "1", "seats": "3"})
    late = admin.post(f"{made}/edit", data={**NEW, "version": "1", "seats": "4"})
    assert late.status_code == 422
    assert "In der Zwischenzeit" in late.get_data(as_text=True)


def test_what_ends_or_may_be_cancelled_soon_is_found(
    session: Session, admin: FlaskClient, house: Actor
) -> None:
    day = today()
    begun = day - timedelta(days=400)
    licence(house, "BALD", valid_from=begun, valid_to=day + timedelta(days=10))
    licence(
        house, "KUENDBAR", valid_from=begun, valid_to=day + timedelta(days=200), cancel_by=day, renews=True
    )
    licence(house, "VORBEI", valid_from=begun, valid_to=day - timedelta(days=1))
    licence(house, "VERLAENGERT", valid_from=begun, valid_to=day - timedelta(days=1), renews=True)
    licence(house, "KOMMT", valid_from=day + timedelta(days=1))
    licence(house, "OFFEN")
    found = {
        state: {
            one
            for one in ("BALD", "KUENDBAR", "VORBEI", "VERLAENGERT", "KOMMT", "OFFEN")
            if f"Produkt {one}" in page
        }
        for state in ("running", "planned", "ended", "ending", "notice")
        if (page := text(admin, f"/licences?state={state}"))
    }
    assert found == {
        "running": {"BALD", "KUENDBAR", "VERLAENGERT", "OFFEN"}, "planned": {"KOMMT"}, "ended": {"VORBEI"},
        "ending": {"BALD"}, "notice": {"KUENDBAR"},
    }  # fmt: skip
    for one in session.query(Licence):
        stands = rules.standing(one.valid_from, one.valid_to, one.renews, day)
        assert one.licence_no in found[stands.value], "the badge of a row says the same as the filter"


def test_the_list_says_what_its_licences_cost_in_each_year(
    session: Session, admin: FlaskClient, house: Actor
) -> None:
    year = today().year
    licence(
        house,
        "JAHR",
        valid_from=date(year - 3, 8, 1),
        valid_to=date(year - 2, 7, 31),
        renews=True,
        price_gross=Decimal("100.10"),
    )
    licence(house, "EINMAL", valid_from=date(year, 2, 1), price_gross=Decimal("50.00"))
    licence(house, "UNBEKANNT", price_gross=Decimal("7.00"))
    found = queries.yearly_costs(session, Wish(), [year - 1, year, year + 1], seen_by=house)
    assert found.by_year == {
        year - 1: Decimal("100.10"),
        year: Decimal("150.10"),
        year + 1: Decimal("100.10"),
    }
    assert found.unknown == 1
    page = text(admin, "/licences")
    assert "150,10" in page
    assert "1 Lizenz ist nicht dabei" in page


def test_an_address_that_means_nothing_is_no_fault(
    admin: FlaskClient, session: Session, house: Actor
) -> None:
    licence(house, "L-1")
    assert "Produkt L-1" in text(admin, "/licences?state=quatsch&basis=unsinn&size=7")
    assert "passt keine" in text(admin, "/licences?school=999999")


def test_the_actions_ask_for_the_right_themselves(
    session: Session, house: Actor, school: School, other_school: School
) -> None:
    """Whatever page or program calls them; also against moving a licence to a school out of reach."""
    ident = licence(house, "L-1", school)
    mine = Actor(1, "koordination", (Grant(Role.COORDINATOR, school.id),))
    with transaction() as writing:
        actions.change_licence(
            writing, queries.get_licence(writing, ident, seen_by=mine), {"seats": 5}, by=mine
        )
    for values in ({"school_id": other_school.id}, {"school_id": None}):
        with pytest.raises(NotAllowed), transaction() as writing:
            actions.change_licence(
                writing, queries.get_licence(writing, ident, seen_by=mine), values, by=mine
            )
    with pytest.raises(NotAllowed):
        licence(mine, "L-2")
