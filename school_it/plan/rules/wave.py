"""What falls due in which year, and how it is spread under a yearly ceiling. Plain values only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from school_it.devices.rules import ItemClass

Price = Callable[[ItemClass, int], Decimal]
"""What one device of a class costs in a year."""


@dataclass(frozen=True)
class Cohort:
    """Devices of one class that began in one year and are due in one. `free_from`: the first year in which no funding
    binds them any more, `warranty_to`: the year in which their warranty ends."""

    item_class: ItemClass
    begun: int
    due: int
    count: int
    free_from: int | None = None
    warranty_to: int | None = None

    @property
    def is_bound_when_due(self) -> bool:
        """F08: the bound purpose outlives the useful life."""
        return self.free_from is not None and self.free_from > self.due

    @property
    def earliest(self) -> int:
        """No earlier than this is it pulled forward: the earmark is over and the warranty has run out."""
        return max(self.free_from or 0, self.warranty_to or 0)


@dataclass(frozen=True)
class Slot:
    """`count` devices of a cohort that are replaced in `year`."""

    year: int
    cohort: Cohort
    count: int

    @property
    def age(self) -> int:
        return self.year - self.cohort.begun

    @property
    def is_bound(self) -> bool:
        """Still bound by its funding in that year: to be replaced from the town's own money only."""
        return self.cohort.free_from is not None and self.cohort.free_from > self.year


@dataclass(frozen=True)
class Spread:
    """A wave over years. `beyond`: what finds no room under the ceiling, by name, never dropped."""

    slots: tuple[Slot, ...]
    beyond: tuple[Slot, ...] = ()

    def counts(self) -> dict[int, int]:
        found: dict[int, int] = defaultdict(int)
        for slot in self.slots:
            found[slot.year] += slot.count
        return dict(found)

    def by_year_and_class(self) -> dict[tuple[int, ItemClass], int]:
        found: dict[tuple[int, ItemClass], int] = defaultdict(int)
        for slot in self.slots:
            found[slot.year, slot.cohort.item_class] += slot.count
        return dict(found)

    def cost(self, price: Price) -> dict[int, Decimal]:
        found: dict[int, Decimal] = defaultdict(Decimal)
        for slot in self.slots:
            found[slot.year] += slot.count * price(slot.cohort.item_class, slot.year)
        return dict(found)

    def mean_age(self, year: int, item_class: ItemClass) -> Decimal | None:
        """How old in years the devices of a class are that are replaced in a year; None where none is."""
        here = [slot for slot in self.slots if (slot.year, slot.cohort.item_class) == (year, item_class)]
        count = sum(slot.count for slot in here)
        return Decimal(sum(slot.age * slot.count for slot in here)) / count if count else None


def as_due(cohorts: Iterable[Cohort], years: Sequence[int], *, replace_bound: bool = False) -> Spread:
    """Each in the year in which it is due; what is bound longer waits for the end of its earmark, unless the town
    replaces it from its own money (`replace_bound`). What is due in none of `years` is left out."""
    slots = []
    for one in cohorts:
        year = one.due if replace_bound or not one.is_bound_when_due else one.free_from or one.due
        if years and years[0] <= year <= years[-1]:
            slots.append(Slot(year, one, one.count))
    return Spread(tuple(sorted(slots, key=lambda slot: (slot.year, slot.cohort.begun))))


def smoothed(
    cohorts: Iterable[Cohort],
    years: Sequence[int],
    ceiling: Decimal,
    price: Price,
    *,
    replace_bound: bool = False,
) -> Spread:
    """The same wave with at most `ceiling` euros a year: each device as near to its year as there is room, rather
    earlier than later. Nothing is pulled forward that is bound or under warranty; what finds no room is told."""
    room = dict.fromkeys(years, ceiling)
    slots, beyond = [], []
    due = as_due(cohorts, years, replace_bound=replace_bound)
    for slot in due.slots:
        left = slot.count
        for year in _nearest(slot, years):
            cost = price(slot.cohort.item_class, year)
            fits = min(left, int(room[year] // cost)) if cost > 0 else left
            if fits > 0:
                slots.append(Slot(year, slot.cohort, fits))
                room[year] -= fits * cost
                left -= fits
        if left:
            beyond.append(Slot(slot.year, slot.cohort, left))
    return Spread(tuple(sorted(slots, key=lambda one: (one.year, one.cohort.begun))), tuple(beyond))


def _nearest(slot: Slot, years: Sequence[int]) -> Iterator[int]:
    """The year itself, the one before, the one after, two before …, as far as may be."""
    yield slot.year
    for distance in range(1, len(years)):
        for year in (slot.year - distance, slot.year + distance):
            if years[0] <= year <= years[-1] and (year > slot.year or year >= slot.cohort.earliest):
                yield year


def again(
    bought: Mapping[tuple[int, ItemClass], int], lives: Mapping[ItemClass, int], last: int
) -> list[Cohort]:
    """What is bought within the plan and falls due within it once more, and again after that."""
    found = []
    for (year, item_class), count in bought.items():
        life = lives[item_class]
        found += [
            Cohort(item_class, begun, begun + life, count)
            for begun in range(year, last - life + 1, life)
            if count
        ]
    return found


def age_at_this_pace(stock: int, replaced: int, years: int) -> Decimal | None:
    """How old every device gets where `replaced` of `stock` are replaced in so many years."""
    return Decimal(stock) * years / replaced if replaced and years else None
