"""Where each school stands: target, stock, usable, gap, and what falls due, from a fixed number of statements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from school_it import school_year
from school_it.access import Actor
from school_it.devices import numbers
from school_it.devices.models import Category
from school_it.devices.rules import ItemClass, Use
from school_it.money import to_cent
from school_it.network.types.rules import sockets
from school_it.network.wiring.ports import Types
from school_it.plan.models import Plan, Scenario
from school_it.plan.queries import aims_on, counting_on, plan_called, stock
from school_it.plan.rules import assumptions, budget, need, wave
from school_it.plan.rules.assumptions import Assumptions
from school_it.plan.rules.need import Aim, Counting, Figures, Worked
from school_it.plan.rules.targets import Basis
from school_it.plan.rules.wave import Cohort
from school_it.plan.talks import queries as talks
from school_it.plan.talks.rules import Beyond, beyond
from school_it.schools.rules import SchoolType

PLAN_YEARS = 6
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
        return bool(self.worked.steps)

    @property
    def open(self) -> int:
        """What is missing and neither ordered nor asked for."""
        return need.gap(self.gap, self.ordered + self.requested)


@dataclass
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


@dataclass
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

    def gap_cost(self, school: SchoolStand) -> Decimal:
        year = self.years[0]
        return sum(
            (school.cells[one].gap * self.assumed.price(one, year) for one in self.classes), Decimal(0)
        )

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


def look(
    session: Session,
    on: date,
    *,
    seen_by: Actor,
    scenario: Scenario | None = None,
    school_id: int | None = None,
) -> Town:
    """The schools within reach of `seen_by` on a day. A scenario changes figures here and nowhere else."""
    plan, aims = aims_on(session, on)
    record = plan_called(session, plan)
    counting, categories = counting_on(session, plan, on)
    assumed = assumptions.assumed({one.key: one.value for one in record.figures} if record else {}, on.year)
    if scenario is not None:
        assumed, aims = applied(scenario, assumed, aims)
    life_of = _Lives(counting, categories, assumed)
    rows = stock.counted(session, on, life_of.all(), seen_by=seen_by, school_id=school_id)
    figures = stock.figures(session, school_year.school_year(on), seen_by=seen_by)
    rooms = stock.teaching_rooms(session, seen_by=seen_by)
    asked = stock.asked_for(session, seen_by=seen_by)
    agreed = talks.still_to_come(session, seen_by=seen_by)
    schools = [
        _school(row, figures.get(row.id), rooms.get(row.id), aims)
        for row in stock.schools(session, seen_by=seen_by, school_id=school_id)
    ]
    town = Town(
        on,
        plan,
        record,
        assumed,
        schools,
        [],
        counting,
        categories,
        aims,
        {one: Cell(one) for one in ItemClass},
    )
    _fill(town, rows, life_of)
    _count_ports(session, town, life_of, seen_by=seen_by, school_id=school_id)
    for school in schools:
        for one, cell in school.cells.items():
            cell.requested = asked.get((school.id, one), 0)
            cell.agreed = sum(each.number for each in agreed.get((school.id, one), ()))
        town.beyond += [
            each
            for one, cell in school.cells.items()
            for each in beyond(agreed.get((school.id, one), ()), cell.gap)
        ]
        town.beyond += beyond(agreed.get((school.id, None), ()), 0)
    return town


def _count_ports(
    session: Session, town: Town, lives: _Lives, *, seen_by: Actor, school_id: int | None
) -> None:
    """The ports of each school's switches, as the types of their models have them; three statements."""
    if not any(school.switches for school in town.schools):
        return
    of_switches = {ident: lives.of(ident, None) for ident in town.categories if lives.is_switch(ident)}
    found = stock.models_of(session, town.on, of_switches, seen_by=seen_by, school_id=school_id)
    keys = {(maker, numbers.folded(model)) for _school_id, maker, model, _count in found}
    types = Types(session).find(keys)
    schools = {school.id: school for school in town.schools}
    for ident, maker, model, count in found:
        of_type, school = types.get((maker, numbers.folded(model))), schools.get(ident)
        if of_type is not None and school is not None:
            school.typed += count
            school.typed_ports += count * sockets(of_type.ports)


