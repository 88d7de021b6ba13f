"""Euro amounts: read, show, share, split without losing a cent. `Decimal` inside, cents in the database."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")


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
    total = sum(weights)
    if total <= 0 or any(weight < 0 for weight in weights):
        raise ValueError("weights have to be positive")
    cents = int(to_cent(amount) * 100)
    sign, cents = (-1, -cents) if cents < 0 else (1, cents)
    exact = [Decimal(weight) * cents / Decimal(total) for weight in weights]
    parts = [int(share) for share in exact]
    by_remainder = sorted(range(len(parts)), key=lambda place: (parts[place] - exact[place], place))
    for place in by_remainder[: cents - sum(parts)]:
        parts[place] += 1
    return [Decimal(sign * part) / 100 for part in parts]
