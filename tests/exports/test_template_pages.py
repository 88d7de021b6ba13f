"""The office brings an authority's form once, says what goes where, and fills it for each grant."""

from __future__ import annotations

import io
import re
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient

from exports.models import ReportTemplate
from school_it.access import Actor, Role
from school_it.database import db
from school_it.funding import queries
from school_it.schools.models import School
from tests.exports import town
from tests.workbooks import forms

pytestmark = pytest.mark.filterwarnings("ignore:.*extension is not supported:UserWarning")


@pytest.fixture
def office(app: Flask, house: Actor, sign_in_as, tmp_path: Path) -> FlaskClient:
    with app.app_context():
        town.build(app, "receipts", tmp_path, by=house)
    return sign_in_as(Role.OFFICE)


def bring(client: FlaskClient, content: bytes, name: str = "VN Beispielland", report: str = "proof-of-use"):
    data = {"file": (io.BytesIO(content), "vn.xlsx"), "name": name, "report": report}
    return client.post("/exports/templates", data=data, content_type="multipart/form-data")


def plain_form() -> bytes:
    book = openpyxl.Workbook()
    book.active.title = "Formular"
    for place, text in {"A1": "Bewilligt:", "A4": "lfd.", "B4": "gezahlt", "A6": "Ende"}.items():
        book.active[place] = text
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def template(app: Flask, edition: int = 1) -> ReportTemplate:
    with app.app_context():
        return db.session().query(ReportTemplate).filter_by(edition=edition).one()


def test_names_of_the_contract_are_placed_by_themselves(app: Flask, office: FlaskClient) -> None:
    answer = bring(office, forms.form())
    assert answer.status_code == 302, answer.get_data(as_text=True)
    layout = template(app).layout
    assert layout["figures"]["vn_bewilligt"] == ["Deckblatt", 3, 1]
    assert layout["tables"]["belegliste"]["row"] == 6
    assert layout["tables"]["belegliste"]["fields"] == {
        "0": "receipt_no", "1": "payment_date", "2": "subject", "3": "paid_amount",
    }  # fmt: skip
    text = office.get(answer.location).get_data(as_text=True)
    assert "bewilligte Zuwendung" in text
    assert "Bitte in Druckschrift" not in text
    assert "Verwendungsnachweis" in text


def test_a_cell_that_is_clicked_on_takes_a_figure(app: Flask, office: FlaskClient) -> None:
    address = bring(office, plain_form()).location
    page = office.get(f"{address}?cell=B1").get_data(as_text=True)
    assert "Zelle B1 auf »Formular«" in page
    ident = template(app).id
    where = {"sheet": "Formular", "cell": "B1", "key": "vn_bewilligt"}
    assert office.post(f"/exports/templates/{ident}/place", data=where).status_code == 302
    assert template(app).layout["figures"] == {"vn_bewilligt": ["Formular", 1, 1]}
    office.post(f"/exports/templates/{ident}/place", data={"sheet": "Formular", "cell": "B1", "key": ""})
    assert template(app).layout["figures"] == {}


def test_a_table_begins_where_somebody_says_and_fills_the_columns_chosen(
    app: Flask, office: FlaskClient
) -> None:
    bring(office, plain_form())
    ident = template(app).id
    where = {"sheet": "Formular", "cell": "A5", "key": "belegliste"}
    office.post(f"/exports/templates/{ident}/place", data=where)
    columns = {"key": "belegliste", "row": "5", "column-0": "receipt_no", "column-1": "paid_amount"}
    office.post(f"/exports/templates/{ident}/columns", data=columns)
    assert template(app).layout["tables"]["belegliste"]["fields"] == {"0": "receipt_no", "1": "paid_amount"}
    answer = office.get(f"/exports/templates/{ident}/filled?grant={town.GRANT}")
    assert answer.status_code == 200
    sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).active
    rows = list(sheet.iter_rows(min_row=5, max_col=2, values_only=True))
    assert rows[0][0] == "1"
    assert isinstance(rows[0][1], int | float)
    assert rows[-1] == ("Ende", None)


def test_the_preview_shows_the_filled_form_and_says_what_it_could_not_place(
    app: Flask, office: FlaskClient
) -> None:
    bring(office, forms.form())
    ident = template(app).id
    office.post(
        f"/exports/templates/{ident}/place", data={"sheet": "Deckblatt", "cell": "B5", "key": "vn_noch_offen"}
    )
    first = office.get(f"/exports/templates/{ident}/preview")
    assert (first.status_code, "Bitte eine Zuwendung wählen" in first.get_data(as_text=True)) == (200, True)
    text = office.get(f"/exports/templates/{ident}/preview?grant={town.GRANT}").get_data(as_text=True)
    assert "In B5 auf dem Blatt »Deckblatt« steht eine Formel." in text
    assert "6300" in text


