"""From a table in a file to the rows of a kind: headers, keys, needed values, sums."""

from __future__ import annotations

import unicodedata
from datetime import date
from decimal import Decimal

import pytest

from school_it import cells, sheets
from school_it.errors import BadValue, Sentence
from school_it.network.sheet import OUTLETS
from school_it.sheets import Column, Sheet, Table
from tests.files.awkward import DEVICES, HEADERS, device

FIGURES = Sheet(
    "figures",
    "Schulzahlen",
    (
        Column("school_number", "Schulnummer", cells.CODE, needed=True),
        Column("grade", "Jahrgang", cells.CODE),
        Column("pupils", "Schülerzahl", cells.INTEGER, needed=True),
    ),
    keys=(("school_number", "grade"),),
)


def table(headers, *rows, first_row=2):
    return Table(
        None, 1, tuple(headers), tuple(range(len(headers))), [*enumerate(map(list, rows), first_row)]
    )


def sentences(reading):
    return [(one.row, one.column, str(one.sentence)) for one in reading.problems]


# --- headers ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "header",
    [
        "Inventarnummer",
        "INVENTARNUMMER",
        " Inventarnummer ",
        "Inventar\nnummer",
        "Inventar-\nnummer",
        "Inventarnummer*",
        "Inventarnummer:",
        "Inventar\u200bnummer",
        "Inv.-Nr.",
        "Inv. Nr.",
        "InvNr",
        "Inventar-Nr.",
        "asset_tag",
    ],
)
def test_a_header_is_known_however_it_is_spelled(header):
    assert sheets.match(DEVICES, [header]) == ["asset_tag"]


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("Seriennr.", "serial_number"),
        ("Serien-Nr.", "serial_number"),
        ("Preis (brutto)", "price_gross"),
        ("Preis netto in €", "price_net"),
        ("Bemerk.", "remark"),
        ("Geraeteart", "category"),
        ("Schul-Nr.", "school_number"),
        (unicodedata.normalize("NFD", "Geräteart"), "category"),
    ],
)
def test_the_usual_abbreviations_are_known(header, field):
    assert sheets.match(DEVICES, [header]) == [field]


@pytest.mark.parametrize("header", ["Preis", "Bezeichnung", "Nummer", "", "Farbe", "Prüfhinweis"])
def test_a_header_that_could_mean_two_things_stays_unmapped(header):
    assert sheets.match(DEVICES, [header]) == [None]


def test_the_own_header_beats_another_spelling():
    assert sheets.match(DEVICES, ["Kaufdatum", "Anschaffungsdatum"]) == [None, "acquired_on"]


def test_two_columns_with_the_same_header_both_stay_unmapped():
    assert sheets.match(DEVICES, ["Bemerkung", "Bemerkung", "Hersteller"]) == [None, None, "manufacturer"]


def test_a_mapping_goes_before_everything():
    mapping = sheets.parse_mapping(["Preis=price_gross", "Preis brutto="])
    assert sheets.match(DEVICES, ["Preis", "Preis brutto"], mapping) == ["price_gross", None]


def test_a_mapping_may_name_the_field_by_its_own_header():
    mapping = sheets.parse_mapping(["Kosten=Preis brutto"])
    assert sheets.match(DEVICES, ["Kosten"], mapping) == ["price_gross"]


def test_a_mapping_takes_the_field_from_the_column_that_had_it():
    assert sheets.match(DEVICES, ["Notiz", "Bemerkung"], {"notiz": "remark"}) == ["remark", None]


def test_a_mapping_that_names_nothing_is_refused():
    with pytest.raises(BadValue, match="Eine Spalte »Gibtsnicht« hat die Datei nicht"):
        sheets.match(DEVICES, ["Preis"], {"Gibtsnicht": "remark"})
    with pytest.raises(BadValue, match="Ein Feld »farbe« gibt es hier nicht"):
        sheets.match(DEVICES, ["Preis"], {"Preis": "farbe"})
    with pytest.raises(BadValue, match="keine Zuordnung"):
        sheets.parse_mapping(["Preis"])


# --- rows ---------------------------------------------------------------------------------------------------


def test_a_row_holds_only_what_has_a_value():
    reading = sheets.read(DEVICES, table(HEADERS, device("1", price_net="-", remark="x")))
    assert reading.rows == [
        (2, {"asset_tag": "1", "category": "tablet", "school_number": "186922", "remark": "x"})
    ]


def test_an_empty_cell_empties_a_field_only_where_it_is_said():
    reading = sheets.read(
        DEVICES,
        table(["Inventarnummer", "Geräteart", "Schulnummer", "Bemerkung"], ["1", "Tablet", "186922", None]),
        blank_clears=["remark", "price_net"],
    )
    assert reading.rows[0].values["remark"] is None
    assert "price_net" not in reading.rows[0].values


def test_a_field_that_is_not_there_cannot_be_cleared():
    with pytest.raises(BadValue, match="farbe"):
        sheets.read(DEVICES, table(HEADERS), blank_clears=["farbe"])


def test_every_faulty_cell_of_a_row_is_told():
    reading = sheets.read(DEVICES, table(HEADERS, device("1", price_net="viel", acquired_on="31.02.2024")))
    assert [(one.row, one.column, one.value) for one in reading.problems] == [
        (2, "Anschaffungsdatum", "31.02.2024"),
        (2, "Preis netto", "viel"),
    ]
    assert (reading.rows, reading.count) == ([], 1)
    assert reading.faulty[0].values["asset_tag"] == "1"


