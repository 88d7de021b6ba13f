"""Pages of what was handed in: look and hand in, the list, one of them, and what has changed since."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

from flask import Blueprint, current_app, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from wtforms import HiddenField, TextAreaField
from wtforms.validators import Length

from exports import templates
from exports.evidence import keeping, queries, store
from exports.evidence.comparing import Cell, Comparison, SheetDifference
from exports.evidence.keeping import FormToFill, Handing, Wanted
from exports.evidence.models import Evidence
from exports.placing import Layout
from exports.reports import REPORTS, Asked
from exports.views import year_asked
from school_it.access import May, current, needs
from school_it.cells import show_number, show_percent
from school_it.database import db, whole_number
from school_it.errors import N_, NotThere, RuleBroken
from school_it.money import shown
from school_it.web import flash_done, flash_problem, lists, page
from school_it.web.fields import Form, TextField, refusals_in, status_of
from school_it.web.files import download
from school_it.web.show import day, yes_no
from school_it.workbooks.package import Package

bp = Blueprint("evidence", __name__, url_prefix="/exports/evidence")
MOST_ROWS = 200
"""Changed rows of a sheet that a page shows; all of them are told by ``school-it evidence NUMBER --json``."""


class HandInForm(Form):
    seen = HiddenField()
    recipient = TextField(_l("Für wen"), [Length(max=200)], description=_l("etwa die Bewilligungsbehörde"))
    file_reference = TextField(_l("Aktenzeichen"), [Length(max=300)])
    note = TextAreaField(
        _l("Notiz"), [Length(max=keeping.LONGEST_NOTE)], description=_l("etwa: per Post am selben Tag")
    )


@bp.get("")
@needs(May.SEE_FUNDING)
def index() -> Any:
    queries.must_see(current())
    session, ident = db.session(), Evidence.__table__.c.id
    asked = request.args
    rows = queries.listed(report=asked.get("report", ""), grant=asked.get("grant", ""))
    part = lists.slice_of(
        session, rows, key=ident, ident=ident, descending=True, cursor=asked.get("cursor"),
        size=lists.wanted_size(asked),
    )  # fmt: skip
    return page(
        "exports/evidence/index.html",
        found=[row[0] for row in part.rows],
        count=lists.count(session, rows),
        **lists.neighbours(part),
        reports=[(name, _(title)) for name, title in queries.reports(session)],
        grants=queries.grants(session),
        titles=_titles(),
        asked=asked,
    )


def _titles() -> dict[str, str]:
    return {report.name: _(report.title) for report in REPORTS.values()}


# --- handing in ---------------------------------------------------------------------------------------------


@bp.route("/new", methods=["GET", "POST"])
@needs(May.EDIT_FUNDING)
def new() -> Any:
    """What will be kept, and the button that keeps it."""
    wanted, form = _wanted(), HandInForm()
    if form.validate_on_submit():
        said = Handing(form.recipient.data or "", form.file_reference.data or "", form.note.data or "")
        try:
            with refusals_in(form):
                ident, _looked = keeping.hand_in(
                    _home(), wanted, said, by=current(), seen=form.seen.data or ""
                )
            if not form.errors:
                flash_done(_("Eingereicht und festgehalten, unter Nr. %(number)s.", number=ident))
                return redirect(url_for(".show", ident=ident))
        except RuleBroken as changed:
            flash_problem(changed)
    looked = keeping.look(wanted, by=current())
    form.seen.data = looked.seen
    if not form.is_submitted():
        form.recipient.data = looked.handing.recipient
        form.file_reference.data = looked.handing.file_reference
    grant = looked.choice.grant
    return page(
        "exports/evidence/new.html",
        status_of(form),
        form=form,
        wanted=wanted,
        looked=looked,
        grant=grant,
        figures=_figures(looked.sheets),
        before=queries.latest(db.session(), report=wanted.report.name, grant_id=grant.id if grant else None),
        shown=_shown,
        back=_back(grant.id if grant else None),
    )


def _wanted() -> Wanted:
    asked = request.args
    form = _form(whole_number(asked.get("template", "")))
    name = form[1] if form else asked.get("report", "")
    report = REPORTS.get(name)
    if report is None or not current().may(report.may):
        raise NotThere(N_("Diesen Bericht gibt es hier nicht."))
    rest = {
        key: value
        for key, value in asked.items()
        if key not in ("report", "template", "school", "grant", "year")
    }
    said = Asked(asked.get("school") or None, asked.get("grant") or None, year_asked(), rest)
    return Wanted(report, said, form[0] if form else None)


def _form(ident: int | None) -> tuple[FormToFill, str] | None:
    """The form of an authority to be filled, and its report."""
    if ident is None:
        return None
    template = templates.get(db.session(), ident, seen_by=current())
    content = templates.opened(_home(), template).read()
    layout = Layout.from_json(template.layout)
    has_macros = Package(BytesIO(content)).has_macros
    return FormToFill(template.trace_label, content, layout, has_macros), template.report


def _home() -> Path:
    folder: Path = current_app.config["SCHOOL_IT"].home
    return folder


def _back(grant_id: int | None) -> str:
    return url_for("exports.index") if grant_id is None else url_for("funding.grant", ident=grant_id)


def _figures(sheets: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The named lines of the covers: what the report says in figures."""
    return [
        one for sheet in sheets for one in sheet.get("entries", ()) if one["key"] and one["value"] is not None
    ]


# --- one of them --------------------------------------------------------------------------------------------


