"""Finding talks and agreements; `seen_by` narrows each to the schools of that person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from school_it import deadlines
from school_it.access import Actor, May
from school_it.deadlines import Deadline
from school_it.devices.rules import ItemClass
from school_it.errors import N_, NotThere
from school_it.plan.talks.models import Agreement, AnnualReview
from school_it.plan.talks.rules import STILL_TO_COME, Agreed
from school_it.schools.models import School


@dataclass(frozen=True)
class SchoolTalk:
    """A school with the day of the year's talk (None: not held), its last talk before, and its agreements."""

    school: School
    held_on: date | None
    last_on: date | None
    to_come: int
    overdue: int


def by_school(session: Session, year: int, on: date, *, seen_by: Actor) -> list[SchoolTalk]:
    """All schools within reach; those without a talk in the year first."""
    held = dict(
        session.execute(
            select(AnnualReview.school_id, func.max(AnnualReview.held_on))
            .where(AnnualReview.school_year == year)
            .group_by(AnnualReview.school_id)
        ).all()
    )
    last = dict(
        session.execute(
            select(AnnualReview.school_id, func.max(AnnualReview.held_on))
            .where(AnnualReview.school_year < year)
            .group_by(AnnualReview.school_id)
        ).all()
    )
    still = Agreement.kept.in_(STILL_TO_COME)
    late = still & (Agreement.due_on < on)
    counts = {
        school: (int(some), int(some_late))
        for school, some, some_late in session.execute(
            select(
                Agreement.school_id,
                func.sum(case((still, 1), else_=0)),
                func.sum(case((late, 1), else_=0)),
            ).group_by(Agreement.school_id)
        )
    }
    within = seen_by.scope(May.SEE_PLAN).where(School.id)
    found = [
        SchoolTalk(school, held.get(school.id), last.get(school.id), *counts.get(school.id, (0, 0)))
        for school in session.scalars(select(School).where(within).order_by(School.name))
    ]
    return sorted(found, key=lambda one: one.held_on is not None)


def reviews_of(session: Session, school_id: int) -> Sequence[AnnualReview]:
    """The newest first."""
    wanted = select(AnnualReview).where(AnnualReview.school_id == school_id)
    return session.scalars(wanted.order_by(AnnualReview.held_on.desc(), AnnualReview.id.desc())).all()


def get_review(session: Session, ident: int, *, seen_by: Actor) -> AnnualReview:
    """Raises NotThere."""
    found = session.get(AnnualReview, ident)
    if found is None or not seen_by.scope(May.SEE_PLAN).holds(found.school_id):
        raise NotThere(N_("Dieses Gespräch gibt es hier nicht."))
    return found


def get_agreement(session: Session, ident: int, *, seen_by: Actor) -> Agreement:
    """Raises NotThere."""
    found = session.get(Agreement, ident)
    if found is None or not seen_by.scope(May.SEE_PLAN).holds(found.school_id):
        raise NotThere(N_("Diese Vereinbarung gibt es hier nicht."))
    return found


def agreements_of(
    session: Session,
    school_id: int,
    *,
    review_id: int | None = None,
    since: date | None = None,
    until: date | None = None,
) -> Sequence[Agreement]:
    """Those of a school by the day they are due; of one talk; agreed within days."""
    wanted = select(Agreement).where(Agreement.school_id == school_id)
    if review_id is not None:
        wanted = wanted.where(Agreement.review_id == review_id)
    if since is not None:
        wanted = wanted.where(Agreement.agreed_on >= since)
    if until is not None:
        wanted = wanted.where(Agreement.agreed_on <= until)
    return session.scalars(wanted.order_by(Agreement.due_on, Agreement.id)).all()


def of_wish(session: Session, wish_id: int) -> Agreement | None:
    return session.scalar(select(Agreement).where(Agreement.wish_id == wish_id))


def still_to_come(session: Session, *, seen_by: Actor) -> dict[tuple[int, ItemClass | None], list[Agreed]]:
    """By school and class, what is agreed and not yet kept."""
    within = seen_by.scope(May.SEE_PLAN).where(Agreement.school_id)
    rows = session.execute(
        select(
            Agreement.school_id, Agreement.item_class, Agreement.number, Agreement.euros, Agreement.due_on
        ).where(within, Agreement.kept.in_(STILL_TO_COME))
    )
    found: dict[tuple[int, ItemClass | None], list[Agreed]] = defaultdict(list)
    for school_id, item_class, number, euros, due_on in rows:
        found[school_id, item_class].append(Agreed(school_id, item_class, number or 0, euros, due_on))
    return dict(found)


def due(session: Session, actor: Actor, since: date, until: date) -> Iterator[Deadline]:
    """What was agreed and is still to come."""
    within = actor.scope(May.SEE_PLAN).where(Agreement.school_id)
    wanted = select(Agreement).where(
        within, Agreement.kept.in_(STILL_TO_COME), Agreement.due_on.between(since, until)
    )
    for one in session.scalars(wanted):
        yield Deadline(
            f"agreement_due:{one.id}", one.due_on, "agreement_due", one.what, "plan.dossier",
            {"number": one.school.school_number}, one.school.school_number, one.school.label,
        )  # fmt: skip


deadlines.watch("agreements", May.SEE_PLAN, {"agreement_due": N_("Vereinbarung erfüllen bis")}, due)
