"""Finding racks, panels, switches and ports; `seen_by` narrows each to what that person may see."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import ceil
from typing import Any, NamedTuple

from sqlalchemy import Select, case, exists, func, or_, select
from sqlalchemy.orm import Session

from school_it.access import Actor, May
from school_it.database import portions
from school_it.devices import numbers
from school_it.devices.models import Category, Device
from school_it.devices.rules import State
from school_it.errors import N_, BadValue, NotThere
from school_it.network.rules import folded
from school_it.network.wiring import ports
from school_it.network.wiring.cables import End
from school_it.network.wiring.models import ModelType, Mount, NetworkPort, OutletRule, Panel, Plug, Rack
from school_it.network.wiring.rules import END_CATEGORIES, NETWORK_CATEGORIES, Side, Taken, port_named
from school_it.network.wiring.tracing import Node, nodes
from school_it.schools.models import School


def find_rack(session: Session, school_id: int, name: str) -> Rack | None:
    return session.scalar(select(Rack).where(Rack.school_id == school_id, Rack.name_folded == folded(name)))


def get_rack(session: Session, ident: int, *, seen_by: Actor, may: May = May.SEE_NETWORK) -> Rack:
    found = session.get(Rack, ident)
    if found is None or not seen_by.scope(may).holds(found.school_id):
        raise NotThere(N_("Diesen Verteiler gibt es hier nicht."))
    return found


def find_panel(session: Session, rack_id: int, name: str) -> Panel | None:
    return session.scalar(select(Panel).where(Panel.rack_id == rack_id, Panel.name_folded == folded(name)))


def get_panel(session: Session, ident: int, *, seen_by: Actor, may: May = May.SEE_NETWORK) -> Panel:
    found = session.get(Panel, ident)
    if found is None or not seen_by.scope(may).holds(found.rack.school_id):
        raise NotThere(N_("Dieses Patchfeld gibt es hier nicht."))
    return found


def get_port(session: Session, ident: int, *, seen_by: Actor, may: May = May.SEE_NETWORK) -> Node:
    found = nodes(session, [ident]).get(ident)
    if found is None or not seen_by.scope(may).holds(found.school_id):
        raise NotThere(N_("Diesen Port gibt es hier nicht."))
    return found


def find_mount(session: Session, device_id: int) -> Mount | None:
    return session.scalar(select(Mount).where(Mount.device_id == device_id))


def find_model_type(session: Session, maker_folded: str, model_folded: str) -> ModelType | None:
    wanted = select(ModelType).where(
        ModelType.maker_folded == maker_folded, ModelType.model_folded == model_folded
    )
    return session.scalar(wanted)


def devices_of_model(session: Session, maker_folded: str, model_folded: str) -> list[tuple[int, str]]:
    """Id and inventory number of the devices of a model, spelt as devices are compared."""
    columns = select(Device.id, Device.asset_tag, Device.model).where(Device.maker_folded == maker_folded)
    columns = columns.where(func.lower(Device.model).like(f"{model_folded[:1]}%"))
    return [
        (ident, tag)
        for ident, tag, model in session.execute(columns)
        if numbers.folded(model) == model_folded
    ]


def find_rule(session: Session, school_id: int | None, pattern: str) -> OutletRule | None:
    wanted = select(OutletRule).where(OutletRule.pattern == pattern.strip())
    here = OutletRule.school_id.is_(None) if school_id is None else OutletRule.school_id == school_id
    return session.scalar(wanted.where(here))


def get_rule(session: Session, ident: int, *, seen_by: Actor) -> OutletRule:
    found = session.get(OutletRule, ident)
    if found is None or not seen_by.scope(May.SEE_NETWORK).holds(found.school_id):
        raise NotThere(N_("Diese Regel gibt es hier nicht."))
    return found


def rename_rules(session: Session, *, seen_by: Actor) -> Sequence[OutletRule]:
    """Those of the schools within reach and those for all; a school's own come first."""
    within = or_(OutletRule.school_id.is_(None), seen_by.scope(May.SEE_NETWORK).where(OutletRule.school_id))
    rules = session.scalars(select(OutletRule).where(within).order_by(OutletRule.id)).all()
    return sorted(rules, key=lambda one: one.school_id is None)


