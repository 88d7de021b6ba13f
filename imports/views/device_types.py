"""Device types by page: a file, a ZIP of files or the set to begin with; looked at first, then taken over."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from flask import redirect, request, url_for
from flask_babel import ngettext

from imports import device_types
from imports.outlook import Outlook
from imports.taking import take_over
from imports.views.blueprint import bp, home
from school_it.access import May, current, needs
from school_it.database import db
from school_it.errors import N_, BadValue, CannotRead, NotThere
from school_it.network.types.start import FOLDER as START
from school_it.web import flash_done, page

ENDINGS = (".yaml", ".yml", ".json", ".zip")
SHOWN = 200
BEGINNING = "start"


@bp.route("/device-types", methods=["GET", "POST"])
@needs(May.IMPORT_ALL)
def types() -> Any:
    """Take a file to look at; it is kept under its digest until it is taken over."""
    if request.method == "GET":
        return page("imports/device_types.html")
    if request.form.get("start"):
        return redirect(url_for(".look_at_types", name=BEGINNING))
    sent = request.files.get("file")
    ending = Path(sent.filename or "").suffix.casefold() if sent else ""
    if sent is None or ending not in ENDINGS:
        raise BadValue(N_("Bitte eine Datei mit der Endung .yaml, .json oder .zip wählen."))
    content = sent.read()
    name = hashlib.sha256(content).hexdigest() + ending
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    (folder / name).write_bytes(content)
    try:
        device_types.read(folder / name)
    except CannotRead:
        (folder / name).unlink(missing_ok=True)
        raise
    return redirect(url_for(".look_at_types", name=name))


@bp.get("/device-types/<name>")
@needs(May.IMPORT_ALL)
def look_at_types(name: str) -> Any:
    found = device_types.read(_path(name))
    seen = device_types.outlook(db.session(), found, by=current())
    names = {number: file for number, (file, _one) in enumerate(found.types, 1)}
    return page("imports/device_types_preview.html", seen=seen, names=names, name=name, most=SHOWN)


@bp.post("/device-types/<name>/apply")
@needs(May.IMPORT_ALL)
def apply_types(name: str) -> Any:
    path, actor = _path(name), current()
    found = device_types.read(path)

    def look(session: Any) -> Outlook:
        return device_types.outlook(session, found, by=actor)

    seen, _batch = take_over(look, home() / "inbox", by=actor, file_digest=found.digest, partial=True)
    if path != START:
        path.unlink(missing_ok=True)
    taken = len(seen.new) + len(seen.changed)
    flash_done(ngettext("%(num)s Gerätetyp übernommen.", "%(num)s Gerätetypen übernommen.", taken))
    return redirect(url_for("network.types"))


def _folder() -> Path:
    return home() / "inbox" / "device-types"


def _path(name: str) -> Path:
    """The kept file of that name: a digest and an ending, nothing else. Raises NotThere."""
    if name == BEGINNING:
        return START
    digest, dot, ending = name.partition(".")
    known = len(digest) == 64 and all(letter in "0123456789abcdef" for letter in digest)
    path = _folder() / name
    if not known or dot + ending not in ENDINGS or not path.is_file():
        raise NotThere(N_("Die Datei ist nicht mehr da. Bitte noch einmal wählen."))
    return path
