"""How licences go back to what they were before a list."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from school_it.access import May
from school_it.database import portions
from school_it.errors import N_, Sentence
from school_it.licences import rules, seat_queries, seats
from school_it.licences.models import Licence, LicenceKey, Seat, SeatRule, Term
from school_it.licences.sheet import LICENCES
from school_it.undo import Against, Touched, Undoing, Values, headers


class _Licences(Undoing):
    def keys(self, session: Session, things: Sequence[Touched]) -> Mapping[int, str]:
        found = {thing.ident: thing.label.partition(" ")[0] for thing in things}
        for some in portions(list(found)):
            wanted = select(Licence.id, Licence.licence_no).where(Licence.id.in_(some))
            found |= dict(session.execute(wanted).all())
        return found

    def against(
        self, session: Session, things: Sequence[Touched], now: Mapping[int, Values]
    ) -> Iterator[Against]:
        """Nobody is thrown out by an undo: with fewer seats than are given away, the licence stays."""
        used = seat_queries.used(session)
        before = self.before(session, [thing for thing in things if not thing.made])
        for ident, values in before.items():
            after: Values = {name: values[name] for name in ("seats", "basis") if name in values}
            wrong = rules.what_is_in_use(now[ident], after, used.get(ident, 0))
            if wrong is not None:
                yield Against(ident, *wrong)


WHO = ("person_id", "device_id", "school_id", "school_class")
Holder = tuple[int | str | None, ...]


class _Seats(Undoing):
    def against(
        self, session: Session, things: Sequence[Touched], now: Mapping[int, Values]
    ) -> Iterator[Against]:
        """A seat that was released goes back only while one is free, and to nobody who has one again; a few statements
        for each licence.
        """
        back = [thing for thing in things if not thing.made and now[thing.ident]["released_on"] is not None]
        free: dict[int, int] = {}
        having: dict[int, set[Holder]] = {}
        for thing in sorted(back, key=lambda one: one.ident):
            seat = now[thing.ident]
            licence_id = seat["licence_id"]
            if licence_id not in free:
                free[licence_id] = seats.free_seats(session, seat_queries.hold(session, licence_id))
                having[licence_id] = _holders(session, licence_id)
            free[licence_id] -= 1
            if free[licence_id] < 0 or tuple(seat[name] for name in WHO) in having[licence_id]:
                yield Against(thing.ident, None, Sentence(TAKEN))


TAKEN = N_("Dieser Platz ist inzwischen wieder vergeben.")


def _holders(session: Session, licence_id: int) -> set[Holder]:
    wanted = select(*(getattr(Seat, name) for name in WHO))
    rows = session.execute(wanted.where(Seat.licence_id == licence_id, seat_queries.OPEN))
    return {tuple(row) for row in rows}


UNDOINGS = (
    _Licences(
        Licence,
        N_("Lizenz"),
        batches={"import.licences": May.EDIT_LICENCES},
        shown={"school_id": "school_number"},
        names=headers(LICENCES),
        parts=(Term, LicenceKey),
    ),
    Undoing(SeatRule, N_("Zuteilung")),
    _Seats(Seat, N_("Platz"), batches={seats.BATCH: May.EDIT_LICENCES}),
)