def plug_at(session: Session, end: End) -> Plug | None:
    return session.get(Plug, (end.port, end.side))


def highest_plugged(session: Session, panel_id: int) -> int:
    plugged = exists(select(Plug.port_id).where(Plug.port_id == NetworkPort.id))
    wanted = select(func.max(NetworkPort.position)).where(NetworkPort.panel_id == panel_id, plugged)
    return session.scalar(wanted) or 0


# --- racks ---


@dataclass(frozen=True)
class RackCount:
    """A rack with what is in it: panels, their ports and how many of them lead to an outlet, devices."""

    id: int
    name: str
    units: int
    room: str | None
    panels: int
    ports: int
    wired: int
    devices: int


def racks_of(session: Session, school_id: int, *, seen_by: Actor) -> list[RackCount]:
    """By name; four statements however many there are."""
    if not seen_by.scope(May.SEE_NETWORK).holds(school_id):
        return []
    racks = session.scalars(select(Rack).where(Rack.school_id == school_id).order_by(Rack.name_folded)).all()
    here = select(Rack.id).where(Rack.school_id == school_id)
    panels = session.execute(
        select(Panel.id, Panel.rack_id, Panel.ports).where(Panel.rack_id.in_([one.id for one in racks]))
    ).all()
    wired = _wired(session, [ident for ident, _rack, _size in panels])
    held: dict[int, list[int]] = {one.id: [0, 0, 0] for one in racks}
    for ident, rack_id, size in panels:
        for place, number in enumerate((1, size, wired.get(ident, 0))):
            held[rack_id][place] += number
    mounted = dict(
        session.execute(
            select(Mount.rack_id, func.count()).where(Mount.rack_id.in_(here)).group_by(Mount.rack_id)
        ).all()
    )
    return [
        RackCount(
            one.id, one.name, one.units, one.room.room if one.room else None, held[one.id][0],
            held[one.id][1], held[one.id][2], mounted.get(one.id, 0),
        )
        for one in racks
    ]  # fmt: skip


def _wired(session: Session, panel_ids: Sequence[int]) -> dict[int, int]:
    """By panel how many of its ports have a cable in the wall."""
    behind = exists(select(Plug.port_id).where(Plug.port_id == NetworkPort.id, Plug.side == Side.BACK))
    found: dict[int, int] = {}
    for some in portions(panel_ids):
        counted: Any = select(NetworkPort.panel_id, func.count()).where(
            NetworkPort.panel_id.in_(some), behind
        )
        found |= {row[0]: row[1] for row in session.execute(counted.group_by(NetworkPort.panel_id))}
    return found


def panels_in(session: Session, rack_id: int) -> Sequence[Panel]:
    return session.scalars(select(Panel).where(Panel.rack_id == rack_id).order_by(Panel.name_folded)).all()


def mounts_in(session: Session, rack_id: int) -> Sequence[Mount]:
    return session.scalars(select(Mount).where(Mount.rack_id == rack_id).order_by(Mount.id)).all()


class Size(NamedTuple):
    """Rack units of a device, and whether it is as deep as the rack and so shows on both sides."""

    height: int
    is_deep: bool


def size_of(session: Session, device: Device) -> Size:
    return sizes(session, [device])[device.id]


def sizes(session: Session, devices: Iterable[Device]) -> dict[int, Size]:
    """By device, by its type; one unit and not deep where nothing is known."""
    known = list(devices)
    types = ports.Types(session).find(ports.key_of(one.manufacturer, one.model) for one in known)
    found = {}
    for device in known:
        type_ = types.get(ports.key_of(device.manufacturer, device.model))
        height = max(1, ceil(type_.u_height)) if type_ and type_.u_height is not None else 1
        found[device.id] = Size(height, bool(type_ and type_.full_depth))
    return found


