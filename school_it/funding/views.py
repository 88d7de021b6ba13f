"""Pages of grants with their decisions and receipts, and of the programmes they come from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from flask import Blueprint, redirect, request, url_for
from flask_babel import gettext as _

from school_it import audit
from school_it.access import May, current, needs
from school_it.database import db, today, transaction
from school_it.funding import actions, bound, checks, listing, queries, rules, standing, story
from school_it.funding.forms import (
    DecisionForm,
    GrantForm,
    NewGrantForm,
    ProgrammeForm,
    ReceiptForm,
    RemoveForm,
)
from school_it.funding.listing import STAGES, Stage, Wish
from school_it.funding.models import Grant, Programme, Receipt
from school_it.schools import queries as school_queries
from school_it.web import flash_done, flash_hint, lists, page, said
from school_it.web.fields import refusals_in, status_of

bp = Blueprint("funding", __name__, url_prefix="/funding")


# --- grants ---


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
        earlier=found.previous and lists.here_with(cursor=found.previous),
        later=found.next and lists.here_with(cursor=found.next),
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
    stands = standing.of_grant(session, found)
    return page(
        "funding/grant.html",
        grant=found,
        figures=stands.figures,
        checks=stands.checks,
        severities=checks.SEVERITIES,
        said=said,
        receipts=len(stands.receipts),
        bound=bound.counted(session, [one.file_reference for one in found.decisions]),
        stage=listing.stage_of(found, today()),
        stage_names=STAGES,
    )


@bp.get("/grants/<int:ident>/receipts")
@needs(May.SEE_FUNDING)
def receipts(ident: int) -> Any:
    session = db.session()
    found = queries.get_grant(session, ident, seen_by=current())
    rows = listing.listed_receipts(found, text=request.args.get("q", "").strip())
    part = lists.slice_of(
        session,
        rows,
        key=Receipt.__table__.c.payment_date,
        ident=Receipt.__table__.c.id,
        cursor=request.args.get("cursor"),
        size=lists.wanted_size(request.args),
    )
    nothing = (0, rules.NOTHING, rules.NOTHING)
    total, paid, eligible = queries.receipt_sums(session, [found.id]).get(found.id, nothing)
    return page(
        "funding/receipts.html",
        grant=found,
        receipts=[row[0] for row in part.rows],
        total=total,
        count=lists.count(session, rows),
        paid=paid,
        eligible=eligible,
        q=request.args.get("q", ""),
        earlier=part.previous and lists.here_with(cursor=part.previous),
        later=part.next and lists.here_with(cursor=part.next),
    )


@bp.get("/grants/<int:ident>/history")
@needs(May.SEE_FUNDING)
def history(ident: int) -> Any:
    session = db.session()
    found = queries.get_grant(session, ident, seen_by=current())
    things: list[audit.Traced] = [found, *found.decisions]
    entries = [entry for thing in things for entry in audit.story(session, thing)]
    newest_first = sorted(entries, key=lambda entry: entry.id, reverse=True)
    return page(
        "funding/history.html",
        grant=found,
        receipts=queries.receipt_count(session, found),
        events=story.of_entries(session, newest_first),
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
                writing, form.reference.data or "", programme, form.rate.data, form.values, by=current()
            )
            ident = made.id
        if not form.errors:
            _say_odd(rules.odd_in_decision({**form.values, "rate": None}))
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
    }
    form = GrantForm(data=known)
    form.programme.choices = _programme_choices(programmes)
    if form.validate_on_submit():
        with refusals_in(form), transaction() as writing:
            actions.change_grant(
                writing,
                queries.get_grant(writing, ident, seen_by=current()),
                reference=form.reference.data or "",
                programme=queries.get_programme(writing, form.programme.data, seen_by=current()),
                rate=form.rate.data,
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
    form = DecisionForm()
    if form.validate_on_submit():
        with refusals_in(form), transaction() as writing:
            changing = queries.get_grant(writing, ident, seen_by=current())
            actions.add_decision(writing, changing, form.values, by=current())
        if not form.errors:
            _say_odd(rules.odd_in_decision(form.values))
            flash_done(_("Der Bescheid ist eingetragen."))
            return redirect(url_for(".grant", ident=ident))
    return page("funding/decision_edit.html", status_of(form), form=form, grant=found, decision=None)


@bp.route("/decisions/<int:ident>/edit", methods=["GET", "POST"])
@needs(May.EDIT_FUNDING)
def edit_decision(ident: int) -> Any:
    found = queries.get_decision(db.session(), ident, seen_by=current())
    form = DecisionForm(obj=found)
    if form.validate_on_submit():
        with refusals_in(form), transaction() as writing:
            changing = queries.get_decision(writing, ident, seen_by=current())
            actions.change_decision(writing, changing, form.values, version=form.seen_version, by=current())
        if not form.errors:
            _say_odd(rules.odd_in_decision(form.values))
            flash_done(_("Gespeichert."))
            return redirect(url_for(".grant", ident=found.grant_id))
    return page("funding/decision_edit.html", status_of(form), form=form, grant=found.grant, decision=found)


# --- receipts ---


@bp.route("/grants/<int:ident>/receipts/new", methods=["GET", "POST"])
@needs(May.EDIT_FUNDING)
def new_receipt(ident: int) -> Any:
    session = db.session()
    found = queries.get_grant(session, ident, seen_by=current())
    form = ReceiptForm(data={"receipt_no": queries.next_receipt_no(session, found)})
    form.school.choices = [("", ""), *school_queries.choices(session, seen_by=current())]
    if form.validate_on_submit():
        with refusals_in(form), transaction() as writing:
            school = school_queries.get_school(writing, form.school.data or "", seen_by=current())
            changing = queries.get_grant(writing, ident, seen_by=current())
            actions.add_receipt(writing, changing, school, form.values, by=current())
        if not form.errors:
            _say_odd(rules.odd_in_receipt(form.values))
            flash_done(_("Der Beleg ist eingetragen."))
            return redirect(url_for(".receipts", ident=ident))
    return page("funding/receipt_edit.html", status_of(form), form=form, grant=found, receipt=None)


@bp.route("/receipts/<int:ident>/edit", methods=["GET", "POST"])
@needs(May.EDIT_FUNDING)
def edit_receipt(ident: int) -> Any:
    session = db.session()
    found = queries.get_receipt(session, ident, seen_by=current())
    known = {name: getattr(found, name) for name in ("version", *queries.RECEIPT_FIELDS)}
    form = ReceiptForm(data={**known, "school": found.school.school_number})
    form.school.choices = [("", ""), *school_queries.choices(session, seen_by=current())]
    if form.validate_on_submit():
        with refusals_in(form), transaction() as writing:
            school = school_queries.get_school(writing, form.school.data or "", seen_by=current())
            changing = queries.get_receipt(writing, ident, seen_by=current())
            actions.change_receipt(
                writing, changing, school, form.values, version=form.seen_version, by=current()
            )
        if not form.errors:
            _say_odd(rules.odd_in_receipt(form.values))
            flash_done(_("Gespeichert."))
            return redirect(url_for(".receipt", ident=ident))
    return page("funding/receipt_edit.html", status_of(form), form=form, grant=found.grant, receipt=found)


@bp.get("/receipts/<int:ident>")
@needs(May.SEE_FUNDING)
def receipt(ident: int) -> Any:
    session = db.session()
    found = queries.get_receipt(session, ident, seen_by=current())
    return page(
        "funding/receipt.html",
        receipt=found,
        grant=found.grant,
        events=story.of_entries(session, audit.story(session, found)),
    )


@bp.route("/receipts/<int:ident>/remove", methods=["GET", "POST"])
@needs(May.EDIT_FUNDING)
def remove_receipt(ident: int) -> Any:
    found = queries.get_receipt(db.session(), ident, seen_by=current())
    form = RemoveForm()
    if form.validate_on_submit():
        with refusals_in(form), transaction() as writing:
            actions.remove_receipt(
                writing, queries.get_receipt(writing, ident, seen_by=current()), by=current()
            )
        if not form.errors:
            flash_done(_("Der Beleg ist entfernt. Der Verlauf behält, was er sagte."))
            return redirect(url_for(".receipts", ident=found.grant_id))
    return page("funding/receipt_remove.html", status_of(form), form=form, receipt=found, grant=found.grant)


# --- programmes ---


@bp.get("/programmes")
@needs(May.SEE_FUNDING)
def programmes() -> Any:
    session = db.session()
    return page(
        "funding/programmes.html",
        programmes=queries.programmes(session, seen_by=current()),
        grants=queries.grant_counts(session),
        words=story.WORDS,
        Status=rules.Status,
    )


@bp.get("/programmes/<int:ident>")
@needs(May.SEE_FUNDING)
def programme(ident: int) -> Any:
    session = db.session()
    found = queries.get_programme(session, ident, seen_by=current())
    grants = queries.grants_of(session, found)
    return page(
        "funding/programme.html",
        programme=found,
        grants=grants,
        granted=sum((one.granted for one in grants), rules.NOTHING),
        odd=[said(sentence) for sentence in rules.odd_in_programme(_values_of(found))],
        events=story.of_entries(session, audit.story(session, found)),
        words=story.WORDS,
        Status=rules.Status,
    )


@bp.route("/programmes/new", methods=["GET", "POST"])
@needs(May.EDIT_FUNDING)
def new_programme() -> Any:
    form = ProgrammeForm(data={"status": rules.Status.VALID, "start_event": rules.StartEvent.ORDER})
    if form.validate_on_submit():
        with refusals_in(form), transaction() as writing:
            ident = actions.add_programme(writing, form.values, by=current()).id
        if not form.errors:
            flash_done(_("Das Programm ist angelegt."))
            return redirect(url_for(".programme", ident=ident))
    return page("funding/programme_edit.html", status_of(form), form=form, programme=None)


@bp.route("/programmes/<int:ident>/edit", methods=["GET", "POST"])
@needs(May.EDIT_FUNDING)
def edit_programme(ident: int) -> Any:
    found = queries.get_programme(db.session(), ident, seen_by=current())
    form = ProgrammeForm(obj=found)
    if form.validate_on_submit():
        with refusals_in(form), transaction() as writing:
            changing = queries.get_programme(writing, ident, seen_by=current())
            actions.change_programme(writing, changing, form.values, version=form.seen_version, by=current())
        if not form.errors:
            flash_done(_("Gespeichert."))
            return redirect(url_for(".programme", ident=ident))
    return page("funding/programme_edit.html", status_of(form), form=form, programme=found)


def _values_of(programme: Programme) -> dict[str, Any]:
    return {name: getattr(programme, name) for name in queries.PROGRAMME_FIELDS}


def _say_odd(sentences: Iterator[Any]) -> None:
    """What is taken but should be looked at."""
    for sentence in sentences:
        flash_hint(said(sentence))
