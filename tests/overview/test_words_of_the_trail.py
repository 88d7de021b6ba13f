"""The trail speaks of everything in words, whatever room it happened in."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from school_it.access import Actor
from school_it.audit import Entry
from school_it.demo.town import Size
from school_it.overview import trail
from tests import demo_town

COLUMN = re.compile(r"[a-z]+(_[a-z0-9]+)+|[a-z]+\.[a-z._]+")
CODE = re.compile(r"[a-z]+_[a-z_]+|\{'.*|\['.*|.*\d{3,}\.\d\d")


def test_nothing_of_a_town_is_told_by_the_names_of_columns_or_in_plain_amounts(
    app: Flask, session: Session, house: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    demo_town.build(Size(schools=2, devices=30, people=60), by=house)
    monkeypatch.setattr(trail, "current", lambda: house)
    entries = session.scalars(select(Entry).where(Entry.object_type.not_in(("people", "rooms")))).all()
    with app.test_request_context("/"):
        told = [
            (line.thing, *change) for line in trail.lines(session, entries) for change in line.event.changes
        ]
    assert len(told) > 1000
    assert {(thing, what) for thing, what, _before, _after in told if COLUMN.fullmatch(what)} == set()
    assert {(thing, what, after) for thing, what, _before, after in told if CODE.fullmatch(after)} == set()
    ledger = [after for thing, what, _before, after in told if (thing, what) == ("Anlage", "AHK")]
    assert {
        after for thing, what, _before, after in told if (what, after.isdigit()) == ("Gerät", True)
    } == set()
    assert ledger
    assert all(after.endswith("€") for after in ledger if after)
