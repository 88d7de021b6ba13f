"""Two at once, and a process that dies: a batch is taken back once and as a whole, or not at all."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from school_it import undo
from school_it.access import Actor
from school_it.audit import Batch
from school_it.database import db, transaction
from school_it.devices import loans
from school_it.devices.models import Device
from school_it.errors import SchoolItError, Stale
from school_it.people.models import Person
from tests.undo.conftest import Undone, picture

Bring = Callable[..., int]
TakeBack = Callable[..., Undone]
ROOT = Path(__file__).resolve().parents[2]
ROWS = "".join(f"A-{number};S{number};Tablet;115514;R{number % 7}\n" for number in range(40))
DEVICES = f"Inventarnummer;Seriennummer;Geräteart;Schulnummer;Raum\n{ROWS}"


@pytest.mark.usefixtures("town")
def test_of_two_who_take_back_the_same_at_once_one_is_refused(
    app: Flask, session: Session, bring: Bring, house: Actor
) -> None:
    batch = bring("devices", DEVICES)
    session.rollback()
    together, ends = threading.Barrier(2), []

    def take_back() -> None:
        with app.app_context():
            together.wait()
            try:
                ends.append(undo.take_back(batch, by=house).undone)
            except SchoolItError as problem:
                ends.append(str(problem))
            finally:
                db.session.remove()

    both = [threading.Thread(target=take_back) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    refused = [end for end in ends if isinstance(end, str)]
    assert 40 in ends
    assert len(refused) == 1
    assert "schon zurückgenommen" in refused[0]
    assert session.scalar(select(func.count()).select_from(Device)) == 0
    assert session.scalar(select(func.count()).select_from(Batch).where(Batch.undoes_id == batch)) == 1


DIES = """
import os, signal, sys
from app import create_app
from school_it import undo
from school_it.access import house
from school_it.undo.tables import TABLES

def dies(*_args, **_values):
    os.kill(os.getpid(), signal.SIGKILL)

table, step = sys.argv[3], sys.argv[4]
app = create_app({"TESTING": True, "HOME": sys.argv[1], "DATABASE_URL": sys.argv[2], "SECRET_KEY": "x" * 40})
setattr(TABLES[table], step, dies)
with app.app_context():
    undo.take_back(int(sys.argv[5]), by=house("test"))
"""


@pytest.mark.usefixtures("town")
@pytest.mark.parametrize(("table", "step"), [("devices", "finish"), ("rooms", "remove")])
def test_a_process_killed_in_the_middle_has_changed_nothing(
    app: Flask, session: Session, bring: Bring, take_back: TakeBack, tmp_path: Path, table: str, step: str
) -> None:
    before = picture(session)
    batch = bring("devices", DEVICES)
    stored = picture(session)
    session.rollback()
    url = app.config["SQLALCHEMY_DATABASE_URI"]
    script = [sys.executable, "-c", DIES, str(tmp_path), url, table, step, str(batch)]
    ended = subprocess.run(script, cwd=ROOT, check=False, capture_output=True, text=True)
    assert ended.returncode == -9, ended.stderr
    assert picture(session) == stored
    assert take_back(batch).code == 0
    assert picture(session) == before


@pytest.mark.usefixtures("town")
def test_a_device_that_goes_while_somebody_hands_it_out_is_said_to_be_gone(
    session: Session, bring: Bring, house: Actor
) -> None:
    bring("people", "Schlüssel;Rolle;Nachname;Vorname;Schulnummer;Klasse\np1;Schüler;Ahl;Kim;115514;3b\n")
    bring("devices", DEVICES)
    with transaction() as writing:
        device, kim = (
            writing.scalars(select(Device).order_by(Device.id)).all()[0],
            writing.scalars(select(Person)).one(),
        )
        writing.connection().execute(text("DELETE FROM devices WHERE id = :id"), {"id": device.id})
        with pytest.raises(Stale, match="gibt es nicht mehr"):
            loans.hand_out(writing, device, to=kim, by=house)
