"""Versions of the plan: what each assumes with its source, and which devices count for which class."""

from __future__ import annotations

from typing import Any

from flask import redirect, request, url_for
from flask_babel import gettext as _

from school_it import audit
from school_it.access import May, current, needs
from school_it.database import db, today, transaction
from school_it.devices.rules import ITEM_CLASSES, USES, ItemClass, Use
from school_it.errors import N_, SchoolItError
from school_it.plan import actions, queries
from school_it.plan.differences import figure as shown
from school_it.plan.forms.plans import CountingForm, PlanForm, figures_form
from school_it.plan.models import CountingRule
from school_it.plan.rules.assumptions import BY_KEY, DEFAULTS, SURE, Default
from school_it.plan.views.blueprint import bp, count_words, tabs, use_words
from school_it.web import flash_done, page, show
from school_it.web.fields import refusals_in, show_refusal, status_of

FIELD_NAMES = {
    "name": N_("MEP"), "title": N_("Bezeichnung"), "first_year": N_("erstes Haushaltsjahr"),
    "last_year": N_("letztes Haushaltsjahr"), "remark": N_("Bemerkung"),
    **{f"figures.{one.key}": one.title for one in DEFAULTS},
    **{f"figures.{one.key}.source": N_("Quelle") for one in DEFAULTS},
    **{f"figures.{one.key}.sure": N_("Wie sicher") for one in DEFAULTS},
}  # fmt: skip


@bp.get("/versions")
@needs(May.SEE_PLAN)
def versions() -> Any:
    """The plan that holds today: what it assumes and what counts; and the other versions."""
    session = db.session()
    name, _aims = queries.aims_on(session, today())
    record = queries.plan_called(session, name)
    counting, categories = queries.counting_on(session, name, today())
    return page(
        "plan/versions.html",
        tabs=tabs("versions"),
        name=name,
        record=record,
        records=queries.plan_records(session),
        defaults=[(one, shown(one, one.value)) for one in DEFAULTS],
        figures=_figures(record),
        sure=SURE,
        counting=[(one, counting[one], count_words(counting[one], categories)) for one in ItemClass],
        rules=[(rule, _rule_words(rule)) for rule in queries.counting_rules(session, name)],
        class_names=ITEM_CLASSES,
    )


def _figures(record: Any) -> list[tuple[Default, str, Any]]:
    if record is None:
        return []
    known = {one.key: one for one in record.figures}
    return [(one, shown(one, known[one.key].value), known[one.key]) for one in DEFAULTS if one.key in known]


def _rule_words(rule: CountingRule) -> str:
    names = ", ".join(one.name for one in rule.categories)
    uses = {None if use == "-" else Use(use) for use in rule.uses}
    return f"{names} ({use_words(uses)})" if uses else names


@bp.route("/versions/new", methods=["GET", "POST"])
@needs(May.EDIT_PLAN)
def new_version() -> Any:
    day = today()
    form = PlanForm(
        data={"name": request.args.get("name"), "first_year": day.year + 1, "last_year": day.year + 6}
    )
    if form.validate_on_submit():
        made = None
        with refusals_in(form, "first_year"), transaction() as session:
            made = actions.add_plan(session, form.values, by=current())
        if made is not None and not form.errors:
            flash_done(_("Angelegt, mit Vorgaben für alle Annahmen. Bitte prüfen, vor allem die mit »M«."))
            return redirect(url_for("plan.edit_version", ident=made.id))
    return page("plan/version_new.html", status_of(form), form=form)


@bp.get("/versions/<int:ident>")
@needs(May.SEE_PLAN)
def version(ident: int) -> Any:
    session = db.session()
    found = queries.get_plan(session, ident, seen_by=current())
    return page(
        "plan/version.html",
        plan=found,
        figures=_figures(found),
        sure=SURE,
        events=show.story(audit.story(session, found), names=FIELD_NAMES, value=worded),
    )


def worded(field: str, stored: Any) -> str | None:
    if field.endswith(".sure") and stored:
        return next((str(_(word)) for one, word in SURE.items() if one == stored), None)
    default = BY_KEY.get(field.removeprefix("figures."))
    return None if default is None or stored is None else shown(default, type(default.value)(stored))


@bp.route("/versions/<int:ident>/edit", methods=["GET", "POST"])
@needs(May.EDIT_PLAN)
def edit_version(ident: int) -> Any:
    found = queries.get_plan(db.session(), ident, seen_by=current(), may=May.EDIT_PLAN)
    form = figures_form(found)
    if form.validate_on_submit():
        with refusals_in(form), transaction() as session:
            changing = queries.get_plan(session, ident, seen_by=current(), may=May.EDIT_PLAN)
            actions.change_plan(
                session, changing, form.plan_values, form.figures, version=form.seen_version, by=current()
            )
        if not form.errors:
            flash_done(_("Gespeichert."))
            return redirect(url_for("plan.version", ident=ident))
    return page("plan/version_edit.html", status_of(form), form=form, plan=found)


@bp.route("/counting/new", methods=["GET", "POST"])
@needs(May.EDIT_PLAN)
def new_counting() -> Any:
    """Lay down which devices count for a class from a day on."""
    session = db.session()
    name, _aims = queries.aims_on(session, today())
    counting, categories = queries.counting_on(session, name, today())
    chosen = request.args.get("class", "")
    known = counting.get(ItemClass(chosen)) if chosen in set(ItemClass) else None
    data: dict[str, Any] = {"item_class": chosen or None, "valid_from": today()}
    if known is not None:
        data["categories"] = [str(one) for one in known.all_categories]
        uses = {use for _category, use in known.pairs}
        data["uses"] = (
            [] if len(uses) == len(USES) + 1 else ["-" if use is None else use.value for use in uses]
        )
    form = CountingForm(data=data, categories={one.id: one.name for one in categories.values()})
    if form.validate_on_submit():
        begin = form.valid_from.data or today()
        try:
            with transaction() as writing:
                actions.lay_down_counting(
                    writing, name or "", form.item_class.data, begin,
                    [int(one) for one in form.categories.data or ()], form.chosen_uses, by=current(),
                )  # fmt: skip
        except SchoolItError as problem:
            show_refusal(form, problem)
        if not form.errors:
            flash_done(_("Festgelegt. Jede Zahl zeigt, was für sie zählt."))
            return redirect(url_for("plan.versions"))
    return page("plan/counting_edit.html", status_of(form), form=form, name=name)
