"""A blank template of each kind: what it offers, what it says, and that it goes in at the first try once filled."""

from __future__ import annotations

import json
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import Result
from flask import Flask
from flask.testing import FlaskClient
from openpyxl.worksheet.worksheet import Worksheet
from sqlalchemy.orm import Session

from exports import blank, examples
from exports.reports import REPORTS, Report
from school_it import sheets
from school_it.access import Actor, Role
from school_it.database import transaction
from school_it.devices import catalogue
from school_it.kinds import KINDS
from school_it.schools import actions as school_actions
from school_it.schools.models import School
from school_it.sheets import Sheet
from tests.exports import town

BY_KIND = {report.import_kind: report for report in REPORTS.values() if report.import_kind}
FIRST = ("schools", "rooms", "programmes", "grants", "subnets")  # what the others refer to
ORDER = [*FIRST, *sorted(set(town.OURS) - set(FIRST))]
NEEDED, USUAL = "FF8A1538", "FF003087"


@pytest.fixture(autouse=True)
def _categories(session: Session, house: Actor) -> None:
    with transaction() as session:
        catalogue.ensure_categories(session, by=house)


def run(app: Flask, *words: str) -> Result:
    return app.test_cli_runner().invoke(args=list(words))


def template(app: Flask, kind: str, folder: Path) -> Path:
    out = folder / f"{kind}.xlsx"
    done = run(app, "export", BY_KIND[kind].name, "--blank", "--out", str(out), "--json")
    assert done.exit_code == 0, done.output
    facts = json.loads(done.stdout)
    assert (facts["rows"], facts["sheets"]) == (0, [BY_KIND[kind].title, blank.HELP_SHEET])
    return out


def brought(app: Flask, kind: str, file: Path, *words: str) -> dict[str, Any]:
    done = run(app, "import", kind, str(file), "--json", *words)
    found: dict[str, Any] = json.loads(done.stdout)
    assert done.exit_code == 0, found
    return found


def table(file: Path | BytesIO, report: Report) -> Worksheet:
    sheet = openpyxl.load_workbook(file)[report.title]
    assert isinstance(sheet, Worksheet)
    return sheet


def fill(file: Path, sheet: Sheet, report: Report) -> Path:
    """The row of examples from the help sheet, typed as a spreadsheet program would take it."""
    book = openpyxl.load_workbook(file)
    values = {c.field: c.type.read(examples.example_of(sheet, c) or None) for c in sheet.columns}
    (line,) = sheets.lines(sheet, [values])
    for place, value in enumerate(line, start=1):
        if value is not None:
            book[report.title].cell(6, place, value)
    book.save(file)
    return file


def rules(sheet: Worksheet) -> dict[str, Any]:
    """By letter of the column, the rule of its cells in row 6."""
    return {str(one.sqref).partition("6:")[0]: one for one in sheet.data_validations.dataValidation}


def letter(sheet: Worksheet, header: str) -> str:
    return next(cell.column_letter for cell in sheet[5] if cell.value == header)


def test_every_kind_that_people_fill_in_has_a_template() -> None:
    assert BY_KIND.keys() == KINDS.keys() - town.FROM_ELSEWHERE


@pytest.mark.parametrize("kind", town.OURS)
def test_an_empty_template_brings_nothing_and_no_fault(app: Flask, tmp_path: Path, kind: str) -> None:
    found = brought(app, kind, template(app, kind, tmp_path), "--dry-run")
    assert (found["rows"], found["problem"], found["left_out"]) == (0, 0, [])
    assert found["sheet"] == BY_KIND[kind].title
    assert all(column["field"] for column in found["columns"])


def test_filled_with_its_own_examples_each_goes_in_at_the_first_try(
    app: Flask, session: Session, tmp_path: Path
) -> None:
    for kind in ORDER:
        sheet = KINDS[kind].sheet(session)
        file = fill(template(app, kind, tmp_path), sheet, BY_KIND[kind])
        found = brought(app, kind, file)
        assert (found["new"], found["problem"], found["rows"]) == (1, 0, 1), found
        again = brought(app, kind, file, "--dry-run")
        assert (again["new"], again["changed"], again["same"]) == (0, 0, 1), again


@pytest.mark.parametrize("kind", town.OURS)
def test_it_is_the_export_of_an_empty_list(app: Flask, session: Session, tmp_path: Path, kind: str) -> None:
    sheet = table(template(app, kind, tmp_path), BY_KIND[kind])
    columns = KINDS[kind].sheet(session).columns
    assert [cell.value for cell in sheet[5]] == [column.header for column in columns]
    assert (sheet.max_row, sheet.freeze_panes, sheet.print_title_rows) == (5, "A6", "$5:$5")
    assert (sheet.page_setup.paperSize, sheet.page_setup.fitToHeight) == (9, 0)
    formats = {"euro": '#,##0.00 "€"', "date": "dd.mm.yyyy", "code": "@", "word": "@", "text": "@"}
    for column, cell in zip(columns, sheet[5], strict=True):
        if wanted := formats.get(column.type.name):
            dimensions = sheet.column_dimensions.values()
            (found,) = [one for one in dimensions if one.min <= cell.column <= one.max]
            assert found.number_format == wanted


