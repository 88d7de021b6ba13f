"""A change request as a workbook: the form with its figures, and the financing plan as it was and as it is asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from exports.workbook import FIRST_ROW, SUM, Cover, Entry, Formula, Page
from school_it import cells
from school_it.cells import DATE, EURO
from school_it.funding import cost_plan
from school_it.funding.decisions import change_requests
from school_it.funding.models import ChangeRequest
from school_it.funding.rules import NOTHING
from school_it.sheets import Column

COLUMNS = (
    Column("category", "Fördergegenstand", cells.CODE),
    Column("old_total", "bisher gesamt", EURO),
    Column("old_eligible", "bisher zuwendungsfähig", EURO),
    Column("new_total", "neu gesamt", EURO),
    Column("new_eligible", "neu zuwendungsfähig", EURO),
    Column("change", "Änderung zuwendungsfähig", EURO),
)
SUMS = tuple(column.field for column in COLUMNS[1:])
FIGURES = (
    *COLUMNS[1:5],
    Column("old_grant", "Zuwendung nach Fördersatz bisher", EURO),
    Column("new_grant", "Zuwendung nach Fördersatz neu", EURO),
    Column("drawn", "bis zum Antrag abgerufen", EURO),
)
NAMES: dict[str, tuple[int | str, str]] = {
    "aa_gesamt_alt": (SUM, "old_total"),
    "aa_zuwendungsfaehig_alt": (SUM, "old_eligible"),
    "aa_gesamt_neu": (SUM, "new_total"),
    "aa_zuwendungsfaehig_neu": (SUM, "new_eligible"),
}


def pages(request: ChangeRequest, subtitle: Sequence[str], *, authority: str) -> list[Page | Cover]:
    entries = [*_about(request, authority), *_money(request), *_declaration(request)]
    rows = [_row(line, place) for place, line in enumerate(request.lines)]
    return [
        Cover("Änderungsantrag", "Änderungsantrag", entries, subtitle=subtitle),
        Page(
            "Finanzierungsplan", "Finanzierungsplan", COLUMNS, rows, subtitle=subtitle, sums=SUMS, names=NAMES
        ),
    ]


def _about(request: ChangeRequest, authority: str) -> Iterator[Entry]:
    decision, grant = request.decision, request.decision.grant
    yield Entry("Antrag", heading=True)
    yield Entry("Zuwendungsempfänger", authority)
    yield Entry("Bewilligungsbehörde", decision.authority)
    yield Entry("Maßnahme", grant.title)
    yield Entry("Kennzeichen", grant.reference)
    yield Entry("Aktenzeichen", decision.file_reference, name="aa_aktenzeichen")
    yield Entry("Bescheid vom", decision.decision_date, DATE, "aa_bescheid_vom")
    yield Entry("Antrag Nr.", request.number)
    yield Entry("beantragt am", request.requested_on, DATE, "aa_beantragt_am")
    yield Entry("Begründung", request.reason, name="aa_begruendung")
    yield Entry("Durchführung bisher bis", decision.period_to, DATE)
    yield Entry("Durchführung neu bis", request.period_to, DATE, "aa_durchfuehrung_neu_bis")


def figures(request: ChangeRequest) -> dict[str, Decimal | None]:
    """What ``export --json`` tells."""
    old, new = change_requests.old_plan(request), change_requests.new_plan(request)
    before, after = cost_plan.whole(old), cost_plan.whole(new)
    return {
        "old_total": before.total, "old_eligible": before.eligible, "new_total": after.total,
        "new_eligible": after.eligible, "old_grant": change_requests.asked_grant(request, old),
        "new_grant": change_requests.asked_grant(request, new), "drawn": request.drawn,
    }  # fmt: skip


def _money(request: ChangeRequest) -> Iterator[Entry]:
    of = figures(request)
    yield Entry("Beträge", heading=True)
    yield Entry(
        "zuwendungsfähig bisher", Formula("aa_zuwendungsfaehig_alt", of["old_eligible"] or NOTHING), EURO
    )
    yield Entry(
        "zuwendungsfähig neu", Formula("aa_zuwendungsfaehig_neu", of["new_eligible"] or NOTHING), EURO
    )
    yield Entry("Zuwendung nach Fördersatz bisher", of["old_grant"], EURO, "aa_zuwendung_alt")
    yield Entry("Zuwendung nach Fördersatz neu", of["new_grant"], EURO, "aa_zuwendung_neu")
    yield Entry("bis zum Antrag abgerufen", request.drawn, EURO, "aa_abgerufen")


def _declaration(request: ChangeRequest) -> Iterator[Entry]:
    yield Entry("Erklärung", heading=True)
    yield Entry("Die Angaben in diesem Antrag sind richtig und vollständig.", "ja / nein")
    yield Entry("Die Erklärung liegt unterschrieben vor", "ja" if request.declared else "nein")
    yield Entry("Ort, Datum")
    yield Entry("Unterschrift")


def _row(line: Any, place: int) -> tuple[Any, ...]:
    from xlsxwriter.utility import xl_rowcol_to_cell

    fields = [column.field for column in COLUMNS]
    new, old = (
        xl_rowcol_to_cell(FIRST_ROW + place, fields.index(name)) for name in ("new_eligible", "old_eligible")
    )
    change = Formula(f"ROUND({new}-{old},2)", line.new_eligible - line.old_eligible)
    return (line.category, *(getattr(line, name) for name in fields[1:-1]), change)
