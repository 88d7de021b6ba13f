"""Finding VLANs, subnets and addresses; `seen_by` narrows each to what that person may see."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import RowMapping, Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from school_it.access import Actor, May
from school_it.devices.models import Device
from school_it.errors import N_, NotThere
from school_it.network.addresses import pools, rules
from school_it.network.addresses.models import AddressRange, FixedAddress, Subnet, Vlan
from school_it.network.addresses.rules import Address, Span
from school_it.network.models import Outlet
from school_it.schools.models import School

MOST_READ = 100_000


@dataclass(frozen=True)
class Wish:
    """What the list of addresses is narrowed to."""

    text: str = ""
    school_number: str | None = None


def addresses(wish: Wish, *, seen_by: Actor) -> Select[FixedAddress]:
    """Not ordered: `web.lists.slice_of` does that, by `address_key`."""
    rows = (
        select(FixedAddress)
        .join(School, School.id == FixedAddress.school_id)
        .outerjoin(Device, Device.id == FixedAddress.device_id)
        .where(seen_by.scope(May.SEE_NETWORK).where(FixedAddress.school_id))
    )
    if wish.school_number:
        rows = rows.where(School.school_number == wish.school_number)
    for word in wish.text.split():
        texts = (FixedAddress.address, FixedAddress.name, Device.asset_tag, School.name, School.short_name)
        rows = rows.where(or_(*(column.icontains(word, autoescape=True) for column in texts)))
    return rows


def within(subnet: Subnet) -> Select[FixedAddress]:
    """The addresses that lie in a subnet, those of its parts too."""
    return select(FixedAddress).where(
        FixedAddress.school_id == subnet.school_id,
        FixedAddress.address_key.between(subnet.first_key, subnet.last_key),
    )


def get_vlan(session: Session, ident: int, *, seen_by: Actor, may: May = May.SEE_NETWORK) -> Vlan:
    found = session.get(Vlan, ident)
    if found is None or not seen_by.scope(may).holds(found.school_id):
        raise NotThere(N_("Dieses VLAN gibt es hier nicht."))
    return found


def get_subnet(session: Session, ident: int, *, seen_by: Actor, may: May = May.SEE_NETWORK) -> Subnet:
    found = session.get(Subnet, ident)
    if found is None or not seen_by.scope(may).holds(found.school_id):
        raise NotThere(N_("Dieses Teilnetz gibt es hier nicht."))
    return found


def get_range(session: Session, ident: int, *, seen_by: Actor, may: May = May.SEE_NETWORK) -> AddressRange:
    found = session.get(AddressRange, ident)
    if found is None or not seen_by.scope(may).holds(found.subnet.school_id):
        raise NotThere(N_("Diesen Bereich gibt es hier nicht."))
    return found


def get_address(session: Session, ident: int, *, seen_by: Actor, may: May = May.SEE_NETWORK) -> FixedAddress:
    found = session.get(FixedAddress, ident)
    if found is None or not seen_by.scope(may).holds(found.school_id):
        raise NotThere(N_("Diese Adresse gibt es hier nicht."))
    return found


def find_vlan(session: Session, school_id: int, number: int) -> Vlan | None:
    return session.scalar(select(Vlan).where(Vlan.school_id == school_id, Vlan.number == number))


def vlan_of_outlet(session: Session, outlet: Outlet) -> Vlan | None:
    """The VLAN of the school that an outlet's words name, by number or by name."""
    if not outlet.vlan:
        return None
    number = rules.vlan_number(outlet.vlan)
    if number is not None:
        return find_vlan(session, outlet.school_id, number)
    named = func.lower(Vlan.name) == outlet.vlan.strip().lower()
    return session.scalar(select(Vlan).where(Vlan.school_id == outlet.school_id, named).limit(1))


def vlans_of(session: Session, school_id: int) -> Sequence[Vlan]:
    return session.scalars(select(Vlan).where(Vlan.school_id == school_id).order_by(Vlan.number)).all()


def subnets_of(session: Session, school_id: int) -> Sequence[Subnet]:
    """In the order of their addresses, the wider before its parts."""
    wanted = select(Subnet).where(Subnet.school_id == school_id)
    return session.scalars(wanted.order_by(Subnet.first_key, Subnet.last_key.desc())).all()


