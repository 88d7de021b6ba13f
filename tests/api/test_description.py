"""The API describes itself in OpenAPI 3.1, and whatever anybody sends, the answer keeps to the description."""

from __future__ import annotations

import contextvars
from collections.abc import Callable
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import allow_header_conformance, unsupported_method
from schemathesis.config import GenerationConfig, ProjectConfig, ProjectsConfig, SchemathesisConfig
from schemathesis.core.parameters import ParameterLocation
from sqlalchemy.orm import Session

from school_it.access import Role
from school_it.database import transaction
from school_it.devices.rules import STATES, USES, State
from school_it.jobs.models import Job, stored
from school_it.schools.models import School
from tests.api.conftest import Program

OPERATIONS = (
    "GET /api/v1/schools",
    "GET /api/v1/schools/{school_number}",
    "GET /api/v1/rooms",
    "GET /api/v1/rooms/{school_number}/{room}",
    "GET /api/v1/people",
    "GET /api/v1/people/{ident}",
    "GET /api/v1/devices",
    "GET /api/v1/devices/{asset_tag}",
    "POST /api/v1/devices",
    "PATCH /api/v1/devices/{asset_tag}",
    "POST /api/v1/devices/{asset_tag}/hand-out",
    "POST /api/v1/devices/{asset_tag}/return",
    "GET /api/v1/programmes",
    "GET /api/v1/programmes/{code}",
    "GET /api/v1/grants",
    "GET /api/v1/grants/{reference}",
    "GET /api/v1/receipts",
    "GET /api/v1/receipts/{ident}",
    "GET /api/v1/licences",
    "GET /api/v1/licences/{licence_no}",
    "GET /api/v1/licences/{licence_no}/seats",
    "POST /api/v1/licences/{licence_no}/seats",
    "DELETE /api/v1/licences/{licence_no}/seats/{seat}",
    "GET /api/v1/outlets",
    "GET /api/v1/outlets/{school_number}/{outlet}",
    "GET /api/v1/outlets/{school_number}/{outlet}/trace",
    "GET /api/v1/jobs",
    "GET /api/v1/jobs/{number}",
)
EXAMPLES = settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def description(app: Flask) -> dict[str, Any]:
    told: dict[str, Any] = app.test_client().get("/api/v1/openapi.json").get_json()
    return told


def test_it_names_every_operation(app: Flask, description: dict[str, Any]) -> None:
    assert description["openapi"].startswith("3.1")
    named = {f"{method.upper()} {path}" for path, one in description["paths"].items() for method in one if method in
             ("get", "post", "patch", "put", "delete")}  # fmt: skip
    assert named == {*OPERATIONS}


def test_every_view_says_what_it_needs(app: Flask) -> None:
    views = {rule.endpoint for rule in app.url_map.iter_rules() if rule.rule.startswith("/api/")}
    assert [name for name in views if not getattr(app.view_functions[name], "needs", ())] == ["openapi"]


def test_listed_words_are_those_of_the_sheets(description: dict[str, Any]) -> None:
    shapes = description["components"]["schemas"]
    assert shapes["Device"]["properties"]["state"]["enum"] == list(STATES.values())
    assert shapes["Device"]["properties"]["use"]["enum"] == [*USES.values(), None]
    assert STATES[State.DISPOSED] not in shapes["NewDevice"]["properties"]["state"]["enum"]


def test_nothing_is_said_of_pages(description: dict[str, Any]) -> None:
    assert all(path.startswith("/api/v1/") for path in description["paths"])
    assert description["security"] == [{"token": []}]


@pytest.fixture
def town(
    app: Flask,
    session: Session,
    school: School,
    device: str,
    room: str,
    add_device: Callable[..., str],
    add_person: Callable[..., int],
    program: Callable[..., Program],
    book: int,
    licence: str,
    outlet: str,
) -> Program:
    add_person("Yılmaz", school)
    add_device("A-2", school)
    with transaction() as writing:
        rights = {"grants": [], "person_id": None, "reads_only": False}
        writing.add(Job(kind="imports.apply", title=stored("Datei"), started_by_name="house", acting=rights))
    admin = program(Role.ADMIN)
    assert admin.post("/devices/A-2/hand-out", {"room": room}).status_code == 200
    return admin


