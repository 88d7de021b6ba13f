"""One search over everything: exact numbers jump, the rest is grouped, nobody finds what is not theirs."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from school_it.access import Actor, Role
from school_it.database import transaction
from school_it.licences.actions import add_licence
from school_it.network.actions import add_outlet
from school_it.network.addresses import actions as addresses
from school_it.network.wiring.actions import add_rack
from school_it.schools.actions import add_room
from school_it.schools.models import School
from tests.overview.conftest import AddDevice

SignInAs = Callable[..., FlaskClient]


@pytest.fixture
def mine(full: None, sign_in_as: SignInAs, school: School) -> FlaskClient:
    return sign_in_as(Role.COORDINATOR, school)


@pytest.mark.parametrize(
    "q", ["X-1", "x-1", " X-1 ", "sn/4711", "AA:BB:CC:00:11:22", "aabbcc001122", "AA-BB-CC-00-11-22"]
)
def test_an_exact_number_leads_to_its_device(
    sign_in_as: SignInAs, school: School, add_device: AddDevice, q: str
) -> None:
    add_device("X-1", school, serial_number="SN/4711", mac_address="AA:BB:CC:00:11:22")
    answer = sign_in_as(Role.COORDINATOR, school).get("/search", query_string={"q": q})
    assert (answer.status_code, answer.location) == (302, "/devices/X-1")


def test_the_number_of_a_foreign_device_leads_nowhere(mine: FlaskClient) -> None:
    answer = mine.get("/search?q=B-stock")
    assert answer.status_code == 200
    assert "Nichts gefunden" in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("müller", "A-stock"), ("mueller", "A-stock"), ("MÜLLER", "A-stock"), ("soehne", "A-stock"),
        ("weissmueller", "WeißmüllerA"), ("Weißmüller", "WeißmüllerA"), ("zoe", "GroßA"), ("kueche", "Raum 1.07"),
        ("Küche", "Raum 1.07"), ("1.07", "Raum 1.07"), ("raum 1.07", "Raum 1.07"),
        ("beispielweg", "Grundschule Am Beispielweg"),
        ("115514", "Grundschule Am Beispielweg"),
    ],
)  # fmt: skip
def test_the_rest_is_found_however_it_is_spelt(mine: FlaskClient, q: str, found: str) -> None:
    page = mine.get("/search", query_string={"q": q}).get_data(as_text=True)
    assert found in page
    for foreign in ("B-stock", "WeißmüllerB", "GroßB", "Küche B"):
        assert foreign not in page


def test_an_office_finds_both_schools(full: None, sign_in_as: SignInAs) -> None:
    page = sign_in_as(Role.OFFICE).get("/search?q=weissmueller").get_data(as_text=True)
    assert "WeißmüllerA" in page
    assert "WeißmüllerB" in page


def test_a_teacher_finds_rooms_but_neither_devices_nor_people(
    full: None, sign_in_as: SignInAs, school: School
) -> None:
    teacher = sign_in_as(Role.TEACHER, school)
    assert "Raum 1.07" in teacher.get("/search?q=1.07").get_data(as_text=True)
    assert "Nichts gefunden" in teacher.get("/search?q=weissmueller").get_data(as_text=True)
    assert "Nichts gefunden" in teacher.get("/search?q=A-stock").get_data(as_text=True)


def test_without_words_it_says_what_can_be_asked(mine: FlaskClient) -> None:
    assert "Was suchen Sie?" in mine.get("/search").get_data(as_text=True)
    assert "Was suchen Sie?" in mine.get("/search?q=%20").get_data(as_text=True)


@pytest.mark.parametrize(
    "q", ["nirgends", "%", "_", "'", '"', "*", "\\", "<script>", "(((", "x" * 5000, "NEAR/2"]
)
def test_strange_words_find_nothing_and_break_nothing(mine: FlaskClient, q: str) -> None:
    answer = mine.get("/search", query_string={"q": q})
    assert answer.status_code == 200
    page = answer.get_data(as_text=True)
    assert "<script>" not in page.replace('<script src="', "")
    assert "B-stock" not in page


def test_a_nul_is_refused_before_any_database_sees_it(mine: FlaskClient) -> None:
    for path in ("/search?q=%00", "/devices?q=a%00b", "/schools/%00", "/devices/%00"):
        assert mine.get(path).status_code == 400, path


def test_a_licence_and_an_outlet_are_found_by_whoever_may_see_them(
    full: None, sign_in_as: SignInAs, school: School, other_school: School, house: Actor
) -> None:
    with transaction() as writing:
        for at, place in ((school, "hier"), (other_school, "dort")):
            here = writing.merge(at)
            bought = {"licence_no": f"L-{place}", "product": f"Mathelabor {place}", "seats": 3}
            add_licence(writing, {**bought, "school_id": here.id}, by=house)
            add_room(writing, here, {"room": "9.17"}, by=house)
            add_outlet(writing, here, {"room": "9.17", "outlet": f"9.17-D{place}"}, by=house)
    mine = sign_in_as(Role.COORDINATOR, school)
    for q, found in (
        ("mathelabor", "Mathelabor hier"),
        ("L-hier", "Mathelabor hier"),
        ("Dose 9.17-D", "9.17-Dhier"),
    ):
        page = mine.get("/search", query_string={"q": q}).get_data(as_text=True)
        assert found in page
        assert "dort" not in page
    assert "Mathelabor" not in sign_in_as(Role.TEACHER, school).get("/search?q=labor").get_data(as_text=True)


@pytest.fixture
def wired(school: School, other_school: School, house: Actor) -> None:
    """Each school has a rack EV1, a subnet with one in it and a printer with a fixed address."""
    with transaction() as session:
        for at, net in ((school, "10.20"), (other_school, "10.21")):
            here = session.merge(at)
            add_rack(session, here, {"name": "EV1"}, by=house)
            addresses.add_subnet(session, here, {"network": f"{net}.0.0/16"}, by=house)
            addresses.add_subnet(session, here, {"network": f"{net}.4.0/22"}, by=house)
            named = {"address": f"{net}.5.9", "name": f"Drucker {at.school_number}"}
            addresses.give_address(session, here, named, by=house)


@pytest.mark.usefixtures("wired")
@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("10.20.5.9", ["Drucker 115514", "10.20.4.0/22", "10.20.0.0/16"]),
        ("10.20.5.9/22", ["Drucker 115514"]),
        ("10.20.5.77", ["10.20.4.0/22"]),
        ("drucker", ["Drucker 115514"]),
        ("ev 1", ["Verteiler EV1"]),
    ],
)
def test_the_network_is_found_by_an_address_the_name_of_a_host_or_a_rack(
    mine: FlaskClient, q: str, found: list[str]
) -> None:
    page = mine.get("/search", query_string={"q": q}).get_data(as_text=True)
    places = [page.find(one) for one in found]
    assert -1 not in places
    assert places == sorted(places), "the narrowest subnet first"
    assert "167149" not in page
    assert "10.21." not in page
    assert page.count("Verteiler EV1") <= 1


@pytest.mark.usefixtures("wired")
def test_an_address_of_another_school_is_not_found(mine: FlaskClient) -> None:
    assert "Nichts gefunden" in mine.get("/search?q=10.21.5.9").get_data(as_text=True)
