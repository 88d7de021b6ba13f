"""Bring a file, see what it would do, let it happen or put it away."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from flask import redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from imports import corrected as corrections
from imports import inbox, work
from imports.forms import ApplyForm, UploadForm
from imports.models import Upload
from imports.views.blueprint import bp, home
from imports.views.preview import show_preview
from imports.wish import Wish
from school_it.access import May, current, needs
from school_it.cells import one_line
from school_it.database import db, transaction
from school_it.errors import SchoolItError
from school_it.kinds import KINDS, Kind, get_kind
from school_it.schools import queries as school_queries
from school_it.web import flash_done, page
from school_it.web.fields import refusals_in, status_of
from school_it.web.files import download

AT_ONCE = 1000
TEMPLATES = {
    "devices": "inventory",
    "outlets": "network",
}  # where the report is called otherwise than the kind


def _upload_form(**values: Any) -> UploadForm:
    actor = current()
    kinds = [(name, _(kind.title)) for name, kind in KINDS.items() if actor.may(kind.may)]
    kinds.sort(key=lambda choice: choice[0] != "devices")
    schools = school_queries.choices(db.session(), seen_by=actor)
    form = UploadForm(kinds=kinds, schools=schools, **values)
    if len(schools) == 1 and "school" not in request.form:
        form.school.data = schools[0][0]
    return form


@bp.route("", methods=["GET", "POST"])
@needs(May.SEE_IMPORTS)
def index() -> Any:
    form = _upload_form()
    if request.method == "GET" and request.args.get("kind") in KINDS:
        form.kind.data = request.args["kind"]
    if form.validate_on_submit() and _may_bring():
        with refusals_in(form):
            ident = _receive(form)
        if not form.errors:
            return redirect(url_for(".preview", ident=ident))
    uploads = inbox.uploads(db.session(), seen_by=current(), waiting=request.args.get("state") == "preview")
    return page(
        "imports/index.html",
        status_of(form),
        form=form,
        uploads=uploads,
        taken_back=inbox.taken_back(db.session(), uploads),
        kinds=KINDS,
        templates=[
            (_(kind.title), url_for("exports.template", name=report)) for kind, report in _templates()
        ],
        may_bring=_may_bring(),
    )


def _may_bring() -> bool:
    return any(current().may(kind.may) for kind in KINDS.values())


def _templates() -> Iterator[tuple[Kind, str]]:
    """The kinds that this person may bring, with the report that is their blank template."""
    for name, kind in KINDS.items():
        if kind.has_template and current().may(kind.may) and current().may(May.EXPORT):
            yield kind, TEMPLATES.get(name, name)


def _receive(form: UploadForm) -> int:
    """Keep the file, look at it once, and remember what was found. A file that cannot be read leaves nothing."""
    actor, kind = current(), get_kind(form.kind.data) if form.kind.data else None
    if kind is not None:
        kind.must_be_brought_by(actor)
    name = one_line(form.file.data.filename or "")[-255:]
    digest = inbox.receive(home(), form.file.data.stream)
    upload = Upload(
        kind=kind.name if kind else "", file_name=name, digest=digest, user_id=actor.id, user_name=actor.name,
        wish=Wish(school=form.school.data, words=_of_grant(kind)).as_json(),
    )  # fmt: skip
    if work.is_long(home(), digest):
        with transaction() as session:
            session.add(upload)
            work.look(session, home(), upload, by=actor, first=True)
            return upload.id
    try:
        found = inbox.first_look(db.session(), home(), upload, by=actor)
    except SchoolItError:
        inbox.let_go(db.session(), home(), digest)
        raise
    with transaction() as session:
        session.add(upload)
        session.flush()
        inbox.note(home(), upload, found)
        return upload.id


def _of_grant(kind: Kind | None) -> dict[str, dict[str, str]]:
    """From the page of a grant: what says of none is of this one."""
    reference = one_line(request.args.get("grant", ""))[:60]
    if not reference or kind is None:
        return {}
    sheet = kind.sheet(db.session())
    if "grant" not in sheet.fields:
        return {}
    return {sheet.column("grant").header: {"": reference}}


@bp.get("/<int:ident>")
@needs(May.SEE_IMPORTS)
def preview(ident: int) -> Any:
    return show_preview(ident, ApplyForm(formdata=None))


@bp.post("/<int:ident>/apply")
@needs(May.IMPORT_DEVICES, May.IMPORT_ALL)
def apply(ident: int) -> Any:
    form, partial = ApplyForm(), bool(ApplyForm().partial.data)
    summary = inbox.get_waiting(db.session(), ident, seen_by=current()).summary
    if summary["new"] + summary["changed"] > AT_ONCE and (partial or not summary["problem"]):
        return redirect(url_for("jobs.job", number=work.put_down(ident, partial=partial, by=current())))
    with refusals_in(form):
        inbox.apply(home(), ident, partial=partial, by=current())
    if form.errors:
        return show_preview(ident, form)
    flash_done(_("Die Datei ist übernommen."))
    return redirect(url_for(".preview", ident=ident))


@bp.post("/<int:ident>/look")
@needs(May.IMPORT_DEVICES, May.IMPORT_ALL)
def look_again(ident: int) -> Response:
    actor, get = current(), work.get_to_look
    first = "columns" not in get(db.session(), ident, seen_by=actor).summary
    work.look_anew(home(), ident, lambda _upload: None, by=actor, first=first, get=get)
    return redirect(url_for(".preview", ident=ident))


@bp.post("/<int:ident>/discard")
@needs(May.IMPORT_DEVICES, May.IMPORT_ALL)
def discard(ident: int) -> Response:
    inbox.put_away(home(), ident, by=current())
    flash_done(_("Die Datei ist weggelegt; es wurde nichts übernommen."))
    return redirect(url_for(".index"))


@bp.get("/<int:ident>/corrected.xlsx")
@needs(May.IMPORT_DEVICES, May.IMPORT_ALL)
def corrected(ident: int) -> Any:
    """The file as it came and as it was mended here; faulty cells are marked, their sentences stand behind the row."""
    session = db.session()
    upload = inbox.get_own(session, ident, seen_by=current())
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "corrected.xlsx"
        found, wish = inbox.look_at(session, home(), upload, by=current()), Wish.from_json(upload.wish)
        source = inbox.path_of(home(), upload.digest)
        ending = corrections.write(source, found, out, corrections=wish.corrections, words=wish.words)
        content = BytesIO(out.read_bytes())
    word = _("Prüfhinweise")
    name = f"{Path(upload.file_name).stem}-{word}{ending}"
    return download(content, name)
