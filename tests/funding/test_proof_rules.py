"""The figures of a grant as plain values: what is due in the end, where the money came from, the cap, the draw-down."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from school_it.funding import proof, rules
from school_it.funding.checking import amounts as amount_checks
from school_it.funding.drawdowns import asking
from school_it.funding.proof import Cap, Decided, Spent, Terms
from school_it.funding.rules import Financing

D = Decimal
SHARE = Terms(Financing.SHARE, D("0.9"), None)
FIXED = Terms(Financing.FIXED_AMOUNT, None, D(500))

amounts = st.integers(0, 50_000_000).map(lambda cents: D(cents) / 100)
spent = st.builds(Spent, st.sampled_from(["2.1a", "2.1b", "2.3"]), amounts, amounts, st.integers(1, 40))
decided = st.builds(Decided, amounts, amounts, amounts, amounts)
terms = st.sampled_from(
    [SHARE, FIXED, Terms(Financing.FULL, None, None), Terms(Financing.DEFICIT, None, None)]
)


def of(terms: Terms, granted: str, drawn: str, *receipts: Spent) -> proof.Figures:
    return proof.figures(terms, [Decided(D(100_000), D(granted), drawn=D(drawn))], receipts)


def test_spending_less_lowers_the_grant_and_the_rest_goes_back() -> None:
    found = of(SHARE, "90000", "90000", Spent("2.1a", D(81_000), D(80_000)))
    assert (found.grant_final, found.repay, found.still_due) == (D(72_000), D(18_000), D(0))
    assert found.own_share_actual == 9_000


def test_spending_more_leaves_the_grant_as_it_was_granted() -> None:
    found = of(SHARE, "90000", "50000", Spent("2.1a", D(120_000), D(120_000)))
    assert (found.grant_final, found.still_due, found.repay) == (D(90_000), D(40_000), D(0))


@pytest.mark.parametrize(
    ("terms", "final"),
    [
        (FIXED, "965.00"),
        (Terms(Financing.FULL, None, None), "1077.00"),
        (Terms(Financing.DEFICIT, None, None), "977.00"),
        (Terms(Financing.SHARE, None, None), None),
        (Terms(Financing.FIXED_AMOUNT, None, None), None),
        (Terms(None, D("0.9"), None), "969.30"),
    ],
)
def test_each_way_of_financing_has_its_own_end(terms: Terms, final: str | None) -> None:
    receipts = [Spent("2.3", D(612), D(612)), Spent("2.3", D(465), D(465))]
    found = proof.final_grant(terms, D(2_000), receipts, others=D(100))
    assert found == (None if final is None else D(final))


def test_the_real_case_of_2020_is_one_cent_off_its_rate_and_within_two() -> None:
    decisions = [Decided(D("60000.05"), D("54000.05")), Decided(D("47329.23"), D("42596.31"))]
    assert [rules.granted(one.eligible, D("0.9")) for one in decisions] == [one.granted for one in decisions]
    found = proof.figures(SHARE, decisions, [])
    assert (found.eligible_planned, found.granted) == (D("107329.28"), D("96596.36"))
    told = {one.rule: one.holds for one in amount_checks.of_grant(SHARE, decisions, found, [])}
    assert told == {"F01": True, "F04": True, "F21": True, "F05": False}


@given(terms, st.lists(decided, min_size=1, max_size=4), st.lists(spent, max_size=8))
def test_income_and_spending_come_to_what_was_paid_and_shares_to_a_hundred(
    terms: Terms, decisions: list[Decided], receipts: list[Spent]
) -> None:
    found = proof.figures(terms, decisions, receipts)
    lines = proof.income(found)
    assert sum(line.actual or 0 for line in lines) == found.paid_total == sum(one.paid for one in receipts)
    assert sum(one.paid for one in proof.spending(receipts)) == found.paid_total
    assert sum(one.eligible for one in proof.spending(receipts)) == found.eligible_actual
    assert sum(line.planned for line in lines) == found.eligible_planned
    assert sum(line.planned_share for line in lines) == (100 if found.eligible_planned else 0)
    assert sum(line.actual_share or 0 for line in lines) == (100 if found.paid_total else 0)
    assert found.grant_final is not None
    assert found.grant_final <= found.granted


@given(st.lists(st.integers(-(10**9), 10**9).map(lambda cents: D(cents) / 100), min_size=1, max_size=6))
def test_shares_of_a_hundred_are_off_by_less_than_a_hundredth(parts: list[Decimal]) -> None:
    shares, whole = proof.hundred(parts), sum(parts)
    assert sum(shares) == (100 if whole else 0)
    if whole:
        assert all(
            abs(share - part * 100 / whole) < D("0.01") for share, part in zip(shares, parts, strict=True)
        )


# --- F09 ---

CAP = Cap(("2.3",), D("0.2"), D(25_000))


@pytest.mark.parametrize(
    ("at_schools", "rest", "holds"),
    [
        ([24_000] * 6, 356_000, True),
        ([24_000] * 5 + [30_000], 350_000, False),
        ([30_000, 30_000, 40_000], 400_000, True),
        ([30_000, 30_000, "40000.01"], 400_000, False),
        ([25_000] * 6, 0, True),
        (["25000.01"], 0, False),
    ],
)
def test_the_cap_holds_by_the_whole_or_by_each_school(
    at_schools: list[int | str], rest: int, holds: bool
) -> None:
    eligible = {("2.3", number): D(amount) for number, amount in enumerate(at_schools)}
    assert proof.capped(CAP, {**eligible, ("2.1a", 99): D(rest)}).holds is holds


def test_a_cap_of_one_kind_knows_only_that_limit() -> None:
    eligible = {("2.3", 1): D(10), ("2.1a", 1): D(30)}
    assert not proof.capped(Cap(("2.3",), D("0.2"), None), eligible).holds
    assert proof.capped(Cap(("2.3",), None, D(10)), eligible).holds
    assert not Cap((), D("0.2"), None)
    assert not Cap(("2.3",), None, None)


def test_a_school_is_counted_over_all_the_items_of_the_cap() -> None:
    eligible = {("2.3", 1): D(15_000), ("2.2", 1): D(15_000)}
    assert not proof.capped(Cap(("2.2", "2.3"), None, D(25_000)), eligible).holds


# --- the rest of the rules ---


def test_a_budget_that_is_granted_to_the_last_cent_holds() -> None:
    for granted, holds in ((D("1800000.00"), True), (D("1800000.01"), False)):
        (found,) = amount_checks.of_programme(Cap((), None, None), {}, D(1_800_000), granted)
        assert (found.rule, found.holds) == ("F03", holds)


def test_what_a_device_costs_beyond_the_fixed_amount_is_said() -> None:
    receipts = [Spent("2.3", D(1_224), D(1_224), 2), Spent("2.3", D(465), D(465))]
    decisions = [Decided(D(2_000), D(1_500))]
    found = proof.figures(FIXED, decisions, receipts)
    told = {one.rule: one for one in amount_checks.of_grant(FIXED, decisions, found, receipts)}
    assert (told["F12"].holds, told["F12"].severity) == (False, "info")
    assert "224,00" in str(told["F12"].sentence)
    assert (told["F01"].holds, told["F04"].holds, told["F21"].holds) == (True, True, True)


# --- the draw-down ---


def test_f18_of_thirty_thousand_that_fall_due_soon_the_grant_bears_twenty_seven() -> None:
    (line,) = asking.lines(SHARE, [Decided(D(100_000), D(90_000))], [], [Spent("2.3", D(30_000), D(30_000))])
    assert line.requested == D("27000.00")


def test_of_what_falls_due_soon_the_grant_bears_its_share() -> None:
    share = Terms(Financing.SHARE, D("0.8"), None)
    (line,) = asking.lines(
        share, [Decided(D(50_000), D(40_000), drawn=D(5_000))], [Spent("2.3", D(10_000), D(10_000))],
        [Spent("2.3", D(2_000), D(2_000))],
    )  # fmt: skip
    assert (line.paid, line.due, line.requested, line.own_share_used) == (
        D(10_000), D(2_000), D(4_600), D(2_400),
    )  # fmt: skip
    assert line.remaining == 30_400


def test_of_each_decision_what_is_asked_for_and_the_own_share_make_up_what_was_paid() -> None:
    share = Terms(Financing.SHARE, D("0.9"), None)
    decisions = [Decided(D("60004.64"), D("54004.18")), Decided(D("47324.64"), D("42592.18"))]
    lines = asking.lines(share, decisions, [Spent("2.3", D("107828.28"), D("107325.28"))], [])
    assert [line.requested for line in lines] == [D("54004.18"), D("42588.57")]
    assert [line.own_share_used for line in lines] == [
        line.paid - (line.requested or 0) for line in lines
    ] == [D("6279.44"), D("4956.09")]  # fmt: skip


@given(
    terms,
    st.lists(decided, min_size=1, max_size=4),
    st.lists(spent, max_size=5),
    st.lists(spent, max_size=3),
)
def test_the_lines_of_a_draw_down_add_up_and_never_exceed_a_decision(
    terms: Terms, decisions: list[Decided], paid: list[Spent], due: list[Spent]
) -> None:
    lines = asking.lines(terms, decisions, paid, due)
    sums = asking.totals(lines)
    assert sums["paid"] == sum(one.paid for one in paid)
    assert sums["due"] == sum(one.paid for one in due)
    for one, line in zip(decisions, lines, strict=True):
        assert line.requested is not None
        assert 0 <= line.requested <= max(D(0), one.granted - one.drawn)
        assert line.remaining == one.granted - one.drawn - line.requested


@pytest.mark.parametrize(("drawn", "holds"), [("45000.00", True), ("45000.01", False)])
def test_f19_more_drawn_than_the_receipts_bear_is_a_warning(drawn: str, holds: bool) -> None:
    decisions = [Decided(D(100_000), D(90_000), drawn=D(drawn))]
    (found,) = asking.looked_at(SHARE, decisions, [Spent("2.3", D(50_000), D(50_000))])
    assert (found.rule, found.holds, found.severity) == ("F19", holds, "warn")
