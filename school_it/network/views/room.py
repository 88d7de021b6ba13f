"""The outlets of a room, as a part of its page."""

from __future__ import annotations

from flask import render_template
from markupsafe import Markup
from sqlalchemy.orm import Session

from school_it.access import Actor, May
from school_it.network import queries
from school_it.network.views.outlets import gaps_of
from school_it.network.wiring import tracing
from school_it.schools import panels
from school_it.schools.models import Room


def panel(session: Session, room: Room, seen_by: Actor) -> Markup | None:
    if not seen_by.scope(May.SEE_NETWORK).holds(room.school_id):
        return None
    outlets = list(queries.in_room(session, room.id))
    drawn = render_template(
        "network/in_room.html",
        room=room,
        outlets=outlets,
        gaps=gaps_of(session, outlets),
        chains=tracing.of_outlets(session, outlets, seen_by=seen_by),
        editable=seen_by.scope(May.EDIT_NETWORK).holds(room.school_id),
    )
    return Markup(drawn)  # noqa: S704  a template's


panels.shown_by(panel)
