"""What happened to programmes, grants and receipts, in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from school_it.audit import Entry
from school_it.cells import show_percent
from school_it.errors import N_
from school_it.funding import queries, rules
from school_it.funding.book import CHANGE_STATES, DECISION_KINDS, DRAWDOWN_STATES, MEASURE_STATES
from school_it.funding.models import (
    ChangeLine,
    ChangeRequest,
    Decision,
    Drawdown,
    Grant,
    Measure,
    PlanLine,
    Programme,
    Receipt,
)
from school_it.funding.programmes import compare
from school_it.funding.sheet import GRANTS, PROGRAMMES, RECEIPTS
from school_it.money import shown
from school_it.schools import queries as school_queries
from school_it.sheets import Sheet
from school_it.web import show
from school_it.web.show import Event

THINGS = {
    Programme.__tablename__: N_("Förderprogramm"),
    Grant.__tablename__: N_("Zuwendung"),
    Decision.__tablename__: N_("Bescheid"),
    Receipt.__tablename__: N_("Beleg"),
    PlanLine.__tablename__: N_("Ausgabenplan"),
    Measure.__tablename__: N_("Maßnahme"),
    Drawdown.__tablename__: N_("Mittelabruf"),
    ChangeRequest.__tablename__: N_("Änderungsantrag"),
    ChangeLine.__tablename__: N_("Änderungsantrag"),
}
WORDS: Mapping[str, Mapping[Any, str]] = {
    **rules.PROGRAMME_WORDS,
    "kind": DECISION_KINDS,
}
STATES: Mapping[str, Mapping[Any, str]] = {
    Measure.__tablename__: MEASURE_STATES,
    Drawdown.__tablename__: DRAWDOWN_STATES,
    ChangeRequest.__tablename__: CHANGE_STATES,
}
"""By table: a draw-down is »angefordert«, a change »beantragt«."""
SHARES = frozenset({"rate", "cap_share"})
AMOUNTS = (
    frozenset(
        column.field
        for sheet in (PROGRAMMES, GRANTS, RECEIPTS)
        for column in sheet.columns
        if column.type.name == "euro"
    )
    | {"unit_price", "total", "requested", "expenses_paid", "expenses_due", "own_share_used", "paid"}
    | {
        "old_total",
        "old_eligible",
        "new_total",
        "new_eligible",
    }
)


def _headers(sheet: Sheet) -> dict[str, str]:
    return {column.field: column.header for column in sheet.columns}


FIELD_NAMES = {
    "terms": N_("weitere Regeln"), "facts": N_("Herkunft der Angaben"),
    **_headers(PROGRAMMES), **_headers(RECEIPTS), **_headers(GRANTS), "programme_id": N_("Programm"),
    "grant_id": N_("Zuwendung"), "school_id": N_("Schule"), "decision_id": N_("Bescheid"),
    "amends_id": N_("ändert"), "kind": N_("Art"), "completed_on": N_("abgeschlossen am"),
    "managed_from": N_("Geräteverwaltung läuft seit"), "proof_handed_in": N_("Verwendungsnachweis eingereicht am"),
    "years": N_("Ausgaben je Haushaltsjahr"), "trainee": N_("Kürzel der Fachkraft"),
    "linked_id": N_("gehört zur Maßnahme"),
    "remaining_years": N_("hält noch Jahre"), "declared": N_("Richtigkeit erklärt"), "answer_id": N_("Bescheid dazu"),
    "answered_on": N_("beantwortet am"), "old_total": N_("bisher gesamt"), "old_eligible": N_("bisher zuwendungsfähig"),
    "new_total": N_("neu gesamt"), "new_eligible": N_("neu zuwendungsfähig"), "total": N_("Gesamtausgaben"),
    "position": N_("lfd. Nr."),
    "description": N_("Kurzbeschreibung"), "unit_price": N_("Einzelpreis brutto"), "starts_on": N_("Beginn"),
    "ends_on": N_("Ende"), "support_confirmed": N_("Support gesichert"), "state": N_("Stand"),
    "number": N_("Abruf Nr."), "requested_on": N_("angefordert am"), "requested": N_("angefordert"),
    "reason": N_("Begründung"), "expenses_paid": N_("bisher geleistete Ausgaben"),
    "expenses_due": N_("in den nächsten 2 Monaten fällig"),
    "own_share_used": N_("eingesetzter Eigenanteil"), "paid_on": N_("eingegangen am"), "paid": N_("eingegangen"),
}  # fmt: skip
OTHER_NAMES: Mapping[str, Mapping[str, str]] = {
    Drawdown.__tablename__: {"reference": N_("Kassenzeichen")},
    Measure.__tablename__: {"eligible": N_("davon zuwendungsfähig")},
}
"""By table, what is called otherwise there."""
PROGRAMME_NAMES = {**FIELD_NAMES, **_headers(PROGRAMMES)}


def of_entries(
    session: Session, entries: Sequence[Entry], *, tell: Callable[[Entry], str | None] = lambda _entry: None
) -> list[Event]:
    """The trail keeps codes, shares and ids; people read words, percent and names. `tell` may word an entry."""
    decisions = queries.decision_names(session)
    names: dict[str, dict[int, str]] = {
        "programme_id": {one["id"]: code for code, one in queries.programme_rows(session).items()},
        "grant_id": {one.id: one.reference for one in queries.bare_grants(session)},
        "school_id": {ident: number for number, ident in school_queries.ids_by_number(session).items()},
        "decision_id": decisions,
        "amends_id": decisions,
        "answer_id": decisions,
    }

    def value(table: str, field: str, stored: Any) -> str | None:
        if field in names:
            return names[field].get(stored)
        state = STATES.get(table, {}).get(stored) if field == "state" and isinstance(stored, str) else None
        return _(state) if state else worded(field, stored)

    return [
        event
        for entry in entries
        for event in show.story(
            [entry], names=_names(entry), value=partial(value, entry.object_type), tell=tell
        )
    ]


def _names(entry: Entry) -> Mapping[str, str]:
    if entry.object_type == Programme.__tablename__:
        return PROGRAMME_NAMES
    return {**FIELD_NAMES, **OTHER_NAMES.get(entry.object_type, {})}


def worded(field: str, stored: Any) -> str | None:
    """A value of the trail in words, where it takes more than the usual: a share, an amount, a code."""
    if field == "terms":
        return "; ".join(
            f"{_(compare.LABELS[name])}: {compare.shown_plain(name, kept)}"
            for name, kept in (stored or {}).items()
        )
    if field == "facts":
        return str(ngettext("%(num)s Angabe", "%(num)s Angaben", len(stored or {})))
    if field == "years":
        return "; ".join(f"{year}: {shown(Decimal(amount))}" for year, amount in (stored or {}).items())
    if isinstance(stored, str) and stored in WORDS.get(field, {}):
        return str(_(WORDS[field][stored]))
    if isinstance(stored, list):
        return ", ".join(map(str, stored))
    if isinstance(stored, str) and field in SHARES:
        return show_percent(Decimal(stored))
    if isinstance(stored, str) and field in AMOUNTS:
        return shown(Decimal(stored))
    return None
