"""The cost plan as somebody types it, line by line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from flask_babel import gettext as _

from school_it import cells, money
from school_it.errors import BadValue
from school_it.funding.cost_plan import Plan, Planned
from school_it.funding.rules import NOTHING
from school_it.web import said


@dataclass
class PlanRow:
    """A line of the cost plan as somebody typed it, with what is wrong in it and at which of its fields."""

    item: str = ""
    total: str = ""
    eligible: str = ""
    error: str = ""
    wrong: str = "item"


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
    total, eligible = _amount(row, "total"), _amount(row, "eligible")
    if row.error or (total is None and eligible is None):
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
        row.wrong = "eligible"
    else:
        plan[row.item] = planned


def _amount(row: PlanRow, name: str) -> Decimal | None:
    """The first amount of a line that cannot be read is told."""
    try:
        return cells.read_euro(getattr(row, name))
    except BadValue as problem:
        if not row.error:
            row.error, row.wrong = said(problem), name
        return None


def _or(amount: Decimal | None, other: Decimal | None) -> Decimal:
    return amount if amount is not None else other if other is not None else NOTHING
