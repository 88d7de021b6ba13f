"""A programme, a grant and a file that comes in by the real door."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import Result
from flask import Flask

from school_it.kinds import KINDS
from school_it.schools.models import School

Facts = dict[str, Any]
TakeIn = Callable[..., Facts]

PROGRAMME = {
    "Kürzel": "DP_TEST", "Titel": "Digitale Schule (Beispiel)", "Finanzierungsart": "Anteil", "Fördersatz": "80 %",
    "Beginn zählt ab": "Auftrag", "Zweckbindung Jahre": 4, "Zweckbindung ab": "Ende Durchführung",
    "Zweckbindung endet": "Kalenderjahr", "Fördergegenstände": "2.1a, 2.1b, 2.3",
}  # fmt: skip
GRANT = {
    "Kennzeichen": "DT-2024-01", "Programm": "DP_TEST", "Maßnahme": "WLAN und Tablets", "Aktenzeichen": "48.03-17/24",
    "Bescheid vom": "15.02.2024", "Durchführung bis": "30.09.2025", "zuwendungsfähige Ausgaben": "50.000,00",
}  # fmt: skip
RECEIPT = {
    "Beleg-Nr.": "1", "Kennzeichen": "DT-2024-01", "Fördergegenstand": "2.3", "Schulnummer": "115514",
    "Auftrag vom": "01.03.2024", "Rechnungsdatum": "22.04.2024", "Zahlung am": "06.05.2024",
    "Rechnungssteller": "Beispieltechnik GmbH", "Rechnungsnummer": "RE-24-0815", "Gegenstand": "20 Tablets mit Hülle",
    "Anzahl": 20, "Rechnungsbetrag brutto": "9.800,00", "gezahlt": "9.604,00",
}  # fmt: skip


def workbook(path: Path, rows: Sequence[Mapping[str, Any]]) -> Path:
    """A workbook with the headers that the rows use, in their order."""
    headers = list(dict.fromkeys(name for row in rows for name in row))
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(headers)
    for row in rows:
        sheet.append([row.get(name) for name in headers])
        for cell in sheet[sheet.max_row]:
            cell.data_type = "s" if isinstance(cell.value, str) else cell.data_type  # a text stays text
    book.save(path)
    return path


def run(app: Flask, *words: str) -> Result:
    return app.test_cli_runner().invoke(args=list(words))


@pytest.fixture
def take_in(app: Flask, tmp_path: Path) -> TakeIn:
    """Import rows given by German header; gives the JSON with the exit code as `exit`."""

    def take(kind: str, *rows: Mapping[str, Any], more: Sequence[str] = ()) -> Facts:
        assert kind in KINDS
        file = workbook(tmp_path / f"{kind}.xlsx", rows)
        result = run(app, "import", kind, str(file), "--json", *more)
        return {**json.loads(result.stdout), "exit": result.exit_code}

    return take


@pytest.fixture
def programme(take_in: TakeIn) -> Facts:
    facts = take_in("programmes", PROGRAMME)
    assert facts["exit"] == 0, facts
    return facts


@pytest.fixture
def grant(take_in: TakeIn, programme: Facts, school: School) -> Facts:
    """The grant DT-2024-01: 50,000.00 at 80 %, from 15.02.2024 to 30.09.2025."""
    facts = take_in("grants", GRANT)
    assert facts["exit"] == 0, facts
    return facts


def told(facts: Facts) -> list[tuple[int, str | None, str]]:
    """Row, column and sentence of each problem."""
    return [(one["row"], one["column"], one["sentence"]) for one in facts["problems"]]
