"""Pages of the yearly talks: with whom, the dossier, the minutes, what was agreed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

from flask import current_app, redirect, render_template, request, url_for
from flask_babel import gettext as _

from school_it import charts, money, school_year
from school_it.access import May, current, needs
from school_it.cells import show_date
from school_it.charts import Stack
from school_it.database import db, today, transaction, whole_number
from school_it.devices.rules import ITEM_CLASSES
from school_it.plan.talks import actions, dossier, queries
from school_it.plan.talks.dossier import Dossier, Head
from school_it.plan.talks.forms import AgreementForm, MinutesForm, SettleForm
from school_it.plan.talks.models import Agreement, AnnualReview
from school_it.plan.talks.rules import KEPT, Kept
from school_it.plan.views.blueprint import CLASS_TITLES, bp, ratio_words, tabs, whole_euro
from school_it.schools import queries as school_queries
from school_it.web import flash_done, page, pdf
from school_it.web.fields import refusals_in, status_of
from school_it.web.files import download

GROUP_TITLES = {name: CLASS_TITLES[one] for one, name in ITEM_CLASSES.items()}
BADGES = {Kept.OPEN: "info", Kept.KEPT: "success", Kept.POSTPONED: "warning", Kept.DROPPED: "neutral"}


@bp.get("/talks")
@needs(May.SEE_PLAN)
def talks() -> Any:
    """With whom the talk of the year was held, and with whom not yet."""
    running = school_year.school_year(today())
    year = whole_number(request.args.get("year", "")) or running
    found = queries.by_school(db.session(), year, today(), seen_by=current())
    return page(
        "plan/talks.html",
        tabs=tabs("talks"),
        schools=found,
        year=school_year.label(year),
        chosen=str(year),
        years=[(str(one), school_year.label(one)) for one in range(running + 1, running - 5, -1)],
        without=[one for one in found if one.held_on is None],
        to_come=sum(one.to_come for one in found),
        overdue=sum(one.overdue for one in found),
    )


def _dossier(number: str) -> Dossier:
    session, actor = db.session(), current()
    school = school_queries.get_school(session, number, seen_by=actor, may=May.SEE_PLAN)
    year = whole_number(request.args.get("year", ""))
    running = school_year.school_year(today())
    return dossier.gather(session, school, year if year and 2000 <= year <= running else None, seen_by=actor)


def _values(found: Dossier) -> dict[str, Any]:
    kept, counted = found.kept
    return {
        "dossier": found, "stand": found.stand, "ratio": ratio_words(found.stand.ratio), "cell": cell_text,
        "cost": whole_euro(found.town.gap_cost(found.stand)), "kept": kept, "counted": counted,
        "authority": current_app.config["SCHOOL_IT"].AUTHORITY,
    }  # fmt: skip


@bp.get("/schools/<number>/dossier", endpoint="dossier")
@needs(May.SEE_PLAN)
def show_dossier(number: str) -> Any:
    """Everything the talk is about, on one page that prints well."""
    found = _dossier(number)
    running = school_year.school_year(today())
    return page(
        "plan/dossier.html",
        **_values(found),
        ages=ages_chart(found),
        years=[(str(one), school_year.label(one)) for one in range(running, running - 4, -1)],
        has_pdf=pdf.is_there(),
    )


@bp.get("/schools/<number>/dossier.pdf", endpoint="dossier_pdf")
@needs(May.SEE_PLAN)
def print_dossier(number: str) -> Any:
    """The same as a PDF, where the library for it is installed."""
    found = _dossier(number)
    bars = [(label, sum(counts)) for label, counts in every_year(found.section("ages").lines)]
    html = render_template("plan/dossier_print.html", **_values(found), bars=bars)
    name = f"Dossier-{found.year}-{found.school.school_number}.pdf"
    return download(BytesIO(pdf.made(html)), name)


def every_year(lines: Sequence[Sequence[Any]]) -> list[tuple[str, Sequence[int]]]:
    """The lines of the ages with the years between in which nothing began: in a picture a gap is a gap."""
    known = {str(label): counts for label, *counts in lines}
    years = sorted(int(label) for label in known if label.isdigit())
    nothing = [0] * (len(lines[0]) - 1) if lines else []
    every = range(years[0], years[-1] + 1) if years else ()
    found = [(str(year), known.get(str(year), nothing)) for year in every]
    return found + [(label, counts) for label, counts in known.items() if not label.isdigit()]


def ages_chart(found: Dossier) -> Any:
    section = found.section("ages")
    if not section.lines:
        return ""
    return charts.stacked(
        _(section.title),
        [str(_(GROUP_TITLES.get(head.title, head.title))) for head in section.heads[1:]],
        [Stack(label, counts) for label, counts in every_year(section.lines)],
        column=_("Jahr"),
    )


def cell_text(head: Head, value: Any) -> str:
    """A value of the dossier as people read it."""
    if value is None or value == "":
        return "–"
    if isinstance(value, Decimal):
        return money.shown(value)
    if isinstance(value, date):
        return show_date(value)
    if isinstance(value, int):
        return charts.number(value)
    return str(_(value)) if head.is_word else str(value)


@bp.get("/talks/<int:ident>")
@needs(May.SEE_PLAN)
def talk(ident: int) -> Any:
    """The minutes and what was agreed."""
    session = db.session()
    found = queries.get_review(session, ident, seen_by=current())
    return page(
        "plan/talk.html",
        talk=found,
        agreements=queries.agreements_of(session, found.school_id, review_id=found.id),
        others=[one for one in queries.reviews_of(session, found.school_id) if one.id != found.id],
        names=KEPT,
        badges=BADGES,
        class_names=ITEM_CLASSES,
        today=today(),
    )


@bp.route("/schools/<number>/talks/new", methods=["GET", "POST"])
@needs(May.EDIT_PLAN)
def new_talk(number: str) -> Any:
    school = school_queries.get_school(db.session(), number, seen_by=current(), may=May.EDIT_PLAN)
    form = MinutesForm(data={"held_on": today()})
    ident = 0
    if form.validate_on_submit():
        with refusals_in(form), transaction() as session:
            held = school_queries.get_school(session, number, seen_by=current(), may=May.EDIT_PLAN)
            ident = actions.hold(session, held, form.values, by=current()).id
        if not form.errors:
            flash_done(_("Das Gespräch ist festgehalten. Jetzt die Vereinbarungen eintragen."))
            return redirect(url_for("plan.talk", ident=ident))
    return page("plan/talk_edit.html", status_of(form), form=form, school=school, talk=None)


@bp.route("/talks/<int:ident>/edit", methods=["GET", "POST"])
@needs(May.EDIT_PLAN)
def edit_talk(ident: int) -> Any:
    found: AnnualReview = queries.get_review(db.session(), ident, seen_by=current())
    form = MinutesForm(
        data={
            "held_on": found.held_on, "participants": found.participants, "text": found.text,
            "version": found.version,
        }
    )  # fmt: skip
    if form.validate_on_submit():
        with refusals_in(form), transaction() as session:
            changing = queries.get_review(session, ident, seen_by=current())
            actions.change_minutes(session, changing, form.values, version=form.seen_version, by=current())
        if not form.errors:
            flash_done(_("Gespeichert."))
            return redirect(url_for("plan.talk", ident=ident))
        found = queries.get_review(db.session(), ident, seen_by=current())
    return page("plan/talk_edit.html", status_of(form), form=form, school=found.school, talk=found)


@bp.route("/talks/<int:ident>/agreements/new", methods=["GET", "POST"])
@needs(May.EDIT_PLAN)
def new_agreement(ident: int) -> Any:
    found = queries.get_review(db.session(), ident, seen_by=current())
    form = AgreementForm()
    if form.validate_on_submit():
        with refusals_in(form), transaction() as session:
            held = queries.get_review(session, ident, seen_by=current())
            actions.agree(session, held.school, form.values, review=held, by=current())
        if not form.errors:
            flash_done(_("Vereinbart. Der Plan zählt es ab jetzt mit."))
            return redirect(url_for("plan.talk", ident=ident))
        found = queries.get_review(db.session(), ident, seen_by=current())
    return page(
        "plan/talk_agreement.html",
        status_of(form),
        form=form,
        talk=found,
        school=found.school,
        agreement=None,
    )


@bp.route("/agreements/<int:ident>/edit", methods=["GET", "POST"])
@needs(May.EDIT_PLAN)
def edit_agreement(ident: int) -> Any:
    found = queries.get_agreement(db.session(), ident, seen_by=current())
    form = SettleForm(data=_known(found))
    if form.validate_on_submit():
        with refusals_in(form), transaction() as session:
            changing = queries.get_agreement(session, ident, seen_by=current())
            actions.settle(session, changing, form.values, version=form.seen_version, by=current())
        if not form.errors:
            flash_done(_("Gespeichert."))
            return redirect(url_for("plan.dossier", number=_number(ident)))
        found = queries.get_agreement(db.session(), ident, seen_by=current())
    return page(
        "plan/talk_agreement.html",
        status_of(form),
        form=form,
        talk=None,
        school=found.school,
        agreement=found,
    )


def _number(ident: int) -> str:
    return queries.get_agreement(db.session(), ident, seen_by=current()).school.school_number


def _known(found: Agreement) -> Mapping[str, Any]:
    return {name: getattr(found, name) for name in (*actions.TERMS, "version")}
