"""The end of a device: the school proposes, the office approves by name, then it is disposed of."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import request
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from school_it.access import May, current, needs
from school_it.database import db, today, transaction
from school_it.devices import actions, funded, queries, rules
from school_it.devices.forms import DisposalForm
from school_it.devices.models import Device
from school_it.devices.views.blueprint import bp
from school_it.devices.views.device import to_device
from school_it.errors import N_, RuleBroken
from school_it.web import flash_done, page
from school_it.web.fields import refusals_in, status_of


@bp.route("/<path:tag>/dispose", methods=["GET", "POST"])
@needs(May.DISPOSE_DEVICES)
def dispose(tag: str) -> Any:
    session, actor = db.session(), current()
    found = queries.get_device(session, tag, seen_by=actor, may=May.DISPOSE_DEVICES)
    form = DisposalForm(obj=found)
    may_approve = actor.scope(May.APPROVE_DISPOSAL).holds(found.school_id)
    if request.method == "GET":
        form.disposed_on.data = today()
    if form.validate_on_submit():
        with refusals_in(form), transaction() as writing:
            device = queries.get_device(writing, tag, seen_by=actor, may=May.DISPOSE_DEVICES)
            done = _do(writing, device, form, may_approve=may_approve)
        if not form.errors:
            flash_done(done)
            return to_device(tag)
    return page(
        "devices/dispose.html",
        status_of(form),
        form=form,
        device=found,
        may_approve=may_approve,
        approved=found.approved_on is not None and actions.why_not_disposed(found) is None,
        bound=rules.is_bound(found.bound_until, today()),
        bound_by_decision=_bound_by_decision(session, found),
        life_over=found.life_ends is not None and found.life_ends <= today(),
    )


def _bound_by_decision(session: Session, found: Device) -> date | None:
    """The end by the decision where it is still to come and an earlier one was set by hand."""
    end = funded.computed_end(session, found)
    if not rules.is_bound(end, today()) or rules.is_bound(found.bound_until, today()):
        return None
    return end


def _do(session: Session, device: Device, form: DisposalForm, *, may_approve: bool) -> Any:
    """Propose, approve, or dispose, as the button and the right say. Returns what was done."""
    step, actor, values = request.form.get("step", "dispose"), current(), form.values
    reason, person, reference, on = map(
        values.pop, ("approval_reason", "approval_person", "approval_reference", "approved_on")
    )
    if step == "propose":
        actions.propose_disposal(session, device, values, by=actor)
        return _("Die Aussonderung ist vorgeschlagen. Das Schulverwaltungsamt sieht sie in seiner Liste.")
    if device.is_out:
        raise RuleBroken(N_("Das Gerät ist noch ausgegeben. Bitte zuerst zurücknehmen."))
    if may_approve and (device.approved_on is None or actions.why_not_disposed(device)):
        actions.approve_disposal(
            session, device, reason=reason, on=on, person=person, reference=reference, by=actor
        )
    if step == "approve":
        return _("Die Aussonderung ist genehmigt.")
    actions.dispose(session, device, values, by=actor)
    return _("Das Gerät ist ausgesondert.")
