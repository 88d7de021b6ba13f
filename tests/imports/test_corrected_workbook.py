"""The workbook comes back corrected: as it came, its faulty cells coloured, a reason beside each row."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from datetime import date
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from openpyxl.styles import Border, Font, PatternFill, Side

from imports import corrected, workbook
from imports.corrected.styles import FAULT_COLOUR
from imports.outlook import Outlook
from imports.workbook import Limits
from school_it import sheets
from school_it.errors import BadValue, CannotRead
from school_it.sheets import HINT_HEADER
from school_it.sheets.amended import amended
from tests.exports.test_office import converted
from tests.files.awkward import DEVICES, HEADERS, device, fill, inventory

CATEGORY, PRICE = HEADERS.index("Geräteart"), HEADERS.index("Preis netto")


def look(file, *, corrections=None, words=None, **asked):
    table = amended(workbook.read(file, DEVICES, **asked), corrections or {}, words or {})
    reading = sheets.read(DEVICES, table, asked.get("mapping"))
    return Outlook(None, DEVICES, file.name, table, reading, table.ignored)  # type: ignore[arg-type]


def back(file, out=None, **said):
    """The corrected file."""
    out = out or file.with_name("zurück.xlsx")
    asked = {name: said.pop(name) for name in ("sheet_name", "mapping", "headerless") if name in said}
    corrected.write(file, look(file, **asked, **said), out, **said)
    return out


def told(file, **asked):
    """What is wrong in a file, cell by cell."""
    return [(one.row, one.column, str(one.sentence)) for one in look(file, **asked).reading.problems]


def opened(file):
    return openpyxl.load_workbook(file)


def coloured(sheet):
    """The cells that are coloured as faulty."""
    return {
        cell.coordinate
        for row in sheet.iter_rows()
        for cell in row
        if cell.fill.fill_type and cell.fill.fgColor.rgb == FAULT_COLOUR
    }


def reasons(sheet, header_row=1):
    """Row -> sentences, and the column they stand in."""
    column = next(cell.column for cell in sheet[header_row] if cell.value == HINT_HEADER)
    rows = range(header_row + 1, sheet.max_row + 1)
    return column, {row: text for row in rows if (text := sheet.cell(row, column).value)}


def parts(file):
    with zipfile.ZipFile(file) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture
def file(tmp_path):
    return tmp_path / "liste.xlsx"


@pytest.fixture
def wrong(file):
    """Three rows: a right one, one with two faulty cells, one that lacks its category."""
    rows = [device("1"), device("2", category="Toaster", price_net="viel"), device("3", category=None)]
    return inventory(file, rows)


# --- what is coloured and said ------------------------------------------------------------------------------


def test_faulty_cells_are_coloured_and_each_row_says_why(wrong):
    sheet = opened(back(wrong)).active
    assert coloured(sheet) == {"C3", "G3", "C4"}
    column, said = reasons(sheet)
    assert column == len(HEADERS) + 1
    assert said.keys() == {3, 4}
    assert "»Toaster« ist hier nicht vorgesehen" in said[3]
    assert "Preis netto: »viel« ist kein Betrag" in said[3]
    assert said[4] == "Geräteart fehlt. Bitte eintragen."


def test_read_again_it_has_the_same_problems(wrong):
    assert told(back(wrong)) == told(wrong) != []


def test_mending_the_coloured_cells_makes_it_right(wrong):
    out = back(wrong)
    book = opened(out)
    book.active["C3"], book.active["G3"], book.active["C4"] = "Tablet", 12.5, "Notebook"
    book.save(out)
    mended = look(out)
    assert mended.reading.problems == []
    assert [row.values["category"] for row in mended.reading.rows] == ["tablet", "tablet", "notebook"]
    assert HINT_HEADER not in mended.table.headers


def test_a_file_without_faults_comes_back_with_an_empty_column(file):
    sheet = opened(back(inventory(file, [device("1")]))).active
    assert coloured(sheet) == set()
    assert reasons(sheet)[1] == {}


def test_coming_a_second_time_its_column_is_replaced_and_what_was_mended_has_its_look_back(wrong):
    first = back(wrong)
    book = opened(first)
    book.active["C3"] = "Tablet"
    book.active["C4"].number_format = "@"
    book.save(first)
    second = opened(back(first, first.with_name("nochmal.xlsx"))).active
    assert [cell.value for cell in second[1]] == [*HEADERS, HINT_HEADER]
    assert coloured(second) == {"G3", "C4"}
    assert second["C3"].fill.fill_type is None
    assert reasons(second)[1].keys() == {3, 4}
    assert "Toaster" not in reasons(second)[1][3]


def test_a_row_that_is_right_now_loses_its_sentence(wrong):
    first = back(wrong)
    book = opened(first)
    book.active["C4"] = "Tablet"
    book.save(first)
    assert reasons(opened(back(first, first.with_name("nochmal.xlsx"))).active)[1].keys() == {3}


def test_a_problem_of_a_whole_row_is_said_without_a_colour(file):
    sheet = opened(back(inventory(file, [device(None)]))).active
    assert coloured(sheet) == set()
    assert "Schlüssel" in reasons(sheet)[1][2]


GOOD = {"category": "Tablet", "price_net": 12.5, "acquired_on": "01.02.2024", "school_number": "186922"}
BAD = {"category": "Toaster", "price_net": "viel", "acquired_on": "Sommer 2020", "school_number": None}
FAULTS = st.lists(st.sets(st.sampled_from(sorted(BAD))), min_size=1, max_size=8)


@given(FAULTS, FAULTS)
@settings(
    max_examples=5,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_whatever_is_wrong_is_coloured_and_mended_cell_by_cell(tmp_path, faults, others):
    """Also when other cells are wrong the second time; all that is not coloured stays as it was."""
    rows = [
        device(str(n), **GOOD | {name: BAD[name] for name in one}) for n, one in enumerate(faults, start=2)
    ]
    first = back(inventory(tmp_path / "liste.xlsx", rows))
    assert coloured(opened(first).active) == set(cells_of(faults))
    book = opened(first)
    for place in cells_of(faults):
        book.active[place] = GOOD[FIELD_OF[place[0]]]
    for place in cells_of(others[: len(faults)]):
        book.active[place] = BAD[FIELD_OF[place[0]]]
    book.save(first)
    second = opened(back(first, tmp_path / "nochmal.xlsx")).active
    assert coloured(second) == set(cells_of(others[: len(faults)]))
    assert reasons(second)[1].keys() == {n for n, one in enumerate(others[: len(faults)], start=2) if one}
    expected = [device(str(n), **GOOD) for n in range(2, 2 + len(faults))]
    for place in cells_of(others[: len(faults)]):
        expected[int(place[1:]) - 2][ord(place[0]) - 65] = BAD[FIELD_OF[place[0]]]
    width = len(HEADERS)
    assert [list(row[:width]) for row in second.iter_rows(min_row=2, values_only=True)] == expected


FIELD_OF = {chr(65 + place): column.field for place, column in enumerate(DEVICES.columns)}


def cells_of(faults):
    """``C3`` for a fault of the category in the second row below the headers."""
    letters = {name: letter for letter, name in FIELD_OF.items()}
    return [f"{letters[name]}{number}" for number, one in enumerate(faults, start=2) for name in sorted(one)]


# --- what stays ---------------------------------------------------------------------------------------------


def pixel():
    """A red picture of one point."""

    def chunk(kind, content):
        check = struct.pack(">I", zlib.crc32(kind + content))
        return struct.pack(">I", len(content)) + kind + content + check

    head = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0\xff\0\0")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def rich(path):
    """What offices put into their lists: a picture, a text box, buttons, notes, rules, charts, a second sheet."""
    book = xlsxwriter.Workbook(path)
    sheet, other = book.add_worksheet("Inventar"), book.add_worksheet("Auswertung")
    bold = book.add_format({"bold": True, "border": 1, "bg_color": "#DDEEFF"})
    euro = book.add_format({"num_format": '#,##0.00 "€"', "border": 1})
    sheet.merge_range(0, 0, 0, 8, "Inventarliste", bold)
    sheet.write_row(2, 0, HEADERS, bold)
    for number in range(3, 9):
        sheet.write_row(number, 0, device(f"00{number}", category="Tablet" if number % 2 else "Toaster"))
        sheet.write_formula(number, PRICE, "=100*1.19", euro, 119)
        sheet.write_comment(number, 0, "nachgezählt")
    sheet.data_validation(3, CATEGORY, 8, CATEGORY, {"validate": "list", "source": ["Tablet", "Notebook"]})
    sheet.conditional_format(3, PRICE, 8, PRICE, {"type": "data_bar", "data_bar_2010": True})
    sheet.add_sparkline(2, 12, {"range": "Inventar!G4:G9"})
    sheet.insert_textbox(12, 1, "Bitte bis Freitag")
    sheet.insert_button(14, 1, {"caption": "Prüfen", "macro": "pruefen"})
    sheet.insert_image(16, 1, "punkt.png", {"image_data": io.BytesIO(pixel())})
    sheet.set_header("&L&G", {"image_left": "kopf.png", "image_data_left": io.BytesIO(pixel())})
    sheet.autofilter(2, 0, 8, 8)
    sheet.set_column(0, 3, 22)
    sheet.set_column(4, 16383, 11)
    sheet.freeze_panes(3, 1)
    sheet.print_area(0, 0, 8, 8)
    sheet.protect("", {"format_cells": True})
    chart = book.add_chart({"type": "column"})
    chart.add_series({"values": "=Inventar!$G$4:$G$9"})
    other.insert_chart("B2", chart)
    other.write_formula("A1", "=SUM(Inventar!G4:G9)", None, 714)
    book.define_name("Preise", "=Inventar!$G$4:$G$9")
    book.set_custom_property("Aktenzeichen", "48.03-17/24")
    book.close()
    return path


def test_every_other_part_stays_byte_for_byte(file):
    before, after = parts(rich(file)), parts(back(file))
    assert list(before) == list(after)
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"xl/worksheets/sheet1.xml", "xl/styles.xml"}
    assert len(before) > 15


CELL = re.compile(rb"<c r=\"([A-Z]+)(\d+)\"[^>]*?(?:/>|>.*?</c>)")


def test_in_the_sheet_only_the_faulty_cells_and_the_new_column_differ(file):
    before = parts(rich(file))["xl/worksheets/sheet1.xml"]
    after = parts(back(file))["xl/worksheets/sheet1.xml"]
    old = {found[1] + found[2]: found[0] for found in CELL.finditer(before)}
    new = {found[1] + found[2]: found[0] for found in CELL.finditer(after)}
    assert {place.decode() for place in old if old[place] != new[place]} == {"C5", "C7", "C9"}
    assert {place.decode() for place in new.keys() - old.keys()} == {"J3", "J5", "J7", "J9"}
    for place in (b"C5", b"C7", b"C9"):
        assert re.sub(rb' s="\d+"', b"", new[place]) == re.sub(rb' s="\d+"', b"", old[place])
    around = [CELL.sub(b"", re.sub(rb' spans="[^"]*"|<dimension[^>]*>|<cols>.*</cols>', b"", one))
              for one in (before, after)]  # fmt: skip
    assert around[0] == around[1]


def test_widths_around_the_new_column_stay(file):
    part = parts(back(rich(file)))["xl/worksheets/sheet1.xml"]
    widths = re.findall(rb'<col min="(\d+)" max="(\d+)" width="(\d+)', part)
    assert widths == [
        (b"1", b"4", b"22"),
        (b"5", b"9", b"11"),
        (b"10", b"10", b"70"),
        (b"11", b"16384", b"11"),
    ]


def test_a_coloured_cell_keeps_its_format_font_and_border(file):
    book = openpyxl.load_workbook(inventory(file, [device("1", price_net=-0.5, acquired_on="nie")]))
    cell = book.active["F2"]
    cell.number_format, cell.font = "dd.mm.yyyy", Font(bold=True, color="FF00AA00")
    cell.border, cell.fill = Border(left=Side("thick")), PatternFill("solid", fgColor="FF0000FF")
    book.save(file)
    after = opened(back(file)).active["F2"]
    assert (after.number_format, after.font.b, after.font.color.rgb) == ("dd.mm.yyyy", True, "FF00AA00")
    assert (after.border.left.style, after.fill.fgColor.rgb) == ("thick", FAULT_COLOUR)
    assert opened(file).active["F2"].fill.fgColor.rgb == "FF0000FF"


def test_a_missing_cell_that_is_coloured_has_the_look_of_its_column(file):
    book = xlsxwriter.Workbook(file)
    sheet = book.add_worksheet()
    sheet.set_column(CATEGORY, CATEGORY, 20, book.add_format({"num_format": "@", "italic": True}))
    sheet.write_row(0, 0, HEADERS)
    sheet.write_row(1, 0, ["1"])
    sheet.write_row(1, 4, ["186922"])
    book.close()
    cell = opened(back(file)).active["C2"]
    assert (cell.number_format, cell.font.i, cell.fill.fgColor.rgb) == ("@", True, FAULT_COLOUR)


@pytest.mark.office
@pytest.mark.filterwarnings("ignore:.*extension is not supported")
def test_an_office_program_opens_it_and_has_lost_nothing(file):
    rich(file)
    out = back(file, corrections={5: {"Geräteart": "Notebook", "Bemerkung": "ok"}})
    again = openpyxl.load_workbook(converted(out, "xlsx"), keep_links=False)
    assert coloured(again["Inventar"]) == {"C7", "C9"}
    assert reasons(again["Inventar"], header_row=3)[1].keys() == {7, 9}
    assert (again["Inventar"]["C5"].value, again["Auswertung"]["A1"].value) == (
        "Notebook",
        "=SUM(Inventar!G4:G9)",
    )


def test_macros_stay_where_they_are(file):
    macros = b"\xd0\xcf\x11\xe0 not run by anybody"
    inventory(file, [device("1", category="Toaster")])
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr("xl/vbaProject.bin", macros)
        archive.writestr("customXml/item1.xml", "<a>ü</a>")
    after = parts(back(file))
    assert corrected.write(file, look(file), file.with_name("zurück.xlsx")) == ".xlsx"
    assert (after["xl/vbaProject.bin"], after["customXml/item1.xml"]) == (macros, "<a>ü</a>".encode())


def test_a_workbook_with_macros_has_to_keep_its_ending(file):
    rich(file)
    with zipfile.ZipFile(file) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    kinds = content["[Content_Types].xml"].replace(
        b"vnd.openxmlformats-officedocument.spreadsheetml.sheet.main", b"vnd.ms-excel.sheet.macroEnabled.main"
    )
    with zipfile.ZipFile(file, "w") as archive:
        for name, part in content.items():
            archive.writestr(name, kinds if name == "[Content_Types].xml" else part)
    assert corrected.write(file, look(file), file.with_name("zurück.xlsm")) == ".xlsm"


def test_the_new_column_stands_behind_unknown_columns_and_beside_notes(file):
    inventory(file, [device("1", category="Toaster")])
    book = opened(file)
    fill(book.active, [["Notiz der Schule"], ["x"]], column=len(HEADERS) + 1)
    book.active.cell(2, len(HEADERS) + 2, "steht neben der Tabelle")
    book.save(file)
    sheet = opened(back(file)).active
    column, said = reasons(sheet)
    assert (column, said.keys()) == (len(HEADERS) + 3, {2})
    assert sheet.cell(2, len(HEADERS) + 2).value == "steht neben der Tabelle"


def test_the_column_stands_beside_a_header_of_two_lines_and_is_skipped(file):
    book = openpyxl.Workbook()
    upper = ["Inventarnummer", "Geräteart", "Schulnummer", "Preis", None]
    fill(book.active, [["Inventar"], upper, [None, None, None, "netto", "brutto"]])
    fill(book.active, [["1", "Tablet", "186922", "viel", 119]], row=4)
    book.active.merge_cells("D2:E2")
    for column in "ABC":
        book.active.merge_cells(f"{column}2:{column}3")
    book.save(file)
    out = back(file)
    column, said = reasons(opened(out).active, header_row=3)
    assert (column, said.keys()) == (6, {4})
    assert told(out) == told(file) != []
    assert look(out).table.headers == look(file).table.headers
    again = opened(back(out, out.with_name("nochmal.xlsx"))).active
    assert [cell.value for cell in again[3]].count(HINT_HEADER) == 1


def test_a_table_beside_it_keeps_its_distance(file):
    inventory(file, [device("1", category="Toaster")])
    book = opened(file)
    fill(book.active, [["Geräteart", "Anzahl"], ["Tablet", 5]], column=len(HEADERS) + 2)
    book.save(file)
    out = back(file)
    assert reasons(opened(out).active)[0] == len(HEADERS) + 4
    assert told(out) == told(file) != []


def test_a_table_without_headers_has_its_column_replaced_too(file):
    book = openpyxl.Workbook()
    fill(book.active, [["1", "Toaster", "186922"], ["2", "Tablet", "186922"]])
    book.save(file)
    asked = {
        "headerless": True,
        "mapping": dict(zip(("Spalte A", "Spalte B", "Spalte C"), FIELDS, strict=True)),
    }
    first = back(file, **asked)
    second = opened(back(first, first.with_name("nochmal.xlsx"), **asked)).active
    assert coloured(second) == {"B1"}
    assert [cell.value for cell in second[1]] == [
        "1",
        "Toaster",
        "186922",
        f"Spalte B: {told(file, **asked)[0][2]}",
    ]


FIELDS = ("asset_tag", "category", "school_number")


def test_a_merged_title_that_reaches_far_right_does_not_hide_the_column(file):
    inventory(file, [device("1", category="Toaster"), device("2")])
    book = opened(file)
    book.active.merge_cells("I1:K1")
    book.save(file)
    assert reasons(opened(back(file)).active)[0] == 12


# --- XML that other programs write --------------------------------------------------------------------------

ROOT = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def handmade(file, sheet):
    """A workbook whose sheet's part is this text."""
    inventory(file, [device("1")])
    content = parts(file)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in content.items():
            archive.writestr(name, sheet.encode() if name == "xl/worksheets/sheet1.xml" else part)
    return file


