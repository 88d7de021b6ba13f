"""The command line writes what can be read back, and prints what fits on paper."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from click.testing import Result
from flask import Flask
from flask.testing import FlaskClient
from openpyxl.utils import get_column_letter

from exports.reports import REPORTS
from school_it.access import Actor, Role
from tests.exports import town

READ_BACK = sorted(name for name, report in REPORTS.items() if report.import_kind)


def run(app: Flask, *words: str) -> Result:
    return app.test_cli_runner().invoke(args=list(words))


@pytest.mark.parametrize("name", READ_BACK)
def test_a_report_read_back_unchanged_changes_nothing(
    app: Flask, house: Actor, tmp_path: Path, name: str
) -> None:
    with app.app_context():
        town.build(app, REPORTS[name].import_kind or "", tmp_path, by=house)
    out = tmp_path / "bericht.xlsx"
    grant = ("--grant", town.GRANT) if "grant" in REPORTS[name].needs else ()
    written = run(app, "export", name, "--out", str(out), "--json", *grant)
    assert written.exit_code == 0, written.output
    facts = json.loads(written.stdout)
    back = run(app, "import", REPORTS[name].import_kind or "", str(out), "--dry-run", "--json")
    assert back.exit_code == 0, back.output
    found = json.loads(back.stdout)
    assert (found["new"], found["changed"], found["problem"]) == (0, 0, 0), found
    assert found["same"] == facts["rows"] > 0


def test_the_list_says_what_is_in_each_report_and_what_it_needs(app: Flask) -> None:
    told = run(app, "export", "--list").output
    assert [line.split()[0] for line in told.splitlines()] == list(REPORTS)
    assert "Räume: Räume mit Gebäude, Raumart und Plätzen" in told
    assert "(braucht --grant)" in next(line for line in told.splitlines() if line.startswith("receipts"))


def test_the_register_is_printed_as_far_as_its_prices(app: Flask, house: Actor, tmp_path: Path) -> None:
    """All 23 columns on one page across would be four points high; the sheet holds them, the paper does not."""
    with app.app_context():
        town.build(app, "devices", tmp_path, by=house)
    out = tmp_path / "bestand.xlsx"
    run(app, "export", "inventory", "--out", str(out))
    sheet = openpyxl.load_workbook(out)["Bestandsverzeichnis"]
    headers = [cell.value for cell in sheet[5]]
    last = get_column_letter(headers.index("Preis brutto") + 1)
    assert sheet.print_area == f"'Bestandsverzeichnis'!$A$1:${last}${sheet.max_row}"
    assert "gedruckt bis »Preis brutto«" in str(sheet["A3"].value)


def test_only_the_command_names_the_option_for_what_a_report_lacks(
    app: Flask, sign_in_as: Callable[..., FlaskClient], tmp_path: Path
) -> None:
    lacking = {
        "receipts": ("Bitte eine Zuwendung angeben, mit Kennzeichen oder Aktenzeichen.", "--grant"),
        "dossier": ("Bitte eine Schule angeben, mit ihrer Schulnummer.", "--school"),
    }
    office = sign_in_as(Role.OFFICE)
    for name, (sentence, option) in lacking.items():
        told = run(app, "export", name, "--out", str(tmp_path / "bericht.xlsx"))
        assert (told.exit_code, told.stderr.strip()) == (2, f"{sentence} Die Option dafür ist {option}.")
        answer = office.get(f"/exports/{name}.xlsx")
        assert answer.status_code == 422
        assert sentence in answer.text
        assert option not in answer.text
    assert list(tmp_path.iterdir()) == []
