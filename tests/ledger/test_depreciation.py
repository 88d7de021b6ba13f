"""What a device is worth in the books: the office's worked examples, and years that add up to the cent."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from school_it.devices import rules as device_rules
from school_it.ledger import rules
from school_it.ledger.rules import Asset

LIMIT = Decimal(800)


def euros(*amounts: Decimal) -> list[Decimal]:
    return list(amounts)


@pytest.mark.parametrize(("gross", "net", "low"), [("949.00", "797.48", True), ("952.01", "800.01", False)])
def test_low_value_is_judged_by_the_net_price(gross: str, net: str, low: bool) -> None:
    assert rules.net_of(None, Decimal(gross)) == Decimal(net)
    assert device_rules.is_low_value(Decimal(net), LIMIT) is low


def test_linear_by_the_month_with_or_without_the_month_of_purchase() -> None:
    asset = Asset(Decimal("1200.00"), date(2024, 3, 15), 5)
    assert rules.depreciated(asset, date(2024, 3, 31), first_counts=True) == Decimal("20.00")
    assert rules.depreciated(asset, date(2024, 3, 31), first_counts=False) == 0
    year = rules.in_year(asset, 2024, first_counts=True)
    assert euros(year.opening, year.added, year.written_off, year.closing) == [0, 1200, 200, 1000]
    last = rules.in_year(asset, 2029, first_counts=True)
    assert euros(last.opening, last.written_off, last.closing) == [40, 40, 0]


def test_what_leaves_takes_its_rest_along_and_what_is_worth_little_goes_at_once() -> None:
    gone = Asset(Decimal("1200.00"), date(2024, 1, 10), 5, gone_on=date(2026, 6, 30))
    year = rules.in_year(gone, 2026, first_counts=True)
    assert euros(year.opening, year.written_off, year.left, year.closing) == [720, 120, 600, 0]
    small = Asset(Decimal("949.00"), date(2024, 11, 3), 5, at_once=True)
    year = rules.in_year(small, 2024, first_counts=True)
    assert euros(year.added, year.written_off, year.closing) == [949, 949, 0]


@given(
    cents=st.integers(1, 10_000_000),
    begun=st.dates(date(2015, 1, 1), date(2030, 12, 31)),
    years=st.integers(1, 15),
    lasts=st.none() | st.integers(0, 6000),
    first=st.booleans(),
)
@settings(max_examples=60)
def test_the_years_add_up_to_the_cost_and_follow_one_another(
    cents: int, begun: date, years: int, lasts: int | None, first: bool
) -> None:
    cost = Decimal(cents) / 100
    gone = None if lasts is None else date.fromordinal(begun.toordinal() + lasts)
    asset = Asset(cost, begun, years, gone_on=gone)
    told = [rules.in_year(asset, year, first_counts=first) for year in range(begun.year, begun.year + 34)]
    assert sum(one.written_off + one.left for one in told) == cost
    assert all(min(one.opening, one.added, one.written_off, one.left, one.closing) >= 0 for one in told)
    assert all(one.closing == after.opening for one, after in pairwise(told))
