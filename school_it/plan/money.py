"""The plan in euros by fiscal year: gap, replacement, network, licences, support, and who pays."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from school_it.access import Actor
from school_it.audit import plain
from school_it.devices.rules import ItemClass
from school_it.licences import costs
from school_it.licences import queries as licence_queries
from school_it.plan import coverage
from school_it.plan.coverage import Outlets
from school_it.plan.models import Scenario
from school_it.plan.rules import budget, wave
from school_it.plan.rules.budget import Part, Post, Year
from school_it.plan.rules.wave import Spread
from school_it.plan.standing import COMPUTERS, Town, steady_need

NO_OUTLETS = Outlets()


@dataclass(frozen=True)
class Ending:
    """How many licences, and what they cost in their last year."""

    count: int = 0
    cost: Decimal = budget.NOTHING


NONE_ENDING = Ending()


@dataclass(frozen=True)
class Budget:
    """A plan or scenario in money. `spread` is the wave as it is paid; `again` of it are devices that the plan itself
    buys and that fall due within it once more. `posts` are those that today's devices need, `posts_by_year` those
    that each fiscal year pays: the plan adds devices. `ending`: licences paid in the first year and no more.
    """

    years: list[Year]
    spread: Spread
    gap_counts: Mapping[ItemClass, int]
    again: int
    posts: Decimal
    posts_exact: Decimal
    posts_by_year: Mapping[int, Decimal]
    pupils: int
    switches: int
    ports: int
    uplink: Decimal
    steady: Decimal
    licences_unknown: int
    outlets: Outlets
    ending: Ending

    @property
    def total(self) -> Decimal:
        return sum((one.total for one in self.years), budget.NOTHING)

    @property
    def grant(self) -> Decimal:
        return sum((one.grant for one in self.years), budget.NOTHING)

    @property
    def own(self) -> Decimal:
        return self.total - self.grant

    @property
    def investive(self) -> Decimal:
        return sum((one.investive for one in self.years), budget.NOTHING)

    @property
    def posts_at_the_end(self) -> Decimal:
        return self.posts_by_year[self.years[-1].year] if self.years else self.posts

    def part(self, part: Part) -> Decimal:
        return sum((one.parts[part] for one in self.years), budget.NOTHING)

    @property
    def per_pupil(self) -> Decimal | None:
        return budget.per_pupil_and_year(self.total, len(self.years), self.pupils)


def of(session: Session, town: Town, scenario: Scenario | None = None, *, seen_by: Actor) -> Budget:
    """The budget of what `standing.look` found, under the same scenario."""
    [made] = of_each(session, [(town, scenario)], seen_by=seen_by)
    return made


def of_each(
    session: Session, towns: Sequence[tuple[Town, Scenario | None]], *, seen_by: Actor
) -> list[Budget]:
    """Of what `standing.look_under` found, each with its scenario: no scenario changes licences or outlets."""
    first = towns[0][0]
    due, last = dict.fromkeys(first.years, budget.NOTHING), []
    for by_year in costs.by_licence(session, first.years, seen_by=seen_by).values():
        for year, amount in by_year.items():
            due[year] += amount
        if by_year[first.years[0]] and not any(by_year[year] for year in first.years[1:]):
            last.append(by_year[first.years[0]])
    known = licence_queries.yearly_costs(session, licence_queries.Wish(), first.years, seen_by=seen_by)
    outlets = coverage.outlets(session, first, seen_by=seen_by)
    ending = Ending(len(last), sum(last, budget.NOTHING)) if len(first.years) > 1 else NONE_ENDING
    return [reckoned(town, scenario, due, known.unknown, outlets, ending) for town, scenario in towns]


def reckoned(
    town: Town, scenario: Scenario | None, licences: Mapping[int, Decimal], licences_unknown: int = 0,
    outlets: Outlets = NO_OUTLETS, ending: Ending = NONE_ENDING,
) -> Budget:  # fmt: skip
    """Pure arithmetic on what is known."""
    years, assumed = town.years, town.assumed
    gap_years = years[: (scenario.gap_years if scenario else None) or len(years)]
    gaps = {one: town.missing(one) for one in town.classes}
    shares = {one: budget.spread_count(count, gap_years) for one, count in gaps.items()}
    spread, again = _spread(town, scenario, shares)
    ports = [budget.ports_needed(_rooms(school), assumed["network.ports"]) for school in town.schools]
    switches = sum(
        budget.switches_missing(number, school.ports)
        for number, school in zip(ports, town.schools, strict=True)
    )
    support = _support(town, shares)
    posts = [
        *_gap_posts(town, shares),
        *_wave_posts(town, spread, funds=bool(scenario and scenario.funds_replacement)),
        *_network_posts(town, "price.switch", switches, gap_years),
        *_network_posts(town, "price.port", outlets.missing, gap_years),
        *(Post(year, Part.LICENCES, licences.get(year, budget.NOTHING)) for year in years),
        *(
            Post(year, Part.SUPPORT, count * assumed.priced("support.cost", year))
            for year, count in support.items()
        ),
        *_agreed_posts(town),
    ]
    limit = scenario.grant_limit if scenario else None
    per_post = assumed["support.devices"]
    return Budget(
        budget.by_year(years, posts, assumed["money.own_share"], limit), spread, gaps, again,
        budget.posts_needed(town.computers, per_post), budget.posts_exact(town.computers, per_post), support,
        town.pupils, switches, sum(ports), town.pupils * assumed["network.uplink"], steady_need(town), licences_unknown,
        outlets, ending,
    )  # fmt: skip


def _rooms(school: Any) -> int:
    return (school.figures.rooms or 0) if school.figures else 0


def _spread(
    town: Town, scenario: Scenario | None, shares: Mapping[ItemClass, Mapping[int, int]]
) -> tuple[Spread, int]:
    """The wave with what the plan itself buys and has to buy again before it ends."""
    years, assumed = town.years, town.assumed
    replaces = bool(scenario and scenario.replaces_bound)
    bought = dict(wave.as_due(town.cohorts, years, replace_bound=replaces).by_year_and_class())
    for item_class, by_year in shares.items():
        for year, count in by_year.items():
            bought[year, item_class] = bought.get((year, item_class), 0) + count
    lives = {one: assumed.life(one) for one in ItemClass}
    again = wave.again(bought, lives, years[-1])
    cohorts = [*town.cohorts, *again]
    ceiling = scenario.ceiling if scenario else None
    if ceiling is None:
        spread = wave.as_due(cohorts, years, replace_bound=replaces)
    else:
        spread = wave.smoothed(cohorts, years, ceiling, assumed.price, replace_bound=replaces)
    return spread, sum(one.count for one in again)


def _gap_posts(town: Town, shares: Mapping[ItemClass, Mapping[int, int]]) -> list[Post]:
    return [
        Post(
            year, Part.GAP, count * town.assumed.price(one, year),
            is_investive=town.assumed.is_investive(f"price.{one.value}"), is_fundable=True,
        )
        for one, by_year in shares.items()
        for year, count in by_year.items()
    ]  # fmt: skip


def _wave_posts(town: Town, spread: Spread, *, funds: bool) -> list[Post]:
    """What is still bound by its funding is replaced from the town's own money."""
    return [
        Post(
            slot.year, Part.REPLACEMENT, slot.count * town.assumed.price(slot.cohort.item_class, slot.year),
            is_investive=town.assumed.is_investive(f"price.{slot.cohort.item_class.value}"),
            is_fundable=funds and not slot.is_bound,
        )
        for slot in spread.slots
    ]  # fmt: skip


