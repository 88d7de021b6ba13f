"""The network of a school as a tree: what is known is drawn, what is not known says so."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from school_it.access import Actor, Role
from school_it.database import transaction
from school_it.devices.models import Device
from school_it.network.topology import queries
from school_it.network.topology.rules import Hanging, Node, tree
from school_it.network.uplinks import actions as uplinks
from school_it.network.wiring import actions as wiring
from school_it.network.wiring import tracing
from school_it.schools.models import School
from tests.asked import statements
from tests.network.conftest import ONE, TWO, Bring, ports_at
from tests.network.test_the_chain_is_plugged import add_device, types

__all__ = ["types"]
Sign = Callable[..., FlaskClient]


def a(ident: int, *, edge: bool = False) -> Node:
    return Node(ident, f"SW-{ident}", "Modell", "Firewall" if edge else "Switch", edge)


def shape(found: Any) -> list[tuple[int, int, int | None]]:
    return [(one.node.id, one.depth, one.parent) for one in found.placed]


def test_switches_hang_below_the_router_where_the_line_arrives() -> None:
    found = tree([a(1), a(2), a(3), a(9, edge=True)], [(9, 1), (1, 2), (1, 3)], [9])
    assert shape(found) == [(9, 0, None), (1, 1, 9), (2, 2, 1), (3, 2, 1)]
    assert not found.root_is_guessed
    assert found.loose == []


def test_a_ring_is_drawn_once_and_its_second_way_told() -> None:
    found = tree([a(1), a(2), a(3)], [(1, 2), (2, 3), (3, 1), (1, 3)], [1])
    assert shape(found) == [(1, 0, None), (2, 1, 1), (3, 1, 1)]
    assert found.extra == [(2, 3)]


def test_where_nobody_knows_the_entrance_it_is_guessed_and_what_has_no_cable_is_loose() -> None:
    found = tree([a(1), a(2), a(3), a(4), a(5), a(6)], [(1, 2), (2, 3), (5, 6)], [])
    assert found.root_is_guessed
    assert shape(found) == [(2, 0, None), (1, 1, 2), (3, 1, 2), (5, 0, None), (6, 1, 5)]
    assert [node.id for node in found.loose] == [4]


def test_every_device_is_drawn_exactly_once_in_a_net_of_any_shape() -> None:
    cables = [(n, (n * 7 + 3) % 40) for n in range(0, 40, 2)]
    found = tree([a(n) for n in range(40)], cables, [])
    drawn = [one.node.id for one in found.placed] + [node.id for node in found.loose]
    assert sorted(drawn) == list(range(40))


@pytest.fixture
def wired_school(house: Actor, school: School, types: None, bring: Bring) -> None:
    """SW-9 below SW-8; behind SW-9 one outlet with an access point; a third switch without a cable."""
    for tag, category, model in (
        ("SW-7", "Switch", "S48 PoE"), ("SW-8", "Switch", "S48 PoE"), ("SW-9", "Switch", "S48 PoE"),
        ("AP-1", "Accesspoint", "Funk 6"),
    ):  # fmt: skip
        add_device(house, school, tag, category, model)
    bring(ONE.replace("SW-1", "SW-9"), TWO)
    with transaction() as session:
        ports = {
            tag: ports_at(session, ident)
            for tag, ident in session.execute(select(Device.asset_tag, Device.id))
        }
        outlet = tracing.port_of_outlet(session, 1)
        for one, other in ((ports["SW-8"][0], ports["SW-9"][47]), (ports["AP-1"][0], outlet)):
            met = tracing.nodes(session, [one, other])
            wiring.plug_in(session, met[one], met[other], by=house)


@pytest.mark.usefixtures("wired_school")
def test_the_picture_says_what_hangs_on_each_switch(
    session: Session, school: School, house: Actor, sign_in_as: Sign
) -> None:
    session.rollback()
    whole = queries.of_school(session, school)
    held = {one.node.tag: whole.at(one.node) for one in whole.tree.placed}
    assert held["SW-9"] == Hanging(cords=1, panels=1, outlets=1, points=1)
    assert held["SW-8"] == Hanging()
    assert (whole.outlets, whole.unpatched, whole.nowhere) == (2, 1, 0)
    client = sign_in_as(Role.COORDINATOR, school)
    page = client.get("/network/schools/115514/topology").get_data(as_text=True)
    assert "1 Patchfeld · 1 Dose · 1 Accesspoint" in page
    assert "kein Anschluss eingetragen" in page
    assert "Es ist nicht eingetragen, an welchem Gerät die Leitung ankommt" in page
    assert "1 von 2 Dosen sind nicht gepatcht" in page
    assert "style=" not in page
    with transaction() as writing:
        line = {"provider": "Ortsnetz", "down": 400, "router": "SW-8"}
        uplinks.add_uplink(writing, writing.merge(school), line, by=house)
    page = client.get("/network/schools/115514/topology").get_data(as_text=True)
    assert "topology__way--guessed" not in page
    assert re.search(r'href="/network/uplinks/\d+" aria-label="Ortsnetz, 400/\? Mbit/s"', page)


@pytest.mark.usefixtures("wired_school")
def test_another_school_does_not_see_the_plan(other_school: School, sign_in_as: Sign) -> None:
    client = sign_in_as(Role.COORDINATOR, other_school)
    assert client.get("/network/schools/115514/topology").status_code == 404
    own = client.get(f"/network/schools/{other_school.school_number}/topology").get_data(as_text=True)
    assert "SW-9" not in own


@pytest.mark.usefixtures("wired_school")
def test_a_plan_takes_as_many_statements_for_many_switches_as_for_one(
    session: Session, school: School, house: Actor
) -> None:
    def asked() -> int:
        session.rollback()
        assert school.id
        with statements() as sent:
            queries.of_school(session, school)
        return len(sent)

    before = asked()
    for number in range(20, 28):
        add_device(house, school, f"SW-{number}", "Switch", "S48 PoE")
    assert asked() == before > 0
