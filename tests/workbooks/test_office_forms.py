"""A real office program opens a filled form: every formula comes to what it should, also below the rows."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from tests.exports.test_office import converted
from tests.workbooks import forms
from tests.workbooks.test_filling_a_form import LEFT_EMPTY, filled

pytestmark = [
    pytest.mark.office,
    pytest.mark.filterwarnings("ignore:.*extension is not supported:UserWarning"),
]


@pytest.mark.parametrize(("prepared", "count"), [(1, 50), (20, 12), (20, 2000)])
def test_libreoffice_reckons_a_filled_form(tmp_path: Path, prepared: int, count: int) -> None:
    path = tmp_path / "formular.xlsx"
    notes = [LEFT_EMPTY] if prepared > count else []
    path.write_bytes(filled(forms.form(prepared=prepared, office_parts=False), count, notes=notes))
    book = openpyxl.load_workbook(converted(path, "xlsx"), data_only=True)
    sheet, cover = book["Belege"], book["Deckblatt"]
    total = sum(n / 100 + 1 for n in range(1, count + 1))
    last = 5 + max(prepared, count)
    assert sheet[f"A{last + 1}"].value == "Summe"
    assert sheet[f"D{last + 1}"].value == pytest.approx(total, abs=0.001)
    assert sheet[f"E{last + 1}"].value == pytest.approx(total * 1.19, abs=0.001)
    assert sheet[f"F{last + 1}"].value == pytest.approx(total * 2 + 2, abs=0.001)
    assert sheet[f"F{last + 2}"].value == pytest.approx(total, abs=0.001)
    assert sheet[f"H{last + 2}"].value == pytest.approx(total * 2.19, abs=0.001)
    assert cover["B5"].value == pytest.approx(400.5 - total, abs=0.001)
    values = [cell.value for one in book for row in one.iter_rows() for cell in row]
    assert [value for value in values if str(value).startswith(("#", "Err:"))] == []
