"""Two people who plug into the same port in the same moment: one of them gets it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from school_it.access import Actor
from school_it.database import db, transaction
from school_it.errors import RuleBroken
from school_it.network import actions
from school_it.network.models import Outlet
from school_it.schools import queries as school_queries

AT_ONCE = 6


@pytest.mark.usefixtures("rooms")
def test_a_port_is_won_by_exactly_one_of_many_at_once(app: Flask, session: Session, house: Actor) -> None:
    session.rollback()
    start = Barrier(AT_ONCE)

    def plug_in(number: int) -> str:
        with app.app_context():
            start.wait(10)
            values = {
                "outlet": f"D{number}",
                "room": "1.07",
                "rack": "EV1",
                "panel": "PF1",
                "panel_port": "1",
            }
            try:
                with transaction() as writing:
                    here = school_queries.get_school(writing, "115514", seen_by=house)
                    actions.add_outlet(writing, here, values, by=house)
            except RuleBroken as refused:
                return str(refused)
            finally:
                db.session.remove()
            return "won"

    with ThreadPoolExecutor(AT_ONCE) as many:
        told = list(many.map(plug_in, range(AT_ONCE)))
    assert told.count("won") == 1
    (winner,) = session.scalars(select(Outlet.outlet))
    assert all(f"schon mit der Dose {winner} belegt" in one for one in told if one != "won")
