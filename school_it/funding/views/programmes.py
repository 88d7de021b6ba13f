"""Pages of the programmes that grants come from."""

from __future__ import annotations

from typing import Any

from flask import redirect, url_for
from flask_babel import gettext as _

from school_it import audit
from school_it.access import May, current, needs
from school_it.database import db, transaction
from school_it.funding import actions, queries, rules, story
from school_it.funding.forms import (
    ProgrammeForm,
)
from school_it.funding.models import Programme
from school_it.funding.views.blueprint import bp
from school_it.web import flash_done, page, said
from school_it.web.fields import refusals_in, status_of


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
