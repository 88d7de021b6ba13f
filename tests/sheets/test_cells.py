# ruff: noqa: DTZ001 - a spreadsheet knows no time zones
"""How one cell becomes one value: what a school relies on when its list is read."""

from __future__ import annotations

import contextlib
import pickle
import unicodedata
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from school_it import cells
from school_it.cells import CODE, CODES, DATE, EURO, INTEGER, NUMBER, PERCENT, TEXT, YES_NO, Fault, Shown
from school_it.errors import BadValue

EVERY_TYPE = [TEXT, CODE, CODES, EURO, PERCENT, DATE, INTEGER, NUMBER, YES_NO, cells.one_of({"Pool": 1})]


def problem(kind: cells.Type, raw: cells.Raw) -> str:
    with pytest.raises(BadValue) as refused:
        kind.read(raw)
    return str(refused.value)


# --- what no column takes -----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", EVERY_TYPE)
@pytest.mark.parametrize("raw", [None, "", "   ", "\u00a0", "\u200b", "\n"])
def test_an_empty_cell_is_no_value(kind, raw):
    assert kind.read(raw) is None


@pytest.mark.parametrize("raw", ["-", "–", "keine", "Keine", "n/a", "N/A", "unbekannt", " unbekannt "])
def test_a_placeholder_is_empty_everywhere_but_in_free_text(raw):
    for kind in EVERY_TYPE[1:]:
        assert kind.read(raw) is None
    assert TEXT.read(raw) == raw.strip()


@pytest.mark.parametrize("kind", EVERY_TYPE)
def test_a_formula_that_nobody_calculated_is_a_problem(kind):
    assert "neu berechnen" in problem(kind, Fault.NOT_CALCULATED)


def test_an_error_cell_is_named_as_the_spreadsheet_names_it():
    assert "#BEZUG!" in problem(EURO, Fault.REFERENCE)


# --- text ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "read"),
    [
        ("  Grundschule  ", "Grundschule"),
        ("Am\u00a0Weg", "Am Weg"),
        ("Bei\u200bspiel\ufeff", "Beispiel"),
        ("a\x07b\x1b", "ab"),
        (unicodedata.normalize("NFD", "Müller"), "Müller"),
        ("=SUMME(A1)", "=SUMME(A1)"),
        ("@home", "@home"),
        ("+49 211 1", "+49 211 1"),
        ("Zeile 1\r\nZeile 2", "Zeile 1\nZeile 2"),
        (3.0, "3"),
        (1.5, "1,5"),
        (True, "WAHR"),
        (date(2024, 2, 1), "01.02.2024"),
        (datetime(2024, 2, 1, 10, 30), "01.02.2024 10:30"),
        (Shown(0.5, "50 %"), "50 %"),
    ],
)
def test_text_is_read_as_shown_and_without_what_cannot_be_seen(raw, read):
    assert TEXT.read(raw) == read


@given(st.text(max_size=60))
def test_cleaning_twice_is_cleaning_once(text):
    once = cells.clean(text)
    assert cells.clean(once) == once


# --- codes --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "read"),
    [
        ("004711", "004711"),
        (4711.0, "4711"),
        (Shown(4711.0, "004711"), "004711"),
        (Shown(7.0, "INV-0007"), "INV-0007"),
        (Shown(4711.0, "4.711"), "4711"),
        (Shown(1.1, "1,10"), "1.10"),
        ("115514.0", "115514"),
        ("1.0", "1.0"),
        ("1.07", "1.07"),
        (2.3, "2.3"),
        ("1E5", "1E5"),
        (999_999_999_999_999.0, "999999999999999"),
    ],
)
def test_a_code_keeps_its_zeros(raw, read):
    assert CODE.read(raw) == read


@pytest.mark.parametrize(
    "raw", [1e15, 1234567890123456789.0, "1,23457E+15", "8.93901E+18", "1E+15", float("inf")]
)
def test_a_code_that_has_lost_digits_is_a_problem(raw):
    assert "Stellen verloren" in problem(CODE, raw)


@pytest.mark.parametrize("raw", [date(2024, 2, 1), datetime(2024, 2, 1), time(1, 7), timedelta(hours=30)])
def test_a_date_in_a_code_column_is_a_problem(raw):
    assert "statt einer Nummer" in problem(CODE, raw)


def test_codes_stand_with_commas_between():
    assert CODES.read("2.1a, 2.1b,2.3 , 2.1a") == ("2.1a", "2.1b", "2.3")
    assert CODES.read(2.3) == ("2.3",)


