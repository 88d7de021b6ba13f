"""A sync with the directory is taken back; the next one would do the same again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from school_it import access, audit, jobs
from school_it.access import Actor
from school_it.database import transaction
from school_it.people import actions, queries, sync
from school_it.people.entries import DirectoryAnswer, DirectoryPerson
from school_it.people.models import Person, SyncRun
from school_it.people.rules import PersonRole, PersonState, RunOutcome
from tests.undo.conftest import Undone, picture

Bring = Callable[..., int]
TakeBack = Callable[..., Undone]
DIRECTORY = "directory"


def person(key: str, family_name: str, *schools: str, **told: Any) -> DirectoryPerson:
    values: dict[str, Any] = {
        "stable_id": key, "role": PersonRole.PUPIL, "family_name": family_name, "given_name": "Kim",
        "username": key, "school_keys": schools, "school_class": "03B", "class_raw": "3 b", **told,
    }  # fmt: skip
    return DirectoryPerson(**values)


def planned(session: Session, people: Sequence[DirectoryPerson]) -> sync.Plan:
    answer = DirectoryAnswer(DIRECTORY, tuple(people))
    return sync.plan(
        queries.known_people(session, DIRECTORY),
        answer,
        queries.known_schools(session),
        today=date(2026, 11, 28),
        max_leavers_percent=100,
        from_files=queries.known_people(session, queries.FILE),
    )


def synced(people: Sequence[DirectoryPerson], by: Actor) -> int:
    """Take over what the directory says, as a run does; returns the batch."""
    with transaction() as session:
        run = SyncRun(actor_name=by.name, outcome=RunOutcome.APPLIED, applied=True, result={"steps": ["Kim"]})
        session.add(run)
        session.flush()
        actions._take_over(session, run, planned(session, people), by=by)
        assert run.batch_id is not None
        return run.batch_id


BEFORE = (
    person("a", "Ahl", "115514"),
    person("b", "Bach", "115514", "167149", leaves_on=date(2027, 7, 31)),
    person("c", "Cramer", "167149", school_class=None, class_raw=None, role=PersonRole.TEACHER, locked=True),
)
AFTER = (
    person("b", "Bach-Neu", "167149", school_class="04A", class_raw="4a", username=None),
    person("c", "Cramer", "115514", "167149", school_class=None, class_raw=None, role=PersonRole.STAFF),
    person("d", "Dorn", "167149"),
)


@pytest.mark.usefixtures("town")
def test_everybody_is_again_who_they_were(session: Session, take_back: TakeBack, house: Actor) -> None:
    synced(BEFORE, house)
    before = picture(session)
    plan = planned(session, AFTER)
    batch = synced(AFTER, house)
    done = take_back(batch)
    assert (done.code, done.counts, done.facts["kind"]) == (0, (4, 4, 0), "directory")
    assert picture(session) == before
    assert planned(session, AFTER).steps == plan.steps


@pytest.mark.usefixtures("town")
def test_who_left_and_came_back_has_left_again(session: Session, take_back: TakeBack, house: Actor) -> None:
    synced(BEFORE, house)
    synced(BEFORE[1:], house)
    before = picture(session)
    batch = synced(BEFORE, house)
    assert take_back(batch).code == 0
    assert picture(session) == before


@pytest.mark.usefixtures("town")
def test_somebody_linked_with_a_person_of_a_file_comes_from_the_file_again(
    session: Session, bring: Bring, take_back: TakeBack, house: Actor
) -> None:
    bring("people", "Schlüssel;Rolle;Nachname;Vorname;Schulnummer;Klasse\nk1;Schüler;Ahl;Kim;115514;3b\n")
    before = picture(session)
    batch = synced((person("a", "Ahl", "115514", record_id="k1"),), house)
    assert session.scalars(select(Person.source)).all() == [DIRECTORY]
    assert take_back(batch).code == 0
    assert picture(session) == before


@pytest.mark.usefixtures("town")
def test_the_page_of_the_run_forgets_the_names_too(
    session: Session, take_back: TakeBack, house: Actor
) -> None:
    take_back(synced(BEFORE, house))
    assert session.scalars(select(SyncRun.result)).all() == [{}]
    told = session.scalars(select(audit.Entry).where(audit.Entry.object_type == "people")).all()
    assert [entry.personal for entry in told] == [None] * 6


@pytest.mark.usefixtures("town")
def test_a_sync_that_brought_nobody_is_told_so(session: Session, take_back: TakeBack, house: Actor) -> None:
    with transaction() as writing:
        batch = audit.begin_batch(writing, "directory", by=house).id
    done = take_back(batch)
    assert (done.code, done.counts, done.facts["applied"]) == (3, (0, 0, 0), False)


@pytest.mark.usefixtures("town")
def test_leavers_noted_by_night_are_there_again(
    app: Flask, session: Session, bring: Bring, take_back: TakeBack
) -> None:
    """Their day of leaving was told beforehand and was still to come then."""
    bring("people", "Schlüssel;Rolle;Nachname;Vorname;Schulnummer;Klasse\nk1;Schüler;Ahl;Kim;115514;3b\n")
    with transaction() as writing:
        writing.execute(update(Person).values(leaves_on=date(2024, 7, 31)))
    before = picture(session)
    with transaction() as writing:
        jobs.start(writing, "people.leave", by=access.house("job"))
    session.rollback()
    assert session.scalars(select(Person.state)).all() == [PersonState.LEFT]
    batch = session.scalars(select(audit.Batch.id).where(audit.Batch.kind == "people.leave")).one()
    assert take_back(batch).code == 0
    assert picture(session) == before
