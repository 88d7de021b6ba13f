"""Inventory numbers and their like as people write them."""

from __future__ import annotations

import pytest

from school_it.devices import numbers
from school_it.errors import BadValue


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("A001-A003", ["A001", "A002", "A003"]),
        ("IT-0009 - IT-0011", ["IT-0009", "IT-0010", "IT-0011"]),
        ("IT-0001 … +3", ["IT-0001", "IT-0002", "IT-0003"]),
        ("0101 bis 03", ["0101", "0102", "0103"]),
        ("X1\nX2, X3; X4", ["X1", "X2", "X3", "X4"]),
        ("C02\tTablet\nC03\tTablet", ["C02", "C03"]),
        ("", []),
    ],
)
def test_ranges_and_pasted_lists_are_written_out(said: str, meant: list[str]) -> None:
    assert numbers.listed(said) == meant


@pytest.mark.parametrize("serial", ["5CG1234-12", "1234-5678A", "A-1-B2"])
def test_a_serial_number_with_a_hyphen_is_no_range(serial: str) -> None:
    assert numbers.listed(serial) == [serial]


@pytest.mark.parametrize("said", ["A030-A001", "A0001-A9999", "A1\nA2\na1"])
def test_a_range_that_cannot_be_meant_is_refused(said: str) -> None:
    with pytest.raises(BadValue):
        numbers.listed(said)


@pytest.mark.parametrize("said", ["aa:bb:cc:dd:ee:0f", "AA-BB-CC-DD-EE-0F", "aabb.ccdd.ee0f", "aabbccddee0f"])
def test_a_mac_address_is_one_whatever_its_spelling(said: str) -> None:
    assert numbers.read_mac(said) == "AA:BB:CC:DD:EE:0F"


def test_what_is_no_mac_address_is_refused() -> None:
    with pytest.raises(BadValue, match="zwölf"):
        numbers.read_mac("aa:bb:cc")


def test_folding_takes_umlauts_accents_and_capitals_away() -> None:
    assert numbers.folded("  Groß-Gerät É ") == "gross-geraet e"


def test_the_search_text_holds_the_mac_address_both_ways() -> None:
    text = numbers.search_text("IT-1", None, "Fuß", mac="AA:BB:CC:DD:EE:FF")
    assert text == "it-1 fuss aa:bb:cc:dd:ee:ff aabbccddeeff"
