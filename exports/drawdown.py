"""The draw-down of a grant as a workbook: a row for each of its decisions."""

from __future__ import annotations

from collections.abc import Sequence

from exports.workbook import SUM, Page
from school_it import cells
from school_it.cells import CODE, DATE, EURO, INTEGER
from school_it.funding.drawdowns.calls import Call
from school_it.funding.models import Grant
from school_it.sheets import Column

COLUMNS = (
    Column("number", "Abruf Nr.", INTEGER),
    Column("file_reference", "Aktenzeichen", CODE),
    Column("portal_number", "Lucom-Nr.", CODE),
    Column("decision_date", "Bescheid vom", DATE),
    Column("granted", "bewilligt", EURO),
    Column("drawn", "bereits abgerufen", EURO),
    Column("paid", "bisher geleistete Ausgaben", EURO),
    Column("due", "in den nächsten 2 Monaten fällig", EURO),
    Column("own_share_used", "eingesetzter Eigenanteil", EURO),
    Column("requested", "angeforderter Betrag", EURO),
    Column("remaining", "verbleibend", EURO),
    Column("reference", "Kennzeichen", cells.CODE),
    Column("pending", "angefordert, noch nicht ausgezahlt", EURO),
)
AMOUNTS = ("granted", "drawn", "paid", "due", "own_share_used", "requested", "remaining")
SUMS = (*AMOUNTS, "pending")
NAMES: dict[str, tuple[int | str, str]] = {
    "mav_bewilligt": (SUM, "granted"),
    "mav_abgerufen": (SUM, "drawn"),
    "mav_angefordert": (SUM, "requested"),
    "mav_verbleibend": (SUM, "remaining"),
}


def page(grant: Grant, call: Call, subtitle: Sequence[str]) -> Page:
    """The number of the call is only known where nothing was drawn before but by calls that are entered."""
    rows = [
        (
            number, at.decision.file_reference, at.decision.portal_number, at.decision.decision_date,
            *(getattr(line, name) for name in AMOUNTS), grant.reference, line.pending,
        )
        for at, line, number in zip(call.positions, call.lines, call.numbers, strict=True)
    ]  # fmt: skip
    names = {**NAMES, "mav_kennzeichen": (0, "reference")} if rows else {}
    return Page("Mittelabruf", "Mittelabruf", COLUMNS, rows, subtitle=subtitle, sums=SUMS, names=names)
