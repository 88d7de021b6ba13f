"""When a licence is paid: plain values."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from school_it.licences import rules

PRICE = Decimal("600.00")


@pytest.mark.parametrize(
    ("start", "end", "renews", "years"),
    [
        (date(2025, 8, 1), date(2026, 7, 31), True, {2025: 1, 2026: 1, 2027: 1, 2028: 1}),
        (date(2025, 8, 1), date(2026, 7, 31), False, {2025: 1}),
        (date(2025, 8, 1), None, True, {2025: 1}),
        (date(2025, 1, 1), date(2027, 12, 31), True, {2025: 1, 2028: 1}),
        (date(2026, 1, 1), date(2026, 6, 30), True, {2026: 2, 2027: 2, 2028: 2}),
        (date(2027, 1, 31), date(2027, 2, 27), True, {2027: 12, 2028: 12}),
        (date(2028, 2, 29), date(2029, 2, 27), True, {2028: 1}),
        (date(2026, 12, 30), date(2026, 12, 28), True, {2026: 1}),
        (None, date(2026, 7, 31), True, {}),
    ],
)  # fmt: skip
def test_a_term_is_paid_when_it_begins(
    start: date | None, end: date | None, renews: bool, years: dict[int, int]
) -> None:
    found = rules.costs_by_year(start, end, renews, PRICE, 2028)
    assert found == {year: PRICE * times for year, times in years.items()}


def test_without_a_price_nothing_is_known() -> None:
    assert rules.costs_by_year(date(2025, 1, 1), None, None, None, 2030) == {}


@given(st.dates(), st.dates(), st.booleans(), st.integers(1, 9999))
def test_no_term_however_odd_is_a_fault(start: date, end: date, renews: bool, until: int) -> None:
    found = rules.costs_by_year(start, end, renews, PRICE, min(until, start.year + 5))
    assert all(start.year <= year <= until for year in found)
