"""Euro amounts: read, show, share, split without losing a cent. `Decimal` inside, cents in the database."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

CENT, NOTHING = Decimal("0.01"), Decimal("0.00")


def to_cent(amount: Decimal) -> Decimal:
    """Round to two decimals, half up, as the funding forms do."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def as_cents(amount: Decimal | None) -> int | None:
    return None if amount is None else int(to_cent(amount) * 100)


def from_cents(cents: int | None) -> Decimal | None:
    return None if cents is None else Decimal(cents) / 100


def shown(amount: Decimal | None) -> str:
    """German text: ``1.234,56 €`` with a no-break space; empty for None."""
    if amount is None:
        return ""
    whole, _, cents = f"{to_cent(amount):,.2f}".partition(".")
    return f"{whole.replace(',', '.')},{cents}\N{NO-BREAK SPACE}€"


def split(amount: Decimal, weights: Sequence[Decimal | int]) -> list[Decimal]:
    """Share `amount` by `weights`; the parts add up to it to the cent.

    Each part is rounded down to the cent, then the cents left over go one by one to the largest remainders, the
    earlier part first where two are equal. Raises ValueError where no weight is positive or one is negative.
    """
    total = Fraction(sum(weights))
    if total <= 0 or any(weight < 0 for weight in weights):
        raise ValueError("weights have to be positive")
    return by_parts(amount, [Fraction(weight) / total for weight in weights])


def by_parts(amount: Decimal, parts: Sequence[Fraction]) -> list[Decimal]:
    """`amount` by `parts`, none of them negative, which add up to 1; rounded as `split` does."""
    cents = int(to_cent(amount) * 100)
    sign = -1 if cents < 0 else 1
    return [Decimal(sign * whole) / 100 for whole in whole_parts(abs(cents), parts)]


def whole_parts(number: int, parts: Sequence[Fraction]) -> list[int]:
    """`number` by `parts` in whole numbers: each rounded down, what is left over one by one to the largest remainders.

    17 by 1/2, 1/3, 1/6 -> 8, 6, 3.
    """
    exact = [part * number for part in parts]
    found = [int(one) for one in exact]
    by_remainder = sorted(range(len(found)), key=lambda place: (found[place] - exact[place], place))
    for place in by_remainder[: number - sum(found)]:
        found[place] += 1
    return found
