"""Finding orders, what is missing of them, invoices and what came of them; `seen_by` narrows to the schools in reach.

Whoever reaches all schools sees every order; a school sees those with a line for it, and of those only its lines.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, Subquery, func, or_, select, true, type_coerce
from sqlalchemy.orm import Session

from school_it.access import Actor, May
from school_it.database import Euro, held
from school_it.devices.models import Device
from school_it.devices.numbers import folded
from school_it.errors import N_, NotThere
from school_it.funding.models import Grant, Receipt
from school_it.procurement.models import (
    DeliveredDevice,
    Delivery,
    DeliveryLine,
    Invoice,
    InvoiceLine,
    InvoiceReceipt,
    Order,
    OrderLine,
    Supplier,
)
from school_it.procurement.rules import Standing
from school_it.schools.models import School


@dataclass(frozen=True)
class Wish:
    """What a list of orders is narrowed to; `awaited` are those of which something is still to come."""

    text: str = ""
    school_number: str | None = None
    standing: str | None = None


AWAITED = "awaited"


def in_sight(seen_by: Actor, may: May = May.SEE_PROCUREMENT) -> ColumnElement[bool]:
    scope = seen_by.scope(may)
    if scope.everywhere:
        return true()
    return Order.id.in_(select(OrderLine.order_id).where(scope.where(OrderLine.school_id)))


def get_order(session: Session, ident: int, *, seen_by: Actor, may: May = May.SEE_PROCUREMENT) -> Order:
    """In a writing transaction nobody else receives or invoices anything of it meanwhile."""
    rows = select(Order).where(Order.id == ident, in_sight(seen_by, may))
    found: Order | None = session.scalar(held(session, rows, Order))
    if found is None:
        raise NotThere(N_("Diesen Auftrag gibt es hier nicht."))
    return found


def find_order(session: Session, order_no: str) -> Order | None:
    return session.scalar(select(Order).where(Order.order_no == order_no))


def get_line(session: Session, ident: int, *, seen_by: Actor) -> OrderLine:
    found = session.get(OrderLine, ident)
    if found is None:
        raise NotThere(N_("Diese Position gibt es hier nicht."))
    get_order(session, found.order_id, seen_by=seen_by)
    return found


def sums(seen_by: Actor) -> Subquery:
    """By order: pieces ordered and received, and what was ordered in all; only the lines within reach."""
    came = (
        select(DeliveryLine.order_line_id, func.sum(DeliveryLine.quantity).label("received"))
        .group_by(DeliveryLine.order_line_id)
        .subquery()
    )
    amount = func.sum(OrderLine.quantity * type_coerce(OrderLine.unit_gross, BigInteger))
    return (
        select(
            OrderLine.order_id,
            func.sum(OrderLine.quantity).label("ordered"),
            func.coalesce(func.sum(came.c.received), 0).label("received"),
            type_coerce(amount, Euro).label("amount"),
        )
        .outerjoin(came, came.c.order_line_id == OrderLine.id)
        .where(seen_by.scope(May.SEE_PROCUREMENT).where(OrderLine.school_id))
        .group_by(OrderLine.order_id)
        .subquery()
    )


def orders(wish: Wish, *, seen_by: Actor) -> Select[Any]:
    """Order, ordered, received, amount. Not ordered: `web.lists.slice_of` does that."""
    of = sums(seen_by)
    ordered, received = func.coalesce(of.c.ordered, 0), func.coalesce(of.c.received, 0)
    rows = select(Order, ordered.label("ordered"), received.label("received"), of.c.amount)
    rows = rows.outerjoin(of, of.c.order_id == Order.id).where(in_sight(seen_by))
    for word in wish.text.split():
        rows = rows.where(_holds(word))
    if wish.school_number:
        at = select(School.id).where(School.school_number == wish.school_number)
        rows = rows.where(Order.id.in_(select(OrderLine.order_id).where(OrderLine.school_id.in_(at))))
    if wish.standing:
        rows = rows.where(*_stands(wish.standing, ordered, received))
    return rows


def _holds(word: str) -> ColumnElement[bool]:
    of_supplier = select(Supplier.id).where(Supplier.name_folded.contains(folded(word), autoescape=True))
    of_lines = select(OrderLine.order_id).where(
        or_(*(column.icontains(word, autoescape=True) for column in (OrderLine.text, OrderLine.model)))
    )
    of_invoices = select(Invoice.order_id).where(Invoice.invoice_no.icontains(word, autoescape=True))
    return or_(
        Order.order_no.icontains(word, autoescape=True),
        Order.supplier_id.in_(of_supplier),
        Order.id.in_(of_lines),
        Order.id.in_(of_invoices),
    )


def _stands(word: str, ordered: Any, received: Any) -> list[ColumnElement[bool]]:
    is_closed = Order.closed_on.is_not(None)
    conditions: dict[str, list[ColumnElement[bool]]] = {
        AWAITED: [~is_closed, or_(received < ordered, ordered == 0)],
        Standing.OPEN: [~is_closed, received == 0],
        Standing.PARTLY: [~is_closed, received > 0, received < ordered],
        Standing.COMPLETE: [~is_closed, ordered > 0, received >= ordered],
        Standing.CLOSED: [is_closed],
    }
    return conditions.get(word, [])


def has_any(session: Session, *, seen_by: Actor) -> bool:
    return session.scalar(select(Order.id).where(in_sight(seen_by)).limit(1)) is not None


def matching(session: Session, text: str, *, seen_by: Actor, limit: int = 20) -> Sequence[Order]:
    """For the search: orders whose number, supplier, lines or invoices hold every word."""
    if not text.split() or not seen_by.may(May.SEE_PROCUREMENT):
        return []
    rows = select(Order).where(in_sight(seen_by), *(_holds(word) for word in text.split()))
    return session.scalars(rows.order_by(Order.ordered_on.desc(), Order.id.desc()).limit(limit)).all()


# --- what came and what was invoiced of an order ---


def lines_within(order: Order, actor: Actor, may: May = May.SEE_PROCUREMENT) -> list[OrderLine]:
    scope = actor.scope(may)
    return [line for line in order.lines if scope.holds(line.school_id)]


def received(session: Session, order: Order) -> dict[int, int]:
    """Pieces that came, by line of the order."""
    rows = (
        select(DeliveryLine.order_line_id, func.sum(DeliveryLine.quantity))
        .join(OrderLine, OrderLine.id == DeliveryLine.order_line_id)
        .where(OrderLine.order_id == order.id)
        .group_by(DeliveryLine.order_line_id)
    )
    return {ident: int(number) for ident, number in session.execute(rows)}


def invoiced(session: Session, order: Order) -> dict[int, int]:
    """Pieces that were invoiced, by line of the order."""
    rows = (
        select(InvoiceLine.order_line_id, func.sum(InvoiceLine.quantity))
        .join(OrderLine, OrderLine.id == InvoiceLine.order_line_id)
        .where(OrderLine.order_id == order.id)
        .group_by(InvoiceLine.order_line_id)
    )
    return {ident: int(number) for ident, number in session.execute(rows) if ident is not None}


def deliveries(session: Session, order: Order) -> Sequence[Delivery]:
    rows = select(Delivery).where(Delivery.order_id == order.id)
    return session.scalars(rows.order_by(Delivery.delivered_on, Delivery.id)).all()


def get_delivery(session: Session, ident: int, *, seen_by: Actor) -> Delivery:
    found = session.get(Delivery, ident)
    if found is None:
        raise NotThere(N_("Diese Lieferung gibt es hier nicht."))
    get_order(session, found.order_id, seen_by=seen_by)
    return found


def devices_of(
    session: Session, condition: ColumnElement[bool], *, seen_by: Actor | None = None
) -> Sequence[Any]:
    """Devices that came with deliveries, in the order in which they came; `condition` on `DeliveryLine`.

    Rows of id, asset_tag, serial_number, school_id, price_gross, price_net, invoice_no, order_line_id.
    """
    rows = (
        select(
            Device.id, Device.asset_tag, Device.serial_number, Device.school_id, Device.price_gross, Device.price_net,
            Device.invoice_no, DeliveryLine.order_line_id,
        )
        .join(DeliveredDevice, DeliveredDevice.device_id == Device.id)
        .join(DeliveryLine, DeliveryLine.id == DeliveredDevice.delivery_line_id)
        .where(condition)
        .order_by(Device.id)
    )  # fmt: skip
    if seen_by is not None:
        rows = rows.where(seen_by.scope(May.SEE_DEVICES).where(Device.school_id))
    return session.execute(rows).all()


def devices_of_order(session: Session, order: Order, *, seen_by: Actor) -> Sequence[Any]:
    of_order = select(OrderLine.id).where(OrderLine.order_id == order.id)
    return devices_of(session, DeliveryLine.order_line_id.in_(of_order), seen_by=seen_by)


# --- invoices ---


def get_invoice(session: Session, ident: int, *, seen_by: Actor) -> Invoice:
    """Invoices are the town's affair: whoever reaches all schools sees them."""
    rows = select(Invoice).where(Invoice.id == ident)
    found: Invoice | None = session.scalar(held(session, rows, Invoice))
    if found is None or not seen_by.scope(May.SEE_PROCUREMENT).everywhere:
        raise NotThere(N_("Diese Rechnung gibt es hier nicht."))
    return found


