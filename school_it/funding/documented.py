"""Grants and all that belongs to them carry documents: what a measure has to keep for the day of the audit."""

from __future__ import annotations

from flask import url_for

from school_it.access import May
from school_it.documents.bearers import Bearer, carried_by
from school_it.documents.rules import DocumentKind
from school_it.funding.models import ChangeRequest, Decision, Drawdown, Grant, Measure, Receipt

OF_A_GRANT = (DocumentKind.DECISION, DocumentKind.APPLICATION, DocumentKind.AWARD, DocumentKind.LETTER)

carried_by(
    Bearer(
        Grant,
        see=May.SEE_FUNDING,
        edit=May.EDIT_FUNDING,
        address=lambda grant: url_for("funding.grant", ident=grant.id),
        kinds=OF_A_GRANT,
    )
)
carried_by(
    Bearer(
        Decision,
        see=May.SEE_FUNDING,
        edit=May.EDIT_FUNDING,
        address=lambda decision: url_for("funding.grant", ident=decision.grant_id),
        kinds=(DocumentKind.DECISION, DocumentKind.LETTER),
    )
)
carried_by(
    Bearer(
        Receipt,
        see=May.SEE_FUNDING,
        edit=May.EDIT_FUNDING,
        address=lambda receipt: url_for("funding.receipt", ident=receipt.id),
        kinds=(DocumentKind.INVOICE, DocumentKind.PAYMENT, DocumentKind.DELIVERY_NOTE, DocumentKind.ORDER),
    )
)
carried_by(
    Bearer(
        Measure,
        see=May.SEE_FUNDING,
        edit=May.EDIT_FUNDING,
        address=lambda measure: url_for("funding.measure", ident=measure.id),
        kinds=(DocumentKind.APPLICATION, DocumentKind.QUOTE, DocumentKind.OTHER),
    )
)
carried_by(
    Bearer(
        Drawdown,
        see=May.SEE_FUNDING,
        edit=May.EDIT_FUNDING,
        address=lambda asked: url_for("funding.drawdown", ident=asked.id),
        kinds=(DocumentKind.APPLICATION, DocumentKind.PAYMENT, DocumentKind.LETTER),
    )
)
carried_by(
    Bearer(
        ChangeRequest,
        see=May.SEE_FUNDING,
        edit=May.EDIT_FUNDING,
        address=lambda asked: url_for("funding.change", ident=asked.id),
        kinds=(DocumentKind.APPLICATION, DocumentKind.DECISION, DocumentKind.LETTER),
    )
)
