"""Whether devices stand under the grant that bears them: a share by pieces changes no device by itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from school_it.devices.models import Device
from school_it.errors import N_, Sentence
from school_it.funding.models import Grant
from school_it.procurement.models import DeliveredDevice, DeliveryLine, Invoice, InvoiceLine, InvoiceShare
from school_it.procurement.rules import LineKind

OTHERS = N_(
    "%(grant)s trägt %(pieces)s von »%(text)s«, unter ihrem Aktenzeichen stehen %(devices)s Geräte davon. "
    "Bitte bei den Geräten Programm und Aktenzeichen ändern: "
    "Danach richten sich Zweckbindung und Geräteliste des Nachweises."
)


def elsewhere(session: Session, invoice: Invoice) -> list[Sentence]:
    """A sentence for each grant that bears more pieces of a line than devices stand under its references."""
    lines = {
        line.order_line.id: line.order_line
        for line in invoice.lines
        if line.order_line is not None and line.order_line.kind is LineKind.DEVICE and line.shares
    }
    if not lines:
        return []
    pieces, devices = _pieces(session, list(lines)), _devices(session, list(lines))
    told = []
    for (line_id, grant), number in sorted(pieces.items(), key=lambda one: (one[0][0], one[0][1].reference)):
        there = sum(devices[line_id, one.file_reference] for one in grant.decisions)
        if there < min(number, sum(n for (of, _ref), n in devices.items() if of == line_id)):
            values = {
                "grant": grant.reference,
                "pieces": number,
                "text": lines[line_id].text,
                "devices": there,
            }
            told.append(Sentence(OTHERS, **values))
    return told


def _pieces(session: Session, lines: Sequence[int]) -> dict[tuple[int, Grant], int]:
    """By order line and grant, how many pieces the shares of all its invoices come to."""
    rows = (
        select(InvoiceLine.order_line_id, InvoiceShare)
        .join(InvoiceShare, InvoiceShare.line_id == InvoiceLine.id)
        .where(InvoiceLine.order_line_id.in_(lines), InvoiceShare.grant_id.is_not(None))
    )
    found: dict[tuple[int, Grant], int] = defaultdict(int)
    for line_id, share in session.execute(rows):
        if line_id is not None and share.grant is not None:
            found[line_id, share.grant] += share.quantity
    return found


def _devices(session: Session, lines: Sequence[int]) -> dict[tuple[int, str | None], int]:
    """By order line and file reference, how many of the devices that came stand under it."""
    rows = (
        select(DeliveryLine.order_line_id, Device.file_reference, func.count())
        .join(DeliveredDevice, DeliveredDevice.delivery_line_id == DeliveryLine.id)
        .join(Device, Device.id == DeliveredDevice.device_id)
        .where(DeliveryLine.order_line_id.in_(lines))
        .group_by(DeliveryLine.order_line_id, Device.file_reference)
    )
    found: dict[tuple[int, str | None], int] = defaultdict(int)
    for line_id, reference, number in session.execute(rows):
        found[line_id, reference] = number
    return found
