"""The trail in words: what each entry is about, where that lives, what changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from school_it import audit, money
from school_it.access import May, current
from school_it.audit import Entry
from school_it.cells import show_percent
from school_it.database import whole_number
from school_it.devices import story as device_story
from school_it.funding import story as funding_story
from school_it.licences import seat_queries
from school_it.licences.models import Seat, SeatRule
from school_it.licences.words import group_words, holder_words
from school_it.network.views import types as network_types
from school_it.overview import queries
from school_it.overview.trail_words import AMOUNTS, FIELD_NAMES, HIDDEN, NAMED, SHARES, THINGS, VIA, WORDS
from school_it.plan import views as plan_views
from school_it.procurement import story as procurement_story
from school_it.web import show
from school_it.web.show import Event

SEATS, GROUPS = Seat.__tablename__, SeatRule.__tablename__
FUNDING_PAGES = {
    "programmes": "funding.programme",
    "grants": "funding.grant",
    "receipts": "funding.receipt",
    "measures": "funding.measure",
    "drawdowns": "funding.drawdown",
}


@dataclass(frozen=True)
class Line:
    """One entry: the event, the thing it is about, and where to look at it ("" for nowhere)."""

    event: Event
    thing: str
    label: str
    address: str
    via: str


def lines(session: Session, entries: Sequence[Entry]) -> list[Line]:
    """In the order of `entries`; those of devices are worded by their own room.

    A seat is a number in the trail, so that its holder can be forgotten: here it is called by who has it.
    """
    of_devices = [entry for entry in entries if entry.object_type == "devices"]
    of_funding = [entry for entry in entries if entry.object_type in funding_story.THINGS]
    others = [entry for entry in entries if entry.object_type not in {"devices", *funding_story.THINGS}]
    events = dict(
        zip((entry.id for entry in of_devices), device_story.of_entries(session, of_devices), strict=True)
    )
    events |= zip(
        (entry.id for entry in of_funding), funding_story.of_entries(session, of_funding), strict=True
    )
    events |= zip(
        (entry.id for entry in others),
        show.story(others, names=FIELD_NAMES, value=_wording(session, others), hidden=HIDDEN),
        strict=True,
    )
    gone = audit.removals(session, entries)
    called = _seats(session, entries)
    return [_line(entry, events[entry.id], gone, called) for entry in entries]


def _seats(session: Session, entries: Sequence[Entry]) -> dict[tuple[str, int], str]:
    """By table and id how seats and groups with seats are called now."""
    idents: dict[str, list[int]] = {SEATS: [], GROUPS: []}
    for entry in entries:
        if entry.object_type in idents and entry.object_id:
            idents[entry.object_type].append(entry.object_id)
    seats = seat_queries.holding(session, idents[SEATS], seen_by=current())
    groups = seat_queries.ruling(session, idents[GROUPS], seen_by=current())
    return {
        **{(SEATS, key): f"{one.licence.product}: {holder_words(one)}" for key, one in seats.items()},
        **{(GROUPS, key): f"{one.licence.product}: {group_words(one)}" for key, one in groups.items()},
    }


def _wording(session: Session, entries: Sequence[Entry]) -> Callable[[str, Any], str | None]:
    """Codes in their words, and names for what stands in the trail as an id."""
    named = device_story.wording(session, device_story.ids_in(entries))
    others = queries.names_behind(session, NAMED, (entry.changes for entry in entries))

    def value(field: str, stored: Any) -> str | None:
        if field in NAMED:
            return others.get((field, stored), str(_("gibt es nicht mehr"))) if stored is not None else None
        known = _worded(field, stored)
        return named(field, stored) if known is None and field in device_story.NAMED else known

    return value


def _worded(field: str, stored: Any) -> str | None:
    """States and kinds are stored as codes; the field's own words know them."""
    if field in AMOUNTS and stored:
        return money.shown(Decimal(stored))
    if field in procurement_story.LINES or field in ("vat_rate", *procurement_story.AMOUNTS):
        return procurement_story.value_said(field, stored)
    if field in ("value", "reserve", "school_types"):
        return plan_views.worded(field, stored)
    if field in ("ports", "u_height"):
        return network_types.worded(field, stored)
    if field.startswith("figures."):
        return plan_views.assumptions.worded(field, stored)
    if field in SHARES and stored:
        return show_percent(Decimal(stored))
    if isinstance(stored, dict) and "text" in stored:
        return show.kept_sentence(stored)
    if isinstance(stored, list):
        return ", ".join(_worded(field.removesuffix("s"), one) or str(one) for one in stored)
    known = next((words[stored] for words in WORDS.get(field, ()) if stored in words), None)
    return None if known is None else str(_(known))


def _line(
    entry: Entry, event: Event, gone: Mapping[tuple[str, int], int], called: Mapping[tuple[str, int], str]
) -> Line:
    kind = THINGS.get(entry.object_type)
    via = VIA.get(entry.via)
    is_there = entry.object_id is None or entry.id > gone.get((entry.object_type, entry.object_id), 0)
    known = called.get((entry.object_type, entry.object_id or 0)) if is_there or entry.id < 0 else None
    return Line(
        event,
        _(kind) if kind else "",
        known or entry.object_label,
        _address(entry) if is_there else "",
        _(via) if via else entry.via,
    )


def address_of(table: str, ident: int, label: str) -> str:
    """Where a thing can be looked at; "" for nowhere."""
    return _address(Entry(object_type=table, object_id=ident, object_label=label))


def _address(entry: Entry) -> str:
    """The page of the thing, as far as its label or number leads there."""
    label: Any = entry.object_label
    if entry.object_type == "devices":
        return url_for("devices.device", tag=label)
    if entry.object_type == "schools":
        return url_for("schools.school", number=label.partition(" ")[0])
    if entry.object_type == "users" and current().may(May.SEE_ACCOUNTS):
        return url_for("accounts.account", name=label)
    if entry.object_type == "people" and entry.object_id:
        return url_for("people.person", ident=entry.object_id)
    if entry.object_type in FUNDING_PAGES and entry.object_id and current().may(May.SEE_FUNDING):
        return url_for(FUNDING_PAGES[entry.object_type], ident=entry.object_id)
    if entry.object_type == "licences" and entry.object_id:
        return url_for("licences.licence", ident=entry.object_id)
    if entry.object_type in (SEATS, GROUPS):
        licence = whole_number(label.removeprefix("#").partition("/")[0])
        return url_for("licences.seats_of", ident=licence) if licence else ""
    if entry.object_type == "outlets" and entry.object_id:
        return url_for("network.outlet", ident=entry.object_id)
    if entry.object_type == "device_types" and entry.object_id:
        return url_for("network.device_type", ident=entry.object_id)
    if entry.object_type == "targets" and entry.object_id:
        return url_for("plan.target", ident=entry.object_id)
    if entry.object_type == "annual_reviews" and entry.object_id:
        return url_for("plan.talk", ident=entry.object_id)
    return ""
