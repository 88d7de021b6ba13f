"""Every example of docs/api.md is true."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from school_it.schools.models import School
from tests.api.conftest import Program

PAGE = Path(__file__).parents[2] / "docs" / "api.md"
HOST = "https://schul-it.example"


def examples() -> list[tuple[str, int]]:
    """The commands of the page, in order, with the status they say they get."""
    blocks = re.findall(r"```sh\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    told = [re.findall(r"^(curl .*?)   # (\d+)$", block, re.DOTALL | re.MULTILINE) for block in blocks]
    return [(command, int(status)) for found in told for command, status in found]


def run(program: Program, command: str) -> TestResponse:
    words = shlex.split(command.replace("\\\n", " ").replace("$TOKEN", program.token or ""))[1:]
    method, headers, data, address = "GET", {}, None, ""
    while words:
        word = words.pop(0)
        if word == "-X":
            method = words.pop(0)
        elif word == "-H":
            name, _colon, value = words.pop(0).partition(": ")
            headers[name] = value
        elif word == "-d":
            data = words.pop(0)
        else:
            address = word
    return Program(program.app, None).ask(method, address.removeprefix(HOST), headers=headers, data=data)


@pytest.fixture
def pupil(school: School, add_person: Callable[..., int]) -> int:
    return add_person("Beispiel", school)


def test_the_examples_of_the_page_are_true(
    office: Program,
    school: School,
    room: str,
    device: str,
    pupil: int,
    licence: str,
    outlet: str,
) -> None:
    assert (pupil, licence, outlet) == (1, "L-1", "1.07-D1")
    found = examples()
    assert len(found) == PAGE.read_text("utf-8").count("curl ")
    for command, status in found:
        answer = run(office, command)
        assert answer.status_code == status, (command, answer.get_data(as_text=True))


def test_the_refusal_of_the_page_is_true(office: Program, school: School) -> None:
    (told,) = re.findall(r"```json\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    body = {"category": "Tablet", "price_gross": 449}
    assert office.post("/devices", body).get_json() == json.loads(told)
