"""Lists as they come from desks: each goes in at the first try, or comes back saying what to mend."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl.worksheet.worksheet import Worksheet
from sqlalchemy import select
from sqlalchemy.orm import Session

from school_it.access import Actor
from school_it.database import transaction
from school_it.devices import catalogue
from school_it.devices.models import Device
from school_it.schools.models import School
from tests.files.ods import ods
from tests.imports.pages import bring, press, seen


@pytest.fixture(autouse=True)
def _town(school: School, other_school: School, house: Actor) -> None:
    with transaction() as session:
        catalogue.ensure_categories(session, by=house)


def run(app: Flask, file: Path, *words: str) -> tuple[int, dict[str, Any]]:
    result = app.test_cli_runner().invoke(args=["import", "devices", str(file), *words, "--json"])
    return result.exit_code, json.loads(result.stdout)


def taken(session: Session) -> dict[str, Device]:
    session.rollback()
    return {device.asset_tag: device for device in session.scalars(select(Device))}


def workbook(path: Path, rows: Sequence[Sequence[Any]], *merged: str) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    for cells in merged:
        sheet.merge_cells(cells)
    book.save(path)
    return path


def secretary(path: Path, day: str = "14.02.2023", kind: str = "Tablet") -> Path:
    """Titles, a merged header of two lines, rooms as headings, subtotals, days and prices as text."""
    return workbook(
        path,
        [
            ["Grundschule Am Beispielweg"],
            ["Inventar der EDV – Stand 12.11.2026 (Frau Muster)"],
            [],
            ["lfd. Nr.", "Inv.-Nr.", "Gerät", None, None, "Anschaffung", None, "Bemerk."],
            [None, None, "Geräteart", "Marke", "Modell", "Kaufdatum", "Preis brutto", None],
            ["Raum 101", None, None, None, None, None, None, None],
            [1, "GS-001", "Tablet", "Nordlicht", "Slate 11", "01.03.24", "399,00 €", "Hülle rot"],
            [2, "GS-002", kind, "Nordlicht", "Slate 11", "1.3.2024", "399,00", None],
            [None, "Zwischensumme", None, None, None, None, "798,00 €", None],
            ["Raum 102", None, None, None, None, None, None, None],
            [3, "GS-003", "Laptop", "Tannwerk", "T 13", day, "1.299,00 €", "-"],
            [None, "Gesamt", None, None, None, None, "2.097,00 €", None],
            ["* Preise laut Rechnung"],
        ],
        "A1:H1", "C4:E4", "F4:G4",
    )  # fmt: skip


def ledger(path: Path, worth: Any = "12.345,67 €") -> Path:
    """From the books of the town: asset numbers, cost centres as groups, sums, amounts with point and sign."""
    return workbook(
        path,
        [
            ["Stadt Beispielstadt · Anlagenbuchhaltung", None, None, None, None, None, None, None],
            ["Anlagenspiegel zum 31.12.2025, EDV der Schulen"],
            ["Anlagennummer", "Anlagenbezeichnung", "Geräteart", "Schulnummer", "Aktivierungsdatum", "Kreditor",
             "AHK", "Restbuchwert"],
            ["Kostenstelle 21100 Grundschule Am Beispielweg"],
            ["0082100017", "Server Serverraum EG", "Server", 115514, date(2022, 5, 2), "Beispieltechnik GmbH",
             worth, "4.115,22 €"],
            ["0082100018", "Notebookwagen", "Ladewagen", 115514, "15.08.2023", "Beispieltechnik GmbH",
             "2.380,00 €", "1.190,00 €"],
            ["Summe Kostenstelle 21100", None, None, None, None, None, "14.725,67 €", "5.305,22 €"],
            ["Kostenstelle 21700 Gymnasium Beispielstadt"],
            ["0082100019", "Switch 48 Port", "Switch", 167149, "03.01.2024", "Netzbau Muster KG",
             "1.190,00 €", "714,00 €"],
            ["Summe Kostenstelle 21700", None, None, None, None, None, "1.190,00 €", "714,00 €"],
            ["Endsumme", None, None, None, None, None, "15.915,67 €", "6.019,22 €"],
        ],
    )  # fmt: skip


def test_a_secretarys_list_goes_in_at_the_first_try(app: Flask, session: Session, tmp_path: Path) -> None:
    code, facts = run(app, secretary(tmp_path / "liste.xlsx"), "--school", "115514")
    assert (code, facts["new"], facts["ignored"]) == (0, 3, 5)
    assert facts["sums"]["price_gross"] == {"file": "2097.00", "taken": "2097.00"}
    assert {creation["field"] for creation in facts["creates"]} == {"manufacturer", "model"}
    found = taken(session)
    assert found["GS-001"].remark == "Hülle rot"
    assert (found["GS-003"].acquired_on, found["GS-003"].price_gross) == (date(2023, 2, 14), Decimal(1299))


def test_a_ledger_goes_in_once_it_is_said_what_the_amount_is(
    app: Flask, session: Session, tmp_path: Path
) -> None:
    file = ledger(tmp_path / "anlagen.xlsx")
    code, facts = run(app, file, "--dry-run")
    assert (code, facts["new"], facts["sums"]) == (0, 3, {})
    assert {"AHK", "Restbuchwert", "Anlagenbezeichnung"} <= set(facts["left_out"])
    code, facts = run(app, file, "--map", "AHK=price_gross")
    assert (code, facts["new"], facts["sums"]["price_gross"]["taken"]) == (0, 3, "15915.67")
    server = taken(session)["0082100017"]
    assert (server.acquired_on, server.supplier, server.price_gross) == (
        date(2022, 5, 2),
        "Beispieltechnik GmbH",
        Decimal("12345.67"),
    )


SEMICOLONS = (
    "Inventarnummer;Geräteart;Hersteller;Modell;Raum;Anschaffungsdatum;Preis brutto;Bemerkung\r\n"
    'A-01;Tablet;Nördlicht;"Slate; 11";101;01.03.2024;1.399,00 €;"Größe 11"""\r\n'
    "A-02;Beamer;Tannwerk;T4;102;02.03.2024;599,00;\r\n"
    ";;;;;;;\r\n"
    "Summe;;;;;;1.998,00 €;\r\n"
)


