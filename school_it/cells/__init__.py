"""How one cell becomes one value, and back: numbers, euros, dates, codes, yes/no. Standard library only.

Interface
    Each kind of cell is a `Type`: ``TEXT CODE CODES EURO PERCENT DATE INTEGER NUMBER YES_NO``, and where
    words are listed ``one_of(words)`` and ``some_of(words)``. ``EURO.read(raw)`` is the value, None for
    an empty cell, or raises `BadValue` with the sentence; ``EURO.show(value)`` is German text that reads
    back as the same value. The readers are plain functions (`read_euro`, `read_code`, …) that forms use
    for their text fields too; a form's date field uses `parse_date`, which also takes ``221126``.
    ``order_of(raws)`` says for a column of dates whether ``03/04/2024`` is a day in April or in March.

A raw cell is what the door in yields: None, text, numbers, dates, moments, times, `Shown` numbers, `Fault`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from school_it import money
from school_it.cells.codes import read_code, read_codes, show_codes
from school_it.cells.dates import Order, order_of, parse_date, read_date
from school_it.cells.listed import Listed, read_yes_no, show_yes_no
from school_it.cells.numbers import (
    read_euro,
    read_integer,
    read_number,
    read_percent,
    show_number,
    show_percent,
)
from school_it.cells.raw import (
    FAULT_TEXTS,
    GERMAN_FAULTS,
    Fault,
    Raw,
    Shown,
    as_shown,
    clean,
    is_placeholder,
    one_line,
    read_text,
    show_date,
    show_text,
)


@dataclass(frozen=True, slots=True)
class Type:
    """`read` gives None for an empty cell and raises BadValue; `show` is German text that reads back.

    `words`, where words are listed: every spelling with the word that is shown for it.
    """

    name: str
    read: Callable[[Any], Any]
    show: Callable[[Any], str]
    words: Mapping[str, str] = field(default_factory=dict, compare=False)


TEXT = Type("text", read_text, show_text)
CODE = Type("code", read_code, show_text)
CODES = Type("codes", read_codes, show_codes)
EURO = Type("euro", read_euro, money.shown)
PERCENT = Type("percent", read_percent, show_percent)
DATE = Type("date", read_date, show_date)
INTEGER = Type("integer", read_integer, str)
NUMBER = Type("number", read_number, show_number)
YES_NO = Type("yes_no", read_yes_no, show_yes_no)


def one_of(listed_words: Mapping[str, Any]) -> Type:
    """One of the listed German words, read as its value; of several with one value the first is shown."""
    listed = Listed(listed_words)
    return Type("word", listed.read, listed.show, _spellings(listed_words, listed))


def some_of(listed_words: Mapping[str, Any]) -> Type:
    """Listed words with commas between, read as a tuple of their values."""
    listed = Listed(listed_words)
    return Type("words", listed.read_several, listed.show_several, _spellings(listed_words, listed))


def _spellings(words: Mapping[str, Any], listed: Listed) -> dict[str, str]:
    return {word: listed.show(value) for word, value in words.items()}


__all__ = [
    "CODE",
    "CODES",
    "DATE",
    "EURO",
    "FAULT_TEXTS",
    "GERMAN_FAULTS",
    "INTEGER",
    "NUMBER",
    "PERCENT",
    "TEXT",
    "YES_NO",
    "Fault",
    "Order",
    "Raw",
    "Shown",
    "Type",
    "as_shown",
    "clean",
    "is_placeholder",
    "one_line",
    "one_of",
    "order_of",
    "parse_date",
    "read_code",
    "read_codes",
    "read_date",
    "read_euro",
    "read_integer",
    "read_number",
    "read_percent",
    "read_text",
    "read_yes_no",
    "show_codes",
    "show_date",
    "show_number",
    "show_percent",
    "show_yes_no",
    "some_of",
]
