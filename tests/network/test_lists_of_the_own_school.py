"""A coordinator brings the lists of the own school as they are: rooms, network, licences."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from school_it.access import Actor, Role
from school_it.audit import Batch
from school_it.database import transaction
from school_it.devices import actions as device_actions
from school_it.devices import catalogue
from school_it.licences import actions as licence_actions
from school_it.licences.models import Licence
from school_it.network.addresses import actions as address_actions
from school_it.network.addresses.models import FixedAddress, Subnet
from school_it.network.models import Outlet
from school_it.network.uplinks.models import Uplink
from school_it.schools import actions as school_actions
from school_it.schools.models import Room, School

LISTS = {
    "rooms": ("Schulnummer;Raum;Bezeichnung", "{school};2.01;Klasse 5a", Room),
    "outlets": ("Schulnummer;Raum;Dose;Verteiler;Patchfeld;Patchport", "{school};A1;A1-D1;EV1;PF1;1", Outlet),
    "subnets": ("Schulnummer;Teilnetz;VLAN;Gateway", "{school};10.20.0.0/22;20;10.20.0.1", Subnet),
    "addresses": ("Schulnummer;Adresse;Name", "{school};10.20.0.15;drucker", FixedAddress),
    "licences": ("Schulnummer;Lizenz-Nr.;Produkt;Anzahl", "{school};L-1;Lernapp;30", Licence),
    "uplinks": ("Schulnummer;Anbieter;Mbit/s herunter", "{school};Stadtnetz;250", Uplink),
}
Coordinator = Callable[..., FlaskClient]


@pytest.fixture
def coordinator(
    session: Session, house: Actor, school: School, other_school: School, sign_in_as: Coordinator
) -> FlaskClient:
    """Of the first school; the second has a room A1 as well."""
    with transaction() as writing:
        for at in (school, other_school):
            school_actions.add_room(writing, writing.merge(at), {"room": "A1"}, by=house)
    return sign_in_as(Role.COORDINATOR, school)


def lay(browser: FlaskClient, headers: str, row: str) -> tuple[str, str]:
    """The address of the preview, and the preview, of a file whose kind nobody says."""
    file = (BytesIO(f"{headers}\n{row}\n".encode()), "liste.csv")
    laid = browser.post("/imports", data={"file": file}, content_type="multipart/form-data")
    assert laid.status_code == 302, laid.get_data(as_text=True)
    return laid.location, browser.get(laid.location).get_data(as_text=True)


@pytest.mark.parametrize("kind", LISTS)
def test_it_is_recognised_taken_over_and_taken_back(
    coordinator: FlaskClient, session: Session, house: Actor, school: School, kind: str
) -> None:
    headers, row, model = LISTS[kind]
    if kind == "addresses":
        lay_subnet(school, house)
    before = session.scalar(select(func.count()).select_from(model))
    at, page = lay(coordinator, headers, row.format(school="115514"))
    assert "1 Zeile übernehmen" in page
    assert coordinator.post(f"{at}/apply").status_code == 302
    session.rollback()
    assert session.scalar(select(func.count()).select_from(model)) == (before or 0) + 1
    batch = session.scalars(select(Batch.id).where(Batch.kind == f"import.{kind}")).one()
    shown = coordinator.get(f"/batches/{batch}/undo").get_data(as_text=True)
    expected = re.search(r'name="expected"[^>]*value="(\w+)"', shown)
    assert expected, shown
    assert coordinator.post(f"/batches/{batch}/undo", data={"expected": expected[1]}).status_code == 302
    session.rollback()
    assert session.scalar(select(func.count()).select_from(model)) == before


def lay_subnet(school: School, house: Actor) -> None:
    with transaction() as writing:
        address_actions.add_subnet(writing, writing.merge(school), {"network": "10.20.0.0/22"}, by=house)


@pytest.mark.parametrize("kind", LISTS)
def test_a_row_of_another_school_is_refused_and_tells_nothing_of_it(
    coordinator: FlaskClient, session: Session, kind: str
) -> None:
    headers, row, model = LISTS[kind]
    before = session.scalar(select(func.count()).select_from(model))
    at, page = lay(coordinator, headers, row.format(school="167149").replace("A1;", "a 1;"))
    assert "Die Schule 167149 ist hier nicht bekannt." in page
    assert "Meinten Sie" not in page
    assert "übernehmen</" not in page
    coordinator.post(f"{at}/apply")
    session.rollback()
    assert session.scalar(select(func.count()).select_from(model)) == before


def test_a_licence_of_all_schools_or_of_another_one_is_left_alone_and_not_told(
    coordinator: FlaskClient, session: Session, house: Actor, other_school: School
) -> None:
    with transaction() as writing:
        for number, at in (("L-T", None), ("L-O", other_school.id)):
            bought = {"licence_no": number, "product": "Geheimes", "seats": 3, "school_id": at}
            licence_actions.add_licence(writing, bought, by=house)
    headers = "Schulnummer;Lizenz-Nr.;Produkt;Anzahl"
    for number in ("L-T", "L-O"):
        at, page = lay(coordinator, headers, f"115514;{number};Meins;9")
        assert f"Eine Lizenz mit der Nummer {number} gibt es schon." in page
        assert "Geheimes" not in page
        coordinator.post(f"{at}/apply")
    data = {
        "file": (BytesIO(f"{headers}\n;L-9;Meins;9\n".encode()), "liste.csv"),
        "school": "",
        "kind": "licences",
    }
    laid = coordinator.post("/imports", data=data, content_type="multipart/form-data")
    page = coordinator.get(laid.location).get_data(as_text=True)
    assert "Eine Lizenz für alle Schulen trägt das Schulverwaltungsamt ein." in page
    coordinator.post(f"{laid.location}/apply")
    session.rollback()
    stored = {(one.licence_no, one.product, one.seats) for one in session.scalars(select(Licence))}
    assert stored == {("L-T", "Geheimes", 3), ("L-O", "Geheimes", 3)}


def test_the_pages_lead_to_it(coordinator: FlaskClient) -> None:
    for page, kind in (
        ("/network", "outlets"),
        ("/network/addresses", "addresses"),
        ("/network/schools/115514/addresses", "subnets"),
        ("/network/uplinks", "uplinks"),
        ("/licences", "licences"),
    ):
        assert f'href="/imports?kind={kind}"' in coordinator.get(page).get_data(as_text=True)
        chosen = coordinator.get(f"/imports?kind={kind}").get_data(as_text=True)
        assert f'selected value="{kind}"' in chosen or f'value="{kind}" selected' in chosen


def test_a_switch_of_another_school_is_not_told_from_one_that_nobody_knows(
    coordinator: FlaskClient, session: Session, house: Actor, other_school: School
) -> None:
    with transaction() as writing:
        tablet = catalogue.ensure_categories(writing, by=house)["Tablet"]
        values = {"asset_tag": "FREMD-1", "category_id": tablet, "school_id": other_school.id}
        device_actions.add_device(writing, values, by=house)
    headers = "Schulnummer;Raum;Dose;Switch;Switchport"
    _at, page = lay(coordinator, headers, "115514;A1;A1-D1;fremd-1;7")
    assert "1 Zeile übernehmen" in page
    assert "Tablet" not in page
