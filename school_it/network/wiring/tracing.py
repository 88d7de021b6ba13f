"""Where a cable goes: the chain of an outlet, and what hangs on the port of a switch or panel.

A chain is a list of steps from the room to the VLAN. What is only known by name (no such switch in the inventory, no
such panel) is a step too, without a port behind it. Chains of many outlets take as many statements as
that of one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from school_it.access import Actor, May
from school_it.database import portions
from school_it.devices.models import Category, Device
from school_it.devices.rules import ItemClass
from school_it.errors import N_
from school_it.network.models import Outlet
from school_it.network.wiring import cables
from school_it.network.wiring.cables import End
from school_it.network.wiring.models import NetworkPort, Panel, Rack
from school_it.network.wiring.rules import END_CATEGORIES, Side
from school_it.schools.models import Room


class Step(StrEnum):
    """What a step of a chain is, from the room to the network."""

    DEVICE = "device"
    OUTLET = "outlet"
    PANEL_PORT = "panel_port"
    SWITCH_PORT = "switch_port"
    VLAN = "vlan"


STEPS = {
    Step.DEVICE: N_("Gerät"),
    Step.OUTLET: N_("Dose"),
    Step.PANEL_PORT: N_("Patchport"),
    Step.SWITCH_PORT: N_("Switchport"),
    Step.VLAN: N_("VLAN"),
}


@dataclass(frozen=True)
class Node:
    """A port with what it belongs to; what is of another kind is None."""

    port_id: int
    port: str
    poe: str | None
    takes_poe: bool
    type: str | None
    school_id: int | None
    device_id: int | None = None
    device: str | None = None
    manufacturer: str | None = None
    model_name: str | None = None
    category: str | None = None
    item_class: ItemClass | None = None
    device_room: str | None = None
    panel_id: int | None = None
    panel: str | None = None
    rack_id: int | None = None
    rack: str | None = None
    outlet_id: int | None = None
    outlet: str | None = None
    room: str | None = None
    vlan: str | None = None
    connected: str | None = None

    @property
    def label(self) -> str:
        """``SW-1 · Gi1/0/13``, ``EV2/PF1/13``, ``1.07-D1``."""
        if self.device is not None:
            return f"{self.device} · {self.port}"
        return self.outlet or f"{self.rack}/{self.panel}/{self.port}"

    @property
    def is_switching(self) -> bool:
        """Something that carries others on: no access point, display or computer."""
        return self.device is not None and self.item_class is None and self.category not in END_CATEGORIES


@dataclass(frozen=True)
class ChainStep:
    """One step: `name` as people say it, `port_id` where there is a port behind it, `ident` of outlet or device."""

    kind: Step
    name: str
    port_id: int | None = None
    ident: int | None = None
    tag: str | None = None
    port: str | None = None
    rack: str | None = None
    panel: str | None = None
    room: str | None = None
    poe: str | None = None


def nodes(session: Session, port_ids: Iterable[int]) -> dict[int, Node]:
    """By id the ports with their owners; a statement for 500."""
    where = aliased(Room)
    device_room = select(where.room).where(where.id == Device.room_id).scalar_subquery()
    columns = (
        select(
            NetworkPort.id, NetworkPort.name, NetworkPort.poe, NetworkPort.takes_poe, NetworkPort.type,
            Device.school_id, Rack.school_id, Outlet.school_id, Device.id, Device.asset_tag, Device.manufacturer,
            Device.model,
            Category.name, Category.item_class, device_room, Panel.id, Panel.name, Rack.id, Rack.name, Outlet.id,
            Outlet.outlet, Room.room, Outlet.vlan, Outlet.connected,
        )
        .outerjoin(Device, Device.id == NetworkPort.device_id)
        .outerjoin(Category, Category.id == Device.category_id)
        .outerjoin(Panel, Panel.id == NetworkPort.panel_id)
        .outerjoin(Rack, Rack.id == Panel.rack_id)
        .outerjoin(Outlet, Outlet.id == NetworkPort.outlet_id)
        .outerjoin(Room, Room.id == Outlet.room_id)
    )  # fmt: skip
    return {
        row[0]: _node(row)
        for some in portions(sorted(set(port_ids)))
        for row in session.execute(columns.where(NetworkPort.id.in_(some)))
    }


def _node(row: Any) -> Node:
    (
        ident, port, poe, takes_poe, type_, of_device, of_rack, of_outlet, device_id, tag, maker, model, category,
        item_class, device_room, panel_id, panel, rack_id, rack, outlet_id, outlet, room, vlan, connected,
    ) = row  # fmt: skip
    school_id = of_device if device_id is not None else of_rack if panel_id is not None else of_outlet
    return Node(
        ident, port, poe, takes_poe, type_, school_id, device_id, tag, maker, model,
        category, item_class, device_room, panel_id, panel, rack_id, rack, outlet_id, outlet, room, vlan, connected,
    )  # fmt: skip


def of_outlets(session: Session, outlets: Sequence[Outlet], *, seen_by: Actor) -> dict[int, list[ChainStep]]:
    """By id of the outlet its chain: what hangs on it, the outlet, panel port, switch port, VLAN."""
    own = _ports_of(session, [one.id for one in outlets])
    starts = {End(port, side): ident for ident, port in own.items() for side in Side}
    chains = cables.walk(session, starts)
    met = nodes(session, (end.port for chain in chains.values() for end in chain))
    found = {}
    for one in outlets:
        port = own.get(one.id)
        front = [] if port is None else _met(chains[End(port, Side.FRONT)], met, seen_by)
        back = [] if port is None else _met(chains[End(port, Side.BACK)], met, seen_by)
        found[one.id] = [*_plugged_in(one, front), _outlet_step(one, port), *_behind(one, back)]
    return found


def _ports_of(session: Session, outlet_ids: Sequence[int]) -> dict[int, int]:
    columns = select(NetworkPort.outlet_id, NetworkPort.id)
    return {
        outlet_id: ident
        for some in portions(outlet_ids)
        for outlet_id, ident in session.execute(columns.where(NetworkPort.outlet_id.in_(some)))
        if outlet_id is not None
    }


def _met(ends: Sequence[End], met: Mapping[int, Node], seen_by: Actor) -> list[Node]:
    """The nodes of a chain up to the first that this reader may not see."""
    scope, found = seen_by.scope(May.SEE_NETWORK), list[Node]()
    for end in ends:
        node = met[end.port]
        if not scope.holds(node.school_id):
            break
        found.append(node)
    return found


def _plugged_in(outlet: Outlet, front: Sequence[Node]) -> list[ChainStep]:
    if front:
        return [step_of(node) for node in reversed(front)]
    return [ChainStep(Step.DEVICE, outlet.connected)] if outlet.connected else []


def _outlet_step(outlet: Outlet, port: int | None) -> ChainStep:
    return ChainStep(Step.OUTLET, outlet.outlet, port, outlet.id, room=outlet.room.room)


def _behind(outlet: Outlet, back: Sequence[Node]) -> list[ChainStep]:
    """The joined steps; where there are none the words of the list."""
    steps = [step_of(node) for node in back]
    kinds = {step.kind for step in steps}
    words = [text for text in (outlet.rack, outlet.panel, outlet.panel_port) if text]
    if words and Step.PANEL_PORT not in kinds:
        said = ChainStep(
            Step.PANEL_PORT, "/".join(words), port=outlet.panel_port, rack=outlet.rack, panel=outlet.panel
        )
        steps.insert(0, said)
    if outlet.switch and not kinds & {Step.SWITCH_PORT, Step.DEVICE}:
        name = " · ".join(filter(None, (outlet.switch, outlet.switch_port)))
        steps.append(ChainStep(Step.SWITCH_PORT, name, tag=outlet.switch, port=outlet.switch_port))
    return [*steps, ChainStep(Step.VLAN, outlet.vlan)] if outlet.vlan else steps


def step_of(node: Node) -> ChainStep:
    if node.device_id is not None:
        kind = Step.SWITCH_PORT if node.is_switching else Step.DEVICE
        return ChainStep(
            kind, node.label, node.port_id, node.device_id, tag=node.device, port=node.port, room=node.device_room,
            poe=node.poe,
        )  # fmt: skip
    if node.panel_id is not None:
        return ChainStep(
            Step.PANEL_PORT,
            node.label,
            node.port_id,
            node.panel_id,
            port=node.port,
            rack=node.rack,
            panel=node.panel,
        )
    return ChainStep(Step.OUTLET, node.label, node.port_id, node.outlet_id, room=node.room)


def from_ports(session: Session, port_ids: Sequence[int], *, seen_by: Actor) -> dict[int, list[Node]]:
    """By port what its cable leads to from its front, one after the other; for a panel port first its back.

    From a switch port: panel port, outlet, what hangs there.
    """
    starts = [End(port, Side.FRONT) for port in port_ids]
    chains = cables.walk(session, starts)
    met = nodes(session, (end.port for chain in chains.values() for end in chain))
    return {start.port: _met(chains[start], met, seen_by) for start in starts}


def from_backs(session: Session, port_ids: Sequence[int], *, seen_by: Actor) -> dict[int, list[Node]]:
    """Likewise from the back of panel ports: the outlet, and what hangs there."""
    starts = [End(port, Side.BACK) for port in port_ids]
    chains = cables.walk(session, starts)
    met = nodes(session, (end.port for chain in chains.values() for end in chain))
    return {start.port: _met(chains[start], met, seen_by) for start in starts}


def port_of_outlet(session: Session, outlet_id: int) -> int:
    """The one port of an outlet; there is one as soon as the outlet is."""
    return _ports_of(session, [outlet_id])[outlet_id]


def through(session: Session, port_id: int, *, seen_by: Actor) -> list[Node]:
    """The whole chain on which a port lies, from the room to the switch."""
    front, back = End(port_id, Side.FRONT), End(port_id, Side.BACK)
    chains = cables.walk(session, [front, back])
    met = nodes(session, [port_id, *(end.port for chain in chains.values() for end in chain)])
    ahead = _met(chains[front], met, seen_by)
    behind = _met(chains[back], met, seen_by)
    chain = [*reversed(behind), met[port_id], *ahead]
    return chain if _room_first(chain) else chain[::-1]


def _room_first(chain: Sequence[Node]) -> bool:
    """Whether the chain begins at what is nearer to the room."""
    return _rank(chain[0]) <= _rank(chain[-1])


def _rank(node: Node) -> int:
    if node.device_id is not None:
        return 3 if node.is_switching else 0
    return 1 if node.outlet_id is not None else 2
