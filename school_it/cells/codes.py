"""Codes: text with its leading zeros, or a problem where a spreadsheet program has lost digits of it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, time, timedelta

from school_it.cells.raw import Raw, Shown, as_shown, clean, digits, entered, is_placeholder, one_line
from school_it.errors import N_, BadValue

FIRST_LOST_DIGIT = 10**15  # a spreadsheet keeps 15 digits of a number

_SCIENTIFIC = re.compile(r"[+-]?\d+(?:[.,]\d+[Ee][+-]?\d+|[Ee][+-]\d+)")
# A school number that went through a program which takes every number for a decimal; room 1.0 stays a room.
_NEEDLESS_DECIMAL = re.compile(r"([1-9]\d{3,})\.0")


# Begins with a letter: neither a number that has lost digits nor one that has got a needless point.
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[-_:/.][A-Za-z0-9]+)*")


def read_code(raw: Raw) -> str | None:
    """Text with its leading zeros. Raises BadValue where digits are lost or a date has taken its place."""
    if isinstance(raw, str):
        return _code_typed(raw)
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        return _code_of_number(raw)
    if isinstance(raw, date | time | timedelta):
        raise BadValue(
            N_(
                "Hier steht das Datum %(value)s statt einer Nummer. "
                "Bitte die Zelle als Text formatieren und die Nummer neu eintragen."
            ),
            value=as_shown(raw),
        )
    return entered(raw) or None


def _code_typed(raw: str) -> str | None:
    if _PLAIN.fullmatch(raw):
        return None if is_placeholder(raw) else raw
    text = one_line(raw)
    if _SCIENTIFIC.fullmatch(text):
        raise _digits_lost(text)
    if is_placeholder(text):
        return None
    needless = _NEEDLESS_DECIMAL.fullmatch(text)
    return needless[1] if needless else text or None


def _code_of_number(number: float) -> str:
    if not abs(number) < FIRST_LOST_DIGIT:
        raise _digits_lost(digits(number))
    if not isinstance(number, Shown):
        return digits(number)
    text = one_line(number.text)
    if float(number).is_integer():
        # Thousands points, currencies and percent signs decorate; zeros and letters are part of the code.
        return digits(number) if not text or re.search(r"[.,%€]", text) else text
    return text.replace(",", ".") or digits(number)


def _digits_lost(text: str) -> BadValue:
    return BadValue(
        N_(
            "In »%(value)s« sind Stellen verloren gegangen. "
            "Bitte die Zelle als Text formatieren und die Nummer neu eintragen."
        ),
        value=text,
    )


def read_codes(raw: Raw) -> tuple[str, ...] | None:
    """Codes with commas between; each once, in their order."""
    if not isinstance(raw, str):
        code = read_code(raw)
        return None if code is None else (code,)
    codes = map(read_code, parted(raw))
    return tuple(dict.fromkeys(code for code in codes if code)) or None


def parted(text: str) -> list[str]:
    return re.split(r"[,;\n]", clean(text))


def show_codes(codes: Iterable[str]) -> str:
    return ", ".join(codes)
