"""Pages of grants with their decisions."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from flask import redirect, request, url_for
from flask_babel import gettext as _

from school_it.access import May, current, needs
from school_it.database import db, today, transaction
from school_it.funding import (
    actions,
    ahead,
    bound,
    checking,
    cost_plan,
    grant_story,
    listing,
    papers,
    proof,
    queries,
    rules,
    standing,
)
from school_it.funding.book import CHANGE_STATES, DECISION_KINDS, DecisionKind
from school_it.funding.checking import left, reasons
from school_it.funding.decisions import change_requests
from school_it.funding.drawdowns import payouts
from school_it.funding.forms.grants import DecisionForm, GrantForm, NewGrantForm
from school_it.funding.listing import STAGES, Stage, Wish
from school_it.funding.measures import queries as measure_queries
from school_it.funding.models import Decision, Grant
from school_it.funding.views.blueprint import bp, say_odd
from school_it.web import flash_done, lists, page, said
from school_it.web.fields import refusals_in, status_of


@bp.get("")
@needs(May.SEE_FUNDING)
def index() -> Any:
    actor, session, wanted = current(), db.session(), _wish(request.args)
    rows = listing.grants(wanted, seen_by=actor, today=today())
    found = lists.slice_of(
        session,
        rows,
        key=Grant.__table__.c.reference,
        ident=Grant.__table__.c.id,
        descending=True,
        cursor=request.args.get("cursor"),
        size=lists.wanted_size(request.args),
    )
    grants = [row[0] for row in found.rows]
    programmes = queries.programmes(session, seen_by=actor)
    return page(
        "funding/index.html",
        grants=grants,
        spent=queries.receipt_sums(session, [grant.id for grant in grants]),
        count=lists.count(session, rows),
        **lists.neighbours(found),
        wish=wanted,
        any_wish=wanted != Wish(),
        programmes=[(one.code, f"{one.code} {one.title}") for one in programmes],
        stages=[(stage.value, _(name)) for stage, name in STAGES.items()],
        stage_names=STAGES,
        stage_of=lambda grant: listing.stage_of(grant, today()),
    )


def _wish(args: Mapping[str, str]) -> Wish:
    stage = args.get("stage", "")
    return Wish(
        text=args.get("q", "").strip(),
        programme=args.get("programme", ""),
        stage=Stage(stage) if stage in {*Stage} else None,
    )


@bp.get("/grants/<int:ident>")
@needs(May.SEE_FUNDING)
def grant(ident: int) -> Any:
    session = db.session()
    found = queries.get_grant(session, ident, seen_by=current())
    stands = standing.overview(session, found)
    waiting = payouts.pending(session, found)
    return page(
        "funding/grant.html",
        grant=found,
        figures=stands.figures,
        is_rounding=proof.is_rounding(found.programme.financing, len(found.decisions), stands.figures.repay),
        spending=stands.spending,
        planned=cost_plan.whole(stands.planned),
        has_plan=bool(stands.planned),
        checks=stands.checks,
        accepted=stands.accepted,
        changes=change_requests.of_grant(session, found),
        change_states=CHANGE_STATES,
        in_short=change_requests.said_in_short,
        papers=papers.of_grant(session, found),
        scopes=rules.SCOPES,
        severities=checking.SEVERITIES,
        said=said,
        receipts=stands.receipts,
        pending=waiting,
        to_draw=ahead.still_to_draw(found, stands.figures, stands.receipts, today()),
        measures=measure_queries.sums(session, measure_queries.Wish(grant_id=found.id)),
        bound=bound.counted(session, [one.file_reference for one in found.decisions]),
        story=_decision_story(found),
        deadline=ahead.next_deadline(found, today()),
        overdue=found.proof_overdue(today()),
        ends=ahead.ENDS,
        step=ahead.step(
            found,
            stands.figures,
            ahead.unexplained(stands.checks, stands.accepted),
            stands.receipts,
            waiting,
            today(),
        ),
        Do=ahead.Do,
        stage=listing.stage_of(found, today()),
        stage_names=STAGES,
        kinds=DECISION_KINDS,
        Kind=DecisionKind,
    )


def _decision_story(grant: Grant) -> list[tuple[Decision, Decision | None, Decimal]]:
    """The decisions by age: each with the one that it changes, and what is granted in all from then on."""
    known = {one.id: one for one in grant.decisions}
    granted, told = rules.NOTHING, []
    for one in grant.decisions:
        granted += one.granted
        told.append((one, known.get(one.amends_id or 0), granted))
    return told


@bp.get("/grants/<int:ident>/history")
@needs(May.SEE_FUNDING)
def history(ident: int) -> Any:
    session = db.session()
    found = queries.get_grant(session, ident, seen_by=current())
    return page(
        "funding/history.html",
        grant=found,
        receipts=queries.receipt_count(session, found),
        events=grant_story.of_grant(session, found),
    )


@bp.route("/grants/new", methods=["GET", "POST"])
@needs(May.EDIT_FUNDING)
def new_grant() -> Any:
    session = db.session()
    programmes = queries.programmes(session, seen_by=current())
    form = NewGrantForm(data={"programme": request.args.get("programme", type=int)})
    form.programme.choices = _programme_choices(programmes)
    if form.validate_on_submit():
        with refusals_in(form), transaction() as writing:
            programme = queries.get_programme(writing, form.programme.data, seen_by=current())
            made = actions.add_grant(
                writing,
                form.reference.data or "",
                programme,
                form.rate.data,
                form.values,
                reason=form.reason.data,
                by=current(),
            )
            ident = made.id
        if not form.errors:
            say_odd(rules.odd_in_decision({**form.values, "rate": None}))
            flash_done(_("Die Zuwendung ist angelegt."))
            return redirect(url_for(".grant", ident=ident))
    return page("funding/grant_edit.html", status_of(form), form=form, grant=None, programmes=programmes)


@bp.route("/grants/<int:ident>/edit", methods=["GET", "POST"])
@needs(May.EDIT_FUNDING)
def edit_grant(ident: int) -> Any:
    session = db.session()
    found = queries.get_grant(session, ident, seen_by=current())
    programmes = queries.programmes(session, seen_by=current())
    known = {
        "version": found.version,
        "reference": found.reference,
        "programme": found.programme_id,
        "rate": found.rate,
        "completed_on": found.completed_on,
        "managed_from": found.managed_from,
        "proof_handed_in": found.proof_handed_in,
    }
    form = GrantForm(data=known)
    form.programme.choices = _programme_choices(programmes)
    if form.validate_on_submit():
        with refusals_in(form), transaction() as writing:
            actions.change_grant(
                writing,
                queries.get_grant(writing, ident, seen_by=current()),
                {
                    "reference": form.reference.data or "",
                    "programme": queries.get_programme(writing, form.programme.data, seen_by=current()),
                    "rate": form.rate.data,
                    "completed_on": form.completed_on.data,
                    "managed_from": form.managed_from.data,
                    "proof_handed_in": form.proof_handed_in.data,
                },
                version=form.seen_version,
                by=current(),
            )
        if not form.errors:
            flash_done(_("Gespeichert."))
            return redirect(url_for(".grant", ident=ident))
    return page("funding/grant_edit.html", status_of(form), form=form, grant=found, programmes=programmes)


def _programme_choices(programmes: Any) -> list[tuple[str, str]]:
    return [("", ""), *((str(one.id), f"{one.code} {one.title}") for one in programmes)]


@bp.route("/grants/<int:ident>/decisions/new", methods=["GET", "POST"])
@needs(May.EDIT_FUNDING)
def new_decision(ident: int) -> Any:
    found = queries.get_grant(db.session(), ident, seen_by=current())
    form = DecisionForm(data=_of_the_last(found))
    if form.validate_on_submit():
        with refusals_in(form), transaction() as writing:
            changing = queries.get_grant(writing, ident, seen_by=current())
            actions.add_decision(writing, changing, form.values, reason=form.reason.data, by=current())
        if not form.errors:
            say_odd(rules.odd_in_decision(form.values))
            flash_done(_("Der Bescheid ist eingetragen."))
            return redirect(url_for(".grant", ident=ident))
    room = left.of_programme(db.session(), found.programme)
    return page(
        "funding/decision_edit.html", status_of(form), form=form, grant=found, decision=None, left=room
    )


def _of_the_last(grant: Grant) -> dict[str, Any]:
    """What a further decision usually has in common with the one before it."""
    if not grant.decisions:
        return {}
    names = ("authority", "period_from", "period_to")
    return {name: getattr(grant.decisions[-1], name) for name in names}


@bp.route("/decisions/<int:ident>/edit", methods=["GET", "POST"])
@needs(May.EDIT_FUNDING)
def edit_decision(ident: int) -> Any:
    found = queries.get_decision(db.session(), ident, seen_by=current())
    accepted = reasons.of_thing(db.session(), found)
    form = DecisionForm(obj=found, data={"reason": accepted[0].reason if accepted else None})
    if form.validate_on_submit():
        with refusals_in(form), transaction() as writing:
            changing = queries.get_decision(writing, ident, seen_by=current())
            actions.change_decision(
                writing,
                changing,
                form.values,
                reason=form.reason.data,
                version=form.seen_version,
                by=current(),
            )
        if not form.errors:
            say_odd(rules.odd_in_decision(form.values))
            flash_done(_("Gespeichert."))
            return redirect(url_for(".grant", ident=found.grant_id))
    room = left.of_programme(db.session(), found.grant.programme, but=found)
    return page(
        "funding/decision_edit.html", status_of(form), form=form, grant=found.grant, decision=found, left=room
    )
