"""Towns of a thousand, a hundred thousand, a million devices: made once, kept in the temporary folder.

A small town comes from the house's own demo; the other devices through the house's own intake, in chunks.
"""

from __future__ import annotations

import hashlib
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.schema import CreateTable

from app import create_app
from school_it import access, audit
from school_it.database import db, transaction
from school_it.demo import places, purchases, town
from school_it.devices.intake import DeviceIntake
from school_it.devices.rules import Use
from school_it.people.models import Person
from school_it.schools.models import School
from school_it.sheets import Row

CHUNK = 20_000
FIRST = 1000
MAKING = 1  # counts up whenever a town is made differently
ALL_OF_A_COMPUTER = 1.357  # devices in the demo's town for each computer in it
FOLDER = Path(tempfile.gettempdir()) / "school-it-bench"
KEY = "only for measuring, never for signing in"


@dataclass(frozen=True)
class Town:
    """A folder with the database of a town of about `devices` devices."""

    devices: int
    home: Path

    @property
    def database(self) -> Path:
        return self.home / "town.db"

    def app(self, **more: Any) -> Flask:
        return create_app(
            {
                "HOME": str(self.home),
                "DATABASE_URL": f"sqlite:///{self.database}",
                "SECRET_KEY": KEY,
                "IDLE_MINUTES": 600,
                **more,
            }
        )


@cache
def of(devices: int) -> Town:
    """The town, made where it is not there yet or where the tables have changed since."""
    made = Town(devices, FOLDER / f"{devices}-{_tables()}")
    ready = made.home / "ready"
    if not ready.exists():
        print(f"making a town of {devices:,} devices in {made.home}", file=sys.stderr)
        _clear(made)
        with made.app().app_context():
            _make(devices)
            db.session.remove()
            db.engine.dispose()
        ready.touch()
    return made


def _tables() -> str:
    texts = sorted(str(CreateTable(table)) for table in db.metadata.sorted_tables)
    return hashlib.sha256(f"{MAKING}{texts}".encode()).hexdigest()[:10]


def _clear(made: Town) -> None:
    made.home.mkdir(parents=True, exist_ok=True)
    for left in made.home.glob("town.db*"):
        left.unlink()


def _make(devices: int) -> None:
    db.create_all()
    by = access.house("bench")
    first = min(devices, FIRST)
    people = min(2 * devices, 20_000)
    town.build(town.Size(devices=round(first / ALL_OF_A_COMPUTER), people=people), by=by)
    for begin in range(first, devices, CHUNK):
        with transaction() as session:
            batch = audit.begin_batch(session, "bench", by=by)
            rows = list(_rows(session, begin, min(CHUNK, devices - begin)))
            DeviceIntake().write(session, rows, [], by=by, batch=batch)


def _rows(session: Session, begin: int, count: int) -> Iterator[Row]:
    """`count` devices like those of the demo, with numbers of their own; some are lent to people by name."""
    chance, computers = Random(begin), round(count / ALL_OF_A_COMPUTER) + 50  # noqa: S311  the same town every time
    made = purchases.device_rows(places.SCHOOLS, _rooms(), computers, chance)
    chance.shuffle(made)
    names = _names(session)
    for place, row in enumerate(made[:count]):
        number = begin + place + 1
        values = row.values
        values["asset_tag"] = f"{values['school_number']}-{number:07d}"
        if values["serial_number"]:
            values["serial_number"] = f"{values['serial_number'][:4]}{number * 2654435761 % 16**8:08X}"
        people = names.get(values["school_number"])
        if people and values["use"] in (Use.TEACHER, Use.LOAN) and place % 10:
            values["holder"] = people[number % len(people)]
        yield Row(place + 1, values)


@cache
def _rooms() -> list[Row]:
    return places.room_rows(places.SCHOOLS)


def _names(session: Session) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    wanted = select(School.school_number, Person.given_name, Person.family_name).join(Person.school)
    for number, given, family in session.execute(wanted.order_by(Person.id)):
        found.setdefault(number, []).append(f"{given} {family}")
    return found