def _agreed_posts(town: Town) -> list[Post]:
    """What was agreed with schools beyond the gap, in the fiscal year it is due; what is late in the first."""
    found = []
    for one in town.beyond:
        item_class, year = one.agreed.item_class, max(one.agreed.due_on.year, town.years[0])
        if year > town.years[-1]:
            continue
        amount, is_investive = one.euros, True
        if item_class is not None:
            is_investive = town.assumed.is_investive(f"price.{item_class.value}")
            amount = amount if amount is not None else one.number * town.assumed.price(item_class, year)
        found.append(Post(year, Part.AGREED, amount or budget.NOTHING, is_investive=is_investive))
    return found


def _network_posts(town: Town, price: str, number: int, years: Sequence[int]) -> list[Post]:
    """Cables in the wall are part of the building, whatever the single outlet costs."""
    return [
        Post(
            year, Part.INFRASTRUCTURE, count * town.assumed.priced(price, year),
            is_investive=price == "price.port" or town.assumed.is_investive(price), is_fundable=True,
        )
        for year, count in budget.spread_count(number, years).items()
    ]  # fmt: skip


def _support(town: Town, shares: Mapping[ItemClass, Mapping[int, int]]) -> dict[int, Decimal]:
    """By year, half posts for the computers there are and those that the plan adds; what is too old leaves for its
    successor."""
    found, devices = {}, town.computers
    worn = {one: town.sum(one).stock - town.sum(one).usable for one in COMPUTERS}
    for year in town.years:
        for one in COMPUTERS:
            bought = shares.get(one, {}).get(year, 0)
            leaving = min(bought, max(0, worn[one]))
            worn[one] -= leaving
            devices += bought - leaving
        found[year] = budget.posts_needed(devices, town.assumed["support.devices"])
    return found


def frozen(town: Town, made: Budget, scenario: Scenario | None) -> tuple[str, str]:
    """The figures of a plan as text that can be read for ever, and its SHA-256."""
    kept = {
        "plan": town.plan, "on": plain(town.on), "scenario": scenario.name if scenario else None, "years": town.years,
        "assumptions": {key: plain(value) for key, value in town.assumed.values.items()},
        "pupils": town.pupils, "total": plain(made.total), "grant": plain(made.grant), "own": plain(made.own),
        "per_pupil": plain(made.per_pupil), "posts": plain(made.posts),
        "budget": [
            {
                "year": one.year, "total": plain(one.total), "grant": plain(one.grant), "own": plain(one.own),
                "investive": plain(one.investive),
                "parts": {part.value: plain(amount) for part, amount in one.parts.items()},
            }
            for one in made.years
        ],
        "classes": {
            one.value: {
                "target": town.sum(one).target, "stock": town.sum(one).stock, "usable": town.sum(one).usable,
                "gap": town.missing(one),
            }
            for one in town.classes
        },
        "schools": {
            school.number: {
                "name": school.name, "pupils": school.pupils,
                **{
                    one.value: [school.cells[one].target, school.cells[one].usable, school.cells[one].gap]
                    for one in town.classes
                },
            }
            for school in town.schools
        },
    }  # fmt: skip
    text = json.dumps(kept, ensure_ascii=False, sort_keys=True)
    return text, hashlib.sha256(text.encode()).hexdigest()
