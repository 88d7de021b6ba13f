"""The town of `tests.house.world`: two schools in which every text says whose it is, and somebody in every role."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from school_it.access import Actor
from tests.house import world as worlds
from tests.house.world import World, browser_of


@pytest.fixture
def world(session: Session, house: Actor) -> World:
    return worlds.build(house)


@pytest.fixture
def admin(app: Flask, world: World) -> FlaskClient:
    return browser_of(app, "admin")


@pytest.fixture
def coordinator(app: Flask, world: World) -> FlaskClient:
    return browser_of(app, "coordinator")
