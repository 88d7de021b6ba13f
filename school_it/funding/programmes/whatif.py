"""What a budget would be worth at several own shares: nothing is stored, nothing changes."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from school_it.funding import rules

OWN_SHARES = tuple(Decimal(percent) / 100 for percent in (10, 15, 20, 25, 30))


MOST = Decimal(10) ** 11


class Outcome(NamedTuple):
    """At an own share: what could be spent, what of it is granted, what the town bears."""

    own_share: Decimal
    eligible: Decimal
    granted: Decimal
    own: Decimal


def of_budget(budget: Decimal, own_shares: Sequence[Decimal] = OWN_SHARES) -> list[Outcome]:
    """F02: the whole budget is drawn. 1,800,000 at 10 % -> 2,000,000 eligible, 200,000 own."""
    found = []
    for own_share in own_shares:
        eligible = rules.largest_eligible(budget, 1 - own_share)
        found.append(Outcome(own_share, eligible, budget, eligible - budget))
    return found


def of_need(eligible: Decimal, own_shares: Sequence[Decimal] = OWN_SHARES) -> list[Outcome]:
    """F01: so much is to be bought. 2,000,000 at 30 % -> 1,400,000 granted, 600,000 own."""
    found = []
    for own_share in own_shares:
        granted = rules.granted(eligible, 1 - own_share)
        found.append(Outcome(own_share, eligible, granted, eligible - granted))
    return found
