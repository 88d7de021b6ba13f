"""Pages of the targets."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

from flask import redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from school_it import audit, school_year
from school_it.access import May, current, needs
from school_it.cells import show_number, show_percent
from school_it.database import db, today, transaction
from school_it.devices.rules import ITEM_CLASSES, ItemClass
from school_it.errors import N_
from school_it.plan import actions, queries, rules
from school_it.plan.forms import targets as forms
from school_it.plan.forms.targets import TargetForm, UsualForm
from school_it.plan.models import Target
from school_it.plan.rules.usual import USUAL, Usual
from school_it.plan.views.blueprint import bp, class_word, count_words, tabs
from school_it.schools.rules import TYPE_NAMES
from school_it.web import flash_done, page, said, show
from school_it.web.fields import refusals_in, status_of

FIELD_NAMES = {
    "plan": N_("MEP"), "school_types": N_("Schulform"), "grade_from": N_("Jahrgang von"),
    "grade_to": N_("Jahrgang bis"), "item_class": N_("Gerätegruppe"), "basis": N_("Grundlage"), "value": N_("Wert"),
    "reserve": N_("Reserve"), "valid_from": N_("gültig ab"),
}  # fmt: skip
BADGES = {
    rules.Standing.HOLDS: "active",
    rules.Standing.COMES: "new",
    rules.Standing.REPLACED: "closed",
}


@bp.get("/targets")
@needs(May.SEE_PLAN)
def targets() -> Any:
    """The targets by version of the plan and class, each as a sentence."""
    session, wanted = db.session(), forms.wish(request.args)
    found = queries.ruled(session, wanted, today())
    plans = queries.plans(session)
    by_plan = [(name, list(some)) for name, some in groupby(found, key=lambda one: one.target.plan)]
    return page(
        "plan/targets.html",
        tabs=tabs("targets"),
        by_plan=by_plan,
        in_words=in_words,
        counting={name: _counted(session, name) for name, _some in by_plan},
        plans=[(name, name) for name in plans],
        types=[(one.value, f"{_(TYPE_NAMES[one])} ({one})") for one in forms.OFFERED],
        classes=[(one.value, _(name)) for one, name in ITEM_CLASSES.items()],
        class_names=ITEM_CLASSES,
        standing_names=rules.STANDINGS,
        standing_badges=BADGES,
        wish=wanted,
    )


def _counted(session: Session, plan: str) -> dict[ItemClass, str]:
    """What counts today under this version of the plan, as with every other figure."""
    counting, categories = queries.counting_on(session, plan, today())
    return {one: count_words(counting[one], categories) for one in ItemClass}


def in_words(target: Target) -> str:
    """»1 Gerät je 1,5 Schüler, GE und GY, Jahrgang 05–10, gültig ab 01.08.2025«, in the reader's language."""
    return _words(target, target.valid_from)


def _words(target: Target | Usual, valid_from: date | None) -> str:
    parts = rules.sentences(
        basis=target.basis,
        value=target.value,
        types=target.types,
        grade_from=target.grade_from,
        grade_to=target.grade_to,
        reserve=target.reserve,
        valid_from=valid_from,
    )
    return ", ".join(map(said, parts))


@bp.route("/targets/new", methods=["GET", "POST"])
@needs(May.EDIT_PLAN)
def new_target() -> Any:
    form = TargetForm(data={"plan": request.args.get("plan")})
    if form.validate_on_submit():
        with refusals_in(form), transaction() as session:
            actions.add_target(session, form.target, by=current())
        if not form.errors:
            flash_done(_("Das Ziel ist eingetragen."))
            return redirect(url_for("plan.targets"))
    return page("plan/target_edit.html", status_of(form), form=form, target=None)


@bp.route("/targets/usual", methods=["GET", "POST"])
@needs(May.EDIT_PLAN)
def usual_targets() -> Any:
    """Where a town without targets may begin; all are chosen until some are taken away."""
    begins = school_year.begins(school_year.school_year(today()))
    form = UsualForm(data={"valid_from": begins, "which": list(USUAL)})
    form.which.choices = [(one.key, usual_words(one)) for one in USUAL.values()]
    if form.validate_on_submit():
        count = 0
        with refusals_in(form), transaction() as session:
            values = form.values
            count = actions.add_usual(
                session, values["plan"], values["valid_from"], values["which"], by=current()
            )
        if not form.errors:
            flash_done(
                ngettext("%(num)d Ziel ist eingetragen.", "%(num)d Ziele sind eingetragen.", count)
                if count
                else _("Diese Ziele standen schon im Plan.")
            )
            return redirect(url_for("plan.targets"))
    return page("plan/targets_usual.html", status_of(form), form=form)


def usual_words(one: Usual) -> str:
    """»mobile Geräte: 1 Gerät je 2 Schüler, G, Jahrgang 01–04, 5 % Reserve (veröffentlicht: …)«"""
    return f"{class_word(one.item_class)}: {_words(one, None)} ({_(one.source)})"


@bp.get("/targets/<int:ident>")
@needs(May.SEE_PLAN)
def target(ident: int) -> Any:
    session = db.session()
    found = queries.get_target(session, ident, seen_by=current())
    return page(
        "plan/target.html",
        target=found,
        words=in_words(found),
        counting=_counted(session, found.plan)[found.item_class],
        class_names=ITEM_CLASSES,
        basis_names=rules.BASES,
        value=show_number(found.value),
        reserve=show_percent(found.reserve),
        events=show.story(audit.story(session, found), names=FIELD_NAMES, value=worded),
    )


@bp.route("/targets/<int:ident>/edit", methods=["GET", "POST"])
@needs(May.EDIT_PLAN)
def edit_target(ident: int) -> Any:
    found = queries.get_target(db.session(), ident, seen_by=current(), may=May.EDIT_PLAN)
    known = queries.values_of(found)
    types = [one.value for one in found.types]
    form = TargetForm(data={**known, "school_type": types, "version": found.version})
    if form.validate_on_submit():
        with refusals_in(form), transaction() as session:
            changing = queries.get_target(session, ident, seen_by=current(), may=May.EDIT_PLAN)
            actions.change_target(session, changing, form.target, version=form.seen_version, by=current())
        if not form.errors:
            flash_done(_("Gespeichert."))
            return redirect(url_for("plan.target", ident=ident))
    return page("plan/target_edit.html", status_of(form), form=form, target=found)


def worded(field: str, stored: Any) -> str | None:
    if field == "item_class" and stored:
        return next((str(_(name)) for one, name in ITEM_CLASSES.items() if one == stored), None)
    if field == "basis" and stored:
        return next((str(_(name)) for one, name in rules.BASES.items() if one == stored), None)
    if field == "school_types" and stored is not None:
        return ", ".join(stored.split()) or str(_("alle Schulformen"))
    if field == "value" and stored:
        return show_number(Decimal(stored).normalize() + 0)
    if field == "reserve" and stored:
        return show_percent(Decimal(stored))
    return None
