"""The page that puts devices under the grant that bears them, after a look at what changes."""

from __future__ import annotations

from typing import Any

from flask import redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from wtforms import HiddenField

from school_it.access import May, current, needs
from school_it.database import db, transaction, whole_number
from school_it.devices.bulk import Plan
from school_it.errors import N_, RuleBroken
from school_it.procurement import borne, queries
from school_it.procurement.views.blueprint import bp
from school_it.procurement.views.trying import digest
from school_it.web import flash_done, page, said
from school_it.web.fields import Form, refusals_in, status_of

CHANGED = N_("Seit der Vorschau hat sich etwas geändert. Bitte noch einmal ansehen.")
SHOWN = 200


class BearingForm(Form):
    seen = HiddenField()


@bp.route("/invoices/<int:ident>/devices", methods=["GET", "POST"])
@needs(May.EDIT_PROCUREMENT)
def put_under(ident: int) -> Any:
    """`grant` in the address is the id of the grant; without it the devices go to the town's own money."""
    session, grant_id, form = db.session(), whole_number(request.args.get("grant", "")) or None, BearingForm()
    found = queries.get_invoice(session, ident, seen_by=current())
    if form.validate_on_submit():
        number = 0
        with refusals_in(form), transaction() as writing:
            changing = queries.get_invoice(writing, ident, seen_by=current())
            if form.seen.data != _seen(borne.plan(writing, changing, grant_id, by=current())):
                raise RuleBroken(CHANGED)
            number = len(borne.put_under(writing, changing, grant_id, by=current()).edits)
        if not form.errors:
            flash_done(ngettext("%(num)s Gerät ist zugeordnet.", "%(num)s Geräte sind zugeordnet.", number))
            return redirect(url_for(".invoice", ident=ident))
    try:
        plan = borne.plan(session, found, grant_id, by=current())
    except RuleBroken as nothing_to_do:
        flash_done(said(nothing_to_do))
        return redirect(url_for(".invoice", ident=ident))
    form.seen.raw_data, form.seen.data = None, _seen(plan)
    grant = borne.bearing(session, found).grants.get(grant_id or 0)
    return page(
        "procurement/bearing.html",
        status_of(form),
        form=form,
        invoice=found,
        bearer=" ".join(filter(None, (grant.reference, grant.title))) if grant else _("eigene Mittel"),
        plan=plan,
        some=plan.edits[:SHOWN],
        shorter=sum(map(_is_shorter, plan.edits)),
        reasons=list(plan.reasons.items()),
    )


def _is_shorter(edit: Any) -> bool:
    before, after = edit.before.get("bound_until"), edit.after.get("bound_until")
    return before is not None and (after is None or after < before)


def _seen(plan: Plan) -> str:
    return digest([[edit.ident, dict(edit.before), dict(edit.after)] for edit in plan.edits])
