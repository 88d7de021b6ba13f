"""From the page of an act: see what would go back, press one button, and the page says so afterwards."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from school_it import audit, undo
from school_it.access import Actor, Grant, Role
from school_it.accounts import queries as account_queries
from school_it.database import transaction
from school_it.devices import actions as device_actions
from school_it.devices import bulk
from school_it.devices import queries as device_queries
from school_it.devices.models import Device
from school_it.schools import queries as school_queries
from school_it.schools.models import Room, School
from school_it.undo import work
from tests.undo.conftest import picture

Bring = Callable[..., int]
SignIn = Callable[..., FlaskClient]
ROOMS = "Schulnummer;Raum;Bezeichnung\n115514;1.07;Klasse 3b\n115514;1.08;Aula\n"
DEVICES = "Inventarnummer;Geräteart;Schulnummer;Bemerkung\nA-1;Tablet;115514;eins\nA-2;Tablet;115514;eins\n"


def text_of(answer: TestResponse) -> str:
    return html.unescape(answer.get_data(as_text=True))


def press(browser: FlaskClient, batch: int) -> TestResponse:
    """What the button of the preview sends."""
    shown = text_of(browser.get(f"/batches/{batch}/undo"))
    expected = re.search(r'name="expected"[^>]*value="(\w+)"', shown)
    assert expected, shown
    return browser.post(f"/batches/{batch}/undo", data={"expected": expected[1]})


def school_of(session: Session, number: str) -> School:
    return session.scalars(select(School).where(School.school_number == number)).one()


def edit_all(number: str, by: Actor) -> int:
    """A bulk edit of the devices of one school by somebody; returns its batch."""
    with transaction() as session:
        here = school_of(session, number)
        idents = list(session.scalars(select(Device.id).where(Device.school_id == here.id)))
        made = bulk.edit_many(session, idents, {"remark": "zusammen"}, by=by)
        assert made.batch is not None
        return made.batch.id


@pytest.mark.usefixtures("town")
def test_three_clicks_from_the_act_to_the_state_before(
    session: Session, bring: Bring, admin: FlaskClient
) -> None:
    before = picture(session)
    batch = bring("rooms", ROOMS)
    assert f"/batches/{batch}/undo" in text_of(admin.get(f"/batches/{batch}"))
    shown = text_of(admin.get(f"/batches/{batch}/undo"))
    assert "2 Zeilen zurücknehmen" in shown
    assert "wird wieder entfernt" in shown
    assert press(admin, batch).status_code == 302
    after = picture(session)
    assert (after["rooms"], after["devices"]) == (before["rooms"], before["devices"])
    told = text_of(admin.get(f"/batches/{batch}"))
    assert "Dieser Vorgang ist zurückgenommen." in told
    assert "admin" in told
    assert f"/batches/{batch}/undo" not in told
    assert "Nimmt zurück" in text_of(admin.get(f"/batches/{batch + 1}"))


@pytest.mark.usefixtures("town")
def test_the_preview_shows_values_before_and_after_and_links_what_stays(
    bring: Bring, admin: FlaskClient, house: Actor
) -> None:
    bring("devices", DEVICES)
    batch = bring("devices", DEVICES.replace("eins", "zwei"))
    with transaction() as session:
        device = device_queries.get_device(session, "A-2", seen_by=house)
        device_actions.change_device(session, device, {"remark": "von Hand"}, by=house)
    shown = text_of(admin.get(f"/batches/{batch}/undo"))
    assert "<del>zwei</del>" in shown
    assert "<ins>eins</ins>" in shown
    assert 'href="/devices/A-2"' in shown
    assert "Bemerkung: seitdem geändert" in shown
    assert "1 Zeile zurücknehmen" in shown


@pytest.mark.usefixtures("town")
def test_what_has_changed_since_the_preview_is_shown_before_anything_happens(
    session: Session, bring: Bring, admin: FlaskClient, house: Actor
) -> None:
    bring("devices", DEVICES)
    batch = bring("devices", DEVICES.replace("eins", "zwei"))
    old = re.search(r'name="expected"[^>]*value="(\w+)"', text_of(admin.get(f"/batches/{batch}/undo")))
    assert old
    with transaction() as writing:
        device = device_queries.get_device(writing, "A-2", seen_by=house)
        device_actions.change_device(writing, device, {"remark": "von Hand"}, by=house)
    answer = admin.post(f"/batches/{batch}/undo", data={"expected": old[1]})
    assert answer.status_code == 422
    assert "Inzwischen hat sich etwas geändert" in text_of(answer)
    assert sorted(filter(None, session.scalars(select(Device.remark)))) == ["von Hand", "zwei"]
    assert press(admin, batch).status_code == 302
    session.rollback()
    assert sorted(filter(None, session.scalars(select(Device.remark)))) == ["eins", "von Hand"]


@pytest.mark.usefixtures("town")
def test_much_is_a_job_that_leads_back_to_the_act(
    session: Session, bring: Bring, admin: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "AT_ONCE", 1)
    batch = bring("rooms", ROOMS)
    answer = press(admin, batch)
    assert "/jobs/" in answer.headers["Location"]
    assert session.scalars(select(Room)).all() == []
    assert f"/batches/{batch}" in text_of(admin.get(answer.headers["Location"]))


@pytest.mark.usefixtures("town")
def test_an_act_taken_back_leads_to_its_page_and_not_to_a_second_undo(
    bring: Bring, admin: FlaskClient
) -> None:
    batch = bring("rooms", ROOMS)
    press(admin, batch)
    for answer in (admin.get(f"/batches/{batch}/undo"), admin.post(f"/batches/{batch}/undo")):
        assert answer.headers["Location"] == f"/batches/{batch}"


@pytest.mark.usefixtures("town")
def test_where_nothing_can_go_back_there_is_no_button(bring: Bring, admin: FlaskClient) -> None:
    batch = bring("schools", "Schulnummer;Schule;Schulform\n193240;Gesamtschule Anderswo;GE\n")
    bring("rooms", "Schulnummer;Raum\n193240;1.01\n")
    shown = text_of(admin.get(f"/batches/{batch}/undo"))
    assert "Davon lässt sich nichts zurücknehmen" in shown
    assert 'name="expected"' not in shown


# --- who may ---


@pytest.mark.usefixtures("town")
@pytest.mark.parametrize(("role", "status"), [(Role.OFFICE, 200), (Role.AUDITOR, 403), (Role.TEACHER, 403)])
def test_a_list_for_the_whole_town_is_taken_back_by_the_office(
    session: Session, bring: Bring, sign_in_as: SignIn, role: Role, status: int
) -> None:
    batch = bring("rooms", ROOMS)
    schools = [school_of(session, "115514")] if role is Role.TEACHER else []
    browser = sign_in_as(role, *schools)
    assert browser.get(f"/batches/{batch}/undo").status_code == status
    if status != 200:
        assert browser.post(f"/batches/{batch}/undo").status_code == status
        assert len(session.scalars(select(Room)).all()) == 2


def coordinator(session: Session, name: str, school: School) -> Actor:
    """The person signed in by `sign_in_as`, acting without a browser."""
    user = account_queries.get_user(session, name)
    return Actor(user.id, user.name, (Grant(Role.COORDINATOR, school.id),))


@pytest.mark.usefixtures("town")
def test_a_coordinator_takes_back_own_acts_only(
    session: Session, bring: Bring, sign_in_as: SignIn, house: Actor
) -> None:
    bring("devices", DEVICES)
    here = school_of(session, "115514")
    browser = sign_in_as(Role.COORDINATOR, here)
    foreign = edit_all("115514", house)
    assert browser.get(f"/batches/{foreign}/undo").status_code == 404
    assert browser.post(f"/batches/{foreign}/undo").status_code == 404
    with transaction() as writing:
        undo.undo(writing, foreign, by=house)
    own = edit_all("115514", coordinator(session, "coordinator115514", school_of(session, "115514")))
    assert f"/batches/{own}/undo" in text_of(browser.get(f"/batches/{own}"))
    assert press(browser, own).status_code == 302
    session.rollback()
    assert set(session.scalars(select(Device.remark))) == {"eins"}


@pytest.mark.usefixtures("town")
def test_a_coordinator_takes_back_nothing_that_reaches_another_school(
    session: Session, bring: Bring, sign_in_as: SignIn, house: Actor
) -> None:
    """They were at both schools when they did it, and are at one of them now."""
    bring("devices", DEVICES)
    bring("devices", "Inventarnummer;Geräteart;Schulnummer\nB-1;Tablet;167149\n")
    browser = sign_in_as(Role.COORDINATOR, school_of(session, "115514"))
    at_one = coordinator(session, "coordinator115514", school_of(session, "115514"))
    elsewhere = Grant(Role.COORDINATOR, school_of(session, "167149").id)
    at_both = Actor(at_one.id, at_one.name, (*at_one.grants, elsewhere))
    with transaction() as writing:
        made = bulk.edit_many(
            writing, list(writing.scalars(select(Device.id))), {"remark": "beide"}, by=at_both
        )
        assert made.batch is not None
        batch = made.batch.id
    assert browser.get(f"/batches/{batch}/undo").status_code == 403
    assert browser.post(f"/batches/{batch}/undo").status_code == 403
    session.rollback()
    assert set(session.scalars(select(Device.remark))) == {"beide"}


@pytest.mark.usefixtures("town")
def test_a_sync_is_taken_back_by_the_administration_only(
    session: Session, sign_in_as: SignIn, house: Actor, admin: FlaskClient
) -> None:
    with transaction() as writing:
        batch = audit.begin_batch(writing, "directory", by=house).id
    office = sign_in_as(Role.OFFICE)
    assert office.get(f"/batches/{batch}/undo").status_code == 403
    assert "nichts geändert" in text_of(admin.get(f"/batches/{batch}/undo"))


@pytest.mark.usefixtures("town")
def test_the_demo_town_and_single_changes_have_no_button(
    session: Session, admin: FlaskClient, house: Actor
) -> None:
    with transaction() as writing:
        batch = audit.begin_batch(writing, "demo", by=house, title="Beispielstadt").id
    assert "/undo" not in text_of(admin.get(f"/batches/{batch}"))
    assert admin.get(f"/batches/{batch}/undo").status_code == 302
    assert school_queries.ids_by_number(session)


@pytest.mark.usefixtures("town")
def test_the_act_is_found_from_what_it_changed_by_whoever_did_it(
    session: Session, bring: Bring, sign_in_as: SignIn, house: Actor
) -> None:
    bring("devices", DEVICES)
    browser = sign_in_as(Role.COORDINATOR, school_of(session, "115514"))
    foreign = edit_all("115514", house)
    assert f"/batches/{foreign}" not in text_of(browser.get("/devices/A-1"))
    with transaction() as writing:
        undo.undo(writing, foreign, by=house)
    ticked = [str(ident) for ident in session.scalars(select(Device.id))]
    answer = browser.post("/devices/bulk", data={"device": ticked, "remark": "selbst", "step": "apply"})
    assert answer.status_code == 302, text_of(answer)
    own = session.scalars(select(audit.Batch.id).order_by(audit.Batch.id.desc())).first()
    assert f'<a href="/batches/{own}">' in text_of(browser.get(answer.headers["Location"]))
    assert f"/batches/{own}" in text_of(browser.get("/devices/A-1"))
    assert browser.get(f"/batches/{own}/undo").status_code == 200