def find_invoice(session: Session, supplier: Supplier, invoice_no: str) -> Invoice | None:
    wanted = (Invoice.supplier_id == supplier.id, Invoice.invoice_no == invoice_no)
    return session.scalar(select(Invoice).where(*wanted))


def invoices_of(session: Session, order: Order) -> Sequence[Invoice]:
    rows = select(Invoice).where(Invoice.order_id == order.id)
    return session.scalars(rows.order_by(Invoice.invoice_date, Invoice.id)).all()


def invoices_with(session: Session, line_ids: Sequence[int]) -> Sequence[Invoice]:
    """The invoices that have lines of these lines of an order, the earliest first."""
    holding = select(InvoiceLine.invoice_id).where(InvoiceLine.order_line_id.in_(line_ids))
    return session.scalars(select(Invoice).where(Invoice.id.in_(holding)).order_by(Invoice.id)).all()


def receipts_of(session: Session, invoices: Sequence[Invoice]) -> Sequence[Receipt]:
    """The receipts that came of these invoices; one statement."""
    rows = select(Receipt).join(InvoiceReceipt, InvoiceReceipt.receipt_id == Receipt.id)
    of_them = InvoiceReceipt.invoice_id.in_([one.id for one in invoices])
    return session.scalars(rows.where(of_them).order_by(Receipt.id)).all()


