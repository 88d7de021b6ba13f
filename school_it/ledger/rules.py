"""Depreciation and low value as plain functions on plain values; amounts are euros as `Decimal`.

Source: KomHVO NRW section 36; the numbers I01 … are those of the office's own list of rules.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from school_it.money import NOTHING, to_cent

VAT = Decimal("1.19")


def net_of(price_net: Decimal | None, price_gross: Decimal | None) -> Decimal | None:
    """The net price; where only the gross one is known, at 19 %. I01: 949.00 -> 797.48."""
    if price_net is not None:
        return price_net
    return None if price_gross is None else to_cent(price_gross / VAT)


@dataclass(frozen=True)
class Asset:
    """What depreciates: `cost` from the month of `begun` on over `years`; `at_once` a low value, gone in its year."""

    cost: Decimal
    begun: date
    years: int
    at_once: bool = False
    gone_on: date | None = None


def months_until(begun: date, day: date, *, first_counts: bool) -> int:
    """Whole months that count up to the end of the month of `day`; the month of purchase only if `first_counts`."""
    months = (day.year - begun.year) * 12 + day.month - begun.month + (1 if first_counts else 0)
    return max(months, 0)


def depreciated(asset: Asset, day: date, *, first_counts: bool) -> Decimal:
    """I03: what is written off up to the end of the month of `day`; an asset that left writes off no further.

    1,200.00 over 60 months -> 20.00 each month. Rounded as a whole, so that the years add up to the cost.
    """
    until = day if asset.gone_on is None or day < asset.gone_on else asset.gone_on
    if until < asset.begun:
        return NOTHING
    if asset.at_once or asset.years <= 0:
        return asset.cost
    gone, whole = months_until(asset.begun, until, first_counts=first_counts), asset.years * 12
    return to_cent(asset.cost * min(gone, whole) / whole)


def book_value(asset: Asset, day: date, *, first_counts: bool) -> Decimal:
    """What it is worth in the books at the end of the month of `day`; nothing before it came and after it left."""
    if day < asset.begun or (asset.gone_on is not None and day >= asset.gone_on):
        return NOTHING
    return asset.cost - depreciated(asset, day, first_counts=first_counts)


@dataclass(frozen=True)
class Year:
    """A line of the depreciation list: `opening` + `added` - `written_off` - `left` = `closing`."""

    opening: Decimal
    added: Decimal
    written_off: Decimal
    left: Decimal
    closing: Decimal


def in_year(asset: Asset, year: int, *, first_counts: bool) -> Year:
    """What happens to an asset in a calendar year; what it is still worth when it leaves is `left`."""
    before, end = date(year - 1, 12, 31), date(year, 12, 31)
    opening = book_value(asset, before, first_counts=first_counts)
    closing = book_value(asset, end, first_counts=first_counts)
    added = asset.cost if asset.begun.year == year else NOTHING
    off = depreciated(asset, end, first_counts=first_counts) - depreciated(
        asset, before, first_counts=first_counts
    )
    return Year(opening, added, off, opening + added - off - closing, closing)
