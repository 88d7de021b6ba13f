"""What a measure spends in which fiscal year: as people write it, and as it is kept. Plain functions.

Kept are the amounts by year as JSON has them: ``{"2026": "1200.00"}``.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from school_it import cells
from school_it.errors import N_, BadValue, Sentence
from school_it.funding.rules import NOTHING, Faults
from school_it.money import shown

FIRST_YEAR, LAST_YEAR = 2000, 2100
Years = Mapping[str, str]


def read_years(raw: cells.Raw) -> dict[str, str] | None:
    """Lines such as ``2026: 1.200,00``; a year named twice is added up. Raises BadValue."""
    found: dict[str, Decimal] = {}
    for line in str(raw or "").splitlines():
        if line.strip():
            year, _colon, amount = line.partition(":")
            read = _amount(amount)
            if read is None or not year.strip().isdigit() or not FIRST_YEAR <= int(year) <= LAST_YEAR:
                raise BadValue(_NO_YEAR, line=line.strip())
            found[year.strip()] = found.get(year.strip(), NOTHING) + read
    return {year: f"{found[year]:.2f}" for year in sorted(found)} or None


def _amount(text: str) -> Decimal | None:
    """None where there is none, or one below zero."""
    try:
        read = cells.read_euro(text)
    except BadValue:
        return None
    return read if read is not None and read >= 0 else None


_NO_YEAR = N_("»%(line)s« ist kein Haushaltsjahr mit Betrag. Bitte je Zeile etwa »2026: 1.200,00« eintragen.")


def show_years(years: Years) -> str:
    return "\n".join(f"{year}: {shown(Decimal(amount))}" for year, amount in years.items())


def by_year(values: Mapping[str, Any]) -> dict[int, Decimal]:
    """What a measure spends in which fiscal year: as it says; all of it in the one it lies in; else unknown."""
    if values["years"]:
        return {int(year): Decimal(amount) for year, amount in values["years"].items()}
    if values["starts_on"].year == values["ends_on"].year:
        return {values["starts_on"].year: values["total"]}
    return {}


def against_years(values: Mapping[str, Any]) -> Faults:
    years = values.get("years")
    if years:
        together = sum((Decimal(amount) for amount in years.values()), NOTHING)
        if together != values["total"]:
            amounts = {"together": shown(together), "total": shown(values["total"])}
            yield "years", Sentence(_YEARS_DIFFER, **amounts)


_YEARS_DIFFER = N_("Die Jahre ergeben zusammen %(together)s, die Maßnahme kostet %(total)s.")
