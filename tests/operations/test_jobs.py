"""Long work is put down, done, watched, cancelled and never lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from school_it import audit, jobs
from school_it.access import Actor, Role
from school_it.audit import Action, Entry
from school_it.database import transaction
from school_it.errors import N_, BadValue, RuleBroken, Sentence
from school_it.jobs import Cancelled, State, Work, actions, kinds
from school_it.jobs.queue import here
from school_it.schools.models import School


@pytest.fixture
def kind() -> Iterator[Callable[[Callable[..., Any]], str]]:
    """Declare a kind of work for one test."""
    made: list[str] = []

    def declared(do: Callable[..., Any], **more: Any) -> str:
        name = f"test.{do.__name__}"
        kinds.KINDS[name] = kinds.Kind(name, N_("Probe"), do, **more)
        made.append(name)
        return name

    yield declared
    for name in made:
        del kinds.KINDS[name]


def test_a_job_is_done_after_its_transaction_and_gets_its_facts(
    session: Session, house: Actor, kind: Callable[..., str]
) -> None:
    seen: dict[str, Any] = {}

    def count(work: Work, *, rows: int) -> dict[str, Any]:
        seen.update(rows=rows, by=work.by.name)
        work.progress(rows, rows, Sentence("Zeile %(n)s", n=rows))
        return {"place": "/imports/1"}

    with transaction() as writing:
        job = jobs.start(writing, kind(count), by=house, title="Liste <A>", rows=3)
        assert not seen
    assert seen == {"rows": 3, "by": "Schul-IT"}
    assert (job.state, job.done, job.of, job.result) == (State.DONE, 3, 3, {"place": "/imports/1"})
    assert str(job.sentence_said) == "Zeile 3"
    assert str(job.title_said) == "Liste <A>"


def test_a_job_of_a_transaction_that_failed_never_begins(
    session: Session, house: Actor, kind: Callable[..., str]
) -> None:
    begun: list[int] = []
    name = kind(lambda_named("never", begun.append))

    def half() -> None:
        with transaction() as writing:
            jobs.start(writing, name, by=house)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half()
    with transaction():
        pass
    assert begun == []
    assert session.scalars(select(jobs.Job)).all() == []


def lambda_named(name: str, do: Callable[[int], Any]) -> Callable[[Work], None]:
    def task(work: Work) -> None:
        do(work.number)

    task.__name__ = name
    return task


def test_a_savepoint_inside_does_not_wake_the_worker_too_early(
    session: Session, house: Actor, kind: Callable[..., str]
) -> None:
    begun: list[int] = []
    name = kind(lambda_named("saved", begun.append))
    with transaction() as writing:
        jobs.start(writing, name, by=house)
        with writing.begin_nested():
            writing.execute(select(1))
        with pytest.raises(ZeroDivisionError), writing.begin_nested():
            raise ZeroDivisionError
        assert begun == []
    assert len(begun) == 1


def test_an_end_that_cannot_be_written_yet_is_written_later(
    session: Session, house: Actor, kind: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when an import holds the one writing transaction of SQLite for longer than anybody waits."""
    tries: list[int] = []

    def held_once(session: Session, number: int, *args: Any, **values: Any) -> bool:
        tries.append(number)
        if len(tries) == 1:
            raise OperationalError("BEGIN IMMEDIATE", {}, Exception("database is locked"))
        return end(session, number, *args, **values)

    end = actions.end
    monkeypatch.setattr(actions, "end", held_once)
    monkeypatch.setattr("school_it.jobs.work.AGAIN_SECONDS", 0.01)
    assert started(house, kind(lambda_named("done", lambda _number: None))).state is State.DONE
    assert len(tries) == 2


def test_a_refusal_becomes_the_sentence_of_the_job_and_changes_nothing(
    session: Session, house: Actor, kind: Callable[..., str]
) -> None:
    def refuse(work: Work) -> None:
        with transaction() as writing:
            audit.record(writing, Action.FILE_IMPORTED, None, by=work.by)
            raise BadValue(N_("Zeile %(n)s: »viel« ist kein Betrag."), n=7)

    job = started(house, kind(refuse))
    assert job.state is State.FAILED
    assert str(job.sentence_said) == "Zeile 7: »viel« ist kein Betrag."
    assert session.scalars(select(Entry)).all() == []


def started(by: Actor, name: str, **facts: Any) -> jobs.Job:
    with transaction() as session:
        return jobs.start(session, name, by=by, **facts)


def test_a_fault_of_the_program_leaves_a_number_and_no_detail(
    session: Session, house: Actor, kind: Callable[..., str]
) -> None:
    def fault(work: Work) -> None:
        raise KeyError("Passwort")

    job = started(house, kind(fault))
    assert job.state is State.FAILED
    assert "Fehlernummer" in str(job.sentence_said)
    assert "Passwort" not in str(job.sentence_said)


def test_a_running_job_stops_at_its_next_step_once_somebody_cancels(
    session: Session, house: Actor, kind: Callable[..., str]
) -> None:
    def long(work: Work) -> None:
        with transaction() as writing:
            audit.record(writing, Action.FILE_IMPORTED, None, by=work.by)
            here().note(f"cancel-{work.number}", "Ö. Yılmaz")
            work.progress(1, 2)
        raise AssertionError("went on")

    job = started(house, kind(long))
    assert job.state is State.CANCELLED
    assert str(job.sentence_said) == "Abgebrochen von Ö. Yılmaz."
    assert session.scalars(select(Entry)).all() == []