def test_semicolons_as_excel_saves_them_go_in_at_the_first_try(
    app: Flask, session: Session, tmp_path: Path
) -> None:
    file = tmp_path / "excel.csv"
    file.write_bytes(SEMICOLONS.encode("cp1252"))
    code, facts = run(app, file, "--school", "115514")
    assert (code, facts["new"], facts["ignored"]) == (0, 2, 2)
    assert facts["sums"]["price_gross"] == {"file": "1998.00", "taken": "1998.00"}
    device = taken(session)["A-01"]
    assert (device.manufacturer, device.model, device.remark) == ("Nördlicht", "Slate; 11", 'Größe 11"')


def test_an_ods_goes_in_at_the_first_try(app: Flask, session: Session, tmp_path: Path) -> None:
    rows = [
        ["Medienraum", None, None, None],
        ["Inventarnummer", "Geräteart", "Anschaffungsdatum", "Preis netto"],
        ["O-1", "Tablet", date(2024, 3, 1), 335.29],
        ["O-2", "Notebook", "2.3.2024", "1.091,60 €"],
        ["Summe", None, None, 1426.89],
    ]
    file = ods(tmp_path / "liste.ods", {"Notizen": [["nur Text"]], "Geräte": rows})
    code, facts = run(app, file, "--school", "115514")
    assert (code, facts["sheet"], facts["new"]) == (0, "Geräte", 2)
    assert facts["sums"]["price_net"] == {"file": "1426.89", "taken": "1426.89"}
    assert taken(session)["O-2"].acquired_on == date(2024, 3, 2)


