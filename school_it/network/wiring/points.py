"""The access points of a school that are plugged in nowhere, and plugging them as one act."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import Session

from school_it import audit
from school_it.access import Actor, May
from school_it.audit import Action, Batch
from school_it.database import portions
from school_it.devices.models import Category, Device
from school_it.devices.rules import ItemClass
from school_it.errors import N_, BadValue, RuleBroken
from school_it.network import queries as outlet_queries
from school_it.network.coverage import NOT_HANGING
from school_it.network.models import Outlet
from school_it.network.types.rules import PortKind
from school_it.network.wiring import cables, matching
from school_it.network.wiring.cables import End
from school_it.network.wiring.matching import Matched, Pair, Point, Socket
from school_it.network.wiring.models import NetworkPort, Plug
from school_it.network.wiring.rules import CableKind, Side
from school_it.schools.models import Room, School

KIND = "network.plugged"
MOST = 500
"""Pairs that are shown and plugged at once; the others follow with the next act."""

PLUGGED = exists(
    select(Plug.port_id)
    .join(NetworkPort, NetworkPort.id == Plug.port_id)
    .where(NetworkPort.device_id == Device.id)
    .correlate(Device)
)


def _hanging(*columns: Any) -> Select[Any]:
    """These columns of the access points that hang somewhere; those in stock, defective or gone do not."""
    rows = select(*columns).select_from(Device).join(Category, Category.id == Device.category_id)
    return rows.where(Category.item_class == ItemClass.ACCESS_POINT, Device.state.not_in(NOT_HANGING))


def count_open_at(session: Session, number: str, by: Actor) -> int:
    """How many access points of the school are plugged in nowhere, for those who may plug them; one statement."""
    wanted = _hanging(func.count()).join(School, School.id == Device.school_id).where(~PLUGGED)
    within = by.scope(May.EDIT_NETWORK).where(Device.school_id)
    return session.scalar(wanted.where(School.school_number == number, within)) or 0


def look(session: Session, school_id: int) -> Matched:
    """What could be plugged now; three statements, whatever the school has."""
    here = Device.school_id == school_id
    known = session.execute(
        _hanging(Device.id, Device.asset_tag, Device.room_id, Room.room, PLUGGED)
        .outerjoin(Room, Room.id == Device.room_id)
        .where(here)
        .order_by(Room.room, Device.tag_folded)
    ).all()
    ports = _ports(session, here)
    points = [
        Point(ident, tag, room_id, room, *ports.get(ident, (None, None)))
        for ident, tag, room_id, room, plugged in known
        if not plugged
    ]
    sockets = _sockets(session, school_id) if points else []
    return matching.match(points, sockets, [tag for _ident, tag, *_more in known])


def _ports(session: Session, here: ColumnElement[bool]) -> dict[int, tuple[int, str]]:
    """By access point the port for its cable: one that takes power from it before others, then the first."""
    rows = _hanging(NetworkPort.device_id, NetworkPort.id, NetworkPort.name)
    rows = rows.join(NetworkPort, NetworkPort.device_id == Device.id)
    rows = rows.where(here, NetworkPort.kind == PortKind.INTERFACE)
    found: dict[int, tuple[int, str]] = {}
    for device_id, ident, name in session.execute(
        rows.order_by(NetworkPort.takes_poe.desc(), NetworkPort.position)
    ):
        found.setdefault(device_id, (ident, name))
    return found


def _sockets(session: Session, school_id: int) -> list[Socket]:
    taken = exists(select(Plug.port_id).where(Plug.port_id == NetworkPort.id, Plug.side == Side.FRONT))
    rows = session.execute(
        select(Outlet.id, Outlet.outlet, Outlet.room_id, NetworkPort.id, Outlet.connected, taken)
        .join(NetworkPort, NetworkPort.outlet_id == Outlet.id)
        .where(Outlet.school_id == school_id)
        .order_by(Outlet.outlet)
    )
    return [Socket(*row) for row in rows]


def outlets_of(session: Session, pairs: Sequence[Pair]) -> list[Outlet]:
    """The outlets of these pairs, for their chains."""
    return [
        outlet
        for some in portions([pair.socket.ident for pair in pairs])
        for outlet in session.scalars(select(Outlet).where(Outlet.id.in_(some)))
    ]


def plug_points(session: Session, school: School, wanted: Collection[tuple[int, int]], *, by: Actor) -> Batch:
    """Plug these access points into these outlets (ids of device and outlet), as one act that can be taken back.

    Raises BadValue where there are none, RuleBroken where room and list no longer leave just these.
    """
    by.must(May.EDIT_NETWORK, school.id)
    if not wanted:
        raise BadValue(N_("Bitte mindestens einen Accesspoint ankreuzen."))
    outlet_queries.lock_schools(session, [school.id])
    found = {(pair.point.ident, pair.socket.ident): pair for pair in look(session, school.id).pairs}
    if not set(wanted) <= found.keys():
        raise RuleBroken(N_("Inzwischen hat sich etwas geändert. Bitte die neue Vorschau ansehen."))
    pairs = [found[key] for key in sorted(set(wanted))]
    cables.plug(session, [(*_ends(pair), CableKind.DEVICE) for pair in pairs])
    batch = audit.begin_batch(session, KIND, by=by)
    batch.counts = {"rows": len(pairs)}
    audit.record_many(session, [_told(pair, school.id) for pair in pairs], by=by, batch=batch)
    audit.record_many(session, [_told_beside(pair, school.id) for pair in pairs], by=by, batch=batch)
    return batch


def _ends(pair: Pair) -> tuple[End, End]:
    return End(_port(pair), Side.FRONT), End(pair.socket.port_id, Side.FRONT)


def _port(pair: Pair) -> int:
    assert pair.point.port_id is not None  # only such are paired  # noqa: S101
    return pair.point.port_id


def _told(pair: Pair, school_id: int) -> dict[str, Any]:
    return {
        "action": Action.CABLE_PLUGGED, "object_type": Outlet.__tablename__, "object_id": pair.socket.ident,
        "object_label": pair.socket.outlet, "school_id": school_id,
        "changes": {"cable": [None, f"{pair.point.tag} · {pair.point.port}"]},
        "facts": {"plugged": [pair.socket.port_id, _port(pair)]},
    }  # fmt: skip


def _told_beside(pair: Pair, school_id: int) -> dict[str, Any]:
    """The same in the story of the access point; it goes back with that of the outlet."""
    return {
        "action": Action.CABLE_PLUGGED, "object_type": Device.__tablename__, "object_id": pair.point.ident,
        "object_label": pair.point.tag, "school_id": school_id,
        "changes": {"cable": [None, f"{pair.point.port} ↔ {pair.socket.outlet}"]},
        "facts": {"beside": [Outlet.__tablename__, pair.socket.ident]},
    }  # fmt: skip


def still_plugged(session: Session, facts: Collection[tuple[int, int]]) -> set[int]:
    """Of these cables (port of the outlet, port of the access point) the outlet ports in which they still stick."""
    now = cables.plugged(session, [port for port, _other in facts], Side.FRONT)
    return {port for port, other in facts if now.get(End(port, Side.FRONT)) == End(other, Side.FRONT)}


def pull(session: Session, port_ids: Collection[int]) -> None:
    """Pull what sticks in the front of these outlets."""
    cables.pull(session, [End(port, Side.FRONT) for port in port_ids])
