"""Cables as the tables have them: always two plugs. What people may plug is decided in `actions`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import delete, insert, select, tuple_
from sqlalchemy.orm import Session

from school_it.database import portions, table_of
from school_it.network.wiring.models import Plug
from school_it.network.wiring.rules import CableKind, Side

PLUGS = table_of(Plug)
MOST_HOPS = 20


class End(NamedTuple):
    """A side of a port."""

    port: int
    side: Side

    @property
    def through(self) -> End:
        """The other side of the same port."""
        return End(self.port, self.side.other)


def plugged(session: Session, port_ids: Iterable[int], side: Side | None = None) -> dict[End, End]:
    """By plugged end of these ports the end on the other side of its cable; a statement for 500 of them."""
    found: dict[End, End] = {}
    columns = select(Plug.port_id, Plug.side, Plug.peer_id, Plug.peer_side)
    if side is not None:
        columns = columns.where(Plug.side == side)
    for some in portions(sorted(set(port_ids))):
        for port, at, peer, peer_side in session.execute(columns.where(Plug.port_id.in_(some))):
            found[End(port, at)] = End(peer, peer_side)
    return found


def taken(session: Session, port_ids: Iterable[int]) -> set[End]:
    return set(plugged(session, port_ids))


def plug(
    session: Session,
    pairs: Sequence[tuple[End, End, CableKind]],
    *,
    colour: str | None = None,
    label: str | None = None,
) -> None:
    """Write both plugs of each cable; the key of the table refuses an end that has one."""
    rows = [
        {
            "port_id": one.port, "side": one.side, "peer_id": other.port, "peer_side": other.side, "kind": kind,
            "colour": colour, "label": label,
        }
        for a, b, kind in pairs
        for one, other in ((a, b), (b, a))
    ]  # fmt: skip
    for some in portions(rows, 1000):
        session.connection().execute(insert(PLUGS), list(some))


def pull(session: Session, ends: Iterable[End]) -> None:
    """Remove the cables in these ends, both plugs of each."""
    for some in portions(sorted(ends)):
        asked = [(end.port, end.side) for end in some]
        here = tuple_(Plug.port_id, Plug.side).in_(asked)
        there = tuple_(Plug.peer_id, Plug.peer_side).in_(asked)
        session.execute(delete(Plug).where(here), execution_options={"synchronize_session": False})
        session.execute(delete(Plug).where(there), execution_options={"synchronize_session": False})


def walk(session: Session, starts: Iterable[End]) -> dict[End, list[End]]:
    """By start the ends that its cables lead to, one after the other, until a device or an open end.

    A statement for each step, not for each start. Of a list ``[a, b, c]`` `a` is where the first cable arrives; it is
    left by its other side, as far as it passes through (a device's port does not: nothing is plugged into its back).
    """
    chains: dict[End, list[End]] = {start: [] for start in starts}
    here = {start: start for start in chains}
    for _hop in range(MOST_HOPS):
        if not here:
            break
        onward = plugged(session, {end.port for end in here.values()})
        here = _stepped(chains, here, onward)
    return chains


def _stepped(
    chains: dict[End, list[End]], here: Mapping[End, End], onward: Mapping[End, End]
) -> dict[End, End]:
    left = {}
    for start, end in here.items():
        arrived = onward.get(end)
        if arrived is not None and arrived not in chains[start]:
            chains[start].append(arrived)
            left[start] = arrived.through
    return left
