"""The API of jobs: how far they are."""

from __future__ import annotations

from typing import Any

from marshmallow import fields

from school_it.access import May, current, needs
from school_it.database import HIGHEST_ID, db
from school_it.jobs import queries
from school_it.jobs.models import STATE_NAMES, Job, State
from school_it.jobs.views import standing
from school_it.web import lists, said
from school_it.web.api import Blueprint, cursor_of, page_of
from school_it.web.shapes import Instant, Listing, Shape, Word, list_of, one_of

api = Blueprint("jobs")


class JobShape(Shape):
    id = fields.Integer(required=True)
    kind = fields.String(required=True)
    title = fields.String(required=True)
    state = Word({state: state.value for state in State}, required=True)
    done = fields.Integer(required=True)
    of = fields.Integer(allow_none=True, metadata={"description": "Null as long as nobody knows."})
    sentence = fields.String(allow_none=True, metadata={"description": "What it is at, or how it ended."})
    put_at = Instant(required=True)
    begun_at = Instant(allow_none=True)
    ended_at = Instant(allow_none=True)


class JobListing(Listing):
    state = one_of(STATE_NAMES, "Only jobs in this state.")


@api.get("/jobs")
@needs(May.SEE_JOBS)
@api.asks(JobListing)
@api.answers(list_of(JobShape, "JobList"))
def jobs(asked: dict[str, Any]) -> Any:
    """One's own jobs, or all of them for those who look after the house; the newest first."""
    state, table = asked["state"], Job.__table__.c
    found = lists.slice_of(
        db.session(),
        queries.jobs(seen_by=current(), state=State(state) if state else None),
        key=table.id,
        ident=table.id,
        descending=True,
        cursor=cursor_of(asked),
        size=asked["limit"],
    )
    return page_of(found, lambda row: _told(row[0]))


@api.get(f"/jobs/<int(max={HIGHEST_ID}):number>")
@needs(May.SEE_JOBS)
@api.answers(JobShape)
def job(number: int) -> Any:
    """One job and how far it is."""
    return _told(queries.get_job(db.session(), number, seen_by=current()))


def _told(job: Job) -> dict[str, Any]:
    done, of, sentence = standing(job)
    own = {name: getattr(job, name) for name in ("id", "kind", "state", "put_at", "begun_at", "ended_at")}
    return {
        **own,
        "title": said(job.title_said),
        "done": done,
        "of": of,
        "sentence": sentence and said(sentence),
    }
