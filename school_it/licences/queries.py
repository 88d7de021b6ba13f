"""Finding licences and their sums; `seen_by` narrows each to what that person may see.

A licence for all schools is seen by whoever may see licences anywhere, and changed by those only who reach all schools.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Select, and_, false, func, or_, select
from sqlalchemy.orm import Session

from school_it.access import Actor, May
from school_it.database import today
from school_it.errors import N_, NotThere
from school_it.licences import rules
from school_it.licences.models import Licence, Seat, Term
from school_it.licences.rules import AHEAD, Basis
from school_it.schools.models import School

FOR_ALL = "-"
SHEET_COLUMNS: tuple[Any, ...] = (
    Licence.licence_no, Licence.product, Licence.vendor, Licence.basis, Licence.seats, School.school_number,
    Licence.valid_from, Licence.valid_to, Licence.cancel_by, Licence.renews, Licence.price_net, Licence.price_gross,
    Licence.supplier, Licence.invoice_no, Licence.remark,
)  # fmt: skip


@dataclass(frozen=True)
class Wish:
    """What a list of licences is narrowed to; `school_number` ``-`` are those for all schools."""

    text: str = ""
    school_number: str | None = None
    basis: Basis | None = None
    state: str | None = None
    product: str | None = None


def within(seen_by: Actor, may: May = May.SEE_LICENCES) -> ColumnElement[bool]:
    scope = seen_by.scope(may)
    if scope.everywhere or not scope:
        return scope.where(Licence.school_id)
    seen = scope.where(Licence.school_id)
    return or_(seen, Licence.school_id.is_(None)) if may is May.SEE_LICENCES else seen


def find_licence(session: Session, number: str) -> Licence | None:
    return session.scalar(select(Licence).where(Licence.licence_no == number))


def get_licence(session: Session, ident: int, *, seen_by: Actor, may: May = May.SEE_LICENCES) -> Licence:
    found = session.scalar(select(Licence).where(Licence.id == ident, within(seen_by, may)))
    if found is None:
        raise NotThere(N_("Diese Lizenz gibt es hier nicht."))
    return found


def gives_seats(licence: Licence, actor: Actor) -> bool:
    """Of a licence for all schools each school gives its own people seats; the action asks who gets one."""
    may = May.EDIT_LICENCES
    return actor.may(may) if licence.school_id is None else actor.may_at(may, licence.school_id)


def get_licence_called(session: Session, number: str, *, seen_by: Actor) -> Licence:
    """By its number. Raises NotThere."""
    found = session.scalar(select(Licence).where(Licence.licence_no == number, within(seen_by)))
    if found is None:
        raise NotThere(N_("Diese Lizenz gibt es hier nicht."))
    return found


def licences(wish: Wish, *, seen_by: Actor) -> Select[Licence]:
    """Not ordered: `web.lists.slice_of` does that."""
    return select(Licence).where(within(seen_by), *_conditions(wish))


def _conditions(wish: Wish) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    for word in wish.text.split():
        texts = (Licence.licence_no, Licence.product, Licence.vendor, Licence.supplier, Licence.invoice_no)
        found.append(or_(*(column.icontains(word, autoescape=True) for column in texts)))
    if wish.school_number == FOR_ALL:
        found.append(Licence.school_id.is_(None))
    elif wish.school_number:
        at = select(School.id).where(School.school_number == wish.school_number)
        found.append(Licence.school_id.in_(at))
    if wish.product:
        found.append(Licence.product == wish.product)
    if wish.basis:
        found.append(Licence.basis == wish.basis)
    if wish.state:
        found.append(in_state(wish.state, today()))
    return found


def in_state(state: str, on: date) -> ColumnElement[bool]:
    """The condition behind each choice of the list; an unknown one fits nothing."""
    ended = and_(Licence.valid_to < on, func.coalesce(Licence.renews, false()).is_(False))
    begun = or_(Licence.valid_from.is_(None), Licence.valid_from <= on)
    lasting = or_(Licence.valid_to.is_(None), Licence.valid_to >= on, Licence.renews.is_(True))
    open_seats = select(func.count()).where(Seat.licence_id == Licence.id, Seat.released_on.is_(None))
    used = open_seats.correlate(Licence).scalar_subquery()
    seated = or_(Licence.basis.is_(None), Licence.basis != Basis.AUTHORITY)
    return {
        "running": and_(begun, lasting),
        "planned": Licence.valid_from > on,
        "ended": and_(begun, ended),
        "ending": Licence.valid_to.between(on, on + AHEAD),
        "over": and_(begun, lasting, seated, used > Licence.seats),
        "idle": and_(begun, lasting, seated, used < Licence.seats),
        "notice": Licence.cancel_by.between(on, on + AHEAD),
    }.get(state, false())


@dataclass(frozen=True)
class YearlyCosts:
    """Gross euros by calendar year, and how many licences lack the price or the beginning that it takes."""

    by_year: dict[int, Decimal]
    unknown: int


def yearly_costs(session: Session, wish: Wish, years: Sequence[int], *, seen_by: Actor) -> YearlyCosts:
    """What falls due in `years` for the licences of a list, with their past terms."""
    terms = select(Licence.valid_from, Licence.valid_to, Licence.renews, Licence.price_gross)
    listed = (within(seen_by), *_conditions(wish))
    due = summed(session.execute(terms.where(*listed)).all(), years)
    past = select(Term.valid_from, Term.price_gross).join(Licence, Licence.id == Term.licence_id)
    for begun, price in session.execute(past.where(*listed, Term.price_gross.is_not(None))):
        if begun.year in due.by_year:
            due.by_year[begun.year] += price or Decimal(0)
    return due


def summed(rows: Iterable[Any], years: Sequence[int]) -> YearlyCosts:
    """`rows` have valid_from, valid_to, renews and price_gross, in this order."""
    by_year, unknown = dict.fromkeys(years, Decimal(0)), 0
    for valid_from, valid_to, renews, price in rows:
        unknown += valid_from is None or price is None
        for year, amount in rules.costs_by_year(valid_from, valid_to, renews, price, max(years)).items():
            if year in by_year:
                by_year[year] += amount
    return YearlyCosts(by_year, unknown)


def matching(session: Session, text: str, *, seen_by: Actor, limit: int = 10) -> list[Licence]:
    """For the search over everything: what runs or ends last stands first."""
    if not text.strip() or not seen_by.may(May.SEE_LICENCES):
        return []
    found = licences(Wish(text=text), seen_by=seen_by)
    latest = func.coalesce(Licence.valid_to, date.max).desc()
    return list(session.scalars(found.order_by(latest, Licence.product, Licence.id).limit(limit)))


def seats_bought(session: Session, wish: Wish, *, seen_by: Actor) -> int:
    """The seats of a list; of the licences that run where the list does not say which it means.

    One for everybody has none to give.
    """
    found = _conditions(wish) if wish.state else [*_conditions(wish), in_state("running", today())]
    seated = or_(Licence.basis.is_(None), Licence.basis != Basis.AUTHORITY)
    wanted = select(func.sum(Licence.seats)).where(within(seen_by), seated, *found)
    return session.scalar(wanted) or 0


def has_any(session: Session, *, seen_by: Actor) -> bool:
    return session.scalar(select(Licence.id).where(within(seen_by)).limit(1)) is not None


def deadlines(session: Session, *, seen_by: Actor) -> list[tuple[date, str, Licence]]:
    """Within `AHEAD`: the day, ``ends``, ``renews`` or ``notice``, and the licence."""
    on = today()
    near = or_(in_state("ending", on), in_state("notice", on))
    found = []
    for one in session.scalars(select(Licence).where(within(seen_by), near)):
        if one.cancel_by is not None and on <= one.cancel_by <= on + AHEAD:
            found.append((one.cancel_by, "notice", one))
        if one.valid_to is not None and on <= one.valid_to <= on + AHEAD:
            found.append((one.valid_to, "renews" if one.renews else "ends", one))
    return found


def numbers_in(session: Session, states: Sequence[str], *, seen_by: Actor) -> list[int]:
    """How many licences are in each of these states today (see `in_state`), in one statement."""
    counted = [func.count().filter(in_state(state, today())) for state in states]
    return list(session.execute(select(*counted).select_from(Licence).where(within(seen_by))).one())


def rows_for_sheet(session: Session, *, seen_by: Actor, school_id: int | None = None) -> Sequence[RowMapping]:
    """Licences by the field names of their sheet."""
    wanted = select(*SHEET_COLUMNS).outerjoin(School, School.id == Licence.school_id).where(within(seen_by))
    if school_id is not None:
        wanted = wanted.where(Licence.school_id == school_id)
    return session.execute(wanted.order_by(Licence.licence_no)).mappings().all()
