"""What we own, use, waste and pay next year: by product, and by school."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from school_it import money
from school_it.access import Actor, May
from school_it.database import today
from school_it.licences import costs, queries, rules, seat_queries
from school_it.licences.costs import Shared
from school_it.licences.models import Licence
from school_it.money import NOTHING
from school_it.schools import queries as school_queries
from school_it.schools.models import School


@dataclass
class Use:
    """One product: the seats of its running licences, and the costs of all that fall due in the two years.

    `next_year` is what falls due then, `idle` what of it is for seats that nobody has. `used` is None where no seats
    are given (it is for everybody, or none of its licences runs).
    """

    product: str
    licences: int = 0
    running: int = 0
    for_all: int = 0
    owned: int = 0
    used: int | None = None
    free: int = 0
    over: int = 0
    this_year: Decimal = NOTHING
    next_year: Decimal = NOTHING
    idle: Decimal = NOTHING
    priceless: int = 0


@dataclass(frozen=True)
class SchoolUse:
    """A school: how many seats its people, devices and classes have, and its costs by year."""

    school: School
    used: int
    this_year: Decimal
    next_year: Decimal


def by_product(session: Session, *, seen_by: Actor) -> list[Use]:
    """What costs most stands first. A licence that has ended or is still to begin counts with what it costs only.

    Four statements, however many licences and seats.
    """
    year = today().year
    due = costs.by_licence(session, [year, year + 1], seen_by=seen_by)
    used = seat_queries.used(session)
    found: dict[str, Use] = {}
    rows = select(
        Licence.id, Licence.product, Licence.school_id, Licence.seats, Licence.basis, Licence.price_gross,
        Licence.valid_from,
    )  # fmt: skip
    running = set(session.scalars(select(Licence.id).where(queries.in_state("running", today()))))
    for one in session.execute(rows.where(queries.within(seen_by))):
        if one.id not in running and not any(due.get(one.id, {}).values()):
            continue
        use = found.setdefault(one.product, Use(one.product))
        use.licences += 1
        use.for_all += one.school_id is None
        by_year = due.get(one.id, {})
        coming = by_year.get(year + 1, NOTHING)
        use.this_year += by_year.get(year, NOTHING)
        use.next_year += coming
        use.priceless += one.price_gross is None or one.valid_from is None
        use.running += one.id in running
        if one.id not in running or rules.seat_for(one.basis) is None:
            continue
        taken = used.get(one.id, 0)
        use.owned += one.seats
        use.used = (use.used or 0) + taken
        use.free += max(one.seats - taken, 0)
        use.over += max(taken - one.seats, 0)
        if one.seats > taken:
            use.idle += money.to_cent(coming * (one.seats - taken) / one.seats)
    return sorted(found.values(), key=lambda use: (-use.next_year, use.product))


def by_school(session: Session, *, seen_by: Actor, shared: Shared = Shared.PUPILS) -> list[SchoolUse]:
    """The schools within reach by name, each with its part of the licences for all."""
    year = today().year
    due = costs.by_school(session, [year, year + 1], seen_by=seen_by, shared=shared)
    running = set(session.scalars(select(Licence.id).where(queries.in_state("running", today()))))
    used: dict[int | None, int] = {}
    for (licence, school), number in seat_queries.by_school(session).items():
        if licence in running:
            used[school] = used.get(school, 0) + number
    return [
        SchoolUse(one, used.get(one.id, 0), due[one.id][year], due[one.id][year + 1])
        for one in school_queries.schools(session, seen_by=seen_by, may=May.SEE_LICENCES)
    ]


def at_school(session: Session, school: School, *, seen_by: Actor) -> list[tuple[Licence, int]]:
    """The running licences of a school and those for all, by product, with how many seats the school has of each."""
    rows = select(Licence).where(
        queries.within(seen_by), queries.in_state("running", today()),
        or_(Licence.school_id == school.id, Licence.school_id.is_(None)),
    )  # fmt: skip
    used = seat_queries.used_at(session, school.id)
    found = session.scalars(rows.order_by(Licence.product, Licence.id)).all()
    return [(one, used.get(one.id, 0)) for one in found]


def total(uses: Iterable[Use]) -> Use:
    """All products together."""
    whole = Use("")
    for one in uses:
        whole.licences += one.licences
        whole.running += one.running
        whole.for_all += one.for_all
        whole.owned += one.owned
        whole.used = (whole.used or 0) + (one.used or 0)
        whole.free += one.free
        whole.over += one.over
        whole.this_year += one.this_year
        whole.next_year += one.next_year
        whole.idle += one.idle
        whole.priceless += one.priceless
    return whole
