"""Keeping a text of the report. What it said before stands in the trail."""

from __future__ import annotations

from sqlalchemy.orm import Session

from school_it import audit
from school_it.access import Actor, May
from school_it.audit import Action
from school_it.database import expect_version
from school_it.errors import N_, BadValue
from school_it.plan.report import queries
from school_it.plan.report.models import Part, PlanText
from school_it.schools.models import School

LONGEST = 8000
FIELDS = ("school_year", "part", "school_id", "text")


def write_text(
    session: Session,
    year: int,
    part: Part,
    words: str,
    *,
    school: School | None = None,
    version: int | None = None,
    by: Actor,
) -> PlanText:
    """The text of a part, or about a school, in the report of a school year. Raises BadValue, Stale."""
    by.must(May.EDIT_PLAN, None)
    words = words.replace("\r\n", "\n").strip()
    if len(words) > LONGEST:
        raise BadValue(
            N_("Der Text ist zu lang: %(length)s Zeichen, es gehen %(most)s."),
            length=len(words),
            most=LONGEST,
        )
    if not 2000 <= year <= 2100:
        raise BadValue(N_("Das Schuljahr liegt nicht zwischen 2000 und 2100."))
    if (part is Part.SCHOOL) != (school is not None):
        raise BadValue(N_("Dieser Text gehört zu einer Schule, die anderen zum ganzen Bericht."))
    kept = queries.text_of(session, year, part, school)
    if kept is None:
        kept = PlanText(school_year=year, part=part, school_id=school.id if school else None, text=words)
        session.add(kept)
    else:
        expect_version(kept, version)
        kept.text = words
    changes = audit.differences(kept, FIELDS)
    if changes:
        audit.record(session, Action.REPORT_TEXT_WRITTEN, kept, by=by, changes=changes)
    return kept
