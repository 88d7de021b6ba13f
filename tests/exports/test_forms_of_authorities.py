"""``export REPORT --template FILE.xlsx``: the cells and tables that a form names by contract are filled."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest
from flask import Flask
from openpyxl.workbook.defined_name import DefinedName

from school_it.access import Actor
from tests.exports import town
from tests.exports.test_command import run
from tests.workbooks import forms

pytestmark = pytest.mark.filterwarnings("ignore:.*extension is not supported:UserWarning")


@pytest.fixture
def grants(app: Flask, house: Actor, tmp_path: Path) -> None:
    with app.app_context():
        town.build(app, "receipts", tmp_path, by=house)


def filled(app: Flask, form: Path, *words: str, name: str = "proof-of-use") -> tuple[dict, openpyxl.Workbook]:
    out = form.with_name("gefuellt.xlsx")
    done = run(app, "export", name, "--template", str(form), "--out", str(out), "--json", *words)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout), openpyxl.load_workbook(out)


def own(path: Path, names: dict[str, str], cells: dict[str, object]) -> Path:
    book = openpyxl.Workbook()
    book.active.title = "Formular"
    for place, value in cells.items():
        book.active[place] = value
    for name, place in names.items():
        book.defined_names[name] = DefinedName(name, attr_text=f"Formular!{place}")
    book.save(path)
    return path


def test_the_named_cells_and_the_list_of_receipts_are_filled(
    app: Flask, grants: None, tmp_path: Path
) -> None:
    form = tmp_path / "vn.xlsx"
    form.write_bytes(forms.form())
    facts, book = filled(app, form, "--grant", town.GRANT)
    sheet, cover = book["Belege"], book["Deckblatt"]
    assert f"{cover['B3'].value:.2f}" == facts["figures"]["granted"]
    assert f"{cover['B6'].value:%Y-%m-%d}" == facts["figures"]["earmark_end"]
    assert facts["rows"] > 1
    assert sheet[f"A{6 + facts['rows']}"].value == "Summe"
    assert sheet[f"D{6 + facts['rows']}"].value == f"=SUM(D6:D{5 + facts['rows']})"
    paid = sum(sheet[f"D{row}"].value for row in range(6, 6 + facts["rows"]))
    assert f"{paid:.2f}" == facts["figures"]["paid_total"]
    assert facts["notes"] == []
    assert forms.lost((tmp_path / "gefuellt.xlsx").read_bytes()) == []


def test_a_table_without_headers_takes_all_columns_in_their_order(
    app: Flask, grants: None, tmp_path: Path
) -> None:
    form = own(tmp_path / "f.xlsx", {"belegliste": "$B$4", "VN_BEWILLIGT": "$A$1"}, {"A6": "Ende"})
    facts, book = filled(app, form, "--grant", town.GRANT)
    sheet = book.active
    assert sheet["B4"].value == "1"
    assert sheet["C4"].value == town.GRANT
    assert sheet[f"A{5 + facts['rows']}"].value == "Ende"
    assert sheet["F4"].is_date
    assert sheet["A1"].value == pytest.approx(float(facts["figures"]["granted"]))


def test_a_name_on_the_header_row_begins_the_table_below_it(app: Flask, grants: None, tmp_path: Path) -> None:
    heads = {"A3": "gezahlt", "B3": "Rechnungssteller/Empfänger", "C3": "Vermerk der Behörde"}
    form = own(tmp_path / "f.xlsx", {"belegliste": "$A$3"}, heads)
    facts, book = filled(app, form, "--grant", town.GRANT)
    rows = list(book.active.iter_rows(min_row=3, values_only=True))
    assert rows[0] == tuple(heads.values())
    assert len(rows) == 1 + facts["rows"]
    assert all(
        isinstance(row[0], int | float) and isinstance(row[1], str) and row[2] is None for row in rows[1:]
    )


def test_a_list_of_the_house_fills_a_form_too(app: Flask, grants: None, tmp_path: Path) -> None:
    form = own(
        tmp_path / "f.xlsx", {"bestandsverzeichnis": "$A$2"}, {"A1": "Inventarnummer", "B1": "Hersteller"}
    )
    facts, book = filled(app, form, name="inventory")
    assert book.active.max_row == facts["rows"] + 1
    assert book.active.max_column == 2


def test_a_form_that_names_nothing_is_refused_and_nothing_is_written(
    app: Flask, grants: None, tmp_path: Path
) -> None:
    form, out = own(tmp_path / "f.xlsx", {"irgendwas": "$A$1"}, {}), tmp_path / "g.xlsx"
    done = run(
        app, "export", "proof-of-use", "--grant", town.GRANT, "--template", str(form), "--out", str(out)
    )
    assert done.exit_code == 2
    assert "vn_bewilligt" in done.output
    assert "belegliste" in done.output
    assert not out.exists()


def test_what_is_no_workbook_is_refused_with_a_sentence(app: Flask, grants: None, tmp_path: Path) -> None:
    form, out = tmp_path / "f.xlsx", tmp_path / "g.xlsx"
    form.write_text("kein Formular")
    done = run(app, "export", "inventory", "--template", str(form), "--out", str(out))
    assert (done.exit_code, out.exists()) == (1, False)
    assert "keine Arbeitsmappe" in done.output
