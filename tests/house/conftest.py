"""The town of `tests.house.world`, new for every test."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from school_it.access import Actor
from tests.house import world as worlds
from tests.house.world import World


@pytest.fixture
def world(session: Session, house: Actor) -> World:
    return worlds.build(house)