def outlets_by_vlan(session: Session, school_id: int) -> dict[int, int]:
    """By number of the VLAN how many outlets of the school name it."""
    rows = session.execute(
        select(Outlet.vlan, func.count())
        .where(Outlet.school_id == school_id, Outlet.vlan.is_not(None))
        .group_by(Outlet.vlan)
    )
    found: dict[int, int] = defaultdict(int)
    for text, count in rows:
        number = rules.vlan_number(text)
        if number is not None:
            found[number] += count
    return dict(found)


def overlapping(session: Session, network: rules.Network, *, but: int | None = None) -> Sequence[Subnet]:
    """The subnets of all schools that have an address in common with this one."""
    first, last = rules.keys_of(network)
    wanted = select(Subnet).where(Subnet.first_key <= last, Subnet.last_key >= first)
    if but is not None:
        wanted = wanted.where(Subnet.id != but)
    return session.scalars(wanted.order_by(Subnet.id)).all()


def around(session: Session, school_id: int, key: str, *, but: int | None = None) -> Subnet | None:
    """The narrowest subnet of the school that holds an address."""
    wanted = select(Subnet).where(
        Subnet.school_id == school_id, Subnet.first_key <= key, Subnet.last_key >= key
    )
    if but is not None:
        wanted = wanted.where(Subnet.id != but)
    return session.scalars(wanted.order_by(Subnet.first_key.desc(), Subnet.last_key).limit(1)).first()


def range_around(session: Session, school_id: int, key: str) -> AddressRange | None:
    wanted = (
        select(AddressRange)
        .join(Subnet, Subnet.id == AddressRange.subnet_id)
        .where(Subnet.school_id == school_id, AddressRange.first_key <= key, AddressRange.last_key >= key)
    )
    return session.scalars(wanted.limit(1)).first()


def find_address(session: Session, school_id: int, key: str) -> FixedAddress | None:
    wanted = select(FixedAddress).where(FixedAddress.school_id == school_id, FixedAddress.address_key == key)
    return session.scalar(wanted)


def ranges_in(session: Session, school_id: int) -> dict[int, list[AddressRange]]:
    """By subnet of the school its ranges in order."""
    rows = session.scalars(
        select(AddressRange)
        .join(Subnet, Subnet.id == AddressRange.subnet_id)
        .where(Subnet.school_id == school_id)
        .order_by(AddressRange.first_key)
    )
    found: dict[int, list[AddressRange]] = defaultdict(list)
    for one in rows:
        found[one.subnet_id].append(one)
    return found


def keys_in(session: Session, school_id: int) -> Sequence[str]:
    """The keys of the fixed addresses of a school, in order."""
    wanted = select(FixedAddress.address_key).where(FixedAddress.school_id == school_id)
    return session.scalars(wanted.order_by(FixedAddress.address_key).limit(MOST_READ)).all()


@dataclass(frozen=True)
class Held:
    """A subnet with what lies in it."""

    subnet: Subnet
    use: rules.Use
    ranges: Sequence[AddressRange]
    parts: Sequence[Subnet]
    fixed: Sequence[Address]
    next_free: Address | None


def held(session: Session, school_id: int) -> list[Held]:
    """The subnets of a school with their use: three statements, however many there are."""
    subnets = subnets_of(session, school_id)
    ranges, keys = ranges_in(session, school_id), keys_in(session, school_id)
    every_range = [one for several in ranges.values() for one in several]
    return [_held(one, subnets, ranges.get(one.id, []), every_range, keys) for one in subnets]


def _held(
    one: Subnet,
    subnets: Sequence[Subnet],
    own_ranges: Sequence[AddressRange],
    every_range: Iterable[AddressRange],
    keys: Sequence[str],
) -> Held:
    net = one.net
    parts = [
        other
        for other in subnets
        if other.id != one.id and one.first_key <= other.first_key and other.last_key <= one.last_key
    ]
    fixed = [rules.of_key(key) for key in keys if one.first_key <= key <= one.last_key]
    inside = [
        other.span for other in every_range if one.first_key <= other.first_key <= one.last_key
    ]  # those of parts lie in the parts, where they count once
    gateway = rules.read_address(one.gateway) if one.gateway else None
    spans = [part.span for part in parts]
    use = rules.use_of(net, fixed=fixed, ranges=inside, parts=spans, gateway=gateway)
    taken: list[Span] = [*spans, *inside, *map(rules.span, fixed)]
    if gateway is not None:
        taken.append(rules.span(gateway))
    return Held(one, use, own_ranges, parts, fixed, rules.next_free(net, taken))


