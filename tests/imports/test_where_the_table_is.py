"""Blocks, groups, headings in odd places, and no headings at all: the table is found, and nothing of it is lost."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from imports import workbook
from school_it import sheets
from school_it.errors import CannotRead
from school_it.network.sheet import OUTLETS
from school_it.sheets import Table
from tests.files.awkward import DEVICES, HEADERS, device, fill
from tests.files.awkward import workbook as build

LETTERS = {"Spalte A": "asset_tag", "Spalte B": "category", "Spalte C": "school_number"}


def read(path: Path, **asked: Any) -> Table:
    return workbook.read(path, DEVICES, **asked)


def tags(table: Table, mapping: dict[str, str | None] | None = None) -> list[Any]:
    return [row.values.get("asset_tag") for row in sheets.read(DEVICES, table, mapping).rows]


def on_one_sheet(path: Path, *rows: list[Any]) -> Path:
    return build(path, {"Tabelle1": rows})


def text(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines), "utf-8")
    return path


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "liste.xlsx"


@pytest.fixture
def csv(tmp_path: Path) -> Path:
    return tmp_path / "liste.csv"


# --- several blocks ---------------------------------------------------------------------------------------------


def test_a_second_block_below_with_the_same_headers_belongs_to_the_table(file: Path) -> None:
    table = read(
        on_one_sheet(
            file,
            ["Grundschule Am Beispielweg"],  # 1
            HEADERS,  # 2
            device("1"),  # 3
            ["Summe", None, None, None, None, None, 0],  # 4
            [],  # 5
            ["Gesamtschule Beispielstadt"],  # 6
            [f"{header}:" for header in HEADERS],  # 7
            device("2"),  # 8
            device("3"),  # 9
        )
    )
    assert (tags(table), table.passed_over) == (["1", "2", "3"], (4, 5, 6, 7))


def test_a_header_of_two_lines_may_be_repeated(file: Path) -> None:
    upper = ["Inventarnummer", "Geräteart", "Schulnummer", "Preis", None]
    lower = [None, None, None, "netto", "brutto"]
    table = read(
        on_one_sheet(
            file, upper, lower, ["1", "Tablet", "186922", 1, 2], upper, lower, ["2", "Tablet", "186922"]
        )
    )
    assert (tags(table), table.passed_over) == (["1", "2"], (4, 5))


def test_of_blocks_side_by_side_the_known_one_is_read(file: Path) -> None:
    side = [
        ["Hersteller", "Telefon", "Bemerkung"],
        ["Nordlicht", "0211", "x"],
        ["Tannwerk", "0221", "y"],
        ["Z", "1", "z"],
    ]
    rows = [
        [*line, None, None, *more]
        for line, more in zip([HEADERS, device("1"), device("2"), [None] * 9], side, strict=True)
    ]
    table = read(on_one_sheet(file, *rows))
    assert (tags(table), list(table.headers), table.passed_over) == (["1", "2"], HEADERS, (4,))


def test_a_blank_column_within_a_table_does_not_cut_it(file: Path) -> None:
    rows = [[*line[:3], None, *line[3:]] for line in (HEADERS, device("1", remark="x"))]
    table = read(on_one_sheet(file, *rows))
    assert list(table.headers) == HEADERS
    assert sheets.read(DEVICES, table).rows[0].values["remark"] == "x"


def test_two_tables_of_the_same_kind_side_by_side_are_refused_and_none_is_lost_silently(file: Path) -> None:
    on_one_sheet(file, [*HEADERS, None, *HEADERS], [*device("1"), None, *device("2")])
    with pytest.raises(CannotRead, match="zwei Tabellen nebeneinander"):
        read(file)


def test_a_merged_header_and_merged_groups_are_read(file: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    fill(
        sheet,
        [["Geräte der Schule", *[None] * 8], HEADERS, ["Raum 101"], device("1"), ["Raum 102"], device("2")],
    )
    sheet.merge_cells("A1:I1")
    sheet.merge_cells("A3:I3")
    sheet.merge_cells("A5:I5")
    book.save(file)
    table = read(file)
    assert (tags(table), table.passed_over) == (["1", "2"], (3, 5))


def test_a_cell_over_several_rows_holds_for_each_but_an_amount_is_meant_once(file: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    together = {"school_number": None, "price_gross": None}
    fill(
        sheet,
        [
            HEADERS,
            device("1", price_gross=30),
            device("2", **together),
            [],
            device("3", **together),
            device("4"),
        ],
    )
    school, price = (HEADERS.index(name) + 1 for name in ("Schulnummer", "Preis brutto"))
    for column in (school, price):
        sheet.merge_cells(start_row=2, end_row=5, start_column=column, end_column=column)
    book.save(file)
    table = read(file)
    assert [(number, row[4], row[7]) for number, row in table.rows] == [
        (2, "186922", 30.0), (3, "186922", None), (5, "186922", None), (6, "186922", None),
    ]  # fmt: skip


def test_an_electricians_two_lines_are_read_where_the_upper_one_says_it(file: Path) -> None:
    """»Dose« over »Bez.«, »Verteiler« over three columns, a room over its outlets: as the measuring sheet has it."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    fill(
        sheet,
        [
            ["Messprotokoll"],
            ["Raum", "Dose", "Verteiler", None, None, "Aktiv", None, "VLAN"],
            [None, "Bez.", "Schrank", "Feld", "Port", "Switch", "Port"],
            ["1.07", "D 1.07/1", "EV1", "PF1", 1, "SW-1", 1, 20],
            [None, "D 1.07/2", "EV1", "PF1", 2, "SW-1", 2, 20],
        ],
    )
    for cells in ("C2:E2", "F2:G2", "A2:A3", "H2:H3", "A4:A5"):
        sheet.merge_cells(cells)
    book.save(file)
    table = workbook.read(file, OUTLETS)
    assert sheets.match(OUTLETS, table.headers) == [
        "room", "outlet", "rack", "panel", "panel_port", "switch", "switch_port", "vlan",
    ]  # fmt: skip
    assert [row[:3] for _number, row in table.rows] == [
        ["1.07", "D 1.07/1", "EV1"],
        ["1.07", "D 1.07/2", "EV1"],
    ]


