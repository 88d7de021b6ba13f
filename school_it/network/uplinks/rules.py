"""What a line gives to each pupil, and when its contract ends. Plain values only."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

HUNDREDTH = Decimal("0.01")
FASTEST = 1_000_000  # Mbit/s


def per_pupil(mbits: int | None, pupils: int | None) -> Decimal | None:
    """Mbit/s for each pupil, to two places; None where either is not known."""
    if mbits is None or not pupils:
        return None
    return (Decimal(mbits) / pupils).quantize(HUNDREDTH, ROUND_HALF_UP)


def in_sum(values: Iterable[int | None]) -> int | None:
    """The sum of what is known; None where nothing is."""
    known = [one for one in values if one is not None]
    return sum(known) if known else None


def any_of(values: Iterable[bool | None]) -> bool | None:
    """True where one is; False where all say no; else None: not known."""
    known = list(values)
    if True in known:
        return True
    return None if None in known or not known else False
