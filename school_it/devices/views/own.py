"""What somebody has from the school: for reading only."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from school_it.access import May, current, needs
from school_it.database import db, today
from school_it.devices import queries, rules
from school_it.web import page

bp = Blueprint("own_devices", __name__, url_prefix="/my-devices")


@bp.get("")
@needs(May.SEE_OWN_DEVICES)
def index() -> Any:
    person_id = current().person_id
    devices = queries.devices_of_person(db.session(), person_id) if person_id is not None else []
    return page(
        "devices/mine.html", devices=devices, known=person_id is not None, states=rules.STATES, today=today()
    )
