"""Pages of jobs: found again, watched, cancelled."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from school_it.access import May, current, needs
from school_it.database import db, now
from school_it.errors import N_, NotThere, Sentence
from school_it.jobs import actions, nights, queries
from school_it.jobs.models import STATE_NAMES, Job, State, restored
from school_it.jobs.queue import here
from school_it.web import flash_done, lists, page, said

bp = Blueprint("jobs", __name__, url_prefix="/jobs")


@bp.get("")
@needs(May.SEE_JOBS)
def index() -> Any:
    state = request.args.get("state", "")
    wanted = queries.jobs(seen_by=current(), state=State(state) if state in STATE_NAMES else None)
    found = lists.slice_of(
        db.session(),
        wanted,
        key=Job.__table__.c.id,
        ident=Job.__table__.c.id,
        descending=True,
        cursor=request.args.get("cursor"),
    )
    return page(
        "jobs/index.html",
        jobs=[row[0] for row in found.rows],
        **lists.neighbours(found),
        state=state,
        state_names=STATE_NAMES,
        states=[(state.value, _(name)) for state, name in STATE_NAMES.items()],
        tell=said,
        looks_after=current().may_at(May.SEE_JOBS, None),
    )


@bp.get("/nights")
@needs(May.SEE_JOBS)
def the_nights() -> Any:
    """Only for those who look after all schools: the figures are the town's."""
    if not current().may_at(May.SEE_JOBS, None):
        raise NotThere(N_("Diese Seite gibt es nicht."))
    settings = current_app.config["SCHOOL_IT"]
    return page(
        "jobs/nights.html",
        rows=nights.log(db.session(), settings),
        faults=nights.faults(db.session(), settings, now()),
        count_names=nights.COUNT_NAMES,
        state_names=STATE_NAMES,
        tell=said,
    )


@bp.get("/<int:number>")
@needs(May.SEE_JOBS)
def job(number: int) -> Any:
    """The page asks itself again while the job is open."""
    actor = current()
    found = queries.get_job(db.session(), number, seen_by=actor)
    done, of, sentence = standing(found)
    return page(
        "jobs/job.html",
        job=found,
        done=done,
        of=of,
        title=said(found.title_said),
        words=said(sentence) if sentence else _(STATE_NAMES[found.state]),
        state_names=STATE_NAMES,
        may_cancel=found.is_open and queries.may_cancel(found, actor),
    )


@bp.post("/<int:number>/cancel")
@needs(May.SEE_JOBS)
def cancel(number: int) -> Response:
    actions.cancel(number, by=current())
    flash_done(_("Der Auftrag wird abgebrochen."))
    return redirect(url_for(".job", number=number))


def standing(job: Job) -> tuple[int, int | None, Sentence | None]:
    """How far a job is: done, of how many, in words."""
    shown = here().noted(f"job-{job.id}") if job.is_open else None
    if shown is None:
        return job.done, job.of, job.sentence_said
    return shown["done"], shown["of"], restored(shown["sentence"]) if shown["sentence"] else None
