"""Finding plans, what counts for them, scenarios and decisions. They concern the whole town."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from school_it.access import Actor, May
from school_it.devices.models import Category
from school_it.devices.rules import ItemClass, Use
from school_it.errors import N_, NotThere
from school_it.plan.models import CountingRule, DecidedPlan, Plan, Scenario
from school_it.plan.rules.need import Counting, usual_counting


def plan_records(session: Session) -> Sequence[Plan]:
    """The newest first."""
    return session.scalars(select(Plan).order_by(Plan.first_year.desc(), Plan.name)).all()


def plan_called(session: Session, name: str | None) -> Plan | None:
    return session.scalar(select(Plan).where(Plan.name == name)) if name else None


def get_plan(session: Session, ident: int, *, seen_by: Actor, may: May = May.SEE_PLAN) -> Plan:
    found = session.get(Plan, ident)
    if found is None or not seen_by.may(may):
        raise NotThere(N_("Diese Fassung des Plans gibt es hier nicht."))
    return found


def scenarios(session: Session, plan: str | None = None) -> Sequence[Scenario]:
    wanted = select(Scenario).order_by(Scenario.plan, Scenario.id)
    return session.scalars(wanted if plan is None else wanted.where(Scenario.plan == plan)).all()


def get_scenario(session: Session, ident: int, *, seen_by: Actor, may: May = May.SEE_FUNDING) -> Scenario:
    found = session.get(Scenario, ident)
    if found is None or not seen_by.may(may):
        raise NotThere(N_("Dieses Szenario gibt es hier nicht."))
    return found


def decided_plans(session: Session, plan: str | None = None) -> Sequence[DecidedPlan]:
    """The newest decision first."""
    wanted = select(DecidedPlan).order_by(DecidedPlan.decided_on.desc(), DecidedPlan.id.desc())
    return session.scalars(wanted if plan is None else wanted.where(DecidedPlan.plan == plan)).all()


def get_decided(session: Session, ident: int, *, seen_by: Actor) -> DecidedPlan:
    found = session.get(DecidedPlan, ident)
    if found is None or not seen_by.may(May.SEE_FUNDING):
        raise NotThere(N_("Diesen Beschluss gibt es hier nicht."))
    return found


def counting_rules(session: Session, plan: str | None) -> Sequence[CountingRule]:
    """By class, the latest beginning first."""
    wanted = select(CountingRule).where(CountingRule.plan == (plan or ""))
    return session.scalars(
        wanted.order_by(CountingRule.item_class, CountingRule.valid_from.desc(), CountingRule.id)
    ).all()


def counting_on(
    session: Session, plan: str | None, on: date
) -> tuple[dict[ItemClass, Counting], dict[int, Category]]:
    """What counts for each class on a day, and all categories by id."""
    categories = {one.id: one for one in session.scalars(select(Category).order_by(Category.name))}
    found = usual_counting({ident: one.item_class for ident, one in categories.items()})
    for rule in reversed(counting_rules(session, plan)):  # the latest of those that hold comes last
        if rule.valid_from <= on:
            uses = frozenset(None if use == "-" else Use(use) for use in rule.uses)
            found[rule.item_class] = Counting(
                rule.item_class, frozenset(one.id for one in rule.categories), uses, is_usual=False
            )
    return {one: replace(found[one]) for one in ItemClass}, categories
