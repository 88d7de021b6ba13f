"""Pages of the draw-downs of a grant: what can be asked for now, what was asked for, what came in."""

from __future__ import annotations

from typing import Any

from flask import redirect, url_for
from flask_babel import gettext as _

from school_it import audit
from school_it.access import May, current, needs
from school_it.database import db, today, transaction
from school_it.funding import checking, queries, story
from school_it.funding.book import DRAWDOWN_STATES, DrawdownState
from school_it.funding.drawdowns import calls, payouts
from school_it.funding.forms.drawdowns import DrawdownForm, PayoutForm
from school_it.funding.views.blueprint import bp
from school_it.web import flash_done, page, said
from school_it.web.fields import refusals_in, status_of


@bp.get("/grants/<int:ident>/drawdowns")
@needs(May.SEE_FUNDING)
def drawdowns(ident: int) -> Any:
    session = db.session()
    found = queries.get_grant(session, ident, seen_by=current())
    call = calls.of_grant(session, found, today())
    return page(
        "funding/drawdowns.html",
        grant=found,
        receipts=queries.receipt_count(session, found),
        call=call,
        lines=list(zip(call.positions, call.lines, strict=True)),
        drawdowns=payouts.of_grant(session, found),
        before=payouts.drawn_before(session, found),
        severities=checking.SEVERITIES,
        said=said,
        state_names=DRAWDOWN_STATES,
        State=DrawdownState,
    )


@bp.get("/drawdowns/<int:ident>")
@needs(May.SEE_FUNDING)
def drawdown(ident: int) -> Any:
    session = db.session()
    found = payouts.get_drawdown(session, ident, seen_by=current())
    return page(
        "funding/drawdown.html",
        drawdown=found,
        grant=found.decision.grant,
        state_names=DRAWDOWN_STATES,
        State=DrawdownState,
        events=story.of_entries(session, audit.story(session, found)),
    )


@bp.route("/decisions/<int:ident>/drawdowns/new", methods=["GET", "POST"])
@needs(May.EDIT_FUNDING)
def new_drawdown(ident: int) -> Any:
    session = db.session()
    found = queries.get_decision(session, ident, seen_by=current())
    form = DrawdownForm(data=payouts.proposed(session, found, today()))
    if form.validate_on_submit():
        with refusals_in(form), transaction() as writing:
            decision = queries.get_decision(writing, ident, seen_by=current())
            payouts.ask(writing, decision, form.values, by=current())
        if not form.errors:
            flash_done(_("Der Mittelabruf ist eingetragen."))
            return redirect(url_for(".drawdowns", ident=found.grant_id))
    return _form_page(form, found, None)


@bp.route("/drawdowns/<int:ident>/edit", methods=["GET", "POST"])
@needs(May.EDIT_FUNDING)
def edit_drawdown(ident: int) -> Any:
    session = db.session()
    found = payouts.get_drawdown(session, ident, seen_by=current())
    form = DrawdownForm(obj=found)
    if form.validate_on_submit():
        with refusals_in(form), transaction() as writing:
            changing = payouts.get_drawdown(writing, ident, seen_by=current())
            payouts.change(writing, changing, form.values, version=form.seen_version, by=current())
        if not form.errors:
            flash_done(_("Gespeichert."))
            return redirect(url_for(".drawdown", ident=ident))
    return _form_page(form, found.decision, found)


def _form_page(form: DrawdownForm, decision: Any, found: Any) -> Any:
    """With what the rules say of what stands in the form now."""
    session = db.session()
    on, amount = form.requested_on.data or today(), form.requested.data
    looked_at: list[checking.Check] = []
    if amount is not None:
        looked_at, _faults = payouts.looked_at(session, decision, on, amount, found)
    call = calls.of_grant(session, decision.grant, on, but=found.id if found else None)
    return page(
        "funding/drawdown_edit.html",
        status_of(form),
        form=form,
        grant=decision.grant,
        decision=decision,
        drawdown=found,
        line=call.line_of(decision),
        checks=looked_at,
        severities=checking.SEVERITIES,
        said=said,
    )


@bp.route("/drawdowns/<int:ident>/paid", methods=["GET", "POST"])
@needs(May.EDIT_FUNDING)
def pay_drawdown(ident: int) -> Any:
    """The money is there: what came in and when; also to put right what was recorded wrongly."""
    found = payouts.get_drawdown(db.session(), ident, seen_by=current())
    known: dict[str, Any] = {"version": found.version, "reference": found.reference}
    known |= {"paid": found.paid or found.requested, "paid_on": found.paid_on or today()}
    form = PayoutForm(data=known)
    if form.validate_on_submit():
        with refusals_in(form), transaction() as writing:
            payouts.pay(
                writing,
                payouts.get_drawdown(writing, ident, seen_by=current()),
                paid=form.values["paid"],
                paid_on=form.values["paid_on"],
                reference=form.reference.data,
                version=form.seen_version,
                by=current(),
            )
        if not form.errors:
            flash_done(_("Die Auszahlung ist eingetragen."))
            return redirect(url_for(".drawdowns", ident=found.decision.grant_id))
    return page(
        "funding/drawdown_paid.html", status_of(form), form=form, drawdown=found, grant=found.decision.grant
    )
