"""What is done with one device: take in, change, move, approve, dispose."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from school_it import audit
from school_it.access import Actor, May
from school_it.audit import Action
from school_it.database import expect_version, today
from school_it.devices import binding, followers, funded, numbers, queries, rules, tags
from school_it.devices.models import Device
from school_it.devices.rules import DisposalReason, RecordKind, State
from school_it.errors import N_, BadValue, Refused, RuleBroken, SchoolItError, Sentence
from school_it.schools import queries as school_queries
from school_it.schools.models import Room

FIELDS = (
    "asset_tag", "serial_number", "category_id", "manufacturer", "model", "school_id", "room_id", "use", "acquired_on",
    "commissioned_on", "price_net", "price_gross", "supplier", "invoice_no", "order_no", "programme", "file_reference",
    "bound_until", "warranty_until", "mac_address", "remark",
)  # fmt: skip
DISPOSAL_FIELDS = (
    "disposed_on", "disposal_reason", "disposal_remark", "proceeds", "document", "receiver", "wiped_on", "wiped_how",
    "wiped_by", "waste_certificate",
)  # fmt: skip
APPROVAL_FIELDS = (
    "approved_by", "approved_by_id", "approved_on", "approval_reason", "approval_person", "approval_reference",
)  # fmt: skip


class Double(RuleBroken):
    """The inventory number or serial number belongs to another device; `device` is that one, where it may be named."""


def add_device(session: Session, values: Mapping[str, Any], *, by: Actor) -> Device:
    """Take a device in. Without `asset_tag` it gets the next number of the house.

    `values` are columns of `Device` (`FIELDS` and `state`). Raises NotAllowed, BadValue, Double.
    """
    by.must(May.EDIT_DEVICES, values.get("school_id"))
    checked_place(session, values.get("school_id"), values.get("room_id"))
    given: dict[str, Any] = {name: values.get(name) for name in FIELDS}
    given = funded.settled(session, given, {})
    given["asset_tag"] = numbers.checked_tag(given["asset_tag"] or tags.next_tags(session, 1)[0])
    _refuse_double(session, given["asset_tag"], given["serial_number"], given["manufacturer"], by=by)
    device = Device(**given, state=first_state(values.get("state")), state_since=today())
    session.add(device)
    with unique_or_refused():
        session.flush()
    audit.record(session, Action.DEVICE_ADDED, device, by=by, changes=_stored(device))
    followers.tell(session, [device.id])
    return device


def change_device(
    session: Session, device: Device, values: Mapping[str, Any], *, version: int | None = None, by: Actor
) -> audit.Changes:
    """Change the facts of a device; its state, its holder and its disposal have verbs of their own.

    `values` may hold a `move_reason`, which a bound device needs on its way to another school. Raises NotAllowed
    where the device, or the school it moves to, is out of reach; Stale, Double, BadValue; Refused against the funding.
    """
    by.must(May.EDIT_DEVICES, device.school_id)
    expect_version(device, version)
    _refuse_gone(device)
    wanted = {name: values[name] for name in FIELDS if name in values}
    wanted = funded.settled(session, wanted, {name: getattr(device, name) for name in FIELDS})
    _authorise_new_place(session, device, wanted, by)
    before = {name: getattr(device, name) for name in binding.WATCHED}
    moves = binding.expect_allowed(
        session, device, before, {**before, **wanted}, reason=values.get("move_reason"), by=by
    )
    for name, value in wanted.items():
        setattr(device, name, value)
    changes = audit.differences(device, FIELDS)
    if {"asset_tag", "serial_number", "manufacturer"} & changes.keys():
        _refuse_double(
            session, device.asset_tag, device.serial_number, device.manufacturer, but=device, by=by
        )
    if changes:
        with unique_or_refused():
            session.flush()
        audit.record(session, Action.DEVICE_CHANGED, device, by=by, changes=changes)
    if {"asset_tag", "manufacturer", "model"} & changes.keys():
        was = changes.get("asset_tag", [device.asset_tag])[0]
        followers.tell(session, [device.id], {was: device.asset_tag} if was != device.asset_tag else {})
    if moves:
        binding.record_move(session, device, before["school_id"], reason=values["move_reason"], by=by)
    return changes


def move(
    session: Session,
    device: Device,
    to: State,
    *,
    on: date | None = None,
    remark: str | None = None,
    by: Actor,
) -> None:
    """Put a device into another state by the table of moves."""
    by.must(May.EDIT_DEVICES, device.school_id)
    before = device.state
    if before is to:
        return
    refuse_move(device, to)
    device.state, device.state_since = to, on or today()
    facts: dict[str, Any] = {"remark": remark} if remark else {}
    audit.record(
        session, Action.DEVICE_MOVED, device, by=by, changes={"state": [before.value, to.value]}, **facts
    )


def refuse_move(device: Device, to: State) -> None:
    """Raises RuleBroken where the table of moves has no such move, or a lent device would go into the store."""
    if to is State.IN_STOCK and device.is_out:
        raise RuleBroken(N_("%(tag)s ist noch ausgegeben. Bitte zuerst zurücknehmen."), tag=device.asset_tag)
    if not rules.may_move(device.state, to):
        raise RuleBroken(
            N_("%(tag)s hat den Zustand »%(state)s«; ein Wechsel zu »%(to)s« ist nicht vorgesehen."),
            tag=device.asset_tag,
            state=rules.STATES[device.state],
            to=rules.STATES[to],
        )


# --- the end of a device ---


def propose_disposal(session: Session, device: Device, values: Mapping[str, Any], *, by: Actor) -> None:
    """Note why a device is to go, for the office to approve."""
    by.must(May.DISPOSE_DEVICES, device.school_id)
    _refuse_gone(device)
    changes = _set_disposal(device, {**values, "disposed_on": None})
    if changes:
        audit.record(session, Action.DEVICE_CHANGED, device, by=by, changes=changes)


def approve_disposal(
    session: Session,
    device: Device,
    *,
    reason: str | None,
    on: date | None = None,
    person: str | None = None,
    reference: str | None = None,
    by: Actor,
) -> None:
    """Record by name that the device may go.

    While the funding binds it: who gave the consent (`person` of the granting authority or the town), and the reason.
    Raises Refused where one of them is missing.
    """
    by.must(May.APPROVE_DISPOSAL, device.school_id)
    _refuse_gone(device)
    if rules.is_bound(device.bound_until, today()):
        _refuse_nameless(reason, person)
    values = (by.name, by.id, on or today(), reason, person, reference)
    changes = audit.assign(device, dict(zip(APPROVAL_FIELDS, values, strict=True)), APPROVAL_FIELDS)
    audit.record(
        session, Action.DISPOSAL_APPROVED, device, by=by, changes=changes, reason=reason,
        bound_until=device.bound_until,
    )  # fmt: skip
    if person:
        binding.keep_record(
            session, device, RecordKind.APPROVAL, happened_on=on or today(), person=person, reference=reference,
            reason=reason, by=by,
        )  # fmt: skip


def _refuse_nameless(reason: str | None, person: str | None) -> None:
    faults = []
    if not reason:
        sentence = N_("Die Zweckbindung läuft noch: Bitte den Grund der Genehmigung eintragen.")
        faults.append(("approval_reason", Sentence(sentence)))
    if not person:
        sentence = N_("Die Zweckbindung läuft noch: Bitte eintragen, wer zugestimmt hat.")
        faults.append(("approval_person", Sentence(sentence)))
    if faults:
        raise Refused(faults)


def dispose(session: Session, device: Device, values: Mapping[str, Any], *, by: Actor) -> None:
    """End the life of a device. `values`: `DISPOSAL_FIELDS`. Raises RuleBroken with what stands against it."""
    by.must(May.DISPOSE_DEVICES, device.school_id)
    against = why_not_disposed(device)
    if against:
        raise RuleBroken(against.text, **against.values)
    if not isinstance(values.get("disposal_reason"), DisposalReason):
        raise BadValue(N_("Bitte den Grund der Aussonderung wählen."))
    before = device.state
    device.state, device.state_since = State.DISPOSED, values.get("disposed_on") or today()
    changes = _set_disposal(device, {**values, "disposed_on": device.state_since})
    changes = {"state": [before.value, State.DISPOSED.value], **changes}
    audit.record(
        session, Action.DEVICE_DISPOSED, device, by=by, changes=changes, approved_by=device.approved_by
    )


def why_not_disposed(device: Device) -> Any:
    """The `Sentence` that says what stands against disposal today, or None."""
    return rules.why_not_disposed(
        state=device.state,
        bound_until=device.bound_until,
        is_out=device.is_out,
        is_approved=device.approved_on is not None,
        is_approved_by_name=bool(device.approval_person and device.approval_reason),
        today=today(),
    )


def _set_disposal(device: Device, values: Mapping[str, Any]) -> audit.Changes:
    for name in DISPOSAL_FIELDS:
        if name in values:
            setattr(device, name, values[name])
    return audit.differences(device, DISPOSAL_FIELDS)


# --- checks that other files of this room share ---


def first_state(wanted: State | None) -> State:
    if wanted is State.DISPOSED:
        raise BadValue(N_("Ein neues Gerät kann nicht schon ausgesondert sein."))
    return wanted or State.IN_STOCK


def checked_place(session: Session, school_id: int | None, room_id: int | None) -> None:
    """Raises BadValue where the room is none of the school's."""
    if room_id is not None and queries.get_room_by_id(session, room_id).school_id != school_id:
        raise BadValue(N_("Dieser Raum gehört zu einer anderen Schule."))


