"""Profiles: keep how a file was read, name it anew, throw it away, or look without it."""

from __future__ import annotations

from typing import Any

from flask import redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from imports import inbox, work
from imports import profiles as keeping
from imports.models import Upload
from imports.views.blueprint import bp, home
from imports.wish import Wish
from school_it.access import May, current, needs
from school_it.database import db, transaction
from school_it.errors import BadValue
from school_it.kinds import KINDS
from school_it.web import flash_done, flash_problem, page


@bp.get("/profiles")
@needs(May.IMPORT_DEVICES, May.IMPORT_ALL)
def profiles() -> Any:
    return _profiles()


def _profiles(status: int = 200, *, faulty: int | None = None, typed: str = "", refusal: str = "") -> Any:
    actor = current()
    found = keeping.profiles(db.session(), seen_by=actor)
    return page(
        "imports/profiles.html",
        status,
        profiles=[one for one in found if one.kind in KINDS],
        kinds=KINDS,
        mine={one.id for one in found if keeping.may_change(one, actor)},
        faulty=faulty,
        typed=typed,
        refusal=refusal,
    )


@bp.post("/<int:ident>/profile")
@needs(May.IMPORT_DEVICES, May.IMPORT_ALL)
def keep_profile(ident: int) -> Response:
    """How this file is read, for the next one of its layout."""
    actor = current()
    try:
        with transaction() as session:
            upload = inbox.get_own(session, ident, seen_by=actor)
            wish = Wish.from_json(upload.wish)
            headers = upload.summary.get("advice", {}).get("headers", [])
            name = request.form.get("name")
            meanings = {column["header"]: column["field"] for column in upload.summary.get("columns", ())}
            profile = keeping.keep(session, upload.kind, name, headers, wish, meanings, by=actor)
            upload.wish = {**upload.wish, "profile": profile.name}
    except BadValue as refused:
        flash_problem(refused)
    else:
        flash_done(_("Gemerkt. Die nächste Datei mit diesen Überschriften wird von selbst so gelesen."))
    return redirect(url_for(".preview", ident=ident))


@bp.post("/<int:ident>/without-profile")
@needs(May.IMPORT_DEVICES, May.IMPORT_ALL)
def without_profile(ident: int) -> Response:
    """Look at a file as if no profile knew it."""

    def plain(upload: Upload) -> None:
        upload.wish = Wish(school=upload.wish.get("school")).as_json()

    work.look_anew(home(), ident, plain, by=current())
    return redirect(url_for(".preview", ident=ident))


@bp.post("/profiles/<int:number>")
@needs(May.IMPORT_DEVICES, May.IMPORT_ALL)
def rename_profile(number: int) -> Any:
    name = request.form.get("name")
    try:
        with transaction() as session:
            profile = keeping.get_profile(session, number, by=current())
            keeping.rename(session, profile, name, by=current())
    except BadValue as refused:
        return _profiles(422, faulty=number, typed=name or "", refusal=str(refused))
    flash_done(_("Das Profil heißt jetzt anders."))
    return redirect(url_for(".profiles"))


@bp.post("/profiles/<int:number>/remove")
@needs(May.IMPORT_DEVICES, May.IMPORT_ALL)
def remove_profile(number: int) -> Response:
    with transaction() as session:
        keeping.remove(session, keeping.get_profile(session, number, by=current()), by=current())
    flash_done(_("Das Profil ist gelöscht. Dateien, die damit gelesen wurden, bleiben, wie sie sind."))
    return redirect(url_for(".profiles"))
