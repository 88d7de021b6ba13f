"""Forms of the import pages."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import BooleanField, ValidationError

from school_it.web.fields import ChoiceField, Form, TextField


class FileGiven:
    """The validator for a file that has to be chosen."""

    field_flags: dict[str, bool] = {"required": True}  # noqa: RUF012

    def __call__(self, form: Any, field: Any) -> None:
        if field.data is None or not field.data.filename:
            raise ValidationError(_("Bitte eine Datei wählen."))


class UploadForm(Form):
    file = FileField(
        _l("Datei"), [FileGiven()], description=_l("Excel (.xlsx, .xls), OpenDocument (.ods) oder CSV")
    )
    kind = ChoiceField(_l("Was steht darin"))
    school = ChoiceField(_l("Schule"), description=_l("für Zeilen ohne eigene Schulnummer"))

    def __init__(
        self, *args: Any, kinds: list[tuple[str, str]], schools: list[tuple[str, str]], **values: Any
    ) -> None:
        super().__init__(*args, **values)
        self.kind.choices = [("", _("an den Überschriften erkennen")), *kinds]
        self.school.choices = [("", _("steht in der Datei")), *schools]


class NarrowForm(Form):
    """Only the rows that have a certain text under a header."""

    only_header = ChoiceField(_l("Nur Zeilen, in denen"))
    only_value = TextField(_l("diesen Wert hat"))


class ApplyForm(Form):
    """`partial`: the good rows only."""

    partial = BooleanField()
