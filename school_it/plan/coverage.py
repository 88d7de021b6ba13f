"""The network of each school against the plan: access points, outlets, switches, and the line to the internet."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from math import ceil

from sqlalchemy.orm import Session

from school_it.access import Actor, May
from school_it.devices.rules import ItemClass
from school_it.network import coverage
from school_it.network.coverage import Covered
from school_it.network.uplinks import queries as uplinks
from school_it.network.uplinks.queries import Connected
from school_it.plan.rules import budget
from school_it.plan.standing import SchoolStand, Town


@dataclass(frozen=True)
class Share:
    """So many of what is to be there; `have` is None where nobody has entered it."""

    have: int | None
    target: int | None

    @property
    def missing(self) -> int:
        return max(0, (self.target or 0) - (self.have or 0)) if self.have is not None else 0

    @property
    def is_known(self) -> bool:
        return self.have is not None and bool(self.target)


@dataclass(frozen=True)
class NetworkStand:
    """A school's network. `rooms` are its teaching rooms by the figures; `unlisted` of them are not entered."""

    school: SchoolStand
    rooms: int
    covered: Covered | None
    points: Share
    rooms_with_point: Share
    outlets: Share
    switch_ports: Share
    switches_missing: int
    uplink: Connected | None
    uplink_target: Decimal

    @property
    def unlisted(self) -> int:
        return max(0, self.rooms - (self.covered.rooms if self.covered else 0))

    @property
    def mbits_needed(self) -> int | None:
        pupils = self.school.pupils
        return None if pupils is None else ceil(pupils * self.uplink_target)

    @property
    def mbits(self) -> Share:
        return Share(self.uplink.down if self.uplink else None, self.mbits_needed)


def each_room(town: Town) -> int:
    """Outlets that a teaching room is to have, by the plan."""
    return ceil(town.assumed["network.ports"])


def look(session: Session, town: Town, *, seen_by: Actor, school_id: int | None = None) -> list[NetworkStand]:
    """The schools of `town`, in its order; five statements, however many there are."""
    each = each_room(town)
    covered = coverage.by_school(session, each, seen_by=seen_by, may=May.SEE_PLAN, school_id=school_id)
    lines = {one.school.id: one for one in uplinks.connected(session, seen_by=seen_by, school_id=school_id)}
    return [
        _stand(town, school, covered.get(school.id), lines.get(school.id), each) for school in town.schools
    ]


@dataclass(frozen=True)
class Outlets:
    """Outlets that are missing in teaching rooms; `unknown` schools have no list of theirs and are left out."""

    missing: int = 0
    unknown: int = 0


def outlets(session: Session, town: Town, *, seen_by: Actor) -> Outlets:
    """What of the outlets the budget has to pay for; two statements."""
    covered = coverage.by_school(session, each_room(town), seen_by=seen_by, may=May.SEE_PLAN)
    stands = [_stand(town, school, covered.get(school.id), None, each_room(town)) for school in town.schools]
    return Outlets(
        sum(one.outlets.missing for one in stands), sum(one.outlets.have is None for one in stands)
    )


def _stand(
    town: Town, school: SchoolStand, covered: Covered | None, line: Connected | None, each: int
) -> NetworkStand:
    rooms = (school.figures.rooms if school.figures else None) or (covered.rooms if covered else 0)
    ports = budget.ports_needed(rooms, town.assumed["network.ports"])
    cell = school.cells[ItemClass.ACCESS_POINT]
    known = covered is not None and covered.outlets_known
    short = covered.outlets_missing + max(0, rooms - covered.rooms) * each if covered else 0
    return NetworkStand(
        school=school,
        rooms=rooms,
        covered=covered,
        points=Share(cell.usable, cell.known_target),
        rooms_with_point=Share(
            covered.rooms_with_point if covered else None, covered.rooms if covered else None
        ),
        outlets=Share(max(0, ports - short) if known else None, ports),
        switch_ports=Share(school.ports, budget.ports_wanted(ports)),
        switches_missing=budget.switches_missing(ports, school.ports),
        uplink=line if line and line.used else None,
        uplink_target=town.assumed["network.uplink"],
    )
