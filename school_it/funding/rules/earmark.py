"""How long a device has to serve its purpose: F05, F06, F33 and F34.

F07 and F08, what may not happen to a bound device and when it outlives its use, are rules of the devices.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import MAXYEAR, date, timedelta

from school_it.funding.rules.words import Anchor, EndRule
from school_it.school_year import years_after


@dataclass(frozen=True)
class Earmark:
    """What a programme says of its earmark; None where it is silent."""

    years: int | None
    anchor: Anchor | None
    end_rule: EndRule | None


def earmark_end(
    earmark: Earmark,
    *,
    period_to: date | None = None,
    commissioned_on: date | None = None,
    acquired_on: date | None = None,
    completed_on: date | None = None,
) -> date | None:
    """F05, F06: the last day on which a device has to serve its purpose; None where the anchor's day is not known.

    Implementation to 31.10.2024, 5 years, calendar year -> 31.12.2029 (ministry's answers on earmarks, NRW).
    Commissioned 15.02.2021, 3 years, anniversary -> 15.02.2024 (directive on teachers' devices, Bavaria); where the
    first day counts, it ends the day before -> 14.02.2024. `period_to` is the latest of a grant's decisions.
    """
    if earmark.years is None or earmark.anchor is None or earmark.end_rule is None:
        return None
    begun = {
        Anchor.IMPLEMENTATION_END: period_to,
        Anchor.COMMISSIONING: commissioned_on,
        Anchor.PURCHASE: acquired_on,
        Anchor.COMPLETION: completed_on,
    }[earmark.anchor]
    if begun is None or begun.year + earmark.years > MAXYEAR:
        return None
    if earmark.end_rule is EndRule.CALENDAR_YEAR:
        return date(begun.year + earmark.years, 12, 31)
    anniversary = years_after(begun, earmark.years)
    is_short = anniversary.day != begun.day  # begun on a 29.02.: the 28.02. is the day before already
    if earmark.end_rule is EndRule.DAY_BEFORE and not is_short:
        return anniversary - timedelta(days=1)
    return anniversary


def lasts(remaining_years: int, earmark_years: int) -> bool:
    """F33 (directive on teachers' devices, NRW): a used device has to last as long as the earmark. 3 of 5 -> no."""
    return remaining_years >= earmark_years


def kept_until(
    settled_on: date, bound_until: date | None, *, authority_years: int, programme_years: int | None = None
) -> date:
    """F34: until when papers are kept: the latest of the town's own rule, the programme's, and the earmark.

    Both periods count from 1 January after the settlement, the town's as KomHVO NRW § 59 has it for the annual
    accounts. Settled 31.12.2025, 6 and 5 years, bound until 31.12.2029 -> 31.12.2031.
    """
    years = max(authority_years, programme_years or 0)
    return max(filter(None, (date(min(settled_on.year + years, MAXYEAR), 12, 31), bound_until)))
