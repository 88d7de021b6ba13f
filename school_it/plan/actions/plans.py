"""What is done with versions of the plan: what they assume, and what counts for a class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from school_it import audit
from school_it.access import Actor, May
from school_it.audit import Action
from school_it.database import expect_version
from school_it.devices.models import Category
from school_it.devices.rules import ItemClass, Use
from school_it.errors import N_, BadValue, RuleBroken
from school_it.plan import queries
from school_it.plan.models import CountingRule, Plan, PlanFigure
from school_it.plan.rules.assumptions import BY_KEY, DEFAULTS, Sure, Unit

FIELDS = ("name", "title", "first_year", "last_year", "remark")
LONGEST = 20
MOST = Decimal(1_000_000)


class Figure(NamedTuple):
    """A figure with where it comes from."""

    value: Decimal
    source: str | None
    sure: Sure


def add_plan(session: Session, values: Mapping[str, Any], *, by: Actor) -> Plan:
    """A version of the plan with every figure at its default. Raises BadValue, RuleBroken where it is there already."""
    by.must(May.EDIT_PLAN, None)
    _check(values)
    if queries.plan_called(session, values["name"]) is not None:
        raise RuleBroken(N_("Diese Fassung des Plans gibt es schon."))
    plan = Plan(**{name: values.get(name) for name in FIELDS})
    for one in DEFAULTS:
        value = Decimal(values["first_year"]) if one.key == "price.year" else one.value
        plan.figures.append(PlanFigure(key=one.key, value=value, source=one.source, sure=one.sure))
    session.add(plan)
    made = {f"figures.{one.key}": [None, audit.plain(one.value)] for one in plan.figures}
    audit.record(session, Action.PLAN_ADDED, plan, by=by, changes=audit.differences(plan, FIELDS) | made)
    return plan


def change_plan(
    session: Session,
    plan: Plan,
    values: Mapping[str, Any],
    figures: Mapping[str, Figure],
    *,
    version: int | None = None,
    by: Actor,
) -> None:
    """`figures` by their key; what it does not name stays. Raises BadValue for a figure that will not do."""
    by.must(May.EDIT_PLAN, None)
    expect_version(plan, version)
    _check({**{name: getattr(plan, name) for name in FIELDS}, **values})
    for key, figure in figures.items():
        _check_figure(key, figure)
    changes = audit.assign(plan, values, tuple(name for name in FIELDS if name != "name"))
    known = {one.key: one for one in plan.figures}
    for key, figure in figures.items():
        stored = known.get(key)
        if stored is None:
            stored = PlanFigure(key=key, value=figure.value, source=figure.source, sure=figure.sure)
            plan.figures.append(stored)
            changes[f"figures.{key}"] = [None, audit.plain(figure.value)]
            continue
        before = (stored.value, stored.source, stored.sure)
        stored.value, stored.source, stored.sure = figure
        for part, old, new in zip(("", ".source", ".sure"), before, figure, strict=True):
            if old != new:
                changes[f"figures.{key}{part}"] = [audit.plain(old), audit.plain(new)]
    if changes:
        flag_modified(
            plan, "remark"
        )  # the figures are the plan's: an older page of it is refused from now on
        audit.record(session, Action.PLAN_CHANGED, plan, by=by, changes=changes)


def _check(values: Mapping[str, Any]) -> None:
    if any(values.get(name) in (None, "") for name in ("name", "first_year", "last_year")):
        raise BadValue(
            N_("Eine Fassung des Plans braucht einen Namen, das erste und das letzte Haushaltsjahr.")
        )
    first, last = values["first_year"], values["last_year"]
    if not 2000 <= first <= last <= 2100 or last - first > 14:
        raise BadValue(
            N_("Die Haushaltsjahre gehen von 2000 bis 2100, das letzte nach dem ersten, höchstens 15 Jahre.")
        )


def _check_figure(key: str, figure: Figure) -> None:
    default = BY_KEY.get(key)
    if default is None:
        raise BadValue(N_("Diese Annahme gibt es nicht: %(key)s."), key=key)
    value = figure.value
    highest = Decimal(1) if default.unit is Unit.SHARE else Decimal(2100) if key == "price.year" else MOST
    if default.unit is Unit.YEARS:
        highest = Decimal(30)
    whole = default.unit in (Unit.YEARS, Unit.WHOLE)
    lowest = 1 if whole or key == "support.devices" else 0
    if not lowest <= value <= highest or (whole and value != int(value)) or value != round(value, 6):
        raise BadValue(
            N_("»%(title)s« muss von %(lowest)s bis %(highest)s reichen."),
            title=default.title,
            lowest=lowest,
            highest=highest,
        )


def lay_down_counting(
    session: Session,
    plan: str,
    item_class: ItemClass,
    valid_from: date,
    categories: Sequence[int],
    uses: Sequence[Use | None],
    *,
    by: Actor,
) -> CountingRule:
    """From that day these categories in these uses count for the class; for the time before it stays as it was."""
    by.must(May.EDIT_PLAN, None)
    found = list(
        session.scalars(select(Category).where(Category.id.in_(sorted(categories))).order_by(Category.name))
    )
    if not plan or not found:
        raise BadValue(N_("Bitte den Plan und wenigstens eine Geräteart angeben."))
    wanted = select(CountingRule).where(
        CountingRule.plan == plan,
        CountingRule.item_class == item_class,
        CountingRule.valid_from == valid_from,
    )
    rule = session.scalar(wanted)
    before = ([one.name for one in rule.categories], list(rule.uses)) if rule else (None, None)
    if rule is None:
        rule = CountingRule(plan=plan, item_class=item_class, valid_from=valid_from)
        session.add(rule)
    signs = tuple("-" if use is None else use.value for use in uses)
    rule.categories, rule.uses = found, signs
    session.flush()
    changes = {
        "valid_from": [None, audit.plain(valid_from)],
        "categories": [before[0], [one.name for one in found]],
        "uses": [before[1], list(signs)],
    }
    audit.record(session, Action.COUNTING_LAID_DOWN, rule, by=by, changes=changes)
    return rule
