"""Giving seats, seeing who has them, keys and terms: as a coordinator and the office do it in the browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from school_it import audit
from school_it.access import Actor, Role
from school_it.database import db, today
from school_it.licences import keys, seat_queries
from school_it.licences.models import Licence, LicenceKey, Seat, SeatRule
from school_it.licences.rules import Basis
from school_it.people.rules import PersonState
from school_it.people.steps import Kind, Step, changes_between
from school_it.schools.models import School
from tests.devices.conftest import AddDevice
from tests.devices.conftest import add_device as add_device  # fixtures
from tests.devices.conftest import categories as categories
from tests.licences.conftest import AddClass, Buy, pupils, write
from tests.licences.test_licence_pages import text

SignInAs = Callable[..., FlaskClient]
SECRET = "ABCD-EFGH-1234"


def test_a_class_gets_its_seats_with_one_button(
    sign_in_as: SignInAs, session: Session, school: School, add_class: AddClass, buy: Buy
) -> None:
    people = add_class(school, "07B", 3)
    licence = buy(5, school)
    mine = sign_in_as(Role.COORDINATOR, school)
    assert "07B: 3 Plätze geben" in text(mine, f"/licences/{licence.id}/give")
    done = mine.post(f"/licences/{licence.id}/give", data={"school": school.school_number, "class": "07B"})
    page = text(mine, done.location)
    assert "3 Plätze sind vergeben. Wer dazukommt, bekommt von selbst einen." in page
    assert "Klasse 07B" in page
    assert "Ahl001, Ada" in text(mine, f"/licences/{licence.id}/seats")
    assert "Lernapp" in text(mine, f"/people/{people[0]}")
    assert "Lernapp" in text(mine, f"/schools/{school.school_number}")
    seat = session.scalars(select(Seat.id).order_by(Seat.id)).first()
    mine.post(f"/licences/{licence.id}/seats/{seat}/release")
    assert "freigegeben" in text(mine, f"/licences/{licence.id}/seats?state=released")
    rule = session.scalars(select(SeatRule.id)).one()
    ending = f"/licences/{licence.id}/groups/{rule}/end"
    assert "2 Plätze werden frei" in text(mine, ending)
    assert "2 Plätze sind wieder frei" in text(mine, mine.post(ending).location)


@pytest.mark.parametrize("named", ["category", "room"])
def test_a_group_that_names_what_is_not_there_has_nobody(
    sign_in_as: SignInAs, session: Session, school: School, buy: Buy, named: str
) -> None:
    licence = buy(5, school, basis=Basis.DEVICE)
    mine = sign_in_as(Role.COORDINATOR, school)
    data = {"school": school.school_number, named: "2000000000"}
    answer = mine.post(f"/licences/{licence.id}/give", data=data)
    assert answer.status_code == 422
    assert "In dieser Gruppe ist zurzeit niemand." in answer.get_data(as_text=True)


def test_seats_of_all_schools_are_followed_up_by_who_reaches_all_schools(
    sign_in_as: SignInAs,
    session: Session,
    school: School,
    other_school: School,
    add_class: AddClass,
    buy: Buy,
) -> None:
    """A school gives seats of a licence of the town to its own; what it does to those of the others is the town's."""
    add_class(other_school, "07B", 3)
    licence, mine, office = buy(5), sign_in_as(Role.COORDINATOR, school), sign_in_as(Role.OFFICE)
    office.post(f"/licences/{licence.id}/give", data={"school": other_school.school_number, "class": "07B"})
    assert "nachführen" not in text(mine, f"/licences/{licence.id}")
    assert mine.post(f"/licences/{licence.id}/follow").status_code == 403
    assert seat_queries.number_used(session, licence) == 3
    assert office.post(f"/licences/{licence.id}/follow").status_code == 302


