"""What goes out comes back in unchanged: 0 new, 0 changed, 0 problems, for every report that can be read back."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from click.testing import Result
from flask import Flask
from openpyxl.utils import get_column_letter
from sqlalchemy import select
from sqlalchemy.orm import Session

from exports.reports import REPORTS
from school_it.access import Actor
from school_it.database import transaction
from school_it.demo import town
from school_it.devices import actions as device_actions
from school_it.devices.models import Device
from school_it.schools import actions, queries

READ_BACK = sorted(name for name, report in REPORTS.items() if report.import_kind)


@pytest.fixture
def small_town(session: Session, house: Actor) -> None:
    """The demo town, and what gives writers trouble: formulas as text, leading zeros, line ends, amounts in cents."""
    town.build(town.Size(schools=3, devices=120, people=240), by=house)
    with transaction() as session:
        here = queries.schools(session, seen_by=house)[0]
        actions.add_room(
            session, here, {"room": "007", "name": "=1+1", "remark": "Zeile 1\nZeile 2"}, by=house
        )
        actions.record_figures(session, here, 2020, {"pupils": 100}, grade="01", by=house)
        actions.change_school(
            session, here, {"postcode": "01234", "use_concept_date": date(2023, 11, 14)}, by=house
        )
        device = session.scalars(select(Device).where(Device.school_id == here.id)).first()
        assert device is not None
        odd = {
            "serial_number": "000123E4",
            "remark": "=SUMME(A1)",
            "invoice_no": "@0815",
            "price_gross": Decimal("0.07"),
        }
        device_actions.change_device(session, device, odd, by=house)


def run(app: Flask, *words: str) -> Result:
    return app.test_cli_runner().invoke(args=list(words))


@pytest.mark.parametrize("name", READ_BACK)
@pytest.mark.usefixtures("small_town")
def test_an_export_read_back_unchanged_changes_nothing(app: Flask, tmp_path: Path, name: str) -> None:
    out = tmp_path / "bericht.xlsx"
    written = run(app, "export", name, "--out", str(out), "--json")
    assert written.exit_code == 0, written.output
    facts = json.loads(written.stdout)
    back = run(app, "import", REPORTS[name].import_kind or "", str(out), "--dry-run", "--json")
    assert back.exit_code == 0, back.output
    found = json.loads(back.stdout)
    assert (found["new"], found["changed"], found["problem"]) == (0, 0, 0), found
    assert found["same"] == facts["rows"] > 0


@pytest.mark.usefixtures("small_town")
def test_the_register_is_printed_as_far_as_its_prices(app: Flask, tmp_path: Path) -> None:
    """All 23 columns on one page across would be four points high; the sheet holds them, the paper does not."""
    out = tmp_path / "bestand.xlsx"
    run(app, "export", "inventory", "--out", str(out))
    sheet = openpyxl.load_workbook(out)["Bestandsverzeichnis"]
    headers = [cell.value for cell in sheet[5]]
    last = get_column_letter(headers.index("Preis brutto") + 1)
    assert sheet.print_area == f"'Bestandsverzeichnis'!$A$1:${last}${sheet.max_row}"
    assert "gedruckt bis »Preis brutto«" in str(sheet["A3"].value)
