"""The register of earmarks as a workbook: what is bound until when, and what has to be replaced before."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from exports.workbook import Page
from school_it import cells
from school_it.access import Actor
from school_it.devices import earmark
from school_it.devices.earmark import Sum, Wish
from school_it.devices.rules import STATES, outlives_use, product_name
from school_it.sheets import Column

COLUMNS = (
    Column("asset_tag", "Inventarnummer", cells.CODE),
    Column("device", "Gerät"),
    Column("category", "Geräteart"),
    Column("school_number", "Schulnummer", cells.CODE),
    Column("school", "Schule"),
    Column("state", "Zustand"),
    Column("programme", "Förderprogramm"),
    Column("file_reference", "Aktenzeichen", cells.CODE),
    Column("acquired_on", "Anschaffungsdatum", cells.DATE),
    Column("commissioned_on", "Inbetriebnahme", cells.DATE),
    Column("bound_until", "Zweckbindung bis", cells.DATE),
    Column("life_ends", "Nutzungsdauer bis", cells.DATE),
    Column("outlives", "Ersatz aus eigenen Mitteln"),
    Column("price_gross", "Preis brutto", cells.EURO),
)
BY_YEAR = (
    Column("year", "Jahr", cells.INTEGER),
    Column("number", "Geräte", cells.INTEGER),
    Column("amount", "Anschaffung brutto", cells.EURO),
    Column("unpriced", "davon ohne Preis", cells.INTEGER),
)


def pages(session: Session, wish: Wish, *, subtitle: Sequence[str], seen_by: Actor) -> list[Page]:
    rows = (
        [
            row.asset_tag, product_name(row.manufacturer, row.model) or None, row.category,
            row.school_number, row.school, STATES[row.state], row.programme, row.file_reference, row.acquired_on,
            row.commissioned_on, row.bound_until, ends, "ja" if outlives_use(ends, row.bound_until) else None,
            row.price_gross,
        ]
        for row in earmark.ordered(session, wish, seen_by=seen_by)
        for ends in (earmark.life_ends(row),)
    )  # fmt: skip
    by_year = earmark.by_year(session, wish, seen_by=seen_by)
    worn = earmark.to_replace(session, wish, seen_by=seen_by)
    return [
        Page("Zweckgebundene Geräte", "Zweckbindung", COLUMNS, rows, subtitle, sums=("price_gross",)),
        _by_year("Ende der Zweckbindung", "Nach Jahr", by_year, subtitle),
        _by_year("Nutzungsdauer endet vor der Zweckbindung", "Eigene Mittel", worn, subtitle),
    ]


def _by_year(title: str, name: str, sums: Sequence[Sum], subtitle: Sequence[str]) -> Page:
    rows = [[one.key, one.number, one.amount, one.unpriced] for one in sums]
    return Page(title, name, BY_YEAR, rows, subtitle, sums=("number", "amount", "unpriced"))
