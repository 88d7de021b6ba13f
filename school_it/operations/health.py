"""Is the product well? What a monitor asks every minute."""

from __future__ import annotations

import logging
import os

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from school_it.database import db, now
from school_it.errors import N_
from school_it.jobs import nights
from school_it.jobs.queue import WITH_WORKER, here
from school_it.settings import Settings

log = logging.getLogger(__name__)


def troubles() -> dict[str, str]:
    """What is wrong, by part; empty where all is well. Sentences without secrets."""
    found = {}
    if not _database_answers():
        found["database"] = N_("Die Datenbank antwortet nicht.")
    if os.environ.get(WITH_WORKER) and not worker_lives():
        found["worker"] = N_("Der Dienst für Aufträge gibt kein Lebenszeichen.")
    return found


def warnings(settings: Settings) -> dict[str, str]:
    """What should be looked at, while the product itself works; empty where there is nothing."""
    if nights.faults(db.session(), settings, now()):
        return {"nights": N_("Nächtliche Arbeiten sind gescheitert oder ausgeblieben.")}
    return {}


def _database_answers() -> bool:
    try:
        db.session().execute(text("SELECT 1 FROM jobs WHERE id = 0"))
    except SQLAlchemyError:
        log.exception("the database does not answer")
        return False
    return True


def worker_lives() -> bool:
    try:
        return here().is_alive()
    except Exception:
        log.exception("the queue does not answer")
        return False