@bp.get("/<int:ident>")
@needs(May.SEE_FUNDING)
def show(ident: int) -> Any:
    evidence = queries.get(db.session(), ident, seen_by=current())
    kept = keeping.data_of(evidence)
    broken = [one for one in kept["checks"] if not one["holds"]]
    return page(
        "exports/evidence/show.html",
        evidence=evidence,
        kept=kept,
        broken=broken,
        figures=_figures(kept["sheets"]),
        title=_titles().get(evidence.report, kept["title"]),
        is_sound=store.HANDED_IN.is_sound(_home(), evidence.digest),
        shown=_shown,
    )


@bp.get("/<int:ident>/file")
@needs(May.SEE_FUNDING)
def file(ident: int) -> Any:
    """The same bytes that were handed in; what is not the same any more is not given out."""
    evidence = queries.get(db.session(), ident, seen_by=current())
    content = BytesIO(store.read(_home(), evidence.digest))
    keeping.note_taken_out(evidence, by=current())
    return download(content, evidence.file_name)


@bp.get("/<int:ident>/data.json")
@needs(May.SEE_FUNDING)
def data_file(ident: int) -> Any:
    """The canonical text, byte for byte: its SHA-256 is the one that the page shows."""
    evidence = queries.get(db.session(), ident, seen_by=current())
    keeping.data_of(evidence)
    keeping.note_taken_out(evidence, by=current())
    return download(BytesIO(evidence.data.encode()), f"{Path(evidence.file_name).stem}.json")


@bp.get("/<int:ident>/today")
@needs(May.SEE_FUNDING)
def today(ident: int) -> Any:
    evidence = queries.get(db.session(), ident, seen_by=current())
    return _compared(evidence, keeping.of_today(db.session(), evidence), rebuilt=False)


@bp.get("/<int:ident>/rebuilt")
@needs(May.SEE_FUNDING)
def rebuilt(ident: int) -> Any:
    evidence = queries.get(db.session(), ident, seen_by=current())
    return _compared(evidence, keeping.rebuilt(evidence), rebuilt=True)


def _compared(evidence: Evidence, found: Comparison, *, rebuilt: bool) -> Any:
    return page(
        "exports/evidence/compared.html",
        evidence=evidence,
        found=found,
        rebuilt=rebuilt,
        said=[*_said_of_sheets(found), *_said_of_figures(found)],
        title=_titles().get(evidence.report, evidence.report),
        addresses=_addresses(found),
        shown=_shown,
        signed=_signed,
        most=MOST_ROWS,
    )


# --- in words -----------------------------------------------------------------------------------------------


def _said_of_sheets(found: Comparison) -> list[str]:
    """»Belegliste: 3 geändert, 1 neu«."""
    counted: tuple[tuple[str, Callable[[int], str]], ...] = (
        ("changed", lambda n: ngettext("%(num)s geändert", "%(num)s geändert", n)),
        ("new", lambda n: ngettext("%(num)s neu", "%(num)s neu", n)),
        ("gone", lambda n: ngettext("%(num)s nicht mehr da", "%(num)s nicht mehr da", n)),
    )
    said = []
    for sheet in found.sheets:
        parts = [say(number) for what, say in counted if (number := sheet.count(what))]
        if parts:
            said.append(_("%(sheet)s: %(what)s", sheet=sheet.sheet, what=", ".join(parts)))
    return said


def _said_of_figures(found: Comparison) -> list[str]:
    return [f"{_(one.label)} {_signed(one.more)}" for one in found.figures if one.more]


def _signed(amount: Decimal) -> str:
    return f"{'+' if amount > 0 else '−'}{shown(abs(amount))}"


def _shown(cell: Cell | str, value: Any) -> str:
    """A kept value as the workbook shows it."""
    kind = cell if isinstance(cell, str) else cell.kind
    if value is None or value == "":
        return "–"
    if kind == "euro":
        return shown(Decimal(value))
    if kind == "date" and len(value) == 10:
        return day(date.fromisoformat(value))
    if kind in ("number", "per_hundred"):
        return show_number(Decimal(value))
    if kind == "percent":
        return show_percent(Decimal(value))
    if isinstance(value, bool):
        return yes_no(value)
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _addresses(found: Comparison) -> dict[tuple[str, str], str]:
    """By sheet and label of a row, the page with its history; of what has gone, the trail."""
    known: dict[tuple[str, str], str] = {}
    for sheet in found.sheets:
        keys = [row.key for row in sheet.rows[:1]]
        if keys and {"grant", "receipt_no"} <= keys[0].keys():
            known |= _of_receipts(sheet)
        elif keys and "asset_tag" in keys[0]:
            address = lists.addresses("devices.device", "tag")
            known |= {
                (sheet.sheet, row.label): address(row.key["asset_tag"]) for row in sheet.rows[:MOST_ROWS]
            }
    return known


def _of_receipts(sheet: SheetDifference) -> dict[tuple[str, str], str]:
    rows = sheet.rows[:MOST_ROWS]
    there = queries.receipts_called(
        db.session(), [(row.key["grant"], row.key["receipt_no"]) for row in rows if row.what != "gone"]
    )
    known = {}
    for row in rows:
        reference, number = row.key["grant"], row.key["receipt_no"]
        ident = there.get((reference, number))
        in_trail = url_for("overview.audit", q=f"{reference} · {number}")
        known[sheet.sheet, row.label] = in_trail if ident is None else url_for("funding.receipt", ident=ident)
    return known
