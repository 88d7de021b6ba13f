"""What a form of the network suggests while it is filled: rooms, places and devices of its school."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _

from school_it.database import db
from school_it.network.wiring import offers, queries, rules
from school_it.network.wiring.models import Rack
from school_it.schools import queries as school_queries
from school_it.schools.models import Room, School
from school_it.web.fields import Form


def _school(form: Form) -> School | None:
    """The school that the form is about, as soon as it can be only one of those that it offers."""
    numbers = [number for number, _name in form["school"].choices if number]
    chosen = numbers[0] if len(numbers) == 1 else form["school"].data
    return school_queries.find_school(db.session(), chosen) if chosen in numbers else None


def rooms(form: Form) -> Sequence[Room]:
    school = _school(form)
    return school_queries.rooms_of(db.session(), school) if school else []


def for_outlet(form: Form) -> dict[str, Any]:
    school, session = _school(form), db.session()
    if school is None:
        return {"rooms": [], "racks": [], "panels": [], "switches": []}
    return {
        "rooms": school_queries.rooms_of(session, school),
        "racks": offers.racks(session, school.id),
        "panels": offers.panels(session, school.id),
        "switches": offers.switches(session, school.id),
    }


def free_units(rack: Rack) -> str:
    """»frei: 1–27, 29, 31–36«"""
    spans = rules.free_units(rack.units, queries.taken_units(db.session(), rack.id))
    said = ", ".join(str(first) if first == last else f"{first}–{last}" for first, last in spans)
    return str(_("frei: %(units)s", units=said) if spans else _("Alle Höheneinheiten sind belegt."))
