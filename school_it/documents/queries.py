"""Finding documents: those of a thing, one by its link, and what nothing needs any more."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from school_it.access import Actor
from school_it.documents import bearers
from school_it.documents.bearers import Bearer
from school_it.documents.models import Document, Link
from school_it.errors import N_, NotThere


def links_of(session: Session, things: Sequence[Any]) -> Sequence[Link]:
    """All documents of these things, the newest first; one statement."""
    if not things:
        return []
    wanted = [(thing.__tablename__, thing.id) for thing in things]
    rows = select(Link).where(tuple_(Link.target_table, Link.target_id).in_(wanted))
    return session.scalars(rows.order_by(Link.id.desc())).all()


def get_link(session: Session, ident: int, *, seen_by: Actor) -> tuple[Link, Bearer, Any]:
    """A document with the thing that carries it; whoever may not see the thing gets NotThere."""
    link = session.get(Link, ident)
    if link is None:
        raise NotThere(N_("Diese Unterlage gibt es hier nicht."))
    bearer, thing = bearers.get_thing(session, link.target_table, link.target_id, seen_by=seen_by)
    return link, bearer, thing


def find_document(session: Session, digest: str) -> Document | None:
    return session.scalar(select(Document).where(Document.digest == digest))


def find_link(session: Session, document: Document, thing: Any) -> Link | None:
    wanted = (Link.target_table == thing.__tablename__, Link.target_id == thing.id)
    return session.scalar(select(Link).where(Link.document_id == document.id, *wanted))


def link_count(session: Session, document_id: int) -> int:
    return session.scalar(select(func.count()).where(Link.document_id == document_id)) or 0


def unneeded(session: Session, *, before: datetime) -> Sequence[Document]:
    """Contents from before that moment to which no link leads."""
    needed = select(Link.id).where(Link.document_id == Document.id).exists()
    return session.scalars(select(Document).where(~needed, Document.kept_since < before)).all()


def digests(session: Session) -> Sequence[str]:
    """Of every content, in the order in which they came."""
    return session.scalars(select(Document.digest).order_by(Document.id)).all()
