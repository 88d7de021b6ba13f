"""Whether a port is taken already: the same answer for a file of hundreds and for one form."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from school_it.access import Actor, May
from school_it.errors import N_, Sentence
from school_it.network import queries, rules
from school_it.network.queries import Switch
from school_it.network.rules import Clash, Place
from school_it.network.wiring import tracing
from school_it.network.wiring.joining import Resolver

WORDED = {
    "panel_port": N_("Der Patchport %(port)s ist schon mit der Dose %(other)s belegt."),
    "switch_port": N_("Der Switchport %(port)s ist schon mit der Dose %(other)s belegt."),
}
OCCUPIED = N_("Im Switchport %(port)s steckt schon ein Kabel zu %(other)s.")
ELSEWHERE = N_("%(outlet)s der Schule %(school)s")
IN_ROW = N_("%(outlet)s (Zeile %(row)s)")


def resolved(session: Session, places: Sequence[Place], idents: Mapping[Any, int]) -> list[Place]:
    """The places with the ports that their words are known to mean; `idents` gives the id of a school's number."""
    schools = {idents[one.school] for one in places if one.school in idents}
    resolver = Resolver(session, schools, {one.values.get("switch") for one in places})
    return [
        replace(one, values={**one.values, **_ports(resolver, one.values, idents.get(one.school))})
        for one in places
    ]


def _ports(resolver: Resolver, values: Mapping[str, Any], school_id: int | None) -> dict[str, int | None]:
    said = (values.get(name) for name in ("rack", "panel", "panel_port"))
    return {
        "panel_port_id": None if school_id is None else resolver.panel_port(school_id, *said),
        "switch_port_id": resolver.switch_port(values.get("switch"), values.get("switch_port")),
    }


def occupied(session: Session, places: Sequence[Place], *, seen_by: Actor) -> dict[Hashable, Sentence]:
    """By `ident` of places whose switch port holds a cable that is no outlet's: an uplink, or a device directly."""
    wanted = {one.values["switch_port_id"]: one for one in places if one.values.get("switch_port_id")}
    cables = queries.foreign_cables(session, list(wanted))
    met = tracing.nodes(session, cables.values())
    scope, said = seen_by.scope(May.SEE_NETWORK), dict[Hashable, Sentence]()
    for port_id, peer_id in cables.items():
        place, other = wanted[port_id], met[peer_id]
        shown = other.label if scope.holds(other.school_id) else "…"
        said[place.ident] = Sentence(OCCUPIED, port=port_of_switch(place), other=shown)
    return said


def port_of_switch(place: Place) -> str:
    return "/".join(str(place.values[name]) for name in ("switch", "switch_port") if place.values.get(name))


def stored_places(session: Session, school_ids: Iterable[int], switches: Iterable[str | None]) -> list[Place]:
    """The outlets with which new ones could clash."""
    rows = queries.patched_at(session, school_ids, filter(None, switches))
    return [Place(row.id, row.outlet, row.school_number, dict(row._mapping)) for row in rows]


def clashes_of(wanted: Sequence[Place], stored: Iterable[Place]) -> list[Clash]:
    """What would clash if `wanted` were written; they stand for the stored ones with the same `ident`.

    What clashes is not written and stays as it is stored: so it may be in the way of others, and the question is
    asked anew without it until nothing changes.
    """
    known, left, found = {place.ident: place for place in stored}, list(wanted), list[Clash]()
    while True:
        meant: dict[Hashable, Place] = {**known, **{place.ident: place for place in left}}
        more = rules.clashes(meant.values())
        if not more:
            return found
        found += more
        refused = {clash.place.ident for clash in more}
        left = [place for place in left if place.ident not in refused]


def sentence(clash: Clash, *, may_see: Callable[[Hashable], bool]) -> Sentence:
    """Names the other outlet, with its row where it stands in the file, with its school where that is another one."""
    other: Any = clash.other.name
    if clash.other.school != clash.place.school:
        if not may_see(clash.other.school):
            return Sentence(
                N_("Der Switchport %(port)s ist schon an einer anderen Schule belegt."), port=port_of(clash)
            )
        other = Sentence(ELSEWHERE, outlet=other, school=str(clash.other.school))
    elif clash.other.row is not None:
        other = Sentence(IN_ROW, outlet=other, row=clash.other.row)
    return Sentence(WORDED[clash.field], port=port_of(clash), other=other)


def port_of(clash: Clash) -> str:
    """Such as ``EV2/PF1/13``."""
    values: Mapping[str, Any] = clash.place.values
    names = ("rack", "panel", "panel_port") if clash.field == "panel_port" else ("switch", "switch_port")
    return "/".join(str(values[name]) for name in names if values.get(name))


def no_switch(device: Switch) -> Sentence:
    return Sentence(
        N_("%(tag)s ist kein Switch, sondern: %(category)s. Bitte die Inventarnummer des Switch eintragen."),
        tag=device.asset_tag,
        category=device.category,
    )
