"""Where a row of the funding book came from: a file and its row, or a form; by whom and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from school_it.audit import Batch, Entry


@dataclass(frozen=True)
class Origin:
    """`file_name` is None where nobody brought a file; `row` where the trail does not say which."""

    who: str
    at: datetime
    via: str
    file_name: str | None
    row: int | None
    batch_id: int | None


def of(session: Session, thing: Any) -> Origin | None:
    """By the newest entry that made the thing; None where the trail does not reach back so far."""
    found = session.execute(
        select(Entry, Batch)
        .outerjoin(Batch, Batch.id == Entry.batch_id)
        .where(
            Entry.object_type == thing.__tablename__,
            Entry.object_id == thing.id,
            Entry.action.endswith(".added"),
        )
        .order_by(Entry.id.desc())
        .limit(1)
    ).one_or_none()
    if found is None:
        return None
    entry, batch = found
    file_name = batch.file_name if batch is not None else None
    return Origin(entry.actor_name, entry.at, entry.via, file_name, entry.facts.get("row"), entry.batch_id)
