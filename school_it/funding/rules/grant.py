"""What a grant comes to: F01 to F04, F12 to F14, F21, F31 and F36."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from school_it.errors import N_, Sentence
from school_it.funding.rules.words import NOTHING, CapBasis
from school_it.money import CENT, shown, to_cent


def granted(eligible: Decimal, rate: Decimal) -> Decimal:
    """F01, share financing: ``round(eligible * rate, 2)``, for each decision. 48,000.00 x 0.90 -> 43,200.00."""
    return to_cent(eligible * rate)


def largest_eligible(budget: Decimal, rate: Decimal) -> Decimal:
    """F02: what an allotted budget allows to spend, own share included. 1,800,000 / 0.9 -> 2,000,000.00."""
    return to_cent(budget / rate)


def budget_left(budget: Decimal, amounts: Iterable[Decimal]) -> Decimal:
    """F03: below zero, more was granted than allotted. 1,800,000 - 650,000 -> 1,150,000."""
    return budget - sum(amounts, NOTHING)


def rounding_holds(decisions: Sequence[tuple[Decimal, Decimal]], rate: Decimal) -> bool:
    """F04: n decisions, each (eligible, granted), are together at most n cents off the rate of their sum.

    107,329.28 x 0.9 = 96,596.35; granted over two decisions 96,596.36: 0.01 <= 0.02.
    """
    whole = granted(sum((eligible for eligible, _granted in decisions), NOTHING), rate)
    off = abs(sum((amount for _eligible, amount in decisions), NOTHING) - whole)
    return off <= CENT * len(decisions)


def rounding_slack(decisions: int) -> Decimal:
    """F04, for what is drawn: n decisions, each rounded for itself, may be n cents off; one alone is never off.

    Drawn 96,596.36 on two decisions, 96,596.35 due by their sum: 0.01 <= 0.02, nothing is to be paid back.
    """
    return CENT * decisions if decisions > 1 else NOTHING


def final_share(amount: Decimal, eligible_actual: Decimal, rate: Decimal) -> Decimal:
    """F21, share: under-spending lowers the grant. Granted 90,000, spent 80,000 at 0.9 -> 72,000."""
    return min(amount, granted(eligible_actual, rate))


def final_fixed(amount: Decimal, receipts: Iterable[tuple[Decimal, int]], unit_cap: Decimal) -> Decimal:
    """F12, fixed amount: each receipt is (eligible, quantity); at most `unit_cap` apiece, at most `amount` in all.

    One of 612.00 and one of 465.00 at 500.00 apiece -> 965.00.
    """
    whole = sum(
        (
            to_cent(quantity * min(eligible / quantity, unit_cap))
            for eligible, quantity in receipts
            if quantity > 0
        ),
        NOTHING,
    )
    return min(amount, whole)


def per_unit(unit_cost: Decimal, rate: Decimal, unit_cap: Decimal, basis: CapBasis) -> Decimal:
    """F13, the grant for one device under a share with an amount per device; the basis stands in the decision only.

    540.00 at 0.9 with 500.00: of the eligible cost -> 450.00, of the grant -> 486.00.
    """
    if basis is CapBasis.ELIGIBLE_COST:
        return granted(min(unit_cost, unit_cap), rate)
    return min(granted(unit_cost, rate), unit_cap)


def open_per_unit(unit_cost: Decimal, rate: Decimal, unit_cap: Decimal) -> Decimal:
    """F13: what hangs on the basis that the decision has to name, per device. 540.00 at 0.9 with 500.00 -> 36.00."""
    by_grant = per_unit(unit_cost, rate, unit_cap, CapBasis.GRANT)
    return by_grant - per_unit(unit_cost, rate, unit_cap, CapBasis.ELIGIBLE_COST)


@dataclass(frozen=True)
class UnitCosts:
    """F14: how devices stand to an amount per device: on the average, and each."""

    pieces: int
    average: Decimal
    over: int
    average_holds: bool

    @property
    def each_holds(self) -> bool:
        return self.over == 0


def against_cap(costs: Sequence[tuple[Decimal, int]], unit_cap: Decimal) -> UnitCosts | None:
    """F14: `costs` are (cost of all, quantity); None without devices. The directives leave open which is meant.

    Five at 450.00 and five at 550.00 with 500.00: the average holds, five are above.
    """
    counted = [(cost, quantity) for cost, quantity in costs if quantity > 0]
    pieces = sum(quantity for _cost, quantity in counted)
    if not pieces:
        return None
    whole = sum((cost for cost, _quantity in counted), NOTHING)
    over = sum(quantity for cost, quantity in counted if cost > unit_cap * quantity)
    return UnitCosts(pieces, to_cent(whole / pieces), over, whole <= unit_cap * pieces)


def base_amount(
    pupils: int,
    *,
    base: Decimal,
    full_from: int,
    per_pupil: Decimal = NOTHING,
    factor: Decimal = Decimal(1),
) -> Decimal:
    """F31 (SchIT-IVRdErl, Lower Saxony; below `full_from` pupils read as linear): base and amount per pupil.

    30,000 with 60 pupils for the whole of it: 45 pupils -> 22,500.00, 60 and more -> 30,000.00.
    """
    share = min(Decimal(1), Decimal(pupils) / full_from)
    return to_cent(base * share) + to_cent(pupils * factor * per_pupil)


def reaches_minimum(amount: Decimal, minimum: Decimal) -> bool:
    """F36: the least that is granted at all; the amount is no fact of ours, it stands in the directive.

    11,900 with a minimum of 12,500 -> no.
    """
    return amount >= minimum


def odd_in_decision(values: Mapping[str, Any]) -> Iterator[Sentence]:
    """What is taken, but should be looked at; `values` by the names of the columns, some may be missing."""
    begins, ends = values.get("period_from"), values.get("period_to")
    if begins and ends and ends < begins:
        yield Sentence(N_("Die Durchführung endet vor ihrem Beginn."))
    amount, eligible, drawn = values.get("granted"), values.get("eligible"), values.get("drawn")
    if amount is not None and eligible is not None and amount > eligible:
        yield Sentence(N_("Bewilligt ist mehr als zuwendungsfähig."))
    rate = values.get("rate")
    if amount is not None and eligible is not None and rate is not None:
        computed = granted(eligible, rate)
        if abs(amount - computed) > CENT:
            yield Sentence(_NOT_BY_RATE, amount=shown(amount), computed=shown(computed))
    if drawn is not None and amount is not None and drawn > amount:
        yield Sentence(N_("Abgerufen ist mehr als bewilligt."))


_NOT_BY_RATE = N_(
    "Bewilligt sind %(amount)s; der Fördersatz ergäbe %(computed)s. Es gilt, was der Bescheid sagt."
)
