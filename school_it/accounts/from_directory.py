"""Accounts of people who sign in with the directory's password: made at the first sign-in, rights by their groups.

Such an account is bound to the person, never to a name, and has no password here. An account with a password is
local: it opens with its own password or not at all, whoever has the same name in the directory.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from flask import current_app
from sqlalchemy import delete
from sqlalchemy.orm import Session

from school_it import access, audit, jobs
from school_it.access import SCHOOL_ROLES, Actor, Role
from school_it.accounts import actions, queries, rules
from school_it.accounts.models import DIRECTORY, RoleGrant, Token, User
from school_it.audit import Action
from school_it.database import db, today, transaction
from school_it.errors import N_, NotAllowed
from school_it.people import credentials, sources
from school_it.people.models import Person
from school_it.people.rules import PersonState
from school_it.people.sources import Source
from school_it.settings import Settings

Wanted = set[tuple[Role, int | None]]
"""Roles, each at a school or (None) at all of them."""


def is_on() -> bool:
    return bool(sources.signing_in(_settings()))


def let_in(name: str, password: str) -> int | None:
    """The id of the account behind a directory's name and password; None where they do not fit together.

    Raises DirectorySilent where nobody could tell, NotAllowed for who is known and has no role here.
    """
    asked = sources.signing_in(_settings())
    if not asked:
        return None
    own = queries.find_user(db.session(), name)
    is_local = own is not None and own.password_hash is not None
    db.session.rollback()  # a server may take seconds; the database is not kept waiting
    shown = credentials.check_password(asked, name, password, today=today(), decoy=is_local)
    if shown is None:
        return None
    with transaction() as session:
        person = queries.person_of(session, shown.source, shown.person.stable_id)
        if person is not None and person.state is not PersonState.ACTIVE:
            return None
        user = _account(session, person, shown.roles) if person else None
        user_id = user.id if user and user.active else None
        closed = user is not None and not user.active
        has_role = person is not None and bool(wanted_by(session, person, shown.roles))
    if closed:
        return None
    if person is None:
        raise NotAllowed(
            N_("Sie sind hier noch nicht bekannt. Der nächste Abgleich mit dem Verzeichnis nimmt Sie auf.")
        )
    if not has_role or user_id is None:
        raise NotAllowed(
            N_("Ihr Konto im Verzeichnis hat hier keine Rolle. Bitte wenden Sie sich an die Administration.")
        )
    return user_id


def _account(session: Session, person: Person, roles: Iterable[Role]) -> User | None:
    """The person's account with the rights of today; made where there is none and a role for it."""
    user = queries.directory_account_of(session, person.id)
    if user is None:
        if not wanted_by(session, person, roles):
            return None
        user = _make(session, person)
    follow(session, user, person, roles)
    return user


def _make(session: Session, person: Person) -> User:
    by = _directory()
    user = actions.add_user(
        session,
        free_name(session, person),
        display_name=person.name,
        password=None,
        email=person.email,
        by=by,
    )
    user.person_id = person.id
    session.flush()
    return user


def free_name(session: Session, person: Person) -> str:
    """The person's sign-in as an account name; a number behind it where somebody else has or had it."""
    told = rules.folded_name(person.username or "")
    plain = "".join(sign if sign.isascii() and (sign.isalnum() or sign in "._@-") else "-" for sign in told)
    plain = plain.lstrip("._@-")[:50]
    if len(plain) < 2 or plain in rules.RESERVED:
        plain = f"person-{person.id}"
    return next(name for name in _numbered(plain) if queries.find_user(session, name) is None)


def _numbered(name: str) -> Iterator[str]:
    yield name
    number = 2
    while True:
        yield f"{name}-{number}"
        number += 1


# --- rights ---


def wanted_by(session: Session, person: Person, roles: Iterable[Role]) -> Wanted:
    """What the groups give: roles of a school at the person's schools, and nowhere where there is none."""
    schools = queries.school_ids_of(session, person.id)
    return {
        (role, school_id) for role in roles for school_id in (schools if role in SCHOOL_ROLES else (None,))
    }


def follow(session: Session, user: User, person: Person | None, roles: Iterable[Role]) -> bool:
    """Give and end the directory's rights as its groups say; a change ends the sessions. True where something changed.

    What the administration has given by hand stays; but who has no role from the directory gets in no more.
    """
    wanted = wanted_by(session, person, roles) if person is not None else set()
    before = {(grant.role, grant.school_id): grant for grant in user.roles}
    ended = [grant for key, grant in before.items() if grant.source == DIRECTORY and key not in wanted]
    given = [key for key in sorted(wanted, key=str) if not _holds(before.get(key))]
    for grant in ended:
        user.roles.remove(grant)
        _tell(session, Action.ROLE_ENDED, user, grant.role, grant.school_id)
    for role, school_id in given:
        _give(user, before.get((role, school_id)), role, school_id)
        _tell(session, Action.ROLE_GRANTED, user, role, school_id)
    if ended or given or not wanted:
        actions.end_sessions(session, user)
    if ended or not wanted:
        jobs.cancel_waiting_of(session, user.id, by=_directory())
    if not wanted:
        session.execute(delete(Token).where(Token.user_id == user.id))
    return bool(ended or given)


def _holds(grant: RoleGrant | None) -> bool:
    return grant is not None and grant.grant.holds_on(today())


def _give(user: User, over: RoleGrant | None, role: Role, school_id: int | None) -> None:
    """A right given by hand that is over makes room for the directory's."""
    if over is None:
        user.roles.append(RoleGrant(role=role, school_id=school_id, source=DIRECTORY))
    else:
        over.until, over.reason, over.source = None, None, DIRECTORY


def _tell(session: Session, action: Action, user: User, role: Role, school_id: int | None) -> None:
    number = queries.school_number(session, school_id)
    audit.record(session, action, user, by=_directory(), role=role, school=number, source=DIRECTORY)


# --- every night ---


def follow_everybody(source: Source | None, accounts: Iterable[tuple[int, int]]) -> int:
    """Bring `accounts` (of user and person) up to date with their directory; how many changed.

    Without a `source` (no longer entered, or nobody signs in there any more) they lose what it gave.
    Raises SettingsError, CannotRead; then nothing is changed.
    """
    pairs = list(accounts)
    known = queries.known_by(db.session(), [person_id for _user_id, person_id in pairs])
    db.session.rollback()
    roles = credentials.roles_of(source, known.values(), today=today()) if source else {}
    changed = 0
    for user_id, person_id in pairs:
        stable_id = known[person_id][0] if person_id in known else ""
        with transaction() as session:
            user, person = queries.user_by_id(session, user_id), session.get(Person, person_id)
            there = person is not None and person.state is PersonState.ACTIVE
            changed += follow(session, user, person if there else None, roles.get(stable_id, ()))
    return changed


def _directory() -> Actor:
    return access.house("directory")


def _settings() -> Settings:
    settings: Settings = current_app.config["SCHOOL_IT"]
    return settings
