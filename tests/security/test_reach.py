"""A role at one school ends at its gate: by forms, by hidden fields, by files, by what a sentence gives away."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from school_it.access import TOWN_WIDE, Actor, Grant, May, Role
from school_it.accounts import actions as account_actions
from school_it.accounts import queries as account_queries
from school_it.database import transaction
from school_it.devices import actions, loans, queries
from school_it.devices.models import Device
from school_it.jobs import Job, State
from school_it.jobs.queries import may_cancel
from school_it.people.models import Membership, Person
from tests.conftest import without_tokens
from tests.house.world import FOREIGN, OWN, World, account, browser_of


@pytest.fixture
def at_one_school(app: Flask, world: World, house: Actor) -> Callable[[Role], FlaskClient]:
    """Somebody who has a role of the town at the own school only."""

    def made(role: Role) -> FlaskClient:
        account(f"one-{role.value}", role, "115514", None, house)
        return browser_of(app, f"one-{role.value}")

    return made


@pytest.mark.parametrize("may", sorted(TOWN_WIDE))
def test_what_concerns_the_town_is_for_roles_of_the_town(may: May) -> None:
    at_school = Actor(1, "x", tuple(Grant(role, 1) for role in Role))
    of_town = Actor(1, "x", (Grant(Role.ADMIN),))
    assert of_town.may(may)
    assert not at_school.may(may)
    assert not at_school.may_at(may, 1)


@pytest.mark.parametrize("may", sorted(set(May) - TOWN_WIDE))
def test_a_right_at_one_school_reaches_nothing_that_belongs_to_none(may: May) -> None:
    """The right somewhere and the right to a thing are two questions: a thing without a school is the town's."""
    at_school = Actor(1, "x", (Grant(Role.ADMIN, 1),))
    assert at_school.may(may)
    assert at_school.may_at(may, 1)
    assert not at_school.may_at(may, 2)
    assert not at_school.may_at(may, None)
    assert Actor(1, "x", (Grant(Role.ADMIN),)).may_at(may, None)


def test_an_admin_of_one_school_does_not_become_admin_of_the_town(
    at_one_school: Callable[[Role], FlaskClient],
) -> None:
    browser = at_one_school(Role.ADMIN)
    assert browser.post("/accounts/one-admin/roles", data={"role": "admin"}).status_code == 403
    assert browser.post("/accounts/admin/password", data={"password": "x" * 20}).status_code == 403


@pytest.mark.parametrize("role", [Role.ADMIN, Role.OFFICE, Role.AUDITOR])
@pytest.mark.parametrize("path", ["/audit", "/accounts", "/accounts/admin", "/people/directory"])
def test_whoever_has_a_role_at_one_school_does_not_read_the_books_of_the_town(
    at_one_school: Callable[[Role], FlaskClient], role: Role, path: str
) -> None:
    assert at_one_school(role).get(path).status_code == 404


def test_an_office_of_one_school_founds_no_schools(at_one_school: Callable[[Role], FlaskClient]) -> None:
    new = {"school_number": "199999", "name": "Neu", "school_type": "G"}
    browser = at_one_school(Role.OFFICE)
    answer = browser.post("/schools/new", data=new)
    assert answer.status_code == 403
    assert "gehört zur ganzen Stadt" in answer.get_data(as_text=True)
    assert browser.get("/schools/199999").status_code == 404
    assert "Schule anlegen" not in browser.get("/schools").get_data(as_text=True)


@pytest.mark.parametrize("path", ["/devices/new", "/devices/many", f"/devices/{OWN}-2/edit"])
def test_a_form_suggests_no_rooms_of_a_foreign_school(coordinator: FlaskClient, path: str) -> None:
    answer = coordinator.post(path, data={"school": "167149"})
    assert answer.status_code == 422
    assert FOREIGN not in answer.get_data(as_text=True)


def test_a_foreign_room_is_answered_like_a_missing_one(coordinator: FlaskClient, world: World) -> None:
    told = []
    for ident in (world.foreign.rows[2].id, 2_000_000):
        answer = coordinator.post(f"/devices/{OWN}-2/hand-out", data={"to": "x", "receiver": f"room:{ident}"})
        told.append("Diesen Raum gibt es nicht." in answer.get_data(as_text=True))
    assert told == [True, True]


