"""What is done with accounts: open, change, close, grant, sign in and out, tokens."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from school_it import audit
from school_it.access import SCHOOL_ROLES, Actor, Role
from school_it.accounts import queries, rules
from school_it.accounts.models import FailedSignIn, RoleGrant, SignedInSession, Token, User
from school_it.accounts.passwords import hash_password
from school_it.audit import Action
from school_it.database import expect_version, now
from school_it.errors import BadValue, N_, RuleBroken, SchoolItError
from school_it.schools.models import School

TOKEN_DAYS, LONGEST_TOKEN_DAYS = 90, 366
SCOPES = ("read", "write")
TRIES_PER_ADDRESS = 10


class TooManyTries(SchoolItError):
    status = 429


class WrongPassword(SchoolItError):
    status = 422


def digest(secret: str) -> str:
    """Keys of sessions and tokens are long and random, so a plain SHA-256 is enough to keep them."""
    return hashlib.sha256(secret.encode()).hexdigest()


def add_user(
    session: Session, name: str, *, display_name: str | None = None, password: str | None, email: str | None = None, by: Actor
) -> User:
    name = rules.checked_name(name)
    if queries.find_user(session, name) is not None:
        raise RuleBroken(N_("Das Konto »%(name)s« gibt es schon."), name=name)
    user = User(name=name, display_name=display_name or name, email=email)
    if password is not None:
        user.password_hash = hash_password(rules.checked_password(password, name=name))
    session.add(user)
    audit.record(session, Action.ACCOUNT_ADDED, user, by=by)
    return user


def change_user(
    session: Session, user: User, *, display_name: str, email: str | None, version: int | None = None, by: Actor
) -> None:
    expect_version(user, version)
    user.display_name, user.email = display_name, email
    changes = audit.differences(user, ("display_name", "email"))
    if changes:
        audit.record(session, Action.ACCOUNT_CHANGED, user, by=by, changes=changes)


def set_password(session: Session, user: User, password: str, *, by: Actor) -> None:
    """Every session and token of the account ends."""
    user.password_hash = hash_password(rules.checked_password(password, name=user.name))
    end_sessions(session, user)
    audit.record(session, Action.PASSWORD_SET, user, by=by)


def close_user(session: Session, user: User, *, by: Actor) -> None:
    _keep_an_admin(session, user)
    user.active = False
    end_sessions(session, user)
    session.execute(delete(Token).where(Token.user_id == user.id))
    audit.record(session, Action.ACCOUNT_CLOSED, user, by=by)


def reopen_user(session: Session, user: User, *, by: Actor) -> None:
    user.active = True
    audit.record(session, Action.ACCOUNT_CHANGED, user, by=by, changes={"active": [False, True]})


def grant_role(
    session: Session,
    user: User,
    role: Role,
    *,
    schools: Sequence[School] = (),
    until: date | None = None,
    reason: str | None = None,
    by: Actor,
) -> None:
    """Give a role, for each of `schools` or (none given) for all of them.

    Raises BadValue where a role that lives at schools names none.
    """
    if role in SCHOOL_ROLES and not schools:
        raise BadValue(N_("Für diese Rolle bitte mindestens eine Schule nennen."))
    held = {(grant.role, grant.school_id) for grant in user.roles}
    for school in schools or (None,):
        school_id = school.id if school else None
        if (role, school_id) not in held:
            user.roles.append(RoleGrant(role=role, school_id=school_id, until=until, reason=reason))
        number = school.school_number if school else None
        audit.record(
            session, Action.ROLE_GRANTED, user, by=by, role=role, school=number, until=until, reason=reason
        )
    end_sessions(session, user)


def end_role(session: Session, user: User, grant: RoleGrant, *, by: Actor) -> None:
    if grant.role is Role.ADMIN:
        _keep_an_admin(session, user)
    user.roles.remove(grant)
    end_sessions(session, user)
    audit.record(session, Action.ROLE_ENDED, user, by=by, role=grant.role, school_id=grant.school_id)


def _keep_an_admin(session: Session, user: User) -> None:
    is_admin = any(grant.role is Role.ADMIN for grant in user.roles)
    if is_admin and queries.other_admins(session, user.id, now().date()) == 0:
        raise RuleBroken(N_("Das ist das letzte Konto mit der Rolle Administration; es muss bleiben."))


def begin_try(session: Session, *, name: str, address: str, at: datetime) -> None:
    """Count a try to sign in before looking at the password. Raises TooManyTries while it has to wait."""
    for key, free in ((f"name:{digest(name)[:40]}", 0), (f"address:{digest(address)[:40]}", TRIES_PER_ADDRESS)):
        known = queries.failed_tries(session, key)
        if known is None:
            session.add(FailedSignIn(key=key, failures=1, last_at=at))
            continue
        if at - known.last_at > timedelta(hours=12):
            known.failures = 0
        if not rules.may_try(known.failures - free, known.last_at, at):
            wait = known.last_at + rules.delay_after(known.failures - free) - at
            raise TooManyTries(
                N_("Zu viele Versuche. Bitte in %(seconds)s Sekunden noch einmal."),
                seconds=int(wait.total_seconds()) + 1,
            )
        known.failures, known.last_at = known.failures + 1, at


def sign_in(session: Session, user: User, *, name: str, agent: str, at: datetime) -> str:
    """Begin a session and return its key; the failures of the account are forgotten."""
    key = secrets.token_urlsafe(32)
    session.execute(delete(FailedSignIn).where(FailedSignIn.key == f"name:{digest(name)[:40]}"))
    session.add(SignedInSession(key_digest=digest(key), user_id=user.id, begun_at=at, seen_at=at, agent=agent[:120]))
    session.execute(update(User).where(User.id == user.id).values(last_sign_in=at))
    return key


def choose_looks(session: Session, user_id: int, chosen: dict[str, Any]) -> None:
    """Language, colours, density, shortcuts: a person's own taste leaves no trace."""
    session.execute(update(User).where(User.id == user_id).values(**chosen))


def sign_out(session: Session, key: str) -> None:
    session.execute(delete(SignedInSession).where(SignedInSession.key_digest == digest(key)))


def end_sessions(session: Session, user: User) -> None:
    session.execute(delete(SignedInSession).where(SignedInSession.user_id == user.id))


def make_token(session: Session, user: User, *, scope: str, days: int, name: str = "", by: Actor) -> str:
    """A new token, returned once. Raises BadValue."""
    if scope not in SCOPES:
        raise BadValue(N_("Ein Zugriffsschlüssel kann »read« oder »write«, nicht »%(scope)s«."), scope=scope)
    if not 1 <= days <= LONGEST_TOKEN_DAYS:
        raise BadValue(N_("Ein Zugriffsschlüssel gilt 1 bis %(most)s Tage."), most=LONGEST_TOKEN_DAYS)
    secret = "sit_" + secrets.token_urlsafe(32)
    expires = now() + timedelta(days=days)
    session.add(Token(digest=digest(secret), user_id=user.id, name=name[:80], scope=scope, expires_at=expires))
    audit.record(session, Action.TOKEN_MADE, user, by=by, scope=scope, until=expires.date(), name=name)
    return secret


def end_token(session: Session, token: Token, user: User, *, by: Actor) -> None:
    session.delete(token)
    audit.record(session, Action.TOKEN_ENDED, user, by=by, name=token.name)