def test_too_few_seats_are_told_before_anything_happens(
    sign_in_as: SignInAs, session: Session, school: School, add_class: AddClass, buy: Buy
) -> None:
    add_class(school, "07B", 3)
    licence = buy(2, school)
    mine, address = sign_in_as(Role.COORDINATOR, school), f"/licences/{licence.id}/give"
    group = {"school": school.school_number, "class": "07B"}
    asked = mine.post(address, data=group)
    assert asked.status_code == 409
    assert "Gebraucht werden 3, frei sind 2 von 2 Plätzen" in asked.get_data(as_text=True)
    assert seat_queries.number_used(session, licence) == 0
    assert mine.post(address, data={**group, "short": "over"}).status_code == 422
    done = mine.post(address, data={**group, "short": "over", "reason": "nachbestellt"})
    assert "1 mehr vergeben als gekauft" in text(mine, done.location)
    assert "nachbestellt" in text(mine, f"/licences/{licence.id}/seats?state=over")
    assert "Lernapp" in text(mine, "/licences?state=over")
    assert "/licences?state=over" in text(mine, "/"), "the start page leads there"
    entered = {
        "version": "1",
        "licence_no": "L-2",
        "product": "Lernapp",
        "seats": "1",
        "school": school.school_number,
    }
    refused = mine.post(f"/licences/{licence.id}/edit", data=entered)
    assert refused.status_code == 422
    assert "3 Plätze sind vergeben, auf 1 lässt sich die Anzahl nicht senken" in refused.get_data(
        as_text=True
    )


def test_as_far_as_they_go_and_the_rest_is_listed(
    sign_in_as: SignInAs, school: School, add_class: AddClass, buy: Buy
) -> None:
    add_class(school, "07B", 3)
    licence = buy(2, school)
    mine = sign_in_as(Role.COORDINATOR, school)
    group = {"school": school.school_number, "class": "07B", "short": "fill"}
    page = text(mine, mine.post(f"/licences/{licence.id}/give", data=group).location)
    assert "1 Platz fehlt" in page
    assert "Ahl002, Ada" in text(mine, f"/licences/{licence.id}/missing")


def test_devices_get_seats_by_kind_and_room(
    sign_in_as: SignInAs,
    session: Session,
    school: School,
    add_device: AddDevice,
    buy: Buy,
) -> None:
    for number in range(3):
        add_device(f"IT-{number}")
    licence = buy(3, school, basis=Basis.DEVICE)
    mine = sign_in_as(Role.COORDINATOR, school)
    assert "Tablet: 3 Plätze geben" in text(mine, f"/licences/{licence.id}/give")
    mine.post(f"/licences/{licence.id}/give", data={"device": "IT-1"})
    assert "Lernapp" in text(mine, "/devices/IT-1")
    category = add_device("IT-9", category="Notebook").category_id
    data = {"school": school.school_number, "category": str(category)}
    mine.post(f"/licences/{licence.id}/give", data=data)
    assert seat_queries.number_used(session, licence) == 2


def test_a_key_is_sealed_masked_shown_by_an_act_and_nowhere_else(
    sign_in_as: SignInAs, session: Session, house: Actor, school: School, buy: Buy
) -> None:
    licence = buy(5, school)
    mine, reader = sign_in_as(Role.COORDINATOR, school), sign_in_as(Role.AUDITOR)
    page = f"/licences/{licence.id}"
    mine.post(f"{page}/keys/new", data={"label": "Aktivierung", "secret": SECRET})
    kept = session.scalars(select(LicenceKey)).one()
    assert SECRET.encode() not in kept.sealed
    assert SECRET not in text(mine, page)
    assert "Aktivierung" in text(mine, page)
    assert "••••" not in text(reader, page)
    assert mine.get(f"{page}/keys/{kept.id}/show").status_code == 405
    shown = mine.post(f"{page}/keys/{kept.id}/show")
    assert SECRET in shown.get_data(as_text=True)
    assert shown.headers["Cache-Control"] == "no-store"
    assert reader.post(f"{page}/keys/{kept.id}/show").status_code == 403
    actions = session.scalars(select(audit.Entry.action).order_by(audit.Entry.id.desc()).limit(2)).all()
    assert actions == ["licence_key.shown", "licence_key.kept"]
    told = [str((one.changes, one.facts, one.personal)) for one in session.scalars(select(audit.Entry))]
    assert not [entry for entry in told if SECRET in entry]
    assert f"/licences/{licence.id}" not in text(mine, f"/search?q={SECRET}")
    mine.post(f"{page}/keys/{kept.id}/remove")
    assert not keys.keys_of(session, licence)


