"""Warnings that somebody has taken with a reason; they stay with what they were about."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from school_it import audit
from school_it.access import Actor
from school_it.audit import Action
from school_it.database import now
from school_it.errors import N_, Refused, Sentence
from school_it.funding.checking.left import Warned
from school_it.funding.models import AcceptedWarning, Decision, Drawdown, Grant, Receipt
from school_it.jobs import stored


class NotAsked(Enum):
    NOT_ASKED = "not asked"


NOT_ASKED: Final = NotAsked.NOT_ASKED
Reason = str | None | NotAsked
"""Why something is entered although it warns: None where the question was left open, which refuses it; `NOT_ASKED`
where nobody is there to be asked: it is taken, and nothing is kept of its warnings."""

PLEASE = N_("Bitte begründen, warum es trotzdem so eingetragen wird. Die Begründung bleibt dabei stehen.")


def of_grant(session: Session, grant: Grant) -> Sequence[AcceptedWarning]:
    """Those of the grant and of its receipts, oldest first."""
    rows = select(AcceptedWarning).where(AcceptedWarning.grant_id == grant.id).order_by(AcceptedWarning.id)
    return session.scalars(rows).all()


About = Receipt | Decision | Drawdown
_COLUMNS = {
    Receipt: AcceptedWarning.receipt_id,
    Decision: AcceptedWarning.decision_id,
    Drawdown: AcceptedWarning.drawdown_id,
}


def of_thing(session: Session, about: About) -> Sequence[AcceptedWarning]:
    rows = select(AcceptedWarning).where(_COLUMNS[type(about)] == about.id)
    return session.scalars(rows.order_by(AcceptedWarning.id)).all()


def refuse_without(warnings: Sequence[Warned], reason: Reason) -> None:
    """Raises Refused with every warning at the field `reason`, unless there is one or nobody is asked."""
    if reason is not NOT_ASKED and warnings and not (reason or "").strip():
        raise Refused([*(("reason", one.sentence) for one in warnings), ("reason", Sentence(PLEASE))])


def keep(
    session: Session,
    grant: Grant,
    about: About,
    warnings: Sequence[Warned],
    reason: Reason,
    *,
    by: Actor,
) -> None:
    """What was warned of just now, with its reason; what was kept of the same thing before gives way to it.

    Where nobody is asked everything stays.
    """
    if reason is NOT_ASKED:
        return
    session.flush()
    known, ids = of_thing(session, about), {_COLUMNS[type(about)].key: about.id}
    wanted = [(one.rule, stored(one.sentence), (reason or "").strip()) for one in warnings]
    same = [(one.rule, one.sentence, one.reason) for one in known]
    if wanted == same:
        return
    for old in known:
        audit.record(session, Action.ROW_REMOVED, old, by=by, changes=audit.whole(old, gone=True))
        session.delete(old)
    for rule, sentence, said in wanted:
        made = AcceptedWarning(
            grant_id=grant.id, rule=rule, sentence=sentence, reason=said,
            who=by.name, at=now(), **ids,
        )  # fmt: skip
        session.add(made)
        session.flush()
        audit.record(session, Action.WARNING_ACCEPTED, made, by=by, changes=audit.whole(made))
