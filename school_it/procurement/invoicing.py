"""What is done with invoices: enter, change, remove. Devices and receipts follow them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from school_it import audit
from school_it.access import Actor, May
from school_it.audit import Action
from school_it.database import expect_version
from school_it.errors import N_, Refused, RuleBroken, Sentence
from school_it.procurement import pricing, queries, rules, sharing
from school_it.procurement.models import Invoice, InvoiceLine, Order
from school_it.procurement.sharing import ReceiptChange

FIELDS = ("invoice_no", "invoice_date", "due_on", "paid_on", "discount", "ledger_ref", "remark")


@dataclass(frozen=True)
class Line:
    """A line of an invoice as it was entered; `ident` is that of a stored one."""

    text: str
    quantity: int
    gross: Decimal
    rebate: Decimal = rules.NOTHING
    vat_rate: Decimal = rules.USUAL_VAT
    order_line_id: int | None = None
    ident: int | None = None


def add_invoice(
    session: Session, order: Order, values: Mapping[str, Any], lines: Sequence[Line], *, by: Actor
) -> Invoice:
    """`values` are `FIELDS`. Raises Refused."""
    by.must(May.EDIT_PROCUREMENT, None)
    wanted = _with_usual(values)
    _refuse_known(session, order, wanted["invoice_no"], None)
    _judge(session, order, wanted, lines, None)
    invoice = Invoice(order=order, supplier=order.supplier, **wanted, lines=[])
    session.add(invoice)
    _set_lines(invoice, lines)
    session.flush()
    audit.record(session, Action.INVOICE_ADDED, invoice, by=by, changes=_told(invoice))
    pricing.set_prices(session, _lines_of_order(invoice), by=by)
    return invoice


def change_invoice(
    session: Session,
    invoice: Invoice,
    values: Mapping[str, Any],
    lines: Sequence[Line],
    *,
    version: int | None = None,
    by: Actor,
) -> list[ReceiptChange]:
    """The invoice, its shares by how they were told, its receipts and the prices of its devices. Gives the receipts.

    Raises Stale; Refused where the shares no longer fit or a rule stands against a receipt: nothing is changed then.
    """
    by.must(May.EDIT_PROCUREMENT, None)
    expect_version(invoice, version)
    wanted = _with_usual(values)
    _refuse_known(session, invoice.order, wanted["invoice_no"], invoice)
    _judge(session, invoice.order, wanted, lines, invoice)
    before, number = _told(invoice), invoice.invoice_no
    touched = _lines_of_order(invoice)
    audit.assign(invoice, wanted, FIELDS)
    _set_lines(invoice, lines)
    session.flush()
    left = sharing.follow(invoice)
    sharing.refuse_left(left[line.id] for line in invoice.lines if line.shares)
    session.flush()
    after = _told(invoice)
    changes = {
        name: [before.get(name, [None, None])[1], after.get(name, [None, None])[1]]
        for name in {**before, **after}
        if before.get(name) != after.get(name)
    }
    if changes:
        audit.record(session, Action.INVOICE_CHANGED, invoice, by=by, changes=changes)
    receipts = sharing.settle(session, invoice, by=by)
    pricing.set_prices(session, {*touched, *_lines_of_order(invoice)}, gone=[number], by=by)
    return receipts


def remove_invoice(session: Session, invoice: Invoice, *, by: Actor) -> None:
    """Raises RuleBroken while receipts of grants hang on it."""
    by.must(May.EDIT_PROCUREMENT, None)
    if queries.receipt_ids(session, invoice):
        raise RuleBroken(
            N_("Aus dieser Rechnung sind Belege entstanden. Bitte zuerst die Aufteilung leeren.")
        )
    touched, number = _lines_of_order(invoice), invoice.invoice_no
    gone = {name: [pair[1], None] for name, pair in _told(invoice).items()}
    audit.record(session, Action.INVOICE_REMOVED, invoice, by=by, changes=gone)
    session.delete(invoice)
    session.flush()
    pricing.set_prices(session, touched, gone=[number], by=by)


def _with_usual(values: Mapping[str, Any]) -> dict[str, Any]:
    wanted = {name: values.get(name) for name in FIELDS}
    wanted["discount"] = wanted["discount"] or rules.NOTHING
    return wanted


def _refuse_known(session: Session, order: Order, number: str, own: Invoice | None) -> None:
    if queries.find_invoice(session, order.supplier, number) not in (None, own):
        text = N_("Von %(supplier)s gibt es eine Rechnung mit dieser Nummer schon.")
        raise Refused([("invoice_no", Sentence(text, supplier=order.supplier.name))])


def _judge(
    session: Session, order: Order, values: Mapping[str, Any], lines: Sequence[Line], own: Invoice | None
) -> None:
    if not lines:
        raise Refused([("lines", Sentence(N_("Bitte mindestens eine Zeile der Rechnung eintragen.")))])
    faults = []
    amounts = [line.gross - line.rebate for line in lines]
    if any(not 0 <= line.rebate <= max(line.gross, rules.NOTHING) for line in lines):
        faults.append(("lines", Sentence(N_("Der Rabatt einer Zeile ist größer als ihr Betrag."))))
    if not 0 <= values["discount"] <= max(sum(amounts, rules.NOTHING), rules.NOTHING):
        text = N_("Das Skonto ist größer als die Rechnung. Bitte die Beträge prüfen.")
        faults.append(("discount", Sentence(text)))
    if values["paid_on"] and values["paid_on"] < values["invoice_date"]:
        faults.append(("paid_on", Sentence(N_("Gezahlt wurde nicht vor dem Rechnungsdatum."))))
    faults += [("lines", one) for one in _too_many(session, order, lines, own)]
    if faults:
        raise Refused(faults)


def _too_many(session: Session, order: Order, lines: Sequence[Line], own: Invoice | None) -> list[Sentence]:
    """No more pieces are invoiced than were ordered, over all invoices."""
    known = {line.id: line for line in order.lines}
    billed = queries.invoiced(session, order)
    for stored in own.lines if own is not None else ():
        if stored.order_line_id is not None:
            billed[stored.order_line_id] = billed.get(stored.order_line_id, 0) - stored.quantity
    faults = []
    for line in lines:
        if line.order_line_id is None:
            continue
        of_order = known.get(line.order_line_id)
        if of_order is None:
            faults.append(Sentence(N_("Eine Zeile gehört zu einer Position, die der Auftrag nicht hat.")))
        elif billed.get(of_order.id, 0) + line.quantity > of_order.quantity:
            text = N_("Position %(position)s: Bestellt sind %(ordered)s, berechnet wären %(billed)s.")
            number = billed.get(of_order.id, 0) + line.quantity
            faults.append(
                Sentence(text, position=of_order.position, ordered=of_order.quantity, billed=number)
            )
    return faults


def _set_lines(invoice: Invoice, lines: Sequence[Line]) -> None:
    stored = {line.id: line for line in invoice.lines}
    kept = []
    for position, line in enumerate(lines, 1):
        row = stored.get(line.ident or 0) or InvoiceLine(shares=[])
        row.position, row.text, row.quantity = position, line.text, line.quantity
        row.gross, row.rebate, row.vat_rate = line.gross, line.rebate, line.vat_rate
        row.order_line = next((one for one in invoice.order.lines if one.id == line.order_line_id), None)
        kept.append(row)
    invoice.lines = kept


def _lines_of_order(invoice: Invoice) -> set[Any]:
    return {line.order_line for line in invoice.lines if line.order_line is not None}


def _told(invoice: Invoice) -> audit.Changes:
    """Every value of the invoice, its lines too, as they came to be."""
    said: audit.Changes = {
        name: [None, audit.plain(getattr(invoice, name))]
        for name in FIELDS
        if getattr(invoice, name) is not None
    }
    for line in invoice.lines:
        text = f"{line.quantity} × {line.text}: {line.gross:.2f} − {line.rebate:.2f}"
        said[f"line_{line.position}"] = [None, text]
    return said