def test_ticks_at_foreign_devices_tell_nothing_about_their_rooms(
    coordinator: FlaskClient, world: World
) -> None:
    ticked = [device.id for device in world.foreign.rows[4:6]]
    told = []
    for room in (f"{FOREIGN}-1", "9.99"):
        answer = coordinator.post("/devices/bulk", data={"device": ticked, "room": room, "step": "preview"})
        told.append((answer.status_code, without_tokens(answer).replace(room, "")))
    assert told[0] == told[1]


def test_ticks_at_foreign_devices_change_nothing(
    coordinator: FlaskClient, world: World, session: Session
) -> None:
    ticked = [device.id for device in world.foreign.rows[4:6]]
    coordinator.post("/devices/bulk", data={"device": ticked, "supplier": "Diebesgut", "step": "apply"})
    assert session.query(Device).filter_by(supplier="Diebesgut").count() == 0


@pytest.mark.parametrize("path", ["/devices/new", "/devices/many"])
def test_a_known_serial_number_does_not_name_a_foreign_device(
    coordinator: FlaskClient, world: World, path: str
) -> None:
    foreign = world.foreign.rows[4]
    form = {
        "category_id": world.samples["category"], "school": "115514", "state": "in_stock",
        "manufacturer": foreign.manufacturer, "serial_number": foreign.serial_number, "serials": foreign.serial_number,
    }  # fmt: skip
    text = coordinator.post(path, data=form).get_data(as_text=True)
    assert "hat schon ein Gerät, das Sie nicht sehen dürfen" in text
    assert foreign.asset_tag not in text


def bring(browser: FlaskClient, content: str, kind: str = "devices") -> str:
    file = (BytesIO(content.encode()), "liste.csv")
    answer = browser.post("/imports", data={"kind": kind, "file": file}, content_type="multipart/form-data")
    assert answer.status_code == 302, answer.get_data(as_text=True)
    return str(answer.location)


def test_a_file_has_no_more_rights_than_who_brings_it(
    coordinator: FlaskClient, world: World, session: Session
) -> None:
    """Foreign schools, foreign devices by either number, and disposal without the office's approval."""
    foreign, other = world.foreign.rows[4:6]
    place = bring(
        coordinator,
        "Inventarnummer;Seriennummer;Hersteller;Geräteart;Schulnummer;Zustand\r\n"
        "N-1;;;Tablet;167149;\r\n"
        f"{foreign.asset_tag};;;Tablet;115514;\r\n"
        f";{other.serial_number};{other.manufacturer};Tablet;115514;\r\n"
        f"N-2;{foreign.serial_number};{foreign.manufacturer};Tablet;115514;\r\n"
        "N-3;;;Tablet;115514;ausgesondert\r\n",
    )
    text = coordinator.get(f"{place}?show=problem").get_data(as_text=True)
    assert "Aussondern darf über eine Datei nur das Schulverwaltungsamt" in text
    assert "hat schon ein Gerät, das Sie nicht sehen dürfen" in text
    assert f"Gerät {foreign.asset_tag}" not in text
    coordinator.post(f"{place}/apply", data={"partial": "y"})
    assert session.query(Device).filter(Device.asset_tag.like("N-%")).count() == 0
    session.expire_all()
    assert session.get_one(Device, foreign.id).school_id == foreign.school_id


@pytest.mark.parametrize("meaning", ["id", "school_id", "approved_by", "version", "__class__"])
def test_a_column_means_only_what_the_sheet_knows(coordinator: FlaskClient, meaning: str) -> None:
    place = bring(coordinator, "Inventarnummer;Geräteart;Schulnummer;X\r\nN-1;Tablet;115514;1\r\n")
    fields = {
        "column-0": "asset_tag",
        "column-1": "category",
        "column-2": "school_number",
        "column-3": meaning,
    }
    assert coordinator.post(f"{place}/wish", data=fields).status_code == 422


@pytest.mark.parametrize("act", ["", "/apply", "/wish", "/look", "/discard"])
def test_the_file_of_another_is_not_there(app: Flask, coordinator: FlaskClient, act: str) -> None:
    place = bring(coordinator, "Inventarnummer;Geräteart;Schulnummer\r\nN-1;Tablet;115514\r\n")
    other = browser_of(app, "foreign-coordinator")
    assert other.open(place + act, method="POST" if act else "GET").status_code == 404


