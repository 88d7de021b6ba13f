"""The same rights as on the pages: what may not be seen is not there, what may only be seen is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from school_it.access import Role
from school_it.schools.models import School
from tests.api.conftest import Program, guarded_forms

READING = (
    "/schools", "/schools/115514", "/rooms", "/rooms/115514/1.07", "/devices", "/devices/A-1", "/people", "/jobs",
)  # fmt: skip
WRITING: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("POST", "/devices", {"category": "Tablet", "school_number": "115514"}),
    ("PATCH", "/devices/A-1", {"remark": "neu"}),
    ("POST", "/devices/A-1/hand-out", {"room": "1.07"}),
    ("POST", "/devices/A-1/return", {}),
)


@pytest.mark.parametrize("path", READING)
def test_without_a_token_nothing_is_read(app: Flask, device: str, room: str, path: str) -> None:
    answer = Program(app, None).get(path)
    assert (answer.status_code, answer.content_type) == (401, "application/problem+json")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(("method", "path", "body"), WRITING)
@pytest.mark.parametrize("token", [None, "", "sit_wrong"])
def test_without_a_token_nothing_is_written(
    app: Flask, device: str, room: str, method: str, path: str, body: Any, token: str | None
) -> None:
    answer = Program(app, token).ask(method, path, json=body, headers={"If-Match": '"1"'})
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")


@pytest.mark.parametrize(("method", "path", "body"), WRITING)
def test_a_cookie_opens_nothing(
    admin: FlaskClient, device: str, room: str, method: str, path: str, body: Any
) -> None:
    answer = admin.open(f"/api/v1{path}", method=method, json=body, headers={"If-Match": '"1"'})
    assert answer.status_code == 401


def test_a_token_writes_without_a_form(app: Flask, office: Program) -> None:
    with guarded_forms(app):
        assert office.post("/devices", {"category": "Tablet"}).status_code == 201


@pytest.mark.parametrize(("method", "path", "body"), WRITING)
def test_a_read_token_writes_nothing(
    program: Callable[..., Program], device: str, room: str, method: str, path: str, body: Any
) -> None:
    reader = program(Role.ADMIN, scope="read")
    answer = reader.ask(method, path, json=body, headers={"If-Match": '"1"'})
    assert (answer.status_code, answer.content_type) == (403, "application/problem+json")
    assert reader.get(f"/devices/{device}").get_json()["version"] == 1


@pytest.mark.parametrize("role", [Role.ADMIN, Role.OFFICE, Role.AUDITOR])
@pytest.mark.parametrize("path", READING)
def test_who_looks_after_all_schools_reads_all(
    program: Callable[..., Program], device: str, room: str, role: Role, path: str
) -> None:
    assert program(role).get(path).status_code == 200


@pytest.mark.parametrize("path", READING)
def test_a_coordinator_reads_their_school(coordinator: Program, device: str, room: str, path: str) -> None:
    assert coordinator.get(path).status_code == 200


@pytest.mark.parametrize("path", ["/devices", "/devices/A-1", "/people", "/people/1", "/jobs", "/jobs/1"])
def test_for_a_teacher_these_are_not_there(teacher: Program, device: str, path: str) -> None:
    assert teacher.get(path).status_code == 404


@pytest.mark.parametrize("who", ["auditor", "teacher"])
@pytest.mark.parametrize(("method", "path", "body"), WRITING)
def test_who_only_reads_is_refused(
    request: pytest.FixtureRequest, device: str, room: str, method: str, path: str, body: Any, who: str
) -> None:
    reader: Program = request.getfixturevalue(who)
    assert reader.ask(method, path, json=body, headers={"If-Match": '"1"'}).status_code == 403


@pytest.fixture
def stranger(program: Callable[..., Program], other_school: School) -> Program:
    """Coordinates another school."""
    return program(Role.COORDINATOR, other_school)


@pytest.mark.parametrize(
    "path", ["/schools/{}", "/rooms/{}/1.07", "/devices/{}", "/devices/{}/hand-out", "/devices/{}/return"]
)
def test_what_is_foreign_and_what_is_missing_look_alike(
    stranger: Program, school: School, device: str, room: str, path: str
) -> None:
    foreign, missing = ("A-1", "A-9") if "devices" in path else ("115514", "115515")
    method = "GET" if path.count("/") == 2 or "rooms" in path else "POST"
    body = {"room": "1.07"} if "hand-out" in path else {}
    told = [
        stranger.ask(method, path.format(one), json=body).get_data(as_text=True) for one in (foreign, missing)
    ]
    assert told[0].replace(foreign, "…") == told[1].replace(missing, "…")
    assert '"status":404' in told[0]


def test_a_foreign_device_cannot_be_changed(stranger: Program, device: str) -> None:
    assert stranger.patch("/devices/A-1", {"remark": "mein"}, 1).status_code == 404


def test_lists_hold_nothing_foreign(
    stranger: Program, device: str, room: str, school: School, add_person: Callable[..., int]
) -> None:
    add_person("Fremd", school)
    for path in (
        "/devices",
        "/rooms",
        "/people",
        "/devices?school=115514",
        "/rooms?school=115514",
        "/people?q=fremd",
    ):
        assert stranger.get(path).get_json() == {"items": [], "next": None}
    assert [one["school_number"] for one in stranger.get("/schools").get_json()["items"]] == ["167149"]


def test_devices_of_the_authority_are_for_those_of_all_schools(
    coordinator: Program, office: Program, add_device: Callable[..., str]
) -> None:
    add_device("T-1", None)
    assert coordinator.get("/devices/T-1").status_code == 404
    assert coordinator.get("/devices").get_json()["items"] == []
    assert office.get("/devices/T-1").get_json()["school_number"] is None
    assert coordinator.post("/devices", {"category": "Tablet"}).status_code == 403
    assert coordinator.post("/devices", {"category": "Tablet", "school_number": None}).status_code == 403


def test_nothing_goes_to_a_foreign_school(coordinator: Program, other_school: School, device: str) -> None:
    foreign = coordinator.post("/devices", {"category": "Tablet", "school_number": "167149"})
    missing = coordinator.post("/devices", {"category": "Tablet", "school_number": "167150"})
    assert (foreign.status_code, missing.status_code) == (422, 422)
    assert list(foreign.get_json()["errors"]) == list(missing.get_json()["errors"]) == ["school_number"]
    assert coordinator.patch("/devices/A-1", {"school_number": "167149"}, 1).status_code == 422
    assert coordinator.patch("/devices/A-1", {"school_number": None}, 1).status_code == 403
    assert coordinator.get("/devices/A-1").get_json()["version"] == 1


def test_nothing_is_handed_to_foreign_people_or_rooms(
    coordinator: Program,
    other_school: School,
    device: str,
    add_person: Callable[..., int],
    add_room: Callable[..., str],
) -> None:
    foreign = add_person("Fremd", other_school)
    add_room(other_school, "2.01")
    for body in ({"person": foreign}, {"person": foreign + 999}, {"room": "2.01"}, {"room": "9.99"}):
        assert coordinator.post("/devices/A-1/hand-out", body).status_code == 422
    assert coordinator.get("/devices/A-1").get_json()["holder"] is None


def test_people_are_told_to_the_office_in_full(
    office: Program, school: School, add_person: Callable[..., int]
) -> None:
    ident = add_person("Yılmaz", school, username="mia", email="mia@schule.example", school_class="07B")
    told = office.get(f"/people/{ident}").get_json()
    assert told == {
        "id": ident, "role": "Schüler", "given_name": "Mia", "family_name": "Yılmaz", "username": "mia",
        "school_number": "115514", "school_numbers": ["115514"], "school_class": "07B", "left_on": None,
        "record_id": "R-Yılmaz", "email": "mia@schule.example", "leaves_on": None,
    }  # fmt: skip
    assert office.get("/people").get_json()["items"] == [told]


def test_a_coordinator_is_told_what_lending_takes(
    coordinator: Program, school: School, other_school: School, add_person: Callable[..., int]
) -> None:
    ident = add_person("Yılmaz", other_school, school, username="mia", email="mia@schule.example")
    told = coordinator.get(f"/people/{ident}").get_json()
    assert told == {
        "id": ident, "role": "Schüler", "given_name": "Mia", "family_name": "Yılmaz", "username": "mia",
        "school_number": "115514", "school_numbers": ["115514"], "school_class": None, "left_on": None,
    }  # fmt: skip
    assert coordinator.get("/people").get_json()["items"] == [told]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_people_are_only_read(
    office: Program, school: School, add_person: Callable[..., int], method: str
) -> None:
    answer = office.ask(method, f"/people/{add_person('Yılmaz', school)}", json={"family_name": "X"})
    assert (answer.status_code, answer.content_type) == (405, "application/problem+json")


def test_pages_keep_their_own_errors(admin: FlaskClient) -> None:
    assert admin.get("/nothing-here").content_type == "text/html; charset=utf-8"
    assert admin.post("/schools/115514").content_type == "text/html; charset=utf-8"
    assert admin.get("/api/v1/nothing-here").content_type == "application/problem+json"
