"""What was spent in a year, each euro once. Plain values only.

The same purchase may stand in the book of a grant, in an invoice and in the list of devices. The book goes first: what
was paid there counts with the day of payment. Of an invoice counts what its receipts do not have: the town's own share,
with the day it was paid, else its date. Of the list of devices count the prices of those whose invoice number stands
in neither, with the day of acquisition; what of it is funded is reckoned by the rate of the grant that it names.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from school_it.errors import N_
from school_it.funding.rules import Financing
from school_it.money import NOTHING

SOURCES = {
    "receipts": N_("Belege der Zuwendungen"),
    "invoices": N_("Rechnungen ohne Zuwendung"),
    "devices": N_("Preise der Geräteliste"),
}


@dataclass(frozen=True)
class Spent:
    """Of one school (None: of no single one), one programme (empty: own money) and one source of `SOURCES`."""

    school_id: int | None
    programme: str
    paid: Decimal
    funded: Decimal
    source: str


@dataclass(frozen=True)
class Sum:
    paid: Decimal = NOTHING
    funded: Decimal = NOTHING

    @property
    def own(self) -> Decimal:
        return self.paid - self.funded

    def plus(self, one: Spent) -> Sum:
        return Sum(self.paid + one.paid, self.funded + one.funded)


def funded_share(financing: Financing | None, rate: Decimal | None) -> Decimal | None:
    """The part of what counts that the programme pays; None where it pays amounts apiece."""
    if financing is Financing.FULL:
        return Decimal(1)
    return None if financing is Financing.FIXED_AMOUNT else rate


def left_of_invoice(
    amounts: Mapping[int | None, Decimal], receipts: Mapping[int | None, Decimal]
) -> dict[int | None, Decimal]:
    """What of an invoice no receipt has, by school. A receipt of a school that the invoice does not name takes from
    what is of no single school first.

    >>> left_of_invoice({None: Decimal(100), 1: Decimal(50)}, {2: Decimal(60), 1: Decimal(30)})
    {None: Decimal('40'), 1: Decimal('20')}
    """
    left, over = dict(amounts), NOTHING
    for school, paid in receipts.items():
        taken = min(paid, max(left.get(school, NOTHING), NOTHING))
        if taken:
            left[school] -= taken
        over += paid - taken
    for school in sorted(left, key=lambda one: one is not None):
        taken = min(over, max(left[school], NOTHING))
        left[school] -= taken
        over -= taken
    return {school: rest for school, rest in left.items() if rest}


def by_school(spent: Iterable[Spent]) -> dict[int | None, Sum]:
    """By id of the school; None is what was bought for no single one."""
    found: dict[int | None, Sum] = {}
    for one in spent:
        found[one.school_id] = found.get(one.school_id, Sum()).plus(one)
    return found


def by_programme(spent: Iterable[Spent]) -> dict[str, Sum]:
    """Own money, which has no programme, comes last."""
    found: dict[str, Sum] = {}
    for one in sorted(spent, key=lambda one: (not one.programme, one.programme)):
        found[one.programme] = found.get(one.programme, Sum()).plus(one)
    return found


def by_source(spent: Iterable[Spent]) -> dict[str, Sum]:
    """By the names of `SOURCES`, every one of them, in their order."""
    found = {name: Sum() for name in SOURCES}
    for one in spent:
        found[one.source] = found[one.source].plus(one)
    return found
