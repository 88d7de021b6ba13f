"""The dossier of a school for its yearly talk, a sheet for each of its tables."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from exports.reports.shape import Choice, Pages, Report, Unsaid, authority
from exports.workbook import Cover, Entry, Page
from school_it.access import Actor, May
from school_it.cells import DATE, EURO, INTEGER, TEXT
from school_it.errors import N_
from school_it.plan.talks import dossier
from school_it.plan.talks.dossier import Section
from school_it.school_year import label
from school_it.schools import queries as school_queries
from school_it.schools.models import School
from school_it.sheets import Column

SHEETS = {
    "before": "Vereinbart bisher", "equipment": "Bestand und Ziel", "ages": "Alter", "due": "Ersatz",
    "trouble": "Störungen", "network": "Netz", "licences": "Lizenzen", "spent": "Ausgaben", "measures": "Maßnahmen",
    "wishes": "Wünsche", "fresh": "Vereinbart neu",
}  # fmt: skip


def _pages(session: Session, choice: Choice, by: Actor) -> Pages:
    school = choice.school or _only_one(session, by)
    found = dossier.gather(session, school, choice.year, seen_by=by)
    below = (
        authority(),
        f"Stand {found.on:%d.%m.%Y} · {found.school.trace_label} · Schuljahr {label(found.year)}",
    )
    kept, counted = found.kept
    cover = Cover(
        "Dossier für das Jahresgespräch",
        "Deckblatt",
        [
            Entry("Schule", found.school.name),
            Entry("Schulnummer", found.school.school_number),
            Entry("Schuljahr", label(found.year)),
            Entry("Schülerzahl", found.stand.pupils, INTEGER),
            Entry("fehlende Geräte", found.missing, INTEGER),
            Entry("zu heutigen Preisen", found.town.gap_cost(found.stand), EURO),
            Entry("Vereinbarungen von bisher erfüllt", f"{kept} von {counted}"),
            Entry("letztes Gespräch", found.reviews[0].held_on if found.reviews else None, DATE),
        ],
        below,
    )
    return [cover, *(_page(section, below) for section in found.sections)]


def _only_one(session: Session, by: Actor) -> School:
    """Who sees one school means that one. Raises Unsaid where it could be several."""
    within = school_queries.schools(session, seen_by=by, may=May.SEE_PLAN)
    if len(within) != 1:
        raise Unsaid("school", N_("Bitte eine Schule angeben, mit ihrer Schulnummer."))
    return within[0]


def _page(section: Section, below: tuple[str, str]) -> Page:
    columns = tuple(
        Column(f"c{place}", head.title, _type(section, place)) for place, head in enumerate(section.heads)
    )
    lines = section.lines or [[section.empty, *[None] * (len(columns) - 1)]]
    sums = tuple(f"c{place}" for place, head in enumerate(section.heads) if head.summed and section.lines)
    return Page(section.title, SHEETS[section.key], columns, lines, subtitle=below, sums=sums)


def _type(section: Section, place: int) -> Any:
    values = [line[place] for line in section.lines if line[place] is not None]
    if values and all(isinstance(value, Decimal) for value in values):
        return EURO
    if section.heads[place].is_number:
        return INTEGER
    return DATE if values and not any(isinstance(value, str) for value in values) else TEXT


DOSSIER = (
    Report(
        "dossier", N_("Dossier einer Schule"), N_("alles für das Jahresgespräch einer Schule"), May.SEE_PLAN, _pages,
        needs=("school",),
    ),
)  # fmt: skip
