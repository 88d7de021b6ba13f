"""A person's name can be forgotten everywhere; the history of the devices stays."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from school_it import audit
from school_it.access import Actor, Role
from school_it.database import transaction
from school_it.demo.town import Size
from school_it.devices import loans
from school_it.devices.models import Device, Handout
from school_it.errors import RuleBroken
from school_it.people import actions
from school_it.people.models import Person
from school_it.people.rules import PersonState
from tests import demo_town


@pytest.fixture
def leaver(session: Session, house: Actor) -> Person:
    """Somebody who has left and still has a device."""
    demo_town.build(Size(schools=2, devices=120, people=240), by=house)
    held = select(Person).join(Device, Device.person_id == Person.id).where(Person.state == PersonState.LEFT)
    return session.scalars(held.order_by(Person.id)).first()  # type: ignore[return-value]


def give_back(person: Person, by: Actor) -> None:
    with transaction() as session:
        for device in session.scalars(select(Device).where(Device.person_id == person.id)):
            loans.take_back(session, device, by=by)


def test_nobody_is_forgotten_who_still_has_a_device(leaver: Person, house: Actor) -> None:
    with pytest.raises(RuleBroken), transaction() as session:
        actions.forget(session, session.merge(leaver), by=house)


def test_the_name_is_gone_from_every_table_and_the_hand_out_stays(
    session: Session, leaver: Person, house: Actor
) -> None:
    canary, ident = "Xylophonius", leaver.id
    with transaction() as writing:
        person = writing.get_one(Person, ident)
        person.family_name, person.sort_name, person.folded, person.username = (
            canary,
            canary,
            canary.lower(),
            canary,
        )
        audit.record(
            writing,
            audit.Action.PERSON_CHANGED,
            person,
            by=house,
            personal={"family_name": ["Alt", canary]},
            person_id=ident,
        )
    give_back(leaver, house)
    with transaction() as writing:
        actions.forget(writing, writing.get_one(Person, ident), by=house)
    for table in ("people", "audit_entries", "handouts", "devices"):
        rows = session.execute(text(f"SELECT * FROM {table}")).all()
        assert canary.lower() not in str(rows).lower(), table
    assert session.scalar(select(Handout.id).where(Handout.person_id == ident))


def test_an_administrator_sees_first_what_will_happen(
    leaver: Person, house: Actor, sign_in_as: Callable[..., FlaskClient], session: Session
) -> None:
    give_back(leaver, house)
    browser, address = sign_in_as(Role.ADMIN, name="verwaltung"), f"/people/{leaver.id}/forget"
    assert "nicht rückgängig machen" in browser.get(address).get_data(as_text=True)
    assert browser.post(address).status_code == 302
    assert session.get_one(Person, leaver.id).state is PersonState.FORGOTTEN


def test_nobody_else_may(leaver: Person, sign_in_as: Callable[..., FlaskClient]) -> None:
    assert sign_in_as(Role.OFFICE).post(f"/people/{leaver.id}/forget").status_code == 403


def test_the_day_somebody_left_stays_for_the_statistics(
    session: Session, leaver: Person, house: Actor
) -> None:
    give_back(leaver, house)
    with transaction() as writing:
        actions.forget(writing, writing.get_one(Person, leaver.id), by=house)
    assert isinstance(session.get_one(Person, leaver.id).left_on, date)
