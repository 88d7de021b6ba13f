"""How the schools stand on a day, as values: each class at each school, each school, and the town."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from school_it.devices.models import Category
from school_it.devices.rules import USES, ItemClass
from school_it.errors import N_, Sentence
from school_it.plan.models import Plan, Scenario
from school_it.plan.rules import budget, need, wave
from school_it.plan.rules.assumptions import Assumptions
from school_it.plan.rules.need import Aim, Counting, Figures, Worked
from school_it.plan.rules.wave import Cohort
from school_it.plan.talks.rules import Beyond
from school_it.schools.rules import SchoolType

PLAN_YEARS = 6
OLDEST_AGE = 9
COMPUTERS = (ItemClass.MOBILE, ItemClass.TEACHERS, ItemClass.WORKPLACE)
"""What a support post looks after: computers and tablets, not displays and access points."""


@dataclass
class Cell:
    """One class at one school. `usable` is what works and is within its useful life; `undated` has no day to tell."""

    item_class: ItemClass
    worked: Worked = field(default_factory=Worked)
    stock: int = 0
    usable: int = 0
    bound: int = 0
    ordered: int = 0
    defective: int = 0
    undated: int = 0
    requested: int = 0
    agreed: int = 0
    oldest: int | None = None

    @property
    def target(self) -> int:
        return self.worked.count

    @property
    def gap(self) -> int:
        return need.gap(self.target, self.usable)

    @property
    def has_target(self) -> bool:
        """Somebody has said how many there are to be, and what that follows from is known."""
        return bool(self.worked.steps)

    @property
    def known_target(self) -> int | None:
        """None without a target or the figures that it follows from; 0 where it comes to nothing."""
        return self.target if self.has_target else None

    @property
    def known_gap(self) -> int | None:
        """None where no target tells; 0 where it is reached."""
        return self.gap if self.has_target else None

    @property
    def is_listed(self) -> bool:
        """There is something to tell: a target or a device."""
        return self.has_target or bool(self.stock)

    @property
    def open(self) -> int:
        """What is missing and neither ordered nor asked for."""
        return need.gap(self.gap, self.ordered + self.requested)


@dataclass(kw_only=True)
class SchoolStand:
    id: int
    number: str
    name: str
    short_name: str | None
    kind: SchoolType
    social_index: int | None
    figures: Figures | None
    cells: dict[ItemClass, Cell]
    switches: int = 0
    typed: int = 0
    """How many of the usable switches are of a known type, and so have a known number of ports."""
    typed_ports: int = 0

    @property
    def untyped(self) -> int:
        return max(0, self.switches - self.typed)

    @property
    def ports(self) -> int:
        """The ports of the usable switches; one of no known type counts as the one that the plan buys."""
        return self.typed_ports + self.untyped * budget.PORTS_OF_A_SWITCH

    @property
    def label(self) -> str:
        return self.short_name or self.name

    @property
    def pupils(self) -> int | None:
        return self.figures.all_pupils if self.figures else None

    @property
    def ratio(self) -> Decimal | None:
        return need.ratio(self.pupils, self.cells[ItemClass.MOBILE].stock)


@dataclass(frozen=True, kw_only=True)
class Town:
    """All schools within reach on a day, under one plan and perhaps a scenario."""

    on: date
    plan: str | None
    record: Plan | None
    assumed: Assumptions
    schools: list[SchoolStand]
    cohorts: list[Cohort]
    counting: dict[ItemClass, Counting]
    categories: dict[int, Category]
    aims: list[Aim]
    pooled: dict[ItemClass, Cell]
    """What belongs to no school: only for those who see all of it; part of the wave, of no gap."""
    ages: dict[tuple[ItemClass, int | None], int] = field(default_factory=dict)
    """How many devices of a class began in a year; None where no day tells."""
    beyond: list[Beyond] = field(default_factory=list)
    """What was agreed with schools and is not bought with the gap anyway."""
    unpriced: int = 0
    """How many agreements that are to come say neither devices of a class nor euros: no plan can count them."""

    @property
    def classes(self) -> list[ItemClass]:
        """Those with a target."""
        aimed = {aim.item_class for aim in self.aims}
        return [one for one in ItemClass if one in aimed]

    @property
    def years(self) -> list[int]:
        """The fiscal years of the plan that are left; six from now on where the plan does not say."""
        first, last = self.on.year, self.on.year + PLAN_YEARS - 1
        if self.record is not None:
            first, last = max(first, self.record.first_year), self.record.last_year
        return list(range(first, max(first, last) + 1))

    @property
    def pupils(self) -> int:
        return sum(one.pupils or 0 for one in self.schools)

    @property
    def ratio(self) -> Decimal | None:
        return need.ratio(self.pupils, self.sum(ItemClass.MOBILE).stock)

    def sum(self, item_class: ItemClass) -> Cell:
        """The class in all schools; its target is the sum of theirs, and so is `missing`."""
        return summed(item_class, (school.cells[item_class] for school in self.schools))

    def missing(self, item_class: ItemClass) -> int:
        """The sum of the schools' gaps: what one has too many is of no use to another."""
        return sum(school.cells[item_class].gap for school in self.schools)

    @property
    def agreed_in_gap(self) -> int:
        """Devices that were agreed and are bought with the gap anyway."""
        agreed = sum(cell.agreed for school in self.schools for cell in school.cells.values())
        return agreed - sum(one.number for one in self.beyond if one.agreed.item_class is not None)

    def gap_cost(self, school: SchoolStand) -> Decimal:
        year = self.years[0]
        return sum(
            (school.cells[one].gap * self.assumed.price(one, year) for one in self.classes), Decimal(0)
        )

    def by_age(self) -> dict[int, dict[ItemClass, int]]:
        """By age in years, `OLDEST_AGE` and older together, how many of each class; those of no known day left out."""
        found: dict[int, dict[ItemClass, int]] = {}
        for (item_class, begun), count in self.ages.items():
            if begun is not None and count:
                row = found.setdefault(min(max(0, self.on.year - begun), OLDEST_AGE), {})
                row[item_class] = row.get(item_class, 0) + count
        return found

    @property
    def computers(self) -> int:
        return sum(self.sum(one).stock + self.pooled[one].stock for one in COMPUTERS)

    def counted_words(self, item_class: ItemClass) -> list[str]:
        """The names of the categories that count for a class: part of every figure that is made of it."""
        return [
            self.categories[one].name
            for one in self.categories
            if one in self.counting[item_class].all_categories
        ]

    def counted_said(self, item_class: ItemClass) -> str:
        """»Notebook, Tablet (Lehrkraft)«, as files say it; the uses only where not all of them count."""
        uses = {use for _category, use in self.counting[item_class].pairs}
        names = ", ".join(self.counted_words(item_class))
        if not names or uses == need.ALL_USES:
            return names
        words = [name for one, name in USES.items() if one in uses] + ["ohne Angabe"] * (None in uses)
        return f"{names} ({', '.join(words)})"


