"""The history of a device in words: what each field is called, and what stands behind an id."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from school_it import audit, money
from school_it.access import Actor, May
from school_it.audit import Entry
from school_it.devices.models import Category, Device
from school_it.devices.rules import DISPOSAL_REASONS, STATES, USES
from school_it.errors import N_
from school_it.schools.models import Building, Room, School
from school_it.web import show

FIELD_NAMES = {
    "asset_tag": N_("Inventarnummer"), "serial_number": N_("Seriennummer"), "category_id": N_("Geräteart"),
    "manufacturer": N_("Hersteller"), "model": N_("Modell"), "school_id": N_("Schule"), "room_id": N_("Raum"),
    "use": N_("Nutzung"), "state": N_("Zustand"), "state_since": N_("Zustand seit"),
    "acquired_on": N_("Anschaffungsdatum"), "commissioned_on": N_("Inbetriebnahme"), "price_net": N_("Preis netto"),
    "price_gross": N_("Preis brutto"), "supplier": N_("Lieferant"), "invoice_no": N_("Rechnungsnummer"),
    "order_no": N_("Auftragsnummer"), "programme": N_("Förderprogramm"), "file_reference": N_("Aktenzeichen"),
    "bound_until": N_("Zweckbindung bis"), "warranty_until": N_("Garantie bis"), "mac_address": N_("MAC-Adresse"),
    "remark": N_("Bemerkung"), "holder": N_("Entleiher"), "holder_room_id": N_("Entleiher (Raum)"),
    "due_on": N_("Rückgabe bis"), "disposed_on": N_("Ausgesondert am"), "disposal_reason": N_("Grund der Aussonderung"),
    "disposal_remark": N_("Erläuterung"), "proceeds": N_("Erlös"), "document": N_("Beleg der Aussonderung"),
    "approved_by": N_("Genehmigt von"), "approved_by_id": N_("Genehmigt von (Konto)"),
    "approved_on": N_("Genehmigt am"),
    "approval_reason": N_("Grund der Genehmigung"), "approval_person": N_("Zugestimmt hat"),
    "approval_reference": N_("Aktenzeichen der Zustimmung"), "replaces_id": N_("Ersetzt"),
    "receiver": N_("Käufer oder Empfänger"), "wiped_on": N_("Daten gelöscht am"), "wiped_how": N_("Wie gelöscht"),
    "wiped_by": N_("Gelöscht von"), "waste_certificate": N_("Entsorgungsnachweis"),
    "cable": N_("Kabel"), "mount": N_("eingebaut in"),
}  # fmt: skip
WORDS: dict[str, dict[Any, str]] = {
    "state": dict(STATES),
    "use": dict(USES),
    "disposal_reason": dict(DISPOSAL_REASONS),
}
NAMED = {
    "category_id": (Category.id, Category.name),
    "school_id": (School.id, School.name),
    "room_id": (Room.id, Room.room),
    "building_id": (Building.id, Building.name),
    "replaces_id": (Device.id, Device.asset_tag),
    "holder_room_id": (Room.id, Room.room),
}
TOLD_AT_FIRST = ("school_id", "room_id", "state")
AMOUNTS = frozenset({"price_net", "price_gross", "proceeds"})
FACTS = {
    "condition": N_("Zustand"), "remark": N_("Bemerkung"), "authority": N_("gemeldet bei"),
    "person": N_("zugestimmt hat"), "reference": N_("Aktenzeichen"), "reason": N_("Grund"),
}  # fmt: skip


def of_device(session: Session, device: Device, *, seen_by: Actor) -> list[show.Event]:
    """The newest entry first; who had the device at a school out of reach stays untold."""
    entries, scope = audit.story(session, device), seen_by.scope(May.SEE_DEVICES)
    events = of_entries(session, entries)
    return [
        event if scope.holds(entry.school_id) else _without_holder(event)
        for event, entry in zip(events, entries, strict=True)
    ]


def _without_holder(event: show.Event) -> show.Event:
    name = FIELD_NAMES["holder"]
    return replace(event, changes=[change for change in event.changes if change[0] != _(name)])


def of_entries(session: Session, entries: Sequence[Entry]) -> list[show.Event]:
    """Names stand in the trail as ids, so one statement for each table looks them up."""
    idents = ids_in(entries, at_first=TOLD_AT_FIRST)
    events = show.story(entries, names=FIELD_NAMES, value=wording(session, idents), tell=_told)
    return [_shortened(event, entry) for event, entry in zip(events, entries, strict=True)]


def wording(session: Session, idents: Mapping[str, Collection[Any]]) -> Callable[[str, Any], str | None]:
    """How a field's plain value reads; None where it reads as it stands. `idents` are those that will be asked for."""
    names = _names_behind(session, idents)

    def value(field: str, stored: Any) -> str | None:
        if stored is None:
            return None
        if field in NAMED:
            return names.get((field, stored)) or str(_("gibt es nicht mehr"))
        if field in WORDS and stored in WORDS[field]:
            return str(_(WORDS[field][stored]))
        return money.shown(Decimal(stored)) if field in AMOUNTS else None

    return value


def _shortened(event: show.Event, entry: Entry) -> show.Event:
    """What a device had when it came in stands on its page; of that the story tells only where it began."""
    if entry.action != audit.Action.DEVICE_ADDED:
        return event
    told = {_(FIELD_NAMES[name]) for name in TOLD_AT_FIRST}
    return replace(event, changes=[change for change in event.changes if change[0] in told])


def _told(entry: Entry) -> str | None:
    """The sentence of an entry with what was said at the time."""
    said = [f"{_(name)}: {entry.facts[fact]}" for fact, name in FACTS.items() if entry.facts.get(fact)]
    return f"{_(audit.SAID[audit.Action(entry.action)])} ({'; '.join(said)})" if said else None


def ids_in(entries: Iterable[Entry], *, at_first: Collection[str] = tuple(NAMED)) -> dict[str, set[Any]]:
    """By field the ids in these entries that stand for a name; of a device that came in only those `at_first`."""
    wanted: dict[str, set[Any]] = {}
    for entry in entries:
        told = at_first if entry.action == audit.Action.DEVICE_ADDED else NAMED
        for field in NAMED.keys() & entry.changes.keys() & set(told):
            wanted.setdefault(field, set()).update(entry.changes[field])
    return wanted


def _names_behind(session: Session, wanted: Mapping[str, Collection[Any]]) -> dict[tuple[str, Any], str]:
    """What the ids in these fields are called: one statement for each field."""
    found: dict[tuple[str, Any], str] = {}
    for field, idents in wanted.items():
        key, name = NAMED[field]
        rows = session.execute(select(key, name).where(key.in_(set(idents) - {None}))).all()
        found |= {(field, ident): text for ident, text in rows}
    return found
