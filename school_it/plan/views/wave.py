"""What falls due in which year, and how it looks under a yearly ceiling."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask import request
from flask_babel import gettext as _

from school_it import charts
from school_it.access import May, current, needs
from school_it.cells import read_euro, show_number
from school_it.database import HIGHEST_AMOUNT, db
from school_it.devices.rules import ItemClass
from school_it.errors import BadValue
from school_it.plan import standing
from school_it.plan.rules import wave as rules
from school_it.plan.rules.wave import Spread
from school_it.plan.standing import Town
from school_it.plan.views.blueprint import CLASS_TITLES, bp, class_word, key_date, said_day, short_euro, tabs
from school_it.plan.views.pictures import age_picture, wave_picture
from school_it.web import flash_hint, page


@bp.get("/wave")
@needs(May.SEE_PLAN)
def wave() -> Any:
    """The replacement wave by year and class, smoothed where a ceiling is given, and the age of the devices."""
    session, on = db.session(), key_date()
    town = standing.look(session, on, seen_by=current())
    own_money = request.args.get("own") == "1"
    ceiling = _ceiling()
    due = rules.as_due(town.cohorts, town.years, replace_bound=own_money)
    spread = due
    if ceiling is not None:
        spread = rules.smoothed(
            town.cohorts, town.years, ceiling, town.assumed.price, replace_bound=own_money
        )
    replaced = sum(spread.counts().values())
    stock = sum(town.sum(one).stock + town.pooled[one].stock for one in ItemClass)
    pace = rules.age_at_this_pace(stock, replaced, len(town.years))
    return page(
        "plan/wave.html",
        tabs=tabs("wave"),
        stand=town,
        on=said_day(on),
        day=on,
        ceiling=request.args.get("ceiling", ""),
        own_money=own_money,
        smoothed=ceiling is not None,
        rows=_rows(town, spread),
        class_names=CLASS_TITLES,
        picture=wave_picture(_("Geräte nach Jahr und Gruppe"), spread, town.years, column=_("Jahr")),
        cost_picture=_cost_picture(town, due, spread, ceiling),
        ages=age_picture(town),
        replaced=replaced,
        surplus=_surplus(town),
        late=sum(town.sum(one).stock - town.sum(one).usable - town.sum(one).defective for one in ItemClass),
        bound=sum(one.count for one in town.cohorts if one.is_bound_when_due),
        beyond=sum(slot.count for slot in spread.beyond),
        beyond_cost=sum(
            (slot.count * town.assumed.price(slot.cohort.item_class, slot.year) for slot in spread.beyond),
            Decimal(0),
        ),
        pace="" if pace is None else show_number(round(pace, 1)),
        steady=standing.steady_need(town),
        total=sum(spread.cost(town.assumed.price).values(), Decimal(0)),
    )


def _ceiling() -> Decimal | None:
    text = request.args.get("ceiling", "").strip()
    if not text:
        return None
    try:
        amount = read_euro(text)
    except BadValue:
        amount = None
    if amount is None or not 0 < amount <= HIGHEST_AMOUNT:
        flash_hint(
            _("»%(text)s« ist keine Obergrenze in Euro. Gezeigt wird ohne Obergrenze.", text=text[:40])
        )
        return None
    return amount


def _surplus(town: Town) -> tuple[str, Decimal]:
    """What the schools have beyond their targets, in words, and what it costs to replace at today's prices."""
    more = {
        one: sum(max(0, cell.usable - cell.target) for s in town.schools if (cell := s.cells[one]).has_target)
        for one in town.classes
    }
    words = ", ".join(f"{class_word(one)} {charts.number(count)}" for one, count in more.items() if count)
    cost = sum((count * town.assumed.price(one, town.years[0]) for one, count in more.items()), Decimal(0))
    return words, cost


def _rows(town: Town, spread: Spread) -> list[dict[str, Any]]:
    """One for each year and class that has something: count, price, cost, age, and what is flagged."""
    found = []
    for (year, one), count in sorted(spread.by_year_and_class().items()):
        slots = [slot for slot in spread.slots if slot.year == year and slot.cohort.item_class is one]
        price = town.assumed.price(one, year)
        age = spread.mean_age(year, one) or Decimal(0)
        found.append(
            {
                "year": year, "item_class": one, "count": count, "price": price, "cost": price * count,
                "age": show_number(round(age, 1)),
                "early": sum(slot.count for slot in slots if slot.year < slot.cohort.due),
                "late": sum(slot.count for slot in slots if slot.year > slot.cohort.due),
                "bound": sum(slot.count for slot in slots if slot.is_bound),
            }
        )  # fmt: skip
    return found


def _cost_picture(town: Town, due: Spread, spread: Spread, ceiling: Decimal | None) -> Any:
    """Euros by year; with a ceiling, as due beside as smoothed."""
    if not due.slots:
        return ""
    before, after = due.cost(town.assumed.price), spread.cost(town.assumed.price)
    if ceiling is None:
        rows = [charts.Bar(str(year), before.get(year, Decimal(0))) for year in town.years]
        return charts.bars(
            _("Kosten nach Jahr"), rows, column=_("Jahr"), value_name=_("Euro"), shown=short_euro
        )
    panels = [
        (_("wie fällig"), [before.get(year, Decimal(0)) for year in town.years]),
        (
            _("mit Obergrenze %(amount)s", amount=short_euro(ceiling)),
            [after.get(y, Decimal(0)) for y in town.years],
        ),
    ]
    return charts.small_multiples(
        _("Kosten nach Jahr"), list(map(str, town.years)), panels, column=_("Fassung"), shown=short_euro
    )
