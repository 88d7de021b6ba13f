"""The invented town: whole, the same for the same seed, and only in an empty database."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from school_it.access import Actor
from school_it.demo import town
from school_it.devices.models import Device, Handout
from school_it.errors import RuleBroken
from school_it.funding import standing
from school_it.funding.models import Decision, Grant, Receipt
from school_it.licences.models import Licence
from school_it.network import rules as network_rules
from school_it.network.models import Outlet
from school_it.network.queries import rows_for_sheet
from school_it.network.rules import Place
from school_it.network.types.models import DeviceType
from school_it.people.models import Person, PersonState
from school_it.plan.models import Target
from school_it.schools.models import Room, School, YearlyFigures
from tests import demo_town

SMALL = town.Size(schools=3, devices=120, people=240)
IDENTITY = (Device.asset_tag, Device.serial_number, Device.mac_address, Device.state, Device.price_gross)


def test_a_small_town_has_everything_a_town_has(session: Session, house: Actor) -> None:
    made = town.build(SMALL, by=house)
    assert (made["schools"], made["people"]) == (3, 240)
    for table in (School, Room, YearlyFigures, Handout, Licence, Outlet, Target, DeviceType):
        assert session.scalar(select(func.count()).select_from(table)), table
    categories = set(session.scalars(select(Device.category_id).distinct()))
    assert len(categories) > 10
    assert session.scalar(select(func.count()).where(Device.serial_number.is_(None))), "a real list has gaps"


def test_no_port_of_the_town_is_used_twice(session: Session, house: Actor) -> None:
    """Written without the check of an import, so it is asked here; some chains are whole, some have gaps."""
    demo_town.build(SMALL, by=house)
    rows = [dict(row) for row in rows_for_sheet(session, seen_by=house)]
    places = [
        Place(number, row["outlet"], row["school_number"], row, number) for number, row in enumerate(rows)
    ]
    assert network_rules.clashes(places) == []
    whole = [row for row in rows if not network_rules.gaps(row, switch_known=True)]
    assert 0 < len(whole) < len(rows)


def test_somebody_has_left_with_a_device(session: Session, house: Actor) -> None:
    demo_town.build(SMALL, by=house)
    gone = select(func.count()).select_from(Device).join(Person, Device.person_id == Person.id)
    assert session.scalar(gone.where(Person.state == PersonState.LEFT))


def test_it_comes_only_into_an_empty_database(session: Session, house: Actor, school: School) -> None:
    with pytest.raises(RuleBroken):
        town.build(SMALL, by=house)
    assert session.scalar(select(func.count()).select_from(Person)) == 0


def test_the_command_says_what_was_made_and_refuses_the_second_time(app: Flask) -> None:
    words = ["demo", "--schools", "2", "--devices", "40", "--people", "80", "--json"]
    first = app.test_cli_runner().invoke(args=words)
    assert first.exit_code == 0, first.output
    assert json.loads(first.stdout)["schools"] == 2
    assert app.test_cli_runner().invoke(args=words).exit_code == 3


def test_what_its_devices_name_was_granted_and_fits_to_the_piece(session: Session, house: Actor) -> None:
    demo_town.build(SMALL, by=house)
    devices = session.execute(select(Device).where(Device.file_reference.is_not(None))).scalars().all()
    decisions = {one.file_reference: one for one in session.scalars(select(Decision)).unique()}
    assert {device.file_reference for device in devices} <= decisions.keys()
    for device in devices:
        grant = decisions[device.file_reference or ""].grant
        assert (device.programme, device.bound_until) == (grant.programme.code, grant.earmark_end)
    assert sum(session.scalars(select(Receipt.quantity))) == len(devices)
    for grant in session.scalars(select(Grant)).unique():
        figures = standing.of_grant(session, grant).figures
        assert figures.eligible_actual <= figures.eligible_planned, grant.reference


@pytest.mark.parametrize("name", ["grants", "programmes", "receipts"])
def test_its_funding_keeps_every_rule_of_a_file(app: Flask, house: Actor, tmp_path: Path, name: str) -> None:
    with app.app_context():
        demo_town.build(SMALL, by=house)
    out, runner = str(tmp_path / "aus.xlsx"), app.test_cli_runner()
    written = runner.invoke(args=["export", name, "--out", out, "--grant", "48.03-05/24", "--json"])
    assert written.exit_code == 0, written.output
    back = runner.invoke(args=["import", name, out, "--dry-run", "--json"])
    found = json.loads(back.stdout)
    assert (back.exit_code, found["problems"], found["changed"]) == (0, [], 0)
    assert found["same"] == json.loads(written.stdout)["rows"] > 0
