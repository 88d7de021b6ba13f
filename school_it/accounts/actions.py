"""What is done with accounts: open, change, close, grant, sign in and out, tokens."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import delete, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from school_it import audit, jobs
from school_it.access import SCHOOL_ROLES, Actor, Role
from school_it.accounts import queries, rules
from school_it.accounts.models import DIRECTORY, LOCAL, FailedSignIn, RoleGrant, SignedInSession, Token, User
from school_it.accounts.passwords import hash_password, is_outdated
from school_it.audit import Action
from school_it.database import expect_version, is_sqlite, now, today
from school_it.errors import N_, BadValue, RuleBroken, SchoolItError
from school_it.schools.models import School

TOKEN_DAYS, LONGEST_TOKEN_DAYS = 90, 366
SCOPES = ("read", "write")
TRIES_PER_ADDRESS = 10  # free tries more than for a name: a whole school may share one address
FORGET_TRIES_AFTER = timedelta(hours=12)
FORGET_SESSIONS_AFTER = timedelta(days=7)


_ALSO_END: list[Callable[[Session, User], None]] = []


def also_end(keys: Callable[[Session, User], None]) -> None:
    """Later rooms may have keys of an account: `keys` ends them with a new password, and when it is closed."""
    _ALSO_END.append(keys)


class TooManyTries(SchoolItError):
    status = 429


class WrongPassword(SchoolItError):
    status = 422


def digest(secret: str) -> str:
    """Keys of sessions and tokens are long and random, so a plain SHA-256 is enough to keep them."""
    return hashlib.sha256(secret.encode()).hexdigest()


def add_user(
    session: Session,
    name: str,
    *,
    display_name: str | None = None,
    password: str | None,
    email: str | None = None,
    by: Actor,
) -> User:
    """Raises BadValue for a name or password that will not do, RuleBroken where the account exists."""
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
    session: Session,
    user: User,
    *,
    display_name: str,
    email: str | None,
    version: int | None = None,
    by: Actor,
) -> None:
    expect_version(user, version)
    user.display_name, user.email = display_name, email
    changes = audit.differences(user, ("display_name", "email"))
    if changes:
        audit.record(session, Action.ACCOUNT_CHANGED, user, by=by, changes=changes)


def set_password(session: Session, user: User, password: str, *, by: Actor) -> None:
    """Every session, token and other key of the account ends, and its failed tries are forgotten.

    Raises BadValue, or RuleBroken for somebody whose password the directory keeps.
    """
    if user.is_of_directory:
        raise RuleBroken(
            N_(
                "Das Kennwort dieses Kontos gehört dem Verzeichnis. Für Notfälle bitte ein eigenes Konto anlegen."
            )
        )
    user.password_hash = hash_password(rules.checked_password(password, name=user.name))
    _end_keys(session, user)
    session.execute(delete(FailedSignIn).where(FailedSignIn.key == _key_of_name(user.name)))
    audit.record(session, Action.PASSWORD_SET, user, by=by)


def close_user(session: Session, user: User, *, by: Actor) -> None:
    if any(_is_lasting_admin(grant) for grant in user.roles):
        _keep_an_admin(session, user)
    user.active = False
    _end_keys(session, user)
    jobs.cancel_waiting_of(session, user.id, by=by)
    audit.record(session, Action.ACCOUNT_CLOSED, user, by=by)


def _end_keys(session: Session, user: User) -> None:
    """What somebody may have taken away with the account opens nothing any more."""
    end_sessions(session, user)
    session.execute(delete(Token).where(Token.user_id == user.id))
    for end in _ALSO_END:
        end(session, user)


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
    """Give a role for each of `schools`, none meaning all; given again, its end and reason change.

    Raises BadValue where a role that lives at schools names none, or where it would be over already.
    """
    if role in SCHOOL_ROLES and not schools:
        raise BadValue(N_("Für diese Rolle bitte mindestens eine Schule nennen."))
    if until is not None and until < today():
        raise BadValue(
            N_("Dieser Tag ist schon vorbei. Bitte einen späteren wählen oder das Feld leer lassen.")
        )
    for school in schools or (None,):
        _grant_at(session, user, role, school, until, reason)
        number = school.school_number if school else None
        audit.record(
            session, Action.ROLE_GRANTED, user, by=by, role=role, school=number, until=until, reason=reason
        )
    end_sessions(session, user)


def _grant_at(
    session: Session, user: User, role: Role, school: School | None, until: date | None, reason: str | None
) -> None:
    school_id = school.id if school else None
    held = next((grant for grant in user.roles if (grant.role, grant.school_id) == (role, school_id)), None)
    if held is None:
        user.roles.append(RoleGrant(role=role, school_id=school_id, until=until, reason=reason))
        return
    if _is_lasting_admin(held) and until is not None:
        _keep_an_admin(session, user)
    held.until, held.reason, held.source = until, reason, LOCAL


def end_role(session: Session, user: User, grant: RoleGrant, *, by: Actor) -> None:
    """Raises RuleBroken for the last lasting administrator, and for a role that a group of the directory gives."""
    if grant.source == DIRECTORY:
        raise RuleBroken(
            N_(
                "Diese Rolle kommt aus einer Gruppe des Verzeichnisses. Bitte die Person dort aus der Gruppe nehmen."
            )
        )
    if _is_lasting_admin(grant):
        _keep_an_admin(session, user)
    school = session.get(School, grant.school_id) if grant.school_id else None
    user.roles.remove(grant)
    end_sessions(session, user)
    jobs.cancel_waiting_of(session, user.id, by=by)
    number = school.school_number if school else None
    audit.record(session, Action.ROLE_ENDED, user, by=by, role=grant.role, school=number)


def _is_lasting_admin(grant: RoleGrant) -> bool:
    lasting = grant.school_id is None and grant.until is None and grant.source == LOCAL
    return grant.role is Role.ADMIN and lasting


def _keep_an_admin(session: Session, user: User) -> None:
    if queries.other_admins(session, user.id) == 0:
        raise RuleBroken(
            N_("Das ist das letzte Konto mit der Rolle Administration auf Dauer; es muss bleiben.")
        )


def begin_try(session: Session, *, name: str, address: str, at: datetime) -> None:
    """Count a try to sign in before looking at the password. Raises TooManyTries while it has to wait."""
    for key, free in ((_key_of_name(name), 0), (_key_of_address(address), TRIES_PER_ADDRESS)):
        _begin_counting(session, key, at)
        known = queries.tries_of(session, key)
        if at - known.last_at > FORGET_TRIES_AFTER:
            known.failures = 0
        if known.failures and not rules.may_try(known.failures - free, known.last_at, at):
            raise _too_many(known.last_at + rules.delay_after(known.failures - free) - at)
        known.failures, known.last_at = known.failures + 1, at


def _key_of_name(name: str) -> str:
    return f"name:{digest(rules.folded_name(name))[:40]}"


def _key_of_address(address: str) -> str:
    return f"address:{digest(address)[:40]}"


def _begin_counting(session: Session, key: str, at: datetime) -> None:
    insert = sqlite.insert if is_sqlite(session) else postgresql.insert
    session.execute(insert(FailedSignIn).values(key=key, failures=0, last_at=at).on_conflict_do_nothing())


def _too_many(wait: timedelta) -> TooManyTries:
    seconds = int(wait.total_seconds()) + 1
    if seconds < 90:
        return TooManyTries(
            N_("Zu viele Versuche. Bitte in %(seconds)s Sekunden noch einmal."), seconds=seconds
        )
    return TooManyTries(
        N_("Zu viele Versuche. Bitte in %(minutes)s Minuten noch einmal."), minutes=-(-seconds // 60)
    )


def sign_in(session: Session, user: User, *, name: str, address: str, agent: str, at: datetime) -> str:
    """Begin a session and return its key; the tries of the typed `name` and this one of the address are forgotten."""
    key = secrets.token_urlsafe(32)
    session.execute(delete(FailedSignIn).where(FailedSignIn.key == _key_of_name(name)))
    tries = queries.tries_of(session, _key_of_address(address))
    tries.failures = max(tries.failures - 1, 0)
    session.add(
        SignedInSession(key_digest=digest(key), user_id=user.id, begun_at=at, seen_at=at, agent=agent[:120])
    )
    session.execute(update(User).where(User.id == user.id).values(last_sign_in=at))
    _sweep(session, at)
    return key


def _sweep(session: Session, at: datetime) -> None:
    """What is over long since: sessions nobody ended, tries nobody counts any more."""
    session.execute(delete(SignedInSession).where(SignedInSession.begun_at < at - FORGET_SESSIONS_AFTER))
    session.execute(delete(FailedSignIn).where(FailedSignIn.last_at < at - FORGET_TRIES_AFTER))


def renew_hash(session: Session, user: User, password: str) -> None:
    """Hash a password that was right once more, where it was hashed with weaker figures than today's."""
    if user.password_hash is not None and is_outdated(user.password_hash):
        user.password_hash = hash_password(password)


