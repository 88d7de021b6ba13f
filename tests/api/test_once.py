"""A POST with the same Idempotency-Key twice does it once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from school_it.access import Actor, Role
from school_it.database import db, now
from school_it.devices.models import Device, Handout
from school_it.operations.night import tidy
from school_it.web.once import IdempotencyKey
from tests.api.conftest import Program

KEY = {"Idempotency-Key": "6a9d2f0e-bestellung-7"}
TABLET = {"category": "Tablet", "model": "T 1"}


def how_many(table: Any) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(table)) or 0


def test_twice_is_once(office: Program, session: Session) -> None:
    first, second = (office.post("/devices", TABLET, headers=KEY) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.get_json() == second.get_json()
    assert first.headers["ETag"] == second.headers["ETag"]
    assert how_many(Device) == 1


def test_a_hand_out_and_a_return_are_done_once(
    office: Program, device: str, room: str, session: Session
) -> None:
    given = [
        office.post("/devices/A-1/hand-out", {"room": "1.07"}, headers=KEY).status_code for _ in range(2)
    ]
    assert (given, how_many(Handout)) == ([200, 200], 1)
    back = {"Idempotency-Key": "zurück".encode().hex()}
    returned = [office.post("/devices/A-1/return", headers=back) for _ in range(2)]
    assert [answer.status_code for answer in returned] == [200, 200]
    assert returned[0].get_json() == returned[1].get_json()


def test_without_a_key_twice_is_twice(office: Program, session: Session) -> None:
    office.post("/devices", TABLET)
    office.post("/devices", TABLET)
    assert how_many(Device) == 2


def test_the_same_key_with_another_body_is_refused(office: Program, session: Session) -> None:
    office.post("/devices", TABLET, headers=KEY)
    answer = office.post("/devices", {**TABLET, "model": "T 2"}, headers=KEY)
    assert (answer.status_code, answer.content_type) == (422, "application/problem+json")
    assert how_many(Device) == 1


def test_the_same_key_at_another_place_is_refused(office: Program, device: str, room: str) -> None:
    office.post("/devices/A-1/hand-out", {"room": "1.07"}, headers=KEY)
    assert office.post("/devices/A-2/hand-out", {"room": "1.07"}, headers=KEY).status_code == 422


def test_a_key_belongs_to_its_owner(
    office: Program, program: Callable[..., Program], session: Session
) -> None:
    office.post("/devices", TABLET, headers=KEY)
    assert program(Role.ADMIN).post("/devices", TABLET, headers=KEY).status_code == 201
    assert how_many(Device) == 2


def test_a_refusal_is_not_kept(office: Program, device: str, room: str, session: Session) -> None:
    body = {"category": "Tablet", "asset_tag": "A-1"}
    assert office.post("/devices", body, headers=KEY).status_code == 409
    assert how_many(IdempotencyKey) == 0
    assert office.post("/devices", {**body, "asset_tag": "A-2"}, headers=KEY).status_code == 201


def test_a_key_ends_after_a_day(office: Program, session: Session) -> None:
    office.post("/devices", TABLET, headers=KEY)
    with time_machine.travel(now() + timedelta(hours=23)):
        office.post("/devices", TABLET, headers=KEY)
    assert how_many(Device) == 1
    db.session.execute(IdempotencyKey.__table__.update().values(made_at=now() - timedelta(hours=25)))
    db.session.commit()
    office.post("/devices", TABLET, headers={"Idempotency-Key": b"ein anderer".hex()})
    assert how_many(IdempotencyKey) == 1


def test_the_night_forgets_old_answers(office: Program, session: Session, house: Actor) -> None:
    office.post("/devices", TABLET, headers=KEY)
    with time_machine.travel(now() + timedelta(hours=25)):
        tidy(SimpleNamespace(by=house))  # type: ignore[arg-type]
    assert how_many(IdempotencyKey) == 0


@pytest.mark.parametrize("key", ["", "x" * 201, "ä"])
def test_a_key_is_short_and_plain(office: Program, session: Session, key: str) -> None:
    assert office.post("/devices", TABLET, headers={"Idempotency-Key": key}).status_code == 422
    assert how_many(Device) == 0


@pytest.mark.parametrize("round_", range(3))
def test_many_at_once_do_it_once(office: Program, session: Session, round_: int) -> None:
    count = 8
    together = Barrier(count)

    def ask(_number: int) -> TestResponse:
        together.wait()
        return office.post("/devices", TABLET, headers=KEY)

    with ThreadPoolExecutor(count) as pool:
        answers = list(pool.map(ask, range(count)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.get_data() for answer in answers}) == 1
    assert how_many(Device) == 1


def test_of_many_at_once_one_gets_the_device(
    office: Program, device: str, room: str, session: Session
) -> None:
    count = 8
    together = Barrier(count)

    def ask(number: int) -> int:
        together.wait()
        return office.post(
            "/devices/A-1/hand-out", {"room": "1.07"}, headers={"Idempotency-Key": f"k{number}"}
        ).status_code

    with ThreadPoolExecutor(count) as pool:
        answers = sorted(pool.map(ask, range(count)))
    assert answers == [200, *[409] * (count - 1)]
    assert how_many(Handout) == 1
