# ruff: noqa: DTZ001 - a spreadsheet knows no time zones
"""Files as schools send them: the table is found, the rest is passed over, and what is no table is said to be none."""

from __future__ import annotations

import io
import subprocess
import zipfile
from datetime import date, datetime, time
from decimal import Decimal

import pytest
import xlsxwriter
from openpyxl import Workbook, load_workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from imports import number_format, workbook
from imports.workbook import Limits
from school_it import sheets
from school_it.cells import Fault, Shown
from school_it.errors import CannotRead
from tests.files.awkward import DEVICES, HEADERS, device, fill, inventory
from tests.files.awkward import workbook as build


def read(path, **asked):
    return workbook.read(path, DEVICES, **asked)


def rows(path, **asked):
    table = read(path, **asked)
    return sheets.read(DEVICES, table, asked.get("mapping")).rows


def tags(path, **asked):
    return [row.values["asset_tag"] for row in rows(path, **asked)]


def refusal(path, **asked):
    with pytest.raises(CannotRead) as refused:
        read(path, **asked)
    return str(refused.value)


@pytest.fixture
def file(tmp_path):
    return tmp_path / "liste.xlsx"


# --- where the table is -------------------------------------------------------------------------------------


def test_a_clean_sheet_is_read_from_its_first_row(file):
    table = read(inventory(file, [device("1"), device("2")]))
    assert (table.sheet, table.header_row, list(table.headers)) == ("Inventar", 1, HEADERS)
    assert [number for number, _ in table.rows] == [2, 3]
    assert table.ignored == 0


def test_the_header_is_found_under_title_rows_and_in_a_later_column(file):
    book = Workbook()
    fill(book.active, [["Inventarliste der Stadt"], [], ["Stand", date(2024, 1, 1)]], column=2)
    fill(book.active, [HEADERS, device("1")], row=5, column=3)
    book.save(file)
    table = read(file)
    assert (table.header_row, table.places[0], table.rows[0][0], table.ignored) == (5, 2, 6, 0)


def test_cover_sheets_legends_and_hidden_sheets_are_passed_over(file):
    build(
        file,
        {
            "Deckblatt": [["Schulträger"], ["Beispielstadt"]],
            "Alt": [HEADERS, device("alt-1"), device("alt-2"), device("alt-3")],
            "Geräte": [["Inventar"], HEADERS, device("neu-1")],
            "Legende": [["Inventarnummer", "sechs Ziffern"], ["Geräteart", "Tablet oder Notebook"]],
        },
        hidden=["Alt"],
    )
    assert read(file).sheet == "Geräte"


def test_a_hidden_sheet_is_read_where_it_is_named(file):
    build(file, {"Neu": [HEADERS, device("n")], "Alt": [HEADERS, device("a")]}, hidden=["Alt"])
    assert tags(file, sheet_name="Alt") == ["a"]
    assert tags(file, sheet_name="neu ") == ["n"]


def test_a_sheet_that_is_not_there_is_said_with_those_that_are(file):
    build(file, {"Neu": [HEADERS, device("n")]})
    assert refusal(file, sheet_name="2019") == "Ein Blatt »2019« hat die Datei nicht. Sie hat: Neu."


def test_a_header_of_two_lines_is_one_header(file):
    book = Workbook()
    sheet = book.active
    upper = ["Inventarnummer", "Geräteart", "Schulnummer", "Preis", None, "Bemerkung"]
    fill(sheet, [["Inventar"], upper, [None, None, None, "netto", "brutto", None]])
    fill(sheet, [["1", "Tablet", "186922", 100, 119, "x"]], row=4)
    sheet.merge_cells("D2:E2")
    for column in "ABCF":
        sheet.merge_cells(f"{column}2:{column}3")
    book.save(file)
    table = read(file)
    assert table.headers[3:5] == ("Preis netto", "Preis brutto")
    assert table.header_row == 3
    assert rows(file)[0].values["price_gross"] == Decimal("119.00")
    assert table.ignored == 0


def test_a_group_heading_above_a_complete_header_does_not_hide_it(file):
    book = Workbook()
    fill(book.active, [["Gerät", None, None, None, "Kauf"], HEADERS, device("1")])
    book.save(file)
    assert read(file).header_row == 2
    assert read(file).headers == tuple(HEADERS)


