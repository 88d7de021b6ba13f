"""Forms of the funding book: measures, draw-downs, amendments and the cost plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, TextAreaField
from wtforms.validators import Length, NumberRange, Optional

from school_it import cells, money
from school_it.errors import BadValue
from school_it.funding.book import DECISION_KINDS, MEASURE_STATES, DecisionKind, MeasureState
from school_it.funding.decisions.cost_plan import Plan, Planned
from school_it.funding.forms import DAY, DecisionForm, FundingForm, Lines
from school_it.funding.measures.years import read_years, show_years
from school_it.funding.rules import NOTHING
from school_it.web import said
from school_it.web.fields import (
    ChoiceField,
    DayField,
    EuroField,
    Form,
    Needed,
    NoteField,
    NumberField,
    TextField,
)
from school_it.web.shapes import LONGEST_REMARK

MOST_PIECES = 1_000_000


class LinesField(Lines):
    read, show = staticmethod(read_years), staticmethod(show_years)


class MeasureForm(FundingForm):
    WORDS: ClassVar = {"state": MEASURE_STATES}
    version = HiddenField()
    programme = ChoiceField(_l("Programm"), coerce=int, validators=[Needed()])
    school = ChoiceField(_l("Schule"), validators=[Needed()])
    category = TextField(_l("Fördergegenstand"), [Needed(), Length(max=20)])
    description = TextField(_l("Kurzbeschreibung"), [Needed(), Length(max=300)])
    quantity = NumberField(_l("Anzahl"), [Optional(), NumberRange(1, MOST_PIECES)], description=_l("leer: 1"))
    unit_price = EuroField(_l("Einzelpreis brutto"), description=_l("in Euro"))
    total = EuroField(_l("Gesamtausgaben"), description=_l("leer: Anzahl mal Einzelpreis"))
    eligible = EuroField(_l("davon zuwendungsfähig"), description=_l("leer: alles"))
    starts_on = DayField(_l("Beginn"), [Needed()], description=DAY)
    ends_on = DayField(_l("Ende"), [Needed()], description=DAY)
    state = ChoiceField(_l("Stand"), coerce=MeasureState, validators=[Needed()])
    grant = ChoiceField(_l("Zuwendung"), coerce=int, description=_l("erst mit dem Bescheid"))
    years = LinesField(
        _l("Ausgaben je Haushaltsjahr"), description=_l("je Zeile Jahr und Betrag, etwa »2026: 1.200,00«")
    )
    linked = TextField(
        _l("gehört zur Maßnahme"),
        [Length(max=60)],
        description=_l("nur wo das Programm es verlangt: Programm und lfd. Nr., etwa »DP_NRW 12«"),
    )
    trainee = TextField(
        _l("Kürzel der Fachkraft"), [Length(max=20)], description=_l("nur bei Qualifizierungen; kein Name")
    )
    remaining_years = NumberField(
        _l("hält noch Jahre"), [Optional(), NumberRange(0, 50)], description=_l("nur bei gebrauchten Geräten")
    )
    position = NumberField(
        _l("lfd. Nr."), [Optional(), NumberRange(1, MOST_PIECES)], description=_l("leer: die nächste")
    )
    support_confirmed = BooleanField(_l("Betrieb, Wartung und Support sind gesichert"))
    remark = NoteField(_l("Bemerkung"), [Length(max=LONGEST_REMARK)])

    @property
    def values(self) -> dict[str, Any]:
        """The measure's own, without programme, school and grant."""
        return {
            name: value
            for name, value in super().values.items()
            if name not in ("programme", "school", "grant", "linked")
        }


class DrawdownForm(FundingForm):
    version = HiddenField()
    number = NumberField(_l("Abruf Nr."), [Optional(), NumberRange(1, 10_000)])
    requested_on = DayField(_l("angefordert am"), [Needed()], description=DAY)
    requested = EuroField(_l("angeforderter Betrag"), description=_l("in Euro"))
    expenses_paid = EuroField(_l("bisher geleistete Ausgaben"), description=_l("aus den Belegen"))
    expenses_due = EuroField(_l("in den nächsten 2 Monaten fällig"), description=_l("aus den Belegen"))
    own_share_used = EuroField(_l("eingesetzter Eigenanteil"))
    reference = TextField(_l("Kassenzeichen"), [Length(max=80)])
    reason = TextAreaField(
        _l("Begründung"), [Length(max=LONGEST_REMARK)], description=_l("nur wenn etwas zu begründen ist")
    )
    remark = NoteField(_l("Bemerkung"), [Length(max=LONGEST_REMARK)])