def mend(corrected: Path, facts: dict[str, Any], texts: dict[str, Any]) -> None:
    """As a person does: go to every cell that is named, and put right what stands in it."""
    book = openpyxl.load_workbook(corrected)
    sheet = book[facts["sheet"]] if facts["sheet"] else book.worksheets[0]
    for problem in facts["problems"]:
        cell = sheet.cell(problem["row"], column_of(sheet, problem["column"]))
        assert cell.fill.fill_type == "solid", f"row {problem['row']} is not marked"
        cell.value = texts[problem["value"]]
    book.save(corrected)


def column_of(sheet: Worksheet, header: str) -> int:
    return next(
        cell.column or 0
        for row in sheet.iter_rows(max_row=10)
        for cell in row
        if cell.value and str(cell.value) == header.rpartition(" / ")[2].rpartition("\n")[2]
    )


@pytest.mark.parametrize("name", ["secretary", "ledger", "csv", "ods"])
def test_what_does_not_go_in_comes_back_saying_what_to_mend_and_then_goes_in(
    app: Flask, session: Session, tmp_path: Path, name: str
) -> None:
    if name == "secretary":
        file, rows = secretary(tmp_path / "l.xlsx", "31.02.2023", "Tablettt"), 2
    elif name == "ledger":
        file, rows = ledger(tmp_path / "l.xlsx", "zwölftausend"), 1
    elif name == "csv":
        file, rows = tmp_path / "l.csv", 1
        file.write_bytes(SEMICOLONS.replace("01.03.2024", "Sommer 2020").encode("cp1252"))
    else:
        table = [["Inventarnummer", "Geräteart", "Preis netto"], ["O-1", "Tablet", "viel"], ["O-2", "PC", 1]]
        file, rows = ods(tmp_path / "l.ods", {"Geräte": table}), 1
    words = ["--school", "115514"] if name != "ledger" else ["--map", "AHK=price_gross"]
    corrected = tmp_path / "zurück.xlsx"
    code, facts = run(app, file, *words, "--corrected", str(corrected))
    assert (code, facts["problem"], facts["applied"], facts["corrected"]) == (3, rows, False, str(corrected))
    assert taken(session) == {}
    texts = {"31.02.2023": "28.02.2023", "Tablettt": "Tablet", "zwölftausend": 12000.5, "viel": "410,00"}
    mend(corrected, facts, texts | {"Sommer 2020": date(2020, 7, 1)})
    code, facts = run(app, corrected, *words)
    assert (code, facts["problem"], facts["applied"]) == (0, 0, True)
    assert not [one for one in facts["columns"] if one["header"] == "Prüfhinweis"]
    assert len(taken(session)) == facts["new"]


def test_what_is_hidden_in_a_file_is_said(admin: FlaskClient, tmp_path: Path) -> None:
    file = workbook(
        tmp_path / "verborgen.xlsx",
        [["Inventarnummer", "Geräteart"], ["A-1", "Tablet"], ["A-2", "Tablet"]],
    )
    book = openpyxl.load_workbook(file)
    book.worksheets[0].row_dimensions[3].hidden = True
    book.create_sheet("Altes").sheet_state = "hidden"
    book.save(file)
    words = seen(admin, bring(admin, file.read_bytes(), name="verborgen.xlsx"))
    assert "1 ausgeblendete Zeile zählt mit." in words
    assert "Ausgeblendete Blätter werden nicht gelesen: Altes." in words
    assert "2 Zeilen übernehmen" in words


def test_a_dry_run_gives_the_numbers_of_the_run(app: Flask, tmp_path: Path) -> None:
    file = secretary(tmp_path / "liste.xlsx", "31.02.2023")
    words = ("--school", "115514", "--partial")
    dry_code, dry = run(app, file, *words, "--dry-run")
    code, real = run(app, file, *words)
    assert (dry_code, code) == (4, 4)
    assert (dry["applied"], dry["batch"], real["applied"]) == (False, None, True)
    apart = {"applied", "batch"}
    assert {key: dry[key] for key in dry if key not in apart} == {
        key: real[key] for key in real if key not in apart
    }