def test_a_waiting_job_is_cancelled_at_once_and_an_ended_one_not_at_all(
    session: Session, house: Actor, kind: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("school_it.jobs.queue.Queue.put", lambda self, number: None)
    job = started(house, kind(lambda_named("waits", lambda number: None)))
    actions.cancel(job.id, by=house)
    assert job.state is State.CANCELLED
    with pytest.raises(RuleBroken):
        actions.cancel(job.id, by=house)


def test_a_job_that_the_queue_lost_is_found_by_the_worker(
    app: Flask, session: Session, house: Actor, kind: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from school_it.jobs import worker

    def broken(number: int) -> None:
        raise OSError("queue is full")

    name = kind(lambda_named("lost", lambda number: None))
    with monkeypatch.context() as patch:
        patch.setattr("school_it.jobs.queue.Queue.wake", property(lambda self: broken))
        job = started(house, name)
    assert job.state is State.QUEUED
    worker.find_forgotten()
    assert job.state is State.QUEUED, "not before its time"
    monkeypatch.setattr(worker, "FORGOTTEN_SECONDS", -1)
    session.rollback()
    worker.find_forgotten()
    session.rollback()
    assert job.state is State.DONE


def test_a_job_whose_worker_died_is_called_interrupted(
    session: Session, house: Actor, kind: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from school_it.jobs import worker

    monkeypatch.setattr("school_it.jobs.queue.Queue.put", lambda self, number: None)
    job = started(house, kind(lambda_named("dies", lambda number: None)))
    with transaction() as writing:
        assert actions.take(writing, job.id, worker="another")
    here().beat("another")
    worker.end_interrupted()
    assert job.state is State.RUNNING
    here().end_beat("another")
    session.rollback()
    worker.end_interrupted()
    assert job.state is State.FAILED
    assert "Unterbrochen" in str(job.sentence_said)


def test_a_job_is_taken_once_however_often_the_queue_says_it(
    session: Session, house: Actor, kind: Callable[..., str]
) -> None:
    begun: list[int] = []
    job = started(house, kind(lambda_named("once", begun.append)))
    here().put(job.id)
    assert len(begun) == 1


def test_a_nights_work_is_done_once_for_each_day_in_its_order(
    session: Session, kind: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from school_it.jobs import worker

    begun: list[str] = []
    monkeypatch.setattr(kinds, "KINDS", {})
    monkeypatch.setattr("school_it.jobs.work.KINDS", kinds.KINDS)
    for place, name in ((2, "second"), (1, "first")):
        declared = lambda_named(name, lambda number, name=name: begun.append(name))  # type: ignore[misc]
        kinds.KINDS[name] = kinds.Kind(name, "Nachts", declared, order=place)
    kinds.KINDS["unwanted"] = kinds.Kind(
        "unwanted", "Nachts", lambda_named("unwanted", print), 3, lambda s: False
    )
    assert worker.begin_night() == ["first", "second"]
    assert worker.begin_night() == []
    assert begun == ["first", "second"]
    night = jobs.find_last_night(session, "first")
    assert night is not None
    assert night.state is State.DONE
    kinds.KINDS.clear()


def test_a_coordinator_finds_the_own_jobs_and_those_of_the_own_school_only(
    session: Session,
    house: Actor,
    school: School,
    other_school: School,
    kind: Callable[..., str],
    sign_in_as: Callable[..., FlaskClient],
) -> None:
    name = kind(lambda_named("done", lambda number: None))
    there = started(house, name, title="Andere Schule", school_id=other_school.id).id
    here_too = started(house, name, title="Eigene Schule", school_id=school.id).id
    browser = sign_in_as(Role.COORDINATOR, school)
    listed = browser.get("/jobs").get_data(as_text=True)
    assert "Eigene Schule" in listed
    assert "Andere Schule" not in listed
    assert browser.get(f"/jobs/{here_too}").status_code == 200
    assert browser.get(f"/jobs/{there}").status_code == 404
    assert browser.post(f"/jobs/{here_too}/cancel").status_code == 403
    assert browser.post(f"/jobs/{there}/cancel").status_code == 404


def test_the_page_asks_again_while_the_job_is_open_and_stops_when_it_has_ended(
    session: Session,
    house: Actor,
    kind: Callable[..., str],
    admin: FlaskClient,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("school_it.jobs.queue.Queue.put", lambda self, number: None)
    job = started(house, kind(lambda_named("polled", lambda number: None)))
    here().note(f"job-{job.id}", {"done": 30, "of": 40, "sentence": {"text": "Zeile 30", "values": {}}})
    moving = admin.get(f"/jobs/{job.id}").get_data(as_text=True)
    assert 'hx-trigger="every 2s"' in moving
    assert "Zeile 30" in moving
    assert "75 %" in moving
    answer = admin.post(f"/jobs/{job.id}/cancel")
    assert answer.status_code == 302
    ended = admin.get(f"/jobs/{job.id}").get_data(as_text=True)
    assert "every 2s" not in ended
    assert "abgebrochen" in ended


def test_what_lies_in_the_queue_is_a_number_and_never_a_program(tmp_path: Any) -> None:
    from app import create_app

    made = create_app({"HOME": str(tmp_path), "JOBS_IMMEDIATE": False})
    with made.app_context():
        here().put(7)
        assert here().huey.storage.enqueued_items()[0].startswith(b"{")
        task = here().huey.dequeue()
        assert task.args == (7,)
        assert not here().is_alive()


def test_cancelled_is_not_an_error_that_a_room_would_swallow() -> None:
    from school_it.errors import SchoolItError

    assert not issubclass(Cancelled, SchoolItError)
