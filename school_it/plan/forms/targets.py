"""The form of a target, and the address of the page as a wish."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, SelectMultipleField
from wtforms.validators import Length, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from school_it import cells
from school_it.devices.rules import ITEM_CLASSES, ItemClass
from school_it.plan.queries import Wish
from school_it.plan.rules import BASES, Basis
from school_it.plan.sheet import GRADE
from school_it.schools.rules import TYPE_NAMES, SchoolType
from school_it.web.fields import ChoiceField, DayField, Form, Needed, PercentField, ReadField, TextField

OFFERED = (
    SchoolType.G, SchoolType.H, SchoolType.R, SchoolType.SK, SchoolType.GE, SchoolType.GY, SchoolType.S,
    SchoolType.PS, SchoolType.BK, SchoolType.WB, SchoolType.FW, SchoolType.KS,
)  # fmt: skip


class ValueField(ReadField):
    """A number as ``1,5``."""

    read = staticmethod(cells.read_number)
    show = staticmethod(cells.show_number)


class GradeField(ReadField):
    """A grade: ``5`` is ``05``."""

    read = staticmethod(GRADE.read)
    show = staticmethod(str)


class TargetForm(Form):
    version = HiddenField()
    plan = TextField(
        _l("MEP"),
        [Needed(), Length(max=40)],
        description=_l("die Fassung des Medienentwicklungsplans, etwa V"),
    )
    item_class = ChoiceField(_l("Gerätegruppe"), coerce=ItemClass, validators=[Needed()])
    basis = ChoiceField(_l("Grundlage"), coerce=Basis, validators=[Needed()])
    value = ValueField(_l("Wert"), [Needed()], description=_l("etwa 1,5 für ein Gerät je 1,5 Schüler"))
    reserve = PercentField(_l("Reserve"), description=_l("leer: 0 %"))
    school_type = SelectMultipleField(
        _l("Schulform"),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        description=_l("keine ausgewählt = alle Schulformen"),
    )
    grade_from = GradeField(_l("Jahrgang von"))
    grade_to = GradeField(_l("Jahrgang bis"), description=_l("01 bis 13, EF, Q1 oder Q2; leer: alle"))
    valid_from = DayField(
        _l("gültig ab"), [Needed()], description=_l("meist der 01.08., der Beginn des Schuljahrs")
    )

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.item_class.choices = [("", ""), *((one.value, _(name)) for one, name in ITEM_CLASSES.items())]
        self.basis.choices = [("", ""), *((one.value, _(name)) for one, name in BASES.items())]
        known = [
            *OFFERED,
            *(one for one in self.school_type.data or () if one not in OFFERED and one in TYPE_NAMES),
        ]
        self.school_type.choices = [(one.value, f"{_(TYPE_NAMES[SchoolType(one)])} ({one})") for one in known]

    @property
    def target(self) -> dict[str, Any]:
        """What was entered, by the field names of the sheet."""
        values = self.values
        types = tuple(SchoolType(one) for one in values["school_type"])
        return {**values, "school_type": types, "reserve": values["reserve"] or Decimal(0)}


class UsualForm(Form):
    plan = TextField(
        _l("MEP"),
        [Needed(), Length(max=40)],
        description=_l("die Fassung des Medienentwicklungsplans, etwa V"),
    )
    valid_from = DayField(
        _l("gültig ab"), [Needed()], description=_l("meist der 01.08., der Beginn des Schuljahrs")
    )
    which = SelectMultipleField(
        _l("Ziele"), [Needed()], widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )

    def validate_which(self, field: SelectMultipleField) -> None:
        if not field.data:
            raise ValidationError(_("Bitte mindestens ein Ziel wählen."))


def wish(args: Mapping[str, str]) -> Wish:
    """The query string of the page. What it cannot read is left open."""
    kind, group = args.get("type", ""), args.get("class", "")
    return Wish(
        plan=args.get("plan") or None,
        school_type=SchoolType(kind) if kind in set(SchoolType) else None,
        item_class=ItemClass(group) if group in set(ItemClass) else None,
        all_of_time=args.get("old") == "1",
    )
