"""Targets from a file: what is known of them, what is wrong with a row, and writing it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from school_it import setwise
from school_it.access import Actor
from school_it.audit import Action, Batch
from school_it.changes import Change
from school_it.database import table_of
from school_it.devices.rules import ITEM_CLASSES
from school_it.plan import actions, queries, rules
from school_it.plan.models import Target, label
from school_it.plan.sheet import TARGETS
from school_it.setwise import Changed, Intake, Known
from school_it.sheets import Problem, Reading, Row


class TargetIntake(Intake):
    """Rows of the sheet `targets`."""

    def check(self, session: Session, reading: Reading, *, by: Actor) -> Iterator[Problem]:
        yield from setwise.misfits(reading, {**Target.__table__.c})
        for row in reading.rows:
            wrong = rules.what_is_wrong(row.values)
            if wrong is not None:
                name, sentence = wrong
                shown = TARGETS.column(name).type.show(row.values[name])
                yield Problem(row.number, reading.header_of(name), shown, sentence)

    def known(self, session: Session, rows: Sequence[Row]) -> Known:
        stored = queries.stored(session, (row.values["plan"] for row in rows))
        return {row.number: stored[key] for row in rows if (key := queries.key_of(row.values)) in stored}

    def write(
        self, session: Session, new: Sequence[Row], changed: Sequence[Changed], *, by: Actor, batch: Batch
    ) -> None:
        table = table_of(Target)
        rows = [{"version": 1, **actions.as_stored(row.values)} for row in new]
        setwise.add(
            session, table, rows, action=Action.TARGET_ADDED, by=by, batch=batch,
            label=lambda row: label(row["plan"], row["item_class"], row["school_types"]),
        )  # fmt: skip
        changes = [_without_none(one) for one in changed]
        setwise.change(session, table, changes, action=Action.TARGET_CHANGED, by=by, batch=batch)

    def label(self, values: Mapping[str, Any]) -> str:
        group = values.get("item_class")
        types = ", ".join(values.get("school_type") or ())
        return " ".join(filter(None, (values.get("plan"), ITEM_CLASSES[group] if group else "", types)))


def _without_none(one: Changed) -> Changed:
    """A reserve that is cleared is none: 0. What else can change is the value; the rest is the key."""
    fields = dict(one.fields)
    if "reserve" in fields and fields["reserve"].after is None:
        fields["reserve"] = Change(fields["reserve"].before, Decimal(0))
    return one._replace(fields=fields)
