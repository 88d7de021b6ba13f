"""How much may be drawn, and when: F17, F20 and F32.

F18 and F19 hang on what a grant bears in all: `funding.drawdowns.asking` has them.
"""

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


def most_of_item(planned: Decimal, shift: Decimal = SHIFT) -> Decimal:
    """F20 (ANBest-Gk): what an item may cost without a change request. 10,000 -> 12,000.00."""
    return to_cent(planned * (1 + shift))


def most_in_advance(amount: Decimal, *, share: Decimal, none_up_to: Decimal) -> Decimal:
    """F32 (Baden-Württemberg): small grants are paid after the proof only, others partly before.

    80,000 at 0.6, none up to 25,000 -> 48,000.00; 25,000 -> 0.
    """
    return NOTHING if amount <= none_up_to else granted(amount, share)
