"""What may stand in a room is read with that room, and with no other."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.dialects import sqlite

from school_it.devices.models import Device, Handout
from school_it.network.wiring.models import Rack


@pytest.mark.parametrize("table", [Device, Handout, Rack])
def test_no_join_in_brackets_makes_sqlite_read_all_rooms(table: type[Device | Handout | Rack]) -> None:
    said = str(select(table).where(table.id == 1).compile(dialect=sqlite.dialect()))
    assert "JOIN rooms" in said
    assert "JOIN (" not in said
