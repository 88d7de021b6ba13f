"""What happened to programmes, grants and receipts, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from school_it.audit import Entry
from school_it.cells import show_percent
from school_it.errors import N_
from school_it.funding import queries, rules
from school_it.funding.models import Decision, Grant, Programme, Receipt
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
}
WORDS = rules.PROGRAMME_WORDS
SHARES = frozenset({"rate", "cap_share"})
AMOUNTS = frozenset(
    column.field
    for sheet in (PROGRAMMES, GRANTS, RECEIPTS)
    for column in sheet.columns
    if column.type.name == "euro"
)


def _headers(sheet: Sheet) -> dict[str, str]:
    return {column.field: column.header for column in sheet.columns}


FIELD_NAMES = {
    "terms": N_("weitere Regeln"), "facts": N_("Herkunft der Angaben"),
    **_headers(PROGRAMMES), **_headers(RECEIPTS), **_headers(GRANTS), "programme_id": N_("Programm"),
    "grant_id": N_("Zuwendung"), "school_id": N_("Schule"),
}  # fmt: skip
PROGRAMME_NAMES = {**FIELD_NAMES, **_headers(PROGRAMMES)}


def of_entries(session: Session, entries: Sequence[Entry]) -> list[Event]:
    """The trail keeps codes, shares and ids; people read words, percent and names."""
    names: dict[str, dict[int, str]] = {
        "programme_id": {one["id"]: code for code, one in queries.programme_rows(session).items()},
        "grant_id": {one.id: one.reference for one in queries.bare_grants(session)},
        "school_id": {ident: number for number, ident in school_queries.ids_by_number(session).items()},
    }

    def value(field: str, stored: Any) -> str | None:
        if field in names:
            return names[field].get(stored)
        return worded(field, stored)

    return [event for entry in entries for event in show.story([entry], names=_names(entry), value=value)]


def _names(entry: Entry) -> Mapping[str, str]:
    return PROGRAMME_NAMES if entry.object_type == Programme.__tablename__ else FIELD_NAMES


def worded(field: str, stored: Any) -> str | None:
    """A value of the trail in words, where it takes more than the usual: a share, an amount, a code."""
    if field == "terms":
        return "; ".join(
            f"{_(compare.LABELS[name])}: {compare.shown_plain(name, kept)}"
            for name, kept in (stored or {}).items()
        )
    if field == "facts":
        return ngettext("%(num)s Angabe", "%(num)s Angaben", len(stored or {}))
    if isinstance(stored, str) and stored in WORDS.get(field, {}):
        return str(_(WORDS[field][stored]))
    if isinstance(stored, list):
        return ", ".join(map(str, stored))
    if isinstance(stored, str) and field in SHARES:
        return show_percent(Decimal(stored))
    if isinstance(stored, str) and field in AMOUNTS:
        return shown(Decimal(stored))
    return None
