"""Hand-out and return: one field that takes a name or a room, typed or scanned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from school_it.access import Actor, May, current, needs
from school_it.database import db, transaction, whole_number
from school_it.devices import loans, queries, rules
from school_it.devices.forms import HandOutForm, ReturnForm
from school_it.devices.models import Device
from school_it.devices.views.blueprint import bp
from school_it.devices.views.device import to_device
from school_it.errors import N_, BadValue
from school_it.people.models import Person
from school_it.people.rules import PERSON_ROLES
from school_it.schools.models import Room
from school_it.web import flash_done, page
from school_it.web.fields import refusals_in, status_of


@dataclass(frozen=True)
class Receiver:
    """Somebody or some room that may get a device, as a button."""

    key: str
    name: str
    facts: list[str]
    icon: str


@bp.route("/<path:tag>/hand-out", methods=["GET", "POST"])
@needs(May.LEND_DEVICES)
def hand_out(tag: str) -> Any:
    session, actor = db.session(), current()
    found = queries.get_device(session, tag, seen_by=actor, may=May.LEND_DEVICES)
    form = HandOutForm()
    fitting: list[Receiver] = []
    if form.validate_on_submit():
        fitting = receivers(session, form.to.data or "", found, actor)
        key = request.form.get("receiver") or _only(fitting, form)
        if key:
            with refusals_in(form), transaction() as writing:
                _hand_out(writing, tag, key, form, actor)
            if not form.errors:
                return to_device(tag)
    status = 200 if fitting and not form.errors else status_of(form)
    return page(
        "devices/hand_out.html",
        status,
        form=form,
        device=found,
        receivers=fitting,
        holder=loans.holder_name(found),
        lendable=found.state in rules.LENDABLE,
        states=rules.STATES,
    )


def _only(fitting: list[Receiver], form: HandOutForm) -> str | None:
    """The one that was meant; where several fit, the page asks which."""
    if len(fitting) == 1:
        return fitting[0].key
    if not fitting:
        form.to.errors = [_("Dazu gibt es hier keine Person und keinen Raum. Bitte anders schreiben.")]
    return None


def _hand_out(session: Session, tag: str, key: str, form: HandOutForm, actor: Actor) -> None:
    device = queries.get_device(session, tag, seen_by=actor, may=May.LEND_DEVICES)
    to = _receiver(session, key, actor)
    loans.hand_out(session, device, to=to, due_on=form.due_on.data, condition=form.condition.data, by=actor)
    name = to.name if isinstance(to, Person) else _("Raum %(room)s", room=to.room)
    flash_done(_("%(tag)s ist ausgegeben an %(name)s.", tag=device.asset_tag, name=name))


def _receiver(session: Session, key: str, actor: Actor) -> Person | Room:
    kind, _colon, number = key.partition(":")
    ident = whole_number(number)
    if ident is None or kind not in ("person", "room"):
        raise BadValue(N_("Bitte eine Person oder einen Raum wählen."))
    if kind == "person":
        return queries.get_borrower(session, ident, seen_by=actor)
    return queries.get_room_by_id(session, ident, seen_by=actor)


@bp.get("/receivers")
@needs(May.LEND_DEVICES)
def suggest_receivers() -> Any:
    """The buttons below the field, while somebody types."""
    session, actor = db.session(), current()
    device = queries.get_device(session, request.args.get("device", ""), seen_by=actor, may=May.LEND_DEVICES)
    found = receivers(session, request.args.get("to", ""), device, actor)
    return page("devices/receivers.html", receivers=found)


def receivers(session: Session, text: str, device: Device, actor: Actor) -> list[Receiver]:
    """People within reach and rooms of the device's school that the text means; an exact room alone."""
    rooms = queries.possible_rooms(session, text, seen_by=actor, school_id=device.school_id)
    exact = [room for room in rooms if room.room.lower() == text.strip().lower().removeprefix("raum ")]
    if exact:
        return [_as_room(exact[0])]
    people = queries.possible_people(session, text, seen_by=actor, school_id=device.school_id)
    signed = [person for person in people if (person.username or "").lower() == text.strip().lower()]
    return [*map(_as_person, signed or people), *map(_as_room, rooms)]


def _as_person(person: Person) -> Receiver:
    facts = [
        person.school_class or _(PERSON_ROLES[person.role]),
        person.school.label if person.school else "",
    ]
    return Receiver(f"person:{person.id}", person.name, [fact for fact in facts if fact], "person")


def _as_room(room: Room) -> Receiver:
    return Receiver(
        f"room:{room.id}", _("Raum %(room)s", room=room.label), [room.school.label], "meeting-room"
    )


@bp.route("/<path:tag>/return", methods=["GET", "POST"])
@needs(May.LEND_DEVICES)
def take_back(tag: str) -> Any:
    session, actor = db.session(), current()
    found = queries.get_device(session, tag, seen_by=actor, may=May.LEND_DEVICES)
    form = ReturnForm()
    if form.validate_on_submit():
        with refusals_in(form), transaction() as writing:
            device = queries.get_device(writing, tag, seen_by=actor, may=May.LEND_DEVICES)
            loans.take_back(writing, device, condition=form.condition.data, state=form.state.data, by=actor)
        if not form.errors:
            flash_done(_("%(tag)s ist zurück.", tag=tag))
            return to_device(tag)
    holder = loans.holder_name(found)
    cancel = url_for(".device", tag=tag)
    return page(
        "devices/take_back.html", status_of(form), form=form, device=found, holder=holder, cancel=cancel
    )
