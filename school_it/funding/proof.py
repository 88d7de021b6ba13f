"""What a grant comes to: the figures, the income and the spending of its proof of use, as plain functions.

Amounts are euros as `Decimal`, to the cent. What cannot be computed, because the programme or the grant does not say
how it finances, is None.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from math import floor
from typing import Any, Protocol

from school_it.errors import N_
from school_it.funding import rules
from school_it.funding.rules import NOTHING, Financing
from school_it.money import CENT


@dataclass(frozen=True)
class Terms:
    """How a grant finances: the programme's way, the grant's rate, the programme's amount per device."""

    financing: Financing | None
    rate: Decimal | None
    unit_cap: Decimal | None


@dataclass(frozen=True)
class Decided:
    """The amounts of one decision."""

    eligible: Decimal
    granted: Decimal
    third_party: Decimal = NOTHING
    drawn: Decimal = NOTHING


@dataclass(frozen=True)
class Spent:
    """The amounts of one receipt."""

    category: str
    paid: Decimal
    eligible: Decimal
    quantity: int = 1


@dataclass(frozen=True)
class Figures:
    """The figures of the proof of use, by the names that ``export proof-of-use --json`` has for them."""

    eligible_planned: Decimal
    granted: Decimal
    own_share_planned: Decimal
    paid_total: Decimal
    eligible_actual: Decimal
    grant_final: Decimal | None
    third_party: Decimal
    own_share_actual: Decimal | None
    drawn: Decimal
    still_due: Decimal | None
    repay: Decimal | None
    earmark_end: date | None

    def by_name(self) -> dict[str, Any]:
        return asdict(self)


def figures(
    terms: Terms, decisions: Sequence[Decided], receipts: Sequence[Spent], earmark_end: date | None = None
) -> Figures:
    """Granted 90,000.00 at 0.9 and all of it drawn, spent 80,000.00 -> 72,000.00 in the end, 18,000.00 to pay back."""
    planned = _sum(one.eligible for one in decisions)
    granted = _sum(one.granted for one in decisions)
    third_party = _sum(one.third_party for one in decisions)
    drawn = _sum(one.drawn for one in decisions)
    paid = _sum(one.paid for one in receipts)
    own_planned = planned - granted - third_party
    final = final_grant(terms, granted, receipts, others=own_planned + third_party)
    return Figures(
        eligible_planned=planned,
        granted=granted,
        own_share_planned=own_planned,
        paid_total=paid,
        eligible_actual=_sum(one.eligible for one in receipts),
        grant_final=final,
        third_party=third_party,
        own_share_actual=None if final is None else paid - final - third_party,
        drawn=drawn,
        still_due=None if final is None else max(NOTHING, final - drawn),
        repay=None if final is None else max(NOTHING, drawn - final),
        earmark_end=earmark_end,
    )


def final_grant(
    terms: Terms, granted: Decimal, receipts: Sequence[Spent], *, others: Decimal = NOTHING
) -> Decimal | None:
    """F21 of a share and of full financing, F12 of a fixed amount; None where the terms do not say.

    A deficit is what the receipts leave after what the town and `others` were to bear, at most what was granted.
    """
    eligible = _sum(one.eligible for one in receipts)
    if terms.financing is Financing.FULL:
        return min(granted, eligible)
    if terms.financing is Financing.DEFICIT:
        return min(granted, max(NOTHING, eligible - others))
    if terms.financing is Financing.FIXED_AMOUNT:
        if terms.unit_cap is None:
            return None
        return rules.final_fixed(granted, ((one.eligible, one.quantity) for one in receipts), terms.unit_cap)
    return None if terms.rate is None else rules.final_share(granted, eligible, terms.rate)


def slack(financing: Financing | None, decisions: int) -> Decimal:
    """By how much what is drawn may be above `grant_final` for no other reason than rounding; a share only."""
    return rules.rounding_slack(decisions) if financing in (Financing.SHARE, None) else NOTHING


def is_rounding(financing: Financing | None, decisions: int, repay: Decimal | None) -> bool:
    """Whether what would have to be paid back is nothing but the cents of several rounded decisions."""
    return repay is not None and NOTHING < repay <= slack(financing, decisions)


# --- income and spending ---


@dataclass(frozen=True)
class Income:
    """A line of the income: planned by the decisions and settled by the account, each with its share of 100."""

    label: str
    planned: Decimal
    planned_share: Decimal
    actual: Decimal | None
    actual_share: Decimal | None


