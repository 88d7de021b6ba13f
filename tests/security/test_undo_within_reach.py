"""Taking back: nobody takes back what is another's, and nobody learns by it what is no longer theirs."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from school_it.access import Actor
from school_it.audit import Batch
from school_it.database import transaction
from school_it.devices import actions, queries
from tests.house.world import World, browser_of
from tests.imports.pages import bring

LIST = "Inventarnummer;Geräteart;Hersteller;Schulnummer\nN-1;Tablet;Neu;115514\n"


def taken_over(browser: FlaskClient, session: Session) -> int:
    """The act of a file that this person has brought and taken over."""
    assert browser.post(f"{bring(browser, LIST)}/apply").status_code == 302
    session.rollback()
    return session.scalars(select(func.max(Batch.id))).one()


@pytest.mark.parametrize("who", ["foreign-coordinator", "teacher", "auditor"])
def test_the_act_of_another_is_not_taken_back(
    app: Flask, coordinator: FlaskClient, world: World, session: Session, who: str
) -> None:
    act, before = taken_over(coordinator, session), session.scalar(select(func.count(Batch.id)))
    browser = browser_of(app, who)
    for answer in (
        browser.get(f"/batches/{act}/undo"),
        browser.post(f"/batches/{act}/undo", data={"expected": ""}),
    ):
        assert answer.status_code in (403, 404)
    session.rollback()
    assert session.scalar(select(func.count(Batch.id))) == before


def test_a_button_without_what_was_shown_takes_nothing_back(
    coordinator: FlaskClient, world: World, session: Session, house: Actor
) -> None:
    act = taken_over(coordinator, session)
    for expected in ("", "0" * 64, "x" * 5000):
        assert coordinator.post(f"/batches/{act}/undo", data={"expected": expected}).status_code == 422
    assert queries.get_device(session, "N-1", seen_by=house)


def test_a_device_that_has_left_the_school_is_called_as_it_was_there(
    coordinator: FlaskClient, world: World, session: Session, house: Actor
) -> None:
    act = taken_over(coordinator, session)
    with transaction() as writing:
        device = queries.get_device(writing, "N-1", seen_by=house)
        elsewhere = {"school_id": world.foreign.rows[0].id, "room_id": None, "asset_tag": "GEHEIM-7"}
        actions.change_device(writing, device, elsewhere, by=house)
    text = coordinator.get(f"/batches/{act}/undo").get_data(as_text=True)
    assert "N-1" in text
    assert "GEHEIM-7" not in text
