"""The page of one file: what it would do, what has to be said, what can be mended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import current_app, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from imports import inbox, work
from imports.forms import ApplyForm, NarrowForm
from imports.models import Upload
from imports.outlook import WHAT
from imports.views.blueprint import home
from imports.views.classes import classes_of
from imports.views.reading import as_whole_page, asks_itself_again, has_rows, show_reading
from imports.wish import Wish
from school_it import cells, jobs
from school_it.access import May, current
from school_it.database import db, whole_number
from school_it.errors import N_
from school_it.funding import queries as funding_queries
from school_it.funding.sheet import RECEIPTS
from school_it.jobs import Job
from school_it.kinds import KINDS, Kind, get_kind
from school_it.people.class_moves import WHATS
from school_it.schools import queries as school_queries
from school_it.sheets import Sheet, match
from school_it.undo.trail import taken_back_by
from school_it.web import page, said
from school_it.web.fields import status_of

SHOWN_ROWS = 100
LISTS = {
    "devices": "devices.index", "people": "people.index", "licences": "licences.index", "outlets": "network.index",
    "schools": "schools.index", "rooms": "schools.index", "figures": "schools.index",
    "subnets": "network.addresses", "addresses": "network.addresses", "uplinks": "network.uplinks",
    "programmes": "funding.programmes", "grants": "funding.index", "receipts": "funding.index",
    "asset-ledger": "ledger.comparison", "useful-lives": "devices.categories",
}  # fmt: skip
CALLED = {
    "schools.index": N_("Schulen"),
    "funding.index": N_("Zuwendungen"),
    "ledger.comparison": N_("Abgleich mit der Kämmerei"),
    "devices.categories": N_("Gerätearten"),
}
"""What such a list is called where it is not called as the file is."""


@dataclass(frozen=True)
class Cell:
    """One cell of a faulty row that can be filled in on the page; `name` is that of its field."""

    name: str
    header: str
    value: str
    told: tuple[dict[str, Any], ...]
    words: tuple[str, ...] = ()
    above: bool = False  # settled for the whole column or for all rows with this text, at the top of the page


def show_preview(
    ident: int,
    form: ApplyForm,
    *,
    typed: Mapping[str, str] | None = None,
    refusal: str = "",
) -> Any:
    """`typed` is what somebody has filled in and could not be taken yet, for the reason in `refusal`."""
    session = db.session()
    upload = inbox.get_upload(session, ident, seen_by=current())
    if not has_rows(upload):
        return show_reading(session, upload)
    if asks_itself_again():
        return as_whole_page()
    kind, wish = get_kind(upload.kind), Wish.from_json(upload.wish)
    sheet = kind.sheet(session, new_categories=wish.new_categories)
    advice = upload.summary.get("advice") or {}
    is_open = upload.state == "preview" and inbox.may_work_on(upload, current())
    return page(
        "imports/preview.html",
        422 if refusal else status_of(form),
        upload=upload,
        summary=upload.summary,
        advice=advice,
        wish=wish,
        kind=kind,
        classes=classes_of(upload),
        whats=WHATS,
        form=form,
        narrow=_narrow_form(upload),
        open=is_open,
        typed=typed or {},
        refusal=refusal,
        **_shown_rows(upload, sheet),
        **_columns(upload, sheet, wish, typed or {}),
        **_story(session, upload),
        **(_choices(session, upload, sheet) if is_open else _NO_CHOICES),
        **_allowed(upload, wish),
    )


def _shown_rows(upload: Upload, sheet: Sheet) -> dict[str, Any]:
    """The part of the rows that the address asks for, with the cells that can be mended."""
    show, start = _shown(upload), whole_number(request.args.get("from", "")) or 0
    rows = list(inbox.details(home(), upload, show, start, SHOWN_ROWS))
    return {
        "show": show,
        "rows": rows,
        "cells": {row["row"]: cells_of(row, upload, sheet) for row in rows} if show == "problem" else {},
        "start": start,
        "total": upload.summary[show] if rows else 0,
        "step": SHOWN_ROWS,
        "parts_place": {name: request.args[name] for name in ("show", "from") if name in request.args},
    }


def _columns(upload: Upload, sheet: Sheet, wish: Wish, typed: Mapping[str, str]) -> dict[str, Any]:
    """What the columns of the file mean, and what has to be asked of them."""
    advice = upload.summary.get("advice") or {}
    asked = [one for one in advice.get("columns", ()) if one["guesses"]]
    return {
        "headers": {column.field: column.header for column in sheet.columns},
        "meanings": [(column.field, _(column.header)) for column in sheet.columns],
        "known": any(column["field"] for column in upload.summary["columns"]),
        "asked": asked,
        "at_once": _sayable_at_once(asked),
        "questions": [_question(one) for one in upload.summary.get("questions", ())],
        "mapped": _mapped(advice, wish, typed),
    }


def _story(session: Session, upload: Upload) -> dict[str, Any]:
    """What became of this file, and of the same bytes before."""
    return {
        "earlier": inbox.earlier(session, upload.kind, upload.digest),
        "taken_back": taken_back_by(session, upload.batch_id) if upload.batch_id else None,
        "place": _place(session, upload),
        "under_way": _under_way(session, upload),
    }


_NO_CHOICES: Mapping[str, Any] = {"twins": [], "schools": [], "grants": [], "better": None}


def _choices(session: Session, upload: Upload, sheet: Sheet) -> dict[str, Any]:
    """What can be chosen as long as nothing is taken over."""
    advice = upload.summary.get("advice") or {}
    return {
        "twins": inbox.twins(session, upload),
        "schools": _schools(session),
        "grants": funding_queries.grant_choices(session, seen_by=current())
        if "grant" in sheet.fields
        else [],
        "better": _better_kind(session, upload, advice),
    }


def _allowed(upload: Upload, wish: Wish) -> dict[str, Any]:
    """What the signed-in person may do with this file."""
    works_on = inbox.may_work_on(upload, current())
    has_headers = bool((upload.summary.get("advice") or {}).get("headers"))
    return {
        "may_fetch": works_on and inbox.path_of(home(), upload.digest).is_file(),
        "may_keep": works_on and not wish.profile and has_headers,
        "may_add_categories": current().scope(May.EDIT_CATALOGUE).everywhere,
        "other_kinds": [
            (one.name, _(one.title))
            for one in KINDS.values()
            if one.name != upload.kind and current().may(one.may)
        ],
    }


def _under_way(session: Session, upload: Upload) -> tuple[str, Job | None]:
    """What the worker is doing with this file, or why it came to nothing; and the job, as long as it is open."""
    job = work.job_of(session, upload)
    if upload.state != "preview" or job is None:
        return "", None
    if job.is_open:
        return _("Diese Datei wird gerade übernommen."), job
    why = upload.summary.get("said") or job.sentence
    return said(jobs.restored(why)) if why else "", None


def _shown(upload: Upload) -> str:
    show = request.args.get("show", "")
    return show if show in WHAT else next((what for what in WHAT if upload.summary[what]), "new")


def _mapped(advice: Mapping[str, Any], wish: Wish, typed: Mapping[str, str]) -> list[dict[str, Any]]:
    """The columns of the file for the table of meanings; `chosen` is as typed, as it is, or as guessed."""
    columns = [one for one in advice.get("columns", ()) if one["header"] in advice["headers"]]
    found = []
    for place, column in enumerate(columns):
        guessed = column["guesses"][0] if len(column["guesses"]) == 1 else None
        as_is = column["field"] or guessed
        chosen = typed.get(f"column-{place}", as_is)
        clears = bool(column["field"]) and column["field"] in wish.blank_clears
        found.append({**column, "chosen": chosen, "guessed": guessed, "clears": clears})
    return found


def _question(question: Mapping[str, Any]) -> dict[str, Any]:
    """With the first example as it would be read either way."""
    first = question["examples"][0]
    days = {way: f"{cells.read_date(first, way):%d.%m.%Y}" for way in (True, False)}
    return {**question, "day_first": days[True], "month_first": days[False]}


def _sayable_at_once(asked: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """What several columns mean, where each can mean one thing only and none of them the same."""
    meant = {one["header"]: one["guesses"][0] for one in asked if len(one["guesses"]) == 1}
    return meant if 1 < len(meant) == len(set(meant.values())) else {}


def _place(session: Session, upload: Upload) -> tuple[str, str] | None:
    """The page that lists what such a file brings, and its name; receipts brought from a grant are listed there."""
    endpoint = LISTS.get(upload.kind)
    if endpoint is None or endpoint not in current_app.view_functions:
        return None
    if upload.kind == "receipts" and current().may(May.SEE_FUNDING):
        words = Wish.from_json(upload.wish).words.get(RECEIPTS.column("grant").header, {})
        grant = funding_queries.find_grant(session, words.get("", ""))
        if grant is not None:
            return url_for("funding.receipts", ident=grant.id), _(
                "Belege von %(grant)s", grant=grant.reference
            )
    return url_for(endpoint), _(CALLED.get(endpoint) or get_kind(upload.kind).title)


def _schools(session: Session) -> list[tuple[str, str]]:
    return list(school_queries.choices(session, seen_by=current()))


def _narrow_form(upload: Upload) -> NarrowForm:
    narrow = NarrowForm(formdata=None)
    headers = [column["header"] for column in upload.summary["columns"]]
    narrow.only_header.choices = [("", "")] + [(header, header) for header in headers]
    only = Wish.from_json(upload.wish).only
    narrow.only_header.data, narrow.only_value.data = next(iter(only.items()), (None, None))
    return narrow


def _better_kind(session: Session, upload: Upload, advice: Mapping[str, Any]) -> Kind | None:
    """Another kind that knows more of the headers, where no row of the file could be taken."""
    summary = upload.summary
    if not summary["rows"] or summary["problem"] < summary["rows"]:
        return None
    headers = advice.get("headers") or [column["header"] for column in summary["columns"]]
    known = {
        name: sum(map(bool, match(kind.sheet(session), headers)))
        for name, kind in KINDS.items()
        if current().may(kind.may)
    }
    best = max(known, key=lambda name: known[name], default=upload.kind)
    return KINDS[best] if known.get(best, 0) > known.get(upload.kind, 0) else None


# --- the cells of a faulty row ------------------------------------------------------------------------------


def cells_of(row: Mapping[str, Any], upload: Upload, sheet: Sheet) -> list[Cell]:
    """What of a row can be filled in: the faulty cells, needed ones that are missing, and its keys if it has none."""
    columns = upload.summary["columns"]
    told: dict[str, list[dict[str, Any]]] = {}
    for one in row["told"]:
        for header in _headers_meant(one, columns, sheet):
            told.setdefault(header, []).append(one)
    return [_cell(row, header, told[header], upload, sheet) for header in told]


def _headers_meant(told: Mapping[str, Any], columns: Sequence[Mapping[str, Any]], sheet: Sheet) -> list[str]:
    if told["column"]:
        return [told["column"]]
    named = told["values"].get("header")
    if named in {column.header for column in sheet.columns}:
        return [str(named)]
    if "keys" not in told["values"]:
        return []
    by_field = {column["field"]: column["header"] for column in columns}
    names = dict.fromkeys(name for key in sheet.keys for name in key)
    return [by_field.get(name, sheet.column(name).header) for name in names]


def _cell(
    row: Mapping[str, Any],
    header: str,
    told: Sequence[dict[str, Any]],
    upload: Upload,
    sheet: Sheet,
) -> Cell:
    columns = upload.summary["columns"]
    place = next((spot for spot, column in enumerate(columns) if column["header"] == header), None)
    field = columns[place]["field"] if place is not None else None
    field = field or next((column.field for column in sheet.columns if column.header == header), None)
    value = next((one["value"] for one in told if one.get("value")), None)
    if value is None and field in row["fields"]:
        value = row["fields"][field][1]
    words = tuple(dict.fromkeys(sheet.column(field).type.words.values())) if field else ()
    name = f"cell-{row['row']}-{place if place is not None else field}"
    return Cell(
        name, header, value or "", tuple(told), words, _is_settled_above(upload, header, field, value or "")
    )


def _is_settled_above(upload: Upload, header: str, field: str | None, value: str) -> bool:
    advice = upload.summary.get("advice") or {}
    if not value and any(field in column["guesses"] for column in advice.get("columns", ())):
        return True
    asked = {question["header"] for question in upload.summary.get("questions", ())}
    return header in asked or any(
        (group["header"], group["text"]) == (header, value) and group["rows"] > 1
        for group in advice.get("words", ())
    )
