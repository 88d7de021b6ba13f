"""The forms of the minutes and of an agreement."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, TextAreaField
from wtforms.validators import Length

from school_it.devices.rules import ITEM_CLASSES, ItemClass
from school_it.plan.talks.rules import KEPT, Kept
from school_it.web.fields import ChoiceField, DayField, EuroField, Form, Needed, NumberField, TextField


class MinutesForm(Form):
    version = HiddenField()
    held_on = DayField(_l("Tag des Gesprächs"), [Needed()])
    participants = TextField(
        _l("Teilnehmende"),
        [Length(max=500)],
        description=_l(
            "Namen oder Ämter der Beschäftigten, etwa Schulleitung, Schulverwaltungsamt; keine Schülerinnen und Schüler"
        ),
    )
    text = TextAreaField(_l("Niederschrift"), [Length(max=20_000)])


class AgreementForm(Form):
    version = HiddenField()
    what = TextField(_l("Was ist vereinbart?"), [Needed(), Length(max=300)])
    item_class = ChoiceField(_l("Gerätegruppe"), coerce=ItemClass)
    number = NumberField(_l("Anzahl"), description=_l("Geräte, die der Plan zählen soll"))
    euros = EuroField(_l("Betrag in €"), description=_l("leer: Anzahl mal Preis des Plans"))
    responsible = TextField(_l("Wer kümmert sich?"), [Length(max=120)])
    due_on = DayField(
        _l("bis wann"), [Needed()], description=_l("das Jahr sagt, in welchem Haushalt es steht")
    )

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.item_class.choices = [("", ""), *((one.value, _(name)) for one, name in ITEM_CLASSES.items())]


class SettleForm(AgreementForm):
    kept = ChoiceField(_l("Stand"), coerce=Kept, validators=[Needed()])
    note = TextField(
        _l("Anmerkung"),
        [Length(max=500)],
        description=_l("steht im nächsten Dossier; nötig, wenn es entfällt"),
    )

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.kept.choices = [(one.value, _(name)) for one, name in KEPT.items()]
