"""What the plan costs by fiscal year, who pays, and how many posts the devices need. Plain values only.

A fiscal year is a calendar year; what a school year needs from 1 August belongs to the year in which it is delivered.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction

from school_it.errors import N_
from school_it.money import to_cent

NOTHING = Decimal(0)
PORTS_OF_A_SWITCH, SPARE_PORTS = 48, Fraction(12, 10)


class Part(StrEnum):
    """What the money is for (T4 of a finance plan)."""

    GAP = "gap"
    REPLACEMENT = "replacement"
    INFRASTRUCTURE = "infrastructure"
    LICENCES = "licences"
    SUPPORT = "support"
    AGREED = "agreed"


PARTS = {
    Part.GAP: N_("Fehlbedarf"),
    Part.REPLACEMENT: N_("Ersatz"),
    Part.INFRASTRUCTURE: N_("Netz"),
    Part.LICENCES: N_("Lizenzen"),
    Part.SUPPORT: N_("Betreuung"),
    Part.AGREED: N_("Vereinbart"),
}


@dataclass(frozen=True)
class Post:
    """An amount of a year. `is_fundable`: a grant may bear its share of it."""

    year: int
    part: Part
    amount: Decimal
    is_investive: bool = False
    is_fundable: bool = False


@dataclass(frozen=True)
class Year:
    """A fiscal year of the plan; `parts` has every part, `grant` + `own` is the total to the cent."""

    year: int
    parts: Mapping[Part, Decimal]
    investive: Decimal
    grant: Decimal

    @property
    def total(self) -> Decimal:
        return sum(self.parts.values(), NOTHING)

    @property
    def consumptive(self) -> Decimal:
        return self.total - self.investive

    @property
    def own(self) -> Decimal:
        return self.total - self.grant


def by_year(
    years: Sequence[int], posts: Iterable[Post], own_share: Decimal, grant_limit: Decimal | None = None
) -> list[Year]:
    """``own(y) = need(y) - grant(y)``; the grant bears ``1 - own_share`` of what it may, up to `grant_limit` in all."""
    by: dict[int, list[Post]] = {year: [] for year in years}
    for post in posts:
        by[post.year].append(post)
    found, left = [], grant_limit
    for year in years:
        parts = {
            part: to_cent(sum((one.amount for one in by[year] if one.part is part), NOTHING)) for part in Part
        }
        fundable = sum((one.amount for one in by[year] if one.is_fundable), NOTHING)
        grant = to_cent(fundable * (1 - own_share))
        if left is not None:
            grant = min(grant, left)
            left -= grant
        investive = to_cent(sum((one.amount for one in by[year] if one.is_investive), NOTHING))
        found.append(Year(year, parts, investive, grant))
    return found


def spread_count(count: int, years: Sequence[int]) -> dict[int, int]:
    """Whole devices over the years, the first years first: 41 over 3 are 14, 14, 13."""
    each, more = divmod(count, len(years)) if years else (0, 0)
    return {year: each + (place < more) for place, year in enumerate(years)}


def posts_exact(devices: int, per_post: Decimal) -> Decimal:
    """Before it is rounded up to half posts, to two places as people round: 6.765 is 6.77."""
    exact = Decimal(devices) / per_post if per_post else NOTHING
    return exact.quantize(Decimal("0.01"), ROUND_HALF_UP)


def posts_needed(devices: int, per_post: Decimal) -> Decimal:
    """Half posts, rounded up: ``ceil(devices / 400 * 2) / 2``."""
    if not per_post:
        return NOTHING
    halves = Fraction(devices) / Fraction(per_post) * 2
    return Decimal(-(-halves.numerator // halves.denominator)) / 2


def ports_needed(rooms: int, each: Decimal) -> int:
    """Whole ports, rounded up. 3 rooms at 2.5 -> 8."""
    exact = rooms * Fraction(each)
    return -(-exact.numerator // exact.denominator)


def ports_wanted(ports: int) -> int:
    """``ceil(ports * 1.2)``: a fifth stays free."""
    exact = ports * SPARE_PORTS
    return -(-exact.numerator // exact.denominator)


def switches_missing(ports: int, have: int) -> int:
    """Switches with 48 ports to buy, where the ones there have so many: ``ceil((ports * 1.2 - have) / 48)``."""
    exact = max(ports * SPARE_PORTS - have, Fraction(0)) / PORTS_OF_A_SWITCH
    return -(-exact.numerator // exact.denominator)


def yearly_replacement(target: int, price: Decimal, life: int) -> Decimal:
    """What the target costs in every year once it is reached (the steady state)."""
    return to_cent(target * price / life)


def per_pupil_and_year(total: Decimal, years: int, pupils: int | None) -> Decimal | None:
    """Euros for each pupil and year; the number of years is part of the figure."""
    return to_cent(total / years / pupils) if pupils and years else None
