"""Taking a batch back: all rows of the plan, or none.

On SQLite a writer keeps all others out, so the plan is made before the writing transaction, which asks only whether
anything has been written since. PostgreSQL locks rows, so there it all happens inside.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from school_it import audit
from school_it.access import Actor
from school_it.audit import Action, Batch
from school_it.database import Model, db, is_sqlite, transaction
from school_it.errors import N_, RuleBroken
from school_it.setwise import Lots, uncollected
from school_it.undo import planning as plans
from school_it.undo import references
from school_it.undo.planning import UndoPlan
from school_it.undo.tables import TABLES, Undoing
from school_it.undo.trail import Beside, Touched

KIND = "undo"
Told = Callable[[int, int], None]


def take_back(
    ident: int, *, by: Actor, expected: str | None = None, told: Told = lambda _done, _of: None
) -> UndoPlan:
    """Take the batch back as far as nothing stands against it; the plan that comes back has `made` where it is done.

    `expected` is the digest of the plan that the person has seen; `told` hears how many rows are done, of how many.
    Raises NotThere, NotAllowed, RuleBroken.
    """
    with uncollected():
        beforehand, newest = None, 0
        if is_sqlite(db.session()):
            db.session().rollback()
            newest = audit.newest(db.session())
            beforehand = _planned(db.session(), ident, by, expected)
        with transaction() as session:
            if beforehand is None or audit.newest(session) != newest:
                return undo(session, ident, by=by, expected=expected, told=told)
            return _undone(session, beforehand, by, told)


def undo(
    session: Session,
    ident: int,
    *,
    by: Actor,
    expected: str | None = None,
    told: Told = lambda _done, _of: None,
) -> UndoPlan:
    """The same inside the caller's transaction."""
    return _undone(session, _planned(session, ident, by, expected), by, told)


def _planned(session: Session, ident: int, by: Actor, expected: str | None) -> UndoPlan:
    plan = plans.plan(session, plans.get_batch(session, ident), by=by)
    if expected is not None and plan.digest != expected:
        raise RuleBroken(N_("Inzwischen hat sich etwas geändert. Bitte die neue Vorschau ansehen."))
    return plan


def _undone(session: Session, plan: UndoPlan, by: Actor, told: Told) -> UndoPlan:
    if not plan.undone:
        return plan
    batch = plan.batch
    plan.made = audit.begin_batch(session, KIND, by=by, title=batch.title, undoes_id=batch.id)
    plan.made.counts = {"rows": plan.rows, "undone": plan.undone, "conflict": len(plan.conflicts)}
    done, total = 0, sum(map(len, plan.back.values()))
    told(done, total)
    order = references.dependents_first(Model.metadata, plan.back)
    for table in order:
        _take_back(session, TABLES[table], plan)
        done += len(plan.back[table])
        told(done, total)
    _leave_traces(session, plan, plan.made, by)
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


def _leave_traces(session: Session, plan: UndoPlan, made: Batch, by: Actor) -> None:
    lots = Lots(session)
    for name, things in plan.back.items():
        for action, rows in (
            (Action.ROW_REMOVED, [_about(thing, thing.school_id) for thing in things if thing.made]),
            (Action.ROW_PUT_BACK, [row for thing in things if not thing.made for row in _put_back(thing)]),
        ):
            if rows:
                columns = {column: [row[column] for row in rows] for column in rows[0]}
                lots.entries(action, TABLES[name].table, columns, by=by, batch_id=made.id)
    _tell_beside(
        lots, [one for things in plan.back.values() for thing in things for one in thing.beside], made, by
    )
    lots.write(session)


def _tell_beside(lots: Lots, those: Sequence[Beside], made: Batch, by: Actor) -> None:
    for table in sorted({one.table for one in those} & TABLES.keys()):
        here = [one for one in those if one.table == table]
        columns: dict[str, Sequence[Any]] = {
            "object_id": [one.ident for one in here],
            "object_label": [one.label for one in here],
            "school_id": [one.school_id for one in here],
            "changes": [json.dumps(_swapped(one.changes)) for one in here],
        }
        lots.entries(Action.ROW_PUT_BACK, TABLES[table].table, columns, by=by, batch_id=made.id)


def _about(thing: Touched, school_id: int | None) -> dict[str, Any]:
    return {"object_id": thing.ident, "object_label": thing.label, "school_id": school_id}


def _put_back(thing: Touched) -> Sequence[dict[str, Any]]:
    """What the entries say of a person stands with that very person, so that each can be forgotten."""
    about = _about(thing, thing.before.get("school_id", thing.school_id))
    changes = json.dumps({name: [thing.after[name], value] for name, value in thing.before.items()})
    if not thing.personal:
        return [{**about, "changes": changes, "personal": None, "person_id": None}]
    return [
        {
            **about,
            "changes": "{}" if place else changes,
            "personal": json.dumps(_swapped(personal)),
            "person_id": person_id,
        }
        for place, (person_id, personal) in enumerate(reversed(thing.personal))
    ]


def _swapped(pairs: Mapping[str, Any]) -> dict[str, Any]:
    """``{field: [before, after]}`` the other way round."""
    return {name: list(reversed(pair)) for name, pair in pairs.items()}
