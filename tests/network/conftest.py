"""A school with rooms and a switch, and the electrician's list."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from school_it.access import Actor
from school_it.database import transaction
from school_it.devices import actions as device_actions
from school_it.devices import catalogue
from school_it.network.wiring.models import NetworkPort
from school_it.schools import actions as school_actions
from school_it.schools.models import School

HEADERS = (
    "SNR;Raum-Nr.;Dosen-Nr.;Schrank;Patchpanel;Port Patchfeld;Switch;Port Switch;VLAN-ID;Verwendung;Messdatum"
)
ONE = "115514;1.07;1.07-D1;EV2;PF1;13;SW-1;Gi1/0/13;20;Accesspoint;12.07.2024"
TWO = "115514;1.07;1.07-D2;EV2;PF1;14;;;;;"
Bring = Callable[..., tuple[int, Any]]


@pytest.fixture
def rooms(session: Session, house: Actor, school: School, other_school: School) -> None:
    """Two rooms at the first school, one at the second, a switch and a tablet."""
    with transaction() as writing:
        here, there = writing.merge(school), writing.merge(other_school)
        for at, room in ((here, "1.07"), (here, "1.08"), (there, "A1")):
            school_actions.add_room(writing, at, {"room": room}, by=house)
        known = catalogue.ensure_categories(writing, by=house)
        for tag, category in (("SW-1", "Switch"), ("T-1", "Tablet")):
            values = {"asset_tag": tag, "category_id": known[category], "school_id": here.id}
            device_actions.add_device(writing, values, by=house)


@pytest.fixture
def bring(app: Flask, rooms: None, tmp_path: Path) -> Bring:
    """``bring(ONE, TWO, options=("--partial",))``: exit code and the JSON of reading such a list."""

    def brought(*rows: str, options: tuple[str, ...] = (), headers: str = HEADERS) -> tuple[int, Any]:
        file = tmp_path / "dosen.csv"
        file.write_text("\n".join((headers, *rows)) + "\n", "utf-8")
        result = app.test_cli_runner().invoke(args=["import", "outlets", str(file), "--json", *options])
        assert result.stdout, (result.stderr, result.exception)
        return result.exit_code, json.loads(result.stdout)

    return brought


def ports_at(session: Session, device_id: int) -> list[int]:
    """The ids of the ports of a device, in their order."""
    wanted = select(NetworkPort.id).where(NetworkPort.device_id == device_id)
    return list(session.scalars(wanted.order_by(NetworkPort.position)))


def port_called(session: Session, device_id: int, name: str) -> int | None:
    wanted = select(NetworkPort.id).where(NetworkPort.device_id == device_id, NetworkPort.name == name)
    return session.scalar(wanted)
