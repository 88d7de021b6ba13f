"""Asking the authority to change what a decision says: another plan, another period, and what came of it.

The form wants file reference, day of the decision, reason, the old and the new financing plan for each item, what was
drawn so far, and a signed declaration that all of it is right. Amounts are euros as `Decimal`, to the cent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from school_it import audit
from school_it.access import Actor, May
from school_it.audit import Action
from school_it.database import expect_version
from school_it.errors import N_, NotThere, Refused, RuleBroken, Sentence
from school_it.funding import cost_plan, queries, rules
from school_it.funding.book import ChangeState
from school_it.funding.cost_plan import Plan, Planned
from school_it.funding.decisions import amending
from school_it.funding.models import ChangeLine, ChangeRequest, Decision, Grant
from school_it.funding.rules import NOTHING
from school_it.money import shown

FIELDS = ("requested_on", "reason", "period_to", "declared", "remark")


# --- finding ---


def get_request(session: Session, ident: int, *, seen_by: Actor) -> ChangeRequest:
    """Raises NotThere."""
    queries.must_see(seen_by)
    found = session.get(ChangeRequest, ident)
    if found is None:
        raise NotThere(N_("Diesen Änderungsantrag gibt es hier nicht."))
    return found


def of_grant(session: Session, grant: Grant) -> Sequence[ChangeRequest]:
    """The newest first; two statements."""
    rows = select(ChangeRequest).join(Decision, Decision.id == ChangeRequest.decision_id)
    newest = rows.where(Decision.grant_id == grant.id).order_by(
        ChangeRequest.requested_on.desc(), ChangeRequest.id.desc()
    )
    return session.scalars(newest).all()


def matching(session: Session, text: str, *, seen_by: Actor) -> Sequence[ChangeRequest]:
    """Requests whose reason holds the text, or that ask to change this decision or grant; the newest first."""
    if not seen_by.may(May.SEE_FUNDING):
        return []
    columns = (ChangeRequest.reason, Decision.file_reference, Grant.reference)
    rows = (
        select(ChangeRequest)
        .join(Decision, Decision.id == ChangeRequest.decision_id)
        .join(Grant, Grant.id == Decision.grant_id)
        .where(or_(*(one.icontains(text, autoescape=True) for one in columns)))
    )
    newest = rows.order_by(ChangeRequest.requested_on.desc(), ChangeRequest.id.desc())
    return session.scalars(newest.limit(queries.MANY)).all()


def holds_now(session: Session, decision: Decision) -> dict[str, Planned]:
    """The plan of a decision with everything that has changed it so far."""
    return cost_plan.after(session, cost_plan.chain(decision)[-1])


def drawn_on(decision: Decision) -> Decimal:
    return sum((one.drawn or NOTHING for one in cost_plan.chain(decision)), NOTHING)


def old_plan(request: ChangeRequest) -> dict[str, Planned]:
    return {one.category: Planned(one.old_total, one.old_eligible) for one in request.lines}


def new_plan(request: ChangeRequest) -> dict[str, Planned]:
    lines = {one.category: Planned(one.new_total, one.new_eligible) for one in request.lines}
    return {item: planned for item, planned in lines.items() if planned}


def asked_grant(request: ChangeRequest, plan: Plan) -> Decimal | None:
    """F01: what a plan would be granted; None where the grant has no rate."""
    rate = request.decision.grant.rate
    return None if rate is None else rules.granted(cost_plan.whole(plan).eligible, rate)


# --- asking ---


def ask(
    session: Session, decision: Decision, values: Mapping[str, Any], plan: Plan, *, by: Actor
) -> ChangeRequest:
    """On the decision that granted something; `plan` is the whole plan as it is asked for. Raises Refused."""
    by.must(May.EDIT_FUNDING, None)
    head = cost_plan.chain(decision)[0]
    old = holds_now(session, head)
    _refuse_where(head, values, plan, old)
    highest = select(func.max(ChangeRequest.number)).where(ChangeRequest.decision_id == head.id)
    made = ChangeRequest(
        decision=head, number=(session.scalar(highest) or 0) + 1, state=ChangeState.REQUESTED,
        drawn=drawn_on(head), **{name: values.get(name) for name in FIELDS},
    )  # fmt: skip
    made.declared = bool(made.declared)
    session.add(made)
    audit.record(session, Action.CHANGE_REQUESTED, made, by=by, changes=audit.whole(made))
    _keep_lines(session, made, plan, old, by)
    return made


def change(
    session: Session,
    request: ChangeRequest,
    values: Mapping[str, Any],
    plan: Plan,
    *,
    version: int | None = None,
    by: Actor,
) -> None:
    """As long as it is not answered; the old plan stays as it was on the day it was asked. Raises Refused, Stale."""
    by.must(May.EDIT_FUNDING, None)
    expect_version(request, version)
    _must_be_open(request)
    old = {item: one for item, one in old_plan(request).items() if one}
    whole = {**{name: getattr(request, name) for name in FIELDS}, **values}
    _refuse_where(request.decision, whole, plan, old)
    changes = audit.assign(request, {**whole, "declared": bool(whole["declared"])}, FIELDS)
    if changes:
        audit.record(session, Action.CHANGE_REQUEST_CHANGED, request, by=by, changes=changes)
    _keep_lines(session, request, plan, old, by)


def _must_be_open(request: ChangeRequest) -> None:
    if request.state is not ChangeState.REQUESTED:
        raise RuleBroken(N_("Dieser Antrag ist beantwortet: Er bleibt, wie er war."))


def _refuse_where(decision: Decision, values: Mapping[str, Any], plan: Plan, old: Plan) -> None:
    faults: list[tuple[str, Sentence]] = []
    if not (values.get("reason") or "").strip():
        faults.append(("reason", Sentence(N_("Bitte begründen, warum sich etwas ändern soll."))))
    if values["requested_on"] < decision.decision_date:
        faults.append(
            ("requested_on", Sentence(N_("Der Antrag liegt vor dem Bescheid, den er ändern soll.")))
        )
    if not plan:
        faults.append(("", Sentence(N_("Bitte den neuen Ausgabenplan eintragen."))))
    elif dict(plan) == dict(old) and values.get("period_to") in (None, decision.grant.period_to):
        faults.append(("", Sentence(N_("Weder Ausgabenplan noch Zeitraum ändern sich."))))
    faults += [(item, one) for item, planned in plan.items() for one in cost_plan.against(planned)]
    if faults:
        raise Refused(faults)


def _keep_lines(session: Session, request: ChangeRequest, plan: Plan, old: Plan, by: Actor) -> None:
    known = {line.category: line for line in request.lines}
    for item in sorted(plan.keys() | old.keys() | known.keys()):
        before, after, line = old.get(item, Planned()), plan.get(item, Planned()), known.get(item)
        if not before and not after:
            if line is not None:
                audit.record(session, Action.ROW_REMOVED, line, by=by, changes=audit.whole(line, gone=True))
                request.lines.remove(line)
            continue
        amounts = {
            "old_total": before.total, "old_eligible": before.eligible, "new_total": after.total,
            "new_eligible": after.eligible,
        }  # fmt: skip
        if line is None:
            made = ChangeLine(category=item, **amounts)
            request.lines.append(made)
            audit.record(session, Action.CHANGE_REQUEST_CHANGED, made, by=by, changes=audit.whole(made))
        else:
            changes = audit.assign(line, amounts, tuple(amounts))
            if changes:
                audit.record(session, Action.CHANGE_REQUEST_CHANGED, line, by=by, changes=changes)


# --- the answer ---


def grant(
    session: Session,
    request: ChangeRequest,
    values: Mapping[str, Any],
    *,
    reason: str | None = None,
    by: Actor,
) -> Decision:
    """The authority has agreed: `values` of the amendment as in `amending.amend`, its plan is the one asked for.

    An authority that agrees to something else: the amendment's amounts say so, its plan is mended afterwards.
    Raises Refused, RuleBroken.
    """
    by.must(May.EDIT_FUNDING, None)
    _must_be_open(request)
    made = amending.amend(session, request.decision, values, reason=reason, by=by)
    session.flush()
    cost_plan.record(session, made, new_plan(request), by=by)
    _answered(session, request, ChangeState.GRANTED, made.decision_date, made.id, by)
    return made


def refuse(
    session: Session, request: ChangeRequest, on: date, *, remark: str | None = None, by: Actor
) -> None:
    """The authority has said no. Raises RuleBroken, Refused."""
    by.must(May.EDIT_FUNDING, None)
    _must_be_open(request)
    if on < request.requested_on:
        raise Refused([("answered_on", Sentence(N_("Die Antwort liegt vor dem Antrag.")))])
    if remark:
        request.remark = "\n".join(filter(None, (request.remark, remark)))
    _answered(session, request, ChangeState.REFUSED, on, None, by)


def _answered(
    session: Session,
    request: ChangeRequest,
    state: ChangeState,
    on: date | None,
    answer_id: int | None,
    by: Actor,
) -> None:
    wanted = {"state": state, "answered_on": on, "answer_id": answer_id, "remark": request.remark}
    changes = audit.assign(request, wanted, tuple(wanted))
    audit.record(session, Action.CHANGE_REQUEST_ANSWERED, request, by=by, changes=changes)
    session.expire(request, ["answer"])


def reopen_answered_by(session: Session, decision: Decision, *, by: Actor) -> None:
    """Before a decision goes that granted a request: nobody has answered it any more."""
    for one in session.scalars(select(ChangeRequest).where(ChangeRequest.answer_id == decision.id)):
        _answered(session, one, ChangeState.REQUESTED, None, None, by)


def remove_lines(session: Session, request: ChangeRequest, *, by: Actor) -> None:
    for line in list(request.lines):
        audit.record(session, Action.ROW_REMOVED, line, by=by, changes=audit.whole(line, gone=True))
        request.lines.remove(line)
    session.flush()


def proposed_answer(request: ChangeRequest) -> dict[str, Any]:
    """What the amendment would say if the authority agreed to everything, by the names of its fields."""
    asked = cost_plan.whole(new_plan(request))
    found: dict[str, Any] = {"eligible": asked.eligible, "granted": asked_grant(request, new_plan(request))}
    if request.period_to is not None:
        found["period_to"] = request.period_to
    return found


def said_in_short(request: ChangeRequest) -> Sentence:
    """What a request is about, in a sentence."""
    before, after = cost_plan.whole(old_plan(request)), cost_plan.whole(new_plan(request))
    values = {"before": shown(before.eligible), "after": shown(after.eligible)}
    moved = [one.category for one in request.lines if one.old_eligible != one.new_eligible]
    if before.eligible == after.eligible and moved:
        return Sentence(_MOVED, items=", ".join(moved), after=values["after"])
    if request.period_to is not None:
        return Sentence(_WITH_PERIOD, **values, day=f"{request.period_to:%d.%m.%Y}")
    return Sentence(_AMOUNTS, **values)


_MOVED = N_("Verschiebung zwischen %(items)s, zusammen bleibt es bei %(after)s")
_AMOUNTS = N_("zuwendungsfähig %(after)s statt %(before)s")
_WITH_PERIOD = N_("zuwendungsfähig %(after)s statt %(before)s, Durchführung bis %(day)s")
