"""Draw-downs as they were asked for and paid out. What was paid raises what the decision has drawn, in the same act.

`Decision.drawn` stays the sum that every figure goes by; what of it no draw-down here tells of was drawn before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from school_it import audit
from school_it.access import Actor, May
from school_it.audit import Action
from school_it.database import expect_version
from school_it.errors import N_, NotThere, Refused, Sentence
from school_it.funding import proof, queries, standing
from school_it.funding.book import DrawdownState
from school_it.funding.checking import Check, left, reasons
from school_it.funding.drawdowns import asking, calls
from school_it.funding.drawdowns.asking import Line, Wanted
from school_it.funding.models import Decision, Drawdown, Grant
from school_it.funding.rules import NOTHING

FIELDS = (
    "number", "requested_on", "requested", "expenses_paid", "expenses_due", "own_share_used", "reference", "reason",
    "remark",
)  # fmt: skip
Faults = list[tuple[str, Sentence]]


# --- finding ---


def of_grant(session: Session, grant: Grant) -> Sequence[Drawdown]:
    """The newest first."""
    rows = select(Drawdown).join(Decision, Decision.id == Drawdown.decision_id)
    newest = rows.where(Decision.grant_id == grant.id).order_by(
        Drawdown.requested_on.desc(), Drawdown.id.desc()
    )
    return session.scalars(newest).all()


def get_drawdown(session: Session, ident: int, *, seen_by: Actor) -> Drawdown:
    """Raises NotThere."""
    queries.must_see(seen_by)
    found = session.get(Drawdown, ident)
    if found is None:
        raise NotThere(N_("Diesen Mittelabruf gibt es hier nicht."))
    return found


def pending(session: Session, grant: Grant) -> Decimal:
    """What was asked for and is not paid out yet."""
    rows = select(func.sum(Drawdown.requested)).join(Decision, Decision.id == Drawdown.decision_id)
    waiting = rows.where(Decision.grant_id == grant.id, Drawdown.state == DrawdownState.REQUESTED)
    return session.scalar(waiting) or NOTHING


def drawn_before(session: Session, grant: Grant) -> Decimal:
    """What was drawn of a grant without a draw-down here that tells of it."""
    return grant.drawn - sum(queries.paid_out(session, [one.id for one in grant.decisions]).values(), NOTHING)


# --- asking ---


def proposed(session: Session, decision: Decision, on: date) -> dict[str, Any]:
    """What a request on this day would say, by the names of the columns."""
    call = calls.of_grant(session, decision.grant, on)
    line = _line(call, decision)
    place = next(place for place, one in enumerate(call.positions) if one.decision is decision)
    number = call.numbers[place]
    requested = line.requested
    most = asking.left_in_advance(call.advance, call.lines)
    if requested is not None and most is not None:
        requested = min(requested, most)
    return {
        "number": number, "requested_on": on, "requested": requested, "expenses_paid": line.paid,
        "expenses_due": line.due, "own_share_used": line.own_share_used,
    }  # fmt: skip


def _line(call: calls.Call, decision: Decision) -> Line:
    """Raises NotThere for a decision that only changes another one."""
    line = call.line_of(decision)
    if line is None:
        raise NotThere(N_("Abgerufen wird auf den Bescheid, den dieser ändert."))
    return line


def looked_at(
    session: Session, decision: Decision, on: date, amount: Decimal, own: Drawdown | None = None
) -> tuple[list[Check], Faults]:
    """F17 to F19 and F32 for a request, and what keeps its amount from being asked for."""
    call = calls.of_grant(session, decision.grant, on, but=own.id if own else None)
    slack = proof.slack(decision.grant.programme.financing, len(call.lines))
    wanted = Wanted(on, amount, _line(call, decision), call.months, slack)
    checks = [*call.checks, *asking.needed(wanted), *asking.in_advance(call.advance, call.lines, amount)]
    return checks, list(asking.against_amount(wanted))


def ask(session: Session, decision: Decision, values: Mapping[str, Any], *, by: Actor) -> Drawdown:
    """Raises Refused."""
    by.must(May.EDIT_FUNDING, None)
    whole = {**proposed(session, decision, values["requested_on"]), **_said(values)}
    warnings = _refuse(session, decision, whole, None)
    made = Drawdown(
        decision=decision, state=DrawdownState.REQUESTED, **{name: whole.get(name) for name in FIELDS}
    )
    session.add(made)
    audit.record(session, Action.DRAWDOWN_ADDED, made, by=by, changes=audit.whole(made))
    reasons.keep(session, decision.grant, made, warnings, whole.get("reason"), by=by)
    return made


def change(
    session: Session, asked: Drawdown, values: Mapping[str, Any], *, version: int | None = None, by: Actor
) -> None:
    """As long as nothing was paid out. Raises Refused, Stale."""
    by.must(May.EDIT_FUNDING, None)
    expect_version(asked, version)
    if asked.state is DrawdownState.PAID:
        raise Refused([("", Sentence(_PAID_STAYS))])
    whole = {**{name: getattr(asked, name) for name in FIELDS}, **values}
    warnings = _refuse(session, asked.decision, whole, asked)
    changes = audit.assign(asked, whole, FIELDS)
    if changes:
        audit.record(session, Action.DRAWDOWN_CHANGED, asked, by=by, changes=changes)
    reasons.keep(session, asked.decision.grant, asked, warnings, whole.get("reason"), by=by)


_PAID_STAYS = N_("Dieser Abruf ist ausgezahlt: Was angefordert war, bleibt, wie es war.")


def _said(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _refuse(
    session: Session, decision: Decision, values: Mapping[str, Any], own: Drawdown | None
) -> list[left.Warned]:
    """What is taken with the reason that is given. Raises Refused."""
    warnings: list[left.Warned] = []
    faults = list(_against_number(session, decision, values.get("number"), own))
    if values.get("requested") is None:
        faults.append(("requested", Sentence(_NO_AMOUNT)))
    else:
        checks, more = looked_at(session, decision, values["requested_on"], values["requested"], own)
        faults += more
        broken = [one for one in checks if not one.holds]
        faults += [("requested_on", one.sentence) for one in broken if one.rule == "F17"]
        warnings = [left.Warned(one.rule, one.sentence) for one in broken if one.rule != "F17"]
        if warnings and not values.get("reason"):
            faults += [("reason", one.sentence) for one in warnings]
    if faults:
        raise Refused(faults)
    return warnings


def _against_number(
    session: Session, decision: Decision, number: int | None, own: Drawdown | None
) -> Iterator[tuple[str, Sentence]]:
    if number is None:
        yield "number", Sentence(_NO_NUMBER)
        return
    same = (Drawdown.decision_id == decision.id, Drawdown.number == number)
    if session.scalar(select(Drawdown).where(*same)) not in (None, own):
        yield "number", Sentence(_SAME_NUMBER)


_NO_AMOUNT = N_("Bitte den Betrag eintragen: Aus Fördersatz und Belegen lässt er sich hier nicht berechnen.")
_NO_NUMBER = N_(
    "Bitte die Nummer eintragen: Vor dem ersten Abruf, der hier steht, wurde schon Geld abgerufen."
)
_SAME_NUMBER = N_("Diese Abruf-Nr. hat der Bescheid schon.")


# --- paying ---


def pay(
    session: Session,
    asked: Drawdown,
    *,
    paid: Decimal,
    paid_on: date,
    reference: str | None = None,
    version: int | None = None,
    by: Actor,
) -> None:
    """What came in, also for one that was recorded wrongly before. Raises Refused, Stale."""
    by.must(May.EDIT_FUNDING, None)
    expect_version(asked, version)
    decision, before = asked.decision, asked.paid or NOTHING
    of = next(one.amounts for one in standing.positions(decision.grant) if one.decision is decision)
    drawn = (decision.drawn or NOTHING) - before + paid
    faults: Faults = []
    if paid <= NOTHING:
        faults.append(("paid", Sentence(_NOTHING_PAID)))
    elif of.drawn - before + paid > of.granted:
        faults.append(("paid", Sentence(_MORE_THAN_GRANTED)))
    if paid_on < asked.requested_on:
        faults.append(("paid_on", Sentence(_PAID_BEFORE)))
    if faults:
        raise Refused(faults)
    wanted = {
        "state": DrawdownState.PAID,
        "paid": paid,
        "paid_on": paid_on,
        "reference": reference or asked.reference,
    }
    changes = audit.assign(asked, wanted, tuple(wanted))
    if changes:
        audit.record(session, Action.DRAWDOWN_PAID, asked, by=by, changes=changes)
    _set_drawn(session, decision, drawn, by)


_NOTHING_PAID = N_("Bitte den Betrag eintragen, der eingegangen ist.")
_MORE_THAN_GRANTED = N_("Damit wäre mehr ausgezahlt als bewilligt. Bitte den Betrag prüfen.")
_PAID_BEFORE = N_("Die Auszahlung liegt vor der Anforderung. Bitte den Tag prüfen.")


def give_back(session: Session, asked: Drawdown, *, by: Actor) -> None:
    """Before a draw-down goes: what it had brought is no longer drawn."""
    if asked.paid:
        _set_drawn(session, asked.decision, (asked.decision.drawn or NOTHING) - asked.paid, by)


def _set_drawn(session: Session, decision: Decision, drawn: Decimal, by: Actor) -> None:
    changes = audit.assign(decision, {"drawn": drawn}, ("drawn",))
    if changes:
        audit.record(session, Action.DECISION_CHANGED, decision, by=by, changes=changes)
