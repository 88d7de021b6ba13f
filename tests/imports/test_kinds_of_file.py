"""The same list in every kind of file that schools send: what is read of it, and what is said beside it."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from imports import workbook
from imports.workbook import Limits
from school_it import sheets
from school_it.cells import Fault, Shown
from school_it.sheets import Reading, Table
from tests.files import ods as made_ods
from tests.files.awkward import DEVICES, HEADERS, device, inventory
from tests.files.awkward import workbook as build
from tests.files.ods import ods
from tests.files.xls import Formatted, xls

LIST = [
    ["Inventarliste der Schule"],
    [],
    HEADERS,
    ["Raum 101"],
    device("A-1", price_net=10.5, acquired_on=date(2024, 2, 29), remark="ä€ß"),
    device("A-2", price_net="1.299,00 €", acquired_on="1.3.24"),
    ["Summe", None, None, None, None, None, 1309.5],
]


def as_xlsx(path: Path, sheets: dict[str, Any]) -> Path:
    return build(path, sheets, hidden=["Alt"])


def as_xlsm(path: Path, sheets: dict[str, Any]) -> Path:
    """With a macro, which nobody looks at."""
    build(path, sheets, hidden=["Alt"])
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b'Sub Auto_Open(): Kill "C:\\*.*": End Sub')
    return path


def as_xls(path: Path, sheets: dict[str, Any]) -> Path:
    return xls(path, sheets, hidden=["Alt"])


def as_ods(path: Path, sheets: dict[str, Any]) -> Path:
    return ods(path, sheets, hidden=["Alt"])


EVERY_KIND = [as_xlsx, as_xlsm, as_xls, as_ods]


def read(path: Path, **asked: Any) -> tuple[Table, Reading]:
    table = workbook.read(path, DEVICES, **asked)
    return table, sheets.read(DEVICES, table)


@pytest.mark.parametrize("kind", EVERY_KIND)
@pytest.mark.parametrize("name", ["liste.xlsx", "liste.ods", "liste.csv", "liste"])
def test_a_list_reads_the_same_whatever_kind_of_file_it_is_and_however_it_is_called(
    kind: Callable[..., Path], name: str, tmp_path: Path
) -> None:
    sheets_in_it = {"Deckblatt": [["Stadt"]], "Geräte": LIST, "Alt": [HEADERS, device("alt")]}
    table, reading = read(kind(tmp_path / name, sheets_in_it))
    assert (table.sheet, table.header_row, table.passed_over) == ("Geräte", 3, (4, 7))
    assert (table.other_sheets, table.hidden_sheets) == (("Deckblatt",), ("Alt",))
    assert [(row.number, row.values["asset_tag"], row.values["acquired_on"]) for row in reading.rows] == [
        (5, "A-1", date(2024, 2, 29)),
        (6, "A-2", date(2024, 3, 1)),
    ]
    assert reading.sums["price_net"] == Decimal("1309.50")
    assert reading.rows[0].values["remark"] == "ä€ß"


def test_an_old_workbook_of_the_1904_calendar_has_the_same_dates(tmp_path: Path) -> None:
    list_ = [HEADERS, device("1", acquired_on=date(2024, 2, 29))]
    _table, reading = read(xls(tmp_path / "alt.xls", {"Mac": list_}, is_1904=True))
    assert reading.rows[0].values["acquired_on"] == date(2024, 2, 29)


# --- what a cell shows and what is wrong with it -------------------------------------------------------------


def xlsx_with_a_format(path: Path) -> Path:
    inventory(path, [device(4711), device("2", price_net="#REF!")])
    book = load_workbook(path)
    assert book.active is not None
    book.active["A2"].number_format = "000000"
    book.save(path)
    return path


def xls_with_a_format(path: Path) -> Path:
    return xls(path, {"A": [HEADERS, device(Formatted(4711)), device("2", price_net="#REF!")]})


def ods_with_a_format(path: Path) -> Path:
    shown, broken = made_ods.number(4711, "004711"), made_ods.error("#BEZUG!")
    return ods(path, {"A": [HEADERS, device(shown), device("2", price_net=broken)]})


@pytest.mark.parametrize("kind", [xlsx_with_a_format, xls_with_a_format, ods_with_a_format])
def test_leading_zeros_come_back_where_the_format_shows_them_and_an_error_is_a_problem(
    kind: Callable[[Path], Path], tmp_path: Path
) -> None:
    table, reading = read(kind(tmp_path / "liste.xlsx"))
    assert table.rows[1][1][6] is Fault.REFERENCE
    assert [row.values["asset_tag"] for row in reading.rows] == ["004711"]
    assert [(one.row, one.column, one.value) for one in reading.problems] == [(3, "Preis netto", "#BEZUG!")]


def test_a_formula_that_no_program_has_calculated_is_a_problem_in_an_ods_too(tmp_path: Path) -> None:
    rows = [
        HEADERS,
        device("1", price_net=made_ods.formula("of:=5+5")),
        device("2", price_net=made_ods.formula("of:=5+5", 10)),
        [None] * 6 + [made_ods.formula("of:=SUM([.G2:.G3])"), made_ods.formula("of:=SUM([.H2:.H3])")],
    ]
    table, reading = read(ods(tmp_path / "liste.ods", {"A": rows}))
    assert "Formel ohne berechneten Wert" in str(reading.problems[0].sentence)
    assert (len(reading.problems), [row.number for row in reading.rows], table.passed_over) == (1, [3], (4,))


def test_a_number_too_wide_for_its_column_keeps_its_digits(tmp_path: Path) -> None:
    rows = [
        HEADERS,
        device(made_ods.number(123456789012, "###")),
        device(made_ods.number(123456789013, "1,23E+11")),
        device(made_ods.number(1234567890123456, "1,23E+15")),
    ]
    _table, reading = read(ods(tmp_path / "liste.ods", {"A": rows}))
    assert [row.values["asset_tag"] for row in reading.rows] == ["123456789012", "123456789013"]
    assert "Stellen verloren gegangen" in str(reading.problems[0].sentence)


def test_a_percentage_in_an_ods_is_seen_by_what_it_shows(tmp_path: Path) -> None:
    rows = [HEADERS, device("1", remark=made_ods.number(0.5, "50 %"))]
    table, _reading = read(ods(tmp_path / "liste.ods", {"A": rows}))
    raw = table.rows[0][1][8]
    assert isinstance(raw, Shown)
    assert raw.text == "50 %"


@pytest.mark.parametrize("text", ["#NV", "#N/A", "#BEZUG!", "#REF!", "#DIV/0!", "#WERT!", "########"])
def test_what_was_saved_as_it_was_shown_is_a_problem_and_no_serial_number(text: str, tmp_path: Path) -> None:
    file = tmp_path / "liste.csv"
    file.write_text(f"Inventarnummer;Seriennummer;Geräteart;Schulnummer\n1;{text};Tablet;186922\n", "utf-8")
    _table, reading = read(file)
    assert [(one.row, one.column) for one in reading.problems] == [(2, "Seriennummer")]


# --- hidden rows and sheets -----------------------------------------------------------------------------------


def test_hidden_rows_are_data_and_are_counted(tmp_path: Path) -> None:
    file = inventory(tmp_path / "liste.xlsx", [device(str(number)) for number in range(6)])
    book = load_workbook(file)
    assert book.active is not None
    for row in (1, 3, 4, 20):
        book.active.row_dimensions[row].hidden = True
    book.save(file)
    table, reading = read(file)
    assert (len(reading.rows), table.hidden_rows) == (6, 2)

    rows = [HEADERS, device("1"), device("2"), ["Raum 7"], device("3")]
    table, reading = read(ods(tmp_path / "liste.ods", {"A": rows}, hidden_rows=[3, 4]))
    assert (len(reading.rows), table.hidden_rows) == (3, 1)


def test_the_sheets_that_were_not_read_are_named(tmp_path: Path) -> None:
    file = build(
        tmp_path / "liste.xlsx",
        {
            "Neu": [HEADERS, device("1")],
            "Leer": [],
            "Preise": [["Tablet", 5]],
            "Alt": [HEADERS],
            "Ganz alt": [["x"]],
        },
        hidden=["Alt", "Ganz alt"],
    )
    book = load_workbook(file)
    book["Ganz alt"].sheet_state = "veryHidden"
    book.save(file)
    table, _reading = read(file)
    assert (table.sheet, table.other_sheets, table.hidden_sheets) == ("Neu", ("Preise",), ("Alt", "Ganz alt"))
    assert read(file, sheet_name="alt")[0].hidden_sheets == ("Ganz alt",)


# --- long sheets ------------------------------------------------------------------------------------------------


def test_the_marks_of_a_long_sheet_stand_in_their_rows(tmp_path: Path) -> None:
    file = tmp_path / "lang.xlsx"
    rows = [device(number, price_net="=1+1" if number % 1000 == 0 else 1.5) for number in range(2, 9002)]
    inventory(file, rows)
    book = load_workbook(file)
    assert book.active is not None
    for row in range(2, 9002, 500):
        book.active.cell(row, 1).number_format = "000000"
    book.save(file)
    table = workbook.read(file, DEVICES, limits=Limits(memory_bytes=2**30))
    assert {number for number, raws in table.rows if raws[6] is Fault.NOT_CALCULATED} == set(
        range(1000, 9001, 1000)
    )
    assert {number for number, raws in table.rows if isinstance(raws[0], Shown)} == set(range(2, 9002, 500))
