"""The schools of one social index beside those of another. Plain functions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from school_it.devices.rules import ItemClass
from school_it.money import to_cent
from school_it.plan.standing.town import SchoolStand


@dataclass(frozen=True)
class IndexGroup:
    """The schools of one social index: mobile devices for 100 pupils, and euros spent for each pupil."""

    index: int
    schools: list[SchoolStand]
    per_hundred: Decimal
    spent_each: Decimal


def by_social_index(every: Iterable[SchoolStand], spent: Mapping[int, Decimal]) -> list[IndexGroup]:
    """By index; `spent`: euros by school id. A school without pupils or without an index is in none."""
    groups: dict[int, list[SchoolStand]] = {}
    for school in every:
        if school.social_index is not None and school.pupils:
            groups.setdefault(school.social_index, []).append(school)
    return [_index_group(index, schools, spent) for index, schools in sorted(groups.items())]


def _index_group(index: int, schools: list[SchoolStand], spent: Mapping[int, Decimal]) -> IndexGroup:
    pupils = sum(school.pupils or 0 for school in schools)
    devices = sum(school.cells[ItemClass.MOBILE].stock for school in schools)
    euros = sum((spent.get(school.id, Decimal(0)) for school in schools), Decimal(0))
    return IndexGroup(index, schools, to_cent(Decimal(100 * devices) / pupils), to_cent(euros / pupils))
