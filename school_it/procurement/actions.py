"""What is done with suppliers and orders."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from school_it import audit
from school_it.access import Actor, May
from school_it.audit import Action
from school_it.database import expect_version, today
from school_it.devices import numbers
from school_it.errors import N_, Refused, RuleBroken, Sentence
from school_it.procurement import queries, rules
from school_it.procurement.models import Order, OrderLine, Supplier
from school_it.procurement.rules import LineKind

SUPPLIER_FIELDS = ("name", "customer_no", "remark")
ORDER_FIELDS = (
    "order_no",
    "supplier_id",
    "ordered_on",
    "expected_on",
    "closed_on",
    "closed_reason",
    "remark",
)
LINE_FIELDS = (
    "position", "kind", "text", "category_id", "manufacturer", "model", "belongs_to_id", "quantity", "unit_gross",
    "vat_rate", "school_id", "funding_item", "grant_id",
)  # fmt: skip


def _must_edit(by: Actor) -> None:
    by.must(May.EDIT_PROCUREMENT, None)


# --- suppliers ---


def supplier_called(session: Session, name: str, *, by: Actor) -> Supplier:
    """The supplier of that name, capital letters and marks aside; a new one where there is none."""
    _must_edit(by)
    found = queries.find_supplier(session, name)
    if found is not None:
        return found
    made = Supplier(name=name, name_folded=numbers.folded(name))
    session.add(made)
    audit.record(
        session, Action.SUPPLIER_ADDED, made, by=by, changes=audit.differences(made, SUPPLIER_FIELDS)
    )
    return made


def change_supplier(
    session: Session, supplier: Supplier, values: Mapping[str, Any], *, version: int | None = None, by: Actor
) -> None:
    """Raises Refused for a name that another has, Stale."""
    _must_edit(by)
    expect_version(supplier, version)
    other = queries.find_supplier(session, values.get("name", supplier.name))
    if other not in (None, supplier):
        raise Refused([("name", Sentence(N_("Einen Lieferanten mit diesem Namen gibt es schon.")))])
    changes = audit.assign(supplier, values, SUPPLIER_FIELDS)
    supplier.name_folded = numbers.folded(supplier.name)
    if changes:
        audit.record(session, Action.SUPPLIER_CHANGED, supplier, by=by, changes=changes)


# --- orders ---


def add_order(session: Session, values: Mapping[str, Any], *, by: Actor) -> Order:
    """`values` are `ORDER_FIELDS` with the supplier's name as `supplier`. Raises Refused."""
    _must_edit(by)
    _refuse_known(session, values["order_no"], None)
    _refuse_days(values, None)
    order = Order(**_order_values(session, values, by))
    session.add(order)
    audit.record(session, Action.ORDER_ADDED, order, by=by, changes=audit.differences(order, ORDER_FIELDS))
    return order


def change_order(
    session: Session, order: Order, values: Mapping[str, Any], *, version: int | None = None, by: Actor
) -> None:
    """Raises Refused, Stale."""
    _must_edit(by)
    expect_version(order, version)
    _refuse_known(session, values.get("order_no", order.order_no), order)
    _refuse_days(values, order)
    changes = audit.assign(order, _order_values(session, values, by), ORDER_FIELDS)
    if changes:
        audit.record(session, Action.ORDER_CHANGED, order, by=by, changes=changes)
        session.expire(order, ["supplier"])


def _order_values(session: Session, values: Mapping[str, Any], by: Actor) -> dict[str, Any]:
    wanted = {name: value for name, value in values.items() if name in ORDER_FIELDS}
    if "supplier" in values:
        supplier = supplier_called(session, values["supplier"], by=by)
        session.flush()
        wanted["supplier_id"] = supplier.id
    return wanted


def _refuse_days(values: Mapping[str, Any], order: Order | None) -> None:
    ordered, expected = (
        values.get(name, getattr(order, name, None)) for name in ("ordered_on", "expected_on")
    )
    if ordered is not None and expected is not None and expected < ordered:
        raise Refused([("expected_on", Sentence(N_("Erwartet wird es vor dem Tag der Bestellung.")))])


def _refuse_known(session: Session, order_no: str, own: Order | None) -> None:
    if queries.find_order(session, order_no) not in (None, own):
        raise Refused([("order_no", Sentence(N_("Einen Auftrag mit dieser Nummer gibt es schon.")))])


def close_order(
    session: Session, order: Order, *, reason: str | None, version: int | None = None, by: Actor
) -> None:
    """Nothing more is expected: what is missing will not come. An empty reason is refused where something is."""
    _must_edit(by)
    expect_version(order, version)
    missing = sum(line.quantity for line in order.lines) - sum(queries.received(session, order).values())
    if missing > 0 and not reason:
        raise Refused([("reason", Sentence(N_("Bitte sagen, warum der Rest nicht mehr kommt.")))])
    _set_closed(session, order, today(), reason, by)


