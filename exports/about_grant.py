"""What the head of an authority's form asks of a grant, and our own workbooks tell in words or by the row.

A draw-down names its Aktenzeichen, its decision and who asks; so does the head of a list of receipts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from exports.offered import Figure
from school_it.errors import N_
from school_it.funding.drawdowns.calls import Call
from school_it.funding.models import Decision, Grant
from school_it.funding.standing import positions


def figures(grant: Grant, *, authority: str, on: date) -> Iterator[Figure]:
    """The grant as a whole, then each decision, with what has amended it, by its number.

    Days are dates, amounts euros as `Decimal`, the rate from 0 to 1.
    """
    at = positions(grant)
    decisions = [one.decision for one in at]
    for label, value in (
        (N_("Zuwendungsempfänger"), authority),
        (N_("Bewilligungsbehörde"), _first(decisions, "authority")),
        (N_("Maßnahme"), grant.title),
        (N_("Zuwendungszweck"), _first(decisions, "purpose")),
        (N_("Förderprogramm"), grant.programme.title),
        (N_("Richtlinie"), grant.programme.directive),
        (N_("Aktenzeichen"), _joined(one.file_reference for one in decisions)),
        (N_("Bescheid vom"), _days([one.decision_date for one in decisions])),
        (N_("Lucom-Nr."), _joined(one.portal_number for one in decisions)),
        (N_("Kennzeichen"), grant.reference),
        (N_("Fördersatz"), grant.rate),
        (N_("Durchführung von"), grant.period_from),
        (N_("Durchführung bis"), grant.period_to),
        (N_("Verwendungsnachweis fällig am"), grant.proof_due),
        (N_("Stand vom"), on),
    ):
        yield Figure(f"Zuwendung/{label}", label, value, is_named=False)
    for number, position in enumerate(at, 1):
        one, amounts = position.decision, position.amounts
        for label, value in (
            (N_("Aktenzeichen"), one.file_reference),
            (N_("Bescheid vom"), one.decision_date),
            (N_("Lucom-Nr."), one.portal_number),
            (N_("zuwendungsfähige Ausgaben"), amounts.eligible),
            (N_("bewilligte Zuwendung"), amounts.granted),
            (N_("bereits abgerufen"), amounts.drawn),
        ):
            yield _of_decision(number, label, value)


def of_call(call: Call) -> Iterator[Figure]:
    """What can be asked for on each decision: the authority's form is about one of them."""
    for number, (line, next_one) in enumerate(zip(call.lines, call.numbers, strict=True), 1):
        for label, value in (
            (N_("Abruf Nr."), next_one),
            (N_("bisher geleistete Ausgaben"), line.paid),
            (N_("eingesetzter Eigenanteil"), line.own_share_used),
            (N_("angeforderter Betrag"), line.requested),
            (N_("verbleibend"), line.remaining),
        ):
            yield _of_decision(number, label, value)


def _of_decision(number: int, label: str, value: Any) -> Figure:
    return Figure(f"Bescheid {number}/{label}", label, value, is_named=False, decision=number)


def _first(decisions: Iterable[Decision], name: str) -> Any:
    return next((value for one in decisions if (value := getattr(one, name))), None)


def _joined(texts: Iterable[str | None]) -> str | None:
    return ", ".join(dict.fromkeys(filter(None, texts))) or None


def _days(days: Sequence[date]) -> date | str | None:
    """One day stays a date, several are told."""
    different = list(dict.fromkeys(days))
    if len(different) == 1:
        return different[0]
    return ", ".join(f"{day:%d.%m.%Y}" for day in different) or None
