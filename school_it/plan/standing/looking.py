"""How the schools stand, from a fixed number of statements."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from school_it import school_year
from school_it.access import Actor
from school_it.devices import numbers
from school_it.devices.models import Category
from school_it.devices.rules import ItemClass, Use
from school_it.network.types.rules import sockets
from school_it.network.wiring.ports import Types
from school_it.network.wiring.rules import is_switch
from school_it.plan.models import Scenario
from school_it.plan.queries import aims_on, counting_on, plan_called, stock
from school_it.plan.rules import assumptions, need
from school_it.plan.rules.assumptions import Assumptions
from school_it.plan.rules.need import Aim, Counting, Figures, Worked
from school_it.plan.rules.targets import Basis
from school_it.plan.rules.wave import Cohort
from school_it.plan.standing.town import Cell, SchoolStand, Town
from school_it.plan.talks import queries as talks
from school_it.plan.talks.rules import beyond


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
        town.unpriced += sum(
            not each.number and each.euros is None
            for one in (*ItemClass, None)
            for each in agreed.get((school.id, one), ())
        )
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
    ports = {key: sockets(of_type.ports) for key, of_type in Types(session).find(keys).items()}
    schools = {school.id: school for school in town.schools}
    for ident, maker, model, count in found:
        of_each, school = ports.get((maker, numbers.folded(model))), schools.get(ident)
        if of_each is not None and school is not None:
            school.typed += count
            school.typed_ports += count * of_each


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
        return is_switch(self.categories[category].name) and not any(
            (category, use) in self.class_of for use in need.ALL_USES
        )

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
