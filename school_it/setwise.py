"""Many rows with few statements: insert, change, and leave the trace, for imports and syncs.

A row through the ORM costs ten to forty times as much. Rows are plain mappings with the columns of the table.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Table, bindparam, insert, update
from sqlalchemy.orm import Session

from school_it import audit
from school_it.access import Actor
from school_it.audit import Action, Batch
from school_it.changes import Change

CHUNK = 500


class Changed(NamedTuple):
    """A stored row and what becomes of it; `label` and `school_id` are for its trace."""

    ident: int
    fields: Mapping[str, Change]
    label: str
    school_id: int | None


def add(
    session: Session,
    table: Table,
    rows: Sequence[Mapping[str, Any]],
    *,
    action: Action,
    by: Actor,
    batch: Batch,
    label: Callable[[Mapping[str, Any]], str],
    school_id: Callable[[int, Mapping[str, Any]], int | None] = lambda _ident, row: row.get("school_id"),
) -> list[int]:
    """Insert `rows`, each with a trace of all its values. Returns their ids in the order of the rows."""
    if not rows:
        return []
    names = sorted({name for row in rows for name in row})
    full = [{name: row.get(name) for name in names} for row in rows]
    statement = insert(table).returning(table.c.id, sort_by_parameter_order=True)
    idents = [
        ident
        for start in range(0, len(full), CHUNK)
        for ident in session.scalars(statement, full[start : start + CHUNK])
    ]
    traces = [
        {
            "action": action,
            "object_type": table.name,
            "object_id": ident,
            "object_label": label(row),
            "school_id": school_id(ident, row),
            "changes": {name: [None, audit.plain(value)] for name, value in row.items() if value is not None},
        }
        for ident, row in zip(idents, rows, strict=True)
    ]
    audit.record_many(session, traces, by=by, batch=batch)
    return idents


def change(
    session: Session, table: Table, rows: Sequence[Changed], *, action: Action, by: Actor, batch: Batch
) -> None:
    """Write the new values, a statement for each set of fields, and the trace of before and after."""
    for names, together in _by_fields(rows).items():
        values: dict[str, Any] = {name: bindparam(f"to_{name}") for name in names}
        if "version" in table.c:
            values["version"] = table.c.version + 1
        statement = update(table).where(table.c.id == bindparam("ident")).values(values)
        session.connection().execute(
            statement,
            [
                {"ident": row.ident, **{f"to_{name}": row.fields[name].after for name in names}}
                for row in together
            ],
        )
    traces = [
        {
            "action": action,
            "object_type": table.name,
            "object_id": row.ident,
            "object_label": row.label,
            "school_id": row.school_id,
            "changes": {
                name: [audit.plain(one.before), audit.plain(one.after)] for name, one in row.fields.items()
            },
        }
        for row in rows
    ]
    audit.record_many(session, traces, by=by, batch=batch)


def _by_fields(rows: Iterable[Changed]) -> dict[tuple[str, ...], list[Changed]]:
    groups: dict[tuple[str, ...], list[Changed]] = defaultdict(list)
    for row in rows:
        groups[tuple(sorted(row.fields))].append(row)
    return groups