def applied(scenario: Scenario, assumed: Assumptions, aims: Sequence[Aim]) -> tuple[Assumptions, list[Aim]]:
    """The figures and targets as a scenario has them; nothing is written."""
    figures = assumptions.changed(
        assumed,
        own_share=scenario.own_share,
        life=scenario.life,
        price_change=scenario.price_change,
        increase=scenario.price_increase,
    )
    wanted = scenario.pupils_per_device
    if wanted is None:
        return figures, list(aims)
    return figures, [
        replace(aim, value=wanted)
        if aim.item_class is ItemClass.MOBILE and aim.basis is Basis.PUPILS
        else aim
        for aim in aims
    ]


class _Lives:
    """For each category and use: the class that it counts for, and its useful life there."""

    def __init__(
        self, counting: dict[ItemClass, Counting], categories: dict[int, Category], assumed: Assumptions
    ) -> None:
        self.categories, self.assumed = categories, assumed
        self.class_of: dict[tuple[int, Use | None], ItemClass] = {}
        for one in ItemClass:
            for pair in counting[one].pairs:
                self.class_of.setdefault(pair, one)
        self._known: dict[tuple[int, Use | None], int] = {}

    def of(self, category: int, use: Use | None) -> int:
        known = self._known.get((category, use))
        if known is not None:
            return known
        item_class = self.class_of.get((category, use))
        own = self.categories[category].useful_life_years
        life = own if item_class is None else self.assumed.life_of(item_class, own)
        self._known[category, use] = life
        return life

    def is_switch(self, category: int) -> bool:
        """A switch counts for no class: what is to be there follows from the rooms."""
        is_called_so = self.categories[category].name.casefold() == "switch"
        return is_called_so and not any((category, use) in self.class_of for use in need.ALL_USES)

    def all(self) -> set[int]:
        return {self.of(category, use) for category in self.categories for use in need.ALL_USES}


def _school(row: Any, figures: Figures | None, rooms: int | None, aims: Sequence[Aim]) -> SchoolStand:
    if figures is not None and figures.rooms is None:
        figures = replace(figures, rooms=rooms)
    worked = need.worked(row.school_type, figures, aims)
    cells = {one: Cell(one, worked.get(one, Worked())) for one in ItemClass}
    return SchoolStand(
        row.id, row.school_number, row.name, row.short_name, row.school_type, row.social_index, figures, cells
    )


def _fill(town: Town, rows: Iterable[stock.Counted], lives: _Lives) -> None:
    schools = {school.id: school for school in town.schools}
    waves: dict[tuple[ItemClass, int, int, int | None, int | None], int] = {}
    for row in rows:
        item_class, life = lives.class_of.get((row.category_id, row.use)), lives.of(row.category_id, row.use)
        usable = row.fresh[life]
        school = schools.get(row.school_id) if row.school_id is not None else None
        if item_class is None:
            if school is not None and lives.is_switch(row.category_id):
                school.switches += usable
            continue
        _add(school.cells[item_class] if school is not None else town.pooled[item_class], row, usable)
        born = (item_class, row.begun)
        town.ages[born] = town.ages.get(born, 0) + row.stock
        if usable and row.begun is not None:
            key = (item_class, row.begun, row.begun + life, _free_from(row.bound_until), row.warranty_to)
            waves[key] = waves.get(key, 0) + usable
    town.cohorts = [
        Cohort(item_class, begun, due, count, free_from, warranty_to)
        for (item_class, begun, due, free_from, warranty_to), count in waves.items()
    ]
    town.cohorts.sort(key=lambda one: (one.due, one.begun, one.item_class))


def _add(cell: Cell, row: stock.Counted, usable: int) -> None:
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
