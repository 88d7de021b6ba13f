"""Pages of people, and of the directory they come from."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, redirect, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from school_it import audit, jobs
from school_it.access import Actor, May, current, needs
from school_it.database import db, today, transaction
from school_it.errors import N_, SchoolItError, Sentence
from school_it.people import actions, directory, glances, holdings, night, profile, queries, sync
from school_it.people.forms import ForgetForm, wish
from school_it.people.models import Person, SyncRun
from school_it.people.queries import Wish
from school_it.people.rules import (
    PERSON_ROLES,
    PERSON_STATES,
    RUN_OUTCOMES,
    PersonRole,
    PersonState,
    sorted_name,
)
from school_it.schools import queries as school_queries
from school_it.web import flash_done, lists, page, said, show
from school_it.web.fields import refusals_in, status_of

bp = Blueprint("people", __name__, url_prefix="/people")

FIELD_NAMES = {
    "stable_id": N_("Kennung"), "record_id": N_("Schlüssel"), "role": N_("Rolle"), "given_name": N_("Vorname"),
    "family_name": N_("Nachname"), "username": N_("Benutzername"), "email": N_("E-Mail"),
    "school_numbers": N_("Schulen"), "school_class": N_("Klasse"), "class_raw": N_("Klasse im Verzeichnis"),
    "leaves_on": N_("Abgang am"), "left_on": N_("abgegangen am"), "locked": N_("Konto gesperrt"),
    "state": N_("Zustand"),
}  # fmt: skip
SETTINGS_SHOWN = (
    ("LDAP_URL", N_("Adresse")),
    ("LDAP_BASE_DN", N_("Wurzel")),
    ("LDAP_BIND_DN", N_("Konto")),
    ("LDAP_PROFILE", N_("Profil")),
    ("LDAP_CA_FILE", N_("Zertifikat")),
)
"""The password is not among them, nor is whether it is set."""


@bp.get("")
@needs(May.SEE_PEOPLE)
def index() -> Any:
    actor, session, wanted = current(), db.session(), wish(request.args)
    rows = queries.people(wanted, seen_by=actor)
    found = lists.slice_of(
        session,
        rows,
        key=Person.__table__.c.sort_name,
        ident=Person.__table__.c.id,
        cursor=request.args.get("cursor"),
        size=lists.wanted_size(request.args),
    )
    return page(
        "people/index.html",
        people=[row[0] for row in found.rows],
        count=lists.count(session, rows),
        earlier=found.previous and lists.here_with(cursor=found.previous),
        later=found.next and lists.here_with(cursor=found.next),
        wish=wanted,
        state=request.args.get("state", PersonState.ACTIVE.value),
        schools=school_queries.choices(session, seen_by=actor, may=May.SEE_PEOPLE),
        classes=[(name, name) for name in _classes(session, actor, wanted)],
        roles=[(role.value, _(name)) for role, name in PERSON_ROLES.items()],
        states=[(state.value, _(PERSON_STATES[state])) for state in (PersonState.ACTIVE, PersonState.LEFT)],
        role_names=PERSON_ROLES,
        state_names=PERSON_STATES,
        sorted_name=sorted_name,
        numbers=queries.numbers_by_state(session, seen_by=actor),
        State=PersonState,
    )


def _classes(session: Session, actor: Actor, wanted: Wish) -> list[str]:
    return queries.classes(session, seen_by=actor, school_number=wanted.school_number)


@bp.get("/<int:ident>")
@needs(May.SEE_PEOPLE)
def person(ident: int) -> Any:
    session = db.session()
    found, within = queries.get_person(session, ident, seen_by=current()), current().scope(May.SEE_PEOPLE)
    return page(
        "people/person.html",
        person=found,
        schools=[school for school in queries.schools_of(session, found) if within.holds(school.id)],
        panels=[panel(session, found, current()) for panel in holdings.PANELS],
        events=show.story(audit.story(session, found), names=FIELD_NAMES, value=_worded),
        role_names=PERSON_ROLES,
        state_names=PERSON_STATES,
    )


@bp.route("/<int:ident>/forget", methods=["GET", "POST"])
@needs(May.FORGET_PEOPLE)
def forget(ident: int) -> Any:
    found = queries.get_person(db.session(), ident, seen_by=current(), may=May.FORGET_PEOPLE)
    form = ForgetForm()
    if form.validate_on_submit():
        with refusals_in(form), transaction() as session:
            actions.forget(
                session,
                queries.get_person(session, ident, seen_by=current(), may=May.FORGET_PEOPLE),
                by=current(),
            )
        if not form.errors:
            flash_done(_("Der Name ist vergessen."))
            return redirect(url_for(".person", ident=ident))
    return page("people/forget.html", status_of(form), form=form, person=found)


def _worded(field: str, stored: Any) -> str | None:
    if stored and field == "role":
        return str(_(PERSON_ROLES[PersonRole(stored)]))
    if stored and field == "state":
        return str(_(PERSON_STATES[PersonState(stored)]))
    return None


# --- the directory ---


@bp.get("/directory")
@needs(May.SEE_DIRECTORY)
def directory_page() -> Any:
    return _directory_page()


@bp.post("/directory/test")
@needs(May.RUN_SYNC)
def test_directory() -> Any:
    """Asks the directory now: at most one page, and the answer on the same page."""
    settings = current_app.config["SCHOOL_IT"]
    try:
        seen = directory.glance(
            directory.address(settings), profile.load(settings.LDAP_PROFILE), today=today()
        )
    except SchoolItError as problem:
        return _directory_page(problem=said(problem))
    schools = queries.known_schools(db.session())
    return _directory_page(seen=glances.facts(seen, settings.LDAP_PROFILE, schools))


@bp.post("/directory/sync")
@needs(May.RUN_SYNC)
def start_sync() -> Response:
    dry_run = request.form.get("dry_run") == "1"
    title = Sentence(N_("Probelauf des Abgleichs") if dry_run else N_("Abgleich mit dem Verzeichnis"))
    with transaction() as session:
        number = jobs.start(session, night.SYNC, by=current(), title=title, dry_run=dry_run).id
    return redirect(url_for("jobs.job", number=number))


@bp.get("/directory/runs/<int:ident>")
@needs(May.SEE_DIRECTORY)
def run(ident: int) -> Any:
    session = db.session()
    found = queries.get_run(session, ident)
    schools = {school.school_number: school for school in school_queries.schools(session, seen_by=current())}
    steps = _steps(found)
    names = queries.names(session, [step["person"] for step in steps if step["person"]])
    return page(
        "people/run.html",
        run=found,
        schools=schools,
        steps=[{**step, "now": names.get(step["person"])} for step in steps],
        field_names=FIELD_NAMES,
        kind_names=sync.KIND_NAMES,
        outcome_names=RUN_OUTCOMES,
        badges=OUTCOME_BADGES,
        worded=lambda field, value: _worded(field, value) or show.stored_text(value),
    )


def _steps(run: SyncRun) -> list[dict[str, Any]]:
    steps: list[dict[str, Any]] = run.result.get("steps", [])
    return steps


OUTCOME_BADGES = {
    "running": "running",
    "applied": "done",
    "tried": "draft",
    "refused": "problem",
    "failed": "failed",
    "broken_off": "failed",
}


def _directory_page(**more: Any) -> Any:
    session, settings = db.session(), current_app.config["SCHOOL_IT"]
    return page(
        "people/directory.html",
        settings=[(_(name), settings[key]) for key, name in SETTINGS_SHOWN],
        is_set=bool(settings.LDAP_URL),
        limit=settings.LDAP_MAX_LEAVERS_PERCENT,
        runs=queries.runs(session),
        outcome_names=RUN_OUTCOMES,
        badges=OUTCOME_BADGES,
        role_names=PERSON_ROLES,
        returns_due=queries.returns_due(session),
        **more,
    )
