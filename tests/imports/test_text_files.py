"""Delimited text as it leaves other programs: every way of writing it that offices have."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from imports import csv_text, workbook
from school_it import sheets
from school_it.errors import CannotRead
from school_it.sheets import Row
from tests.files.awkward import DEVICES

TEXT = "Inventarnummer;Geräteart;Schulnummer;Hersteller\n007;Tablet;186922;Größe Übung\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "liste.csv"


def rows(file: Path, **asked: Any) -> list[Row]:
    return sheets.read(DEVICES, workbook.read(file, DEVICES, **asked)).rows


@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "cp1252", "cp850", "mac_roman", "utf-16", "utf-16-le", "utf-16-be"],
)
@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
@pytest.mark.parametrize("line_end", ["\n", "\r"])
def test_umlauts_are_umlauts_whatever_program_has_written_them(
    file: Path, encoding: str, delimiter: str, line_end: str
) -> None:
    file.write_bytes(TEXT.replace(";", delimiter).replace("\n", line_end).encode(encoding))
    _header, record = csv_text.opened(file, lambda sample: "Geräteart" in sample[0]).records()
    assert record == ["007", "Tablet", "186922", "Größe Übung"]


@pytest.mark.parametrize(
    "typed",
    [
        "399,00 €",
        "399€",
        "„klein“",
        "“klein”",
        "eins – zwei",
        "§ 5",
        "20 °C",
        "m²",
        "Café",
        "EUR/€",
        "…",
        "Maß",
        "ÄÖÜ",
    ],
)
def test_what_windows_has_written_is_not_taken_for_something_older(typed: str) -> None:
    assert csv_text.decoded(f"A-1;Tablet;{typed};x\n".encode("cp1252")) == f"A-1;Tablet;{typed};x\n"


def test_utf_16_of_a_big_machine_with_its_mark_is_read(file: Path) -> None:
    file.write_bytes(b"\xfe\xff" + TEXT.encode("utf-16-be"))
    assert len(rows(file)) == 1


def test_one_broken_sign_does_not_break_the_others(file: Path) -> None:
    file.write_bytes(TEXT.encode() + "8;Tablet;186922;Möbel ".encode() + b"\xff\n")
    assert [row.values["manufacturer"] for row in rows(file)] == ["Größe Übung", "Möbel \ufffd"]


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|", ":"])
def test_the_line_that_says_the_delimiter_is_obeyed(file: Path, delimiter: str) -> None:
    file.write_text(f"sep={delimiter}\n" + TEXT.replace(";", delimiter), "utf-8")
    assert [row.number for row in rows(file)] == [2]


@pytest.mark.parametrize("line", ['sep="', "sep=", "sep=ab"])
def test_a_line_that_says_no_sensible_delimiter_is_a_row_above_the_table(file: Path, line: str) -> None:
    file.write_text(f"{line}\n{TEXT}", "utf-8")
    table = workbook.read(file, DEVICES)
    # An open quotation mark would take the header along.
    assert (table.header_row, [number for number, _raws in table.rows]) == (2, [3])


def test_amounts_with_a_comma_do_not_make_the_comma_the_delimiter(file: Path) -> None:
    file.write_text("Inventarnummer;Geräteart;Schulnummer;Preis netto\n1;Tablet;186922;1.299,00\n", "utf-8")
    assert rows(file)[0].values["price_net"] == Decimal("1299.00")


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ('"eins\nzwei"', "eins\nzwei"),
        ('"eins\r\nzwei"', "eins\nzwei"),
        ('"Prüf ""24"""', 'Prüf "24"'),
        ('Beamer 24"', 'Beamer 24"'),
        ('"a;b"', "a;b"),
        ("=Hülle fehlt", "=Hülle fehlt"),
        ("+49 211", "+49 211"),
        ("@home", "@home"),
        ("weich\u00adtrennen", "weichtrennen"),
        ("fest\u00a0er Abstand", "fest er Abstand"),
        ("null\u200bbreit", "nullbreit"),
        ("u\u0308ber", "über"),
    ],
)
def test_a_cell_says_what_was_typed(file: Path, typed: str, stored: str) -> None:
    file.write_text(f"Inventarnummer;Bemerkung;Geräteart;Schulnummer\n1;{typed};Tablet;186922\n", "utf-8")
    assert [row.values["remark"] for row in rows(file)] == [stored]


@pytest.mark.parametrize("inner", ["kurz\n", "lang" * 50_000 + "\n"])
def test_a_quotation_mark_that_nobody_closes_is_refused_and_swallows_no_rows(file: Path, inner: str) -> None:
    file.write_text(f'{TEXT}8;Tablet;186922;"{inner}9;Tablet;186922;x\n', "utf-8")
    with pytest.raises(CannotRead, match="nimmt kein Ende"):
        rows(file)


def test_blank_lines_and_the_end_sign_of_old_programs_are_nothing(file: Path) -> None:
    file.write_bytes(b"\n\n" + TEXT.encode("cp1252") + b"\n\n\x1a")
    table = workbook.read(file, DEVICES)
    assert (table.header_row, table.ignored, len(table.rows)) == (3, 0, 1)


def test_records_that_are_too_short_or_too_long_keep_their_places(file: Path) -> None:
    file.write_text(TEXT + "8;Tablet;186922\n9;Tablet;186922;H;zu viel;noch mehr\n", "utf-8")
    assert [row.values.get("manufacturer") for row in rows(file)] == ["Größe Übung", None, "H"]
