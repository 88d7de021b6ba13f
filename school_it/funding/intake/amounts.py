"""The rate and the granted amount of a decision where a file or a form does not say them (F01). Plain functions.

Rows are values by the names of the sheet `grants`; amounts are euros as `Decimal`, rates from 0 to 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from school_it.errors import N_, Sentence
from school_it.funding import rules


def rate_of(values: Mapping[str, Any], programme: Mapping[str, Any]) -> Decimal | None:
    """The rate of a decision: what it says, else what its programme says."""
    rate = values.get("rate")
    return Decimal(rate) if rate is not None else programme["rate"]


def without_amount(financing: rules.Financing | None, rate: Decimal | None) -> tuple[str, Sentence] | None:
    """What stands against computing the granted amount (F01): the field and the sentence."""
    if financing in (rules.Financing.SHARE, None) and rate is not None:
        return None
    if financing is rules.Financing.SHARE:
        return "rate", Sentence(NO_RATE)
    return "granted", Sentence(NOT_COMPUTED)


NO_RATE = N_(
    "Weder hier noch beim Programm steht ein Fördersatz; ohne ihn lässt sich die bewilligte Zuwendung nicht berechnen."
)
NOT_COMPUTED = N_("Bewilligte Zuwendung fehlt. Nur bei einer Anteilfinanzierung wird sie berechnet.")


def recomputed(before: Mapping[str, Any], after: Mapping[str, Any]) -> Decimal:
    """The granted amount (F01) after eligible or rate have changed; an amount the authority gave otherwise stays.

    10,000 at 0.9 granted as 9,000; eligible becomes 8,000 -> 7,200; had 9,500 been granted, it stays 9,500.
    """
    amount: Decimal = before["granted"]
    old: Decimal | None = before["rate"]
    rate: Decimal | None = after["rate"]
    if old is None or rate is None or amount != rules.granted(before["eligible"], old):
        return amount
    eligible: Decimal = after["eligible"]
    return rules.granted(eligible, rate)


def with_amount(
    before: Mapping[str, Any],
    said: Mapping[str, Any],
    rates: Mapping[str, Decimal],
    programmes: Mapping[str, Mapping[str, Any]],
) -> dict[str, Any]:
    """The decision of a row as it would be stored, also of a faulty one, with the granted amount that follows (F01)."""
    values = {**before, **said}
    rate = said.get("rate") or rates.get(values.get("reference", "")) or before.get("rate")
    if rate is None:
        rate = programmes.get(values.get("programme", ""), {}).get("rate")
    if said.get("granted") is None and values.get("eligible") is not None:
        if before:
            values["granted"] = recomputed(before, {**values, "rate": rate})
        elif rate is not None:
            values["granted"] = rules.granted(values["eligible"], rate)
    return values