def test_the_next_term_begins_by_hand_after_it_was_shown(
    sign_in_as: SignInAs, session: Session, school: School, buy: Buy
) -> None:
    begun = today() - timedelta(days=10)
    licence = buy(
        5, school, valid_from=begun, valid_to=begun + timedelta(days=29), renews=True, invoice_no="R-1"
    )
    mine, address = sign_in_as(Role.COORDINATOR, school), f"/licences/{licence.id}/renew"
    coming = begun + timedelta(days=30)
    assert f"gültig vom {coming:%d.%m.%Y}" in text(mine, address)
    shown = re.search(r'name="version"[^>]*value="(\d+)"', mine.get(address).get_data(as_text=True))
    assert shown
    page = text(mine, mine.post(address, data={"version": shown[1]}).location)
    assert mine.post(address, data={"version": shown[1]}).status_code == 422, "pressed twice it begins once"
    assert "Vergangene Laufzeiten" in page
    assert "R-1" in page
    session.expire_all()
    assert session.get_one(Licence, licence.id).valid_from == coming


def test_the_overview_says_what_is_owned_used_wasted_and_paid(
    sign_in_as: SignInAs, school: School, other_school: School, add_class: AddClass, buy: Buy
) -> None:
    add_class(school, "07B", 3)
    begun = today().replace(month=1, day=1)
    terms = {"valid_from": begun, "valid_to": begun.replace(month=12, day=31), "renews": True}
    licence = buy(10, school, price_gross=Decimal(100), **terms)
    buy(4, None, licence_no="T-1", product="Für alle", price_gross=Decimal("40.01"), **terms)
    office = sign_in_as(Role.OFFICE)
    office.post(f"/licences/{licence.id}/give", data={"school": school.school_number, "class": "07B"})
    page = text(office, "/licences/overview")
    for shown in ("140,01", "110,01", "120,01", "20,00", "<svg"):
        assert shown in page, shown
    assert "20,01" in text(office, "/licences/overview?shared=equally")
    mine = text(sign_in_as(Role.COORDINATOR, other_school), "/licences/overview")
    assert "100,00" not in mine


def test_foreign_seats_and_licences_are_not_there(
    sign_in_as: SignInAs,
    session: Session,
    school: School,
    other_school: School,
    add_class: AddClass,
    buy: Buy,
) -> None:
    add_class(other_school, "07B", 2), add_class(school, "05A", 1)
    theirs, town = buy(5, other_school), buy(6)
    mine, office = sign_in_as(Role.COORDINATOR, school), sign_in_as(Role.OFFICE)
    office.post(f"/licences/{town.id}/give", data={"school": other_school.school_number, "class": "07B"})
    assert mine.get(f"/licences/{theirs.id}/give").status_code == 404
    assert mine.post(f"/licences/{theirs.id}/give", data={"class": "07B"}).status_code == 404
    assert "Ahl001" not in text(mine, f"/licences/{town.id}/seats")
    seat = session.scalars(select(Seat.id).order_by(Seat.id)).first()
    assert mine.post(f"/licences/{town.id}/seats/{seat}/release").status_code == 404
    other = {"school": other_school.school_number, "class": "07B"}
    assert mine.post(f"/licences/{town.id}/give", data=other).status_code == 404
    assert session.scalar(select(func.count()).select_from(Seat).where(seat_queries.OPEN)) == 2


def test_the_pages_cost_as_many_statements_with_a_hundred_seats_as_with_two(
    sign_in_as: SignInAs, school: School, add_class: AddClass, buy: Buy
) -> None:
    counted: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *told: counted.append(told[2]))
    mine, numbers = sign_in_as(Role.COORDINATOR, school), []
    for name, size in (("07A", 2), ("07B", 100)):
        add_class(school, name, size)
        licence = buy(size, school)
        mine.post(f"/licences/{licence.id}/give", data={"school": school.school_number, "class": name})
        of_round = []
        for path in ("", f"/{licence.id}", f"/{licence.id}/seats", f"/{licence.id}/give", "/overview"):
            text(mine, f"/licences{path}")
            counted.clear()
            text(mine, f"/licences{path}")
            of_round.append(len(counted))
        numbers.append(of_round)
    assert numbers[0] == numbers[1]
    assert max(numbers[0]) < 25