def test_a_header_that_only_the_mapping_knows_is_found(file):
    build(file, {"Tabelle": [["Titel"], ["Kiste", "Sorte", "Haus"], ["1", "Tablet", "186922"]]})
    mapping = {"Kiste": "asset_tag", "Sorte": "category", "Haus": "school_number"}
    assert tags(file, mapping=mapping) == ["1"]


def test_a_table_without_a_known_header_is_found_only_on_request(file):
    build(file, {"Tabelle": [["Kiste", "Sorte", "Haus"], ["1", "Tablet", "186922"]]})
    assert "keine Tabelle mit bekannten Spalten" in refusal(file)
    assert read(file, unknown=True).headers == ("Kiste", "Sorte", "Haus")


def test_the_hints_we_added_ourselves_are_skipped(file):
    build(file, {"Tabelle": [[*HEADERS, "Prüfhinweis"], [*device("1"), "Geräteart fehlt."]]})
    assert read(file).headers == tuple(HEADERS)


# --- which rows are data ------------------------------------------------------------------------------------


def test_rows_that_are_no_data_are_counted_and_not_read(file):
    book = Workbook()
    sheet = book.active
    lines = [
        HEADERS,  # 1
        ["Raum 101"],  # 2 a group
        device("1", price_net=10),  # 3
        device("2", price_net=20),  # 4
        ["Zwischensumme", None, None, None, None, None, 30],  # 5
        [],  # 6 blank
        HEADERS,  # 7 once more
        [None, "1. OG"],  # 8 a group in a later column
        device("3", price_net=5),  # 9
        ["Raum 102 Ergebnis", None, None, None, None, None, "=SUBTOTAL(9,G9:G9)"],  # 10
        [None, None, None, None, None, None, "=SUM(G3:G9)", "=SUM(H3:H9)"],  # 11 a total without a word
        ["Gesamt"],  # 12
        [],  # 13
        ["* Preise mit Mehrwertsteuer"],  # 14
        ["Hinweis:", "bitte prüfen"],  # 15
        ["Legende:"],  # 16
        ["T", "Tablet"],  # 17
    ]
    fill(sheet, lines)
    sheet["A30"].number_format = "0000"  # formatted and empty: not counted
    book.save(file)
    table = read(file)
    assert tags(file) == ["1", "2", "3"]
    assert table.passed_over == (2, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15, 16, 17)


def test_a_gesamtschule_is_no_total(file):
    assert tags(inventory(file, [device("1", manufacturer="Gesamtschule Beispiel")])) == ["1"]
    assert tags(inventory(file, [device("Total-7", manufacturer="Gesamt")])) == ["Total-7"]


def test_a_row_with_only_its_key_is_data_and_so_a_problem(file):
    table = read(inventory(file, [device("1"), ["186922-0002"]]))
    assert [number for number, _ in table.rows] == [2, 3]


def test_rows_hidden_by_a_filter_are_data(file):
    inventory(file, [device("1"), device("2")])
    book = load_workbook(file)
    book.active.row_dimensions[3].hidden = True
    book.save(file)
    assert tags(file) == ["1", "2"]


def test_units_and_column_numbers_below_the_header_are_no_data(file):
    units = ["Nr.", None, None, None, None, "TT.MM.JJJJ", "€", "€", "Text"]
    numbers = [*range(1, 10)]
    assert tags(inventory(file, [units, device("1")])) == ["1"]
    assert tags(inventory(file, [numbers, device("1")])) == ["1"]


# --- what stands in a cell ----------------------------------------------------------------------------------


def test_the_format_of_a_code_gives_its_zeros_back(file):
    inventory(file, [device(4711), device(12, serial_number=7)])
    book = load_workbook(file)
    book.active["A2"].number_format = "000000"
    book.active["A3"].number_format = '"INV-"0000'
    book.active["B3"].number_format = "0"
    book.save(file)
    assert tags(file) == ["004711", "INV-0012"]
    assert rows(file)[1].values["serial_number"] == "7"


def test_a_formula_counts_with_its_value_and_without_one_it_is_a_problem(file):
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADERS)
        sheet.write_row(1, 0, [value or "" for value in device("1")])
        sheet.write_formula(1, 6, "=10*2", None, 20)
    assert rows(file)[0].values["price_net"] == Decimal("20.00")

    inventory(file, [device("1", price_net="=10*2")])
    reading = sheets.read(DEVICES, read(file))
    assert [(one.row, one.column) for one in reading.problems] == [(2, "Preis netto")]


