"""Racks, switches and ports on their pages: seen, plugged, pulled; what may not be seen is not there."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from school_it.access import Actor, Role
from school_it.database import transaction
from school_it.devices.models import Device
from school_it.network.types.models import DeviceType
from school_it.network.types.rules import DeviceKind
from school_it.network.wiring import actions as wiring
from school_it.network.wiring.models import Panel, Rack
from school_it.network.wiring.rules import Face, Taken, free_units
from school_it.schools.models import School
from tests.network.conftest import ONE, TWO, Bring, ports_at
from tests.network.test_the_chain_is_plugged import a_type, add_device, types

__all__ = ["types"]
Sign = Callable[..., FlaskClient]


@pytest.fixture
def wired_school(house: Actor, school: School, types: None, bring: Bring) -> None:
    for tag, category, model in (
        ("SW-8", "Switch", "S48 PoE"), ("SW-9", "Switch", "S48 PoE"), ("AP-1", "Accesspoint", "Funk 6"),
    ):  # fmt: skip
        add_device(house, school, tag, category, model)
    bring(ONE.replace("SW-1", "SW-9"), TWO)


def port_of(session: Session, tag: str, place: int) -> int:
    session.rollback()
    device = session.scalars(select(Device.id).where(Device.asset_tag == tag)).one()
    return ports_at(session, device)[place - 1]


@pytest.mark.usefixtures("wired_school")
def test_from_the_room_a_dead_outlet_leads_to_its_switch_port(
    session: Session, school: School, sign_in_as: Sign
) -> None:
    client = sign_in_as(Role.COORDINATOR, school)
    room = client.get("/schools/115514/rooms/1.07").get_data(as_text=True)
    port = port_of(session, "SW-9", 13)
    assert f'href="/network/ports/{port}"' in room
    page = client.get(f"/network/ports/{port}").get_data(as_text=True)
    assert "EV2/PF1/13" in page
    assert "1.07-D1" in page
    sheet = client.get("/network/rooms/115514/1.07/sheet").get_data(as_text=True)
    assert "SW-9 · GigabitEthernet1/0/13" in sheet
    assert "<svg" in sheet


@pytest.mark.usefixtures("wired_school")
def test_an_outlet_is_patched_from_its_page_and_the_page_says_what_it_leaves(
    session: Session, school: School, sign_in_as: Sign
) -> None:
    client = sign_in_as(Role.COORDINATOR, school)
    page = client.get("/network?school=115514&q=D1").get_data(as_text=True)
    ident = page.split("/network/outlets/")[2].split('"')[0]
    choosing = client.get(f"/network/outlets/{ident}/patch?switch=SW-8").get_data(as_text=True)
    assert "Bisher steckt sie in SW-9 · Gi1/0/13; dieser Port wird frei." in choosing
    taken, free = port_of(session, "SW-9", 13), port_of(session, "SW-8", 2)
    moved = client.post(f"/network/outlets/{ident}/patch", data={"port": free})
    assert moved.status_code == 302
    assert (
        "hier steckt vorn kein kabel" in client.get(f"/network/ports/{taken}").get_data(as_text=True).lower()
    )
    client.post(f"/network/outlets/{ident}/unpatch")
    assert (
        "hier steckt vorn kein kabel" in client.get(f"/network/ports/{free}").get_data(as_text=True).lower()
    )


@pytest.mark.usefixtures("wired_school")
def test_a_rack_is_drawn_with_its_ports_and_each_leads_to_its_chain(
    session: Session, house: Actor, school: School, sign_in_as: Sign
) -> None:
    with transaction() as writing:
        rack = writing.scalars(select(Rack)).one()
        panel = writing.scalars(select(Panel)).one()
        wiring.change_panel(writing, panel, {"unit": 40, "ports": 24}, by=house)
        device = writing.scalars(select(Device).where(Device.asset_tag == "SW-9")).one()
        wiring.mount_device(writing, device, rack, 38, by=house)
    client = sign_in_as(Role.COORDINATOR, school)
    session.rollback()
    rack_id = session.scalars(select(Rack.id)).one()
    page = client.get(f"/network/racks/{rack_id}").get_data(as_text=True)
    assert (
        f'<a href="/network/ports/{port_of(session, "SW-9", 13)}" aria-label="SW-9 GigabitEthernet1/0/13: EV2'
        in page
    )
    assert page.count("port--used") >= 2
    assert "style=" not in page
    taken = client.post(f"/network/racks/{rack_id}/mount", data={"device": "SW-8", "unit": "40"})
    assert taken.status_code == 422
    assert "Auf Höheneinheit 40 sitzt schon PF1" in taken.get_data(as_text=True)


@pytest.mark.usefixtures("wired_school")
def test_an_access_point_is_plugged_into_its_outlet_and_counts_against_the_power(
    session: Session, school: School, sign_in_as: Sign
) -> None:
    client = sign_in_as(Role.COORDINATOR, school)
    before = client.get("/network/switches").get_data(as_text=True)
    assert "30 von 60 W" in before
    assert "1 davon geschätzt" in before
    ap = port_of(session, "AP-1", 1)
    done = client.post(f"/network/ports/{ap}/plug", data={"to": "1.07-D1"})
    assert done.status_code == 302, done.get_data(as_text=True)
    assert "25 von 60 W" in client.get("/network/switches").get_data(as_text=True)
    assert "AP-1 · eth1" in client.get("/network/switches/SW-9").get_data(as_text=True)
    client.post(f"/network/ports/{ap}/pull")
    assert "AP-1 · eth1" not in client.get("/network/switches/SW-9").get_data(as_text=True)


@pytest.mark.usefixtures("wired_school")
def test_another_school_sees_none_of_it(session: Session, other_school: School, sign_in_as: Sign) -> None:
    client = sign_in_as(Role.COORDINATOR, other_school)
    rack = session.scalars(select(Rack.id)).one()
    port = port_of(session, "SW-9", 13)
    for path in (f"/network/racks/{rack}", f"/network/ports/{port}", "/network/rooms/115514/1.07/sheet"):
        assert client.get(path).status_code == 404, path
    assert client.post(f"/network/ports/{port}/pull").status_code == 404
    assert "SW-9" not in client.get("/network/switches").get_data(as_text=True)


@pytest.mark.usefixtures("wired_school")
def test_the_button_for_switches_shows_switches_and_the_list_all_that_carries_on(
    house: Actor, school: School, sign_in_as: Sign
) -> None:
    with transaction() as writing:
        writing.add(a_type("Wall 200", DeviceKind.FIREWALL, 8))
    add_device(house, school, "FW-1", "Firewall", "Wall 200")
    client = sign_in_as(Role.COORDINATOR, school)
    button = 'href="/network/switches?school=115514&amp;category=Switch"'
    assert button in client.get("/network?school=115514").get_data(as_text=True)
    switches = client.get("/network/switches?school=115514&category=Switch").get_data(as_text=True)
    assert "SW-9" in switches
    assert "FW-1" not in switches
    everything = client.get("/network/switches").get_data(as_text=True)
    assert "SW-9" in everything
    assert "FW-1" in everything
    assert "FW-1" in client.get("/network/switches?category=Nichts").get_data(as_text=True), "no such kind"


@pytest.mark.usefixtures("types")
def test_a_coordinator_is_told_who_gives_a_model_its_type(
    house: Actor, school: School, sign_in_as: Sign
) -> None:
    add_device(house, school, "SW-7", "Switch", "S48P")
    page = sign_in_as(Role.COORDINATOR, school).get("/network/models?model=S48P&q=S48").get_data(as_text=True)
    assert "Den Gerätetyp ordnet der Schulträger zu" in page
    assert "ist der Gerätetyp …" not in page


def test_the_units_in_which_nothing_sits() -> None:
    taken = [Taken(3, 2, "SW-1"), Taken(10, 1, "PF1", Face.REAR), Taken(1, 1, "PF2")]
    assert free_units(10, taken) == [(2, 2), (5, 9)]
    assert free_units(2, [Taken(1, 4, "S-1")]) == []
    assert free_units(42, []) == [(1, 42)]


@pytest.mark.usefixtures("wired_school")
def test_forms_suggest_what_the_school_has_and_nothing_of_another(
    session: Session, house: Actor, school: School, other_school: School, sign_in_as: Sign
) -> None:
    add_device(house, other_school, "SW-FREMD", "Switch", "S48 PoE")
    rack = session.scalars(select(Rack)).one()
    with transaction() as writing:
        device = writing.scalars(select(Device).where(Device.asset_tag == "SW-8")).one()
        wiring.mount_device(writing, device, writing.merge(rack), 7, by=house)
    client = sign_in_as(Role.COORDINATOR, school)
    mount = client.get(f"/network/racks/{rack.id}/mount").get_data(as_text=True)
    assert '<option value="SW-9">Switch · Knotenpunkt S48 PoE</option>' in mount
    assert 'value="SW-8"' not in mount, "it is in a rack already"
    assert mount.index('value="SW-9"') < mount.index('value="SW-1"'), "its outlets lead there"
    assert "frei: 1–6, 8–42" in mount
    outlet = client.get("/network/outlets/new").get_data(as_text=True)
    for offered in ('value="1.07"', 'value="EV2"', 'value="PF1"', 'value="SW-9"'):
        assert offered in outlet
    plug = client.get(f"/network/ports/{port_of(session, 'SW-9', 20)}/plug").get_data(as_text=True)
    assert 'value="AP-1"' in plug
    elsewhere = client.get("/network/outlets/new?school=167149").get_data(as_text=True)
    for page in (mount, outlet, plug, elsewhere):
        assert "SW-FREMD" not in page
        assert 'value="A1"' not in page


@pytest.mark.usefixtures("types")
def test_a_model_is_told_its_type_and_its_devices_have_ports(
    session: Session, house: Actor, school: School, sign_in_as: Sign
) -> None:
    add_device(house, school, "SW-7", "Switch", "S48P")
    client = sign_in_as(Role.OFFICE)
    assert "S48P" in client.get("/network/models").get_data(as_text=True)
    page = client.get("/network/models?maker=Knotenpunkt&model=S48P&q=S48").get_data(as_text=True)
    ident = page.split('name="type" value="')[1].split('"')[0]
    client.post("/network/models/type", data={"maker": "Knotenpunkt", "model": "S48P", "type": ident})
    assert "GigabitEthernet1/0/48" in client.get("/network/switches/SW-7").get_data(as_text=True)
    assert "Alle Netzwerkgeräte haben ihre Ports" in client.get("/network/models").get_data(as_text=True)


@pytest.mark.usefixtures("wired_school")
def test_a_rule_is_tried_before_it_is_kept(sign_in_as: Sign) -> None:
    client = sign_in_as(Role.OFFICE)
    values = {"pattern": "D-{raum}/{nr}", "becomes": "{raum}-D{nr}", "example": "D-1.07/1", "school": ""}
    tried = client.post("/network/rules", data={**values, "try": "1"}).get_data(as_text=True)
    assert "»D-1.07/1« hieße hier »1.07-D1«" in tried
    assert client.post("/network/rules", data=values).status_code == 302
    assert "D-{raum}/{nr}" in client.get("/network/rules").get_data(as_text=True)
    refused = client.post("/network/rules", data={**values, "becomes": "{zimmer}"})
    assert "Der Platzhalter {zimmer} kommt im alten Namen nicht vor" in refused.get_data(as_text=True)


def test_device_types_come_by_page_with_a_preview_and_the_set_to_begin_with_is_there(
    session: Session, school: School, sign_in_as: Sign
) -> None:
    client = sign_in_as(Role.OFFICE)
    begun = client.post("/imports/device-types", data={"start": "1"})
    seen = client.get(begun.location).get_data(as_text=True)
    assert "Switch 48 PoE" in seen
    assert session.scalar(select(func.count()).select_from(DeviceType)) == 0
    client.post(f"{begun.location}/apply")
    session.rollback()
    ports = {one.model: len(one.ports) for one in session.scalars(select(DeviceType))}
    assert (ports["Switch 48 PoE"], ports["Patchfeld 24"]) == (53, 24)
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(
            "a/one.yaml", "manufacturer: A\nmodel: B\ninterfaces:\n  - name: eth0\n    type: 1000base-t\n"
        )
        archive.writestr("a/two.yaml", "model: C\n")
        archive.writestr("readme.md", "no type")
    file = (BytesIO(packed.getvalue()), "types.zip")
    sent = client.post("/imports/device-types", data={"file": file}, content_type="multipart/form-data")
    preview = client.get(sent.location).get_data(as_text=True)
    assert "»manufacturer« fehlt" in preview
    assert client.post(f"{sent.location}/apply").status_code == 302
    assert client.get(sent.location).status_code == 404, "what was taken over is not kept"
    wrong = client.post(
        "/imports/device-types", data={"file": (BytesIO(b"x"), "a.exe")}, content_type="multipart/form-data"
    )
    assert "Endung .yaml" in wrong.get_data(as_text=True)
    assert sign_in_as(Role.COORDINATOR, school).get("/imports/device-types").status_code == 403


def test_for_a_model_that_no_type_is_called_like_the_types_of_its_kind_are_offered(
    types: None, house: Actor, school: School, admin: FlaskClient
) -> None:
    add_device(house, school, "SW-77", "Switch", "EX9")
    page = admin.get("/network/models?maker=Knotenpunkt&model=EX9&q=Knotenpunkt+EX9").get_data(as_text=True)
    offered = page.partition("ist der Gerätetyp")[2]
    assert "So heißt kein Gerätetyp" in offered
    assert "S48 PoE" in offered
    assert "Funk 6" not in offered


@pytest.mark.usefixtures("wired_school")
def test_the_story_of_a_new_rack_strikes_nothing_out(session: Session, admin: FlaskClient) -> None:
    session.rollback()
    rack = session.scalars(select(Rack.id).order_by(Rack.id)).first()
    story = admin.get(f"/network/racks/{rack}").get_data(as_text=True).partition("Verteiler eingetragen")[2]
    assert "<del>" not in story


def panel_and_rack(session: Session) -> tuple[Panel, Rack]:
    session.rollback()
    panel = session.scalars(select(Panel)).one()
    return panel, panel.rack


@pytest.mark.usefixtures("wired_school")
def test_a_rack_and_a_panel_take_another_name_and_their_outlets_follow(
    session: Session, admin: FlaskClient
) -> None:
    panel, rack = panel_and_rack(session)
    chain = admin.get("/schools/115514/rooms/1.07").get_data(as_text=True)
    assert "EV2/PF1/13" in chain
    told = {"school": "115514", "units": 42, "version": rack.version}
    admin.post(f"/network/racks/{rack.id}/edit", data={**told, "name": "Keller"})
    done = admin.post(
        f"/network/panels/{panel.id}/edit", data={"name": "Feld A", "ports": 24, "version": panel.version},
        follow_redirects=True,
    )  # fmt: skip
    assert "2 Dosen nennen jetzt den neuen Namen." in done.get_data(as_text=True)
    after = admin.get("/schools/115514/rooms/1.07").get_data(as_text=True)
    assert "Keller/Feld A/13" in after
    assert "EV2/PF1" not in after
    panel_and_rack(session)  # raises where a second panel came to be
    assert session.scalar(select(func.count()).select_from(Rack)) == 1


@pytest.mark.usefixtures("wired_school")
def test_a_name_that_is_taken_is_refused_and_nothing_is_renamed(session: Session, admin: FlaskClient) -> None:
    _panel, rack = panel_and_rack(session)
    admin.post("/network/racks/new", data={"school": "115514", "name": "EV9", "units": 12})
    refused = admin.post(
        f"/network/racks/{rack.id}/edit",
        data={"school": "115514", "name": "ev 9", "units": 40, "version": rack.version},
    )
    assert "gibt es an dieser Schule schon" in refused.get_data(as_text=True)
    assert panel_and_rack(session)[1].units == 42


@pytest.mark.usefixtures("wired_school")
def test_what_outlets_name_stays_and_what_is_empty_can_go(session: Session, admin: FlaskClient) -> None:
    panel, rack = panel_and_rack(session)
    for address, why in (
        (f"panels/{panel.id}", "liegen noch Dosen: 2"),
        (f"racks/{rack.id}", "Patchfelder: 1"),
    ):
        assert why in admin.get(f"/network/{address}/remove").get_data(as_text=True)
        refused = admin.post(f"/network/{address}/remove")
        assert why in refused.get_data(as_text=True)
    made = admin.post("/network/racks/new", data={"school": "115514", "name": "EV9", "units": 12}).location
    admin.post(f"{made}/panels/new", data={"name": "PF1", "ports": 24})
    session.rollback()
    empty = session.scalars(select(Panel).order_by(Panel.id.desc())).first()
    assert empty is not None
    admin.post(f"/network/panels/{empty.id}/remove")
    admin.post(f"{made}/remove")
    session.rollback()
    counted = [session.scalar(select(func.count()).select_from(one)) for one in (Rack, Panel)]
    assert counted == [1, 1]


@pytest.mark.usefixtures("wired_school")
def test_a_device_is_taken_out_of_its_rack_and_keeps_its_cables(
    session: Session, school: School, other_school: School, admin: FlaskClient, sign_in_as: Sign
) -> None:
    _panel, rack = panel_and_rack(session)
    admin.post(f"/network/racks/{rack.id}/mount", data={"device": "SW-9", "unit": 5})
    foreign = sign_in_as(Role.COORDINATOR, other_school)
    assert foreign.post(f"/network/racks/{rack.id}/unmount", data={"device": "SW-9"}).status_code == 404
    assert 'id="device-' in admin.get(f"/network/racks/{rack.id}").get_data(as_text=True)
    out = admin.post(f"/network/racks/{rack.id}/unmount", data={"device": "SW-9"}, follow_redirects=True)
    assert "SW-9 ist ausgebaut" in out.get_data(as_text=True)
    assert 'id="device-' not in admin.get(f"/network/racks/{rack.id}").get_data(as_text=True)
    assert "SW-9" in admin.get("/schools/115514/rooms/1.07").get_data(as_text=True)
    assert admin.post(f"/network/racks/{rack.id}/unmount", data={"device": "SW-9"}).status_code == 404


@pytest.mark.usefixtures("wired_school")
def test_both_sides_of_a_rack_are_drawn_where_something_sits_behind(
    session: Session, house: Actor, school: School, sign_in_as: Sign
) -> None:
    """What hangs behind takes no place in front, unless one of the two is as deep as the rack."""
    client = sign_in_as(Role.COORDINATOR, school)
    rack_id = session.scalars(select(Rack.id)).one()
    address = f"/network/racks/{rack_id}"
    client.post(f"{address}/mount", data={"device": "SW-9", "unit": "30", "face": "front"})
    assert "von hinten" not in client.get(address).get_data(as_text=True)
    behind = client.post(f"{address}/mount", data={"device": "SW-8", "unit": "30", "face": "rear"})
    assert behind.status_code == 302
    page = client.get(address).get_data(as_text=True)
    front, rear = page.split('class="rack__side"')[1:]
    assert ("#device-" in front, "SW-9</text>" in front, "SW-8</text>" in front) == (True, True, False)
    assert "SW-8</text>" in rear
    assert "Was auf welcher Höheneinheit sitzt" in page
    assert "EV2/30 hinten" in client.get("/devices/SW-8").get_data(as_text=True)
    session.rollback()
    with transaction() as writing:
        for of_type in writing.scalars(select(DeviceType)):
            of_type.full_depth = True
    taken = client.post(f"{address}/mount", data={"device": "SW-8", "unit": "30", "face": "rear"})
    assert taken.status_code == 422
    assert "Auf Höheneinheit 30 sitzt schon SW-9" in taken.get_data(as_text=True)
    assert (
        client.post(f"{address}/mount", data={"device": "SW-8", "unit": "20", "face": "rear"}).status_code
        == 302
    )
    page = client.get(address).get_data(as_text=True)
    assert page.count("rack__box--behind") == 2  # each is seen from the other side as well
