"""Who is forgotten next, who is kept and why; and forgetting them now."""

from __future__ import annotations

from typing import Any

from flask import current_app, redirect, request, url_for
from flask_babel import ngettext

from school_it.access import May, current, needs
from school_it.database import db, today
from school_it.people import queries, retention
from school_it.people.forms import ForgetForm, start_of
from school_it.people.retention import REASONS, Outcome, Periods
from school_it.people.rules import PERSON_ROLES
from school_it.people.views.blueprint import bp
from school_it.schools import queries as school_queries
from school_it.web import flash_done, lists, page
from school_it.web.fields import refusals_in, status_of

SHOWN = 100
DUE = "due"


@bp.get("/retention")
@needs(May.SEE_DIRECTORY)
def retention_page() -> Any:
    session, outcome = db.session(), _outlook()
    what = request.args.get("what", DUE)
    wanted = [one for one in outcome.verdicts if (one.reason or DUE) == what]
    start = start_of(request.args)
    shown = wanted[start : start + SHOWN]
    return page(
        "people/retention.html",
        outcome=outcome,
        kept=outcome.kept(),
        by_role=outcome.by_role(),
        periods=_periods(),
        what=what,
        verdicts=shown,
        names=queries.names(session, [one.person_id for one in shown]),
        schools={school.id: school for school in school_queries.schools(session, seen_by=current())},
        count=len(wanted),
        earlier=start and lists.here_with(start=max(0, start - SHOWN) or None),
        later=start + SHOWN < len(wanted) and lists.here_with(start=start + SHOWN),
        reasons=REASONS,
        role_names=PERSON_ROLES,
    )


@bp.route("/retention/run", methods=["GET", "POST"])
@needs(May.FORGET_PEOPLE)
def run_retention() -> Any:
    form, outcome = ForgetForm(), _outlook()
    if form.validate_on_submit():
        with refusals_in(form):
            done = retention.run(_periods(), dry_run=False, by=current())
            n = len(done.due)
            flash_done(ngettext("%(num)s Name ist vergessen.", "%(num)s Namen sind vergessen.", n))
            return redirect(url_for(".retention_page"))
    return page("people/retention_run.html", status_of(form), form=form, outcome=outcome)


def _outlook() -> Outcome:
    return Outcome(True, retention.review(db.session(), _periods(), today=today()))


def _periods() -> Periods:
    return Periods.of(current_app.config["SCHOOL_IT"])
