"""The network of two schools: what sits in which rack, uplinks between switches, access points plugged in."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import select
from sqlalchemy.orm import Session

from school_it.access import Actor
from school_it.devices.models import Category, Device
from school_it.network.models import Outlet
from school_it.network.wiring import actions, ports, tracing
from school_it.network.wiring.models import NetworkPort, Panel, Rack
from school_it.network.wiring.rules import Face

TOP, BELOW = 40, 30  # the first panel sits here, the first switch there
SWITCHES_OF_A_RACK, PANELS_OF_A_RACK = 2, 6
AP_ROOMS = 12


def settle(session: Session, *, by: Actor) -> None:
    """After devices, types and outlets: what no list says."""
    racks: dict[int, list[Rack]] = defaultdict(list)
    for rack in session.scalars(select(Rack).order_by(Rack.school_id, Rack.name_folded)):
        racks[rack.school_id].append(rack)
    for school_id, several in racks.items():
        _place_panels(session, several, by)
        switches = _devices(session, school_id, "Switch")
        for place, device in enumerate(switches[: len(several) * SWITCHES_OF_A_RACK]):
            rack = several[place // SWITCHES_OF_A_RACK]
            actions.mount_device(session, device, rack, BELOW - 2 * (place % SWITCHES_OF_A_RACK), by=by)
        for device in _devices(session, school_id, "Firewall")[:1]:
            actions.mount_device(session, device, several[0], TOP, face=Face.REAR, by=by)
        _link(session, switches, by)
        _plug_access_points(session, school_id, by)
    actions.keep_rule(session, "D-{raum}/{nr}", "{raum}-D{nr}", supplier="Netzbau Beispiel AG", by=by)


def _place_panels(session: Session, racks: list[Rack], by: Actor) -> None:
    wanted = select(Panel).where(Panel.rack_id.in_([rack.id for rack in racks]))
    panels: dict[int, list[Panel]] = defaultdict(list)
    for panel in session.scalars(wanted.order_by(Panel.rack_id, Panel.name_folded)):
        panels[panel.rack_id].append(panel)
    for several in panels.values():
        for place, panel in enumerate(several[:PANELS_OF_A_RACK]):
            actions.change_panel(session, panel, {"unit": TOP - place}, by=by)


def _devices(session: Session, school_id: int, category: str) -> list[Device]:
    wanted = select(Device).join(Category, Category.id == Device.category_id)
    wanted = wanted.where(Category.name == category, Device.school_id == school_id)
    return list(session.scalars(wanted.order_by(Device.id)))


def _link(session: Session, switches: list[Device], by: Actor) -> None:
    """Each switch by its last port to a port of the first one, as far as that has any for it."""
    last = _ports(session, switches)
    core = last.get(switches[0].id, []) if switches else []
    for place, device in enumerate(switches[1 : len(core[48:])]):
        met = tracing.nodes(session, [last[device.id][-1], core[48 + place]])
        actions.plug_in(session, met[last[device.id][-1]], met[core[48 + place]], colour="gelb", by=by)


def _plug_access_points(session: Session, school_id: int, by: Actor) -> None:
    """Into the outlets that the list calls theirs, room by room."""
    points = {
        device.room_id: device for device in _devices(session, school_id, "Accesspoint") if device.room_id
    }
    wanted = select(Outlet).where(Outlet.school_id == school_id, Outlet.connected == "Accesspoint")
    outlets = list(session.scalars(wanted.order_by(Outlet.id)))
    here = [(points[one.room_id], one) for one in outlets if one.room_id in points][:AP_ROOMS]
    own = _ports(session, [device for device, _outlet in here])
    of_outlets = ports.fit_outlets(session, {outlet.id: outlet.outlet for _device, outlet in here})
    for device, outlet in here:
        if own.get(device.id):
            met = tracing.nodes(session, [own[device.id][0], of_outlets[outlet.id]])
            actions.plug_in(session, met[own[device.id][0]], met[of_outlets[outlet.id]], by=by)


def _ports(session: Session, devices: list[Device]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    wanted = select(NetworkPort.device_id, NetworkPort.id).order_by(NetworkPort.position)
    for device_id, ident in session.execute(
        wanted.where(NetworkPort.device_id.in_([one.id for one in devices]))
    ):
        if device_id is not None:
            found[device_id].append(ident)
    return found
