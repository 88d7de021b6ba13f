"""The yearly report as a page that prints, and the texts that the office writes for it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask import redirect, request, url_for
from flask_babel import gettext as _

from school_it import audit, charts, deadlines, school_year
from school_it.access import May, current, needs
from school_it.charts import Bar, Stack
from school_it.database import db, today, transaction, whole_number
from school_it.devices.rules import ItemClass
from school_it.errors import N_, NotThere
from school_it.plan.forms.open_data import ReportTextForm
from school_it.plan.report import actions, figures, queries
from school_it.plan.report.figures import SEEN, YearReport
from school_it.plan.report.models import PARTS, Part, PlanText
from school_it.plan.rules import spending
from school_it.plan.rules.spending import Spent, Sum
from school_it.plan.standing import Town
from school_it.plan.talks.rules import KEPT
from school_it.plan.views.blueprint import (
    CLASS_TITLES,
    bp,
    class_word,
    counted_words,
    devices_url,
    in_order,
    ratio_words,
    said_day,
    said_posts,
    short_euro,
    tabs,
)
from school_it.plan.views.finance import finance
from school_it.plan.views.open_data import year_choices
from school_it.plan.views.overview import against_target, heat_map
from school_it.plan.views.pictures import age_picture, wave_picture
from school_it.schools import queries as school_queries
from school_it.web import flash_done, flash_hint, page, said, show
from school_it.web.fields import refusals_in, status_of

FIELD_NAMES = {"text": N_("Text"), "part": N_("Abschnitt"), "school_year": N_("Schuljahr")}
CHAPTERS = tuple(part for part in Part if part is not Part.SCHOOL)


@bp.get("/report")
@needs(May.SEE_FUNDING)
def report() -> Any:
    """One school year for the committee: pictures, tables, the texts of the office, the year before beside it."""
    session, actor = db.session(), current()
    year = _year()
    made = figures.of_year(session, year, seen_by=actor)
    compared = figures.before(session, made, seen_by=actor)
    town, on = made.town, said_day(made.on)
    return page(
        "plan/report.html",
        tabs=tabs("report"),
        report=made,
        stand=town,
        year=year,
        year_label=school_year.label(year),
        before_label=school_year.label(year - 1),
        years=year_choices(),
        seen=_(SEEN[made.seen]),
        classes=[one for one in ItemClass if town.sum(one).is_listed],
        class_names=CLASS_TITLES,
        counted={one: counted_words(town, one) for one in ItemClass},
        urls={one: devices_url(town, one) for one in ItemClass},
        parts=PARTS,
        kept=KEPT,
        ends=deadlines.titles(current()),
        part=Part,
        paragraphs=_paragraphs(made),
        about=[one for one in made.texts if one.part is Part.SCHOOL],
        total=made.total,
        teachers=sum(one.figures.teachers or 0 for one in town.schools if one.figures),
        rooms=sum(one.figures.rooms or 0 for one in town.schools if one.figures),
        by_school=made.by_school,
        nothing=Sum(),
        ratio=ratio_words(town.ratio),
        ratio_words=ratio_words,
        against=against_target(town),
        ratio_picture=ratio_picture(made),
        age_picture=age_picture(town),
        wave_picture=wave_picture(
            _("Ersatz nach Haushaltsjahr"), made.due, town.years, column=_("Haushaltsjahr")
        ),
        money_picture=money_picture(made),
        by_programme=spending.by_programme(made.spent),
        by_source=[(_(spending.SOURCES[name]), one) for name, one in spending.by_source(made.spent).items()],
        compared=_compared(made, compared),
        decided=_decided(made),
        map=heat_map(town, town.schools, made.on) if town.classes and town.schools else "",
        finance=finance(made.budget.years)
        if made.budget and made.budget.total and made.on == today()
        else None,
        due_years=due_years(made),
        due_cost=sum(made.due.cost(town.assumed.price).values(), Decimal(0)),
        due_count=sum(made.due.counts().values()),
        on=on,
        day=made.on,
        steps=_first_steps(town),
        since=school_year.begins(year),
        posts="" if made.budget is None else said_posts(made.budget.posts),
        posts_then="" if made.budget is None else said_posts(made.budget.posts_at_the_end),
        whole_words=lambda sentence: sentence if isinstance(sentence, str) else said(sentence),
    )


def _year() -> int:
    """That of the address, else the running one; what is no year of a report is told and not followed."""
    now = int(year_choices()[0][0])
    asked = request.args.get("year", "").strip()
    year = whole_number(asked) if asked else now
    if year is None or not figures.FIRST_YEAR <= year <= now:
        flash_hint(
            _(
                "Für das Schuljahr »%(text)s« gibt es keinen Bericht. Gezeigt wird das laufende.",
                text=asked[:20],
            )
        )
        return now
    return year


def _paragraphs(made: YearReport) -> dict[Part, list[str]]:
    return {part: paragraphs(made.text(part)) for part in CHAPTERS}


def paragraphs(text: str) -> list[str]:
    return [one.strip() for one in text.split("\n\n") if one.strip()]


# --- pictures ---


def ratio_picture(made: YearReport) -> Any:
    rows = [
        Bar(school_year.label(one.year), round(one.value, 1)) for one in made.ratios if one.value is not None
    ]
    if len(rows) < 2:
        return ""
    return charts.bars(
        _("Schülerinnen und Schüler je mobilem Gerät"), rows, column=_("Schuljahr"),
        value_name=_("je Gerät"),
        note=_("Je kürzer der Balken, desto mehr Geräte. Frühere Jahre nach den Daten der Geräte am 31. Juli."),
    )  # fmt: skip


@dataclass(frozen=True)
class DueYear:
    year: int
    count: int
    cost: Decimal


def due_years(made: YearReport) -> list[DueYear]:
    """Every fiscal year of the plan, also one in which nothing is replaced."""
    counts, costs = made.due.counts(), made.due.cost(made.town.assumed.price)
    return [DueYear(year, counts.get(year, 0), costs.get(year, Decimal(0))) for year in made.town.years]


def money_picture(made: YearReport) -> Any:
    found = spending.by_programme(made.spent)
    if not found:
        return ""
    return charts.stacked(
        _("Geld nach Quelle"),
        [_("Förderung"), _("Eigenanteil")],
        [Stack(code or _("ohne Programm"), [one.funded, one.own]) for code, one in found.items()],
        column=_("Programm"),
        shown=short_euro,
    )


# --- beside the year before and the decision ---


@dataclass(frozen=True)
class Row:
    """A figure of this year and the one before, as shown."""

    name: str
    now: str
    then: str


def _compared(made: YearReport, before: tuple[Town, list[Spent], str] | None) -> list[Row]:
    if before is None:
        return []
    town, spent, _seen = before
    rows = [
        Row(class_word(one), charts.number(made.town.sum(one).stock), charts.number(town.sum(one).stock))
        for one in ItemClass
        if made.town.sum(one).stock or town.sum(one).stock
    ]
    now, then = made.total, figures.sum_of(spent)
    return [
        Row(_("Schülerinnen und Schüler"), charts.number(made.town.pupils), charts.number(town.pupils)),
        *rows,
        Row(_("Schüler je mobilem Gerät"), ratio_words(made.town.ratio), ratio_words(town.ratio)),
        Row(
            _("fehlende Geräte"),
            charts.number(sum(made.town.missing(one) for one in made.town.classes)),
            charts.number(sum(town.missing(one) for one in town.classes)),
        ),
        Row(_("Ausgaben"), short_euro(now.paid), short_euro(then.paid)),
        Row(_("davon gefördert"), short_euro(now.funded), short_euro(then.funded)),
    ]


def _decided(made: YearReport) -> dict[str, Any] | None:
    """By class, what the decision wanted and had, beside today."""
    if made.decided is None:
        return None
    known = json.loads(made.decided.figures)
    rows = [
        (
            one, told["target"], made.town.sum(one).target, told["usable"], made.town.sum(one).usable, told["gap"],
            made.town.missing(one),
        )
        for one, told in in_order(known["classes"])
    ]  # fmt: skip
    return {"record": made.decided, "rows": rows, "total": Decimal(known["total"])}


def _first_steps(town: Town) -> list[tuple[str, str]]:
    """What the report needs before it can say anything."""
    found = []
    if not town.schools:
        found.append((str(_("Schulen anlegen oder einlesen.")), url_for("schools.index")))
    elif not town.pupils:
        sentence = _("Schulzahlen eintragen: ohne sie gibt es kein »Schüler je Gerät«.")
        found.append((str(sentence), url_for("schools.index")))
    if not town.plan:
        found.append(
            (str(_("Ausstattungsziele eintragen: ohne sie gibt es kein Soll.")), url_for("plan.targets"))
        )
    if not any(town.sum(one).stock for one in ItemClass):
        found.append((str(_("Geräte aufnehmen oder einlesen.")), url_for("devices.index")))
    return found


# --- behind the money ---


@bp.get("/report/spending")
@needs(May.SEE_FUNDING)
def report_spending() -> Any:
    """The receipts, invoices and devices that a school's sum is made of; without a school what is of no single one."""
    session, year = db.session(), _year()
    number = request.args.get("school", "").strip()
    school = school_queries.get_school(session, number, seen_by=current()) if number else None
    since, until = school_year.begins(year), figures.day_of(year)
    rows = queries.rows_behind(session, since, until, school.id if school else None)
    return page(
        "plan/report_spending.html",
        rows=rows,
        sources=spending.SOURCES,
        school=school,
        year=year,
        year_label=school_year.label(year),
        since=since,
        until=until,
        sum=sum((one.amount for one in rows), Decimal(0)),
        most=queries.MOST_BEHIND,
        is_cut=any(
            sum(one.source == name for one in rows) == queries.MOST_BEHIND for name in spending.SOURCES
        ),
    )


