"""Who is it? The bridge between Flask-Login and the sessions and tokens in the database.

The cookie carries a random key; the row behind its digest is the session. Once the row is gone (signed out,
role changed, account closed), every copy of the cookie is worthless.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from flask import Flask, Request, current_app, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import AnonymousUserMixin, LoginManager, current_user
from sqlalchemy.orm import Session

from school_it import web
from school_it.access import Actor
from school_it.accounts import actions, passwords, queries
from school_it.accounts.models import SignedInSession, User
from school_it.database import db, now, today, transaction
from school_it.errors import N_, Busy, NotAllowed

SEEN_EVERY = timedelta(minutes=1)
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class SignedIn:
    """The person of this request, as Flask-Login wants it."""

    is_authenticated = is_active = True
    is_anonymous = False

    def __init__(self, user: User, actor: Actor, key: str | None) -> None:
        self.user, self.actor, self._key = user, actor, key
        self.language, self.theme, self.density = user.language, user.theme, user.density
        self.shortcuts = user.shortcuts
        self.display_name = user.display_name

    def get_id(self) -> str | None:
        return self._key

    def sign_in_first(self) -> Any:
        raise AssertionError("is signed in")


class Nobody(AnonymousUserMixin):
    language, theme, density, shortcuts = None, "auto", "compact", True
    display_name = ""

    def sign_in_first(self) -> Any:
        """A page leads to the sign-in and back; a program is told."""
        if web.is_api():
            answer = web.problem(401, _("Nicht angemeldet"), _("Ein gültiger Zugriffsschlüssel fehlt."))
            answer.headers["WWW-Authenticate"] = "Bearer"
            return answer
        if request.method in SAFE and request.path != "/":
            flash(_("Bitte zuerst anmelden."), "info")
            return redirect(url_for("accounts.sign_in", next=request.full_path.rstrip("?")))
        return redirect(url_for("accounts.sign_in"))


def prepare(app: Flask) -> None:
    manager = LoginManager(app)
    manager.anonymous_user = Nobody
    manager.session_protection = None
    manager.user_loader(_by_key)
    manager.request_loader(_by_token)
    app.before_request(_guard_the_api)


def _guard_the_api() -> None:
    """A read token only reads."""
    if not web.is_api() or request.method in SAFE or not current_user.is_authenticated:
        return
    if current_user.actor.reads_only:
        raise NotAllowed(N_("Dieser Zugriffsschlüssel darf nur lesen."))


def _by_key(key: str) -> SignedIn | None:
    """A cookie opens the pages only: the API takes a token, which no foreign page can send."""
    if web.is_api():
        return None
    session = db.session()
    found = queries.session_and_user(session, actions.digest(key))
    if found is None:
        return None
    row, user = found
    at = now()
    if not user.active or _is_over(row, at):
        return None
    if at - row.seen_at > SEEN_EVERY:
        _note(actions.note_seen, row.id, at)
    return SignedIn(user, user.acting(queries.grants_of(session, user.id, today())), key)


def _is_over(row: SignedInSession, at: datetime) -> bool:
    settings = current_app.config["SCHOOL_IT"]
    idle, whole = timedelta(minutes=settings.IDLE_MINUTES), timedelta(hours=settings.SESSION_HOURS)
    return at - row.seen_at > idle or at - row.begun_at > whole


def _by_token(asked: Request) -> SignedIn | None:
    """Tokens open the API only; a page never takes one."""
    kind, _space, secret = asked.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not web.is_api():
        return None
    session = db.session()
    found = queries.token_and_user(session, actions.digest(secret.strip()), now())
    if found is None:
        return None
    token, user = found
    at = now()
    if token.last_used is None or at - token.last_used > SEEN_EVERY:
        _note(actions.note_use, token.id, at)
    grants = queries.grants_of(session, user.id, today())
    return SignedIn(user, user.acting(grants, via="api", reads_only=token.scope != "write"), None)


def _note(what: Callable[[Session, int, datetime], None], ident: int, at: datetime) -> None:
    """Nobody waits for this: while a long import holds the database, the next request notes it."""
    with suppress(Busy), transaction() as writing:
        what(writing, ident, at)


def check_password(session: Session, name: str, password: str) -> User | None:
    """The active local account that this password opens; a directory account has no hash and never does."""
    user = queries.find_user(session, name)
    fits = passwords.matches(user.password_hash if user else None, unicodedata.normalize("NFC", password))
    return user if fits and user is not None and queries.may_enter(session, user) else None
