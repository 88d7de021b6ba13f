"""A person's own columns, and lists saved under a name. Taste leaves no trace in the trail."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from school_it.access import Actor, May
from school_it.accounts.models import User
from school_it.devices import listing
from school_it.devices.models import SavedView
from school_it.errors import N_, BadValue, NotAllowed, NotThere

COLUMNS, START = "devices.columns", "devices.start_view"


def preferences(session: Session, actor: Actor) -> dict[str, Any]:
    return dict(session.scalar(select(User.preferences).where(User.id == actor.id)) or {})


def choose_columns(session: Session, names: Sequence[str], *, by: Actor) -> tuple[str, ...]:
    """Keep these columns for this person's lists of devices; none means the usual ones."""
    chosen = listing.chosen_columns(names)
    _prefer(session, by, COLUMNS, list(chosen))
    return chosen or listing.USUAL


def choose_start(session: Session, view: SavedView | None, *, by: Actor) -> None:
    """Open the list of devices with this view; None for the plain list."""
    _prefer(session, by, START, view.id if view else None)


def _prefer(session: Session, by: Actor, name: str, value: Any) -> None:
    known = preferences(session, by)
    session.execute(update(User).where(User.id == by.id).values(preferences={**known, name: value}))


def save_view(
    session: Session,
    name: str | None,
    query: str,
    *,
    school_id: int | None = None,
    for_all: bool = False,
    by: Actor,
) -> SavedView:
    """Save a list under a name; one's own view of that name is replaced.

    Only who reaches every school shares it with all.
    """
    if not name or by.id is None:
        raise BadValue(N_("Die Ansicht braucht einen Namen."))
    if for_all:
        by.must(May.EDIT_DEVICES, None)
    if school_id is not None:
        by.must(May.EDIT_DEVICES, school_id)
    known = session.scalar(
        select(SavedView).where(
            SavedView.owner_id == by.id, SavedView.list_name == "devices", SavedView.name == name
        )
    )
    view = known or SavedView(owner_id=by.id, name=name[:80])
    view.query, view.school_id, view.for_all = query[:1000], school_id, for_all
    session.add(view)
    session.flush()
    return view


def get_view(session: Session, ident: int, *, seen_by: Actor) -> SavedView:
    view = session.scalar(select(SavedView).where(SavedView.id == ident, listing.visible_views(seen_by)))
    if view is None:
        raise NotThere(N_("Diese Ansicht gibt es nicht mehr."))
    return view


def remove_view(session: Session, view: SavedView, *, by: Actor) -> None:
    if not view.belongs_to(by):
        raise NotAllowed(N_("Entfernen kann eine Ansicht nur, wer sie gespeichert hat."))
    session.delete(view)
