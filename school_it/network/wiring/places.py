"""Racks and panels come to be as soon as an outlet names them: nobody has to draw them first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from school_it import audit, setwise
from school_it.access import Actor
from school_it.audit import Action, Batch
from school_it.changes import Change
from school_it.database import portions, table_of
from school_it.network.rules import folded
from school_it.network.wiring import ports
from school_it.network.wiring.models import Panel, Rack
from school_it.network.wiring.rules import number_in, panel_size
from school_it.schools.models import School
from school_it.setwise import Changed
from school_it.sheets import Creation, Row

MOST_PORTS = 999


class Named(NamedTuple):
    """Words of an outlet's list that stand for a place at a school."""

    school_id: int
    rack: str
    panel: str | None
    port: str | None


def named(rows: Iterable[Any]) -> list[Named]:
    """The places that outlets (rows with `school_id`, `rack`, `panel`, `panel_port`) name."""
    return [Named(row.school_id, row.rack, row.panel, row.panel_port) for row in rows if folded(row.rack)]


def position(port: str | None) -> int:
    """The place of a port that a list names, 0 for none that can be counted."""
    last = number_in(port or "").replace(".", "/").replace(":", "/").rsplit("/", 1)[-1]
    return int(last) if last and int(last) <= MOST_PORTS else 0


def stored_racks(session: Session, school_ids: Iterable[int]) -> dict[tuple[int, str], int]:
    columns = select(Rack.school_id, Rack.name_folded, Rack.id)
    return {
        (school_id, name): ident
        for some in portions(sorted(set(school_ids)))
        for school_id, name, ident in session.execute(columns.where(Rack.school_id.in_(some)))
    }


def stored_panels(session: Session, rack_ids: Iterable[int]) -> dict[tuple[int, str], tuple[int, int]]:
    """By rack and folded name of a panel its id and how many ports it has."""
    columns = select(Panel.rack_id, Panel.name_folded, Panel.id, Panel.ports)
    return {
        (rack_id, name): (ident, size)
        for some in portions(sorted(set(rack_ids)))
        for rack_id, name, ident, size in session.execute(columns.where(Panel.rack_id.in_(some)))
    }


def creations(session: Session, rows: Sequence[Row]) -> list[Creation]:
    """The racks and panels that these rows of the list name and that are not there yet, school by school."""
    idents = {
        number: ident
        for ident, number in session.execute(
            select(School.id, School.school_number).where(
                School.school_number.in_({row.values["school_number"] for row in rows})
            )
        )
    }
    racks = stored_racks(session, idents.values())
    panels = stored_panels(session, racks.values())
    missing: dict[tuple[str, str, str], tuple[str, list[int]]] = {}
    for row in rows:
        number, rack, panel = (row.values.get(name) or "" for name in ("school_number", "rack", "panel"))
        rack_id = racks.get((idents.get(number, 0), folded(rack)))
        if rack_id is None:
            missing.setdefault(("rack", number, folded(rack)), (rack, []))[1].append(row.number)
        if folded(panel) and (rack_id is None or (rack_id, folded(panel)) not in panels):
            key = ("panel", number, f"{folded(rack)}/{folded(panel)}")
            missing.setdefault(key, (f"{rack}/{panel}", []))[1].append(row.number)
    return [
        Creation(field, word, number, tuple(numbers))
        for (field, number, _folded), (word, numbers) in missing.items()
    ]


def settle(session: Session, wanted: Sequence[Named], *, by: Actor, batch: Batch | None = None) -> None:
    """Make the racks and panels that are named and not there yet, and those panels larger that have too few ports."""
    racks = stored_racks(session, {one.school_id for one in wanted})
    missing = {
        (one.school_id, folded(one.rack)): one.rack
        for one in reversed(wanted)
        if (one.school_id, folded(one.rack)) not in racks
    }
    ways = _Ways(session, by, batch)
    made = [
        {"school_id": school_id, "name": name, "name_folded": key, "units": 42, "version": 1}
        for (school_id, key), name in missing.items()
    ]
    racks |= dict(zip(missing, ways.add(Rack, made, Action.RACK_ADDED), strict=True))
    _settle_panels(session, wanted, racks, ways)


def _settle_panels(
    session: Session, wanted: Sequence[Named], racks: Mapping[tuple[int, str], int], ways: _Ways
) -> None:
    sizes: dict[tuple[int, str], list[int]] = defaultdict(list)
    names: dict[tuple[int, str], tuple[str, int]] = {}
    for one in wanted:
        if folded(one.panel):
            key = racks[one.school_id, folded(one.rack)], folded(one.panel)
            sizes[key].append(position(one.port))
            names.setdefault(key, (one.panel or "", one.school_id))
    stored = stored_panels(session, {rack_id for rack_id, _name in sizes})
    missing = [key for key in sizes if key not in stored]
    rows = [
        {
            "rack_id": key[0], "name": names[key][0], "name_folded": key[1], "ports": panel_size(sizes[key]),
            "version": 1,
        }
        for key in missing
    ]  # fmt: skip
    schools = {key[0]: names[key][1] for key in sizes}
    made = ways.add(Panel, rows, Action.PANEL_ADDED, schools)
    grown = [
        Changed(ident, {"ports": Change(size, panel_size([*sizes[key], size]))}, names[key][0], names[key][1])
        for key, (ident, size) in stored.items()
        if key in sizes and max(sizes[key]) > size
    ]
    ways.change(Panel, grown, Action.PANEL_CHANGED)
    ports.fit_panels(session, [*made, *(one.ident for one in grown)])


class _Ways:
    """Writing with a batch where there is one; a batch of its own as soon as it is needed."""

    def __init__(self, session: Session, by: Actor, batch: Batch | None) -> None:
        self.session, self.by, self._batch = session, by, batch

    @property
    def batch(self) -> Batch:
        if self._batch is None:
            self._batch = audit.begin_batch(self.session, "network", by=self.by, title="")
        return self._batch

    def add(
        self,
        model: Any,
        rows: Sequence[Mapping[str, Any]],
        action: Action,
        schools: Mapping[int, int] | None = None,
    ) -> list[int]:
        def at(_ident: int, row: Mapping[str, Any]) -> int | None:
            return row["school_id"] if schools is None else schools[row["rack_id"]]

        if not rows:
            return []
        return setwise.add(
            self.session, table_of(model), rows, action=action, by=self.by, batch=self.batch,
            label=lambda row: row["name"], school_id=at,
        )  # fmt: skip

    def change(self, model: Any, rows: Sequence[Changed], action: Action) -> None:
        if rows:
            setwise.change(self.session, table_of(model), rows, action=action, by=self.by, batch=self.batch)