def invoice_of_receipt(session: Session, receipt: Receipt) -> Invoice | None:
    rows = select(Invoice).join(InvoiceReceipt, InvoiceReceipt.invoice_id == Invoice.id)
    return session.scalar(rows.where(InvoiceReceipt.receipt_id == receipt.id))


def grants(session: Session) -> Sequence[Grant]:
    return session.scalars(select(Grant).order_by(Grant.reference.desc())).all()


def receipt_ids(session: Session, invoice: Invoice) -> list[int]:
    rows = select(InvoiceReceipt.receipt_id).where(InvoiceReceipt.invoice_id == invoice.id)
    return list(session.scalars(rows))


# --- where a device comes from ---


@dataclass(frozen=True)
class Origin:
    """What stands behind the price of a device."""

    line: OrderLine
    delivery: Delivery
    invoices: Sequence[Invoice]
    receipts: Sequence[Receipt]


def origin_of(session: Session, device: Device) -> Origin | None:
    """None for a device that did not come with a delivery."""
    rows = (
        select(OrderLine, Delivery)
        .join(DeliveryLine, DeliveryLine.order_line_id == OrderLine.id)
        .join(Delivery, Delivery.id == DeliveryLine.delivery_id)
        .join(DeliveredDevice, DeliveredDevice.delivery_line_id == DeliveryLine.id)
        .where(DeliveredDevice.device_id == device.id)
    )
    found = session.execute(rows).first()
    if found is None:
        return None
    line, delivery = found
    own = [one.id for one in line.order.lines if line.id in (one.id, one.belongs_to_id)]
    invoices = [one for one in invoices_with(session, own) if device.invoice_no in (None, one.invoice_no)]
    return Origin(line, delivery, invoices, receipts_of(session, invoices))


