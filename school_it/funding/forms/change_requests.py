"""Forms for change requests and the answer to them."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, TextAreaField
from wtforms.validators import Length

from school_it.funding.forms.base import DAY
from school_it.web.fields import (
    DayField,
    Form,
    Needed,
    NoteField,
)
from school_it.web.shapes import LONGEST_REMARK


class ChangeForm(Form):
    """What is asked to be changed; the plan stands in the lines below it."""

    version = HiddenField()
    requested_on = DayField(_l("beantragt am"), [Needed()], description=DAY)
    period_to = DayField(_l("Durchführung neu bis"), description=_l("nur wenn sich der Zeitraum ändern soll"))
    reason = TextAreaField(_l("Begründung"), [Needed(), Length(max=LONGEST_REMARK)])
    declared = BooleanField(_l("Die Erklärung, dass alle Angaben richtig sind, liegt unterschrieben vor"))
    remark = NoteField(_l("Bemerkung"), [Length(max=LONGEST_REMARK)])


class RefusedForm(Form):
    """The authority has said no."""

    answered_on = DayField(_l("abgelehnt am"), [Needed()], description=DAY)
    remark = NoteField(_l("Bemerkung"), [Length(max=LONGEST_REMARK)])
