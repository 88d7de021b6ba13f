"""The worked examples of real plans, by the rules: targets, gaps, waves, ports, posts, euros."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from school_it.devices.rules import ItemClass
from school_it.plan.rules import Basis, assumptions, budget, need, wave
from school_it.plan.rules.budget import Part, Post
from school_it.plan.rules.need import Aim, Figures
from school_it.plan.rules.wave import Cohort
from school_it.plan.standing import Cell, SchoolStand, by_social_index
from school_it.schools.rules import SchoolType

D, M = Decimal, ItemClass.MOBILE
YEARS = [2025, 2026, 2027, 2028]


def aim(
    item_class: ItemClass = M, basis: Basis = Basis.PUPILS, value: str = "2", reserve: str = "0", **more: Any
) -> Aim:
    return Aim(more.pop("ident", 1), item_class, basis, D(value), D(reserve), **more)


def flat(_item_class: ItemClass, _year: int) -> Decimal:
    return D(500)


def test_example_a_a_primary_school_of_200_lacks_41_tablets() -> None:
    found = need.worked(SchoolType.G, Figures(2025, 200), [aim(reserve="0.05")])[M]
    assert found.count == 105
    gap = need.gap(found.count, 64)
    assert gap == 41
    (year,) = budget.by_year([2025], [Post(2025, Part.GAP, gap * D(500), is_fundable=True)], D("0.1"))
    assert (year.total, year.grant, year.own) == (D(20_500), D(18_450), D(2_050))


def test_example_b_two_deliveries_come_due_and_are_spread_under_a_ceiling() -> None:
    cohorts = [Cohort(M, 2021, 2026, 300), Cohort(M, 2023, 2028, 100)]
    due = wave.as_due(cohorts, YEARS)
    assert due.counts() == {2026: 300, 2028: 100}
    assert due.cost(flat) == {2026: D(150_000), 2028: D(50_000)}
    spread = wave.smoothed(cohorts, YEARS, D(50_000), flat)
    assert spread.counts() == {2025: 100, 2026: 100, 2027: 100, 2028: 100}
    assert spread.beyond == ()
    assert [spread.mean_age(year, M) for year in YEARS] == [4, 5, 6, 5]


def test_example_c_thirty_rooms_need_three_switches_and_400_megabits() -> None:
    ports = budget.ports_needed(30, D(4))
    assert (ports, budget.ports_wanted(ports), budget.switches_missing(ports, 0)) == (120, 144, 3)
    rooms = need.worked(
        SchoolType.G, Figures(2025, 800, rooms=30), [aim(ItemClass.ACCESS_POINT, Basis.ROOM, "1")]
    )
    assert rooms[ItemClass.ACCESS_POINT].count == 30
    assert 800 * assumptions.BY_KEY["network.uplink"].value == 400


def test_example_d_three_thousand_devices_are_seven_and_a_half_posts() -> None:
    assert budget.posts_exact(3000, D(400)) == D("7.5")
    assert budget.posts_needed(3000, D(400)) == D("7.5")
    assert budget.posts_needed(3001, D(400)) == 8


def test_table_3_a_comprehensive_school_of_900() -> None:
    aims = [
        aim(
            M, Basis.PUPILS, "1", "0.05", types=(SchoolType.GE, SchoolType.GY), grade_from="05", grade_to="10"
        ),
        aim(ItemClass.PRESENTATION, Basis.ROOM, "1"),
        aim(ItemClass.ACCESS_POINT, Basis.ROOM, "1"),
        aim(ItemClass.TEACHERS, Basis.TEACHER, "1", "0.03"),
    ]
    found = need.worked(SchoolType.GE, Figures(2025, 900, teachers=75, rooms=55), aims)
    assert [one.count for one in found.values()] == [945, 55, 55, 78]
    usable = dict(zip(found, (310, 41, 48, 75), strict=True))
    figures = assumptions.assumed({}, 2025)
    gaps = {one: need.gap(worked.count, usable[one]) for one, worked in found.items()}
    assert list(gaps.values()) == [635, 14, 7, 3]
    costs = [count * figures.price(one, 2025) for one, count in gaps.items()]
    assert costs == [D(317_500), D(56_000), D(3_150), D(1_500)]
    assert sum(costs) == D(378_150)
    yearly = [
        budget.yearly_replacement(worked.count, figures[f"price.{one.value}"], figures.life(one))
        for one, worked in found.items()
    ]
    assert yearly == [D(94_500), D(27_500), D(4_125), D(7_800)]
    assert budget.per_pupil_and_year(sum(yearly, D(0)), 1, 900) == D("148.81")


def test_a_town_that_replaces_too_little_is_told_how_old_its_devices_get() -> None:
    age = wave.age_at_this_pace(61_500, 7_000, 1)
    assert age is not None
    assert round(age, 1) == D("8.8")
    assert budget.per_pupil_and_year(D(3_910_000), 6, 5_630) == D("115.75")


def test_each_pupil_counts_once_by_the_closest_target() -> None:
    """Upper grades by theirs, the rest by that for all; a preparatory class has no grade and falls to that for all."""
    aims = [
        aim(value="4", ident=1),
        aim(value="1", ident=2, types=(SchoolType.GY,), grade_from="EF", grade_to="Q2"),
    ]
    by_grade = {"05": 100, "EF": 60, "VK": 12}
    found = need.worked(SchoolType.GY, Figures(2025, 180, by_grade), aims)[M]
    assert {step.aim.ident: (step.base, step.count) for step in found.steps} == {1: (120, 30), 2: (60, 60)}
    assert need.worked(SchoolType.G, Figures(2025, 180, by_grade), aims)[M].count == 45


def test_pupils_without_grades_are_shared_out_and_that_is_said() -> None:
    aims = [
        aim(value="1", ident=1, grade_from="05", grade_to="10"),
        aim(value="2", ident=2, grade_from="EF", grade_to="Q2"),
    ]
    found = need.worked(SchoolType.GY, Figures(2025, 901), aims)[M]
    assert sum(step.base for step in found.steps) == 901
    assert all(step.is_shared for step in found.steps)
    unknown = need.worked(SchoolType.GY, None, aims)[M]
    assert (unknown.count, unknown.lacking) == (0, (Basis.PUPILS,))


def test_what_is_bound_or_under_warranty_is_not_pulled_forward() -> None:
    bound = Cohort(M, 2021, 2026, 10, free_from=2028)
    assert wave.as_due([bound], YEARS).counts() == {2028: 10}
    own_money = wave.as_due([bound], YEARS, replace_bound=True)
    assert [(slot.year, slot.is_bound) for slot in own_money.slots] == [(2026, True)]
    covered = Cohort(M, 2021, 2027, 30, warranty_to=2027)
    spread = wave.smoothed([covered], YEARS, D(5_000), flat)
    assert spread.counts() == {2027: 10, 2028: 10}
    assert [(slot.year, slot.count) for slot in spread.beyond] == [(2027, 10)]


def test_what_the_plan_buys_falls_due_again_before_it_ends() -> None:
    again = wave.again({(2025, M): 7}, {M: 2}, 2029)
    assert [(one.begun, one.due, one.count) for one in again] == [(2025, 2027, 7), (2027, 2029, 7)]


@pytest.mark.parametrize(
    ("on", "life", "last_too_old"),
    [
        (date(2026, 11, 28), 5, date(2021, 11, 28)),
        (date(2025, 2, 28), 5, date(2020, 2, 29)),
        (date(2028, 2, 29), 5, date(2023, 2, 28)),
    ],
)
def test_a_device_is_usable_until_the_day_before_its_life_ends(
    on: date, life: int, last_too_old: date
) -> None:
    assert need.too_old_since(on, life) == last_too_old


@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_a_gap_is_never_negative(target: int, usable: int) -> None:
    assert need.gap(target, usable) == max(target, usable) - usable


cohorts = st.lists(
    st.builds(
        Cohort, st.sampled_from(ItemClass), st.integers(2015, 2024), st.integers(2020, 2032), st.integers(1, 400),
        st.none() | st.integers(2020, 2033), st.none() | st.integers(2020, 2033),
    ),
    max_size=6,
)  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(cohorts, st.integers(100, 200_000))
def test_under_a_ceiling_no_year_costs_more_and_no_device_is_lost(some: list[Cohort], ceiling: int) -> None:
    due, spread = wave.as_due(some, YEARS), wave.smoothed(some, YEARS, D(ceiling), flat)
    assert all(amount <= ceiling for amount in spread.cost(flat).values())
    assert sum(due.counts().values()) == sum(spread.counts().values()) + sum(
        one.count for one in spread.beyond
    )
    for slot in spread.slots:
        assert slot.year >= min(slot.cohort.earliest, slot.cohort.due) or slot.cohort.is_bound_when_due


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.builds(
            Post, st.sampled_from(YEARS), st.sampled_from(Part),
            st.decimals(0, 100_000, places=2), st.booleans(), st.booleans(),
        ),
        max_size=12,
    ),
    st.decimals(0, 1, places=2),
    st.none() | st.decimals(0, 50_000, places=2),
)  # fmt: skip
def test_who_pays_adds_up_to_the_cent(posts: list[Post], own: Decimal, limit: Decimal | None) -> None:
    years = budget.by_year(YEARS, posts, own, limit)
    assert sum(one.total for one in years) == sum((post.amount for post in posts), D(0))
    assert all(one.grant + one.own == one.total == one.investive + one.consumptive for one in years)
    assert limit is None or sum(one.grant for one in years) <= limit


@given(st.integers(0, 5000), st.integers(1, 15))
def test_a_gap_spread_over_years_keeps_every_device(count: int, years: int) -> None:
    parts = budget.spread_count(count, list(range(years))).values()
    assert sum(parts) == count
    assert max(parts) - min(parts) <= 1


def test_posts_are_told_as_people_round_and_needed_in_halves() -> None:
    assert budget.posts_exact(2706, D(400)) == D("6.77"), "6.765 is no 6.76"
    assert budget.posts_needed(2706, D(400)) == D(7)


def test_a_scenario_with_dearer_prices_raises_the_price_of_an_outlet_too() -> None:
    plan = assumptions.assumed({}, 2026)
    dearer = assumptions.changed(plan, price_change=D("0.1"))
    for key in ("price.mobile", "price.switch", "price.port"):
        assert dearer[key] == plan[key] * D("1.1"), key
    assert dearer["support.cost"] == plan["support.cost"]


def stand(ident: int, index: int | None, pupils: int | None, devices: int) -> SchoolStand:
    cells = {M: Cell(M, stock=devices)}
    return SchoolStand(
        id=ident, number=str(ident), name="Schule", short_name=None, kind=SchoolType.G, social_index=index,
        figures=Figures(2025, pupils), cells=cells,
    )  # fmt: skip


def test_schools_of_one_social_index_are_weighed_by_their_pupils() -> None:
    schools = [stand(1, 7, 100, 50), stand(2, 2, 300, 60), stand(3, 7, 300, 50), stand(4, None, 100, 9)]
    found = by_social_index([*schools, stand(5, 2, None, 9)], {1: D("1000.05"), 3: D("9000"), 5: D("1")})
    assert [(one.index, one.per_hundred, one.spent_each) for one in found] == [
        (2, D("20.00"), D("0.00")),
        (7, D("25.00"), D("25.00")),
    ]
    assert [one.id for one in found[1].schools] == [1, 3]
