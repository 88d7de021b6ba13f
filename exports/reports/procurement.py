"""Orders line by line: what is still to come, what came, what was invoiced."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from exports.reports.shape import Choice, Pages, Report, subtitle
from exports.workbook import Page
from school_it import cells
from school_it.access import Actor, May
from school_it.errors import N_
from school_it.procurement import forms, queries, rules
from school_it.sheets import Column

COLUMNS = (
    Column("order_no", "Auftragsnummer", cells.CODE),
    Column("supplier", "Lieferant"),
    Column("ordered_on", "bestellt am", cells.DATE),
    Column("expected_on", "erwartet am", cells.DATE),
    Column("position", "Position", cells.INTEGER),
    Column("text", "Bezeichnung"),
    Column("school_number", "Schulnummer", cells.CODE),
    Column("school", "Schule"),
    Column("quantity", "bestellt", cells.INTEGER),
    Column("received", "angekommen", cells.INTEGER),
    Column("open", "fehlt noch", cells.INTEGER),
    Column("invoiced", "berechnet", cells.INTEGER),
    Column("unit_gross", "Einzelpreis brutto", cells.EURO),
    Column("total", "Summe brutto", cells.EURO),
    Column("open_total", "davon noch offen", cells.EURO),
    Column("funding_item", "Fördergegenstand", cells.CODE),
    Column("grant", "Zuwendung", cells.CODE),
)
SUMS = ("total", "open_total")


def _orders(session: Session, choice: Choice, by: Actor) -> Pages:
    """Without a choice what is still to come; the list's own filters come in the query of its address."""
    wish = forms.wish(choice.query)
    if choice.school is not None:
        wish = replace(wish, school_number=choice.school.school_number)
    rows = session.execute(queries.line_rows(wish, seen_by=by).execution_options(yield_per=1000))
    title = "Offene Aufträge" if wish.standing == queries.AWAITED else "Aufträge"
    return [
        Page(
            title, "Aufträge", COLUMNS, _lines(rows), subtitle=subtitle(choice), sums=SUMS, widest=24
        )
    ]  # fmt: skip


def _lines(rows: Any) -> Iterator[Sequence[Any]]:
    for row in rows:
        known = dict(row._mapping)
        missing = 0 if row.closed_on else max(0, row.quantity - row.received)
        known |= {
            "open": missing,
            "total": row.quantity * row.unit_gross,
            "open_total": missing * row.unit_gross if missing else rules.NOTHING,
        }
        yield [known[column.field] for column in COLUMNS]


PROCUREMENT = (
    Report(
        "orders",
        N_("Offene Aufträge"),
        N_("Was bestellt und noch nicht angekommen ist, je Position, mit Summen"),
        May.SEE_PROCUREMENT,
        _orders,
    ),
)
