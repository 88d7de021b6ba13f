"""Every night: the reminders that are due go out by mail."""

from __future__ import annotations

from flask import current_app

from school_it import jobs
from school_it.errors import N_
from school_it.jobs import Facts, Work
from school_it.operations import mail
from school_it.overview.deadlines import reminders
from school_it.settings import Settings


@jobs.nightly("overview.reminders", N_("Erinnerungen an Fristen"), order=60, when=mail.can_send)
def remind(_work: Work) -> Facts | None:
    settings: Settings = current_app.config["SCHOOL_IT"]

    def send(to: str, subject: str, text: str) -> None:
        mail.send(settings, subject, text, to=to)

    return {**reminders.send_all(settings, send)}