def test_a_device_that_moved_takes_no_names_of_people_along(
    app: Flask, coordinator: FlaskClient, world: World, house: Actor
) -> None:
    """Pupils of school B stay with school B, although the device is at school A now."""
    tag = f"{FOREIGN}-2"
    with transaction() as writing:
        person = writing.get_one(Person, world.foreign.samples["person"])
        person.given_name = person.family_name = "Nachbarskind"
        device = queries.get_device(writing, tag, seen_by=house)
        loans.hand_out(writing, device, to=person, by=house)
        loans.take_back(writing, device, by=house)
        own = world.own.rows[0].id
        actions.change_device(
            writing, device, {"school_id": own, "room_id": None, "move_reason": "Umzug"}, by=house
        )
    assert "Nachbarskind" not in coordinator.get(f"/devices/{tag}").get_data(as_text=True)
    assert "Nachbarskind" in browser_of(app, "office").get(f"/devices/{tag}").get_data(as_text=True)


@pytest.mark.parametrize("field", ["approved_by", "approved_on", "person_id", "version", "id", "state"])
def test_more_fields_than_the_form_has_change_nothing(
    coordinator: FlaskClient, session: Session, world: World, field: str
) -> None:
    """Whatever a form sends beside its own fields is not looked at."""
    device = world.own.rows[5]
    before = {
        name: getattr(device, name) for name in ("approved_by", "approved_on", "person_id", "id", "state")
    }
    form = {
        "category_id": world.samples["category"], "school": "115514", "asset_tag": device.asset_tag,
        field: "disposed" if field == "state" else "1",
    }  # fmt: skip
    coordinator.post(f"/devices/{device.asset_tag}/edit", data=form)
    session.expire_all()
    after = session.get_one(Device, before["id"])
    assert {name: getattr(after, name) for name in before} == before


def test_of_somebody_at_two_schools_each_tells_its_own(
    app: Flask, coordinator: FlaskClient, world: World
) -> None:
    ident = world.foreign.samples["person"]
    with transaction() as writing:
        person = writing.get_one(Person, ident)
        person.given_name = person.family_name = "Pendler"
        writing.add(Membership(person_id=ident, school_id=world.own.rows[0].id))
    for path in ("/people", f"/people/{ident}"):
        text = coordinator.get(path).get_data(as_text=True)
        assert "Pendler" in text
        assert not re.search(rf">\s*{FOREIGN}( short_name \d+)?\s*<", text), path
    answer = coordinator.get("/exports/people.xlsx")
    with zipfile.ZipFile(BytesIO(answer.get_data())) as book:
        sheet = "".join(
            book.read(name).decode() for name in book.namelist() if name.startswith("xl/worksheets/")
        )
    answer.close()
    assert "Pendler" in sheet
    assert "167149" not in sheet


@pytest.mark.parametrize("deed", ["close", "end"])
def test_what_waits_is_not_done_with_rights_that_have_ended(
    world: World, session: Session, house: Actor, deed: str
) -> None:
    with transaction() as writing:
        user = account_queries.get_user(writing, "coordinator")
        job = Job(
            kind="nothing",
            title={"text": "x", "values": {}},
            started_by=user.id,
            started_by_name="x",
            acting={},
        )
        writing.add(job)
        writing.flush()
        number = job.id
    with transaction() as writing:
        user = account_queries.get_user(writing, "coordinator")
        if deed == "close":
            account_actions.close_user(writing, user, by=house)
        else:
            account_actions.end_role(writing, user, user.roles[0], by=house)
    assert session.get_one(Job, number).state is State.CANCELLED


def test_no_remark_of_a_file_stops_the_exports_of_the_town(coordinator: FlaskClient, world: World) -> None:
    content = f"Inventarnummer;Geräteart;Schulnummer;Bemerkung\r\nN-1;Tablet;115514;{'x' * 40_000}\r\n"
    place = bring(coordinator, content)
    assert "Höchstens 4000 Zeichen" in coordinator.get(f"{place}?show=problem").get_data(as_text=True)


def test_anothers_job_is_cancelled_by_who_looks_after_its_school_or_the_town() -> None:
    at_one = Actor(7, "x", (Grant(Role.OFFICE, 1), Grant(Role.COORDINATOR, 2)))
    town = Actor(8, "x", (Grant(Role.OFFICE),))
    jobs = [Job(started_by=9, school_id=school) for school in (1, 2, None)]
    assert [may_cancel(job, at_one) for job in jobs] == [True, False, False]
    assert [may_cancel(job, town) for job in jobs] == [True, True, True]
    assert may_cancel(Job(started_by=7, school_id=2), at_one)
