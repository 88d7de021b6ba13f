"""Lists are complete and narrowed as on the page; objects carry the names of the sheets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from sqlalchemy import select

from school_it.access import Actor
from school_it.accounts.models import Token, User
from school_it.database import db, today, transaction
from school_it.devices import actions as device_actions
from school_it.devices import queries as device_queries
from school_it.devices.rules import DisposalReason, State, Use
from school_it.devices.sheet import FIELDS
from school_it.people.models import Person
from school_it.schools.models import School
from tests.api.conftest import Program


def everything(program: Program, path: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    following: str | None = path
    while following:
        page = program.get(following).get_json()
        found += page["items"]
        following = page["next"]
    return found


def tags(answer: Any) -> list[str]:
    return [one["asset_tag"] for one in answer.get_json()["items"]]


def test_a_device_has_the_names_of_its_sheet(
    office: Program, school: School, add_device: Callable[..., str]
) -> None:
    add_device(
        "A-1", school, price_net=Decimal("1234.5"), acquired_on=date(2024, 2, 1), use=Use.LOAN, remark="=1+1"
    )
    told = office.get("/devices/A-1").get_json()
    assert set(FIELDS) <= set(told)
    assert set(told) - set(FIELDS) == {"person", "due_on", "version"}
    assert (told["price_net"], told["acquired_on"], told["use"]) == ("1234.50", "2024-02-01", "Leihe")
    assert (told["state"], told["category"], told["remark"]) == ("Lager", "Tablet", "=1+1")
    assert (told["price_gross"], told["holder"]) == (None, None)


@pytest.mark.parametrize("tag", ["IT/2024/7", "R 2/hand", "ÄÖ-1", "a%2Fb", "100 %", "x?y#z", "7&next=3"])
def test_a_number_may_hold_almost_anything(
    office: Program, school: School, add_device: Callable[..., str], tag: str
) -> None:
    add_device(tag, school)
    answer = office.get(f"/devices/{quote(tag, safe='/')}")
    assert (answer.status_code, answer.get_json()["asset_tag"]) == (200, tag)
    changed = office.patch(f"/devices/{quote(tag, safe='')}", {"remark": "gefunden"}, 1)
    assert changed.get_json()["remark"] == "gefunden"
    assert office.post(f"/devices/{quote(tag, safe='')}/return").status_code == 409


@pytest.mark.parametrize("tag", ["A%00", "%00", "A%0A1", "A%7F"])
def test_what_no_number_holds_is_not_there(office: Program, device: str, tag: str) -> None:
    assert office.get(f"/devices/{tag}").status_code == 404


@pytest.mark.parametrize("limit", [1, 3, 200])
def test_a_list_is_complete(
    office: Program, school: School, add_device: Callable[..., str], limit: int
) -> None:
    wanted = [add_device(f"A-{number:02}", school) for number in range(10)]
    assert [one["asset_tag"] for one in everything(office, f"/devices?limit={limit}")] == wanted


def test_nothing_is_lost_while_others_add(
    office: Program, school: School, add_device: Callable[..., str]
) -> None:
    wanted = [add_device(f"M-{number:02}", school) for number in range(12)]
    fresh = iter(range(100))

    def others_add() -> None:
        number = next(fresh)
        add_device(f"A-{number:02}", school)
        add_device(f"Z-{number:02}", school)

    found = [one["asset_tag"] for one in _walk(office, others_add)]
    assert [tag for tag in found if tag.startswith("M")] == wanted
    assert len(found) == len(set(found))
    assert found == sorted(found)


def _walk(program: Program, others_add: Callable[[], None]) -> Iterator[dict[str, Any]]:
    """Until the first of those that came behind: everything that was there before has been told by then."""
    following = "/devices?limit=5"
    while following:
        page = program.get(following).get_json()
        yield from page["items"]
        if any(one["asset_tag"].startswith("Z") for one in page["items"]):
            return
        following = page["next"]
        others_add()


@pytest.mark.parametrize("path", ["/schools", "/rooms", "/people"])
def test_every_list_is_paged(
    office: Program,
    school: School,
    other_school: School,
    add_room: Callable[..., str],
    add_person: Callable[..., int],
    path: str,
) -> None:
    for number in range(3):
        add_room(school, f"1.{number}")
        add_person(f"Name{number}", school)
    whole = everything(office, path)
    assert len(whole) >= 2
    assert everything(office, f"{path}?limit=1") == whole


def test_next_is_taken_whole_or_as_its_cursor(
    office: Program, school: School, add_device: Callable[..., str]
) -> None:
    for number in range(3):
        add_device(f"A-{number}", school)
    following = office.get("/devices?limit=1&state=Lager").get_json()["next"]
    assert following.startswith("/api/v1/devices?")
    assert tags(office.get(following)) == ["A-1"]
    assert tags(office.get(f"/devices?limit=2&next={quote(following)}")) == ["A-1", "A-2"]
    assert tags(office.get(f"/devices?limit=2&next={following.partition('next=')[2]}")) == ["A-1", "A-2"]


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=201",
        "limit=x",
        "limit=-1",
        "limit=1_0",
        "next=x",
        "next=W10",
        "next=WzAsMSwxXQ",
        "foo=1",
    ],
)
def test_a_list_refuses_what_it_does_not_know(office: Program, device: str, query: str) -> None:
    answer = office.get(f"/devices?{query}")
    assert (answer.status_code, answer.content_type) == (422, "application/problem+json")


FILTERS = {
    "q=sn1": ["A-1"],
    "q=A-2": ["A-2"],
    "school=115514": ["A-1", "A-2"],
    "school=-": ["T-1"],
    "category=Beamer": ["B-1"],
    "state=Reparatur": ["A-2"],
    "state=in_repair": ["A-2"],
    "state=Reparatur,Lager": ["A-1", "A-2", "B-1", "T-1"],
    "use=Leihe": ["A-2"],
    "use=-": ["A-1", "B-1", "T-1"],
    "room=1.07": ["A-1"],
    "room=-": ["A-2", "B-1", "T-1"],
    "holder=with": [],
    "holder=without": ["A-1", "A-2", "B-1", "T-1"],
    "bound=bound": ["B-1"],
    "bound=ending": ["B-1"],
    "warranty=over": ["B-1"],
    "year=2024": ["A-1"],
    "reference=48.03-17/24": ["A-1"],
    "approval=open": ["T-1"],
    "school=115514&state=Lager": ["A-1"],
}


@pytest.fixture
def stock(
    school: School,
    other_school: School,
    room: str,
    funded: None,
    add_device: Callable[..., str],
    house: Actor,
) -> None:
    from school_it.schools import queries as school_queries

    there = school_queries.find_room(db.session(), school.id, room)
    assert there is not None
    more: dict[str, Any] = {
        "acquired_on": date(2024, 5, 1),
        "file_reference": "48.03-17/24",
        "room_id": there.id,
    }
    add_device("A-1", school, serial_number="SN1", **more)
    add_device("A-2", school, use=Use.LOAN, state=State.IN_REPAIR)
    ends = today() + timedelta(30)
    add_device("B-1", other_school, category="Beamer", bound_until=ends, warranty_until=date(2020, 1, 1))
    add_device("T-1", None)
    with transaction() as session:
        going = device_queries.get_device(session, "T-1", seen_by=house)
        device_actions.propose_disposal(
            session, going, {"disposal_reason": DisposalReason.OBSOLETE}, by=house
        )


@pytest.mark.parametrize("query", FILTERS)
def test_devices_are_narrowed_as_on_the_page(office: Program, stock: None, query: str) -> None:
    assert tags(office.get(f"/devices?{query}")) == FILTERS[query]


@pytest.mark.parametrize(
    "query", ["state=kaputtt", "use=x", "category=x", "holder=x", "bound=x", "year=24", "approval=x"]
)
def test_a_filter_with_an_unknown_word_is_refused(office: Program, query: str) -> None:
    answer = office.get(f"/devices?{query}")
    assert (answer.status_code, list(answer.get_json()["errors"])) == (422, [query.partition("=")[0]])


def test_people_are_narrowed(
    office: Program, school: School, other_school: School, add_person: Callable[..., int]
) -> None:
    add_person("Öztürk", school, school_class="07B")
    add_person("Größ", other_school, school_class="08A")
    for query in ("q=ozturk", "school=115514", "school_class=07B", "state=active&q=mia oz"):
        assert [one["family_name"] for one in office.get(f"/people?{query}").get_json()["items"]] == [
            "Öztürk"
        ]
    for query in ("state=left", "holding=true", "role=Lehrkraft"):
        assert office.get(f"/people?{query}").get_json()["items"] == []
    assert len(office.get("/people?role=Schüler&holding=false").get_json()["items"]) == 2


def test_schools_and_rooms_have_the_names_of_their_sheets(office: Program, school: School, room: str) -> None:
    told = office.get("/schools/115514").get_json()
    assert {"school_number", "name", "school_type", "street", "postcode", "place", "email", "phone", "social_index",
            "use_concept_date", "support_confirmed"} <= set(told)  # fmt: skip
    assert office.get("/rooms/115514/1.07").get_json() == {
        "school_number": "115514", "room": "1.07", "name": "Klasse 3b", "building": None, "floor": None,
        "use": "Unterrichtsraum", "seats": 28, "remark": None, "version": 1,
    }  # fmt: skip
    assert [one["room"] for one in office.get("/rooms?school=115514").get_json()["items"]] == ["1.07"]


def test_no_answer_holds_a_secret(app: Flask, office: Program, school: School, device: str, room: str,
                                  add_person: Callable[..., int]) -> None:  # fmt: skip
    person = add_person("Yılmaz", school, stable_id="entry-uuid-4711")
    office.post("/devices/A-1/hand-out", {"person": person})
    with app.app_context():
        secrets = [*db.session.scalars(select(Token.digest)), *db.session.scalars(select(User.name))]
        secrets += db.session.scalars(select(Person.stable_id))
    for path in ("/schools", "/rooms", "/devices", "/devices/A-1", "/people", f"/people/{person}", "/jobs"):
        told = office.get(path).get_data(as_text=True)
        assert not [secret for secret in (*secrets, office.token or "") if secret in told]
        assert not [
            word for word in ("password", "token", "secret", "digest", "hash") if word in told.lower()
        ]
