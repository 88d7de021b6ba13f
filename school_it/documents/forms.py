"""The form with which a document comes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import FileField

from school_it.documents.bearers import BEARERS
from school_it.documents.rules import KINDS, DocumentKind
from school_it.web.fields import ChoiceField, Form, Needed


class UploadForm(Form):
    at = ChoiceField(_l("gehört zu"), validators=[Needed()])
    kind = ChoiceField(_l("Art"), coerce=DocumentKind, validators=[Needed()])
    file = FileField(_l("Datei"), description=_l("PDF oder Foto (JPEG, PNG)"))


class RemoveForm(Form):
    """Nothing to fill in: only the confirmation."""


def upload_form(things: Sequence[Any], **values: Any) -> UploadForm:
    """For one of these things; the kinds that belong to it come first."""
    form = UploadForm(**values)
    form.at.choices = [(place_of(one), one.trace_label) for one in things]
    first = list(dict.fromkeys(kind for one in things for kind in BEARERS[one.__tablename__].kinds))
    kinds = [*first, *(kind for kind in KINDS if kind not in first)]
    form.kind.choices = [(kind.value, _(KINDS[kind])) for kind in kinds]
    return form


def place_of(thing: Any) -> str:
    """``receipts:17``: a thing as the form and the address name it."""
    return f"{thing.__tablename__}:{thing.id}"
