"""Amounts, shares and numbers: number cells, or German number text."""

from __future__ import annotations

import math
import re
from decimal import Decimal

from school_it import money
from school_it.cells.raw import Raw, Shown, entered, one_line, refused
from school_it.errors import N_

TOO_LARGE = 10**15  # beyond it a number cell has lost digits

_WHOLE = r"(?:\d+|\d{1,3}(?:\.\d{3})+|\d{1,3}(?: \d{3})+)"
_GERMAN = re.compile(rf"({_WHOLE})(?:,(\d+|--?|–|—))?", re.ASCII)
_SIGNED = re.compile(r"([-+−–]?) ?(.*?)(?:(?<=\d) ?([-−]))?", re.ASCII)
# Only a point with two digits behind it is surely no thousands point; a plain number may have one.
_CENTS_BEHIND_POINT = re.compile(r"(\d+)\.(\d\d)", re.ASCII)
_DIGITS_BEHIND_POINT = re.compile(r"(\d+)\.(\d\d?)", re.ASCII)

_CURRENCY = re.compile(r"^(?:€|EURO?(?![A-Z]))|(?:€|\bEURO?|(?<=\d)EUR)$", re.IGNORECASE)
_PERCENT_SIGN = re.compile(r" ?(?:%|v\. ?H\.|Prozent)$", re.IGNORECASE)

_NO_AMOUNT = N_("»%(value)s« ist kein Betrag. Bitte eine Zahl wie 1.299,00 eintragen.")
_NO_NUMBER = N_("»%(value)s« ist keine Zahl. Bitte eine Zahl wie 1,5 eintragen.")
_NO_INTEGER = N_("»%(value)s« ist keine ganze Zahl. Bitte eine Zahl wie 28 eintragen.")
_NO_SHARE = N_("»%(value)s« ist kein Anteil von 0 bis 100 %%. Bitte wie 80 %% schreiben.")


def read_euro(raw: Raw) -> Decimal | None:
    """Two decimals, rounded half up."""
    amount = _read(raw, _CENTS_BEHIND_POINT, _NO_AMOUNT, around=_CURRENCY)
    return None if amount is None else money.to_cent(amount)


def read_number(raw: Raw) -> Decimal | None:
    return _read(raw, _DIGITS_BEHIND_POINT, _NO_NUMBER)


def read_integer(raw: Raw) -> int | None:
    number = _read(raw, _DIGITS_BEHIND_POINT, _NO_INTEGER)
    if number is not None and number != number.to_integral_value():
        raise refused(_NO_INTEGER, raw)
    return None if number is None else int(number)


def read_percent(raw: Raw) -> Decimal | None:
    """A share from 0 to 1: ``90 %`` and ``90`` are 0.9; a value up to 1 without a sign is a share already."""
    number = _read(raw, _DIGITS_BEHIND_POINT, _NO_SHARE, around=_PERCENT_SIGN)
    if number is None:
        return None
    share = number if _is_share(raw, number) else number / 100
    if not 0 <= share <= 1:
        raise refused(_NO_SHARE, raw)
    return share


def _is_share(raw: Raw, number: Decimal) -> bool:
    """A number cell holds the share behind its ``%``; a text with ``%`` never is a share."""
    if isinstance(raw, str):
        return number <= 1 and not _PERCENT_SIGN.search(one_line(raw))
    return number <= 1 or (isinstance(raw, Shown) and "%" in raw.text)


def _read(
    raw: Raw, point: re.Pattern[str], sentence: str, *, around: re.Pattern[str] | None = None
) -> Decimal | None:
    """The number of a cell, `around` cut off once. Raises BadValue with `sentence` where it is none."""
    number = _number_in(raw)
    if number is None:
        text = entered(raw)
        if not text:
            return None
        number = _decimal(around.sub("", text, count=1).strip() if around else text, point)
    if number is None or abs(number) >= TOO_LARGE:
        raise refused(sentence, raw)
    return number


def _number_in(raw: Raw) -> Decimal | None:
    if isinstance(raw, bool) or not isinstance(raw, int | float) or not math.isfinite(raw):
        return None
    return Decimal(raw) if isinstance(raw, int) else Decimal(float.__repr__(raw))


def _decimal(text: str, point: re.Pattern[str]) -> Decimal | None:
    """German number text as a Decimal, or None where it is no number, or could be two."""
    signed = _SIGNED.fullmatch(text)
    found = signed and (point.fullmatch(signed[2]) or _GERMAN.fullmatch(signed[2]))
    if not signed or not found or (signed[1] and signed[3]):
        return None
    decimals = found[2] if found[2] and found[2].isdigit() else "0"
    value = Decimal(f"{found[1].replace('.', '').replace(' ', '')}.{decimals}")
    return -value if signed[3] or signed[1] not in ("", "+") else value


def show_number(value: Decimal | int) -> str:
    return format(Decimal(value), "f").replace(".", ",")


def show_percent(share: Decimal) -> str:
    text = format(share * 100, "f")
    return (text.rstrip("0").rstrip(".") if "." in text else text).replace(".", ",") + "\N{NO-BREAK SPACE}%"
