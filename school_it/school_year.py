"""School years (1 August to 31 July, § 7 SchulG NRW), the key date of the official statistics, and periods."""

from __future__ import annotations

import re
from datetime import date, timedelta

from school_it.errors import N_, BadValue

FIRST_MONTH = 8


def school_year(day: date) -> int:
    """The year in which the school year of `day` begins: 31.07.2025 -> 2024, 01.08.2025 -> 2025."""
    return day.year if day.month >= FIRST_MONTH else day.year - 1


def label(start: int) -> str:
    """2025 -> ``2025/26``."""
    return f"{start}/{(start + 1) % 100:02d}"


def parse(text: str) -> int:
    """Read ``2025/26``, ``2025/2026`` or ``2025-26``. Raises BadValue where the two years do not follow each other."""
    found = re.fullmatch(r"\s*(\d{4})\s*[/-]\s*(\d{2}|\d{4})\s*", text)
    if found:
        start, end = int(found[1]), found[2]
        if int(end) == (start + 1) % 10 ** len(end):
            return start
    raise BadValue(N_("»%(text)s« ist kein Schuljahr. Bitte wie 2025/26 schreiben."), text=text)


def begins(start: int) -> date:
    return date(start, FIRST_MONTH, 1)


def ends(start: int) -> date:
    return date(start + 1, FIRST_MONTH, 1) - timedelta(days=1)


def key_date(start: int) -> date:
    """15 October: the official survey takes the week that contains it."""
    return date(start, 10, 15)


def years_after(day: date, years: int) -> date:
    """The same day years later; 29 February becomes 28 February."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def months_after(day: date, months: int) -> date:
    """The same day months later, or the last day of that month; never after the last day that there is."""
    years, month = divmod(day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(day.year + years, month + 1, last)
        except ValueError:
            continue
    return date.max