def cells(*texts, prefix="", places=None):
    p = prefix
    return "".join(
        f"<{p}c{f' r={place!r}' if place else ''} t='inlineStr'><{p}is><{p}t>{text}</{p}t></{p}is></{p}c>"
        for text, place in zip(texts, places or [None] * len(texts), strict=True)
    )


HEAD = ("Inventarnummer", "Geräteart", "Schulnummer")
ROW = ("7", "Toaster", "186922")


def of_prefix(p):
    return (
        f"<?xml version='1.0'?><{p}worksheet xmlns{':' + p[:-1] if p else ''}='{ROOT}'><{p}sheetData>"
        f"<{p}row r='1'>{cells(*HEAD, prefix=p, places=['A1', 'B1', 'C1'])}</{p}row>"
        f"<{p}row r='2' spans='1:3'>{cells(*ROW, prefix=p, places=['A2', 'B2', 'C2'])}</{p}row>"
        f"</{p}sheetData></{p}worksheet>"
    )


WITHOUT_PLACES = (
    f"<worksheet xmlns='{ROOT}'><!-- <row><c> --><cols><col min='1' max='2' width='9'></col></cols><sheetData>"
    f"<row>{cells(*HEAD)}</row>\n<row>{cells(*ROW)}</row></sheetData></worksheet>"
)
MARKUP_IN_VALUES = of_prefix("").replace("Toaster", "a &gt; b <![CDATA[</c></row>]]>")


