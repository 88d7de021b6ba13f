"""Out as a workbook and in again; the command that exports one grant's receipts; taking an import back."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from school_it.access import Role
from school_it.funding.models import Decision, Grant, Programme, Receipt
from tests.funding.conftest import GRANT, PROGRAMME, RECEIPT, Facts, TakeIn, run

SECOND = {**GRANT, "Aktenzeichen": "48.03-18/24", "bewilligte Zuwendung": "39.999,99", "Maßnahme": None}
ODD = {
    **RECEIPT, "Beleg-Nr.": "007", "Rechnungsnummer": "=1+1", "Bemerkung": "Zeile 1\nZeile 2", "gezahlt": "0,07",
    "Rechnungsbetrag brutto": "0,07", "Rechnung gesamt gezahlt": "0,07", "sonst nicht förderfähig": "0,01",
}  # fmt: skip


@pytest.fixture
def book(take_in: TakeIn, grant: Facts) -> None:
    draft = {
        "Kürzel": "ENTWURF", "Titel": "=Entwurf", "Status": "Entwurf", "Fördersatz": "66,67 %", "Budget": "900.000,00",
        "Deckel Anteil": "25 %", "Deckel Fördergegenstände": "2.3", "nicht förderfähig": "Wartung, Support",
        "gültig ab": "01.01.2026", "Höchstbetrag gilt für": "Ausgaben", "Höchstbetrag je Gerät": "500",
    }  # fmt: skip
    assert take_in("programmes", draft)["exit"] == 0
    assert take_in("grants", SECOND)["exit"] == 0
    assert take_in("receipts", RECEIPT, ODD)["exit"] == 0


def exported(app: Flask, name: str, out: Path, *options: str) -> Facts:
    result = run(app, "export", name, "--out", str(out), "--json", *options)
    return {**json.loads(result.stdout), "exit": result.exit_code}


OPTIONS = {"programmes": (), "grants": (), "receipts": ("--grant", "DT-2024-01")}


@pytest.mark.parametrize("kind", OPTIONS)
@pytest.mark.usefixtures("book")
def test_what_goes_out_comes_back_unchanged(app: Flask, tmp_path: Path, kind: str) -> None:
    out = tmp_path / "aus.xlsx"
    facts = exported(app, kind, out, *OPTIONS[kind])
    assert (facts["exit"], facts["rows"]) == (0, 2)
    back = json.loads(run(app, "import", kind, str(out), "--dry-run", "--json").stdout)
    assert (back["new"], back["changed"], back["problem"], back["same"]) == (0, 0, 0, 2), back["problems"]
    left_open = [header["header"] for header in back["columns"] if header["field"] is None]
    assert left_open == (["Herkunft", *left_open[1:]] if kind == "receipts" else [])  # told, never read back


@pytest.mark.usefixtures("book")
def test_one_edited_cell_is_one_change(app: Flask, tmp_path: Path) -> None:
    out = tmp_path / "aus.xlsx"
    exported(app, "receipts", out, "--grant", "DT-2024-01")
    workbook = openpyxl.load_workbook(out)
    sheet = workbook["Belegliste"]
    headers = [cell.value for cell in sheet[5]]
    sheet.cell(6, headers.index("Gegenstand") + 1).value = "21 Tablets"
    workbook.save(out)
    back = json.loads(run(app, "import", "receipts", str(out), "--json").stdout)
    assert (back["changed"], back["same"], back["problem"]) == (1, 1, 0)


@pytest.mark.usefixtures("book")
def test_the_list_of_receipts_has_its_sums_and_its_figures(app: Flask, tmp_path: Path) -> None:
    out = tmp_path / "belege.xlsx"
    facts = exported(app, "receipts", out, "--grant", "48.03-18/24")
    assert facts["sheets"] == ["Belegliste"]
    assert facts["figures"] == {
        "eligible_planned": "100000.00", "granted": "79999.99", "third_party": "0.00", "drawn": "0.00",
        "paid_total": "9604.07", "eligible_actual": "9604.06", "earmark_end": "2029-12-31",
        "own_share_planned": "20000.01", "grant_final": "7683.25", "own_share_actual": "1920.82",
        "still_due": "7683.25", "repay": "0.00",
    }  # fmt: skip
    sheet = openpyxl.load_workbook(out, data_only=True)["Belegliste"]
    headers = [cell.value for cell in sheet[5]]
    last = [cell.value for cell in sheet[sheet.max_row]]
    assert str(last[0]).startswith("Summe")
    assert last[headers.index("gezahlt")] == pytest.approx(9604.07)
    assert last[headers.index("zuwendungsfähig")] == pytest.approx(9604.06)
    assert "DT-2024-01" in " ".join(str(sheet.cell(row, 1).value) for row in (2, 3))


@pytest.mark.usefixtures("book")
def test_without_a_grant_or_with_one_that_is_not_there_nothing_is_written(
    app: Flask, tmp_path: Path, take_in: TakeIn
) -> None:
    out = tmp_path / "belege.xlsx"
    assert "--grant" in exported(app, "receipts", out)["error"]
    assert "gibt es hier nicht" in exported(app, "receipts", out, "--grant", "DT-9")["error"]
    take_in("grants", {**GRANT, "Kennzeichen": "DT-2024-02"})
    assert "DT-2024-01, DT-2024-02" in exported(app, "receipts", out, "--grant", "48.03-17/24")["error"]
    assert not out.exists()


@pytest.mark.usefixtures("book")
def test_the_page_gives_the_same_workbook_to_those_who_may(
    app: Flask, sign_in_as: Callable[..., FlaskClient], school: Any
) -> None:
    address = "/exports/receipts.xlsx?grant=DT-2024-01"
    assert sign_in_as(Role.AUDITOR).get(address).status_code == 200
    assert sign_in_as(Role.OFFICE).get("/exports/receipts.xlsx").status_code == 422
    assert sign_in_as(Role.COORDINATOR, school).get(address).status_code == 404


def counted(session: Session) -> tuple[int, ...]:
    session.rollback()
    return tuple(
        session.scalar(select(func.count()).select_from(model)) or 0
        for model in (Programme, Grant, Decision, Receipt)
    )


def taken_back(app: Flask, batch: int) -> Facts:
    result = run(app, "undo", str(batch), "--json")
    return {**json.loads(result.stdout), "exit": result.exit_code}


def test_all_imports_taken_back_in_reverse_leave_nothing(
    app: Flask, session: Session, take_in: TakeIn, school: Any
) -> None:
    kinds = (("programmes", PROGRAMME), ("grants", GRANT), ("grants", SECOND), ("receipts", RECEIPT))
    batches = [take_in(kind, row)["batch"] for kind, row in kinds]
    assert counted(session) == (1, 1, 2, 1)
    for batch in reversed(batches):
        facts = taken_back(app, batch)
        assert (facts["exit"], facts["conflict"]) == (0, 0), facts
    assert counted(session) == (0, 0, 0, 0)


def test_changes_go_back_to_the_cent_with_what_was_computed_of_them(
    app: Flask, session: Session, take_in: TakeIn, grant: Facts
) -> None:
    take_in("receipts", RECEIPT)

    def picture() -> list[Any]:
        session.rollback()
        tables = (Programme, Grant, Decision, Receipt)
        rows = [session.execute(select(table.__table__)).mappings().all() for table in tables]
        return [[{name: one[name] for name in one if name != "version"} for one in of] for of in rows]

    before = picture()
    changes = [
        take_in("programmes", {**PROGRAMME, "Fördersatz": "66,67 %", "Fördergegenstände": "2.3"}),
        take_in("grants", {**GRANT, "zuwendungsfähige Ausgaben": "60.000,01", "Fördersatz": "90 %"}),
        take_in("receipts", {**RECEIPT, "gezahlt": "9.000,01", "Schulnummer": "115514"}),
    ]
    assert [one["changed"] for one in changes] == [1, 1, 1], changes
    assert picture() != before
    for one in reversed(changes):
        assert taken_back(app, one["batch"])["exit"] == 0
    assert picture() == before


def test_a_grant_that_has_receipts_since_is_not_taken_away(
    app: Flask, session: Session, take_in: TakeIn, programme: Facts, school: Any
) -> None:
    batch = take_in("grants", GRANT)["batch"]
    take_in("receipts", RECEIPT)
    facts = taken_back(app, batch)
    assert facts["conflict"] >= 1, facts
    assert counted(session)[3] == 1
    assert session.scalars(select(Grant)).one().reference == "DT-2024-01"
