"""An authority's form is filled and stays the form it was, whatever stands in it and below the rows."""

from __future__ import annotations

import io
import re
from datetime import date
from decimal import Decimal

import openpyxl
import pytest
from openpyxl.worksheet.formula import ArrayFormula
from python_calamine import CalamineWorkbook

from school_it.errors import BadValue, CannotRead
from school_it.workbooks.asked import Put, Rows
from school_it.workbooks.filling import fill
from tests.workbooks import forms

# openpyxl says what it would lose
pytestmark = pytest.mark.filterwarnings("ignore:.*extension is not supported:UserWarning")


def receipts(count: int) -> list[tuple[object, ...]]:
    return [
        (f"{n:04}", date(2024, 1 + n % 12, 1 + n % 28), f"Gegenstand {n}", Decimal(n) / 100 + 1)
        for n in range(1, count + 1)
    ]


def filled(form: bytes, count: int = 50, **other) -> bytes:
    out = io.BytesIO()
    table = Rows("Belege", forms.SAMPLE, forms.COLUMNS, other.pop("rows", None) or receipts(count))
    cells = other.pop("cells", [Put("Deckblatt", 3, 1, Decimal("400.50"), "vn_bewilligt", "bewilligt")])
    told = [str(one) for one in fill(io.BytesIO(form), out, cells=cells, tables=[table])]
    assert told == other.pop("notes", [])
    return out.getvalue()


LEFT_EMPTY = (
    "Auf dem Blatt »Belege« bleiben 8 vorbereitete Zeilen leer (18 bis 25), ihre Formeln zeigen 0. "
    "Entfernt werden sie nicht, weil andere Zellen auf sie zeigen können."
)


def opened(content: bytes, **how):
    return openpyxl.load_workbook(io.BytesIO(content), **how)


@pytest.fixture(scope="module")
def form() -> bytes:
    return forms.form()


def test_nothing_of_the_form_is_lost_and_other_parts_stay_byte_for_byte(form: bytes) -> None:
    made = filled(form)
    assert forms.lost(form) == forms.lost(made) == []
    before, after = forms.parts(form), forms.parts(made)
    assert before.keys() == after.keys()
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {
        "xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml", "xl/charts/chart1.xml",
        "xl/drawings/drawing2.xml", "xl/drawings/vmlDrawing3.vml", "xl/comments1.xml", "xl/tables/table1.xml",
        "xl/ctrlProps/ctrlProp1.xml",
    }  # fmt: skip


def test_a_form_with_rows_enough_changes_in_its_sheets_only() -> None:
    form = forms.form(prepared=20)
    before, after = forms.parts(form), forms.parts(filled(form, 12, notes=[LEFT_EMPTY]))
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml"}


def test_rows_take_the_look_of_the_sample_row_and_formulas_follow_them(form: bytes) -> None:
    sheet = opened(filled(form))["Belege"]
    row = [cell.value for cell in sheet[55]][:5]
    assert [row[0], row[1].date(), *row[2:]] == [
        "0050", date(2024, 3, 23), "Gegenstand 50", 1.5, "=D55*$G$2",
    ]  # fmt: skip
    assert (sheet["B55"].number_format, sheet["D55"].number_format) == ("dd.mm.yyyy", "#,##0.00")
    assert sheet["A55"].data_type == "s"
    assert sheet["A55"].border.left.style == "thin"


