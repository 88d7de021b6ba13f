"""A header that is nearly a known one, a column without a name, a column that holds something else."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from imports import mapping
from imports.closeness import close
from school_it.devices.sheet import DEVICES
from school_it.sheets import Table, read
from school_it.sheets.amended import amended

CELLS: dict[str, list[Any]] = {
    "code": ["A-001", "A-002", "A-003", "A-004"],
    "date": ["01.03.2024", "1.4.24", date(2024, 5, 1), "02.03.2024"],
    "euro": [399.0, "399,00 €", "1.299,00", 12.5],
    "mac": ["02:00:00:00:00:01", "02:00:00:00:00:02", "02:00:00:00:00:03", "02:00:00:00:00:04"],
    "word": ["Tablet", "iPad", "Laptop", "Beamer"],
    "text": ["Nordlicht", "Tannwerk", "Nordlicht", "Seestern"],
    "school": ["115514", "115514", "167149", "115514"],
}


def table(**columns: str) -> Table:
    """``table(Kaufdatum="date")``: a column with that header and such cells."""
    headers = [header.replace("_", " ") for header in columns]
    rows = [(number + 2, [CELLS[kind][number] for kind in columns.values()]) for number in range(4)]
    return Table(None, 1, tuple(headers), tuple(range(len(headers))), rows)


def guessed(found: Table) -> dict[str, tuple[tuple[str, ...], bool]]:
    _meant, guesses = mapping.completed(DEVICES, found, {})
    return {one.header: (one.fields, one.sure) for one in guesses}


@pytest.mark.parametrize(
    ("header", "cells", "field"),
    [
        ("Inventarnumer", "code", "asset_tag"),
        ("Seriennumemr", "code", "serial_number"),
        ("Anschafungsdatum", "date", "acquired_on"),
        ("Herstellre", "text", "manufacturer"),
    ],
)
def test_a_slip_of_the_pen_is_read_as_what_it_is(header: str, cells: str, field: str) -> None:
    found = table(**{header: cells})
    assert guessed(found) == {header: ((field,), True)}
    assert mapping.completed(DEVICES, found, {})[0] == {header: field}


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("Preis", "euro"),  # netto or brutto
        ("Bezeichnung", "text"),
        ("Garantie ab", "date"),  # not »Garantie bis«
        ("LAN-MAC", "mac"),  # not »WLAN-MAC«
        ("Bemerkung 2", "text"),
        ("Auftragnehmer", "text"),
        ("Anschafungsdatum", "code"),  # the cells say otherwise
    ],
)
def test_what_could_be_something_else_waits_for_somebody_to_say(header: str, cells: str) -> None:
    found = table(**{header: cells})
    assert not any(sure for _fields, sure in guessed(found).values())
    assert mapping.completed(DEVICES, found, {})[0] == {}


@pytest.mark.parametrize("header", ["Preis", "AHK", "Anschaffungswert", "Price", "Euro"])
def test_a_price_is_offered_as_net_or_gross(header: str) -> None:
    assert guessed(table(**{header: "euro"})) == {header: (("price_net", "price_gross"), False)}


def test_cells_that_only_one_column_has_say_what_it_is() -> None:
    found = guessed(table(Adr="mac", Standortnr="school", Was="word"))
    assert {header: fields for header, (fields, _sure) in found.items()} == {
        "Adr": ("mac_address",),
        "Standortnr": ("school_number",),
        "Was": ("category",),
    }


def test_numbers_of_their_own_are_asked_for_where_nothing_else_names_the_rows() -> None:
    assert guessed(table(Stadt="code")) == {"Stadt": (("asset_tag",), False)}
    assert guessed(table(Inventarnummer="code", Stadt="code")) == {}


def test_days_are_never_taken_for_the_number_of_an_invoice() -> None:
    assert "Rechnungsdatum" not in guessed(table(Rechnungsdatum="date"))


def test_two_columns_that_could_be_the_same_are_both_left_alone() -> None:
    found = guessed(table(Inventarnumer="code", Inventarnummre="code"))
    assert [sure for _fields, sure in found.values()] == [False, False]


def test_what_somebody_left_out_is_not_guessed_again() -> None:
    found = table(Inventarnumer="code")
    assert mapping.completed(DEVICES, found, {"Inventarnumer": None}) == ({"Inventarnumer": None}, [])


def test_serial_numbers_below_a_date_are_pointed_out() -> None:
    found = table(Kaufdatum="code", Preis_brutto="euro")
    (doubt,) = mapping.doubts(DEVICES, found, read(DEVICES, found))
    assert (doubt.header, doubt.field, doubt.example) == ("Kaufdatum", "acquired_on", "A-001")


def test_without_headers_each_column_is_guessed_by_its_cells_once() -> None:
    found = table(Spalte_A="code", Spalte_B="word", Spalte_C="date", Spalte_D="euro", Spalte_E="date")
    guesses = mapping.by_columns(DEVICES, found)
    assert [(one.header, one.fields[0]) for one in guesses] == [
        ("Spalte A", "asset_tag"),
        ("Spalte B", "category"),
        ("Spalte C", "acquired_on"),
        ("Spalte E", "commissioned_on"),
    ]


@pytest.mark.parametrize(
    ("text", "known", "meant"),
    [
        ("Tabletts", ["Tablet", "Beamer"], ["Tablet"]),
        ("Nordlicht GmbH", ["Nordlicht", "Tannwerk"], ["Nordlicht"]),
        ("R 101", ["101", "102"], ["101"]),
        ("Raum 0.01", ["0.01", "0.10", "1.01"], ["0.01"]),
        ("0.2", ["0.02", "0.12"], ["0.02"]),
        ("VO1", ["V01", "V02", "L01"], ["V01"]),
        ("1.08", ["1.07", "1.18"], []),  # another room, not a slip
        ("Tablet", ["Tablet"], []),
        ("Beamer", ["Tablet", "Server"], []),
    ],
)
def test_close_words_are_those_that_may_have_been_meant(
    text: str, known: list[str], meant: list[str]
) -> None:
    assert close(text, known) == meant


def test_a_correction_goes_before_a_word_and_neither_changes_the_table_itself() -> None:
    found = table(Was="word", Preis="euro")
    meant = amended(found, {2: {"preis": "400,00"}, 99: {"Preis": "1"}}, {"Was": {"TABLET": "PC", "": "x"}})
    assert [row for _number, row in meant.rows][:2] == [["PC", "400,00"], ["iPad", "399,00 €"]]
    assert found.rows[0] == (2, ["Tablet", 399.0])
    assert amended(found, {2: {"Was": ""}}, {"Was": {"Tablet": "PC"}}).rows[0] == (2, [None, 399.0])


def test_a_column_that_the_file_lacks_is_added_for_what_is_filled_in() -> None:
    meant = amended(table(Was="word"), {3: {"Raum": "101"}}, {"Nutzung": {"": "Pool"}})
    assert meant.headers == ("Was", "Nutzung", "Raum")
    assert [row for _number, row in meant.rows][:2] == [["Tablet", "Pool", None], ["iPad", "Pool", "101"]]
    assert meant.places == (0, 1, 2)
