"""What is done with outlets: entered, changed, patched."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from school_it import audit
from school_it.access import Actor, May
from school_it.audit import Action
from school_it.database import expect_version
from school_it.devices import numbers
from school_it.errors import N_, BadValue, Refused, RuleBroken, Sentence
from school_it.network import patching, queries
from school_it.network.models import Outlet
from school_it.network.rules import Place
from school_it.network.wiring import joining, places
from school_it.network.wiring.tracing import Node
from school_it.schools import queries as school_queries
from school_it.schools.models import School

FIELDS = (
    "outlet", "room_id", "rack", "panel", "panel_port", "switch", "switch_port", "vlan", "connected", "measured_on",
    "remark",
)  # fmt: skip


def add_outlet(session: Session, school: School, values: Mapping[str, Any], *, by: Actor) -> Outlet:
    """`values` with `room`, the number of a room of the school. Raises BadValue, RuleBroken where a port is taken."""
    by.must(May.EDIT_NETWORK, school.id)
    wanted = _checked(session, school, values, ident="new", by=by)
    if queries.find_outlet(session, school.id, wanted["outlet"]) is not None:
        raise RuleBroken(_TAKEN, outlet=wanted["outlet"]).at("outlet")
    outlet = Outlet(school_id=school.id, **{name: wanted.get(name) for name in FIELDS})
    session.add(outlet)
    audit.record(session, Action.OUTLET_ADDED, outlet, by=by, changes=audit.differences(outlet, FIELDS))
    _join(session, outlet, by=by)
    return outlet


def change_outlet(
    session: Session, outlet: Outlet, values: Mapping[str, Any], *, version: int | None = None, by: Actor
) -> None:
    """`values` as for `add_outlet`; an outlet stays at its school."""
    by.must(May.EDIT_NETWORK, outlet.school_id)
    expect_version(outlet, version)
    wanted = _checked(session, outlet.school, values, ident=outlet.id, by=by)
    known = queries.find_outlet(session, outlet.school_id, wanted["outlet"])
    if known is not None and known.id != outlet.id:
        raise RuleBroken(_TAKEN, outlet=wanted["outlet"]).at("outlet")
    changes = audit.assign(outlet, wanted, FIELDS)
    if changes:
        audit.record(session, Action.OUTLET_CHANGED, outlet, by=by, changes=changes)
        _join(session, outlet, by=by)


def patch(session: Session, outlet: Outlet, port: Node, *, version: int | None = None, by: Actor) -> None:
    """Plug an outlet's patch cord into this port of a switch, wherever it was before. Raises RuleBroken."""
    if port.device is None or not port.is_switching:
        raise RuleBroken(N_("%(port)s ist kein Port eines Switch."), port=port.label)
    values = {"switch": port.device, "switch_port": port.port}
    change_outlet(session, outlet, _with(outlet, values), version=version, by=by)


def unpatch(session: Session, outlet: Outlet, *, version: int | None = None, by: Actor) -> None:
    """Pull an outlet's patch cord; what is in the wall stays."""
    values = {"switch": None, "switch_port": None}
    change_outlet(session, outlet, _with(outlet, values), version=version, by=by)


def _with(outlet: Outlet, values: Mapping[str, Any]) -> dict[str, Any]:
    stored = {name: getattr(outlet, name) for name in FIELDS if name != "room_id"}
    return {**stored, "room": outlet.room.room, **values}


def _join(session: Session, outlet: Outlet, *, by: Actor) -> None:
    """The rack and panel that it names come to be; what it says is plugged."""
    session.flush()
    places.settle(session, places.named([outlet]), by=by)
    joining.join_outlets(session, [outlet.id])


_TAKEN = N_("Die Dose %(outlet)s gibt es an dieser Schule schon.")


def _checked(
    session: Session, school: School, values: Mapping[str, Any], *, ident: int | str, by: Actor
) -> dict[str, Any]:
    """The values with the id of the room, the switch spelt as its device; under the lock of the school."""
    if not values.get("outlet"):
        raise BadValue(N_("Eine Netzwerkdose braucht eine Nummer.")).at("outlet")
    queries.lock_schools(session, [school.id])
    room = school_queries.find_room(session, school.id, values.get("room") or "")
    if room is None:
        said = N_("Den Raum %(room)s hat die Schule nicht. Bitte den Raum berichtigen oder zuerst anlegen.")
        raise Refused([("room", Sentence(said, room=values.get("room") or ""))])
    wanted = {**values, "room_id": room.id}
    device = queries.switches(session, [values.get("switch")]).get(numbers.folded(values.get("switch")))
    if device is not None and by.scope(May.SEE_DEVICES).holds(device.school_id):
        if device.is_no_switch:
            raise Refused([("switch", patching.no_switch(device))])
        wanted["switch"] = device.asset_tag
    _refuse_taken_ports(
        session, Place(ident, wanted["outlet"], school.school_number, wanted, 0), school, by=by
    )
    return wanted


def _refuse_taken_ports(session: Session, place: Place, school: School, *, by: Actor) -> None:
    idents, scope = school_queries.ids_by_number(session), by.scope(May.SEE_NETWORK)
    stored = patching.stored_places(session, [school.id], [place.values.get("switch")])
    wanted = patching.resolved(session, [place], idents)
    for clash in patching.clashes_of(wanted, patching.resolved(session, stored, idents)):
        said = patching.sentence(clash, may_see=lambda number: scope.holds(idents.get(str(number))))
        raise RuleBroken(said.text, **said.values).at(clash.field)
    for said in patching.occupied(session, wanted, seen_by=by).values():
        raise RuleBroken(said.text, **said.values).at("switch_port")
