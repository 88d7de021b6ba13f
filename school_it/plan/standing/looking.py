"""How the schools stand, from a fixed number of statements."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from school_it import school_year
from school_it.access import Actor
from school_it.devices import numbers
from school_it.devices.models import Category
from school_it.devices.rules import ItemClass
from school_it.network.types.rules import sockets
from school_it.network.wiring.ports import Types
from school_it.plan.models import Plan, Scenario
from school_it.plan.queries import aims_on, counting_on, plan_called, stock
from school_it.plan.rules import assumptions, need
from school_it.plan.rules.assumptions import Assumptions
from school_it.plan.rules.need import Aim, Counting, Figures, Worked
from school_it.plan.rules.targets import Basis
from school_it.plan.standing.tally import Lives, Tally, tallied
from school_it.plan.standing.town import SchoolStand, Town
from school_it.plan.talks import queries as talks
from school_it.plan.talks.rules import Agreed, Beyond, beyond


def look(
    session: Session,
    on: date,
    *,
    seen_by: Actor,
    scenario: Scenario | None = None,
    school_id: int | None = None,
) -> Town:
    """The schools within reach of `seen_by` on a day. A scenario changes figures here and nowhere else."""
    [town] = look_under(session, on, [scenario], seen_by=seen_by, school_id=school_id)
    return town


def look_under(
    session: Session,
    on: date,
    scenarios: Sequence[Scenario | None],
    *,
    seen_by: Actor,
    school_id: int | None = None,
) -> list[Town]:
    """The same schools under each scenario, None for the plan as entered; as many statements as for one."""
    ground = _ground(session, on)
    views = [_view(ground, one) for one in scenarios]
    found = _gather(session, on, [one.lives for one in views], seen_by=seen_by, school_id=school_id)
    return [_town(on, ground, view, found) for view in views]


@dataclass(frozen=True, kw_only=True)
class _Ground:
    """What the plan says on a day, before any scenario."""

    plan: str | None
    record: Plan | None
    assumed: Assumptions
    aims: Sequence[Aim]
    counting: dict[ItemClass, Counting]
    categories: dict[int, Category]


@dataclass(frozen=True)
class _View:
    """The figures and targets of one scenario."""

    assumed: Assumptions
    aims: list[Aim]
    lives: Lives


@dataclass(frozen=True, kw_only=True)
class _Found:
    """What the tables say of the schools, whatever the scenario. `ports`: of each school, how many of its usable
    switches are of a known type, and how many ports these have."""

    schools: Sequence[Any]
    devices: Sequence[stock.Counted]
    figures: Mapping[int, Figures]
    rooms: Mapping[int, int]
    asked: Mapping[tuple[int, ItemClass], int]
    agreed: Mapping[tuple[int, ItemClass | None], Sequence[Agreed]]
    ports: Mapping[int, tuple[int, int]]


def _ground(session: Session, on: date) -> _Ground:
    plan, aims = aims_on(session, on)
    record = plan_called(session, plan)
    counting, categories = counting_on(session, plan, on)
    figures = {one.key: one.value for one in record.figures} if record else {}
    return _Ground(
        plan=plan,
        record=record,
        assumed=assumptions.assumed(figures, on.year),
        aims=aims,
        counting=counting,
        categories=categories,
    )


def _view(ground: _Ground, scenario: Scenario | None) -> _View:
    assumed, aims = ground.assumed, list(ground.aims)
    if scenario is not None:
        assumed, aims = applied(scenario, assumed, aims)
    return _View(assumed, aims, Lives(ground.counting, ground.categories, assumed))


def _gather(
    session: Session, on: date, lives: Sequence[Lives], *, seen_by: Actor, school_id: int | None
) -> _Found:
    ages = {age for one in lives for age in one.all()}
    devices = stock.counted(session, on, ages, seen_by=seen_by, school_id=school_id)
    schools = stock.schools(session, seen_by=seen_by, school_id=school_id)
    switches = lives[0].switches  # no scenario changes the life of what counts for no class
    return _Found(
        schools=schools,
        devices=devices,
        figures=stock.figures(session, school_year.school_year(on), seen_by=seen_by),
        rooms=stock.teaching_rooms(session, seen_by=seen_by),
        asked=stock.asked_for(session, seen_by=seen_by),
        agreed=talks.still_to_come(session, seen_by=seen_by),
        ports=_ports(session, on, switches, seen_by=seen_by, school_id=school_id)
        if _have_switches(devices, switches, {row.id for row in schools})
        else {},
    )


def _have_switches(
    devices: Sequence[stock.Counted], switches: Mapping[int, int], schools: Collection[int]
) -> bool:
    return any(
        row.category_id in switches and row.school_id in schools and row.fresh[switches[row.category_id]]
        for row in devices
    )


def _ports(
    session: Session, on: date, switches: Mapping[int, int], *, seen_by: Actor, school_id: int | None
) -> dict[int, tuple[int, int]]:
    """By school, its switches of known type and their ports, as the types of their models have them; three
    statements."""
    rows = stock.models_of(session, on, switches, seen_by=seen_by, school_id=school_id)
    keys = {(maker, numbers.folded(model)) for _school_id, maker, model, _count in rows}
    ports = {key: sockets(of_type.ports) for key, of_type in Types(session).find(keys).items()}
    found: dict[int, tuple[int, int]] = {}
    for ident, maker, model, count in rows:
        of_each = ports.get((maker, numbers.folded(model)))
        if of_each is not None:
            typed, typed_ports = found.get(ident, (0, 0))
            found[ident] = typed + count, typed_ports + count * of_each
    return found


def _town(on: date, ground: _Ground, view: _View, found: _Found) -> Town:
    tally = tallied(found.devices, view.lives, {row.id for row in found.schools})
    schools = [_school(row, view.aims, found, tally) for row in found.schools]
    return Town(
        on=on,
        plan=ground.plan,
        record=ground.record,
        assumed=view.assumed,
        schools=schools,
        cohorts=tally.cohorts,
        counting=ground.counting,
        categories=ground.categories,
        aims=view.aims,
        pooled={one: tally.cell(None, one) for one in ItemClass},
        ages=tally.ages,
        beyond=[each for school in schools for each in _beyond(school, found)],
        unpriced=sum(_unpriced(school, found) for school in schools),
    )


def _school(row: Any, aims: Sequence[Aim], found: _Found, tally: Tally) -> SchoolStand:
    figures = found.figures.get(row.id)
    if figures is not None and figures.rooms is None:
        figures = replace(figures, rooms=found.rooms.get(row.id))
    worked = need.worked(row.school_type, figures, aims)
    typed, typed_ports = found.ports.get(row.id, (0, 0))
    return SchoolStand(
        id=row.id,
        number=row.school_number,
        name=row.name,
        short_name=row.short_name,
        kind=row.school_type,
        social_index=row.social_index,
        figures=figures,
        cells={
            one: replace(
                tally.cell(row.id, one),
                worked=worked.get(one, Worked()),
                requested=found.asked.get((row.id, one), 0),
                agreed=sum(each.number for each in found.agreed.get((row.id, one), ())),
            )
            for one in ItemClass
        },
        switches=tally.switches.get(row.id, 0),
        typed=typed,
        typed_ports=typed_ports,
    )


def _beyond(school: SchoolStand, found: _Found) -> list[Beyond]:
    """What was agreed with a school and is not bought with its gap anyway."""
    gaps: dict[ItemClass | None, int] = {one: cell.gap for one, cell in school.cells.items()}
    gaps[None] = 0
    return [each for one, gap in gaps.items() for each in beyond(found.agreed.get((school.id, one), ()), gap)]


def _unpriced(school: SchoolStand, found: _Found) -> int:
    return sum(
        not each.number and each.euros is None
        for one in (*ItemClass, None)
        for each in found.agreed.get((school.id, one), ())
    )


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
