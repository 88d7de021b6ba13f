"""The form of an outlet, and the address of the list as a wish."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField
from wtforms.validators import Length, NumberRange, Optional

from school_it.network.queries import STATES, Wish
from school_it.network.wiring.rules import Face
from school_it.web.fields import ChoiceField, DayField, Form, Needed, NoteField, NumberField, TextField
from school_it.web.shapes import LONGEST_REMARK


class OutletForm(Form):
    version = HiddenField()
    school = ChoiceField(_l("Schule"), validators=[Needed()])
    room = TextField(_l("Raum"), [Needed(), Length(max=40)], description=_l("ein Raum der Schule, etwa 1.07"))
    outlet = TextField(
        _l("Dose"), [Needed(), Length(max=60)], description=_l("wie auf der Dose, etwa 1.07-D1")
    )
    rack = TextField(_l("Verteiler"), [Length(max=60)])
    panel = TextField(_l("Patchfeld"), [Length(max=60)])
    panel_port = TextField(_l("Patchport"), [Length(max=40)])
    switch = TextField(
        _l("Switch"), [Length(max=60)], description=_l("Inventarnummer des Switch; leer: nicht gepatcht")
    )
    switch_port = TextField(_l("Switchport"), [Length(max=40)])
    vlan = TextField(_l("VLAN"), [Length(max=40)])
    connected = TextField(
        _l("angeschlossen"), [Length(max=160)], description=_l("etwa Accesspoint oder Display")
    )
    measured_on = DayField(_l("gemessen am"))
    remark = NoteField(_l("Bemerkung"), [Length(max=LONGEST_REMARK)])


class RackForm(Form):
    version = HiddenField()
    school = ChoiceField(_l("Schule"), validators=[Needed()])
    name = TextField(_l("Name"), [Needed(), Length(max=60)], description=_l("wie am Schrank, etwa EV2"))
    room = TextField(_l("Raum"), [Length(max=40)], description=_l("in dem der Verteiler steht"))
    units = NumberField(_l("Höheneinheiten"), [Needed(), NumberRange(1, 60)])


class PanelForm(Form):
    version = HiddenField()
    name = TextField(_l("Name"), [Needed(), Length(max=60)], description=_l("wie am Patchfeld, etwa PF1"))
    ports = NumberField(_l("Ports"), [Needed(), NumberRange(1, 999)])
    unit = NumberField(
        _l("Höheneinheit"),
        [Optional(), NumberRange(1, 60)],
        description=_l("von unten gezählt; leer: noch nicht bekannt"),
    )


class SureForm(Form):
    """Nothing to say but yes."""


class MountForm(Form):
    device = TextField(_l("Gerät"), [Needed(), Length(max=60)], description=_l("Inventarnummer"))
    unit = NumberField(
        _l("Höheneinheit"),
        [Optional(), NumberRange(1, 60)],
        description=_l("die unterste, von unten gezählt"),
    )
    face = ChoiceField(_l("Seite des Verteilers"), coerce=Face, description=_l("an der es angeschraubt ist"))


class PlugForm(Form):
    to = TextField(
        _l("Wohin"),
        [Needed(), Length(max=60)],
        description=_l("Nummer der Dose oder Inventarnummer des Geräts"),
    )
    port = TextField(
        _l("Port dort"), [Length(max=80)], description=_l("nur bei einem Gerät; leer: der erste freie")
    )
    colour = TextField(_l("Kabelfarbe"), [Length(max=40)])
    label = TextField(_l("Beschriftung"), [Length(max=60)])


class RuleForm(Form):
    school = ChoiceField(_l("Schule"))
    supplier = TextField(_l("Elektrofirma"), [Length(max=120)])
    pattern = TextField(
        _l("So steht es in der Liste"), [Needed(), Length(max=80)], description=_l("etwa D-{raum}/{nr}")
    )
    becomes = TextField(
        _l("So heißt die Dose hier"), [Needed(), Length(max=80)], description=_l("etwa {raum}-D{nr}")
    )
    example = TextField(_l("Beispiel zum Probieren"), [Length(max=60)], description=_l("etwa D-1.07/1"))


def wish(args: Mapping[str, str]) -> Wish:
    """The query string of the list. What it cannot read is left open."""
    state = args.get("state")
    texts = {name: args.get(name, "").strip()[:200] or None for name in ("room", "rack", "switch")}
    return Wish(
        text=args.get("q", "").strip()[:200],
        school_number=args.get("school") or None,
        state=state if state in STATES else None,
        **texts,
    )