def reopen_order(session: Session, order: Order, *, version: int | None = None, by: Actor) -> None:
    _must_edit(by)
    expect_version(order, version)
    _set_closed(session, order, None, None, by)


def _set_closed(session: Session, order: Order, on: date | None, reason: str | None, by: Actor) -> None:
    wanted = {"closed_on": on, "closed_reason": reason}
    changes = audit.assign(order, wanted, tuple(wanted))
    if changes:
        audit.record(session, Action.ORDER_CHANGED, order, by=by, changes=changes)


def remove_order(session: Session, order: Order, *, by: Actor) -> None:
    """An order that was entered by mistake. Raises RuleBroken where something has come or been invoiced of it."""
    _must_edit(by)
    if queries.deliveries(session, order) or queries.invoices_of(session, order):
        raise RuleBroken(
            N_(
                "Zu diesem Auftrag gibt es Lieferungen oder Rechnungen. Er lässt sich abschließen, nicht entfernen."
            )
        )
    for line in order.lines:
        _record_line_gone(session, line, by)
        session.delete(line)
    said = {name: [audit.plain(getattr(order, name)), None] for name in ORDER_FIELDS}
    audit.record(session, Action.ORDER_REMOVED, order, by=by, changes=said)
    session.delete(order)


# --- the lines of an order ---


def add_line(session: Session, order: Order, values: Mapping[str, Any], *, by: Actor) -> OrderLine:
    """`values` are `LINE_FIELDS`. Raises Refused."""
    _must_edit(by)
    wanted = {name: values.get(name) for name in LINE_FIELDS if name in values}
    wanted["position"] = wanted.get("position") or max((one.position for one in order.lines), default=0) + 1
    _judge_line(order, wanted, None)
    line = OrderLine(**wanted)
    order.lines.append(line)
    audit.record(session, Action.ORDER_CHANGED, line, by=by, changes=audit.differences(line, LINE_FIELDS))
    return line


def change_line(
    session: Session, line: OrderLine, values: Mapping[str, Any], *, version: int | None = None, by: Actor
) -> None:
    """Raises Refused, Stale. What has come stays as it came: no fewer pieces, no other kind."""
    _must_edit(by)
    expect_version(line, version)
    came = queries.received(session, line.order).get(line.id, 0)
    whole = {**{name: getattr(line, name) for name in LINE_FIELDS}, **values}
    _judge_line(line.order, whole, line)
    if whole["quantity"] < came:
        text = N_("Davon sind schon %(came)s geliefert: Weniger geht nicht.")
        raise Refused([("quantity", Sentence(text, came=came))])
    if came and whole["kind"] != line.kind:
        raise Refused([("kind", Sentence(N_("Davon ist schon etwas geliefert: Die Art bleibt.")))])
    changes = audit.assign(line, whole, LINE_FIELDS)
    if changes:
        audit.record(session, Action.ORDER_CHANGED, line, by=by, changes=changes)
        session.expire(line, ["category", "school", "grant"])


def remove_line(session: Session, line: OrderLine, *, by: Actor) -> None:
    """Raises RuleBroken where something of it has come or been invoiced."""
    _must_edit(by)
    used = queries.received(session, line.order).get(line.id) or queries.invoiced(session, line.order).get(
        line.id
    )
    if used:
        raise RuleBroken(N_("Von dieser Position ist schon etwas geliefert oder berechnet."))
    _record_line_gone(session, line, by)
    line.order.lines.remove(line)
    session.delete(line)


def _record_line_gone(session: Session, line: OrderLine, by: Actor) -> None:
    said = {name: [audit.plain(getattr(line, name)), None] for name in LINE_FIELDS}
    audit.record(session, Action.ROW_REMOVED, line, by=by, changes=said)


def _judge_line(order: Order, values: Mapping[str, Any], own: OrderLine | None) -> None:
    faults = []
    if not 1 <= values["quantity"] <= rules.MOST_PIECES:
        text = N_("Bitte eine Anzahl von 1 bis %(most)s.")
        faults.append(("quantity", Sentence(text, most=rules.MOST_PIECES)))
    if values["kind"] is LineKind.DEVICE and not values.get("category_id"):
        text = N_("Bitte die Geräteart wählen: Aus dieser Position werden Geräte.")
        faults.append(("category", Sentence(text)))
    bearer = values.get("belongs_to_id")
    if values["kind"] is LineKind.ACCESSORY:
        fits = [one.id for one in order.lines if one.kind is LineKind.DEVICE and one is not own]
        if bearer not in fits:
            text = N_("Bitte sagen, zu welchen Geräten dieses Auftrags das Zubehör gehört.")
            faults.append(("belongs_to", Sentence(text)))
    elif bearer:
        faults.append(("belongs_to", Sentence(N_("Nur Zubehör gehört zu Geräten."))))
    if faults:
        raise Refused(faults)
