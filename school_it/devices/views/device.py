"""The page of one device, and its moves from state to state."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask import current_app, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from school_it.access import May, current, needs
from school_it.database import db, today, transaction
from school_it.devices import actions, binding, funded, loans, panels, queries, rules, story
from school_it.devices.models import Device, DeviceRecord
from school_it.devices.rules import State
from school_it.devices.views.blueprint import bp
from school_it.errors import N_, BadValue
from school_it.web import flash_done, page


@bp.get("/<path:tag>")
@needs(May.SEE_DEVICES)
def device(tag: str) -> Any:
    session = db.session()
    found = queries.get_device(session, tag, seen_by=current())
    return page(
        "devices/device.html",
        device=found,
        holder=loans.holder_name(found),
        handouts=queries.handouts_of(session, found),
        events=story.of_device(session, found, seen_by=current()),
        states=rules.STATES,
        uses=rules.USES,
        reasons=rules.DISPOSAL_REASONS,
        moves=rules.MOVES[found.state],
        lendable=found.state in rules.LENDABLE and not found.is_out,
        low_value=rules.is_low_value(
            found.price_net, Decimal(current_app.config["SCHOOL_IT"].LEDGER_LOW_VALUE)
        ),
        bound=rules.is_bound(found.bound_until, today()),
        advice=_advice(found),
        panels=panels.of_device(session, found, seen_by=current()),
        records=(kept := binding.records_of(session, found)),
        record_names=rules.RECORD_KINDS,
        lacks_proof=_lacks_proof(found, kept),
        lineage=binding.lineage(session, found),
        computed_end=funded.computed_end(session, found),
        today=today(),
    )


def _advice(found: Device) -> list[tuple[str, str]]:
    """What there is to do, each with its kind; empty where all is well."""
    day = today()
    advice = []
    if found.is_out and found.due_on and found.due_on < day:
        advice.append(
            ("danger", _("Die Rückgabe ist seit dem %(day)s überfällig.", day=f"{found.due_on:%d.%m.%Y}"))
        )
    if found.disposal_reason and found.approved_on is None and found.state is not State.DISPOSED:
        advice.append(("warning", _("Zur Aussonderung vorgeschlagen; die Genehmigung steht aus.")))
    if found.person is not None and found.person.left_on is not None:
        advice.append(("warning", _("Die Person ist abgegangen: Bitte das Gerät zurücknehmen.")))
    if found.state is State.DEFECTIVE and found.warranty_until and day <= found.warranty_until:
        advice.append(
            ("info", _("Die Garantie läuft noch bis %(day)s.", day=f"{found.warranty_until:%d.%m.%Y}"))
        )
    if found.life_ends and found.life_ends < day and found.state not in rules.GONE:
        advice.append(
            (
                "info",
                _(
                    "Die übliche Nutzungsdauer ist seit dem %(day)s vorbei.",
                    day=f"{found.life_ends:%d.%m.%Y}",
                ),
            )
        )
    return advice


def _lacks_proof(found: Device, kept: list[DeviceRecord]) -> bool:
    """A bound device is gone, and nothing says how."""
    proven = {rules.INCIDENTS[one.kind] for one in kept if one.kind in rules.INCIDENTS}
    gone = found.state in (State.LOST, State.STOLEN) and found.state not in proven
    return gone and rules.is_bound(found.bound_until, today())


@bp.post("/<path:tag>/state")
@needs(May.EDIT_DEVICES)
def move(tag: str) -> Any:
    wanted = request.form.get("state", "")
    if wanted not in set(State):
        raise BadValue(N_("Diesen Zustand gibt es nicht."))
    with transaction() as session:
        found = queries.get_device(session, tag, seen_by=current(), may=May.EDIT_DEVICES)
        actions.move(session, found, State(wanted), by=current())
    flash_done(_("Der Zustand ist jetzt »%(state)s«.", state=_(rules.STATES[State(wanted)])))
    return to_device(tag)


def to_device(tag: str) -> Response:
    return redirect(url_for("devices.device", tag=tag))
