"""The way through the pages: order, receive in the store room, invoice, share out, change."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal as D
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from school_it.access import Actor, Role
from school_it.database import transaction
from school_it.devices.models import Device
from school_it.errors import BadValue
from school_it.funding.models import AcceptedWarning, Grant, Receipt
from school_it.procurement import actions, delivery_files, queries
from school_it.procurement.models import Order
from school_it.schools.models import School
from tests.asked import statements
from tests.procurement.conftest import get_invoice, get_order

Make = Callable[..., int]


@pytest.fixture
def office(sign_in_as: Callable[..., FlaskClient]) -> FlaskClient:
    return sign_in_as(Role.OFFICE)


def text(browser: FlaskClient, address: str, status: int = 200) -> str:
    answer = browser.get(address)
    assert answer.status_code == status, answer.get_data(as_text=True)
    return answer.get_data(as_text=True)


def test_the_office_enters_an_order_with_its_lines(
    session: Session, office: FlaskClient, school: School
) -> None:
    head = {"order_no": "A-9", "supplier": "Neu GmbH", "ordered_on": "01.03.2024"}
    answer = office.post("/procurement/orders/new", data=head)
    assert answer.status_code == 302
    line = {
        "kind": "other", "text": "Kabel", "quantity": "10", "unit_net": "10,00", "vat_rate": "19 %",
        "school": school.school_number,
    }  # fmt: skip
    assert office.post(answer.location, data=line).status_code == 302
    order = session.scalars(select(Order)).one()
    assert [(one.text, one.unit_gross) for one in order.lines] == [("Kabel", D("11.90"))]
    again = office.post("/procurement/orders/new", data=head)
    assert again.status_code == 422
    assert "gibt es schon" in again.get_data(as_text=True)
    assert "A-9" in text(office, "/procurement?q=kabel")
    assert "A-9" in text(office, "/search?q=A-9")


def test_a_coordinator_receives_in_the_store_room_and_sees_only_the_own_lines(
    session: Session,
    sign_in_as: Callable[..., FlaskClient],
    order_id: int,
    school: School,
    other_school: School,
) -> None:
    browser = sign_in_as(Role.COORDINATOR, school)
    address = f"/procurement/orders/{order_id}/receive"
    lines = get_order(session, order_id).lines
    page = text(browser, address)
    assert 'value="30"' in page
    came = {
        "delivered_on": "02.04.2024", "version": "0", f"came_{lines[0].id}": "2", f"came_{lines[1].id}": "",
        f"file_{lines[0].id}": (BytesIO(b"Pos;Seriennummer\r\n1;SN-1\r\n2;SN-2\r\n"), "lieferung.csv"),
    }  # fmt: skip
    answer = browser.post(address, data=came, content_type="multipart/form-data")
    assert answer.status_code == 302, answer.get_data(as_text=True)
    assert session.scalars(select(Device.serial_number).order_by(Device.id)).all() == ["SN-1", "SN-2"]
    second_tap = browser.post(address, data={**came, f"file_{lines[0].id}": (BytesIO(b""), "")})
    assert second_tap.status_code == 422
    assert session.scalar(select(func.count(Device.id))) == 2
    assert "28" in text(browser, f"/procurement/orders/{order_id}")
    stranger = sign_in_as(Role.COORDINATOR, other_school)
    text(stranger, f"/procurement/orders/{order_id}", 404)
    assert browser.get(f"/procurement/orders/{order_id}/edit").status_code == 403


def test_the_invoice_proposes_what_came_and_its_shares_are_looked_at_before_they_are_kept(
    session: Session, office: FlaskClient, order_id: int, receive: Make, grants: tuple[int, int]
) -> None:
    receive(2)
    line = get_order(session, order_id).lines[0].id
    address = f"/procurement/orders/{order_id}/invoice"
    assert 'value="825,00"' in text(office, address)
    bill = {
        "invoice_no": "RE-7", "invoice_date": "10.04.2024", "paid_on": "24.04.2024", f"quantity_o{line}": "2",
        f"gross_o{line}": "825,00", f"vat_o{line}": "19 %", "text_n0": "Versand", "gross_n0": "5,00",
    }  # fmt: skip
    answer = office.post(address, data=bill)
    assert answer.status_code == 302, answer.get_data(as_text=True)
    ident = int(answer.location.rpartition("/")[2])
    tablets, postage = get_invoice(session, ident).lines
    share = f"/procurement/invoices/{ident}/share"
    assert 'selected value="' + str(grants[0]) in text(office, share)
    school = str(get_order(session, order_id).lines[0].school_id)
    told = {
        f"grant_{tablets.id}_0": str(grants[1]), f"how_{tablets.id}_0": "rest", f"school_{tablets.id}_0": school,
        f"item_{tablets.id}_0": "2.3", f"grant_{postage.id}_0": "own", f"how_{postage.id}_0": "amount",
        f"value_{postage.id}_0": "4,00", "step": "look",
    }  # fmt: skip
    looked = office.post(share, data=told).get_data(as_text=True)
    assert "noch nicht verteilt: 1,00" in looked
    assert 'value="keep"' not in looked
    told[f"value_{postage.id}_0"] = "5,00"
    looked = office.post(share, data=told).get_data(as_text=True)
    assert 'value="keep"' in looked
    assert session.scalar(select(func.count(Receipt.id))) == 0
    seen = looked.partition('name="seen"')[2].partition('value="')[2].partition('"')[0]
    unseen = office.post(share, data={**told, "step": "keep", "seen": "anders"})
    assert unseen.status_code == 422
    assert office.post(share, data={**told, "step": "keep", "seen": seen}).status_code == 302
    receipt = session.scalars(select(Receipt)).one()
    assert (receipt.grant_id, receipt.paid_amount, receipt.invoice_total) == (grants[1], D(825), D(830))
    assert "RE-7" in text(office, f"/funding/receipts/{receipt.id}")
    pages = text(office, f"/procurement/orders/{order_id}") + text(office, f"/procurement/invoices/{ident}")
    assert "angenommen von" in pages
    other = session.get(Grant, grants[1])
    assert other is not None
    assert f"{other.reference} trägt 2 von" in pages, "the order named another grant for the devices"
    assert [word for word in ("order_id", "note_no", "received_by", "line_1") if word in pages] == []
    assert "A-24-7" in text(
        office, f"/devices/{session.scalars(select(Device.asset_tag).order_by(Device.id)).first()}"
    )


def test_a_changed_invoice_shows_first_what_becomes_of_its_receipts(
    session: Session, office: FlaskClient, order_id: int, grants: tuple[int, int], invoice: Make, house: Actor
) -> None:
    ident = invoice(2, "100.00")
    row, order = get_invoice(session, ident).lines[0], get_order(session, order_id)
    told = {
        f"grant_{row.id}_0": str(grants[0]), f"how_{row.id}_0": "rest", f"item_{row.id}_0": "2.3",
        f"school_{row.id}_0": str(order.lines[0].school_id),
    }  # fmt: skip
    share = f"/procurement/invoices/{ident}/share"
    seen = seen_in(office.post(share, data={**told, "step": "look"}).get_data(as_text=True))
    assert office.post(share, data={**told, "step": "keep", "seen": seen}).status_code == 302
    bill = {
        "invoice_no": "RE-1", "invoice_date": "10.04.2024", "paid_on": "24.04.2024", "discount": "2,00",
        f"quantity_o{order.lines[0].id}": "2", f"gross_o{order.lines[0].id}": "100,00",
    }  # fmt: skip
    edit = f"/procurement/invoices/{ident}/edit"
    shown = office.post(edit, data=bill).get_data(as_text=True)
    assert "98,00" in shown
    assert list(session.scalars(select(Receipt.paid_amount))) == [D(100)]
    assert office.post(edit, data={**bill, "seen": seen_in(shown)}).status_code == 302
    assert list(session.scalars(select(Receipt.paid_amount))) == [D(98)]
    assert queries.receipt_ids(session, get_invoice(session, ident))


def test_a_share_that_warns_is_kept_only_with_a_reason_that_stays_with_its_receipt(
    session: Session, office: FlaskClient, order_id: int, grants: tuple[int, int], invoice: Make
) -> None:
    ident = invoice(2, "100.00")
    with transaction() as writing:
        grant = writing.get(Grant, grants[0])
        assert grant is not None
        grant.programme.excluded = (get_invoice(session, ident).lines[0].text.split()[0],)
    row, order = get_invoice(session, ident).lines[0], get_order(session, order_id)
    told = {
        f"grant_{row.id}_0": str(grants[0]), f"how_{row.id}_0": "rest", f"item_{row.id}_0": "2.3",
        f"school_{row.id}_0": str(order.lines[0].school_id),
    }  # fmt: skip
    share = f"/procurement/invoices/{ident}/share"
    looked = office.post(share, data={**told, "step": "look"}).get_data(as_text=True)
    assert "Das fördert das Programm nicht" in looked, "told before anything is kept"
    assert 'name="reason"' in looked
    seen = seen_in(looked)
    refused = office.post(share, data={**told, "step": "keep", "seen": seen})
    assert refused.status_code == 422
    assert "Das fördert das Programm nicht" in refused.get_data(as_text=True)
    session.rollback()
    assert session.scalar(select(func.count(Receipt.id))) == 0
    said = {**told, "step": "keep", "seen": seen, "reason": "vom Bescheid gedeckt"}
    assert office.post(share, data=said).status_code == 302
    session.rollback()
    kept = session.scalars(select(AcceptedWarning)).one()
    assert (kept.rule, kept.reason) == ("F10", "vom Bescheid gedeckt")
    assert kept.receipt_id == session.scalars(select(Receipt)).one().id


def seen_in(page: str) -> str:
    return page.partition('name="seen"')[2].partition('value="')[2].partition('"')[0]


def test_the_list_asks_as_much_for_thirty_orders_as_for_one(
    session: Session, office: FlaskClient, order_id: int, house: Actor
) -> None:
    def asked() -> int:
        with statements() as sent:
            text(office, "/procurement?standing=")
        return len(sent)

    few = asked()
    with transaction() as writing:
        for number in range(30):
            known = {"order_no": f"B-{number}", "supplier": f"Nr. {number}", "ordered_on": date(2024, 1, 2)}
            actions.add_order(writing, known, by=house)
    assert asked() <= few + 1  # the lines of all orders come with one statement more


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"A1\nA2\n", ["A1", "A2"]),
        (b"Artikel\tSerial No\nTablet\tX1\n", ["X1"]),
        ("Überschrift;;\nPos;Serien-Nr.;Ort\n1;ä1;x\n".encode("cp1252"), ["ä1"]),
    ],
)
def test_serial_numbers_are_found_in_a_delivery_file(content: bytes, found: list[str]) -> None:
    assert delivery_files.serials_in(content) == found


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"a;b\n1;2\n"])
def test_a_delivery_file_that_says_no_serial_numbers_is_refused(content: bytes) -> None:
    with pytest.raises(BadValue):
        delivery_files.serials_in(content)


def test_days_that_cannot_be_are_told_at_their_fields(
    session: Session, office: FlaskClient, order_id: int
) -> None:
    head = {
        "order_no": "A-8",
        "supplier": "Neu GmbH",
        "ordered_on": "01.03.2024",
        "expected_on": "29.02.2024",
    }
    expected = office.post("/procurement/orders/new", data=head)
    assert expected.status_code == 422
    assert re.search(
        r'id="expected_on-error".*?vor dem Tag der Bestellung', expected.get_data(as_text=True), re.DOTALL
    )
    line = get_order(session, order_id).lines[0]
    came = {"delivered_on": "01.01.2020", "version": "0", f"came_{line.id}": "1"}
    arrived = office.post(f"/procurement/orders/{order_id}/receive", data=came)
    assert arrived.status_code == 422
    assert re.search(
        r'id="delivered_on-error".*?vor dem Tag der Bestellung', arrived.get_data(as_text=True), re.DOTALL
    )
    assert session.scalar(select(func.count(Device.id))) == 0


def test_a_town_without_any_device_yet_orders_its_first_ones(
    session: Session, office: FlaskClient, school: School
) -> None:
    head = {"order_no": "A-1", "supplier": "Neu GmbH", "ordered_on": "01.03.2024"}
    address = office.post("/procurement/orders/new", data=head).location
    offered = re.search(r'<option value="(\d+)">Tablet</option>', text(office, address))
    assert offered is not None
    line = {
        "kind": "device", "category": offered[1], "text": "Tablet", "quantity": "30", "unit_gross": "399,00",
        "vat_rate": "19 %", "school": school.school_number,
    }  # fmt: skip
    assert office.post(address, data=line).status_code == 302
    assert [one.category.name for one in session.scalars(select(Order)).one().lines if one.category] == [
        "Tablet"
    ]


def test_a_list_of_serial_numbers_that_does_not_fit_stays_in_sight(
    session: Session, office: FlaskClient, order_id: int
) -> None:
    line = get_order(session, order_id).lines[0]
    came = {
        "delivered_on": "02.04.2024", "version": "0", f"came_{line.id}": "2", f"serials_{line.id}": "SN-1",
    }  # fmt: skip
    answer = office.post(f"/procurement/orders/{order_id}/receive", data=came)
    assert answer.status_code == 422
    kept = re.search(r"<details[^>]*>(?:(?!</details>).)*SN-1", answer.get_data(as_text=True), re.DOTALL)
    assert kept is not None
    assert " open" in kept[0].split(">", 1)[0]


def test_the_button_that_closes_an_order_never_opens_it_again(
    session: Session, office: FlaskClient, order_id: int
) -> None:
    """Pressed twice, or by two people at once: the second is told."""
    address = f"/procurement/orders/{order_id}/close"
    shown = re.search(r'name="version"[^>]*value="(\d+)"', text(office, address))
    assert shown
    told = [
        office.post(address, data={"reason": "kommt nicht mehr", "version": shown[1]}).status_code
        for _ in range(2)
    ]
    assert told == [302, 422]
    assert session.scalars(select(Order)).one().closed_on is not None


def test_a_line_is_offered_the_funding_items_of_the_programmes(
    session: Session, office: FlaskClient, order_id: int, grants: tuple[int, int]
) -> None:
    with transaction() as writing:
        writing.get_one(Grant, grants[0]).programme.items = ("2.3", "2.1a")
    page = text(office, f"/procurement/orders/{order_id}/lines/new")
    assert re.findall(r'<option value="(2\.[^"]+)"></option>', page) == ["2.1a", "2.3"]
