"""The committee's yearly report: the contract's workbook with charts, the page, the texts, each euro once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from zipfile import ZipFile

import pytest
import time_machine
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from school_it import school_year
from school_it.access import Actor, Role
from school_it.audit import Entry
from school_it.database import today, transaction
from school_it.devices import actions as device_actions
from school_it.devices import catalogue
from school_it.devices.rules import ItemClass
from school_it.errors import BadValue, NotAllowed, Stale
from school_it.funding import actions as funding_actions
from school_it.funding.rules import Financing
from school_it.plan.report import actions, figures
from school_it.plan.report.models import Part
from school_it.plan.rules import spending
from school_it.plan.rules.spending import left_of_invoice
from school_it.schools.models import School
from tests.asked import statements
from tests.conftest import add_school
from tests.plan.test_plan_workbooks import table
from tests.plan.test_where_schools_stand import categories as categories
from tests.plan.test_where_schools_stand import deliver
from tests.plan.test_where_schools_stand import planned as planned

D = Decimal
SHEETS = {
    "Übersicht": [
        "Schulnummer", "Schule", "Schulform", "Schülerzahl", "Lehrkräfte", "Unterrichtsräume", "Schüler je Gerät",
        "Ausgaben im Jahr", "davon gefördert", "Eigenanteil",
    ],
    "Ausstattung": ["Schulnummer", "Schule", "Gerätegruppe", "Soll", "Bestand", "davon nutzbar", "Fehlbedarf"],
    "Ersatzbedarf": ["Jahr", "Gerätegruppe", "Anzahl", "Kosten"],
}  # fmt: skip
THIS_YEAR = school_year.school_year(today())


@pytest.fixture
def bought(planned: School, categories: dict[str, int], house: Actor) -> School:
    """Ten tablets of this school year: four with a receipt, six only in the list, of which two name a grant of 90 %."""
    day = max(school_year.begins(THIS_YEAR), today() - timedelta(days=20))
    with transaction() as writing:
        programme = funding_actions.add_programme(
            writing,
            {"code": "DP", "title": "Programm", "financing": Financing.SHARE, "rate": D("0.9")},
            by=house,
        )
        first = {
            "decision_date": day - timedelta(days=400), "period_to": day + timedelta(days=400),
            "eligible": D(10_000), "granted": D(9_000), "file_reference": "48/1",
        }  # fmt: skip
        grant = funding_actions.add_grant(writing, "ZW-1", programme, D("0.9"), first, by=house)
        receipt = {
            "receipt_no": "1", "category": "2.3", "order_date": day, "invoice_date": day,
            "payment_date": day, "payee": "Netz und Tafel GmbH", "invoice_no": "R-1", "subject": "Tablets",
            "quantity": 4, "invoice_gross": D(2_000), "paid_amount": D(2_000), "other_non_eligible": D(200),
            "eligible_requested": D(1_800),
        }  # fmt: skip
        funding_actions.add_receipt(writing, grant, writing.merge(planned), receipt, by=house)
    each = {"acquired_on": day, "price_gross": D(500)}
    deliver(planned, categories["Tablet"], 4, house, invoice_no="R-1", **each)
    deliver(
        planned,
        categories["Tablet"],
        2,
        house,
        invoice_no="R-2",
        programme="DP",
        file_reference="48/1",
        **each,
    )
    deliver(planned, categories["Tablet"], 4, house, **each)
    return planned


def test_the_workbook_has_the_sheets_and_columns_of_the_contract_first_and_charts_of_the_program(
    bought: School, admin: FlaskClient
) -> None:
    content = admin.get("/exports/plan-report.xlsx").data
    book = load_workbook(BytesIO(content))
    assert book.sheetnames[:3] == list(SHEETS)
    for name, headers in SHEETS.items():
        assert [cell.value for cell in book[name][5]] == headers
    assert book.defined_names["mb_schueler_je_geraet"].attr_text == "Zusammenfassung!$B$9"
    assert book["Zusammenfassung"]["B9"].value == 20
    with ZipFile(BytesIO(content)) as parts:
        charts = [parts.read(one) for one in sorted(parts.namelist()) if one.startswith("xl/charts/chart")]
    assert len(charts) >= 3
    assert b"'Ziel und Bestand'!$B$6" in charts[0]


def test_each_euro_counts_once_and_the_sheet_says_what_the_page_says(
    session: Session, bought: School, admin: FlaskClient, house: Actor
) -> None:
    """Receipt 2,000 of which 1,800 at 90 %; the two that name the grant 1,000 at 90 %; four alone 2,000."""
    _header, row, _total = table(admin, "/exports/plan-report.xlsx", "Übersicht")
    assert row == [bought.school_number, bought.name, "Grundschule", 200, 12, 10, 20, 5000, 2520, 2480]
    made = figures.of_year(session, THIS_YEAR, seen_by=house)
    assert {name: one.paid for name, one in spending.by_source(made.spent).items()} == {
        "receipts": D(2000), "invoices": D(0), "devices": D(3000),
    }  # fmt: skip
    page = admin.get("/plan/report").get_data(as_text=True)
    assert "5.000,00" in page
    assert "2.520,00" in page
    behind = admin.get(f"/plan/report/spending?school={bought.school_number}").get_data(as_text=True)
    assert behind.count("500,00") >= 6
    assert "Netz und Tafel GmbH" in behind
    assert "5.000,00" in behind


def test_of_an_invoice_counts_what_its_receipts_do_not_have() -> None:
    assert left_of_invoice({1: D(100)}, {1: D(90)}) == {1: D(10)}
    assert left_of_invoice({None: D(100), 1: D(50)}, {2: D(60), 1: D(30)}) == {None: D(40), 1: D(20)}
    assert left_of_invoice({1: D(100)}, {1: D(70), 2: D(30)}) == {}
    assert left_of_invoice({1: D(-10)}, {}) == {1: D(-10)}, "a credit note takes away"


def test_a_past_year_is_told_from_the_dates_where_the_trail_does_not_reach(
    session: Session, planned: School, categories: dict[str, int], house: Actor, admin: FlaskClient
) -> None:
    last = school_year.ends(THIS_YEAR - 1)
    deliver(planned, categories["Tablet"], 3, house, acquired_on=last - timedelta(days=30))
    deliver(planned, categories["Tablet"], 5, house, acquired_on=last + timedelta(days=1))
    made = figures.of_year(session, THIS_YEAR - 1, seen_by=house)
    assert (made.on, made.seen) == (last, "dates")
    assert [one.devices for one in made.ratios[-1:]] == [3]
    rows = table(admin, f"/exports/plan-report.xlsx?year={THIS_YEAR - 1}", "Ausstattung")
    assert [row[4] for row in rows if row[2] == "mobil"] == [3]
    with pytest.raises(BadValue):
        figures.day_of(THIS_YEAR + 1)


def test_texts_are_kept_by_school_year_and_every_version_stays_in_the_trail(
    session: Session, planned: School, admin: FlaskClient, house: Actor
) -> None:
    address = f"/plan/report/{THIS_YEAR}/texts/introduction"
    assert admin.post(address, data={"text": "Erste Fassung.\n\nZweiter Absatz."}).status_code == 302
    form = admin.get(address).get_data(as_text=True)
    assert "Erste Fassung." in form
    with transaction() as writing:
        actions.write_text(writing, THIS_YEAR, Part.INTRODUCTION, "Neue Fassung.", version=1, by=house)
        actions.write_text(writing, THIS_YEAR, Part.SCHOOL, "Die Schule baut um.", school=planned, by=house)
    with transaction() as writing, pytest.raises(Stale):
        actions.write_text(writing, THIS_YEAR, Part.INTRODUCTION, "Zu spät.", version=1, by=house)
    report = admin.get("/plan/report").get_data(as_text=True)
    assert "Neue Fassung." in report
    assert "Die Schule baut um." in report
    assert "Neue Fassung." not in admin.get(f"/plan/report?year={THIS_YEAR - 1}").get_data(as_text=True)
    changes = session.scalars(select(Entry.changes).where(Entry.action == "plan_text.written")).all()
    assert ["Erste Fassung.\n\nZweiter Absatz.", "Neue Fassung."] in [one["text"] for one in changes]
    rows = table(admin, "/exports/plan-report.xlsx", "Texte")
    assert ["Zu einer Schule", planned.name, "Die Schule baut um."] in rows


def test_the_report_is_for_those_who_answer_for_the_money(
    planned: School, sign_in_as: Callable[..., FlaskClient], session: Session
) -> None:
    coordinator = sign_in_as(Role.COORDINATOR, planned)
    assert coordinator.get("/plan/report").status_code == 404
    assert coordinator.get("/exports/plan-report.xlsx").status_code == 404
    auditor = sign_in_as(Role.AUDITOR)
    assert auditor.get("/plan/report").status_code == 200
    assert auditor.get("/plan/report/texts").status_code == 403
    actor = Actor(None, "Prüfung", ())
    with pytest.raises(NotAllowed), transaction() as writing:
        actions.write_text(writing, THIS_YEAR, Part.OUTLOOK, "Nein.", by=actor)


def test_an_empty_town_is_told_what_to_do_first(admin: FlaskClient, session: Session) -> None:
    assert "Schulen anlegen oder einlesen" in admin.get("/plan/report").get_data(as_text=True)
    assert admin.get("/plan").status_code == 200
    assert admin.get("/exports/plan-report.xlsx").status_code == 200
    assert "Noch ist keine Schule angelegt" in admin.get("/plan/open-data").get_data(as_text=True)


def test_the_report_needs_no_statement_for_a_school(
    planned: School, categories: dict[str, int], house: Actor, session: Session
) -> None:
    with statements() as few:
        figures.of_year(session, THIS_YEAR, seen_by=house)
    for number in range(5):
        add_school(house, f"17000{number}", f"Schule {number}")
    with statements() as many:
        figures.of_year(session, THIS_YEAR, seen_by=house)
    assert len(many) == len(few) > 0


def test_where_the_trail_reaches_a_past_year_shows_the_devices_where_they_were(
    house: Actor, session: Session
) -> None:
    """Five tablets stood at one school at the end of July and were moved to another in September."""
    with time_machine.travel(datetime(2026, 7, 1, 10, tzinfo=UTC)):
        school, other_school = (
            add_school(house, number, f"Schule {number}") for number in ("170001", "170002")
        )
        with transaction() as writing:
            tablet = catalogue.ensure_categories(writing, by=house)["Tablet"]
        moved = deliver(school, tablet, 5, house, acquired_on=date(2026, 6, 1))
    with time_machine.travel(datetime(2026, 9, 10, 10, tzinfo=UTC)), transaction() as writing:
        for device in moved:
            device_actions.change_device(
                writing, writing.merge(device), {"school_id": other_school.id}, by=house
            )
    with time_machine.travel(datetime(2026, 9, 20, 10, tzinfo=UTC)):
        last, running = (figures.of_year(session, year, seen_by=house) for year in (2025, 2026))
    stock = {
        made.year: {one.number: one.cells[ItemClass.MOBILE].stock for one in made.town.schools}
        for made in (last, running)
    }
    assert (last.seen, running.seen) == ("trail", "now")
    assert stock[2025] == {school.school_number: 5, other_school.school_number: 0}
    assert stock[2026] == {school.school_number: 0, other_school.school_number: 5}
