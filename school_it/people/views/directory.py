"""Pages of the directories: whether they can be read, what they would bring, what each run did."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import current_app, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from school_it import jobs
from school_it.access import May, current, needs
from school_it.database import db, now, today, transaction
from school_it.errors import N_, NotThere, SchoolItError, Sentence
from school_it.people import actions, directory, glances, night, queries, sources
from school_it.people.forms import ApproveForm, step_wish
from school_it.people.models import SyncRun
from school_it.people.rules import PERSON_ROLES, RUN_OUTCOMES, RunOutcome
from school_it.people.sources import Source
from school_it.people.steps import KIND_NAMES
from school_it.people.views.blueprint import FIELD_NAMES, bp, worded
from school_it.schools import queries as school_queries
from school_it.settings import Settings
from school_it.web import lists, page, said, show
from school_it.web.fields import status_of

OUTCOME_BADGES = {
    "running": "running",
    "applied": "done",
    "tried": "draft",
    "refused": "problem",
    "failed": "failed",
    "broken_off": "failed",
}
STEP_BADGES = {"linked": "approved", "returned": "active"}
OVERDUE = timedelta(hours=36)
"""A night was missed where the last sync is older."""
SHOWN = 100
"""People on one page of a run."""


@bp.get("/directory")
@needs(May.SEE_DIRECTORY)
def directory_page() -> Any:
    return _directory_page()


@bp.post("/directory/test")
@needs(May.RUN_SYNC)
def test_directory() -> Any:
    """Asks the directory now: at most one page, and the answer on the same page."""
    try:
        source = _asked()
        seen = directory.glance(source.address, source.layout(), today=today())
    except SchoolItError as problem:
        return _directory_page(problem=said(problem))
    return _directory_page(seen=glances.facts(seen, source, queries.known_schools(db.session())))


@bp.post("/directory/sync")
@needs(May.RUN_SYNC)
def start_sync() -> Response:
    dry_run = request.form.get("dry_run") == "1"
    title = Sentence(N_("Probelauf des Abgleichs") if dry_run else N_("Abgleich mit dem Verzeichnis"))
    name = _asked().name
    with transaction() as session:
        job = jobs.start(session, night.SYNC, by=current(), title=title, dry_run=dry_run, source=name)
        number = job.id
    return redirect(url_for("jobs.job", number=number))


def _asked() -> Source:
    return sources.one(_settings(), request.form.get("directory") or None)


def _settings() -> Settings:
    settings: Settings = current_app.config["SCHOOL_IT"]
    return settings


def _directory_page(**more: Any) -> Any:
    session = db.session()
    return page(
        "people/directory.html",
        directories=sources.every(_settings()),
        runs=queries.runs(session),
        last=queries.last_taken_over(session),
        too_long_ago=now() - OVERDUE,
        outcome_names=RUN_OUTCOMES,
        badges=OUTCOME_BADGES,
        role_names=PERSON_ROLES,
        returns_due=queries.returns_due(session),
        **more,
    )


# --- one run ---


@bp.get("/directory/runs/<int:ident>")
@needs(May.SEE_DIRECTORY)
def run(ident: int) -> Any:
    session, wanted = db.session(), step_wish(request.args)
    found = queries.get_run(session, ident)
    schools = {school.school_number: school for school in school_queries.schools(session, seen_by=current())}
    steps = [step for step in _steps(found) if wanted.fits(step)]
    shown = steps[wanted.start : wanted.start + SHOWN]
    names = queries.names(session, [step["person"] for step in shown if step["person"]])
    return page(
        "people/run.html",
        run=found,
        several=len(sources.every(_settings())) > 1,
        schools=schools,
        problems=_together(found.result.get("problems", [])),
        remarks=_together(found.result.get("remarks", [])),
        steps=[{**step, "now": names.get(step["person"])} for step in shown],
        count=len(steps),
        wish=wanted,
        earlier=wanted.start and lists.here_with(start=max(0, wanted.start - SHOWN) or None),
        later=wanted.start + SHOWN < len(steps) and lists.here_with(start=wanted.start + SHOWN),
        kinds=[(kind.value, _(name)) for kind, name in KIND_NAMES.items()],
        school_choices=_schools_in(found, schools),
        kept=actions.STEPS_KEPT,
        may_be_approved=_may_be_approved(found),
        field_names=FIELD_NAMES,
        kind_names=KIND_NAMES,
        outcome_names=RUN_OUTCOMES,
        badges=OUTCOME_BADGES,
        step_badges=STEP_BADGES,
        worded=lambda field, value: worded(field, value) or show.stored_text(value),
    )


def _steps(run: SyncRun) -> list[dict[str, Any]]:
    steps: list[dict[str, Any]] = run.result.get("steps", [])
    return steps


def _together(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A whole school that is unknown is one line, not one for each pupil; what most have stands first."""
    found: dict[str, dict[str, Any]] = {}
    for entry in entries:
        same = found.setdefault(entry["sentence"], {**entry, "who": []})
        same["who"].append(entry["who"])
    return sorted(found.values(), key=lambda one: -len(one["who"]))


def _schools_in(run: SyncRun, schools: dict[str, Any]) -> list[tuple[str, str]]:
    numbers = sorted({number for step in _steps(run) if (number := step.get("school_number"))})
    return [(number, schools[number].label if number in schools else number) for number in numbers]


def _may_be_approved(run: SyncRun) -> bool:
    """A plan that was shown and changes something; it must be the newest, as it has the names."""
    shown = run.outcome in (RunOutcome.TRIED, RunOutcome.REFUSED) and bool(_steps(run))
    return shown and run.result.get("entries", 0) > 0


@bp.route("/directory/runs/<int:ident>/approve", methods=["GET", "POST"])
@needs(May.RUN_SYNC)
def approve(ident: int) -> Any:
    """Take over exactly the plan of that run, also where a guard stopped it."""
    found = queries.get_run(db.session(), ident)
    if not _may_be_approved(found):
        raise NotThere(N_("Diesen Plan gibt es nicht mehr."))
    form = ApproveForm()
    if not found.sentence:
        del form.reason
    if form.validate_on_submit():
        with transaction() as session:
            number = jobs.start(
                session,
                night.SYNC,
                by=current(),
                title=Sentence(N_("Abgleich mit dem Verzeichnis")),
                dry_run=False,
                source=found.source,
                approves=ident,
                reason=form.values.get("reason"),
            ).id
        return redirect(url_for("jobs.job", number=number))
    return page("people/approve.html", status_of(form), form=form, run=found)
