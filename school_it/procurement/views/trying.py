"""See what would come of an act by doing it and taking it back: what is shown is what will happen."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from school_it import money
from school_it.database import transaction
from school_it.funding.queries import RECEIPT_AMOUNTS
from school_it.funding.story import FIELD_NAMES
from school_it.procurement.sharing import ReceiptChange
from school_it.web import said, show

Told = TypeVar("Told")


class _TakenBack(Exception):
    """Ends the transaction without keeping anything of it."""


def tried(work: Callable[[Session], Told]) -> Told:
    """What `work` tells, in plain values; nothing of what it did is kept."""
    told: list[Told] = []
    try:
        with transaction() as session:
            told.append(work(session))
            raise _TakenBack
    except _TakenBack:
        return told[0]


def receipts_told(changes: Sequence[ReceiptChange]) -> list[dict[str, Any]]:
    """Receipts as the page shows them, plain values only."""
    return [_told(one) for one in changes]


def _told(one: ReceiptChange) -> dict[str, Any]:
    receipt = one.receipt
    values = one.values or {
        name: getattr(receipt, name) for name in ("category", "paid_amount", "eligible_requested", "quantity")
    }
    return {
        "what": one.what,
        "grant": one.grant.reference,
        "grant_id": one.grant.id,
        "number": receipt.receipt_no if receipt is not None else "",
        "school": one.school.label if one.school else "",
        "category": values["category"],
        "quantity": values["quantity"],
        "paid": values["paid_amount"],
        "eligible": values["eligible_requested"],
        "changes": [
            (_(NAMES.get(name, name)), *map(_shown(name), pair)) for name, pair in one.changes.items()
        ],
        "faults": [said(fault) for fault in one.faults],
    }


def _shown(name: str) -> Callable[[Any], str]:
    if name in RECEIPT_AMOUNTS or name == "invoice_total":
        return money.shown
    return lambda value: show.day(value) if hasattr(value, "year") else show.stored_text(value)


NAMES = FIELD_NAMES


def digest(told: Any) -> str:
    """What was seen, in few letters: what is done later must be the same."""
    return hashlib.sha256(json.dumps(told, default=str, sort_keys=True).encode()).hexdigest()[:20]
