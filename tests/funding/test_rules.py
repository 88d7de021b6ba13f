"""The rules with the worked examples of their sources, and what holds for any amounts."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from school_it.funding import rules
from school_it.funding.rules import Anchor, Earmark, EndRule, Financing, Part, StartEvent, Status, Window

D = Decimal
AMOUNTS = st.decimals(min_value=0, max_value=2_000_000, places=2)
RATES = st.decimals(min_value=D("0.01"), max_value=1, places=4)


def test_f01_a_share_is_rounded_half_up_to_the_cent() -> None:
    assert rules.granted(D("48000.00"), D("0.90")) == D("43200.00")
    assert rules.granted(D("0.05"), D("0.90")) == D("0.05")  # 0.045
    assert rules.granted(D("107329.28"), D("0.9")) == D("96596.35")


@given(AMOUNTS, RATES)
def test_f01_a_grant_is_never_more_than_half_a_cent_off_and_never_above_the_costs(
    eligible: Decimal, rate: Decimal
) -> None:
    amount = rules.granted(eligible, rate)
    assert abs(amount - eligible * rate) <= D("0.005")
    assert amount <= eligible


def test_f02_what_a_budget_allows_to_spend() -> None:
    assert rules.largest_eligible(D(1_800_000), D("0.9")) == D("2000000.00")


def test_f03_what_is_left_of_a_budget() -> None:
    assert rules.budget_left(D(1_800_000), [D(650_000)]) == D(1_150_000)


def test_f04_two_decisions_may_be_two_cents_off() -> None:
    whole = [(D("60000.00"), D("54000.00")), (D("47329.28"), D("42596.36"))]
    assert sum(amount for _eligible, amount in whole) == D("96596.36")
    assert rules.rounding_holds(whole, D("0.9"))
    assert not rules.rounding_holds([(D("107329.28"), D("96596.37"))], D("0.9"))


@given(st.lists(AMOUNTS, min_size=1, max_size=8), RATES)
def test_f04_holds_for_whatever_f01_has_granted(amounts: list[Decimal], rate: Decimal) -> None:
    assert rules.rounding_holds([(one, rules.granted(one, rate)) for one in amounts], rate)


@pytest.mark.parametrize(
    ("anchor", "end_rule", "years", "day", "end"),
    [
        (Anchor.IMPLEMENTATION_END, EndRule.CALENDAR_YEAR, 5, date(2024, 10, 31), date(2029, 12, 31)),
        (Anchor.IMPLEMENTATION_END, EndRule.CALENDAR_YEAR, 5, date(2022, 12, 31), date(2027, 12, 31)),
        (Anchor.COMMISSIONING, EndRule.ANNIVERSARY, 3, date(2021, 2, 15), date(2024, 2, 15)),
        (Anchor.PURCHASE, EndRule.ANNIVERSARY, 4, date(2024, 2, 29), date(2028, 2, 29)),
        (Anchor.PURCHASE, EndRule.ANNIVERSARY, 3, date(2024, 2, 29), date(2027, 2, 28)),
        (Anchor.COMPLETION, EndRule.CALENDAR_YEAR, 4, date(2025, 1, 1), date(2029, 12, 31)),
    ],
)
def test_f05_the_earmark_counts_from_its_anchor_and_ends_by_its_rule(
    anchor: Anchor, end_rule: EndRule, years: int, day: date, end: date
) -> None:
    name = {
        Anchor.IMPLEMENTATION_END: "period_to", Anchor.COMMISSIONING: "commissioned_on",
        Anchor.PURCHASE: "acquired_on", Anchor.COMPLETION: "completed_on",
    }[anchor]  # fmt: skip
    earmark = Earmark(years, anchor, end_rule)
    assert rules.earmark_end(earmark, **{name: day}) == end
    assert rules.earmark_end(earmark) is None


def test_f05_what_the_programme_does_not_say_is_not_guessed() -> None:
    day = date(2024, 10, 31)
    for earmark in (
        Earmark(None, Anchor.IMPLEMENTATION_END, EndRule.CALENDAR_YEAR),
        Earmark(5, None, EndRule.CALENDAR_YEAR),
        Earmark(5, Anchor.IMPLEMENTATION_END, None),
    ):
        assert rules.earmark_end(earmark, period_to=day) is None


def test_f05_what_lies_beyond_the_calendar_is_not_computed() -> None:
    for end_rule in EndRule:
        earmark = Earmark(5, Anchor.IMPLEMENTATION_END, end_rule)
        assert rules.earmark_end(earmark, period_to=date(9999, 12, 31)) is None


def test_f12_a_fixed_amount_pays_at_most_its_cap_apiece_and_what_was_granted_in_all() -> None:
    receipts = [(D("612.00"), 1), (D("465.00"), 1)]
    assert rules.final_fixed(D("5000"), receipts, D("500")) == D("965.00")
    assert rules.final_fixed(D("900"), receipts, D("500")) == D("900")
    assert rules.final_fixed(D("5000"), [(D("1000.00"), 3)], D("500")) == D("1000.00")


def test_f21_spending_less_lowers_the_grant() -> None:
    assert rules.final_share(D(90_000), D(80_000), D("0.9")) == D("72000.00")
    assert rules.final_share(D(90_000), D(120_000), D("0.9")) == D(90_000)


def receipt(**values: Any) -> dict[str, Any]:
    return {
        "order_date": date(2024, 3, 1), "invoice_date": date(2024, 4, 22), "payment_date": date(2024, 5, 6),
        "paid_amount": D("9604.00"), "vat_non_eligible": D(0), "other_non_eligible": D(0),
        "eligible_requested": D("9604.00"), **values,
    }  # fmt: skip


def window(**values: Any) -> Window:
    usual: dict[str, Any] = {
        "start_event": StartEvent.ORDER, "earliest_start": date(2022, 1, 1), "period_to": date(2025, 9, 30),
        "decided_on": date(2024, 2, 15), "early_start_from": None,
    }  # fmt: skip
    return Window(**{**usual, **values})


def wrong(values: dict[str, Any], allowed: Window) -> list[str]:
    return [field for field, _sentence in rules.against_receipt(values, allowed)]


def test_f30_only_what_was_paid_is_eligible() -> None:
    assert rules.eligible_of(D("1166.20"), D(0), D(0)) == D("1166.20")
    assert wrong(receipt(), window()) == []
    assert wrong(receipt(eligible_requested=D("9800.00")), window()) == ["eligible_requested"]
    assert wrong(receipt(eligible_requested=D("9603.99")), window()) == ["eligible_requested"]
    assert wrong(receipt(other_non_eligible=D("604.00"), eligible_requested=D("9000.00")), window()) == []


def test_f30_more_cannot_be_left_out_than_was_paid() -> None:
    odd = receipt(other_non_eligible=D("10000"), eligible_requested=D("-396.00"))
    assert wrong(odd, window()) == ["paid_amount"]


@pytest.mark.parametrize(
    ("event", "field"),
    [
        (StartEvent.CONTRACT, "order_date"),
        (StartEvent.ORDER, "order_date"),
        (StartEvent.INVOICE, "invoice_date"),
        (StartEvent.PAYMENT, "payment_date"),
    ],
)
def test_f15_the_start_event_lies_within_the_window_whose_days_count(event: StartEvent, field: str) -> None:
    allowed = window(
        start_event=event, earliest_start=date(2024, 3, 16), decided_on=date(2020, 1, 1), period_to=date(2025, 9, 30)
    )  # fmt: skip
    inside = {name: date(2024, 6, 1) for name in ("order_date", "invoice_date", "payment_date")}
    for day, found in (
        (date(2024, 3, 15), [field]),
        (date(2024, 3, 16), []),
        (date(2025, 9, 30), []),
        (date(2025, 10, 1), [field]),
    ):
        assert wrong(receipt(**{**inside, field: day}), allowed) == found


def test_f16_no_order_before_the_decision_or_the_early_start() -> None:
    assert wrong(receipt(order_date=date(2024, 2, 14)), window()) == ["order_date"]
    assert wrong(receipt(order_date=date(2024, 2, 15)), window()) == []
    early = window(early_start_from=date(2024, 1, 1))
    assert wrong(receipt(order_date=date(2024, 1, 10)), early) == []
    assert wrong(receipt(order_date=date(2023, 12, 31)), early) == ["order_date"]


def test_f15_and_f16_ask_nothing_of_a_receipt_with_nothing_eligible() -> None:
    bought_before = receipt(
        order_date=date(2019, 1, 1), other_non_eligible=D("9604.00"), eligible_requested=D("0.00")
    )
    assert wrong(bought_before, window()) == []


def part(name: str, eligible: str, paid: str, total: str | None = None) -> Part:
    return Part(name, D(eligible), D(paid), None if total is None else D(total))


def test_f22_two_grants_do_not_pay_for_one_invoice_twice() -> None:
    parts = [part("A 1", "6000", "10000"), part("B 4", "5000", "10000")]
    for place, other in ((0, "B 4"), (1, "A 1")):
        ((field, sentence),) = rules.Invoice(parts).against(place)
        assert field == "eligible_requested"
        assert f"Weitere Belege: {other}." in str(sentence)
        assert "11.000,00" in str(sentence)
        assert "10.000,00" in str(sentence)
    fair = [part("A 1", "6000", "10000"), part("B 4", "4000", "10000")]
    assert not list(rules.Invoice(fair).against(0))


def test_f22_an_invoice_in_several_rows_is_judged_by_what_was_paid_on_the_whole() -> None:
    split = [part("A 1", "6000", "6000", "10000"), part("A 2", "4000", "4000", "10000")]
    assert not list(rules.Invoice(split).against(0))
    bare = [part("A 1", "6000", "6000"), part("A 2", "4000", "4000")]
    assert [field for field, _s in rules.Invoice(bare).against(0)] == ["eligible_requested"]
    differing = [part("A 1", "6000", "6000", "10000"), part("A 2", "4000", "4000", "11000")]
    assert [field for field, _s in rules.Invoice(differing).against(1)] == ["invoice_total"]


def test_f22_a_part_that_asks_for_nothing_is_not_the_cause() -> None:
    parts = [part("A 1", "0", "10000"), part("B 1", "6000", "10000"), part("C 1", "5000", "10000")]
    assert not list(rules.Invoice(parts).against(0))
    assert list(rules.Invoice(parts).against(1))


def test_f22_of_thousands_of_parts_a_sentence_names_five() -> None:
    invoice = rules.Invoice([part(f"A {number}", "1", "1") for number in range(20_000)])
    said = [str(sentence) for place in range(20_000) for _field, sentence in invoice.against(place)]
    assert len(said) == 20_000
    assert "A 1, A 2, A 3, A 4, A 5 … (+19994)" in said[0]
    assert "A 0, A 1, A 2, A 3, A 4 … (+19994)" in said[-1]


@given(st.lists(AMOUNTS, min_size=1, max_size=6), st.data())
def test_f22_any_split_of_an_invoice_to_the_cent_holds_and_one_cent_more_does_not(
    amounts: list[Decimal], data: st.DataObject
) -> None:
    total = sum(amounts, D(0))
    parts = [Part(str(number), one, one, total) for number, one in enumerate(amounts)]
    place = data.draw(st.integers(0, len(parts) - 1))
    assert not list(rules.Invoice(parts).against(place))
    more = parts[place]
    parts[place] = Part(more.name, more.eligible + D("0.01"), more.paid, total)
    assert list(rules.Invoice(parts).against(place))


def lacks(**values: Any) -> list[str]:
    return [field for field, _sentence in rules.lacking_in_programme(values)]


def test_a_programme_says_how_it_finances_unless_it_is_a_draft() -> None:
    assert lacks(status=Status.DRAFT) == []
    assert lacks(status=Status.VALID) == ["financing"]
    assert lacks(financing=Financing.SHARE) == ["rate"]
    assert lacks(financing=Financing.SHARE, rate=D("0.8")) == []
    assert lacks(financing=Financing.FIXED_AMOUNT) == ["unit_cap"]
    assert lacks(financing=Financing.FULL) == []


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)), st.integers(0, 30))
def test_an_earmark_by_calendar_year_never_ends_before_one_by_anniversary(day: date, years: int) -> None:
    by_year = rules.earmark_end(Earmark(years, Anchor.PURCHASE, EndRule.CALENDAR_YEAR), acquired_on=day)
    by_day = rules.earmark_end(Earmark(years, Anchor.PURCHASE, EndRule.ANNIVERSARY), acquired_on=day)
    assert by_year is not None
    assert by_day is not None
    assert timedelta(0) <= by_year - by_day < timedelta(366)
