"""Ordered, received in parts, invoiced, shared out: devices and receipts carry the invoice to the cent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from school_it.access import Actor, Grant, Role
from school_it.database import transaction
from school_it.devices import actions as device_actions
from school_it.devices.models import Device
from school_it.errors import NotAllowed, NotThere, Refused, RuleBroken
from school_it.funding import actions as funding
from school_it.funding import queries as funding_queries
from school_it.funding.models import Receipt
from school_it.procurement import actions, invoicing, queries, receiving, sharing
from school_it.procurement.invoicing import Line
from school_it.procurement.models import Supplier
from school_it.procurement.rules import How
from school_it.procurement.sharing import Wanted
from school_it.schools.models import School
from tests.procurement.conftest import get_invoice, get_order

D = Decimal
Make = Callable[..., int]


def devices(session: Session) -> Sequence[Device]:
    return session.scalars(select(Device).order_by(Device.id)).all()


def receipts(session: Session) -> Sequence[Receipt]:
    return session.scalars(select(Receipt).order_by(Receipt.id)).all()


def coordinator(school: School) -> Actor:
    return Actor(id=7, name="Koordination", grants=(Grant(Role.COORDINATOR, school.id),))


def share(ident: int, by: Actor, *told: dict[str, Any]) -> None:
    with transaction() as session:
        invoice = queries.get_invoice(session, ident, seen_by=by)
        wanted = [Wanted(invoice.lines[one.pop("line", 0)].id, **one) for one in (dict(one) for one in told)]
        sharing.accept(session, invoice, sharing.share(session, invoice, wanted, by=by), by=by)


def change(ident: int, by: Actor, lines: Sequence[str], **values: Any) -> list[sharing.ReceiptChange]:
    with transaction() as session:
        invoice = queries.get_invoice(session, ident, seen_by=by)
        given = {name: getattr(invoice, name) for name in invoicing.FIELDS} | values
        wanted = [
            Line(one.text, one.quantity, D(gross), order_line_id=one.order_line_id, ident=one.id)
            for one, gross in zip(invoice.lines, lines, strict=True)
        ]
        return invoicing.change_invoice(session, invoice, given, wanted, by=by)


# --- deliveries ---


def test_of_30_ordered_28_came_and_2_are_open(
    session: Session, order_id: int, receive: Make, house: Actor
) -> None:
    receive(28)
    row = session.execute(queries.orders(queries.Wish(standing="partly"), seen_by=house)).one()
    assert (row.ordered, row.received) == (60, 28)  # the 30 cases are to come too
    assert len(devices(session)) == 28
    with pytest.raises(RuleBroken, match="fehlen noch 2"):
        receive(3)
    receive(2)
    assert (
        queries.received(session, get_order(session, order_id))[get_order(session, order_id).lines[0].id]
        == 30
    )


def test_what_comes_becomes_devices_that_know_order_funding_and_earmark(
    session: Session, receive: Make, school: School
) -> None:
    receive(2, serials=("S-1", "S-2"))
    first, second = devices(session)
    assert (first.serial_number, second.serial_number) == ("S-1", "S-2")
    assert first.asset_tag != second.asset_tag
    assert (first.supplier, first.order_no) == ("Beispieltechnik GmbH", "A-24-7")
    assert (first.programme, first.file_reference) == ("DP", "1/24")
    assert (first.acquired_on, first.bound_until) == (date(2024, 4, 2), date(2030, 12, 31))
    assert first.school_id == school.id


def test_a_serial_number_too_few_or_taken_takes_nothing_in(session: Session, receive: Make) -> None:
    with pytest.raises(Exception, match="1 Seriennummern"):
        receive(2, serials=("S-1",))
    receive(1, serials=("S-1",))
    with pytest.raises(RuleBroken):
        receive(2, serials=("S-1", "S-2"))
    assert len(devices(session)) == 1


def test_a_school_receives_its_own_lines_and_no_others(
    session: Session, order_id: int, receive: Make, school: School, other_school: School
) -> None:
    receive(1, by=coordinator(school))
    with pytest.raises(NotThere):
        receive(1, by=coordinator(other_school))
    order = queries.get_order(session, order_id, seen_by=coordinator(school))
    with pytest.raises(NotAllowed):
        actions.close_order(session, order, reason="fertig", by=coordinator(school))


def test_the_rest_is_given_up_with_a_reason_and_can_be_opened_again(
    session: Session, order_id: int, receive: Make, house: Actor
) -> None:
    receive(28, 28)
    with pytest.raises(Refused), transaction() as writing:
        actions.close_order(writing, get_order(writing, order_id), reason=None, by=house)
    with transaction() as writing:
        actions.close_order(writing, get_order(writing, order_id), reason="nicht lieferbar", by=house)
    with pytest.raises(RuleBroken, match="abgeschlossen"):
        receive(1)
    with transaction() as writing:
        actions.reopen_order(writing, get_order(writing, order_id), by=house)
    receive(1)


def test_suppliers_are_matched_by_their_name(session: Session, house: Actor) -> None:
    with transaction() as writing:
        first = actions.supplier_called(writing, "Müller Technik", by=house)
        assert actions.supplier_called(writing, "mueller  TECHNIK", by=house) is first
    assert session.scalar(select(func.count(Supplier.id))) == 1


def test_a_delivery_noted_by_mistake_goes_with_its_devices_unless_something_has_happened_to_one(
    session: Session, order_id: int, receive: Make, invoice: Make, house: Actor
) -> None:
    first, second = receive(2), receive(3)
    invoice(5, "500.00")
    with transaction() as writing:
        receiving.remove_delivery(writing, queries.get_delivery(writing, second, seen_by=house), by=house)
    assert [one.price_gross for one in devices(session)] == [D(100), D(100)]
    line = get_order(session, order_id).lines[0]
    assert queries.received(session, line.order)[line.id] == 2
    with transaction() as writing:
        device_actions.change_device(writing, devices(writing)[0], {"remark": "Riss"}, by=house)
    with pytest.raises(RuleBroken, match="ist inzwischen etwas geschehen"):
        receiving.remove_delivery(session, queries.get_delivery(session, first, seen_by=house), by=house)


# --- prices ---


def test_the_prices_of_the_devices_are_the_invoice_with_its_cases_to_the_cent(
    session: Session, receive: Make, invoice: Make
) -> None:
    receive(28)
    invoice(28, "11550.01", cases="559.72", discount=D("242.19"))
    found = devices(session)
    assert sum(one.price_gross or 0 for one in found) == D("11550.01") + D("559.72") - D("242.19")
    assert max(one.price_gross or 0 for one in found) - min(one.price_gross or 0 for one in found) <= D(
        "0.02"
    )
    assert {one.invoice_no for one in found} == {"RE-1"}
    assert all(one.price_net and one.price_net < (one.price_gross or 0) for one in found)


def test_who_comes_after_the_invoice_gets_the_pieces_that_are_left(
    session: Session, receive: Make, invoice: Make
) -> None:
    receive(1)
    invoice(3, "100.00")
    receive(3)
    assert [one.price_gross for one in devices(session)] == [D("33.34"), D("33.33"), D("33.33"), None]


def test_a_changed_or_removed_invoice_takes_its_prices_along(
    session: Session, receive: Make, invoice: Make, house: Actor
) -> None:
    receive(2)
    ident = invoice(2, "100.00")
    change(ident, house, ["101.01"])
    assert [one.price_gross for one in devices(session)] == [D("50.51"), D("50.50")]
    with transaction() as writing:
        invoicing.remove_invoice(writing, queries.get_invoice(writing, ident, seen_by=house), by=house)
    assert [(one.price_gross, one.invoice_no) for one in devices(session)] == [(None, None)] * 2


def test_no_more_is_invoiced_than_was_ordered(invoice: Make) -> None:
    invoice(29, "100.00")
    with pytest.raises(Refused, match="Bestellt sind 30, berechnet wären 31"):
        invoice(2, "10.00", invoice_no="RE-2")


# --- one invoice over several grants ---


def test_one_invoice_over_two_grants_and_own_money_is_kept_to_the_cent(
    session: Session, grants: tuple[int, int], school: School, invoice: Make, house: Actor
) -> None:
    ident = invoice(28, "11550.01", cases="559.72", discount=D("242.19"))
    at = {"school_id": school.id, "category": "2.3"}
    share(
        ident, house,
        {"how": How.QUANTITY, "value": D(13), "grant_id": grants[0], **at},
        {"how": How.PERCENT, "value": D("0.25"), "grant_id": grants[1], "other_non_eligible": D("5.00"), **at},
        {"how": How.REST},
        {"line": 1, "how": How.REST, "grant_id": grants[1], **at},
    )  # fmt: skip
    whole = get_invoice(session, ident)
    shares = [one for line in whole.lines for one in line.shares]
    assert sum(one.gross for one in shares) == whole.gross == D("12109.73")
    assert sum(one.paid for one in shares) == whole.paid == D("11867.54")
    first, second = receipts(session)
    assert [one.grant_id for one in (first, second)] == list(grants)
    assert first.quantity == 13
    assert {one.invoice_total for one in (first, second)} == {D("11867.54")}
    assert second.eligible_requested == second.paid_amount - D("5.00")
    assert {one.id for one in queries.receipts_of(session, [whole])} == {first.id, second.id}


def test_a_share_that_nobody_bears_is_refused_and_nothing_is_kept(
    session: Session, grants: tuple[int, int], school: School, invoice: Make, house: Actor
) -> None:
    ident, at = invoice(2, "100.00"), {"school_id": school.id, "category": "2.3"}
    with pytest.raises(Refused, match=r"Noch nicht verteilt: 40,00"):
        share(ident, house, {"how": How.AMOUNT, "value": D(60), "grant_id": grants[0], **at})
    assert receipts(session) == []
    assert get_invoice(session, ident).lines[0].shares == []


def test_an_order_before_the_decision_is_refused_by_its_rule(
    session: Session, order_id: int, grants: tuple[int, int], school: School, invoice: Make, house: Actor
) -> None:
    with transaction() as writing:
        actions.change_order(
            writing, get_order(writing, order_id), {"ordered_on": date(2024, 1, 2)}, by=house
        )
    ident = invoice(1, "100.00")
    with pytest.raises(Refused, match="liegt vor dem Bescheid"):
        share(
            ident, house, {"how": How.REST, "grant_id": grants[0], "school_id": school.id, "category": "2.3"}
        )


def test_a_receipt_entered_by_hand_counts_as_double_funding(
    session: Session, grants: tuple[int, int], school: School, invoice: Make, house: Actor
) -> None:
    ident = invoice(1, "100.00")
    with transaction() as writing:
        known = {
            "receipt_no": "9", "category": "2.3", "order_date": date(2024, 3, 1), "invoice_date": date(2024, 4, 10),
            "payment_date": date(2024, 4, 24), "payee": "Beispieltechnik GmbH", "invoice_no": "RE-1",
            "subject": "Tablet",            "invoice_gross": D(100), "paid_amount": D(100), "invoice_total": D(100),
        }  # fmt: skip
        grant = funding_queries.get_grant(writing, grants[1], seen_by=house)
        funding.add_receipt(writing, grant, writing.merge(school), known, by=house)
    with pytest.raises(Refused, match="Doppelförderung"):
        share(
            ident, house, {"how": How.REST, "grant_id": grants[0], "school_id": school.id, "category": "2.3"}
        )


def test_a_changed_invoice_takes_its_receipts_along(
    session: Session, grants: tuple[int, int], school: School, invoice: Make, house: Actor
) -> None:
    ident = invoice(2, "100.00")
    at = {"school_id": school.id, "category": "2.3"}
    share(
        ident, house,
        {"how": How.PERCENT, "value": D("0.3333"), "grant_id": grants[0], **at},
        {"how": How.REST, "grant_id": grants[1], **at},
    )  # fmt: skip
    before = [one.id for one in receipts(session)]
    change(ident, house, ["50.01"], discount=D("1.00"))
    after = receipts(session)
    assert [one.id for one in after] == before
    assert sum(one.paid_amount for one in after) == D("49.01")
    assert {one.invoice_total for one in after} == {D("49.01")}
    change(ident, house, ["200.00"], discount=D(0))
    assert sum(one.eligible_requested for one in receipts(session)) == D("200.00")


def test_without_a_day_of_payment_there_is_no_receipt_yet(
    session: Session, grants: tuple[int, int], school: School, invoice: Make, house: Actor
) -> None:
    ident = invoice(2, "100.00", paid_on=None)
    share(ident, house, {"how": How.REST, "grant_id": grants[0], "school_id": school.id, "category": "2.3"})
    assert receipts(session) == []
    change(ident, house, ["100.00"], paid_on=date(2024, 5, 2))
    assert [one.payment_date for one in receipts(session)] == [date(2024, 5, 2)]


def test_the_order_proposes_who_bears_which_line(
    session: Session, grants: tuple[int, int], school: School, invoice: Make
) -> None:
    whole = get_invoice(session, invoice(2, "100.00", cases="10.00"))
    told = sharing.proposal(whole)
    assert [(one.grant_id, one.school_id, one.category) for one in told] == [
        (grants[0], school.id, "2.3")
    ] * 2


def test_a_device_knows_order_delivery_invoice_and_receipts_behind_its_price(
    session: Session, grants: tuple[int, int], school: School, receive: Make, invoice: Make, house: Actor
) -> None:
    receive(2)
    ident = invoice(2, "100.00")
    share(ident, house, {"how": How.REST, "grant_id": grants[0], "school_id": school.id, "category": "2.3"})
    origin = queries.origin_of(session, devices(session)[0])
    assert origin is not None
    assert origin.line.order.order_no == "A-24-7"
    assert [one.invoice_no for one in origin.invoices] == ["RE-1"]
    assert [one.receipt_no for one in origin.receipts] == ["1"]
