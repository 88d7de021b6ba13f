"""Who has a device: hand out, take back. Two people at once never hand out the same device."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import or_, update
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.orm import Session

from school_it import audit
from school_it.access import Actor, May
from school_it.audit import Action
from school_it.database import today
from school_it.devices import queries, rules, sheet
from school_it.devices.models import Device, Handout
from school_it.devices.rules import LENDABLE, State
from school_it.errors import N_, BadValue, RuleBroken, Stale
from school_it.people.models import Person
from school_it.people.rules import PersonState
from school_it.schools.models import Room

HOLDER = ("person_id", "holder_room_id", "holder_name", "held_since", "due_on")
STATES_BACK = (State.IN_STOCK, State.IN_USE, State.IN_REPAIR, State.DEFECTIVE)


def hand_out(
    session: Session,
    device: Device,
    *,
    to: Person | Room,
    on: date | None = None,
    due_on: date | None = None,
    condition: str | None = None,
    by: Actor,
) -> Handout:
    """Give a device to a person or into a room.

    Raises NotAllowed, NotThere, BadValue; RuleBroken where somebody has it already or its state forbids it.
    """
    by.must(May.LEND_DEVICES, device.school_id)
    on = on or today()
    _refuse_receiver(session, device, to, by)
    if due_on is not None and due_on < on:
        raise BadValue(N_("Die Rückgabe kann nicht vor der Ausgabe liegen."))
    before = _place_and_state(device)
    _take_it(session, device, _holder(to, on, due_on))
    given = Handout(
        device_id=device.id, since=on, due_on=due_on, condition_out=condition, given_by=by.name,
        person_id=to.id if isinstance(to, Person) else None, room_id=to.id if isinstance(to, Room) else None,
    )  # fmt: skip
    session.add(given)
    _record(
        session,
        Action.DEVICE_HANDED_OUT,
        device,
        before=before,
        to=to,
        by=by,
        due_on=due_on,
        condition=condition,
    )
    return given


def _take_it(session: Session, device: Device, holder: dict[str, Any]) -> None:
    """Check and write in one statement: of two people who hand it out at once, one is refused."""
    session.flush()
    free = (Device.person_id.is_(None), Device.holder_room_id.is_(None), Device.holder_name.is_(None))
    taking = update(Device).where(Device.id == device.id, *free, Device.state.in_(LENDABLE))
    done = session.execute(
        taking.values(version=Device.version + 1, **holder).execution_options(synchronize_session=False)
    )
    _look_again(session, device)
    if done.rowcount == 1:  # type: ignore[attr-defined]
        return
    if device.is_out:
        raise RuleBroken(N_("%(tag)s ist schon ausgegeben. Bitte zuerst zurücknehmen."), tag=device.asset_tag)
    raise RuleBroken(
        N_("%(tag)s ist »%(state)s« und kann nicht ausgegeben werden."),
        tag=device.asset_tag,
        state=rules.STATES[device.state],
    )


def _look_again(session: Session, device: Device) -> None:
    """Raises Stale where somebody has taken back the list that the device came with."""
    try:
        session.refresh(device)
    except InvalidRequestError:
        raise Stale(N_("Dieses Gerät gibt es nicht mehr: Jemand anderes hat es gerade entfernt.")) from None


def _holder(to: Person | Room, on: date, due_on: date | None) -> dict[str, Any]:
    taken: dict[str, Any] = {"held_since": on, "due_on": due_on, "state": State.IN_USE, "state_since": on}
    if isinstance(to, Person):
        return {**taken, "person_id": to.id}
    return {**taken, "holder_room_id": to.id, "room_id": to.id}


def _refuse_receiver(session: Session, device: Device, to: Person | Room, by: Actor) -> None:
    if isinstance(to, Room):
        by.must(May.LEND_DEVICES, to.school_id)
        if to.school_id != device.school_id:
            raise BadValue(N_("Dieser Raum gehört zu einer anderen Schule."))
        return
    queries.get_borrower(session, to.id, seen_by=by)
    if to.state is not PersonState.ACTIVE:
        raise RuleBroken(N_("Diese Person ist nicht mehr an der Schule; ihr wird nichts mehr ausgegeben."))


def take_back(
    session: Session,
    device: Device,
    *,
    on: date | None = None,
    condition: str | None = None,
    state: State = State.IN_STOCK,
    by: Actor,
) -> None:
    """Take a device back from whoever has it; `state` is what it is afterwards."""
    by.must(May.LEND_DEVICES, device.school_id)
    if state not in STATES_BACK:
        raise BadValue(N_("Dieser Zustand ist bei der Rückgabe nicht möglich. Bitte einen anderen wählen."))
    before, person_id, was = _place_and_state(device), device.person_id, holder_name(device)
    _give_it_back(session, device, on or today(), _state_after(device.state, state))
    given = queries.open_handout(session, device.id)
    if given is not None:
        given.returned_on, given.condition_back, given.taken_by = on or today(), condition, by.name
    audit.record(
        session, Action.DEVICE_TAKEN_BACK, device, by=by, changes=_changes_since(before, device),
        personal={"holder": [was, None]}, person_id=person_id, **_said(condition=condition),
    )  # fmt: skip


def _give_it_back(session: Session, device: Device, on: date, state: State) -> None:
    session.flush()
    room_id = (
        None
        if device.holder_room_id is not None and device.room_id == device.holder_room_id
        else device.room_id
    )
    has_it = or_(
        Device.person_id.is_not(None), Device.holder_room_id.is_not(None), Device.holder_name.is_not(None)
    )
    values: dict[str, Any] = {**dict.fromkeys(HOLDER), "state": state, "state_since": on, "room_id": room_id}
    giving = update(Device).where(Device.id == device.id, has_it).values(version=Device.version + 1, **values)
    done = session.execute(giving.execution_options(synchronize_session=False))
    _look_again(session, device)
    if done.rowcount != 1:  # type: ignore[attr-defined]
        raise RuleBroken(N_("%(tag)s ist nicht ausgegeben."), tag=device.asset_tag)


def _state_after(before: State, wanted: State) -> State:
    """A device that came to be repaired or is defective stays so when it is taken back into the store."""
    return before if wanted is State.IN_STOCK and before in (State.IN_REPAIR, State.DEFECTIVE) else wanted


def holder_name(device: Device) -> str | None:
    """Who has it, as one text."""
    person, room = device.person, device.holder_room
    return sheet.holder_text(
        person.given_name if person else None,
        person.family_name if person else None,
        room.room if room else None,
        device.holder_name,
    )


def _record(
    session: Session,
    action: Action,
    device: Device,
    *,
    before: Mapping[str, Any],
    to: Person | Room,
    by: Actor,
    **facts: Any,
) -> None:
    changes = _changes_since(before, device)
    if isinstance(to, Room):
        changes["holder_room_id"] = [None, to.id]
        audit.record(session, action, device, by=by, changes=changes, **_said(**facts))
        return
    personal = {"holder": [None, to.name]}
    audit.record(
        session, action, device, by=by, changes=changes, personal=personal, person_id=to.id, **_said(**facts)
    )


def _place_and_state(device: Device) -> dict[str, Any]:
    """What handing out and taking back change beside the holder."""
    return {"state": device.state, "room_id": device.room_id}


def _changes_since(before: Mapping[str, Any], device: Device) -> audit.Changes:
    after = _place_and_state(device)
    return {
        name: [audit.plain(was), audit.plain(after[name])]
        for name, was in before.items()
        if was != after[name]
    }


def _said(**facts: Any) -> dict[str, Any]:
    return {name: value for name, value in facts.items() if value is not None}
