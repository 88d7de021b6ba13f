"""Workbooks that the school office gets: what is in them, how they print, and that they read back as they were."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from exports.workbook import SUM, Cover, Entry, Page, write
from imports import workbook as reader
from school_it import cells, sheets
from school_it.errors import BadValue
from tests.files.awkward import DEVICES, HEADERS

STORED = [
    {
        "asset_tag": "004711",
        "serial_number": "=1+1",
        "category": "tablet",
        "manufacturer": "Prüf & Söhne <GmbH>",
        "school_number": "186922",
        "acquired_on": date(2024, 2, 29),
        "price_net": Decimal("1299.00"),
        "price_gross": Decimal("1545.81"),
        "remark": "+49\nzweite Zeile _x0041_",
    },
    {"asset_tag": "2", "category": "notebook", "school_number": "186922", "price_net": Decimal("0.10")},
]


def page(stored=STORED, **other):
    lines = sheets.lines(DEVICES, stored)
    return Page("Bestandsverzeichnis", "Bestandsverzeichnis", DEVICES.columns, lines, **other)


def written(tmp_path, *pages):
    write(tmp_path / "bericht.xlsx", pages)
    return tmp_path / "bericht.xlsx"


def opened(tmp_path, *pages, data_only=False):
    return load_workbook(written(tmp_path, *pages), data_only=data_only)


def test_the_header_is_row_5_and_the_data_begin_in_row_6(tmp_path):
    sheet = opened(tmp_path, page(subtitle=("Beispielstadt", "Stand 01.03.2024")))["Bestandsverzeichnis"]
    assert [sheet[f"A{row}"].value for row in range(1, 7)] == [
        "Bestandsverzeichnis",
        "Beispielstadt",
        "Stand 01.03.2024",
        None,
        "Inventarnummer",
        "004711",
    ]
    assert [cell.value for cell in sheet[5]] == HEADERS


def test_a_page_prints_on_a4_one_page_wide_with_its_header_on_each_page(tmp_path):
    sheet = opened(tmp_path, page()).active
    assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (9, "landscape")
    assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.print_title_rows == "$5:$5"
    assert sheet.freeze_panes == "A6"
    assert sheet.auto_filter.ref == "A5:I7"


def test_codes_are_text_amounts_are_numbers_and_dates_are_dates(tmp_path):
    sheet = opened(tmp_path, page()).active
    assert (sheet["A6"].data_type, sheet["A6"].number_format) == ("s", "@")
    assert (sheet["G6"].value, sheet["G6"].number_format) == (1299, '#,##0.00 "€"')
    assert (sheet["F6"].value.date(), sheet["F6"].number_format) == (date(2024, 2, 29), "dd.mm.yyyy")


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(1)", "{=1}", "https://example.org", "\t=1", "007"]
)
def test_a_text_is_never_a_formula_nor_a_link(tmp_path, text):
    sheet = opened(tmp_path, page([{"asset_tag": text, "remark": text}])).active
    for cell in (sheet["A6"], sheet["I6"]):
        assert (cell.data_type, cell.hyperlink) == ("s", None)


def test_the_sum_row_is_last_and_holds_formulas_with_their_values(tmp_path):
    asked = page(sums=("price_net",))
    sheet = opened(tmp_path, asked).active
    assert (sheet["A8"].value, sheet["G8"].value, sheet.max_row) == ("Summe", "=SUM(G6:G7)", 8)
    assert load_workbook(tmp_path / "bericht.xlsx", data_only=True).active["G8"].value == 1299.1


def test_a_row_is_as_high_as_its_longest_text_needs(tmp_path):
    sheet = opened(
        tmp_path, page([{"asset_tag": "1", "remark": "ein Wort " * 20}, {"asset_tag": "2"}])
    ).active
    assert sheet.row_dimensions[6].height >= 4 * 15
    assert sheet.row_dimensions[7].height is None


def test_the_lines_of_a_short_table_go_on_below_its_empty_cells(tmp_path):
    asked = replace(page(), rows=(row for row in page([{"asset_tag": "1"}]).rows))
    sheet = opened(tmp_path, asked).active
    assert {cell.border.bottom.style for cell in sheet[6]} == {"thin"}


def test_a_table_without_rows_has_its_header_and_sums_of_nothing(tmp_path):
    sheet = opened(tmp_path, page([], sums=("price_net",))).active
    assert [cell.value for cell in sheet[5]] == HEADERS
    assert (sheet["A6"].value, sheet["G6"].value) == ("Summe", 0)


def test_a_name_leads_to_its_cell(tmp_path):
    entry = Entry("bewilligt", Decimal("40000.00"), cells.EURO, "vn_bewilligt")
    cover = Cover("Verwendungsnachweis", "Deckblatt", [entry, Entry("bis", None, cells.DATE, "vn_bis")])
    asked = page(sums=("price_net",), names={"summe": (SUM, "price_net"), "erste": (0, "asset_tag")})
    book = opened(tmp_path, cover, asked)
    assert {
        name: book.defined_names[name].attr_text for name in ("vn_bewilligt", "vn_bis", "summe", "erste")
    } == {
        "vn_bewilligt": "Deckblatt!$B$5",
        "vn_bis": "Deckblatt!$B$6",
        "summe": "Bestandsverzeichnis!$G$8",
        "erste": "Bestandsverzeichnis!$A$6",
    }
    assert book["Deckblatt"]["B5"].value == 40000


def test_a_workbook_can_go_straight_to_the_browser():
    answer = io.BytesIO()
    write(answer, [page()])
    assert load_workbook(io.BytesIO(answer.getvalue())).active["A6"].value == "004711"


def test_what_fails_half_way_leaves_the_old_file_and_nothing_else(tmp_path):
    written(tmp_path, page())
    before = (tmp_path / "bericht.xlsx").read_bytes()
    with pytest.raises(BadValue, match="zu lang"):
        write(tmp_path / "bericht.xlsx", [page([{"asset_tag": "x" * 40_000}])])
    assert [one.name for one in tmp_path.iterdir()] == ["bericht.xlsx"]
    assert (tmp_path / "bericht.xlsx").read_bytes() == before


# --- there and back -----------------------------------------------------------------------------------------


def read_back(path):
    reading = sheets.read(DEVICES, reader.read(path, DEVICES))
    assert reading.problems == []
    return [row.values for row in reading.rows]


def test_what_is_written_reads_back_as_it_was_stored(tmp_path):
    path = written(tmp_path, page(subtitle=("Beispielstadt",), sums=("price_net", "price_gross")))
    assert read_back(path) == STORED


TEXTS = st.text(st.characters(codec="utf-8"), max_size=30).map(cells.TEXT.read)
DEVICE = st.fixed_dictionaries(
    {"category": st.sampled_from(["tablet", "notebook"]), "school_number": st.just("186922")},
    optional={
        "serial_number": st.text(st.characters(codec="utf-8"), max_size=12),
        "manufacturer": TEXTS,
        "acquired_on": st.dates(date(1901, 1, 1), date(2199, 12, 31)),
        "price_net": st.integers(-(10**10), 10**10).map(lambda cents: Decimal(cents) / 100),
        "remark": TEXTS,
    },
)


def as_stored(number, values):
    """A device as the house would hold it: its own number, cleaned codes, nothing for an empty text."""
    serial = cells.CODE.read(f"S{number}{values.get('serial_number', '')}")
    stored = {"asset_tag": f"INV-{number}", **values, "serial_number": serial}
    return {name: value for name, value in stored.items() if value is not None}


@given(st.lists(DEVICE, min_size=1, max_size=12))
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_stored_reads_back_as_it_was(tmp_path, devices):
    stored = [as_stored(number, values) for number, values in enumerate(devices)]
    assert read_back(written(tmp_path, page(stored, sums=("price_net",)))) == stored
