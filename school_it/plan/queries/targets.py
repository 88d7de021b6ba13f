"""Finding targets. The plan is the whole town's: whoever may see it sees all of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from school_it.access import Actor, May
from school_it.devices.rules import ItemClass
from school_it.errors import N_, NotThere
from school_it.plan import rules
from school_it.plan.models import Target, types_of
from school_it.plan.rules import Standing
from school_it.plan.rules.need import Aim
from school_it.schools.rules import SchoolType

Key = tuple[Any, ...]


@dataclass(frozen=True)
class Wish:
    """What the page is narrowed to."""

    plan: str | None = None
    school_type: SchoolType | None = None
    item_class: ItemClass | None = None
    all_of_time: bool = False


@dataclass(frozen=True)
class Ruled:
    """A target and whether it holds today."""

    target: Target
    standing: Standing


def ruled(session: Session, wish: Wish, on: date) -> list[Ruled]:
    """By plan, the newest first, then by class; those replaced only where `all_of_time` is wished."""
    targets = session.scalars(select(Target).order_by(Target.valid_from.desc(), Target.id)).all()
    begins: dict[tuple[str, ...], list[date]] = defaultdict(list)
    plan_begins: dict[str, date] = {}
    for target in targets:  # the latest beginning first
        begins[target.family].append(target.valid_from)
        plan_begins[target.plan] = target.valid_from
    found = []
    for one in targets:
        later = [day for day in plan_begins.values() if day > plan_begins[one.plan]]
        found.append(Ruled(one, rules.standing(one.valid_from, begins[one.family], later, on)))
    order = {one: place for place, one in enumerate(ItemClass)}
    shown = [one for one in found if _fits(one, wish)]
    return sorted(
        shown,
        key=lambda one: (
            -plan_begins[one.target.plan].toordinal(), one.target.plan, order[one.target.item_class],
            one.target.school_types, rules.grade_rank(one.target.grade_from) or 0, -one.target.valid_from.toordinal(),
        ),
    )  # fmt: skip


def _fits(one: Ruled, wish: Wish) -> bool:
    target = one.target
    return (
        wish.plan in (None, target.plan)
        and wish.item_class in (None, target.item_class)
        and (wish.school_type is None or not target.types or wish.school_type in target.types)
        and (wish.all_of_time or one.standing is not Standing.REPLACED)
    )


def plans(session: Session) -> list[str]:
    return list(session.scalars(select(Target.plan).distinct().order_by(Target.plan)))


def get_target(session: Session, ident: int, *, seen_by: Actor, may: May = May.SEE_PLAN) -> Target:
    found = session.get(Target, ident)
    if found is None or not seen_by.may(may):
        raise NotThere(N_("Dieses Ausstattungsziel gibt es hier nicht."))
    return found


def key_of(values: Mapping[str, Any]) -> Key:
    """The key of a target by the field names of the sheet; the order of school types does not count."""
    return (
        values["plan"], values["item_class"], values["basis"], values["valid_from"],
        rules.in_order(values.get("school_type") or ()), values.get("grade_from") or "", values.get("grade_to") or "",
    )  # fmt: skip


def stored(session: Session, plan_names: Iterable[str]) -> dict[Key, tuple[int, dict[str, Any]]]:
    """The targets of these plans by their key: id, and values by the field names of the sheet."""
    wanted = select(Target).where(Target.plan.in_(sorted(set(plan_names))))
    rows = ((one.id, values_of(one)) for one in session.scalars(wanted))
    return {key_of(values): (ident, values) for ident, values in rows}


def values_of(target: Target) -> dict[str, Any]:
    return {
        "plan": target.plan, "school_type": types_of(target.school_types) or None,
        "grade_from": target.grade_from or None, "grade_to": target.grade_to or None, "item_class": target.item_class,
        "basis": target.basis, "value": target.value, "reserve": target.reserve, "valid_from": target.valid_from,
    }  # fmt: skip


def rows_for_sheet(session: Session) -> list[dict[str, Any]]:
    """Targets by the field names of their sheet."""
    wanted = select(Target).order_by(
        Target.plan, Target.valid_from, Target.item_class, Target.school_types, Target.id
    )
    return [values_of(one) for one in session.scalars(wanted)]


def as_text(types: Sequence[SchoolType] | None) -> str:
    """School types as their column holds them."""
    return " ".join(rules.in_order(types or ()))


def aims_on(session: Session, on: date) -> tuple[str | None, list[Aim]]:
    """The name of the plan that holds on a day, and its targets on that day."""
    holding = [
        one.target for one in ruled(session, Wish(all_of_time=True), on) if one.standing is Standing.HOLDS
    ]
    name = holding[0].plan if holding else None
    return name, [
        Aim(
            one.id, one.item_class, one.basis, one.value, one.reserve, one.types, one.grade_from, one.grade_to
        )
        for one in holding
        if one.plan == name
    ]  # fmt: skip
