"""The form of an outlet, and the address of the list as a wish."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, TextAreaField
from wtforms.validators import Length

from school_it.network.queries import STATES, Wish
from school_it.web.fields import ChoiceField, DayField, Form, Needed, TextField
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
    remark = TextAreaField(_l("Bemerkung"), [Length(max=LONGEST_REMARK)])


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