def taken_units(session: Session, rack_id: int) -> list[Taken]:
    mounts = mounts_in(session, rack_id)
    size = sizes(session, [one.device for one in mounts]) if mounts else {}
    found = [Taken(one.unit, 1, one.name) for one in panels_in(session, rack_id) if one.unit is not None]
    return found + [
        Taken(
            one.unit, size[one.device_id].height, one.device.asset_tag, one.face, size[one.device_id].is_deep
        )
        for one in mounts
        if one.unit is not None
    ]


@dataclass(frozen=True)
class PortView:
    """A port as a rack's picture shows it: `front` and `back` say whether a cable is plugged there."""

    id: int
    owner: int
    name: str
    position: int
    poe: bool
    front: bool
    back: bool


def ports_of(
    session: Session, *, devices: Sequence[int] = (), panels: Sequence[int] = ()
) -> tuple[dict[int, list[PortView]], dict[int, list[PortView]]]:
    """By device and by panel their ports in order; a statement for 500 owners."""
    return _port_views(session, NetworkPort.device_id, devices), _port_views(
        session, NetworkPort.panel_id, panels
    )


def _port_views(session: Session, owner_of: Any, owners: Sequence[int]) -> dict[int, list[PortView]]:
    """`owner_of` is the column that says whose ports they are."""
    found: dict[int, list[PortView]] = {owner: [] for owner in owners}
    has = {
        side: exists(select(Plug.port_id).where(Plug.port_id == NetworkPort.id, Plug.side == side))
        for side in Side
    }
    columns: Any = select(
        NetworkPort.id, owner_of, NetworkPort.name, NetworkPort.position, NetworkPort.poe.is_not(None),
        has[Side.FRONT], has[Side.BACK],
    )  # fmt: skip
    for some in portions(sorted(owners)):
        rows = session.execute(columns.where(owner_of.in_(some)).order_by(owner_of, NetworkPort.position))
        for row in rows:
            view = PortView(*row)
            found[view.owner].append(view)
    return found


# --- switches ---


@dataclass(frozen=True)
class SwitchRow:
    """A device with ports that carries others on, and how many of them are in use."""

    id: int
    asset_tag: str
    label: str
    ports: int
    used: int
    poe: int
    rack_id: int | None
    rack: str | None
    unit: int | None


def switches(
    *, seen_by: Actor, school_number: str | None = None, category: str | None = None, text: str = ""
) -> Select[Device]:
    """The devices with ports that are nobody's end device, of one category if it is named.

    Not ordered: `web.lists.slice_of` does that.
    """
    has_ports = exists(select(NetworkPort.id).where(NetworkPort.device_id == Device.id))
    rows = (
        select(Device)
        .join(Category, Category.id == Device.category_id)
        .where(Category.item_class.is_(None), Category.name.not_in(END_CATEGORIES))
        .where(has_ports, Device.state != State.DISPOSED)
        .where(seen_by.scope(May.SEE_NETWORK).where(Device.school_id))
    )
    if school_number:
        rows = rows.join(School, School.id == Device.school_id).where(School.school_number == school_number)
    if category:
        rows = rows.where(Category.name == category)
    for word in text.split():
        rows = rows.where(Device.search.contains(numbers.folded(word), autoescape=True))
    return rows


def categories_of_switches(session: Session, *, seen_by: Actor) -> Sequence[str]:
    """What the devices of `switches` are, for a choice."""
    some = switches(seen_by=seen_by).with_only_columns(Category.name).distinct()
    return session.scalars(some.order_by(Category.name)).all()


