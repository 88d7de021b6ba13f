"""The pages of devices as people use them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from school_it.access import Actor, Role
from school_it.accounts.models import User
from school_it.audit import Entry
from school_it.database import db, today, transaction
from school_it.devices import catalogue, loans, queries
from school_it.devices.models import Device
from school_it.devices.rules import State
from school_it.people.models import Person
from school_it.schools.models import Room, School
from tests.devices.conftest import AddDevice, add_person, add_room

SignIn = Callable[..., FlaskClient]


@pytest.fixture
def desk(sign_in_as: SignIn, school: School, categories: dict[str, int]) -> FlaskClient:
    """The coordinator's browser."""
    return sign_in_as(Role.COORDINATOR, school)


def seen(browser: FlaskClient, address: str, status: int = 200) -> str:
    answer = browser.get(address)
    assert answer.status_code == status, answer.get_data(as_text=True)
    return answer.get_data(as_text=True)


def stored(session: Session, tag: str) -> Device:
    session.rollback()
    session.expire_all()
    return session.scalars(select(Device).where(Device.asset_tag == tag)).one()


@contextmanager
def statements() -> Iterator[list[str]]:
    """What is sent to the database meanwhile."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if not statement.startswith(("PRAGMA", "BEGIN")):
            sent.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def test_a_device_is_taken_in_with_the_fewest_words(
    desk: FlaskClient, session: Session, school: School, categories: dict[str, int]
) -> None:
    assert "Gerät aufnehmen" in seen(desk, "/devices")
    answer = desk.post(
        "/devices/new", data={"category_id": categories["Tablet"], "school": "115514", "state": "in_stock"}
    )
    assert answer.location == "/devices/IT-000001"
    assert "Tablet" in seen(desk, answer.location)
    assert stored(session, "IT-000001").school_id == school.id


def test_the_next_form_begins_with_what_the_last_device_had(desk: FlaskClient, add_device: AddDevice) -> None:
    add_device("A", manufacturer="Beispiel", supplier="Muster GmbH", serial_number="S1")
    form = seen(desk, "/devices/new")
    assert 'value="Beispiel"' in form
    assert 'value="Muster GmbH"' in form
    assert 'value="S1"' not in form


def test_a_model_of_the_catalogue_fills_the_form(
    desk: FlaskClient, house: Actor, categories: dict[str, int]
) -> None:
    with transaction() as session:
        model = catalogue.add_model(
            session,
            {
                "category_id": categories["Notebook"],
                "manufacturer": "Beispiel",
                "name": "Buch 14",
                "warranty_months": 36,
            },
            by=house,
        )
        ident = model.id
    form = seen(desk, f"/devices/new?model={ident}")
    assert 'value="Buch 14"' in form
    assert re.search(rf'selected value="{categories["Notebook"]}"', form)


def test_what_is_wrong_stays_in_the_form_with_a_sentence(
    desk: FlaskClient, add_device: AddDevice, categories: dict[str, int]
) -> None:
    add_device("A")
    answer = desk.post(
        "/devices/new",
        data={
            "asset_tag": "a",
            "category_id": categories["PC"],
            "school": "115514",
            "acquired_on": "31.02.2024",
        },
    )
    assert answer.status_code == 422
    assert "31.02.2024" in answer.get_data(as_text=True)
    answer = desk.post(
        "/devices/new", data={"asset_tag": "a", "category_id": categories["PC"], "school": "115514"}
    )
    assert "gibt es schon" in answer.get_data(as_text=True)


def test_a_foreign_device_is_not_there(
    sign_in_as: SignIn, add_device: AddDevice, other_school: School
) -> None:
    add_device("A")
    browser = sign_in_as(Role.COORDINATOR, other_school)
    assert "A</a>" not in seen(browser, "/devices?q=A")
    for address in (
        "/devices/A",
        "/devices/A/edit",
        "/devices/A/hand-out",
        "/devices/A/return",
        "/devices/A/dispose",
    ):
        seen(browser, address, 404)
    assert browser.post("/devices/A/state", data={"state": "in_use"}).status_code == 404


def test_a_teacher_sees_only_what_they_have(
    sign_in_as: SignIn, add_device: AddDevice, school: School, house: Actor
) -> None:
    add_device("A")
    add_device("B")
    person = add_person(school, "Tina", "Lehrer")
    browser = sign_in_as(Role.TEACHER, school, name="tina")
    with transaction() as session:
        user = session.scalars(select(User).where(User.name == "tina")).one()
        user.person_id = person.id
        loans.hand_out(
            session, queries.get_device(session, "A", seen_by=house), to=session.merge(person), by=house
        )
    mine = seen(browser, "/my-devices")
    assert ">A<" in mine
    assert ">B<" not in mine
    seen(browser, "/devices", 404)
    seen(browser, "/devices/A", 404)


def test_a_device_is_handed_out_by_a_name_and_comes_back(
    desk: FlaskClient, add_device: AddDevice, pupil: Person, session: Session
) -> None:
    add_device("A")
    answer = desk.post("/devices/A/hand-out", data={"to": "müller", "due_on": "01.07.2099"})
    assert answer.status_code == 302, answer.get_data(as_text=True)
    assert stored(session, "A").person_id == pupil.id
    assert "Anna Müller" in seen(desk, "/devices/A")
    answer = desk.post("/devices/A/return", data={"state": "defective", "condition": "Sprung"})
    assert answer.status_code == 302
    assert stored(session, "A").state is State.DEFECTIVE
    assert "Sprung" in seen(desk, "/devices/A")


def test_where_several_people_fit_the_page_asks(
    desk: FlaskClient, add_device: AddDevice, pupil: Person, school: School, session: Session
) -> None:
    add_device("A")
    other = add_person(school, "Anton", "Müller")
    answer = desk.post("/devices/A/hand-out", data={"to": "müller"})
    assert answer.status_code == 200
    assert f'value="person:{other.id}"' in answer.get_data(as_text=True)
    assert f'value="person:{other.id}"' in seen(desk, "/devices/receivers?device=A&to=mueller")
    desk.post("/devices/A/hand-out", data={"to": "müller", "receiver": f"person:{other.id}"})
    assert stored(session, "A").person_id == other.id


def test_a_device_goes_into_a_room_by_its_number(
    desk: FlaskClient, add_device: AddDevice, room: Room, session: Session
) -> None:
    add_device("A")
    desk.post("/devices/A/hand-out", data={"to": "1.07"})
    assert stored(session, "A").holder_room_id == room.id


def test_a_room_is_offered_as_it_is_written(
    desk: FlaskClient, house: Actor, school: School, add_device: AddDevice
) -> None:
    add_device("A")
    room = add_room(house, school, "Übungsraum B")
    for written in ("Übung", "Raum Übungsraum B", "raum Übungsraum"):
        assert f'value="room:{room.id}"' in seen(desk, f"/devices/receivers?device=A&to={written}")


def test_the_list_is_narrowed_to_a_room_as_it_is_written(
    desk: FlaskClient, house: Actor, school: School, add_device: AddDevice
) -> None:
    add_device("A", room_id=add_room(house, school, "Übungsraum B").id)
    add_device("OHNE")
    for written in ("Übungsraum B", "Übungsraum b"):
        page = seen(desk, f"/devices?room={written}")
        assert "/devices/A" in page
        assert "/devices/OHNE" not in page


def test_nobody_fitting_is_said(desk: FlaskClient, add_device: AddDevice) -> None:
    add_device("A")
    answer = desk.post("/devices/A/hand-out", data={"to": "niemand"})
    assert answer.status_code == 422
    assert "keine Person" in answer.get_data(as_text=True)


def test_the_second_editor_sees_both_versions_and_chooses(
    desk: FlaskClient, add_device: AddDevice, session: Session
) -> None:
    add_device("A", supplier="Alt GmbH", remark="alt")
    form = seen(desk, "/devices/A/edit")
    base = re.search(r'name="base"[^>]*value="([^"]*)"', form)
    assert base is not None
    base_text = base[1].replace("&#34;", '"').replace("&quot;", '"')
    device = stored(session, "A")
    common = {
        "asset_tag": "A",
        "category_id": device.category_id,
        "school": "115514",
        "base": base_text,
        "version": 1,
    }
    first = desk.post(
        "/devices/A/edit", data={**common, "supplier": "Erste GmbH", "remark": "alt", "order_no": "47"}
    )
    assert first.status_code == 302
    second = desk.post("/devices/A/edit", data={**common, "supplier": "Zweite GmbH", "remark": "neu"})
    text = second.get_data(as_text=True)
    assert second.status_code == 412
    for words in ("Erste GmbH", "Zweite GmbH", "jetzt gespeichert"):
        assert words in text
    assert re.search(r'value="Zweite GmbH"[^>]* checked', text)
    assert re.search(r'value="47"[^>]* checked', text)
    assert stored(session, "A").supplier == "Erste GmbH"
    chosen = {
        **common,
        "version": stored(session, "A").version,
        "supplier": "Zweite GmbH",
        "remark": "neu",
        "order_no": "47",
    }
    assert desk.post("/devices/A/edit", data=chosen).status_code == 302
    assert (stored(session, "A").supplier, stored(session, "A").order_no) == ("Zweite GmbH", "47")


def test_the_state_moves_by_a_button(desk: FlaskClient, add_device: AddDevice, session: Session) -> None:
    add_device("A")
    assert desk.post("/devices/A/state", data={"state": "in_repair"}).status_code == 302
    assert stored(session, "A").state is State.IN_REPAIR
    assert desk.post("/devices/A/state", data={"state": "disposed"}).status_code == 409
    assert desk.post("/devices/A/state", data={"state": "odd"}).status_code == 422


def test_the_school_proposes_and_the_office_approves_and_disposes(
    desk: FlaskClient, sign_in_as: SignIn, add_device: AddDevice, session: Session
) -> None:
    add_device("A", bound_until=today() + timedelta(days=400))
    assert "vorschlagen" in seen(desk, "/devices/A/dispose")
    refused = desk.post("/devices/A/dispose", data={"disposal_reason": "defect", "step": "dispose"})
    assert refused.status_code == 422
    assert "Zweckbindung" in refused.get_data(as_text=True)
    assert (
        desk.post("/devices/A/dispose", data={"disposal_reason": "defect", "step": "propose"}).status_code
        == 302
    )
    office = sign_in_as(Role.OFFICE)
    assert "/devices/A" in seen(office, "/devices?approval=waiting")
    without_reason = office.post("/devices/A/dispose", data={"disposal_reason": "defect", "step": "dispose"})
    assert without_reason.status_code == 422
    answer = office.post(
        "/devices/A/dispose",
        data={
            "disposal_reason": "defect",
            "step": "dispose",
            "approval_reason": "Totalschaden, Meldung an die Behörde",
            "approval_person": "Frau Beispiel, Bezirksregierung",
        },
    )
    assert answer.status_code == 302, answer.get_data(as_text=True)
    device = stored(session, "A")
    assert (device.state, device.approved_by) == (State.DISPOSED, "office")
    assert "Totalschaden" in seen(office, "/devices/A")


def test_thirty_devices_come_from_one_form(
    desk: FlaskClient, categories: dict[str, int], session: Session
) -> None:
    common = {
        "category_id": categories["Tablet"],
        "school": "115514",
        "state": "in_stock",
        "manufacturer": "Beispiel",
    }
    answer = desk.post("/devices/many", data={**common, "tags": "A001-A030", "serials": "SN101 bis SN130"})
    assert answer.status_code == 302, answer.get_data(as_text=True)
    assert stored(session, "A030").serial_number == "SN130"
    again = desk.post("/devices/many", data={**common, "tags": "A030\nA031"})
    assert again.status_code == 422
    assert "A030" in again.get_data(as_text=True)
    assert len(session.scalars(select(Device)).all()) == 30


def test_ticked_devices_are_changed_after_a_preview(
    desk: FlaskClient, add_device: AddDevice, room: Room, session: Session
) -> None:
    idents = [add_device(f"A{number}").id for number in range(3)]
    add_device("B")
    chosen = {"device": idents}
    assert "3 Geräte ändern" in seen_post(desk, "/devices/bulk", chosen)
    wanted = {**chosen, "room": "1.07", "supplier": "Muster GmbH", "clear_remark": "1"}
    preview = seen_post(desk, "/devices/bulk", {**wanted, "step": "preview"})
    assert "3 Geräte werden geändert" in preview
    assert "1.07" in preview
    assert stored(session, "A0").room_id is None
    answer = desk.post("/devices/bulk", data={**wanted, "step": "apply", "next": "/devices?q=A"})
    assert answer.location == "/devices?q=A"
    assert [stored(session, tag).room_id for tag in ("A0", "A2", "B")] == [room.id, room.id, None]


def seen_post(browser: FlaskClient, address: str, data: dict[str, object]) -> str:
    answer = browser.post(address, data=data)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.get_data(as_text=True)


def test_everything_that_a_filter_finds_is_changed_and_the_rest_is_named(
    desk: FlaskClient, add_device: AddDevice, session: Session, pupil: Person, house: Actor
) -> None:
    for number in range(5):
        add_device(f"A{number}", category="Notebook", state=State.IN_USE)
    add_device("B", state=State.IN_USE)
    with transaction() as writing:
        loans.hand_out(
            writing, queries.get_device(writing, "A3", seen_by=house), to=writing.merge(pupil), by=house
        )
    address = f"/devices/bulk?all=1&category={stored(session, 'A0').category_id}"
    preview = seen_post(desk, address, {"state": "in_stock", "step": "preview"})
    assert "4 Geräte werden geändert" in preview
    assert "1 wird übersprungen" in preview
    assert "noch ausgegeben" in preview
    desk.post(address, data={"state": "in_stock", "step": "apply"})
    assert stored(session, "A0").state is State.IN_STOCK
    assert (stored(session, "A3").state, stored(session, "B").state) == (State.IN_USE, State.IN_USE)
    entries = session.scalars(select(Entry).where(Entry.action == "device.changed")).all()
    assert len(entries) == 4
    assert len({entry.batch_id for entry in entries}) == 1


def test_nothing_ticked_is_said(desk: FlaskClient) -> None:
    assert desk.post("/devices/bulk", data={}).status_code == 422


def test_columns_are_chosen_ordered_and_remembered(desk: FlaskClient, add_device: AddDevice) -> None:
    add_device("A", supplier="Muster GmbH")
    assert "Muster GmbH" not in seen(desk, "/devices")
    order = ["asset_tag", "device", "supplier"]
    moved = seen_post(desk, "/devices/columns", {"order": order, "show": ["supplier"], "up": "supplier"})
    assert moved.index('value="supplier"') < moved.index('value="device"')
    answer = desk.post(
        "/devices/columns", data={"order": ["asset_tag", "supplier", "device"], "show": ["supplier"]}
    )
    assert "cols=asset_tag,supplier" in (answer.location or "")
    assert "Muster GmbH" in seen(desk, "/devices")


def test_a_list_is_saved_shared_and_opened_first(
    desk: FlaskClient, sign_in_as: SignIn, add_device: AddDevice, school: School, other_school: School
) -> None:
    add_device("A", state=State.IN_REPAIR)
    add_device("B")
    address = "/devices/views?state=in_repair&sort=device"
    assert (
        desk.post(address, data={"name": "Werkstatt", "shared_with": "115514", "start": "y"}).status_code
        == 302
    )
    first = desk.get("/devices")
    assert first.status_code == 302
    assert "state=in_repair" in (first.location or "")
    colleague = sign_in_as(Role.COORDINATOR, school, name="kollegin")
    assert "Werkstatt" in seen(colleague, "/devices")
    stranger = sign_in_as(Role.COORDINATOR, other_school)
    assert "Werkstatt" not in seen(stranger, "/devices")
    assert colleague.post("/devices/views/1/remove").status_code == 403
    assert desk.post("/devices/views/1/remove").status_code == 302


@pytest.mark.parametrize("rows", [10, 50, 200])
def test_a_list_page_sends_at_most_six_statements(
    desk: FlaskClient, house: Actor, school: School, categories: dict[str, int], rows: int
) -> None:
    from school_it.devices import many

    with transaction() as session:
        shared = {"school_id": school.id, "category_id": categories["Tablet"], "manufacturer": "Beispiel"}
        many.add_many(session, shared, count=rows, by=house)
    for query in ("", "&q=beispiel", "&q=it-000", f"&category={categories['Tablet']}&sort=device&order=desc"):
        with statements() as sent:
            seen(desk, f"/devices?size=200{query}")
        assert len(sent) <= 6, sent


def test_a_device_page_sends_at_most_twelve_statements(
    desk: FlaskClient, add_device: AddDevice, room: Room, pupil: Person, house: Actor
) -> None:
    add_device("A", room_id=room.id)
    with transaction() as session:
        loans.hand_out(
            session, queries.get_device(session, "A", seen_by=house), to=session.merge(pupil), by=house
        )
    with statements() as sent:
        seen(desk, "/devices/A")
    assert len(sent) <= 12, sent


def test_the_office_keeps_the_categories(
    sign_in_as: SignIn, desk: FlaskClient, categories: dict[str, int]
) -> None:
    office = sign_in_as(Role.OFFICE)
    values = {"name": "Roboter", "useful_life_years": "4", "active": "y", "item_class": ""}
    assert office.post("/devices/categories/new", data=values).status_code == 302
    assert "Roboter" in seen(desk, "/devices/categories")
    assert desk.get("/devices/categories/new").status_code == 403
    ident = categories["Tablet"]
    answer = office.post(
        f"/devices/categories/{ident}", data={"name": "Tablet", "useful_life_years": "4", "version": 1}
    )
    assert answer.status_code == 302
    assert (
        office.post(
            f"/devices/categories/{ident}", data={"name": "Tablet", "useful_life_years": "6", "version": 1}
        ).status_code
        == 422
    )


def test_the_office_keeps_the_models(
    sign_in_as: SignIn, desk: FlaskClient, categories: dict[str, int]
) -> None:
    office = sign_in_as(Role.OFFICE)
    values = {
        "category_id": categories["PC"],
        "manufacturer": "Beispiel",
        "name": "Turm 1",
        "usual_price": "499,00",
        "active": "y",
    }
    assert office.post("/devices/models/new", data=values).status_code == 302
    assert "499,00" in seen(desk, "/devices/models")
    assert "schon im Katalog" in office.post("/devices/models/new", data=values).get_data(as_text=True)


def test_a_number_with_a_slash_has_its_pages(desk: FlaskClient, add_device: AddDevice) -> None:
    add_device("2024/17")
    assert "2024/17" in seen(desk, "/devices/2024/17")
    seen(desk, "/devices/2024/17/edit")
