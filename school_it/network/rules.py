"""The chain from an outlet to its VLAN, and what may not be plugged in twice. Plain values only."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from school_it.errors import N_


class Gap(StrEnum):
    """What is not known of a chain, from the outlet onwards."""

    PANEL = "panel"
    UNPATCHED = "unpatched"
    SWITCH = "switch"
    SWITCH_PORT = "switch_port"
    VLAN = "vlan"


GAPS = {
    Gap.PANEL: N_("Patchport unbekannt"),
    Gap.UNPATCHED: N_("nicht gepatcht"),
    Gap.SWITCH: N_("Switch nicht im Bestand"),
    Gap.SWITCH_PORT: N_("Switchport unbekannt"),
    Gap.VLAN: N_("VLAN unbekannt"),
}


def gaps(values: Mapping[str, Any], *, switch_known: bool) -> list[Gap]:
    """Where the chain of an outlet breaks off; empty where it is known from end to end.

    `values` by the field names of the sheet; `switch_known`: a device has the inventory number of its switch.
    """
    found = [] if values.get("panel") and values.get("panel_port") else [Gap.PANEL]
    if not values.get("switch"):
        return [*found, Gap.UNPATCHED]
    if not switch_known:
        found.append(Gap.SWITCH)
    if not values.get("switch_port"):
        found.append(Gap.SWITCH_PORT)
    if not values.get("vlan"):
        found.append(Gap.VLAN)
    return found


LONGEST_FOLDED = 60


def folded(text: str | None) -> str:
    """Names of ports and panels without what nobody sees as a difference: capital letters and blanks.

    An ß becomes two letters: cut, so that it has room in every column of its kind.
    """
    return "".join((text or "").casefold().split())[:LONGEST_FOLDED]


def room_letters(room: str) -> str:
    """What an electrician keeps of a room's number: »R 1.07«, »1-07« and »107« are all 107."""
    letters = re.sub(r"[^0-9a-zäöüß]", "", room.casefold())
    return re.sub(r"^(raum|r)(?=[0-9])", "", letters)


def panel_end(school: Hashable, values: Mapping[str, Any]) -> tuple[Hashable, ...] | None:
    """Which port of which panel at which school this is; None where that is not known.

    A port without the name of its panel or its rack could be anywhere. `values` may say which port that is known to be
    (``panel_port_id``): »13« and »Port 13« are then the same.
    """
    if values.get("panel_port_id") is not None:
        return ("port", values["panel_port_id"])
    rack, panel, port = (folded(values.get(name)) for name in ("rack", "panel", "panel_port"))
    return (school, rack, panel, port) if port and (rack or panel) else None


def switch_end(values: Mapping[str, Any]) -> tuple[Hashable, ...] | None:
    """Which port of which switch, wherever the switch stands; None where that is not known.

    Likewise ``switch_port_id``: »Gi1/0/13« and »1/0/13« are the same where the switch has such a port.
    """
    if values.get("switch_port_id") is not None:
        return ("port", values["switch_port_id"])
    switch, port = folded(values.get("switch")), folded(values.get("switch_port"))
    return (switch, port) if switch and port else None


@dataclass(frozen=True)
class Place:
    """An outlet as it would be: its `ident` tells it from the others, `row` is its row in a file."""

    ident: Hashable
    name: str
    school: Hashable
    values: Mapping[str, Any]
    row: int | None = None


@dataclass(frozen=True)
class Clash:
    """Two outlets on one port: `field` is ``panel_port`` or ``switch_port``."""

    field: str
    place: Place
    other: Place


def clashes(places: Iterable[Place]) -> list[Clash]:
    """Each outlet of a file that has a port another one has too, with the first of the others."""
    ends: dict[tuple[str, Hashable], list[Place]] = defaultdict(list)
    for place in places:
        for field, end in (
            ("panel_port", panel_end(place.school, place.values)),
            ("switch_port", switch_end(place.values)),
        ):
            if end is not None:
                ends[field, end].append(place)
    return [
        Clash(field, place, next(other for other in together if other is not place))
        for (field, _end), together in ends.items()
        if len(together) > 1
        for place in together
        if place.row is not None
    ]
