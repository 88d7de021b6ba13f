"""How a target reads, and what cannot be one: plain values."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from school_it.plan import rules
from school_it.plan.rules import Basis, Standing
from school_it.schools.rules import SchoolType

DAY = date(2025, 8, 1)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (
            {
                "value": Decimal("1.5"),
                "types": (SchoolType.GE, SchoolType.GY),
                "grade_from": "05",
                "grade_to": "10",
            },
            "1 Gerät je 1,5 Schüler, GE und GY, Jahrgang 05–10, gültig ab 01.08.2025",
        ),
        ({"value": Decimal(1)}, "1 Gerät je Schüler, alle Schulformen, gültig ab 01.08.2025"),
        (
            {"value": Decimal("2"), "types": (SchoolType.G,), "grade_to": "04", "reserve": Decimal("0.05")},
            "1 Gerät je 2 Schüler, G, bis Jahrgang 04, 5\N{NO-BREAK SPACE}% Reserve, gültig ab 01.08.2025",
        ),
        (
            {"basis": Basis.ROOM, "value": Decimal(1), "types": (SchoolType.G, SchoolType.H, SchoolType.R)},
            "1 Gerät je Unterrichtsraum, G, H und R, gültig ab 01.08.2025",
        ),
        (
            {"basis": Basis.SCHOOL, "value": Decimal("2.5"), "grade_from": "EF"},
            "2,5 Geräte je Schule, alle Schulformen, ab Jahrgang EF, gültig ab 01.08.2025",
        ),
        (
            {"basis": Basis.TEACHER, "value": Decimal(1), "grade_from": "Q1", "grade_to": "Q1"},
            "1 Gerät je Lehrkraft, alle Schulformen, Jahrgang Q1, gültig ab 01.08.2025",
        ),
    ],
)
def test_a_target_reads_as_a_sentence(values: dict[str, Any], words: str) -> None:
    usual: dict[str, Any] = {
        "basis": Basis.PUPILS, "types": (), "grade_from": None, "grade_to": None, "reserve": Decimal(0),
        "valid_from": DAY,
    }  # fmt: skip
    assert ", ".join(map(str, rules.sentences(**{**usual, **values}))) == words


@pytest.mark.parametrize(
    ("grade", "rank"),
    [
        ("01", 1),
        ("10", 10),
        ("13", 13),
        ("EF", 11),
        ("q2", 13),
        ("14", None),
        ("00", None),
        ("XY", None),
        ("", None),
    ],
)
def test_grades_stand_in_an_order(grade: str, rank: int | None) -> None:
    assert rules.grade_rank(grade) == rank


def test_an_old_target_holds_until_the_day_of_the_next() -> None:
    later = date(2026, 8, 1)
    both = [DAY, later]
    assert rules.standing(DAY, both, [], date(2026, 7, 31)) is Standing.HOLDS
    assert rules.standing(later, both, [], date(2026, 7, 31)) is Standing.COMES
    assert rules.standing(DAY, both, [], later) is Standing.REPLACED
    assert rules.standing(later, both, [], later) is Standing.HOLDS


def test_a_new_version_of_the_plan_takes_the_place_of_the_old_one_as_a_whole() -> None:
    next_plan = date(2028, 8, 1)
    assert rules.standing(DAY, [DAY], [next_plan], date(2028, 7, 31)) is Standing.HOLDS
    assert rules.standing(DAY, [DAY], [next_plan], next_plan) is Standing.REPLACED