@contextmanager
def unique_or_refused() -> Iterator[None]:
    """Two people may enter the same number in the same moment: the database decides, the second one is told."""
    try:
        yield
    except IntegrityError as clash:
        if "asset_tag" in str(clash.orig) or "tag_folded" in str(clash.orig) or "serial" in str(clash.orig):
            raise Double(
                N_(
                    "Diese Inventarnummer oder Seriennummer hat gerade jemand anderes vergeben. "
                    "Bitte prüfen und noch einmal speichern."
                )
            ) from None
        raise


def refuse_taken(tag: str) -> SchoolItError:
    return Double(N_("Die Inventarnummer %(tag)s gibt es schon."), tag=tag)


def refuse_known_serial(serial: str, tag: str, school_id: int | None, *, by: Actor) -> SchoolItError:
    """Names the other device to those only who may see it."""
    if not by.scope(May.SEE_DEVICES).holds(school_id):
        return Double(
            N_(
                "Die Seriennummer %(serial)s dieses Herstellers hat schon ein Gerät, "
                "das Sie nicht sehen dürfen. Bitte prüfen."
            ),
            serial=serial,
        )
    return Double(
        N_("Die Seriennummer %(serial)s dieses Herstellers hat schon das Gerät %(tag)s."),
        serial=serial,
        tag=tag,
    )