def test_a_formula_that_gives_an_empty_text_is_an_empty_cell(file):
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADERS)
        sheet.write_row(1, 0, [value or "" for value in device("1")])
        sheet.write_formula(1, 8, '=""', None, "NICHTS")
    with zipfile.ZipFile(file) as archive:
        parts = {name: archive.read(name).replace(b"NICHTS", b"") for name in archive.namelist()}
    assert "remark" not in rows(written(file.parent, zipped(parts)))[0].values


def test_an_error_in_a_cell_is_a_problem_and_not_an_empty_cell(file):
    inventory(file, [device("1", price_net="#REF!")])
    assert read(file).rows[0][1][6] is Fault.REFERENCE


@pytest.mark.parametrize("epoch", [None, CALENDAR_MAC_1904])
def test_dates_are_the_same_in_both_calendars(file, epoch):
    book = Workbook()
    if epoch:
        book.epoch = epoch
    fill(book.active, [HEADERS, device("1", acquired_on=datetime(2024, 2, 29, 13, 30))])
    book.save(file)
    assert rows(file)[0].values["acquired_on"] == date(2024, 2, 29)


def test_a_share_over_one_is_seen_by_its_format():
    assert number_format.shown(1.2, "0%") == "120%"


@pytest.mark.parametrize(
    ("number", "code", "shown"),
    [
        (4711, "000000", "004711"),
        (7, '"INV-"0000', "INV-0007"),
        (1234567, "000-000", "1234-567"),
        (1299, '#,##0.00 "€"', "1.299,00 €"),
        (1299.5, "#,##0.00 [$€-407]", "1.299,50 €"),
        (0.125, "0.0%", "12,5%"),
        (-5, "0.00", "-5,00"),
        (5, "0.00;[Red]-0.00", "5,00"),
        (1.1, "0.00", "1,10"),
    ],
)
def test_a_number_is_shown_as_a_german_program_shows_it(number, code, shown):
    assert number_format.shown(number, code) == shown


@pytest.mark.parametrize("code", ["General", "@", "dd.mm.yyyy", "hh:mm", "0.00E+00", "# ?/?"])
def test_dates_texts_and_powers_are_no_number_formats(code):
    assert not number_format.shows_a_number(code)


# --- delimited text -----------------------------------------------------------------------------------------

TEXT = 'Inventarnummer;Geräteart;Schulnummer;Preis brutto;Hersteller\n007;Tablet;186922;1.299,00;"Prüf ""24""; Söhne"\n'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_text_is_read_as_offices_save_it(tmp_path, encoding, line_end, delimiter):
    text = TEXT.replace("1.299,00", '"1.299,00"').replace('"Prüf ""24""; Söhne"', "§")
    text = text.replace(";", delimiter).replace("§", '"Prüf ""24""; Söhne"').replace("\n", line_end)
    (tmp_path / "liste.csv").write_bytes(text.encode(encoding))
    (row,) = rows(tmp_path / "liste.csv")
    assert row.number == 2
    assert row.values["asset_tag"] == "007"
    assert row.values["price_gross"] == Decimal("1299.00")
    assert row.values["manufacturer"] == 'Prüf "24"; Söhne'


def test_a_line_that_says_the_delimiter_is_no_row(tmp_path):
    (tmp_path / "liste.csv").write_text("sep=;\r\n" + TEXT, encoding="utf-8", newline="")
    assert read(tmp_path / "liste.csv").header_row == 1


def test_a_record_over_several_lines_is_one_row(tmp_path):
    (tmp_path / "liste.csv").write_text(
        'Inventarnummer;Geräteart;Schulnummer;Bemerkung\n1;Tablet;186922;"eins\nzwei"\n\n2;Tablet;186922\n',
        encoding="utf-8",
    )
    assert [(row.number, row.values.get("remark")) for row in rows(tmp_path / "liste.csv")] == [
        (2, "eins\nzwei"),
        (4, None),
    ]


def test_text_under_the_name_of_a_workbook_is_read_as_text(tmp_path):
    (tmp_path / "liste.xls").write_text(TEXT, encoding="utf-8")
    assert tags(tmp_path / "liste.xls") == ["007"]


# --- what cannot be read ------------------------------------------------------------------------------------


def written(tmp_path, content, name="liste.xlsx"):
    (tmp_path / name).write_bytes(content)
    return tmp_path / name


