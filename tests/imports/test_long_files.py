"""A long file is looked at and taken over by the worker: it can be watched, left, found again and cancelled."""

from __future__ import annotations

import contextvars
import json
import threading
from typing import Any

import pytest
from flask import Flask, current_app
from flask.testing import FlaskClient
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from imports import inbox, progress, rows_kept, work
from imports.models import Upload
from school_it import access
from school_it.access import Actor
from school_it.audit import Batch
from school_it.database import db, transaction
from school_it.devices import intake_writing
from school_it.devices.models import Device
from school_it.jobs import Job, State, Work
from school_it.jobs import work as doing
from school_it.jobs.queue import Queue, here
from school_it.jobs.worker import end_interrupted
from school_it.schools import actions as school_actions
from school_it.schools import queries as school_queries
from school_it.schools.models import School
from tests.imports.test_import_pages import bring, kept

ROWS = 3000
HEADERS = "Schulnummer;Schule;Schulform\n"
LONG = HEADERS + "".join(f"1{n:05d};Grundschule {n};G\n" for n in range(ROWS))


@pytest.fixture(autouse=True)
def _everything_is_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "LONG_BYTES", 10)


@pytest.fixture
def no_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """Jobs are put down, and nobody does them."""
    monkeypatch.setattr(Queue, "put", lambda _queue, _number: None)


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int, int | None]]:
    """What the jobs say about how far they are: step, done, of."""
    said: list[tuple[str, int, int | None]] = []

    def progress_of(_work: Work, done: int, of: int | None = None, sentence: Any = None) -> None:
        said.append((sentence.text, done, of))

    monkeypatch.setattr(Work, "progress", progress_of)
    return said


def do(app: Flask, session: Session) -> Job:
    """Do the newest job, as the worker would."""
    number = session.scalar(select(func.max(Job.id)))
    assert number is not None
    session.rollback()
    doing.run(app, number)
    session.expire_all()
    return session.get_one(Job, number)


def the_upload(session: Session) -> Upload:
    session.rollback()
    session.expire_all()
    return session.scalars(select(Upload).order_by(Upload.id.desc())).first()  # type: ignore[return-value]


def test_a_long_file_becomes_a_preview_without_holding_the_request(
    admin: FlaskClient, session: Session
) -> None:
    preview = bring(admin, LONG)
    page = admin.get(preview).get_data(as_text=True)
    assert "Grundschule 0" in page
    assert "Zeilen 1 bis 100 von 3000" in page.replace(".", "")
    assert the_upload(session).state == "preview"


@pytest.mark.usefixtures("no_worker")
def test_the_page_can_be_left_and_found_again_while_the_file_is_read(
    app: Flask, admin: FlaskClient, session: Session
) -> None:
    preview = bring(admin, LONG)
    page = admin.get(preview).get_data(as_text=True)
    assert "danach steht hier die Vorschau" in page
    assert "Abbrechen" in page
    assert "wird gelesen" in admin.get("/imports").get_data(as_text=True)
    assert admin.post(preview + "/apply").status_code == 409
    assert do(app, session).state is State.DONE
    assert "Neue Zeilen" in admin.get(preview).get_data(as_text=True)


@pytest.mark.usefixtures("no_worker")
def test_the_part_that_asks_itself_again_reloads_the_page_when_the_preview_is_there(
    app: Flask, admin: FlaskClient, session: Session
) -> None:
    preview, part = bring(admin, LONG), {"HX-Request": "true", "HX-Target": "progress"}
    assert "HX-Refresh" not in admin.get(preview, headers=part).headers
    do(app, session)
    assert admin.get(preview, headers=part).headers["HX-Refresh"] == "true"


def test_progress_tells_rows_done_of_rows_and_never_runs_backwards(
    heard: list[tuple[str, int, int | None]], admin: FlaskClient
) -> None:
    preview = bring(admin, LONG)
    by_step: dict[str, list[int]] = {}
    for step, done, _of in heard:
        by_step.setdefault(step, []).append(done)
    assert list(by_step) == [progress.READING, progress.JUDGING, progress.COMPARING, progress.KEEPING]
    assert by_step[progress.READING] == [2000, 3000]
    assert by_step[progress.KEEPING] == [0, 1000, 2000]
    assert {of for step, _done, of in heard if step != progress.READING} == {ROWS}
    heard.clear()
    admin.post(preview + "/apply")
    written = [(done, of) for step, done, of in heard if step == "%(done)s von %(of)s Zeilen"]
    assert written[0] == (0, ROWS)
    assert written[-1] == (ROWS, ROWS)
    assert written == sorted(written)


