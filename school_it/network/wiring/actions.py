"""What is done with racks, panels and cables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from school_it import audit
from school_it.access import Actor, May
from school_it.audit import Action
from school_it.database import expect_version
from school_it.devices.models import Device
from school_it.errors import N_, BadValue, RuleBroken
from school_it.network.models import Outlet
from school_it.network.rules import folded
from school_it.network.types.models import DeviceType
from school_it.network.wiring import cables, joining, ports, queries, tracing
from school_it.network.wiring.cables import End
from school_it.network.wiring.models import ModelType, Mount, OutletRule, Panel, Rack
from school_it.network.wiring.renaming import checked_rule
from school_it.network.wiring.rules import CableKind, Face, Side, Taken, place_of, refuse_overlap
from school_it.network.wiring.tracing import Node
from school_it.schools.models import School

MOST_UNITS = 60
RACK_FIELDS, PANEL_FIELDS, MOUNT_FIELDS = ("room_id", "units"), ("unit", "ports"), ("rack_id", "unit", "face")


# --- racks, panels, and what is screwed into them ---


def add_rack(session: Session, school: School, values: Mapping[str, Any], *, by: Actor) -> Rack:
    """`values`: name, units, room_id. Outlets that name it are joined. Raises BadValue, RuleBroken."""
    by.must(May.EDIT_NETWORK, school.id)
    name = (values.get("name") or "").strip()
    if not folded(name):
        raise BadValue(N_("Ein Verteiler braucht einen Namen, etwa EV2.")).at("name")
    if queries.find_rack(session, school.id, name) is not None:
        raise RuleBroken(N_("Den Verteiler %(name)s gibt es an dieser Schule schon."), name=name).at("name")
    rack = Rack(
        school_id=school.id, name=name, name_folded=folded(name), units=_units(values.get("units") or 42),
        room_id=values.get("room_id"),
    )  # fmt: skip
    session.add(rack)
    session.flush()
    audit.record(session, Action.RACK_ADDED, rack, by=by, changes=audit.whole(rack))
    return rack


def change_rack(
    session: Session, rack: Rack, values: Mapping[str, Any], *, version: int | None = None, by: Actor
) -> None:
    by.must(May.EDIT_NETWORK, rack.school_id)
    expect_version(rack, version)
    units = _units(values.get("units", rack.units))
    highest = max((one.unit + one.height - 1 for one in queries.taken_units(session, rack.id)), default=0)
    if units < highest:
        raise RuleBroken(
            N_("Der Verteiler ist bis zur Höheneinheit %(highest)s belegt; kleiner kann er nicht sein."),
            highest=highest,
        ).at("units")
    changes = audit.assign(rack, {**values, "units": units}, RACK_FIELDS)
    if changes:
        audit.record(session, Action.RACK_CHANGED, rack, by=by, changes=changes)


def add_panel(session: Session, rack: Rack, values: Mapping[str, Any], *, by: Actor) -> Panel:
    """`values`: name, ports, unit. Outlets that name it are joined. Raises BadValue, RuleBroken."""
    by.must(May.EDIT_NETWORK, rack.school_id)
    name = (values.get("name") or "").strip()
    if not folded(name):
        raise BadValue(N_("Ein Patchfeld braucht einen Namen, etwa PF1.")).at("name")
    if queries.find_panel(session, rack.id, name) is not None:
        raise RuleBroken(N_("Das Patchfeld %(name)s gibt es in diesem Verteiler schon."), name=name).at(
            "name"
        )
    _refuse_taken_unit(session, rack, values.get("unit"), Taken(values.get("unit") or 0, 1, ""))
    panel = Panel(
        rack_id=rack.id, name=name, name_folded=folded(name), ports=_panel_ports(values.get("ports") or 24),
        unit=values.get("unit"),
    )  # fmt: skip
    session.add(panel)
    session.flush()
    audit.record(session, Action.PANEL_ADDED, panel, by=by, changes=audit.whole(panel))
    ports.fit_panels(session, [panel.id])
    joining.join(session, [rack.school_id])
    return panel


def change_panel(
    session: Session, panel: Panel, values: Mapping[str, Any], *, version: int | None = None, by: Actor
) -> None:
    """Its unit and its size; no smaller than the highest port that has a cable."""
    by.must(May.EDIT_NETWORK, panel.rack.school_id)
    expect_version(panel, version)
    size = _panel_ports(values.get("ports", panel.ports))
    used = queries.highest_plugged(session, panel.id)
    if size < used:
        raise RuleBroken(
            N_("Port %(used)s des Patchfelds ist verkabelt; weniger Ports kann es nicht haben."), used=used
        ).at("ports")
    if values.get("unit") != panel.unit:
        wanted = Taken(values.get("unit") or 0, 1, panel.name)
        _refuse_taken_unit(session, panel.rack, values.get("unit"), wanted)
    changes = audit.assign(panel, {**values, "ports": size}, PANEL_FIELDS)
    if changes:
        session.flush()
        audit.record(session, Action.PANEL_CHANGED, panel, by=by, changes=changes)
        ports.fit_panels(session, [panel.id])
        joining.join(session, [panel.rack.school_id])


def mount_device(
    session: Session, device: Device, rack: Rack, unit: int | None, *, face: Face = Face.FRONT, by: Actor
) -> Mount:
    """Screw a device of the school to a side of a rack, wherever it was before. Raises RuleBroken for a taken unit."""
    by.must(May.EDIT_NETWORK, rack.school_id)
    if device.school_id not in (None, rack.school_id):
        raise RuleBroken(
            N_("%(tag)s gehört zu einer anderen Schule. Bitte zuerst dorthin umbuchen."), tag=device.asset_tag
        ).at("device")
    size = queries.size_of(session, device)
    wanted = Taken(unit or 0, size.height, device.asset_tag, face, size.is_deep)
    _refuse_taken_unit(session, rack, unit, wanted)
    mount = queries.find_mount(session, device.id) or Mount(device_id=device.id, rack_id=rack.id)
    changes = audit.assign(mount, {"rack_id": rack.id, "unit": unit, "face": face}, MOUNT_FIELDS)
    session.add(mount)
    if changes:
        audit.record(
            session,
            Action.DEVICE_MOUNTED,
            device,
            by=by,
            changes={"mount": [None, place_of(rack.name, unit, face)]},
        )
    return mount


def _units(wanted: int) -> int:
    if not 1 <= wanted <= MOST_UNITS:
        raise BadValue(N_("Ein Verteiler hat 1 bis %(most)s Höheneinheiten."), most=MOST_UNITS)
    return wanted


def _panel_ports(wanted: int) -> int:
    if not 1 <= wanted <= 999:
        raise BadValue(N_("Ein Patchfeld hat 1 bis 999 Ports."))
    return wanted


def _refuse_taken_unit(session: Session, rack: Rack, unit: int | None, wanted: Taken) -> None:
    """`wanted.name` is that of what is moved, so that it is not in its own way."""
    if unit is None:
        return
    if not 1 <= unit <= rack.units - wanted.height + 1:
        raise BadValue(
            N_("Der Verteiler %(rack)s hat die Höheneinheiten 1 bis %(units)s."),
            rack=rack.name,
            units=rack.units,
        ).at("unit")
    others = [one for one in queries.taken_units(session, rack.id) if one.name != wanted.name]
    other = refuse_overlap(wanted, others)
    if other is not None:
        raise RuleBroken(
            N_("Auf Höheneinheit %(unit)s sitzt schon %(other)s."), unit=other.unit, other=other.name
        ).at("unit")


# --- cables that no list of outlets says ---


def plug_in(
    session: Session,
    one: Node,
    other: Node,
    *,
    colour: str | None = None,
    label: str | None = None,
    by: Actor,
) -> CableKind:
    """A device into an outlet or straight into a switch, a switch into the next. All or nothing.

    The cable in the wall and the patch cord of an outlet are said by the outlet itself (`network.actions`).
    Raises RuleBroken for a port that is taken, and for a circle.
    """
    for node in (one, other):
        by.must(May.EDIT_NETWORK, node.school_id)
    kind, ends = _kind_of(one, other)
    _refuse_taken(session, ends, {one.port_id: one, other.port_id: other})
    _refuse_circle(session, one, other, ends)
    cables.plug(session, [(*ends, kind)], colour=colour, label=label)
    _record_cable(session, Action.CABLE_PLUGGED, one, other, by)
    return kind


def pull_out(session: Session, node: Node, *, by: Actor) -> None:
    """Pull the cable in the front of a port: one that `plug_in` has plugged."""
    by.must(May.EDIT_NETWORK, node.school_id)
    end = End(node.port_id, Side.FRONT)
    cable = queries.plug_at(session, end)
    if cable is None:
        raise RuleBroken(N_("In %(port)s steckt kein Kabel."), port=node.label)
    if cable.kind not in (CableKind.DEVICE, CableKind.UPLINK):
        raise RuleBroken(
            N_("Das ist das Patchkabel einer Dose. Bitte bei der Dose umpatchen oder das Patchkabel ziehen.")
        )
    other = tracing.nodes(session, [cable.peer_id])[cable.peer_id]
    cables.pull(session, [end])
    _record_cable(session, Action.CABLE_PULLED, node, other, by)


def _kind_of(one: Node, other: Node) -> tuple[CableKind, tuple[End, End]]:
    ends = (End(one.port_id, Side.FRONT), End(other.port_id, Side.FRONT))
    if one.port_id == other.port_id or (one.device_id is not None and one.device_id == other.device_id):
        raise RuleBroken(
            N_(
                "Beide Enden stecken in %(device)s: Das gäbe einen Kreis. Bitte zwei verschiedene Geräte verbinden."
            ),
            device=one.device or one.label,
        )
    if one.panel_id or other.panel_id or (one.outlet_id and other.outlet_id):
        raise RuleBroken(
            N_("Patchfelder verbindet die Dose: Bitte bei der Dose Patchport und Switchport eintragen.")
        )
    if one.is_switching and other.is_switching:
        return CableKind.UPLINK, ends
    return CableKind.DEVICE, ends


def _refuse_taken(session: Session, ends: tuple[End, End], nodes: Mapping[int, Node]) -> None:
    plugged = cables.plugged(session, nodes, Side.FRONT)
    for end in ends:
        if end in plugged:
            other = tracing.nodes(session, [plugged[end].port])[plugged[end].port]
            raise RuleBroken(
                N_("%(port)s ist schon belegt: Dort steckt %(other)s."),
                port=nodes[end.port].label,
                other=other.label,
            )


def _refuse_circle(session: Session, one: Node, other: Node, ends: tuple[End, End]) -> None:
    """A chain may not come back to where it began: behind the one end lies no port of the other device."""
    chains = cables.walk(session, [end.through for end in ends])
    behind = {end.port for chain in chains.values() for end in chain}
    met = tracing.nodes(session, behind).values()
    devices = {one.device_id, other.device_id} - {None}
    if behind & {one.port_id, other.port_id} or devices & {node.device_id for node in met}:
        raise RuleBroken(
            N_("Das Kabel von %(one)s nach %(other)s schlösse einen Kreis."), one=one.label, other=other.label
        )


def _record_cable(session: Session, action: Action, one: Node, other: Node, by: Actor) -> None:
    """On both things that it joins, so that each tells its own story."""
    plugged = action is Action.CABLE_PLUGGED
    for here, there in ((one, other), (other, one)):
        thing: Any = (
            session.get(Device, here.device_id)
            if here.device_id is not None
            else session.get(Outlet, here.outlet_id)
        )
        said = f"{here.port} ↔ {there.label}" if here.device_id is not None else there.label
        audit.record(
            session, action, thing, by=by, changes={"cable": [None, said] if plugged else [said, None]}
        )


# --- what a model is, and what outlets are called ---


def type_model(
    session: Session, manufacturer: str | None, model: str, type_: DeviceType, *, by: Actor
) -> int:
    """»Modell X ist Gerätetyp Y«: each device of the model has its ports from now on. Says how many ports were made."""
    by.must(May.IMPORT_ALL, None)
    maker_folded, model_folded = ports.key_of(manufacturer, model)
    if not model_folded:
        raise BadValue(N_("Bitte ein Modell nennen."))
    said = queries.find_model_type(session, maker_folded, model_folded)
    before = said.type_id if said else None
    if said is None:
        said = ModelType(
            manufacturer=manufacturer or "", model=model, maker_folded=maker_folded, model_folded=model_folded,
            type_id=type_.id,
        )  # fmt: skip
        session.add(said)
    said.type_id = type_.id
    session.flush()
    session.refresh(said)
    if before != type_.id:
        audit.record(session, Action.MODEL_TYPED, said, by=by, changes={"type_id": [before, type_.id]})
    idents = queries.devices_of_model(session, maker_folded, model_folded)
    made = ports.fit_devices(session, [ident for ident, _tag in idents])
    joining.join(session, joining.schools_naming(session, [tag for _ident, tag in idents]))
    return made


def keep_rule(
    session: Session, pattern: str, becomes: str, *, school: School | None = None, supplier: str | None = None,
    by: Actor,
) -> OutletRule:  # fmt: skip
    """Remember how a supplier's names of outlets become those of the house. Raises BadValue, RuleBroken."""
    by.must(May.EDIT_NETWORK, school.id if school else None)
    checked_rule(pattern, becomes)
    if queries.find_rule(session, school.id if school else None, pattern) is not None:
        raise RuleBroken(N_("Eine Regel für »%(pattern)s« gibt es hier schon."), pattern=pattern)
    rule = OutletRule(
        school_id=school.id if school else None,
        supplier=supplier,
        pattern=pattern.strip(),
        becomes=becomes.strip(),
    )
    session.add(rule)
    session.flush()
    audit.record(session, Action.OUTLET_RULE_ADDED, rule, by=by, changes=audit.whole(rule))
    return rule


def forget_rule(session: Session, rule: OutletRule, *, by: Actor) -> None:
    by.must(May.EDIT_NETWORK, rule.school_id)
    audit.record(session, Action.OUTLET_RULE_REMOVED, rule, by=by, changes=audit.whole(rule, gone=True))
    session.delete(rule)