def test_a_number_of_no_device_is_told_at_its_field_and_stays_there(
    admin: FlaskClient, school: School, buy: Buy
) -> None:
    licence = buy(5, school, basis=Basis.DEVICE)
    unknown = admin.post(f"/licences/{licence.id}/give", data={"device": "IT-0"})
    page = unknown.get_data(as_text=True)
    assert unknown.status_code == 422
    assert 'value="IT-0"' in page
    assert 'id="device-error"' in page
    nothing = admin.post(f"/licences/{licence.id}/give", data={"device": " "})
    assert nothing.status_code == 422
    assert "Bitte ausfüllen." in nothing.get_data(as_text=True)
    assert db.session.scalar(select(func.count()).select_from(Seat)) == 0


def test_a_seat_that_becomes_free_goes_to_who_waits_and_the_pages_of_both_say_so(
    admin: FlaskClient, session: Session, school: School, house: Actor, add_class: AddClass, buy: Buy
) -> None:
    """Whoever joins in the same night comes after, whatever the name."""
    first, second, waiting = add_class(school, "07B", 3)
    licence = buy(2, school)
    admin.post(
        f"/licences/{licence.id}/give",
        data={"school": school.school_number, "class": "07B", "short": "fill"},
    )
    assert "noch ohne Platz" in text(admin, f"/people/{waiting}")
    assert "noch ohne Platz" not in text(admin, f"/people/{second}")
    known = pupils(school, "07B", 1)[0]
    gone = replace(known, state=PersonState.LEFT, left_on=today())
    joins = replace(known, stable_id="new", family_name="Aaa")
    joined = write([Step(Kind.LEFT, gone, first, changes_between(known, gone)), Step(Kind.NEW, joins)], house)
    assert "noch ohne Platz" in text(admin, f"/people/{joined[-1]}")
    page = text(admin, f"/people/{waiting}")
    assert "noch ohne Platz" not in page
    assert f"/licences/{licence.id}" in page
    left = text(admin, f"/people/{first}")
    assert f"Lernapp: freigegeben am {today():%d.%m.%Y} (abgegangen)." in left
    assert "Zurzeit ist kein Platz vergeben." in left


def test_the_history_of_a_licence_tells_which_group_got_seats_and_lost_them(
    admin: FlaskClient,
    sign_in_as: SignInAs,
    session: Session,
    school: School,
    other_school: School,
    add_class: AddClass,
    buy: Buy,
) -> None:
    add_class(school, "07B", 3)
    licence = buy(5)
    admin.post(f"/licences/{licence.id}/give", data={"school": school.school_number, "class": "07B"})
    given = "Plätze an eine Gruppe vergeben: Klasse 07B"
    assert given in text(admin, f"/licences/{licence.id}")
    rule = session.scalars(select(SeatRule.id)).one()
    admin.post(f"/licences/{licence.id}/groups/{rule}/end")
    page = text(admin, f"/licences/{licence.id}")
    assert page.index("Plätze einer Gruppe beendet: Klasse 07B") < page.index(given)
    assert given in text(sign_in_as(Role.COORDINATOR, school), f"/licences/{licence.id}")
    assert given not in text(sign_in_as(Role.COORDINATOR, other_school), f"/licences/{licence.id}")


def test_an_act_calls_each_seat_by_who_has_it(
    sign_in_as: SignInAs, session: Session, school: School, add_class: AddClass, buy: Buy
) -> None:
    add_class(school, "07B", 2)
    licence, admin = buy(30, school), sign_in_as(Role.ADMIN)
    admin.post(f"/licences/{licence.id}/give", data={"school": school.school_number, "class": "07B"})
    batch = session.scalars(
        select(audit.Entry.batch_id).where(audit.Entry.object_type == "licence_seats")
    ).first()
    called = f'<a href="/licences/{licence.id}/seats">{licence.product}: Ahl000, Ada</a>'
    for address in (f"/batches/{batch}", "/audit"):
        page = admin.get(address).get_data(as_text=True)
        assert called in page
        assert f"#{licence.id}/" not in page
