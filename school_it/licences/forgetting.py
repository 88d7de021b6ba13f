"""Who is forgotten has no seat any more, and what was written about theirs goes."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import update
from sqlalchemy.orm import Session

from school_it.database import today
from school_it.licences.models import Seat
from school_it.licences.rules import Released
from school_it.people import holdings


def empty_seats(session: Session, person_ids: Sequence[int]) -> None:
    """The rows stay for the count of past terms; a reason may have named somebody."""
    theirs = update(Seat).where(Seat.person_id.in_(person_ids))
    released = {"released_on": today(), "released_why": Released.LEFT}
    for rows in (
        theirs.where(Seat.released_on.is_(None)).values(**released),
        theirs.where(Seat.over_reason.is_not(None)).values(over_reason=None),
    ):
        session.execute(rows.execution_options(synchronize_session=False))


holdings.also_forget(empty_seats)
