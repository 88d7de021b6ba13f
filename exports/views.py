"""The pages of the door out: what can be taken along, and the workbook itself."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from typing import Any

from flask import Blueprint, request, send_file
from flask_babel import gettext as _

from exports import write as writing
from exports.reports import REPORTS, Choice
from school_it import as_of
from school_it.access import May, current, needs
from school_it.database import db, today, transaction, whole_number
from school_it.errors import N_, BadValue, NotThere
from school_it.funding import queries as funding_queries
from school_it.schools import queries as school_queries
from school_it.web import page

bp = Blueprint("exports", __name__, url_prefix="/exports")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@bp.get("")
@needs(May.EXPORT)
def index() -> Any:
    actor = current()
    return page(
        "exports/index.html",
        reports=[report for report in REPORTS.values() if actor.may(report.may)],
        schools=school_queries.choices(db.session(), seen_by=actor),
        school=request.args.get("school", ""),
    )


@bp.get("/<name>.xlsx")
@needs(May.EXPORT)
def report(name: str) -> Any:
    actor = current()
    if name not in REPORTS or not actor.may(REPORTS[name].may):
        raise NotThere(N_("Diesen Bericht gibt es hier nicht."))
    content = BytesIO()
    number = request.args.get("school")
    called = request.args.get("grant")
    year = whole_number(request.args.get("year", ""))
    with as_of.session_of(_past_day()) as session:
        school = school_queries.get_school(session, number, seen_by=actor) if number else None
        grant = funding_queries.get_grant_called(session, called, seen_by=actor) if called else None
        choice = Choice(school=school, grant=grant, on=today(), year=year, query=request.args)
        facts = writing.write(session, REPORTS[name], choice, content, by=actor)
        sign = grant.reference.replace("/", "-") if grant else None
        day = today()
    with transaction() as noting:
        writing.note(noting, facts, choice, by=actor)
    content.seek(0)
    parts: tuple[str | None, ...] = (_(REPORTS[name].title), sign, number, f"{day:%Y-%m-%d}")
    file_name = "-".join(filter(None, parts)) + ".xlsx"
    return send_file(content, mimetype=XLSX, as_attachment=True, download_name=file_name)


def _past_day() -> date | None:
    """The day in ``?as_of=``; None for now. Raises BadValue for what is no day."""
    asked = request.args.get("as_of", "").strip()
    if not asked:
        return None
    try:
        return date.fromisoformat(asked)
    except ValueError:
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
    content.seek(0)
    file_name = f"{_('Vorlage')}-{_(found.title)}.xlsx"
    return send_file(content, mimetype=XLSX, as_attachment=True, download_name=file_name)
