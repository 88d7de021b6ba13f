"""The age pyramid of the devices, as several pages of the plan show it."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from school_it import charts
from school_it.charts import Stack
from school_it.devices.rules import ItemClass
from school_it.plan.standing import Town, age_said
from school_it.plan.views.blueprint import class_word
from school_it.web import said


def age_picture(town: Town) -> Any:
    """How many devices are how old, by class; empty where no day tells."""
    rows = town.by_age()
    if not rows:
        return ""
    used = [one for one in ItemClass if any(one in row for row in rows.values())]
    return charts.stacked(
        _("Alter der Geräte"),
        [class_word(one) for one in used],
        [
            Stack(said(age_said(age)), [rows.get(age, {}).get(one, 0) for one in used])
            for age in range(max(rows) + 1)
        ],
        column=_("Alter"),
    )
