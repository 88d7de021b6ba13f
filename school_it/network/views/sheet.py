"""The sheet of a room: one page to print and hang up, with its outlets, devices and a label that leads back here."""

from __future__ import annotations

from typing import Any

from flask import url_for
from markupsafe import Markup

from school_it.access import May, current, needs
from school_it.database import db, today
from school_it.errors import N_, NotThere
from school_it.network import queries
from school_it.network.views.blueprint import bp
from school_it.network.views.outlets import gaps_of
from school_it.network.wiring import queries as wired
from school_it.network.wiring import tracing
from school_it.schools import queries as school_queries
from school_it.web import page


@bp.get("/rooms/<number>/<path:room>/sheet")
@needs(May.SEE_NETWORK)
def room_sheet(number: str, room: str) -> Any:
    session, actor = db.session(), current()
    school = school_queries.get_school(session, number, seen_by=actor, may=May.SEE_NETWORK)
    found = school_queries.find_room(session, school.id, room)
    if found is None:
        raise NotThere(N_("Diesen Raum gibt es hier nicht."))
    outlets = list(queries.in_room(session, found.id))
    devices = (
        wired.devices_in_room(session, found.id) if actor.scope(May.SEE_DEVICES).holds(school.id) else []
    )
    address = url_for("schools.room", number=number, room=found.room, _external=True)
    return page(
        "network/room_sheet.html",
        school=school,
        room=found,
        outlets=outlets,
        chains=tracing.of_outlets(session, outlets, seen_by=actor),
        gaps=gaps_of(session, outlets),
        devices=devices,
        code=code(address),
        address=address,
        today=today(),
    )


def code(address: str) -> Markup:
    """A QR code of an address as SVG without a style attribute."""
    import segno

    drawn = segno.make(address, error="m", micro=False)
    text = drawn.svg_inline(border=4, svgclass="label__picture", lineclass="label__code", omitsize=True)
    return Markup(text)  # noqa: S704  drawn here, holds no text of anybody