def test_the_same_file_again_names_the_act_until_it_is_taken_back(app: Flask, tmp_path: Path) -> None:
    file = secretary(tmp_path / "liste.xlsx")
    _code, first = run(app, file, "--school", "115514")
    _code, again = run(app, file, "--school", "115514", "--dry-run")
    assert (first["earlier"], again["earlier"]) == (None, first["batch"])
    undone = app.test_cli_runner().invoke(args=["undo", str(first["batch"]), "--json"])
    assert undone.exit_code == 0, undone.output
    assert run(app, file, "--school", "115514", "--dry-run")[1]["earlier"] is None


def test_a_list_without_headers_is_read_by_its_columns(app: Flask, session: Session, tmp_path: Path) -> None:
    file = tmp_path / "ohne.csv"
    file.write_text("A-1;Tablet;399,00\nA-2;Beamer;599,00\n", "utf-8")
    assert run(app, file, "--school", "115514")[0] == 1
    said = ("--map", "Spalte A=asset_tag", "--map", "Spalte B=category", "--map", "Spalte C=price_net")
    code, facts = run(app, file, "--school", "115514", *said)
    assert (code, facts["header_row"], facts["new"]) == (0, 0, 2)
    assert sorted(taken(session)) == ["A-1", "A-2"]


def test_day_and_month_are_said_by_an_option(app: Flask, session: Session, tmp_path: Path) -> None:
    file = tmp_path / "tage.csv"
    file.write_text("Inventarnummer;Geräteart;Kaufdatum\nA-1;Tablet;03/04/2024\n", "utf-8")
    code, facts = run(app, file, "--school", "115514", "--dry-run")
    assert (code, facts["questions"][0]["header"], facts["problem"]) == (3, "Kaufdatum", 1)
    assert run(app, file, "--school", "115514", "--month-first", "Kaufdatum")[0] == 0
    assert taken(session)["A-1"].acquired_on == date(2024, 3, 4)


def test_a_folder_that_is_not_there_is_said_before_anything_is_taken(
    app: Flask, session: Session, tmp_path: Path
) -> None:
    file = secretary(tmp_path / "liste.xlsx")
    code, facts = run(app, file, "--school", "115514", "--corrected", str(tmp_path / "nirgends" / "x.xlsx"))
    assert (code, "Den Ordner" in facts["error"]) == (2, True)
    assert taken(session) == {}


def test_on_the_page_the_ledger_asks_for_its_amount_and_adds_up(admin: FlaskClient, tmp_path: Path) -> None:
    page = bring(admin, ledger(tmp_path / "anlagen.xlsx").read_bytes(), school="", name="anlagen.xlsx")
    assert "3 Zeilen übernehmen" in seen(admin, page)
    admin.post(
        page + "/wish",
        data={
            "layout": "1", "column-0": "asset_tag", "column-1": "remark", "column-2": "category",
            "column-3": "school_number", "column-4": "acquired_on", "column-5": "supplier", "column-6": "price_gross",
        },
    )  # fmt: skip
    words = seen(admin, page)
    assert words.count("15.915,67") == 2
    assert "3 Zeilen übernehmen" in words


def test_the_page_gives_the_workbook_back_with_what_was_put_right(
    app: Flask, admin: FlaskClient, session: Session, tmp_path: Path
) -> None:
    file = secretary(tmp_path / "liste.xlsx", "31.02.2023", "Tablettt")
    page = bring(admin, file.read_bytes(), name="liste.xlsx")
    press(admin, page, "Gemeint ist »Tablet«")
    answer = admin.get(page + "/corrected.xlsx")
    assert answer.status_code == 200
    (tmp_path / "zurück.xlsx").write_bytes(answer.data)
    sheet = openpyxl.load_workbook(tmp_path / "zurück.xlsx").worksheets[0]
    assert sheet["C8"].value == "Tablet"
    code, facts = run(app, tmp_path / "zurück.xlsx", "--school", "115514", "--dry-run")
    assert (code, [problem["value"] for problem in facts["problems"]]) == (3, ["31.02.2023"])
