"""Keys of a licence: kept, shown by an act of its own, removed."""

from __future__ import annotations

from typing import Any

from flask import Response, make_response, redirect, url_for
from flask_babel import gettext as _

from school_it.access import May, current, needs
from school_it.database import db, transaction
from school_it.licences import keys, queries
from school_it.licences.forms import KeyForm
from school_it.licences.models import Licence
from school_it.licences.views.blueprint import bp
from school_it.web import flash_done, page
from school_it.web.fields import refusals_in, status_of


def _licence(session: Any, ident: int) -> Licence:
    return queries.get_licence(session, ident, seen_by=current(), may=May.EDIT_LICENCES)


@bp.route("/<int:ident>/keys/new", methods=["GET", "POST"])
@needs(May.EDIT_LICENCES)
def new_key(ident: int) -> Any:
    licence, form = _licence(db.session(), ident), KeyForm()
    if form.validate_on_submit():
        with refusals_in(form), transaction() as session:
            keys.keep(
                session, _licence(session, ident), form.secret.data, label=form.label.data, by=current()
            )
        if not form.errors:
            flash_done(_("Der Schlüssel ist hinterlegt."))
            return redirect(url_for(".licence", ident=ident))
    return page("licences/key_new.html", status_of(form), licence=licence, form=form)


@bp.post("/<int:ident>/keys/<int:key>/show")
@needs(May.EDIT_LICENCES)
def show_key(ident: int, key: int) -> Response:
    """The answer is not kept by any browser; who looked stands in the trail."""
    with transaction() as session:
        licence = _licence(session, ident)
        secret = keys.show(session, licence, key, by=current())
    answer = make_response(page("licences/key.html", licence=_licence(db.session(), ident), secret=secret))
    answer.headers["Cache-Control"] = "no-store"
    return answer


@bp.post("/<int:ident>/keys/<int:key>/remove")
@needs(May.EDIT_LICENCES)
def remove_key(ident: int, key: int) -> Any:
    with transaction() as session:
        keys.remove(session, _licence(session, ident), key, by=current())
    flash_done(_("Der Schlüssel ist entfernt."))
    return redirect(url_for(".licence", ident=ident))
