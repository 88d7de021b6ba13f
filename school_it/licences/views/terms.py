"""The next term of a licence, begun by hand; at night it begins by itself."""

from __future__ import annotations

from typing import Any

from flask import redirect, url_for
from flask_babel import gettext as _
from wtforms import HiddenField

from school_it.access import May, current, needs
from school_it.database import db, transaction
from school_it.licences import queries, renewal
from school_it.licences.views.blueprint import bp
from school_it.web import flash_done, page
from school_it.web.fields import Form, refusals_in, status_of


class RenewForm(Form):
    version = HiddenField()


@bp.route("/<int:ident>/renew", methods=["GET", "POST"])
@needs(May.EDIT_LICENCES)
def renew(ident: int) -> Any:
    """Shows first which term follows."""
    actor = current()
    licence = queries.get_licence(db.session(), ident, seen_by=actor, may=May.EDIT_LICENCES)
    form = RenewForm(data={"version": licence.version})
    if form.validate_on_submit():
        with refusals_in(form), transaction() as session:
            renewing = queries.get_licence(session, ident, seen_by=actor, may=May.EDIT_LICENCES)
            renewal.renew(session, renewing, version=form.seen_version, by=actor)
        if not form.errors:
            flash_done(_("Die nächste Laufzeit ist eingetragen."))
            return redirect(url_for(".licence", ident=ident))
    following = renewal.next_term(licence)
    return page("licences/renew.html", status_of(form), licence=licence, form=form, following=following)