def _refuse_double(
    session: Session,
    tag: str,
    serial: str | None,
    manufacturer: str | None,
    *,
    but: Device | None = None,
    by: Actor,
) -> None:
    with session.no_autoflush:
        other = queries.find_device(session, tag)
        if other is not None and other is not but:
            raise refuse_taken(tag)
        other = (
            queries.same_serial(session, serial, manufacturer, but=but.id if but else None)
            if serial
            else None
        )
        if serial and other is not None:
            raise refuse_known_serial(serial, other.asset_tag, other.school_id, by=by)


def _authorise_new_place(session: Session, device: Device, wanted: dict[str, Any], by: Actor) -> None:
    """A device goes to another school only if the actor may act there too; its room stays behind."""
    if "asset_tag" in wanted:
        numbers.checked_tag(wanted["asset_tag"] or "")
    school_id = wanted.get("school_id", device.school_id)
    if school_id != device.school_id:
        by.must(May.EDIT_DEVICES, school_id)
        wanted.setdefault("room_id", None)
    checked_place(session, school_id, wanted.get("room_id", device.room_id))


def _refuse_gone(device: Device) -> None:
    if device.state is State.DISPOSED:
        raise RuleBroken(N_("%(tag)s ist ausgesondert und wird nicht mehr geändert."), tag=device.asset_tag)


def _stored(device: Device) -> audit.Changes:
    return {
        name: [None, audit.plain(value)]
        for name in (*FIELDS, "state")
        if (value := getattr(device, name)) is not None
    }


def room_of(session: Session, school_id: int | None, room: str | None) -> Room | None:
    """The room of that number at that school. Raises BadValue where there is none."""
    if not room:
        return None
    found = school_queries.find_room(session, school_id, room) if school_id is not None else None
    if found is None:
        raise BadValue(N_("Den Raum %(room)s gibt es an dieser Schule nicht."), room=room)
    return found
