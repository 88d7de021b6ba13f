"""At night outlets are joined with the racks and ports that their lists name."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from school_it.access import Actor
from school_it.database import transaction
from school_it.network import actions
from school_it.network.wiring.models import Panel, Plug, Rack
from school_it.schools import actions as school_actions
from school_it.schools.models import School


def test_outlets_of_a_time_before_racks_were_kept_are_plugged(
    app: Flask, session: Session, school: School, house: Actor
) -> None:
    with transaction() as writing:
        there = writing.get_one(School, school.id)
        school_actions.add_room(writing, there, {"room": "1.07"}, by=house)
        values = {"outlet": "1.07-D1", "room": "1.07", "rack": "EV1", "panel": "PF1", "panel_port": "13"}
        actions.add_outlet(writing, there, values, by=house)
        for model in (Plug, Panel, Rack):
            writing.execute(delete(model))
    _a_night(app)
    assert session.scalar(select(func.count()).select_from(Plug)) == 2
    assert session.scalars(select(Rack.name)).all() == ["EV1"]


def _a_night(app: Flask) -> None:
    done = app.test_cli_runner().invoke(args=["nightly", "--json"])
    assert done.exit_code == 0, done.output