class PayoutForm(Form):
    version = HiddenField()
    paid = EuroField(_l("eingegangener Betrag"), [Needed()], description=_l("in Euro"))
    paid_on = DayField(_l("eingegangen am"), [Needed()], description=DAY)
    reference = TextField(_l("Kassenzeichen"), [Length(max=80)])


class AmendmentForm(DecisionForm):
    """A decision that changes another one: it says what holds from now on."""

    WORDS: ClassVar = {
        "kind": {kind: word for kind, word in DECISION_KINDS.items() if kind is not DecisionKind.GRANT}
    }
    kind = ChoiceField(_l("Art"), coerce=DecisionKind, validators=[Needed()])


class ChangeForm(Form):
    """What is asked to be changed; the plan stands in the lines below it."""

    version = HiddenField()
    requested_on = DayField(_l("beantragt am"), [Needed()], description=DAY)
    period_to = DayField(_l("Durchführung neu bis"), description=_l("nur wenn sich der Zeitraum ändern soll"))
    reason = TextAreaField(_l("Begründung"), [Needed(), Length(max=LONGEST_REMARK)])
    declared = BooleanField(_l("Die Erklärung, dass alle Angaben richtig sind, liegt unterschrieben vor"))
    remark = NoteField(_l("Bemerkung"), [Length(max=LONGEST_REMARK)])


class RefusedForm(Form):
    """The authority has said no."""

    answered_on = DayField(_l("abgelehnt am"), [Needed()], description=DAY)
    remark = NoteField(_l("Bemerkung"), [Length(max=LONGEST_REMARK)])


# --- the cost plan ---


@dataclass
class PlanRow:
    """A line of the cost plan as somebody typed it, with what is wrong in it."""

    item: str = ""
    total: str = ""
    eligible: str = ""
    error: str = ""


OPEN_ROWS = 3
MOST_ROWS = 40


def rows_of(plan: Plan, offered: Sequence[str]) -> list[PlanRow]:
    """The plan to fill in: its items, those of the programme, and some empty lines."""
    items = dict.fromkeys([*plan, *offered])
    rows = [PlanRow(item, *_texts(plan.get(item))) for item in items]
    return [*rows, *(PlanRow() for _place in range(OPEN_ROWS))]


def _texts(planned: Planned | None) -> tuple[str, str]:
    if planned is None:
        return "", ""
    return _text(planned.total), _text(planned.eligible)


def _text(amount: Decimal) -> str:
    return money.shown(amount).removesuffix("\N{NO-BREAK SPACE}€")


def read_rows(typed: Mapping[str, str]) -> tuple[list[PlanRow], dict[str, Planned]]:
    """What was typed, and the plan that it makes; a line with only one of its amounts means both."""
    rows: list[PlanRow] = []
    plan: dict[str, Planned] = {}
    for place in range(MOST_ROWS):
        if f"item-{place}" in typed:
            row = PlanRow(
                *(cells.clean(typed.get(f"{name}-{place}", "")) for name in ("item", "total", "eligible"))
            )
            rows.append(row)
            _take(row, plan)
    return rows, plan


def _take(row: PlanRow, plan: dict[str, Planned]) -> None:
    try:
        total, eligible = cells.read_euro(row.total), cells.read_euro(row.eligible)
    except BadValue as problem:
        row.error = said(problem)
        return
    if total is None and eligible is None:
        return
    planned = Planned(_or(total, eligible), _or(eligible, total))
    if not row.item:
        row.error = _("Bitte den Fördergegenstand nennen.")
    elif len(row.item) > 20:
        row.error = _("Höchstens %(max)d Zeichen.", max=20)
    elif row.item in plan:
        row.error = _("Diesen Fördergegenstand gibt es hier zweimal.")
    elif planned.eligible > planned.total or planned.eligible < 0:
        row.error = _("Zuwendungsfähig ist höchstens, was geplant ist, und nicht weniger als 0,00 €.")
    else:
        plan[row.item] = planned


def _or(amount: Decimal | None, other: Decimal | None) -> Decimal:
    return amount if amount is not None else other if other is not None else NOTHING
