"""Orders, deliveries and invoices carry documents; whoever may receive something may put the delivery note to it."""

from __future__ import annotations

from typing import Any

from flask import url_for
from sqlalchemy.orm import Session

from school_it.access import Actor, May
from school_it.documents.bearers import Bearer, carried_by
from school_it.documents.rules import DocumentKind
from school_it.procurement.models import Delivery, Invoice, Order


def _sees_order(session: Session, order: Order, actor: Actor) -> bool:
    """What the whole order says is for those who reach all schools."""
    return actor.scope(May.SEE_PROCUREMENT).everywhere


def _sees_delivery(session: Session, delivery: Delivery, actor: Actor) -> bool:
    scope = actor.scope(May.SEE_PROCUREMENT)
    return any(scope.holds(line.order_line.school_id) for line in delivery.lines)


def _receives(session: Session, delivery: Delivery, actor: Actor) -> bool:
    scope = actor.scope(May.RECEIVE_DELIVERIES)
    return any(scope.holds(line.order_line.school_id) for line in delivery.lines)


def _receives_all(session: Session, delivery: Delivery, actor: Actor) -> bool:
    """The delivery note of several schools is not for one of them to take away."""
    scope = actor.scope(May.RECEIVE_DELIVERIES)
    return all(scope.holds(line.order_line.school_id) for line in delivery.lines)


def _order_page(order_id: Any) -> str:
    return url_for("procurement.order", ident=order_id)


carried_by(
    Bearer(
        Order,
        see=May.SEE_PROCUREMENT,
        edit=May.EDIT_PROCUREMENT,
        address=lambda order: _order_page(order.id),
        kinds=(DocumentKind.ORDER, DocumentKind.QUOTE, DocumentKind.AWARD, DocumentKind.CONTRACT),
        visible=_sees_order,
    )
)
carried_by(
    Bearer(
        Delivery,
        see=May.SEE_PROCUREMENT,
        edit=May.RECEIVE_DELIVERIES,
        address=lambda delivery: _order_page(delivery.order_id),
        kinds=(DocumentKind.DELIVERY_NOTE, DocumentKind.PHOTO, DocumentKind.HANDOVER),
        visible=_sees_delivery,
        editable=_receives,
        removable=_receives_all,
    )
)
carried_by(
    Bearer(
        Invoice,
        see=May.SEE_PROCUREMENT,
        edit=May.EDIT_PROCUREMENT,
        address=lambda invoice: url_for("procurement.invoice", ident=invoice.id),
        kinds=(DocumentKind.INVOICE, DocumentKind.PAYMENT),
    )
)
