"""What procurement shows on the pages of earlier rooms: where a device or a receipt comes from."""

from __future__ import annotations

from flask import render_template
from markupsafe import Markup
from sqlalchemy.orm import Session

from school_it.access import Actor, May
from school_it.devices.models import Device
from school_it.funding.models import Receipt
from school_it.procurement import queries
from school_it.web import panels


def _of_device(session: Session, device: Device, actor: Actor) -> Markup | None:
    if not actor.scope(May.SEE_PROCUREMENT).holds(device.school_id):
        return None
    origin = queries.origin_of(session, device)
    if origin is None:
        return None
    everywhere = actor.scope(May.SEE_PROCUREMENT).everywhere
    drawn = render_template("procurement/of_device.html", origin=origin, device=device, everywhere=everywhere)
    return Markup(drawn)  # noqa: S704  a template of the house


def _of_receipt(session: Session, receipt: Receipt, actor: Actor) -> Markup | None:
    invoice = queries.invoice_of_receipt(session, receipt)
    if invoice is None or not actor.scope(May.SEE_PROCUREMENT).everywhere:
        return None
    return Markup(render_template("procurement/of_receipt.html", invoice=invoice))  # noqa: S704  likewise


panels.shown_by(Device.__tablename__, _of_device)
panels.shown_by(Receipt.__tablename__, _of_receipt)
