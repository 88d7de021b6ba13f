"""The page of a file that the worker is looking at, or that could not be read in the end."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from imports import inbox, work
from imports.models import Upload
from school_it import jobs
from school_it.access import current
from school_it.jobs.models import STATE_NAMES
from school_it.jobs.queries import may_cancel
from school_it.jobs.views import standing
from school_it.web import page, said

PROGRESS = "progress"  # the part of the page that asks for itself again


def has_rows(upload: Upload) -> bool:
    """Whether it has been looked at, so that there is a preview to show."""
    return upload.state != "reading" and "columns" in upload.summary


def show_reading(session: Session, upload: Upload) -> Any:
    """How far it is; the page asks itself again until it has become the preview."""
    job = work.job_of(session, upload)
    done, of, sentence = standing(job) if job else (0, None, None)
    failed = upload.summary.get("said")
    words = said(jobs.restored(failed)) if failed else said(sentence) if sentence else ""
    return page(
        "imports/reading.html",
        upload=upload,
        job=job,
        is_open=upload.state == "reading" and job is not None and job.is_open,
        done=done,
        of=of,
        words=words or (_(STATE_NAMES[job.state]) if job else ""),
        may_cancel=job is not None and may_cancel(job, current()),
        may_go_on=upload.state == "reading" and inbox.may_work_on(upload, current()),
    )


def asks_itself_again() -> bool:
    """The request comes from a part of `show_reading`, which is no longer on the page."""
    return request.headers.get("HX-Target") == PROGRESS


def as_whole_page() -> Response:
    """Tells the part of the page that the whole page is another one now."""
    answer = Response("", 200)
    answer.headers["HX-Refresh"] = "true"
    return answer
