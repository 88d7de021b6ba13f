"""Finding rounds, codes and wishes; `seen_by` narrows each to the schools of that person."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from school_it import deadlines
from school_it.access import Actor, May
from school_it.deadlines import Deadline
from school_it.errors import N_, NotThere, Sentence
from school_it.plan.survey.models import SurveyCode, SurveyRound, SurveyWish
from school_it.plan.survey.rules import Answered, Decision, Group, how_far
from school_it.schools.models import School

ORDER = {group: place for place, group in enumerate(Group)}


@dataclass(frozen=True)
class SchoolState:
    """How far a school has come in a round: lines asked, answered, wished devices, wishes still to be decided."""

    school: School
    code: str
    asked: int
    answered: int
    wanted: int
    undecided: int

    @property
    def state(self) -> Answered:
        return how_far(self.asked, self.answered)


def rounds(session: Session) -> Sequence[SurveyRound]:
    """The newest first."""
    return session.scalars(select(SurveyRound).order_by(SurveyRound.school_year.desc())).all()


def get_round(session: Session, year: int) -> SurveyRound:
    """Raises NotThere."""
    found = session.scalar(select(SurveyRound).where(SurveyRound.school_year == year))
    if found is None:
        raise NotThere(N_("Für dieses Schuljahr gibt es keine Bedarfsabfrage."))
    return found


def round_of(session: Session, year: int) -> SurveyRound | None:
    return session.scalar(select(SurveyRound).where(SurveyRound.school_year == year))


def standing(session: Session, one: SurveyRound, *, seen_by: Actor) -> list[SchoolState]:
    """Every school of the round within reach, those that have not answered first."""
    wish = SurveyWish
    wished = case((wish.wanted.is_not(None), 1), else_=0)
    open_wish = case(((wish.wanted > 0) & (wish.decision == Decision.OPEN), 1), else_=0)
    rows = session.execute(
        select(
            School, SurveyCode.code, func.count(wish.id), func.coalesce(func.sum(wished), 0),
            func.coalesce(func.sum(wish.wanted), 0), func.coalesce(func.sum(open_wish), 0),
        )
        .join(SurveyCode, SurveyCode.school_id == School.id)
        .outerjoin(wish, (wish.school_id == School.id) & (wish.round_id == SurveyCode.round_id))
        .where(SurveyCode.round_id == one.id, seen_by.scope(May.SEE_PLAN).where(School.id))
        .group_by(School.id, SurveyCode.code)
        .order_by(School.name)
    )  # fmt: skip
    found = [SchoolState(school, code, *map(int, numbers)) for school, code, *numbers in rows]
    return sorted(found, key=lambda row: list(Answered).index(row.state))


def codes(session: Session, one: SurveyRound, *, seen_by: Actor) -> list[tuple[School, str]]:
    rows = session.execute(
        select(School, SurveyCode.code)
        .join(SurveyCode, SurveyCode.school_id == School.id)
        .where(SurveyCode.round_id == one.id, seen_by.scope(May.SEE_PLAN).where(School.id))
        .order_by(School.name)
    )
    return [(school, code) for school, code in rows]


def code_of(session: Session, one: SurveyRound, school_id: int) -> str | None:
    wanted = select(SurveyCode.code).where(SurveyCode.round_id == one.id, SurveyCode.school_id == school_id)
    return session.scalar(wanted)


def wishes(
    session: Session, one: SurveyRound, *, seen_by: Actor, school_id: int | None = None
) -> list[SurveyWish]:
    """The lines of a round within reach, by school in the order of the groups."""
    wanted = select(SurveyWish).where(
        SurveyWish.round_id == one.id, seen_by.scope(May.SEE_PLAN).where(SurveyWish.school_id)
    )
    if school_id is not None:
        wanted = wanted.where(SurveyWish.school_id == school_id)
    found = session.scalars(wanted).all()
    return sorted(found, key=lambda row: (row.school.name, row.school_id, ORDER[row.group], row.what))


def get_wish(session: Session, ident: int, *, seen_by: Actor) -> SurveyWish:
    """Raises NotThere."""
    found = session.get(SurveyWish, ident)
    if found is None or not seen_by.scope(May.SEE_PLAN).holds(found.school_id):
        raise NotThere(N_("Diesen Wunsch gibt es hier nicht."))
    return found


def known_codes(session: Session, some: Collection[str]) -> dict[str, tuple[SurveyRound, School]]:
    """By code, its round and school."""
    rows = session.execute(
        select(SurveyCode.code, SurveyRound, School)
        .join(SurveyRound, SurveyRound.id == SurveyCode.round_id)
        .join(School, School.id == SurveyCode.school_id)
        .where(SurveyCode.code.in_(sorted(some)))
    )
    return {code: (one, school) for code, one, school in rows}


def stored(session: Session, some: Collection[str]) -> dict[tuple[str, Group, str], SurveyWish]:
    """The lines of the workbooks with these codes, by code, group and what it is."""
    rows = session.execute(
        select(SurveyCode.code, SurveyWish)
        .join(
            SurveyWish,
            (SurveyWish.round_id == SurveyCode.round_id) & (SurveyWish.school_id == SurveyCode.school_id),
        )
        .where(SurveyCode.code.in_(sorted(some)))
    )
    return {(code, wish.group, wish.what.casefold()): wish for code, wish in rows}


def due(session: Session, actor: Actor, since: date, until: date) -> Iterator[Deadline]:
    """Rounds that end, as long as a school of the reader has something left to answer."""
    wanted = select(SurveyRound).where(
        SurveyRound.closed_on.is_(None), SurveyRound.due_on.between(since, until)
    )
    for one in session.scalars(wanted):
        if any(each.state is not Answered.WHOLLY for each in standing(session, one, seen_by=actor)):
            what = Sentence(N_("Bedarfsabfrage %(year)s"), year=one.label)
            key = f"survey_due:{one.id}"
            yield Deadline(key, one.due_on, "survey_due", what, "plan.survey", {"year": one.school_year})


deadlines.watch("survey", May.SEE_PLAN, {"survey_due": N_("Bedarf melden bis")}, due)
