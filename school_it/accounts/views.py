"""Pages for signing in and out, one's own profile, and the accounts of the house."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, request, session, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_user, logout_user
from werkzeug.wrappers import Response

from school_it import audit
from school_it.access import (
    MAY_NAMES,
    ORDER,
    RIGHTS,
    ROLE_NAMES,
    May,
    Reach,
    current,
    needs,
    public,
    signed_in,
)
from school_it.accounts import actions, from_directory, queries, rules
from school_it.accounts.forms import (
    NewUserForm,
    OwnPasswordForm,
    PasswordForm,
    RoleForm,
    ShortcutsForm,
    SignInForm,
    TokenForm,
    UserForm,
)
from school_it.accounts.signing_in import SignedIn, check_password
from school_it.database import db, now, today, transaction
from school_it.errors import N_, SchoolItError
from school_it.schools import queries as school_queries
from school_it.web import LANGUAGES, back_to, flash_done, is_own_path, page, said, show
from school_it.web.fields import refusals_in, status_of

bp = Blueprint("accounts", __name__)

FIELD_NAMES = {"display_name": N_("Anzeigename"), "email": N_("E-Mail"), "active": N_("offen")}
LOOKS = {"theme": ("auto", "light", "dark"), "density": ("compact", "normal"), "language": tuple(LANGUAGES)}


@bp.route("/login", methods=["GET", "POST"])
@public
def sign_in() -> Any:
    if current_user.is_authenticated:
        return redirect(url_for("overview.home"))
    form = SignInForm()
    status = 200
    if form.validate_on_submit():
        try:
            _sign_in(form.name.data or "", form.password.data or "")
            wanted = form.next.data or ""
            return redirect(wanted if is_own_path(wanted) else url_for("overview.home"))
        except SchoolItError as problem:
            status = problem.status
            form.form_errors.append(said(problem))
    elif not form.is_submitted():
        form.next.data = request.args.get("next", "")
    anybody = queries.is_anybody_there(db.session())
    return page(
        "accounts/sign_in.html",
        status if status != 200 else status_of(form),
        form=form,
        anybody=anybody,
        with_directory=from_directory.is_on(),
    )


def _sign_in(name: str, password: str) -> None:
    at, address, agent = now(), request.remote_addr or "", request.headers.get("User-Agent", "")
    with transaction() as writing:
        actions.begin_try(writing, name=name, address=address, at=at)
    own = check_password(db.session(), name, password)
    user_id = own.id if own else from_directory.let_in(name, password)
    if user_id is None:
        raise actions.WrongPassword(N_("Anmeldename oder Kennwort stimmt nicht."))
    with transaction() as writing:
        user = queries.user_by_id(writing, user_id)
        actions.renew_hash(writing, user, password)
        key = actions.sign_in(writing, user, name=name, address=address, agent=agent, at=at)
    _begin(user_id, key)


def _begin(user_id: int, key: str) -> None:
    """A new cookie session: nothing that stood in the old one is taken along but the looks."""
    looks = {name: session[name] for name in LOOKS if name in session}
    session.clear()
    session.update(looks)
    fresh = queries.user_by_id(db.session(), user_id)
    login_user(SignedIn(fresh, fresh.acting(queries.grants_of(db.session(), user_id, today())), key))


@bp.post("/logout")
@signed_in
def sign_out() -> Response:
    with transaction() as writing:
        actions.sign_out(writing, current_user.get_id())
    logout_user()
    session.clear()
    flash_done(_("Sie sind abgemeldet."))
    return redirect(url_for(".sign_in"))


@bp.post("/appearance")
@public
def appearance() -> Response:
    """Language, colours and density: kept with the account, or with the browser before signing in."""
    chosen = {
        name: request.form[name] for name, allowed in LOOKS.items() if request.form.get(name) in allowed
    }
    session.update(chosen)
    if current_user.is_authenticated and chosen:
        with transaction() as writing:
            actions.choose_looks(writing, current_user.user.id, chosen)
    return back_to(url_for("overview.home"))


@bp.get("/profile")
@needs(May.SEE_HOME)
def profile() -> Any:
    return _profile()


def _profile(status: int = 200, **forms: Any) -> Any:
    reading, user = db.session(), current_user.user
    values = {
        "password_form": OwnPasswordForm(formdata=None),
        "token_form": TokenForm(formdata=None),
        "shortcuts_form": ShortcutsForm(formdata=None, obj=user),
        "new_token": None,
        **forms,
    }
    return page(
        "accounts/profile.html",
        status,
        user=user,
        role_names=ROLE_NAMES,
        today=today(),
        grants=current_user.actor.grants,
        this_session=actions.digest(current_user.get_id() or ""),
        school_names=queries.school_names(reading),
        sessions=queries.sessions_of(reading, user.id),
        tokens=queries.tokens_of(reading, user.id),
        **values,
    )


@bp.post("/profile/password")
@needs(May.SEE_HOME)
def own_password() -> Any:
    form = OwnPasswordForm()
    if form.validate_on_submit():
        name = current_user.user.name
        with refusals_in(form):
            _check_old_password(name, form.old_password.data)
            with transaction() as writing:
                actions.set_password(
                    writing, queries.get_user(writing, name), form.password.data, by=current()
                )
        if not form.errors:
            logout_user()
            flash_done(_("Das Kennwort ist geändert. Bitte neu anmelden."))
            return redirect(url_for(".sign_in"))
    return _profile(status_of(form), password_form=form)


def _check_old_password(name: str, password: str) -> None:
    with transaction() as writing:
        actions.begin_try(writing, name=name, address=request.remote_addr or "", at=now())
    if check_password(db.session(), name, password) is None:
        raise actions.WrongPassword(N_("Das bisherige Kennwort stimmt nicht."))


@bp.post("/profile/shortcuts")
@needs(May.SEE_HOME)
def shortcuts() -> Response:
    form = ShortcutsForm()
    with transaction() as writing:
        actions.choose_looks(writing, current_user.user.id, {"shortcuts": bool(form.shortcuts.data)})
    flash_done(_("Gespeichert."))
    return redirect(url_for(".profile"))


@bp.post("/profile/sessions/end")
@needs(May.SEE_HOME)
def end_own_sessions() -> Response:
    with transaction() as writing:
        actions.end_sessions(writing, queries.get_user(writing, current_user.user.name))
    logout_user()
    flash_done(_("Alle Sitzungen sind beendet."))
    return redirect(url_for(".sign_in"))


@bp.post("/profile/sessions/<int:ident>/end")
@needs(May.SEE_HOME)
def end_own_session(ident: int) -> Response:
    with transaction() as writing:
        actions.end_session(writing, queries.session_by_id(writing, current_user.user.id, ident))
    flash_done(_("Die Sitzung ist beendet."))
    return redirect(url_for(".profile"))


@bp.post("/profile/tokens")
@needs(May.SEE_HOME)
def new_token() -> Any:
    form, secret = TokenForm(), None
    if form.validate_on_submit():
        with refusals_in(form), transaction() as writing:
            user = queries.get_user(writing, current_user.user.name)
            wanted = {"scope": form.scope.data, "days": form.days.data, "name": form.token_name.data or ""}
            secret = actions.make_token(writing, user, **wanted, by=current())
    return _profile(status_of(form), token_form=form, new_token=secret)


@bp.post("/profile/tokens/<int:ident>/end")
@needs(May.SEE_HOME)
def end_token(ident: int) -> Response:
    with transaction() as writing:
        user = queries.get_user(writing, current_user.user.name)
        actions.end_token(writing, queries.token_by_id(writing, user.id, ident), user, by=current())
    flash_done(_("Der Zugriffsschlüssel gilt nicht mehr."))
    return redirect(url_for(".profile"))


@bp.get("/accounts")
@needs(May.SEE_ACCOUNTS)
def index() -> Any:
    reading = db.session()
    return page(
        "accounts/index.html",
        users=queries.users(reading),
        today=today(),
        school_names=queries.school_names(reading),
        role_names=ROLE_NAMES,
    )


@bp.get("/accounts/rights")
@needs(May.SEE_ACCOUNTS)
def rights() -> Any:
    return page(
        "accounts/rights.html",
        rights=RIGHTS,
        names=MAY_NAMES,
        order=ORDER,
        role_names=ROLE_NAMES,
        Reach=Reach,
    )


@bp.route("/accounts/new", methods=["GET", "POST"])
@needs(May.EDIT_ACCOUNTS)
def new() -> Any:
    form = NewUserForm()
    if form.validate_on_submit():
        with refusals_in(form), transaction() as writing:
            actions.add_user(writing, **form.values, by=current())
        if not form.errors:
            flash_done(_("Das Konto ist angelegt. Jetzt fehlt noch eine Rolle."))
            return redirect(url_for(".account", name=rules.folded_name(form.name.data or "")))
    return page("accounts/new.html", status_of(form), form=form)


@bp.get("/accounts/<name>")
@needs(May.SEE_ACCOUNTS)
def account(name: str) -> Any:
    return _account(name)


def _account(name: str, status: int = 200, **forms: Any) -> Any:
    reading = db.session()
    user = queries.get_user(reading, name)
    schools = school_queries.choices(reading, seen_by=current())
    values = {
        "form": UserForm(formdata=None, obj=user),
        "role_form": RoleForm(formdata=None, schools=schools),
        "password_form": PasswordForm(formdata=None),
        **forms,
    }
    return page(
        "accounts/account.html",
        status,
        user=user,
        today=today(),
        sessions=queries.sessions_of(reading, user.id),
        tokens=queries.tokens_of(reading, user.id),
        role_names=ROLE_NAMES,
        school_names=queries.school_names(reading),
        events=show.story(audit.story(reading, user), names=FIELD_NAMES, tell=_told),
        **values,
    )


def _told(entry: audit.Entry) -> str | None:
    role = entry.facts.get("role")
    if role is None:
        return None
    what = _(audit.SAID[audit.Action(entry.action)])
    school = entry.facts.get("school")
    return f"{what}: {_(ROLE_NAMES[role])}" + (f" ({school})" if school else "")


@bp.post("/accounts/<name>")
@needs(May.EDIT_ACCOUNTS)
def change(name: str) -> Any:
    form = UserForm()
    if form.validate_on_submit():
        with refusals_in(form), transaction() as writing:
            user = queries.get_user(writing, name)
            actions.change_user(writing, user, **form.values, version=form.seen_version, by=current())
        if not form.errors:
            flash_done(_("Gespeichert."))
            return redirect(url_for(".account", name=name))
    return _account(name, status_of(form), form=form)


@bp.post("/accounts/<name>/roles")
@needs(May.EDIT_ACCOUNTS)
def grant_role(name: str) -> Any:
    form = RoleForm(schools=school_queries.choices(db.session(), seen_by=current()))
    if form.validate_on_submit():
        with refusals_in(form), transaction() as writing:
            schools = [
                school_queries.get_school(writing, number, seen_by=current()) for number in form.schools.data
            ]
            user, until, reason = queries.get_user(writing, name), form.until.data, form.reason.data
            actions.grant_role(
                writing, user, form.role.data, schools=schools, until=until, reason=reason, by=current()
            )
        if not form.errors:
            flash_done(_("Die Rolle ist gegeben. Offene Sitzungen dieses Kontos sind beendet."))
            return redirect(url_for(".account", name=name))
    return _account(name, status_of(form), role_form=form)


@bp.post("/accounts/<name>/roles/<int:ident>/end")
@needs(May.EDIT_ACCOUNTS)
def end_role(name: str, ident: int) -> Response:
    with transaction() as writing:
        user = queries.get_user(writing, name)
        actions.end_role(writing, user, queries.grant_by_id(user, ident), by=current())
    flash_done(_("Die Rolle ist beendet."))
    return redirect(url_for(".account", name=name))


@bp.post("/accounts/<name>/password")
@needs(May.EDIT_ACCOUNTS)
def set_password(name: str) -> Any:
    form = PasswordForm()
    if form.validate_on_submit():
        with refusals_in(form), transaction() as writing:
            actions.set_password(writing, queries.get_user(writing, name), form.password.data, by=current())
        if not form.errors:
            flash_done(
                _("Das Kennwort ist gesetzt. Sitzungen und Zugriffsschlüssel dieses Kontos sind beendet.")
            )
            return redirect(url_for(".account", name=name))
    return _account(name, status_of(form), password_form=form)


@bp.post("/accounts/<name>/sessions/end")
@needs(May.EDIT_ACCOUNTS)
def end_sessions(name: str) -> Response:
    with transaction() as writing:
        actions.end_sessions(writing, queries.get_user(writing, name))
    flash_done(_("Alle Sitzungen dieses Kontos sind beendet."))
    return redirect(url_for(".account", name=name))


@bp.post("/accounts/<name>/close")
@needs(May.EDIT_ACCOUNTS)
def close(name: str) -> Response:
    with transaction() as writing:
        actions.close_user(writing, queries.get_user(writing, name), by=current())
    flash_done(_("Das Konto ist geschlossen."))
    return redirect(url_for(".account", name=name))


@bp.post("/accounts/<name>/reopen")
@needs(May.EDIT_ACCOUNTS)
def reopen(name: str) -> Response:
    with transaction() as writing:
        actions.reopen_user(writing, queries.get_user(writing, name), by=current())
    flash_done(_("Das Konto ist wieder offen."))
    return redirect(url_for(".account", name=name))
