"""Taking a batch back, in the caller's transaction: all rows of the plan, or none."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sqlalchemy.orm import Session

from school_it import audit
from school_it.access import Actor
from school_it.audit import Action
from school_it.database import Model
from school_it.errors import N_, RuleBroken
from school_it.undo import planning as plans
from school_it.undo import references
from school_it.undo.planning import UndoPlan
from school_it.undo.tables import TABLES, Undoing
from school_it.undo.trail import Touched

KIND = "undo"
Told = Callable[[int, int], None]


def undo(
    session: Session,
    ident: int,
    *,
    by: Actor,
    expected: str | None = None,
    told: Told = lambda _done, _of: None,
) -> UndoPlan:
    """Take the batch back as far as nothing stands against it; the plan that comes back has `made` where it is done.

    `expected` is the digest of the plan that the person has seen; `told` hears how many rows are done, of how many.
    Raises NotThere, NotAllowed, RuleBroken.
    """
    batch = plans.get_batch(session, ident)
    plan = plans.plan(session, batch, by=by)
    if expected is not None and plan.digest != expected:
        raise RuleBroken(N_("Inzwischen hat sich etwas geändert. Bitte die neue Vorschau ansehen."))
    if not plan.undone:
        return plan
    plan.made = audit.begin_batch(session, KIND, by=by, title=batch.title, undoes_id=batch.id)
    plan.made.counts = {"rows": plan.rows, "undone": plan.undone, "conflict": len(plan.conflicts)}
    done, total = 0, sum(map(len, plan.back.values()))
    told(done, total)
    order = references.dependents_first(Model.metadata, plan.back)
    for table in order:
        _take_back(session, TABLES[table], plan)
        done += len(plan.back[table])
        told(done, total)
    audit.record_many(session, list(_traces(plan)), by=by, batch=plan.made)
    for table in order:
        TABLES[table].finish(session, batch, [thing for thing in plan.back[table] if thing.made])
    audit.record(
        session,
        Action.BATCH_TAKEN_BACK,
        None,
        by=by,
        batch=plan.made,
        undoes=batch.id,
        counts=plan.made.counts,
    )
    session.expire_all()
    return plan


def _take_back(session: Session, rule: Undoing, plan: UndoPlan) -> None:
    """Rows that go make room for the values that come back."""
    things = plan.back[rule.table.name]
    rule.remove(session, [thing for thing in things if thing.made])
    rule.put_back(session, [thing for thing in things if not thing.made], plan.values[rule.table.name])


def _traces(plan: UndoPlan) -> Iterator[dict[str, Any]]:
    for things in plan.back.values():
        for thing in things:
            yield from _traces_of(thing)


def _traces_of(thing: Touched) -> Iterator[dict[str, Any]]:
    """The entries about a row that goes back. What they say of a person stands with that very person."""
    if thing.made:
        yield {**_about(thing), "action": Action.ROW_REMOVED}
        return
    told: list[tuple[int | None, Any]] = [
        (person_id, swapped(personal)) for person_id, personal in reversed(thing.personal)
    ]
    changes = {name: [thing.after[name], value] for name, value in thing.before.items()}
    for place, (person_id, personal) in enumerate(told or [(None, None)]):
        yield {
            **_about(thing),
            "action": Action.ROW_PUT_BACK,
            "changes": {} if place else changes,
            "personal": personal,
            "person_id": person_id,
        }


def _about(thing: Touched) -> dict[str, Any]:
    return {
        "object_type": thing.table,
        "object_id": thing.ident,
        "object_label": thing.label,
        "school_id": thing.school_id if thing.made else thing.before.get("school_id", thing.school_id),
    }


def swapped(pairs: Mapping[str, Any]) -> dict[str, Any]:
    """``{field: [before, after]}`` the other way round."""
    return {name: list(reversed(pair)) for name, pair in pairs.items()}
