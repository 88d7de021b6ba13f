"""The finance department's list against ours: one line to many tablets, to the cent, and what a person says is kept."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from school_it.access import Actor, Role
from school_it.audit import Batch
from school_it.database import transaction
from school_it.devices import actions, catalogue
from school_it.devices.models import Category, Device
from school_it.devices.rules import DisposalReason
from school_it.ledger import matching
from school_it.ledger.matching import How, Line, Standing, Thing
from school_it.ledger.models import LedgerLine, LedgerMatch
from school_it.schools.models import School

SignInAs = Callable[..., FlaskClient]
PRICE = Decimal("499.90")


def tablets(first: int, count: int, **values: Any) -> list[Thing]:
    numbers = range(first, first + count)
    return [Thing(number, f"IT-{number:04d}", "Tablet", PRICE, **values) for number in numbers]


def test_one_line_means_thirty_tablets_by_range_by_invoice_or_as_a_guess() -> None:
    day = date(2024, 5, 6)
    lines = [
        Line(1, "0700-1", "30 Tablets IT-0001 bis IT-0030", 30 * PRICE, 30),
        Line(
            2,
            "0700-2",
            "28 Tablets",
            28 * PRICE,
            28,
            invoice_no="RE 24/0815",
            supplier="Beispieltechnik GmbH",
        ),
        Line(3, "0700-3", "5 Tablets", 5 * PRICE, 5, acquired_on=day),
        Line(4, "0700-4", "Verteilerschrank", Decimal("1190.00"), 1),
    ]
    things = [
        *tablets(1, 30),
        *tablets(101, 28, invoice_no="re-24-0815", supplier="Beispieltechnik"),
        *tablets(201, 6, acquired_on=day),
    ]
    found = matching.compare(lines, things, {})
    assert [(one.how, len(one.things), one.standing) for one in found.matches] == [
        (How.NUMBER, 30, Standing.AGREES),
        (How.INVOICE, 28, Standing.AGREES),
        (How.GUESS, 5, Standing.GUESSED),
        (None, 0, Standing.ONLY_THERE),
    ]
    assert [one.tag for one in found.only_here] == ["IT-0206"]
    assert found.theirs == 63 * PRICE + Decimal("1190.00")
    assert found.ours == 64 * PRICE


def test_a_cent_or_a_device_too_few_is_a_difference() -> None:
    lines = [
        Line(1, "1", "IT-0001-IT-0003", 3 * PRICE + Decimal("0.01"), 3),
        Line(2, "2", "IT-0011 bis IT-0013", 3 * PRICE, 3),
    ]
    found = matching.compare(lines, [*tablets(1, 3), *tablets(11, 2)], {})
    assert [(one.standing, one.difference) for one in found.matches] == [
        (Standing.DIFFERS, Decimal("-0.01")),
        (Standing.DIFFERS, -PRICE),
    ]


def test_what_somebody_confirmed_comes_before_every_number() -> None:
    found = matching.compare(
        [Line(1, "IT-0001", "Tablet", PRICE), Line(2, "9", "Tablet", PRICE)], tablets(1, 1), {1: 2}
    )
    assert [len(one.things) for one in found.matches] == [0, 1]
    assert found.matches[1].how is How.HAND


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("A001-A003", ["A001", "A002", "A003"]),
        ("IT-09 bis IT-11", ["IT-09", "IT-10", "IT-11"]),
        ("1 – 3", ["1", "2", "3"]),
        ("Nutzung 2024-2020", []),
        ("A1-B9", []),
    ],
)
def test_ranges_are_read_as_people_write_them(text: str, numbers: list[str]) -> None:
    assert matching.ranges_in(text) == numbers


# --- through the real doors ---


@pytest.fixture
def devices(session: Session, house: Actor, school: School) -> None:
    with transaction() as writing:
        known = catalogue.ensure_categories(writing, by=house)
        for number in range(1, 4):
            values = {
                "asset_tag": f"IT-{number}", "category_id": known["Tablet"], "school_id": school.id,
                "price_gross": Decimal("1200.00"), "acquired_on": date(2024, 1, 15), "invoice_no": "R-1",
            }  # fmt: skip
            actions.add_device(writing, values, by=house)


@pytest.fixture
def bring(app: Flask, tmp_path: Path) -> Callable[..., dict[str, Any]]:
    def take(kind: str, *rows: list[Any]) -> dict[str, Any]:
        book = openpyxl.Workbook()
        sheet = book.active
        assert sheet is not None
        for row in rows:
            sheet.append(row)
        file = tmp_path / f"{kind}.xlsx"
        book.save(file)
        result = app.test_cli_runner().invoke(args=["import", kind, str(file), "--json"])
        return {**json.loads(result.stdout), "exit": result.exit_code}

    return take


HEADERS = ["Anlagennummer", "Bezeichnung", "Aktivierungsdatum", "Menge", "AHK", "Rechnung"]


def test_their_workbook_comes_in_is_compared_confirmed_and_goes_out_with_the_same_sums(
    session: Session, devices: None, bring: Callable[..., dict[str, Any]], sign_in_as: SignInAs
) -> None:
    facts = bring(
        "asset-ledger", HEADERS,
        ["4711-0", "2 Tablets", date(2024, 1, 15), 2, 2400.00, "R-9"],
        ["4712-0", "Beamer Aula", date(2020, 2, 1), 1, 980.50, None],
    )  # fmt: skip
    assert (facts["exit"], facts["new"]) == (0, 2), facts
    office = sign_in_as(Role.OFFICE)
    text = office.get("/ledger/comparison?show=guessed").get_data(as_text=True)
    assert "3.380,50" in text
    assert "3.600,00" in text
    line = session.scalars(select(LedgerLine).where(LedgerLine.ledger_no == "4711-0")).one()
    wrong = office.post(f"/ledger/lines/{line.id}/match", data={"tags": "IT-99"}, follow_redirects=True)
    assert "gibt es nicht" in wrong.get_data(as_text=True)
    assert office.post(f"/ledger/lines/{line.id}/match", data={"tags": "IT-2-IT-3"}).status_code == 302
    session.expire_all()
    assert len(session.scalars(select(LedgerMatch)).all()) == 2
    bring("asset-ledger", HEADERS, ["4711-0", "2 Tablets (2024)", date(2024, 1, 15), 2, 2400.00, "R-9"])
    text = office.get("/ledger/comparison?show=agrees").get_data(as_text=True)
    assert "von Hand bestätigt" in text
    assert "IT-2</a>" in office.get(f"/ledger/lines/{line.id}").get_data(as_text=True)
    book = openpyxl.load_workbook(BytesIO(office.get("/exports/ledger-comparison.xlsx").data))
    assert book.sheetnames == [
        "Ergebnis",
        "Stimmt",
        "Weicht ab",
        "Vermutet",
        "Nur dort",
        "Geräte",
        "Nur hier",
    ]
    cells = {row[0].value: row[1].value for row in book["Ergebnis"].iter_rows(min_row=4)}
    assert (cells["Anlagenbuchhaltung"], cells["unser Bestand"], cells["Unterschied"]) == (
        3380.5,
        3600,
        219.5,
    )
    assert office.post(f"/ledger/lines/{line.id}/match", data={"step": "dissolve"}).status_code == 302
    session.expire_all()
    assert session.scalars(select(LedgerMatch)).all() == []


def test_the_list_can_be_taken_back(
    app: Flask, session: Session, bring: Callable[..., dict[str, Any]]
) -> None:
    bring("asset-ledger", HEADERS, ["4711-0", "2 Tablets", None, 2, 2400.00, None])
    batch = session.scalars(select(Batch).where(Batch.kind == "import.asset-ledger")).one()
    result = app.test_cli_runner().invoke(args=["undo", str(batch.id)])
    assert result.exit_code == 0, result.output
    session.expire_all()
    assert session.scalars(select(LedgerLine)).all() == []


def test_the_towns_own_useful_lives_change_what_devices_are_worth(
    session: Session, devices: None, bring: Callable[..., dict[str, Any]], sign_in_as: SignInAs
) -> None:
    facts = bring("useful-lives", ["Anlagegut", "ND"], ["Tablet", 3], ["Beamer", 8])
    assert (facts["changed"], facts["same"]) == (1, 1), facts
    assert bring("useful-lives", ["Anlagegut", "ND"], ["Zeppelin", 3])["exit"] == 3
    assert session.scalars(select(Category).where(Category.name == "Tablet")).one().useful_life_years == 3
    office = sign_in_as(Role.OFFICE)
    assert "3.600,00" in office.get("/ledger").get_data(as_text=True)
    book = openpyxl.load_workbook(BytesIO(office.get("/exports/depreciation.xlsx?year=2024").data))
    rows = [[cell.value for cell in row] for row in book["AfA 2024"].iter_rows(min_row=6, max_row=8)]
    assert [(row[0], row[6], row[9], row[11]) for row in rows] == [
        (f"IT-{number}", 1200, 400, 800) for number in (1, 2, 3)
    ]


def test_a_disposal_has_its_record_with_everything_that_was_asked(
    session: Session, devices: None, house: Actor, sign_in_as: SignInAs, school: School
) -> None:
    with transaction() as writing:
        device = writing.scalars(select(Device).where(Device.asset_tag == "IT-1")).one()
        actions.approve_disposal(writing, device, reason="veraltet", by=house)
        values = {
            "disposal_reason": DisposalReason.SALE, "disposed_on": date(2026, 6, 30), "proceeds": Decimal("80.00"),
            "receiver": "Beispiel Recycling", "wiped_on": date(2026, 6, 29), "wiped_how": "zurückgesetzt",
            "waste_certificate": "EN-17",
        }  # fmt: skip
        actions.dispose(writing, device, values, by=house)
    office = sign_in_as(Role.OFFICE)
    record = office.get("/ledger/disposals/IT-1").get_data(as_text=True)
    for said in ("Beispiel Recycling", "zurückgesetzt", "EN-17", "80,00", "600,00", "verkauft", "Schul-IT"):
        assert said in record, said
    school_page = sign_in_as(Role.COORDINATOR, school)
    assert "600,00" not in school_page.get("/ledger/disposals/IT-1").get_data(as_text=True)
    assert school_page.get("/ledger").status_code == 404
    assert office.get("/ledger/disposals/IT-2").status_code == 404
    book = openpyxl.load_workbook(BytesIO(office.get("/exports/disposals.xlsx?year=2026").data))
    assert book["Aussonderungen"]["A6"].value == "IT-1"