def age_said(age: int) -> Sentence:
    """Of an age of `Town.by_age`."""
    if age >= OLDEST_AGE:
        return Sentence(N_("%(n)s Jahre und älter"), n=age)
    if age == 0:
        return Sentence(N_("unter 1 Jahr"))
    return Sentence(N_("1 Jahr")) if age == 1 else Sentence(N_("%(n)s Jahre"), n=age)


def summed(item_class: ItemClass, cells: Iterable[Cell]) -> Cell:
    total = Cell(item_class)
    steps: list[need.Step] = []
    for one in cells:
        steps += one.worked.steps
        total.stock += one.stock
        total.usable += one.usable
        total.bound += one.bound
        total.ordered += one.ordered
        total.defective += one.defective
        total.undated += one.undated
        total.requested += one.requested
        total.agreed += one.agreed
        total.oldest = min(filter(None, (total.oldest, one.oldest)), default=None)
    total.worked = Worked(tuple(steps))
    return total


def as_due(town: Town, scenario: Scenario | None = None) -> wave.Spread:
    replaces = scenario.replaces_bound if scenario is not None else False
    return wave.as_due(town.cohorts, town.years, replace_bound=replaces)


def steady_need(town: Town) -> Decimal:
    """What the targets cost in every year once they are reached, at the prices of the plan."""
    return sum(
        (
            budget.yearly_replacement(
                sum(school.cells[one].target for school in town.schools),
                town.assumed[f"price.{one.value}"],
                town.assumed.life(one),
            )
            for one in town.classes
        ),
        Decimal(0),
    )