SOURCES = (
    N_("Eigenanteil"),
    N_("Leistungen Dritter"),
    N_("sonstige öffentliche Förderung"),
    N_("Zuwendung des Landes"),
)


def income(of: Figures) -> list[Income]:
    """Where the money came from; the accounts add up to `paid_total`, the shares to 100 where there is anything."""
    planned = (of.own_share_planned, of.third_party, NOTHING, of.granted)
    actual = (of.own_share_actual, of.third_party, NOTHING, of.grant_final)
    known = [one for one in actual if one is not None]
    shares: Sequence[Decimal | None] = hundred(known) if len(known) == len(actual) else [None] * len(actual)
    return [Income(*line) for line in zip(SOURCES, planned, hundred(planned), actual, shares, strict=True)]


def hundred(amounts: Sequence[Decimal]) -> list[Decimal]:
    """Each amount's share of their sum, times 100, to two decimals; they add up to 100.00 exactly.

    A sum of nothing has no shares: all are 0. An amount may be negative where more came in than was spent.
    """
    whole = sum(amounts, NOTHING)
    if whole == 0:
        return [NOTHING for _one in amounts]
    exact = [amount * 10_000 / whole for amount in amounts]
    parts = [floor(share) for share in exact]
    by_remainder = sorted(range(len(parts)), key=lambda place: (parts[place] - exact[place], place))
    for place in by_remainder[: 10_000 - sum(parts)]:
        parts[place] += 1
    return [part * CENT for part in parts]


class PlannedItem(Protocol):
    """What the decisions plan for one funding item."""

    @property
    def total(self) -> Decimal: ...

    @property
    def eligible(self) -> Decimal: ...


@dataclass(frozen=True)
class Spending:
    """What was spent on one funding item, beside what the decisions plan for it; None where there is no plan."""

    category: str
    paid: Decimal
    eligible: Decimal
    planned: Decimal | None = None
    planned_eligible: Decimal | None = None


def spending(receipts: Iterable[Spent], planned: Mapping[str, PlannedItem] | None = None) -> list[Spending]:
    """By funding item, in the order of their codes; with a plan its items too, of which nothing was bought."""
    found: dict[str, list[Spent]] = {}
    for one in receipts:
        found.setdefault(one.category, []).append(one)
    plan = planned or {}
    return [
        Spending(
            category,
            _sum(one.paid for one in found.get(category, ())),
            _sum(one.eligible for one in found.get(category, ())),
            *_planned(plan, category),
        )
        for category in sorted(found.keys() | plan.keys())
    ]


def _planned(plan: Mapping[str, PlannedItem], category: str) -> tuple[Decimal | None, Decimal | None]:
    if not plan:
        return None, None
    known = plan.get(category)
    return (NOTHING, NOTHING) if known is None else (known.total, known.eligible)


# --- the cap ---


@dataclass(frozen=True)
class Cap:
    """F09: of a programme, how much the items named may take, of the whole or at each school."""

    items: tuple[str, ...]
    share: Decimal | None
    per_school: Decimal | None

    def __bool__(self) -> bool:
        return bool(self.items) and (self.share is not None or self.per_school is not None)


@dataclass(frozen=True)
class Capped:
    """How far a cap is used: what its items took, of what whole, and the most that they took at one school."""

    taken: Decimal
    whole: Decimal
    most_at_a_school: Decimal
    holds: bool


def capped(cap: Cap, eligible: Mapping[tuple[str, int], Decimal]) -> Capped:
    """F09 over all receipts of all grants of a programme, summed by (funding item, school).

    It holds if either limit does, both inclusive. 144,000 of 500,000 at 20 %, 24,000 at each of six schools and 25,000
    allowed: holds by the second. With 30,000 at one of them neither does.
    """
    at_school: dict[int, Decimal] = {}
    for (item, school), amount in eligible.items():
        if item in cap.items:
            at_school[school] = at_school.get(school, NOTHING) + amount
    taken, whole = _sum(at_school.values()), _sum(eligible.values())
    most = max(at_school.values(), default=NOTHING)
    by_share = cap.share is not None and taken <= cap.share * whole
    by_school = cap.per_school is not None and most <= cap.per_school
    return Capped(taken, whole, most, by_share or by_school)


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, NOTHING)