@pytest.mark.parametrize(
    "sheet",
    [
        of_prefix(""),
        of_prefix("x:"),
        WITHOUT_PLACES,
        MARKUP_IN_VALUES,
    ],
    ids=["plain", "prefixed", "without places", "markup in values"],
)
def test_however_the_part_is_written_it_is_spliced(file, sheet):
    out = back(handmade(file, sheet))
    assert told(out) == told(file) != []
    after = opened(out).active
    assert coloured(after) == {"B2"}
    assert reasons(after)[1].keys() == {2}
    if "spans" in sheet:
        assert b'spans="1:4"' in parts(out)["xl/worksheets/sheet1.xml"]


def test_a_workbook_without_any_styles_becomes_a_new_one(file):
    handmade(file, of_prefix(""))
    content = parts(file)
    with zipfile.ZipFile(file, "w") as archive:
        for name, part in content.items():
            if name != "xl/styles.xml":
                archive.writestr(name, re.sub(rb"<(?:Relationship|Override) [^>]*styles[^>]*/>", b"", part))
    out = back(file)
    assert coloured(opened(out).active) == {"B2"}
    assert told(out) == told(file) != []


def test_the_new_column_can_be_seen_where_all_that_is_right_of_the_table_is_hidden(file):
    hidden = "<cols><col min='4' max='16384' width='9' hidden='1'/></cols><sheetData>"
    part = parts(back(handmade(file, of_prefix("").replace("<sheetData>", hidden))))[
        "xl/worksheets/sheet1.xml"
    ]
    assert b'<col min="4" max="4" width="70" customWidth="1"/>' in part
    assert b"<col min=\"5\" max='16384' width='9' hidden='1'/>" in part


