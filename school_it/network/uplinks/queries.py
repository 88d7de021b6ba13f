"""Finding uplinks; `seen_by` narrows each to what that person may see."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from school_it import deadlines
from school_it.access import Actor, May
from school_it.deadlines import Deadline
from school_it.errors import N_, NotThere
from school_it.network.uplinks import rules
from school_it.network.uplinks.models import Uplink
from school_it.schools import queries as school_queries
from school_it.schools.models import School


def get_uplink(session: Session, ident: int, *, seen_by: Actor, may: May = May.SEE_NETWORK) -> Uplink:
    found = session.get(Uplink, ident)
    if found is None or not seen_by.scope(may).holds(found.school_id):
        raise NotThere(N_("Diesen Internetanschluss gibt es hier nicht."))
    return found


def of_school(session: Session, school_id: int) -> Sequence[Uplink]:
    """The lines that are used before those kept for a failure."""
    wanted = select(Uplink).where(Uplink.school_id == school_id)
    return session.scalars(wanted.order_by(Uplink.is_backup, Uplink.id)).all()


@dataclass(frozen=True)
class Connected:
    """A school with its lines. What is summed up leaves out lines that are kept for a failure; the cost does not."""

    school: School
    uplinks: Sequence[Uplink]
    pupils: int | None
    school_year: int | None

    @property
    def used(self) -> list[Uplink]:
        return [one for one in self.uplinks if not one.is_backup]

    @property
    def down(self) -> int | None:
        return rules.in_sum(one.down for one in self.used)

    @property
    def up(self) -> int | None:
        return rules.in_sum(one.up for one in self.used)

    @property
    def fibre(self) -> bool | None:
        return rules.any_of(one.fibre for one in self.used)

    @property
    def per_pupil(self) -> Decimal | None:
        return rules.per_pupil(self.down, self.pupils)

    @property
    def monthly_cost(self) -> Decimal | None:
        known = [one.monthly_cost for one in self.uplinks if one.monthly_cost is not None]
        return sum(known, Decimal(0)) if known else None

    @property
    def ends_on(self) -> date | None:
        return min((one.ends_on for one in self.used if one.ends_on), default=None)


def connected(session: Session, *, seen_by: Actor, school_id: int | None = None) -> list[Connected]:
    """Every school within reach, by name, those without a line too; three statements."""
    scope = seen_by.scope(May.SEE_NETWORK)
    rows = select(Uplink).where(scope.where(Uplink.school_id)).order_by(Uplink.is_backup, Uplink.id)
    if school_id is not None:
        rows = rows.where(Uplink.school_id == school_id)
    lines: dict[int, list[Uplink]] = defaultdict(list)
    for one in session.scalars(rows):
        lines[one.school_id].append(one)
    figures = school_queries.latest_figures(session, seen_by=seen_by)
    return [
        Connected(
            school, lines[school.id], figures[school.id].pupils if school.id in figures else None,
            figures[school.id].school_year if school.id in figures else None,
        )
        for school in school_queries.schools(session, seen_by=seen_by, may=May.SEE_NETWORK)
        if school_id in (None, school.id)
    ]  # fmt: skip


def ending(session: Session, actor: Actor, since: date, until: date) -> Iterator[Deadline]:
    """Days on which a contract ends or can be given notice for the last time."""
    near = or_(Uplink.ends_on.between(since, until), Uplink.notice_on.between(since, until))
    within = actor.scope(May.SEE_NETWORK).where(Uplink.school_id)
    for one in session.scalars(select(Uplink).where(within, near)):
        for kind, day in (("uplink_notice", one.notice_on), ("uplink_ends", one.ends_on)):
            if day is not None and since <= day <= until:
                yield Deadline(
                    f"{kind}:{one.id}", day, kind, one.label, "network.uplink", {"ident": one.id},
                    one.school.school_number, one.school.label,
                )  # fmt: skip


deadlines.watch(
    "uplinks",
    May.SEE_NETWORK,
    {
        "uplink_notice": N_("Internetanschluss kündbar bis"),
        "uplink_ends": N_("Vertrag des Internetanschlusses endet"),
    },
    ending,
)
