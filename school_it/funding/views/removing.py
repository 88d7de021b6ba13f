"""Pages that take something out, after showing what goes with it and what stands against it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import redirect, url_for
from flask_babel import gettext as _

from school_it.access import May, current, needs
from school_it.database import db, transaction
from school_it.funding import queries, removing
from school_it.funding.decisions import change_requests
from school_it.funding.drawdowns import payouts
from school_it.funding.forms.base import RemoveForm
from school_it.funding.measures import queries as measure_queries
from school_it.funding.views.blueprint import bp
from school_it.money import shown
from school_it.web import flash_done, page, said
from school_it.web.fields import refusals_in, status_of

Get = Callable[..., Any]


@bp.route("/grants/<int:ident>/remove", methods=["GET", "POST"])
@needs(May.EDIT_FUNDING)
def remove_grant(ident: int) -> Any:
    found = queries.get_grant(db.session(), ident, seen_by=current())
    going = [_("Bescheid %(reference)s", reference=one.file_reference) for one in found.decisions]
    back = url_for(".grant", ident=ident)
    title = _("Zuwendung %(reference)s", reference=found.reference)
    return _page(queries.get_grant, found, title, going, back, url_for(".index"))


@bp.route("/decisions/<int:ident>/remove", methods=["GET", "POST"])
@needs(May.EDIT_FUNDING)
def remove_decision(ident: int) -> Any:
    found = queries.get_decision(db.session(), ident, seen_by=current())
    back = url_for(".grant", ident=found.grant_id)
    going = [_("Bewilligt sind danach %(amount)s.", amount=shown(found.grant.granted - found.granted))]
    title = _("Bescheid %(reference)s", reference=found.file_reference)
    return _page(queries.get_decision, found, title, going, back, back)


@bp.route("/programmes/<int:ident>/remove", methods=["GET", "POST"])
@needs(May.EDIT_FUNDING)
def remove_programme(ident: int) -> Any:
    found = queries.get_programme(db.session(), ident, seen_by=current())
    back = url_for(".programme", ident=ident)
    title = _("Programm %(code)s", code=found.code)
    return _page(queries.get_programme, found, title, [], back, url_for(".programmes"))


@bp.route("/measures/<int:ident>/remove", methods=["GET", "POST"])
@needs(May.EDIT_FUNDING)
def remove_measure(ident: int) -> Any:
    found = measure_queries.get_measure(db.session(), ident, seen_by=current())
    back = url_for(".measure", ident=ident)
    going = [_("%(what)s, %(school)s", what=found.description, school=found.school.label)]
    title = _("Maßnahme %(number)s", number=found.position)
    return _page(measure_queries.get_measure, found, title, going, back, url_for(".measures_list"))


@bp.route("/drawdowns/<int:ident>/remove", methods=["GET", "POST"])
@needs(May.EDIT_FUNDING)
def remove_drawdown(ident: int) -> Any:
    found = payouts.get_drawdown(db.session(), ident, seen_by=current())
    after = url_for(".drawdowns", ident=found.decision.grant_id)
    going = []
    if found.paid:
        going.append(_("Als abgerufen gelten danach %(amount)s weniger.", amount=shown(found.paid)))
    title = _("Mittelabruf %(number)s", number=found.number)
    return _page(payouts.get_drawdown, found, title, going, url_for(".drawdown", ident=ident), after)


@bp.route("/changes/<int:ident>/remove", methods=["GET", "POST"])
@needs(May.EDIT_FUNDING)
def remove_change(ident: int) -> Any:
    found = change_requests.get_request(db.session(), ident, seen_by=current())
    after = url_for(".grant", ident=found.decision.grant_id)
    title = _("Änderungsantrag %(number)s", number=found.number)
    return _page(change_requests.get_request, found, title, [], url_for(".change", ident=ident), after)


def _page(get: Get, found: Any, title: str, going: list[str], back: str, after: str) -> Any:
    form = RemoveForm()
    if form.validate_on_submit():
        with refusals_in(form), transaction() as writing:
            removing.remove(writing, get(writing, found.id, seen_by=current()), by=current())
        if not form.errors:
            flash_done(_("%(what)s ist entfernt. Der Verlauf behält, was dort stand.", what=title))
            return redirect(after)
    against = [said(sentence) for sentence in removing.hanging(db.session(), found)]
    return page(
        "funding/remove.html",
        status_of(form),
        form=form,
        what=title,
        going=going,
        against=against,
        back=back,
    )