# --- suppliers and lists ---


def suppliers(session: Session) -> Sequence[Any]:
    """Supplier and the number of its orders."""
    number = select(func.count(Order.id)).where(Order.supplier_id == Supplier.id).scalar_subquery()
    return session.execute(select(Supplier, number.label("orders")).order_by(Supplier.name_folded)).all()


def find_supplier(session: Session, name: str) -> Supplier | None:
    return session.scalar(select(Supplier).where(Supplier.name_folded == folded(name)))


def get_supplier(session: Session, ident: int) -> Supplier:
    found = session.get(Supplier, ident)
    if found is None:
        raise NotThere(N_("Diesen Lieferanten gibt es hier nicht."))
    return found


def line_rows(wish: Wish, *, seen_by: Actor) -> Select[Any]:
    """The lines of the orders of a list, for a workbook; everything of one line in a row."""
    came = (
        select(DeliveryLine.order_line_id, func.sum(DeliveryLine.quantity).label("received"))
        .group_by(DeliveryLine.order_line_id)
        .subquery()
    )
    billed = (
        select(InvoiceLine.order_line_id, func.sum(InvoiceLine.quantity).label("invoiced"))
        .group_by(InvoiceLine.order_line_id)
        .subquery()
    )
    within = orders(wish, seen_by=seen_by).with_only_columns(Order.id)
    columns: tuple[Any, ...] = (
            Order.order_no, Supplier.name.label("supplier"), Order.ordered_on, Order.expected_on, Order.closed_on,
            OrderLine.position, OrderLine.text, School.school_number, School.name.label("school"), OrderLine.quantity,
            func.coalesce(came.c.received, 0).label("received"), func.coalesce(billed.c.invoiced, 0).label("invoiced"),
            OrderLine.unit_gross, OrderLine.funding_item, Grant.reference.label("grant"),
        )  # fmt: skip
    rows: Select[Any] = (
        select(*columns)
        .join(Order, Order.id == OrderLine.order_id)
        .join(Supplier, Supplier.id == Order.supplier_id)
        .outerjoin(School, School.id == OrderLine.school_id)
        .outerjoin(Grant, Grant.id == OrderLine.grant_id)
        .outerjoin(came, came.c.order_line_id == OrderLine.id)
        .outerjoin(billed, billed.c.order_line_id == OrderLine.id)
        .where(Order.id.in_(within), seen_by.scope(May.SEE_PROCUREMENT).where(OrderLine.school_id))
        .order_by(Order.ordered_on.desc(), Order.id.desc(), OrderLine.position, OrderLine.id)
    )
    return rows


def open_amount(session: Session, *, seen_by: Actor) -> tuple[int, Decimal]:
    """How many orders are awaited, and what was ordered with them in all."""
    rows = orders(Wish(standing=AWAITED), seen_by=seen_by).subquery()
    number, amount = session.execute(
        select(func.count(), type_coerce(func.sum(type_coerce(rows.c.amount, BigInteger)), Euro))
    ).one()
    return number, amount or Decimal(0)
