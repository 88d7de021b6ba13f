"""The investment plan: what each school is to get out of a programme or a grant, and who pays what of it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from exports import proof_of_use
from exports.reports.shape import Choice, Pages, Report, subtitle
from exports.workbook import FIRST_ROW, SUM, Formula, Page
from school_it import audit
from school_it.access import Actor, May
from school_it.cells import CODE, DATE, EURO, INTEGER, TEXT
from school_it.errors import N_
from school_it.funding.book import MEASURE_STATES
from school_it.funding.measures import investment_plan
from school_it.funding.measures.investment_plan import AMOUNTS, Line
from school_it.funding.measures.queries import Wish
from school_it.funding.measures.years import by_year
from school_it.funding.rules import NOTHING
from school_it.funding.sheet import SHARE
from school_it.sheets import Column

COLUMNS = (
    Column("position", "lfd. Nr.", INTEGER),
    Column("school_number", "Schulnummer", CODE),
    Column("school", "Schule", TEXT),
    Column("category", "Fördergegenstand", CODE),
    Column("description", "Kurzbeschreibung der Maßnahme", TEXT),
    Column("quantity", "Anzahl", INTEGER),
    Column("unit_price", "Einzelpreis brutto", EURO),
    Column("total", "Gesamtausgaben", EURO),
    Column("eligible", "davon zuwendungsfähig", EURO),
    Column("rate", "Fördersatz", SHARE),
    Column("grant", "beantragte Zuwendung", EURO),
    Column("own_share", "Eigenanteil", EURO),
    Column("starts_on", "Beginn", DATE),
    Column("ends_on", "Ende", DATE),
    Column("use_concept_date", "Einsatzkonzept vom", DATE),
    Column("support_confirmed", "Support gesichert", TEXT),
    Column("remark", "Bemerkung", TEXT),
    Column("programme", "Programm", CODE),
    Column("reference", "Kennzeichen", CODE),
    Column("state", "Stand", TEXT),
)
MOST_YEARS = 15
NAMES: dict[str, tuple[int | str, str]] = {
    "ip_gesamtausgaben": (SUM, "total"),
    "ip_zuwendungsfaehig": (SUM, "eligible"),
    "ip_zuwendung": (SUM, "grant"),
    "ip_eigenanteil": (SUM, "own_share"),
}


def _pages(session: Session, choice: Choice, _by: Actor) -> Pages:
    whose, where = subtitle(choice)
    grant = f"Zuwendung {choice.grant.reference}" if choice.grant else ""
    year = f"Haushaltsjahr {choice.year}" if choice.year else ""
    below = (whose, " · ".join(filter(None, (where, grant, year))))
    lines = _lines(session, choice)
    years = _years(lines)
    rows = [(*_row(line, place), *_by_year(line, years)) for place, line in enumerate(lines)]
    more = [Column(f"year_{year}", f"Ausgaben {year}", EURO) for year in years]
    more += [Column("no_year", "Ausgaben ohne Haushaltsjahr", EURO)] if years else []
    return [
        Page(
            "Investitionsplan", "Investitionsplan", (*COLUMNS, *more), rows, subtitle=below,
            sums=(*AMOUNTS, *(column.field for column in more)), names=NAMES, printed_to="remark", widest=26,
        )
    ]  # fmt: skip


def _years(lines: Sequence[Line]) -> list[int]:
    """The fiscal years in which the measures are known to spend money; at most `MOST_YEARS`."""
    known = {year for line in lines for year in by_year(dict(line.measure._mapping))}
    return sorted(known)[:MOST_YEARS]


def _by_year(line: Line, years: Sequence[int]) -> tuple[Decimal | None, ...]:
    """By year, and last what is in none of them: a row is its whole costs."""
    if not years:
        return ()
    spent = by_year(dict(line.measure._mapping))
    left = line.measure.total - sum((spent.get(year, NOTHING) for year in years), NOTHING)
    return (*(spent.get(year) for year in years), left or None)


def _row(line: Line, place: int) -> tuple[Any, ...]:
    one = line.measure
    own = None if line.own_share is None else Formula(_own_share(place), line.own_share)
    said = {
        **one._mapping, "rate": line.rate, "grant": line.grant, "own_share": own,
        "support_confirmed": "ja" if one.support_confirmed else "nein", "state": MEASURE_STATES[one.state],
    }  # fmt: skip
    return tuple(said[column.field] for column in COLUMNS)


def _own_share(place: int) -> str:
    from xlsxwriter.utility import xl_rowcol_to_cell

    fields = [column.field for column in COLUMNS]
    total, grant = (xl_rowcol_to_cell(FIRST_ROW + place, fields.index(name)) for name in ("total", "grant"))
    return f"ROUND({total}-{grant},2)"


def _lines(session: Session, choice: Choice) -> Sequence[Line]:
    grant_id = choice.grant.id if choice.grant else None
    wish = Wish(grant_id=grant_id, school_id=choice.school_id, year=choice.year)
    return choice.once("measures", lambda: investment_plan.plan_lines(session, wish))


def _figures(session: Session, choice: Choice, _by: Actor) -> dict[str, Any]:
    return {
        name: audit.plain(amount) for name, amount in investment_plan.totals(_lines(session, choice)).items()
    }


def _checks(session: Session, choice: Choice, _by: Actor) -> list[dict[str, Any]]:
    return proof_of_use.as_json(list(investment_plan.looked_at(_lines(session, choice))))


INVESTMENT = (
    Report(
        "investment-plan",
        N_("Investitionsplan"),
        N_("Die Maßnahmen je Schule mit Ausgaben, beantragter Zuwendung und Eigenanteil"),
        May.SEE_FUNDING,
        _pages,
        figures=_figures,
        figure_columns=COLUMNS,
        checks=_checks,
    ),
)