# --- texts ---


@bp.get("/report/texts")
@needs(May.EDIT_PLAN)
def report_texts() -> Any:
    """All texts of a school year, and where one is missing; beside those of the year before."""
    session, year = db.session(), _year()
    kept = {(one.part, one.school_id): one for one in queries.texts_of(session, year)}
    earlier = {(one.part, one.school_id) for one in queries.texts_of(session, year - 1)}
    rows: list[tuple[str, Part, str, PlanText | None, bool]] = [
        (_(PARTS[part]), part, "", kept.get((part, None)), (part, None) in earlier) for part in CHAPTERS
    ]
    for school in school_queries.schools(session, seen_by=current()):
        key = (Part.SCHOOL, school.id)
        rows.append((school.name, Part.SCHOOL, school.school_number, kept.get(key), key in earlier))
    return page(
        "plan/report_texts.html",
        rows=rows,
        year=year,
        year_label=school_year.label(year),
        years=year_choices(),
    )


@bp.route("/report/<int:year>/texts/<name>", methods=["GET", "POST"])
@needs(May.EDIT_PLAN)
def edit_report_text(year: int, name: str) -> Any:
    """`name` is a part of the report, or the number of a school."""
    session, actor = db.session(), current()
    if not figures.FIRST_YEAR <= year <= int(year_choices()[0][0]):
        raise NotThere(N_("Für dieses Schuljahr gibt es keinen Bericht."))
    part = Part(name) if name in CHAPTERS else Part.SCHOOL
    school = school_queries.get_school(session, name, seen_by=actor) if part is Part.SCHOOL else None
    kept = queries.text_of(session, year, part, school)
    before = queries.text_of(session, year - 1, part, school)
    form = ReportTextForm(obj=kept)
    if form.validate_on_submit():
        with refusals_in(form), transaction() as writing:
            of = school_queries.get_school(writing, name, seen_by=actor) if school else None
            words = form.text.data or ""
            actions.write_text(writing, year, part, words, school=of, version=form.seen_version, by=actor)
        if not form.errors:
            flash_done(_("Gespeichert."))
            return redirect(url_for("plan.report_texts", year=year))
    return page(
        "plan/report_text_edit.html",
        status_of(form),
        form=form,
        year=year,
        year_label=school_year.label(year),
        before_label=school_year.label(year - 1),
        title=school.name if school else _(PARTS[part]),
        before=before.text if before else "",
        events=show.story(audit.story(session, kept), names=FIELD_NAMES, value=_worded) if kept else [],
    )


def _worded(field: str, stored: Any) -> str | None:
    if field == "school_year" and isinstance(stored, int):
        return school_year.label(stored)
    return str(_(PARTS[Part(stored)])) if field == "part" and stored in set(Part) else None
