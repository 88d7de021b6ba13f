"""The network against the plan: what is missing is counted, what nobody has entered is not held against a school."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from school_it.access import Actor, Role
from school_it.database import today, transaction
from school_it.devices import actions as device_actions
from school_it.devices import catalogue
from school_it.devices.rules import ItemClass, State
from school_it.network import actions as network
from school_it.network.types.models import DeviceType
from school_it.network.uplinks import actions as uplinks
from school_it.plan import actions, coverage, money, standing
from school_it.plan.coverage import NetworkStand
from school_it.plan.rules import Basis
from school_it.plan.rules.budget import Part
from school_it.school_year import school_year
from school_it.schools import actions as school_actions
from school_it.schools import queries as school_queries
from school_it.schools.models import School
from school_it.schools.rules import RoomUse
from tests.asked import statements

Sign = Callable[..., FlaskClient]


@pytest.fixture
def thirty_rooms(house: Actor, school: School, other_school: School) -> None:
    """Example C: thirty teaching rooms and 800 pupils; three rooms are entered, one of them has all it is to have."""
    with transaction() as session:
        here, there = session.merge(school), session.merge(other_school)
        for at in (here, there):
            figures = {"pupils": 800, "teachers": 60, "rooms": 30}
            school_actions.record_figures(session, at, school_year(today()), figures, by=house)
        target = {"plan": "V", "valid_from": today(), "item_class": ItemClass.ACCESS_POINT}
        actions.add_target(session, {**target, "basis": Basis.ROOM, "value": Decimal(1)}, by=house)
        for room, use in (
            ("1.01", RoomUse.CLASSROOM), ("1.02", RoomUse.SPECIALIST), ("1.03", RoomUse.CLASSROOM),
            ("0.01", RoomUse.OFFICE),
        ):  # fmt: skip
            school_actions.add_room(session, here, {"room": room, "use": use}, by=house)
        for name, room in (
            ("1", "1.01"),
            ("2", "1.01"),
            ("3", "1.01"),
            ("4", "1.01"),
            ("5", "1.02"),
            ("6", "0.01"),
        ):
            said = "Accesspoint" if name == "5" else None
            values = {"outlet": f"D{name}", "room": room, "connected": said}
            network.add_outlet(session, here, values, by=house)
        known = catalogue.ensure_categories(session, by=house)
        for tag, room, state in (("AP-1", "1.01", State.IN_USE), ("AP-2", "1.03", State.DEFECTIVE)):
            at_room = school_queries.find_room(session, here.id, room)
            assert at_room is not None
            values = {
                "asset_tag": tag, "category_id": known["Accesspoint"], "school_id": here.id, "room_id": at_room.id,
                "state": state, "acquired_on": today(),
            }  # fmt: skip
            device_actions.add_device(session, values, by=house)
        line = {"provider": "Ortsnetz", "down": 300}
        uplinks.add_uplink(session, here, line, by=house)


def stands(session: Session, house: Actor) -> dict[str, NetworkStand]:
    session.rollback()
    town = standing.look(session, today(), seen_by=house)
    return {one.school.number: one for one in coverage.look(session, town, seen_by=house)}


@pytest.mark.usefixtures("thirty_rooms")
def test_example_c_thirty_rooms_are_held_against_what_is_entered(session: Session, house: Actor) -> None:
    here = stands(session, house)["115514"]
    assert (here.points.have, here.points.target) == (1, 30)
    assert (here.switch_ports.have, here.switch_ports.target, here.switches_missing) == (0, 144, 3)
    assert (here.mbits.have, here.mbits.target, here.mbits.missing) == (300, 400, 100)
    assert (here.outlets.have, here.outlets.target) == (5, 120)
    assert here.unlisted == 27
    assert here.covered is not None
    assert (here.covered.rooms, here.covered.rooms_with_point, here.covered.rooms_with_outlets) == (3, 1, 1)


@pytest.mark.usefixtures("thirty_rooms")
def test_a_school_without_a_list_of_outlets_or_a_line_is_unknown_not_empty(
    session: Session, house: Actor, other_school: School
) -> None:
    there = stands(session, house)[other_school.school_number]
    assert (there.outlets.have, there.outlets.missing) == (None, 0)
    assert there.uplink is None
    assert there.mbits.missing == 0


@pytest.mark.usefixtures("thirty_rooms")
def test_each_figure_opens_to_the_rooms_that_lack_something(sign_in_as: Sign, school: School) -> None:
    client = sign_in_as(Role.OFFICE)
    page = client.get("/plan/coverage").get_data(as_text=True)
    assert "5 von 120" in page
    assert 'href="/plan/coverage/115514#rooms"' in page
    assert "1 Schule ohne Dosenliste ist nicht gewertet" in page
    rooms = client.get("/plan/coverage/115514").get_data(as_text=True)
    assert "2 Räume erreichen das Ziel nicht." in rooms
    assert "laut Dosenliste vorhanden, nicht im Bestand" in rooms
    assert "3 Dosen" in rooms
    assert "0.01" not in rooms.split('id="rooms"')[1].split("</table>")[0]


@pytest.mark.usefixtures("thirty_rooms")
def test_a_coordinator_sees_the_own_school_only(
    school: School, other_school: School, sign_in_as: Sign
) -> None:
    client = sign_in_as(Role.COORDINATOR, other_school)
    assert school.label not in client.get("/plan/coverage").get_data(as_text=True)
    assert client.get("/plan/coverage/115514").status_code == 404


@pytest.mark.usefixtures("thirty_rooms")
def test_more_rooms_and_schools_ask_no_more_of_the_database(
    session: Session, house: Actor, other_school: School
) -> None:
    def asked() -> int:
        with statements() as sent:
            stands(session, house)
        return len(sent)

    before = asked()
    with transaction() as writing:
        there = writing.merge(other_school)
        for number in range(20):
            room = {"room": f"2.{number:02}", "use": RoomUse.CLASSROOM}
            school_actions.add_room(writing, there, room, by=house)
            network.add_outlet(writing, there, {"outlet": f"A{number}", "room": room["room"]}, by=house)
    assert asked() == before > 0


@pytest.mark.usefixtures("thirty_rooms")
def test_the_budget_pays_for_outlets_that_are_known_to_be_missing_and_for_no_others(
    session: Session, house: Actor
) -> None:
    """115 outlets at 250 euros and six switches at 1,500; the school without a list adds no outlet."""
    session.rollback()
    town = standing.look(session, today(), seen_by=house)
    town.assumed.values["price.increase"] = Decimal(0)
    made = money.of(session, town, seen_by=house)
    assert (made.outlets.missing, made.outlets.unknown) == (115, 1)
    assert made.part(Part.INFRASTRUCTURE) == 115 * 250 + 6 * 1500


@pytest.mark.usefixtures("thirty_rooms")
def test_a_switch_counts_with_its_ports_and_one_of_no_known_type_with_48(
    session: Session, house: Actor, school: School, sign_in_as: Sign
) -> None:
    """144 ports are wanted: two switches with 24 (two slots for fibre aside) and one that nobody knows leave 48."""
    with transaction() as writing:
        known = catalogue.ensure_categories(writing, by=house)
        ports = [{"kind": "interface", "name": str(one), "type": "1000base-t"} for one in range(1, 25)]
        ports += [{"kind": "interface", "name": f"S{one}", "type": "10gbase-x-sfpp"} for one in (1, 2)]
        ports += [{"kind": "interface", "name": "mgmt", "type": "1000base-t", "management": True}]
        writing.add(DeviceType(manufacturer="Nordlicht", model="NL 24", slug="nl-24", ports=ports))
        for tag, model, begun in (
            ("SW-1", "nl 24", today()), ("SW-2", "NL 24", today()), ("SW-3", "Unbekannt", today()),
            ("SW-4", "NL 24", date(2001, 1, 1)),
        ):  # fmt: skip
            values = {
                "asset_tag": tag, "category_id": known["Switch"], "school_id": school.id, "manufacturer": "Nordlicht",
                "model": model, "acquired_on": begun, "state": State.IN_USE,
            }  # fmt: skip
            device_actions.add_device(writing, values, by=house)
    here = stands(session, house)["115514"]
    assert (here.switch_ports.have, here.switch_ports.missing, here.switches_missing) == (96, 48, 1)
    assert (here.school.switches, here.school.untyped) == (3, 1)
    page = sign_in_as(Role.OFFICE).get("/plan/coverage/115514").get_data(as_text=True)
    assert "96 von 144" in page
    assert "1 Switch ohne Gerätetyp zählt mit 48 Anschlüssen" in page


def test_a_school_whose_rooms_have_no_use_is_told_so_and_not_that_it_has_no_outlets(
    house: Actor, school: School, sign_in_as: Sign
) -> None:
    with transaction() as writing:
        here = writing.merge(school)
        school_actions.add_room(writing, here, {"room": "1.07"}, by=house)
        network.add_outlet(writing, here, {"room": "1.07", "outlet": "1.07-D1"}, by=house)
    page = sign_in_as(Role.COORDINATOR, school).get("/plan/coverage/115514").get_data(as_text=True)
    assert "Noch ist kein Raum dieser Schule als Unterrichtsraum eingetragen" in page
    assert "keine Dosenliste" not in page
