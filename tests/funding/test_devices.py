"""What devices say of their funding: only what is known, and bound as long as the grant says, by every door."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from school_it.access import Actor, Role
from school_it.accounts import actions as accounts
from school_it.accounts.models import User
from school_it.database import transaction
from school_it.devices import actions, bulk, catalogue
from school_it.devices.models import Device
from school_it.errors import Refused
from school_it.schools.models import School
from tests.funding.conftest import GRANT, PROGRAMME, Facts, TakeIn, told

SignIn = Callable[..., FlaskClient]
DEVICE = {
    "Inventarnummer": "A-1", "Geräteart": "Tablet", "Schulnummer": "115514", "Förderprogramm": "DP_TEST",
    "Aktenzeichen": "48.03-17/24",
}  # fmt: skip
END = date(2029, 12, 31)


@pytest.fixture
def tablet(house: Actor) -> int:
    with transaction() as session:
        return catalogue.ensure_categories(session, by=house)["Tablet"]


def devices(session: Session) -> list[Device]:
    session.rollback()
    return list(session.scalars(select(Device).order_by(Device.asset_tag)))


# --- from a file ---


def test_a_device_paid_from_a_grant_is_bound_as_long_as_the_grant_says(
    session: Session, take_in: TakeIn, grant: Facts, tablet: int
) -> None:
    facts = take_in("devices", DEVICE, {**DEVICE, "Inventarnummer": "A-2", "Zweckbindung bis": "30.06.2031"})
    assert (facts["exit"], facts["new"]) == (0, 2), facts["problems"]
    assert [device.bound_until for device in devices(session)] == [END, date(2031, 6, 30)]
    assert take_in("devices", DEVICE)["same"] == 1


@pytest.mark.parametrize(
    ("row", "column", "words"),
    [
        ({"Förderprogramm": "DP_ALT"}, "Förderprogramm", "Bekannt sind: DP_TEST."),
        ({"Aktenzeichen": "99"}, "Aktenzeichen", "»99« gehört zu keiner Zuwendung"),
        ({"Aktenzeichen": "DT-2024-01"}, "Aktenzeichen", "Hier steht ihr Aktenzeichen: 48.03-17/24."),
    ],
)
def test_what_is_not_known_is_said_at_the_cell(
    take_in: TakeIn, grant: Facts, tablet: int, row: dict[str, str], column: str, words: str
) -> None:
    facts = take_in("devices", {**DEVICE, **row})
    ((number, where, sentence),) = told(facts)
    assert (facts["exit"], number, where) == (3, 2, column)
    assert words in sentence


def test_before_any_programme_is_there_the_sentence_says_who_enters_one(
    take_in: TakeIn, school: School, tablet: int
) -> None:
    sentences = [sentence for _row, _column, sentence in told(take_in("devices", DEVICE))]
    assert "Noch ist keines eingetragen" in sentences[0]


def test_what_a_device_said_before_may_stay(
    session: Session, take_in: TakeIn, grant: Facts, tablet: int, house: Actor
) -> None:
    """Texts from the time before the funding book are left alone, and go out and in again unchanged."""
    take_in("devices", {**DEVICE, "Förderprogramm": None, "Aktenzeichen": None})
    with transaction() as writing:
        old = writing.scalars(select(Device)).one()
        old.programme, old.file_reference = "UR-ALT", "1/1999"
    kept = {**DEVICE, "Förderprogramm": "UR-ALT", "Aktenzeichen": "1/1999"}
    assert take_in("devices", kept)["same"] == 1
    assert take_in("devices", {**kept, "Bemerkung": "geprüft"})["changed"] == 1
    assert take_in("devices", {**kept, "Aktenzeichen": "2/1999"})["problem"] == 1


@pytest.mark.parametrize(
    ("anchor", "rule", "end"),
    [
        ("Inbetriebnahme", "Jahrestag", date(2028, 6, 3)),
        ("Anschaffung", "Kalenderjahr", date(2028, 12, 31)),
        ("Abschluss", "Kalenderjahr", None),
    ],
)
def test_the_earmark_counts_from_the_day_of_the_device_where_the_programme_says_so(
    session: Session, take_in: TakeIn, grant: Facts, tablet: int, anchor: str, rule: str, end: date | None
) -> None:
    take_in("programmes", {**PROGRAMME, "Zweckbindung ab": anchor, "Zweckbindung endet": rule})
    take_in("devices", {**DEVICE, "Anschaffungsdatum": "20.05.2024", "Inbetriebnahme": "03.06.2024"})
    assert devices(session)[0].bound_until == end


def test_of_several_decisions_the_latest_period_counts(
    session: Session, take_in: TakeIn, grant: Facts, tablet: int
) -> None:
    take_in("grants", {**GRANT, "Aktenzeichen": "48.03-18/24", "Durchführung bis": "31.03.2026"})
    take_in("devices", DEVICE)
    assert devices(session)[0].bound_until == date(2030, 12, 31)


def test_another_file_reference_brings_its_own_end_and_none_leaves_it(
    session: Session, take_in: TakeIn, grant: Facts, tablet: int
) -> None:
    take_in(
        "grants",
        {**GRANT, "Kennzeichen": "DT-2026-01", "Aktenzeichen": "41", "Durchführung bis": "31.12.2026"},
    )
    take_in("devices", DEVICE)
    take_in("devices", {**DEVICE, "Aktenzeichen": "41"})
    assert devices(session)[0].bound_until == date(2030, 12, 31)
    take_in("devices", {**DEVICE, "Aktenzeichen": None, "Bemerkung": "x"})
    assert devices(session)[0].bound_until == date(2030, 12, 31)


def test_a_file_cannot_name_a_grant_and_dispose_of_the_bound_device_in_one_go(
    take_in: TakeIn, grant: Facts, tablet: int
) -> None:
    take_in("devices", {**DEVICE, "Aktenzeichen": None})
    ((_row, column, sentence),) = told(take_in("devices", {**DEVICE, "Zustand": "ausgesondert"}))
    assert column == "Zustand"
    assert "31.12.2029" in sentence


# --- by form, in bulk, by program ---


FORM = {
    "school": "115514", "programme": "DP_TEST", "file_reference": "48.03-17/24", "state": "in_stock",
}  # fmt: skip


def test_the_form_binds_the_device_and_refuses_at_the_field(
    session: Session, sign_in_as: SignIn, grant: Facts, school: School, tablet: int
) -> None:
    coordinator = sign_in_as(Role.COORDINATOR, school)
    form = {**FORM, "category_id": str(tablet), "asset_tag": "A-1"}
    refused = coordinator.post("/devices/new", data={**form, "programme": "DP_ALT"})
    text = refused.get_data(as_text=True)
    assert refused.status_code == 422
    assert (
        "Bekannt sind: DP_TEST."
        in text.partition('name="programme"')[2].partition('name="file_reference"')[0]
    )
    assert '<option value="48.03-17/24">' in text
    assert coordinator.post("/devices/new", data=form).status_code == 302
    assert devices(session)[0].bound_until == END


def test_the_api_refuses_what_is_not_known(
    app: Flask, session: Session, grant: Facts, school: School, tablet: int, sign_in_as: SignIn, house: Actor
) -> None:
    sign_in_as(Role.OFFICE, name="programm")
    with transaction() as writing:
        user = writing.scalars(select(User).where(User.name == "programm")).one()
        token = accounts.make_token(writing, user, scope="write", days=1, by=house)
    headers = {"Authorization": f"Bearer {token}"}
    new = {"category": "Tablet", "asset_tag": "A-1", "school_number": "115514", "file_reference": "99"}
    refused = app.test_client().post("/api/v1/devices", json=new, headers=headers)
    assert refused.status_code == 422
    assert "gehört zu keiner Zuwendung" in refused.get_json()["detail"]
    made = app.test_client().post(
        "/api/v1/devices", json={**new, "file_reference": "48.03-17/24"}, headers=headers
    )
    assert (made.status_code, made.get_json()["bound_until"]) == (201, "2029-12-31")


def test_many_at_once_are_bound_and_a_text_that_is_not_known_changes_none(
    session: Session, grant: Facts, school: School, tablet: int, house: Actor
) -> None:
    with transaction() as writing:
        made = [
            actions.add_device(
                writing, {"asset_tag": tag, "category_id": tablet, "school_id": school.id, **more}, by=house
            )
            for tag, more in (("A-1", {}), ("A-2", {"bound_until": date(2031, 1, 1)}))
        ]
        idents = [one.id for one in made]
    with pytest.raises(Refused), transaction() as writing:
        bulk.edit_many(writing, idents, {"file_reference": "99"}, by=house)
    with transaction() as writing:
        bulk.edit_many(writing, idents, {"file_reference": "48.03-17/24"}, by=house)
    assert [one.bound_until for one in devices(session)] == [END, END]


def test_the_page_of_the_grant_leads_to_its_devices(
    session: Session, take_in: TakeIn, sign_in_as: SignIn, grant: Facts, tablet: int
) -> None:
    take_in("devices", DEVICE, {**DEVICE, "Inventarnummer": "A-2"})
    page: Any = sign_in_as(Role.OFFICE).get("/funding/grants/1").get_data(as_text=True)
    assert 'href="/devices?reference=48.03-17/24">2 Geräte</a>' in page
