"""People from a table: new, changed, left, and what stays the directory's."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from school_it import audit, changes, sheets
from school_it.access import Actor
from school_it.database import today, transaction
from school_it.people import queries
from school_it.people.intake import FILE, PeopleIntake, sheet_lines
from school_it.people.models import Person, PersonState
from school_it.people.rules import PersonRole
from school_it.people.sheet import PEOPLE
from school_it.schools.models import School
from school_it.setwise import Changed
from school_it.sheets import Reading, Table
from tests.people.conftest import AddPerson

HEADERS = tuple(column.header for column in PEOPLE.columns)
ADA = ("4711", "Schüler", "Ada", "Ahl", "ada.ahl", "ada@schule.example", "115514", "5 a", None)


def reading_of(session: Session, by: Actor, *rows: tuple[Any, ...]) -> Reading:
    table = Table(
        None, 1, HEADERS, tuple(range(len(HEADERS))), [(n, list(row)) for n, row in enumerate(rows, 2)]
    )
    reading = sheets.read(PEOPLE, table)
    reading.refuse(PeopleIntake().check(session, reading, by=by))
    return reading


def take(session: Session, by: Actor, *rows: tuple[Any, ...]) -> tuple[int, int, int]:
    """As the door does it: new, changed, same."""
    reading, intake = reading_of(session, by, *rows), PeopleIntake()
    assert not reading.problems, [str(problem.sentence) for problem in reading.problems]
    known = intake.known(session, reading.rows)
    found = {
        row.number: changes.difference(known[row.number][1], row.values)
        for row in reading.rows
        if row.number in known
    }
    changed = [Changed(known[number][0], fields, "", None) for number, fields in found.items() if fields]
    new = [row for row in reading.rows if row.number not in known]
    with transaction() as writing:
        intake.write(writing, new, changed, by=by, batch=audit.begin_batch(writing, "import.people", by=by))
    return len(new), len(changed), len(found) - len(changed)


def ada(session: Session) -> Person:
    return session.scalars(select(Person).where(Person.record_id == "4711")).one()


def test_a_row_becomes_a_person_and_again_changes_nothing(
    session: Session, house: Actor, school: School
) -> None:
    assert take(session, house, ADA) == (1, 0, 0)
    found = ada(session)
    assert (found.source, found.role, found.school_class) == (FILE, PersonRole.PUPIL, "05A")
    assert found.school_id == school.id
    assert take(session, house, ADA) == (0, 0, 1)


def test_a_changed_row_changes_the_person_and_leaves_a_trace_that_can_be_forgotten(
    session: Session, house: Actor, school: School, other_school: School
) -> None:
    take(session, house, ADA)
    assert take(session, house, (*ADA[:3], "Neu", *ADA[4:6], "167149, 115514", "EF", None)) == (0, 1, 0)
    found = ada(session)
    assert (found.family_name, found.school_class, found.school_id) == ("Neu", "EF", other_school.id)
    assert len(found.memberships) == 2
    entry = audit.story(session, found)[0]
    assert entry.changes == {}
    assert entry.personal is not None
    assert entry.personal["family_name"] == ["Ahl", "Neu"]


def test_a_day_of_leaving_that_is_past_means_left_and_a_later_one_brings_back(
    session: Session, house: Actor, school: School
) -> None:
    take(session, house, (*ADA[:8], date(2026, 7, 31)))
    found = ada(session)
    assert (found.state, found.left_on) == (PersonState.LEFT, date(2026, 7, 31))
    take(session, house, (*ADA[:8], today() + timedelta(days=30)))
    session.refresh(found)
    assert (found.state, found.left_on) == (PersonState.ACTIVE, None)


def test_what_is_wrong_with_a_row_is_said(session: Session, house: Actor, school: School) -> None:
    rows = (
        (*ADA[:6], "999999", "5a", None),
        ("2", "Schüler", None, "Ohne", None, None, "115514", "5a", None),
        ("3", "Schüler", "Ida", "Post", None, "keine", "115514", "5a", None),
        ("4", "Lehrkraft", "Uwe", "Klasse", None, None, "115514", "5a", None),
        ("5", "Personal", "Eva", "Frei", None, None, None, None, None),
    )
    reading = reading_of(session, house, *rows)
    assert [(problem.row, str(problem.sentence)) for problem in reading.problems] == [
        (2, "Die Schule 999999 ist hier nicht bekannt."),
        (3, "Vorname fehlt. Bitte eintragen."),
        (4, "Das ist keine E-Mail-Adresse."),
        (5, "Eine Klasse haben nur Schülerinnen und Schüler."),
        (6, "Schulnummer fehlt. Bitte eintragen."),
    ]


def test_who_comes_from_the_directory_is_changed_there(
    session: Session, house: Actor, school: School, add_person: AddPerson
) -> None:
    add_person("Ada", "Ahl", school, record_id="4711", school_class="05A")
    reading = reading_of(session, house, (*ADA[:3], "Neu", *ADA[4:]))
    assert {str(problem.sentence) for problem in reading.problems} == {
        "Diese Person kommt aus dem Verzeichnis und wird dort geändert."
    }


def test_an_export_read_back_unchanged_changes_nobody(
    session: Session, house: Actor, school: School, other_school: School, add_person: AddPerson
) -> None:
    take(session, house, ADA)
    add_person("", "Einname", school, school_class="05A")
    add_person("Uwe", "Drei", other_school, school, role=PersonRole.TEACHER, record_id="7")
    add_person("Ben", "Doppelt", school, record_id="8", username="b1", stable_id="b1")
    add_person("Ben", "Doppelt", school, record_id="8", username="b2", stable_id="b2")
    add_person("Eva", "Ohne", role=PersonRole.STAFF)
    add_person("Ida", "Fort", school, state=PersonState.LEFT, left_on=date(2026, 7, 1))
    everybody = [person for source in (FILE, "directory") for person in queries.known_people(session, source)]
    rows = [tuple(line) for line in sheets.lines(PEOPLE, sheet_lines(everybody))]
    assert take(session, house, *rows) == (0, 0, len(everybody))
