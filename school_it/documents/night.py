"""What happens with documents at night: bytes that nothing needs leave."""

from __future__ import annotations

from flask import current_app

from school_it import jobs
from school_it.documents import actions
from school_it.errors import N_
from school_it.jobs import Facts, Work


@jobs.nightly("documents.tidy", N_("Unterlagen ohne Zugehörigkeit entfernen"), order=40)
def tidy(work: Work) -> Facts | None:
    return {"removed": actions.tidy(current_app.config["SCHOOL_IT"].home)}
