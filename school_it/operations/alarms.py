"""The alarm: a mail to those who look after the product when a night has failed or did not happen.

One mail for each fault and day, however many workers look; what cannot be sent is tried again. Nothing waits for it.
"""

from __future__ import annotations

import logging
import threading
import time
from datetime import timedelta

from flask import Flask, current_app

from school_it.database import TOWN_TIME, db, now
from school_it.errors import SchoolItError
from school_it.jobs import nights, worker
from school_it.jobs.nights import Fault
from school_it.jobs.queue import here
from school_it.operations import mail
from school_it.settings import Settings

LOOK_SECONDS = 600
FORGET_DAYS = 3
_looked = -float(LOOK_SECONDS)
log = logging.getLogger(__name__)


@worker.duty
def look() -> None:
    """Now and then, in a thread of its own: a mail server that hangs keeps no job and no sign of life."""
    global _looked
    if time.monotonic() - _looked < LOOK_SECONDS or not mail.is_on(current_app.config["SCHOOL_IT"]):
        return
    _looked = time.monotonic()
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    threading.Thread(target=_aside, args=(app,), name="alarm", daemon=True).start()


def _aside(app: Flask) -> None:
    with app.app_context():
        try:
            raise_alarm(app.config["SCHOOL_IT"])
        except Exception:
            log.exception("the alarm could not be raised; it is tried again")
        finally:
            db.session.remove()


def raise_alarm(settings: Settings) -> list[str]:
    """Send what has not been sent today; the keys of the faults that a mail went out for."""
    if not mail.is_on(settings):
        return []
    wrong = nights.faults(db.session(), settings, now())
    db.session.rollback()
    fresh = [fault for fault in wrong if _claim(fault)]
    if not fresh:
        return []
    try:
        mail.send(settings, f"Schul-IT: {settings.AUTHORITY}: nächtliche Arbeiten", _text(settings, fresh))
    except SchoolItError as problem:
        log.error("%s", problem)
        for fault in fresh:
            here().wipe(_note(fault))
        return []
    return [fault.key for fault in fresh]


def _text(settings: Settings, faults: list[Fault]) -> str:
    """No names of people and no details: those stand behind the sign-in."""
    said = "\n".join(f"- {fault.sentence}" for fault in faults)
    return (
        f"Schul-IT ({settings.AUTHORITY}) meldet:\n\n{said}\n\n"
        "Warum, steht nach der Anmeldung unter Aufträge, Nächtliche Arbeiten.\n"
        "Solange es so bleibt, kommt diese Nachricht einmal am Tag.\n"
    )


def _claim(fault: Fault) -> bool:
    """True for the one who may send this fault's mail today."""
    for days in range(1, FORGET_DAYS + 1):
        here().wipe(_note(fault, days))
    return here().note_first(_note(fault), True)


def _note(fault: Fault, days_ago: int = 0) -> str:
    day = now().astimezone(TOWN_TIME).date() - timedelta(days=days_ago)
    return f"alarm-{day}-{fault.key}"
