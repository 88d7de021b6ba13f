"""A seeded town and programs that hold a token."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from school_it.access import Actor, Role
from school_it.accounts import actions as account_actions
from school_it.database import transaction
from school_it.devices import actions as device_actions
from school_it.devices import catalogue
from school_it.funding import actions as funding_actions
from school_it.funding.cost_plan import Planned
from school_it.funding.decisions import change_requests
from school_it.funding.rules import Financing
from school_it.licences import actions as licence_actions
from school_it.licences import seats
from school_it.network import actions as network_actions
from school_it.network.types.models import DeviceType
from school_it.network.types.rules import DeviceKind
from school_it.people.models import Membership, Person
from school_it.people.rules import PersonRole, findable, sort_name
from school_it.schools import actions as school_actions
from school_it.schools.models import School
from school_it.schools.rules import RoomUse


class Program:
    """A script with its token: ``program.get("/devices")`` asks ``/api/v1/devices``."""

    def __init__(self, app: Flask, token: str | None) -> None:
        self.app, self.token = app, token

    def ask(
        self, method: str, path: str, *, headers: dict[str, str] | None = None, **more: Any
    ) -> TestResponse:
        own = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        path = path if path.startswith("/api/") else f"/api/v1{path}"
        return self.app.test_client().open(path, method=method, headers={**own, **(headers or {})}, **more)

    def get(self, path: str, **more: Any) -> TestResponse:
        return self.ask("GET", path, **more)

    def post(self, path: str, json: Any = None, **more: Any) -> TestResponse:
        return self.ask("POST", path, json={} if json is None else json, **more)

    def patch(self, path: str, json: Any, version: int | None = None, **more: Any) -> TestResponse:
        seen = {} if version is None else {"If-Match": f'"{version}"'}
        return self.ask("PATCH", path, json=json, headers=seen, **more)


@pytest.fixture
def program(app: Flask, session: Session, house: Actor) -> Callable[..., Program]:
    """``program(Role.COORDINATOR, school)``: a script with the rights of that person."""

    def made(role: Role, *schools: School, scope: str = "write") -> Program:
        name = "-".join([role.value, scope, *(school.school_number for school in schools)])
        with transaction() as writing:
            user = account_actions.add_user(writing, name, password=None, by=house)
            there = [writing.merge(one) for one in schools]
            account_actions.grant_role(writing, user, role, schools=there, by=house)
            token = account_actions.make_token(writing, user, scope=scope, days=1, by=house)
        return Program(app, token)

    return made


@pytest.fixture
def office(program: Callable[..., Program]) -> Program:
    return program(Role.OFFICE)


@pytest.fixture
def coordinator(program: Callable[..., Program], school: School) -> Program:
    return program(Role.COORDINATOR, school)


@pytest.fixture
def auditor(program: Callable[..., Program]) -> Program:
    return program(Role.AUDITOR)


@pytest.fixture
def teacher(program: Callable[..., Program], school: School) -> Program:
    return program(Role.TEACHER, school)


@pytest.fixture(autouse=True)
def categories(session: Session, house: Actor) -> dict[str, int]:
    with transaction() as writing:
        return catalogue.ensure_categories(writing, by=house)


@pytest.fixture
def add_device(categories: dict[str, int], house: Actor) -> Callable[..., str]:
    """``add_device("IT-1", school, model="X")`` returns the inventory number."""

    def added(tag: str, school: School | None, *, category: str = "Tablet", **values: Any) -> str:
        own = {
            "asset_tag": tag,
            "category_id": categories[category],
            "school_id": school.id if school else None,
        }
        with transaction() as writing:
            return device_actions.add_device(writing, {**own, **values}, by=house).asset_tag

    return added


@pytest.fixture
def add_room(house: Actor) -> Callable[..., str]:
    def added(school: School, number: str, **values: Any) -> str:
        with transaction() as writing:
            there = writing.merge(school)
            return school_actions.add_room(writing, there, {"room": number, **values}, by=house).room

    return added


@pytest.fixture
def add_person(session: Session) -> Callable[..., int]:
    def added(family_name: str, *schools: School, role: PersonRole = PersonRole.PUPIL, **values: Any) -> int:
        given = values.pop("given_name", "Mia")
        told = {"source": "file", "stable_id": family_name, "record_id": f"R-{family_name}", **values}
        with transaction() as writing:
            person = Person(
                role=role, given_name=given, family_name=family_name, school_id=schools[0].id, **told
            )
            person.sort_name, person.folded = sort_name(given, family_name), findable(given, family_name)
            person.memberships = [Membership(school_id=school.id) for school in schools]
            writing.add(person)
            writing.flush()
            return person.id

    return added


@pytest.fixture
def device(school: School, add_device: Callable[..., str]) -> str:
    return add_device("A-1", school, manufacturer="Beispiel", model="Tafel 3", serial_number="SN1")


@pytest.fixture
def room(school: School, add_room: Callable[..., str]) -> str:
    return add_room(school, "1.07", name="Klasse 3b", use=RoomUse.CLASSROOM, seats=28)


@contextmanager
def guarded_forms(app: Flask) -> Iterator[None]:
    """With the check of forms switched on, as in production."""
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        yield
    finally:
        app.config["WTF_CSRF_ENABLED"] = False


FUNDED_ON = date(2024, 5, 6)


@pytest.fixture
def book(session: Session, school: School, house: Actor) -> int:
    """A grant of 50,000.00 at 80 % with one receipt and a change asked for; gives the receipt's id."""
    with transaction() as writing:
        of: dict[str, Any] = {"code": "DP_TEST", "title": "Programm", "items": ("2.3",)}
        programme = funding_actions.add_programme(
            writing, {**of, "financing": Financing.SHARE, "rate": Decimal("0.8")}, by=house
        )
        decision = {
            "file_reference": "48.03-17/24",
            "decision_date": FUNDED_ON,
            "period_to": date(2025, 9, 30),
        }
        grant = funding_actions.add_grant(
            writing, "DT/24-1", programme, None, {**decision, "eligible": Decimal(50000)}, by=house
        )
        receipt = {
            "receipt_no": "1", "category": "2.3", "order_date": FUNDED_ON, "invoice_date": FUNDED_ON,
            "payment_date": FUNDED_ON, "payee": "Beispieltechnik GmbH", "invoice_no": "RE-1", "subject": "Tablets",
            "invoice_gross": Decimal("9800"), "paid_amount": Decimal("9604"),
        }  # fmt: skip
        wanted = {"requested_on": FUNDED_ON, "reason": "Mehr Tablets, weniger Tafeln.", "declared": True}
        plan = {"2.3": Planned(Decimal(52000), Decimal(50000))}
        change_requests.ask(writing, grant.decisions[0], wanted, plan, by=house)
        there = writing.merge(school)
        return funding_actions.add_receipt(writing, grant, there, receipt, by=house).id


