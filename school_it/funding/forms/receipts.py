"""The form for receipts."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, TextAreaField
from wtforms.validators import Length, NumberRange, Optional

from school_it.funding.forms.base import DAY, FundingForm
from school_it.web.fields import (
    ChoiceField,
    DayField,
    EuroField,
    Needed,
    NoteField,
    NumberField,
    TextField,
)
from school_it.web.shapes import LONGEST_REMARK


class ReceiptForm(FundingForm):
    version = HiddenField()
    receipt_no = TextField(_l("Beleg-Nr."), [Needed(), Length(max=40)])
    category = TextField(_l("Fördergegenstand"), [Needed(), Length(max=20)])
    school = ChoiceField(_l("Schule"), validators=[Needed()])
    order_date = DayField(_l("Auftrag vom"), [Needed()], description=DAY)
    invoice_date = DayField(_l("Rechnungsdatum"), [Needed()], description=DAY)
    payment_date = DayField(_l("Zahlung am"), [Needed()], description=DAY)
    payee = TextField(_l("Rechnungssteller"), [Needed(), Length(max=200)])
    invoice_no = TextField(_l("Rechnungsnummer"), [Needed(), Length(max=80)])
    subject = TextField(_l("Gegenstand"), [Needed(), Length(max=300)])
    quantity = NumberField(_l("Anzahl"), [Optional(), NumberRange(1, 1_000_000)], description=_l("leer: 1"))
    invoice_gross = EuroField(
        _l("Rechnungsbetrag brutto"), [Needed()], description=_l("der Teil dieses Belegs")
    )
    paid_amount = EuroField(_l("gezahlt"), [Needed()], description=_l("nach Skonto und Rabatt"))
    invoice_total = EuroField(
        _l("Rechnung gesamt gezahlt"), description=_l("nur wenn die Rechnung auf mehrere Belege verteilt ist")
    )
    vat_non_eligible = EuroField(_l("nicht förderfähige MwSt."))
    other_non_eligible = EuroField(_l("sonst nicht förderfähig"))
    eligible_requested = EuroField(_l("zuwendungsfähig"), description=_l("leer: wird berechnet"))
    eligible_recognised = EuroField(_l("anerkannt"), description=_l("trägt die Behörde ein"))
    ledger_ref = TextField(_l("Buchungsstelle"), [Length(max=80)])
    remark = NoteField(_l("Bemerkung"), [Length(max=LONGEST_REMARK)])
    reason = TextAreaField(_l("Begründung"), [Length(max=LONGEST_REMARK)])
