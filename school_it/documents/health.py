"""What the doctor says of the documents: whether each has its bytes, unchanged."""

from __future__ import annotations

from collections.abc import Iterator

from school_it.database import db
from school_it.documents import queries, store
from school_it.operations import schema
from school_it.operations.doctor import Finding, check, ill, well
from school_it.settings import Settings


@check
def documents(settings: Settings) -> Iterator[Finding]:
    if schema.current() is None:  # the check of the database says so
        return
    known = queries.contents(db.session())
    missing = [digest for digest, _size in known if not store.is_there(settings.home, digest)]
    damaged = [
        digest
        for digest, size in known
        if store.is_there(settings.home, digest) and not store.is_sound(settings.home, digest, size)
    ]
    if not missing and not damaged:
        yield well("documents", f"Unterlagen: {len(known)}, alle unversehrt.")
        return
    said = f"Unterlagen: Von {len(known)} fehlen {len(missing)}, beschädigt sind {len(damaged)}."
    yield ill("documents", said + " Bitte aus einer Sicherung zurückholen.")
