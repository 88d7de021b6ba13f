"""The pages of the door out: what can be taken along, and the workbook itself."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from typing import Any

from flask import Blueprint, request
from flask_babel import gettext as _

from exports import write as writing
from exports.evidence.keeping import tells_of_people
from exports.reports import REPORTS, Asked
from exports.reports.groups import grouped
from school_it import as_of, cells
from school_it.access import May, current, needs
from school_it.database import db, today, transaction, whole_number
from school_it.errors import N_, BadValue, NotThere
from school_it.funding import queries as funding_queries
from school_it.schools import queries as school_queries
from school_it.web import flash_problem, page
from school_it.web.files import download

bp = Blueprint("exports", __name__, url_prefix="/exports")
YEARS_BACK = 10


@bp.get("")
@needs(May.EXPORT)
def index() -> Any:
    """Every report, for the school, grant, year and past day of the address."""
    actor, session, asked = current(), db.session(), request.args
    day = _day_or_said()
    chosen = {
        "school": asked.get("school") or None,
        "year": year_asked(),
        "as_of": f"{day:%Y-%m-%d}" if day else None,
    }
    return page(
        "exports/index.html",
        groups=grouped(report for report in REPORTS.values() if actor.may(report.may)),
        schools=school_queries.choices(session, seen_by=actor),
        grants=funding_queries.grant_choices(session, seen_by=actor),
        grant=asked.get("grant") or None,
        chosen=chosen,
        day=day,
        years=[(str(year), str(year)) for year in _years(chosen["year"])],
        begun=as_of.begun_on(session),
        handed_in=[one.name for one in REPORTS.values() if not tells_of_people(one)]
        if actor.may(May.EDIT_FUNDING)
        else [],
    )


def year_asked() -> int | None:
    """The year of the address; one that no calendar of a town hall has is none."""
    year = whole_number(request.args.get("year", ""))
    return year if year and 1900 <= year <= 2200 else None


def _years(asked: Any) -> list[int]:
    """From the next year back to the oldest that a report can still tell of something in."""
    years = set(range(today().year - YEARS_BACK, today().year + 2))
    return sorted(years | ({asked} if asked else set()), reverse=True)


def _day_or_said() -> date | None:
    """The past day of the address; what is none, or lies before the trail, is said and left out."""
    try:
        day = _past_day()
        if day is not None:
            as_of.must_reach(db.session(), day)
        return day
    except BadValue as problem:
        flash_problem(problem)
        return None


@bp.get("/<name>.xlsx")
@needs(May.EXPORT)
def report(name: str) -> Any:
    actor = current()
    if name not in REPORTS or not actor.may(REPORTS[name].may):
        raise NotThere(N_("Diesen Bericht gibt es hier nicht."))
    content = BytesIO()
    asked = Asked(request.args.get("school"), request.args.get("grant"), year_asked(), request.args)
    with as_of.session_of(_past_day()) as session:
        choice = asked.choice(session, on=today(), seen_by=actor)
        facts = writing.write(session, REPORTS[name], choice, content, by=actor)
        sign = choice.grant.reference if choice.grant else None
        called = writing.file_name(_(REPORTS[name].title), sign, asked.school, day=today())
    with transaction() as noting:
        writing.note(noting, facts, choice, by=actor)
    return download(content, called)


def _past_day() -> date | None:
    """The day in ``?as_of=``; None for now. Raises BadValue for what is no day."""
    asked = request.args.get("as_of", "").strip()
    if not asked:
        return None
    try:
        return cells.parse_date(asked)
    except BadValue:
        raise BadValue(
            N_("»%(day)s« ist kein Tag. Bitte einen Tag wie 2026-10-15 angeben."), day=asked
        ) from None


@bp.get("/<name>/template.xlsx")
@needs(May.EXPORT)
def template(name: str) -> Any:
    """A blank template tells nothing but the names of schools and rooms within reach: it leaves no trace."""
    actor = current()
    found = REPORTS.get(name)
    if found is None or found.import_kind is None or not actor.may(found.may):
        raise NotThere(N_("Diese Vorlage gibt es hier nicht."))
    content = BytesIO()
    writing.write_blank(db.session(), found, content, by=actor)
    word = _("Vorlage")
    return download(content, f"{word}-{_(found.title)}.xlsx")
