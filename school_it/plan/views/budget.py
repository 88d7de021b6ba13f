"""The plan in euros: by fiscal year, who pays, what the council decided, and how fairly it is spread."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

from flask import request
from flask_babel import gettext as _

from school_it import charts
from school_it.access import May, current, needs
from school_it.charts import Bar, Stack
from school_it.database import db, whole_number
from school_it.network.wiring.rules import is_switch
from school_it.plan import money, queries, standing
from school_it.plan.models import DecidedPlan, Scenario
from school_it.plan.money import Budget
from school_it.plan.queries import stock
from school_it.plan.rules.budget import PARTS, Part
from school_it.plan.standing import Town
from school_it.plan.views.blueprint import (
    CLASS_TITLES,
    bp,
    in_order,
    key_date,
    said_day,
    said_posts,
    short_euro,
    tabs,
)
from school_it.plan.views.finance import finance
from school_it.web import page

SPENT_YEARS = 5


@bp.get("/budget")
@needs(May.SEE_FUNDING)
def budget() -> Any:
    """The finance plan of the plan as entered, or of a scenario."""
    session, actor, on = db.session(), current(), key_date()
    ident = whole_number(request.args.get("scenario", ""))
    scenario = queries.get_scenario(session, ident, seen_by=actor) if ident else None
    town = standing.look(session, on, seen_by=actor, scenario=scenario)
    made = money.of(session, town, scenario, seen_by=actor)
    decided = queries.decided_plans(session, town.plan)
    return page(
        "plan/budget.html",
        tabs=tabs("budget"),
        stand=town,
        made=made,
        on=said_day(on),
        day=on,
        scenario=scenario,
        scenarios=[(str(one.id), one.name) for one in queries.scenarios(session, town.plan)],
        finance=finance(made.years),
        said_posts=said_posts,
        posts_by_year=", ".join(f"{year}: {said_posts(count)}" for year, count in made.posts_by_year.items()),
        class_names=CLASS_TITLES,
        picture=by_part(made),
        payers=payers(made),
        fairness=fairness(session, town),
        since=since_decision(town, made, decided[0]) if decided else None,
        decided=decided,
        no_switch=not any(is_switch(category.name) for category in town.categories.values()),
    )


def by_part(made: Budget) -> Any:
    used = [part for part in Part if made.part(part)]
    return charts.stacked(
        _("Kosten nach Haushaltsjahr"),
        [str(_(PARTS[part])) for part in used],
        [Stack(str(one.year), [one.parts[part] for part in used]) for one in made.years],
        column=_("Jahr"),
        shown=short_euro,
    )


def payers(made: Budget) -> Any:
    return charts.share(
        _("Wer zahlt"), [(_("Förderung"), made.grant), (_("Eigenmittel der Stadt"), made.own)], column=_("Quelle"),
        shown=short_euro,
    )  # fmt: skip


def fairness(session: Any, town: Town) -> list[Any]:
    """Pictures by social index: devices for 100 pupils, and euros spent for each pupil in the last years."""
    since = date(town.on.year - SPENT_YEARS + 1, 1, 1)
    spent = stock.spent(session, since, town.on, seen_by=current())
    groups = standing.by_social_index(town.schools, spent)
    if len(groups) < 2:
        return []
    devices, euros = [], []
    for one in groups:
        label = _("Index %(index)s (%(names)s)", index=one.index, names=_names(one.schools))
        devices.append(Bar(label, round(one.per_hundred, 1)))
        euros.append(Bar(label, one.spent_each))
    note = _(
        "Sozialindex von 1 (günstig) bis 9 (belastet). Wo der Bedarf größer ist, sollte der Balken nicht kürzer sein."
    )
    return [
        charts.bars(
            _("Geräte je 100 Schüler nach Sozialindex"), devices, column=_("Sozialindex"),
            value_name=_("Geräte je 100 Schüler"), note=note,
        ),
        charts.bars(
            _("Ausgegeben je Schüler nach Sozialindex"), euros, column=_("Sozialindex"),
            value_name=_("Euro je Schüler"), shown=short_euro,
            note=_("Anschaffungen %(first)s bis %(last)s laut Geräteliste.", first=since.year, last=town.on.year),
        ),
    ]  # fmt: skip


def _names(schools: list[Any]) -> str:
    if len(schools) <= 2:
        return ", ".join(school.label for school in schools)
    return str(_("%(n)s Schulen", n=len(schools)))


def since_decision(town: Town, made: Budget, decided: DecidedPlan) -> dict[str, Any]:
    """What the council decided beside what it would be today, by class and by year."""
    known = json.loads(decided.figures)
    classes = [
        (one, figures["gap"], town.missing(one), figures["usable"], town.sum(one).usable)
        for one, figures in in_order(known["classes"])
    ]  # fmt: skip
    now = {one.year: one.total for one in made.years}
    years = [(one["year"], Decimal(one["total"]), now.get(one["year"])) for one in known["budget"]]
    return {
        "decided": decided,
        "known": known,
        "classes": classes,
        "years": years,
        "total": Decimal(known["total"]),
        "gap_before": sum(figures["gap"] for figures in known["classes"].values()),
        "gap_now": sum(town.missing(one) for one in town.classes),
    }


def named(scenario: Scenario | None) -> str:
    return str(_("Plan wie eingetragen")) if scenario is None else scenario.name
