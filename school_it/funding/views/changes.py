"""Pages of change requests: what is asked of the authority, and what came of it."""

from __future__ import annotations

from typing import Any

from flask import redirect, request, url_for
from flask_babel import gettext as _

from school_it import audit
from school_it.access import May, current, needs
from school_it.database import db, today, transaction
from school_it.funding import cost_plan, queries, story
from school_it.funding.book import CHANGE_STATES, ChangeState
from school_it.funding.decisions import change_requests
from school_it.funding.forms.change_requests import ChangeForm, RefusedForm
from school_it.funding.forms.cost_plans import MOST_ROWS, read_rows, rows_of
from school_it.funding.forms.grants import AmendmentForm
from school_it.funding.models import ChangeRequest, Decision
from school_it.funding.views.blueprint import bp
from school_it.funding.views.plans import holds_now
from school_it.web import flash_done, page
from school_it.web.fields import refusals_in, status_of


@bp.get("/changes/<int:ident>")
@needs(May.SEE_FUNDING)
def change(ident: int) -> Any:
    session = db.session()
    found = change_requests.get_request(session, ident, seen_by=current())
    old, new = change_requests.old_plan(found), change_requests.new_plan(found)
    return page(
        "funding/change.html",
        change=found,
        grant=found.decision.grant,
        old=cost_plan.whole(old),
        new=cost_plan.whole(new),
        old_grant=change_requests.asked_grant(found, old),
        new_grant=change_requests.asked_grant(found, new),
        state_names=CHANGE_STATES,
        State=ChangeState,
        events=story.of_entries(session, audit.story(session, found)),
    )


@bp.route("/decisions/<int:ident>/changes/new", methods=["GET", "POST"])
@needs(May.EDIT_FUNDING)
def new_change(ident: int) -> Any:
    session = db.session()
    head = cost_plan.chain(queries.get_decision(session, ident, seen_by=current()))[0]
    form = ChangeForm(data={"requested_on": today()})
    return _edit(form, head, change_requests.holds_now(session, head), None)


@bp.route("/changes/<int:ident>/edit", methods=["GET", "POST"])
@needs(May.EDIT_FUNDING)
def edit_change(ident: int) -> Any:
    found = change_requests.get_request(db.session(), ident, seen_by=current())
    return _edit(ChangeForm(obj=found), found.decision, change_requests.new_plan(found), found)


def _edit(
    form: ChangeForm, decision: Decision, plan: dict[str, cost_plan.Planned], found: ChangeRequest | None
) -> Any:
    session = db.session()
    rows = rows_of(plan, decision.grant.programme.items or ())
    if form.is_submitted():
        rows, plan = read_rows(request.form)
    if form.validate_on_submit():
        if any(row.error for row in rows):
            form.form_errors.append(_("Bitte die gezeigten Zeilen prüfen."))
        else:
            values = {name: form[name].data for name in change_requests.FIELDS}
            with refusals_in(form), transaction() as writing:
                if found is None:
                    of = queries.get_decision(writing, decision.id, seen_by=current())
                    ident = change_requests.ask(writing, of, values, plan, by=current()).id
                else:
                    ident = found.id
                    changing = change_requests.get_request(writing, ident, seen_by=current())
                    change_requests.change(
                        writing, changing, values, plan, version=form.seen_version, by=current()
                    )
            if not form.errors:
                flash_done(_("Der Änderungsantrag ist gespeichert."))
                return redirect(url_for(".change", ident=ident))
    before = change_requests.old_plan(found) if found else change_requests.holds_now(session, decision)
    return page(
        "funding/change_edit.html",
        status_of(form),
        form=form,
        change=found,
        decision=decision,
        grant=decision.grant,
        rows=rows[:MOST_ROWS],
        before=before,
    )


@bp.route("/changes/<int:ident>/grant", methods=["GET", "POST"])
@needs(May.EDIT_FUNDING)
def grant_change(ident: int) -> Any:
    """The authority has agreed: its decision becomes an amendment with the plan that was asked for."""
    found = change_requests.get_request(db.session(), ident, seen_by=current())
    head = found.decision
    form = AmendmentForm(data={**holds_now(head), **change_requests.proposed_answer(found)})
    del form.kind
    if form.validate_on_submit():
        with refusals_in(form), transaction() as writing:
            changing = change_requests.get_request(writing, ident, seen_by=current())
            made = change_requests.grant(
                writing, changing, form.values, reason=form.reason.data, by=current()
            )
            made_id = made.id
        if not form.errors:
            flash_done(_("Der Änderungsbescheid ist eingetragen. Stimmt der Ausgabenplan so?"))
            return redirect(url_for(".edit_plan", ident=made_id))
    return page("funding/change_grant.html", status_of(form), form=form, change=found, grant=head.grant)


@bp.route("/changes/<int:ident>/refuse", methods=["GET", "POST"])
@needs(May.EDIT_FUNDING)
def refuse_change(ident: int) -> Any:
    found = change_requests.get_request(db.session(), ident, seen_by=current())
    form = RefusedForm(data={"answered_on": today()})
    if form.validate_on_submit():
        with refusals_in(form), transaction() as writing:
            changing = change_requests.get_request(writing, ident, seen_by=current())
            on = form.values["answered_on"]
            change_requests.refuse(writing, changing, on, remark=form.remark.data, by=current())
        if not form.errors:
            flash_done(_("Die Ablehnung ist eingetragen."))
            return redirect(url_for(".change", ident=ident))
    return page(
        "funding/change_refuse.html", status_of(form), form=form, change=found, grant=found.decision.grant
    )
