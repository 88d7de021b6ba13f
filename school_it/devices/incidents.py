"""A device breaks, is lost or stolen: what proves it is kept with it."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from school_it.access import Actor, May
from school_it.database import today
from school_it.devices import actions, binding
from school_it.devices.models import Device
from school_it.devices.rules import INCIDENTS, RecordKind
from school_it.errors import N_, BadValue, Refused, Sentence


def record_incident(
    session: Session,
    device: Device,
    kind: RecordKind,
    *,
    happened_on: date | None = None,
    authority: str | None = None,
    reference: str | None = None,
    reason: str | None = None,
    by: Actor,
) -> None:
    """A defect, a loss or a theft with its proof: who has it on file (`authority`), under which `reference`.

    A stolen device needs the police reference. The device goes into the state that belongs to it. Raises Refused,
    RuleBroken.
    """
    by.must(May.EDIT_DEVICES, device.school_id)
    if kind not in INCIDENTS:
        raise BadValue(N_("Diese Art von Vorfall gibt es nicht."))
    day = happened_on or today()
    faults = []
    if day > today():
        faults.append(("happened_on", Sentence(N_("Der Tag liegt in der Zukunft."))))
    if kind is RecordKind.THEFT and not reference:
        sentence = N_("Bei einem Diebstahl bitte das Aktenzeichen der Polizei eintragen.")
        faults.append(("reference", Sentence(sentence)))
    if faults:
        raise Refused(faults)
    actions.move(session, device, INCIDENTS[kind], on=day, remark=reason, by=by)
    binding.keep_record(
        session, device, kind, happened_on=day, authority=authority, reference=reference, reason=reason, by=by
    )
