"""What is done with targets."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from school_it import audit
from school_it.access import Actor, May
from school_it.audit import Action
from school_it.database import expect_version
from school_it.errors import N_, BadValue, RuleBroken, refuse
from school_it.plan import queries, rules
from school_it.plan.models import Target
from school_it.plan.rules.usual import USUAL

FIELDS = (
    "plan", "school_types", "grade_from", "grade_to", "item_class", "basis", "value", "reserve", "valid_from",
)  # fmt: skip
NEEDED = ("plan", "item_class", "basis", "value", "valid_from")


def add_target(session: Session, values: Mapping[str, Any], *, by: Actor) -> Target:
    """`values` by the field names of the sheet. Raises BadValue, RuleBroken where this target is there already."""
    by.must(May.EDIT_PLAN, None)
    wanted = _checked(session, values, ident=None)
    target = Target(**wanted)
    session.add(target)
    audit.record(session, Action.TARGET_ADDED, target, by=by, changes=audit.differences(target, FIELDS))
    return target


def add_usual(session: Session, plan: str, valid_from: date, keys: Collection[str], *, by: Actor) -> int:
    """The chosen ones of `usual.USUAL`, as targets of a plan; what it has already stays. Returns how many came in."""
    by.must(May.EDIT_PLAN, None)
    wanted = [
        {**one.values, "plan": plan, "valid_from": valid_from} for key, one in USUAL.items() if key in keys
    ]
    known = queries.stored(session, [plan])
    fresh = [values for values in wanted if queries.key_of(values) not in known]
    for values in fresh:
        add_target(session, values, by=by)
    return len(fresh)


def change_target(
    session: Session, target: Target, values: Mapping[str, Any], *, version: int | None = None, by: Actor
) -> None:
    by.must(May.EDIT_PLAN, None)
    expect_version(target, version)
    wanted = _checked(session, {**queries.values_of(target), **values}, ident=target.id)
    changes = audit.assign(target, wanted, FIELDS)
    if changes:
        audit.record(session, Action.TARGET_CHANGED, target, by=by, changes=changes)


def _checked(session: Session, values: Mapping[str, Any], *, ident: int | None) -> dict[str, Any]:
    if any(values.get(name) in (None, "") for name in NEEDED):
        raise BadValue(N_("Ein Ziel braucht MEP, Gerätegruppe, Grundlage, Wert und den Tag, ab dem es gilt."))
    wrong = rules.what_is_wrong(values)
    refuse([wrong] if wrong else [])
    known = queries.stored(session, [values["plan"]]).get(queries.key_of(values))
    if known is not None and known[0] != ident:
        raise RuleBroken(N_("Dieses Ziel steht schon im Plan. Bitte dort den Wert ändern."))
    return as_stored(values)


def as_stored(values: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of the table, from the field names of the sheet."""
    kept = {name: values[name] for name in NEEDED}
    reserve = values.get("reserve")
    return {
        **kept,
        "school_types": queries.as_text(values.get("school_type")),
        "grade_from": values.get("grade_from") or "",
        "grade_to": values.get("grade_to") or "",
        "reserve": Decimal(0) if reserve is None else reserve,
    }
