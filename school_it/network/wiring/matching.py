"""Which access point belongs into which outlet, where room and list leave only one. Plain values only."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from school_it.devices import numbers
from school_it.errors import N_

FOR_POINT = re.compile(r"access[ -]?point|wlan|ap(?![a-zäöüß])")


class Why(StrEnum):
    """Why an access point stays open."""

    NO_ROOM = "no_room"
    NO_PORTS = "no_ports"
    NO_OUTLET = "no_outlet"
    NOT_MARKED = "not_marked"
    TAKEN = "taken"
    SEVERAL_OUTLETS = "several_outlets"
    SEVERAL_POINTS = "several_points"


WHYS = {
    Why.NO_ROOM: N_("Beim Gerät ist kein Raum eingetragen."),
    Why.NO_PORTS: N_("Von seinem Modell sind keine Ports bekannt."),
    Why.NO_OUTLET: N_("Im Raum ist keine Dose eingetragen."),
    Why.NOT_MARKED: N_("Keine freie Dose des Raums ist laut Liste für einen Accesspoint."),
    Why.TAKEN: N_("Die Dose für den Accesspoint ist schon belegt."),
    Why.SEVERAL_OUTLETS: N_("Mehrere Dosen kommen in Frage."),
    Why.SEVERAL_POINTS: N_("Im Raum sind mehrere Accesspoints noch nicht gesteckt."),
}


@dataclass(frozen=True)
class Point:
    """An access point that is plugged in nowhere; `port_id` is the port that takes the cable."""

    ident: int
    tag: str
    room_id: int | None
    room: str | None
    port_id: int | None
    port: str | None


@dataclass(frozen=True)
class Socket:
    """An outlet: `connected` are the words of its list on what hangs there, `taken`: a cable sticks in its front."""

    ident: int
    outlet: str
    room_id: int
    port_id: int
    connected: str | None
    taken: bool


@dataclass(frozen=True)
class Pair:
    point: Point
    socket: Socket


@dataclass(frozen=True)
class Open:
    """An access point that nobody can place from room and list, with the outlets of which one may be meant."""

    point: Point
    why: Why
    sockets: Sequence[Socket] = ()


@dataclass
class Matched:
    pairs: list[Pair] = field(default_factory=list)
    open: list[Open] = field(default_factory=list)


def is_for_point(connected: str | None) -> bool:
    """Whether the list calls what hangs at an outlet an access point: »Accesspoint«, »WLAN Flur«, »AP-3«."""
    return FOR_POINT.match((connected or "").casefold().strip()) is not None


def named(connected: str | None, tags: Mapping[str, str]) -> set[str]:
    """The inventory numbers that these words name; `tags` by `numbers.folded`."""
    words = (connected or "").replace(",", " ").replace(";", " ").split()
    return {tags[word] for word in map(numbers.folded, words) if word in tags}


def match(points: Iterable[Point], sockets: Iterable[Socket], tags: Iterable[str]) -> Matched:
    """The pairs of which room and list name exactly one, and what stays open, each in the order of `points`.

    `tags` are the inventory numbers of all access points of the school. An outlet whose list names one of them is for
    that one only; else the only free outlet for an access point goes with the only one of its room.
    """
    rooms, found = defaultdict[int, list[Socket]](list), Matched()
    for socket in sockets:
        rooms[socket.room_id].append(socket)
    here, known = defaultdict[int, list[Point]](list), {numbers.folded(tag): tag for tag in tags}
    for point in points:
        if point.room_id is None:
            found.open.append(Open(point, Why.NO_ROOM))
        else:
            here[point.room_id].append(point)
    for room_id, several in here.items():
        _match_room(found, several, rooms[room_id], known)
    return found


def _match_room(
    found: Matched, points: Sequence[Point], sockets: Sequence[Socket], tags: Mapping[str, str]
) -> None:
    says = {socket.ident: named(socket.connected, tags) for socket in sockets}
    by_tag = defaultdict[str, list[Socket]](list)
    for socket in sockets:
        if not socket.taken and len(says[socket.ident]) == 1:
            by_tag[next(iter(says[socket.ident]))].append(socket)
    left = [point for point in points if point.tag not in by_tag]
    meant = [one for one in sockets if not says[one.ident] and is_for_point(one.connected)]
    free = [one for one in meant if not one.taken]
    for point in points:
        mine = by_tag.get(point.tag)
        if point.port_id is None:
            found.open.append(Open(point, Why.NO_PORTS))
        elif len(mine or free) == 1 and (mine or len(left) == 1):
            found.pairs.append(Pair(point, (mine or free)[0]))
        else:
            found.open.append(_open(point, mine or free, meant, sockets))


def _open(point: Point, free: Sequence[Socket], meant: Sequence[Socket], sockets: Sequence[Socket]) -> Open:
    """Why none of the `free` outlets is the only one, of those that are `meant` for access points and of all."""
    if not sockets:
        return Open(point, Why.NO_OUTLET)
    if not free:
        return Open(point, Why.TAKEN if meant else Why.NOT_MARKED, meant)
    return Open(point, Why.SEVERAL_POINTS if len(free) == 1 else Why.SEVERAL_OUTLETS, free)