def counts(session: Session, *, seen_by: Actor) -> dict[int, tuple[int, int, int]]:
    """By school how many VLANs, subnets and fixed addresses it has; three statements."""
    found: dict[int, list[int]] = defaultdict(lambda: [0, 0, 0])
    for place, column in enumerate((Vlan.school_id, Subnet.school_id, FixedAddress.school_id)):
        rows: Any = select(column, func.count()).where(seen_by.scope(May.SEE_NETWORK).where(column))
        for school_id, count in session.execute(rows.group_by(column)):
            found[school_id][place] = count
    return {school_id: (row[0], row[1], row[2]) for school_id, row in found.items()}


def rows_for_sheet(session: Session, *, seen_by: Actor, school_id: int | None = None) -> Sequence[RowMapping]:
    """Fixed addresses, each with the narrowest subnet around it and its VLAN, by the field names of the report."""
    inner = aliased(Subnet)
    holds = and_(
        inner.school_id == FixedAddress.school_id,
        inner.first_key <= FixedAddress.address_key,
        inner.last_key >= FixedAddress.address_key,
    )
    narrowest = (
        select(inner.id)
        .where(holds)
        .order_by(inner.first_key.desc(), inner.last_key)
        .limit(1)
        .correlate(FixedAddress)
        .scalar_subquery()
    )
    rows = (
        select(
            School.school_number, School.name.label("school"), FixedAddress.address, FixedAddress.name,
            Device.asset_tag.label("device"), Device.manufacturer, Device.model, Subnet.network, Subnet.gateway,
            Vlan.number.label("vlan"), Vlan.name.label("vlan_name"), Vlan.purpose, FixedAddress.remark,
        )
        .select_from(FixedAddress)
        .join(School, School.id == FixedAddress.school_id)
        .outerjoin(Device, Device.id == FixedAddress.device_id)
        .outerjoin(Subnet, Subnet.id == narrowest)
        .outerjoin(Vlan, Vlan.id == Subnet.vlan_id)
        .where(seen_by.scope(May.SEE_NETWORK).where(FixedAddress.school_id))
    )  # fmt: skip
    if school_id is not None:
        rows = rows.where(FixedAddress.school_id == school_id)
    return session.execute(rows.order_by(School.school_number, FixedAddress.address_key)).mappings().all()


def subnets_for_sheet(
    session: Session, *, seen_by: Actor, school_id: int | None = None
) -> Sequence[Mapping[str, Any]]:
    """VLANs and subnets of the schools: also VLANs without a subnet, and subnets without a VLAN."""
    scope = seen_by.scope(May.SEE_NETWORK)
    only = [] if school_id is None else [School.id == school_id]
    columns = (
        School.school_number, School.name.label("school"), Vlan.number.label("vlan"), Vlan.name.label("vlan_name"),
        Vlan.purpose, Subnet.network, Subnet.gateway, Subnet.is_separate, Subnet.remark, Subnet.id.label("subnet_id"),
    )  # fmt: skip
    of_subnets = (
        select(*columns)
        .select_from(Subnet)
        .join(School, School.id == Subnet.school_id)
        .outerjoin(Vlan, Vlan.id == Subnet.vlan_id)
        .where(scope.where(Subnet.school_id), *only)
        .order_by(School.school_number, Subnet.first_key, Subnet.last_key.desc())
    )
    bare = (
        select(*columns)
        .select_from(Vlan)
        .join(School, School.id == Vlan.school_id)
        .outerjoin(Subnet, Subnet.vlan_id == Vlan.id)
        .where(scope.where(Vlan.school_id), Subnet.id.is_(None), *only)
        .order_by(School.school_number, Vlan.number)
    )
    rows = [dict(row) for wanted in (of_subnets, bare) for row in session.execute(wanted).mappings()]
    dhcp = pools.by_subnet(session, {row["school_number"] for row in rows})
    for row in rows:
        row["dhcp"] = pools.shown(dhcp.get(row.pop("subnet_id"), ()))
    return sorted(rows, key=lambda row: row["school_number"])
