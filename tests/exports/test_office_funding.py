"""LibreOffice recalculates the proof of use and the draw-down to the same cents, with no cell in error."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl import Workbook

from tests.exports.test_office import converted
from tests.exports.town import GRANT
from tests.live import Live

pytestmark = pytest.mark.office


def cells(book: Workbook) -> dict[tuple[str, str], Any]:
    return {
        (sheet.title, cell.coordinate): cell.value
        for sheet in book.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    }


def cents(value: Any) -> Any:
    return round(Decimal(str(value)), 2) if isinstance(value, int | float) else value


def without_values(path: Path) -> Path:
    """The same workbook, its formulas without the values stored beside them: whoever shows one has to calculate."""
    book = openpyxl.load_workbook(path)
    bare = path.with_name("bare.xlsx")
    book.save(bare)
    return bare


@pytest.mark.parametrize("name", ["proof-of-use", "drawdown"])
def test_libreoffice_comes_to_the_same_cents(live: Live, tmp_path: Path, name: str) -> None:
    path = tmp_path / "bericht.xlsx"
    done = live.command("export", name, "--grant", GRANT, "--out", str(path))
    assert done.returncode == 0, done.stderr
    formulas = {
        place: value
        for place, value in cells(openpyxl.load_workbook(path)).items()
        if isinstance(value, str) and value.startswith("=")
    }
    stored = cells(openpyxl.load_workbook(path, data_only=True))
    reckoned = cells(openpyxl.load_workbook(converted(without_values(path), "xlsx"), data_only=True))
    assert len(formulas) >= 7
    assert {place: cents(reckoned[place]) for place in formulas} == {
        place: cents(stored[place]) for place in formulas
    }
    assert [place for place, value in reckoned.items() if str(value).startswith(("#", "Err:"))] == []
