"""What the doctor says of the evidence: whether files and data are those that were handed in."""

from __future__ import annotations

from collections.abc import Iterator

from exports.evidence import data, queries, store
from school_it.database import db
from school_it.operations import schema
from school_it.operations.doctor import Finding, check, ill, well
from school_it.settings import Settings


@check
def evidence(settings: Settings) -> Iterator[Finding]:
    if schema.current() is None:  # the check of the database says so
        return
    known = queries.kept(db.session())
    wrong = faults(settings)
    if not wrong:
        yield well("evidence", f"Festgehaltene Nachweise: {len(known)}, alle unverändert.")
        return
    numbers = ", ".join(map(str, wrong))
    said = f"Festgehaltene Nachweise: Von {len(known)} sind {len(wrong)} nicht mehr, wie sie waren: Nr. {numbers}."
    yield ill("evidence", said + " Bitte aus einer Sicherung zurückholen.")


def faults(settings: Settings) -> dict[int, list[str]]:
    """By id what is wrong: file (gone or others), data, trail (it knows other digests)."""
    session, found = db.session(), {}
    known = queries.kept(session)
    told = queries.told(session, [ident for ident, *_rest in known])
    for ident, digest, _size, data_digest in known:
        wrong = [] if store.HANDED_IN.is_sound(settings.home, digest) else ["file"]
        content = queries.data_of(session, ident)
        wrong += [] if data.digest(content) == data_digest else ["data"]
        wrong += [] if told.get(ident) == (digest, data_digest) else ["trail"]
        if wrong:
            found[ident] = wrong
    return found
