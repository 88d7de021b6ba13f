"""The workbooks of the survey to be taken along: one school's, or all of them in a zip."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from exports import survey
from exports.views import bp
from school_it import audit
from school_it.access import May, current, needs
from school_it.audit import Action
from school_it.database import db, transaction
from school_it.errors import N_, NotThere
from school_it.plan.survey import queries
from school_it.schools.models import School
from school_it.web.files import download


@bp.get("/survey/<int:year>/<number>.xlsx")
@needs(May.ANSWER_SURVEY)
def survey_workbook(year: int, number: str) -> Any:
    session, actor = db.session(), current()
    one = queries.get_round(session, year)
    codes = queries.codes(session, one, seen_by=actor)
    found = next(((school, code) for school, code in codes if school.school_number == number), None)
    if found is None:
        raise NotThere(N_("Diese Schule ist in der Bedarfsabfrage nicht gefragt."))
    content = survey.of_school(session, one, *found, by=actor)
    name, school_id = survey.file_name(one, found[0]), found[0].id
    _note(1, school_id)
    return download(BytesIO(content), name)


@bp.get("/survey/<int:year>.zip")
@needs(May.EDIT_PLAN)
def survey_workbooks(year: int) -> Any:
    session, actor = db.session(), current()
    one = queries.get_round(session, year)
    content = BytesIO()
    count = survey.write_all(content, session, one, queries.codes(session, one, seen_by=actor), by=actor)
    _note(count, None)
    return download(content, f"Bedarfsabfrage-{year}.zip")


def _note(count: int, school_id: int | None) -> None:
    with transaction() as session:
        school = session.get(School, school_id) if school_id else None
        audit.record(session, Action.REPORT_EXPORTED, school, by=current(), report="survey", rows=count)
