"""The books as workbooks: the depreciation list of a year, what was disposed of, the comparison with the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from flask import current_app
from sqlalchemy.orm import Session

from exports.workbook import Cover, Entry, Page
from school_it import cells
from school_it.devices import rules as device_rules
from school_it.devices.models import Device
from school_it.devices.rules import DISPOSAL_REASONS
from school_it.ledger import queries
from school_it.ledger.matching import HOWS, STANDINGS, Comparison, Match, Standing, Thing
from school_it.ledger.queries import Basis
from school_it.sheets import Column


def basis() -> Basis:
    return Basis.of(current_app.config["SCHOOL_IT"])


# --- depreciation ---

DEPRECIATION = (
    Column("asset_tag", "Inventarnummer", cells.CODE),
    Column("device", "Gerät"),
    Column("category", "Geräteart"),
    Column("acquired_on", "Zugang am", cells.DATE),
    Column("life", "Nutzungsdauer Jahre", cells.INTEGER),
    Column("low", "geringwertig"),
    Column("cost", "Anschaffungskosten", cells.EURO),
    Column("opening", "Buchwert 1.1.", cells.EURO),
    Column("added", "Zugang", cells.EURO),
    Column("written_off", "Abschreibung", cells.EURO),
    Column("left", "Abgang", cells.EURO),
    Column("closing", "Buchwert 31.12.", cells.EURO),
    Column("gone_on", "Abgang am", cells.DATE),
)
EUROS = ("cost", "opening", "added", "written_off", "left", "closing")


def depreciation(session: Session, year: int, *, subtitle: Sequence[str]) -> list[Page]:
    how = basis()
    first = "mit dem Monat der Anschaffung" if how.first_counts else "ab dem Monat nach der Anschaffung"
    prices = "netto" if how.net else "brutto"
    below = (*subtitle[:1], f"Jahr {year} · linear, {first} · Preise {prices}")
    return [
        Page(
            f"Abschreibungen {year}", f"AfA {year}", DEPRECIATION, _depreciation(session, year, how), below, sums=EUROS
        )
    ]  # fmt: skip


def _depreciation(session: Session, year: int, how: Basis) -> Iterator[list[Any]]:
    for entry, in_year in queries.depreciation(session, year, how):
        row = entry.row
        label = device_rules.product_name(row.manufacturer, row.model) or None
        yield [
            row.asset_tag, label, row.category, row.begun, row.life, "ja" if entry.low else None, entry.asset.cost,
            in_year.opening, in_year.added, in_year.written_off, in_year.left, in_year.closing, row.gone_on,
        ]  # fmt: skip


# --- disposals ---

DISPOSALS = (
    Column("asset_tag", "Inventarnummer", cells.CODE),
    Column("device", "Gerät"),
    Column("serial_number", "Seriennummer", cells.CODE),
    Column("school", "Schule"),
    Column("disposed_on", "Ausgesondert am", cells.DATE),
    Column("reason", "Grund"),
    Column("remark", "Erläuterung"),
    Column("cost", "Anschaffungskosten", cells.EURO),
    Column("book_value", "Restbuchwert", cells.EURO),
    Column("proceeds", "Erlös", cells.EURO),
    Column("receiver", "Käufer oder Empfänger"),
    Column("wiped_on", "Daten gelöscht am", cells.DATE),
    Column("wiped_how", "Wie gelöscht"),
    Column("wiped_by", "Gelöscht von"),
    Column("waste_certificate", "Entsorgungsnachweis", cells.CODE),
    Column("document", "Beleg", cells.CODE),
    Column("bound", "Zweckbindung"),
    Column("approved_by", "Genehmigt von"),
    Column("approved_on", "Genehmigt am", cells.DATE),
    Column("approval_person", "Zugestimmt hat"),
    Column("approval_reference", "Aktenzeichen der Zustimmung", cells.CODE),
    Column("approval_reason", "Grund der Genehmigung"),
)


def disposals(session: Session, year: int | None, *, subtitle: Sequence[str]) -> list[Page]:
    rows = (_disposal(one) for one in queries.disposals(session, year))
    title = f"Aussonderungen {year}" if year else "Aussonderungen"
    return [
        Page(
            title,
            "Aussonderungen",
            DISPOSALS,
            rows,
            subtitle,
            sums=("cost", "book_value", "proceeds"),
            widest=18,
        )
    ]


def _disposal(one: Device) -> list[Any]:
    left = one.disposed_on or one.state_since
    value = queries.value_of(one, left, basis()) if left else None
    return [
        one.asset_tag, one.label, one.serial_number, one.school.name if one.school else None, left,
        DISPOSAL_REASONS[one.disposal_reason] if one.disposal_reason else None, one.disposal_remark,
        value and value[0], value and value[1], one.proceeds, one.receiver, one.wiped_on, one.wiped_how, one.wiped_by,
        one.waste_certificate, one.document, _bound(one, left), one.approved_by, one.approved_on, one.approval_person,
        one.approval_reference, one.approval_reason,
    ]  # fmt: skip


def _bound(one: Device, left: date | None) -> str:
    if one.bound_until is None:
        return "keine"
    running = left is not None and device_rules.is_bound(one.bound_until, left)
    return f"{'lief noch bis' if running else 'abgelaufen am'} {one.bound_until:%d.%m.%Y}"


# --- the comparison ---

MATCHED = (
    Column("ledger_no", "Anlagennummer", cells.CODE),
    Column("text", "Anlagenbezeichnung"),
    Column("standing", "Ergebnis"),
    Column("quantity", "Menge dort", cells.INTEGER),
    Column("number", "Geräte hier", cells.INTEGER),
    Column("theirs", "Wert dort", cells.EURO),
    Column("ours", "Wert hier", cells.EURO),
    Column("difference", "Unterschied", cells.EURO),
    Column("how", "zugeordnet durch"),
    Column("tags", "Inventarnummern hier"),
)
ONLY_HERE = (
    Column("asset_tag", "Inventarnummer", cells.CODE),
    Column("device", "Gerät"),
    Column("acquired_on", "Angeschafft am", cells.DATE),
    Column("supplier", "Lieferant"),
    Column("invoice_no", "Rechnungsnummer", cells.CODE),
    Column("price", "Wert hier", cells.EURO),
)
EACH = (
    Column("ledger_no", "Anlagennummer", cells.CODE),
    Column("text", "Anlagenbezeichnung"),
    Column("standing", "Ergebnis"),
    Column("asset_tag", "Inventarnummer", cells.CODE),
    Column("device", "Gerät"),
    Column("acquired_on", "Angeschafft am", cells.DATE),
    Column("price", "Wert hier", cells.EURO),
)
MOST_TAGS = 3
"""Inventory numbers in a cell; all of them stand on the sheet `Geräte`."""


def comparison(session: Session, *, subtitle: Sequence[str]) -> list[Page | Cover]:
    """What agrees, what differs, what is on one side only; the sums of the sheets are those of the first page."""
    found = queries.comparison(session, basis())
    pages: list[Page | Cover] = [
        Cover("Abgleich mit der Anlagenbuchhaltung", "Ergebnis", _summary(found), subtitle)
    ]
    for standing, name in _SHEETS.items():
        rows = map(_matched, found.of(standing))
        pages.append(_page(STANDINGS[standing], name, rows, subtitle))
    each = (
        _each(match, thing) for standing in _SHEETS for match in found.of(standing) for thing in match.things
    )
    pages.append(Page("Zugeordnete Geräte", "Geräte", EACH, each, subtitle, sums=("price",)))
    here = (
        [one.tag, one.label, one.acquired_on, one.supplier, one.invoice_no, one.price]
        for one in found.only_here
    )
    pages.append(Page("Nur in unserem Bestand", "Nur hier", ONLY_HERE, here, subtitle, sums=("price",)))
    return pages


_SHEETS = {
    Standing.AGREES: "Stimmt",
    Standing.DIFFERS: "Weicht ab",
    Standing.GUESSED: "Vermutet",
    Standing.ONLY_THERE: "Nur dort",
}


def _page(title: str, name: str, rows: Iterable[list[Any]], subtitle: Sequence[str]) -> Page:
    sums = ("number", "theirs", "ours", "difference")
    return Page(title[:1].upper() + title[1:], name, MATCHED, rows, subtitle, sums=sums)


def _summary(found: Comparison) -> list[Entry]:
    counts = [Entry(STANDINGS[one], len(found.of(one)), cells.INTEGER) for one in (*_SHEETS,)]
    return [
        Entry("Anlagen und Geräte", heading=True),
        *counts,
        Entry("nur in unserem Bestand", len(found.only_here), cells.INTEGER),
        Entry("Summen", heading=True),
        Entry("Anlagenbuchhaltung", found.theirs, cells.EURO),
        Entry("unser Bestand", found.ours, cells.EURO),
        Entry("Unterschied", found.ours - found.theirs, cells.EURO),
    ]


def _matched(one: Match) -> list[Any]:
    return [
        one.line.number, one.line.text, STANDINGS[one.standing], one.line.quantity, len(one.things), one.line.cost,
        one.ours, one.difference, HOWS[one.how] if one.how else None, _tags(one.things),
    ]  # fmt: skip


def _each(match: Match, thing: Thing) -> list[Any]:
    return [
        match.line.number, match.line.text, STANDINGS[match.standing], thing.tag, thing.label, thing.acquired_on,
        thing.price,
    ]  # fmt: skip


def _tags(things: Sequence[Thing]) -> str | None:
    shown = ", ".join(one.tag for one in things[:MOST_TAGS])
    more = len(things) - MOST_TAGS
    return f"{shown} und {more} weitere" if more > 0 else shown or None
