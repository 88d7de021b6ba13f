"""Days that follow from days: F26 and F29."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from school_it.errors import N_
from school_it.school_year import months_after


class ProofFrom(StrEnum):
    """From which day the months for the proof of use count."""

    COMPLETION = "completion"
    PERIOD_END = "period_end"


PROOF_FROM = {
    ProofFrom.COMPLETION: N_("Abschluss"),
    ProofFrom.PERIOD_END: N_("Ende des Bewilligungszeitraums"),
}


def proof_due(
    *, fixed: date | None = None, months: int | None = None, begun: date | None = None
) -> date | None:
    """F29: a fixed day, or months after completion or the end of the period; None where neither is known.

    Completed 31.12.2024, 3 months (Baden-Württemberg) -> 31.03.2025; Sofort NRW (old text): 30.09.2021.
    """
    if fixed is not None:
        return fixed
    return None if months is None or begun is None else months_after(begun, months)


def management_due(first_day: date, months: int) -> date:
    """F26 (teachers' devices, NRW): device management runs within 24 months. From 01.12.2020 -> 01.12.2022.

    From which day the months count the directive leaves open: the first delivery, or the decision.
    """
    return months_after(first_day, months)


def management_in_time(first_day: date, months: int, active_on: date | None, today: date) -> bool:
    """F26: active in time, or not due yet."""
    due = management_due(first_day, months)
    return active_on <= due if active_on is not None else today <= due
