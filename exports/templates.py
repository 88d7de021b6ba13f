"""Forms that are kept: brought once, placed once, filled for every grant. Bytes lie under their digest."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import IO, Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from exports import offered as offering
from exports import placing
from exports.models import ReportTemplate
from exports.placing import At, Layout, TableAt
from exports.reports import REPORTS, Choice, Report
from school_it import audit, cells
from school_it.access import Actor, May
from school_it.audit import Action
from school_it.errors import N_, BadValue, CannotRead, NotAllowed, NotThere, Sentence
from school_it.kept_files import KeptFiles
from school_it.workbooks.looking import Eyes
from school_it.workbooks.package import Package, SheetRef

LONGEST_NAME = 80
_NOT_HERE = N_("Dieses Formular gibt es hier nicht.")
_NO_SHEET = N_("Dieses Blatt gibt es in dem Formular nicht.")
_UNKNOWN = N_("Der Bericht hat keine Angabe »%(key)s«.")
_FORMS = KeptFiles("templates", mode=0o600)


def keep(
    session: Session,
    home: Path,
    file: IO[bytes],
    *,
    name: str,
    report: str,
    file_name: str,
    offered: offering.Offered,
    by: Actor,
) -> tuple[ReportTemplate, list[Sentence]]:
    """Keep a form as the next version of its name. What its own names say is placed; the rest as in the version before.

    Returns the template and what its names say that cannot be followed. Raises NotAllowed, BadValue, CannotRead.
    """  # fmt: skip
    by_office(by)
    name = cells.one_line(name)
    if not name or len(name) > LONGEST_NAME:
        raise BadValue(N_("Bitte einen Namen von höchstens %(most)s Zeichen geben."), most=LONGEST_NAME)
    content = file.read()
    package = Package(BytesIO(content))
    before = newest(session, name)
    if before and before.report != report:
        raise BadValue(
            N_("»%(name)s« gibt es schon für einen anderen Bericht. Bitte einen anderen Namen geben."),
            name=name,
        )
    layout, notes = placing.propose(package, offered)
    if before:
        layout = _taken_over(Layout.from_json(before.layout), layout, package)
    made = ReportTemplate(
        name=name, edition=before.edition + 1 if before else 1, report=report, file_name=file_name[-255:],
        digest=_FORMS.keep(home, content), layout=layout.as_json(), user_name=by.name,
    )  # fmt: skip
    session.add(made)
    session.flush()
    audit.record(session, Action.TEMPLATE_KEPT, made, by=by, report=report, edition=made.edition)
    return made, notes


def _taken_over(old: Layout, new: Layout, package: Package) -> Layout:
    """Names in the new version go first; where it says nothing, the places of the version before hold."""
    there = {sheet.name for sheet in package.sheets}
    figures = {key: at for key, at in old.figures.items() if at.sheet in there}
    tables = {key: at for key, at in old.tables.items() if at.sheet in there}
    return Layout(figures | new.figures, tables | new.tables)


def by_office(by: Actor) -> None:
    if not by.may(May.EDIT_FUNDING):
        raise NotAllowed(N_("Formulare richtet das Schulverwaltungsamt ein."))


# --- what there is ------------------------------------------------------------------------------------------


def newest(session: Session, name: str) -> ReportTemplate | None:
    wanted = select(ReportTemplate).where(func.lower(ReportTemplate.name) == name.lower())
    return session.scalar(wanted.order_by(ReportTemplate.edition.desc()).limit(1))


def current_ones(session: Session, *, seen_by: Actor) -> Sequence[ReportTemplate]:
    """The newest version of each, by name, of the reports that this person may see."""
    latest = select(func.max(ReportTemplate.id)).group_by(ReportTemplate.name)
    found = session.scalars(
        select(ReportTemplate).where(ReportTemplate.id.in_(latest)).order_by(ReportTemplate.name).limit(500)
    )
    return [one for one in found if one.report in REPORTS and seen_by.may(REPORTS[one.report].may)]


def editions(session: Session, template: ReportTemplate) -> Sequence[ReportTemplate]:
    """All versions of the same name, the newest first."""
    wanted = select(ReportTemplate).where(ReportTemplate.name == template.name)
    return session.scalars(wanted.order_by(ReportTemplate.edition.desc()).limit(200)).all()


def get(session: Session, ident: int, *, seen_by: Actor) -> ReportTemplate:
    """Raises NotThere."""
    found = session.get(ReportTemplate, ident)
    if found is None or found.report not in REPORTS or not seen_by.may(REPORTS[found.report].may):
        raise NotThere(_NOT_HERE)
    return found


def opened(home: Path, template: ReportTemplate) -> IO[bytes]:
    try:
        return BytesIO(_FORMS.path_of(home, template.digest).read_bytes())
    except OSError:
        raise CannotRead(
            N_("Die Datei zu »%(name)s« fehlt auf dem Server. Bitte neu hochladen."), name=template.name
        ) from None


def offered(
    session: Session, report: Report, choice: Choice, *, by: Actor, rows: int | None = None
) -> offering.Offered:
    """What the report can give; with `rows` only so many of each table, for a page that shows what there is."""
    return offering.of(report.pages(session, choice, by), rows, beside=report.beside(session, choice, by))


# --- placed -------------------------------------------------------------------------------------------------


def place(
    session: Session,
    home: Path,
    template: ReportTemplate,
    offered: offering.Offered,
    *,
    key: str,
    at: At | None,
    by: Actor,
) -> None:
    """A figure into a cell, or a table from a cell on; None takes it away. Raises BadValue."""
    layout = Layout.from_json(template.layout)
    layout.figures.pop(key, None)
    layout.tables.pop(key, None)
    if at is not None:
        if key in offered.figures:
            layout.figures = {one: place for one, place in layout.figures.items() if place != at}
            layout.figures[key] = at
        elif key in offered.tables:
            package = Package(opened(home, template))
            sheet = sheet_of(package, at.sheet)
            layout.tables[key] = placing.table_at(
                Eyes(package), sheet, (at.row, at.column), offered.tables[key]
            )
        else:
            raise BadValue(_UNKNOWN, key=key)
    _set(session, template, layout, by=by)


def set_columns(
    session: Session, template: ReportTemplate, *, key: str, row: int, fields: dict[int, str], by: Actor
) -> None:
    """Which columns of the form take what of a table that is placed, and its sample row."""
    layout = Layout.from_json(template.layout)
    if key not in layout.tables:
        raise BadValue(_UNKNOWN, key=key)
    if len(set(fields.values())) != len(fields):
        raise BadValue(N_("Eine Angabe ist für zwei Spalten gewählt. Bitte nur einmal wählen."))
    layout.tables[key] = TableAt(layout.tables[key].sheet, row, fields)
    _set(session, template, layout, by=by)


def clear_cell(session: Session, template: ReportTemplate, at: At, *, by: Actor) -> None:
    layout = Layout.from_json(template.layout)
    layout.figures = {key: place for key, place in layout.figures.items() if place != at}
    _set(session, template, layout, by=by)


def _set(session: Session, template: ReportTemplate, layout: Layout, *, by: Actor) -> None:
    by_office(by)
    after: dict[str, Any] = layout.as_json()
    if after != template.layout:
        changes = {"layout": [template.layout, after]}
        template.layout = after
        audit.record(session, Action.TEMPLATE_PLACED, template, by=by, changes=changes)


def sheet_of(package: Package, name: str) -> SheetRef:
    """Raises NotThere."""
    found = next((one for one in package.sheets if one.name == name), None)
    if found is None:
        raise NotThere(_NO_SHEET)
    return found