def test_a_row_that_is_one_empty_tag_can_be_left_alone(file):
    sheet = of_prefix("").replace("</sheetData>", "<row r='3' ht='20'/></sheetData>")
    out = back(handmade(file, sheet))
    assert b"<row r='3' ht='20'/>" in parts(out)["xl/worksheets/sheet1.xml"]


def test_a_document_type_definition_behind_a_long_comment_is_refused(file):
    found = look(handmade(file, of_prefix("")))
    bomb = f"<?xml version='1.0'?><!-- {'x' * 3000} --><!DOCTYPE w [<!ENTITY a 'aa'>]>" + of_prefix("")[21:]
    handmade(file, bomb)
    with pytest.raises(CannotRead, match="beschädigt"):
        corrected.write(file, found, file.with_name("zurück.xlsx"))
    assert sorted(one.name for one in file.parent.iterdir()) == ["liste.xlsx"]


def test_an_escape_in_a_text_is_not_taken_for_a_letter(file):
    typed = "_x0041_ <&> \"'"
    out = back(inventory(file, [device("1")]), corrections={2: {"Bemerkung": typed}})
    assert look(out).reading.rows[0].values["remark"] == typed


# --- what somebody has typed in the preview -----------------------------------------------------------------


def test_what_was_typed_in_the_preview_stands_in_the_file(wrong):
    said = {"corrections": {3: {"Geräteart": "Tablet", "Preis netto": "1.299,00"}, 4: {"Geräteart": "iPad"}}}
    out = back(wrong, **said)
    sheet = opened(out).active
    assert (sheet["C3"].value, sheet["G3"].value, sheet["C4"].value) == ("Tablet", "1.299,00", "iPad")
    assert coloured(sheet) == {"C4"}
    assert told(out) == told(wrong, **said)


