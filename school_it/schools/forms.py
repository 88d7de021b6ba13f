"""Forms for schools, rooms and yearly figures."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField
from wtforms.validators import Length, NumberRange, Optional, Regexp

from school_it.schools.rules import ROOM_USES, TYPE_NAMES, RoomUse, SchoolType
from school_it.web.fields import EMAIL, ChoiceField, DayField, Form, Needed, NoteField, NumberField, TextField
from school_it.web.shapes import LONGEST_REMARK

YES_NO = {"yes": True, "no": False}


def _yes_no(given: Any) -> Any:
    """The choice as a value; what is stored is one already, and what is neither is no choice."""
    return YES_NO.get(given, given)


class SchoolForm(Form):
    version = HiddenField()
    school_number = TextField(
        _l("Schulnummer"), [Needed(), Regexp(r"^1\d{5}$", message=_l("Sechs Ziffern, die erste ist 1."))]
    )
    name = TextField(_l("Name der Schule"), [Needed(), Length(max=200)])
    short_name = TextField(_l("Kurzname"), [Length(max=40)], description=_l("für Listen und das Telefon"))
    school_type = ChoiceField(_l("Schulform"), coerce=SchoolType, validators=[Needed()])
    street = TextField(_l("Straße"), [Length(max=120)])
    postcode = TextField(_l("PLZ"), [Optional(), Regexp(r"^\d{5}$", message=_l("Fünf Ziffern."))])
    place = TextField(_l("Ort"), [Length(max=80)])
    email = TextField(_l("E-Mail"), [Optional(), Regexp(EMAIL, message=_l("Das ist keine E-Mail-Adresse."))])
    phone = TextField(_l("Telefon"), [Length(max=60)])
    social_index = NumberField(_l("Sozialindex"), [Optional(), NumberRange(1, 9)])
    use_concept_date = DayField(_l("Einsatzkonzept vom"))
    support_confirmed = ChoiceField(_l("Support gesichert"), coerce=_yes_no)
    directory_name = TextField(
        _l("Name im Verzeichnis"),
        [Length(max=120)],
        description=_l("wenn das Verzeichnis sie nicht mit der Schulnummer führt"),
    )

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.school_type.choices = [("", "")] + [
            (kind.value, f"{_(TYPE_NAMES[kind])} ({kind})") for kind in SchoolType
        ]
        self.support_confirmed.choices = [("", _("nicht bekannt")), ("yes", _("ja")), ("no", _("nein"))]


class RoomForm(Form):
    version = HiddenField()
    room = TextField(_l("Raumnummer"), [Needed(), Length(max=40)])
    name = TextField(_l("Bezeichnung"), [Length(max=120)])
    building = TextField(_l("Gebäude"), [Length(max=80)])
    floor = TextField(_l("Etage"), [Length(max=40)])
    use = ChoiceField(_l("Raumart"), coerce=RoomUse)
    seats = NumberField(_l("Sitzplätze"), [Optional(), NumberRange(0, 2000)])
    remark = NoteField(_l("Bemerkung"), [Length(max=LONGEST_REMARK)])

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.use.choices = [("", "")] + [(use.value, _(name)) for use, name in ROOM_USES.items()]


class FiguresForm(Form):
    school_year = ChoiceField(_l("Schuljahr"), coerce=int, validators=[Needed()])
    key_date = DayField(_l("Stichtag"))
    pupils = NumberField(_l("Schülerzahl"), [Needed(), NumberRange(0, 20000)])
    classes = NumberField(_l("Klassen"), [Optional(), NumberRange(0, 1000)])
    teachers = NumberField(
        _l("Lehrkräfte"), [Optional(), NumberRange(0, 2000)], description=_l("Köpfe, nicht Stellen")
    )
    rooms = NumberField(_l("Unterrichtsräume"), [Optional(), NumberRange(0, 1000)])
