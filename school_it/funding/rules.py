"""The rules of funding as plain functions on plain values, each with the source of its rule and a worked example.

Amounts are euros as `Decimal`, rounded half up to the cent for each decision; rates are shares from 0 to 1; a limit
that is a day or an amount is inclusive. The numbers F01 … are those of the rules in the office's own list. What a
programme does not say is None and computes to None: it has to be entered from the decision.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import MAXYEAR, date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from school_it.errors import N_, Sentence
from school_it.money import CENT, shown, to_cent
from school_it.school_year import years_after

NOTHING = Decimal("0.00")


class Status(StrEnum):
    DRAFT = "draft"
    VALID = "valid"


STATUSES = {Status.VALID: N_("gültig"), Status.DRAFT: N_("Entwurf")}


class Financing(StrEnum):
    SHARE = "share"
    FIXED_AMOUNT = "fixed_amount"
    FULL = "full"
    DEFICIT = "deficit"


FINANCINGS = {
    Financing.SHARE: N_("Anteil"),
    Financing.FIXED_AMOUNT: N_("Festbetrag"),
    Financing.FULL: N_("Voll"),
    Financing.DEFICIT: N_("Fehlbedarf"),
}


class CapBasis(StrEnum):
    """What an amount per device limits (F13): the grant for it, or its eligible cost. Only the decision says which."""

    GRANT = "grant"
    ELIGIBLE_COST = "eligible_cost"


CAP_BASES = {CapBasis.GRANT: N_("Zuwendung"), CapBasis.ELIGIBLE_COST: N_("Ausgaben")}


class StartEvent(StrEnum):
    """What counts as the start of a measure."""

    CONTRACT = "contract"
    ORDER = "order"
    INVOICE = "invoice"
    PAYMENT = "payment"


START_EVENTS = {
    StartEvent.CONTRACT: N_("Vertrag"),
    StartEvent.ORDER: N_("Auftrag"),
    StartEvent.INVOICE: N_("Rechnung"),
    StartEvent.PAYMENT: N_("Zahlung"),
}
EVENT_FIELD = {
    StartEvent.CONTRACT: "order_date",
    StartEvent.ORDER: "order_date",
    StartEvent.INVOICE: "invoice_date",
    StartEvent.PAYMENT: "payment_date",
}


class Anchor(StrEnum):
    """The day from which the earmark counts."""

    IMPLEMENTATION_END = "implementation_end"
    COMMISSIONING = "commissioning"
    PURCHASE = "purchase"
    COMPLETION = "completion"


ANCHORS = {
    Anchor.IMPLEMENTATION_END: N_("Ende Durchführung"),
    Anchor.COMMISSIONING: N_("Inbetriebnahme"),
    Anchor.PURCHASE: N_("Anschaffung"),
    Anchor.COMPLETION: N_("Abschluss"),
}


class EndRule(StrEnum):
    CALENDAR_YEAR = "calendar_year"
    ANNIVERSARY = "anniversary"


END_RULES = {EndRule.CALENDAR_YEAR: N_("Kalenderjahr"), EndRule.ANNIVERSARY: N_("Jahrestag")}


# --- the grant ---


def granted(eligible: Decimal, rate: Decimal) -> Decimal:
    """F01, share financing: ``round(eligible * rate, 2)``, for each decision. 48,000.00 x 0.90 -> 43,200.00."""
    return to_cent(eligible * rate)


def largest_eligible(budget: Decimal, rate: Decimal) -> Decimal:
    """F02: what an allotted budget allows to spend, own share included. 1,800,000 / 0.9 -> 2,000,000.00."""
    return to_cent(budget / rate)


def budget_left(budget: Decimal, amounts: Iterable[Decimal]) -> Decimal:
    """F03: below zero, more was granted than allotted. 1,800,000 - 650,000 -> 1,150,000."""
    return budget - sum(amounts, NOTHING)


def rounding_holds(decisions: Sequence[tuple[Decimal, Decimal]], rate: Decimal) -> bool:
    """F04: n decisions, each (eligible, granted), are together at most n cents off the rate of their sum.

    107,329.28 x 0.9 = 96,596.35; granted over two decisions 96,596.36: 0.01 <= 0.02.
    """
    whole = granted(sum((eligible for eligible, _granted in decisions), NOTHING), rate)
    off = abs(sum((amount for _eligible, amount in decisions), NOTHING) - whole)
    return off <= CENT * len(decisions)


def final_share(amount: Decimal, eligible_actual: Decimal, rate: Decimal) -> Decimal:
    """F21, share: under-spending lowers the grant. Granted 90,000, spent 80,000 at 0.9 -> 72,000."""
    return min(amount, granted(eligible_actual, rate))


def final_fixed(amount: Decimal, receipts: Iterable[tuple[Decimal, int]], unit_cap: Decimal) -> Decimal:
    """F12, fixed amount: each receipt is (eligible, quantity); at most `unit_cap` apiece, at most `amount` in all.

    One of 612.00 and one of 465.00 at 500.00 apiece -> 965.00.
    """
    whole = sum(
        (
            to_cent(quantity * min(eligible / quantity, unit_cap))
            for eligible, quantity in receipts
            if quantity > 0
        ),
        NOTHING,
    )
    return min(amount, whole)


# --- the earmark ---


@dataclass(frozen=True)
class Earmark:
    """What a programme says of its earmark; None where it is silent."""

    years: int | None
    anchor: Anchor | None
    end_rule: EndRule | None


def earmark_end(
    earmark: Earmark,
    *,
    period_to: date | None = None,
    commissioned_on: date | None = None,
    acquired_on: date | None = None,
    completed_on: date | None = None,
) -> date | None:
    """F05, F06: the last day on which a device has to serve its purpose; None where the anchor's day is not known.

    Implementation to 31.10.2024, 5 years, calendar year -> 31.12.2029. Commissioned 15.02.2021, 3 years, anniversary
    -> 15.02.2024. `period_to` is the latest of a grant's decisions.
    """
    if earmark.years is None or earmark.anchor is None or earmark.end_rule is None:
        return None
    begun = {
        Anchor.IMPLEMENTATION_END: period_to,
        Anchor.COMMISSIONING: commissioned_on,
        Anchor.PURCHASE: acquired_on,
        Anchor.COMPLETION: completed_on,
    }[earmark.anchor]
    if begun is None or begun.year + earmark.years > MAXYEAR:
        return None
    if earmark.end_rule is EndRule.CALENDAR_YEAR:
        return date(begun.year + earmark.years, 12, 31)
    return years_after(begun, earmark.years)


# --- receipts ---


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


# --- the programme ---


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


def odd_in_decision(values: Mapping[str, Any]) -> Iterator[Sentence]:
    begins, ends = values.get("period_from"), values.get("period_to")
    if begins and ends and ends < begins:
        yield Sentence(N_("Die Durchführung endet vor ihrem Beginn."))
    amount, eligible, drawn = values.get("granted"), values.get("eligible"), values.get("drawn")
    if amount is not None and eligible is not None and amount > eligible:
        yield Sentence(N_("Bewilligt ist mehr als zuwendungsfähig."))
    rate = values.get("rate")
    if amount is not None and eligible is not None and rate is not None:
        computed = granted(eligible, rate)
        if abs(amount - computed) > CENT:
            yield Sentence(_NOT_BY_RATE, amount=shown(amount), computed=shown(computed))
    if drawn is not None and amount is not None and drawn > amount:
        yield Sentence(N_("Abgerufen ist mehr als bewilligt."))


_NOT_BY_RATE = N_(
    "Bewilligt sind %(amount)s; der Fördersatz ergäbe %(computed)s. Es gilt, was der Bescheid sagt."
)


def odd_in_receipt(values: Mapping[str, Any]) -> Iterator[Sentence]:
    ordered, invoiced = values.get("order_date"), values.get("invoice_date")
    if ordered and invoiced and invoiced < ordered:
        yield Sentence(N_("Die Rechnung ist älter als der Auftrag."))
    gross, paid = values.get("invoice_gross"), values.get("paid_amount")
    if gross is not None and paid is not None and paid > gross:
        yield Sentence(N_("Gezahlt ist mehr als der Rechnungsbetrag."))
