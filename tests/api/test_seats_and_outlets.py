"""Seats of licences and network outlets through the API: what generated requests cannot know."""

from __future__ import annotations

import threading
from collections.abc import Callable
from itertools import combinations
from typing import Any

import jsonschema_rs
import pytest
from flask import Flask
from sqlalchemy import event
from sqlalchemy.orm import Session

from school_it.access import Actor, Role
from school_it.database import db, transaction
from school_it.licences import actions as licence_actions
from school_it.licences.rules import Basis
from school_it.network import actions as network_actions
from school_it.schools.models import School
from tests.api.conftest import Program

Programs = Callable[..., Program]
AddPerson = Callable[..., int]


@pytest.fixture
def buy(session: Session, house: Actor) -> Callable[..., str]:
    """``buy("L-2", 5, Basis.DEVICE, school)``: so many seats; gives the number of the licence."""

    def bought(number: str, seats: int, basis: Basis | None = None, school: School | None = None) -> str:
        values = {"licence_no": number, "product": "Lernapp", "seats": seats, "basis": basis}
        with transaction() as writing:
            school_id = school.id if school else None
            return licence_actions.add_licence(
                writing, {**values, "school_id": school_id}, by=house
            ).licence_no

    return bought


def statements(program: Program, path: str) -> int:
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        asked.append(statement)

    program.get(path)  # the first request of a token writes when it was used
    engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        assert program.get(path).status_code == 200
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return len(asked)


def test_seats_are_paged_to_the_last_and_read_in_one_go(
    office: Program, school: School, licence: str, add_person: AddPerson
) -> None:
    few = statements(office, "/licences/L-1/seats")
    people = [add_person(f"Neu{number:02d}", school, school_class="08A") for number in range(12)]
    assert office.post("/licences/L-1/seats", {"school_class": "8a"}).get_json()["seats"] == 12
    assert statements(office, "/licences/L-1/seats") == few
    address, found = "/licences/L-1/seats?limit=5&school_class=8a", []
    while address:
        page = office.get(address).get_json()
        assert len(page["items"]) <= 5
        found += [one["person"] for one in page["items"]]
        address = page["next"]
    assert found == people


def test_a_seat_says_its_group_and_the_group_ends_by_that(
    office: Program, school: School, licence: str
) -> None:
    given = office.post("/licences/L-1/seats", {"school_class": "07B"}).get_json()
    assert (given["id"], given["seats"]) == (given["group_id"], 1)  # the other pupil had one
    of_group = f"/licences/L-1/seats?group={given['id']}"
    (seat,) = office.get(of_group).get_json()["items"]
    assert (seat["group_id"], seat["group"], seat["released_on"]) == (given["id"], "Klasse 07B", None)
    assert office.get("/licences/L-1/seats?group=group-0").get_json()["items"] == []
    assert office.get("/licences/L-1/seats?group=7").status_code == 422
    ended = office.ask("DELETE", f"/licences/L-1/seats/{seat['group_id']}").get_json()
    assert ended["seats"] == 1
    assert ended["released_on"] is not None
    assert office.get(of_group).get_json()["items"] == []
    (released,) = office.get(f"{of_group}&state=released").get_json()["items"]
    assert released == {**seat, "released_on": ended["released_on"]}


def test_a_school_has_its_seat_by_its_number_alone(
    office: Program, school: School, other_school: School, buy: Callable[..., str]
) -> None:
    path = f"/licences/{buy('S-1', 1, Basis.SCHOOL)}/seats"
    seat = office.post(path, {"school_number": school.school_number}).get_json()
    assert (seat["kind"], seat["school_number"], seat["school_class"]) == (
        "Schule",
        school.school_number,
        None,
    )
    assert office.post(path, {"school_number": other_school.school_number}).status_code == 409
    by_person = f"/licences/{buy('P-1', 1)}/seats"
    assert office.post(by_person, {"school_number": school.school_number}).status_code == 422


def test_who_may_stand_together_is_described_as_it_is_taken(office: Program, licence: str) -> None:
    """Whatever is refused for its fields alone is told at no field."""
    shapes = office.get("/api/v1/openapi.json").get_json()["components"]["schemas"]
    described = jsonschema_rs.validator_for(shapes["NewSeat"])
    values = {"person": 999, "device": "X-9", "school_class": "9z", "school_number": "199999", "reason": "x"}
    for names in (some for size in range(6) for some in combinations(values, size)):
        body = {name: values[name] for name in names}
        refused = office.post("/licences/L-1/seats", body)
        assert refused.status_code == 422
        assert described.is_valid(body) is ("" not in refused.get_json().get("errors", {})), names


@pytest.mark.parametrize("more", [{"person": 1}, {"device": "A-1"}])
def test_a_school_beside_a_person_or_device_is_refused_not_passed_over(
    office: Program, school: School, device: str, licence: str, more: dict[str, object]
) -> None:
    refused = office.post("/licences/L-1/seats", {**more, "school_number": school.school_number})
    assert refused.status_code == 422


def test_a_class_never_means_the_devices_of_its_school(
    office: Program, school: School, device: str, add_person: AddPerson, buy: Callable[..., str]
) -> None:
    add_person("Aydin", school, school_class="07B")
    path = f"/licences/{buy('D-1', 9, Basis.DEVICE, school)}/seats"
    refused = office.post(path, {"school_class": "07B"})
    assert (refused.status_code, refused.get_json()["detail"]) == (
        422,
        "Ein Platz dieser Lizenz gilt für: Gerät.",
    )
    assert office.get(path).get_json()["items"] == []


