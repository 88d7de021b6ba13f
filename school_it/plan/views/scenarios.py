"""Scenarios side by side, entering one, and keeping what the council decided."""

from __future__ import annotations

import json
from typing import Any

from flask import redirect, request, url_for
from flask_babel import gettext as _

from school_it import audit, charts
from school_it import money as euros
from school_it.access import May, current, needs
from school_it.charts import Bar, Stack
from school_it.database import db, today, transaction, whole_number
from school_it.errors import N_
from school_it.plan import actions, differences, money, queries, standing
from school_it.plan.forms.scenarios import DecisionForm, RemoveForm, ScenarioForm
from school_it.plan.rules.budget import PARTS, Part
from school_it.plan.views.blueprint import CLASS_TITLES, bp, in_order, said_posts, short_euro, tabs
from school_it.plan.views.budget import named
from school_it.plan.views.finance import finance, kept
from school_it.web import flash_done, page, show
from school_it.web.fields import refusals_in, status_of

FIELD_NAMES = {
    "plan": N_("MEP"), "name": N_("Name"), "remark": N_("Bemerkung"), "own_share": N_("Eigenanteil"),
    "pupils_per_device": N_("Schüler je Gerät"), "life": N_("Lebensdauer"), "price_change": N_("Preise"),
    "price_increase": N_("Preissteigerung"), "gap_years": N_("Jahre für den Fehlbedarf"), "ceiling": N_("Obergrenze"),
    "grant_limit": N_("Förderung höchstens"), "funds_replacement": N_("Ersatz gefördert"),
    "replaces_bound": N_("Zweckgebundenes ersetzen"),
}  # fmt: skip
MOST = 8


@bp.get("/scenarios")
@needs(May.SEE_FUNDING)
def scenarios() -> Any:
    """The plan as entered and each scenario, beside each other."""
    session, actor = db.session(), current()
    plan, _aims = queries.aims_on(session, today())
    known = list(queries.scenarios(session, plan or ""))
    shown = [None, *known[:MOST]]
    towns = standing.look_under(session, today(), shown, seen_by=actor)
    budgets = money.of_each(session, list(zip(towns, shown, strict=True)), seen_by=actor)
    made = [(one, named(one), town, budget) for one, town, budget in zip(shown, towns, budgets, strict=True)]
    used = [part for part in Part if any(budget.part(part) for *_one, budget in made)]
    return page(
        "plan/scenarios.html",
        tabs=tabs("scenarios"),
        plan=plan,
        made=made,
        hidden=max(0, len(known) - MOST),
        said_posts=said_posts,
        differs={one.id: differences.of(one) for one in known[:MOST]},
        cost_picture=charts.stacked(
            _("Kosten je Szenario"),
            [str(_(PARTS[part])) for part in used],
            [Stack(name, [budget.part(part) for part in used]) for _one, name, _town, budget in made],
            column=_("Szenario"),
            shown=short_euro,
            adds_up=False,
        ),
        own_picture=charts.bars(
            _("Eigenmittel je Szenario"),
            [Bar(name, budget.own) for _one, name, _town, budget in made],
            column=_("Szenario"),
            value_name=_("Eigenmittel"),
            shown=short_euro,
        ),
        years_picture=charts.small_multiples(
            _("Kosten nach Haushaltsjahr"),
            [str(one.year) for one in made[0][3].years],
            [(name, [one.total for one in budget.years]) for _one, name, _town, budget in made],
            column=_("Szenario"),
            shown=short_euro,
        ),
        decided=queries.decided_plans(session, plan),
    )


@bp.route("/scenarios/new", methods=["GET", "POST"])
@needs(May.EDIT_PLAN)
def new_scenario() -> Any:
    plan, _aims = queries.aims_on(db.session(), today())
    form = ScenarioForm(data={"plan": plan})
    if form.validate_on_submit():
        with refusals_in(form, "name"), transaction() as session:
            actions.add_scenario(session, form.values, by=current())
        if not form.errors:
            flash_done(_("Das Szenario ist angelegt. Geräte und Ziele bleiben, wie sie sind."))
            return redirect(url_for("plan.scenarios"))
    return page("plan/scenario_edit.html", status_of(form), form=form, scenario=None)


