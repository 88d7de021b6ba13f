"""The forms of open data and of the texts of the report."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, TextAreaField
from wtforms.validators import Length

from school_it.plan.open_data.actions import LONGEST_REASON
from school_it.web.fields import Form, Needed, TextField


class PublishForm(Form):
    """One button; it knows what was looked at."""

    year = HiddenField()
    seen = HiddenField()


class WithdrawForm(Form):
    reason = TextField(
        _l("Warum?"),
        [Needed(), Length(max=LONGEST_REASON)],
        description=_l("etwa: eine Schule war falsch gezählt"),
    )


class ReportTextForm(Form):
    version = HiddenField()
    text = TextAreaField(
        _l("Text"), [Length(max=8000)], render_kw={"rows": 14},
        description=_l("Eine Leerzeile trennt Absätze. Leer: Der Bericht zeigt hier keinen Text."),
    )  # fmt: skip
