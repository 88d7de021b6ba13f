"""What would change: new, changed, same, gone."""

from __future__ import annotations

from decimal import Decimal

from school_it.changes import compare, difference

KNOWN = {"1": {"room": "1.07", "price": Decimal("5.00"), "remark": None}, "2": {"room": "2.01"}}


def test_a_row_with_another_value_shows_before_and_after():
    changes = compare(KNOWN, [("1", {"room": "1.08", "price": Decimal("5.0")})])
    assert changes.changed == {"1": {"room": ("1.07", "1.08")}}


def test_a_field_that_is_not_wanted_is_left_alone():
    assert compare(KNOWN, [("1", {})]).same == ["1"]


def test_none_empties_a_field():
    assert difference(KNOWN["1"], {"room": None}) == {"room": ("1.07", None)}


def test_nothing_and_an_empty_text_are_the_same():
    assert difference(KNOWN["1"], {"remark": ""}) == {}
    assert difference({"remark": ""}, {"remark": None}) == {}


def test_zero_and_no_are_values():
    assert difference({"seats": None, "renews": None}, {"seats": 0, "renews": False}) == {
        "seats": (None, 0),
        "renews": (None, False),
    }


def test_an_unknown_key_is_new_with_its_values_only():
    changes = compare(KNOWN, [("3", {"room": "3.01", "remark": None})])
    assert changes.new == {"3": {"room": "3.01"}}


def test_a_known_key_that_nobody_wants_is_gone():
    assert compare(KNOWN, [("2", {"room": "2.01"})]).gone == ["1"]


def test_the_same_again_changes_nothing():
    changes = compare(KNOWN, KNOWN.items())
    assert (changes.same, bool(changes)) == (["1", "2"], False)
