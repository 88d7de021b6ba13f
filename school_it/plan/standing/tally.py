"""What counted devices come to under a plan: by school and class, by age, and by when they fall due."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from school_it.devices.models import Category
from school_it.devices.rules import ItemClass, Use
from school_it.network.wiring.rules import is_switch
from school_it.plan.queries.stock import Counted
from school_it.plan.rules import need
from school_it.plan.rules.assumptions import Assumptions
from school_it.plan.rules.need import Counting
from school_it.plan.rules.wave import Cohort
from school_it.plan.standing.town import Cell


class Lives:
    """For each category and use: the class that it counts for, and its useful life there in years."""

    def __init__(
        self,
        counting: Mapping[ItemClass, Counting],
        categories: Mapping[int, Category],
        assumed: Assumptions,
    ) -> None:
        self.categories, self.assumed = categories, assumed
        self.class_of: dict[tuple[int, Use | None], ItemClass] = {}
        for one in ItemClass:
            for pair in counting[one].pairs:
                self.class_of.setdefault(pair, one)
        self._known: dict[tuple[int, Use | None], int] = {}
        self.switches = {ident: self.of(ident, None) for ident in categories if self._is_switch(ident)}
        """The life of each category of switches: it counts for no class, what is to be there follows from the rooms."""

    def of(self, category: int, use: Use | None) -> int:
        known = self._known.get((category, use))
        if known is not None:
            return known
        item_class = self.class_of.get((category, use))
        own = self.categories[category].useful_life_years
        life = own if item_class is None else self.assumed.life_of(item_class, own)
        self._known[category, use] = life
        return life

    def _is_switch(self, category: int) -> bool:
        return is_switch(self.categories[category].name) and not any(
            (category, use) in self.class_of for use in need.ALL_USES
        )

    def all(self) -> set[int]:
        return {self.of(category, use) for category in self.categories for use in need.ALL_USES}


@dataclass
class Tally:
    """`cells` by school, None for what belongs to none; only those with a device. `ages` by class and year of
    beginning, None where no day tells. `switches` are the usable ones of each school."""

    cells: dict[tuple[int | None, ItemClass], Cell] = field(default_factory=dict)
    ages: dict[tuple[ItemClass, int | None], int] = field(default_factory=dict)
    switches: dict[int, int] = field(default_factory=dict)
    cohorts: list[Cohort] = field(default_factory=list)

    def cell(self, school: int | None, item_class: ItemClass) -> Cell:
        return self.cells.get((school, item_class)) or Cell(item_class)


def tallied(rows: Iterable[Counted], lives: Lives, schools: Collection[int]) -> Tally:
    """`schools`: those that are looked at; devices of others count as of none."""
    found = Tally()
    waves: dict[tuple[ItemClass, int, int, int | None, int | None], int] = {}
    for row in rows:
        item_class, life = lives.class_of.get((row.category_id, row.use)), lives.of(row.category_id, row.use)
        usable = row.fresh[life]
        school = row.school_id if row.school_id in schools else None
        if item_class is None:
            if school is not None and row.category_id in lives.switches:
                found.switches[school] = found.switches.get(school, 0) + usable
            continue
        _add(found.cells.setdefault((school, item_class), Cell(item_class)), row, usable)
        born = (item_class, row.begun)
        found.ages[born] = found.ages.get(born, 0) + row.stock
        if usable and row.begun is not None:
            key = (item_class, row.begun, row.begun + life, _free_from(row.bound_until), row.warranty_to)
            waves[key] = waves.get(key, 0) + usable
    cohorts = (
        Cohort(item_class, begun, due, count, free_from, warranty_to)
        for (item_class, begun, due, free_from, warranty_to), count in waves.items()
    )
    found.cohorts = sorted(cohorts, key=lambda one: (one.due, one.begun, one.item_class))
    return found


def _add(cell: Cell, row: Counted, usable: int) -> None:
    cell.stock += row.stock
    cell.usable += usable
    cell.bound += row.bound
    cell.ordered += row.ordered
    cell.defective += row.defective
    if row.begun is None:
        cell.undated += row.stock
    elif row.stock:
        cell.oldest = row.begun if cell.oldest is None else min(cell.oldest, row.begun)


def _free_from(bound_until: date | None) -> int | None:
    """The first year with a day on which the funding no longer binds."""
    if bound_until is None:
        return None
    return bound_until.year + ((bound_until.month, bound_until.day) == (12, 31))