# --- amounts, shares, numbers -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "read"),
    [
        (1299.0, "1299.00"),
        (1299, "1299.00"),
        (1.005, "1.01"),
        (-5.5, "-5.50"),
        ("1.299,00", "1299.00"),
        ("1299,00", "1299.00"),
        ("1 299,00", "1299.00"),
        ("1\u00a0299,00\u00a0€", "1299.00"),
        ("€ 12,50", "12.50"),
        ("EUR 12,50", "12.50"),
        ("12,50 EUR", "12.50"),
        ("12,50€", "12.50"),
        ("1.299", "1299.00"),
        ("1299.00", "1299.00"),
        ("12,005", "12.01"),
        ("1.299,-", "1299.00"),
        ("-5,00", "-5.00"),
        ("5,00-", "-5.00"),
        ("0", "0.00"),
    ],
)
def test_an_amount_is_read_as_offices_write_it(raw, read):
    assert str(EURO.read(raw)) == read


@pytest.mark.parametrize(
    "raw",
    [
        "viel",
        "ca. 500",
        "12,00 / 15,00",
        "12 15",
        "1.234.56",
        "1,234.56",
        "12.5",
        "1.29,00",
        "12,00 $",
        True,
        date(2024, 1, 1),
        float("nan"),
        1e18,
        "٣",
    ],
)
def test_what_is_no_amount_is_a_problem_and_not_zero(raw):
    assert "ist kein Betrag. Bitte eine Zahl wie 1.299,00 eintragen." in problem(EURO, raw)


@pytest.mark.parametrize(
    ("raw", "read"),
    [
        ("90 %", "0.9"),
        ("90%", "0.9"),
        ("90", "0.9"),
        (90.0, "0.9"),
        (0.9, "0.9"),
        ("0,9", "0.9"),
        (1.0, "1"),
        ("0,9 %", "0.009"),
        ("1 %", "0.01"),
        (Shown(0.9, "90%"), "0.9"),
        ("12,5 %", "0.125"),
        ("0", "0"),
    ],
)
def test_a_percentage_is_a_share_of_one(raw, read):
    assert PERCENT.read(raw) == Decimal(read)


@pytest.mark.parametrize("raw", ["101 %", 101.0, Shown(1.2, "120%"), "-5 %", "fast alles", "100,01 %"])
def test_no_percentage_is_over_a_hundred(raw):
    assert "kein Anteil von 0 bis 100 %" in problem(PERCENT, raw)


@pytest.mark.parametrize(
    ("raw", "read"), [(28.0, 28), ("28", 28), ("1.200", 1200), ("28,0", 28), (0.0, 0), (-3, -3)]
)
def test_an_integer_is_read_from_numbers_and_text(raw, read):
    assert INTEGER.read(raw) == read


@pytest.mark.parametrize("raw", [28.5, "28,5", "etwa 28", True, date(2024, 1, 1)])
def test_what_is_no_integer_is_a_problem(raw):
    assert "keine ganze Zahl" in problem(INTEGER, raw)


@pytest.mark.parametrize(("raw", "read"), [("1,5", "1.5"), (1.5, "1.5"), ("1.5", "1.5"), ("1.500", "1500")])
def test_a_number_is_read_in_german(raw, read):
    assert NUMBER.read(raw) == Decimal(read)


# --- dates --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "read"),
    [
        (date(2024, 2, 29), date(2024, 2, 29)),
        (datetime(2024, 2, 1, 23, 59), date(2024, 2, 1)),
        ("01.02.2024", date(2024, 2, 1)),
        ("1.2.2024", date(2024, 2, 1)),
        ("1.2.24", date(2024, 2, 1)),
        ("1.2.68", date(2068, 2, 1)),
        ("1. Februar 2024", date(2024, 2, 1)),
        ("15. März 2021", date(2021, 3, 15)),
        ("3. Dez. 2021", date(2021, 12, 3)),
        ("1.2.69", date(1969, 2, 1)),
        ("2024-02-01", date(2024, 2, 1)),
        ("01.02.2024 10:30", date(2024, 2, 1)),
        ("2024-02-01T10:30:00", date(2024, 2, 1)),
        ("2024-02-01 00:00:00", date(2024, 2, 1)),
        ("01.\u00a002.\u00a02024", date(2024, 2, 1)),
    ],
)
def test_a_date_is_read_and_its_time_dropped(raw, read):
    assert DATE.read(raw) == read


@pytest.mark.parametrize("raw", ["31.02.2024", "00.01.2024", "32.01.2024", "2024-13-01", "29.02.2023"])
def test_a_date_that_does_not_exist_is_a_problem_not_another_date(raw):
    assert problem(DATE, raw) == f"Den Tag »{raw}« gibt es nicht. Bitte ein Datum wie 31.12.2024 eintragen."


@pytest.mark.parametrize(
    "raw",
    [
        "Sommer 2020",
        "2020",
        2020.0,
        "11-01-26",
        "Q1 2024",
        "13.2024",
        time(0, 0),
        date(1900, 1, 1),
        "221126",
        "1.2.124",
        "01.02.2024 oder später",
        True,
    ],
)
def test_a_vague_date_is_a_problem_and_never_a_guess(raw):
    assert "ist kein Datum" in problem(DATE, raw)


