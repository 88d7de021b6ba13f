"""The names of the outlets' lists become cables as soon as what they name is there.

An outlet keeps the words of its list: rack, panel, port, switch. `join` compares them with the racks, panels and
devices that are known and plugs what fits: outlet -- panel port in the wall, panel port -- switch port in the rack;
straight to the switch where no panel is known. What fits nothing stays a word. It can be done at any time, as often as
one likes, and changes nothing where nothing has changed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from school_it.database import portions
from school_it.devices import numbers
from school_it.devices.models import Device
from school_it.network.models import Outlet
from school_it.network.rules import folded
from school_it.network.wiring import cables, ports
from school_it.network.wiring.cables import End
from school_it.network.wiring.models import NetworkPort, Panel, Rack
from school_it.network.wiring.rules import CableKind, Side, port_named
from school_it.schools.models import School

PanelKey = tuple[int, str, str]


class Resolver:
    """Which port is meant by the words of outlets: of the panels of `school_ids` and of the switches named."""

    def __init__(self, session: Session, school_ids: Iterable[int], switches: Iterable[str | None]) -> None:
        self.panels = _panels(session, school_ids)
        self.switches = _switches(session, switches)
        self._panel_ports = _Named(session, NetworkPort.panel_id, self.panels.values())
        self._switch_ports = _Named(session, NetworkPort.device_id, self.switches.values())

    def panel_port(self, school_id: int, rack: str | None, panel: str | None, port: str | None) -> int | None:
        owner = self.panels.get((school_id, folded(rack), folded(panel)))
        return None if owner is None else self._panel_ports.find(owner, port)

    def switch_port(self, switch: str | None, port: str | None) -> int | None:
        owner = self.switches.get(numbers.folded(switch))
        return None if owner is None else self._switch_ports.find(owner, port)


class _Named:
    """The ports of some owners by name and by position."""

    def __init__(self, session: Session, column: Any, owners: Iterable[int]) -> None:
        self.names: dict[int, dict[str, int]] = defaultdict(dict)
        self.positions: dict[int, dict[int, int]] = defaultdict(dict)
        columns = select(column, NetworkPort.name_folded, NetworkPort.position, NetworkPort.id)
        for some in portions(sorted(set(owners))):
            for owner, name, place, ident in session.execute(columns.where(column.in_(some))):
                self.names[owner][name] = ident
                self.positions[owner][place] = ident

    def find(self, owner: int, said: str | None) -> int | None:
        return port_named(said, self.names[owner], self.positions[owner])


def _panels(session: Session, school_ids: Iterable[int]) -> dict[PanelKey, int]:
    columns = select(Rack.school_id, Rack.name_folded, Panel.name_folded, Panel.id)
    columns = columns.join(Rack, Rack.id == Panel.rack_id)
    return {
        (school_id, rack, panel): ident
        for some in portions(sorted(set(school_ids)))
        for school_id, rack, panel, ident in session.execute(columns.where(Rack.school_id.in_(some)))
    }


def _switches(session: Session, names: Iterable[str | None]) -> dict[str, int]:
    wanted = sorted({numbers.folded(name) for name in names} - {""})
    return {
        name: ident
        for some in portions(wanted)
        for name, ident in session.execute(
            select(Device.tag_folded, Device.id).where(Device.tag_folded.in_(some))
        )
    }


def join(session: Session, school_ids: Iterable[int]) -> None:
    """Plug what the outlets of these schools say; inside a writing transaction, a statement for many outlets."""
    _join(session, ports.outlets_of(session, school_ids=school_ids))


def join_outlets(session: Session, idents: Iterable[int]) -> None:
    """Likewise for single outlets: what others have stays theirs."""
    _join(session, ports.outlets_of(session, idents=idents))


def _join(session: Session, outlets: Sequence[Any]) -> None:
    if not outlets:
        return
    own = ports.fit_outlets(session, {row.id: row.outlet for row in outlets})
    resolver = Resolver(session, {row.school_id for row in outlets}, {row.switch for row in outlets})
    wanted = _wanted(outlets, own, resolver)
    _replug(session, set(own.values()), wanted)


def _wanted(
    outlets: Sequence[Any], own: Mapping[int, int], resolver: Resolver
) -> dict[End, tuple[End, CableKind]]:
    """By end the other end and the kind; who comes first has the port."""
    found: dict[End, tuple[End, CableKind]] = {}
    taken: set[End] = set()

    def plug(one: End, other: End, kind: CableKind) -> bool:
        if one in taken or other in taken:
            return False
        taken.update((one, other))
        found[one] = (other, kind)
        return True

    for row in outlets:
        back = End(own[row.id], Side.BACK)
        panel_port = resolver.panel_port(row.school_id, row.rack, row.panel, row.panel_port)
        switch_port = resolver.switch_port(row.switch, row.switch_port)
        here = back
        if panel_port is not None and plug(back, End(panel_port, Side.BACK), CableKind.FIXED):
            here = End(panel_port, Side.FRONT)
        if switch_port is not None:
            plug(here, End(switch_port, Side.FRONT), CableKind.PATCH)
    return found


def _replug(session: Session, own: set[int], wanted: Mapping[End, tuple[End, CableKind]]) -> None:
    """Pull what the outlets had and no longer say, plug what is new and free on both ends."""
    behind = {end.port for end in wanted if end.side is Side.FRONT}
    fixed = cables.plugged(session, own, Side.BACK)
    behind |= {other.port for other in fixed.values() if other.side is Side.BACK}
    now = fixed | cables.plugged(session, behind, Side.FRONT)
    stale = {end for end, other in now.items() if end not in wanted or wanted[end][0] != other}
    cables.pull(session, stale)
    new = {end: said for end, said in wanted.items() if end in stale or end not in now}
    taken = cables.taken(
        session, {port for end, (other, _k) in new.items() for port in (end.port, other.port)}
    )
    free = {end: said for end, said in new.items() if end not in taken and said[0] not in taken}
    cables.plug(session, [(end, other, kind) for end, (other, kind) in free.items()])


def let_go(session: Session, outlet_ids: Sequence[int]) -> None:
    """Before outlets go: pull their cable in the wall and the patch cord behind it."""
    for some in portions(list(outlet_ids)):
        own = set(session.scalars(select(NetworkPort.id).where(NetworkPort.outlet_id.in_(some))))
        fixed = cables.plugged(session, own, Side.BACK)
        behind = cables.plugged(session, {end.port for end in fixed.values()}, Side.FRONT)
        cables.pull(session, {*fixed, *behind})


def schools_naming(session: Session, tags: Iterable[str]) -> set[int]:
    """The schools of which an outlet names one of these inventory numbers as its switch."""
    return {
        ident
        for some in portions(sorted(set(tags)))
        for ident in session.scalars(select(Outlet.school_id).where(Outlet.switch.in_(some)).distinct())
    }


def all_schools(session: Session) -> list[int]:
    return list(session.scalars(select(School.id).where(School.id.in_(select(Outlet.school_id).distinct()))))