def choose_looks(session: Session, user_id: int, chosen: dict[str, Any]) -> None:
    """Language, colours, density, shortcuts: a person's own taste leaves no trace."""
    session.execute(update(User).where(User.id == user_id).values(**chosen))


def sign_out(session: Session, key: str) -> None:
    session.execute(delete(SignedInSession).where(SignedInSession.key_digest == digest(key)))


def end_session(session: Session, alive: SignedInSession) -> None:
    session.delete(alive)


def end_sessions(session: Session, user: User) -> None:
    session.execute(delete(SignedInSession).where(SignedInSession.user_id == user.id))


def make_token(session: Session, user: User, *, scope: str, days: int, name: str = "", by: Actor) -> str:
    """A new token, returned once. Raises BadValue."""
    if scope not in SCOPES:
        raise BadValue(
            N_("Ein Zugriffsschlüssel darf »read« oder »write« sein, nicht »%(scope)s«."), scope=scope
        )
    if not 1 <= days <= LONGEST_TOKEN_DAYS:
        raise BadValue(N_("Ein Zugriffsschlüssel gilt 1 bis %(most)s Tage."), most=LONGEST_TOKEN_DAYS)
    secret = "sit_" + secrets.token_urlsafe(32)
    expires = now() + timedelta(days=days)
    session.add(
        Token(digest=digest(secret), user_id=user.id, name=name[:80], scope=scope, expires_at=expires)
    )
    audit.record(session, Action.TOKEN_MADE, user, by=by, scope=scope, until=expires.date(), name=name)
    return secret


def note_seen(session: Session, session_id: int, at: datetime) -> None:
    session.execute(update(SignedInSession).where(SignedInSession.id == session_id).values(seen_at=at))


def note_use(session: Session, token_id: int, at: datetime) -> None:
    session.execute(update(Token).where(Token.id == token_id).values(last_used=at))


def end_token(session: Session, token: Token, user: User, *, by: Actor) -> None:
    session.delete(token)
    audit.record(session, Action.TOKEN_ENDED, user, by=by, name=token.name)
