"""What a programme has to say, and what is odd in what it says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from school_it.errors import N_, Sentence
from school_it.funding.rules.receipts import Faults
from school_it.funding.rules.words import Financing, Status


def lacking_in_programme(values: Mapping[str, Any]) -> Faults:
    """What a programme needs unless it is a draft: how it finances, the rate of a share, the amount per device."""
    if values.get("status") is Status.DRAFT:
        return
    financing = values.get("financing")
    if financing is None:
        yield "financing", Sentence(N_("Finanzierungsart fehlt. Nur ein Entwurf darf sie offen lassen."))
    if financing is Financing.SHARE and values.get("rate") is None:
        yield (
            "rate",
            Sentence(
                N_(
                    "Fördersatz fehlt. Eine Anteilfinanzierung braucht ihn; nur ein Entwurf darf ihn offen lassen."
                )
            ),
        )
    if financing is Financing.FIXED_AMOUNT and values.get("unit_cap") is None:
        yield (
            "unit_cap",
            Sentence(
                N_(
                    "Höchstbetrag je Gerät fehlt. Ein Festbetrag braucht ihn; nur ein Entwurf darf ihn offen lassen."
                )
            ),
        )


def odd_in_programme(values: Mapping[str, Any]) -> Iterator[Sentence]:
    """What is taken, but should be looked at."""
    begins, ends = values.get("valid_from"), values.get("valid_to")
    if begins and ends and ends < begins:
        yield Sentence(N_("»gültig bis« liegt vor »gültig ab«."))
    earmark = [values.get(name) for name in ("earmark_years", "earmark_anchor", "earmark_end_rule")]
    if any(one is not None for one in earmark) and any(one is None for one in earmark):
        yield Sentence(
            N_(
                "Von der Zweckbindung fehlt ein Teil (Jahre, ab wann, wie sie endet); sie wird so nicht berechnet."
            )
        )
    unknown = [code for code in values.get("cap_items") or () if code not in (values.get("items") or (code,))]
    if unknown:
        yield Sentence(
            N_("Der Deckel nennt Fördergegenstände, die das Programm nicht hat: %(codes)s."),
            codes=", ".join(unknown),
        )
