"""Keys and access codes of licences: sealed in the database, shown one at a time by an act that leaves a trace.

They are sealed with Fernet (AES-128-CBC and HMAC-SHA256) by a key derived from `SECRET_KEY`: whoever has only the
database or its backup has none of them. With another `SECRET_KEY` they cannot be opened and are entered again.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from school_it import audit
from school_it.access import Actor, May
from school_it.audit import Action
from school_it.errors import N_, BadValue, NotThere, RuleBroken
from school_it.licences.models import Licence, LicenceKey

LONGEST = 2000
PURPOSE = b"school-it licence keys"


def keys_of(session: Session, licence: Licence) -> Sequence[LicenceKey]:
    """What is kept, without what is sealed."""
    rows = select(LicenceKey).where(LicenceKey.licence_id == licence.id).options(defer(LicenceKey.sealed))
    return session.scalars(rows.order_by(LicenceKey.id)).all()


def keep(
    session: Session, licence: Licence, secret: str, *, label: str | None = None, by: Actor
) -> LicenceKey:
    """Seal and keep a key. Raises NotAllowed, BadValue."""
    by.must(May.EDIT_LICENCES, licence.school_id)
    secret = secret.strip()
    if not 0 < len(secret) <= LONGEST:
        raise BadValue(N_("Ein Schlüssel hat 1 bis %(most)s Zeichen."), most=LONGEST)
    sealed = _box().encrypt(secret.encode())
    kept = LicenceKey(licence_id=licence.id, label=label or "", sealed=sealed, kept_by=by.name)
    session.add(kept)
    audit.record(session, Action.LICENCE_KEY_KEPT, licence, by=by, key=label or "")
    return kept


def show(session: Session, licence: Licence, ident: int, *, by: Actor) -> str:
    """The key in clear, for somebody who keeps this licence; that it was looked at is on record.

    Raises NotAllowed, NotThere, RuleBroken where it was sealed with another `SECRET_KEY`.
    """
    by.must(May.EDIT_LICENCES, licence.school_id)
    kept = _get(session, licence, ident)
    try:
        secret = _box().decrypt(kept.sealed).decode()
    except InvalidToken:
        raise RuleBroken(
            N_(
                "Dieser Schlüssel wurde mit einem anderen SECRET_KEY hinterlegt und lässt sich nicht mehr öffnen."
            )
        ) from None
    audit.record(session, Action.LICENCE_KEY_SHOWN, licence, by=by, key=kept.label)
    return secret


def remove(session: Session, licence: Licence, ident: int, *, by: Actor) -> None:
    """Raises NotAllowed, NotThere."""
    by.must(May.EDIT_LICENCES, licence.school_id)
    kept = _get(session, licence, ident)
    audit.record(session, Action.LICENCE_KEY_REMOVED, licence, by=by, key=kept.label)
    session.delete(kept)


def _get(session: Session, licence: Licence, ident: int) -> LicenceKey:
    kept = session.scalar(
        select(LicenceKey).where(LicenceKey.id == ident, LicenceKey.licence_id == licence.id)
    )
    if kept is None:
        raise NotThere(N_("Diesen Schlüssel gibt es hier nicht."))
    return kept


def _box() -> Fernet:
    secret = str(current_app.config["SECRET_KEY"]).encode()
    derived = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=PURPOSE).derive(secret)
    return Fernet(base64.urlsafe_b64encode(derived))
