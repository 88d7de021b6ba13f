"""The trail of orders and invoices in words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from school_it import money
from school_it.audit import SAID, Action, Entry
from school_it.cells import show_percent
from school_it.devices.models import Category
from school_it.errors import N_
from school_it.funding.models import Grant
from school_it.procurement import rules
from school_it.procurement.models import Order, OrderLine, Supplier
from school_it.schools.models import School
from school_it.web import show
from school_it.web.show import Event

THINGS = {
    "suppliers": N_("Lieferant"),
    "orders": N_("Auftrag"),
    "order_lines": N_("Position"),
    "deliveries": N_("Lieferung"),
    "invoices": N_("Rechnung"),
}
FIELD_NAMES = {
    "name": N_("Name"), "customer_no": N_("Kundennummer"), "remark": N_("Bemerkung"),
    "order_no": N_("Auftragsnummer"), "supplier_id": N_("Lieferant"), "ordered_on": N_("bestellt am"),
    "expected_on": N_("erwartet am"), "closed_on": N_("abgeschlossen am"), "closed_reason": N_("Grund"),
    "position": N_("Position"), "kind": N_("Art"), "text": N_("Bezeichnung"), "category_id": N_("Geräteart"),
    "manufacturer": N_("Hersteller"), "model": N_("Modell"), "belongs_to_id": N_("gehört zu"),
    "quantity": N_("Anzahl"), "unit_gross": N_("Einzelpreis brutto"), "vat_rate": N_("MwSt."),
    "school_id": N_("Schule"), "funding_item": N_("Fördergegenstand"), "grant_id": N_("Zuwendung"),
    "invoice_no": N_("Rechnungsnummer"), "invoice_date": N_("Rechnungsdatum"), "due_on": N_("fällig am"),
    "paid_on": N_("Zahlung am"), "discount": N_("Skonto"), "ledger_ref": N_("Buchungsstelle"),
    "order_id": N_("Auftrag"), "order_line_id": N_("Position"), "delivered_on": N_("angekommen am"),
    "note_no": N_("Lieferschein-Nr."), "received_by": N_("angenommen von"),
}  # fmt: skip
MOST = 200
MOST_LINES = 200
LINES = {f"line_{position}": f"{position}." for position in range(1, MOST_LINES + 1)}
"""Of an invoice that was shared out, what became of each of its lines."""
OWN_MONEY = re.compile(r"(^|; )– ")
PLAIN_AMOUNT = re.compile(r"-?\d+\.\d\d(?=\)|\s[(−]|$)")
AMOUNTS = frozenset({"unit_gross", "discount"})


NAMED: dict[str, Any] = {
    "supplier_id": Supplier.name, "school_id": School.name, "grant_id": Grant.reference, "category_id": Category.name,
    "belongs_to_id": OrderLine.text, "order_id": Order.order_no, "order_line_id": OrderLine.text,
}  # fmt: skip


def of_things(session: Session, things: Sequence[Any]) -> list[Event]:
    """What happened to these things together, the newest first."""
    told = [(thing.__tablename__, thing.id) for thing in things]
    rows = select(Entry).where(tuple_(Entry.object_type, Entry.object_id).in_(told))
    entries = session.scalars(rows.order_by(Entry.id.desc()).limit(MOST)).all()
    names = {field: _names(session, column, entries, field) for field, column in NAMED.items()}

    def value(field: str, stored: Any) -> str | None:
        if field in names and stored is not None:
            return names[field].get(stored, str(stored))
        return value_said(field, stored)

    return show.story(entries, names={**FIELD_NAMES, **LINES}, value=value, tell=tell)


def _names(session: Session, column: Any, entries: Iterable[Entry], field: str) -> dict[int, str]:
    idents = {one for entry in entries for one in entry.changes.get(field, ()) if isinstance(one, int)}
    if not idents:
        return {}
    return dict(session.execute(select(column.class_.id, column).where(column.class_.id.in_(idents))).all())


def value_said(field: str, stored: Any) -> str | None:
    if stored in (None, ""):
        return None
    if field in LINES:
        own = _("eigene Mittel")
        text = OWN_MONEY.sub(lambda found: f"{found[1]}{own} ", str(stored))
        return PLAIN_AMOUNT.sub(lambda found: money.shown(Decimal(found[0])), text)
    if field == "kind" and stored in rules.LINE_KINDS:
        return str(_(rules.LINE_KINDS[rules.LineKind(stored)]))
    try:
        if field in AMOUNTS:
            return money.shown(Decimal(str(stored)))
        if field == "vat_rate":
            return show_percent(Decimal(str(stored)))
    except InvalidOperation:
        return None
    return None


def tell(entry: Entry) -> str | None:
    pieces = entry.facts.get("pieces")
    if pieces:
        told = ", ".join(
            _("Position %(position)s: %(n)s Stück", position=one, n=n) for one, n in pieces.items()
        )
        return f"{_(SAID[Action(entry.action)])}: {told}"
    name = entry.facts.get("name")
    return f"{_(SAID[Action(entry.action)])}: {name}" if name else None
