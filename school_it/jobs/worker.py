"""The worker: a process of its own that does the jobs, gives signs of life and starts the night's work.

Any number of workers may run: a job is taken by one of them, and a night's work exists once.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Flask

from school_it import access
from school_it.database import TOWN_TIME, db, now, transaction
from school_it.jobs import actions, kinds, queries
from school_it.jobs.models import State
from school_it.jobs.queue import BEAT_SECONDS, Queue, here
from school_it.jobs.work import INTERRUPTED, WORKER, stopping

THREADS = 2
STOP_SECONDS = 5
FORGOTTEN_SECONDS = 10
LOOK_SECONDS = 10
PARENT = "SCHOOL_IT_PARENT"  # set by `serving`: the process that started us
log = logging.getLogger(__name__)


Duty = Callable[[], Any]
DUTIES: list[Duty] = []


def duty(do: Duty) -> Duty:
    """Declare something that the worker does every few seconds between jobs, with an application at hand."""
    DUTIES.append(do)
    return do


def work(app: Flask) -> None:
    """Do jobs until told to stop (SIGTERM, Ctrl-C, or the end of the process that started us)."""
    queue: Queue = app.extensions["jobs"]
    keeper = threading.Thread(target=_keep_house, args=(app, queue), name="keeper", daemon=True)
    keeper.start()
    try:
        _consume(queue)
    finally:
        stopping.set()
        queue.end_beat(WORKER)


def _consume(queue: Queue) -> None:
    from huey.consumer import Consumer

    class Worker(Consumer):
        def _set_signal_handlers(self) -> None:
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, self._stop)

        def _stop(self, number: int, _frame: Any) -> None:
            stopping.set()
            self._signum, self._restart, self._graceful = number, False, True

    queue.wake  # noqa: B018 - makes the queue know its one task
    Worker(queue.huey, workers=THREADS, periodic=False, max_delay=1.0, shutdown_timeout=STOP_SECONDS).run()


def _keep_house(app: Flask, queue: Queue) -> None:
    looked = 0.0
    while not stopping.is_set():
        _end_with_parent()
        _beat(queue)
        if time.monotonic() - looked > LOOK_SECONDS:
            looked = time.monotonic()
            look_after(app)
        stopping.wait(BEAT_SECONDS)


def _beat(queue: Queue) -> None:
    try:
        queue.beat(WORKER)
    except Exception:
        log.exception("no sign of life could be given")


def _end_with_parent() -> None:
    parent = os.environ.get(PARENT)
    if parent and os.getppid() != int(parent):
        os.kill(os.getpid(), signal.SIGTERM)


def look_after(app: Flask) -> None:
    """What the worker does between jobs: forgotten jobs, jobs of dead workers, the night's work."""
    with app.app_context():
        duties: list[Duty] = [end_interrupted, find_forgotten, begin_night, *DUTIES]
        for each in duties:
            try:
                each()
            except Exception:
                log.exception("%s failed; it is tried again", each.__name__)
        db.session.remove()


def end_interrupted() -> None:
    """A job whose worker is dead has failed; what it had not committed is undone by the database itself."""
    queue = here()
    dead = [
        number
        for number, worker in queries.running(db.session())
        if worker != WORKER and not (worker and queue.is_alive(worker))
    ]
    for number in dead:
        with transaction() as session:
            actions.end(session, number, State.FAILED, INTERRUPTED, was=(State.RUNNING,))


def find_forgotten() -> None:
    """A job can be committed and yet never reach the queue, when the program dies between the two."""
    queue = here()
    if not queue.is_empty():
        return
    for number in queries.forgotten(db.session(), before=now() - timedelta(seconds=FORGOTTEN_SECONDS)):
        queue.put(number)


def begin_night(*, at_once: bool = False) -> list[str]:
    """Put down the work of the newest night, as far as nobody has; so a missed night is caught up."""
    settings = here().settings
    moment = now().astimezone(TOWN_TIME)
    night = (
        moment.date() if at_once or moment.hour >= settings.NIGHT_HOUR else moment.date() - timedelta(days=1)
    )
    wanted = kinds.of_the_night(settings)
    return [kind.name for kind in wanted if actions.start_night(kind, night=night, by=access.house("job"))]
