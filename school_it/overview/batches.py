"""What was done in one go, in words; and taking it back: a preview of what goes and what stays, then one button."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, redirect, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from wtforms import HiddenField

from school_it import undo
from school_it.access import May, current, needs
from school_it.audit import Action, Batch, Entry
from school_it.database import db, now
from school_it.errors import N_, NotAllowed
from school_it.overview import queries, trail
from school_it.people import queries as people_queries
from school_it.people.models import Person
from school_it.undo import Conflict, UndoPlan, work
from school_it.undo.planning import NOT_ONES_OWN, sample
from school_it.web import flash_done, page
from school_it.web.fields import Form, refusals_in, status_of

bp = Blueprint("batches", __name__)

SHOWN = 20
SHOWN_CONFLICTS = 200
KINDS = {
    "directory": N_("Abgleich mit dem Verzeichnis"),
    "people.leave": N_("Fällige Abgänge"),
    "devices.bulk": N_("Mehrere Geräte geändert"),
    "funding.bound": N_("Zweckbindung neu berechnet"),
    "devices.added": N_("Mehrere Geräte aufgenommen"),
    "network.plugged": N_("Accesspoints gesteckt"),
    "undo": N_("Zurückgenommen"),
}
COUNTS = {
    "rows": N_("Zeilen"),
    "new": N_("neu"),
    "changed": N_("geändert"),
    "same": N_("unverändert"),
    "left": N_("abgegangen"),
    "returned": N_("zurückgekehrt"),
    "problem": N_("mit Fehlern"),
    "skipped": N_("ausgelassen"),
    "undone": N_("zurückgegangen"),
    "conflict": N_("geblieben"),
}


class UndoForm(Form):
    """One button; `expected` is what the person has been shown."""

    expected = HiddenField()


@dataclass(frozen=True)
class Shown:
    """A row that goes back, in words: `changes` are (what, now, afterwards); none where it will be gone."""

    thing: str
    label: str
    address: str
    gone: bool
    changes: dict[str, list[str]]


@dataclass(frozen=True)
class Stays:
    """A row that stays, where to look at it, and why."""

    key: str
    address: str
    why: str


def in_words(batch: Batch) -> str:
    """What the act was: its own title, or its kind."""
    if batch.kind == undo.KIND:
        return str(_("Zurückgenommen: %(what)s", what=_(batch.title) if batch.title else batch.undoes_id))
    title = batch.title or KINDS.get(batch.kind, "")
    return str(_(title)) if title else batch.kind


def counted(batch: Batch) -> list[tuple[str, int]]:
    """The numbers of the act that say something, each with its word."""
    return [
        (_(word), batch.counts[name])
        for name, word in COUNTS.items()
        if isinstance(batch.counts.get(name), int) and batch.counts[name]
    ]


@bp.route("/batches/<int:ident>/undo", methods=["GET", "POST"])
@needs(May.IMPORT_DEVICES, May.IMPORT_ALL, May.RUN_SYNC, May.EDIT_DEVICES)
def take_back(ident: int) -> Any:
    """What would go back and what would stay; the button does just that, or shows anew what has changed."""
    session, actor = db.session(), current()
    batch = queries.get_batch(session, ident, seen_by=actor)
    against = undo.why_not(session, batch, by=actor)
    if against is not None:
        if against.text == NOT_ONES_OWN:
            raise NotAllowed(against.text)
        return redirect(url_for("overview.batch", ident=ident))
    form = UndoForm()
    if form.validate_on_submit():
        with refusals_in(form):
            done = _taken_back(ident, form.expected.data or "")
        if not form.errors:
            return redirect(done)
    return _preview(form, undo.plan(db.session(), undo.get_batch(db.session(), ident), by=actor))


def _taken_back(ident: int, expected: str) -> str:
    """Do it, or put it down as a job where it is much. Returns where to go then."""
    session = db.session()
    rows = undo.count_entries(session, ident)
    if rows > work.AT_ONCE:
        return url_for("jobs.job", number=work.put_down(ident, expected=expected, by=current()))
    if undo.take_back(ident, by=current(), expected=expected).made is not None:
        flash_done(_("Der Vorgang ist zurückgenommen."))
    return url_for("overview.batch", ident=ident)


def _preview(form: UndoForm, plan: UndoPlan) -> Any:
    session = db.session()
    form.expected.data = plan.digest
    return page(
        "overview/undo.html",
        status_of(form),
        form=form,
        plan=plan,
        batch=plan.batch,
        words=in_words(plan.batch),
        conflicts=_staying(session, plan.conflicts[:SHOWN_CONFLICTS]),
        kept=_staying(session, plan.kept[:SHOWN_CONFLICTS]),
        rows=_shown(session, plan),
        more=max(0, sum(map(len, plan.back.values())) - SHOWN),
        shown_conflicts=SHOWN_CONFLICTS,
    )


def _staying(session: Session, conflicts: Sequence[Conflict]) -> list[Stays]:
    names = _names(session, conflicts)
    return [
        Stays(
            names.get((one.table, one.ident), one.key),
            trail.address_of(one.table, one.ident, one.key),
            one.sentence.said_by(_),
        )
        for one in conflicts
    ]


def _names(session: Session, things: Iterable[Conflict | undo.Touched]) -> dict[tuple[str, int], str]:
    """The trail calls people by their number; a page may say who they are."""
    table = Person.__tablename__
    idents = [one.ident for one in things if one.table == table]
    return {(table, ident): name for ident, name in people_queries.names(session, idents).items()}


def _shown(session: Session, plan: UndoPlan) -> list[Shown]:
    """The first rows, worded as the trail will word them."""
    found = sample(plan, SHOWN)
    entries = list(_entries(thing for thing, _gone in found))
    lines, names = trail.lines(session, entries), _names(session, (thing for thing, _gone in found))
    return [
        Shown(
            line.thing,
            names.get((thing.table, thing.ident), line.label),
            trail.address_of(thing.table, thing.ident, thing.label),
            gone,
            {what: [before, after] for what, before, after in line.event.changes},
        )
        for line, (thing, gone) in zip(lines, found, strict=True)
    ]


def _entries(things: Iterable[undo.Touched]) -> Iterable[Entry]:
    """An entry for each row, as the undo would leave it; they are never stored."""
    for number, thing in enumerate(things, start=1):
        before, after = {**thing.before, **thing.personal_before}, {**thing.after, **thing.personal_after}
        yield Entry(
            id=-number,
            at=now(),
            actor_name="",
            via="",
            action=Action.ROW_REMOVED if thing.made else Action.ROW_PUT_BACK,
            object_type=thing.table,
            object_id=thing.ident,
            object_label=thing.label,
            changes={} if thing.made else {name: [after[name], value] for name, value in before.items()},
            facts={},
        )
