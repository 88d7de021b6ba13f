"""What the nights ask on the start page of those who look after the whole."""

from __future__ import annotations

from collections.abc import Iterator

from flask import current_app
from sqlalchemy.orm import Session

from school_it.access import Actor, May
from school_it.database import now
from school_it.errors import N_
from school_it.jobs import nights
from school_it.jobs.queries import CANCELLERS
from school_it.overview.attention import Answer, Question

NIGHTS = Question(
    N_("Nächtliche Arbeiten"),
    "jobs.the_nights",
    {},
    "danger",
    "schedule",
    N_("gescheitert oder ausgeblieben"),
)


def failing_nights(session: Session, actor: Actor) -> Iterator[Answer]:
    if CANCELLERS & actor.roles and actor.may_at(May.SEE_JOBS, None):
        faults = nights.faults(session, current_app.config["SCHOOL_IT"], now())
        yield Answer(NIGHTS, len(faults))
