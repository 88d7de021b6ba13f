"""Forms of VLANs, subnets, ranges and addresses."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField
from wtforms.validators import Length, NumberRange

from school_it.network.addresses.queries import Wish
from school_it.network.addresses.rules import HIGHEST_VLAN, LOWEST_VLAN, Purpose, RangeUse
from school_it.web.fields import ChoiceField, Form, Needed, NoteField, NumberField, TextField
from school_it.web.shapes import LONGEST_REMARK


class VlanForm(Form):
    version = HiddenField()
    number = NumberField(
        _l("Nummer"), [Needed(), NumberRange(LOWEST_VLAN, HIGHEST_VLAN)], description=_l("1 bis 4094")
    )
    name = TextField(_l("Name"), [Needed(), Length(max=80)], description=_l("etwa Pädagogik"))
    purpose = ChoiceField(_l("Zweck"), coerce=Purpose, validators=[Needed()])
    remark = NoteField(_l("Bemerkung"), [Length(max=LONGEST_REMARK)])


class SubnetForm(Form):
    version = HiddenField()
    network = TextField(
        _l("Netz"), [Needed(), Length(max=60)], description=_l("etwa 10.20.0.0/22 oder 2001:db8:1::/64")
    )
    gateway = TextField(
        _l("Gateway"), [Length(max=60)], description=_l("etwa 10.20.0.1; wird nicht vergeben")
    )
    vlan = ChoiceField(_l("VLAN"), coerce=int)
    is_separate = BooleanField(
        _l("getrenntes Netz"),
        description=_l("hinter einem eigenen Router (NAT): Andere Schulen dürfen dieselben Adressen haben."),
    )
    remark = NoteField(_l("Bemerkung"), [Length(max=LONGEST_REMARK)])


class RangeForm(Form):
    first = TextField(_l("erste Adresse"), [Needed(), Length(max=60)])
    last = TextField(_l("letzte Adresse"), [Needed(), Length(max=60)])
    use = ChoiceField(_l("Wofür"), coerce=RangeUse, validators=[Needed()])
    remark = TextField(_l("Bemerkung"), [Length(max=160)])


class AddressForm(Form):
    version = HiddenField()
    address = TextField(
        _l("Adresse"), [Length(max=60)], description=_l("leer: die nächste freie des Teilnetzes")
    )
    device = TextField(_l("Gerät"), [Length(max=60)], description=_l("Inventarnummer"))
    name = TextField(_l("Name"), [Length(max=120)], description=_l("etwa Drucker Sekretariat"))
    remark = NoteField(_l("Bemerkung"), [Length(max=LONGEST_REMARK)])


def wish(args: Mapping[str, str]) -> Wish:
    """The query string of the list."""
    return Wish(text=args.get("q", "").strip()[:200], school_number=args.get("school") or None)
