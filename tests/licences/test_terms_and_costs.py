"""Terms that renew themselves roll over with a record; what licences cost by school and year, to the cent."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from school_it import audit
from school_it.access import Actor, Grant, Role
from school_it.database import today, transaction
from school_it.licences import costs, queries, renewal, rules, usage
from school_it.licences.costs import Shared
from school_it.licences.models import Licence, Term
from school_it.licences.rules import Basis
from school_it.schools import actions as school_actions
from school_it.schools.models import School
from tests.licences.conftest import Buy


def test_a_school_year_is_followed_by_the_next_one() -> None:
    day = date(2025, 8, 1), date(2026, 7, 31), date(2026, 4, 30)
    assert rules.next_term(*day) == (date(2026, 8, 1), date(2027, 7, 31), date(2027, 4, 30))
    assert rules.next_term(date(2024, 3, 1), date(2025, 2, 28), None)[:2] == (
        date(2025, 3, 1),
        date(2026, 2, 28),
    )
    assert rules.next_term(date(2026, 1, 5), date(2026, 1, 14), date(2026, 1, 10)) == (
        date(2026, 1, 15), date(2026, 1, 24), date(2026, 1, 20),
    )  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.dates(date(2000, 1, 1), date(2060, 1, 1)), st.integers(0, 2000), st.integers(0, 400))
def test_terms_follow_each_other_without_gap_and_the_notice_stays_before_the_end(
    begun: date, days: int, before: int
) -> None:
    ends = begun + timedelta(days=days)
    begins, until, notice = rules.next_term(begun, ends, ends - timedelta(days=min(before, days)))
    assert begins == ends + timedelta(days=1) <= until + timedelta(days=1)
    assert notice is not None
    assert notice <= until


def test_at_night_the_next_term_begins_and_the_old_one_stays_on_record(
    session: Session, school: School, house: Actor, buy: Buy
) -> None:
    begun = date(today().year - 2, 1, 1)
    terms = {"valid_from": begun, "valid_to": begun.replace(month=12, day=31), "price_gross": Decimal(12)}
    licence = buy(5, school, renews=True, invoice_no="R-1", **terms)
    ending = buy(6, school, renews=False, **terms)
    with transaction() as writing:
        assert renewal.renew_due(writing, by=house) == 2
    with transaction() as writing:
        assert renewal.renew_due(writing, by=house) == 0
    session.expire_all()
    stored = session.get_one(Licence, licence.id)
    assert (stored.valid_from, stored.invoice_no) == (date(today().year, 1, 1), None)
    assert session.get_one(Licence, ending.id).valid_from == begun
    assert session.scalars(select(Term.invoice_no).order_by(Term.id)).all() == ["R-1", None]
    story = [one.action for one in audit.story(session, stored)]
    assert story == ["licence.renewed", "licence.renewed", "licence.added"]
    years = [begun.year, begun.year + 1, begun.year + 2, begun.year + 3]
    assert costs.of_licence(session, stored, years) == dict.fromkeys(years, Decimal("12.00"))


@pytest.mark.parametrize("shared", Shared)
def test_what_all_schools_share_adds_up_to_the_cent(
    session: Session, school: School, other_school: School, house: Actor, buy: Buy, shared: Shared
) -> None:
    for at, pupils in ((school, 200), (other_school, 700)):
        with transaction() as writing:
            school_actions.record_figures(writing, writing.merge(at), 2025, {"pupils": pupils}, by=house)
    term = {"valid_from": date(2026, 8, 1), "valid_to": date(2027, 7, 31), "renews": True}
    buy(1, licence_no="T", price_gross=Decimal("100.00"), **term)
    buy(1, school, licence_no="S", price_gross=Decimal("10.00"), **term)
    due = costs.by_school(session, [2026, 2027], seen_by=house, shared=shared)
    assert sum(one[2027] for one in due.values()) == Decimal("110.00")
    part = {Shared.PUPILS: Decimal("22.22"), Shared.EQUALLY: Decimal("50.00")}[shared]
    assert due[school.id] == {2026: part + 10, 2027: part + 10}
    mine = Actor(7, "k", (Grant(Role.COORDINATOR, other_school.id),))
    assert costs.by_school(session, [2026], seen_by=mine, shared=shared) == {
        other_school.id: {2026: 100 - part}
    }


def test_what_ended_or_begins_next_counts_with_its_costs_but_not_with_its_seats(
    session: Session, house: Actor, buy: Buy
) -> None:
    year = today().year
    terms: dict[str, dict[str, Any]] = {
        "ENDED": {"valid_from": date(year, 1, 1), "valid_to": today() - timedelta(days=1)},
        "NEXT": {"valid_from": date(year + 1, 1, 1), "valid_to": date(year + 1, 12, 31)},
        "PAST": {"valid_from": date(year - 1, 1, 1), "valid_to": date(year - 1, 12, 31)},
    }
    if today() == date(year, 1, 1):
        del terms["ENDED"]
    for name, term in terms.items():
        buy(30, licence_no=name, product="Atlas", price_gross=Decimal("10.00"), **term)
    buy(5, licence_no="RUNS", product="Atlas", price_gross=Decimal("1.00"), valid_from=date(year, 1, 1))
    (atlas,) = usage.by_product(session, seen_by=house)
    this_year = Decimal("11.00") if "ENDED" in terms else Decimal("1.00")
    assert (atlas.owned, atlas.free, atlas.running) == (5, 5, 1)
    assert (atlas.this_year, atlas.next_year, atlas.idle) == (this_year, Decimal("10.00"), Decimal(0))
    due = costs.by_licence(session, [year, year + 1], seen_by=house).values()
    assert sum(one[year] for one in due) == this_year, "the products add up to what the schools share"
    assert queries.seats_bought(session, queries.Wish(), seen_by=house) == 5


def test_the_sums_of_the_list_know_the_terms_that_are_over(session: Session, house: Actor, buy: Buy) -> None:
    begun = date(today().year - 1, 1, 1)
    buy(5, valid_from=begun, valid_to=begun.replace(month=12, day=31), renews=True, price_gross=Decimal(12))
    years = [begun.year, begun.year + 1]
    before = queries.yearly_costs(session, queries.Wish(), years, seen_by=house).by_year
    with transaction() as writing:
        assert renewal.renew_due(writing, by=house) == 1
    session.expire_all()
    assert queries.yearly_costs(session, queries.Wish(), years, seen_by=house).by_year == before


def test_both_tables_of_the_overview_end_with_the_sum_of_the_tile(
    admin: FlaskClient, school: School, other_school: School, buy: Buy
) -> None:
    known = {"valid_from": date(today().year, 8, 1), "basis": Basis.PERSON}
    buy(10, school, product="Eins", price_gross=Decimal("100.50"), **known)
    buy(20, other_school, product="Zwei", price_gross=Decimal("200.25"), **known)
    page = admin.get("/licences/overview").get_data(as_text=True)
    sums = re.findall(r"<tfoot.*?</tfoot>", page, re.DOTALL)
    assert len(sums) == 2
    for foot in sums:
        assert "300,75" in foot
