"""The pages of the door in: bring a file, see what it would do, let it happen."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from imports import inbox, work
from imports.forms import ApplyForm, NarrowForm, UploadForm
from imports.kinds import KINDS, Kind, get_kind
from imports.models import Upload
from imports.wish import Wish
from school_it.access import May, current, needs
from school_it.database import db, transaction, whole_number
from school_it.errors import SchoolItError
from school_it.schools import queries as school_queries
from school_it.sheets import match
from school_it.web import flash_done, page
from school_it.web.fields import refusals_in, status_of

bp = Blueprint("imports", __name__, url_prefix="/imports")

SHOWN_ROWS = 100
AT_ONCE = 1000
WHAT = ("problem", "new", "changed", "same")


def _home() -> Any:
    return current_app.config["SCHOOL_IT"].home


def _upload_form(**values: Any) -> UploadForm:
    actor = current()
    kinds = [(name, _(kind.title)) for name, kind in KINDS.items() if actor.may(kind.may)]
    kinds.sort(key=lambda choice: choice[0] != "devices")
    schools = school_queries.choices(db.session(), seen_by=actor)
    form = UploadForm(kinds=kinds, schools=schools, **values)
    if len(schools) == 1 and not form.is_submitted():
        form.school.data = schools[0][0]
    return form


@bp.route("", methods=["GET", "POST"])
@needs(May.SEE_IMPORTS)
def index() -> Any:
    form = _upload_form()
    if form.validate_on_submit():
        with refusals_in(form):
            ident = _receive(form)
        if not form.errors:
            return redirect(url_for(".preview", ident=ident))
    uploads = inbox.uploads(db.session(), seen_by=current(), waiting=request.args.get("state") == "preview")
    return page("imports/index.html", status_of(form), form=form, uploads=uploads, kinds=KINDS)


def _receive(form: UploadForm) -> int:
    """Keep the file, look at it once, and remember what was found. A file that cannot be read leaves nothing."""
    actor, kind = current(), get_kind(form.kind.data)
    kind.must_be_brought_by(actor)
    name = (form.file.data.filename or "")[-255:]
    digest = inbox.receive(_home(), form.file.data.stream, name)
    upload = Upload(
        kind=form.kind.data, file_name=name, digest=digest, user_id=actor.id, user_name=actor.name,
        wish=Wish(school=form.school.data).as_json(),
    )  # fmt: skip
    try:
        found = inbox.look_at(db.session(), _home(), upload, by=actor)
    except SchoolItError:
        inbox.let_go(db.session(), _home(), digest)
        raise
    with transaction() as session:
        session.add(upload)
        session.flush()
        inbox.note(_home(), upload, found)
        return upload.id


@bp.get("/<int:ident>")
@needs(May.SEE_IMPORTS)
def preview(ident: int) -> Any:
    return _preview(ident, ApplyForm(formdata=None))


def _preview(ident: int, form: ApplyForm) -> Any:
    session = db.session()
    upload = inbox.get_upload(session, ident, seen_by=current())
    kind = get_kind(upload.kind)
    rows = inbox.details(_home(), upload)
    show = request.args.get("show", "")
    show = show if show in WHAT else next((what for what in WHAT if upload.summary[what]), "new")
    chosen = [row for row in rows if row["what"] == show]
    start = whole_number(request.args.get("from", "")) or 0
    narrow = NarrowForm(formdata=None)
    headers = [column["header"] for column in upload.summary["columns"]]
    narrow.only_header.choices = [("", "")] + [(header, header) for header in headers]
    return page(
        "imports/preview.html",
        status_of(form),
        upload=upload,
        summary=upload.summary,
        kind=kind,
        headers={column.field: column.header for column in kind.sheet(session).columns},
        show=show,
        rows=chosen[start : start + SHOWN_ROWS],
        start=start,
        total=len(chosen),
        step=SHOWN_ROWS,
        earlier=inbox.earlier(session, upload),
        form=form,
        narrow=narrow,
        may_apply=current().may(kind.may),
        better=_better_kind(upload),
    )


def _better_kind(upload: Upload) -> Kind | None:
    """Another kind that knows more of the headers, where no row of the file could be taken."""
    summary, session = upload.summary, db.session()
    if not summary["rows"] or summary["problem"] < summary["rows"]:
        return None
    headers = [column["header"] for column in summary["columns"]]
    known = {
        name: sum(map(bool, match(kind.sheet(session), headers)))
        for name, kind in KINDS.items()
        if current().may(kind.may)
    }
    best = max(known, key=lambda name: known[name], default=upload.kind)
    return KINDS[best] if known.get(best, 0) > known.get(upload.kind, 0) else None


@bp.post("/<int:ident>/wish")
@needs(May.IMPORT_DEVICES, May.IMPORT_ALL)
def change_wish(ident: int) -> Response:
    """Another meaning for the columns, another sheet, or only some rows: look again."""
    actor = current()
    headers = [
        column["header"] for column in inbox.get_upload(db.session(), ident, seen_by=actor).summary["columns"]
    ]
    with transaction() as session:
        upload = inbox.get_waiting(session, ident, seen_by=actor)
        wish = {**upload.wish}
        if "only_header" in request.form:
            header, value = request.form["only_header"], request.form.get("only_value", "")
            wish["only"] = {header: value} if header else {}
        else:
            wish["mapping"] = {
                header: request.form.get(f"column-{place}") or None for place, header in enumerate(headers)
            }
        upload.wish = wish
        inbox.note(_home(), upload, inbox.look_at(session, _home(), upload, by=actor))
    return redirect(url_for(".preview", ident=ident))


@bp.post("/<int:ident>/kind")
@needs(May.IMPORT_DEVICES, May.IMPORT_ALL)
def change_kind(ident: int) -> Response:
    """The file holds something else than was said: look at it as that, from the beginning."""
    actor, kind = current(), get_kind(request.form.get("kind", ""))
    kind.must_be_brought_by(actor)
    with transaction() as session:
        upload = inbox.get_waiting(session, ident, seen_by=actor)
        upload.kind, upload.wish = kind.name, Wish(school=upload.wish.get("school")).as_json()
        inbox.note(_home(), upload, inbox.look_at(session, _home(), upload, by=actor))
    return redirect(url_for(".preview", ident=ident))


@bp.post("/<int:ident>/apply")
@needs(May.IMPORT_DEVICES, May.IMPORT_ALL)
def apply(ident: int) -> Any:
    form = ApplyForm()
    partial, summary = (
        bool(form.partial.data),
        inbox.get_upload(db.session(), ident, seen_by=current()).summary,
    )
    if summary["new"] + summary["changed"] > AT_ONCE and (partial or not summary["problem"]):
        return redirect(url_for("jobs.job", number=work.put_down(ident, partial=partial, by=current())))
    with refusals_in(form):
        inbox.apply(_home(), ident, partial=partial, by=current())
    if form.errors:
        return _preview(ident, form)
    flash_done(_("Die Datei ist übernommen."))
    return redirect(url_for(".preview", ident=ident))


@bp.post("/<int:ident>/look")
@needs(May.IMPORT_DEVICES, May.IMPORT_ALL)
def look_again(ident: int) -> Response:
    with transaction() as session:
        upload = inbox.get_waiting(session, ident, seen_by=current())
        inbox.note(_home(), upload, inbox.look_at(session, _home(), upload, by=current()))
    return redirect(url_for(".preview", ident=ident))


@bp.post("/<int:ident>/discard")
@needs(May.IMPORT_DEVICES, May.IMPORT_ALL)
def discard(ident: int) -> Response:
    inbox.put_away(_home(), ident, by=current())
    flash_done(_("Die Datei ist weggelegt; es wurde nichts übernommen."))
    return redirect(url_for(".index"))
