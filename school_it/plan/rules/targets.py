"""Targets of the media development plan: what they are measured by, and how they read. Plain values only."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from school_it.cells import show_number, show_percent
from school_it.errors import N_, Sentence
from school_it.schools.rules import SchoolType

HIGHEST_VALUE = 10_000
DECIMALS = {"value": 4, "reserve": 6}
"""Places behind the point that are kept and still read back from a number cell; `reserve` is a share from 0 to 1."""


class Basis(StrEnum):
    """What a target is measured by."""

    PUPILS = "pupils"
    ROOM = "room"
    TEACHER = "teacher"
    SCHOOL = "school"


BASES = {
    Basis.PUPILS: N_("Schüler je Gerät"),
    Basis.ROOM: N_("je Unterrichtsraum"),
    Basis.TEACHER: N_("je Lehrkraft"),
    Basis.SCHOOL: N_("je Schule"),
}
ONE = {
    Basis.ROOM: N_("1 Gerät je Unterrichtsraum"),
    Basis.TEACHER: N_("1 Gerät je Lehrkraft"),
    Basis.SCHOOL: N_("1 Gerät je Schule"),
}
SEVERAL = {
    Basis.ROOM: N_("%(value)s Geräte je Unterrichtsraum"),
    Basis.TEACHER: N_("%(value)s Geräte je Lehrkraft"),
    Basis.SCHOOL: N_("%(value)s Geräte je Schule"),
}
UPPER = {"EF": 11, "Q1": 12, "Q2": 13}  # the upper level: Einführungsphase, Qualifikationsphase


class Standing(StrEnum):
    """Whether a target holds on a day; an old one stays, so that an old year keeps its rules."""

    HOLDS = "holds"
    COMES = "comes"
    REPLACED = "replaced"


STANDINGS = {
    Standing.HOLDS: N_("gilt"),
    Standing.COMES: N_("gilt noch nicht"),
    Standing.REPLACED: N_("abgelöst"),
}


def grade_rank(grade: str | None) -> int | None:
    """Where a grade stands among the others, 1 to 13; None for what is no grade."""
    text = (grade or "").upper()
    if re.fullmatch(r"[0-9]{1,2}", text) and 1 <= int(text) <= 13:
        return int(text)
    return UPPER.get(text)


def in_order(types: Iterable[SchoolType]) -> tuple[SchoolType, ...]:
    """Each school type once, in the order of the state's catalogue: »GY, GE« is »GE, GY«."""
    wanted = set(types)
    return tuple(one for one in SchoolType if one in wanted)


def what_is_wrong(values: Mapping[str, Any]) -> tuple[str, Sentence] | None:
    """The field at fault and why: `values` by the field names of the sheet."""
    for name in ("grade_from", "grade_to"):
        if values.get(name) and grade_rank(values[name]) is None:
            return name, Sentence(
                N_("»%(grade)s« ist kein Jahrgang. Bitte 01 bis 13, EF, Q1 oder Q2 eintragen."),
                grade=values[name],
            )
    first, last = grade_rank(values.get("grade_from")), grade_rank(values.get("grade_to"))
    if first is not None and last is not None and last < first:
        return "grade_to", Sentence(
            N_("Jahrgang %(last)s kommt vor Jahrgang %(first)s. Bitte beide prüfen."),
            last=values["grade_to"],
            first=values["grade_from"],
        )
    return _wrong_value(values) or _too_exact(values)


def _wrong_value(values: Mapping[str, Any]) -> tuple[str, Sentence] | None:
    value = values.get("value")
    if value is None or 0 < value <= HIGHEST_VALUE:
        return None
    if value == 0 and values.get("basis") not in (None, Basis.PUPILS):
        return None
    return "value", Sentence(
        N_("Der Wert muss größer als 0 und höchstens %(most)s sein. Bitte etwa 1,5 eintragen."),
        most=HIGHEST_VALUE,
    )


def _too_exact(values: Mapping[str, Any]) -> tuple[str, Sentence] | None:
    for name, most in DECIMALS.items():
        value = values.get(name)
        if value is not None and value != round(value, most):
            return name, Sentence(N_("Das sind zu viele Stellen hinter dem Komma. Bitte auf 4 runden."))
    return None


def standing(valid_from: date, others: Iterable[date], later_plans: Iterable[date], on: date) -> Standing:
    """Whether a target holds on a day.

    `others` are the beginnings of the targets of its plan that differ from it in value and beginning only. A version
    of the plan takes the place of the one before as a whole: `later_plans` are the beginnings of those after its own.
    """
    if any(begin <= on for begin in later_plans) or any(valid_from < other <= on for other in others):
        return Standing.REPLACED
    return Standing.COMES if valid_from > on else Standing.HOLDS


def sentences(
    *,
    basis: Basis,
    value: Decimal,
    types: Sequence[SchoolType],
    grade_from: str | None,
    grade_to: str | None,
    reserve: Decimal,
    valid_from: date | None,
) -> list[Sentence]:
    """A target as it is read out: »1 Gerät je 1,5 Schüler«, »GE und GY«, »Jahrgang 05–10«, …; of one without a day
    nothing is said about it.
    """
    parts = [_amount(basis, value), _types(types), _grades(grade_from or None, grade_to or None)]
    if reserve:
        parts.append(Sentence(N_("%(share)s Reserve"), share=show_percent(reserve)))
    if valid_from is not None:
        parts.append(Sentence(N_("gültig ab %(day)s"), day=f"{valid_from:%d.%m.%Y}"))
    return [part for part in parts if part is not None]


def _amount(basis: Basis, value: Decimal) -> Sentence:
    if basis is Basis.PUPILS:
        if value == 1:
            return Sentence(N_("1 Gerät je Schüler"))
        return Sentence(N_("1 Gerät je %(value)s Schüler"), value=show_number(value))
    return Sentence(ONE[basis]) if value == 1 else Sentence(SEVERAL[basis], value=show_number(value))


def _types(types: Sequence[SchoolType]) -> Sentence:
    if not types:
        return Sentence(N_("alle Schulformen"))
    *first, last = types
    if not first:
        return Sentence("%(type)s", type=last.value)
    return Sentence(N_("%(first)s und %(last)s"), first=", ".join(first), last=last.value)


def _grades(first: str | None, last: str | None) -> Sentence | None:
    if first and last and first != last:
        return Sentence(N_("Jahrgang %(first)s–%(last)s"), first=first, last=last)
    if first and last:
        return Sentence(N_("Jahrgang %(grade)s"), grade=first)
    if first:
        return Sentence(N_("ab Jahrgang %(grade)s"), grade=first)
    return Sentence(N_("bis Jahrgang %(grade)s"), grade=last) if last else None
