"""What a receipt may ask for: F15, F16, F22 and F30."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from school_it.errors import N_, Sentence
from school_it.funding.rules.words import EVENT_FIELD, NOTHING, StartEvent
from school_it.money import shown


@dataclass(frozen=True)
class Window:
    """When a grant may spend: what its programme and its decisions say."""

    start_event: StartEvent
    earliest_start: date | None
    period_to: date | None
    decided_on: date | None
    early_start_from: date | None

    @property
    def orders_from(self) -> date | None:
        """F16: the earlier of the first decision and the approved early start."""
        return min(filter(None, (self.decided_on, self.early_start_from)), default=None)


Faults = Iterator[tuple[str, Sentence]]
"""What is wrong: the field it is wrong in, and the sentence."""


def eligible_of(paid: Decimal, vat: Decimal | None, other: Decimal | None) -> Decimal:
    """F30: what was *paid*, after discounts, less what is not eligible. 1,190.00 less 2 % -> 1,166.20."""
    return paid - (vat or NOTHING) - (other or NOTHING)


def against_receipt(values: Mapping[str, Any], window: Window) -> Faults:
    """F30, F15 and F16 for one receipt; `values` by the names of its columns, complete."""
    yield from against_amounts(values)
    yield from against_window(values, window)
    yield from against_decision(values, window)


def against_amounts(values: Mapping[str, Any]) -> Faults:
    """F30: what is eligible is what was paid, less what is not eligible of it."""
    eligible = values["eligible_requested"]
    for name in ("vat_non_eligible", "other_non_eligible"):
        if values[name] < 0 <= values["paid_amount"]:
            yield name, Sentence(_NEGATIVE_PART)
    most = eligible_of(values["paid_amount"], values["vat_non_eligible"], values["other_non_eligible"])
    if most < 0 <= values["paid_amount"]:
        yield (
            "paid_amount",
            Sentence(
                N_("Nicht förderfähig sind mehr als die gezahlten %(paid)s. Bitte die Beträge prüfen."),
                paid=shown(values["paid_amount"]),
            ),
        )
    elif eligible != most:
        yield (
            "eligible_requested",
            Sentence(
                N_(
                    "Zuwendungsfähig sind %(most)s: gezahlt, abzüglich der nicht förderfähigen Teile. "
                    "Angegeben sind %(eligible)s."
                ),
                most=shown(most),
                eligible=shown(eligible),
            ),
        )


_NEGATIVE_PART = N_("Was nicht förderfähig ist, wird abgezogen; hier steht kein negativer Betrag.")


def against_window(values: Mapping[str, Any], window: Window) -> Faults:
    """F15: what begins a measure lies between the programme's earliest start and the grant's last day."""
    if values["eligible_requested"] <= 0:
        return
    field = EVENT_FIELD[window.start_event]
    day = values[field]
    if window.earliest_start is not None and day < window.earliest_start:
        yield field, _said_of_day(_TOO_EARLY, day, window.earliest_start)
    if window.period_to is not None and day > window.period_to:
        yield field, _said_of_day(_TOO_LATE, day, window.period_to)


def against_decision(values: Mapping[str, Any], window: Window) -> Faults:
    """F16: nothing was ordered before the first decision or the approved early start."""
    ordered, allowed = values["order_date"], window.orders_from
    if values["eligible_requested"] > 0 and allowed is not None and ordered < allowed:
        yield "order_date", _said_of_day(_BEFORE_DECISION, ordered, allowed)


_TOO_EARLY = N_(
    "Der %(day)s liegt vor dem frühesten Beginn des Programms (%(limit)s). "
    "Bitte das Datum prüfen oder den Beleg als nicht zuwendungsfähig eintragen."
)
_TOO_LATE = N_(
    "Der %(day)s liegt nach dem Ende der Durchführung (%(limit)s). "
    "Bitte das Datum prüfen oder den Beleg als nicht zuwendungsfähig eintragen."
)
_BEFORE_DECISION = N_(
    "Der Auftrag vom %(day)s liegt vor dem Bescheid und dem vorzeitigen Beginn (erlaubt ab %(limit)s). "
    "Bitte das Datum prüfen oder den Beleg als nicht zuwendungsfähig eintragen."
)


def _said_of_day(text: str, day: date, limit: date) -> Sentence:
    return Sentence(text, day=f"{day:%d.%m.%Y}", limit=f"{limit:%d.%m.%Y}")


@dataclass(frozen=True)
class Part:
    """One receipt of an invoice that may stand in several: what it asks for, and what was paid on the invoice."""

    name: str
    eligible: Decimal
    paid: Decimal
    invoice_total: Decimal | None


_NAMED = 5


class Invoice:
    """All parts of one invoice, over all grants, stored or about to be (F22); summed once for any number of parts."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self.parts = parts
        self.totals = {part.invoice_total for part in parts if part.invoice_total is not None}
        self.asked = sum((part.eligible for part in parts), NOTHING)
        self.limit = max(self.totals) if self.totals else max(part.paid for part in parts)

    def against(self, place: int) -> Faults:
        """Together the parts ask for no more than was paid on the invoice; `place` is the part that is judged.

        10,000 paid, 6,000 in one grant and 5,000 in another: refused. The limit is `invoice_total` where given, else
        the largest part that was paid. A part that asks for nothing is never the cause.
        """
        own = self.parts[place]
        if len(self.parts) == 1 and not self.totals:
            return  # what one receipt may ask for is F30's affair
        if len(self.totals) > 1 and own.invoice_total is not None:
            yield "invoice_total", Sentence(_TOTALS_DIFFER, others=self._others(place))
        elif self.asked > self.limit and own.eligible > 0:
            values = {"asked": shown(self.asked), "limit": shown(self.limit), "others": self._others(place)}
            yield "eligible_requested", Sentence(_TWICE if len(self.parts) > 1 else _MORE_THAN_PAID, **values)

    def _others(self, place: int) -> str:
        """The first few; a sentence at each of thousands of receipts must not name thousands."""
        named = [part.name for number, part in enumerate(self.parts[: _NAMED + 1]) if number != place][
            :_NAMED
        ]
        more = len(self.parts) - 1 - len(named)
        return ", ".join(named) + (f" … (+{more})" if more else "")


_TOTALS_DIFFER = N_(
    "Bei derselben Rechnung ist der insgesamt gezahlte Betrag verschieden angegeben. Weitere Belege: %(others)s."
)
_TWICE = N_(
    "Doppelförderung: Aus dieser Rechnung sind zusammen %(asked)s zuwendungsfähig angesetzt, gezahlt wurden "
    "%(limit)s. Weitere Belege: %(others)s. Steht eine Rechnung in mehreren Zeilen, bitte »Rechnung gesamt gezahlt« "
    "eintragen."
)
_MORE_THAN_PAID = N_(
    "Aus dieser Rechnung sind %(asked)s zuwendungsfähig angesetzt, gezahlt wurden insgesamt %(limit)s."
)


def odd_in_receipt(values: Mapping[str, Any]) -> Iterator[Sentence]:
    """What is taken, but should be looked at; `values` by the names of the columns, some may be missing."""
    ordered, invoiced = values.get("order_date"), values.get("invoice_date")
    if ordered and invoiced and invoiced < ordered:
        yield Sentence(N_("Die Rechnung ist älter als der Auftrag."))
    gross, paid = values.get("invoice_gross"), values.get("paid_amount")
    if gross is not None and paid is not None and paid > gross:
        yield Sentence(N_("Gezahlt ist mehr als der Rechnungsbetrag."))
