"""Where a row of the funding book came from: a file and its row, or a form; by whom and when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from school_it import as_of
from school_it.audit import Batch, Entry
from school_it.database import portions


@dataclass(frozen=True)
class Origin:
    """`file_name` is None where nobody brought a file; `row` where the trail does not say which."""

    who: str
    at: datetime
    via: str
    file_name: str | None
    row: int | None
    batch_id: int | None


def of_many(session: Session, table: str, idents: Sequence[int]) -> dict[int, Origin]:
    """By id, where these rows of one table came from; those are left out that the trail does not know."""
    found: dict[int, Origin] = {}
    columns = (
        Entry.object_id,
        Entry.actor_name,
        Entry.at,
        Entry.via,
        Batch.file_name,
        Entry.facts,
        Entry.batch_id,
    )
    for some in portions(idents):
        rows = (
            select(*columns)
            .outerjoin(Batch, Batch.id == Entry.batch_id)
            .where(
                Entry.object_type == table, Entry.object_id.in_(some), Entry.action.endswith(".added"),
                as_of.told(session),
            )
            .order_by(Entry.id)
        )  # fmt: skip
        for ident, who, at, via, file_name, facts, batch_id in session.execute(rows):
            found[ident] = Origin(who, at, via, file_name, facts.get("row"), batch_id)
    return found


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
