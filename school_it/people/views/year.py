"""The change of the school year: open it, look at how the classes go on, close it."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

from flask import current_app, redirect, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from school_it import school_year
from school_it.access import May, current, needs
from school_it.database import db, today, transaction
from school_it.people import class_moves, queries, sources, year_change
from school_it.people.class_moves import WHATS, What
from school_it.people.forms import YearChangeForm
from school_it.people.models import SyncRun
from school_it.people.rules import RUN_OUTCOMES
from school_it.people.views.blueprint import bp
from school_it.people.views.directory import OUTCOME_BADGES
from school_it.schools import queries as school_queries
from school_it.web import flash_done, page, said
from school_it.web.fields import refusals_in, status_of

USUAL_LENGTH = timedelta(days=45)


@bp.route("/year", methods=["GET", "POST"])
@needs(May.SEE_DIRECTORY)
def year() -> Any:
    """Who may only look sees the page without the form."""
    form = YearChangeForm()
    if not form.is_submitted():
        form.since.data, form.until.data = today(), today() + USUAL_LENGTH
    if form.is_submitted():
        current().must(May.RUN_SYNC, None)
    if form.validate_on_submit():
        with refusals_in(form), transaction() as session:
            year_change.open_it(session, **form.values, by=current())
        if not form.errors:
            flash_done(_("Der Schuljahreswechsel ist geöffnet."))
            return redirect(url_for(".year"))
    return _year_page(form)


@bp.post("/year/close")
@needs(May.RUN_SYNC)
def close_year() -> Response:
    with transaction() as session:
        year_change.close_it(session, by=current())
    flash_done(_("Der Schuljahreswechsel ist geschlossen."))
    return redirect(url_for(".year"))


def _year_page(form: YearChangeForm) -> Any:
    session, school = db.session(), request.args.get("school", "")
    directories = sources.every(current_app.config["SCHOOL_IT"])
    runs = _newest_plans(session, [one.name for one in directories])
    moves = [one for run in runs for one in class_moves.from_json(run.result["classes"])]
    schools = {one.school_number: one for one in school_queries.schools(session, seen_by=current())}
    odd = class_moves.oddities(moves)
    return page(
        "people/year.html",
        status_of(form),
        form=form,
        change=year_change.find_current(session, today()),
        earlier=year_change.earlier(session),
        today=today(),
        this_year=school_year.label(school_year.school_year(today())),
        directories=directories,
        runs=runs,
        by_school=class_moves.by_school(moves),
        odd_by_school=Counter(one.school for one in odd),
        odd=[said(one.sentence) for one in odd if one.school == school],
        school=school,
        moves=[one for one in moves if one.school == school],
        schools=schools,
        whats=WHATS,
        What=What,
        outcome_names=RUN_OUTCOMES,
        badges=OUTCOME_BADGES,
    )


def _newest_plans(session: Session, names: list[str]) -> list[SyncRun]:
    """Of each directory the newest run that came to a plan."""
    found = (
        next((run for run in queries.runs(session, source=name) if "classes" in run.result), None)
        for name in names
    )
    return [run for run in found if run is not None]
