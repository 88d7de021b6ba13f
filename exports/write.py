"""Make a report into a file and say what is in it."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import IO, Any

from sqlalchemy.orm import Session

from exports import workbook
from exports.reports import Choice, Report
from exports.workbook import Page
from school_it import audit
from school_it.access import Actor
from school_it.audit import Action
from school_it.errors import N_, NotAllowed


def write(
    session: Session, report: Report, choice: Choice, target: str | os.PathLike[str] | IO[bytes], *, by: Actor
) -> dict[str, Any]:
    """Write the workbook and return the face of ``export --json`` without the file's name. Raises NotAllowed."""
    if not by.may(report.may):
        raise NotAllowed(N_("Diesen Bericht dürfen Sie nicht sehen."))
    counted: list[int] = []
    pages = [
        _counting(page, counted) if isinstance(page, Page) else page
        for page in report.pages(session, choice, by)
    ]
    workbook.write(target, pages)
    return {
        "report": report.name,
        "sheets": [page.sheet_name for page in pages],
        "rows": sum(counted),
        "figures": {},
        "checks": [],
    }


def _counting(page: Page, counted: list[int]) -> Page:
    def rows() -> Any:
        number = 0
        for row in page.rows:
            number += 1
            yield row
        counted.append(number)

    return replace(page, rows=rows())


def note(session: Session, facts: dict[str, Any], choice: Choice, *, by: Actor) -> None:
    """Leave the trace: who took what out of the house."""
    audit.record(
        session, Action.REPORT_EXPORTED, choice.school, by=by, report=facts["report"], rows=facts["rows"]
    )