def test_a_needed_value_that_is_missing_is_a_problem_of_its_cell():
    reading = sheets.read(DEVICES, table(HEADERS, device("1", category=None)))
    assert sentences(reading) == [(2, "Geräteart", "Geräteart fehlt. Bitte eintragen.")]


def test_a_needed_column_that_is_missing_makes_every_row_a_problem():
    reading = sheets.read(DEVICES, table(["Inventarnummer", "Geräteart"], ["1", "Tablet"], ["2", "Tablet"]))
    assert sentences(reading) == [(row, None, "Schulnummer fehlt. Bitte eintragen.") for row in (2, 3)]


def test_a_value_given_from_outside_fills_what_the_file_leaves_blank():
    reading = sheets.read(
        DEVICES, table(["Inventarnummer", "Geräteart"], ["1", "Tablet"]), given={"school_number": "186922"}
    )
    assert reading.rows[0].values["school_number"] == "186922"


def test_a_value_that_cannot_be_read_is_not_missing_too():
    reading = sheets.read(DEVICES, table(HEADERS, device("1", category="Fernrohr")))
    assert len(reading.problems) == 1


# --- keys ---------------------------------------------------------------------------------------------------


def test_a_key_in_two_rows_is_a_problem_of_both_that_names_them():
    reading = sheets.read(DEVICES, table(HEADERS, device("7"), device("8"), device("7")))
    sentence = "Inventarnummer 7 steht mehrfach in der Datei (Zeilen 2, 4). Bitte nur einmal."
    assert sentences(reading) == [(2, "Inventarnummer", sentence), (4, "Inventarnummer", sentence)]
    assert [row.number for row in reading.rows] == [3]


def test_a_row_that_is_there_twice_is_told_at_its_name_not_at_its_school():
    rows = [["115514", "1.07", "D1"], ["115514", "1.07", "D1"]]
    reading = sheets.read(OUTLETS, table(["Schulnummer", "Raum", "Dose"], *rows))
    assert [(problem.column, problem.value) for problem in reading.problems] == [
        ("Dose", "D1"),
        ("Dose", "D1"),
    ]


def test_a_key_of_two_columns_is_twice_only_where_both_are():
    twins = [
        device("1", serial_number="S", manufacturer="A"),
        device("2", serial_number="S", manufacturer="B"),
        device("3", serial_number="S", manufacturer="A"),
    ]
    reading = sheets.read(DEVICES, table(HEADERS, *twins))
    assert [(one.row, one.column, one.value) for one in reading.problems] == [
        (2, "Seriennummer", "S"),
        (4, "Seriennummer", "S"),
    ]


def test_a_row_without_any_key_is_a_problem_of_the_row():
    reading = sheets.read(DEVICES, table(HEADERS, device(None, serial_number="S")))
    assert sentences(reading) == [
        (
            2,
            None,
            "Der Zeile fehlt der Schlüssel. Bitte eintragen: Inventarnummer / Seriennummer + Hersteller.",
        )
    ]


def test_a_blank_part_of_a_key_is_a_part_of_it():
    rows = [["186922", None, 412], ["186922", "05", 80], ["186922", None, 413]]
    reading = sheets.read(FIGURES, table(["Schulnummer", "Jahrgang", "Schülerzahl"], *rows))
    assert [one.row for one in reading.problems] == [2, 4]


def test_thousands_of_equal_keys_do_not_make_thousands_of_long_sentences():
    reading = sheets.read(DEVICES, table(HEADERS, *[device("7") for _ in range(3000)]))
    assert len(reading.problems) == 3000
    assert len(str(reading.problems[0].sentence)) < 300


# --- sums and later problems --------------------------------------------------------------------------------


def test_the_sum_of_the_file_counts_problem_rows_and_the_sum_taken_does_not():
    rows = [
        device("1", price_net=1.1),
        device("2", price_net="2,20", category="?"),
        device("3", price_net="viel"),
    ]
    reading = sheets.read(DEVICES, table(HEADERS, *rows))
    assert reading.sums["price_net"] == Decimal("3.30")
    assert sheets.sums(DEVICES, reading.rows, reading.sums)["price_net"] == Decimal("1.10")


def test_only_amounts_that_the_file_has_are_summed():
    reading = sheets.read(DEVICES, table(["Inventarnummer", "Preis netto"], ["1", 5.0]))
    assert reading.sums == {"price_net": Decimal("5.00")}


def test_a_problem_found_later_takes_its_row_out():
    reading = sheets.read(DEVICES, table(HEADERS, device("1"), device("2")))
    reading.refuse([sheets.Problem(3, "Schulnummer", "186922", Sentence("gibt es nicht"))])
    assert [row.number for row in reading.rows] == [2]
    assert [row.number for row in reading.faulty] == [3]


# --- out ----------------------------------------------------------------------------------------------------


def test_lines_hold_what_a_workbook_can_hold():
    stored = {
        "asset_tag": "007",
        "category": "tablet",
        "price_net": Decimal("5.00"),
        "acquired_on": date(2024, 1, 2),
    }
    (line,) = sheets.lines(DEVICES, [stored])
    assert line == ["007", None, "Tablet", None, None, date(2024, 1, 2), Decimal("5.00"), None, None]


def test_lines_take_objects_too():
    class Device:
        asset_tag, category, school_number = "007", "notebook", "186922"
        serial_number = manufacturer = acquired_on = price_net = price_gross = remark = None

    (line,) = sheets.lines(DEVICES, [Device()])
    assert line[:3] == ["007", None, "Notebook"]