def test_a_form_in_which_nothing_has_a_place_yet_leads_to_where_that_is_said(
    app: Flask, office: FlaskClient
) -> None:
    bring(office, plain_form())
    ident = template(app).id
    answer = office.get(f"/exports/templates/{ident}/preview?grant={town.GRANT}")
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "Diesem Formular ist noch nichts zugeordnet." in text
    assert f'href="/exports/templates/{ident}"' in text


def test_the_same_name_again_is_a_new_version_and_the_old_one_stays(app: Flask, office: FlaskClient) -> None:
    bring(office, plain_form())
    ident = template(app).id
    where = {"sheet": "Formular", "cell": "B1", "key": "vn_bewilligt"}
    office.post(f"/exports/templates/{ident}/place", data=where)
    changed = openpyxl.load_workbook(io.BytesIO(plain_form()))
    changed.active["A2"] = "neu"
    made = io.BytesIO()
    changed.save(made)
    assert bring(office, made.getvalue()).status_code == 302
    assert template(app, 2).layout["figures"] == {"vn_bewilligt": ["Formular", 1, 1]}
    assert office.get(f"/exports/templates/{ident}").status_code == 200
    assert "Fassung 2" in office.get("/exports/templates").get_data(as_text=True) or "2" in office.get(
        "/exports/templates"
    ).get_data(as_text=True)


def test_a_file_that_is_no_form_is_refused_beside_the_form(office: FlaskClient) -> None:
    answer = bring(office, b"kein Formular")
    assert answer.status_code == 422
    assert "keine Arbeitsmappe" in answer.get_data(as_text=True)


def test_a_coordinator_brings_none(app: Flask, office: FlaskClient, sign_in_as, school: School) -> None:
    bring(office, plain_form())
    ident = template(app).id
    coordinator = sign_in_as(Role.COORDINATOR, school)
    assert bring(coordinator, plain_form(), "anderes").status_code == 403
    assert coordinator.get(f"/exports/templates/{ident}").status_code == 404


def asking_form() -> bytes:
    """A draw-down as the authorities print it: its head asks for the grant and for one decision of it."""
    book = openpyxl.Workbook()
    book.active.title = "Anforderung"
    asked = (
        "Zuwendungsempfänger",
        "Aktenzeichen",
        "Bescheid vom:",
        "bewilligt",
        "angeforderter Betrag",
        "Ort",
    )
    for row, text in enumerate(asked, 1):
        book.active.cell(row, 1, text)
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def test_the_head_of_a_draw_down_is_filled_with_what_the_grant_is_called(
    app: Flask, office: FlaskClient
) -> None:
    address = bring(office, asking_form(), name="Anlage 4", report="drawdown").location
    ident = template(app).id
    for row in range(1, 6):
        page = office.get(f"{address}?cell=C{row}").get_data(as_text=True)
        proposed = re.search(r'<option value="([^"]+)" selected>', page.partition('id="zelle"')[2])
        assert proposed is not None, row
        where = {"sheet": "Anforderung", "cell": f"C{row}", "key": proposed[1]}
        assert office.post(f"/exports/templates/{ident}/place", data=where).status_code == 302
    assert (
        "selected>" not in office.get(f"{address}?cell=C6").get_data(as_text=True).partition('id="zelle"')[2]
    )
    answer = office.get(f"/exports/templates/{ident}/filled?grant={town.GRANT}")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).active
    with app.app_context():
        grant = queries.find_grant(db.session(), town.GRANT)
        assert grant is not None
        decision = grant.decisions[0]
        told = (", ".join(one.file_reference for one in grant.decisions), float(grant.granted))
        day = decision.decision_date
    filled = [sheet.cell(row, 3).value for row in range(1, 6)]
    assert (filled[1], filled[3]) == told
    assert filled[0]
    assert as_day(filled[2]) == day


def as_day(value: object) -> date | None:
    return value.date() if isinstance(value, datetime) else value if isinstance(value, date) else None


def test_a_form_about_one_decision_takes_that_one(app: Flask, office: FlaskClient) -> None:
    address = bring(office, asking_form(), name="Anlage 4", report="drawdown").location
    page = office.get(f"{address}?cell=C2").get_data(as_text=True)
    assert "1. Bescheid: Aktenzeichen" in page
    assert "1. Bescheid: angeforderter Betrag" in page
