"""Long work: put down as a job, done by the worker; it can be watched, left, found again and cancelled.

How a room declares work, at the top level of a module that `app.py` reaches::

    @jobs.task("imports.apply", N_("Datei einlesen"))
    def apply(work: Work, *, import_id: int) -> Facts | None:
        with transaction() as session:
            for number, row in enumerate(rows):
                work.progress(number, len(rows), Sentence(N_("Zeile %(n)s"), n=number))
                ...
        return {"place": "/imports/5"}      # the page of the job shows a link to `place`

    @jobs.nightly("people.sync", N_("Abgleich"), order=10, when=lambda settings: bool(settings.LDAP_URL))
    def sync(work: Work) -> Facts | None: ...

How it is started, inside a transaction; the queue gets it after the commit::

    with transaction() as session:
        job = jobs.start(session, "imports.apply", by=actor, title=Sentence(...), school_id=7, import_id=5)
        number = job.id
    return redirect(url_for("jobs.job", number=number))

Facts are plain JSON values (ids, words), never objects. ``work.by`` is who started it, with the rights of
that moment. ``work.progress`` may be called for every row: it writes a few times a second at most, beside the
database, so that it is seen while a transaction is open. It raises `Cancelled` where somebody cancelled, and the
transaction rolls back. A `SchoolItError` makes the job failed with that sentence. With ``JOBS_IMMEDIATE`` (the
default under ``TESTING``) the job is done before ``transaction()`` is left.
"""

from school_it.jobs.actions import cancel, cancel_waiting_of, start
from school_it.jobs.kinds import Facts, nightly, task
from school_it.jobs.models import Job, State, restored, stored
from school_it.jobs.queries import find_last_night, get_job
from school_it.jobs.work import Cancelled, Work, prepare

__all__ = [
    "Cancelled",
    "Facts",
    "Job",
    "State",
    "Work",
    "cancel",
    "cancel_waiting_of",
    "find_last_night",
    "get_job",
    "nightly",
    "prepare",
    "restored",
    "start",
    "stored",
    "task",
]
