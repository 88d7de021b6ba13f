"""What later rooms know of a room: they may not be known here, so they draw their part of its page themselves."""

from __future__ import annotations

from collections.abc import Callable

from markupsafe import Markup
from sqlalchemy.orm import Session

from school_it.access import Actor
from school_it.schools.models import Room, School

Panel = Callable[[Session, Room, Actor], Markup | None]
"""A part of the page of a room, as safe HTML; None where this reader is to see none."""

SchoolPanel = Callable[[Session, School, Actor], Markup | None]
"""Likewise of the page of a school."""

_PANELS: list[Panel] = []
_OF_SCHOOLS: list[SchoolPanel] = []


def shown_by(panel: Panel) -> None:
    """`panel` draws a part of the page of every room."""
    if panel not in _PANELS:
        _PANELS.append(panel)


def shown_at_school(panel: SchoolPanel) -> None:
    """`panel` draws a part of the page of every school."""
    if panel not in _OF_SCHOOLS:
        _OF_SCHOOLS.append(panel)


def of_school(session: Session, school: School, *, seen_by: Actor) -> list[Markup]:
    return [drawn for panel in _OF_SCHOOLS if (drawn := panel(session, school, seen_by)) is not None]


def of_room(session: Session, room: Room, *, seen_by: Actor) -> list[Markup]:
    return [drawn for panel in _PANELS if (drawn := panel(session, room, seen_by)) is not None]
