"""The finance plan as councils read it: what the money is for in rows, the fiscal years beside each other."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _

from school_it.plan.rules.budget import NOTHING, PARTS, Part, Year
from school_it.plan.views.blueprint import whole_euro


@dataclass(frozen=True)
class Line:
    """A row as shown: an amount for each year, and what they add up to."""

    title: str
    amounts: list[str]
    total: str


@dataclass(frozen=True)
class Finance:
    """`parts` has what costs something; `sums` the total, what of it is investive, and who pays."""

    labels: list[str]
    parts: list[Line]
    sums: list[Line]


def finance(years: Sequence[Year], shown: Callable[[Decimal], str] = whole_euro) -> Finance:
    """In whole euros, unless `shown` says otherwise; the sum of a row is that of its cents."""
    parts = [
        _line(_(name), years, _of_part(part), shown) for part, name in PARTS.items() if _costs(years, part)
    ]
    sums = [
        _line(_("Summe"), years, lambda one: one.total, shown),
        _line(_("davon investiv"), years, lambda one: one.investive, shown),
        _line(_("davon konsumtiv"), years, lambda one: one.consumptive, shown),
        _line(_("Förderung"), years, lambda one: one.grant, shown),
        _line(_("Eigenmittel der Stadt"), years, lambda one: one.own, shown),
    ]
    return Finance([str(one.year) for one in years], parts, sums)


def kept(known: Sequence[Mapping[str, Any]]) -> list[Year]:
    """The years of a decision, as they were written down."""
    return [
        Year(
            one["year"],
            dict.fromkeys(Part, NOTHING)
            | {Part(part): Decimal(amount) for part, amount in one["parts"].items()},
            Decimal(one["investive"]),
            Decimal(one["grant"]),
        )
        for one in known
    ]


def _costs(years: Sequence[Year], part: Part) -> bool:
    return any(one.parts[part] for one in years)


def _of_part(part: Part) -> Callable[[Year], Decimal]:
    return lambda one: one.parts[part]


def _line(
    title: str, years: Sequence[Year], amount: Callable[[Year], Decimal], shown: Callable[[Decimal], str]
) -> Line:
    amounts = [amount(one) for one in years]
    return Line(title, [shown(one) for one in amounts], shown(sum(amounts, NOTHING)))
