"""What the funding forbids with a bound device, and what is kept where it is allowed after all (F07).

Every door asks here: the page and the API by `expect_allowed`, the bulk edit and the list by `against`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from school_it import audit
from school_it.access import Actor, May
from school_it.audit import Action
from school_it.database import portions, today
from school_it.devices import rules
from school_it.devices.models import Device, DeviceRecord
from school_it.devices.rules import RecordKind
from school_it.errors import N_, BadValue, Refused, RuleBroken, Sentence

WATCHED = ("school_id", "use", "bound_until")


def against(
    tag: str,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    *,
    may_shorten: bool,
    use_approved: bool = False,
    move_reason: str | None = None,
) -> Iterator[tuple[str, Sentence]]:
    """What stands against a change of `WATCHED`, each with its field; nothing for a device that is not bound."""
    end = before["bound_until"]
    if not rules.is_bound(end, today()):
        return
    values = {"tag": tag, "day": f"{end:%d.%m.%Y}"}
    if rules.is_shortened(end, after["bound_until"], today()) and not may_shorten:
        yield "bound_until", Sentence(rules.SHORTENED, **values)
    if rules.is_other_use(before["use"], after["use"]) and not use_approved:
        yield "use", Sentence(rules.USE_IS_OTHER, **values)
    if before["school_id"] != after["school_id"] and not move_reason:
        yield "move_reason", Sentence(rules.MOVE_NEEDS_REASON, **values)


def expect_allowed(
    session: Session,
    device: Device,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    *,
    reason: str | None,
    by: Actor,
) -> bool:
    """Whether it is a move of a bound device, to be kept with its reason. Raises Refused."""
    if not rules.is_bound(before["bound_until"], today()):
        return False
    other_use = rules.is_other_use(before["use"], after["use"])
    faults = list(
        against(
            device.asset_tag,
            before,
            after,
            may_shorten=by.scope(May.APPROVE_DISPOSAL).holds(device.school_id),
            use_approved=other_use and bool(approved_for_use(session, [device.id])),
            move_reason=reason,
        )
    )
    if faults:
        raise Refused(faults)
    return bool(before["school_id"] != after["school_id"])


def approved_for_use(session: Session, idents: Collection[int]) -> set[int]:
    """Of these devices those whose other use somebody has approved."""
    found: set[int] = set()
    for some in portions(sorted(idents)):
        wanted = select(DeviceRecord.device_id).where(
            DeviceRecord.device_id.in_(some), DeviceRecord.kind == RecordKind.USE
        )
        found.update(session.scalars(wanted))
    return found


def all_approved_for_use(session: Session) -> frozenset[int]:
    """Every device whose other use somebody has approved; there are few."""
    wanted = select(DeviceRecord.device_id).where(DeviceRecord.kind == RecordKind.USE)
    return frozenset(session.scalars(wanted))


# --- what is kept ---


def keep_record(
    session: Session, device: Device, kind: RecordKind, *, happened_on: date, by: Actor, **values: Any
) -> DeviceRecord:
    """Write down what was said or proven; `values` are columns of `DeviceRecord`."""
    made = DeviceRecord(
        device_id=device.id, kind=kind, happened_on=happened_on, recorded_by=by.name, **values
    )
    session.add(made)
    told = {name: value for name, value in values.items() if value is not None}
    audit.record(session, Action.DEVICE_RECORDED, device, by=by, kind=kind, happened_on=happened_on, **told)
    return made


def record_move(
    session: Session, device: Device, from_school_id: int | None, *, reason: str, by: Actor
) -> None:
    """A bound device has gone to another school, and why."""
    keep_record(
        session, device, RecordKind.MOVE, happened_on=today(), reason=reason, from_school_id=from_school_id,
        to_school_id=device.school_id, by=by,
    )  # fmt: skip


def approve_use(
    session: Session,
    device: Device,
    *,
    person: str | None,
    reason: str | None,
    on: date | None = None,
    authority: str | None = None,
    reference: str | None = None,
    by: Actor,
) -> None:
    """Record by name that a bound device may serve another purpose. Raises BadValue without name or reason."""
    by.must(May.APPROVE_DISPOSAL, device.school_id)
    if not person or not reason:
        raise BadValue(N_("Bitte eintragen, wer zugestimmt hat, und aus welchem Grund."))
    keep_record(
        session, device, RecordKind.USE, happened_on=on or today(), person=person, authority=authority,
        reference=reference, reason=reason, by=by,
    )  # fmt: skip


def replace(session: Session, old: Device, new: Device, *, by: Actor) -> None:
    """`new` stands in for `old` and takes over the remaining time of its earmark. Raises RuleBroken."""
    for one in (old, new):
        by.must(May.EDIT_DEVICES, one.school_id)
    if new.state is rules.State.DISPOSED:
        raise RuleBroken(N_("%(tag)s ist ausgesondert und kann nichts ersetzen."), tag=new.asset_tag)
    if new.replaces_id is not None and new.replaces_id != old.id:
        raise RuleBroken(N_("%(tag)s ersetzt schon ein anderes Gerät."), tag=new.asset_tag)
    if new.id == old.id or new.id in _ancestors(session, old):
        raise RuleBroken(N_("Ein Gerät kann sich nicht selbst ersetzen."))
    ends = [end for end in (new.bound_until, old.bound_until) if end is not None]
    inherited = max(ends, default=None) if rules.is_bound(old.bound_until, today()) else new.bound_until
    values = {"replaces_id": old.id, "bound_until": inherited}
    changes = audit.assign(new, values, tuple(values))
    if changes:
        audit.record(session, Action.DEVICE_REPLACED, new, by=by, changes=changes, replaces=old.asset_tag)


def _ancestors(session: Session, device: Device) -> set[int]:
    """What this device stands in for, and what that did; a chain is as short as a device's life."""
    found: set[int] = set()
    last = device.replaces_id
    while last is not None and last not in found:
        found.add(last)
        last = session.scalar(select(Device.replaces_id).where(Device.id == last))
    return found


def lineage(session: Session, device: Device) -> tuple[Device | None, list[Device]]:
    """The device that this one replaces, and those that replace it."""
    old = session.get(Device, device.replaces_id) if device.replaces_id else None
    new = session.scalars(select(Device).where(Device.replaces_id == device.id).order_by(Device.id))
    return old, list(new)


def records_of(session: Session, device: Device) -> list[DeviceRecord]:
    """What is kept of a device, the newest first."""
    wanted = select(DeviceRecord).where(DeviceRecord.device_id == device.id)
    return list(session.scalars(wanted.order_by(DeviceRecord.id.desc())))
