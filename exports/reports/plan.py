"""The reports of the media development plan: the stock-taking, and the budget of the scenarios."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from exports.reports.shape import Choice, Pages, Report, authority, place
from exports.workbook import Page, Picture
from school_it import school_year
from school_it.access import Actor, May
from school_it.audit import plain
from school_it.cells import CODE, DATE, EURO, INTEGER, NUMBER, TEXT
from school_it.devices.rules import ITEM_CLASSES, ItemClass
from school_it.errors import N_
from school_it.plan import differences, money, queries, standing
from school_it.plan.differences import Difference
from school_it.plan.models import Scenario
from school_it.plan.money import Budget
from school_it.plan.queries import stock
from school_it.plan.rules.assumptions import BY_KEY
from school_it.plan.rules.budget import PARTS, Part
from school_it.plan.standing import SchoolStand, Town
from school_it.sheets import Column

AS_ENTERED = "Plan wie eingetragen"
STOCK_COLUMNS = (
    Column("school_number", "Schulnummer", CODE),
    Column("school", "Schule", TEXT),
    Column("pupils", "Schülerzahl", INTEGER),
    Column("rooms", "Unterrichtsräume", INTEGER),
    Column("item_class", "Ausstattungskategorie", TEXT),
    Column("stock", "Bestand gesamt", INTEGER),
    Column("usable", "davon weiter nutzbar", INTEGER),
    Column("oldest", "ältestes Anschaffungsjahr", INTEGER),
    Column("funded", "bereits gefördert aus", TEXT),
    Column("target", "Soll nach MEP", INTEGER),
    Column("gap", "Fehlbedarf", INTEGER),
    Column("counted", "es zählen", TEXT),
    Column("working", "Rechenweg", TEXT),
)
STOCK_FIGURES = (
    Column("plan", "MEP", TEXT),
    Column("on", "Stand", DATE),
    Column("pupils", "Schülerzahl", INTEGER),
    Column("pupils_per_device", "Schüler je mobilem Gerät", NUMBER),
    Column("gap", "fehlende Geräte", INTEGER),
)
PART_COLUMNS = tuple(Column(part.value, name, EURO) for part, name in PARTS.items())
BUDGET_COLUMNS = (
    Column("scenario", "Szenario", TEXT),
    Column("year", "Haushaltsjahr", CODE),
    *PART_COLUMNS,
    Column("total", "Summe", EURO),
    Column("investive", "investiv", EURO),
    Column("consumptive", "konsumtiv", EURO),
    Column("grant", "Förderung", EURO),
    Column("own", "Eigenmittel", EURO),
    Column("posts", "Betreuungsstellen", NUMBER),
)
COMPARE_COLUMNS = (
    Column("scenario", "Szenario", TEXT),
    *PART_COLUMNS,
    Column("total", "Summe", EURO),
    Column("grant", "Förderung", EURO),
    Column("own", "Eigenmittel", EURO),
    Column("per_pupil", "je Schüler und Jahr", EURO),
    Column("years", "Haushaltsjahre", INTEGER),
    Column("missing", "fehlende Geräte", INTEGER),
    Column("posts", "Betreuungsstellen", NUMBER),
    Column("posts_at_the_end", "Betreuungsstellen im letzten Jahr", NUMBER),
)
FIGURE_COLUMNS = (
    Column("scenario", "Szenario", TEXT),
    Column("figure", "Annahme", TEXT),
    Column("value", "Wert", NUMBER),
    Column("shown", "gelesen", TEXT),
)


def day_of(choice: Choice) -> date:
    """Today in the running school year; the last day of an earlier one, the first of a later one."""
    now = choice.on
    if choice.year is None or choice.year == school_year.school_year(now):
        return now
    past = choice.year < school_year.school_year(now)
    return school_year.ends(choice.year) if past else school_year.begins(choice.year)


def _town(session: Session, choice: Choice, by: Actor) -> Town:
    return choice.once(
        "town", lambda: standing.look(session, day_of(choice), seen_by=by, school_id=choice.school_id)
    )


def _below(town: Town, choice: Choice) -> tuple[str, str]:
    year = school_year.label(school_year.school_year(town.on))
    return (
        authority(),
        f"Stand {town.on:%d.%m.%Y} · {place(choice)} · Schuljahr {year} · MEP {town.plan or '–'}",
    )


def _stock(session: Session, choice: Choice, by: Actor) -> Pages:
    """One row for each school and class that has a target or a device."""
    town = _town(session, choice, by)
    funded = stock.programmes_of(session, town.on, seen_by=by, school_id=choice.school_id)
    counted = {one: town.counted_said(one) for one in ItemClass}
    rows = [
        _stock_row(school, one, counted[one], _programmes(town, funded, school, one))
        for school in town.schools
        for one in ItemClass
        if school.cells[one].is_listed
    ]
    return [
        Page(
            "Bestandsaufnahme", "Bestandsaufnahme", STOCK_COLUMNS, rows, subtitle=_below(town, choice),
            sums=("stock", "usable", "target", "gap"), printed_to="gap",
        )
    ]  # fmt: skip


def _stock_row(school: SchoolStand, one: ItemClass, counted: str, programmes: str | None) -> tuple[Any, ...]:
    cell = school.cells[one]
    return (
        school.number, school.name, school.pupils, school.figures.rooms if school.figures else None,
        ITEM_CLASSES[one], cell.stock, cell.usable, cell.oldest, programmes,
        cell.known_target, cell.known_gap, counted,
        "; ".join(step.said for step in cell.worked.steps) or None,
    )  # fmt: skip


def _programmes(town: Town, funded: Any, school: SchoolStand, one: ItemClass) -> str | None:
    names = {
        programme
        for category, use in town.counting[one].pairs
        for programme in funded.get((school.id, category, use), ())
    }
    return ", ".join(sorted(names)) or None


def _stock_figures(session: Session, choice: Choice, by: Actor) -> dict[str, Any]:
    town = _town(session, choice, by)
    return {
        "plan": town.plan,
        "on": plain(town.on),
        "pupils": town.pupils,
        "pupils_per_device": None if town.ratio is None else plain(round(town.ratio, 2)),
        "gap": sum(town.missing(one) for one in ItemClass),
    }


@dataclass(frozen=True)
class Reckoned:
    """The plan under one scenario, or as it is entered: what the schools need, and what that costs."""

    name: str
    town: Town
    budget: Budget
    changed: list[Difference]


def _scenarios(session: Session, choice: Choice, by: Actor) -> list[Reckoned]:
    """The plan as it is entered first."""
    return choice.once("scenarios", lambda: _all_reckoned(session, day_of(choice), by))


def _all_reckoned(session: Session, on: date, by: Actor) -> list[Reckoned]:
    plan, _aims = queries.aims_on(session, on)
    chosen: list[Scenario | None] = [None, *queries.scenarios(session, plan or "")]
    towns = standing.look_under(session, on, chosen, seen_by=by)
    budgets = money.of_each(session, list(zip(towns, chosen, strict=True)), seen_by=by)
    return [
        Reckoned(one.name if one else AS_ENTERED, town, budget, differences.of(one))
        for one, town, budget in zip(chosen, towns, budgets, strict=True)
    ]


def _budget(session: Session, choice: Choice, by: Actor) -> Pages:
    """The scenarios side by side, each by fiscal year, and what each assumes."""
    made = _scenarios(session, choice, by)
    below = _below(made[0].town, choice)
    parts = tuple(part.value for part in Part)
    return [
        Page(
            "Szenarien im Vergleich", "Vergleich", COMPARE_COLUMNS, list(_compared(made)), subtitle=below,
            picture=Picture("Kosten je Szenario nach Zweck", "scenario", parts),
        ),
        Page(
            f"Finanzplan: {AS_ENTERED}", "Finanzplan", BUDGET_COLUMNS, list(_by_year(made[:1])), subtitle=below,
            sums=(*parts, "total", "investive", "consumptive", "grant", "own"),
            picture=Picture("Kosten nach Haushaltsjahr", "year", parts),
        ),
        Page(
            "Alle Szenarien nach Haushaltsjahr", "Szenarien", BUDGET_COLUMNS, list(_by_year(made[1:])), subtitle=below
        ),
        Page("Annahmen", "Annahmen", FIGURE_COLUMNS, list(_assumed(made)), subtitle=below),
    ]  # fmt: skip


def _compared(made: list[Reckoned]) -> Iterator[tuple[Any, ...]]:
    for each in made:
        one = each.budget
        parts = [one.part(part) for part in Part]
        gap = sum(one.gap_counts.values())
        yield (
            each.name,
            *parts,
            one.total,
            one.grant,
            one.own,
            one.per_pupil,
            len(one.years),
            gap,
            one.posts,
            one.posts_at_the_end,
        )


def _by_year(made: list[Reckoned]) -> Iterator[tuple[Any, ...]]:
    for each in made:
        for year in each.budget.years:
            parts = [year.parts[part] for part in Part]
            yield (
                each.name,
                str(year.year),
                *parts,
                year.total,
                year.investive,
                year.consumptive,
                year.grant,
                year.own,
                each.budget.posts_by_year[year.year],
            )


def _assumed(made: list[Reckoned]) -> Iterator[tuple[str, str, Decimal | None, str]]:
    """What the scenario changes first, then every figure it is reckoned with."""
    for each in made:
        for one in each.changed:
            yield (each.name, f"anders als im Plan: {one.title}", one.value, one.shown or "ja")
        for key, value in each.town.assumed.values.items():
            yield (each.name, BY_KEY[key].title, value, differences.figure(BY_KEY[key], value))


def _budget_figures(session: Session, choice: Choice, by: Actor) -> dict[str, Any]:
    return {
        each.name: {name: plain(getattr(each.budget, name)) for name in ("total", "grant", "own")}
        for each in _scenarios(session, choice, by)
    }


PLAN = (
    Report(
        "stock",
        N_("Bestandsaufnahme"),
        N_("Bestand, weiter Nutzbares, Soll nach MEP und Fehlbedarf je Schule und Gerätegruppe"),
        May.SEE_PLAN,
        _stock,
        figures=_stock_figures,
        figure_columns=STOCK_FIGURES,
    ),
    Report(
        "budget",
        N_("Haushalt und Szenarien"),
        N_("Was der Plan kostet, nach Haushaltsjahr und Szenario, mit Diagrammen und allen Annahmen"),
        May.SEE_FUNDING,
        _budget,
        figures=_budget_figures,
        figure_columns=BUDGET_COLUMNS,
    ),
)
