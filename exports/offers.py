"""What this town has, for drop-downs: its schools, rooms, programmes and grants."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from sqlalchemy.orm import Session

from exports.filling import Dropdown
from school_it.access import Actor
from school_it.funding import queries as funding_queries
from school_it.schools import queries as school_queries
from school_it.sheets import Sheet


class Offer(NamedTuple):
    """`find` gives the words, in their order; `is_closed`: the import takes nothing else."""

    find: Callable[[Session, Actor], list[str]]
    is_closed: bool


def _schools(session: Session, by: Actor) -> list[str]:
    return sorted(number for number, _name in school_queries.choices(session, seen_by=by))


def _rooms(session: Session, by: Actor) -> list[str]:
    found = school_queries.rooms_by_school(session, _schools(session, by))
    return sorted({room for rooms in found.values() for room in rooms})


def _programmes(session: Session, by: Actor) -> list[str]:
    return [one.code for one in funding_queries.programmes(session, seen_by=by)]


def _grants(session: Session, by: Actor) -> list[str]:
    return sorted(reference for reference, _title in funding_queries.grant_choices(session, seen_by=by))


OFFERS: Mapping[str, Offer] = {
    "school_number": Offer(_schools, is_closed=True),
    "room": Offer(_rooms, is_closed=False),
    "programme": Offer(_programmes, is_closed=False),
    "grant": Offer(_grants, is_closed=True),
}
# Columns in which something new gets its own name.
_OWN = frozenset({("schools", "school_number"), ("rooms", "room")})
_ONE_OF_MANY = frozenset({"code", "text"})  # of a cell with several codes no list can be offered


def dropdowns(session: Session, sheet: Sheet, *, by: Actor, only_closed: bool) -> dict[str, Dropdown]:
    """By field; with `only_closed` those the import holds people to. What is not there yet is not offered."""
    found = {}
    for column in sheet.columns:
        offer = OFFERS.get(column.field)
        if offer is None or (sheet.kind, column.field) in _OWN or column.type.name not in _ONE_OF_MANY:
            continue
        if offer.is_closed or not only_closed:
            words = tuple(offer.find(session, by))
            if words:
                found[column.field] = Dropdown(words, offer.is_closed)
    return found
