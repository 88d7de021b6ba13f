"""The forms of a version of the plan: its years, its assumptions, and what counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, SelectMultipleField
from wtforms.validators import Length
from wtforms.widgets import CheckboxInput, ListWidget

from school_it.devices.rules import ITEM_CLASSES, USES, ItemClass, Use
from school_it.plan.actions.plans import Figure
from school_it.plan.forms.targets import ValueField
from school_it.plan.models import Plan
from school_it.plan.rules.assumptions import DEFAULTS, SURE, UNITS, Default, Sure, Unit
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

READ = {
    Unit.YEARS: NumberField, Unit.WHOLE: NumberField, Unit.EURO: EuroField, Unit.SHARE: PercentField,
    Unit.NUMBER: ValueField,
}  # fmt: skip


OWN = ("name", "title", "first_year", "last_year", "remark")


def field_name(key: str, part: str = "value") -> str:
    return f"{part}_{key.replace('.', '_')}"


class PlanForm(Form):
    version = HiddenField()
    name = TextField(_l("MEP"), [Needed(), Length(max=40)], description=_l("wie bei den Zielen, etwa V"))
    title = TextField(_l("Bezeichnung"), [Length(max=200)])
    first_year = NumberField(_l("erstes Haushaltsjahr"), [Needed()])
    last_year = NumberField(_l("letztes Haushaltsjahr"), [Needed()])
    remark = NoteField(_l("Bemerkung"), [Length(max=1000)])


class _WithFigures(PlanForm):
    """The plan and all its assumptions, three fields for each."""

    @property
    def plan_values(self) -> dict[str, Any]:
        return {name: self._fields[name].data for name in ("title", "first_year", "last_year", "remark")}

    @property
    def figures(self) -> dict[str, Figure]:
        return {one.key: self._figure(one) for one in DEFAULTS}

    def _figure(self, one: Default) -> Figure:
        value, source, sure = (
            self._fields[field_name(one.key, part)].data for part in ("value", "source", "sure")
        )
        return Figure(value if not isinstance(value, int) else type(one.value)(value), source, sure)

    def groups(self) -> list[tuple[Default, Any, Any, Any]]:
        return [
            (one, *(self._fields[field_name(one.key, part)] for part in ("value", "source", "sure")))
            for one in DEFAULTS
        ]


def figures_form(plan: Plan) -> _WithFigures:
    """The form of this plan, with what it assumes."""
    fields: dict[str, Any] = {}
    data: dict[str, Any] = {
        name: getattr(plan, name) for name in ("name", "title", "first_year", "last_year", "remark")
    }
    known = {one.key: one for one in plan.figures}
    for one in DEFAULTS:
        unit = str(_(UNITS[one.unit])) if UNITS[one.unit] else ""
        fields[field_name(one.key)] = READ[one.unit](
            f"{_(one.title)}{f' ({unit})' if unit else ''}", [Needed()]
        )
        fields[field_name(one.key, "source")] = TextField(_("Quelle"), [Length(max=300)])
        fields[field_name(one.key, "sure")] = ChoiceField(
            _("Wie sicher"), coerce=Sure, validators=[Needed()],
            choices=[(sure.value, _(word)) for sure, word in SURE.items()],
        )  # fmt: skip
        stored = known.get(one.key)
        value = stored.value if stored else one.value
        data[field_name(one.key)] = int(value) if one.unit in (Unit.YEARS, Unit.WHOLE) else value
        data[field_name(one.key, "source")] = stored.source if stored else _(one.source)
        data[field_name(one.key, "sure")] = (stored.sure if stored else one.sure).value
    made = type("FiguresForm", (_WithFigures,), fields)
    form: _WithFigures = made(data={**data, "version": plan.version})
    return form


class CountingForm(Form):
    item_class = ChoiceField(_l("Gerätegruppe"), coerce=ItemClass, validators=[Needed()])
    valid_from = DayField(
        _l("gültig ab"),
        [Needed()],
        description=_l("meist der 01.08.; frühere Stichtage behalten ihre Zählung"),
    )
    categories = SelectMultipleField(
        _l("Gerätearten, die zählen"), widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )
    uses = SelectMultipleField(
        _l("in dieser Nutzung"), widget=ListWidget(prefix_label=False), option_widget=CheckboxInput(),
        description=_l("keine ausgewählt = jede Nutzung"),
    )  # fmt: skip

    def __init__(self, *args: Any, categories: Mapping[int, str], **values: Any) -> None:
        super().__init__(*args, **values)
        self.item_class.choices = [("", ""), *((one.value, _(name)) for one, name in ITEM_CLASSES.items())]
        self.categories.choices = [(str(ident), name) for ident, name in categories.items()]
        self.uses.choices = [*((one.value, _(name)) for one, name in USES.items()), ("-", _("ohne Angabe"))]

    @property
    def chosen_uses(self) -> list[Use | None]:
        return [None if one == "-" else Use(one) for one in self.uses.data or ()]
