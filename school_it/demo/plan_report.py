"""The town's yearly report: its texts for two school years, and one year published as open data."""

from __future__ import annotations

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from school_it import school_year
from school_it.access import Actor
from school_it.database import today
from school_it.plan.open_data import actions as open_data
from school_it.plan.open_data import tables
from school_it.plan.report import actions, figures
from school_it.plan.report.models import Part
from school_it.schools.models import School

LAST_YEAR = {
    Part.INTRODUCTION: (
        "Im vergangenen Schuljahr wurden die letzten Klassenzimmer mit Displays ausgestattet. Dieser Bericht zeigt, wo die "
        "Schulen am Ende des Schuljahres standen."
    ),
    Part.OUTLOOK: "Im neuen Schuljahr beginnt der Ersatz der ersten Tablets aus der Förderung.",
}
THIS_YEAR = {
    Part.INTRODUCTION: (
        "Der Bericht zeigt dem Schulausschuss, wie weit der Medienentwicklungsplan V umgesetzt ist: was an den Schulen da "
        "ist, was fehlt und was in den nächsten Jahren ersetzt werden muss.\n\n"
        "Die Zahlen kommen aus der laufenden Geräteliste; jede lässt sich bis zum einzelnen Gerät verfolgen."
    ),
    Part.STOCK: (
        "An den Grundschulen teilen sich weiterhin Klassen ihre Tablets. Die Gesamtschulen haben ihre Fachräume im Herbst "
        "mit neuen Displays versorgt."
    ),
    Part.MONEY: "Die Wartung der Displays ist erstmals im Haushalt der Schulverwaltung veranschlagt.",
    Part.OUTLOOK: "Für das kommende Jahr ist eine gemeinsame Ausschreibung mit zwei Nachbarstädten geplant.",
}  # fmt: skip
OF_A_SCHOOL = "Die Schule erprobt seit dem Sommer Tabletklassen ab Jahrgang 7. Der Ausschuss wird im Frühjahr berichtet."


def write(session: Session, *, by: Actor) -> None:
    """Texts of the running year and of the one before, whose totals are published."""
    year = school_year.school_year(today())
    for part, words in LAST_YEAR.items():
        actions.write_text(session, year - 1, part, words, by=by)
    for part, words in THIS_YEAR.items():
        actions.write_text(session, year, part, words, by=by)
    largest = session.scalars(select(School).order_by(School.school_number.desc())).first()
    actions.write_text(session, year, Part.SCHOOL, OF_A_SCHOOL, school=largest, by=by)
    limit = current_app.config["SCHOOL_IT"].OPEN_DATA_LIMIT
    table = tables.made(figures.counts_of(session, year - 1, seen_by=by), limit)
    open_data.publish(session, table, licence="zero", by=by)
