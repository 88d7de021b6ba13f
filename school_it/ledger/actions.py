"""What a person says about the asset ledger: these devices are that line, or they are not."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from school_it import audit
from school_it.access import Actor, May
from school_it.audit import Action
from school_it.database import now, portions
from school_it.devices import numbers
from school_it.devices.models import Device
from school_it.errors import N_, BadValue
from school_it.ledger.models import LedgerLine, LedgerMatch


def confirm(session: Session, line: LedgerLine, device_ids: Collection[int], *, by: Actor) -> int:
    """These devices belong to this line, whatever was thought before. Returns how many."""
    by.must(May.EDIT_FUNDING, None)
    wanted = sorted(set(device_ids))
    known: list[int] = []
    for some in portions(wanted):
        known += session.scalars(select(Device.id).where(Device.id.in_(some)))
        session.execute(delete(LedgerMatch).where(LedgerMatch.device_id.in_(some)))
    if not known:
        raise BadValue(N_("Bitte mindestens ein Gerät angeben."))
    rows = [
        {"device_id": ident, "line_id": line.id, "confirmed_by": by.name, "confirmed_at": now()}
        for ident in known
    ]
    session.execute(insert(LedgerMatch), rows)
    audit.record(session, Action.LEDGER_MATCHED, line, by=by, number=len(known))
    return len(known)


def confirm_tags(session: Session, line: LedgerLine, text: str, *, by: Actor) -> int:
    """The same by inventory numbers, singly or as ranges. Raises BadValue for one that there is not."""
    tags = numbers.listed(text)
    found: dict[str, int] = {}
    for some in portions([numbers.folded(tag) for tag in tags]):
        found |= dict(
            session.execute(select(Device.tag_folded, Device.id).where(Device.tag_folded.in_(some))).all()
        )
    missing = [tag for tag in tags if numbers.folded(tag) not in found]
    if missing:
        raise BadValue(N_("Diese Inventarnummern gibt es nicht: %(tags)s."), tags=", ".join(missing[:10]))
    return confirm(session, line, found.values(), by=by)


def dissolve(session: Session, line: LedgerLine, *, by: Actor) -> None:
    """What was confirmed of this line is open again."""
    by.must(May.EDIT_FUNDING, None)
    session.execute(delete(LedgerMatch).where(LedgerMatch.line_id == line.id))
    audit.record(session, Action.LEDGER_UNMATCHED, line, by=by)
