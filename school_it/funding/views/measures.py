"""Pages of the measures: what each school is to get out of the programmes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import redirect, request, url_for
from flask_babel import gettext as _

from school_it import audit
from school_it.access import May, current, needs
from school_it.database import db, transaction, whole_number
from school_it.funding import checking, queries, story
from school_it.funding.book import MEASURE_STATES, MeasureState
from school_it.funding.forms.measures import MeasureForm
from school_it.funding.measures import actions as measures
from school_it.funding.measures import investment_plan, years
from school_it.funding.measures import queries as measure_queries
from school_it.funding.measures.queries import Wish
from school_it.funding.models import Measure
from school_it.funding.views.blueprint import bp
from school_it.schools import queries as school_queries
from school_it.web import flash_done, lists, page, said
from school_it.web.fields import refusals_in, status_of


@bp.get("/measures")
@needs(May.SEE_FUNDING)
def measures_list() -> Any:
    session, actor = db.session(), current()
    schools = school_queries.ids_by_number(session)
    wish = _wish(request.args, schools)
    rows = measure_queries.listed(wish, seen_by=actor)
    found = lists.slice_of(
        session,
        rows,
        key=Measure.__table__.c.position,
        ident=Measure.__table__.c.id,
        cursor=request.args.get("cursor"),
        size=lists.wanted_size(request.args),
    )
    number, total, eligible = measure_queries.sums(session, wish)
    programmes = queries.programmes(session, seen_by=actor)
    return page(
        "funding/measures.html",
        measures=[row[0] for row in found.rows],
        number=number,
        total=total,
        eligible=eligible,
        lacking=[
            one
            for one in investment_plan.looked_at(investment_plan.plan_lines(session, wish))
            if not one.holds
        ],
        severities=checking.SEVERITIES,
        said=said,
        count=lists.count(session, rows),
        **lists.neighbours(found),
        asked=request.args,
        any_wish=wish != Wish(),
        grant=queries.get_grant(session, wish.grant_id, seen_by=actor) if wish.grant_id else None,
        programmes=[(str(one.id), f"{one.code} {one.title}") for one in programmes],
        schools=school_queries.choices(session, seen_by=actor),
        states=[(state.value, _(word)) for state, word in MEASURE_STATES.items()],
        state_names=MEASURE_STATES,
    )


def _wish(args: Mapping[str, str], schools: Mapping[str, int]) -> Wish:
    state = args.get("state", "")
    return Wish(
        programme_id=whole_number(args.get("programme", "")),
        grant_id=whole_number(args.get("grant", "")),
        school_id=schools.get(args.get("school", "")),
        state=MeasureState(state) if state in {*MeasureState} else None,
        year=whole_number(args.get("year", "")),
    )


@bp.get("/measures/<int:ident>")
@needs(May.SEE_FUNDING)
def measure(ident: int) -> Any:
    session = db.session()
    found = measure_queries.get_measure(session, ident, seen_by=current())
    (line,) = investment_plan.plan_lines(session, Wish(programme_id=found.programme_id, ident=found.id))
    return page(
        "funding/measure.html",
        measure=found,
        line=line,
        lacking=[one for one in investment_plan.looked_at([line]) if not one.holds],
        said=said,
        years=years.by_year(dict(line.measure._mapping)),
        state_names=MEASURE_STATES,
        events=story.of_entries(session, audit.story(session, found)),
    )


@bp.route("/measures/new", methods=["GET", "POST"])
@needs(May.EDIT_FUNDING)
def new_measure() -> Any:
    session, actor = db.session(), current()
    of = whole_number(request.args.get("grant", ""))
    grant = queries.get_grant(session, of, seen_by=actor) if of else None
    form = MeasureForm(
        data={
            "programme": grant.programme_id if grant else request.args.get("programme", type=int),
            "grant": grant.id if grant else None,
            "starts_on": grant.period_from if grant else None,
            "ends_on": grant.period_to if grant else None,
            "state": MeasureState.GRANTED if grant else MeasureState.PLANNED,
            "school": request.args.get("school"),
        }
    )
    _fill(form)
    if form.validate_on_submit():
        with refusals_in(form), transaction() as writing:
            programme = queries.get_programme(writing, form.programme.data, seen_by=actor)
            school = school_queries.get_school(writing, form.school.data or "", seen_by=actor)
            of_grant = _grant(writing, form)
            made = measures.add_measure(
                writing, programme, school, form.values, grant=of_grant,
                linked=measure_queries.called(writing, form.linked.data), by=actor,
            )  # fmt: skip
            ident = made.id
        if not form.errors:
            flash_done(_("Die Maßnahme ist eingetragen."))
            return redirect(url_for(".measure", ident=ident))
    return page("funding/measure_edit.html", status_of(form), form=form, measure=None)


@bp.route("/measures/<int:ident>/edit", methods=["GET", "POST"])
@needs(May.EDIT_FUNDING)
def edit_measure(ident: int) -> Any:
    found = measure_queries.get_measure(db.session(), ident, seen_by=current())
    known = {name: getattr(found, name) for name in ("version", *measures.FIELDS)}
    form = MeasureForm(
        data={
            **known, "programme": found.programme_id, "grant": found.grant_id,
            "school": found.school.school_number, "linked": _called(found.linked),
        }
    )  # fmt: skip
    _fill(form)
    del form.programme
    if form.validate_on_submit():
        with refusals_in(form), transaction() as writing:
            changing = measure_queries.get_measure(writing, ident, seen_by=current())
            school = school_queries.get_school(writing, form.school.data or "", seen_by=current())
            measures.change_measure(
                writing,
                changing,
                school,
                form.values,
                grant=_grant(writing, form),
                linked=measure_queries.called(writing, form.linked.data),
                version=form.seen_version,
                by=current(),
            )
        if not form.errors:
            flash_done(_("Gespeichert."))
            return redirect(url_for(".measure", ident=ident))
    return page("funding/measure_edit.html", status_of(form), form=form, measure=found)


def _called(measure: Measure | None) -> str | None:
    return None if measure is None else f"{measure.programme.code} {measure.position}"


def _fill(form: MeasureForm) -> None:
    session, actor = db.session(), current()
    programmes = queries.programmes(session, seen_by=actor)
    form.programme.choices = [("", ""), *((str(one.id), f"{one.code} {one.title}") for one in programmes)]
    form.school.choices = [("", ""), *school_queries.choices(session, seen_by=actor)]
    grants = queries.bare_grants(session)
    form.grant.choices = [("", _("noch keine")), *((str(one.id), one.reference) for one in grants)]


def _grant(session: Any, form: MeasureForm) -> Any:
    return queries.get_grant(session, form.grant.data, seen_by=current()) if form.grant.data else None