def test_what_stands_below_goes_down_and_says_so_everywhere(form: bytes) -> None:
    book = opened(filled(form))
    sheet, cover = book["Belege"], book["Deckblatt"]
    assert sheet["A56"].value == "Summe"
    assert (sheet["D56"].value, sheet["F56"].value) == ("=SUM(D6:D55)", "=D56*2+LOG10(100)")
    assert cover["B4"].value == "=Belege!D56"
    assert book.defined_names["gesamt"].attr_text == "Belege!$D$56"
    assert sheet.print_area == "'Belege'!$A$1:$J$86"
    assert sheet.auto_filter.ref == "A5:E55"
    assert [str(one) for one in sheet.merged_cells.ranges] == ["A58:D58"]
    assert sheet["D56"].comment.text == "Summe aller Belege"
    assert sheet["A59"].hyperlink.location == "'Belege'!A58"
    assert {str(one.sqref) for one in sheet.data_validations.dataValidation} == {"C59", "D6:D55"}
    assert {str(one.sqref) for one in sheet.conditional_formatting} == {"D6:D55", "E6:E55"}
    assert sheet.tables["Table1"].ref == "A80:B82"
    assert sheet.row_breaks.brk[0].id == 66
    assert sheet.dimensions == "A1:H80"
    assert isinstance(sheet["H57"].value, ArrayFormula)
    assert sheet["H57"].value.ref == "H57"
    after = forms.parts(filled(form))
    assert b"<c:f>Belege!$D$6:$D$55</c:f>" in after["xl/charts/chart1.xml"]
    assert b"<c:f>Belege!$D$5</c:f>" in after["xl/charts/chart1.xml"]
    assert b"<xm:f>Belege!D6:D55</xm:f><xm:sqref>G56</xm:sqref>" in after["xl/worksheets/sheet2.xml"]
    assert b"<xm:sqref>E6:E55</xm:sqref>" in after["xl/worksheets/sheet2.xml"]
    assert b'textlink="$A$58"' in after["xl/drawings/drawing2.xml"]
    assert b"Belege!$H$69" in after["xl/ctrlProps/ctrlProp1.xml"]
    assert b"<x:Row>55</x:Row>" in after["xl/drawings/vmlDrawing3.vml"]
    assert b"Belege!$A$61:$A$62" in after["xl/worksheets/sheet1.xml"]


def test_a_picture_beside_the_head_stays_and_what_is_below_goes_down(form: bytes) -> None:
    before, after = (forms.parts(one)["xl/drawings/drawing2.xml"] for one in (form, filled(form)))
    begins = rb"<xdr:from>.*?<xdr:row>(\d+)</xdr:row>"
    assert [[int(row) for row in re.findall(begins, part)] for part in (before, after)] == [
        [9, 0, 14, 9], [58, 0, 63, 58],
    ]  # fmt: skip


def test_sums_hold_their_values_and_the_rest_is_reckoned_when_opened(form: bytes) -> None:
    book = opened(filled(form), data_only=True)
    assert book["Belege"]["D56"].value == 62.75
    assert (book["Belege"]["F56"].value, book["Deckblatt"]["B4"].value) == (None, None)
    assert opened(filled(form)).calculation.fullCalcOnLoad


def test_another_reader_sees_the_same_rows(form: bytes) -> None:
    rows = CalamineWorkbook.from_filelike(io.BytesIO(filled(form))).get_sheet_by_name("Belege").to_python()
    assert rows[5][:4] == ["0001", date(2024, 2, 2), "Gegenstand 1", 1.01]
    assert rows[55][0] == "Summe"


def test_rows_made_ready_are_used_before_the_sheet_grows() -> None:
    form = forms.form(prepared=20)
    few, many = opened(filled(form, 12, notes=[LEFT_EMPTY]))["Belege"], opened(filled(form, 30))["Belege"]
    assert (few["A17"].value, few["A18"].value, few["E25"].value) == ("0012", None, "=D25*$G$2")
    assert (few["A26"].value, few["D26"].value) == ("Summe", "=SUM(D6:D25)")
    assert (many["A36"].value, many["D36"].value, many["E35"].value) == ("Summe", "=SUM(D6:D35)", "=D35*$G$2")


def test_a_form_without_rows_keeps_its_empty_row(form: bytes) -> None:
    out = io.BytesIO()
    fill(io.BytesIO(form), out, tables=[Rows("Belege", forms.SAMPLE, forms.COLUMNS, [])])
    sheet = opened(out.getvalue())["Belege"]
    assert (sheet["A6"].value, sheet["A7"].value, sheet["D7"].value) == (None, "Summe", "=SUM(D6:D6)")


@pytest.mark.parametrize(
    "text", ["=1+1", "+49", "@SUM(A1)", "_x0041_", " Rand ", "a\x01b\r\nzwei", "&lt;ü€😀"]
)
def test_a_text_is_never_a_formula_and_comes_back_as_it_was(form: bytes, text: str) -> None:
    made = filled(form, rows=[("1", None, text, Decimal("0.10"))])
    cell = opened(made)["Belege"]["C6"]
    assert cell.data_type == "s"
    read = CalamineWorkbook.from_filelike(io.BytesIO(made)).get_sheet_by_name("Belege").to_python()[5][2]
    assert read == text.replace("\x01", "").replace("\r\n", "\n")


