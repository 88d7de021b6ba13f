"""Where room and list leave one outlet for an access point, a coordinator plugs the whole school with one button."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from school_it.access import Actor, Role
from school_it.audit import Action, Batch, Entry
from school_it.database import transaction
from school_it.devices import actions as device_actions
from school_it.devices import catalogue
from school_it.devices.models import Device
from school_it.errors import RuleBroken
from school_it.network.models import Outlet
from school_it.network.types.rules import DeviceKind
from school_it.network.wiring import actions as wiring
from school_it.network.wiring import matching, points, tracing
from school_it.network.wiring.matching import Point, Socket, Why
from school_it.network.wiring.models import NetworkPort, Plug
from school_it.schools.models import Room, School
from tests.asked import statements
from tests.network.conftest import ONE, Bring
from tests.network.test_the_chain_is_plugged import MAKER, a_type, add_device, names

SIX = "115514;1.08;1.08-D1;EV2;PF1;15;SW-9;Gi1/0/15;20;AP;"
OTHER = "115514;1.08;1.08-D2;EV2;PF1;16;;;;Drucker;"
PAGE = "/network/schools/115514/points"
SignInAs = Callable[..., FlaskClient]


def point(number: int, room: int | None = 1, port: int | None = 7) -> Point:
    return Point(number, f"AP-{number}", room, None if room is None else f"1.0{room}", port, port and "eth1")


def socket(number: int, says: str | None, *, room: int = 1, taken: bool = False) -> Socket:
    return Socket(number, f"D{number}", room, number, says, taken)


@pytest.mark.parametrize(
    ("those", "outlets", "why"),
    [
        ([point(1, None)], [socket(1, "Accesspoint")], Why.NO_ROOM),
        ([point(1, port=None)], [socket(1, "Accesspoint")], Why.NO_PORTS),
        ([point(1)], [socket(1, "Accesspoint", room=2)], Why.NO_OUTLET),
        ([point(1)], [socket(1, None), socket(2, "Apparat")], Why.NOT_MARKED),
        ([point(1)], [socket(1, "WLAN", taken=True), socket(2, "Drucker")], Why.TAKEN),
        ([point(1)], [socket(1, "AP 1"), socket(2, "Access-Point")], Why.SEVERAL_OUTLETS),
        ([point(1), point(2)], [socket(1, "Accesspoint")], Why.SEVERAL_POINTS),
        ([point(1), point(2, port=None)], [socket(1, "Accesspoint")], Why.SEVERAL_POINTS),
        ([point(1)], [socket(1, "Accesspoint AP-9")], Why.NOT_MARKED),
    ],
)
def test_what_could_be_several_stays_open_and_says_why(
    those: list[Point], outlets: list[Socket], why: Why
) -> None:
    found = matching.match(those, outlets, ["AP-1", "AP-2", "AP-9"])
    assert found.pairs == []
    assert next(one.why for one in found.open if one.point == those[0]) == why


def test_an_outlet_that_names_an_inventory_number_is_for_that_one_and_leaves_the_other_to_the_other() -> None:
    outlets = [socket(1, "Accesspoint"), socket(2, "Accesspoint, ap-2"), socket(3, None)]
    found = matching.match([point(1), point(2)], outlets, ["AP-1", "AP-2"])
    assert [(one.point.tag, one.socket.outlet) for one in found.pairs] == [("AP-1", "D1"), ("AP-2", "D2")]


@pytest.fixture
def wired(session: Session, house: Actor, school: School, rooms: None, bring: Bring) -> None:
    """Two rooms with an access point and an outlet for it each, one access point without a room."""
    with transaction() as writing:
        writing.add(a_type("S48 PoE", DeviceKind.SWITCH, 48))
        writing.add(a_type("Funk 6", DeviceKind.ACCESS_POINT, 1, "eth"))
    add_device(house, school, "SW-9", "Switch", "S48 PoE")
    code, _facts = bring(ONE.replace("SW-1", "SW-9"), SIX, OTHER)
    assert code == 0
    for tag, room in (("AP-7", "1.07"), ("AP-8", "1.08"), ("AP-9", None)):
        hang(house, school, tag, room)


def hang(house: Actor, school: School, tag: str, room: str | None) -> None:
    with transaction() as writing:
        known = catalogue.ensure_categories(writing, by=house)
        at = writing.scalar(select(Room.id).where(Room.school_id == school.id, Room.room == room))
        values = {
            "asset_tag": tag,
            "category_id": known["Accesspoint"],
            "school_id": school.id,
            "room_id": at,
        }
        device_actions.add_device(
            writing, {**values, "manufacturer": MAKER, "model": "Funk 6", "state": "in_use"}, by=house
        )


def plug_all(school: School, by: Actor) -> int:
    with transaction() as writing:
        found = points.look(writing, school.id)
        wanted = [(one.point.ident, one.socket.ident) for one in found.pairs]
        return points.plug_points(writing, writing.merge(school), wanted, by=by).id


def plugged(session: Session) -> int:
    """How many access points have a cable."""
    session.rollback()
    wanted = select(func.count()).select_from(Plug).join(NetworkPort, NetworkPort.id == Plug.port_id)
    return session.scalar(wanted.join(Device).where(Device.asset_tag.startswith("AP-"))) or 0


def test_the_school_is_plugged_as_one_act_that_is_taken_back_as_a_whole(
    app: Flask, session: Session, house: Actor, school: School, wired: None
) -> None:
    ident = plug_all(school, house)
    assert names(session, "1.07-D1", house)[:2] == ["AP-7 · eth1", "1.07-D1"]
    assert names(session, "1.08-D1", house)[-2] == "SW-9 · GigabitEthernet1/0/15"
    assert session.scalar(select(Batch.kind).where(Batch.id == ident)) == "network.plugged"
    told = set(session.execute(select(Entry.object_label, Entry.action).where(Entry.batch_id == ident)).all())
    assert told == {(one, "cable.plugged") for one in ("1.07-D1", "1.08-D1", "AP-7", "AP-8")}
    result = app.test_cli_runner().invoke(args=["undo", str(ident), "--json"])
    assert result.exit_code == 0, result.output
    assert '"undone": 2' in result.stdout
    assert plugged(session) == 0
    back = select(Entry.object_label).where(Entry.action == Action.ROW_PUT_BACK)
    assert set(session.scalars(back)) == {"1.07-D1", "1.08-D1", "AP-7", "AP-8"}
    assert len(points.look(session, school.id).pairs) == 2


def test_a_cable_that_was_moved_since_stays_and_a_new_remark_holds_nothing(
    app: Flask, session: Session, house: Actor, school: School, wired: None
) -> None:
    ident = plug_all(school, house)
    with transaction() as writing:
        seven, eight = (
            writing.scalars(select(Device).where(Device.asset_tag == tag)).one() for tag in ("AP-7", "AP-8")
        )
        device_actions.change_device(writing, eight, {"remark": "hängt schief"}, by=house)
        port = writing.scalars(select(NetworkPort.id).where(NetworkPort.device_id == seven.id)).one()
        wiring.pull_out(writing, tracing.nodes(writing, [port])[port], by=house)
        other = writing.scalars(select(Outlet.id).where(Outlet.outlet == "1.08-D2")).one()
        met = tracing.nodes(writing, [port, tracing.port_of_outlet(writing, other)])
        wiring.plug_in(writing, *met.values(), by=house)
    result = app.test_cli_runner().invoke(args=["undo", str(ident), "--json"])
    assert result.exit_code == 4, result.output
    assert names(session, "1.08-D1", house)[0] == "AP"
    assert names(session, "1.08-D2", house)[0] == "AP-7 · eth1"


def test_what_was_plugged_meanwhile_is_refused_and_nothing_is_plugged(
    session: Session, house: Actor, school: School, wired: None
) -> None:
    found = points.look(session, school.id)
    wanted = [(one.point.ident, one.socket.ident) for one in found.pairs]
    session.rollback()
    with transaction() as writing:
        points.plug_points(writing, writing.merge(school), wanted[:1], by=house)
    with pytest.raises(RuleBroken, match="Inzwischen hat sich etwas geändert"), transaction() as writing:
        points.plug_points(writing, writing.merge(school), wanted, by=house)
    assert plugged(session) == 1


def test_a_coordinator_sees_what_will_happen_leaves_one_out_and_takes_it_back(
    session: Session, sign_in_as: SignInAs, school: School, wired: None
) -> None:
    mine = sign_in_as(Role.COORDINATOR, school)
    listed = mine.get("/network?school=115514").get_data(as_text=True)
    assert "3 Accesspoints sind nirgends gesteckt" in listed
    assert f'href="{PAGE}"' in listed
    shown = mine.get(PAGE).get_data(as_text=True)
    assert "GigabitEthernet1/0/15" in shown
    assert "Beim Gerät ist kein Raum eingetragen." in shown
    boxes = re.findall(r'name="pair" type="checkbox" value="([0-9-]+)"[^>]* checked', shown)
    assert len(boxes) == 2
    done = mine.post(PAGE, data={"pair": boxes[0]}, follow_redirects=True).get_data(as_text=True)
    assert "1 Accesspoint ist gesteckt." in done
    assert plugged(session) == 1
    act = re.search(r'href="(/batches/[0-9]+)"', done)
    assert act is not None
    preview = mine.get(f"{act[1]}/undo").get_data(as_text=True)
    assert "AP-7 · eth1" in preview
    expected = re.search(r'name="expected"[^>]* value="([0-9a-f]+)"', preview)
    assert expected is not None
    mine.post(f"{act[1]}/undo", data={"expected": expected[1]})
    assert plugged(session) == 0


@pytest.mark.parametrize(
    ("sent", "says"),
    [([], "Bitte mindestens einen Accesspoint ankreuzen."), (["7-99999"], "Bitte die neue Vorschau ansehen."),
     (["²-1"], "Bitte die neue Vorschau ansehen.")],
)  # fmt: skip
def test_a_box_that_nobody_was_shown_is_refused_on_the_page(
    session: Session, sign_in_as: SignInAs, school: School, wired: None, sent: list[str], says: str
) -> None:
    answer = sign_in_as(Role.COORDINATOR, school).post(PAGE, data={"pair": sent, "next": ""})
    assert answer.status_code == 422
    assert says in answer.get_data(as_text=True)
    assert plugged(session) == 0


def test_nobody_plugs_at_a_school_that_is_not_theirs(
    session: Session, sign_in_as: SignInAs, other_school: School, wired: None
) -> None:
    theirs = sign_in_as(Role.COORDINATOR, other_school)
    assert theirs.get(PAGE).status_code == 404
    assert theirs.post(PAGE, data={"pair": "1-1"}).status_code == 404
    assert sign_in_as(Role.AUDITOR).get(PAGE).status_code == 403
    assert plugged(session) == 0


def test_the_empty_chain_on_the_phone_leads_there(
    session: Session, sign_in_as: SignInAs, school: School, house: Actor, wired: None
) -> None:
    mine = sign_in_as(Role.COORDINATOR, school)
    outlet = session.scalars(select(Outlet.id).where(Outlet.outlet == "1.08-D1")).one()
    port = session.scalars(select(NetworkPort.id).join(Device).where(Device.asset_tag == "AP-8")).one()
    session.rollback()
    pages = (f"/network/outlets/{outlet}", f"/network/ports/{port}", "/network/schools/115514/topology")
    assert all(f'href="{PAGE}"' in mine.get(one).get_data(as_text=True) for one in pages)
    plug_all(school, house)
    assert not any(f'href="{PAGE}"' in mine.get(one).get_data(as_text=True) for one in pages[:2])


def test_many_access_points_take_as_many_statements_as_two(
    app: Flask, session: Session, house: Actor, school: School, wired: None, bring: Bring
) -> None:
    def asked() -> int:
        session.rollback()
        with statements() as sent, transaction() as writing:
            found = points.look(writing, school.id)
            wanted = [(one.point.ident, one.socket.ident) for one in found.pairs]
            points.plug_points(writing, writing.merge(school), wanted, by=house)
            tracing.of_outlets(writing, points.outlets_of(writing, found.pairs), seen_by=house)
        return len(sent)

    few = asked()
    with transaction() as writing:
        writing.add_all(Room(school_id=school.id, room=f"2.{place:02}") for place in range(20))
    bring(*(f"115514;2.{place:02};2.{place:02}-D1;;;;;;;Accesspoint;" for place in range(20)))
    for place in range(20):
        hang(house, school, f"AP-2{place:02}", f"2.{place:02}")
    assert asked() <= few
    assert plugged(session) == 22
