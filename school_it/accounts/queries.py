"""Finding accounts, their rights, sessions and tokens."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session, selectinload

from school_it.access import Grant, Role
from school_it.accounts.models import FailedSignIn, RoleGrant, SignedInSession, Token, User
from school_it.errors import N_, NotThere
from school_it.schools.models import School


def find_user(session: Session, name: str) -> User | None:
    return session.scalar(select(User).where(User.name == name.strip().lower()))


def get_user(session: Session, name: str) -> User:
    user = find_user(session, name)
    if user is None:
        raise NotThere(N_("Das Konto »%(name)s« gibt es nicht."), name=name)
    return user


def users(session: Session) -> Sequence[User]:
    """All accounts with their rights, by name."""
    return session.scalars(select(User).options(selectinload(User.roles)).order_by(User.name)).all()


def grants_of(session: Session, user_id: int, on: date) -> tuple[Grant, ...]:
    """The rights that hold on a day."""
    rows = session.execute(
        select(RoleGrant.role, RoleGrant.school_id, RoleGrant.until).where(RoleGrant.user_id == user_id)
    )
    return tuple(grant for row in rows if (grant := Grant(*row)).holds_on(on))


def session_and_user(session: Session, key_digest: str) -> Row[tuple[SignedInSession, User]] | None:
    return session.execute(
        select(SignedInSession, User)
        .join(User, User.id == SignedInSession.user_id)
        .where(SignedInSession.key_digest == key_digest)
    ).first()


def token_and_user(session: Session, digest: str, at: datetime) -> Row[tuple[Token, User]] | None:
    return session.execute(
        select(Token, User)
        .join(User, User.id == Token.user_id)
        .where(Token.digest == digest, Token.expires_at > at, User.active)
    ).first()


def sessions_of(session: Session, user_id: int) -> Sequence[SignedInSession]:
    return session.scalars(
        select(SignedInSession).where(SignedInSession.user_id == user_id).order_by(SignedInSession.seen_at.desc())
    ).all()


def tokens_of(session: Session, user_id: int) -> Sequence[Token]:
    return session.scalars(select(Token).where(Token.user_id == user_id).order_by(Token.created_at)).all()


def failed_tries(session: Session, key: str) -> FailedSignIn | None:
    return session.scalar(select(FailedSignIn).where(FailedSignIn.key == key).with_for_update())


def other_admins(session: Session, user_id: int, on: date) -> int:
    """How many active accounts besides this one have the role admin everywhere and for good."""
    return (
        session.scalar(
            select(func.count(func.distinct(User.id)))
            .join(RoleGrant, RoleGrant.user_id == User.id)
            .where(User.active, User.id != user_id, RoleGrant.role == Role.ADMIN, RoleGrant.school_id.is_(None))
            .where(RoleGrant.until.is_(None))
        )
        or 0
    )


def school_names(session: Session) -> dict[int, str]:
    return {ident: name for ident, name in session.execute(select(School.id, School.name))}


def user_by_id(session: Session, user_id: int) -> User:
    user = session.get(User, user_id)
    if user is None:
        raise NotThere(N_("Das Konto gibt es nicht mehr."))
    return user
