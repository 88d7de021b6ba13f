"""The rules beside those of the receipts, each with the worked example of its source."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from school_it.devices import rules as device_rules
from school_it.funding import rules
from school_it.funding.rules import Anchor, CapBasis, Earmark, EndRule

D = Decimal
AMOUNTS = st.decimals(min_value=0, max_value=200_000, places=2)
RATES = st.decimals(min_value=D("0.01"), max_value=1, places=4)
FEW = settings(max_examples=30, deadline=None)


@pytest.mark.parametrize(
    ("end_rule", "day", "end"),
    [
        (EndRule.ANNIVERSARY, date(2021, 2, 15), date(2024, 2, 15)),
        (EndRule.DAY_BEFORE, date(2021, 2, 15), date(2024, 2, 14)),
        (EndRule.DAY_BEFORE, date(2021, 3, 1), date(2024, 2, 29)),
        (EndRule.DAY_BEFORE, date(2024, 2, 29), date(2027, 2, 28)),
        (EndRule.DAY_BEFORE, date(2021, 1, 1), date(2023, 12, 31)),
    ],
)
def test_f06_an_anniversary_ends_on_the_day_or_on_the_one_before_as_the_decision_counts(
    end_rule: EndRule, day: date, end: date
) -> None:
    earmark = Earmark(3, Anchor.COMMISSIONING, end_rule)
    assert rules.earmark_end(earmark, commissioned_on=day) == end


def test_f08_a_tablet_that_is_bound_for_longer_than_it_serves_is_replaced_from_own_money() -> None:
    ends = device_rules.life_ends(date(2020, 9, 1), 5)
    assert device_rules.outlives_use(ends, date(2029, 12, 31))
    assert not device_rules.outlives_use(ends, date(2025, 9, 1))
    assert not device_rules.outlives_use(None, date(2029, 12, 31))


def test_f10_a_smartphone_and_a_charging_cart_are_seen_in_what_the_receipt_says() -> None:
    assert rules.excluded_in("3 Smartphones für die Verwaltung", ["Smartphone"]) == ("Smartphone",)
    sofort = ["Garantieverlängerung", "Hülle", "Ladewagen"]
    assert rules.excluded_in("Ladekoffer für 16 Tablets", sofort) == ("Ladewagen",)
    assert rules.excluded_in("20 Tablets mit Schutzhülle", sofort) == ("Hülle",)
    assert rules.excluded_in("Vorhüllentechnik und Wartungsarmut", [*sofort, "Wartung"]) == ()


def test_f11_a_longer_warranty_is_no_cost_in_nrw_and_one_in_bavaria() -> None:
    text, excluded = "Garantieverlängerung 3 Jahre, 39 EUR", ["Garantieverlängerung", "Support"]
    assert rules.excluded_in(text, excluded) == ("Garantieverlängerung",)
    assert rules.excluded_in(text, excluded, allowed=["Garantieverlängerung"]) == ()
    assert "»Garantieverlängerung«" in str(next(rules.against_excluded(text, excluded)))


def test_f13_the_amount_per_device_cuts_the_cost_or_the_grant_and_only_the_decision_says_which() -> None:
    cost, rate, cap = D("540.00"), D("0.9"), D("500.00")
    assert rules.per_unit(cost, rate, cap, CapBasis.ELIGIBLE_COST) == D("450.00")
    assert rules.per_unit(cost, rate, cap, CapBasis.GRANT) == D("486.00")
    assert rules.open_per_unit(cost, rate, cap) == D("36.00")


@FEW
@given(AMOUNTS, RATES)
def test_f13_a_cap_on_the_grant_never_gives_less_and_none_gives_more_than_the_cap(
    cost: Decimal, rate: Decimal
) -> None:
    cap = D("500.00")
    of_cost, of_grant = (
        rules.per_unit(cost, rate, cap, basis) for basis in (CapBasis.ELIGIBLE_COST, CapBasis.GRANT)
    )
    assert of_cost <= of_grant <= cap
    assert rules.open_per_unit(cost, rate, cap) == of_grant - of_cost >= 0


def test_f14_the_average_may_hold_where_five_devices_do_not() -> None:
    found = rules.against_cap([(D(2250), 5), (D(2750), 5)], D(500))
    assert found is not None
    assert (found.average, found.average_holds, found.over, found.each_holds) == (D("500.00"), True, 5, False)
    assert rules.against_cap([(D(10), 0)], D(500)) is None


def test_f17_the_last_day_for_a_draw_down_counts() -> None:
    assert rules.may_draw(date(2024, 11, 8), date(2024, 11, 8))
    assert not rules.may_draw(date(2024, 11, 9), date(2024, 11, 8))
    assert rules.may_draw(date(2024, 11, 9), None)


def test_f20_an_item_may_exceed_its_plan_by_a_fifth() -> None:
    assert rules.most_of_item(D(10_000)) == D("12000.00")
    assert rules.most_of_item(D(10_000), D("0.1")) == D("11000.00")


def test_f23_no_more_devices_than_pupils() -> None:
    assert rules.above_pupils(470 + 20, 480) == 10
    assert rules.above_pupils(480, 480) == 0


def test_f24_one_training_each_up_to_its_cap() -> None:
    costs = [("S1", D(6_000)), ("S2", D(10_000)), ("S1", D(5_200))]
    assert rules.over_training_cap(costs, D(10_000)) == {"S1": D(1_200)}
    assert rules.trained_twice(person for person, _cost in costs) == ("S1",)


@FEW
@given(st.lists(st.tuples(st.sampled_from(["S1", "S2", "S3"]), AMOUNTS), max_size=9))
def test_f24_what_is_above_the_cap_and_what_is_not_are_together_what_was_paid(
    costs: list[tuple[str, Decimal]],
) -> None:
    cap = D(10_000)
    over = rules.over_training_cap(costs, cap)
    by_person: dict[str, Decimal] = {}
    for person, cost in costs:
        by_person[person] = by_person.get(person, D(0)) + cost
    assert sum(over.values()) + sum(min(cost, cap) for cost in by_person.values()) == sum(by_person.values())


def test_f25_administration_hangs_on_a_measure_of_the_same_authority() -> None:
    assert rules.is_linked("M-01", {"M-01", "M-02"})
    assert not rules.is_linked(None, {"M-01"})
    assert not rules.is_linked("M-09", {"M-01"})


def test_f26_device_management_runs_within_its_months() -> None:
    begun, months = date(2020, 12, 1), 24
    assert rules.management_due(begun, months) == date(2022, 12, 1)
    assert rules.management_in_time(begun, months, date(2022, 12, 1), date(2026, 1, 1))
    assert not rules.management_in_time(begun, months, date(2022, 12, 2), date(2026, 1, 1))
    assert rules.management_in_time(begun, months, None, date(2022, 12, 1))
    assert not rules.management_in_time(begun, months, None, date(2022, 12, 2))


def test_f27_and_f28_what_is_missing_is_named_for_each_school() -> None:
    there = {"115514": {"Medienkonzept"}, "115526": set(), "Schulträger": {"Medienkonzept", "Support"}}
    assert rules.lacking_documents(["Medienkonzept", "Support"], there) == {
        "115514": ("Support",),
        "115526": ("Medienkonzept", "Support"),
    }


def test_f29_a_proof_is_due_on_its_day_or_months_after() -> None:
    assert rules.proof_due(months=3, begun=date(2024, 12, 31)) == date(2025, 3, 31)
    assert rules.proof_due(fixed=date(2021, 9, 30), months=3, begun=date(2024, 12, 31)) == date(2021, 9, 30)
    assert rules.proof_due(months=3) is None


def test_f31_a_small_school_has_a_part_of_the_base_amount() -> None:
    terms = {"base": D(30_000), "full_from": 60}
    assert rules.base_amount(45, **terms) == D("22500.00")
    assert rules.base_amount(60, **terms) == rules.base_amount(600, **terms) == D("30000.00")
    assert rules.base_amount(100, **terms, per_pupil=D(300), factor=D("0.5")) == D("45000.00")


def test_f32_small_grants_are_paid_after_the_proof_only() -> None:
    terms = {"share": D("0.6"), "none_up_to": D(25_000)}
    assert rules.most_in_advance(D(80_000), **terms) == D("48000.00")
    assert rules.most_in_advance(D(25_000), **terms) == 0


def test_f33_a_used_device_has_to_last_as_long_as_it_is_bound() -> None:
    assert not rules.lasts(3, 5)
    assert rules.lasts(5, 5)


def test_f34_papers_are_kept_until_the_latest_of_three_days() -> None:
    settled = date(2025, 12, 31)
    assert rules.kept_until(settled, date(2029, 12, 31), authority_years=6, programme_years=5) == date(
        2031, 12, 31
    )
    assert rules.kept_until(settled, date(2035, 12, 31), authority_years=6) == date(2035, 12, 31)
    assert rules.kept_until(settled, None, authority_years=6, programme_years=10) == date(2035, 12, 31)


def test_f35_one_videoconference_system_for_each_vocational_college() -> None:
    assert list(rules.against_video("BK", 1)) == []
    assert "nur an Berufskollegs" in str(next(rules.against_video("GY", 1)))
    assert "hier sind es 2" in str(next(rules.against_video("BK", 2)))


def test_f36_a_grant_below_the_minimum() -> None:
    assert not rules.reaches_minimum(D(11_900), D(12_500))
    assert rules.reaches_minimum(D(12_500), D(12_500))
