"""What the doctor says of the documents: whether each has its bytes, unchanged."""

from __future__ import annotations

from collections.abc import Iterator

from school_it.database import db
from school_it.documents import queries
from school_it.documents.store import DOCUMENTS
from school_it.operations import schema
from school_it.operations.doctor import Finding, check, ill, well
from school_it.settings import Settings


@check
def documents(settings: Settings) -> Iterator[Finding]:
    if schema.current() is None:  # the check of the database says so
        return
    known = queries.digests(db.session())
    missing = [digest for digest in known if not DOCUMENTS.is_there(settings.home, digest)]
    damaged = [
        digest
        for digest in known
        if DOCUMENTS.is_there(settings.home, digest) and not DOCUMENTS.is_sound(settings.home, digest)
    ]
    if not missing and not damaged:
        yield well("documents", f"Unterlagen: {len(known)}, alle unversehrt.")
        return
    said = f"Unterlagen: Von {len(known)} fehlen {len(missing)}, beschädigt sind {len(damaged)}."
    yield ill("documents", said + " Bitte aus einer Sicherung zurückholen.")
