"""The forms of scenarios and decisions."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField
from wtforms.validators import Length

from school_it.plan.forms.targets import ValueField
from school_it.web.fields import (
    ChoiceField,
    DayField,
    EuroField,
    Form,
    Needed,
    NoteField,
    NumberField,
    PercentField,
    TextField,
)


class ScenarioForm(Form):
    """What is left empty is as in the plan."""

    version = HiddenField()
    plan = TextField(_l("MEP"), [Needed(), Length(max=40)])
    name = TextField(_l("Name"), [Needed(), Length(max=80)], description=_l("etwa: 1:1 ab Klasse 7"))
    remark = NoteField(_l("Bemerkung"), [Length(max=1000)])
    own_share = PercentField(_l("Eigenanteil an der Förderung"), description=_l("etwa 10 %, 20 % oder 30 %"))
    grant_limit = EuroField(_l("Förderung höchstens"), description=_l("über alle Jahre; leer: keine Grenze"))
    funds_replacement = BooleanField(_l("Auch Ersatz wird gefördert"))
    pupils_per_device = ValueField(
        _l("Schüler je mobilem Gerät"), description=_l("1 ist 1:1, 2 ist 1:2; leer: wie die Ziele")
    )
    gap_years = NumberField(
        _l("Fehlbedarf beschaffen in Jahren"), description=_l("leer: über alle Jahre des Plans")
    )
    life = NumberField(_l("Lebensdauer mobiler Geräte in Jahren"), description=_l("etwa 4, 5 oder 6"))
    price_change = PercentField(_l("Aufschlag auf alle Preise"), description=_l("etwa 10 %"))
    price_increase = PercentField(_l("Preissteigerung im Jahr"))
    ceiling = EuroField(
        _l("Ersatz höchstens je Jahr"), description=_l("verteilt die Ersatzwelle unter diese Obergrenze")
    )
    replaces_bound = BooleanField(_l("Zweckgebundenes bei Fälligkeit aus eigenen Mitteln ersetzen"))


class RemoveForm(Form):
    """One button."""


class DecisionForm(Form):
    scenario = ChoiceField(_l("Beschlossen wurde"))
    title = TextField(
        _l("Bezeichnung"), [Needed(), Length(max=200)], description=_l("etwa: MEP V, Fassung des Ausschusses")
    )
    reference = TextField(_l("Drucksache"), [Needed(), Length(max=80)], description=_l("Nummer der Vorlage"))
    decided_on = DayField(
        _l("beschlossen am"), [Needed()], description=_l("Die Zahlen sind die dieses Tages.")
    )
