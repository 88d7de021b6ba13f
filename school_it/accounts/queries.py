"""Finding accounts, their rights, sessions and tokens."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, Row, Select, exists, func, or_, select
from sqlalchemy.orm import Session, selectinload

from school_it.access import Grant, Role
from school_it.accounts import rules
from school_it.accounts.models import DIRECTORY, LOCAL, FailedSignIn, RoleGrant, SignedInSession, Token, User
from school_it.errors import N_, NotThere
from school_it.people.models import Membership, Person
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
    """The rights that hold on a day; what the directory gave holds for a person it has brought only."""
    somebody = exists().where(User.id == RoleGrant.user_id, User.person_id.is_not(None)).correlate(RoleGrant)
    rows = session.execute(
        select(RoleGrant.role, RoleGrant.school_id, RoleGrant.until).where(
            RoleGrant.user_id == user_id, or_(RoleGrant.source != DIRECTORY, somebody)
        )
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
    """How many active accounts besides this one have the role admin everywhere, for good and by their own password.

    Locks those rights first, so that of two who end each other's role at once the second sees the first.
    """
    session.execute(_lasting_admins(select(RoleGrant.id)).order_by(RoleGrant.id).with_for_update())
    counted = _lasting_admins(select(func.count(func.distinct(RoleGrant.user_id)))).join(User)
    opens = (User.active, User.password_hash.is_not(None), User.id != user_id)
    return session.scalar(counted.where(*opens)) or 0


def _lasting_admins(rows: Select[int]) -> Select[int]:
    return rows.where(
        RoleGrant.role == Role.ADMIN,
        RoleGrant.school_id.is_(None),
        RoleGrant.until.is_(None),
        RoleGrant.source == LOCAL,
    )


def school_names(session: Session) -> dict[int, str]:
    return dict(session.execute(select(School.id, School.name)).all())


def user_by_id(session: Session, user_id: int) -> User:
    user = session.get(User, user_id)
    if user is None:
        raise NotThere(N_("Das Konto gibt es nicht mehr."))
    return user


# --- accounts of the directory's people ---


def person_of(session: Session, source: str, stable_id: str) -> Person | None:
    return session.scalar(select(Person).where(Person.source == source, Person.stable_id == stable_id))


def directory_account_of(session: Session, person_id: int) -> User | None:
    """The person's account without a password; an account with one is local, whomever it belongs to."""
    wanted = (User.person_id == person_id, User.password_hash.is_(None))
    return session.scalar(select(User).where(*wanted).order_by(User.id).limit(1))


def directory_accounts(session: Session) -> dict[str, list[tuple[int, int]]]:
    """By directory the ids of account and person of those who sign in there."""
    rows = select(Person.source, User.id, Person.id).join(User, User.person_id == Person.id)
    found: dict[str, list[tuple[int, int]]] = {}
    for source, user_id, person_id in session.execute(
        rows.where(User.password_hash.is_(None)).order_by(Person.source, User.id)
    ):
        found.setdefault(source, []).append((user_id, person_id))
    return found


def known_by(session: Session, person_ids: Sequence[int]) -> dict[int, tuple[str, str | None]]:
    """By person id what the directory knows somebody by, and their sign-in there."""
    rows = select(Person.id, Person.stable_id, Person.username).where(Person.state == PersonState.ACTIVE)
    found = session.execute(rows.where(Person.id.in_(person_ids)))
    return {ident: (stable_id, username) for ident, stable_id, username in found}


def school_ids_of(session: Session, person_id: int) -> Sequence[int]:
    rows = select(Membership.school_id).where(Membership.person_id == person_id)
    return session.scalars(rows.order_by(Membership.school_id)).all()


def school_number(session: Session, school_id: int | None) -> str | None:
    return session.scalar(select(School.school_number).where(School.id == school_id)) if school_id else None
