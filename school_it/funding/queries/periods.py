"""How long grants run and bind what is paid from them, and what a receipt has to know of its grant."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from school_it.funding import rules
from school_it.funding.models import Decision, Grant, Programme

_LATER = aliased(Decision)
_AMENDED = (
    select(_LATER.id)
    .where(
        func.coalesce(_LATER.amends_id, _LATER.id) == func.coalesce(Decision.amends_id, Decision.id),
        or_(
            _LATER.decision_date > Decision.decision_date,
            and_(_LATER.decision_date == Decision.decision_date, _LATER.id > Decision.id),
        ),
    )
    .exists()
)
"""A later decision on the same matter says how long it takes, also where that is shorter."""
LAST_DAY = func.max(case((_AMENDED, None), else_=Decision.period_to))
"""Of the decisions of a grant: as `Grant.period_to` has it."""
PERIODS = (
    select(
        Decision.grant_id,
        func.min(Decision.period_from).label("period_from"),
        LAST_DAY.label("period_to"),
        func.max(Decision.proof_due).label("proof_due"),
    )
    .group_by(Decision.grant_id)
    .subquery()
)
"""By grant: when its implementation begins and ends, and when the last proof of use is due."""


@dataclass(frozen=True)
class GrantFacts:
    """What a receipt or a device has to know of its grant."""

    id: int
    reference: str
    programme: str
    window: rules.Window


def grant_facts(session: Session) -> dict[str, GrantFacts]:
    """By short sign; one statement for programmes and decisions together."""
    rows = (
        select(
            Grant.id, Grant.reference, Programme.code, Programme.start_event, Programme.earliest_start,
            LAST_DAY.label("period_to"),
            func.min(Decision.decision_date).label("decided_on"),
            func.min(Decision.early_start_from).label("early_start_from"),
        )
        .join(Programme, Programme.id == Grant.programme_id)
        .outerjoin(Decision, Decision.grant_id == Grant.id)
        .group_by(Grant.id, Grant.reference, Programme.code, Programme.start_event, Programme.earliest_start)
    )  # fmt: skip
    return {
        row.reference: GrantFacts(
            row.id,
            row.reference,
            row.code,
            rules.Window(
                row.start_event, row.earliest_start, row.period_to, row.decided_on, row.early_start_from
            ),
        )
        for row in session.execute(rows)
    }


@dataclass(frozen=True)
class Term:
    """How long the grant of a file reference binds what is paid from it."""

    earmark: rules.Earmark
    period_to: date | None
    completed_on: date | None = None


def terms(session: Session) -> dict[str, list[Term]]:
    """By file reference the terms of its grants; one statement."""
    last = PERIODS.c.period_to
    rows = (
        select(
            Decision.file_reference,
            last,
            Grant.completed_on,
            Programme.earmark_years,
            Programme.earmark_anchor,
            Programme.earmark_end_rule,
        )
        .join(Grant, Grant.id == Decision.grant_id)
        .join(Programme, Programme.id == Grant.programme_id)
        .join(PERIODS, PERIODS.c.grant_id == Grant.id)
    )
    found: dict[str, list[Term]] = defaultdict(list)
    for reference, period_to, completed_on, *said in session.execute(rows):
        found[reference].append(Term(rules.Earmark(*said), period_to, completed_on))
    return found
