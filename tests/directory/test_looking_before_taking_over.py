"""What is shown before anything is taken over, and taking over exactly that (19, 23, 55, 60)."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from school_it import audit
from school_it.audit import Action
from school_it.people.models import Person, PersonState, SyncRun
from school_it.people.rules import RunOutcome
from school_it.schools.models import School
from tests.directory.slapd import LAYOUTS
from tests.directory.syncing import NUMBERS, sync
from tests.directory.years import Later

pytestmark = pytest.mark.directory


def plain(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def newest(session: Session) -> SyncRun:
    session.rollback()
    return session.scalars(select(SyncRun).order_by(SyncRun.id.desc()).limit(1)).one()


@pytest.fixture
def a_year_later(app: Flask, session: Session, schools: list[School], settings: Any) -> SyncRun:
    """The town is known, the school year has changed, and a trial run has been stopped by the guard."""
    settings.at("o=inetorg", "inetorg")
    sync(app)
    settings.at("o=inetorg-year", "inetorg")
    sync(app, "--dry-run", code=3)
    return newest(session)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_ten_people_are_shown_as_they_would_be_stored(
    app: Flask, schools: list[School], settings: Any, admin: FlaskClient, layout: str
) -> None:
    settings.at(f"o={layout}", layout)
    html = admin.post("/people/directory/test", data={"directory": "directory"}).get_data(as_text=True)
    table = html[html.index("So würden sie gespeichert") :]
    table = table[: table.index("</table>")]
    assert table.count('scope="row"') == 10
    for word in ("Lehrkraft", "Schüler", "Personal"):
        assert word in table
    assert ("unbekannt: gym" if layout == "sophomorix" else NUMBERS["990018"]) in plain(table)


def test_what_is_odd_about_a_directory_is_said(
    app: Flask, schools: list[School], settings: Any, admin: FlaskClient, tmp_path: Any
) -> None:
    profile = tmp_path / "falsch.toml"
    profile.write_text(
        """
        [people]
        filter = "(objectClass=inetOrgPerson)"
        id = "entryUUID"
        [people.fields]
        family_name = "sn"
        [[role]]
        is = "pupil"
        attribute = "sn"
        like = ["*"]
        [school]
        attributes = ["roomNumber"]
        """,
        "utf-8",
    )
    settings.at("o=inetorg", str(profile))
    said = plain(admin.post("/people/directory/test").get_data(as_text=True))
    for sentence in (
        "ist keine Lehrkraft und kein Personal",
        "500 von 500 sind an keiner Schule",
        "500 von 500 haben keinen Benutzernamen",
        "in keiner Klasse",
    ):
        assert sentence in said


def test_a_plan_is_shown_with_counts_by_school_and_leavers_first_by_name(
    admin: FlaskClient, a_year_later: SyncRun, next_year: Later
) -> None:
    html = admin.get(f"/people/directory/runs/{a_year_later.id}").get_data(as_text=True)
    assert "erlaubt" in html
    assert "Trotzdem übernehmen" in html
    assert all(step["kind"] == "left" for step in a_year_later.result["steps"][: len(next_year.left)])
    told = a_year_later.result["by_school"]
    assert sum(row["left"] for row in told.values()) == len(next_year.left)
    new = plain(admin.get(f"/people/directory/runs/{a_year_later.id}?kind=new").get_data(as_text=True))
    assert f"{len(next_year.joined)} Personen" in new
    school = f"/people/directory/runs/{a_year_later.id}?kind=left&school={NUMBERS['990018']}"
    assert f"{told[NUMBERS['990018']]['left']} Personen" in plain(admin.get(school).get_data(as_text=True))


def test_a_plan_that_was_looked_at_is_taken_over_with_the_reason_on_record(
    app: Flask, session: Session, admin: FlaskClient, a_year_later: SyncRun, next_year: Later
) -> None:
    address = f"/people/directory/runs/{a_year_later.id}/approve"
    assert "wären abgegangen" in admin.get(address).get_data(as_text=True)
    assert admin.post(address, data={"reason": ""}).status_code == 422
    assert admin.post(address, data={"reason": "Schuljahreswechsel"}).status_code == 302
    run = newest(session)
    assert (run.outcome, run.forced, run.reason) == (RunOutcome.APPLIED, True, "Schuljahreswechsel")
    left = session.scalars(select(Person).where(Person.state == PersonState.LEFT)).all()
    assert len(left) == len(next_year.left)
    (entry,) = session.scalars(
        select(audit.Entry)
        .where(audit.Entry.action == Action.DIRECTORY_SYNCED)
        .order_by(audit.Entry.id.desc())
        .limit(1)
    )
    assert entry.facts["reason"] == "Schuljahreswechsel"
    assert "Schuljahreswechsel" in admin.get(f"/people/directory/runs/{run.id}").get_data(as_text=True)
    assert admin.get(address).status_code == 404


def test_a_directory_that_has_changed_since_needs_another_look(
    app: Flask, session: Session, admin: FlaskClient, a_year_later: SyncRun, settings: Any
) -> None:
    settings.at("o=inetorg-day", "inetorg")
    address = f"/people/directory/runs/{a_year_later.id}/approve"
    admin.post(address, data={"reason": "Schuljahreswechsel"})
    run = newest(session)
    assert (run.outcome, run.applied) == (RunOutcome.REFUSED, False)
    assert "seit dem gezeigten Plan geändert" in (run.sentence or "")
    assert not session.scalars(select(Person).where(Person.state == PersonState.LEFT)).all()


def test_force_on_the_command_line_is_on_record_with_its_reason(
    app: Flask, session: Session, a_year_later: SyncRun
) -> None:
    told = sync(app, "--force", "--reason", "Rat hat zugestimmt")
    assert told["reason"] == "Rat hat zugestimmt"
    run = newest(session)
    assert (run.forced, run.reason) == (True, "Rat hat zugestimmt")
