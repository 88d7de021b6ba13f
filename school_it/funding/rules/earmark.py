"""How long a device has to serve its purpose: F05 and F06."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import MAXYEAR, date

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

    Implementation to 31.10.2024, 5 years, calendar year -> 31.12.2029. Commissioned 15.02.2021, 3 years, anniversary
    -> 15.02.2024. `period_to` is the latest of a grant's decisions.
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
    return years_after(begun, earmark.years)
