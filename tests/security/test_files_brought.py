"""A file and what is said about it: nothing breaks the page, no name stays behind, no foreign word is suggested."""

from __future__ import annotations

import io
import json
import os
import shutil
import time
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from imports import inbox, mapping, progress, work
from imports.models import ImportProfile, Upload
from imports.rows_kept import keep
from school_it.database import now, transaction
from school_it.devices.models import Device
from school_it.devices.sheet import DEVICES
from school_it.errors import Sentence
from school_it.jobs import Cancelled, Job
from school_it.jobs import work as doing
from school_it.jobs.queue import Queue
from school_it.sheets import Table
from tests.house.world import FOREIGN, World, browser_of
from tests.imports.pages import bring, seen

HEAD = "Inventarnummer;Geräteart;Hersteller;Modell;Lieferant;Schulnummer;Inhaber\n"
NAME = "Ottilie Unvergessen"
LIST = f"{HEAD}N-1;Tablet;;;;115514;{NAME}\nN-2;Quatsch;;;;115514;{NAME}\n"

ODD_ACTS = (
    "[" * 100_000, '{"act": []}', '{"act": {"a": 1}}', "null", "1e999", '{"act": "meaning", "field": "__class__"}',
    '{"act": "word", "header": "Geräteart", "text": "Quatsch", "meant": "\\ud800"}',
    '{"act": "word", "header": "Geräteart", "text": "Quatsch", "meant": "a\\u0000"}',
    '{"act": "word", "header": "Gibt es nicht", "text": "x", "meant": "y"}',
    '{"act": "category", "text": "' + "k" * 5000 + '"}', '{"act": "dates", "header": {}, "day_first": []}',
    '{"act": "spelling", "field": "room", "value": [], "school_number": {}, "meant": "x"}',
)  # fmt: skip


@pytest.fixture(autouse=True)
def _empty_inbox(app: Flask) -> None:
    shutil.rmtree(app.config["SCHOOL_IT"].home / "inbox", ignore_errors=True)


