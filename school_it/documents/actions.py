"""What is done with documents: attach, remove, let go of bytes that nothing needs."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from school_it import audit
from school_it.access import Actor
from school_it.audit import Action
from school_it.database import is_sqlite, now, transaction
from school_it.documents import bearers, queries, rules
from school_it.documents.models import Document, Link
from school_it.documents.rules import DocumentKind
from school_it.documents.store import DOCUMENTS
from school_it.errors import N_, NotAllowed, RuleBroken

_LOCK = 7_240_311
YOUNG = timedelta(hours=1)
_NO_RIGHT = N_("Dafür fehlt Ihnen an dieser Schule das Recht.")


def attach(
    session: Session, thing: Any, content: bytes, *, name: str, kind: DocumentKind, home: Path, by: Actor
) -> Link:
    """Keep these bytes as a document of `thing`; the trail of the thing tells it.

    Raises NotAllowed, BadValue for what is neither PDF nor photo or is cut off, RuleBroken where the thing has the
    same content already.
    """
    _must_change(session, thing, by)
    form = rules.form_of(content)
    _alone(session)
    digest = DOCUMENTS.keep(home, content)
    document = queries.find_document(session, digest)
    if document is None:
        document = Document(digest=digest, form=form, size=len(content))
        session.add(document)
        session.flush()
    elif (known := queries.find_link(session, document, thing)) is not None:
        raise RuleBroken(N_("Diese Datei hängt hier schon, unter dem Namen »%(name)s«."), name=known.name)
    link = Link(
        document=document, target_table=thing.__tablename__, target_id=thing.id, kind=kind,
        name=rules.cleaned_name(name, form), added_by=by.name,
    )  # fmt: skip
    session.add(link)
    audit.record(session, Action.DOCUMENT_ATTACHED, thing, by=by, **_facts(link))
    return link


def detach(session: Session, link: Link, thing: Any, *, by: Actor) -> str:
    """Take the document from its thing. Returns the digest, for `let_go` once this is committed."""
    if not bearers.bearer_of(thing).lets_go(session, thing, by):
        raise NotAllowed(_NO_RIGHT)
    digest = link.document.digest
    audit.record(session, Action.DOCUMENT_DETACHED, thing, by=by, **_facts(link))
    session.delete(link)
    return digest


def let_go(home: Path, digest: str) -> bool:
    """Remove the bytes if nothing needs them any more, in a transaction of its own; True where they are gone."""
    with transaction() as session:
        _alone(session)
        document = queries.find_document(session, digest)
        if document is not None and queries.link_count(session, document.id):
            return False
        if document is not None:
            session.delete(document)
    return _drop_unknown(home, digest)


def _drop_unknown(home: Path, digest: str) -> bool:
    """The row is gone for good by now; nobody may have brought the same bytes again in between."""
    with transaction() as session:
        _alone(session)
        if queries.find_document(session, digest) is not None:
            return False
        DOCUMENTS.remove(home, digest)
    return True


def tidy(home: Path) -> int:
    """Remove contents without a link and files without a row that are older than an hour; how many there were."""
    with transaction() as session:
        digests = [one.digest for one in queries.unneeded(session, before=now() - YOUNG)]
        known = set(queries.digests(session))
    oldest = (now() - YOUNG).timestamp()
    digests += [
        path.name
        for path in DOCUMENTS.stored(home)
        if path.name not in known and path.stat().st_mtime < oldest
    ]
    return sum(let_go(home, digest) for digest in digests)


def _facts(link: Link) -> dict[str, Any]:
    return {
        "name": link.name,
        "kind": link.kind,
        "digest": link.document.digest,
        "size": link.document.size,
    }


def _must_change(session: Session, thing: Any, by: Actor) -> None:
    if not bearers.bearer_of(thing).changes(session, thing, by):
        raise NotAllowed(_NO_RIGHT)


def _alone(session: Session) -> None:
    """Bytes come and go one after the other. On SQLite there is one writer anyway."""
    if not is_sqlite(session):
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
