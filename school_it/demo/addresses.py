"""VLANs, subnets, a few fixed addresses and the line of each school of the invented town."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from school_it.access import Actor
from school_it.devices.models import Category, Device
from school_it.network.addresses import actions
from school_it.network.addresses.models import Subnet
from school_it.network.addresses.rules import Purpose, RangeUse
from school_it.network.uplinks import actions as uplinks
from school_it.schools.models import School

VLANS = (
    (10, "Verwaltung", Purpose.ADMINISTRATION, 24), (20, "Pädagogik", Purpose.TEACHING, 22),
    (30, "Gäste", Purpose.GUESTS, 22), (40, "Gebäudetechnik", Purpose.TECHNICAL, 24),
    (99, "Netzverwaltung", Purpose.MANAGEMENT, 24),
)  # fmt: skip
LINES = (
    (1000, 500, True, "199.90"),
    (1000, 200, True, "149.90"),
    (250, 40, False, "59.90"),
    (600, 300, True, "129.90"),
)
"""Mbit/s down and up, fibre, euros a month; of each school in turn."""
PROVIDER = "Stadtnetz Beispielstadt"
MOST_DEVICES = 4


def settle(session: Session, schools: Sequence[School], today: date, *, by: Actor) -> None:
    """After the devices. The last school but one has no line yet, as there is one in every town."""
    switches, printers = _equipment(session, "Switch"), _equipment(session, "Drucker")
    for place, school in enumerate(schools):
        subnets = _number(session, school, place, by)
        for number, devices in ((99, switches[school.id]), (10, printers[school.id])):
            for device in devices[:MOST_DEVICES]:
                values = {"device": device.asset_tag, "name": device.asset_tag}
                actions.give_address(session, school, values, subnet=subnets[number], by=by)
        if place != len(schools) - 2:
            _connect(session, school, place, switches[school.id], today, by)


def _equipment(session: Session, category: str) -> dict[int, list[Device]]:
    wanted = select(Device).join(Category, Category.id == Device.category_id)
    found: dict[int, list[Device]] = defaultdict(list)
    for device in session.scalars(wanted.where(Category.name == category).order_by(Device.id)):
        found[device.school_id or 0].append(device)
    return found


def _number(session: Session, school: School, place: int, by: Actor) -> dict[int, Subnet]:
    """By number of the VLAN its subnet."""
    subnets: dict[int, Subnet] = {}
    for number, name, purpose, prefix in VLANS:
        vlan = {"number": number, "name": name, "purpose": purpose}
        actions.add_vlan(session, school, vlan, by=by)
        base = f"10.{20 + place}.{number if number > 30 else (number - 10) * 8 // 10}"
        values = {"network": f"{base}.0/{prefix}", "gateway": f"{base}.1", "vlan": number}
        subnets[number] = actions.add_subnet(session, school, values, by=by)
        if purpose in (Purpose.TEACHING, Purpose.GUESTS):
            pool = {"first": f"{base}.100", "last": f"{base}.254", "use": RangeUse.DHCP}
            actions.add_range(session, subnets[number], pool, by=by)
    if place == 0:
        six = {"network": "2001:db8:20::/64", "gateway": "2001:db8:20::1", "vlan": 20}
        actions.add_subnet(session, school, six, by=by)
    return subnets


def _connect(
    session: Session, school: School, place: int, devices: Sequence[Device], today: date, by: Actor
) -> None:
    down, up, fibre, cost = LINES[place % len(LINES)]
    ends = date(today.year + 1 + place % 3, 6, 30)
    if place == 1:
        ends = today + timedelta(days=130)
    values = {
        "provider": PROVIDER, "contract_no": f"SN-{40100 + 7 * place}", "down": down, "up": up, "fibre": fibre,
        "ends_on": ends, "notice_on": ends - timedelta(days=92), "monthly_cost": Decimal(cost),
    }  # fmt: skip
    if devices and place % 3 != 2:
        values["router"] = devices[0].asset_tag
    uplinks.add_uplink(session, school, values, by=by)
