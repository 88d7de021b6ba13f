"""Sides, kinds of cable, and when two words mean the same port. Plain values only."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from school_it.errors import N_
from school_it.network.rules import folded


class Side(StrEnum):
    """The front takes the patch cord, the back the cable in the wall."""

    FRONT = "front"
    BACK = "back"

    @property
    def other(self) -> Side:
        return Side.BACK if self is Side.FRONT else Side.FRONT


class Face(StrEnum):
    """The side of a rack that something is screwed to."""

    FRONT = "front"
    REAR = "rear"

    @property
    def other(self) -> Face:
        return Face.REAR if self is Face.FRONT else Face.FRONT


FACES = {Face.FRONT: N_("vorn"), Face.REAR: N_("hinten")}


def place_of(rack: str, unit: int | None, face: Face) -> str:
    """Where in a rack something sits, as the story of a device tells it: ``EV2/38``, ``EV2/38 hinten``."""
    place = rack if unit is None else f"{rack}/{unit}"
    return place if face is Face.FRONT else f"{place} {FACES[face]}"


class CableKind(StrEnum):
    FIXED = "fixed"
    PATCH = "patch"
    DEVICE = "device"
    UPLINK = "uplink"


CABLE_KINDS = {
    CableKind.FIXED: N_("fest verlegt"),
    CableKind.PATCH: N_("Patchkabel"),
    CableKind.DEVICE: N_("Anschlusskabel"),
    CableKind.UPLINK: N_("Uplink"),
}


@lru_cache(4096)
def number_in(name: str) -> str:
    """What is left of a port's name without the words before it: ``Gi1/0/13`` and ``1/0/13`` -> ``1/0/13``."""
    found = re.search(r"[0-9]+(?:[/.:][0-9]+)*$", folded(name))
    return found.group() if found else ""


def port_named(said: str | None, names: Mapping[str, int], positions: Mapping[int, int]) -> int | None:
    """The port that a list calls `said`; `names` gives ids by `folded` name, `positions` ids by position.

    Exactly that name; else the one port with the same number (``Gi1/0/13`` for ``GigabitEthernet1/0/13``); else, for a
    plain number, the one whose number ends in it or the port at that position; ``Gi1/0/13`` is 13 where the ports are
    only counted. None where it could be several.
    """
    text = folded(said)
    if not text:
        return None
    if text in names:
        return names[text]
    number = number_in(text)
    alike = {name: ident for name, ident in names.items() if number and number_in(name) == number}
    word = text.removesuffix(number)
    nearer = {name: ident for name, ident in alike.items() if name.startswith(word)}
    for found in (nearer, alike):
        if len(found) == 1:
            return next(iter(found.values()))
    last = number.rsplit("/", 1)[-1]
    parted = any("/" in number_in(name) for name in names)
    if alike or not last.isdigit() or (parted and last != number):
        return None
    ending = {ident for name, ident in names.items() if number_in(name).rsplit("/", 1)[-1] == last}
    at_place = positions.get(int(last)) if len(last) <= 6 else None
    if len(ending) == 1:
        return next(iter(ending))
    return at_place if at_place in ending or not ending else None


class Taken(NamedTuple):
    """Units of a rack that something takes: from `unit` upwards, `height` of them, on one face, or on both where its
    type is as deep as the rack."""

    unit: int
    height: int
    name: str
    face: Face = Face.FRONT
    is_deep: bool = False

    def meets(self, other: Taken) -> bool:
        same_side = self.face is other.face or self.is_deep or other.is_deep
        return same_side and self.unit < other.unit + other.height and other.unit < self.unit + self.height


def refuse_overlap(wanted: Taken, others: Iterable[Taken]) -> Taken | None:
    """The first of the others that is in the way."""
    return next((one for one in others if wanted.meets(one)), None)


def free_units(units: int, taken: Iterable[Taken]) -> list[tuple[int, int]]:
    """From bottom to top the spans of units in which nothing sits, on neither side."""
    used = {unit for one in taken for unit in range(one.unit, one.unit + one.height)}
    spans: list[tuple[int, int]] = []
    for unit in range(1, units + 1):
        if unit in used:
            continue
        if spans and spans[-1][1] == unit - 1:
            spans[-1] = (spans[-1][0], unit)
        else:
            spans.append((unit, unit))
    return spans


PANEL_SIZES = (24, 48)


def panel_size(positions: Sequence[int]) -> int:
    """How many ports a panel has of which these are named: the next usual size."""
    most = max(positions, default=1)
    return next((size for size in PANEL_SIZES if most <= size), most)


POE_WATTS = {
    "type1-ieee802.3af": Decimal("15.4"),
    "type2-ieee802.3at": Decimal(30),
    "type3-ieee802.3bt": Decimal(60),
    "type4-ieee802.3bt": Decimal(90),
}
"""What a port of each class gives at most at the switch, by IEEE 802.3 af, at and bt."""
POE_NAMES = {
    "type1-ieee802.3af": N_("PoE (802.3af, bis 15 W)"),
    "type2-ieee802.3at": N_("PoE+ (802.3at, bis 30 W)"),
    "type3-ieee802.3bt": N_("PoE++ (802.3bt, bis 60 W)"),
    "type4-ieee802.3bt": N_("PoE++ (802.3bt, bis 90 W)"),
}


def draws(takes_poe: bool, connected: str | None, is_device: bool) -> bool:
    """Whether what ends a chain lives on its cable: its type says so, or the list calls it an access point."""
    if is_device:
        return takes_poe
    return bool(connected) and folded(connected).startswith(("accesspoint", "access-point", "wlan", "ap"))


EDGES = ("Firewall", "Router")
NETWORK_CATEGORIES = ("Switch", *EDGES)
"""What carries others on, by the names that the product gives: it counts for no class, so that only these tell it."""
END_CATEGORIES = ("Drucker", "Server", "Telefon", "Ladewagen", "Zubehör")
"""Kinds of device without a class in the plan that carry nothing on: a port of theirs is the end of a chain."""


def is_switch(category: str) -> bool:
    """By its name, however it is written."""
    return category.casefold() == NETWORK_CATEGORIES[0].casefold()
