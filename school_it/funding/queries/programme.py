"""Finding programmes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from school_it.access import Actor, May
from school_it.errors import N_, NotThere
from school_it.funding.models import Programme

PROGRAMME_FIELDS = tuple(
    column.name
    for column in Programme.__table__.columns
    if column.name not in ("id", "version", "terms", "facts")
)
"""As the sheet has them; `terms` and `facts` come beside it."""


def must_see(by: Actor) -> None:
    if not by.may(May.SEE_FUNDING):
        raise NotThere(N_("Das gibt es hier nicht."))


def programmes(session: Session, *, seen_by: Actor) -> Sequence[Programme]:
    """By code; nobody who may not see funding sees any."""
    if not seen_by.may(May.SEE_FUNDING):
        return []
    return session.scalars(all_programmes().order_by(Programme.code)).all()


def all_programmes() -> Select[Programme]:
    """Not ordered: `web.lists.slice_of` does that."""
    return select(Programme)


def get_programme(session: Session, ident: int, *, seen_by: Actor) -> Programme:
    """Raises NotThere."""
    must_see(seen_by)
    found = session.get(Programme, ident)
    if found is None:
        raise NotThere(N_("Dieses Programm gibt es hier nicht."))
    return found


def find_programme(session: Session, code: str) -> Programme | None:
    return session.scalar(select(Programme).where(Programme.code == code))


def programme_rows(session: Session) -> dict[str, dict[str, Any]]:
    """Every programme by its code, as plain values with its id: a town has dozens, not thousands."""
    table = Programme.__table__
    return {row.code: dict(row._mapping) for row in session.execute(select(table).order_by(table.c.code))}


def programme_items(session: Session) -> list[str]:
    """The funding items that any programme names, in the order of their codes."""
    return sorted({item for items in session.scalars(select(Programme.items)) for item in items or ()})


def programme_codes(session: Session) -> list[str]:
    return list(session.scalars(select(Programme.code).order_by(Programme.code)))
