"""Dates: date cells, or German and ISO text. Never a guess."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple

from school_it.cells.raw import Raw, entered, refused
from school_it.errors import N_, BadValue

FIRST_YEAR = 1901  # day 0 of the 1900 calendar is an empty cell that somebody has formatted as a date
PIVOT = 69  # d.m.69 is 1969, d.m.68 is 2068

_TIME_BEHIND = r"(?:(?:T|,? )\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?(?: Uhr)?)?"
_GERMAN_DATE = re.compile(r"(\d{1,2})\. ?(\d{1,2})\. ?(\d{4}|\d\d)" + _TIME_BEHIND, re.ASCII)
_ISO_DATE = re.compile(r"(\d{4})([-/])(\d\d)\2(\d\d)" + _TIME_BEHIND, re.ASCII)
# With dashes and two digits the year may as well stand in front: nobody can tell, so it is no date.
_SLASHED = re.compile(
    r"(\d{1,2}) ?/ ?(\d{1,2}) ?/ ?(\d{4}|\d\d)"
    + _TIME_BEHIND
    + r"|(\d{1,2})-(\d{1,2})-(\d{4})"
    + _TIME_BEHIND,
    re.ASCII,
)
_MONTHS = ("jan", "feb", "mär", "apr", "mai", "jun", "jul", "aug", "sep", "okt", "nov", "dez")
_MONTH = (
    r"(jan(?:uar)?|feb(?:ruar)?|märz?|apr(?:il)?|mai|juni?|juli?|aug(?:ust)?|sept?(?:ember)?"
    r"|okt(?:ober)?|nov(?:ember)?|dez(?:ember)?)"
)
_NAMED_MONTH = re.compile(rf"(\d{{1,2}})\. ?{_MONTH}\.? (\d{{4}})")
_WITHOUT_DAY = re.compile(rf"(?:{_MONTH}\.? ?|(\d{{1,2}}) ?[./-] ?)(\d{{4}})|(\d{{4}})-(\d\d)", re.ASCII)
_RUN_TOGETHER = re.compile(r"(\d\d)(\d\d)(\d{4}|\d\d)", re.ASCII)
_NUMBERS_OF_DAYS = (20_000, 80_000)  # 1954 to 2119, counted as spreadsheet programs do


class Order(NamedTuple):
    """What the slashed dates of a column say of their order.

    `day_first` is None where nothing proves it, or where two cells prove the opposite; `unclear` are the
    different texts that could then be two days.
    """

    day_first: bool | None
    unclear: tuple[str, ...]


def read_date(raw: Raw, day_first: bool | None = None) -> date | None:
    """Date cells, ``31.12.2024``, ``1.2.24``, ``1. März 2024``, ``2024-12-31``; a time behind it is dropped.

    ``03/04/2024`` is read as `day_first` says, and without that only where there is just one such day. Never
    a guess.
    """
    if isinstance(raw, date):
        day = raw.date() if isinstance(raw, datetime) else raw
        return _sensible(day, raw)
    text = entered(raw)
    if not text:
        return None
    if isinstance(raw, str):
        slashed = _SLASHED.fullmatch(text)
        return _slashed_day(slashed, day_first, text) if slashed else _day_in(text, raw)
    return _refuse_number(raw)


def parse_date(text: str) -> date | None:
    """A form's date field: as `read_date`, and ``221126`` or ``22112026`` typed without points."""
    found = _RUN_TOGETHER.fullmatch(text.strip())
    return read_date(".".join(found.groups()) if found else text)


def order_of(raws: Iterable[Raw]) -> Order:
    """Whether day or month comes first in the slashed dates of a column: one that fits only one way proves it."""
    proofs: set[bool] = set()
    unclear: dict[str, None] = {}
    for text in dict.fromkeys(raw for raw in raws if type(raw) is str and ("/" in raw or "-" in raw)):
        found = _SLASHED.fullmatch(entered(text))
        if found:
            days = _both_ways(found)
            if None not in days and days[0] != days[1]:
                unclear[entered(text)] = None
            proofs |= {first for first, day in zip((True, False), days, strict=True) if day and None in days}
    return Order(proofs.pop() if len(proofs) == 1 else None, tuple(unclear))


def _both_ways(slashed: re.Match[str]) -> tuple[date | None, date | None]:
    """The day with the day in front, and with the month in front; None where there is no such day."""
    one, other, year = (part for part in slashed.groups() if part)
    return _day(year, other, one), _day(year, one, other)


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(_full_year(year), int(month), int(day))
    except ValueError:
        return None


def _slashed_day(slashed: re.Match[str], day_first: bool | None, text: str) -> date:
    with_day_first, with_month_first = _both_ways(slashed)
    if day_first is not None:
        return _existing(with_day_first if day_first else with_month_first, text)
    if with_day_first and with_month_first and with_day_first != with_month_first:
        raise BadValue(
            N_(
                "»%(value)s«: Tag oder Monat zuerst? Bitte für die Spalte angeben oder wie 31.12.2024 schreiben."
            ),
            value=text,
        )
    return _existing(with_day_first or with_month_first, text)


def _day_in(text: str, raw: str) -> date:
    german, iso = _GERMAN_DATE.fullmatch(text), _ISO_DATE.fullmatch(text)
    if german:
        day, month, year = german.groups()
    elif iso:
        year, _between, month, day = iso.groups()
    elif named := _NAMED_MONTH.fullmatch(text.casefold()):
        day, word, year = named.groups()
        month = _number_of(word)
    else:
        return _refuse_text(text, raw)
    return _existing(_day(year, month, day), text)


def _existing(day: date | None, text: str) -> date:
    if day is None:
        raise BadValue(
            N_("Den Tag »%(value)s« gibt es nicht. Bitte ein Datum wie 31.12.2024 eintragen."), value=text
        )
    return _sensible(day, text)


def _number_of(month: str) -> str:
    return str(_MONTHS.index(month[:3]) + 1)


def _full_year(year: str) -> int:
    number = int(year)
    if len(year) == 2:
        number += 1900 if number >= PIVOT else 2000
    return number


def _sensible(day: date, raw: Raw) -> date:
    return day if day.year >= FIRST_YEAR else _refuse_date(raw)


def _refuse_text(text: str, raw: str) -> date:
    """A month without its day is said to be one, with what could be written."""
    found = _WITHOUT_DAY.fullmatch(text.casefold())
    if not found:
        return _refuse_date(raw)
    word, month, year, iso_year, iso_month = found.groups()
    first = _day(year or iso_year, _number_of(word) if word else month or iso_month, "1")
    if not first or first.year < FIRST_YEAR:
        return _refuse_date(raw)
    raise BadValue(
        N_("»%(value)s« nennt nur den Monat. Bitte mit dem Tag eintragen, zum Beispiel %(example)s."),
        value=text,
        example=f"01.{first.month:02d}.{first.year}",
    )


def _refuse_number(raw: Raw) -> date:
    least, most = _NUMBERS_OF_DAYS
    if isinstance(raw, int | float) and least <= raw < most:
        raise refused(
            N_("Hier steht die Zahl %(value)s statt eines Datums. Bitte die Zelle als Datum formatieren."),
            raw,
        )
    return _refuse_date(raw)


def _refuse_date(raw: Raw) -> date:
    raise refused(N_("»%(value)s« ist kein Datum. Bitte ein Datum wie 31.12.2024 eintragen."), raw)