def test_a_word_mended_everywhere_is_mended_in_the_file(file):
    inventory(file, [device("1", category="Toaster"), device("2", category="toaster"), device("3")])
    out = back(file, words={"Geräteart": {"Toaster": "Notebook"}})
    assert [opened(out).active.cell(row, 3).value for row in (2, 3, 4)] == ["Notebook", "Notebook", "Tablet"]
    assert told(out) == []


def test_a_column_that_came_to_be_in_the_preview_is_in_the_file(file):
    book = openpyxl.Workbook()
    fill(book.active, [["Inventarnummer", "Geräteart"], ["1", "Tablet"], ["2", "Toaster"]])
    book.save(file)
    said = {"corrections": {2: {"Schulnummer": "186922"}, 3: {"Schulnummer": "186922"}}}
    out = back(file, **said)
    assert [cell.value for cell in opened(out).active[1]] == [
        "Inventarnummer",
        "Geräteart",
        "Schulnummer",
        HINT_HEADER,
    ]
    assert told(out) == told(file, **said) != []


def test_a_formula_gives_way_to_what_was_typed_and_leaves_the_order_of_calculation(file):
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADERS)
        sheet.write_row(1, 0, device("1"))
        sheet.write_formula(1, PRICE, "=1/0", None, "#DIV/0!")
    content = parts(file)
    with zipfile.ZipFile(file, "w") as archive:
        for name, part in content.items():
            kind = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships/calcChain"
            more = b'<Relationship Id="rId77" Type="%b" Target="calcChain.xml"/></Relationships>' % kind
            archive.writestr(
                name,
                part.replace(b"</Relationships>", more) if name == "xl/_rels/workbook.xml.rels" else part,
            )
        archive.writestr(
            "xl/calcChain.xml", f'<calcChain xmlns="{ROOT}"><c r="G2" i="1"/><c r="A9"/></calcChain>'
        )
    out = back(file, corrections={2: {"Preis netto": "12,00"}})
    assert opened(out).active["G2"].value == "12,00"
    assert (
        parts(out)["xl/calcChain.xml"] == f'<calcChain xmlns="{ROOT}"><c r="A9" i="1"/></calcChain>'.encode()
    )