def switch_rows(session: Session, devices: Sequence[Device]) -> list[SwitchRow]:
    """Two statements for a page of switches."""
    idents = [one.id for one in devices]
    plugged = exists(select(Plug.port_id).where(Plug.port_id == NetworkPort.id, Plug.side == Side.FRONT))
    counted = (
        select(
            NetworkPort.device_id,
            func.count(),
            func.sum(case((plugged, 1), else_=0)),
            func.sum(case((NetworkPort.poe.is_not(None), 1), else_=0)),
        )
        .where(NetworkPort.device_id.in_(idents))
        .group_by(NetworkPort.device_id)
    )
    numbers_of = {row[0]: tuple(row[1:]) for row in session.execute(counted)}
    at = {
        device_id: (rack_id, rack, unit)
        for device_id, rack_id, rack, unit in session.execute(
            select(Mount.device_id, Rack.id, Rack.name, Mount.unit)
            .join(Rack, Rack.id == Mount.rack_id)
            .where(Mount.device_id.in_(idents))
        )
    }
    return [
        SwitchRow(
            one.id,
            one.asset_tag,
            one.label,
            *numbers_of.get(one.id, (0, 0, 0)),
            *at.get(one.id, (None, None, None)),
        )
        for one in devices
    ]


@dataclass(frozen=True)
class FreePort:
    id: int
    name: str
    poe: str | None
    type: str | None


def free_ports(session: Session, device_id: int) -> list[FreePort]:
    plugged = exists(select(Plug.port_id).where(Plug.port_id == NetworkPort.id, Plug.side == Side.FRONT))
    rows = select(NetworkPort.id, NetworkPort.name, NetworkPort.poe, NetworkPort.type)
    rows = rows.where(NetworkPort.device_id == device_id, ~plugged).order_by(NetworkPort.position)
    return [FreePort(*row) for row in session.execute(rows)]


def pick_port(session: Session, device: Device, name: str | None) -> int:
    """The port of a device that is meant by `name`, or its first free one. Raises BadValue."""
    if not name:
        free = free_ports(session, device.id)
        if not free:
            raise BadValue(N_("%(tag)s hat keinen freien Port."), tag=device.asset_tag)
        return free[0].id
    rows = session.execute(
        select(NetworkPort.id, NetworkPort.name_folded, NetworkPort.position).where(
            NetworkPort.device_id == device.id
        )
    ).all()
    found = port_named(name, {row[1]: row[0] for row in rows}, {row[2]: row[0] for row in rows})
    if found is None:
        raise BadValue(N_("%(tag)s hat keinen Port »%(name)s«."), tag=device.asset_tag, name=name)
    return found


# --- power over the cable ---


@dataclass(frozen=True)
class Budget:
    """What a switch may give (`budget` watts, None where its type does not say) and what hangs there (`drawn`).

    `guessed` counts the devices of which no type says how much they draw: `drawn` holds the most of their port's class.
    """

    budget: int | None
    drawn: Decimal
    devices: int
    guessed: int

    @property
    def over(self) -> bool:
        return self.budget is not None and self.drawn > self.budget


def unknown_models(session: Session, *, seen_by: Actor) -> list[tuple[str, str | None, str, int]]:
    """Maker, model, category and number of the network devices within reach that have no ports yet."""
    no_ports = ~exists(select(NetworkPort.id).where(NetworkPort.device_id == Device.id))
    rows = (
        select(Device.manufacturer, Device.model, Category.name, func.count())
        .join(Category, Category.id == Device.category_id)
        .where(
            or_(Category.item_class == "access_point", Category.name.in_(NETWORK_CATEGORIES)),
            Device.model.is_not(None), Device.state != State.DISPOSED, no_ports,
            seen_by.scope(May.SEE_NETWORK).where(Device.school_id),
        )
        .group_by(Device.manufacturer, Device.model, Category.name)
        .order_by(func.count().desc(), Device.manufacturer, Device.model)
        .limit(200)
    )  # fmt: skip
    return [(maker or "", model, category, count) for maker, model, category, count in session.execute(rows)]


def devices_in_room(session: Session, room_id: int) -> Sequence[Device]:
    rows = select(Device).where(Device.room_id == room_id, Device.state != State.DISPOSED)
    return session.scalars(rows.order_by(Device.tag_folded).limit(200)).all()
