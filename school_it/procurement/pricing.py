"""The price of devices that came with an order: each its piece of the invoice, to the cent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from school_it import audit, setwise
from school_it.access import Actor
from school_it.audit import Action
from school_it.changes import Change
from school_it.database import table_of
from school_it.devices.models import Device
from school_it.errors import N_
from school_it.procurement import queries, rules
from school_it.procurement.models import DeliveryLine, Invoice, InvoiceLine, OrderLine
from school_it.procurement.rules import Cost, LineKind
from school_it.setwise import Changed

PRICED = ("price_gross", "price_net", "invoice_no")


def paid_by_line(invoice: Invoice) -> dict[int, Decimal]:
    """What was paid on each line of an invoice, cash discount off, by the line's id."""
    paid = rules.discounted([line.amount for line in invoice.lines], invoice.discount)
    return {line.id: amount for line, amount in zip(invoice.lines, paid, strict=True)}


def set_prices(session: Session, lines: Iterable[OrderLine], *, gone: Sequence[str] = (), by: Actor) -> int:
    """Devices of these lines, and of those whose accessories these are, get their piece. Returns how many changed.

    A device that no invoice reaches yet keeps what it says, unless that came from an invoice in `gone`.
    """
    wanted: dict[int, OrderLine] = {}
    for line in lines:
        for one in line.order.lines:
            if one.kind is LineKind.DEVICE and one.id in (line.id, line.belongs_to_id):
                wanted[one.id] = one
    changed = [row for line in wanted.values() for row in _changes(session, line, gone)]
    if changed:
        batch = audit.begin_batch(session, "devices.priced", by=by, title=N_("Preise aus der Rechnung"))
        batch.counts = {"changed": len(changed)}
        setwise.change(session, table_of(Device), changed, action=Action.PRICES_SET, by=by, batch=batch)
        session.expire_all()
    return len(changed)


def _changes(session: Session, line: OrderLine, gone: Sequence[str]) -> list[Changed]:
    pieces = pieces_of(session, line)
    found = []
    for place, device in enumerate(queries.devices_of(session, DeliveryLine.order_line_id == line.id)):
        after: tuple[Any, ...] | None = None
        if place < len(pieces):
            cost, invoice_no = pieces[place]
            after = (cost.gross, cost.net, invoice_no)
        elif device.invoice_no in gone:
            after = (None, None, None)
        before = tuple(getattr(device, name) for name in PRICED)
        if after is not None and after != before:
            fields = {
                name: Change(old, new)
                for name, old, new in zip(PRICED, before, after, strict=True)
                if old != new
            }
            found.append(Changed(device.id, fields, device.asset_tag, device.school_id))
    return found


def pieces_of(session: Session, line: OrderLine) -> list[tuple[Cost, str]]:
    """What each invoiced piece of a line costs, its accessories added, and on which invoice it stands."""
    accessories = [one.id for one in line.order.lines if one.belongs_to_id == line.id]
    own: list[tuple[InvoiceLine, Decimal, str]] = []
    more: list[tuple[Decimal, Decimal]] = []
    for invoice in queries.invoices_with(session, [line.id, *accessories]):
        paid = paid_by_line(invoice)
        for part in invoice.lines:
            if part.order_line_id == line.id:
                own.append((part, paid[part.id], invoice.invoice_no))
            elif part.order_line_id in accessories:
                more.append((paid[part.id], part.vat_rate))
    costs = rules.piece_costs([(part.quantity, amount, part.vat_rate) for part, amount, _no in own], more)
    names = [number for part, _amount, number in own for _piece in range(part.quantity)]
    return list(zip(costs, names, strict=True))