def test_a_formula_that_others_lean_on_is_left_and_said(file):
    inventory(file, [device("1"), device("2")])
    content = parts(file)
    shared = b'<c r="G2"><f t="shared" ref="G2:G3" si="0">H2/1.19</f><v>10</v></c></row>'
    with zipfile.ZipFile(file, "w") as archive:
        for name, part in content.items():
            here = name == "xl/worksheets/sheet1.xml"
            archive.writestr(name, re.sub(rb'(<row r="2".*?)</row>', rb"\1" + shared, part) if here else part)
    sheet = opened(back(file, corrections={2: {"Preis netto": "12,00"}})).active
    assert sheet["G2"].value == "=H2/1.19"
    assert "»12,00« steht noch nicht in Spalte G" in reasons(sheet)[1][2]


# --- files that are no .xlsx --------------------------------------------------------------------------------


def test_a_delimited_text_becomes_a_workbook_with_the_same_rows(tmp_path):
    text = tmp_path / "liste.csv"
    text.write_text(
        "Bestand;;\r\n\r\nInventarnummer;Geräteart;Schulnummer;Preis netto;Kaufdatum;Bemerkung\r\n"
        "007;Tablet;186922;1.299,00 €;01.02.2024;=1+1\r\n\r\n008;Toaster;186922;viel;nie;\r\n",
        encoding="cp1252",
        newline="",
    )
    out = back(text)
    sheet = opened(out).active
    assert [cell.value for cell in sheet[4]][:4] == ["007", "Tablet", "186922", 1299]
    assert (sheet["E4"].value.date(), sheet["E4"].number_format) == (date(2024, 2, 1), "dd.mm.yyyy")
    assert (sheet["F4"].value, sheet["F4"].data_type) == ("=1+1", "s")
    assert coloured(sheet) == {"B6", "D6", "E6"}
    assert reasons(sheet, header_row=3)[1].keys() == {6}
    assert told(out) == told(text) != []


