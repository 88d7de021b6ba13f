"""What a list of outlets says becomes cables: a port has one end, the chain is walked both ways, a gap stays a word."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from school_it.access import Actor, Role
from school_it.database import transaction
from school_it.devices import actions as device_actions
from school_it.devices import catalogue
from school_it.devices.models import Device
from school_it.errors import RuleBroken
from school_it.network import actions, queries
from school_it.network.models import Outlet
from school_it.network.types.models import DeviceType
from school_it.network.types.rules import DeviceKind
from school_it.network.wiring import actions as wiring
from school_it.network.wiring import queries as wired
from school_it.network.wiring import tracing
from school_it.network.wiring.models import NetworkPort, Panel, Plug, Rack
from school_it.network.wiring.rules import panel_size, port_named
from school_it.schools.models import School
from tests.api.conftest import Program, program
from tests.network.conftest import ONE, TWO, Bring, port_called, ports_at

__all__ = ["program"]
MAKER = "Knotenpunkt"


def a_type(model: str, kind: DeviceKind, ports: int, prefix: str = "GigabitEthernet1/0/") -> DeviceType:
    port = {"kind": "interface", "type": "1000base-t"}
    poe = {"poe": "type2-ieee802.3at"} if kind is DeviceKind.SWITCH else {"takes_poe": True}
    return DeviceType(
        manufacturer=MAKER, model=model, slug=f"{MAKER}-{model}".lower(), kind=kind, u_height=Decimal(1), poe_budget=60,
        ports=[{**port, **poe, "name": f"{prefix}{place}"} for place in range(1, ports + 1)],
        max_watts=25 if kind is DeviceKind.ACCESS_POINT else None,
    )  # fmt: skip


@pytest.fixture
def types(session: Session, rooms: None) -> None:
    with transaction() as writing:
        writing.add(a_type("S48 PoE", DeviceKind.SWITCH, 48))
        writing.add(a_type("Funk 6", DeviceKind.ACCESS_POINT, 1, "eth"))


def add_device(house: Actor, school: School, tag: str, category: str, model: str) -> None:
    with transaction() as writing:
        known = catalogue.ensure_categories(writing, by=house)
        values = {"asset_tag": tag, "category_id": known[category], "school_id": school.id}
        device_actions.add_device(writing, {**values, "manufacturer": MAKER, "model": model}, by=house)


def names(session: Session, outlet: str, house: Actor) -> list[str]:
    session.rollback()
    (one,) = session.scalars(select(Outlet).where(Outlet.outlet == outlet))
    return [step.name for step in tracing.of_outlets(session, [one], seen_by=house)[one.id]]


def ports_with_a_plug(session: Session, column: Any) -> int:
    session.rollback()
    wanted: Any = select(func.count()).select_from(Plug).join(NetworkPort, NetworkPort.id == Plug.port_id)
    return session.scalar(wanted.where(column.is_not(None))) or 0


def test_a_device_of_a_known_type_has_its_ports_from_the_first_moment(
    session: Session, house: Actor, school: School, types: None
) -> None:
    add_device(house, school, "SW-9", "Switch", "s48 poe")
    session.rollback()
    ports = session.scalars(select(NetworkPort).join(Device).where(Device.asset_tag == "SW-9")).all()
    assert len(ports) == 48
    assert {port.poe for port in ports} == {"type2-ieee802.3at"}


def test_rack_and_panel_come_of_their_own_accord_and_the_chain_is_joined(
    session: Session, house: Actor, school: School, types: None, bring: Bring
) -> None:
    add_device(house, school, "SW-9", "Switch", "S48 PoE")
    _code, facts = bring(ONE.replace("SW-1", "sw-9"), TWO)
    assert {(one["field"], one["value"]) for one in facts["creates"]} == {
        ("rack", "EV2"),
        ("panel", "EV2/PF1"),
    }
    assert names(session, "1.07-D1", house) == [
        "Accesspoint", "1.07-D1", "EV2/PF1/13", "SW-9 · GigabitEthernet1/0/13", "20",
    ]  # fmt: skip
    assert names(session, "1.07-D2", house) == ["1.07-D2", "EV2/PF1/14"]
    (panel,) = session.scalars(select(Panel))
    assert (panel.ports, panel.rack.name) == (24, "EV2")


def test_a_switch_that_comes_later_joins_the_outlets_that_named_it(
    session: Session, house: Actor, school: School, types: None, bring: Bring
) -> None:
    bring(ONE.replace("SW-1", "SW-9"))
    assert names(session, "1.07-D1", house)[-2] == "SW-9 · Gi1/0/13"
    add_device(house, school, "SW-9", "Switch", "S48 PoE")
    assert names(session, "1.07-D1", house)[-2] == "SW-9 · GigabitEthernet1/0/13"
    with transaction() as writing:
        device = writing.scalars(select(Device).where(Device.asset_tag == "SW-9")).one()
        device_actions.change_device(writing, device, {"asset_tag": "SW-10"}, by=house)
    assert names(session, "1.07-D1", house)[-2] == "SW-10 · GigabitEthernet1/0/13"


def test_the_same_port_spelt_otherwise_is_refused(
    house: Actor, school: School, types: None, bring: Bring
) -> None:
    add_device(house, school, "SW-9", "Switch", "S48 PoE")
    bring(ONE.replace("SW-1", "SW-9"))
    code, facts = bring(TWO.replace(";14;;;", ";14;SW-9;1/0/13;"))
    assert code == 3
    assert "schon mit der Dose 1.07-D1 belegt" in facts["problems"][0]["sentence"]


def test_from_the_switch_port_one_comes_to_what_hangs_there(
    session: Session, house: Actor, school: School, types: None, bring: Bring
) -> None:
    add_device(house, school, "SW-9", "Switch", "S48 PoE")
    add_device(house, school, "AP-1", "Accesspoint", "Funk 6")
    bring(ONE.replace("SW-1", "SW-9"))
    with transaction() as writing:
        tag = dict(writing.execute(select(Device.asset_tag, Device.id)).all())
        (ap,) = ports_at(writing, tag["AP-1"])
        outlet = writing.scalars(select(NetworkPort.id).where(NetworkPort.outlet_id.is_not(None))).one()
        one, other = (tracing.nodes(writing, [port])[port] for port in (ap, outlet))
        wiring.plug_in(writing, one, other, by=house)
    session.rollback()
    port = port_called(session, tag["SW-9"], "GigabitEthernet1/0/13")
    assert port is not None
    chain = tracing.from_ports(session, [port], seen_by=house)[port]
    assert [node.label for node in chain] == ["EV2/PF1/13", "1.07-D1", "AP-1 · eth1"]
    assert [node.label for node in tracing.through(session, port, seen_by=house)] == [
        "AP-1 · eth1", "1.07-D1", "EV2/PF1/13", "SW-9 · GigabitEthernet1/0/13",
    ]  # fmt: skip


def test_an_outlet_is_patched_elsewhere_and_pulled_and_nothing_else_moves(
    session: Session, house: Actor, school: School, types: None, bring: Bring
) -> None:
    add_device(house, school, "SW-9", "Switch", "S48 PoE")
    bring(ONE.replace("SW-1", "SW-9"), TWO)
    with transaction() as writing:
        outlet = queries.get_outlet_named(writing, school.id, "1.07-D2")
        free = wired.free_ports(
            writing, writing.scalars(select(Device.id).where(Device.asset_tag == "SW-9")).one()
        )
        assert "GigabitEthernet1/0/13" not in [port.name for port in free]
        actions.patch(writing, outlet, tracing.nodes(writing, [free[0].id])[free[0].id], by=house)
    assert names(session, "1.07-D2", house) == ["1.07-D2", "EV2/PF1/14", "SW-9 · GigabitEthernet1/0/1"]
    taken = port_called(session, outlet_switch(session), "GigabitEthernet1/0/13")
    assert taken is not None

    def patch_into(port: int) -> None:
        with transaction() as writing:
            outlet = queries.get_outlet_named(writing, school.id, "1.07-D2")
            actions.patch(writing, outlet, tracing.nodes(writing, [port])[port], by=house)

    with pytest.raises(RuleBroken, match=r"schon mit der Dose 1\.07-D1 belegt"):
        patch_into(taken)
    with transaction() as writing:
        actions.unpatch(writing, queries.get_outlet_named(writing, school.id, "1.07-D2"), by=house)
    assert names(session, "1.07-D2", house) == ["1.07-D2", "EV2/PF1/14"]
    assert names(session, "1.07-D1", house)[-2] == "SW-9 · GigabitEthernet1/0/13"


def outlet_switch(session: Session) -> int:
    return session.scalars(select(Device.id).where(Device.asset_tag == "SW-9")).one()


def test_a_circle_and_a_taken_port_are_refused_with_a_sentence(
    session: Session, house: Actor, school: School, types: None, bring: Bring
) -> None:
    for tag in ("SW-8", "SW-9"):
        add_device(house, school, tag, "Switch", "S48 PoE")
    bring(ONE.replace("SW-1", "SW-9"))

    def plug(one: tuple[str, int], other: tuple[str, int]) -> None:
        with transaction() as writing:
            ports = [
                ports_at(writing, writing.scalars(select(Device.id).where(Device.asset_tag == tag)).one())
                [place - 1]
                for tag, place in (one, other)
            ]  # fmt: skip
            met = tracing.nodes(writing, ports)
            wiring.plug_in(writing, met[ports[0]], met[ports[1]], by=house)

    with pytest.raises(RuleBroken, match="Kreis"):
        plug(("SW-9", 1), ("SW-9", 2))
    plug(("SW-9", 48), ("SW-8", 48))
    with pytest.raises(RuleBroken, match="schon belegt: Dort steckt SW-8"):
        plug(("SW-9", 48), ("SW-8", 1))
    with pytest.raises(RuleBroken, match=r"schon belegt: Dort steckt EV2/PF1/13"):
        plug(("SW-8", 2), ("SW-9", 13))
    code, facts = bring(TWO.replace(";14;;;", ";14;SW-9;48;"))
    assert code == 3
    assert "steckt schon ein Kabel zu SW-8" in facts["problems"][0]["sentence"]


def test_taking_the_list_back_takes_the_cables_racks_and_panels_along(
    app: Flask, session: Session, house: Actor, school: School, types: None, bring: Bring
) -> None:
    add_device(house, school, "SW-9", "Switch", "S48 PoE")
    _code, facts = bring(ONE.replace("SW-1", "SW-9"))
    assert ports_with_a_plug(session, NetworkPort.device_id) == 1
    result = app.test_cli_runner().invoke(args=["undo", str(facts["batch"]), "--json"])
    assert result.exit_code == 0, result.output
    assert ports_with_a_plug(session, NetworkPort.device_id) == 0
    assert session.scalar(select(func.count()).select_from(Rack)) == 0


def test_what_a_second_list_names_as_well_stays_when_the_first_is_taken_back(
    app: Flask, session: Session, house: Actor, types: None, bring: Bring
) -> None:
    _code, facts = bring(ONE)
    bring(TWO)
    result = app.test_cli_runner().invoke(args=["undo", str(facts["batch"]), "--json"])
    assert result.exit_code == 0, result.output
    assert names(session, "1.07-D2", house) == ["1.07-D2", "EV2/PF1/14"]
    assert ports_with_a_plug(session, NetworkPort.panel_id) == 1


def test_a_rename_rule_is_applied_with_a_word_and_never_twice(
    session: Session, house: Actor, bring: Bring
) -> None:
    with transaction() as writing:
        wiring.keep_rule(writing, "D-{raum}/{nr}", "{raum}-D{nr}", supplier="Elektro Muster", by=house)
    row = ONE.replace("1.07-D1", "D-1.07/1")
    code, facts = bring(row)
    assert (code, facts["new"]) == (0, 1)
    assert "»D-1.07/1« heißt nach der Regel" in facts["hints"][0]["sentence"]
    _code, facts = bring(row)
    assert facts["same"] == 1
    code, facts = bring(row, ONE.replace(";13;", ";15;").replace("/13", "/15"))
    assert (code, facts["problem"]) == (3, 2)


@pytest.mark.parametrize(
    ("said", "meant"),
    [("Gi1/0/2", 2), ("gigabitethernet1/0/2", 2), ("1/0/2", 2), ("Te1/0/2", 9), ("3", 3), ("99", None)],
)
def test_a_port_is_known_by_what_people_call_it(said: str, meant: int | None) -> None:
    known = {"gigabitethernet1/0/1": 1, "gigabitethernet1/0/2": 2, "te1/0/2": 9, "gigabitethernet1/0/3": 3}
    if said == "1/0/2":
        known.pop("te1/0/2")
    assert port_named(said, known, {1: 1, 2: 2}) == meant


def test_ports_that_are_only_counted_are_known_by_the_last_number() -> None:
    assert port_named("Gi1/0/13", {"12": 12, "13": 130}, {12: 12, 13: 130}) == 130
    assert port_named("Port 12", {"12": 12, "13": 130}, {12: 12, 13: 130}) == 12


def test_a_panel_is_as_large_as_panels_are() -> None:
    assert [panel_size([most]) for most in (1, 24, 25, 60)] == [24, 24, 48, 60]


def test_the_trace_of_the_api_names_its_steps(
    house: Actor, school: School, types: None, bring: Bring, program: Callable[..., Program]
) -> None:
    add_device(house, school, "SW-9", "Switch", "S48 PoE")
    bring(ONE.replace("SW-1", "SW-9"), TWO)
    client = program(Role.COORDINATOR, school, scope="read")
    told = client.get("/api/v1/outlets/115514/1.07-D1/trace").get_json()
    assert told["complete"] is True
    assert [step["kind"] for step in told["steps"]] == [
        "device",
        "outlet",
        "panel_port",
        "switch_port",
        "vlan",
    ]
    assert told["steps"][3] | {"name": ""} == {
        "kind": "switch_port", "name": "", "room": None, "rack": None, "panel": None, "device": "SW-9",
        "port": "GigabitEthernet1/0/13", "known": True,
    }  # fmt: skip
    half = client.get("/api/v1/outlets/115514/1.07-D2/trace").get_json()
    assert (half["complete"], half["gaps"]) == (False, ["nicht gepatcht"])
    listed = client.get("/api/v1/outlets?q=D2").get_json()
    assert [one["outlet"] for one in listed["items"]] == ["1.07-D2"]
    assert client.get("/api/v1/outlets/115514/gibt-es-nicht/trace").status_code == 404
