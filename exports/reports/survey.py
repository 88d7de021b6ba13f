"""The survey of a year over all schools: target, stock, gap, and what was wished for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy.orm import Session

from exports.reports.plan import day_of
from exports.reports.shape import Choice, Pages, Report, subtitle
from exports.workbook import Page
from school_it import school_year
from school_it.access import Actor, May
from school_it.cells import CODE, INTEGER, TEXT
from school_it.devices.rules import ITEM_CLASSES, ItemClass
from school_it.errors import N_
from school_it.plan import standing
from school_it.plan.survey import queries
from school_it.plan.survey.models import SurveyRound
from school_it.plan.survey.rules import DECISIONS, GROUPS, Decision
from school_it.sheets import Column

COLUMNS = (
    Column("school_number", "Schulnummer", CODE),
    Column("school", "Schule", TEXT),
    Column("group", "Gerätegruppe", TEXT),
    Column("target", "Soll", INTEGER),
    Column("stock", "Bestand", INTEGER),
    Column("gap", "Fehlbedarf", INTEGER),
    Column("wanted", "gewünscht", INTEGER),
    Column("reason", "Begründung", TEXT),
    Column("what", "was genau", TEXT),
    Column("decision", "Entscheidung", TEXT),
    Column("granted", "bewilligt", INTEGER),
    Column("decision_reason", "Grund der Entscheidung", TEXT),
)


def _pages(session: Session, choice: Choice, by: Actor) -> Pages:
    """A line for each school and group: as the round asked it; without a round as it stands, to be filled in."""
    year = choice.year or school_year.school_year(choice.on)
    one = queries.round_of(session, year)
    lines = _of_round(session, one, choice, by) if one else _as_it_stands(session, choice, by)
    whose, where = subtitle(choice)
    told = f"Schuljahr {school_year.label(year)}" + ("" if one else " · keine Abfrage eröffnet")
    return [
        Page(
            f"Bedarfsabfrage {school_year.label(year)}", "Bedarfsabfrage", COLUMNS, list(lines),
            subtitle=(whose, f"{where} · {told}"), sums=("target", "stock", "gap", "wanted", "granted"),
        )
    ]  # fmt: skip


def _of_round(session: Session, one: SurveyRound, choice: Choice, by: Actor) -> Iterator[list[Any]]:
    for wish in queries.wishes(session, one, seen_by=by, school_id=choice.school_id):
        yield [
            wish.school.school_number, wish.school.label, GROUPS[wish.group], wish.target, wish.stock, wish.gap,
            wish.wanted, wish.reason, wish.what or None,
            DECISIONS[wish.decision] if wish.decision is not Decision.OPEN else None,
            wish.granted, wish.decision_reason,
        ]  # fmt: skip


def _as_it_stands(session: Session, choice: Choice, by: Actor) -> Iterator[list[Any]]:
    town = standing.look(session, day_of(choice), seen_by=by, school_id=choice.school_id)
    for school in town.schools:
        for item_class in ItemClass:
            cell = school.cells[item_class]
            if cell.is_listed:
                told = (cell.known_target, cell.stock, cell.known_gap)
                yield [school.number, school.label, ITEM_CLASSES[item_class], *told, *[None] * 6]


SURVEYS = (
    Report(
        "survey", N_("Bedarfsabfrage"), N_("Soll, Bestand und Fehlbedarf je Schule mit dem, was sie wünscht"),
        May.SEE_PLAN, _pages,
    ),
)  # fmt: skip