def test_a_workbook_of_another_kind_keeps_its_sheets_dates_and_codes(tmp_path):
    file = ods(
        tmp_path / "liste.ods",
        {
            "Legende": [["Inventarnummer", "sechs Ziffern"]],
            "Inventar": [
                HEADERS,
                device(4711, acquired_on=date(2024, 2, 29)),
                device("2", category="Toaster"),
            ],
        },
    )
    out = back(file)
    book = opened(out)
    assert book.sheetnames == ["Legende", "Inventar"]
    sheet = book["Inventar"]
    assert (sheet["A2"].value, sheet["F2"].value.date()) == ("4711", date(2024, 2, 29))
    assert coloured(sheet) == {"C3"}
    assert told(out) == told(file) != []


@pytest.mark.office
@pytest.mark.parametrize("ending", ["xls", "ods"])
def test_what_an_office_program_has_saved_comes_back_with_the_same_rows(file, ending):
    inventory(
        file, [device(4711, category="Toaster"), device("2", acquired_on=date(2024, 2, 29), price_net=0.1)]
    )
    book = opened(file)
    book.active["A2"].number_format = "000000"
    book.save(file)
    saved = converted(file, ending)
    out = back(saved)
    assert told(out) == told(saved) != []
    assert [row.values for row in look(out).reading.rows] == [row.values for row in look(saved).reading.rows]
    assert opened(out).active["A2"].value == "004711"


