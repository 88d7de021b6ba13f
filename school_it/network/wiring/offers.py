"""What the forms of the network suggest: nobody at a rack knows an inventory number by heart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Select, exists, func, or_, select
from sqlalchemy.orm import Session

from school_it.devices.models import Category, Device
from school_it.devices.rules import State
from school_it.network.models import Outlet
from school_it.network.wiring.models import Mount, Panel, Rack
from school_it.network.wiring.rules import NETWORK_CATEGORIES
from school_it.schools.models import Room

MOST = 300
IN_RACKS = (*NETWORK_CATEGORIES, "Server")


class Offer(NamedTuple):
    """What goes into the field, and what it is beside it."""

    value: str
    said: str


def to_mount(session: Session, rack: Rack) -> list[Offer]:
    """The school's devices that belong into a rack and are in none yet: first those to which its outlets lead."""
    nowhere = ~exists(select(Mount.id).where(Mount.device_id == Device.id))
    rows = _devices(rack.school_id).where(Category.name.in_(IN_RACKS), nowhere)
    found = _offered(session, rows.order_by(Device.state != State.IN_USE, Device.tag_folded))
    lead = select(Outlet.switch, func.count()).where(Outlet.school_id == rack.school_id)
    lead = lead.where(Outlet.rack == rack.name, Outlet.switch.is_not(None)).group_by(Outlet.switch)
    here = dict(session.execute(lead).all())
    return sorted(found, key=lambda one: -here.get(one.value, 0))


def switches(session: Session, school_id: int) -> list[Offer]:
    rows = _devices(school_id).where(Category.name.in_(NETWORK_CATEGORIES))
    return _offered(session, rows.order_by(Device.tag_folded))


def to_plug(session: Session, school_id: int) -> list[Offer]:
    """Network devices of the school and its access points."""
    network = or_(Category.name.in_(NETWORK_CATEGORIES), Category.item_class == "access_point")
    return _offered(session, _devices(school_id).where(network).order_by(Device.tag_folded))


def _devices(school_id: int) -> Select[Device, str]:
    rows = select(Device, Room.room).join(Category, Category.id == Device.category_id)
    rows = rows.outerjoin(Room, Room.id == Device.room_id)
    return rows.where(Device.school_id == school_id, Device.state != State.DISPOSED).limit(MOST)


def _offered(session: Session, rows: Select[Device, str]) -> list[Offer]:
    return [
        Offer(one.asset_tag, " · ".join(filter(None, (one.category.name, one.label, room))))
        for one, room in session.execute(rows)
    ]


def racks(session: Session, school_id: int) -> Sequence[str]:
    return session.scalars(select(Rack.name).where(Rack.school_id == school_id).order_by(Rack.name)).all()


def panels(session: Session, school_id: int) -> Sequence[str]:
    """Each name once: the panels of different racks are often called the same."""
    rows = select(Panel.name).join(Rack, Rack.id == Panel.rack_id).where(Rack.school_id == school_id)
    return session.scalars(rows.distinct().order_by(Panel.name)).all()
