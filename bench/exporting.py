"""P7 and P8: rows into a workbook, against the libraries that write it cell by cell.

P7: the register of all devices, from the database to the styled workbook, ÷ the same cells through XlsxWriter with
constant memory. P8: 20,000 receipts into an authority's form ÷ openpyxl's load, fill and save; what each of them loses.
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from bench import towns
from bench.measuring import Result, compare, own_cpu
from exports import write as writing
from exports.reports import Choice, get_report
from school_it import access
from school_it.database import db, today
from school_it.workbooks.asked import Put, Rows
from school_it.workbooks.filling import fill

LARGE, RECEIPTS, ROUNDS = 100_000, 20_000, 3
COLUMNS = 20
ALONE = """
import json, re, sys
from pathlib import Path
from bench import exporting, towns
def highest():
    return int(re.search(r"VmHWM:\\s*(\\d+)", Path("/proc/self/status").read_text())[1])
town = towns.of(exporting.LARGE)
with town.app().app_context():
    exporting.warm()
    before = highest()
    if sys.argv[1] == "export":
        exporting.export(Path(sys.argv[2]))
    after = highest()
print(json.dumps([before, after]))
"""


def p7(_most: int) -> Iterator[Result]:
    town = towns.of(LARGE)
    with town.app().app_context(), tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "bestand.xlsx"
        export(out)
        cells = _cells(out)
        yield compare(
            "P7", f"register of {LARGE:,} from the database ÷ XlsxWriter", 0.4,
            lambda: own_cpu(lambda: export(out)),
            lambda: own_cpu(lambda: _by_xlsxwriter(cells, Path(folder) / "other.xlsx")),
            ROUNDS,
        )  # fmt: skip
        idle, most = json.loads(subprocess.check_output([sys.executable, "-c", ALONE, "export", str(out)]))  # noqa: S603  our own text
        note = f"{most / 1024:.0f} ÷ {idle / 1024:.0f} MiB"
        yield Result("P7", "highest memory of the process ÷ before the export", most / idle, 1.3, note)


def warm() -> None:
    """Everything that a first small export loads."""
    session = db.session()
    writing.write(session, get_report("schools"), Choice(on=today()), io.BytesIO(), by=access.house("bench"))
    session.rollback()


def export(out: Path) -> None:
    session = db.session()
    writing.write(session, get_report("inventory"), Choice(on=today()), out, by=access.house("bench"))
    session.rollback()


@cache
def _cells(file: Path) -> list[list[Any]]:
    from python_calamine import CalamineWorkbook

    rows = CalamineWorkbook.from_path(file).get_sheet_by_index(0).to_python()
    return [[None if value == "" else value for value in row] for row in rows]


def _by_xlsxwriter(rows: list[list[Any]], out: Path) -> None:
    """As the house wrote it before: typed calls, a style for each column."""
    from xlsxwriter import Workbook

    book = Workbook(str(out), {"constant_memory": True})
    line = {"bottom": 1, "bottom_color": "#C5CAD3", "valign": "top"}
    text = book.add_format({**line, "num_format": "@", "text_wrap": True})
    euro, day = (
        book.add_format({**line, "num_format": '#,##0.00 "€"'}),
        book.add_format({**line, "num_format": "dd.mm.yyyy"}),
    )
    sheet = book.add_worksheet("Bestandsverzeichnis")
    for row, values in enumerate(rows):
        for column, value in enumerate(values):
            if value is None:
                continue
            if isinstance(value, str):
                sheet.write_string(row, column, value, text)
            elif isinstance(value, date):
                sheet.write_datetime(row, column, value, day)
            else:
                sheet.write_number(row, column, value, euro)
    book.close()


# --- a form ---------------------------------------------------------------------------------------------------


def p8(_most: int) -> Iterator[Result]:
    from tests.workbooks import forms

    form, rows = _form(forms), _receipts()
    yield compare(
        "P8", f"{RECEIPTS:,} receipts into a form ÷ openpyxl", 0.25,
        lambda: own_cpu(lambda: _filled(form, rows)),
        lambda: own_cpu(lambda: _by_openpyxl(form, rows)),
        ROUNDS,
    )  # fmt: skip
    ours, theirs = _filled(form, rows), _by_openpyxl(form, rows)
    lost, others = forms.lost(ours), forms.lost(theirs)
    note = f"openpyxl: {len(others)}"
    yield Result("P8", f"of {len(forms.FEATURES)} features lost", float(len(lost)), 0, note)
    before, after = forms.parts(form), forms.parts(ours)
    same = sum(after.get(name) == content for name, content in before.items())
    yield Result("P8", "parts byte for byte the same", same / len(before), None, f"{same} of {len(before)}")


def _form(forms: Any) -> bytes:
    made: bytes = forms.form(wide=COLUMNS)
    return made


def _receipts() -> list[list[Any]]:
    first = date(2024, 1, 1).toordinal()
    return [
        [f"{n:05}", date.fromordinal(first + n % 700), f"Gegenstand {n % 997}", Decimal(n % 90_000) / 100]
        + [
            f"Angabe {n % 89} {column}" if column % 3 else Decimal(n % 1000)
            for column in range(5, COLUMNS + 1)
        ]
        for n in range(RECEIPTS)
    ]


def _filled(form: bytes, rows: list[list[Any]]) -> bytes:
    out = io.BytesIO()
    columns = [0, 1, 2, 3, *range(5, COLUMNS + 1)]
    cells = [Put("Deckblatt", 3, 1, Decimal("400.50"), "vn_bewilligt")]
    fill(io.BytesIO(form), out, cells=cells, tables=[Rows("Belege", 6, columns, rows)])
    return out.getvalue()


def _by_openpyxl(form: bytes, rows: list[list[Any]]) -> bytes:
    """What one writes with openpyxl: load, the rows below the sample row with its styles, save."""
    import warnings
    from copy import copy

    import openpyxl

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(io.BytesIO(form))
    book["Deckblatt"]["B3"] = 400.5
    sheet = book["Belege"]
    columns = [1, 2, 3, 4, *range(6, COLUMNS + 2)]
    sample: list[Any] = [sheet.cell(6, column) for column in columns]
    styles = [copy(cell._style) for cell in sample]
    sheet.insert_rows(7, len(rows) - 1)
    for place, values in enumerate(rows, start=6):
        for column, style, value in zip(columns, styles, values, strict=True):
            cell: Any = sheet.cell(place, column, value)
            cell._style = style
        sheet.cell(place, 5, f"=D{place}*$G$2")
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