def ods(path: Path, tables) -> Path:
    """A small spreadsheet as LibreOffice writes them."""

    def cell(value):
        if value is None:
            return "<table:table-cell/>"
        if isinstance(value, date):
            return f'<table:table-cell office:value-type="date" office:date-value="{value:%Y-%m-%d}"/>'
        if isinstance(value, int | float):
            return f'<table:table-cell office:value-type="float" office:value="{value}"/>'
        return f'<table:table-cell office:value-type="string"><text:p>{value}</text:p></table:table-cell>'

    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    body = "".join(
        f'<table:table table:name="{name}">'
        + "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in rows)
        + "</table:table>"
        for name, rows in tables.items()
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {spaces}><office:body>'
        f"<office:spreadsheet>{body}</office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
    return path


# --- what cannot be done ------------------------------------------------------------------------------------


def test_what_takes_too_long_leaves_nothing_behind(wrong):
    out = wrong.with_name("zurück.xlsx")
    with pytest.raises(CannotRead, match="neue Datei"):
        corrected.write(wrong, look(wrong), out, limits=Limits(seconds=0))
    assert [one.name for one in wrong.parent.iterdir()] == ["liste.xlsx"]


def test_a_file_that_has_changed_since_is_refused_and_the_old_answer_stays(wrong):
    found, out = look(wrong), back(wrong)
    before = out.read_bytes()
    inventory(wrong, [device("1")])
    with pytest.raises(CannotRead):
        corrected.write(wrong, found, out)
    assert out.read_bytes() == before


@given(st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=12))
@settings(
    max_examples=8,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_a_file_that_was_damaged_in_the_meantime_gives_a_sentence_or_a_whole_workbook(
    tmp_path, bytes_changed
):
    file, out = tmp_path / "liste.xlsx", tmp_path / "zurück.xlsx"
    found = look(inventory(file, [device("1"), device("2", category="Toaster")]))
    content = bytearray(file.read_bytes())
    for where, value in bytes_changed:
        content[min(int(where * len(content)), len(content) - 1)] = value
    file.write_bytes(content)
    out.unlink(missing_ok=True)
    said = "."
    try:
        corrected.write(file, found, out)
    except CannotRead as refusal:
        said = str(refusal)
    assert said.endswith(".")
    if out.exists():
        assert (said, coloured(opened(out).active)) == (".", {"C3"})
    assert {one.name for one in tmp_path.iterdir()} <= {"liste.xlsx", "zurück.xlsx"}


def test_a_folder_that_is_not_there_is_said(wrong):
    with pytest.raises(BadValue, match="Ordner"):
        corrected.write(wrong, look(wrong), wrong.parent / "fehlt" / "zurück.xlsx")