@pytest.mark.usefixtures("no_worker")
def test_cancelling_before_it_began_leaves_the_choice_to_go_on(
    app: Flask, admin: FlaskClient, session: Session
) -> None:
    preview = bring(admin, LONG)
    number = the_upload(session).summary["job"]
    assert admin.post(f"/jobs/{number}/cancel").status_code == 302
    page = admin.get(preview).get_data(as_text=True)
    assert "nicht gelesen; es wurde nichts geändert" in page
    assert admin.post(preview + "/look").status_code == 302
    do(app, session)
    assert "Neue Zeilen" in admin.get(preview).get_data(as_text=True)


@pytest.mark.usefixtures("no_worker")
def test_cancelling_while_it_is_read_leaves_nothing_of_the_file(
    app: Flask, admin: FlaskClient, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = kept(app)
    preview = bring(admin, f"{LONG}199999;Nur hier;G\n")
    monkeypatch.setattr(doing, "LOOK_SECONDS", 0.0)
    here().note(f"cancel-{the_upload(session).summary['job']}", "verwaltung")
    assert do(app, session).state is State.CANCELLED
    assert the_upload(session).state == "discarded"
    assert kept(app) == before
    assert "Abgebrochen von verwaltung." in admin.get(preview).get_data(as_text=True)


@pytest.mark.usefixtures("no_worker")
def test_cancelling_while_it_is_taken_over_takes_everything_back(
    app: Flask, admin: FlaskClient, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    preview = bring(admin, LONG)
    do(app, session)
    admin.post(preview + "/apply")
    monkeypatch.setattr(doing, "LOOK_SECONDS", 0.0)
    number = the_upload(session).summary["job"]

    def progress_of(it: Work, done: int, of: int | None = None, sentence: Any = None) -> None:
        if sentence.text == "%(done)s von %(of)s Zeilen" and done:
            here().note(f"cancel-{number}", "verwaltung")
        told(it, done, of, sentence)

    told = Work.progress
    monkeypatch.setattr(Work, "progress", progress_of)
    assert do(app, session).state is State.CANCELLED
    assert session.scalar(select(func.count()).select_from(School)) == 0
    assert session.scalar(select(func.count()).select_from(Batch)) == 0
    assert the_upload(session).state == "preview"
    page = admin.get(preview).get_data(as_text=True)
    assert "Der letzte Versuch ist nicht zu Ende gekommen" in page
    assert "Abgebrochen von verwaltung." in page
    monkeypatch.setattr(Work, "progress", told)
    here().wipe(f"cancel-{number}")
    admin.post(preview + "/apply")
    assert do(app, session).state is State.DONE
    assert session.scalar(select(func.count()).select_from(School)) == ROWS


@pytest.mark.usefixtures("no_worker")
def test_a_file_is_not_taken_over_twice_at_once(app: Flask, admin: FlaskClient, session: Session) -> None:
    preview = bring(admin, LONG)
    do(app, session)
    first = admin.post(preview + "/apply").headers["Location"]
    assert admin.post(preview + "/apply").headers["Location"] == first
    assert "wird gerade übernommen" in admin.get(preview).get_data(as_text=True)


@pytest.mark.usefixtures("no_worker")
@pytest.mark.parametrize("taking", [False, True])
def test_a_worker_that_died_leaves_a_sentence_and_the_file_goes_in_afterwards(
    app: Flask, admin: FlaskClient, session: Session, taking: bool
) -> None:
    preview = bring(admin, LONG)
    if taking:
        do(app, session)
        admin.post(preview + "/apply")
    with transaction() as writing:
        job = writing.scalars(select(Job).order_by(Job.id.desc())).first()
        assert job is not None
        job.state, job.worker = State.RUNNING, "dead"
    end_interrupted()
    page = admin.get(preview).get_data(as_text=True)
    assert "weil das Programm angehalten wurde" in page
    if not taking:
        admin.post(preview + "/look")
        do(app, session)
    admin.post(preview + "/apply")
    do(app, session)
    assert session.scalar(select(func.count()).select_from(School)) == ROWS


def test_a_long_file_that_is_no_table_says_so_and_is_not_kept(app: Flask, admin: FlaskClient) -> None:
    before = kept(app)
    preview = bring(admin, "%PDF-1.4 nonsense" * 100, name="brief.pdf")
    assert "nicht gelesen" in admin.get(preview).get_data(as_text=True)
    assert kept(app) == before


def test_a_wish_that_cannot_be_followed_leaves_the_preview_as_it_was(
    admin: FlaskClient, session: Session
) -> None:
    preview = bring(admin, LONG)
    wish = the_upload(session).wish
    admin.post(preview + "/wish", data={"sheet_name": "Gibt es nicht", "only_header": "Nirgends"})
    page = admin.get(preview).get_data(as_text=True)
    assert "Neue Zeilen" in page
    assert the_upload(session).wish == wish


def test_others_may_write_while_a_file_is_looked_at_and_made_ready(
    app: Flask, admin: FlaskClient, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody else writes at each sign of progress but those of the writing itself."""
    written = []

    def progress_of(_work: Work, _done: int, _of: int | None = None, sentence: Any = None) -> None:
        if sentence.text != "%(done)s von %(of)s Zeilen":
            with db.engine.connect().execution_options(school_it_writes=True) as other:
                other.execute(
                    text("INSERT INTO number_series (prefix, last) VALUES (:p, 1)"), {"p": f"{len(written)}-"}
                )
                other.commit()
            written.append(sentence.text)

    monkeypatch.setattr(Work, "progress", progress_of)
    preview = bring(admin, LONG)
    admin.post(preview + "/apply")
    assert {progress.READING, progress.JUDGING, progress.COMPARING, progress.KEEPING} <= {*written}
    assert session.scalar(select(func.count()).select_from(School)) == ROWS


def test_what_somebody_changes_meanwhile_is_seen_before_anything_is_written(
    admin: FlaskClient, session: Session, house: Actor, school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The preview said »unchanged«; a moment before the writing somebody renames the school."""
    same = f"{HEADERS}115514;Grundschule Am Beispielweg;G\n"
    preview = bring(admin, same + "".join(f"1{n:05d};Grundschule {n};G\n" for n in range(1500)))
    renamed: list[int] = []

    def progress_of(_work: Work, _done: int, _of: int | None = None, sentence: Any = None) -> None:
        if sentence.text == progress.COMPARING and not renamed:
            renamed.append(rename())

    monkeypatch.setattr(Work, "progress", progress_of)
    admin.post(preview + "/apply")
    job = session.scalars(select(Job).order_by(Job.id.desc())).first()
    assert job is not None
    assert job.state is State.FAILED
    assert "haben sich die Daten geändert" in str(job.sentence_said)
    assert session.scalar(select(func.count()).select_from(School)) == 1


def rename() -> int:
    """In a session of its own, as another person's request would."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]

    def renaming() -> None:
        with app.app_context(), transaction() as session:
            school = school_queries.find_school(session, "115514")
            assert school is not None
            school_actions.change_school(session, school, {"name": "Anders"}, by=access.house("test"))

    thread = threading.Thread(target=contextvars.Context().run, args=(renaming,))
    thread.start()
    thread.join()
    return 1


def test_a_page_of_a_long_preview_is_found_without_reading_the_rest(
    app: Flask, admin: FlaskClient, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    preview = bring(admin, LONG)
    read: list[str] = []
    loads = json.loads

    def counted(line: str) -> Any:
        read.append(line)
        return loads(line)

    monkeypatch.setattr(json, "loads", counted)
    folder = inbox.details_path(app.config["SCHOOL_IT"].home, the_upload(session))
    rows = list(rows_kept.some(folder, "new", 2950, 100))
    assert [rows[0]["label"], len(rows)] == ["102950 Grundschule 2950", 50]
    assert len(read) <= 101
    assert "Grundschule 2950" in admin.get(preview + "?show=new&from=2900").get_data(as_text=True)


def test_what_a_long_file_leaves_in_the_database_does_not_grow_with_its_rows(
    admin: FlaskClient, session: Session
) -> None:
    bring(admin, HEADERS + "".join(f"{n};Keine Schule;G\n" for n in range(1000)))
    upload = the_upload(session)
    assert upload.summary["problem"] == 1000
    assert len(str(upload.summary)) < 20_000


def test_rows_without_a_number_get_the_next_ones_however_many_are_made_ready_at_a_time(
    admin: FlaskClient, session: Session, school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake_writing, "TOGETHER", 2)
    rows = "".join(f"S{n};Beispiel;Tablet;{school.school_number}\n" for n in range(5))
    preview = bring(admin, "Seriennummer;Hersteller;Geräteart;Schulnummer\n" + rows, kind="devices")
    admin.post(preview + "/apply")
    tags = session.scalars(select(Device.asset_tag).order_by(Device.serial_number)).all()
    assert tags == [f"IT-{n:06d}" for n in range(1, 6)]
