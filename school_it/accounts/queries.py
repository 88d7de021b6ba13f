"""Finding accounts, their rights, sessions and tokens."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, Row, Select, exists, func, select
from sqlalchemy.orm import Session, selectinload

from school_it.access import Grant, Role
from school_it.accounts import rules
from school_it.accounts.models import FailedSignIn, RoleGrant, SignedInSession, Token, User
from school_it.errors import N_, NotThere
from school_it.people.models import Person
from school_it.people.rules import PersonState
from school_it.schools.models import School


def find_user(session: Session, name: str) -> User | None:
    return session.scalar(select(User).where(User.name == rules.folded_name(name)))


def get_user(session: Session, name: str) -> User:
    user = find_user(session, name)
    if user is None:
        raise NotThere(N_("Das Konto »%(name)s« gibt es nicht."), name=name)
    return user


def is_anybody_there(session: Session) -> bool:
    return session.scalar(select(User.id).limit(1)) is not None


def users(session: Session) -> Sequence[User]:
    """All accounts with their rights, by name."""
    return session.scalars(select(User).options(selectinload(User.roles)).order_by(User.name)).all()


def grants_of(session: Session, user_id: int, on: date) -> tuple[Grant, ...]:
    """The rights that hold on a day."""
    rows = session.execute(
        select(RoleGrant.role, RoleGrant.school_id, RoleGrant.until).where(RoleGrant.user_id == user_id)
    )
    return tuple(grant for row in rows if (grant := Grant(*row)).holds_on(on))


def _is_still_there() -> ColumnElement[bool]:
    """The account belongs to nobody in particular, or to somebody who has not left."""
    gone = exists().where(Person.id == User.person_id, Person.state != PersonState.ACTIVE)
    return ~gone.correlate(User)


def may_enter(session: Session, user: User) -> bool:
    """An active account of somebody who has not left."""
    still_there = select(User.id).where(User.id == user.id, _is_still_there())
    return user.active and session.scalar(still_there) is not None


def session_and_user(session: Session, key_digest: str) -> Row[SignedInSession, User] | None:
    return session.execute(
        select(SignedInSession, User)
        .join(User, User.id == SignedInSession.user_id)
        .where(SignedInSession.key_digest == key_digest, _is_still_there())
    ).first()


def token_and_user(session: Session, digest: str, at: datetime) -> Row[Token, User] | None:
    return session.execute(
        select(Token, User)
        .join(User, User.id == Token.user_id)
        .where(Token.digest == digest, Token.expires_at > at, User.active, _is_still_there())
    ).first()


def sessions_of(session: Session, user_id: int) -> Sequence[SignedInSession]:
    return session.scalars(
        select(SignedInSession)
        .where(SignedInSession.user_id == user_id)
        .order_by(SignedInSession.seen_at.desc())
    ).all()


def session_by_id(session: Session, user_id: int, ident: int) -> SignedInSession:
    found = session.get(SignedInSession, ident)
    if found is None or found.user_id != user_id:
        raise NotThere(N_("Diese Sitzung gibt es nicht mehr."))
    return found


def token_by_id(session: Session, user_id: int, ident: int) -> Token:
    found = session.get(Token, ident)
    if found is None or found.user_id != user_id:
        raise NotThere(N_("Diesen Zugriffsschlüssel gibt es nicht."))
    return found


def grant_by_id(user: User, ident: int) -> RoleGrant:
    found = next((grant for grant in user.roles if grant.id == ident), None)
    if found is None:
        raise NotThere(N_("Diese Rolle gibt es hier nicht."))
    return found


def tokens_of(session: Session, user_id: int) -> Sequence[Token]:
    return session.scalars(select(Token).where(Token.user_id == user_id).order_by(Token.created_at)).all()


def tries_of(session: Session, key: str) -> FailedSignIn:
    """The counter of a name or an address, held against everybody else until the transaction ends."""
    return session.execute(select(FailedSignIn).where(FailedSignIn.key == key).with_for_update()).scalar_one()


def other_admins(session: Session, user_id: int) -> int:
    """How many active accounts besides this one have the role admin everywhere and for good.

    Locks those rights first, so that of two who end each other's role at once the second sees the first.
    """
    session.execute(_lasting_admins(select(RoleGrant.id)).order_by(RoleGrant.id).with_for_update())
    counted = _lasting_admins(select(func.count(func.distinct(RoleGrant.user_id)))).join(User)
    return session.scalar(counted.where(User.active, User.id != user_id)) or 0


def _lasting_admins(rows: Select[int]) -> Select[int]:
    return rows.where(RoleGrant.role == Role.ADMIN, RoleGrant.school_id.is_(None), RoleGrant.until.is_(None))


def school_names(session: Session) -> dict[int, str]:
    return dict(session.execute(select(School.id, School.name)).all())


def user_by_id(session: Session, user_id: int) -> User:
    user = session.get(User, user_id)
    if user is None:
        raise NotThere(N_("Das Konto gibt es nicht mehr."))
    return user
