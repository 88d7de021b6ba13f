"""What the decisions plan for each funding item; of amendments what they change of a decision's plan.

A line of an amendment holds what it adds to an item, below zero where it takes away; the sum over all decisions of a
grant is the plan that holds now. Amounts are euros as `Decimal`, to the cent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from school_it import audit
from school_it.access import Actor, May
from school_it.audit import Action
from school_it.errors import N_, Sentence, refuse
from school_it.funding.models import Decision, Grant, PlanLine
from school_it.funding.rules import NOTHING, item_meant


@dataclass(frozen=True)
class Planned:
    """What a funding item may cost, and what of it is eligible."""

    total: Decimal = NOTHING
    eligible: Decimal = NOTHING

    def __add__(self, other: Planned) -> Planned:
        return Planned(self.total + other.total, self.eligible + other.eligible)

    def __sub__(self, other: Planned) -> Planned:
        return Planned(self.total - other.total, self.eligible - other.eligible)

    def __bool__(self) -> bool:
        return bool(self.total or self.eligible)


Plan = Mapping[str, Planned]


def together(plans: Iterable[Plan]) -> dict[str, Planned]:
    """By funding item, in the order of their codes; items of which nothing is left are gone."""
    found: dict[str, Planned] = {}
    for plan in plans:
        for item, planned in plan.items():
            found[item] = found.get(item, Planned()) + planned
    return {item: found[item] for item in sorted(found) if found[item]}


def whole(plan: Plan) -> Planned:
    """The sum over its items."""
    return sum(plan.values(), Planned())


# --- finding ---


def of_decisions(session: Session, grant: Grant) -> dict[int, dict[str, Planned]]:
    """By id of the decision, what it says of each funding item; one statement."""
    rows = (
        select(PlanLine.decision_id, PlanLine.category, PlanLine.total, PlanLine.eligible)
        .join(Decision, Decision.id == PlanLine.decision_id)
        .where(Decision.grant_id == grant.id)
        .order_by(PlanLine.category)
    )
    found: dict[int, dict[str, Planned]] = {}
    for ident, item, total, eligible in session.execute(rows):
        found.setdefault(ident, {})[item] = Planned(total, eligible)
    return found


def of_grant(session: Session, grant: Grant) -> dict[str, Planned]:
    """The plan that holds now; empty where none is entered. One statement."""
    rows = (
        select(PlanLine.category, func.sum(PlanLine.total), func.sum(PlanLine.eligible))
        .join(Decision, Decision.id == PlanLine.decision_id)
        .where(Decision.grant_id == grant.id)
        .group_by(PlanLine.category)
    )
    return together([{item: Planned(total, eligible)} for item, total, eligible in session.execute(rows)])


def before(session: Session, decision: Decision) -> dict[str, Planned]:
    """The plan that a decision finds: of the one that it changes, and of what changed that before."""
    lines = of_decisions(session, decision.grant)
    return together(lines.get(one.id, {}) for one in found_by(decision))


def chain(decision: Decision) -> list[Decision]:
    """A decision that granted something, and by age all that changed it; the same for whichever of them is asked."""
    known = {one.id: one for one in decision.grant.decisions}
    head = decision
    while head.amends_id in known:
        head = known[head.amends_id]
    found, named = [head], {head.id}
    for one in sorted(decision.grant.decisions, key=lambda one: one.id):
        if one.amends_id in named:
            found.append(one)
            named.add(one.id)
    return found


def found_by(decision: Decision) -> list[Decision]:
    """The decisions that one changes, by age; none of a first one."""
    in_order = chain(decision)
    return in_order[: in_order.index(decision)]


def after(session: Session, decision: Decision) -> dict[str, Planned]:
    """The plan as a decision leaves it."""
    return together([before(session, decision), of_decisions(session, decision.grant).get(decision.id, {})])


# --- writing ---


def record(session: Session, decision: Decision, plan: Plan, *, by: Actor) -> None:
    """The plan as the decision leaves it; of an amendment what it changes is kept. Raises Refused."""
    by.must(May.EDIT_FUNDING, None)
    refuse([(item, one) for item, planned in plan.items() for one in against(planned)])
    items = decision.grant.programme.items or ()
    plan = together([{item_meant(item, items): planned} for item, planned in plan.items()])
    found = before(session, decision)
    wanted = {
        item: plan.get(item, Planned()) - found.get(item, Planned()) for item in plan.keys() | found.keys()
    }
    stored = session.scalars(select(PlanLine).where(PlanLine.decision_id == decision.id)).all()
    known = {line.category: line for line in stored}
    for item in sorted(wanted.keys() | known.keys()):
        _keep(session, decision, item, known.get(item), wanted.get(item, Planned()), by)


def _keep(
    session: Session, decision: Decision, item: str, line: PlanLine | None, planned: Planned, by: Actor
) -> None:
    if line is None:
        if planned:
            line = PlanLine(decision=decision, category=item, total=planned.total, eligible=planned.eligible)
            session.add(line)
            audit.record(session, Action.COST_PLAN_ADDED, line, by=by, changes=audit.whole(line))
    elif not planned:
        audit.record(session, Action.ROW_REMOVED, line, by=by, changes=audit.whole(line, gone=True))
        session.delete(line)
    else:
        changes = audit.assign(
            line, {"total": planned.total, "eligible": planned.eligible}, ("total", "eligible")
        )
        if changes:
            audit.record(session, Action.COST_PLAN_CHANGED, line, by=by, changes=changes)


def against(planned: Planned) -> Iterable[Sentence]:
    """What keeps the amounts of an item, as the plan leaves it, from being planned."""
    if planned.total < 0 or planned.eligible < 0:
        yield Sentence(N_("Ein Plan hat keine Beträge unter 0,00 €."))
    elif planned.eligible > planned.total:
        yield Sentence(N_("Zuwendungsfähig kann nicht mehr sein, als geplant ist."))


def standing_of(decision: Decision) -> dict[str, Decimal]:
    """What a decision comes to with everything that has changed it so far."""
    return {
        name: sum((getattr(one, name) or NOTHING for one in chain(decision)), NOTHING)
        for name in ("eligible", "granted", "third_party")
    }
