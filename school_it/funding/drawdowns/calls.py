"""What may be drawn of a grant on a day, with what its receipts and earlier requests say of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from school_it.funding.book import DrawdownState
from school_it.funding.checking import Check, in_order
from school_it.funding.drawdowns import asking
from school_it.funding.models import Decision, Drawdown, Grant
from school_it.funding.programmes import terms
from school_it.funding.proof import Decided
from school_it.funding.rules import NOTHING
from school_it.funding.standing import Position, positions, spent_by, terms_of
from school_it.school_year import months_after


@dataclass(frozen=True)
class Call:
    """What may be drawn of a grant on a day: a line for each of `positions`; `numbers` are those of the next requests.

    A number is None where something was drawn of which no request is known.
    """

    positions: Sequence[Position]
    lines: Sequence[asking.Line]
    numbers: Sequence[int | None]
    checks: Sequence[Check]
    months: int = asking.MONTHS_AHEAD
    advance: asking.Advance | None = None

    @property
    def figures(self) -> dict[str, Decimal | None]:
        return asking.totals(self.lines)

    def line_of(self, decision: Decision) -> asking.Line | None:
        """None of a decision that only changes another one."""
        found = zip(self.positions, self.lines, strict=True)
        return next((line for one, line in found if one.decision is decision), None)


def of_grant(session: Session, grant: Grant, on: date, *, but: int | None = None) -> Call:
    """Receipts paid by `on` count as paid, those to be paid in the months after it as falling due.

    `but` is the draw-down that is being changed: it does not count among those that are pending.
    """
    months, advance = paying(grant)
    until = months_after(on, months)
    paid, due = spent_by(session, grant, on), spent_by(session, grant, until, after=on)
    at = positions(grant)
    decisions = [one.amounts for one in at]
    waiting, highest = _pending(session, grant, but)
    looked_at = [
        *asking.last_day(on, grant.programme.last_drawdown),
        *asking.looked_at(terms_of(grant), decisions, paid),
    ]
    pending = [waiting.get(one.decision.id, NOTHING) for one in at]
    lines = asking.lines(terms_of(grant), decisions, paid, due, pending)
    numbers = [_next(highest.get(one.decision.id), one.amounts) for one in at]
    return Call(at, lines, numbers, in_order(iter(looked_at)), months, advance)


def paying(grant: Grant) -> tuple[int, asking.Advance | None]:
    """For how many months money may be asked for ahead, and how much before the proof of use (F32).

    None ahead where the programme pays back what was paid; two months where it does not say.
    """
    further = terms.of(grant.programme.terms)
    said = further.get("drawdown_months")
    months = 0 if further.get("payment") == "reimbursement" else asking.MONTHS_AHEAD if said is None else said
    share = further.get("advance_share")
    if share is None:
        return months, None
    return months, asking.Advance(share, further.get("no_advance_up_to") or NOTHING)


def _next(highest: int | None, of: Decided) -> int | None:
    if highest is None:
        return None if of.drawn else 1
    return highest + 1


def _pending(session: Session, grant: Grant, but: int | None) -> tuple[dict[int, Decimal], dict[int, int]]:
    """By id of the decision: what was asked for and is not paid out, and the highest number of a request."""
    rows = (
        select(Drawdown.id, Drawdown.decision_id, Drawdown.number, Drawdown.state, Drawdown.requested)
        .join(Decision, Decision.id == Drawdown.decision_id)
        .where(Decision.grant_id == grant.id)
    )
    waiting: dict[int, Decimal] = defaultdict(lambda: NOTHING)
    highest: dict[int, int] = {}
    for ident, decision_id, number, state, requested in session.execute(rows):
        highest[decision_id] = max(number, highest.get(decision_id, 0))
        if state is DrawdownState.REQUESTED and ident != but:
            waiting[decision_id] += requested
    return dict(waiting), highest
