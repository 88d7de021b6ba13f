"""A report of a past day says what it said on that day, whatever happened since."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from exports import write as writing
from exports.reports import REPORTS, Choice
from school_it import as_of, audit, database
from school_it.access import Actor
from school_it.audit import Action, Entry
from school_it.database import Model, table_of, today, transaction
from school_it.demo import town
from school_it.devices import actions as device_actions
from school_it.devices import loans
from school_it.devices.models import Device
from school_it.devices.rules import State
from school_it.errors import BadValue
from school_it.funding import actions as funding_actions
from school_it.funding import queries as funding_queries
from school_it.funding.models import Receipt
from school_it.people.models import Person
from school_it.people.rules import PersonState
from school_it.schools import actions as school_actions
from school_it.schools.models import School
from tests.conftest import add_school
from tests.exports.town import GRANT

MONDAY, THURSDAY = date(2026, 11, 30), date(2026, 12, 3)
TOLD = (
    "inventory", "schools", "rooms", "figures", "programmes", "grants", "receipts", "proof-of-use", "licences",
    "network", "targets",
)  # fmt: skip
Turn = Callable[[date], None]


@pytest.fixture
def turn_to(monkeypatch: pytest.MonkeyPatch) -> Turn:
    """``turn_to(day)``: from now on it is noon of that day."""

    clocks: list[Any] = [database.now]

    def turn(day: date) -> None:
        noon = datetime(day.year, day.month, day.day, 11, tzinfo=UTC)
        for module in [one for name, one in sys.modules.items() if name.startswith("school_it")]:
            if getattr(module, "now", None) in clocks:
                monkeypatch.setattr(module, "now", lambda: noon)
                clocks.append(module.now)  # type: ignore[attr-defined]

    return turn


def told(session: Session, name: str, folder: Path, *, by: Actor) -> list[tuple[Any, ...]]:
    """Every cell of the report."""
    report = REPORTS[name]
    grant = funding_queries.get_grant_called(session, GRANT, seen_by=by) if "grant" in report.needs else None
    out = folder / f"{name}.xlsx"
    writing.write(session, report, Choice(grant=grant, on=today()), out, by=by)
    return [(sheet.title, *row) for sheet in openpyxl.load_workbook(out) for row in sheet.values]


def test_every_report_of_a_past_day_is_what_it_was_on_that_day(
    app: Flask, session: Session, house: Actor, turn_to: Turn, tmp_path: Path
) -> None:
    turn_to(MONDAY)
    town.build(town.Size(schools=2, devices=30, people=40), by=house)
    before = {name: told(session, name, tmp_path, by=house) for name in TOLD}
    turn_to(THURSDAY)
    _much_happens(house)
    after = {name: told(session, name, tmp_path, by=house) for name in TOLD}
    session.rollback()
    with as_of.end_of(MONDAY) as then:
        for name in TOLD:
            assert told(then, name, tmp_path, by=house) == before[name], name
    assert {name for name in TOLD if after[name] != before[name]} >= {
        "inventory", "schools", "rooms", "figures", "receipts", "proof-of-use",
    }  # fmt: skip
    assert told(session, "inventory", tmp_path, by=house) == after["inventory"]


def _much_happens(by: Actor) -> None:
    with transaction() as now:
        held = now.scalars(
            select(Device).where(Device.person_id.is_not(None)).order_by(Device.id).limit(1)
        ).one()
        loans.take_back(now, held, by=by)
        free = select(Device).where(Device.state == State.IN_STOCK, Device.id != held.id).order_by(Device.id)
        first, second, third = now.scalars(free.limit(3))
        active = select(Person).where(Person.state == PersonState.ACTIVE).order_by(Person.id)
        somebody = now.scalars(active.limit(1)).one()
        loans.hand_out(now, first, to=somebody, by=by)
        device_actions.change_device(now, second, {"remark": "neu", "price_gross": Decimal("12.34")}, by=by)
        device_actions.move(now, third, State.DEFECTIVE, by=by)
        school = now.get_one(School, first.school_id)
        device_actions.add_device(now, {"category_id": first.category_id, "school_id": school.id}, by=by)
        school_actions.change_school(now, school, {"name": "Schule unter neuem Namen"}, by=by)
        its_school = now.get_one(School, second.school_id)
        room = school_actions.add_room(now, its_school, {"room": "neuer Raum"}, by=by)
        loans.hand_out(now, second, to=room, by=by)
        school_actions.record_figures(now, school, 2031, {"pupils": 7}, by=by)
        receipts = list(now.scalars(select(Receipt).order_by(Receipt.id).limit(2)))
        funding_actions.change_receipt(now, receipts[0], receipts[0].school, {"subject": "anders"}, by=by)
        funding_actions.remove_receipt(now, receipts[1], by=by)


def test_before_the_town_was_entered_there_was_nothing(
    app: Flask, session: Session, house: Actor, turn_to: Turn
) -> None:
    turn_to(MONDAY)
    with transaction() as now:
        audit.record(now, Action.BACKUP_MADE, None, by=house)
    turn_to(THURSDAY)
    town.build(town.Size(schools=2, devices=30, people=40), by=house)
    traced = set(session.scalars(select(Entry.object_type).distinct())) - {""}
    session.rollback()
    with as_of.end_of(MONDAY) as then:
        left = {
            table.name: number
            for table in map(table_of, (mapper.class_ for mapper in Model.registry.mappers))
            if table.name in traced and (number := then.scalar(select(func.count()).select_from(table)))
        }
    assert not left


def test_looking_back_writes_nothing_and_keeps_nobody_waiting(
    session: Session, school: School, house: Actor, turn_to: Turn
) -> None:
    turn_to(today() + timedelta(days=1))
    with transaction() as now:
        school_actions.change_school(now, now.get_one(School, school.id), {"name": "Neu"}, by=house)
    with as_of.end_of(today() - timedelta(days=1)) as then:
        assert then.get_one(School, school.id).name == "Grundschule Am Beispielweg"
        with transaction() as now:
            school_actions.change_school(
                now, now.get_one(School, school.id), {"name": "Noch neuer"}, by=house
            )
    assert session.get_one(School, school.id).name == "Noch neuer"


def test_a_day_before_the_first_entry_is_refused_with_the_day_it_begins(school: School) -> None:
    with pytest.raises(BadValue) as refused, as_of.end_of(date(2001, 1, 1)):
        pass
    assert f"{today():%d.%m.%Y}" in str(refused.value)


def test_a_day_to_come_is_refused(school: School) -> None:
    with pytest.raises(BadValue, match="noch nicht gewesen"), as_of.end_of(today() + timedelta(days=1)):
        pass


def test_the_command_line_gives_the_state_of_a_past_day(
    app: Flask, session: Session, house: Actor, turn_to: Turn, tmp_path: Path
) -> None:
    turn_to(MONDAY)
    add_school(house, "199990", "Die erste Schule")
    turn_to(THURSDAY)
    add_school(house, "199995", "Die zweite Schule")
    rows = {}
    for day in ("2026-11-30", "2026-12-03"):
        out = tmp_path / f"{day}.xlsx"
        done = app.test_cli_runner().invoke(
            args=["export", "schools", "--out", str(out), "--as-of", day, "--json"]
        )
        assert done.exit_code == 0, done.output
        rows[day] = json.loads(done.stdout)["rows"]
        assert f"Stand {day[8:]}.{day[5:7]}.2026" in str(openpyxl.load_workbook(out).active["A3"].value)
    assert rows == {"2026-11-30": 1, "2026-12-03": 2}


def test_the_page_refuses_what_is_no_day(admin: Any) -> None:
    answer = admin.get("/exports/schools.xlsx?as_of=gestern")
    assert answer.status_code == 422
    assert "»gestern« ist kein Tag" in answer.get_data(as_text=True)