def test_the_first_row_of_data_is_no_second_line_of_a_header(file: Path) -> None:
    rows = [["Geräteart", "Raum", "Dose"], ["Switch", "1.01", "A"], ["Switch", "1.02", "B"]]
    table = workbook.read(on_one_sheet(file, *rows), OUTLETS)
    assert (table.header_row, len(table.rows)) == (1, 2)


def test_the_last_row_may_be_a_total_without_a_value(file: Path) -> None:
    table = read(on_one_sheet(file, HEADERS, device("1"), [], [None] * 6 + ["=SUM(G2:G2)"]))
    assert (tags(table), table.passed_over) == (["1"], (3, 4))


# --- without headers --------------------------------------------------------------------------------------------


def test_a_table_without_headers_has_the_letters_of_its_columns(file: Path) -> None:
    book = Workbook()
    fill(book.active, [["A-1", "Tablet", "186922"], ["A-2", "Tablet", "186922"]], row=3, column=2)
    book.save(file)
    table = read(file, headerless=True)
    assert (table.header_row, table.headers, table.places) == (
        0,
        ("Spalte B", "Spalte C", "Spalte D"),
        (1, 2, 3),
    )
    assert [number for number, _raws in table.rows] == [3, 4]


def test_what_the_columns_mean_is_said_by_letter(csv: Path) -> None:
    text(csv, "A-1;Tablet;186922", "Raum 5;;", "A-2;Tablet;186922", "Summe;;", "* ohne Hüllen;;")
    table = read(csv, headerless=True, mapping=LETTERS)
    assert (tags(table, LETTERS), table.passed_over) == (["A-1", "A-2"], (2, 4, 5))
    # Whoever names letters means a table without headers, with or without saying so.
    assert read(csv, mapping=LETTERS) == table


def test_a_file_that_begins_with_data_is_seen_to_have_no_headers(csv: Path) -> None:
    for lines in (
        ["A-1;Tablet;399,00 €", "A-2;Notebook;499,00 €"],
        ["A-1;Tablet;Raum 1", "A-2;Tablet;Raum 2"],
        ["A-1;Tablet;01.02.2024"],
    ):
        table = read(text(csv, *lines), unknown=True)
        assert (table.header_row, table.headers) == (0, ("Spalte A", "Spalte B", "Spalte C")), lines
        assert len(table.rows) == len(lines)


def test_a_word_in_the_data_that_is_a_header_elsewhere_makes_no_header(csv: Path) -> None:
    lines = ["A-1;Tablet;Klasse 3;399,00", "A-2;Beamer;Bemerkung;499,00", "A-3;Tablet;Klasse 4;399,00"]
    table = read(text(csv, *lines), unknown=True)
    assert (table.header_row, len(table.rows)) == (0, 3)


def test_a_workbook_that_begins_with_data_too(file: Path) -> None:
    table = read(
        on_one_sheet(file, ["A-1", date(2024, 1, 1), 5.0], ["A-2", date(2024, 1, 2), 6.0]), unknown=True
    )
    assert (table.header_row, [number for number, _raws in table.rows]) == (0, [1, 2])


def test_a_header_that_nobody_knows_is_a_header_all_the_same(file: Path) -> None:
    table = read(
        on_one_sheet(
            file, ["Kisten der Stadt"], [], ["Kiste", "Sorte", "2024"], ["1", "Tablet", 5], ["2", "Tablet", 6]
        ),
        unknown=True,
    )
    assert (table.header_row, table.headers) == (3, ("Kiste", "Sorte", "2024"))
    assert [number for number, _raws in table.rows] == [4, 5]


def test_a_late_column_of_a_table_without_headers_is_not_lost(file: Path) -> None:
    rows: list[list[Any]] = [[f"A-{number}", "Tablet"] for number in range(150)]
    table = read(on_one_sheet(file, *rows, ["A-150", "Tablet", None, "defekt"]), headerless=True)
    assert table.headers == ("Spalte A", "Spalte B", "Spalte D")
    assert table.rows[150][1] == ["A-150", "Tablet", "defekt"]


def test_of_several_sheets_without_headers_the_longest_is_taken(file: Path) -> None:
    short, long = [["a", 1]], [["b", 1], ["c", 2], ["d", 3]]
    table = read(build(file, {"Kurz": short, "Lang": long}), unknown=True)
    assert (table.sheet, table.other_sheets) == ("Lang", ("Kurz",))


@pytest.mark.parametrize("asked", [{"unknown": True}, {"headerless": True}])
def test_a_letter_is_no_table_even_if_nobody_asks_for_headers(csv: Path, asked: dict[str, bool]) -> None:
    text(csv, "Sehr geehrte Damen und Herren,", "", "anbei, wie besprochen, die Liste.", "Mit Gruß")
    with pytest.raises(CannotRead, match="keine Tabelle"):
        read(csv, **asked)


def test_the_27th_column_is_called_aa(csv: Path) -> None:
    table = read(text(csv, ";".join(map(str, range(1000, 1028)))), headerless=True)
    assert table.headers[-2:] == ("Spalte AA", "Spalte AB")
