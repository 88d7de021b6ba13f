"""Licences and their seats through the API: the same seats, the same refusals."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy.orm import Session

from school_it.access import Role
from school_it.licences import seat_queries
from school_it.licences.rules import Basis
from school_it.schools.models import School
from tests.api.conftest import Program
from tests.api.conftest import program as program  # a fixture
from tests.devices.conftest import AddDevice
from tests.devices.conftest import add_device as add_device  # fixtures
from tests.devices.conftest import categories as categories
from tests.licences.conftest import AddClass, Buy

Programs = Callable[..., Program]


def test_a_licence_is_listed_and_read_with_what_is_free(
    program: Programs,
    school: School,
    other_school: School,
    add_class: AddClass,
    buy: Buy,
) -> None:
    (ident,) = add_class(school, "07B", 1)
    buy(5, school), buy(7), buy(9, other_school)
    mine = program(Role.COORDINATOR, school)
    assert mine.post("/licences/L-5/seats", {"person": ident}).status_code == 201
    listed = mine.get("/licences").get_json()["items"]
    assert [(one["licence_no"], one["seats_used"], one["seats_free"]) for one in listed] == [
        ("L-5", 1, 4),
        ("L-7", 0, 7),
    ]
    one = mine.get("/licences/L-5")
    assert one.get_json()["school_number"] == school.school_number
    assert one.headers["ETag"] == '"1"'
    assert mine.get("/licences/L-9").status_code == 404
    assert "sealed" not in one.get_json()


def test_the_last_seat_is_given_once_and_then_409(
    program: Programs,
    session: Session,
    school: School,
    add_class: AddClass,
    buy: Buy,
) -> None:
    one, other = add_class(school, "07B", 2)
    licence = buy(1, school)
    mine = program(Role.COORDINATOR, school)
    key = {"headers": {"Idempotency-Key": "abc"}}
    made = mine.post("/licences/L-1/seats", {"person": one}, **key)
    again = mine.post("/licences/L-1/seats", {"person": one}, **key)
    assert (made.status_code, made.get_json()) == (again.status_code, again.get_json())
    refused = mine.post("/licences/L-1/seats", {"person": other})
    assert refused.status_code == 409
    assert refused.content_type == "application/problem+json"
    assert "0 von 1 sind frei" in refused.get_json()["detail"]
    seat = made.get_json()["id"]
    assert [row["person"] for row in mine.get("/licences/L-1/seats").get_json()["items"]] == [one]
    assert mine.ask("DELETE", f"/licences/L-1/seats/{seat}").status_code == 200
    assert mine.ask("DELETE", f"/licences/L-1/seats/{seat}").status_code == 404
    assert mine.post("/licences/L-1/seats", {"person": other}).status_code == 201
    over = mine.post("/licences/L-1/seats", {"person": one, "reason": "nachbestellt"})
    assert over.status_code == 201
    assert seat_queries.number_used(session, licence) == 2


def test_a_class_gets_a_seat_for_each_pupil_and_gives_them_back(
    program: Programs,
    session: Session,
    school: School,
    add_class: AddClass,
    buy: Buy,
) -> None:
    add_class(school, "07B", 3)
    licence, by_class = buy(5), buy(2, school, basis=Basis.CLASS)
    office, mine = program(Role.OFFICE), program(Role.COORDINATOR, school)
    wanted = {"school_class": "7 b"}
    assert program(Role.OFFICE, scope="read").post("/licences/L-5/seats", wanted).status_code == 403
    given = mine.post("/licences/L-5/seats", wanted)
    assert given.get_json()["seats"] == 3, given.get_json()
    assert office.post("/licences/L-5/seats", {**wanted, "school_number": "199999"}).status_code == 422
    assert mine.ask("DELETE", f"/licences/L-5/seats/{given.get_json()['id']}").get_json()["seats"] == 3
    assert seat_queries.number_used(session, licence) == 0
    assert mine.post("/licences/L-2/seats", wanted).get_json()["school_class"] == "07B"
    assert mine.post("/licences/L-2/seats", {"school_class": "9X"}).status_code == 422
    assert seat_queries.number_used(session, by_class) == 1


def test_a_device_gets_a_seat_and_what_a_program_may_not_say_is_refused(
    program: Programs,
    school: School,
    other_school: School,
    add_class: AddClass,
    add_device: AddDevice,
    buy: Buy,
) -> None:
    (foreign,) = add_class(other_school, "07B", 1)
    add_device("IT-1")
    buy(5, school, basis=Basis.DEVICE)
    mine = program(Role.COORDINATOR, school)
    assert mine.post("/licences/L-5/seats", {"device": "IT-1"}).get_json()["device"] == "IT-1"
    for body in ({}, {"device": "IT-1", "person": 1}, {"device": "IT-2"}, {"person": foreign}):
        assert mine.post("/licences/L-5/seats", body).status_code == 422, body
    assert mine.post("/licences/L-5/seats", {"device": "IT-1"}).status_code == 409