@bp.get("/scenarios/<int:ident>")
@needs(May.SEE_FUNDING)
def scenario(ident: int) -> Any:
    session = db.session()
    found = queries.get_scenario(session, ident, seen_by=current())
    return page(
        "plan/scenario.html",
        scenario=found,
        differs=differences.of(found),
        events=show.story(audit.story(session, found), names=FIELD_NAMES, value=lambda _field, _stored: None),
    )


@bp.route("/scenarios/<int:ident>/edit", methods=["GET", "POST"])
@needs(May.EDIT_PLAN)
def edit_scenario(ident: int) -> Any:
    found = queries.get_scenario(db.session(), ident, seen_by=current(), may=May.EDIT_PLAN)
    form = ScenarioForm(obj=found)
    if form.validate_on_submit():
        with refusals_in(form, "name"), transaction() as session:
            changing = queries.get_scenario(session, ident, seen_by=current(), may=May.EDIT_PLAN)
            actions.change_scenario(session, changing, form.values, version=form.seen_version, by=current())
        if not form.errors:
            flash_done(_("Gespeichert."))
            return redirect(url_for("plan.scenarios"))
    return page("plan/scenario_edit.html", status_of(form), form=form, scenario=found)


@bp.route("/scenarios/<int:ident>/remove", methods=["GET", "POST"])
@needs(May.EDIT_PLAN)
def remove_scenario(ident: int) -> Any:
    found = queries.get_scenario(db.session(), ident, seen_by=current(), may=May.EDIT_PLAN)
    form = RemoveForm()
    if form.validate_on_submit():
        with refusals_in(form), transaction() as session:
            removing = queries.get_scenario(session, ident, seen_by=current(), may=May.EDIT_PLAN)
            actions.remove_scenario(session, removing, by=current())
        if not form.errors:
            flash_done(_("Das Szenario ist gelöscht."))
            return redirect(url_for("plan.scenarios"))
    return page("plan/scenario_remove.html", status_of(form), form=form, scenario=found)


@bp.route("/decided/new", methods=["GET", "POST"])
@needs(May.EDIT_PLAN)
def new_decided() -> Any:
    """Keep today's figures as what the council decided."""
    actor = current()
    plan, _aims = queries.aims_on(db.session(), today())
    form = DecisionForm(data={"decided_on": today(), "scenario": request.args.get("scenario")})
    form.scenario.choices = [
        ("", _("Plan wie eingetragen")),
        *((str(one.id), one.name) for one in queries.scenarios(db.session(), plan or "")),
    ]
    if form.validate_on_submit():
        made = None
        with refusals_in(form, "reference"), transaction() as session:
            ident = whole_number(form.scenario.data or "")
            chosen = queries.get_scenario(session, ident, seen_by=actor) if ident else None
            made = actions.freeze(session, form.values, chosen, by=actor)
        if made is not None and not form.errors:
            flash_done(_("Der Beschluss ist festgehalten. Seine Zahlen ändern sich nicht mehr."))
            return redirect(url_for("plan.decided", ident=made.id))
    return page("plan/decided_new.html", status_of(form), form=form)


@bp.get("/decided/<int:ident>")
@needs(May.SEE_FUNDING)
def decided(ident: int) -> Any:
    found = queries.get_decided(db.session(), ident, seen_by=current())
    known = json.loads(found.figures)
    years = kept(known["budget"])
    return page(
        "plan/decided.html",
        decided=found,
        known=known,
        finance=finance(years),
        to_the_cent=finance(years, euros.shown),
        classes=in_order(known["classes"]),
        class_names=CLASS_TITLES,
    )
