"""Ports: lists, racks and traces at 100,000 ports against 1,000, each from the program itself."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import create_app
from bench.measuring import Result, compare, own_cpu
from school_it import access, audit
from school_it.access import Role
from school_it.accounts import actions as account_actions
from school_it.database import db, transaction
from school_it.devices import catalogue, many
from school_it.network.intake import OutletIntake
from school_it.network.types.models import DeviceType
from school_it.network.types.rules import DeviceKind
from school_it.network.wiring.models import NetworkPort
from school_it.schools import actions as school_actions
from school_it.schools.rules import SchoolType
from school_it.sheets import Row

SCHOOLS = 100
FEW, MANY = 1, SCHOOLS  # of them with a network, about a thousand ports each
SWITCHES, OF_A_SWITCH, OUTLETS, OF_A_PANEL, OF_A_ROOM = 10, 48, 260, 24, 8
PASSWORD = "only for measuring"  # noqa: S105  signs in nowhere
PAGES = (
    ("outlets of a school", "/network?school=100001"),
    ("search for an outlet", "/network?school=100001&q=D259"),
    ("racks of a school", "/network/racks?school=100001"),
    ("a rack", "/network/racks/1"),
    ("switches of a school", "/network/switches?school=100001"),
    ("ports of a switch", "/network/switches/S1-1"),
    ("a port with its chain", "/network/ports/13"),
    ("an outlet with its chain", "/network/outlets/13"),
    ("sheet of a room", "/network/rooms/100001/R1/sheet"),
)


def network(_most: int) -> Iterator[Result]:
    with tempfile.TemporaryDirectory() as folder:
        small, large = (_Town(Path(folder) / str(size), size) for size in (FEW, MANY))
        for what, path in PAGES:
            yield compare(
                "PORTS", f"{what}, {large.ports:,} ÷ {small.ports:,} ports", 1.5, partial(large.page, path),
                partial(small.page, path),
            )  # fmt: skip


class _Town:
    """Schools that are alike: switches, panels, and outlets patched to them."""

    def __init__(self, home: Path, wired: int) -> None:
        home.mkdir()
        self.app: Flask = create_app(
            {"HOME": str(home), "SECRET_KEY": "only for measuring, never to sign in", "TESTING": True,
             "WTF_CSRF_ENABLED": False, "IDLE_MINUTES": 600, "DATABASE_URL": f"sqlite:///{home / 'town.db'}"}
        )  # fmt: skip
        self.by = access.house("bench")
        with self.app.app_context():
            db.create_all()
            with transaction() as session:
                user = account_actions.add_user(session, "amt", password=PASSWORD, by=self.by)
                account_actions.grant_role(session, user, Role.OFFICE, schools=[], by=self.by)
                session.add(_switch_type())
            for number in range(1, SCHOOLS + 1):
                with transaction() as session:
                    self._add_school(session, number, wired=number <= wired)
            self.ports = db.session().scalar(select(func.count()).select_from(NetworkPort)) or 0
            db.session.remove()
        self.browser = self.app.test_client()
        self.browser.post("/login", data={"name": "amt", "password": PASSWORD})

    def _add_school(self, session: Session, number: int, *, wired: bool) -> None:
        code = f"1{number:05d}"
        values = {"school_number": code, "name": f"Schule {number}", "school_type": SchoolType.G}
        school = school_actions.add_school(session, values, by=self.by)
        if not wired:
            return
        for room in range(1, OUTLETS // OF_A_ROOM + 2):
            school_actions.add_room(session, school, {"room": f"R{room}"}, by=self.by)
        category = catalogue.ensure_categories(session, by=self.by)["Switch"]
        shared = {"category_id": category, "school_id": school.id, "manufacturer": "Bench", "model": "S48"}
        tags = [f"S{number}-{place}" for place in range(1, SWITCHES + 1)]
        many.add_many(session, shared, tags=tags, by=self.by)
        rows = [Row(place + 1, _outlet(code, tags, place)) for place in range(OUTLETS)]
        batch = audit.begin_batch(session, "import.outlets", by=self.by, title="bench")
        OutletIntake().write(session, rows, [], by=self.by, batch=batch)

    def page(self, path: str) -> float:
        def ask() -> None:
            answer = self.browser.get(path)
            if answer.status_code != 200:
                raise RuntimeError(f"{path}: {answer.status_code}")

        return own_cpu(ask, 3)


def _switch_type() -> DeviceType:
    ports = [
        {"kind": "interface", "name": str(place), "type": "1000base-t", "poe": "type2-ieee802.3at"}
        for place in range(1, OF_A_SWITCH + 1)
    ]
    return DeviceType(
        manufacturer="Bench",
        model="S48",
        slug="bench-s48",
        kind=DeviceKind.SWITCH,
        poe_budget=370,
        ports=ports,
    )


def _outlet(code: str, tags: list[str], place: int) -> dict[str, str]:
    panel, port = divmod(place, OF_A_PANEL)
    switch, at = divmod(place, OF_A_SWITCH)
    return {
        "school_number": code, "room": f"R{place // OF_A_ROOM + 1}", "outlet": f"D{place}",
        "rack": f"EV{panel // 6 + 1}", "panel": f"PF{panel % 6 + 1}", "panel_port": str(port + 1),
        "switch": tags[switch], "switch_port": str(at + 1), "vlan": "20",
    }  # fmt: skip
