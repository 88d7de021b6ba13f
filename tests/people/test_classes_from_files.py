"""A new list of classes shows before it is taken over how each class goes on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from imports.models import Upload
from school_it.access import Role
from school_it.database import today
from school_it.people import class_moves
from school_it.people.class_moves import Move, What
from school_it.people.models import Person
from school_it.schools.models import School
from tests.people.conftest import AddPerson

HEAD = "Schlüssel;Rolle;Vorname;Nachname;Schulnummer;Klasse;Abgang am"


def row(key: str, school: School, school_class: str, leaves: str = "", role: str = "Schüler") -> str:
    return f"{key};{role};Ada;Muster{key};{school.school_number};{school_class};{leaves}"


def bring(browser: FlaskClient, *rows: str) -> str:
    file = (BytesIO("\n".join((HEAD, *rows)).encode()), "klassen.csv")
    answer = browser.post(
        "/imports", data={"kind": "people", "file": file}, content_type="multipart/form-data"
    )
    assert answer.status_code == 302, answer.get_data(as_text=True)
    return answer.location


def pupils(add_person: AddPerson, school: School, school_class: str, *keys: str) -> None:
    for key in keys:
        told = {"record_id": key, "stable_id": key, "username": None, "source": "file"}
        add_person("Ada", f"Muster{key}", school, school_class=school_class, **told)


def test_the_page_of_a_file_counts_class_by_class_and_names_who_repeats(
    session: Session, school: School, add_person: AddPerson, sign_in_as: Callable[..., FlaskClient]
) -> None:
    pupils(add_person, school, "01A", "a1", "a2", "a3")
    pupils(add_person, school, "04A", "d1", "d2")
    gone = f"{today() - timedelta(days=1):%d.%m.%Y}"
    place = bring(
        office := sign_in_as(Role.OFFICE),
        row("a1", school, "2 a"), row("a2", school, "02A"), row("a3", school, "1a"),
        row("d1", school, "4a", gone), row("neu", school, "1a"), row("lk", school, "", role="Lehrkraft"),
    )  # fmt: skip
    seen = office.get(place).get_data(as_text=True)
    assert "Wie die Klassen weitergehen" in seen
    assert "1 wiederholen in derselben Klasse (01A)." in seen
    kept = session.scalars(select(Upload.summary)).one()["classes"]
    assert class_moves.from_json(kept) == [
        Move(school.school_number, None, "01A", What.NEW, 1),
        Move(school.school_number, "01A", "01A", What.SAME, 1),
        Move(school.school_number, "01A", "02A", What.MOVED, 2),
        Move(school.school_number, "04A", None, What.LEFT, 1),
    ]
    assert session.scalars(select(Person.school_class).where(Person.record_id == "d2")).one() == "04A"


def test_a_list_that_moves_nobody_says_nothing_of_classes(
    school: School, add_person: AddPerson, sign_in_as: Callable[..., FlaskClient]
) -> None:
    pupils(add_person, school, "01A", "a1")
    office = sign_in_as(Role.OFFICE)
    seen = office.get(bring(office, row("a1", school, "Klasse 1a"))).get_data(as_text=True)
    assert "unverändert" in seen
    assert "Wie die Klassen weitergehen" not in seen
