"""What is done with VLANs, subnets, ranges and fixed addresses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from school_it import audit
from school_it.access import Actor, May
from school_it.audit import Action
from school_it.database import expect_version
from school_it.errors import N_, BadValue, Refused, RuleBroken, Sentence, about
from school_it.network import own_devices
from school_it.network import queries as network_queries
from school_it.network.addresses import queries, rules
from school_it.network.addresses.models import AddressRange, FixedAddress, Subnet, Vlan
from school_it.network.addresses.rules import Clash, RangeUse
from school_it.schools import queries as school_queries
from school_it.schools.models import School

VLAN_FIELDS = ("number", "name", "purpose", "remark")
SUBNET_FIELDS = ("network", "first_key", "last_key", "gateway", "vlan_id", "is_separate", "remark")
ADDRESS_FIELDS = ("address", "address_key", "name", "device_id", "remark")

NO_NAME = N_("Bitte einen Namen oder ein Gerät zu der Adresse eintragen.")


# --- VLANs ---


def add_vlan(session: Session, school: School, values: Mapping[str, Any], *, by: Actor) -> Vlan:
    """`values`: number, name, purpose, remark. Raises BadValue, RuleBroken for a number that is taken."""
    by.must(May.EDIT_NETWORK, school.id)
    network_queries.lock_schools(session, [school.id])
    _refuse_known_vlan(session, school.id, values["number"])
    vlan = Vlan(school_id=school.id, **{name: values.get(name) for name in VLAN_FIELDS})
    session.add(vlan)
    session.flush()
    audit.record(session, Action.VLAN_ADDED, vlan, by=by, changes=audit.whole(vlan))
    return vlan


def change_vlan(
    session: Session, vlan: Vlan, values: Mapping[str, Any], *, version: int | None = None, by: Actor
) -> None:
    by.must(May.EDIT_NETWORK, vlan.school_id)
    expect_version(vlan, version)
    network_queries.lock_schools(session, [vlan.school_id])
    _refuse_known_vlan(session, vlan.school_id, values.get("number", vlan.number), but=vlan.id)
    changes = audit.assign(vlan, values, VLAN_FIELDS)
    if changes:
        audit.record(session, Action.VLAN_CHANGED, vlan, by=by, changes=changes)


def remove_vlan(session: Session, vlan: Vlan, *, by: Actor) -> None:
    """Its subnets stay, without a VLAN."""
    by.must(May.EDIT_NETWORK, vlan.school_id)
    for subnet in session.scalars(select(Subnet).where(Subnet.vlan_id == vlan.id)):
        changes = audit.assign(subnet, {"vlan_id": None}, SUBNET_FIELDS)
        audit.record(session, Action.SUBNET_CHANGED, subnet, by=by, changes=changes)
    session.flush()
    audit.record(session, Action.VLAN_REMOVED, vlan, by=by, changes=audit.whole(vlan, gone=True))
    session.delete(vlan)


def _refuse_known_vlan(session: Session, school_id: int, number: int, *, but: int | None = None) -> None:
    if not rules.LOWEST_VLAN <= number <= rules.HIGHEST_VLAN:
        raise BadValue(
            N_("Ein VLAN hat eine Nummer von %(lowest)s bis %(highest)s."),
            lowest=rules.LOWEST_VLAN,
            highest=rules.HIGHEST_VLAN,
        )
    known = queries.find_vlan(session, school_id, number)
    if known is not None and known.id != but:
        raise RuleBroken(
            N_("Das VLAN %(number)s gibt es an dieser Schule schon: %(name)s."),
            number=number,
            name=known.name,
        )


# --- subnets ---


def add_subnet(session: Session, school: School, values: Mapping[str, Any], *, by: Actor) -> Subnet:
    """`values`: network as text, gateway as text or None, vlan (its number) or None, is_separate, remark.

    Raises BadValue for what is no network, RuleBroken where another subnet is in the way.
    """
    by.must(May.EDIT_NETWORK, school.id)
    wanted = _checked_subnet(session, school.id, values, by=by)
    subnet = Subnet(school_id=school.id, **wanted)
    session.add(subnet)
    session.flush()
    audit.record(session, Action.SUBNET_ADDED, subnet, by=by, changes=audit.whole(subnet))
    return subnet


def change_subnet(
    session: Session, subnet: Subnet, values: Mapping[str, Any], *, version: int | None = None, by: Actor
) -> None:
    """What lies in it has to lie in it afterwards, or in another subnet. Raises as `add_subnet`."""
    by.must(May.EDIT_NETWORK, subnet.school_id)
    expect_version(subnet, version)
    wanted = _checked_subnet(session, subnet.school_id, values, but=subnet, by=by)
    first, last = wanted["first_key"], wanted["last_key"]
    for one in queries.ranges_in(session, subnet.school_id).get(subnet.id, []):
        if one.first_key < first or one.last_key > last:
            raise RuleBroken(
                N_("Der Bereich %(first)s – %(last)s läge außerhalb. Bitte zuerst den Bereich löschen."),
                first=one.first,
                last=one.last,
            )
    _refuse_homeless(session, subnet, (first, last))
    changes = audit.assign(subnet, wanted, SUBNET_FIELDS)
    if changes:
        audit.record(session, Action.SUBNET_CHANGED, subnet, by=by, changes=changes)


def remove_subnet(session: Session, subnet: Subnet, *, by: Actor) -> None:
    """With its ranges. Raises RuleBroken while an address lies in it and in no other subnet."""
    by.must(May.EDIT_NETWORK, subnet.school_id)
    network_queries.lock_schools(session, [subnet.school_id])
    _refuse_homeless(session, subnet, None)
    for one in queries.ranges_in(session, subnet.school_id).get(subnet.id, []):
        remove_range(session, one, by=by)
    session.flush()
    audit.record(session, Action.SUBNET_REMOVED, subnet, by=by, changes=audit.whole(subnet, gone=True))
    session.delete(subnet)


def _refuse_homeless(session: Session, subnet: Subnet, kept: tuple[str, str] | None) -> None:
    """Every address of the subnet lies in what is `kept` of it (first and last key), or in another subnet."""
    others = [
        (one.first_key, one.last_key)
        for one in queries.subnets_of(session, subnet.school_id)
        if one.id != subnet.id
    ]
    homes = [*others, *([kept] if kept else [])]
    for one in session.scalars(queries.within(subnet).order_by(FixedAddress.address_key)):
        if not any(first <= one.address_key <= last for first, last in homes):
            raise RuleBroken(
                N_(
                    "%(address)s (%(name)s) stünde dann in keinem Teilnetz. Bitte zuerst diese Adresse ändern."
                ),
                address=one.address,
                name=one.name,
            )


def _checked_subnet(
    session: Session, school_id: int, values: Mapping[str, Any], *, but: Subnet | None = None, by: Actor
) -> dict[str, Any]:
    """The columns of a subnet; all schools are locked, for each may have the same addresses in mind."""
    network_queries.lock_schools(session, school_queries.ids_by_number(session).values())
    with about("network"):
        net = rules.read_network(values.get("network") or "")
    with about("gateway"):
        gateway = _gateway(net, values.get("gateway"))
    first, last = rules.keys_of(net)
    separate = bool(values.get("is_separate"))
    _refuse_overlap(session, school_id, net, separate=separate, but=but, by=by)
    return {
        "network": str(net), "first_key": first, "last_key": last, "gateway": gateway,
        "vlan_id": _vlan_id(session, school_id, values.get("vlan")), "is_separate": separate,
        "remark": values.get("remark"),
    }  # fmt: skip


def _refuse_overlap(
    session: Session, school_id: int, net: rules.Network, *, separate: bool, but: Subnet | None, by: Actor
) -> None:
    for other in queries.overlapping(session, net, but=but.id if but else None):
        same_school = other.school_id == school_id
        if not same_school and (separate or other.is_separate):
            continue
        found = rules.clash(net, other.net, same_school=same_school)
        if found is Clash.SAME and same_school:
            raise RuleBroken(N_("Das Teilnetz %(network)s gibt es an dieser Schule schon."), network=str(net))
        if found is not None and by.scope(May.SEE_NETWORK).holds(other.school_id):
            raise RuleBroken(
                N_(
                    "%(network)s überschneidet sich mit %(other)s der Schule %(school)s. Getrennt? Dann ankreuzen."
                ),
                network=str(net), other=other.network, school=other.school.label,
            )  # fmt: skip
        if found is not None:
            raise RuleBroken(
                N_(
                    "%(network)s überschneidet sich mit dem Netz einer anderen Schule. Bitte den Schulträger fragen."
                ),
                network=str(net),
            )


def _gateway(net: rules.Network, text: str | None) -> str | None:
    if not text:
        return None
    gateway = rules.read_address(text)
    wrong = rules.why_no_gateway(net, gateway)
    if wrong is not None:
        raise BadValue(wrong.text, **wrong.values)
    return str(gateway)


def _vlan_id(session: Session, school_id: int, number: int | None) -> int | None:
    if number is None:
        return None
    vlan = queries.find_vlan(session, school_id, number)
    if vlan is None:
        raise BadValue(N_("Das VLAN %(number)s hat die Schule nicht."), number=number)
    return vlan.id


# --- ranges that are not given out ---


def add_range(session: Session, subnet: Subnet, values: Mapping[str, Any], *, by: Actor) -> AddressRange:
    """`values`: first, last as text, use, remark. Raises BadValue, RuleBroken for what is in the way."""
    by.must(May.EDIT_NETWORK, subnet.school_id)
    network_queries.lock_schools(session, [subnet.school_id])
    with about("first"):
        first = rules.read_address(values["first"] or "")
    with about("last"):
        last = rules.read_address(values["last"] or "")
    net = subnet.net
    if first.version != net.version or last.version != net.version or first not in net or last not in net:
        raise BadValue(N_("Der Bereich liegt nicht ganz in %(network)s."), network=subnet.network)
    keys = rules.key_of(first), rules.key_of(last)
    if keys[0] > keys[1]:
        raise BadValue(N_("Der Bereich endet vor seinem Anfang. Bitte beide Adressen tauschen."))
    _refuse_taken_range(session, subnet, keys, values["use"])
    made = AddressRange(
        subnet_id=subnet.id, first=str(first), last=str(last), first_key=keys[0], last_key=keys[1], use=values["use"],
        remark=values.get("remark"),
    )  # fmt: skip
    session.add(made)
    session.flush()
    audit.record(session, Action.ADDRESS_RANGE_ADDED, made, by=by, changes=audit.whole(made))
    return made


def _refuse_taken_range(session: Session, subnet: Subnet, keys: tuple[str, str], use: RangeUse) -> None:
    first, last = keys
    for several in queries.ranges_in(session, subnet.school_id).values():
        for one in several:
            if one.first_key <= last and one.last_key >= first:
                raise RuleBroken(
                    N_("Der Bereich überschneidet sich mit %(first)s – %(last)s."),
                    first=one.first,
                    last=one.last,
                )
    for other in queries.subnets_of(session, subnet.school_id):
        inner = subnet.first_key <= other.first_key and other.last_key <= subnet.last_key
        if other.id != subnet.id and inner and other.first_key <= last and other.last_key >= first:
            raise RuleBroken(
                N_("Dort liegt das Teilnetz %(network)s. Bitte den Bereich bei diesem Teilnetz eintragen."),
                network=other.network,
            )
    if use is RangeUse.DHCP:
        held = queries.within(subnet).where(FixedAddress.address_key.between(first, last))
        one_held = session.scalars(held.order_by(FixedAddress.address_key).limit(1)).first()
        if one_held is not None:
            raise RuleBroken(
                N_("In dem Bereich hat %(name)s die feste Adresse %(address)s."),
                name=one_held.name,
                address=one_held.address,
            )


def remove_range(session: Session, found: AddressRange, *, by: Actor) -> None:
    by.must(May.EDIT_NETWORK, found.subnet.school_id)
    changes = audit.whole(found, gone=True)
    audit.record(session, Action.ADDRESS_RANGE_REMOVED, found, by=by, changes=changes)
    session.delete(found)


# --- fixed addresses ---


def give_address(
    session: Session, school: School, values: Mapping[str, Any], *, subnet: Subnet | None = None, by: Actor
) -> FixedAddress:
    """`values`: address as text or None for the next free one of `subnet`; name, device (inventory number), remark.

    Two at once cannot get the same: the school is locked, and the second is told who was faster. Raises BadValue,
    RuleBroken.
    """
    by.must(May.EDIT_NETWORK, school.id)
    network_queries.lock_schools(session, [school.id])
    wanted = _checked_address(session, school, values, subnet=subnet, by=by)
    given = FixedAddress(school_id=school.id, **wanted)
    session.add(given)
    session.flush()
    audit.record(session, Action.ADDRESS_GIVEN, given, by=by, changes=audit.whole(given))
    return given


def change_address(
    session: Session,
    found: FixedAddress,
    values: Mapping[str, Any],
    *,
    version: int | None = None,
    by: Actor,
) -> None:
    by.must(May.EDIT_NETWORK, found.school_id)
    expect_version(found, version)
    network_queries.lock_schools(session, [found.school_id])
    wanted = _checked_address(session, found.school, values, but=found, by=by)
    changes = audit.assign(found, wanted, ADDRESS_FIELDS)
    if changes:
        audit.record(session, Action.ADDRESS_CHANGED, found, by=by, changes=changes)


def free_address(session: Session, found: FixedAddress, *, by: Actor) -> None:
    by.must(May.EDIT_NETWORK, found.school_id)
    audit.record(session, Action.ADDRESS_FREED, found, by=by, changes=audit.whole(found, gone=True))
    session.delete(found)


def _checked_address(
    session: Session, school: School, values: Mapping[str, Any], *, subnet: Subnet | None = None,
    but: FixedAddress | None = None, by: Actor,
) -> dict[str, Any]:  # fmt: skip
    with about("device"):
        device = own_devices.at_school(session, school.id, values.get("device"), by=by)
    name = (values.get("name") or "").strip() or (device.asset_tag if device else "")
    if not name:
        raise Refused([("name", Sentence(NO_NAME))])
    with about("address"):
        address = rules.read_address(values.get("address") or _next_free(session, school, subnet))
    key = rules.key_of(address)
    if but is None or key != but.address_key:
        _refuse_not_free(session, school, address, key)
    return {
        "address": str(address), "address_key": key, "name": name, "device_id": device.ident if device else None,
        "remark": values.get("remark"),
    }  # fmt: skip


def _next_free(session: Session, school: School, subnet: Subnet | None) -> str:
    if subnet is None:
        raise BadValue(N_("Bitte eine Adresse eintragen."))
    found = next(one for one in queries.held(session, school.id) if one.subnet.id == subnet.id)
    if found.next_free is None:
        raise RuleBroken(N_("In %(network)s ist keine Adresse mehr frei."), network=subnet.network)
    return str(found.next_free)


def _refuse_not_free(session: Session, school: School, address: rules.Address, key: str) -> None:
    known = queries.find_address(session, school.id, key)
    if known is not None:
        raise RuleBroken(N_("%(address)s hat schon %(name)s."), address=str(address), name=known.name)
    subnet = queries.around(session, school.id, key)
    held = queries.range_around(session, school.id, key)
    pool = (held.first, held.last) if held is not None and held.use is RangeUse.DHCP else None
    wrong = rules.why_not(address, subnet.net if subnet else None, pool)
    if wrong is not None:
        raise RuleBroken(wrong.text, **wrong.values)
