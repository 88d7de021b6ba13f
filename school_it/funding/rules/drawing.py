"""How much may be drawn, and when: F17 to F20 and F32."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from school_it.funding.rules.grant import granted
from school_it.funding.rules.words import NOTHING
from school_it.money import to_cent

SHIFT = Decimal("0.20")
"""F20, ANBest-Gk: a single item may exceed its plan by so much while the whole stays; a programme may say otherwise."""


def may_draw(on: date, last: date | None) -> bool:
    """F17: up to and on the last day. The last day of DigitalPakt NRW was 08.11.2024."""
    return last is None or on <= last


def most_needed(due: Decimal, rate: Decimal) -> Decimal:
    """F18 (ANBest-Gk): of what falls due in the next two months, the share. 30,000 at 0.9 -> 27,000.00."""
    return granted(due, rate)


def most_drawn(paid: Decimal, rate: Decimal) -> Decimal:
    """F19 (ANBest-Gk): in proportion to what is paid, own share included. 50,000 at 0.9 -> 45,000.00."""
    return granted(paid, rate)


def most_of_item(planned: Decimal, shift: Decimal = SHIFT) -> Decimal:
    """F20 (ANBest-Gk): what an item may cost without a change request. 10,000 -> 12,000.00."""
    return to_cent(planned * (1 + shift))


def most_in_advance(amount: Decimal, *, share: Decimal, none_up_to: Decimal) -> Decimal:
    """F32 (Baden-Württemberg): small grants are paid after the proof only, others partly before.

    80,000 at 0.6, none up to 25,000 -> 48,000.00; 25,000 -> 0.
    """
    return NOTHING if amount <= none_up_to else granted(amount, share)
