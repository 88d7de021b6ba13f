"""How groups and holders of seats are called, in the reader's language."""

from __future__ import annotations

from flask_babel import gettext as _

from school_it.errors import N_
from school_it.licences.groups import Group
from school_it.licences.models import Seat, SeatRule
from school_it.licences.rules import SeatFor
from school_it.people.rules import PersonRole, PersonState, sorted_name

FIELD_NAMES = {
    "licence_no": N_("Lizenz-Nr."), "product": N_("Produkt"), "vendor": N_("Anbieter"), "basis": N_("Lizenzart"),
    "seats": N_("Anzahl"), "school_id": N_("Schule"), "valid_from": N_("gültig ab"), "valid_to": N_("gültig bis"),
    "cancel_by": N_("Kündigung bis"), "renews": N_("verlängert sich"), "price_net": N_("Preis netto"),
    "price_gross": N_("Preis brutto"), "supplier": N_("Lieferant"), "invoice_no": N_("Rechnungsnummer"),
    "remark": N_("Bemerkung"),
}  # fmt: skip

EVERYBODY = {
    PersonRole.PUPIL: N_("alle Schülerinnen und Schüler"),
    PersonRole.TEACHER: N_("alle Lehrkräfte"),
    PersonRole.STAFF: N_("alle Beschäftigten"),
}


def group_words(group: SeatRule | Group, kind: SeatFor = SeatFor.PERSON) -> str:
    """``Klasse 07B``, ``alle Lehrkräfte``; the school stands beside it."""
    kind = group.kind if isinstance(group, SeatRule) else kind
    if group.school_class:
        return str(_("Klasse %(name)s", name=group.school_class))
    if group.grade:
        return str(_("Jahrgang %(grade)s", grade=group.grade))
    if kind is SeatFor.DEVICE:
        return _devices(group)
    if kind is SeatFor.CLASS:
        return str(_("alle Klassen"))
    if kind is SeatFor.SCHOOL:
        return str(_("die Schule"))
    return str(_(EVERYBODY[group.role])) if group.role in EVERYBODY else str(_("alle Personen"))


def _devices(group: SeatRule | Group) -> str:
    if not isinstance(group, SeatRule):
        return str(_("diese Geräte"))
    parts = [
        group.category.name if group.category else str(_("alle Geräte")),
        str(_("in Raum %(room)s", room=group.room.room)) if group.room else "",
    ]
    return " ".join(filter(None, parts))


def holder_words(seat: Seat) -> str:
    """Who has a seat: name, inventory number, class or school."""
    if seat.person is not None:
        if seat.person.state is PersonState.FORGOTTEN:
            return str(_("vergessen"))
        return sorted_name(seat.person.given_name, seat.person.family_name)
    if seat.device is not None:
        return seat.device.asset_tag
    return seat.school_class or (seat.school.name if seat.school else "")


def at_school(seat: Seat) -> str:
    holder = seat.person or seat.device or seat
    return holder.school.label if holder.school is not None else ""
