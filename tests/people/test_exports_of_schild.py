"""Exports of SchILD-NRW and SVWS are read as they come, and nothing private is kept of them."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from school_it.access import Role
from school_it.people.models import Person
from school_it.people.rules import PersonRole
from school_it.schools.models import School

SCHILD = "Interne ID-Nummer;Nachname;Vorname;Klasse;Geburtsdatum;Entlassdatum;E-Mail (privat);E-Mail (Schule);Status"


def schild(*rows: str) -> bytes:
    return "\r\n".join((SCHILD, *rows)).encode("cp1252")


def brought(browser: FlaskClient, content: bytes, school: School) -> str:
    file = (BytesIO(content), "SchuelerExport.csv")
    data = {"kind": "people", "school": school.school_number, "file": file}
    answer = browser.post("/imports", data=data, content_type="multipart/form-data")
    assert answer.status_code == 302
    return answer.location


def test_an_export_of_schild_is_read_as_it_is_and_keeps_nothing_private(
    session: Session, school: School, sign_in_as: Callable[..., FlaskClient]
) -> None:
    office = sign_in_as(Role.OFFICE)
    place = brought(
        office, schild("17;Müßig;Jörg;5a;01.02.2015;;kanar@privat.example;j.m@schule.example;2"), school
    )
    assert office.post(f"{place}/apply").status_code == 302
    (person,) = session.scalars(select(Person)).all()
    assert (person.record_id, person.family_name, person.role) == ("17", "Müßig", PersonRole.PUPIL)
    assert (person.school_class, person.email, person.school_id) == ("05A", "j.m@schule.example", school.id)
    rows = (
        session.execute(text("SELECT * FROM people")).all()
        + session.execute(text("SELECT * FROM audit_entries")).all()
    )
    assert "privat.example" not in str(rows)
    assert "2015" not in str(rows)


def test_the_same_number_of_another_schools_software_is_not_the_same_pupil(
    session: Session, school: School, other_school: School, sign_in_as: Callable[..., FlaskClient]
) -> None:
    office = sign_in_as(Role.OFFICE)
    first = brought(office, schild("17;Müßig;Jörg;4a;;;;;2"), school)
    assert office.post(f"{first}/apply").status_code == 302
    second = brought(office, schild("17;Anders;Ida;5b;;;;;2"), other_school)
    assert f"hat an der Schule {school.school_number} eine Person anderen Namens" in office.get(
        second
    ).get_data(as_text=True)
    moved = brought(office, schild("17;Müßig;Jörg;5b;;;;;2"), other_school)
    assert "eine Person anderen Namens" not in office.get(moved).get_data(as_text=True)
