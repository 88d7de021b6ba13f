"""What files keep of people: it goes when somebody is forgotten, whoever of the file it is."""

from __future__ import annotations

from collections.abc import Sequence

from flask import current_app
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from imports import inbox, rows_kept
from imports.models import Upload
from school_it.people import holdings

NAMING = ("people", "devices")
"""Kinds of files that name people: pupils and staff, and those who have a device."""
OVER = ("applied", "discarded")


def empty_files(session: Session, _person_ids: Sequence[int]) -> None:
    """Files that somebody still works on stay as they are, and go after their ninety days.

    What lies on the disk goes after the commit: what is rolled back has removed nothing.
    """
    home = current_app.config["SCHOOL_IT"].home
    done = session.scalars(select(Upload).where(Upload.kind.in_(NAMING), Upload.state.in_(OVER))).all()
    working = set(session.scalars(select(Upload.digest).where(Upload.state.not_in(OVER))))
    for upload in done:
        inbox.forget_cells(upload)

    gone = [(inbox.details_path(home, upload), upload.digest) for upload in done]

    def remove(_session: Session) -> None:
        for rows, digest in gone:
            rows_kept.forget(rows)
            if digest not in working:
                inbox.path_of(home, digest).unlink(missing_ok=True)

    event.listen(session, "after_commit", remove, once=True)
    event.listen(session, "after_rollback", lambda _session: gone.clear(), once=True)


holdings.also_forget(empty_files)
