"""What a person says about a file on its page: what columns mean, what cells and words were meant."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from flask import redirect, request, url_for

from imports import inbox, work
from imports.forms import ApplyForm
from imports.models import Upload
from imports.views.blueprint import bp, home
from imports.views.preview import cells_of, show_preview
from imports.wish import Wish
from school_it.access import May, current, needs
from school_it.cells import clean
from school_it.database import db
from school_it.errors import N_, BadValue, NotAllowed
from school_it.kinds import get_kind
from school_it.sheets import Sheet
from school_it.sheets.headers import numbered
from school_it.web import said

LONGEST_TEXT = 4000
Act = Callable[[Wish, Upload, Mapping[str, Any]], Wish]


def _look_with(ident: int, change: Callable[[Upload], Wish]) -> Any:
    """Look at the file with another wish, and go back to its page; what cannot be taken is kept as it was typed."""

    def wished(upload: Upload) -> None:
        upload.wish = change(upload).as_json()

    try:
        work.look_anew(home(), ident, wished, by=current())
    except (BadValue, NotAllowed) as refused:
        typed = {name: text for name, text in request.form.items() if name != "csrf_token"}
        return show_preview(ident, ApplyForm(formdata=None), typed=typed, refusal=said(refused))
    return redirect(url_for(".preview", ident=ident, **_kept_place()))


def _kept_place() -> dict[str, Any]:
    return {name: request.args[name] for name in ("show", "from") if name in request.args}


# --- columns ----------------------------------------------------------------------------------------------


@bp.post("/<int:ident>/wish")
@needs(May.IMPORT_DEVICES, May.IMPORT_ALL)
def change_wish(ident: int) -> Any:
    """Another meaning for the columns, another sheet, or only some rows: look again."""
    if "only_header" in request.form:
        return _look_with(ident, _narrowed)
    if "sheet_name" in request.form:
        return _look_with(ident, _on_another_sheet)
    return _look_with(ident, _mapped)


def _narrowed(upload: Upload) -> Wish:
    header, value = request.form["only_header"], request.form.get("only_value", "")
    return replace(Wish.from_json(upload.wish), only={header: value} if header else {})


def _on_another_sheet(upload: Upload) -> Wish:
    """What was said about the columns of one sheet means nothing on another."""
    return Wish(sheet_name=request.form["sheet_name"] or None, school=upload.wish.get("school"))


def _mapped(upload: Upload) -> Wish:
    wish, headers = Wish.from_json(upload.wish), numbered(_file_headers(upload))
    mapping = {header: request.form.get(f"column-{place}") or None for place, header in enumerate(headers)}
    _refuse_doubles(mapping)
    cleared = [request.form.get(f"column-{place}") for place in request.form.getlist("clears")]
    headerless = bool(request.form.get("headerless")) if "layout" in request.form else wish.headerless
    if headerless != wish.headerless:
        return Wish(sheet_name=wish.sheet_name, school=wish.school, headerless=headerless)
    return replace(wish, mapping=mapping, blank_clears=tuple(name for name in cleared if name))


def _file_headers(upload: Upload) -> list[str]:
    return _advice(upload).get("headers") or [column["header"] for column in upload.summary["columns"]]


def _refuse_doubles(mapping: Mapping[str, str | None]) -> None:
    meant: dict[str, str] = {}
    for header, name in mapping.items():
        if name and meant.setdefault(name, header) != header:
            raise BadValue(
                N_("»%(one)s« und »%(other)s« können nicht beide dasselbe bedeuten. Bitte nur eine Spalte wählen."),
                one=meant[name], other=header,
            )  # fmt: skip


@bp.post("/<int:ident>/kind")
@needs(May.IMPORT_DEVICES, May.IMPORT_ALL)
def change_kind(ident: int) -> Any:
    """The file holds something else than was said: look at it as that, from the beginning."""
    actor, kind = current(), get_kind(request.form.get("kind", ""))
    kind.must_be_brought_by(actor)

    def another(upload: Upload) -> None:
        upload.kind, upload.wish = kind.name, Wish(school=upload.wish.get("school")).as_json()

    work.look_anew(home(), ident, another, by=actor, first=True)
    return redirect(url_for(".preview", ident=ident))


# --- cells and words --------------------------------------------------------------------------------------


@bp.post("/<int:ident>/mend")
@needs(May.IMPORT_DEVICES, May.IMPORT_ALL)
def mend(ident: int) -> Any:
    """Take every cell and word that is filled in on the page, and what the pressed button says."""
    return _look_with(ident, _mended)


def _mended(upload: Upload) -> Wish:
    wish = _with_cells(Wish.from_json(upload.wish), upload)
    wish = _with_words(wish, upload)
    act = _pressed()
    return ACTS[str(act["act"])](wish, upload, act) if act else wish


def _pressed() -> Mapping[str, Any]:
    """What a button says, as JSON; a button of an older page may say what nobody knows any more."""
    try:
        act = json.loads(request.form.get("do") or "{}")
    except (ValueError, RecursionError):
        act = {}
    return act if isinstance(act, dict) and str(act.get("act")) in ACTS else {}


def _with_cells(wish: Wish, upload: Upload) -> Wish:
    """The cells that say something else than before."""
    sheet, corrections = _sheet(upload, wish), {row: dict(texts) for row, texts in wish.corrections.items()}
    typed = {name for name in request.form if name.startswith("cell-")}
    numbers = {name.split("-")[1] for name in typed}
    for row in inbox.details(home(), upload, "problem"):
        if str(row["row"]) not in numbers:
            continue
        for cell in cells_of(row, upload, sheet):
            text = clean(request.form.get(cell.name, cell.value))[:LONGEST_TEXT]
            if text != clean(cell.value):
                corrections.setdefault(row["row"], {})[cell.header] = text
    return replace(wish, corrections=corrections)


def _with_words(wish: Wish, upload: Upload) -> Wish:
    """The words chosen for all rows that have another one."""
    for place, group in enumerate(_advice(upload).get("words", ())):
        meant = clean(request.form.get(f"word-{place}", ""))[:LONGEST_TEXT]
        if meant and request.form.get("seen") == upload.outlook_digest:
            wish = _with_word(wish, group["header"], group["text"], meant)
    return wish


def _with_word(wish: Wish, header: str, text: str, meant: str) -> Wish:
    words = {one: dict(texts) for one, texts in wish.words.items()}
    words.setdefault(header, {})[text] = meant
    return replace(wish, words=words)


def _sheet(upload: Upload, wish: Wish) -> Sheet:
    return get_kind(upload.kind).sheet(db.session(), new_categories=wish.new_categories)


def _word(wish: Wish, _upload: Upload, act: Mapping[str, Any]) -> Wish:
    return _with_word(wish, _text(act, "header"), _text(act, "text"), _text(act, "meant"))


def _category(wish: Wish, _upload: Upload, act: Mapping[str, Any]) -> Wish:
    if not current().scope(May.EDIT_CATALOGUE).everywhere:
        raise NotAllowed(N_("Neue Gerätearten legt nur das Schulverwaltungsamt an."))
    return replace(wish, new_categories=tuple(dict.fromkeys((*wish.new_categories, _text(act, "text")))))


def _dates(wish: Wish, _upload: Upload, act: Mapping[str, Any]) -> Wish:
    return replace(wish, day_first={**wish.day_first, _text(act, "header"): bool(act.get("day_first"))})


def _meaning(wish: Wish, _upload: Upload, act: Mapping[str, Any]) -> Wish:
    return replace(wish, mapping={**wish.mapping, _text(act, "header"): _text(act, "field") or None})


def _spelling(wish: Wish, upload: Upload, act: Mapping[str, Any]) -> Wish:
    """The stored spelling instead of a new thing, in all rows that would create it; a room is that of one school."""
    field, value, school = _text(act, "field"), _text(act, "value"), act.get("school_number")
    columns = {column["field"]: column["header"] for column in upload.summary["columns"]}
    if field not in columns:
        return wish
    if school is None:
        return _with_word(wish, columns[field], value, _text(act, "meant"))
    groups = (group for group in _advice(upload).get("new", ()) if group["field"] == field)
    items = (item for group in groups for item in group["items"])
    rows = [
        row
        for item in items
        if (item["value"], item["school_number"]) == (value, school)
        for row in item["in_rows"]
    ]
    corrections = {row: dict(texts) for row, texts in wish.corrections.items()}
    for row in rows:
        corrections.setdefault(row, {})[columns[field]] = _text(act, "meant")
    return replace(wish, corrections=corrections)


def _meanings(wish: Wish, _upload: Upload, act: Mapping[str, Any]) -> Wish:
    """What several columns mean, all said with one click."""
    said = act.get("fields")
    if not isinstance(said, dict):
        return wish
    named = {header: clean(str(said[header]))[:LONGEST_TEXT] or None for header in said}
    return replace(wish, mapping={**wish.mapping, **named})


def _advice(upload: Upload) -> Mapping[str, Any]:
    return upload.summary.get("advice") or {}


def _forget(_wish: Wish, upload: Upload, _act: Mapping[str, Any]) -> Wish:
    """As the file says it, nothing mended."""
    return replace(Wish.from_json(upload.wish), corrections={}, words={}, new_categories=())


def _text(act: Mapping[str, Any], name: str) -> str:
    return clean(str(act.get(name) or ""))[:LONGEST_TEXT]


ACTS: dict[str, Act] = {
    "word": _word,
    "category": _category,
    "dates": _dates,
    "meaning": _meaning,
    "meanings": _meanings,
    "spelling": _spelling,
    "forget": _forget,
}
