"""The life of a device in plain values."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from school_it.devices import rules
from school_it.devices.rules import State

TODAY = date(2027, 5, 3)


def against(**values: object) -> str | None:
    facts = {
        "state": State.IN_STOCK,
        "bound_until": None,
        "is_out": False,
        "is_approved": True,
        "today": TODAY,
    }
    found = rules.why_not_disposed(**{**facts, **values})  # type: ignore[arg-type]
    return None if found is None else str(found)


def test_a_device_moves_only_along_the_table() -> None:
    assert rules.may_move(State.IN_STOCK, State.IN_REPAIR)
    assert not rules.may_move(State.ORDERED, State.IN_REPAIR)
    assert not any(rules.may_move(State.DISPOSED, state) for state in State)


@pytest.mark.parametrize("state", list(State))
def test_nothing_is_disposed_of_by_a_plain_move(state: State) -> None:
    assert State.DISPOSED not in rules.MOVES[state]


def test_a_bound_device_goes_only_with_a_named_approval() -> None:
    last_day = date(2029, 12, 31)
    assert "31.12.2029" in (against(bound_until=last_day, is_approved=False) or "")
    assert against(bound_until=last_day), "an approval without a name is none"
    assert against(bound_until=last_day, is_approved_by_name=True) is None


def test_the_last_day_of_the_earmark_still_binds() -> None:
    assert rules.is_bound(TODAY, TODAY)
    assert not rules.is_bound(date(2027, 5, 2), TODAY)


def test_a_lent_device_is_not_disposed_of() -> None:
    assert "zurücknehmen" in (against(is_out=True) or "")


def test_every_disposal_needs_an_approval() -> None:
    assert "Genehmigung" in (against(is_approved=False) or "")


@pytest.mark.parametrize(("net", "low"), [("797.48", True), ("800.00", True), ("800.01", False)])
def test_low_value_ends_at_eight_hundred_net(net: str, low: bool) -> None:
    assert rules.is_low_value(Decimal(net)) is low


def test_useful_life_and_warranty_end_on_real_days() -> None:
    assert rules.life_ends(date(2024, 2, 29), 5) == date(2029, 2, 28)
    assert rules.warranty_end(date(2024, 1, 31), 1) == date(2024, 2, 29)
    assert rules.warranty_end(date(2024, 3, 15), 36) == date(2027, 3, 15)
    assert rules.life_ends(None, 5) is None