@pytest.mark.parametrize("kind", town.OURS)
def test_needed_columns_stand_out_and_every_column_says_what_belongs_there(
    app: Flask, session: Session, tmp_path: Path, kind: str
) -> None:
    sheet = table(template(app, kind, tmp_path), BY_KIND[kind])
    of_kind = KINDS[kind].sheet(session)
    said = rules(sheet)
    for column, cell in zip(of_kind.columns, sheet[5], strict=True):
        is_needed = column.field in blank.needed(of_kind)
        assert cell.fill.fgColor.rgb == (NEEDED if is_needed else USUAL), column.header
        rule = said[cell.column_letter]
        assert rule.promptTitle == column.header[:32]
        assert rule.prompt.startswith("Nötig.") == is_needed
        words = tuple(dict.fromkeys(column.type.words.values()))
        if column.type.name == "word":
            assert (rule.type, rule.errorStyle or "stop") == ("list", "stop")
            if not rule.formula1.startswith("Listen!"):
                assert rule.formula1 == f'"{",".join(words)}"'


@pytest.mark.parametrize("kind", town.OURS)
def test_its_help_names_every_column_and_reads_its_own_examples(
    app: Flask, session: Session, tmp_path: Path, kind: str
) -> None:
    book = openpyxl.load_workbook(template(app, kind, tmp_path))
    of_kind = KINDS[kind].sheet(session)
    rows = list(book[blank.HELP_SHEET].iter_rows(min_row=6, values_only=True))
    assert [row[0] for row in rows] == [column.header for column in of_kind.columns]
    for (_header, how, read, example), column in zip(rows, of_kind.columns, strict=True):
        assert read
        assert (how == "ja") == (column.field in blank.needed(of_kind))
        if example or how == "ja":
            assert column.type.read(example) is not None, column.header


def test_what_the_town_has_is_offered(
    app: Flask, session: Session, house: Actor, school: School, tmp_path: Path
) -> None:
    with transaction() as session:
        for number in range(120):
            school_actions.add_room(session, session.merge(school), {"room": f"{number:03}"}, by=house)
    file = template(app, "devices", tmp_path)
    sheet = table(file, BY_KIND["devices"])
    said = rules(sheet)
    assert said[letter(sheet, "Schulnummer")].formula1 == '"115514"'
    room = said[letter(sheet, "Raum")]
    assert (room.formula1, room.showErrorMessage) == ("Listen!$A$2:$A$121", False)
    lists = openpyxl.load_workbook(file)["Listen"]
    assert (lists.sheet_state, lists["A2"].value, lists["A121"].value) == ("hidden", "000", "119")


def test_a_coordinator_is_offered_her_own_school(
    sign_in_as: Callable[..., FlaskClient], school: School, other_school: School
) -> None:
    answer = sign_in_as(Role.COORDINATOR, school).get("/exports/inventory/template.xlsx")
    sheet = table(BytesIO(answer.data), REPORTS["inventory"])
    assert rules(sheet)[letter(sheet, "Schulnummer")].formula1 == f'"{school.school_number}"'


def test_a_real_export_offers_the_same_words_without_prompts(
    app: Flask, school: School, tmp_path: Path
) -> None:
    out = tmp_path / "schulen.xlsx"
    run(app, "export", "schools", "--out", str(out))
    book = openpyxl.load_workbook(out)
    assert book.sheetnames == ["Schulen"]
    said = rules(book["Schulen"])
    words = said[letter(book["Schulen"], "Schulform")]
    assert (words.type, words.prompt, str(words.sqref)) == ("list", None, "C6:C206")
    assert said.keys() == {letter(book["Schulen"], name) for name in ("Schulform", "Support gesichert")}


def test_a_report_that_is_not_read_back_has_no_template(app: Flask, tmp_path: Path) -> None:
    done = run(app, "export", "devices", "--blank", "--out", str(tmp_path / "x.xlsx"))
    assert (done.exit_code, "keine Vorlage" in done.output) == (2, True)
    assert list(tmp_path.iterdir()) == []


def test_the_page_of_reports_hands_them_out(sign_in_as: Callable[..., FlaskClient], school: School) -> None:
    browser = sign_in_as(Role.COORDINATOR, school)
    assert "/exports/inventory/template.xlsx" in browser.get("/exports").get_data(as_text=True)
    answer = browser.get("/exports/inventory/template.xlsx")
    assert answer.headers["Content-Disposition"] == "attachment; filename=Vorlage-Bestandsverzeichnis.xlsx"
    assert table(BytesIO(answer.data), REPORTS["inventory"])["A5"].value == "Inventarnummer"
    assert browser.get("/exports/devices/template.xlsx").status_code == 404
    assert browser.get("/exports/nothing/template.xlsx").status_code == 404