@pytest.fixture
def no_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every file is a long one, and nobody does the jobs."""
    monkeypatch.setattr(work, "LONG_BYTES", 1)
    monkeypatch.setattr(Queue, "put", lambda _queue, _number: None)


def newest_job(session: Session) -> int:
    session.rollback()
    return session.scalars(select(func.max(Job.id))).one()


def left_in(app: Flask) -> list[str]:
    """The names of what holds the name of a person, anywhere in the inbox."""
    files = (path for path in (app.config["SCHOOL_IT"].home / "inbox").rglob("*") if path.is_file())
    return [path.name for path in files if NAME.encode() in path.read_bytes()]


@pytest.mark.parametrize("act", ODD_ACTS, ids=range(len(ODD_ACTS)))
def test_no_button_that_somebody_makes_up_breaks_the_page(admin: FlaskClient, world: World, act: str) -> None:
    place = bring(admin, LIST)
    assert admin.post(f"{place}/mend", data={"do": act}).status_code in (302, 422)
    for path in (place, f"{place}?show=problem", f"{place}/corrected.xlsx"):
        answer = admin.get(path)
        assert answer.status_code == 200, path
        answer.close()


def test_a_file_name_with_signs_that_nobody_sees_is_kept_without_them(
    admin: FlaskClient, world: World, session: Session
) -> None:
    bring(admin, LIST, name="a\0b\u202egnp.csv")
    assert session.scalars(select(Upload.file_name)).one() == "abgnp.csv"


def test_what_is_typed_about_people_does_not_stand_in_the_facts_of_a_job(
    admin: FlaskClient, world: World, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = bring(admin, LIST)
    typed = {"act": "word", "header": "Inhaber", "text": NAME, "meant": f"{NAME} junior"}
    admin.post(f"{place}/mend", data={"do": json.dumps(typed)})
    monkeypatch.setattr(work, "LONG_BYTES", 1)
    monkeypatch.setattr(Queue, "put", lambda _queue, _number: None)
    admin.post(f"{place}/mend", data={"do": '{"act": "forget"}'})
    assert NAME not in str(session.get_one(Job, newest_job(session)).facts)


def test_a_file_put_away_while_it_is_read_leaves_no_names(
    app: Flask,
    admin: FlaskClient,
    world: World,
    session: Session,
    no_worker: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """At the last moment: its rows are written already, only the preview is not."""
    place = bring(admin, LIST)

    def kept_late(folder: Path, outlook: Any) -> None:
        keep(folder, outlook)
        assert admin.post(f"{place}/discard").status_code == 302

    monkeypatch.setattr("imports.rows_kept.keep", kept_late)
    doing.run(app, newest_job(session))
    assert left_in(app) == []


@pytest.mark.parametrize("step", [progress.READING, progress.JUDGING, progress.KEEPING])
def test_a_reading_that_is_cancelled_leaves_no_names(
    app: Flask, admin: FlaskClient, world: World, session: Session, no_worker: None, step: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    def cancelled(_work: object, done: int, of: int | None = None, sentence: Sentence | None = None) -> None:
        if sentence is not None and sentence.text == step and (done or step != progress.KEEPING):
            raise Cancelled(Sentence("Abgebrochen."))

    bring(admin, LIST)
    monkeypatch.setattr(doing.Work, "progress", cancelled)
    monkeypatch.setattr(progress, "EVERY", 1)
    doing.run(app, newest_job(session))
    assert left_in(app) == []


def test_what_a_killed_process_left_in_the_inbox_goes_at_night(
    app: Flask, admin: FlaskClient, world: World, session: Session
) -> None:
    """Bytes that no upload knows, rows half written, rows that waited to be taken over; never what is needed."""
    place = bring(admin, LIST)
    home = app.config["SCHOOL_IT"].home
    needed = set(left_in(app))
    for left in (f"{'0' * 64}", f".{'0' * 64}.17", "9.rows.new/problem.jsonl", ".staged-x/staged.db"):
        (home / "inbox" / left).parent.mkdir(exist_ok=True)
        (home / "inbox" / left).write_text(NAME)
    for path in (home / "inbox").rglob("*"):
        os.utime(path, (time.time() - 200_000,) * 2)
    inbox.sweep(session, home, before=now())
    assert set(left_in(app)) == needed
    assert admin.get(place).status_code == 200


def test_a_profile_keeps_no_names(admin: FlaskClient, world: World, session: Session) -> None:
    place = bring(admin, LIST)
    for header, text, meant in (("Inhaber", "x", NAME), ("Geräteart", "Quatsch", "Tablet")):
        act = {"act": "word", "header": header, "text": text, "meant": meant}
        admin.post(f"{place}/mend", data={"do": json.dumps(act)})
    admin.post(f"{place}/profile", data={"name": "Unsere Liste"})
    assert session.scalars(select(ImportProfile)).one().wish["words"] == {"Geräteart": {"Quatsch": "Tablet"}}


def test_no_word_of_a_foreign_school_is_suggested(coordinator: FlaskClient, world: World) -> None:
    """Nor whether one is known there: a foreign supplier is as new as an invented one."""
    foreign = world.foreign.rows[5]
    rows = [
        f"N-{n};Tablet;{foreign.manufacturer[cut]};{foreign.model[cut]};{foreign.supplier[cut]};115514;"
        for n, cut in enumerate((slice(None), slice(-1)))
    ]
    text = seen(coordinator, bring(coordinator, HEAD + "\n".join(rows)))
    assert "2 Lieferanten" in text
    assert f"»{FOREIGN}" not in text


def test_an_odd_upload_is_told_in_a_sentence(admin: FlaskClient, world: World) -> None:
    for content in (b"", b"\0" * 100, b"PK\x03\x04", b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]>"):
        form = {"kind": "devices", "school": "115514", "file": (io.BytesIO(content), "x.xlsx")}
        assert admin.post("/imports", data=form, content_type="multipart/form-data").status_code == 422


def test_thousands_of_columns_that_mean_nothing_do_not_keep_the_house_busy() -> None:
    headers = tuple(f"Spalte ohne Sinn {n} {'abcdefghij' * 9}" for n in range(3000))
    table = Table(None, 1, headers, tuple(range(3000)), [(n, ["ein Text"] * 3000) for n in range(2, 22)])
    begun = time.process_time()
    mapping.completed(DEVICES, table, {})
    assert time.process_time() - begun < 4


def test_a_device_of_another_school_is_not_named_by_its_mac_address(
    coordinator: FlaskClient, world: World, session: Session
) -> None:
    with transaction() as writing:
        device = writing.get_one(Device, world.foreign.rows[5].id)
        device.mac_address = "AA:BB:CC:DD:EE:01"
        tag = device.asset_tag
    rows = "Inventarnummer;Geräteart;Schulnummer;MAC-Adresse\nN-1;Tablet;115514;{0}\n;Tablet;115514;{0}\n"
    place = bring(coordinator, rows.format("aa-bb-cc-dd-ee-01"))
    page = coordinator.get(f"{place}?show=problem").get_data(as_text=True)
    summary = session.scalars(select(Upload)).one().summary
    assert (summary["rows"], summary["new"], summary["problem"]) == (2, 1, 1)
    assert tag not in page


def test_others_write_while_a_short_file_is_looked_at_once_more(
    app: Flask, admin: FlaskClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A small workbook may be a minute's work; on SQLite whoever writes keeps all others out."""
    place, office, look_at = bring(admin, LIST), browser_of(app, "office"), inbox.look_at
    told: list[int] = []

    def meanwhile(*args: Any, **values: Any) -> Any:
        told.append(office.post("/schools/115514/rooms/new", data={"room": f"M{len(told)}"}).status_code)
        return look_at(*args, **values)

    monkeypatch.setattr(inbox, "look_at", meanwhile)
    act = {"act": "word", "header": "Geräteart", "text": "Quatsch", "meant": "Tablet"}
    for path, form in (
        ("mend", {"do": json.dumps(act)}),
        ("kind", {"kind": "devices"}),
        ("without-profile", {}),
    ):
        assert admin.post(f"{place}/{path}", data=form).status_code == 302
    assert told == [302, 302, 302]


def test_of_two_who_say_something_at_once_the_second_is_told(
    app: Flask, admin: FlaskClient, world: World, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, office, look_at = bring(admin, LIST), browser_of(app, "office"), inbox.look_at
    told: list[int] = []

    def meanwhile(*args: Any, **values: Any) -> Any:
        monkeypatch.setattr(inbox, "look_at", look_at)
        told.append(office.post(f"{place}/without-profile").status_code)
        told.append(office.post(f"{place}/discard").status_code)
        return look_at(*args, **values)

    monkeypatch.setattr(inbox, "look_at", meanwhile)
    answer = admin.post(f"{place}/mend", data={"do": '{"act": "forget"}'})
    assert told == [302, 302]
    assert answer.status_code == 422
    session.rollback()
    assert session.scalars(select(Upload.state)).one() == "discarded"
    assert left_in(app) == []