def zipped(parts):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return packed.getvalue()


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "Die Datei ist leer. Bitte eine andere wählen."),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "mit einem Kennwort geschützt"),
        (OLE + "WordDocument".encode("utf-16-le"), "keine Tabelle"),
        (OLE + "Workbook".encode("utf-16-le"), "beschädigt"),
        (b"%PDF-1.7\n%\xe2\xe3", "keine Tabelle"),
        (b"\x89PNG\r\n\x1a\n\0\0", "keine Tabelle"),
        (b"<html><body><table><tr><td>1", "eine Webseite"),
        (b'<?xml version="1.0"?><Workbook/>', "eine XML-Datei"),
        (b"PK\x03\x04 abgeschnitten", "beschädigt"),
        (zipped({"word/document.xml": "<w/>"}), "keine Tabelle"),
        (zipped({"xl/workbook.bin": "x"}), "binäre Arbeitsmappe"),
        (b"Sehr geehrte Damen und Herren,\nanbei die Liste.\n", "keine Tabelle mit bekannten Spalten"),
        (b"\n\n\n", "keine Tabelle mit bekannten Spalten"),
    ],
)
def test_what_is_no_table_is_said_in_one_sentence(tmp_path, content, said):
    assert said in refusal(written(tmp_path, content))


def test_an_empty_workbook_is_no_table(file):
    Workbook().save(file)
    assert "keine Tabelle mit bekannten Spalten" in refusal(file)


def test_a_file_that_is_not_there_is_said_to_be_missing(tmp_path):
    assert "nicht zu finden" in refusal(tmp_path / "fehlt.xlsx")


@pytest.mark.parametrize("part", [0.2, 0.5, 0.9, 0.99])
def test_a_file_cut_off_on_its_way_is_damaged(file, part):
    content = inventory(file, [device(str(n)) for n in range(200)]).read_bytes()
    assert "beschädigt" in refusal(written(file.parent, content[: int(len(content) * part)], "halb.xlsx"))


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path):
    bomb = zipped({"xl/workbook.xml": "<w/>", "xl/worksheets/sheet1.xml": b"0" * 5_000_000})
    assert "ausgepackt zu groß" in refusal(written(tmp_path, bomb))
    many = zipped({"xl/workbook.xml": "<w/>", **{f"xl/{n}.xml": "" for n in range(2100)}})
    assert "ausgepackt zu groß" in refusal(written(tmp_path, many))


def test_a_document_type_definition_is_refused(tmp_path):
    bomb = zipped({"xl/workbook.xml": '<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a "aa">]><w>&a;</w>'})
    assert "DOCTYPE" in refusal(written(tmp_path, bomb))


def test_a_lone_cell_in_the_last_corner_ends_only_the_reading(file):
    book = Workbook()
    fill(book.active, [HEADERS, device("1")])
    book.active["XFD1048576"] = "x"
    book.save(file)
    assert "sprengt die Grenzen" in refusal(file) or "zu groß" in refusal(file)


def test_a_file_that_is_too_large_is_not_even_opened(file):
    inventory(file, [device("1")])
    assert "zu groß" in refusal(file, limits=Limits(file_bytes=100))


def test_a_table_with_too_many_rows_is_refused(file):
    inventory(file, [device(str(n)) for n in range(50)])
    assert "mehr als 40 Zeilen" in refusal(file, limits=Limits(rows=40))


def test_a_reading_that_takes_too_long_is_ended(file):
    inventory(file, [device("1")])
    assert "sprengt die Grenzen" in refusal(file, limits=Limits(seconds=0))


def test_no_reading_process_is_left_behind(file, monkeypatch):
    started = []

    class Noted(subprocess.Popen):
        def __init__(self, *args, **values):
            super().__init__(*args, **values)
            started.append(self)

    monkeypatch.setattr(subprocess, "Popen", Noted)
    read(inventory(file, [device("1")]))
    assert [child.returncode is not None for child in started] == [True]


def test_a_number_with_a_format_comes_through_as_shown(file):
    inventory(file, [device(7)])
    book = load_workbook(file)
    book.active["A2"].number_format = "0000"
    book.save(file)
    raw = read(file).rows[0][1][0]
    assert isinstance(raw, Shown)
    assert raw.text == "0007"


def test_a_time_alone_is_a_time(file):
    inventory(file, [device("1", remark=time(7, 45))])
    assert rows(file)[0].values["remark"] == "07:45"
