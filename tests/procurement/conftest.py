"""Two grants, an order of 30 tablets with cases for a school, and short ways to receive and to invoice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.orm import Session

from school_it.access import Actor
from school_it.database import transaction
from school_it.devices import catalogue
from school_it.funding import actions as funding
from school_it.funding.models import Grant
from school_it.funding.rules import Anchor, EndRule, Financing
from school_it.procurement import actions, invoicing, queries, receiving
from school_it.procurement.invoicing import Line
from school_it.procurement.models import Invoice, Order
from school_it.procurement.rules import LineKind
from school_it.schools.models import School

D = Decimal


@pytest.fixture
def grants(session: Session, house: Actor) -> tuple[int, int]:
    """Two grants of one programme, from 2024 to 2025."""
    with transaction() as writing:
        programme = funding.add_programme(
            writing,
            {
                "code": "DP", "title": "Programm", "financing": Financing.SHARE, "rate": D("0.9"),
                "earmark_years": 5, "earmark_anchor": Anchor.IMPLEMENTATION_END,
                "earmark_end_rule": EndRule.CALENDAR_YEAR,
            },
            by=house,
        )  # fmt: skip
        made = [
            _grant(writing, programme, name, file, house)
            for name, file in (("ZW-A", "1/24"), ("ZW-B", "2/24"))
        ]
        writing.flush()
        return made[0].id, made[1].id


def _grant(session: Session, programme: Any, name: str, file: str, by: Actor) -> Grant:
    decision = {
        "file_reference": file, "decision_date": date(2024, 1, 15), "period_from": date(2024, 1, 15),
        "period_to": date(2025, 12, 31), "eligible": D(20000),
    }  # fmt: skip
    return funding.add_grant(session, name, programme, None, decision, by=by)


@pytest.fixture
def order_id(session: Session, house: Actor, school: School, grants: tuple[int, int]) -> int:
    with transaction() as writing:
        kinds = catalogue.at_hand(writing, by=house)
        values = {"order_no": "A-24-7", "supplier": "Beispieltechnik GmbH", "ordered_on": date(2024, 3, 1)}
        order = actions.add_order(writing, values, by=house)
        tablets = {
            "kind": LineKind.DEVICE, "text": "Tablet", "category_id": kinds["Tablet"], "manufacturer": "Nordlicht",
            "model": "Slate", "quantity": 30, "unit_gross": D("412.50"), "school_id": school.id,
            "funding_item": "2.3", "grant_id": grants[0],
        }  # fmt: skip
        line = actions.add_line(writing, order, tablets, by=house)
        writing.flush()
        cases = {
            "kind": LineKind.ACCESSORY, "text": "Hülle", "belongs_to_id": line.id, "quantity": 30,
            "unit_gross": D("19.99"), "school_id": school.id,
        }  # fmt: skip
        actions.add_line(writing, order, cases, by=house)
        writing.flush()
        return order.id


@pytest.fixture
def receive(order_id: int, house: Actor) -> Callable[..., int]:
    """``receive(28)``: so many tablets came; gives the number of the delivery."""

    def came(*pieces: int, by: Actor = house, **values: Any) -> int:
        with transaction() as session:
            order = queries.get_order(session, order_id, seen_by=by)
            arrived = [
                receiving.Arrived(line.id, number, **values)
                for line, number in zip(order.lines, pieces, strict=False)
            ]
            made = receiving.receive(session, order, arrived, on=date(2024, 4, 2), by=by)
            session.flush()
            return made.id

    return came


@pytest.fixture
def invoice(order_id: int, house: Actor) -> Callable[..., int]:
    """``invoice(28, "11550.00", cases="559.72", discount="10.00")``: gives its number."""

    def entered(number: int, gross: str, *, cases: str = "", by: Actor = house, **values: Any) -> int:
        with transaction() as session:
            order = queries.get_order(session, order_id, seen_by=by)
            lines = [Line("Tablet", number, D(gross), order_line_id=order.lines[0].id)]
            if cases:
                lines.append(Line("Hülle", number, D(cases), order_line_id=order.lines[1].id))
            given = {
                "invoice_no": "RE-1",
                "invoice_date": date(2024, 4, 10),
                "paid_on": date(2024, 4, 24),
                **values,
            }
            made = invoicing.add_invoice(session, order, given, lines, by=by)
            session.flush()
            return made.id

    return entered


def get_invoice(session: Session, ident: int) -> Invoice:
    return session.get_one(Invoice, ident)


def get_order(session: Session, ident: int) -> Order:
    return session.get_one(Order, ident)
