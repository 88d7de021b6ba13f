"""Long files: looked at and taken over by the worker, watched on a page, cancelled without a trace."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import current_app, url_for
from sqlalchemy import inspect
from sqlalchemy.orm import Session

from imports import inbox, progress, rows_kept
from imports.models import Upload
from school_it import jobs
from school_it.access import Actor
from school_it.database import db, now, transaction
from school_it.errors import N_, RuleBroken, SchoolItError, Sentence
from school_it.jobs import Cancelled, Facts, Job, Work

APPLY, LOOK = "imports.apply", "imports.look"
KEPT_DAYS = 90
LONG_BYTES = 2**20
"""What is longer is looked at by the worker: about ten thousand rows of twenty columns, a second's work."""


def _home() -> Path:
    home: Path = current_app.config["SCHOOL_IT"].home
    return home


# --- looking at a file ---


def look(session: Session, home: Path, upload: Upload, *, by: Actor, first: bool = False) -> None:
    """Look at the file now and keep what was found; a long one is left to the worker: its upload is then `reading`.

    Inside a transaction. `first`: nobody has said yet how it is to be read.
    """
    if not is_long(home, upload.digest):
        looked = inbox.first_look if first else inbox.look_at
        inbox.note(home, upload, looked(session, home, upload, by=by))
        return
    before = _before(upload)
    upload.state = "reading"
    session.add(upload)
    session.flush()
    title = Sentence(N_("%(file)s ansehen"), file=upload.file_name)
    job = jobs.start(session, LOOK, by=by, title=title, upload=upload.id, first=first)
    upload.summary = {**(upload.summary or {}), "job": job.id, "before": before}


def look_anew(
    home: Path,
    ident: int,
    change: Callable[[Upload], None],
    *,
    by: Actor,
    first: bool = False,
    get: Callable[..., Upload] = inbox.get_waiting,
) -> None:
    """`look` at what `change` makes of an upload; a short file is read before anybody else has to wait.

    Raises RuleBroken where somebody has said something else about it meanwhile.
    """
    upload = get(db.session(), ident, seen_by=by)
    if is_long(home, upload.digest):
        with transaction() as session:
            upload = get(session, ident, seen_by=by)
            change(upload)
            look(session, home, upload, by=by, first=first)
        return
    version, copy = upload.version, _copy(upload)
    change(copy)
    found = (inbox.first_look if first else inbox.look_at)(db.session(), home, copy, by=by)
    with transaction() as session:
        upload = get(session, ident, seen_by=by)
        if upload.version != version:
            raise RuleBroken(N_("Die Datei wird inzwischen anders gelesen. Bitte die neue Vorschau ansehen."))
        upload.kind, upload.wish = copy.kind, copy.wish
        inbox.note(home, upload, found)


def is_long(home: Path, digest: str) -> bool:
    return inbox.path_of(home, digest).stat().st_size > LONG_BYTES


def get_to_look(session: Session, ident: int, *, seen_by: Actor) -> Upload:
    """An upload that may be looked at once more, also one whose reading has come to nothing."""
    upload = inbox.get_own(session, ident, seen_by=seen_by)
    job = job_of(session, upload)
    if upload.state == "reading" and (job is None or not job.is_open):
        return upload
    return inbox.get_waiting(session, ident, seen_by=seen_by)


def _before(upload: Upload) -> dict[str, Any] | None:
    """What was said about the file before; None where it has never been looked at."""
    if "columns" not in (upload.summary or {}):
        return None
    attributes = inspect(upload).attrs
    histories = {name: attributes[name].history for name in ("kind", "wish")}
    return {
        name: history.deleted[0] if history.deleted else getattr(upload, name)
        for name, history in histories.items()
    }


@jobs.task(LOOK, N_("Datei ansehen"))
def look_as_job(work: Work, *, upload: int, first: bool) -> Facts:
    home, session = _home(), db.session()
    copy = _copy(_get_reading(session, upload, work.number))
    try:
        with progress.heard_by(_listener(work)):
            looked = inbox.first_look if first else inbox.look_at
            inbox.note(home, copy, looked(session, home, copy, by=work.by))
        with transaction() as writing:
            seen = _get_reading(writing, upload, work.number)
            seen.kind, seen.wish = copy.kind, copy.wish
            seen.summary, seen.outlook_digest, seen.state = copy.summary, copy.outlook_digest, "preview"
    except (SchoolItError, Cancelled) as end:
        _give_up(upload, work.number, end.sentence)
        raise
    return {"place": url_for("imports.preview", ident=upload)}


