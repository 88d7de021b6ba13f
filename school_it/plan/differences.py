"""What a scenario assumes that the plan does not, for the page and for the workbook: the same list in both."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _

from school_it import money
from school_it.cells import show_number, show_percent
from school_it.errors import N_
from school_it.plan.models import Scenario
from school_it.plan.rules.assumptions import Default, Unit

SHARE, EURO, NUMBER = "share", "euro", "number"
ENTERED = (
    ("own_share", N_("Eigenanteil an der Förderung"), SHARE),
    ("grant_limit", N_("Förderung höchstens"), EURO),
    ("pupils_per_device", N_("Schüler je mobilem Gerät"), NUMBER),
    ("gap_years", N_("Fehlbedarf beschaffen in Jahren"), NUMBER),
    ("life", N_("Lebensdauer mobiler Geräte in Jahren"), NUMBER),
    ("price_change", N_("Aufschlag auf alle Preise"), SHARE),
    ("price_increase", N_("Preissteigerung im Jahr"), SHARE),
    ("ceiling", N_("Ersatz höchstens je Jahr"), EURO),
)
TICKED = (
    ("funds_replacement", N_("Auch Ersatz wird gefördert")),
    ("replaces_bound", N_("Zweckgebundenes bei Fälligkeit aus eigenen Mitteln ersetzen")),
)


@dataclass(frozen=True)
class Difference:
    """`value` is None where the title says it all (a box that is ticked). `title` is not translated yet."""

    title: str
    value: Decimal | None = None
    kind: str = NUMBER

    @property
    def shown(self) -> str:
        """``20 %``, ``350.000,00 €``, ``1,5``."""
        if self.value is None:
            return ""
        if self.kind == SHARE:
            return show_percent(self.value)
        return money.shown(self.value) if self.kind == EURO else show_number(self.value)

    @property
    def said(self) -> str:
        return f"{_(self.title)}: {self.shown}" if self.shown else str(_(self.title))


def figure(default: Default, value: Any) -> str:
    """A figure of the plan as people write it: ``489,00 €``, ``2,5 %``, ``2025``."""
    if default.unit is Unit.EURO:
        return money.shown(value)
    if default.unit is Unit.SHARE:
        return show_percent(value)
    return str(int(value)) if default.unit is Unit.WHOLE else show_number(value)


def of(scenario: Scenario | None) -> list[Difference]:
    """None: the plan as entered, which differs in nothing."""
    if scenario is None:
        return []
    entered = [
        Difference(title, Decimal(value), kind)
        for name, title, kind in ENTERED
        if (value := getattr(scenario, name)) is not None
    ]
    return entered + [Difference(title) for name, title in TICKED if getattr(scenario, name)]
