"""The form of an uplink."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField
from wtforms.validators import Length, NumberRange, Optional

from school_it.network.uplinks.rules import FASTEST
from school_it.web.fields import (
    ChoiceField,
    DayField,
    EuroField,
    Form,
    Needed,
    NoteField,
    NumberField,
    TextField,
)
from school_it.web.shapes import LONGEST_REMARK


def _yes_no(given: object) -> bool:
    return given in (True, "True")


class UplinkForm(Form):
    version = HiddenField()
    school = ChoiceField(_l("Schule"), validators=[Needed()])
    provider = TextField(_l("Anbieter"), [Needed(), Length(max=120)])
    contract_no = TextField(_l("Vertragsnummer"), [Length(max=60)])
    down = NumberField(
        _l("Mbit/s herunter"), [Optional(), NumberRange(0, FASTEST)], description=_l("laut Vertrag")
    )
    up = NumberField(_l("Mbit/s hinauf"), [Optional(), NumberRange(0, FASTEST)])
    fibre = ChoiceField(_l("Glasfaser bis ins Gebäude"), coerce=_yes_no)
    is_backup = BooleanField(
        _l("Ersatzleitung"), description=_l("nur für den Ausfall; zählt nicht bei Mbit/s je Schüler")
    )
    ends_on = DayField(_l("Vertragsende"))
    notice_on = DayField(_l("kündbar bis"), description=_l("letzter Tag; erscheint bei den Fristen"))
    monthly_cost = EuroField(_l("Kosten im Monat, brutto"))
    router = TextField(
        _l("Router"),
        [Length(max=60)],
        description=_l("Inventarnummer des Geräts, an dem die Leitung ankommt"),
    )
    remark = NoteField(_l("Bemerkung"), [Length(max=LONGEST_REMARK)])
