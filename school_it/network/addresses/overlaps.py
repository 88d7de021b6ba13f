"""Subnets that would be in each other's way, for many at once."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from school_it.access import Actor, May
from school_it.errors import N_, Sentence
from school_it.network.addresses import rules
from school_it.network.addresses.models import Subnet
from school_it.schools.models import School


class Placed(NamedTuple):
    """A subnet of a school with the keys of its ends; `ident` is None where it stands in a list only."""

    ident: int | None
    first_key: str
    last_key: str
    network: str
    school_id: int
    school: str
    is_separate: bool


OVERLAPS = N_(
    "%(network)s überschneidet sich mit %(other)s der Schule %(school)s. "
    "Liegt eines davon hinter einem eigenen Router, bitte »getrenntes Netz« mit ja eintragen."
)
OVERLAPS_FOREIGN = N_(
    "%(network)s überschneidet sich mit dem Netz einer anderen Schule. Bitte den Schulträger fragen."
)


def stored(session: Session) -> list[Placed]:
    """The subnets of all schools; one statement."""
    columns = (
        Subnet.id, Subnet.first_key, Subnet.last_key, Subnet.network, Subnet.school_id,
        School.name, Subnet.is_separate,
    )  # fmt: skip
    rows = session.execute(select(*columns).join(School, School.id == Subnet.school_id))
    return [Placed(*row) for row in rows]


def placed(
    network: str, school_id: int, school: str, *, is_separate: bool, ident: int | None = None
) -> Placed:
    first, last = rules.keys_of(rules.read_network(network))
    return Placed(ident, first, last, network, school_id, school, is_separate)


class Others:
    """The subnets that one may be held against. Two of them hold one another or have nothing in common."""

    def __init__(self, those: Iterable[Placed]) -> None:
        self._those = sorted(those, key=lambda one: one.first_key)
        self._firsts = [one.first_key for one in self._those]

    def in_the_way(self, one: Placed) -> Placed | None:
        """The first of another school that overlaps, unless one of the two is separate."""
        if one.is_separate:
            return None
        near = self._those[: bisect_right(self._firsts, one.last_key)]
        return next(
            (
                other
                for other in near
                if other.last_key >= one.first_key
                and other.school_id != one.school_id
                and not other.is_separate
            ),
            None,
        )


def sentence(one: Placed, other: Placed, *, by: Actor) -> Sentence:
    if not by.scope(May.SEE_NETWORK).holds(other.school_id):
        return Sentence(OVERLAPS_FOREIGN, network=one.network)
    return Sentence(OVERLAPS, network=one.network, other=other.network, school=other.school)
