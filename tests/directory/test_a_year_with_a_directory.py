"""One town in four layouts: the first night, the next night, an ordinary day, the next school year.

Behaviours of a school sync shown here: everybody arrives (1), nothing changes without a reason (2), names, sign-ins,
classes and schools change and the person stays (27, 28, 29, 31, 32), a school year passes (23, 30), sign-ins and
addresses are given out again (42, 46).
"""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from school_it import audit
from school_it.database import transaction
from school_it.people.models import Person, PersonState
from school_it.schools.models import School
from tests.directory.slapd import LAYOUTS
from tests.directory.syncing import sync
from tests.directory.test_reading_the_directory import accounts
from tests.directory.town import Resident
from tests.directory.windows import SHORT_NAMES
from tests.directory.years import Later

pytestmark = pytest.mark.directory


@pytest.fixture(params=LAYOUTS)
def layout(request: pytest.FixtureRequest, schools: list[School]) -> str:
    """One of the four; linuxmuster has short names for the schools."""
    if request.param == "sophomorix":
        with transaction() as session:
            for school, name in zip(schools, SHORT_NAMES.values(), strict=True):
                session.merge(school).directory_name = name
    return str(request.param)


def counted(told: dict[str, Any]) -> tuple[int, ...]:
    return tuple(told[name] for name in ("new", "changed", "same", "left", "returned", "problem"))


def by_id(session: Session) -> dict[str, int]:
    rows = session.execute(select(Person.stable_id, Person.id))
    return {row.stable_id: row.id for row in rows}


def test_a_town_comes_in_and_follows_a_day_and_a_school_year(
    app: Flask, session: Session, settings: Any, townspeople: list[Resident], next_day: Later,
    next_year: Later, layout: str,
) -> None:  # fmt: skip
    everybody = accounts(townspeople, layout)
    settings.at(f"o={layout}", layout)
    assert counted(sync(app)) == (everybody, 0, 0, 0, 0, 0)
    known, trail = by_id(session), session.scalar(select(func.count()).select_from(audit.Entry))
    assert counted(sync(app)) == (0, 0, everybody, 0, 0, 0)
    assert session.scalar(select(func.count()).select_from(audit.Entry)) == trail

    settings.at(f"o={layout}-day", layout)
    told = sync(app)
    second_accounts = 2 if layout == "sophomorix" else 0
    assert (told["new"], told["left"]) == (len(next_day.joined) + second_accounts, len(next_day.left))
    assert told["changed"] == len(next_day.changed) - second_accounts
    later = by_id(session)
    assert {ident: later[ident] for ident in known} == known

    settings.at(f"o={layout}", layout)
    back = sync(app)
    assert back["returned"] == len(next_day.left)
    assert back["left"] == len(next_day.joined) + second_accounts

    settings.at(f"o={layout}-year", layout)
    refused = sync(app, "--dry-run", code=3)
    assert refused["left"] == len(next_year.left) > everybody // 20
    applied = sync(app, "--force")
    assert (applied["new"], applied["left"]) == (len(next_year.joined), len(next_year.left))
    assert applied["changed"] == len(next_year.changed)
    assert {ident: by_id(session)[ident] for ident in known} == known


def test_a_leavers_sign_in_given_to_somebody_new_makes_two_people(
    app: Flask, session: Session, settings: Any, next_year: Later, layout: str
) -> None:
    settings.at(f"o={layout}", layout)
    sync(app)
    settings.at(f"o={layout}-year", layout)
    sync(app, "--force")
    recycled = [one for one in next_year.everybody if one.id and one.stable_id in next_year.joined]
    assert len(recycled) == 2
    for one in recycled:
        named = select(Person).where(Person.username == one.person.username).order_by(Person.state)
        active, left = session.scalars(named)
        assert (active.state, left.state) == (PersonState.ACTIVE, PersonState.LEFT)
        assert (active.stable_id, active.record_id) == (one.stable_id, one.person.record_id)
        assert left.record_id != active.record_id
