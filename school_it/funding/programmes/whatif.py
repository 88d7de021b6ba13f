"""What a budget would be worth at several own shares: nothing is stored, nothing changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from school_it.access import Actor
from school_it.funding import rules
from school_it.schools import queries as school_queries
from school_it.schools.models import School

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


class Base(NamedTuple):
    """What a school would get by its pupils; None where nobody has said how many there are."""

    school: School
    pupils: int | None
    amount: Decimal | None


def of_schools(session: Session, terms: Mapping[str, Any], *, seen_by: Actor) -> list[Base]:
    """F31: base amount and amount per pupil of each school; empty where the programme has none. Two statements."""
    base, full_from = terms.get("base_per_school"), terms.get("base_full_from")
    if base is None or not full_from:
        return []
    figures = school_queries.latest_figures(session, seen_by=seen_by)
    found = []
    for school in school_queries.schools(session, seen_by=seen_by):
        pupils = figures[school.id].pupils if school.id in figures else None
        primary = terms.get("primary_factor") if school.school_type in PRIMARY else None
        amount = None if pupils is None else rules.base_amount(
            pupils, base=base, full_from=full_from, per_pupil=terms.get("per_pupil") or rules.NOTHING,
            factor=Decimal(1) if primary is None else primary,
        )  # fmt: skip
        found.append(Base(school, pupils, amount))
    return found


PRIMARY = frozenset({"G"})
