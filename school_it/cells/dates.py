"""Dates: date cells, or German and ISO text. Never a guess."""

from __future__ import annotations

import re
from datetime import date, datetime

from school_it.cells.raw import Raw, entered, refused
from school_it.errors import N_, BadValue

FIRST_YEAR = 1901  # day 0 of the 1900 calendar is an empty cell that somebody has formatted as a date
PIVOT = 69  # d.m.69 is 1969, d.m.68 is 2068

_TIME_BEHIND = r"(?:(?:T|,? )\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?(?: Uhr)?)?"
_GERMAN_DATE = re.compile(r"(\d{1,2})\. ?(\d{1,2})\. ?(\d{4}|\d\d)" + _TIME_BEHIND, re.ASCII)
_ISO_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)" + _TIME_BEHIND, re.ASCII)
_MONTHS = ("jan", "feb", "mär", "apr", "mai", "jun", "jul", "aug", "sep", "okt", "nov", "dez")
_NAMED_MONTH = re.compile(
    r"(\d{1,2})\. ?(jan(?:uar)?|feb(?:ruar)?|märz?|apr(?:il)?|mai|juni?|juli?|aug(?:ust)?|sept?(?:ember)?"
    r"|okt(?:ober)?|nov(?:ember)?|dez(?:ember)?)\.? (\d{4})"
)
_RUN_TOGETHER = re.compile(r"(\d\d)(\d\d)(\d{4}|\d\d)", re.ASCII)


def read_date(raw: Raw) -> date | None:
    """Date cells, ``31.12.2024``, ``1.2.24``, ``1. März 2024``, ``2024-12-31``; a time behind it is dropped.

    Never a guess.
    """
    if isinstance(raw, date):
        day = raw.date() if isinstance(raw, datetime) else raw
        return _sensible(day, raw)
    text = entered(raw)
    if not text:
        return None
    return _day_in(text, raw) if isinstance(raw, str) else _refuse_date(raw)


def parse_date(text: str) -> date | None:
    """A form's date field: as `read_date`, and ``221126`` or ``22112026`` typed without points."""
    found = _RUN_TOGETHER.fullmatch(text.strip())
    return read_date(".".join(found.groups()) if found else text)


def _day_in(text: str, raw: str) -> date:
    german, iso = _GERMAN_DATE.fullmatch(text), _ISO_DATE.fullmatch(text)
    if german:
        day, month, year = german.groups()
    elif iso:
        year, month, day = iso.groups()
    elif named := _NAMED_MONTH.fullmatch(text.casefold()):
        day, word, year = named.groups()
        month = str(_MONTHS.index(word[:3]) + 1)
    else:
        return _refuse_date(raw)
    try:
        return _sensible(date(_full_year(year), int(month), int(day)), raw)
    except ValueError:
        raise BadValue(
            N_("Den Tag »%(value)s« gibt es nicht. Bitte ein Datum wie 31.12.2024 eintragen."), value=text
        ) from None


def _full_year(year: str) -> int:
    number = int(year)
    if len(year) == 2:
        number += 1900 if number >= PIVOT else 2000
    return number


def _sensible(day: date, raw: Raw) -> date:
    return day if day.year >= FIRST_YEAR else _refuse_date(raw)


def _refuse_date(raw: Raw) -> date:
    raise refused(N_("»%(value)s« ist kein Datum. Bitte ein Datum wie 31.12.2024 eintragen."), raw)
