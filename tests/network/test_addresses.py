"""Addresses of a school: nothing overlaps, nothing is given twice, and the next free one is free."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_address, ip_network
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from school_it.access import Actor, Role
from school_it.database import db, transaction
from school_it.errors import BadValue, RuleBroken, SchoolItError
from school_it.network.addresses import actions, queries, rules
from school_it.network.addresses.models import FixedAddress, Subnet
from school_it.network.addresses.rules import Purpose, RangeUse, Span
from school_it.schools.models import School
from tests.asked import statements
from tests.network.conftest import ONE, Bring

Sign = Callable[..., FlaskClient]


@pytest.fixture
def subnet(house: Actor, school: School) -> int:
    """10.20.0.0/29 with a gateway: five addresses are left for devices."""
    with transaction() as session:
        here = session.merge(school)
        vlan = {"number": 20, "name": "Pädagogik", "purpose": Purpose.TEACHING}
        actions.add_vlan(session, here, vlan, by=house)
        values = {"network": "10.20.0.0/29", "gateway": "10.20.0.1", "vlan": 20}
        return actions.add_subnet(session, here, values, by=house).id


def add(school: School, house: Actor, network: str, **values: Any) -> int:
    with transaction() as session:
        wanted = {"network": network, **values}
        return actions.add_subnet(session, session.merge(school), wanted, by=house).id


def give(school: School, house: Actor, address: str | None = None, subnet: int | None = None) -> str:
    with transaction() as session:
        at = session.get(Subnet, subnet) if subnet else None
        wanted = {"address": address, "name": f"Drucker {address}"}
        return actions.give_address(session, session.merge(school), wanted, subnet=at, by=house).address


@settings(max_examples=60, deadline=None)
@given(
    prefix=st.integers(24, 32),
    taken=st.lists(st.integers(0, 255), max_size=40),
    ranges=st.lists(st.tuples(st.integers(0, 255), st.integers(0, 60)), max_size=4),
)
def test_the_next_free_address_is_the_first_that_nobody_has(
    prefix: int, taken: list[int], ranges: list[tuple[int, int]]
) -> None:
    net = ip_network((int(ip_address("10.0.0.0")), prefix))
    start = int(net[0])
    spans = [Span(start + one, start + one) for one in taken]
    spans += [Span(start + first, start + first + more) for first, more in ranges]
    own = rules.own_addresses(net)
    free = [one for one in net if one not in own and not any(s.first <= int(one) <= s.last for s in spans)]
    assert rules.next_free(net, spans) == (free[0] if free else None)


@settings(max_examples=40, deadline=None)
@given(
    prefix=st.integers(24, 30),
    fixed=st.lists(st.integers(0, 255), max_size=20),
    ranges=st.lists(st.tuples(st.integers(0, 255), st.integers(0, 60)), max_size=3),
)
def test_every_address_of_a_subnet_is_counted_once(
    prefix: int, fixed: list[int], ranges: list[tuple[int, int]]
) -> None:
    net = ip_network((int(ip_address("10.0.0.0")), prefix))
    start, last = int(net[0]), int(net[-1])
    spans = [
        Span(start + first, min(last, start + first + more))
        for first, more in ranges
        if start + first <= last
    ]
    inside = [net[one] for one in fixed if one < net.num_addresses]
    use = rules.use_of(net, fixed=inside, ranges=spans, gateway=net[1])
    assert use.usable == net.num_addresses - 2 == use.fixed + use.ranges + use.parts + use.free
    assert min(use) >= 0


def test_addresses_of_both_kinds_are_in_order_as_text() -> None:
    addresses = [
        ip_address(one) for one in ("9.0.0.1", "10.0.0.1", "10.0.0.10", "::1", "2001:db8::a", "fe80::1")
    ]
    keys = [rules.key_of(one) for one in addresses]
    assert keys == sorted(keys)
    assert [rules.of_key(key) for key in keys] == addresses


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("10.20.0.5/22", "Das Netz heißt 10.20.0.0/22"),
        ("10.20.0.0", "nennt keine Größe"),
        ("zehn/22", "ist kein Netz"),
        ("2001:db8::5/64", "Das Netz heißt 2001:db8::/64"),
    ],
)
def test_what_is_no_network_is_told_with_its_right_spelling(text: str, sentence: str) -> None:
    with pytest.raises(BadValue, match=sentence):
        rules.read_network(text)


@pytest.mark.parametrize(
    ("text", "number"),
    [("20", 20), ("VLAN 20", 20), ("vlan020", 20), ("20 Pädagogik", 20), ("Gäste", None), ("9999", None)],
)
def test_the_words_of_an_outlet_name_a_vlan(text: str, number: int | None) -> None:
    assert rules.vlan_number(text) == number


def test_the_next_free_address_skips_gateway_dhcp_and_what_is_given(
    house: Actor, school: School, subnet: int
) -> None:
    with transaction() as session:
        at = session.get_one(Subnet, subnet)
        dhcp = {"first": "10.20.0.2", "last": "10.20.0.3", "use": RangeUse.DHCP}
        actions.add_range(session, at, dhcp, by=house)
    assert give(school, house, "10.20.0.4") == "10.20.0.4"
    assert give(school, house, subnet=subnet) == "10.20.0.5"
    assert give(school, house, subnet=subnet) == "10.20.0.6"
    with pytest.raises(RuleBroken, match="keine Adresse mehr frei"):
        give(school, house, subnet=subnet)


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("10.20.0.0", "die Adresse des Netzes"),
        ("10.20.0.7", "Rundrufadresse"),
        ("10.20.0.3", "DHCP-Bereich"),
        ("10.20.0.4", "hat schon Drucker"),
        ("10.21.0.4", "in keinem Teilnetz"),
        ("10.20.0.400", "ist keine Adresse"),
    ],
)
def test_an_address_that_no_device_may_have_is_refused_with_its_reason(
    house: Actor, school: School, subnet: int, address: str, sentence: str
) -> None:
    with transaction() as session:
        dhcp = {"first": "10.20.0.2", "last": "10.20.0.3", "use": RangeUse.DHCP}
        actions.add_range(session, session.get_one(Subnet, subnet), dhcp, by=house)
    give(school, house, "10.20.0.4")
    with pytest.raises(SchoolItError, match=sentence):
        give(school, house, address)


def test_a_dhcp_range_does_not_cover_an_address_that_is_given(
    house: Actor, school: School, subnet: int
) -> None:
    give(school, house, "10.20.0.4")
    values = {"first": "10.20.0.2", "last": "10.20.0.5", "use": RangeUse.DHCP}
    with transaction() as session, pytest.raises(RuleBroken, match=r"hat Drucker 10\.20\.0\.4 die feste"):
        actions.add_range(session, session.get_one(Subnet, subnet), values, by=house)


@pytest.mark.usefixtures("subnet")
def test_overlapping_subnets_of_two_schools_are_refused_by_name_unless_they_are_apart(
    house: Actor, school: School, other_school: School, session: Session
) -> None:
    with pytest.raises(RuleBroken, match=f"überschneidet sich mit 10.20.0.0/29 der Schule {school.label}"):
        add(other_school, house, "10.20.0.0/16")
    add(other_school, house, "10.20.0.0/16", is_separate=True)
    with pytest.raises(RuleBroken, match="gibt es an dieser Schule schon"):
        add(school, house, "10.20.0.0/29")
    assert session.scalar(select(func.count()).select_from(Subnet)) == 2


def test_a_part_of_a_wider_subnet_is_not_given_out_from_the_wider_one(
    house: Actor, school: School, subnet: int
) -> None:
    wide = add(school, house, "10.20.0.0/24")
    assert give(school, house, subnet=wide) == "10.20.0.8"
    assert give(school, house, subnet=subnet) == "10.20.0.2"
    with transaction() as session:
        held = {one.subnet.network: one.use for one in queries.held(session, school.id)}
    assert held["10.20.0.0/24"] == (254, 1, 0, 7, 246)
    assert held["10.20.0.0/29"].free == 4


def test_a_subnet_stays_while_an_address_would_be_homeless(
    house: Actor, school: School, subnet: int, session: Session
) -> None:
    give(school, house, "10.20.0.4")
    with transaction() as writing, pytest.raises(RuleBroken, match=r"10\.20\.0\.4 .* in keinem Teilnetz"):
        actions.remove_subnet(writing, writing.get_one(Subnet, subnet), by=house)
    with transaction() as writing, pytest.raises(RuleBroken, match=r"10\.20\.0\.4 .* in keinem Teilnetz"):
        actions.change_subnet(writing, writing.get_one(Subnet, subnet), {"network": "10.20.0.0/30"}, by=house)
    add(school, house, "10.20.0.0/24")
    with transaction() as writing:
        actions.remove_subnet(writing, writing.get_one(Subnet, subnet), by=house)
    assert list(session.scalars(select(Subnet.network))) == ["10.20.0.0/24"]


def test_ipv6_has_a_next_free_address_too(house: Actor, school: School) -> None:
    ident = add(school, house, "2001:db8:1::/64", gateway="2001:db8:1::1")
    assert give(school, house, subnet=ident) == "2001:db8:1::2"
    assert give(school, house, "2001:0db8:0001::0003") == "2001:db8:1::3"
    assert give(school, house, subnet=ident) == "2001:db8:1::4"


def test_of_many_who_want_the_next_free_address_at_once_each_gets_another(
    app: Flask, house: Actor, school: School, subnet: int
) -> None:
    def one(_turn: int) -> str:
        with app.app_context():
            try:
                return give(school, house, subnet=subnet)
            except SchoolItError as problem:
                return str(type(problem).__name__)
            finally:
                db.session.remove()

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(one, range(8)))
    assert sorted(found) == [
        "10.20.0.2",
        "10.20.0.3",
        "10.20.0.4",
        "10.20.0.5",
        "10.20.0.6",
        *["RuleBroken"] * 3,
    ]


def test_a_subnet_is_entered_and_an_address_given_on_the_pages(school: School, sign_in_as: Sign) -> None:
    client = sign_in_as(Role.COORDINATOR, school)
    vlan = {"number": "30", "name": "Verwaltung", "purpose": "administration"}
    assert client.post("/network/schools/115514/vlans/new", data=vlan).status_code == 302
    twice = client.post("/network/schools/115514/vlans/new", data=vlan)
    assert "Das VLAN 30 gibt es an dieser Schule schon: Verwaltung." in twice.get_data(as_text=True)
    made = client.post(
        "/network/schools/115514/subnets/new", data={"network": "10.30.0.0/24", "vlan": "30", "gateway": ""}
    )
    page = client.get(made.location).get_data(as_text=True)
    assert "254 von 254 frei" in page
    ident = made.location.rsplit("/", 1)[1]
    form = client.get(f"/network/schools/115514/addresses/new?subnet={ident}").get_data(as_text=True)
    assert 'value="10.30.0.1"' in form
    values = {"address": "10.30.0.1", "name": "Drucker Sekretariat"}
    client.post(f"/network/schools/115514/addresses/new?subnet={ident}", data=values)
    here = client.get("/network/schools/115514/addresses").get_data(as_text=True)
    assert "253 von 254 frei" in here
    assert "10.30.0.2" in here
    assert "Drucker Sekretariat" in client.get("/network/addresses?q=10.30").get_data(as_text=True)


def test_another_school_sees_no_address_and_no_name(
    house: Actor, school: School, other_school: School, subnet: int, sign_in_as: Sign
) -> None:
    give(school, house, "10.20.0.4")
    client = sign_in_as(Role.COORDINATOR, other_school)
    for path in (f"/network/subnets/{subnet}", "/network/schools/115514/addresses", "/network/vlans/1"):
        assert client.get(path).status_code == 404, path
    assert "10.20.0.4" not in client.get("/network/addresses").get_data(as_text=True)
    refused = client.post(
        f"/network/schools/{other_school.school_number}/subnets/new", data={"network": "10.20.0.0/24"}
    ).get_data(as_text=True)
    assert "überschneidet sich mit dem Netz einer anderen Schule" in refused
    assert school.label not in refused


def test_the_vlan_of_an_outlet_leads_to_the_vlan_of_the_school(
    bring: Bring, subnet: int, session: Session, sign_in_as: Sign, school: School
) -> None:
    bring(ONE)
    client = sign_in_as(Role.COORDINATOR, school)
    listed = client.get("/network?school=115514").get_data(as_text=True)
    outlet = listed.split("/network/outlets/")[2].split('"')[0]
    vlan = session.get_one(Subnet, subnet).vlan_id
    assert f'<a href="/network/vlans/{vlan}">20 Pädagogik</a>' in client.get(
        f"/network/outlets/{outlet}"
    ).get_data(as_text=True)
    assert ">1</a>" in client.get(f"/network/vlans/{vlan}").get_data(as_text=True)


def test_the_page_of_a_school_takes_as_many_statements_for_many_addresses_as_for_one(
    house: Actor, school: School, subnet: int, session: Session
) -> None:
    ident = school.id

    def asked() -> int:
        with statements() as sent:
            session.rollback()
            queries.held(session, ident)
        return len(sent)

    one = asked()
    session.rollback()
    for third in range(21, 29):
        give(school, house, subnet=add(school, house, f"10.{third}.0.0/24"))
    assert asked() == one <= 4


def test_what_happened_to_an_address_is_kept(
    house: Actor, school: School, subnet: int, session: Session
) -> None:
    address = give(school, house, subnet=subnet)
    with transaction() as writing:
        found = writing.scalars(select(FixedAddress)).one()
        actions.change_address(writing, found, {"address": address, "name": "Kopierer"}, by=house)
        actions.free_address(writing, found, by=house)
    assert session.scalar(select(func.count()).select_from(FixedAddress)) == 0
    assert give(school, house, subnet=subnet) == address
