"""Pages of documents: bring one, take it along, remove it; and the panel that other pages show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, current_app, redirect, request, send_file
from flask_babel import gettext as _

from school_it.access import May, current, needs
from school_it.database import db, transaction, whole_number
from school_it.documents import actions, bearers, queries, rules
from school_it.documents.bearers import Bearer
from school_it.documents.forms import RemoveForm, UploadForm, place_of, upload_form
from school_it.documents.models import Link
from school_it.documents.store import DOCUMENTS
from school_it.errors import N_, NotThere, Refused, Sentence
from school_it.web import back_to, flash_done, is_own_path, page
from school_it.web.fields import refusals_in, status_of

bp = Blueprint("documents", __name__, url_prefix="/documents")

CLOSED = "default-src 'none'; sandbox; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
"""A document runs nothing and loads nothing, even where somebody opens it in the browser."""


@dataclass(frozen=True)
class Paper:
    """A document as the panel shows it."""

    link: Link
    thing: Any
    removable: bool


@dataclass(frozen=True)
class Papers:
    """The documents of one or several things, and the form for one more where this reader may bring one."""

    papers: Sequence[Paper]
    form: UploadForm | None
    several: bool


@bp.app_template_global("papers_of")
def papers_of(things: Sequence[Any]) -> Papers:
    """The panel of these things for whoever reads the page; one statement for all."""
    session, actor = db.session(), current()
    seen = [one for one in things if bearers.bearer_of(one).shows(session, one, actor)]
    changed = [one for one in seen if bearers.bearer_of(one).changes(session, one, actor)]
    freed = [one for one in changed if bearers.bearer_of(one).lets_go(session, one, actor)]
    by_place = {(one.__tablename__, one.id): one for one in seen}
    papers = [
        Paper(link, thing := by_place[link.target_table, link.target_id], thing in freed)
        for link in queries.links_of(session, seen)
    ]
    form = upload_form(changed, formdata=None) if changed else None
    return Papers(papers, form, len(things) > 1)


@bp.app_template_global("document_kind")
def document_kind(link: Link) -> str:
    return str(_(rules.KINDS[link.kind]))


@bp.route("/new", methods=["GET", "POST"])
@needs(May.EDIT_DOCUMENTS)
def new() -> Any:
    """The panel posts here; where the file is refused, this page says why and keeps what was chosen."""
    bearer, thing = _thing(request.values.get("at", ""))
    form = upload_form([thing], data={"at": place_of(thing)})
    if form.validate_on_submit():
        ident = thing.id
        with refusals_in(form):
            content = _brought()
            with transaction() as session:
                _again, changing = bearers.get_thing(session, bearer.table, ident, seen_by=current())
                actions.attach(
                    session, changing, content, name=_file_name(), kind=form.kind.data, home=_home(),
                    by=current(),
                )  # fmt: skip
        if not form.errors:
            flash_done(_("Die Unterlage ist abgelegt."))
            return back_to(bearer.address(_thing(place_of(thing))[1]))
    return page(
        "documents/new.html",
        status_of(form),
        form=form,
        thing=thing,
        back=bearer.address(thing),
        next_page=request.values.get("next", ""),
    )


def _thing(place: str) -> tuple[Bearer, Any]:
    """The thing that ``receipts:17`` names."""
    table, _colon, number = place.partition(":")
    ident = whole_number(number)
    if ident is None:
        raise NotThere(N_("Das, wozu die Unterlagen gehören, gibt es hier nicht."))
    return bearers.get_thing(db.session(), table, ident, seen_by=current())


def _brought() -> bytes:
    """The bytes that came with the form. Raises Refused at its field."""
    most = current_app.config["SCHOOL_IT"].DOCUMENT_MB
    file = request.files.get("file")
    content = file.stream.read(most * rules.MEGABYTE + 1) if file is not None and file.filename else b""
    if not content:
        raise Refused([("file", Sentence(N_("Bitte eine Datei wählen.")))])
    too_large = rules.against_size(len(content), most)
    if too_large is not None:
        raise Refused([("file", too_large)])
    return content


def _file_name() -> str:
    return request.files["file"].filename or ""


def _home() -> Any:
    return current_app.config["SCHOOL_IT"].home


@bp.get("/<int:ident>")
@needs(May.SEE_DOCUMENTS)
def document(ident: int) -> Any:
    """The file itself, to be saved, never to be run: nothing in it counts as part of this site."""
    link, _bearer, _thing_of = queries.get_link(db.session(), ident, seen_by=current())
    if not DOCUMENTS.is_there(_home(), link.document.digest):
        raise NotThere(N_("Die Datei fehlt in der Ablage. Bitte die Administration: school-it doctor."))
    answer = send_file(
        DOCUMENTS.path_of(_home(), link.document.digest),
        mimetype=link.document.form.value,
        as_attachment=True,
        download_name=link.name,
        conditional=False,
        etag=False,
    )
    answer.headers["Content-Security-Policy"] = CLOSED
    answer.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    answer.headers["Cache-Control"] = "no-store"
    return answer


@bp.route("/<int:ident>/remove", methods=["GET", "POST"])
@needs(May.EDIT_DOCUMENTS)
def remove(ident: int) -> Any:
    session = db.session()
    link, bearer, thing = queries.get_link(session, ident, seen_by=current())
    form, back = RemoveForm(), bearer.address(thing)
    wanted = request.values.get("next", "")
    others = queries.link_count(session, link.document_id) - 1
    if form.validate_on_submit():
        digest = ""
        with refusals_in(form), transaction() as writing:
            going, _again, from_thing = queries.get_link(writing, ident, seen_by=current())
            digest = actions.detach(writing, going, from_thing, by=current())
        if not form.errors:
            actions.let_go(_home(), digest)
            flash_done(_("Die Unterlage ist entfernt. Der Verlauf behält ihren Namen."))
            return redirect(wanted if is_own_path(wanted) else back)
    return page(
        "documents/remove.html", status_of(form), form=form, link=link, thing=thing, others=others, back=back
    )
