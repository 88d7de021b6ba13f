"""The pages of the forms: bring one, say once what goes where on a picture of its sheet, fill it for a grant."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

from flask import Blueprint, current_app, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import ValidationError

from exports import templates
from exports import write as writing
from exports.models import ReportTemplate
from exports.offered import Offered
from exports.placing import At, Layout
from exports.reports import REPORTS, Asked, Choice
from exports.sheet_grid import Grid, grid
from school_it.access import May, current, needs
from school_it.database import db, today, transaction, whole_number
from school_it.errors import N_, BadValue, SchoolItError
from school_it.funding import queries as funding_queries
from school_it.sheets import same_header
from school_it.web import flash_done, flash_hint, flash_problem, page, said
from school_it.web.fields import ChoiceField, Form, Needed, TextField, refusals_in, status_of
from school_it.web.files import download
from school_it.workbooks.looking import Eyes
from school_it.workbooks.package import Package
from school_it.workbooks.places import cell_of, letters

bp = Blueprint("form_templates", __name__, url_prefix="/exports/templates")


class TemplateForm(Form):
    file = FileField(_l("Formular (.xlsx)"))
    name = TextField(_l("Name"), [Needed()], description=_l("Derselbe Name noch einmal: eine neue Fassung."))
    report = ChoiceField(_l("Was eingetragen wird"), validators=[Needed()])

    def validate_file(self, field: Any) -> None:
        if field.data is None or not field.data.filename:
            raise ValidationError(_("Bitte eine Datei wählen."))


def _reports() -> list[tuple[str, str]]:
    """Those of grants first: forms of authorities are about them."""
    found = [one for one in REPORTS.values() if current().may(one.may)]
    found.sort(key=lambda one: ("grant" not in one.needs, one.name != "proof-of-use"))
    return [(one.name, _(one.title)) for one in found]


def _form() -> TemplateForm:
    form = TemplateForm()
    form.report.choices = [("", ""), *_reports()]
    return form


@bp.get("")
@needs(May.EXPORT)
def index() -> Any:
    form = _form()
    form.name.data = request.args.get("name")
    form.report.data = request.args.get("report") or "proof-of-use"
    return _index(form)


def _index(form: TemplateForm) -> Any:
    return page(
        "exports/templates.html",
        status_of(form),
        form=form,
        found=templates.current_ones(db.session(), seen_by=current()),
        reports=REPORTS,
        may_edit=current().may(May.EDIT_FUNDING),
    )


@bp.post("")
@needs(May.EDIT_FUNDING)
def bring() -> Any:
    form = _form()
    if form.validate_on_submit():
        with refusals_in(form):
            ident = _keep(form)
        if not form.errors:
            return redirect(url_for(".show", ident=ident))
    return _index(form)


def _keep(form: TemplateForm) -> int:
    actor = current()
    offered = _offered(form.report.data, _grant_or_first())
    with transaction() as session:
        made, notes = templates.keep(
            session, _home(), form.file.data.stream, name=form.name.data or "", report=form.report.data,
            file_name=form.file.data.filename, offered=offered, by=actor,
        )  # fmt: skip
        ident, layout = made.id, Layout.from_json(made.layout)
    for note in notes:
        flash_hint(said(note))
    number = len(layout.figures) + len(layout.tables)
    flash_done(_("Das Formular ist abgelegt. Schon zugeordnet: %(number)s.", number=number))
    return ident


def _home() -> Path:
    folder: Path = current_app.config["SCHOOL_IT"].home
    return folder


def _grant_or_first() -> str:
    """The grant of the address, else the newest: what a report can give is seen on an example."""
    asked = request.values.get("grant", "")
    known = funding_queries.grant_choices(db.session(), seen_by=current())
    return asked or (known[0][0] if known else "")


def _choice(reference: str) -> Choice:
    return Asked(grant=reference).choice(db.session(), on=today(), seen_by=current())


def _offered(report: str, reference: str) -> Offered:
    found = REPORTS[report]
    if "grant" in found.needs and not reference:
        raise BadValue(N_("Für diesen Bericht muss es erst eine Zuwendung geben."))
    return templates.offered(db.session(), found, _choice(reference), by=current(), rows=3)


@bp.get("/<int:ident>")
@needs(May.EXPORT)
def show(ident: int) -> Any:
    """The sheet as a page; `cell` is the one that somebody has clicked on."""
    template = templates.get(db.session(), ident, seen_by=current())
    reference = _grant_or_first()
    offered = _offered(template.report, reference)
    package = Package(templates.opened(_home(), template))
    eyes = Eyes(package)
    shown = grid(eyes, request.args.get("sheet", ""), whole_number(request.args.get("from", "")) or 1)
    layout = Layout.from_json(template.layout)
    return page(
        "exports/template.html",
        template=template,
        report=REPORTS[template.report],
        editions=templates.editions(db.session(), template),
        grants=funding_queries.grant_choices(db.session(), seen_by=current()),
        reference=reference,
        offered=offered,
        layout=layout,
        sheets=package.sheets,
        grid=shown,
        marks=_marks(shown, layout, offered),
        chosen=_chosen(shown, layout, offered),
        columns=_columns(eyes, layout, offered, package),
        letters=letters,
        may_edit=current().may(May.EDIT_FUNDING),
        translated=_,
    )


def _marks(shown: Grid, layout: Layout, offered: Offered) -> dict[tuple[int, int], str]:
    """What goes into the cells of the sheet that is shown."""
    found: dict[tuple[int, int], str] = {}
    for key, at in layout.figures.items():
        if at.sheet == shown.sheet and key in offered.figures:
            found[at.row, at.column] = offered.figures[key].told(_)
    for key, table in layout.tables.items():
        if table.sheet == shown.sheet and key in offered.tables:
            headers = {column.field: column.header for column in offered.tables[key].columns}
            for column, name in table.fields.items():
                found[table.row, column] = headers.get(name, name)
    return found


def _chosen(shown: Grid, layout: Layout, offered: Offered) -> dict[str, Any] | None:
    """The cell that was clicked on; where it takes nothing yet, what the words beside it ask for is proposed."""
    place = cell_of(request.args.get("cell", ""))
    if place is None:
        return None
    at = At(shown.sheet, *place)
    key = next((key for key, one in layout.figures.items() if one == at), "")
    seen = shown.window.cells.get(place)
    proposed = "" if key or seen else _asked_beside(shown, place, offered)
    return {
        "name": f"{letters(place[1])}{place[0]}",
        "seen": seen,
        "key": key or proposed,
        "proposed": proposed,
    }


def _asked_beside(shown: Grid, place: tuple[int, int], offered: Offered) -> str:
    """The key of the figure that the nearest words to the left of a cell name; empty where none does."""
    row, column = place
    texts = (shown.window.text(row, left) for left in reversed(range(column)))
    words = same_header(next(filter(None, texts), ""))
    return next((one.key for one in offered.figures.values() if words and one.is_called(words)), "")


def _columns(eyes: Eyes, layout: Layout, offered: Offered, package: Package) -> list[dict[str, Any]]:
    """For each table that is placed, the columns of the form with their headers and what they take."""
    found = []
    sheets = {one.name: one for one in package.sheets}
    for key, at in layout.tables.items():
        if key not in offered.tables or at.sheet not in sheets:
            continue
        window = eyes.window(sheets[at.sheet], range(max(1, at.row - 1), at.row + 1))
        last = min(max([window.last_column, *at.fields]), 59)
        heads = [(column, window.text(at.row - 1, column)) for column in range(last + 1)]
        found.append({"key": key, "at": at, "table": offered.tables[key], "heads": heads})
    return found


@bp.post("/<int:ident>/place")
@needs(May.EDIT_FUNDING)
def place(ident: int) -> Any:
    """A figure or a table to the cell that was clicked on, or away from it."""
    sheet, cell, key = (request.form.get(name, "") for name in ("sheet", "cell", "key"))
    spot = cell_of(cell)
    offered = _offered(templates.get(db.session(), ident, seen_by=current()).report, _grant_or_first())
    with transaction() as session:
        template = templates.get(session, ident, seen_by=current())
        if key and spot:
            at = At(sheet, *spot)
            templates.place(session, _home(), template, offered, key=key, at=at, by=current())
        elif spot:
            templates.clear_cell(session, template, At(sheet, *spot), by=current())
        elif key:
            templates.place(session, _home(), template, offered, key=key, at=None, by=current())
    flash_done(_("Gemerkt."))
    return _back(ident, sheet)


@bp.post("/<int:ident>/columns")
@needs(May.EDIT_FUNDING)
def set_columns(ident: int) -> Any:
    key, row = request.form.get("key", ""), whole_number(request.form.get("row", ""))
    try:
        if not row or row > 1_048_575:
            raise BadValue(N_("Bitte die Zeile als Zahl angeben, in der die Tabelle beginnt."))
        chosen = {
            column: value for column in range(60) if (value := request.form.get(f"column-{column}", ""))
        }
        with transaction() as session:
            template = templates.get(session, ident, seen_by=current())
            templates.set_columns(session, template, key=key, row=row, fields=chosen, by=current())
        flash_done(_("Gemerkt."))
    except BadValue as problem:
        flash_problem(problem)
    return _back(ident, request.form.get("sheet", ""))


def _back(ident: int, sheet: str) -> Any:
    first = whole_number(request.form.get("from", "")) or None
    reference = request.form.get("grant") or None
    where: dict[str, Any] = {"sheet": sheet or None, "grant": reference, "from": first}
    return redirect(url_for(".show", ident=ident, **where))


# --- filled -------------------------------------------------------------------------------------------------


def _filled(template: ReportTemplate) -> tuple[BytesIO, dict[str, Any], Choice]:
    made, session = BytesIO(), db.session()
    choice = _choice(request.args.get("grant", ""))
    facts = writing.write_into(
        session, REPORTS[template.report], choice, templates.opened(_home(), template), made, by=current(),
        layout=Layout.from_json(template.layout),
    )  # fmt: skip
    made.seek(0)
    return made, facts, choice


@bp.get("/<int:ident>/preview")
@needs(May.EXPORT)
def preview(ident: int) -> Any:
    """The filled form as a page, with what could not be placed."""
    template = templates.get(db.session(), ident, seen_by=current())
    problem, shown, notes, sheets = "", None, [], []
    asks_first = "grant" in REPORTS[template.report].needs and not request.args.get("grant")
    try:
        if asks_first:
            raise BadValue(N_("Bitte eine Zuwendung wählen."))
        made, facts, _choice_made = _filled(template)
        package = Package(made)
        notes, sheets = facts["notes"], package.sheets
        shown = grid(
            Eyes(package), request.args.get("sheet", ""), whole_number(request.args.get("from", "")) or 1
        )
    except SchoolItError as refusal:
        if refusal.status == 404:
            raise
        problem = said(refusal)
    return page(
        "exports/template_preview.html",
        422 if problem and not asks_first else 200,
        template=template,
        report=REPORTS[template.report],
        grants=funding_queries.grant_choices(db.session(), seen_by=current()),
        reference=request.args.get("grant", ""),
        problem=problem,
        asks_first=asks_first,
        placed=any(template.layout.get(part) for part in ("figures", "tables")),
        notes=notes,
        sheets=sheets,
        grid=shown,
        letters=letters,
    )


@bp.get("/<int:ident>/filled")
@needs(May.EXPORT)
def filled(ident: int) -> Any:
    template = templates.get(db.session(), ident, seen_by=current())
    made, facts, choice = _filled(template)
    with transaction() as noting:
        writing.note(noting, facts, choice, by=current())
    sign = choice.grant.reference if choice.grant else None
    ending = ".xlsm" if Package(made).has_macros else ".xlsx"
    return download(made, writing.file_name(template.name, sign, day=today(), ending=ending))
