"""Pages of the receipts of a grant."""

from __future__ import annotations

from typing import Any

from flask import redirect, request, url_for
from flask_babel import gettext as _

from school_it import audit
from school_it.access import May, current, needs
from school_it.database import db, today, transaction
from school_it.funding import actions, listing, origin, queries, rules, story
from school_it.funding.checking import left, reasons
from school_it.funding.forms.base import RemoveForm
from school_it.funding.forms.receipts import ReceiptForm
from school_it.funding.models import Grant, Receipt
from school_it.funding.views.blueprint import bp, say_odd
from school_it.schools import queries as school_queries
from school_it.web import flash_done, lists, page
from school_it.web.fields import refusals_in, status_of


@bp.get("/grants/<int:ident>/receipts")
@needs(May.SEE_FUNDING)
def receipts(ident: int) -> Any:
    session = db.session()
    found = queries.get_grant(session, ident, seen_by=current())
    schools = school_queries.ids_by_number(session)
    wish = listing.ReceiptWish(
        text=request.args.get("q", "").strip(),
        item=request.args.get("item", ""),
        school_id=schools.get(request.args.get("school", "")),
    )
    rows = listing.listed_receipts(found, wish)
    part = lists.slice_of(
        session,
        rows,
        key=Receipt.__table__.c.payment_date,
        ident=Receipt.__table__.c.id,
        cursor=request.args.get("cursor"),
        size=lists.wanted_size(request.args),
    )
    paid, eligible = listing.receipt_totals(session, rows)
    return page(
        "funding/receipts.html",
        grant=found,
        receipts=[row[0] for row in part.rows],
        total=queries.receipt_count(session, found),
        asked=request.args,
        narrowed=wish != listing.ReceiptWish(),
        items=[(item, item) for item in listing.receipt_items(session, found)],
        schools=listing.receipt_schools(session, found),
        count=lists.count(session, rows),
        paid=paid,
        eligible=eligible,
        q=request.args.get("q", ""),
        **lists.neighbours(part),
    )


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
            actions.add_receipt(writing, changing, school, form.values, reason=form.reason.data, by=current())
        if not form.errors:
            say_odd(rules.odd_in_receipt(form.values))
            flash_done(_("Der Beleg ist eingetragen."))
            return redirect(url_for(".receipts", ident=ident))
    return _entered(form, found, None)


@bp.route("/receipts/<int:ident>/edit", methods=["GET", "POST"])
@needs(May.EDIT_FUNDING)
def edit_receipt(ident: int) -> Any:
    session = db.session()
    found = queries.get_receipt(session, ident, seen_by=current())
    known = {name: getattr(found, name) for name in ("version", *queries.RECEIPT_FIELDS)}
    accepted = reasons.of_thing(session, found)
    reason = accepted[0].reason if accepted else None
    form = ReceiptForm(data={**known, "school": found.school.school_number, "reason": reason})
    form.school.choices = [("", ""), *school_queries.choices(session, seen_by=current())]
    if form.validate_on_submit():
        with refusals_in(form), transaction() as writing:
            school = school_queries.get_school(writing, form.school.data or "", seen_by=current())
            changing = queries.get_receipt(writing, ident, seen_by=current())
            actions.change_receipt(
                writing,
                changing,
                school,
                _anew(form.values, changing),
                reason=form.reason.data,
                version=form.seen_version,
                by=current(),
            )
        if not form.errors:
            say_odd(rules.odd_in_receipt(form.values))
            flash_done(_("Gespeichert."))
            return redirect(url_for(".receipt", ident=ident))
    return _entered(form, found.grant, found)


def _anew(values: dict[str, Any], stored: Receipt) -> dict[str, Any]:
    """The eligible part as it stood follows what else has changed."""
    untouched = values["eligible_requested"] == stored.eligible_requested
    return {**values, "eligible_requested": None} if untouched else values


def _entered(form: ReceiptForm, grant: Grant, receipt: Receipt | None) -> Any:
    """The form, and beside it what is left of the grant without this receipt."""
    session = db.session()
    room = left.of_grant(session, grant, but=receipt)
    wanted = request.args.get("school") or form.school.data or ""
    school = school_queries.ids_by_number(session).get(wanted)
    return page(
        "funding/receipt_edit.html",
        status_of(form),
        form=form,
        grant=grant,
        receipt=receipt,
        left=room,
        days=room.days(today()),
        at_school=None if school is None else room.capped.get(school, rules.NOTHING),
    )


@bp.get("/receipts/<int:ident>")
@needs(May.SEE_FUNDING)
def receipt(ident: int) -> Any:
    session = db.session()
    found = queries.get_receipt(session, ident, seen_by=current())
    return page(
        "funding/receipt.html",
        receipt=found,
        grant=found.grant,
        origin=origin.of(session, found),
        accepted=reasons.of_thing(session, found),
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
