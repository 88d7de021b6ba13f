"""P16: a bulk edit of a thousand devices against the bare writing of the same rows and their audit entries."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from itertools import count

from sqlalchemy import event, select

from bench import towns
from bench.measuring import Result, compare, own_cpu
from school_it import access
from school_it.database import db, now, transaction
from school_it.devices import bulk
from school_it.devices.models import Device

LARGE, DEVICES = 100_000, 1000
SELECT = "SELECT id, asset_tag, school_id, supplier, remark FROM devices WHERE id IN (?)"
UPDATE = "UPDATE devices SET supplier = ?, remark = ?, version = version + 1 WHERE id = ?"
ENTRY = """INSERT INTO audit_entries
    (at, actor_name, via, action, object_type, object_id, object_label, school_id, changes, facts)
    VALUES (?, 'bench', 'bench', 'device.changed', 'devices', ?, ?, ?, ?, '{}')"""


def p16(_most: int) -> Iterator[Result]:
    town = towns.of(LARGE)
    turns = count(1)
    with town.app().app_context(), closing(sqlite3.connect(town.database, isolation_level=None)) as raw:
        raw.execute("PRAGMA synchronous=FULL")
        idents = list(db.session.scalars(select(Device.id).order_by(Device.tag_folded).limit(DEVICES)))
        db.session.rollback()
        yield compare(
            "P16", f"bulk edit of {DEVICES:,} ÷ executemany + audit", 3,
            lambda: own_cpu(lambda: _edit(idents, next(turns))),
            lambda: own_cpu(lambda: _raw(raw, idents, next(turns))),
        )  # fmt: skip
        few, many = _statements(idents[: DEVICES // 2], next(turns)), _statements(idents, next(turns))
        yield Result(
            "P16", "statements for 1,000 ÷ for 500 devices", many / few, 2, f"{many} ÷ {few} statements"
        )


def _edit(idents: list[int], turn: int) -> None:
    with transaction() as session:
        values = {"supplier": f"Händler {turn}", "remark": f"Durchgang {turn}"}
        made = bulk.edit_many(session, idents, values, by=access.house("bench"))
        assert len(made.edits) + len(made.skipped) == len(idents)  # noqa: S101  nothing may be the same already


def _raw(raw: sqlite3.Connection, idents: list[int], turn: int) -> None:
    raw.execute("BEGIN IMMEDIATE")
    wanted = SELECT.replace("?", ",".join("?" * len(idents)))
    rows = raw.execute(wanted, idents).fetchall()
    supplier, remark, at = f"Händler {turn}", f"Durchgang {turn}", now().replace(tzinfo=None).isoformat(" ")
    raw.executemany(UPDATE, [(supplier, remark, row[0]) for row in rows])
    raw.executemany(
        ENTRY,
        [
            (
                at,
                row[0],
                row[1],
                row[2],
                json.dumps({"supplier": [row[3], supplier], "remark": [row[4], remark]}),
            )
            for row in rows
        ],
    )
    raw.execute("COMMIT")


def _statements(idents: list[int], turn: int) -> int:
    seen: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *told: seen.append(told[2]))
    _edit(idents, turn)
    return len(seen)
