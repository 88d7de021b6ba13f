"""Forms for draw-downs and what was paid out."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, TextAreaField
from wtforms.validators import Length, NumberRange, Optional

from school_it.funding.forms.base import DAY, FundingForm
from school_it.web.fields import (
    DayField,
    EuroField,
    Form,
    Needed,
    NoteField,
    NumberField,
    TextField,
)
from school_it.web.shapes import LONGEST_REMARK


class DrawdownForm(FundingForm):
    version = HiddenField()
    number = NumberField(_l("Abruf Nr."), [Optional(), NumberRange(1, 10_000)])
    requested_on = DayField(_l("angefordert am"), [Needed()], description=DAY)
    requested = EuroField(_l("angeforderter Betrag"), description=_l("in Euro"))
    expenses_paid = EuroField(_l("bisher geleistete Ausgaben"), description=_l("aus den Belegen"))
    expenses_due = EuroField(_l("in den nächsten 2 Monaten fällig"), description=_l("aus den Belegen"))
    own_share_used = EuroField(_l("eingesetzter Eigenanteil"))
    reference = TextField(_l("Kassenzeichen"), [Length(max=80)])
    reason = TextAreaField(
        _l("Begründung"), [Length(max=LONGEST_REMARK)], description=_l("nur wenn etwas zu begründen ist")
    )
    remark = NoteField(_l("Bemerkung"), [Length(max=LONGEST_REMARK)])


class PayoutForm(Form):
    version = HiddenField()
    paid = EuroField(_l("eingegangener Betrag"), [Needed()], description=_l("in Euro"))
    paid_on = DayField(_l("eingegangen am"), [Needed()], description=DAY)
    reference = TextField(_l("Kassenzeichen"), [Length(max=80)])