@pytest.fixture
def api(app: Flask, town: Program) -> Any:
    config = SchemathesisConfig(projects=ProjectsConfig(default=ProjectConfig()))
    config.projects.default.generation.with_security_parameters = False
    # What is well formed can still name a school or a category that is not there, or an older version.
    config.projects.default.checks.positive_data_acceptance.expected_statuses += ["412", "422"]
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app, config=config)


KNOWN = {
    "school_number": "115514",
    "room": "1.07",
    "asset_tag": "A-1",
    "ident": 1,
    "number": 1,
    "code": "DP_TEST",
    "reference": "DT/24-1",
    "licence_no": "L-1",
    "seat": "1",
    "outlet": "1.07-D1",
}
VALUES = {
    "school_number": "115514",
    "room": "1.07",
    "category": "Tablet",
    "person": 1,
    "school_class": "7b",
    "due_on": "2999-12-31",
}


def at_known_address(case: Case) -> None:
    for name in KNOWN.keys() & (case.path_parameters or {}).keys():
        case.path_parameters[name] = KNOWN[name]
    if case.path.endswith("/return"):
        case.path_parameters["asset_tag"] = "A-2"


def in_our_town(case: Case) -> None:
    """Point a well-formed request at things that are there, so that it gets beyond the first look-up."""
    at_known_address(case)
    if isinstance(case.body, dict):
        case.body.update({name: VALUES[name] for name in VALUES.keys() & case.body.keys()})
    if case.method == "PATCH":
        case.body.pop("asset_tag", None)
        case.headers = {**(case.headers or {}), "If-Match": "*"}


def ask(case: Case, town: Program) -> int:
    """As a request of its own, which knows nothing of the test around it. Returns the status."""
    own = {"Authorization": f"Bearer {town.token}"}
    unlike = AMBIGUOUS if case.path.endswith(("/hand-out", "/return", "/seats/{seat}")) else []
    answer = contextvars.Context().run(case.call_and_validate, headers=own, excluded_checks=unlike)
    return int(answer.status_code)


# An inventory number may hold a slash, so `A-1/return` may be the name of a device as well: it can be read and changed.
# So may the number of a licence.
AMBIGUOUS = [unsupported_method, allow_header_conformance]


@pytest.mark.parametrize("label", OPERATIONS)
def test_what_is_well_formed_is_answered_as_described(api: Any, town: Program, label: str) -> None:
    operation, statuses = api.find_operation_by_label(label), set()

    @EXAMPLES
    @given(case=operation.as_strategy(generation_mode=GenerationMode.POSITIVE), known=st.integers(0, 3))
    def asked(case: Case, known: int) -> None:
        if known:
            in_our_town(case)
        statuses.add(ask(case, town))

    asked()
    assert statuses & {200, 201}, statuses


# Any text may be the number of a room or a device: these can only be asked for what is not there.
TAKES_ANYTHING = (
    "GET /api/v1/schools/{school_number}",
    "GET /api/v1/rooms/{school_number}/{room}",
    "GET /api/v1/devices/{asset_tag}",
    "GET /api/v1/programmes/{code}",
    "GET /api/v1/grants/{reference}",
    "GET /api/v1/licences/{licence_no}",
    "DELETE /api/v1/licences/{licence_no}/seats/{seat}",
    "GET /api/v1/outlets/{school_number}/{outlet}",
    "GET /api/v1/outlets/{school_number}/{outlet}/trace",
)


@pytest.mark.parametrize("label", [label for label in OPERATIONS if label not in TAKES_ANYTHING])
def test_what_is_malformed_is_refused_as_described(api: Any, town: Program, label: str) -> None:
    operation = api.find_operation_by_label(label)

    @EXAMPLES
    @given(case=operation.as_strategy(generation_mode=GenerationMode.NEGATIVE))
    def asked(case: Case) -> None:
        path = case.meta.components.get(ParameterLocation.PATH) if case.meta else None
        if path is not None and path.mode is GenerationMode.POSITIVE:
            at_known_address(case)
        ask(case, town)

    asked()


@pytest.mark.parametrize("label", OPERATIONS)
def test_every_boundary_is_as_described(api: Any, town: Program, label: str) -> None:
    operation = api.find_operation_by_label(label)
    modes, usual = list(GenerationMode), GenerationConfig(with_security_parameters=False)
    for case in api.iter_coverage_cases(operation, generation_modes=modes, generation_config=usual):
        ask(case, town)
