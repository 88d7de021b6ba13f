"""Make a report into a file and say what is in it."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import IO, Any

from sqlalchemy.orm import Session

from exports import blank, filling, offers, placing, workbook
from exports import offered as offering
from exports.reports import Choice, Report
from exports.reports.shape import Pages
from exports.workbook import Page
from school_it import audit
from school_it.access import Actor
from school_it.audit import Action
from school_it.errors import N_, NotAllowed, Sentence
from school_it.kinds import get_kind
from school_it.workbooks.package import Package


def write(
    session: Session,
    report: Report,
    choice: Choice,
    target: str | os.PathLike[str] | IO[bytes],
    *,
    by: Actor,
    made: Pages | None = None,
) -> dict[str, Any]:
    """Write the workbook and return the face of ``export --json`` without the file's name. Raises NotAllowed.

    `made` are the report's pages where somebody has them already.
    """
    if not by.may(report.may):
        raise NotAllowed(N_("Diesen Bericht dürfen Sie nicht sehen."))
    counted: list[int] = []
    offered = _offered(session, report, by)
    pages = [
        _counting(offered(page), counted) if isinstance(page, Page) else page
        for page in made or report.pages(session, choice, by)
    ]
    workbook.write(target, pages)
    return {
        "report": report.name,
        "sheets": [page.sheet_name for page in pages],
        "rows": sum(counted),
        "figures": report.figures(session, choice, by),
        "checks": report.checks(session, choice, by),
    }


def write_into(
    session: Session,
    report: Report,
    choice: Choice,
    form: IO[bytes],
    target: IO[bytes],
    *,
    by: Actor,
    layout: placing.Layout | None = None,
    made: Pages | None = None,
) -> dict[str, Any]:
    """Fill a form with a report; `layout` says what goes where, without it the names in the form do.

    Returns the face of ``export --json`` without the file's name, with `notes`: a sentence for each thing that could
    not be placed. `made` as in `write`. Raises NotAllowed, CannotRead (a form that cannot be kept whole), BadValue
    (nothing to place).
    """
    if not by.may(report.may):
        raise NotAllowed(N_("Diesen Bericht dürfen Sie nicht sehen."))
    beside = report.beside(session, choice, by)
    offered = offering.of(made or report.pages(session, choice, by), beside=beside)
    package = Package(form)
    notes: list[Sentence] = []
    if layout is None:
        layout, notes = placing.propose(package, offered)
    more, rows = placing.write(form, target, layout, offered)
    return {
        "report": report.name,
        "sheets": [sheet.name for sheet in package.sheets],
        "rows": rows,
        "figures": report.figures(session, choice, by),
        "checks": report.checks(session, choice, by),
        "notes": [str(note) for note in (*notes, *more)],
    }


def write_blank(
    session: Session, report: Report, target: str | os.PathLike[str] | IO[bytes], *, by: Actor
) -> dict[str, Any]:
    """Write the blank template of a report that is read back. Raises NotAllowed, BadValue."""
    if not by.may(report.may):
        raise NotAllowed(N_("Diesen Bericht dürfen Sie nicht sehen."))
    pages = blank.pages(session, report, by=by)
    workbook.write(target, pages)
    sheets = [page.sheet_name for page in pages]
    return {"report": report.name, "sheets": sheets, "rows": 0, "figures": {}, "checks": []}


OPEN_ROWS = 200  # below an export, so that new rows can be typed in


def _offered(session: Session, report: Report, by: Actor) -> Callable[[Page], Page]:
    """The table that is read back gets drop-downs, so that whoever goes on with it types what can be read."""
    if report.import_kind is None:
        return lambda page: page
    sheet = get_kind(report.import_kind).sheet(session)
    more = offers.dropdowns(session, sheet, by=by, only_closed=True)

    def with_dropdowns(page: Page) -> Page:
        if tuple(column.field for column in page.columns)[: len(sheet.fields)] != sheet.fields:
            return page
        return replace(page, dropdowns=filling.added(page.columns, more), open_rows=OPEN_ROWS)

    return with_dropdowns


def _counting(page: Page, counted: list[int]) -> Page:
    def rows() -> Any:
        number = 0
        for row in page.rows:
            number += 1
            yield row
        counted.append(number)

    return replace(page, rows=rows())


def file_name(*parts: str | None, day: date, ending: str = ".xlsx") -> str:
    """What a file is called that is taken along: ``Mittelabruf-DT-2024-05-2026-11-28.xlsx``; slashes become dashes."""
    named = [part.replace("/", "-") for part in parts if part]
    return "-".join([*named, day.isoformat()]) + ending


def note(session: Session, facts: dict[str, Any], choice: Choice, *, by: Actor) -> None:
    """Leave the trace: who took what out of the house."""
    audit.record(
        session, Action.REPORT_EXPORTED, choice.school, by=by, report=facts["report"], rows=facts["rows"]
    )
