"""A run that is killed while it writes leaves the database as it was; the next one does all of it (56, 57)."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from school_it import audit
from school_it.people.models import Membership, Person, SyncRun
from school_it.people.rules import RunOutcome
from school_it.schools.models import School
from tests.directory.syncing import sync
from tests.directory.town import Resident
from tests.directory.years import Later

pytestmark = pytest.mark.directory

SLOWLY = """
import json, sys, time
from app import create_app
from school_it import access
from school_it.people import actions

def told(*args, **values):
    found = write(*args, **values)
    print("some", flush=True)
    time.sleep(0.03)
    return found

write, actions._write_some, actions.CHUNK = actions._write_some, told, 50
app = create_app(json.loads(sys.argv[1]))
with app.app_context():
    actions.sync_directory(app.config["SCHOOL_IT"], dry_run=False, force=True, by=access.house("test"))
    print("done", flush=True)
"""
"""A sync that says so after every fifty people and waits a moment."""


def state(session: Session) -> tuple[Any, ...]:
    """Everything a sync of people may write, but for the record of the run itself."""
    session.rollback()
    people = session.execute(select(*Person.__table__.c).order_by(Person.id)).all()
    places = session.execute(select(*Membership.__table__.c).order_by(*Membership.__table__.c)).all()
    return people, places, session.scalar(select(func.count()).select_from(audit.Entry))


def killed(app: Flask, *, after: int, pause: float) -> None:
    values = {name: value for name, value in app.config["SCHOOL_IT"]._values.items() if name != "DIRECTORIES"}
    command = [sys.executable, "-c", SLOWLY, json.dumps(values)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        for _n in range(after):
            assert process.stdout.readline() == "some\n"
        time.sleep(pause)
        process.send_signal(signal.SIGKILL)
        assert "done" not in process.stdout.read()
    assert process.returncode == -signal.SIGKILL


def test_a_first_sync_killed_at_any_moment_leaves_nobody_and_the_next_brings_everybody(
    app: Flask, session: Session, schools: list[School], settings: Any, townspeople: list[Resident]
) -> None:
    settings.at("o=inetorg", "inetorg")
    before = state(session)
    chance = random.Random(time.time_ns())
    for after in (1, chance.randint(2, 13), 14):
        killed(app, after=after, pause=chance.random() * 0.03)
        assert state(session) == before
    assert sync(app)["new"] == len(townspeople)
    outcomes = session.scalars(select(SyncRun.outcome).order_by(SyncRun.id)).all()
    assert outcomes == [RunOutcome.BROKEN_OFF] * 3 + [RunOutcome.APPLIED]


def test_a_new_school_year_killed_in_the_middle_is_the_old_year_still(
    app: Flask, session: Session, schools: list[School], settings: Any, next_year: Later
) -> None:
    settings.at("o=inetorg", "inetorg")
    sync(app)
    settings.at("o=inetorg-year", "inetorg")
    before = state(session)
    killed(app, after=random.Random(time.time_ns()).randint(1, 8), pause=0.01)
    assert state(session) == before
    told = sync(app, "--force")
    assert (told["left"], told["new"]) == (len(next_year.left), len(next_year.joined))
