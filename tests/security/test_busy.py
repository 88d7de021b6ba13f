"""Nobody keeps the house busy with a text: the time it takes grows with its length, not with its possibilities."""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import openpyxl
import pytest

from imports import device_types, number_format
from school_it.devices import numbers
from school_it.ledger import matching
from school_it.network.wiring import renaming
from school_it.workbooks.looks import Looks

SIX = "{a}{b}{c}{d}{e}{f}"


@contextmanager
def in_no_time(most: float = 1.0) -> Iterator[None]:
    begun = time.process_time()
    yield
    assert time.process_time() - begun < most


@pytest.mark.parametrize(
    ("name", "pattern"),
    [
        ("x" * 60, f"{SIX}Q"),
        ("-" * 60, "{a}-{b}-{c}-{d}-{e}-{f}-{g}Q"),
        ("x" + " " * 30 + "y", "{a}" + " " * 12 + "Q"),
        ("x" * 4000, f"{SIX}Q"),
    ],
)
def test_a_rule_for_names_of_outlets_is_tried_in_no_time(name: str, pattern: str) -> None:
    """Whoever may patch at one school may keep a rule; it is tried at every row of a list."""
    renaming.checked_rule(pattern, "{a}")
    with in_no_time():
        assert renaming.renamed(name, [(pattern, "{a}")]) is None


def test_a_rule_still_takes_the_first_that_fits() -> None:
    for name, pattern, becomes, new in (
        ("D-1.07/3", "D-{raum}/{nr}", "{raum}-D{nr}", "1.07-D3"),
        ("d - 1.07 / 3", "D - {raum} / {nr}", "{raum}-D{nr}", "1.07-D3"),
        ("A-B-C", "{a}-{b}", "{b}|{a}", "B-C|A"),
        ("D1/2/3", "D{a}/{b}", "{b}{a}", None),
    ):
        found = renaming.renamed(name, [(pattern, becomes)])
        assert (found and found[0]) == new


@pytest.mark.parametrize("text", ["1" * 4000, "1" * 2000 + "x", "1-" * 2000, "1" * 2000 + "-" + "1" * 1990])
@pytest.mark.parametrize("read", [matching.ranges_in, matching.numbers_in, numbers.listed])
def test_a_cell_full_of_digits_is_read_in_no_time(read: Callable[[str], list[str]], text: str) -> None:
    with in_no_time(0.3):
        assert len(read(text)) <= 2001


def test_ranges_of_numbers_are_still_ranges() -> None:
    for text in (
        "IT-0001 bis IT-0003",
        "A (IT-0001–IT-0003)",
        "Tablet, IT-0001 - IT-0003; Hülle",
        "IT-0001-0003",
    ):
        assert matching.ranges_in(text) == ["IT-0001", "IT-0002", "IT-0003"]


def test_a_type_with_tens_of_thousands_of_ports_is_refused_in_no_time() -> None:
    ports = "".join(f"- {{name: e{number}}}\n" for number in range(30_000))
    content = f"manufacturer: X\nmodel: M\nslug: x\ninterfaces:\n{ports}"
    with in_no_time(4):
        assert device_types.from_yaml(content.encode()).faults


@pytest.mark.parametrize("code", ["[" * 60_000, "[$" * 30_000])
def test_a_format_for_numbers_longer_than_any_program_writes_is_none(code: str) -> None:
    with in_no_time():
        assert not number_format.shows_a_number(f"0{code}")
        assert not Looks(styles_with(code)).shows_days(1)


def styles_with(code: str) -> bytes:
    book, made = openpyxl.Workbook(), io.BytesIO()
    book.worksheets[0]["A1"] = 1
    book.worksheets[0]["A1"].number_format = "000000"
    book.save(made)
    with zipfile.ZipFile(made) as archive:
        return archive.read("xl/styles.xml").replace(b'"000000"', f'"{code}"'.encode())
