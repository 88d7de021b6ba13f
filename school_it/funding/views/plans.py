"""Pages of what a decision plans for each funding item, and of decisions that change others."""

from __future__ import annotations

from typing import Any

from flask import redirect, request, url_for
from flask_babel import gettext as _

from school_it.access import May, current, needs
from school_it.database import db, transaction
from school_it.funding import cost_plan, queries, rules
from school_it.funding.book import DecisionKind
from school_it.funding.decisions import amending
from school_it.funding.forms.base import RemoveForm
from school_it.funding.forms.cost_plans import MOST_ROWS, read_rows, rows_of
from school_it.funding.forms.grants import AmendmentForm
from school_it.funding.views.blueprint import bp, say_odd
from school_it.web import flash_done, page
from school_it.web.fields import refusals_in, status_of


@bp.route("/decisions/<int:ident>/plan", methods=["GET", "POST"])
@needs(May.EDIT_FUNDING)
def edit_plan(ident: int) -> Any:
    session = db.session()
    found = queries.get_decision(session, ident, seen_by=current())
    form, plan = RemoveForm(), cost_plan.after(session, found)
    rows = rows_of(plan, found.grant.programme.items or ())
    if form.is_submitted():
        rows, plan = read_rows(request.form)
    if form.validate_on_submit():
        if any(row.error for row in rows):
            form.form_errors.append(_("Bitte die gezeigten Zeilen prüfen."))
        else:
            with refusals_in(form), transaction() as writing:
                changing = queries.get_decision(writing, ident, seen_by=current())
                cost_plan.record(writing, changing, plan, by=current())
            if not form.errors:
                flash_done(_("Der Ausgabenplan ist gespeichert."))
                return redirect(url_for(".grant", ident=found.grant_id, _anchor="plan"))
    return page(
        "funding/plan_edit.html",
        status_of(form),
        form=form,
        decision=found,
        grant=found.grant,
        rows=rows[:MOST_ROWS],
        whole=cost_plan.whole(plan),
        decided=sum((one.eligible for one in [*cost_plan.found_by(found), found]), rules.NOTHING),
        before=cost_plan.before(session, found),
    )


@bp.route("/decisions/<int:ident>/amend", methods=["GET", "POST"])
@needs(May.EDIT_FUNDING)
def amend_decision(ident: int) -> Any:
    """The form shows what holds now; kept is what changes."""
    found = queries.get_decision(db.session(), ident, seen_by=current())
    head = cost_plan.chain(found)[0]
    form = AmendmentForm(data=holds_now(head))
    if form.validate_on_submit():
        values = {name: value for name, value in form.values.items() if name != "kind"}
        with refusals_in(form), transaction() as writing:
            changing = queries.get_decision(writing, head.id, seen_by=current())
            made = amending.amend(
                writing, changing, values, kind=form.kind.data, reason=form.reason.data, by=current()
            )
            made_id = made.id
        if not form.errors:
            say_odd(rules.odd_in_decision({**form.values, "rate": None}))
            flash_done(_("Der Änderungsbescheid ist eingetragen. Was ändert sich im Ausgabenplan?"))
            return redirect(url_for(".edit_plan", ident=made_id))
    return page("funding/amend.html", status_of(form), form=form, decision=head, grant=head.grant)


def holds_now(head: Any) -> dict[str, Any]:
    chain = cost_plan.chain(head)
    last = {
        name: next((value for one in reversed(chain) if (value := getattr(one, name)) is not None), None)
        for name in ("portal_number", "authority", "period_from", "period_to", "proof_due")
    }
    return {
        **last,
        **cost_plan.standing_of(head),
        "kind": DecisionKind.AMENDMENT,
        "file_reference": f"{head.file_reference} Ä{len(chain)}",
    }
