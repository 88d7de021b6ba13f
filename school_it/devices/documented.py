"""Devices carry documents: invoices, photos of damage, hand-over and disposal records."""

from __future__ import annotations

from flask import url_for

from school_it.access import May
from school_it.devices.models import Device
from school_it.documents.bearers import Bearer, carried_by
from school_it.documents.rules import DocumentKind

carried_by(
    Bearer(
        Device,
        see=May.SEE_DEVICES,
        edit=May.EDIT_DEVICES,
        address=lambda device: url_for("devices.device", tag=device.asset_tag),
        kinds=(
            DocumentKind.PHOTO, DocumentKind.HANDOVER, DocumentKind.INVOICE, DocumentKind.POLICE, DocumentKind.DISPOSAL,
        ),
    )
)  # fmt: skip
