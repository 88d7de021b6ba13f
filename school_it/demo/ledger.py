"""What happens to the town's funded devices, and the finance department's list of them: nearly right, as in life."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from school_it.access import Actor
from school_it.audit import Batch
from school_it.database import today
from school_it.devices import actions, binding, incidents
from school_it.devices.models import Device
from school_it.devices.rules import GONE, DisposalReason, RecordKind, State
from school_it.ledger.intake import LedgerIntake
from school_it.sheets import Row

LINES = 40


def keep(session: Session, *, by: Actor, batch: Batch) -> None:
    """A theft with its replacement, a disposal with its record, and the asset ledger as a list."""
    _lose_and_replace(session, by=by)
    _dispose(session, by=by)
    LedgerIntake().write(session, _lines(session), [], by=by, batch=batch)


def _free(session: Session, *conditions: Any) -> Sequence[Device]:
    """The first devices that nobody has and that are at hand."""
    free = (Device.state == State.IN_STOCK, Device.person_id.is_(None), Device.holder_room_id.is_(None))
    return session.scalars(select(Device).where(*free, *conditions).order_by(Device.id).limit(2)).all()


def _lose_and_replace(session: Session, *, by: Actor) -> None:
    bound = _free(session, Device.bound_until > today(), Device.school_id.is_not(None))
    if not bound:
        return
    old = bound[0]
    incidents.record_incident(
        session, old, RecordKind.THEFT, happened_on=today() - timedelta(days=20), reference="501000-024711-26",
        authority="Polizeiwache Beispielstadt", reason="Einbruch am Wochenende", by=by,
    )  # fmt: skip
    fresh = _free(session, Device.bound_until.is_(None), Device.category_id == old.category_id)
    if fresh:
        binding.replace(session, old, fresh[0], by=by)


def _dispose(session: Session, *, by: Actor) -> None:
    unbound = (Device.bound_until.is_(None) | (Device.bound_until < today())) & Device.price_gross.is_not(
        None
    )
    for device in _free(session, unbound, Device.replaces_id.is_(None))[:1]:
        actions.approve_disposal(session, device, reason="Akku am Ende, Ersatzteile fehlen", by=by)
        values = {
            "disposal_reason": DisposalReason.SCRAP, "receiver": "Wertstoffhof Beispielstadt",
            "wiped_on": today() - timedelta(days=3), "wiped_how": "zurückgesetzt", "wiped_by": by.name,
            "waste_certificate": "EN-2026-017",
        }  # fmt: skip
        actions.dispose(session, device, values, by=by)


def _lines(session: Session) -> list[Row]:
    """One line for each invoice and model; every seventh has lost a device or a few cents on the way."""
    columns: tuple[Any, ...] = (Device.invoice_no, Device.supplier, Device.acquired_on, Device.model)
    prices = (func.count(), func.max(Device.price_gross), func.sum(Device.price_gross))
    known = (Device.invoice_no.is_not(None), Device.acquired_on.is_not(None), Device.state.not_in(GONE))
    groups = select(*columns, *prices).where(*known).group_by(*columns).order_by(*columns[:3])
    rows = []
    for number, group in enumerate(session.execute(groups.limit(LINES)), start=1):
        invoice, supplier, day, model, count, price, cost = tuple(group)
        if cost is None:
            continue
        if number % 7 == 0 and count > 1:
            count, cost = count - 1, cost - price
        cost += Decimal("0.37") if number % 11 == 0 else 0
        values = {
            "ledger_no": f"0700{number:04d}-0", "text": f"{count} {model or 'Geräte'}", "acquired_on": day,
            "quantity": count, "cost": cost, "supplier": supplier, "invoice_no": invoice,
            "asset_class": "0811", "cost_centre": "03010101",
        }  # fmt: skip
        rows.append(Row(number, values))
    only_there = {"ledger_no": "07009999-0", "text": "Medienschrank Aula", "quantity": 1}
    rows.append(Row(LINES + 1, {**only_there, "cost": Decimal("1190.00")}))
    return rows
