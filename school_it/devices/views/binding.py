"""What is kept of a device beside its facts: incidents with their proof, replacements, another use approved by name."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_babel import gettext as _

from school_it.access import May, current, needs
from school_it.database import db, today, transaction
from school_it.devices import binding, incidents, queries, rules
from school_it.devices.forms import IncidentForm, ReplacementForm, UseApprovalForm
from school_it.devices.views.blueprint import bp
from school_it.devices.views.device import to_device
from school_it.web import flash_done, page
from school_it.web.fields import refusals_in, status_of


@bp.route("/<path:tag>/incident", methods=["GET", "POST"])
@needs(May.EDIT_DEVICES)
def incident(tag: str) -> Any:
    """Defect, loss or theft, with what proves it."""
    found = queries.get_device(db.session(), tag, seen_by=current(), may=May.EDIT_DEVICES)
    form = IncidentForm()
    if request.method == "GET":
        form.happened_on.data = today()
    if form.validate_on_submit():
        with refusals_in(form), transaction() as session:
            device = queries.get_device(session, tag, seen_by=current(), may=May.EDIT_DEVICES)
            values = form.values
            incidents.record_incident(session, device, values.pop("kind"), **values, by=current())
        if not form.errors:
            flash_done(_("Der Vorfall ist festgehalten."))
            return to_device(tag)
    bound = rules.is_bound(found.bound_until, today())
    return page("devices/incident.html", status_of(form), form=form, device=found, bound=bound)


@bp.route("/<path:tag>/replacement", methods=["GET", "POST"])
@needs(May.EDIT_DEVICES)
def replacement(tag: str) -> Any:
    """The device that stands in for this one."""
    found = queries.get_device(db.session(), tag, seen_by=current(), may=May.EDIT_DEVICES)
    form = ReplacementForm()
    if form.validate_on_submit():
        with refusals_in(form), transaction() as session:
            old = queries.get_device(session, tag, seen_by=current(), may=May.EDIT_DEVICES)
            new = queries.get_device(session, form.tag.data or "", seen_by=current(), may=May.EDIT_DEVICES)
            binding.replace(session, old, new, by=current())
        if not form.errors:
            flash_done(_("%(new)s ersetzt jetzt %(old)s.", new=form.tag.data, old=tag))
            return to_device(tag)
    bound = rules.is_bound(found.bound_until, today())
    return page("devices/replacement.html", status_of(form), form=form, device=found, bound=bound)


@bp.route("/<path:tag>/other-use", methods=["GET", "POST"])
@needs(May.APPROVE_DISPOSAL)
def other_use(tag: str) -> Any:
    """Somebody has agreed that a bound device may serve another purpose."""
    found = queries.get_device(db.session(), tag, seen_by=current(), may=May.APPROVE_DISPOSAL)
    form = UseApprovalForm()
    if form.validate_on_submit():
        with refusals_in(form), transaction() as session:
            device = queries.get_device(session, tag, seen_by=current(), may=May.APPROVE_DISPOSAL)
            values = form.values
            on = values.pop("happened_on")
            binding.approve_use(session, device, **values, on=on, by=current())
        if not form.errors:
            flash_done(_("Die Genehmigung ist festgehalten."))
            return to_device(tag)
    return page("devices/other_use.html", status_of(form), form=form, device=found)
