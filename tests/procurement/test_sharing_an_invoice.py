"""However an invoice is shared out, no cent is lost and none is made."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from school_it import money
from school_it.errors import BadValue
from school_it.procurement import rules
from school_it.procurement.rules import How, Standing, Told

D = Decimal
CENTS = st.integers(-2_000_000, 50_000_000).map(lambda cents: D(cents) / 100)
POSITIVE = st.integers(0, 50_000_000).map(lambda cents: D(cents) / 100)


@st.composite
def wishes(draw: st.DrawFn) -> list[Told]:
    """Shares that never ask for more than the whole: each takes a part of what the earlier ones left."""
    told, left = [], D(1)
    for _n in range(draw(st.integers(0, 5))):
        part = draw(st.integers(0, 10_000)) * left / 10_000
        told.append(Told(How.PERCENT, part))
        left -= part
    return told + [Told(How.REST)] * draw(st.integers(0, 2))


@settings(max_examples=150, deadline=None)
@given(CENTS, st.integers(0, 500), CENTS, wishes())
def test_the_shares_and_what_is_left_are_the_line_to_the_cent(
    gross: Decimal, quantity: int, paid: Decimal, told: list[Told]
) -> None:
    done = rules.divide(quantity, gross, paid, told)
    every = [*done.pieces, done.left]
    assert len(done.pieces) == len(told)
    assert sum(one.gross for one in every) == gross
    assert sum(one.paid for one in every) == paid
    assert sum(one.quantity for one in every) == quantity
    if any(one.how is How.REST for one in told):
        assert done.is_whole


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 300), POSITIVE, st.data())
def test_told_by_pieces_the_shares_are_the_line_to_the_cent(
    quantity: int, gross: Decimal, data: st.DataObject
) -> None:
    first = data.draw(st.integers(0, quantity))
    done = rules.divide(
        quantity, gross, gross, [Told(How.QUANTITY, D(first)), Told(How.QUANTITY, D(quantity - first))]
    )
    assert [one.quantity for one in done.pieces] == [first, quantity - first]
    assert sum(one.gross for one in done.pieces) == gross
    assert done.is_whole


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 50_000_000), st.data())
def test_an_amount_that_was_told_is_kept_to_the_cent(cents: int, data: st.DataObject) -> None:
    gross, own = D(cents) / 100, D(data.draw(st.integers(0, cents))) / 100
    done = rules.divide(3, gross, gross, [Told(How.AMOUNT, own), Told(How.REST)])
    assert [one.gross for one in done.pieces] == [own, gross - own]


@settings(max_examples=100, deadline=None)
@given(st.lists(POSITIVE, min_size=1, max_size=8), st.integers(0, 100))
def test_what_is_kept_back_is_kept_back_of_the_lines_to_the_cent(
    amounts: list[Decimal], percent: int
) -> None:
    discount = money.to_cent(sum(amounts, D(0)) * percent / 100)
    assert sum(rules.discounted(amounts, discount)) == sum(amounts) - discount


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(1, 40), POSITIVE, st.sampled_from([D("0.19"), D("0.07"), D(0)])), max_size=3
    ),
    st.lists(st.tuples(POSITIVE, st.just(D("0.19"))), max_size=2),
)
def test_what_the_pieces_cost_is_the_invoice_with_its_accessories(
    invoiced: list[tuple[int, Decimal, Decimal]], accessories: list[tuple[Decimal, Decimal]]
) -> None:
    pieces = rules.piece_costs(invoiced, accessories)
    assert len(pieces) == sum(number for number, _paid, _vat in invoiced)
    if pieces:
        whole = [(paid, vat) for _n, paid, vat in invoiced] + accessories
        assert sum(one.gross for one in pieces) == sum(paid for paid, _vat in whole)
        assert sum(one.net for one in pieces) == sum(rules.net(paid, vat) for paid, vat in whole)


def test_a_case_belongs_to_the_cost_of_its_tablet_before_the_limit_of_800_euros() -> None:
    (only,) = rules.piece_costs([(1, D("920.00"), D("0.19"))], [(D("32.01"), D("0.19"))])
    assert (only.gross, only.net) == (D("952.01"), D("800.01"))


@pytest.mark.parametrize(
    "told",
    [
        [Told(How.PERCENT, D("0.6")), Told(How.PERCENT, D("0.5"))],
        [Told(How.AMOUNT, D("100.01"))],
        [Told(How.QUANTITY, D(11))],
        [Told(How.AMOUNT, D(-1)), Told(How.REST)],
    ],
)
def test_more_than_the_line_is_refused(told: list[Told]) -> None:
    with pytest.raises(BadValue, match="100,00"):
        rules.divide(10, D("100.00"), D("98.00"), told)


def test_more_discount_than_invoice_is_refused() -> None:
    with pytest.raises(BadValue):
        rules.discounted([D("10.00")], D("10.01"))


def test_28_of_30_are_there_in_part_until_the_rest_comes_or_is_given_up() -> None:
    assert rules.standing(30, 0, closed=False) is Standing.OPEN
    assert rules.standing(30, 28, closed=False) is Standing.PARTLY
    assert rules.standing(30, 30, closed=False) is Standing.COMPLETE
    assert rules.standing(30, 28, closed=True) is Standing.CLOSED
