"""What the inbox asks on the start page."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy.orm import Session

from imports import inbox
from school_it.access import Actor
from school_it.errors import N_
from school_it.overview.attention import Answer, Question

WAITING = Question(
    N_("Dateien"),
    "imports.index",
    {"state": "preview"},
    "info",
    "upload",
    N_("angesehen, noch nicht übernommen"),
)


def waiting_files(session: Session, actor: Actor) -> Iterator[Answer]:
    yield Answer(WAITING, inbox.waiting(session, seen_by=actor))
