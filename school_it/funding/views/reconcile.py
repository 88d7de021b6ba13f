"""The page that holds the sums of an old table against ours."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import TextAreaField
from wtforms.validators import Length

from school_it.access import May, current, needs
from school_it.database import db
from school_it.funding import queries, reconciling, standing
from school_it.funding.views.blueprint import bp
from school_it.web import page, said
from school_it.web.fields import Form, Needed, refusals_in, status_of


class ReconcileForm(Form):
    old = TextAreaField(
        _l("aus der alten Tabelle"),
        [Needed(), Length(max=40_000)],
        description=_l(
            "je Zeile: Fördergegenstand, gezahlt, zuwendungsfähig; aus Excel kopieren und hier einfügen"
        ),
    )


@bp.route("/grants/<int:ident>/reconcile", methods=["GET", "POST"])
@needs(May.SEE_FUNDING)
def reconcile(ident: int) -> Any:
    """Nothing is kept: it only compares."""
    session = db.session()
    found = queries.get_grant(session, ident, seen_by=current())
    form, rows = ReconcileForm(), None
    spent = standing.spent_by(session, found)
    if form.validate_on_submit():
        with refusals_in(form):
            items = found.programme.items or ()
            rows = reconciling.beside(reconciling.read(form.old.data or "", items), spent)
    return page(
        "funding/reconcile.html",
        status_of(form),
        form=form,
        grant=found,
        receipts=queries.receipt_count(session, found),
        rows=rows,
        verdict=said(reconciling.verdict(rows)) if rows else _("Noch ist nichts verglichen."),
        agrees=rows is not None and all(row.agrees for row in rows),
        ours=reconciling.beside({}, spent),
    )