def test_a_date_that_could_be_two_is_a_problem_and_one_that_could_not_is_read():
    assert "Tag oder Monat zuerst?" in problem(DATE, "11/01/2026")
    assert DATE.read("13/01/2026") == DATE.read("01/13/2026") == date(2026, 1, 13)


@pytest.mark.parametrize("text", ["221126", "22112026", "22.11.2026", "22.11.26", "2026-11-22"])
def test_a_form_also_takes_a_date_typed_without_points(text):
    assert cells.parse_date(text) == date(2026, 11, 22)


def test_a_form_does_not_guess_either():
    with pytest.raises(BadValue, match="gibt es nicht"):
        cells.parse_date("310224")


# --- yes and no, listed words -------------------------------------------------------------------------------


@pytest.mark.parametrize("raw", ["ja", "Ja", "JA", "x", "X", "1", 1.0, 1, "wahr", True])
def test_yes_is_written_in_many_ways(raw):
    assert YES_NO.read(raw) is True


@pytest.mark.parametrize("raw", ["nein", "Nein", "0", 0.0, "falsch", False])
def test_no_is_written_in_many_ways(raw):
    assert YES_NO.read(raw) is False


@pytest.mark.parametrize("raw", ["vielleicht", 2.0, "jein"])
def test_neither_yes_nor_no_is_a_problem(raw):
    assert "weder ja noch nein" in problem(YES_NO, raw)


def test_a_listed_word_is_read_without_regard_to_case():
    use = cells.one_of({"Pool": "pool", "Lehrkraft": "teacher", "Lehrer": "teacher"})
    assert use.read(" lehrkraft ") == "teacher"
    assert use.read("LEHRER") == "teacher"
    assert use.show("teacher") == "Lehrkraft"
    assert "eines davon eintragen: Pool, Lehrkraft." in problem(use, "Beamtin")


def test_several_listed_words_stand_with_commas_between():
    costs = cells.some_of({"Wartung": "care", "Support": "help"})
    assert costs.read("Support, wartung") == ("help", "care")
    assert costs.show(("help", "care")) == "Support, Wartung"


# --- there and back -----------------------------------------------------------------------------------------

CENTS = st.integers(-(10**13), 10**13).map(lambda cents: Decimal(cents) / 100)
DAYS = st.dates(date(1901, 1, 1), date(9999, 12, 31))
SHARES = st.integers(0, 10_000).map(lambda part: Decimal(part) / 10_000)
NUMBERS = st.decimals(-(10**9), 10**9, places=3)
CODE_TEXT = st.text(st.characters(codec="utf-8", exclude_characters=",;"), min_size=1, max_size=20)


@given(CENTS)
def test_a_shown_amount_reads_as_the_same_amount(amount):
    assert EURO.read(EURO.show(amount)) == amount
    assert EURO.read(float(amount)) == amount


@given(DAYS)
def test_a_shown_date_reads_as_the_same_date(day):
    assert DATE.read(DATE.show(day)) == day
    assert DATE.read(day.isoformat()) == day


@given(SHARES)
def test_a_shown_share_reads_as_the_same_share(share):
    assert PERCENT.read(PERCENT.show(share)) == share


@given(NUMBERS)
def test_a_shown_number_reads_as_the_same_number(number):
    assert NUMBER.read(NUMBER.show(number)) == number


@given(st.integers(-(10**14), 10**14))
def test_a_shown_integer_reads_as_the_same_integer(number):
    assert INTEGER.read(INTEGER.show(number)) == number


@given(st.text(max_size=40))
def test_a_stored_text_reads_as_itself(text):
    stored = TEXT.read(text)
    assert stored is None or TEXT.read(TEXT.show(stored)) == stored


@given(st.lists(CODE_TEXT, max_size=4))
def test_stored_codes_read_as_themselves(typed):
    stored = CODES.read(", ".join(typed)) if not any(map(cells.codes._SCIENTIFIC.fullmatch, typed)) else None
    assert stored is None or CODES.read(CODES.show(stored)) == stored


@pytest.mark.parametrize("value", [True, False])
def test_yes_and_no_read_as_themselves(value):
    assert YES_NO.read(YES_NO.show(value)) is value


@given(
    st.one_of(st.text(), st.floats(), st.integers(), st.booleans(), st.dates(), st.datetimes(), st.times())
)
def test_whatever_stands_in_a_cell_is_a_value_or_a_sentence(raw):
    for kind in EVERY_TYPE:
        with contextlib.suppress(BadValue):
            kind.read(raw)


def test_a_shown_number_survives_the_way_between_processes():
    there = pickle.loads(pickle.dumps(Shown(7.0, "0007")))
    assert (there, there.text) == (7.0, "0007")
