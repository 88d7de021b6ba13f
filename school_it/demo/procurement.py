"""What the town has ordered: orders in every state, with deliveries, invoices and one that two grants share."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from school_it.access import Actor
from school_it.database import today
from school_it.demo.places import DemoSchool
from school_it.devices import catalogue
from school_it.documents import actions as documents
from school_it.documents.rules import DocumentKind
from school_it.funding.models import Grant
from school_it.procurement import actions, invoicing, receiving, sharing
from school_it.procurement.invoicing import Line
from school_it.procurement.models import Order
from school_it.procurement.receiving import Arrived
from school_it.procurement.rules import How, LineKind
from school_it.procurement.sharing import Wanted
from school_it.schools.models import School

D = Decimal


def buy(session: Session, schools: Sequence[DemoSchool], home: Path, *, by: Actor) -> None:
    """Five orders: nothing yet, part of it, all and invoiced, all and shared out, given up."""
    kinds = catalogue.at_hand(session, by=by)
    places = {one.school_number: one.id for one in session.scalars(select(School))}
    first, small = places[schools[-1].number], places[schools[0].number]
    running = session.scalars(select(Grant).order_by(Grant.reference.desc())).all()
    _awaited(session, kinds, small, by)
    _in_part(session, kinds, first, running[0] if running else None, home, by)
    _given_up(session, first, by)
    _shared(session, kinds, (first, small), running, by)


def _order(session: Session, number: str, supplier: str, on: date, by: Actor, **values: Any) -> Order:
    known = {"order_no": number, "supplier": supplier, "ordered_on": on, **values}
    return actions.add_order(session, known, by=by)


def _line(
    session: Session, order: Order, text: str, number: int, price: str, by: Actor, **values: Any
) -> int:
    given = {"kind": LineKind.OTHER, "text": text, "quantity": number, "unit_gross": D(price), **values}
    line = actions.add_line(session, order, given, by=by)
    session.flush()
    return line.id


def _awaited(session: Session, kinds: dict[str, int], school_id: int, by: Actor) -> None:
    """Ordered, late, and nothing has come."""
    on = today() - timedelta(days=45)
    order = _order(
        session, f"A-{on.year}-114", "Tafelbau Beispiel", on, by, expected_on=on + timedelta(days=30)
    )
    shown = {
        "kind": LineKind.DEVICE,
        "category_id": kinds["Display"],
        "manufacturer": "Hellwand",
        "model": "Board 86",
    }
    _line(session, order, "Display Board 86", 4, "3450.00", by, school_id=school_id, **shown)
    _line(session, order, "Montage und Einweisung", 4, "280.00", by, school_id=school_id)


def _in_part(
    session: Session, kinds: dict[str, int], school_id: int, grant: Grant | None, home: Path, by: Actor
) -> None:
    """30 tablets with cases ordered, 28 came with their note, the invoice over them is there and not paid yet."""
    on = today() - timedelta(days=30)
    order = _order(
        session, f"A-{on.year}-127", "Schulausstatter Muster", on, by, expected_on=on + timedelta(days=20)
    )
    thing = {
        "category_id": kinds["Tablet"],
        "manufacturer": "Nordlicht",
        "model": "Slate 12",
        "kind": LineKind.DEVICE,
    }
    tablets = _line(session, order, "Tablet Slate 12", 30, "455.00", by, school_id=school_id, **thing)
    cases = _line(
        session, order, "Hülle mit Tastatur", 30, "49.90", by, school_id=school_id, kind=LineKind.ACCESSORY,
        belongs_to_id=tablets,
    )  # fmt: skip
    came = on + timedelta(days=18)
    serials = tuple(f"NL12{number:05d}" for number in range(1, 29))
    delivery = receiving.receive(
        session,
        order,
        [Arrived(tablets, 28, serials), Arrived(cases, 30)],
        on=came,
        note_no="LS-88123",
        by=by,
    )
    session.flush()
    note = (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
    )
    note += b"trailer<</Root 1 0 R>>\n%%EOF\n"
    documents.attach(
        session,
        delivery,
        note,
        name="Lieferschein LS-88123.pdf",
        kind=DocumentKind.DELIVERY_NOTE,
        home=home,
        by=by,
    )
    lines = [
        Line("Tablet Slate 12", 28, D("12740.00"), order_line_id=tablets),
        Line("Hülle mit Tastatur", 30, D("1497.00"), rebate=D("74.85"), order_line_id=cases),
        Line("Versand", 1, D("29.75")),
    ]
    bill = {"invoice_no": f"RE-{on.year}-40771", "invoice_date": came + timedelta(days=3), "due_on": today()}
    invoicing.add_invoice(session, order, bill, lines, by=by)


def _given_up(session: Session, school_id: int, by: Actor) -> None:
    """Eight of ten came; the rest is not made any more."""
    on = today() - timedelta(days=200)
    order = _order(session, f"A-{on.year}-041", "Rechenhaus Muster KG", on, by)
    docks = _line(session, order, "Ladekabel 2 m", 10, "14.90", by, school_id=school_id)
    receiving.receive(session, order, [Arrived(docks, 8)], on=on + timedelta(days=14), by=by)
    actions.close_order(session, order, reason="wird nicht mehr hergestellt", by=by)


def _shared(
    session: Session, kinds: dict[str, int], schools: tuple[int, int], grants: Sequence[Grant], by: Actor
) -> None:
    """Twelve switches for two schools, paid with a cash discount; the running grant bears nine, the town the rest."""
    on = today() - timedelta(days=120)
    grant = next((one for one in grants if one.period_to and one.period_to >= on >= _decided(one)), None)
    if grant is None:
        return
    order = _order(session, f"A-{on.year}-077", "Rechenhaus Muster KG", on, by)
    thing = {
        "kind": LineKind.DEVICE, "category_id": kinds["Switch"], "manufacturer": "Tannwerk", "model": "S24",
    }  # fmt: skip
    funded = {"grant_id": grant.id, "funding_item": "2.1a"}
    parts: tuple[tuple[int, int, dict[str, Any]], ...] = (
        (schools[0], 5, funded),
        (schools[0], 3, {}),
        (schools[1], 4, funded),
    )
    arrived, lines = [], []
    for school, number, more in parts:
        ident = _line(session, order, "Switch S24", number, "412.30", by, school_id=school, **thing, **more)
        arrived.append(Arrived(ident, number))
        lines.append(Line("Switch S24", number, D("412.30") * number, order_line_id=ident))
    receiving.receive(session, order, arrived, on=on + timedelta(days=12), note_no="4711-3", by=by)
    bill = {
        "invoice_no": f"R-{on.year}-2290", "invoice_date": on + timedelta(days=15), "paid_on": on + timedelta(days=25),
        "discount": D("98.95"), "ledger_ref": "03.01.02/7831",
    }  # fmt: skip
    invoice = invoicing.add_invoice(session, order, bill, lines, by=by)
    session.flush()
    first, own, last = (line.id for line in invoice.lines)
    wanted = [
        Wanted(first, How.REST, None, grant.id, schools[0], "2.1a"),
        Wanted(own, How.REST),
        Wanted(last, How.REST, None, grant.id, schools[1], "2.1a", other_non_eligible=D("40.00")),
    ]
    sharing.accept(session, invoice, sharing.share(session, invoice, wanted, by=by), by=by)


def _decided(grant: Grant) -> date:
    return min((one.decision_date for one in grant.decisions), default=date.max)
