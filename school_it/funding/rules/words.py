"""The words that programmes are described with."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Any

from school_it.errors import N_

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


FINANCINGS_IN_FULL = {
    Financing.SHARE: N_("Anteilfinanzierung"),
    Financing.FIXED_AMOUNT: N_("Festbetragsfinanzierung"),
    Financing.FULL: N_("Vollfinanzierung"),
    Financing.DEFICIT: N_("Fehlbedarfsfinanzierung"),
}
"""As pages say it; »Fehlbedarf« alone is what a school lacks."""


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
    """How the earmark ends; only the decision says whether the anniversary itself still counts (F06)."""

    CALENDAR_YEAR = "calendar_year"
    ANNIVERSARY = "anniversary"
    DAY_BEFORE = "day_before"


END_RULES = {
    EndRule.CALENDAR_YEAR: N_("Kalenderjahr"),
    EndRule.ANNIVERSARY: N_("Jahrestag"),
    EndRule.DAY_BEFORE: N_("Tag vor dem Jahrestag"),
}


class Scope(StrEnum):
    """For what a cap or a paper counts: the whole authority, each school, measure, device or person."""

    AUTHORITY = "authority"
    SCHOOL = "school"
    MEASURE = "measure"
    DEVICE = "device"
    PERSON = "person"


SCOPES = {
    Scope.AUTHORITY: N_("Schulträger"),
    Scope.SCHOOL: N_("Schule"),
    Scope.MEASURE: N_("Maßnahme"),
    Scope.DEVICE: N_("Gerät"),
    Scope.PERSON: N_("Person"),
}

PROGRAMME_WORDS: dict[str, Mapping[Any, str]] = {
    "status": STATUSES,
    "financing": FINANCINGS_IN_FULL,
    "cap_basis": CAP_BASES,
    "start_event": START_EVENTS,
    "earmark_anchor": ANCHORS,
    "earmark_end_rule": END_RULES,
}
"""By field of a programme, what people call its words."""
