"""The network of a school as its coordinator sees it: from the room to the switch port."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from school_it.access import Actor, Grant, Role
from school_it.database import transaction
from school_it.errors import NotAllowed
from school_it.network import actions
from school_it.schools import queries as school_queries
from school_it.schools.models import School
from tests.network.conftest import ONE, TWO, Bring

SignInAs = Callable[..., FlaskClient]
NEW = {
    "school": "115514",
    "room": "1.08",
    "outlet": "1.08-D1",
    "rack": "EV2",
    "panel": "PF1",
    "panel_port": "15",
}
ELSEWHERE = "167149;A1;FREMD-D1;EV9;PF9;1;;;;;"


def text(browser: FlaskClient, path: str) -> str:
    answer = browser.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.get_data(as_text=True)


def test_a_dead_outlet_is_traced_from_the_room_in_one_click(
    sign_in_as: SignInAs, bring: Bring, school: School
) -> None:
    bring(ONE, TWO)
    mine = sign_in_as(Role.COORDINATOR, school)
    room = text(mine, "/schools/115514/rooms/1.07")
    for said in ("1.07-D1", "PF1", "Gi1/0/13", "vollständig", "nicht gepatcht"):
        assert said in room
    outlet = text(mine, "/network/outlets/1")
    assert 'href="/devices/SW-1"' in outlet
    assert "Gi1/0/13" in outlet
    assert "Netzwerkdose eingetragen" in outlet


def test_half_known_chains_say_where_they_break_off(admin: FlaskClient, bring: Bring) -> None:
    bring(
        ONE.replace("20;Accesspoint", ";Accesspoint"),
        TWO.replace(";14;;;", ";14;SW-NEU;;"),
        "115514;1.08;1.08-D1;;;;;;;;",
    )
    page = text(admin, "/network?school=115514")
    for said in (
        "VLAN unbekannt",
        "Switch nicht im Bestand",
        "Switchport unbekannt",
        "Patchport unbekannt",
        "nicht gepatcht",
    ):
        assert said in page


def test_the_list_is_narrowed_by_its_address(admin: FlaskClient, bring: Bring) -> None:
    bring(ONE, TWO, "115514;1.08;1.08-D1;EV3;;;;;;Display;", ELSEWHERE)
    names = ("1.07-D1", "1.07-D2", "1.08-D1", "FREMD-D1")
    found = {
        query: {name for name in names if f">{name}<" in page}
        for query in (
            "school=115514",
            "room=1.07",
            "rack=EV3",
            "q=display",
            "state=whole",
            "state=unpatched",
            "state=gaps",
            "switch=SW-1",
        )
        if (page := text(admin, f"/network?{query}"))
    }
    assert found == {
        "school=115514": {"1.07-D1", "1.07-D2", "1.08-D1"}, "room=1.07": {"1.07-D1", "1.07-D2"},
        "rack=EV3": {"1.08-D1"}, "q=display": {"1.08-D1"}, "state=whole": {"1.07-D1"}, "switch=SW-1": {"1.07-D1"},
        "state=unpatched": {"1.07-D2", "1.08-D1", "FREMD-D1"}, "state=gaps": {"1.07-D2", "1.08-D1", "FREMD-D1"},
    }  # fmt: skip
    overview = text(admin, "/network")
    assert "/network?school=167149" in overview
    assert ">1.07-D1<" not in overview


def test_a_coordinator_sees_and_patches_the_own_school_only(
    sign_in_as: SignInAs, bring: Bring, school: School
) -> None:
    bring(ONE, ELSEWHERE)
    mine = sign_in_as(Role.COORDINATOR, school)
    page = text(mine, "/network")
    assert "1.07-D1" in page
    assert "FREMD-D1" not in text(mine, "/network?q=D1")
    assert mine.get("/network/outlets/2").status_code == 404
    assert mine.get("/network/outlets/2/edit").status_code == 404
    made = mine.post("/network/outlets/new", data=NEW)
    assert made.status_code == 302, made.get_data(as_text=True)
    changed = {**NEW, "version": "1", "room": "1.07", "switch": "sw-1", "switch_port": "7", "vlan": "20"}
    assert mine.post(f"{made.location}/edit", data=changed).status_code == 302
    page = text(mine, made.location)
    assert "vollständig" in page
    assert "Netzwerkdose geändert" in page
    assert "SW-1" in page


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"room": "9.99"}, "Den Raum 9.99 hat die Schule nicht"),
        ({"outlet": "1.07-D1"}, "gibt es an dieser Schule schon"),
        ({"panel_port": "13"}, "EV2/PF1/13 ist schon mit der Dose 1.07-D1 belegt"),
        ({"switch": "SW-1", "switch_port": "gi1/0/13"}, "ist schon mit der Dose 1.07-D1 belegt"),
        ({"switch": "T-1"}, "T-1 ist kein Switch"),
        ({"outlet": ""}, "Bitte ausfüllen"),
        ({"measured_on": "31.02.2024"}, "31.02.2024"),
    ],
)
def test_what_will_not_do_comes_back_with_what_was_typed(
    admin: FlaskClient, bring: Bring, change: dict[str, str], said: str
) -> None:
    bring(ONE)
    answer = admin.post("/network/outlets/new", data={**NEW, "remark": "hinter der Tafel", **change})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert said in page
    assert "hinter der Tafel" in page


def test_a_port_taken_at_a_foreign_school_is_not_described(
    sign_in_as: SignInAs, bring: Bring, other_school: School
) -> None:
    bring(ONE)
    theirs = sign_in_as(Role.COORDINATOR, other_school)
    wanted = {"school": "167149", "room": "A1", "outlet": "X", "switch": "SW-1", "switch_port": "Gi1/0/13"}
    page = theirs.post("/network/outlets/new", data=wanted).get_data(as_text=True)
    assert "an einer anderen Schule belegt" in page
    assert "115514" not in page


def test_the_second_of_two_editors_is_told(admin: FlaskClient, bring: Bring) -> None:
    bring(ONE)
    data = {**NEW, "version": "1", "room": "1.07", "outlet": "1.07-D1"}
    admin.post("/network/outlets/1/edit", data=data)
    late = admin.post("/network/outlets/1/edit", data={**data, "vlan": "99"})
    assert late.status_code == 422
    assert "In der Zwischenzeit" in late.get_data(as_text=True)


def test_an_auditor_reads_and_a_teacher_sees_none(sign_in_as: SignInAs, bring: Bring, school: School) -> None:
    bring(ONE)
    auditor = sign_in_as(Role.AUDITOR)
    assert "1.07-D1" in text(auditor, "/network/outlets/1")
    assert auditor.post("/network/outlets/new", data=NEW).status_code == 403
    teacher = sign_in_as(Role.TEACHER, school)
    assert teacher.get("/network").status_code == 404
    assert "1.07-D1" not in text(teacher, "/schools/115514/rooms/1.07")


@pytest.mark.usefixtures("school")
def test_the_first_page_says_what_to_do_first(admin: FlaskClient) -> None:
    page = text(admin, "/network")
    assert "Noch ist keine Netzwerkdose eingetragen" in page
    assert "/network/outlets/new" in page


@pytest.mark.usefixtures("rooms")
def test_the_actions_ask_for_the_right_themselves(
    session: Session, school: School, other_school: School
) -> None:
    """Whatever page or program calls them."""
    mine = Actor(1, "koordination", (Grant(Role.COORDINATOR, school.id),))
    with transaction() as writing:
        here = school_queries.get_school(writing, "115514", seen_by=mine)
        outlet = actions.add_outlet(writing, here, {"outlet": "D", "room": "1.07"}, by=mine)
    with pytest.raises(NotAllowed), transaction() as writing:
        actions.add_outlet(writing, writing.merge(other_school), {"outlet": "D", "room": "A1"}, by=mine)
    reads = Actor(2, "pruefung", (Grant(Role.AUDITOR),))
    with pytest.raises(NotAllowed), transaction() as writing:
        actions.change_outlet(writing, writing.merge(outlet), {"outlet": "D", "room": "1.07"}, by=reads)