def _get_reading(session: Session, ident: int, number: int) -> Upload:
    upload = session.get(Upload, ident)
    if upload is None or upload.state != "reading" or upload.summary.get("job") != number:
        raise RuleBroken(N_("Die Datei ist inzwischen weggelegt."))
    return upload


def _copy(upload: Upload) -> Upload:
    """What a look changes, beside the database, so that nobody is kept waiting meanwhile."""
    return Upload(
        id=upload.id, kind=upload.kind, file_name=upload.file_name, digest=upload.digest, user_id=upload.user_id,
        user_name=upload.user_name, wish=upload.wish, summary=upload.summary, outlook_digest=upload.outlook_digest,
    )  # fmt: skip


def _listener(work: Work) -> progress.Listener:
    def heard(step: str, done: int, of: int | None) -> None:
        work.progress(done, of, Sentence(step, done=done, of=of or 0))

    return heard


def _give_up(ident: int, number: int, said: Sentence) -> None:
    """The upload is as it was before; one that has never been looked at, or that is put away, keeps nothing."""
    with transaction() as session:
        upload = session.get(Upload, ident)
        if upload is None:
            return
        if upload.state == "reading" and upload.summary.get("job") == number:
            _as_before(upload, said)
        over = upload.state == "discarded"
    if over:
        rows_kept.forget(inbox.details_path(_home(), upload))
        inbox.let_go(db.session(), _home(), upload.digest)


def _as_before(upload: Upload, said: Sentence) -> None:
    before = upload.summary.get("before")
    if before is None:
        upload.state, upload.summary, upload.wish = "discarded", {"said": jobs.stored(said)}, {}
    else:
        upload.kind, upload.wish, upload.state = before["kind"], before["wish"], "preview"
        kept = {name: value for name, value in upload.summary.items() if name != "before"}
        upload.summary = {**kept, "said": jobs.stored(said)}


def job_of(session: Session, upload: Upload) -> Job | None:
    """The work on this upload that is under way, or that ended without doing what it should."""
    number = upload.summary.get("job")
    job = session.get(Job, number) if number else None
    return job if job is not None and job.state is not jobs.State.DONE else None


# --- taking it over ---


def put_down(ident: int, *, partial: bool, by: Actor) -> int:
    """Start the job that takes an upload over, and return its number; one that is under way is not started again."""
    with transaction() as session:
        upload = inbox.get_waiting(session, ident, seen_by=by)
        under_way = job_of(session, upload)
        if under_way is not None and under_way.is_open:
            return under_way.id
        title = Sentence(N_("%(file)s einlesen"), file=upload.file_name)
        job = jobs.start(session, APPLY, by=by, title=title, upload=ident, partial=partial)
        upload.summary = {**upload.summary, "job": job.id}
        return job.id


@jobs.task(APPLY, N_("Datei einlesen"))
def apply(work: Work, *, upload: int, partial: bool) -> Facts:
    def told(done: int, of: int) -> None:
        work.progress(done, of, Sentence(N_("%(done)s von %(of)s Zeilen"), done=done, of=of))

    with progress.heard_by(_listener(work)):
        inbox.apply(_home(), upload, partial=partial, by=work.by, told=told)
    return {"place": url_for("imports.preview", ident=upload)}


@jobs.nightly("imports.tidy", N_("Eingelesene Dateien aufräumen"), order=80)
def tidy(work: Work) -> Facts:
    """Files hold names: after `KEPT_DAYS` only the counts and the trail are left of them; of a killed run, nothing."""
    with transaction() as session:
        files = inbox.tidy(session, _home(), before=now() - timedelta(days=KEPT_DAYS))
    inbox.sweep(db.session(), _home(), before=now() - timedelta(days=1))
    return {"files": files}
