"""A POST with the same ``Idempotency-Key`` twice does it once.

The key is written in the transaction of the act itself: both happen or neither. Of two at once the unique constraint
lets one through; the other then finds its answer. What was refused has changed nothing and is not kept.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from flask import request
from sqlalchemy import JSON, ForeignKey, String, Text, UniqueConstraint, delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from school_it.access import current
from school_it.database import Model, Moment, now, transaction
from school_it.errors import N_, BadValue

HEADER = "Idempotency-Key"
LONGEST = 200
KEPT = timedelta(hours=24)

Body = dict[str, Any]


class IdempotencyKey(Model):
    """What a program's POST was answered, for a day. `digest` is that of the whole request."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (UniqueConstraint("user_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), nullable=False)
    key: Mapped[str] = mapped_column(String(LONGEST), nullable=False)
    request: Mapped[str] = mapped_column(Text, nullable=False)
    digest: Mapped[str] = mapped_column(String(64), nullable=False)
    status: Mapped[int] = mapped_column(nullable=False)
    body: Mapped[Body | None] = mapped_column(JSON(none_as_null=True))
    made_at: Mapped[datetime] = mapped_column(Moment, nullable=False, default=now, index=True)


class _SomebodyElse(Exception):
    """The same key is being used at this very moment."""


def do_once(write: Callable[[Session], Body], status: int) -> Body:
    """The answer of `write`, which is called with a writing session, or the one that was kept for this key."""
    key = _key()
    if key is None:
        with transaction() as session:
            return write(session)
    try:
        return _kept_or_done(key, write, status)
    except _SomebodyElse:
        return _kept_or_done(key, write, status)


def _kept_or_done(key: str, write: Callable[[Session], Body], status: int) -> Body:
    with transaction() as session:
        forget_old(session)
        known = session.scalar(
            select(IdempotencyKey).where(IdempotencyKey.user_id == current().id, IdempotencyKey.key == key)
        )
        if known is not None:
            return _answer_of(known)
        begun = _begin(session, key, status)
        begun.body = write(session)
        return begun.body


def _answer_of(known: IdempotencyKey) -> Body:
    if (known.request, known.digest) != _fingerprint():
        raise BadValue(N_("Dieser Idempotency-Key gehört schon zu einer anderen Anfrage."))
    return known.body or {}


def _begin(session: Session, key: str, status: int) -> IdempotencyKey:
    line, digest = _fingerprint()
    begun = IdempotencyKey(user_id=current().id, key=key, request=line, digest=digest, status=status)
    session.add(begun)
    try:
        session.flush()
    except IntegrityError:
        raise _SomebodyElse from None
    return begun


def _fingerprint() -> tuple[str, str]:
    return f"{request.method} {request.path}", hashlib.sha256(request.get_data(cache=True)).hexdigest()


def _key() -> str | None:
    key = request.headers.get(HEADER)
    if key is not None and not (0 < len(key) <= LONGEST and key.isascii() and key.isprintable()):
        raise BadValue(N_("Ein Idempotency-Key hat 1 bis 200 druckbare ASCII-Zeichen."))
    return key


def forget_old(session: Session) -> None:
    session.execute(delete(IdempotencyKey).where(IdempotencyKey.made_at < now() - KEPT))
