"""Taking back what touched many rows: by the worker, watched on the page of the job."""

from __future__ import annotations

from school_it import jobs
from school_it.access import Actor
from school_it.database import transaction
from school_it.errors import N_, RuleBroken, Sentence
from school_it.jobs import Facts, Work
from school_it.undo import actions

KIND = "undo.batch"
AT_ONCE = 2000
"""So many rows go back while the person waits; more are a job."""


def put_down(ident: int, *, expected: str, by: Actor) -> int:
    """Start the job that takes a batch back, and return its number."""
    title = Sentence(N_("Vorgang %(number)s zurücknehmen"), number=ident)
    with transaction() as session:
        return jobs.start(session, KIND, by=by, title=title, batch=ident, expected=expected).id


@jobs.task(KIND, N_("Vorgang zurücknehmen"))
def take_back(work: Work, *, batch: int, expected: str) -> Facts:
    def told(done: int, of: int) -> None:
        work.progress(done, of, Sentence(N_("%(done)s von %(of)s Zeilen"), done=done, of=of))

    if actions.take_back(batch, by=work.by, expected=expected, told=told).made is None:
        raise RuleBroken(NOTHING)
    return {"place": f"/batches/{batch}"}


NOTHING = N_("Davon lässt sich nichts mehr zurücknehmen. Es wurde nichts geändert.")
