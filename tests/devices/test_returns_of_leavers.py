"""Who leaves with a tablet in the bag is on a list, gets a letter, and is off the list when it is back."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from school_it import audit
from school_it.access import Actor, Role
from school_it.database import today, transaction
from school_it.devices import actions, catalogue, loans, return_letters, returns
from school_it.devices.models import Device
from school_it.devices.returns import Which, Wish
from school_it.people import actions as people_actions
from school_it.people import queries as people_queries
from school_it.people.models import Membership, Person
from school_it.people.rules import PersonRole, PersonState
from school_it.people.steps import Kind, Step
from school_it.schools.models import School
from tests.people.conftest import AddPerson
from tests.people.conftest import add_person as add_person

SignInAs = Callable[..., FlaskClient]
Lend = Callable[..., Device]
FEW, LONG = timedelta(days=3), timedelta(days=40)


@pytest.fixture
def lend(session: Session, house: Actor) -> Lend:
    """``lend(school, person, "T-1")``: a tablet of that school for that person."""

    def lent(school: School, to: Person, tag: str) -> Device:
        with transaction() as writing:
            tablet = catalogue.ensure_categories(writing, by=house)["Tablet"]
            values = {
                "category_id": tablet,
                "school_id": school.id,
                "asset_tag": tag,
                "serial_number": f"SN{tag}",
            }
            device = actions.add_device(writing, values, by=house)
            writing.flush()
            loans.hand_out(writing, device, to=writing.get_one(Person, to.id), by=house)
        return device

    return lent


def leave(person: Person, ago: timedelta = FEW) -> Person:
    with transaction() as session:
        values = {"state": PersonState.LEFT, "left_on": today() - ago}
        session.execute(update(Person).where(Person.id == person.id).values(values))
    return person


def page(browser: FlaskClient, query: str = "") -> str:
    answer = browser.get(f"/people/returns{query}")
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def names(session: Session, seen_by: Actor, **wish: object) -> list[str]:
    rows = returns.people(Wish(days=14, **wish), seen_by=seen_by)  # type: ignore[arg-type]
    return sorted(person.given_name for person in session.scalars(rows).unique())


def test_a_leaver_with_a_device_is_a_task_with_class_and_due_date(
    school: School, add_person: AddPerson, lend: Lend, sign_in_as: SignInAs
) -> None:
    ada = add_person("Ada", "Fort", school, school_class="09B")
    lend(school, ada, "T-1"), lend(school, ada, "T-2")
    leave(ada), leave(add_person("Ida", "Ohne", school)), add_person("Uta", "Noch", school)
    seen = page(sign_in_as(Role.COORDINATOR, school))
    assert all(word in seen for word in ("Fort, Ada", "09B", "T-1", "T-2", "1 Person"))
    assert f"{today() - FEW + timedelta(days=14):%d.%m.%Y}" in seen
    assert "Ohne" not in seen
    assert "überfällig" not in seen


def test_what_is_overdue_is_marked_and_can_be_picked(
    session: Session, house: Actor, school: School, add_person: AddPerson, lend: Lend, sign_in_as: SignInAs
) -> None:
    late, soon = add_person("Ada", "Spät", school), add_person("Ida", "Frisch", school)
    lend(school, late, "T-1"), lend(school, soon, "T-2")
    leave(late, LONG), leave(soon, timedelta(days=14))
    assert names(session, house, which=Which.OVERDUE) == ["Ada"]
    seen = page(sign_in_as(Role.ADMIN))
    assert seen.count("überfällig") == 1
    assert seen.index("Spät, Ada") < seen.index("Frisch, Ida")


def test_taking_back_through_the_page_of_the_device_ends_the_task(
    school: School, add_person: AddPerson, lend: Lend, sign_in_as: SignInAs
) -> None:
    ada = leave_after(lend, school, add_person("Ada", "Fort", school), "T-1", "T-2")
    browser = sign_in_as(Role.COORDINATOR, school)
    for tag, left in (("T-1", True), ("T-2", False)):
        assert f"/devices/{tag}/return" in page(browser)
        assert browser.post(f"/devices/{tag}/return", data={"state": "in_stock"}).status_code == 302
        assert (ada.family_name in page(browser)) is left
    assert "Niemand, der abgegangen ist" in page(browser)


def leave_after(lend: Lend, school: School, person: Person, *tags: str) -> Person:
    for tag in tags:
        lend(school, person, tag)
    return leave(person)


def test_who_comes_back_keeps_the_device_and_is_off_the_list(
    session: Session, house: Actor, school: School, add_person: AddPerson, lend: Lend
) -> None:
    ada = leave_after(lend, school, add_person("Ada", "Fort", school), "T-1")
    assert names(session, house) == ["Ada"]
    (known,) = people_queries.known_people(session, "directory")
    session.rollback()
    back = replace(known, state=PersonState.ACTIVE, left_on=None)
    with transaction() as writing:
        batch = audit.begin_batch(writing, "test", by=house)
        people_actions.write_people(
            writing, "directory", [Step(Kind.RETURNED, back, known.id)], by=house, batch=batch
        )
    assert names(session, house) == []
    assert session.scalars(select(Device.person_id)).all() == [ada.id]


def test_who_is_about_to_leave_is_told_of_before(
    session: Session, house: Actor, school: School, add_person: AddPerson, lend: Lend
) -> None:
    days = {"Ada": 20, "Ida": 91, "Uta": 0}
    for name, ahead in days.items():
        lend(school, add_person(name, "Geht", school, leaves_on=today() + timedelta(days=ahead)), f"T-{name}")
    assert names(session, house, which=Which.LEAVING) == ["Ada", "Uta"]
    assert names(session, house) == []


def test_a_device_of_the_old_school_is_that_schools_affair(
    session: Session,
    school: School,
    other_school: School,
    add_person: AddPerson,
    lend: Lend,
    sign_in_as: SignInAs,
) -> None:
    ada = add_person("Ada", "Gewechselt", school)
    lend(school, ada, "T-1")
    with transaction() as writing:
        writing.execute(update(Membership).values(school_id=other_school.id))
        writing.execute(update(Person).values(school_id=other_school.id))
    old, new = sign_in_as(Role.COORDINATOR, school), sign_in_as(Role.COORDINATOR, other_school)
    assert "T-1" in page(old, "?which=moved")
    assert "T-1" not in page(new, "?which=moved")
    assert "T-1" not in page(old)


def test_a_coordinator_sees_the_own_schools_only(
    school: School, other_school: School, add_person: AddPerson, lend: Lend, sign_in_as: SignInAs
) -> None:
    leave_after(lend, school, add_person("Ada", "Hierzuhaus", school), "T-1")
    leave_after(lend, other_school, add_person("Ida", "Anderswo", other_school), "T-2")
    browser = sign_in_as(Role.COORDINATOR, school)
    for address in ("/people/returns", "/people/returns/letters"):
        seen = browser.get(address).get_data(as_text=True)
        assert "Hierzuhaus" in seen
        assert "Anderswo" not in seen
        assert "T-2" not in seen
    assert "Anderswo" not in page(browser, f"?school={other_school.school_number}")


def test_of_devices_of_another_school_only_the_number_is_told(
    school: School, other_school: School, add_person: AddPerson, lend: Lend, sign_in_as: SignInAs
) -> None:
    ada = add_person("Ada", "Beide", school, other_school)
    leave_after(lend, school, ada, "T-1")
    lend_to_leaver(other_school, ada, "T-9")
    browser = sign_in_as(Role.COORDINATOR, school)
    assert "Dazu 1 Gerät einer anderen Schule" in page(browser)
    assert "T-9" not in page(browser)
    assert "T-9" not in browser.get("/people/returns/letters").get_data(as_text=True)


def lend_to_leaver(school: School, person: Person, tag: str) -> None:
    with transaction() as session:
        category = session.scalars(select(Device.category_id).order_by(Device.id)).first()
        session.add(Device(asset_tag=tag, category_id=category, school_id=school.id, person_id=person.id))


@pytest.mark.parametrize("role", [Role.TEACHER])
def test_teachers_have_no_such_list(sign_in_as: SignInAs, school: School, role: Role) -> None:
    browser = sign_in_as(role, school)
    assert browser.get("/people/returns").status_code == 404
    assert browser.get("/people/returns/letters").status_code == 404


# --- letters ---


def test_a_letter_holds_what_it_needs_and_nothing_more(
    session: Session, school: School, add_person: AddPerson, lend: Lend, sign_in_as: SignInAs
) -> None:
    told = {
        "username": "kanarlogin",
        "email": "kanar@schule.example",
        "record_id": "kanarkey",
        "stable_id": "kanarid",
    }
    leave_after(lend, school, add_person("Ada", "Fort", school, school_class="09B", **told), "T-1")
    seen = sign_in_as(Role.ADMIN).get("/people/returns/letters").get_data(as_text=True)
    needed = ("Ada Fort", "Klasse 09B", "T-1", "SNT-1", school.name, "oder die Erziehungsberechtigten")
    assert [word for word in needed if word not in seen] == []
    assert f"bis zum {today() - FEW + timedelta(days=14):%d.%m.%Y}" in seen
    assert "kanar" not in seen


def test_letters_of_a_class_come_one_for_each_person(
    school: School, add_person: AddPerson, lend: Lend, sign_in_as: SignInAs
) -> None:
    for name, school_class in (("Ada", "09B"), ("Ida", "09A"), ("Uta", "09B")):
        leave_after(lend, school, add_person(name, "Fort", school, school_class=school_class), f"T-{name}")
    browser = sign_in_as(Role.COORDINATOR, school)
    whole = browser.get("/people/returns/letters").get_data(as_text=True)
    assert re.findall(r"letter__to\">(\w+)", whole) == ["Ida", "Ada", "Uta"]
    part = browser.get("/people/returns/letters?class=09B").get_data(as_text=True)
    assert re.findall(r"letter__to\">(\w+)", part) == ["Ada", "Uta"]


def test_a_letter_is_german_whatever_the_reader_reads(
    school: School, add_person: AddPerson, lend: Lend, sign_in_as: SignInAs
) -> None:
    leave_after(lend, school, add_person("Ada", "Fort", school), "T-1")
    browser = sign_in_as(Role.ADMIN)
    browser.post("/appearance", data={"language": "en", "next": "/"})
    seen = browser.get("/people/returns/letters").get_data(as_text=True)
    assert '<article class="letter" lang="de">' in seen
    assert "Rückgabe ausgeliehener Geräte" in seen


def test_a_late_letter_says_so_and_names_no_day_that_is_past_as_the_limit() -> None:
    school = School(name="Schule am Beispiel")
    person = Person(
        given_name="Ada", family_name="Fort", role=PersonRole.TEACHER, state=PersonState.LEFT,
        left_on=date(2026, 7, 31), school=school,
    )  # fmt: skip
    task = returns.Task(
        person, [Device(asset_tag="T-1", manufacturer="Muster", model="Tab")], 0, date(2026, 8, 14)
    )
    late = return_letters.letter(task, town="Stadt", on=date(2026, 9, 1))
    early = return_letters.letter(task, town="Stadt", on=date(2026, 8, 1))
    assert late.after[0].startswith(
        "Die Rückgabe war bis zum 14.08.2026 erbeten. Bitte bringen Sie das Gerät"
    )
    assert early.after[0] == "Bitte bringen Sie das Gerät mit Zubehör bis zum 14.08.2026 in die Schule."
    assert (late.sender, late.to) == ("Schule am Beispiel", ("Ada Fort",))


# --- as a workbook ---


def test_the_list_can_be_had_as_a_workbook_with_a_row_for_each_device(
    school: School, other_school: School, add_person: AddPerson, lend: Lend, sign_in_as: SignInAs
) -> None:
    leave_after(lend, school, add_person("Ada", "Fort", school, school_class="09B"), "T-1", "T-2")
    leave_after(lend, other_school, add_person("Ida", "Anders", other_school), "T-3")
    browser = sign_in_as(Role.COORDINATOR, school)
    answer = browser.get("/exports/returns.xlsx?class=09B")
    assert answer.status_code == 200
    rows = list(load_workbook(BytesIO(answer.data)).active.iter_rows(values_only=True))
    due = today() - FEW + timedelta(days=14)
    assert [(row[2], row[4].date(), row[5]) for row in rows if row[5] in ("T-1", "T-2", "T-3")] == [
        ("Ada Fort", due, "T-1"),
        ("Ada Fort", due, "T-2"),
    ]
