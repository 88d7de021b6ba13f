"""What is done with deliveries: take in what came, and take a delivery back that was noted by mistake."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from school_it import audit
from school_it.access import Actor, May
from school_it.audit import Action
from school_it.database import portions, today
from school_it.devices import many, numbers
from school_it.devices import queries as device_queries
from school_it.devices import rules as device_rules
from school_it.devices.models import Device
from school_it.errors import N_, BadValue, Refused, RuleBroken, Sentence
from school_it.procurement import borne, pricing, queries
from school_it.procurement.models import DeliveredDevice, Delivery, DeliveryLine, Order, OrderLine
from school_it.procurement.rules import LineKind


@dataclass(frozen=True)
class Arrived:
    """So many pieces of a line; `serials` none or one for each."""

    line_id: int
    quantity: int
    serials: Sequence[str] = ()


def receive(
    session: Session,
    order: Order,
    arrived: Sequence[Arrived],
    *,
    on: date,
    note_no: str | None = None,
    remark: str | None = None,
    by: Actor,
) -> Delivery:
    """Note what came; devices are taken in at once, with their inventory numbers and, where invoiced, their price.

    Raises NotAllowed for a line of a school out of reach, RuleBroken for more than is still to come, BadValue for
    nothing at all or serial numbers that do not fit, Double for one that is there already. All or nothing.
    """
    lines = {line.id: line for line in order.lines}
    coming = [one for one in arrived if one.quantity]
    _judge_arrivals(session, order, coming, lines, on, by)
    delivery = Delivery(
        order=order, delivered_on=on, note_no=note_no, remark=remark, received_by=by.name, lines=[]
    )
    session.add(delivery)
    for one in coming:
        line = lines[one.line_id]
        of_line = DeliveryLine(order_line=line, quantity=one.quantity)
        delivery.lines.append(of_line)
        session.flush()
        if line.kind is LineKind.DEVICE:
            _take_in(session, order, line, of_line, one, on, by)
    told = {str(lines[one.line_id].position): one.quantity for one in coming}
    audit.record(
        session,
        Action.DELIVERY_RECEIVED,
        delivery,
        by=by,
        changes=audit.whole(delivery),
        pieces=told,
        on=on,
        note_no=note_no,
    )
    pricing.set_prices(session, [lines[one.line_id] for one in coming], by=by)
    return delivery


_BEFORE_THE_ORDER = N_("Angekommen ist es vor dem Tag der Bestellung (%(day)s). Bitte beide Tage prüfen.")


def _judge_arrivals(
    session: Session,
    order: Order,
    coming: Sequence[Arrived],
    lines: Mapping[int, OrderLine],
    on: date,
    by: Actor,
) -> None:
    if order.closed_on is not None:
        raise RuleBroken(N_("Der Auftrag ist abgeschlossen. Bitte zuerst wieder öffnen."))
    if not coming:
        raise BadValue(N_("Bitte eintragen, wovon wie viel angekommen ist."))
    if on > today():
        raise Refused([("delivered_on", Sentence(N_("Dieser Tag liegt in der Zukunft.")))])
    if on < order.ordered_on:
        raise Refused([("delivered_on", Sentence(_BEFORE_THE_ORDER, day=f"{order.ordered_on:%d.%m.%Y}"))])
    came = queries.received(session, order)
    for one in coming:
        line = lines.get(one.line_id)
        if line is None:
            raise BadValue(N_("Diese Position gehört nicht zum Auftrag."))
        by.must(May.RECEIVE_DELIVERIES, line.school_id)
        still = line.quantity - came.get(line.id, 0)
        if not 0 < one.quantity <= still:
            raise RuleBroken(
                N_("Position %(position)s: Es fehlen noch %(still)s, eingetragen sind %(came)s."),
                position=line.position,
                still=still,
                came=one.quantity,
            )
        if one.serials and len(one.serials) != one.quantity:
            raise BadValue(
                N_("Position %(position)s: %(n)s Seriennummern für %(came)s Geräte. Bitte angleichen."),
                position=line.position,
                n=len(one.serials),
                came=one.quantity,
            )


def _take_in(
    session: Session, order: Order, line: OrderLine, of_line: DeliveryLine, one: Arrived, on: date, by: Actor
) -> None:
    values = {
        "category_id": line.category_id,
        "manufacturer": line.manufacturer,
        "model": line.model,
        "school_id": line.school_id,
        "acquired_on": on,
        "supplier": order.supplier.name,
        "order_no": order.order_no,
        **borne.funding_of(order, line.grant),
        **_warranty(session, line, on),
    }
    places = range(one.quantity)
    for some in portions(places, numbers.MOST_AT_ONCE):
        serials = [one.serials[place] for place in some] if one.serials else ()
        tags = many.add_many(session, values, serials=serials, count=len(some), by=by)
        idents = dict(
            session.execute(select(Device.asset_tag, Device.id).where(Device.asset_tag.in_(tags))).all()
        )
        session.add_all(DeliveredDevice(device_id=idents[tag], delivery_line_id=of_line.id) for tag in tags)
    session.flush()


def _warranty(session: Session, line: OrderLine, on: date) -> dict[str, Any]:
    known = device_queries.find_model(session, line.manufacturer, line.model)
    return {"warranty_until": device_rules.warranty_end(on, known.warranty_months if known else None)}


def remove_delivery(session: Session, delivery: Delivery, *, by: Actor) -> None:
    """A delivery that was noted by mistake goes, with the devices that were taken in from it.

    Raises RuleBroken where something has been done with one of them since: lent, changed, a document put to it.
    """
    by.must(May.EDIT_PROCUREMENT, None)
    idents = [line.id for line in delivery.lines]
    lines = [line.order_line for line in delivery.lines]
    rows = queries.devices_of(session, DeliveredDevice.delivery_line_id.in_(idents))
    _refuse_used(session, [row.id for row in rows])
    for some in portions([row.id for row in rows]):
        for device in session.scalars(select(Device).where(Device.id.in_(some))):
            said = {name: [audit.plain(getattr(device, name)), None] for name in many.TOLD}
            gone = {name: pair for name, pair in said.items() if pair[0] is not None}
            audit.record(session, Action.ROW_REMOVED, device, by=by, changes=gone)
            session.delete(device)
    pieces = {str(line.order_line.position): line.quantity for line in delivery.lines}
    audit.record(session, Action.DELIVERY_REMOVED, delivery, by=by, pieces=pieces, on=delivery.delivered_on)
    session.delete(delivery)
    session.flush()
    pricing.set_prices(session, lines, by=by)


def _refuse_used(session: Session, device_ids: Sequence[int]) -> None:
    untouched = (Action.DEVICE_ADDED, Action.PRICES_SET)
    for some in portions(device_ids):
        of_them = (audit.Entry.object_type == Device.__tablename__, audit.Entry.object_id.in_(some))
        rows = select(audit.Entry.object_label).where(*of_them, audit.Entry.action.not_in(untouched))
        tag = session.scalar(rows.limit(1))
        if tag is not None:
            raise RuleBroken(
                N_("Mit %(tag)s aus dieser Lieferung ist inzwischen etwas geschehen. Sie bleibt deshalb."),
                tag=tag,
            )
