"""What later rooms know of a room: they may not be known here, so they draw their part of its page themselves."""

from __future__ import annotations

from collections.abc import Callable

from markupsafe import Markup
from sqlalchemy.orm import Session

from school_it.access import Actor
from school_it.schools.models import Room

Panel = Callable[[Session, Room, Actor], Markup | None]
"""A part of the page of a room, as safe HTML; None where this reader is to see none."""

_PANELS: list[Panel] = []


def shown_by(panel: Panel) -> None:
    """`panel` draws a part of the page of every room."""
    if panel not in _PANELS:
        _PANELS.append(panel)


def of_room(session: Session, room: Room, *, seen_by: Actor) -> list[Markup]:
    return [drawn for panel in _PANELS if (drawn := panel(session, room, seen_by)) is not None]
