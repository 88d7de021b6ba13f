"""Receive a delivery, in the store room with a phone: what is missing stands there already."""

from __future__ import annotations

from typing import Any

from flask import redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from school_it.access import May, current, needs
from school_it.database import db, today, transaction
from school_it.errors import N_, BadValue, Refused
from school_it.procurement import delivery_files, queries, receiving
from school_it.procurement.forms import ConfirmForm, receive_form
from school_it.procurement.models import DeliveredDevice, Delivery, OrderLine
from school_it.procurement.rules import LineKind
from school_it.procurement.views.blueprint import bp
from school_it.procurement.views.orders import receivable
from school_it.web import flash_done, page
from school_it.web.fields import refusals_in, status_of


@bp.route("/orders/<int:ident>/receive", methods=["GET", "POST"])
@needs(May.RECEIVE_DELIVERIES)
def receive(ident: int) -> Any:
    session = db.session()
    found = queries.get_order(session, ident, seen_by=current(), may=May.RECEIVE_DELIVERIES)
    received = queries.received(session, found)
    lines = receivable(found, received)
    still = {line.id: line.quantity - received.get(line.id, 0) for line in lines}
    form = receive_form(lines, still, data={"delivered_on": today(), "version": _pieces(received)})
    if form.validate_on_submit():
        number = 0
        with refusals_in(form):
            arrived = [_arrived(form, line) for line in lines]
            with transaction() as writing:
                changing = queries.get_order(writing, ident, seen_by=current(), may=May.RECEIVE_DELIVERIES)
                _expect_unchanged(form, queries.received(writing, changing))
                made = receiving.receive(
                    writing, changing, arrived, on=form.delivered_on.data, note_no=form.note_no.data,
                    remark=form.remark.data, by=current(),
                )  # fmt: skip
                number = sum(line.quantity for line in made.lines)
        if not form.errors:
            said = ngettext("%(num)s Stück ist angenommen.", "%(num)s Stück sind angenommen.", number)
            flash_done(said)
            return redirect(url_for(".order", ident=ident))
    return page(
        "procurement/receive.html",
        status_of(form),
        form=form,
        order=found,
        lines=lines,
        still=still,
        kinds=LineKind,
    )


def _pieces(received: dict[int, int]) -> int:
    return sum(received.values())


def _expect_unchanged(form: Any, received: dict[int, int]) -> None:
    """A second tap on the button, or a colleague with the same boxes, does not receive them twice."""
    if form.version.data != str(_pieces(received)):
        raise BadValue(
            N_(
                "In der Zwischenzeit ist eine Lieferung dieses Auftrags angenommen worden. Bitte den Auftrag ansehen."
            )
        )


def _arrived(form: Any, line: OrderLine) -> receiving.Arrived:
    number = form[f"came_{line.id}"].data or 0
    if line.kind is not LineKind.DEVICE or not number:
        return receiving.Arrived(line.id, number)
    serials = form[f"serials_{line.id}"].listed
    file = request.files.get(f"file_{line.id}")
    if file is not None and file.filename:
        try:
            serials = [*serials, *delivery_files.serials_in(file.stream.read(delivery_files.LARGEST + 1))]
        except BadValue as fault:
            raise Refused([(f"file_{line.id}", fault.sentence)]) from None
    return receiving.Arrived(line.id, number, serials)


@bp.route("/deliveries/<int:ident>/remove", methods=["GET", "POST"])
@needs(May.EDIT_PROCUREMENT)
def remove_delivery(ident: int) -> Any:
    found = queries.get_delivery(db.session(), ident, seen_by=current())
    form, order_id = ConfirmForm(), found.order_id
    if form.validate_on_submit():
        with refusals_in(form), transaction() as session:
            going = queries.get_delivery(session, ident, seen_by=current())
            receiving.remove_delivery(session, going, by=current())
        if not form.errors:
            flash_done(_("Die Lieferung ist zurückgenommen."))
            return redirect(url_for(".order", ident=order_id))
    return page(
        "procurement/confirm.html",
        status_of(form),
        form=form,
        title=_("Lieferung zurücknehmen"),
        sentence=_(
            "Die Lieferung vom %(day)s gilt als nicht gekommen.", day=f"{found.delivered_on:%d.%m.%Y}"
        ),
        consequences=[*(f"{line.quantity} {line.order_line.text}" for line in found.lines), *_gone(found)],
        word=_("Zurücknehmen"),
        order=found.order,
        back=url_for(".order", ident=order_id),
    )


def _gone(found: Delivery) -> list[str]:
    """What goes with the delivery."""
    of_it = DeliveredDevice.delivery_line_id.in_([line.id for line in found.lines])
    number = len(queries.devices_of(db.session(), of_it))
    if not number:
        return []
    return [
        ngettext(
            "%(num)s Gerät, das daraus aufgenommen ist, wird wieder entfernt.",
            "%(num)s Geräte, die daraus aufgenommen sind, werden wieder entfernt.",
            number,
        )
    ]
