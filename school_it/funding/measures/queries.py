"""Finding measures: by what somebody wants to see, by what somebody calls them, and their sums."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import ColumnElement, Select, extract, func, select
from sqlalchemy.orm import Session

from school_it.access import Actor
from school_it.database import whole_number
from school_it.errors import N_, NotThere, Refused, Sentence
from school_it.funding import queries, rules
from school_it.funding.book import MeasureState
from school_it.funding.models import Measure, Programme


@dataclass(frozen=True)
class Wish:
    """What somebody wants to see of the measures; `year` is a fiscal year that a measure reaches into."""

    programme_id: int | None = None
    grant_id: int | None = None
    school_id: int | None = None
    state: MeasureState | None = None
    year: int | None = None
    ident: int | None = None


def conditions(wish: Wish) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    for column, value in (
        (Measure.programme_id, wish.programme_id),
        (Measure.grant_id, wish.grant_id),
        (Measure.school_id, wish.school_id),
        (Measure.state, wish.state),
        (Measure.id, wish.ident),
    ):
        if value is not None:
            found.append(column == value)
    if wish.year is not None:
        found += [
            extract("year", Measure.starts_on) <= wish.year,
            extract("year", Measure.ends_on) >= wish.year,
        ]
    return found


def listed(wish: Wish, *, seen_by: Actor) -> Select[Measure]:
    """For `web.lists.slice_of`. Raises NotThere for who may not see funding."""
    queries.must_see(seen_by)
    return select(Measure).where(*conditions(wish))


def get_measure(session: Session, ident: int, *, seen_by: Actor) -> Measure:
    """Raises NotThere."""
    queries.must_see(seen_by)
    found = session.get(Measure, ident)
    if found is None:
        raise NotThere(N_("Diese Maßnahme gibt es hier nicht."))
    return found


def called(session: Session, text: str | None) -> Measure | None:
    """The measure that somebody calls ``DP_NRW 12``: programme and running number. Raises Refused."""
    if not text:
        return None
    code, _space, number = text.strip().rpartition(" ")
    rows = select(Measure).join(Programme, Programme.id == Measure.programme_id)
    position = whole_number(number)
    found = session.scalar(
        rows.where(func.lower(Programme.code) == code.strip(" ·").lower(), Measure.position == position)
    )
    if found is None:
        raise Refused([("linked", Sentence(_NO_SUCH, text=text))])
    return found


_NO_SUCH = N_(
    "Eine Maßnahme »%(text)s« gibt es hier nicht. Bitte Programm und lfd. Nr. nennen, etwa »DP_NRW 12«."
)


def next_position(session: Session, programme_id: int) -> int:
    highest = select(func.max(Measure.position)).where(Measure.programme_id == programme_id)
    return (session.scalar(highest) or 0) + 1


def sums(session: Session, wish: Wish) -> tuple[int, Decimal, Decimal]:
    """How many measures, what they cost, what of it is eligible."""
    rows = select(func.count(), func.sum(Measure.total), func.sum(Measure.eligible)).where(*conditions(wish))
    number, total, eligible = session.execute(rows).one()
    return number, total or rules.NOTHING, eligible or rules.NOTHING