@pytest.fixture
def licence(session: Session, school: School, house: Actor, add_person: Callable[..., int]) -> str:
    """Seats for all schools; one is given to a pupil of the 07B, where there is one more pupil."""
    _unseated, seated = [add_person(name, school, school_class="07B") for name in ("Aydin", "Brandt")]
    with transaction() as writing:
        values = {"licence_no": "L-1", "product": "Lernapp", "seats": 300, "price_gross": Decimal("900.00")}
        bought = licence_actions.add_licence(writing, values, by=house)
        seats.give_seat(writing, bought, writing.get_one(Person, seated), by=house)
        return bought.licence_no


@pytest.fixture
def outlet(school: School, room: str, house: Actor, add_device: Callable[..., str]) -> str:
    """An outlet with a printer in it, patched to a port of a switch of a known type; its name."""
    port = {"name": "Gi1/0/13", "kind": "interface", "type": "1000base-t"}
    with transaction() as writing:
        writing.add(DeviceType(manufacturer="Knotenpunkt", model="S48", slug="knotenpunkt-s48", kind=DeviceKind.SWITCH,
                               u_height=Decimal(1), ports=[port]))  # fmt: skip
    add_device("SW-1", school, category="Switch", manufacturer="Knotenpunkt", model="S48")
    chain = {"rack": "EV2", "panel": "PF1", "panel_port": "13", "switch": "SW-1", "switch_port": "Gi1/0/13"}
    with transaction() as writing:
        values = {"outlet": "1.07-D1", "room": room, **chain, "vlan": "20", "connected": "Drucker"}
        return network_actions.add_outlet(writing, writing.merge(school), values, by=house).outlet