def test_of_many_at_once_one_wins_the_last_seat(
    app: Flask, program: Programs, school: School, add_person: AddPerson, buy: Callable[..., str]
) -> None:
    people = [add_person(f"Viele{number}", school) for number in range(6)]
    path, office = f"/licences/{buy('E-1', 1)}/seats", program(Role.OFFICE)
    start, answers = threading.Barrier(len(people)), list[int]()

    def want(person: int) -> None:
        start.wait()
        answers.append(office.post(path, {"person": person}).status_code)

    threads = [threading.Thread(target=want, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [201, *[409] * 5]
    assert office.get("/licences/E-1").get_json()["seats_free"] == 0


def test_a_coordinator_meets_only_the_own_school(
    program: Programs,
    house: Actor,
    school: School,
    other_school: School,
    licence: str,
    outlet: str,
    add_person: AddPerson,
    add_room: Callable[..., str],
    buy: Callable[..., str],
) -> None:
    foreign = add_person("Fremd", other_school, school_class="07B")
    room = add_room(other_school, "A1")
    with transaction() as writing:
        network_actions.add_outlet(
            writing, writing.merge(other_school), {"outlet": "A1-D1", "room": room}, by=house
        )
    buy("O-1", 5, school=other_school)
    office, mine = program(Role.OFFICE), program(Role.COORDINATOR, school)
    seat = office.post("/licences/L-1/seats", {"person": foreign}).get_json()["id"]
    assert [one["licence_no"] for one in mine.get("/licences").get_json()["items"]] == ["L-1"]
    assert mine.get("/licences/L-1").get_json()["seats_used"] == 2  # what is free is true for everybody
    assert foreign not in [one["person"] for one in mine.get("/licences/L-1/seats").get_json()["items"]]
    assert [one["outlet"] for one in mine.get("/outlets").get_json()["items"]] == ["1.07-D1"]
    there = other_school.school_number
    for path in (
        "/licences/O-1", "/licences/O-1/seats", f"/outlets/{there}/A1-D1", f"/outlets/{there}/A1-D1/trace",
    ):  # fmt: skip
        assert mine.get(path).status_code == 404, path
        assert office.get(path).status_code == 200, path
    assert mine.ask("DELETE", f"/licences/L-1/seats/{seat}").status_code == 404
    for body in ({"person": foreign}, {"school_class": "07B", "school_number": there}):
        assert mine.post("/licences/L-1/seats", body).status_code == 422
    assert mine.post("/licences/O-1/seats", {"person": foreign}).status_code == 404
    over = mine.post("/licences/L-1/seats", {"school_class": "07B", "reason": "nachbestellt"})
    assert over.get_json()["seats"] == 1


def test_what_is_no_json_is_told_in_the_readers_language(office: Program, licence: str) -> None:
    given = {"headers": {"Content-Type": "application/json"}, "data": b"{"}
    broken = office.ask("POST", "/licences/L-1/seats", **given)
    assert (broken.status_code, broken.get_json()["detail"]) == (
        400,
        "Das ist kein JSON, das sich lesen lässt.",
    )
    form = office.ask("POST", "/licences/L-1/seats", data={"person": "1"})
    assert form.status_code == 415
    assert "Bitte die Daten als JSON schicken" in form.get_json()["detail"]


READING = (
    "/licences", "/licences/L-1", "/licences/L-1/seats", "/outlets", "/outlets/115514/1.07-D1",
    "/outlets/115514/1.07-D1/trace",
)  # fmt: skip
WRITING: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("POST", "/licences/L-1/seats", {"person": 1}),
    ("DELETE", "/licences/L-1/seats/1", {}),
)


def test_who_may_read_and_who_may_write(
    app: Flask, program: Programs, school: School, licence: str, outlet: str
) -> None:
    nobody, reader = Program(app, None), program(Role.OFFICE, scope="read")
    auditor, teacher = program(Role.AUDITOR), program(Role.TEACHER, school)
    for path in READING:
        answers = [one.get(path) for one in (nobody, teacher, reader, auditor)]
        assert [one.status_code for one in answers] == [401, 404, 200, 200], path
        assert answers[0].content_type == answers[1].content_type == "application/problem+json"
    for method, path, body in WRITING:
        refused = [one.ask(method, path, json=body) for one in (nobody, teacher, reader, auditor)]
        assert [one.status_code for one in refused] == [401, 403, 403, 403], path
    (left,) = reader.get("/licences/L-1/seats").get_json()["items"]
    assert (left["id"], left["released_on"]) == ("1", None)


def test_a_licence_and_an_outlet_are_read_with_their_version(
    office: Program, licence: str, outlet: str
) -> None:
    for path in ("/licences/L-1", "/outlets/115514/1.07-D1"):
        one = office.get(path)
        assert one.headers["ETag"] == f'"{one.get_json()["version"]}"'
    seat = office.post("/licences/L-1/seats", {"person": 1})
    assert seat.status_code == 201
    assert "ETag" not in seat.headers  # and none is described: a seat is given and released, never changed
    described = office.get("/api/v1/openapi.json").get_json()["paths"]
    assert "headers" not in described["/api/v1/licences/{licence_no}/seats"]["post"]["responses"]["201"]
