"""The worker is killed (kill -9) somewhere in a long import: all has happened or nothing, and the file goes in then."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from imports.models import Upload
from school_it.access import Actor, Role
from school_it.audit import Batch, Entry
from school_it.database import db, is_sqlite
from school_it.devices.models import Device, Handout
from school_it.jobs import Job, State
from school_it.jobs.queue import Queue
from school_it.jobs.worker import end_interrupted
from school_it.schools.models import Room
from tests.conftest import add_school, empty_database
from tests.imports.test_import_pages import bring
from tests.live import ROOT, environment

ROWS = 3000
LENT = ROWS // 4
HEADERS = "Inventarnummer;Seriennummer;Hersteller;Modell;Geräteart;Schulnummer;Raum;Entleiher\n"
LIST = HEADERS + "".join(
    f"A-{n:05d};S{n:05d};Beispiel;Pad {n % 9};Tablet;115514;{n % 50};{'Frau Beispiel' if n % 4 == 0 else ''}\n"
    for n in range(ROWS)
)
BY_TIME = (0.05, 0.3, 0.55, 0.8, 0.95)
"""Parts of the measured length of an import after which it is killed."""
BY_ROW = (0, 2000, ROWS)
"""Rows written, after which it is killed: the last time with all rows in and nothing committed."""

WRITING = "%(done)s von %(of)s Zeilen"
CHILD = """
import sys
from app import create_app
from school_it.jobs import work

def progress(_work, done, of=None, sentence=None):
    if sentence.text == {writing!r}:
        print("wrote", done, flush=True)
        if done == {stop}:
            sys.stdin.readline()  # the end comes from outside

work.Work.progress = progress
doing = work._do

def begun(*job):  # once the worker has taken it: before that it only waits
    print("begin", flush=True)
    doing(*job)

work._do = begun
app = create_app({{"HOME": {home!r}, "DATABASE_URL": {url!r}, "SECRET_KEY": "x" * 40}})
work.run(app, {number})
print("end", flush=True)
"""


@dataclass
class Run:
    """One worker with one job in a process of its own."""

    app: Flask
    number: int
    stop: int = -1
    begun: float = 0.0
    process: subprocess.Popen[str] = field(init=False)

    def __enter__(self) -> Run:
        url = str(db.engine.url.render_as_string(hide_password=False))
        home = self.app.config["SCHOOL_IT"].home
        program = CHILD.format(home=str(home), url=url, number=self.number, stop=self.stop, writing=WRITING)
        self.process = subprocess.Popen(
            [sys.executable, "-c", program], env=environment(home), cwd=ROOT, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        self.wait_for("begin")
        self.begun = time.monotonic()
        return self

    def __exit__(self, *_error: object) -> None:
        self.process.kill()
        self.process.communicate()

    def wait_for(self, line: str) -> None:
        assert self.process.stdout is not None
        for said in self.process.stdout:
            if said.strip() == line:
                return
        raise AssertionError(f"the worker never said »{line}«")

    def killed_after(self, seconds: float) -> None:
        time.sleep(max(0.0, self.begun + seconds - time.monotonic()))
        self.process.kill()
        self.process.wait()

    def killed_at_row(self, row: int) -> None:
        self.wait_for(f"wrote {row}")
        self.process.kill()
        self.process.wait()


@dataclass
class Town:
    """An empty town with one school, somebody who is signed in, and their list that waits."""

    app: Flask
    session: Session
    sign_in_as: Callable[..., FlaskClient]
    house: Actor

    def begin(self) -> None:
        self.session.rollback()
        empty_database()
        self.session.expire_all()
        add_school(self.house, "115514", "Grundschule Am Beispielweg")
        self.admin = self.sign_in_as(Role.ADMIN)
        self.preview = bring(self.admin, LIST, kind="devices")

    def put_down(self) -> int:
        return int(self.admin.post(self.preview + "/apply").headers["Location"].rsplit("/", 1)[1])


@pytest.fixture
def town(
    app: Flask,
    session: Session,
    house: Actor,
    sign_in_as: Callable[..., FlaskClient],
    monkeypatch: pytest.MonkeyPatch,
) -> Town:
    """A town whose jobs only a worker outside does."""
    monkeypatch.setattr(Queue, "put", lambda _queue, _number: None)
    made = Town(app, session, sign_in_as, house)
    made.begin()
    return made


def counts(session: Session) -> tuple[int, ...]:
    """What an import writes: devices, hand-outs, rooms, batches, entries about them, what the search finds."""
    session.rollback()
    found = [
        session.scalar(select(func.count()).select_from(table)) or 0
        for table in (Device, Handout, Room, Batch)
    ]
    entries = select(func.count()).select_from(Entry).where(Entry.batch_id.is_not(None))
    found.append(session.scalar(entries) or 0)
    if is_sqlite(session):
        found.append(
            session.scalar(text("SELECT count(*) FROM device_search WHERE search MATCH '\"a-0\"'")) or 0
        )
    else:
        found.append(session.scalar(select(func.count()).where(Device.search.contains("a-0"))) or 0)
    return tuple(found)


NOTHING = (0, 0, 0, 0, 0, 0)
ALL = (ROWS, LENT, 50, 1, ROWS + LENT + 50 + 1, ROWS)


def test_whenever_it_is_killed_all_of_it_has_happened_or_nothing(town: Town) -> None:
    length = _to_the_end(town)
    for part in BY_TIME:
        if counts(town.session) == ALL:
            town.begin()
        with Run(town.app, town.put_down()) as run:
            run.killed_after(length * part)
        _all_or_nothing(town)
    for row in BY_ROW:
        if counts(town.session) == ALL:
            town.begin()
        with Run(town.app, town.put_down(), stop=row) as run:
            run.killed_at_row(row)
        assert counts(town.session) == NOTHING, f"killed after {row} rows"
        _all_or_nothing(town)
    _to_the_end(town)


def _to_the_end(town: Town) -> float:
    """Nobody kills it; returns how long it took."""
    with Run(town.app, town.put_down()) as run:
        run.wait_for("end")
        length = time.monotonic() - run.begun
    assert counts(town.session) == ALL
    return length


def _all_or_nothing(town: Town) -> None:
    found = counts(town.session)
    assert found in (NOTHING, ALL)
    if found == NOTHING:
        end_interrupted()
        town.session.expire_all()
        job = town.session.scalars(select(Job).order_by(Job.id.desc())).first()
        upload = town.session.scalars(select(Upload)).one()
        assert job is not None
        assert (job.state, upload.state) == (State.FAILED, "preview")
        page = town.admin.get(town.preview).get_data(as_text=True)
        assert "weil das Programm angehalten wurde" in page
    if is_sqlite(town.session):
        assert town.session.scalar(text("PRAGMA integrity_check")) == "ok"
