"""Long files: read in by the worker, watched on the page of the job, cancelled without a trace."""

from __future__ import annotations

from datetime import timedelta

from flask import current_app, url_for

from imports import inbox
from school_it import jobs
from school_it.access import Actor
from school_it.database import now, transaction
from school_it.errors import N_, Sentence
from school_it.jobs import Facts, Work

KIND = "imports.apply"
KEPT_DAYS = 90


def put_down(ident: int, *, partial: bool, by: Actor) -> int:
    """Start the job that takes an upload over, and return its number."""
    with transaction() as session:
        upload = inbox.get_upload(session, ident, seen_by=by)
        title = Sentence(N_("%(file)s einlesen"), file=upload.file_name)
        return jobs.start(session, KIND, by=by, title=title, upload=ident, partial=partial).id


@jobs.task(KIND, N_("Datei einlesen"))
def apply(work: Work, *, upload: int, partial: bool) -> Facts:
    def told(done: int, of: int) -> None:
        work.progress(done, of, Sentence(N_("%(done)s von %(of)s Zeilen"), done=done, of=of))

    inbox.apply(current_app.config["SCHOOL_IT"].home, upload, partial=partial, by=work.by, told=told)
    return {"place": url_for("imports.preview", ident=upload)}


@jobs.nightly("imports.tidy", N_("Eingelesene Dateien aufräumen"), order=80)
def tidy(work: Work) -> Facts:
    """Files hold names: after `KEPT_DAYS` only the counts and the trail are left of them."""
    with transaction() as session:
        home, before = current_app.config["SCHOOL_IT"].home, now() - timedelta(days=KEPT_DAYS)
        return {"files": inbox.tidy(session, home, before=before)}
