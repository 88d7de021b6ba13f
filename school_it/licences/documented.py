"""Licences carry documents: the contract, the invoice."""

from __future__ import annotations

from flask import url_for

from school_it.access import May
from school_it.documents.bearers import Bearer, carried_by
from school_it.documents.rules import DocumentKind
from school_it.licences.models import Licence

carried_by(
    Bearer(
        Licence,
        see=May.SEE_LICENCES,
        edit=May.EDIT_LICENCES,
        address=lambda licence: url_for("licences.licence", ident=licence.id),
        kinds=(DocumentKind.CONTRACT, DocumentKind.ORDER, DocumentKind.INVOICE),
    )
)
