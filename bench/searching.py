"""P15: a search among a million, common words included, against reading the whole table."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing

from sqlalchemy import select
from sqlalchemy.orm import Session

from bench import towns
from bench.measuring import Result, compare, own_cpu
from school_it import access
from school_it.access import Actor
from school_it.database import db
from school_it.devices import listing
from school_it.devices.models import Device

SCAN = """SELECT id, asset_tag FROM devices WHERE asset_tag LIKE :like OR serial_number LIKE :like
    OR manufacturer LIKE :like OR model LIKE :like ORDER BY tag_folded LIMIT 50"""
NO_HIT = "qzxqzx"
COMMON = (
    "Tannwerk",
    "Slate 11",
    "Nordlicht Slate",
    "Notebook",
    "199485",
    "199",
    "000",
    "-00",
    "T14 Lehrer",
    "Klasse",
)
RARE = (NO_HIT, "qzx", "Müller", "Wall 200")


def p15(most: int) -> Iterator[Result]:
    for devices in (size for size in (100_000, 1_000_000) if size <= most):
        town = towns.of(devices)
        with town.app().app_context(), closing(sqlite3.connect(town.database)) as raw:
            for term in (*COMMON, *RARE, *_numbers(db.session())):
                yield _one(db.session(), raw, term, devices)


def _one(session: Session, raw: sqlite3.Connection, term: str, devices: int) -> Result:
    by = access.house("bench")
    return compare(
        "P15", f"»{term}« among {devices:,} ÷ LIKE over four columns", 0.15,
        lambda: own_cpu(lambda: _search(session, term, by), 3),
        lambda: own_cpu(lambda: raw.execute(SCAN, {"like": f"%{NO_HIT}%"}).fetchall()), rounds=3,
    )  # fmt: skip


def _search(session: Session, term: str, by: Actor) -> None:
    """What the list page does for a search: how frequent it is, the first fifty rows, the capped count."""
    wanted = listing.wish({"q": term})
    found = listing.matches(session, wanted, seen_by=by)
    listing.slice_of(session, wanted, found)
    listing.count(session, found)
    session.rollback()


def _numbers(session: Session) -> Iterator[str]:
    """The whole and pieces of the numbers of one device."""
    tag, serial = session.execute(
        select(Device.asset_tag, Device.serial_number).where(Device.id == 777)
    ).one()
    session.rollback()
    yield from (tag, tag[3:], tag[-4:], serial, serial[2:7], serial[-5:], serial[-3:])
