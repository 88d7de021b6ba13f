"""What a file or its undo may not do to seats that are given away, and the report of seats."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from school_it import undo
from school_it.access import Actor
from school_it.audit import Batch
from school_it.database import transaction
from school_it.licences import seats
from school_it.licences.groups import Group
from school_it.licences.models import Licence
from school_it.schools.models import School
from tests.licences.conftest import AddClass
from tests.licences.test_licences_from_files import GOOD, run


def give(group: Group, by: Actor) -> None:
    with transaction() as session:
        licence = session.scalars(select(Licence)).one()
        seats.give_to_group(session, licence, group, by=by)


def person_licence(number: int) -> str:
    return GOOD.replace(";120;", f";{number};").replace("Schullizenz", "Person")


def test_a_file_does_not_lower_the_number_below_what_is_in_use(
    app: Flask, session: Session, tmp_path: Path, school: School, add_class: AddClass, house: Actor
) -> None:
    add_class(school, "07B", 3)
    run(app, tmp_path, person_licence(5))
    give(Group(school.id, school_class="07B"), house)
    refused, facts = run(app, tmp_path, person_licence(2))
    assert refused.exit_code == 3
    (problem,) = facts["problems"]
    assert problem["column"] == "Anzahl Lizenzen"
    assert "3 Plätze sind vergeben" in problem["sentence"]
    by_device, facts = run(app, tmp_path, GOOD.replace(";120;", ";5;").replace("Schullizenz", "Gerät"))
    assert by_device.exit_code == 3, facts
    assert run(app, tmp_path, person_licence(3))[0].exit_code == 0
    session.expire_all()
    assert session.scalars(select(Licence.seats)).all() == [3]


def test_an_undo_does_not_lower_the_number_below_what_is_in_use(
    app: Flask, session: Session, tmp_path: Path, school: School, add_class: AddClass, house: Actor
) -> None:
    add_class(school, "07B", 3)
    run(app, tmp_path, person_licence(2))
    run(app, tmp_path, person_licence(5))
    give(Group(school.id, school_class="07B"), house)
    first, last = session.scalars(select(Batch.id).where(Batch.kind == "import.licences").order_by(Batch.id))
    session.rollback()
    (conflict,) = undo.take_back(last, by=house).conflicts
    assert "3 Plätze sind vergeben" in str(conflict.sentence)
    assert undo.take_back(first, by=house).conflicts
    session.expire_all()
    assert session.scalars(select(Licence.seats)).all() == [5]


def test_giving_a_class_its_seats_is_taken_back_as_a_whole(
    app: Flask, session: Session, tmp_path: Path, school: School, add_class: AddClass, house: Actor
) -> None:
    add_class(school, "07B", 3)
    run(app, tmp_path, person_licence(5))
    give(Group(school.id, school_class="07B"), house)
    last = session.scalars(select(Batch.id).where(Batch.kind == seats.BATCH)).one()
    session.rollback()
    done = undo.take_back(last, by=house)
    assert (done.undone, done.conflicts, done.kept) == (3, [], [])
    give(Group(school.id, school_class="07B"), house)


def test_the_report_of_seats_names_who_has_them(
    app: Flask, tmp_path: Path, school: School, add_class: AddClass, house: Actor
) -> None:
    add_class(school, "07B", 2)
    run(app, tmp_path, person_licence(5))
    give(Group(school.id, school_class="07B"), house)
    out = tmp_path / "plaetze.xlsx"
    written = app.test_cli_runner().invoke(args=["export", "licence-seats", "--out", str(out), "--json"])
    assert json.loads(written.stdout)["rows"] == 2, written.output
    cells = [
        cell for row in openpyxl.load_workbook(out)["Plätze"].iter_rows(values_only=True) for cell in row
    ]
    assert "Ada Ahl001" in cells
    assert "07B" in cells
