"""Pictures that several pages of the plan show."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _

from school_it import charts
from school_it.charts import Stack
from school_it.devices.rules import ItemClass
from school_it.plan.rules.wave import Spread
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


def wave_picture(title: str, spread: Spread, years: Iterable[int], *, column: str, note: str = "") -> Any:
    """How many devices fall due in each year, by class; empty where none does."""
    counts = spread.by_year_and_class()
    used = [one for one in ItemClass if any(item_class is one for _year, item_class in counts)]
    if not used:
        return ""
    return charts.stacked(
        title,
        [class_word(one) for one in used],
        [Stack(str(year), [counts.get((year, one), 0) for one in used]) for year in years],
        column=column,
        note=note,
    )
