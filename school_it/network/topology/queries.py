"""What a school's network is made of, from a fixed number of statements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, case, exists, func, not_, or_, select
from sqlalchemy.orm import Session, aliased

from school_it.database import sum_where
from school_it.devices.models import Category, Device
from school_it.devices.rules import GONE, ItemClass, State
from school_it.network import queries as network_queries
from school_it.network.models import Outlet
from school_it.network.topology.rules import Hanging, Node, Tree, tree
from school_it.network.uplinks import queries as uplinks
from school_it.network.uplinks.models import Uplink
from school_it.network.wiring.models import Mount, NetworkPort, Plug, Rack
from school_it.network.wiring.rules import EDGES, NETWORK_CATEGORIES, CableKind, Side
from school_it.schools.models import School

MOST_NODES = 300
NOT_THERE = (*sorted(GONE), State.ORDERED)


@dataclass(frozen=True)
class Whole:
    """A school's network. `more`: there are devices that are not shown, for there are too many.

    `unpatched` outlets lead nowhere; `nowhere` are patched to a switch that is no device of the inventory.
    """

    lines: Sequence[Uplink]
    tree: Tree
    hanging: dict[int, Hanging]
    outlets: int
    unpatched: int
    nowhere: int
    more: bool

    def at(self, node: Node) -> Hanging:
        return self.hanging.get(node.id, Hanging())


def of_school(session: Session, school: School) -> Whole:
    """Six statements, whatever the school has."""
    lines = uplinks.of_school(session, school.id)
    nodes = _nodes(session, school.id)
    idents = [node.id for node in nodes[:MOST_NODES]]
    drawn = tree(
        nodes[:MOST_NODES], _cables(session, idents), [line.router_id for line in lines if line.router_id]
    )
    patched = network_queries.PATCHED
    outlets, unpatched, nowhere = session.execute(
        select(
            func.count(),
            sum_where(not_(patched)),
            sum_where(and_(patched, not_(network_queries.SWITCH_KNOWN))),
        ).where(Outlet.school_id == school.id)
    ).one()
    return Whole(
        lines, drawn, _hanging(session, idents), outlets, int(unpatched or 0), int(nowhere or 0),
        len(nodes) > MOST_NODES,
    )  # fmt: skip


def _nodes(session: Session, school_id: int) -> list[Node]:
    """Switches, routers and firewalls; of those in stock the ones that are screwed or plugged in all the same."""
    cord = select(Plug.port_id).join(NetworkPort, NetworkPort.id == Plug.port_id)
    cord = cord.where(NetworkPort.device_id == Device.id)
    has_uplink = exists(cord.where(Plug.kind == CableKind.UPLINK))
    rows = session.execute(
        select(Device, Category.name, Rack.id, Rack.name, Mount.unit)
        .join(Category, Category.id == Device.category_id)
        .outerjoin(Mount, Mount.device_id == Device.id)
        .outerjoin(Rack, Rack.id == Mount.rack_id)
        .where(Device.school_id == school_id, Device.state.not_in(NOT_THERE))
        .where(or_(Device.state != State.IN_STOCK, Mount.id.is_not(None), exists(cord)))
        .where(or_(Category.name.in_(NETWORK_CATEGORIES), has_uplink))
        .order_by(Device.tag_folded)
        .limit(MOST_NODES + 1)
    )
    return [
        Node(device.id, device.asset_tag, device.label, category, category in EDGES, rack_id, rack, unit)
        for device, category, rack_id, rack, unit in rows
    ]


def _cables(session: Session, idents: Sequence[int]) -> list[tuple[int, int]]:
    here, there = aliased(NetworkPort), aliased(NetworkPort)
    rows = session.execute(
        select(here.device_id, there.device_id)
        .select_from(Plug)
        .join(here, here.id == Plug.port_id)
        .join(there, there.id == Plug.peer_id)
        .where(Plug.kind == CableKind.UPLINK, here.device_id.in_(idents), there.device_id.in_(idents))
        .distinct()
    )
    return [(a, b) for a, b in rows if a is not None and b is not None]


def _hanging(session: Session, idents: Sequence[int]) -> dict[int, Hanging]:
    """By switch what its patch cords lead to: through the panel to the outlet, and what hangs there."""
    own, met, wall, end = (aliased(NetworkPort) for _place in range(4))
    cord, fixed, lead = aliased(Plug), aliased(Plug), aliased(Plug)
    outlet_port = func.coalesce(wall.id, case((met.outlet_id.is_not(None), met.id)))
    outlet_id = func.coalesce(wall.outlet_id, met.outlet_id)
    point_id = case((Category.item_class == ItemClass.ACCESS_POINT, Device.id))
    rows = session.execute(
        select(
            own.device_id, func.count(cord.port_id.distinct()), func.count(met.panel_id.distinct()),
            func.count(outlet_id.distinct()), func.count(point_id.distinct()),
        )
        .select_from(own)
        .join(cord, and_(cord.port_id == own.id, cord.side == Side.FRONT, cord.kind != CableKind.UPLINK))
        .join(met, met.id == cord.peer_id)
        .outerjoin(fixed, and_(fixed.port_id == met.id, fixed.side == Side.BACK, met.panel_id.is_not(None)))
        .outerjoin(wall, wall.id == fixed.peer_id)
        .outerjoin(lead, and_(lead.port_id == outlet_port, lead.side == Side.FRONT, lead.peer_id != own.id))
        .outerjoin(end, end.id == lead.peer_id)
        .outerjoin(Device, Device.id == func.coalesce(end.device_id, met.device_id))
        .outerjoin(Category, Category.id == Device.category_id)
        .where(own.device_id.in_(idents))
        .group_by(own.device_id)
    )  # fmt: skip
    return {row[0]: Hanging(*row[1:]) for row in rows if row[0] is not None}
