"""The pages of the development plan in a large city against those of a town."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

from sqlalchemy import select, update

from bench import towns
from bench.measuring import Result, compare
from bench.server import Served, Visitor
from bench.towns import Town
from school_it import access, audit, school_year
from school_it.database import db, today, transaction
from school_it.devices.models import Device
from school_it.schools.intake import FiguresIntake, SchoolIntake
from school_it.schools.models import School
from school_it.schools.rules import SchoolType
from school_it.sheets import Row

FEW, MANY, SCHOOLS = 3_000, 100_000, 300
PAGES = ("/plan", "/plan/gap", "/plan/budget")
TIMES = 10


def plan(_most: int) -> Iterator[Result]:
    """300 schools with 100,000 devices ÷ 11 schools with 3,000; and the seconds of the first."""
    with Served(towns.of(FEW)) as small, Served(_city()) as large:
        for path in PAGES:
            yield compare(
                "PLAN", f"{path}, {SCHOOLS} schools, {MANY:,} devices ÷ 11, {FEW:,}", 10 if path == PAGES[0] else None,
                lambda p=path: _cpu(large, p), lambda p=path: _cpu(small, p),
            )  # fmt: skip
        seconds = _cpu(large, PAGES[0])
        yield Result(
            "PLAN", f"{PAGES[0]} of {SCHOOLS} schools ÷ one second", seconds, 1, f"{seconds * 1000:.0f} ms"
        )


def _cpu(served: Served, path: str) -> float:
    """A fresh connection: the server ends one on which nothing happens while the other side is measured."""
    return Visitor(served, "amt").cpu(path, TIMES)


def _city() -> Town:
    """The town of 100,000 devices with as many schools as a large city has; the devices are dealt out among them."""
    base = towns.of(MANY)
    city = Town(MANY, base.home.with_name(f"{base.home.name}-{SCHOOLS}-schools"))
    ready = city.home / "ready"
    if not ready.exists():
        city.home.mkdir(parents=True, exist_ok=True)
        for left in city.home.glob("town.db*"):
            left.unlink()
        shutil.copy(base.database, city.database)
        with city.app().app_context():
            _found_schools()
            db.session.remove()
            db.engine.dispose()
        ready.touch()
    return city


def _found_schools() -> None:
    by, kinds = access.house("bench"), (SchoolType.G, SchoolType.G, SchoolType.GE, SchoolType.GY)
    year = school_year.school_year(today())
    with transaction() as session:
        batch = audit.begin_batch(session, "bench", by=by)
        known = len(session.scalars(select(School.id)).all())
        numbers = [f"{150000 + number}" for number in range(SCHOOLS - known)]
        schools = [
            {"school_number": number, "name": f"Schule {number}", "school_type": kinds[place % len(kinds)],
             "social_index": place % 9 + 1}
            for place, number in enumerate(numbers)
        ]  # fmt: skip
        figures = [
            {"school_number": number, "school_year": year, "pupils": 300 + place, "teachers": 25, "rooms": 20}
            for place, number in enumerate(numbers)
        ]
        SchoolIntake().write(session, _rows(schools), [], by=by, batch=batch)
        FiguresIntake().write(session, _rows(figures), [], by=by, batch=batch)
        idents = session.scalars(select(School.id).order_by(School.id)).all()
        for place, ident in enumerate(idents):
            dealt = update(Device).where(Device.id % len(idents) == place).values(school_id=ident)
            session.execute(dealt.execution_options(synchronize_session=False))


def _rows(values: list[dict[str, object]]) -> list[Row]:
    return [Row(number, one) for number, one in enumerate(values, 1)]
