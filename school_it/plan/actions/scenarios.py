"""What is done with scenarios and decisions. A scenario is figures only: nothing here touches a device or a target."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from school_it import audit
from school_it.access import Actor, May
from school_it.audit import Action
from school_it.database import expect_version
from school_it.errors import N_, BadValue, Refused, RuleBroken, Sentence
from school_it.plan import money
from school_it.plan.models import DecidedPlan, Scenario
from school_it.plan.standing import look

FIELDS = (
    "plan", "name", "remark", "own_share", "pupils_per_device", "life", "price_change", "price_increase", "gap_years",
    "ceiling", "grant_limit", "funds_replacement", "replaces_bound",
)  # fmt: skip
DECIDED = ("plan", "scenario", "title", "reference", "decided_on", "digest")
BOUNDS: Mapping[str, tuple[int | str, int | str]] = {
    "own_share": (0, 1), "pupils_per_device": ("0.1", 100), "life": (1, 30), "price_change": (-1, 5),
    "price_increase": (0, 1), "gap_years": (1, 15), "ceiling": (1, 20_000_000), "grant_limit": (0, 20_000_000),
}  # fmt: skip


def add_scenario(session: Session, values: Mapping[str, Any], *, by: Actor) -> Scenario:
    """Raises BadValue, RuleBroken where the plan has a scenario of this name."""
    by.must(May.EDIT_PLAN, None)
    _check(session, values, ident=None)
    made = Scenario(**{name: values.get(name) for name in FIELDS if values.get(name) is not None})
    session.add(made)
    audit.record(session, Action.SCENARIO_ADDED, made, by=by, changes=audit.differences(made, FIELDS))
    return made


def change_scenario(
    session: Session, scenario: Scenario, values: Mapping[str, Any], *, version: int | None = None, by: Actor
) -> None:
    by.must(May.EDIT_PLAN, None)
    expect_version(scenario, version)
    _check(session, {**{name: getattr(scenario, name) for name in FIELDS}, **values}, ident=scenario.id)
    changes = audit.assign(scenario, values, FIELDS)
    if changes:
        audit.record(session, Action.SCENARIO_CHANGED, scenario, by=by, changes=changes)


def remove_scenario(session: Session, scenario: Scenario, *, by: Actor) -> None:
    """A decision that came of it keeps its figures."""
    by.must(May.EDIT_PLAN, None)
    changes = {name: [audit.plain(getattr(scenario, name)), None] for name in FIELDS}
    audit.record(session, Action.SCENARIO_REMOVED, scenario, by=by, changes=changes)
    session.delete(scenario)


def _check(session: Session, values: Mapping[str, Any], *, ident: int | None) -> None:
    if not values.get("plan") or not values.get("name"):
        raise BadValue(N_("Ein Szenario braucht einen Plan und einen Namen."))
    for name, (lowest, highest) in BOUNDS.items():
        value = values.get(name)
        if value is not None and not Decimal(lowest) <= value <= highest:
            said = Sentence(
                N_("Eine Zahl des Szenarios liegt nicht zwischen %(lowest)s und %(highest)s: %(value)s."),
                lowest=lowest,
                highest=highest,
                value=value,
            )
            raise Refused([(name, said)])
    same = select(Scenario.id).where(Scenario.plan == values["plan"], Scenario.name == values["name"])
    if session.scalar(same) not in (None, ident):
        raise RuleBroken(N_("Ein Szenario mit diesem Namen gibt es schon."))


def freeze(
    session: Session, values: Mapping[str, Any], scenario: Scenario | None, *, by: Actor
) -> DecidedPlan:
    """Keep today's figures of the plan, or of a scenario, as what the council decided. Raises BadValue, RuleBroken.

    `values`: title, reference of the council paper, decided_on; the figures are those of that day.
    """
    by.must(May.EDIT_PLAN, None)
    if any(values.get(name) in (None, "") for name in ("title", "reference", "decided_on")):
        raise BadValue(N_("Ein Beschluss braucht eine Bezeichnung, die Drucksache und den Tag."))
    town = look(session, values["decided_on"], seen_by=by, scenario=scenario)
    if town.plan is None:
        raise RuleBroken(N_("An diesem Tag galt kein Plan: Es gibt nichts zu beschließen."))
    known = select(DecidedPlan.id).where(
        DecidedPlan.plan == town.plan, DecidedPlan.reference == values["reference"]
    )
    if session.scalar(known) is not None:
        raise RuleBroken(N_("Zu dieser Drucksache ist schon ein Beschluss eingetragen."))
    text, digest = money.frozen(town, money.of(session, town, scenario, seen_by=by), scenario)
    made = DecidedPlan(
        plan=town.plan, scenario=scenario.name if scenario else None, title=values["title"],
        reference=values["reference"], decided_on=values["decided_on"], frozen_by=by.name, figures=text, digest=digest,
    )  # fmt: skip
    session.add(made)
    audit.record(session, Action.PLAN_DECIDED, made, by=by, changes=audit.differences(made, DECIDED))
    return made
