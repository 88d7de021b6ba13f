"""Doing one job: what its task gets into its hands, and how it ends."""

from __future__ import annotations

import logging
import secrets
import threading
import time
from typing import Any

from flask import Flask
from flask_babel import force_locale

from school_it.access import Actor
from school_it.database import db, transaction
from school_it.errors import N_, Busy, SchoolItError, Sentence
from school_it.jobs import actions
from school_it.jobs.kinds import KINDS, Facts
from school_it.jobs.models import Job, State, stored
from school_it.jobs.queue import Queue, here
from school_it.settings import Settings

LOOK_SECONDS = 0.3
AGAIN_SECONDS = 1.0
WORKER = secrets.token_hex(8)
stopping = threading.Event()
log = logging.getLogger(__name__)


class Cancelled(Exception):
    """Somebody wants the job to stop: raised by `Work.progress`, the transaction around it rolls back."""

    def __init__(self, sentence: Sentence, state: State = State.CANCELLED) -> None:
        self.sentence = sentence
        self.state = state
        super().__init__(str(sentence))


class Work:
    """The work in hand: who wants it, and how far it is."""

    def __init__(self, number: int, by: Actor, queue: Queue) -> None:
        self.number = number
        self.by = by
        self.shown: dict[str, Any] = {"done": 0, "of": None, "sentence": None}
        self._queue = queue
        self._looked = 0.0

    def progress(self, done: int, of: int | None = None, sentence: Sentence | str | None = None) -> None:
        """Say how far the work is. Raises Cancelled where somebody cancelled it or the worker has to stop."""
        self.shown = {"done": done, "of": of, "sentence": sentence and stored(sentence)}
        if time.monotonic() - self._looked < LOOK_SECONDS:
            return
        self._looked = time.monotonic()
        self._queue.note(f"job-{self.number}", self.shown)
        self._stop_if_wanted()

    def _stop_if_wanted(self) -> None:
        who = self._queue.noted(f"cancel-{self.number}")
        if who is not None:
            raise Cancelled(Sentence(N_("Abgebrochen von %(name)s."), name=who))
        if stopping.is_set():
            raise Cancelled(INTERRUPTED, State.FAILED)


INTERRUPTED = Sentence(N_("Unterbrochen, weil das Programm angehalten wurde. Bitte noch einmal starten."))
UNKNOWN = Sentence(N_("Diese Art von Auftrag kennt das Programm nicht mehr."))


def prepare(app: Flask, settings: Settings) -> None:
    """Give `app` its queue; nothing is opened before it is used."""
    app.extensions["jobs"] = Queue(app, settings, run)


def run(app: Flask, number: int) -> None:
    """Do one waiting job from beginning to end; its end is always written down."""
    with app.app_context(), app.test_request_context("/"):
        with transaction() as session:
            job = actions.take(session, number, worker=WORKER)
            if job is None:
                return
            kind, facts, by, language = job.kind, job.facts, job.by, job.language
        with force_locale(language):
            _do(kind, facts, Work(number, by, here()))


def _do(kind: str, facts: Facts, work: Work) -> None:
    try:
        result = KINDS[kind].do(work, **facts) if kind in KINDS else _unknown()
        _end(work, State.DONE, None, result=result or {})
    except Cancelled as stop:
        _end(work, stop.state, stop.sentence)
    except SchoolItError as problem:
        _end(work, State.FAILED, problem.sentence)
    except Exception:
        _end(work, State.FAILED, _fault(work.number))


def _unknown() -> Facts:
    raise SchoolItError(UNKNOWN.text)


def _fault(number: int) -> Sentence:
    code = secrets.token_hex(4)
    log.exception("unexpected error %s in job %s", code, number)
    return Sentence(N_("Das war ein Fehler des Programms. Fehlernummer: %(number)s"), number=code)


def _end(work: Work, state: State, said: Sentence | None, *, result: Facts | None = None) -> None:
    """Tried until it is written: somebody else's long transaction may hold the database for longer than one waits."""
    while True:
        db.session.remove()
        try:
            _write_end(work, state, said, result or {})
            return
        except Busy:
            log.warning("the end of job %s could not be written; it is tried again", work.number)
            if stopping.wait(AGAIN_SECONDS):
                raise


def _write_end(work: Work, state: State, said: Sentence | None, result: Facts) -> None:
    shown = work.shown
    with transaction() as session:
        actions.end(session, work.number, state, said, done=shown["done"], of=shown["of"], result=result)
        if said is None and shown["sentence"]:
            session.get_one(Job, work.number).sentence = shown["sentence"]
    here().wipe(f"job-{work.number}", f"cancel-{work.number}")
