"""What the receipts of a grant are held against: F15, F16, F22 and F30. Plain functions on plain values."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from school_it.errors import N_, Sentence
from school_it.funding import rules
from school_it.funding.checking import Check, Checks, Severity

Receipts = Sequence[Mapping[str, Any]]
Faulty = list[tuple[str, Sentence]]


def of_grant(receipts: Receipts, window: rules.Window, twice: Faulty) -> Checks:
    """F15, F16, F30 for each receipt as it stands today, and F22; `twice` names the receipts that claim too much."""
    looks: tuple[tuple[str, Callable[[Mapping[str, Any]], rules.Faults], str], ...] = (
        ("F15", lambda one: rules.against_window(one, window), _IN_TIME),
        ("F16", lambda one: rules.against_decision(one, window), _NOT_BEFORE),
        ("F30", rules.against_amounts, _OF_PAID),
    )
    for rule, faults, holds in looks:
        found = [(one["receipt_no"], sentence) for one in receipts for _field, sentence in faults(one)]
        yield _of_many(rule, found, holds)
    yield _of_many("F22", twice, _ONCE)


_IN_TIME = N_("Jeder Beleg liegt im Zeitraum der Förderung.")
_NOT_BEFORE = N_("Kein Auftrag liegt vor dem Bescheid oder dem vorzeitigen Beginn.")
_OF_PAID = N_("Jeder Beleg setzt an, was gezahlt wurde, abzüglich der nicht förderfähigen Teile.")
_ONCE = N_("Keine Rechnung ist mehrfach gefördert.")


def _of_many(rule: str, found: Faulty, holds: str) -> Check:
    if not found:
        return Check(rule, True, Severity.ERROR, Sentence(holds))
    number, fault = found[0]
    text = _ONE_FAULT if len(found) == 1 else _MORE_FAULTS
    return Check(rule, False, Severity.ERROR, Sentence(text, number=number, fault=fault, more=len(found) - 1))


_ONE_FAULT = N_("Beleg %(number)s: %(fault)s")
_MORE_FAULTS = N_("Beleg %(number)s: %(fault)s (und %(more)s weitere)")
