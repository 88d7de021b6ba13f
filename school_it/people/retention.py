"""How long the names of people who have left are kept, and who is forgotten when.

Periods begin with the day of leaving, and anew with the last thing that was given back: a lender's claims for wear
end six months after the return (§ 606 BGB). Nobody is forgotten while something is open.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from school_it import audit
from school_it.access import Actor, May
from school_it.database import today, transaction
from school_it.errors import N_
from school_it.people import forgetting, holdings
from school_it.people.models import Person
from school_it.people.rules import PERSON_ROLES, PersonRole, PersonState
from school_it.school_year import months_after
from school_it.settings import Settings

BATCH = "people.retention"
NEVER = 0
"""A role that is never forgotten by itself."""


class Reason(StrEnum):
    """Why somebody who has left is still kept; the first that holds is told."""

    HOLDS = "holds"
    NEVER = "never"
    PERIOD = "period"
    LOAN = "loan"


REASONS = {
    Reason.HOLDS: N_("hat noch etwas von der Schule"),
    Reason.NEVER: N_("wird nach den Einstellungen nie von selbst vergessen"),
    Reason.PERIOD: N_("die Frist seit dem Abgang läuft noch"),
    Reason.LOAN: N_("die Frist seit der letzten Rückgabe läuft noch"),
}


@dataclass(frozen=True)
class Periods:
    """Months that names are kept: by role after leaving, and for everybody after the last return."""

    by_role: Mapping[PersonRole, int]
    after_return: int

    @classmethod
    def of(cls, settings: Settings) -> Periods:
        return cls(
            {
                PersonRole.PUPIL: settings.RETENTION_PUPIL_MONTHS,
                PersonRole.TEACHER: settings.RETENTION_TEACHER_MONTHS,
                PersonRole.STAFF: settings.RETENTION_STAFF_MONTHS,
            },
            settings.RETENTION_LOAN_MONTHS,
        )


@dataclass(frozen=True)
class Verdict:
    """What becomes of one person who has left; `reason` None: is to be forgotten. `due_on` None: nobody knows."""

    person_id: int
    role: PersonRole
    school_id: int | None
    left_on: date | None
    due_on: date | None
    reason: Reason | None


def judge(
    role: PersonRole,
    left_on: date | None,
    given_back_on: date | None,
    *,
    holds: bool,
    periods: Periods,
    today: date,
) -> tuple[date | None, Reason | None]:
    """The first day on which the name may go, and what stands against it today."""
    months = periods.by_role[role]
    if holds:
        return None, Reason.HOLDS
    if months == NEVER or left_on is None:
        return None, Reason.NEVER
    left = _day_after(left_on, months)
    back = _day_after(given_back_on, periods.after_return) if given_back_on else left
    due = max(left, back)
    if today >= due:
        return due, None
    return due, Reason.PERIOD if today < left else Reason.LOAN


def _day_after(day: date, months: int) -> date:
    """Returned on 20 June, six months: from 21 December."""
    return months_after(day, months) + timedelta(days=1)


def review(session: Session, periods: Periods, *, today: date) -> list[Verdict]:
    """Everybody who has left, by the day of leaving."""
    rows = session.execute(
        select(
            Person.id, Person.role, Person.school_id, Person.left_on,
            holdings.last_given_back().label("given_back_on"), holdings.holds_something().label("holds"),
        )
        .where(Person.state == PersonState.LEFT)
        .order_by(Person.left_on, Person.id)
    )  # fmt: skip
    return [
        Verdict(
            row.id,
            row.role,
            row.school_id,
            row.left_on,
            *judge(row.role, row.left_on, row.given_back_on, holds=row.holds, periods=periods, today=today),
        )
        for row in rows
    ]


@dataclass(frozen=True)
class Outcome:
    """What a run did, or would do."""

    dry_run: bool
    verdicts: Sequence[Verdict]
    batch: int | None = None

    @property
    def due(self) -> list[Verdict]:
        return [verdict for verdict in self.verdicts if verdict.reason is None]

    def kept(self) -> dict[Reason, int]:
        counted = Counter(verdict.reason for verdict in self.verdicts if verdict.reason)
        return {reason: counted[reason] for reason in Reason if counted[reason]}

    def by_role(self) -> dict[PersonRole, int]:
        counted = Counter(verdict.role for verdict in self.due)
        return {role: counted[role] for role in PERSON_ROLES}

    def facts(self) -> dict[str, Any]:
        """The JSON of ``retention run``: counts, no names."""
        kept = self.kept()
        return {
            "dry_run": self.dry_run,
            "left": len(self.verdicts),
            "forgotten": len(self.due),
            "by_role": {role.value: n for role, n in self.by_role().items()},
            "kept": [
                {"reason": reason.value, "sentence": str(REASONS[reason]), "n": n}
                for reason, n in kept.items()
            ],
            "batch": self.batch,
        }


def run(periods: Periods, *, dry_run: bool, by: Actor) -> Outcome:
    """Forget everybody whose time is over. The look and the act are one transaction. Raises NotAllowed."""
    by.must(May.FORGET_PEOPLE, None)
    with transaction() as session:
        outcome = Outcome(dry_run, review(session, periods, today=today()))
        if dry_run or not outcome.due:
            return outcome
        batch = audit.begin_batch(session, BATCH, by=by, title=N_("Namen nach Ablauf der Frist vergessen"))
        batch.counts = {"forgotten": len(outcome.due)}
        forgetting.forget_many(session, [one.person_id for one in outcome.due], by=by, batch=batch)
        return Outcome(False, outcome.verdicts, batch.id)
