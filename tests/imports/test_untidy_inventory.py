"""A school's own inventory list, as it really looks, through the command line."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from school_it.access import Actor
from school_it.database import transaction
from school_it.devices import catalogue
from school_it.devices.models import Device
from school_it.schools.models import School
from tests.files.xls import Formatted, xls


def untidy(path: Path, *more: list[Any]) -> Path:
    """A cover sheet, titles, a two-line heading, room headings, a subtotal, a footnote, dates and prices as text."""
    book = openpyxl.Workbook()
    cover = book.active
    assert cover is not None
    cover.title = "Deckblatt"
    cover.append(["Inventarliste der Grundschule"])
    sheet = book.create_sheet("Inventar")
    for row in (
        ["Grundschule Am Beispielweg – Geräteliste"],
        ["Stand: 12.11.2026, gez. M. Muster"],
        [],
        ["Inv.-Nr.", "Geräteart", "Marke", "Modell", "SN", "Kaufdatum", "Preis", None, "Bemerk."],
        [None, None, None, None, None, None, "netto", "brutto", None],
        ["Raum 101"],
        [
            "A-001",
            "Tablet",
            "Nordlicht",
            "Slate 11",
            "00123",
            date(2024, 3, 1),
            335.29,
            399.0,
            "=Hülle fehlt",
        ],
        ["A-002", "iPad", "Nordlicht", "Slate 11", "NL2", "1.3.24", "335,29 €", "399,00 €", None],
        [],
        ["Raum 102"],
        ["A-003", "Laptop", "Tannwerk", "T13", "TW3", "01.09.2023", "1.091,60", "1.299,00", "-"],
        ["Summe", None, None, None, None, None, "=SUM(G7:G11)", 2097.0, None],
        *more,
        [],
        ["* ohne Zubehör"],
    ):
        sheet.append(row)
    sheet["I7"].data_type = "s"  # a text that begins with =, as somebody has typed it behind an apostrophe
    sheet.merge_cells("G4:H4")
    book.save(path)
    return path


def run(app: Flask, *words: str) -> tuple[Result, dict[str, Any]]:
    result = app.test_cli_runner().invoke(args=["import", "devices", *words, "--json"])
    return result, json.loads(result.stdout)


@pytest.fixture
def _categories(school: School, house: Actor) -> None:
    with transaction() as session:
        catalogue.ensure_categories(session, by=house)


@pytest.mark.usefixtures("_categories")
def test_it_goes_in_at_the_first_try(app: Flask, session: Session, tmp_path: Path) -> None:
    file = untidy(tmp_path / "liste.xlsx")
    dry, seen = run(app, str(file), "--school", "115514", "--dry-run")
    assert dry.exit_code == 0, dry.output
    done, facts = run(app, str(file), "--school", "115514")
    assert done.exit_code == 0, done.output
    assert (facts["rows"], facts["new"], facts["problem"]) == (3, 3, 0)
    assert facts["sheet"] == "Inventar"
    assert facts["header_row"] in (4, 5)
    assert facts["sums"]["price_gross"] == {"file": "2097.00", "taken": "2097.00"}
    assert {key: seen[key] for key in ("rows", "new", "problem", "ignored", "sums")} == {
        key: facts[key] for key in ("rows", "new", "problem", "ignored", "sums")
    }
    session.rollback()
    device = session.scalars(select(Device).where(Device.asset_tag == "A-001")).one()
    assert (device.serial_number, device.acquired_on, device.remark) == (
        "00123",
        date(2024, 3, 1),
        "=Hülle fehlt",
    )


@pytest.mark.usefixtures("_categories")
def test_a_second_time_it_changes_nothing(app: Flask, tmp_path: Path) -> None:
    file = untidy(tmp_path / "liste.xlsx")
    run(app, str(file), "--school", "115514")
    again, facts = run(app, str(file), "--school", "115514")
    assert again.exit_code == 0
    assert (facts["new"], facts["changed"], facts["same"]) == (0, 0, 3)


@pytest.mark.usefixtures("_categories")
def test_faulty_rows_are_named_and_nothing_is_taken(app: Flask, session: Session, tmp_path: Path) -> None:
    bad = ["A-004", "Tablet", "Nordlicht", "Slate 11", "NL4", "31.02.2024", "viel", 10, None]
    file = untidy(tmp_path / "liste.xlsx", bad)
    refused, facts = run(app, str(file), "--school", "115514")
    assert refused.exit_code == 3
    assert {(one["row"], one["value"]) for one in facts["problems"]} == {(13, "31.02.2024"), (13, "viel")}
    assert session.scalar(select(func.count()).select_from(Device)) == 0
    partly, facts = run(app, str(file), "--school", "115514", "--partial")
    assert (partly.exit_code, facts["applied"], facts["new"]) == (4, True, 3)


@pytest.mark.usefixtures("_categories")
def test_an_ambiguous_column_waits_for_a_word(app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "liste.csv"
    file.write_text("Inventarnummer;Geräteart;Preis\nA-1;Tablet;100,00\n", "cp1252")
    _dry, facts = run(app, str(file), "--school", "115514", "--dry-run")
    assert {column["header"]: column["field"] for column in facts["columns"]}["Preis"] is None
    _dry, facts = run(app, str(file), "--school", "115514", "--dry-run", "--map", "Preis=price_gross")
    assert facts["sums"]["price_gross"]["file"] == "100.00"


@pytest.mark.usefixtures("_categories")
def test_a_list_without_headers_goes_in_by_the_letters_of_its_columns(app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "liste.csv"
    file.write_text("A-1;Tablet;399,00 €\nA-2;Tablet;401,50 €\n", "cp1252")
    mapping = ("Spalte A=asset_tag", "Spalte B=category", "Spalte C=price_gross")
    said = [word for one in mapping for word in ("--map", one)]
    done, facts = run(app, str(file), "--school", "115514", *said)
    assert done.exit_code == 0, done.output
    assert (facts["header_row"], facts["new"], facts["sums"]["price_gross"]["taken"]) == (0, 2, "800.50")


@pytest.mark.usefixtures("_categories")
def test_an_old_workbook_goes_in_with_its_zeros_and_its_error_is_named(app: Flask, tmp_path: Path) -> None:
    rows = [
        ["Inventarnummer", "Geräteart", "Preis brutto", "Kaufdatum"],
        [Formatted(4711), "Tablet", 399.0, date(2024, 2, 29)],
        [Formatted(4712), "Tablet", "#REF!", None],
    ]
    done, facts = run(
        app, str(xls(tmp_path / "alt.xls", {"Geräte": rows})), "--school", "115514", "--partial"
    )
    assert (done.exit_code, facts["new"]) == (4, 1)
    assert [(one["row"], one["column"], one["value"]) for one in facts["problems"]] == [
        (3, "Preis brutto", "#BEZUG!")
    ]
    assert facts["sums"]["price_gross"]["taken"] == "399.00"


@pytest.mark.usefixtures("_categories")
def test_days_that_could_be_two_are_asked_about_and_not_taken(app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "liste.csv"
    file.write_text(
        "Inventarnummer;Geräteart;Kaufdatum\nA-1;Tablet;03/04/2024\nA-2;Tablet;05/05/2024\n", "cp1252"
    )
    dry, facts = run(app, str(file), "--school", "115514", "--dry-run")
    assert (dry.exit_code, facts["new"], facts["problem"]) == (3, 1, 1)
    assert [question["header"] for question in facts["questions"]] == ["Kaufdatum"]


def test_a_file_that_is_no_table_says_so_in_one_sentence(app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "kaputt.xlsx"
    file.write_bytes(b"PK\x03\x04 cut off")
    result, facts = run(app, str(file))
    assert result.exit_code == 1
    assert set(facts) == {"error"}