def test_a_cell_that_reckons_is_left_and_named(form: bytes) -> None:
    out = io.BytesIO()
    put = Put("Deckblatt", 5, 1, Decimal(1), label="verbleibend")
    (note,) = fill(io.BytesIO(form), out, cells=[put])
    assert (
        str(note)
        == "In B5 auf dem Blatt »Deckblatt« steht eine Formel. Sie bleibt; »verbleibend« wird nicht eingetragen."
    )
    assert opened(out.getvalue())["Deckblatt"]["B5"].value == "=vn_bewilligt-B4"


def test_a_day_in_an_unformatted_cell_is_shown_as_a_day(form: bytes) -> None:
    out = io.BytesIO()
    fill(
        io.BytesIO(form),
        out,
        cells=[Put("Deckblatt", 20, 3, date(2024, 2, 29)), Put("Deckblatt", 3, 1, None)],
    )
    cell = opened(out.getvalue())["Deckblatt"]["D20"]
    assert (cell.is_date, cell.value.date()) == (True, date(2024, 2, 29))


def small(build) -> bytes:
    book = openpyxl.Workbook()
    build(book.active)
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def grown(build, rows: int = 3, columns=(0,), sample: int = 2):
    out = io.BytesIO()
    values = [[Decimal(10 + n)] * len(columns) for n in range(rows)]
    fill(io.BytesIO(small(build)), out, tables=[Rows("Sheet", sample, columns, values)])
    return opened(out.getvalue()).active


def test_running_totals_and_shares_follow_while_a_rate_stands() -> None:
    def build(sheet) -> None:
        sheet["B1"], sheet["D1"] = 0, 0.9
        sheet["B2"], sheet["C2"], sheet["D2"] = "=B1+A2", "=A2/A4", "=A2*D1"
        sheet["E2"] = "=SUM(A$2:A2)"
        sheet["A4"] = "=SUM(A2:A2)"

    sheet = grown(build)
    assert [sheet[f"B{row}"].value for row in (2, 3, 4)] == ["=B1+A2", "=B2+A3", "=B3+A4"]
    assert [sheet[f"C{row}"].value for row in (2, 4)] == ["=A2/A6", "=A4/A6"]
    assert sheet["E4"].value == "=SUM(A$2:A4)"
    assert sheet["A6"].value == "=SUM(A2:A4)"


def test_cells_merged_in_the_sample_row_are_merged_in_every_row() -> None:
    sheet = grown(lambda sheet: sheet.merge_cells("B2:D2"))
    assert sorted(str(one) for one in sheet.merged_cells.ranges) == ["B2:D2", "B3:D3", "B4:D4"]


def test_what_no_rule_can_move_is_refused_with_a_sentence() -> None:
    def indirect(sheet) -> None:
        sheet["A9"] = '=INDIRECT("A8")'

    def array(sheet) -> None:
        sheet["C2"] = ArrayFormula("C2:C9", "=A2:A9*2")

    with pytest.raises(CannotRead, match="festen Bezug"):
        grown(indirect)
    with pytest.raises(CannotRead, match="mehrere Zellen füllt"):
        grown(array)
    with pytest.raises(CannotRead, match="über mehrere Zeilen verbunden"):
        grown(lambda sheet: sheet.merge_cells("B2:B5"))
    with pytest.raises(CannotRead, match="länger"):
        grown(lambda sheet: None, sample=1_048_575)
    with pytest.raises(BadValue, match="zu lang"):
        fill(io.BytesIO(small(lambda _sheet: None)), io.BytesIO(), cells=[Put("Sheet", 1, 0, "x" * 40_000)])


def test_what_is_no_workbook_is_refused_with_a_sentence(form: bytes) -> None:
    signed = io.BytesIO(form)
    import zipfile

    with zipfile.ZipFile(signed, "a") as archive:
        archive.writestr("_xmlsignatures/sig1.xml", "<Signature/>")
    bomb = io.BytesIO(form)
    with zipfile.ZipFile(bomb, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/gross.bin", b"\0" * 40_000_000)
    doctype = io.BytesIO(form)
    with zipfile.ZipFile(doctype, "a") as archive:
        archive.writestr("xl/bad.xml", "<!DOCTYPE x [<!ENTITY a 'b'>]><x/>")
    for content, said in (
        (b"PK\x03\x04kaputt", "beschädigt"), (b"Beleg;Betrag", "keine Arbeitsmappe"),
        (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "Kennwort"),
        (signed.getvalue(), "signiert"), (bomb.getvalue(), "zu groß"), (doctype.getvalue(), "DOCTYPE"),
    ):  # fmt: skip
        with pytest.raises(CannotRead, match=said):
            fill(io.BytesIO(content), io.BytesIO())
