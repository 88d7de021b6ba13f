"""Finding outlets and what they are patched to; `seen_by` narrows each to what that person may see."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, RowMapping, Select, and_, case, exists, func, not_, or_, select
from sqlalchemy.orm import Session

from school_it.access import Actor, May
from school_it.database import WRITES, portions
from school_it.devices import numbers
from school_it.devices.models import Category, Device
from school_it.errors import N_, NotThere
from school_it.network.models import Outlet
from school_it.network.wiring.models import Plug
from school_it.network.wiring.rules import CableKind, Side
from school_it.schools.models import Room, School

SHEET_COLUMNS: tuple[Any, ...] = (
    School.school_number, Room.room, Outlet.outlet, Outlet.rack, Outlet.panel, Outlet.panel_port, Outlet.switch,
    Outlet.switch_port, Outlet.vlan, Outlet.connected, Outlet.measured_on, Outlet.remark,
)  # fmt: skip

SWITCH_KNOWN = exists(select(Device.id).where(Device.asset_tag == Outlet.switch))
PATCHED = Outlet.switch.is_not(None)
WHOLE = and_(
    Outlet.panel.is_not(None),
    Outlet.panel_port.is_not(None),
    Outlet.switch_port.is_not(None),
    Outlet.vlan.is_not(None),
    SWITCH_KNOWN,
)
"""The chain is known from end to end: what `rules.gaps` says of one outlet, as a condition for many."""

STATES = ("whole", "gaps", "unpatched")


@dataclass(frozen=True)
class Wish:
    """What a list of outlets is narrowed to; `state` is one of `STATES`."""

    text: str = ""
    school_number: str | None = None
    room: str | None = None
    rack: str | None = None
    switch: str | None = None
    state: str | None = None

    @property
    def narrowed(self) -> bool:
        return any((self.text, self.school_number, self.room, self.rack, self.switch, self.state))


def outlets(wish: Wish, *, seen_by: Actor) -> Select[Outlet]:
    """Not ordered: `web.lists.slice_of` does that."""
    rows = select(Outlet).join(School, School.id == Outlet.school_id).join(Room, Room.id == Outlet.room_id)
    return rows.where(seen_by.scope(May.SEE_NETWORK).where(Outlet.school_id), *_conditions(wish))


def matching(session: Session, text: str, *, seen_by: Actor, limit: int = 10) -> list[Outlet]:
    """For the search over everything: outlets whose name begins like this, with or without »Dose« before it."""
    name = text.strip().removeprefix("Dose ").removeprefix("dose ").strip()
    if not name or not seen_by.may(May.SEE_NETWORK):
        return []
    found = outlets(Wish(), seen_by=seen_by).where(Outlet.outlet.istartswith(name, autoescape=True))
    return list(session.scalars(found.order_by(Outlet.outlet, Outlet.id).limit(limit)))


def _conditions(wish: Wish) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    texts = (
        Outlet.outlet,
        Room.room,
        Outlet.rack,
        Outlet.panel,
        Outlet.switch,
        Outlet.vlan,
        Outlet.connected,
    )
    for word in wish.text.split():
        found.append(or_(*(column.icontains(word, autoescape=True) for column in texts)))
    asked = (
        (School.school_number, wish.school_number), (Room.room, wish.room), (Outlet.rack, wish.rack),
        (Outlet.switch, wish.switch),
    )  # fmt: skip
    found += [column == value for column, value in asked if value]
    if wish.state:
        found.append(_in_state(wish.state))
    return found


def _in_state(state: str) -> ColumnElement[bool]:
    if state == "whole":
        return WHOLE
    return not_(PATCHED) if state == "unpatched" else not_(func.coalesce(WHOLE, False))


def get_outlet(session: Session, ident: int, *, seen_by: Actor, may: May = May.SEE_NETWORK) -> Outlet:
    found = session.get(Outlet, ident)
    if found is None or not seen_by.scope(may).holds(found.school_id):
        raise NotThere(N_("Diese Netzwerkdose gibt es hier nicht."))
    return found


def find_outlet(session: Session, school_id: int, outlet: str) -> Outlet | None:
    return session.scalar(select(Outlet).where(Outlet.school_id == school_id, Outlet.outlet == outlet))


def get_outlet_named(session: Session, school_id: int, outlet: str) -> Outlet:
    """Raises NotThere."""
    found = find_outlet(session, school_id, outlet)
    if found is None:
        raise NotThere(N_("Diese Netzwerkdose gibt es hier nicht."))
    return found


def in_room(session: Session, room_id: int) -> Sequence[Outlet]:
    return session.scalars(select(Outlet).where(Outlet.room_id == room_id).order_by(Outlet.outlet)).all()


def has_any(session: Session, *, seen_by: Actor) -> bool:
    within = seen_by.scope(May.SEE_NETWORK).where(Outlet.school_id)
    return session.scalar(select(Outlet.id).where(within).limit(1)) is not None


@dataclass(frozen=True)
class SchoolCount:
    """The outlets of one school: all of them, those patched, those whose chain is known from end to end."""

    number: str
    name: str
    outlets: int
    patched: int
    whole: int
    rooms: int


def by_school(session: Session, *, seen_by: Actor, school_number: str | None = None) -> list[SchoolCount]:
    """Schools with outlets, by name, or only this one; one statement."""
    wanted = (
        select(
            School.school_number,
            School.name,
            func.count(),
            func.sum(case((PATCHED, 1), else_=0)),
            func.sum(case((WHOLE, 1), else_=0)),
            func.count(Outlet.room_id.distinct()),
        )
        .select_from(Outlet)
        .join(School, School.id == Outlet.school_id)
        .where(seen_by.scope(May.SEE_NETWORK).where(Outlet.school_id))
        .group_by(School.id, School.school_number, School.name)
        .order_by(School.name)
    )
    if school_number is not None:
        wanted = wanted.where(School.school_number == school_number)
    return [SchoolCount(*row) for row in session.execute(wanted)]


def racks(session: Session, school_number: str, *, seen_by: Actor) -> list[str]:
    """The names of the racks of a school, for a choice."""
    wanted = (
        select(Outlet.rack)
        .join(School, School.id == Outlet.school_id)
        .where(School.school_number == school_number, Outlet.rack.is_not(None))
        .where(seen_by.scope(May.SEE_NETWORK).where(Outlet.school_id))
    )
    return [rack for rack in session.scalars(wanted.distinct().order_by(Outlet.rack)) if rack]


@dataclass(frozen=True)
class Switch:
    """A device that an outlet may be patched to, or what is taken for one."""

    asset_tag: str
    school_id: int | None
    category: str
    is_no_switch: bool
    """A tablet, a display, a computer: the plan counts such categories, and network devices only as access points."""


def switches(session: Session, names: Iterable[str | None]) -> dict[str, Switch]:
    """The devices with these inventory numbers, by `numbers.folded`; a statement for 500 of them."""
    wanted = sorted({numbers.folded(name) for name in names} - {""})
    found: dict[str, Switch] = {}
    columns = select(
        Device.tag_folded, Device.asset_tag, Device.school_id, Category.name, Category.item_class
    )
    columns = columns.join(Category, Category.id == Device.category_id)
    for some in portions(wanted):
        for folded, tag, school_id, category, item_class in session.execute(
            columns.where(Device.tag_folded.in_(some))
        ):
            found[folded] = Switch(tag, school_id, category, item_class not in (None, "access_point"))
    return found


def lock_schools(session: Session, idents: Iterable[int]) -> None:
    """In a writing transaction nobody else patches at these schools before it ends; everything else goes on."""
    if session.info.get(WRITES):
        wanted = select(School.id).where(School.id.in_(sorted(set(idents)))).order_by(School.id)
        session.execute(wanted.with_for_update(key_share=True)).all()


def patched_at(
    session: Session, school_ids: Iterable[int], switch_names: Iterable[str]
) -> Sequence[Row[Any]]:
    """All outlets of these schools, and those of others on these switches, as values with `id` and `school_id`."""
    found: dict[int, Row[Any]] = {}
    rows: Select[Any] = select(Outlet.id, Outlet.school_id, *SHEET_COLUMNS)
    rows = rows.join(School, School.id == Outlet.school_id).join(Room, Room.id == Outlet.room_id)
    for column, wanted in (
        (Outlet.school_id, sorted(set(school_ids))),
        (Outlet.switch, sorted(set(switch_names))),
    ):
        for some in portions(wanted):
            part = column.in_(some)
            found |= {row.id: row for row in session.execute(rows.where(part))}
    return list(found.values())


def rows_for_sheet(session: Session, *, seen_by: Actor, school_id: int | None = None) -> Sequence[RowMapping]:
    """Outlets by the field names of their sheet."""
    rows = select(*SHEET_COLUMNS).select_from(Outlet)
    rows = rows.join(School, School.id == Outlet.school_id).join(Room, Room.id == Outlet.room_id)
    rows = rows.where(seen_by.scope(May.SEE_NETWORK).where(Outlet.school_id))
    if school_id is not None:
        rows = rows.where(Outlet.school_id == school_id)
    return session.execute(rows.order_by(School.school_number, Outlet.outlet)).mappings().all()


def foreign_cables(session: Session, port_ids: Sequence[int]) -> dict[int, int]:
    """By port the other end of a cable in it that no outlet's list says: an uplink, or a device plugged in directly."""
    columns = select(Plug.port_id, Plug.peer_id).where(Plug.side == Side.FRONT)
    columns = columns.where(Plug.kind.in_((CableKind.UPLINK, CableKind.DEVICE)))
    return {
        port: peer
        for some in portions(sorted(port_ids))
        for port, peer in session.execute(columns.where(Plug.port_id.in_(some)))
    }
