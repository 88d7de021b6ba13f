"""`school-it ldap sync` against a real directory and a real database."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from school_it import audit
from school_it.access import Actor
from school_it.database import now, transaction
from school_it.people import actions, holdings
from school_it.people.models import Person, PersonState, SyncRun
from school_it.people.rules import RunOutcome
from school_it.schools.models import School
from tests.conftest import add_school
from tests.directory.slapd import READER_PASSWORD, Slapd
from tests.directory.syncing import NUMBERS, person, run, sync
from tests.directory.town import Resident, inetorg, residents, ucs

pytestmark = pytest.mark.directory

# --- the whole town ---


@pytest.mark.parametrize(("suffix", "profile"), [("o=inetorg", "inetorg"), ("o=ucs", "ucs")])
def test_a_first_sync_brings_everybody_and_a_second_changes_nothing(
    app: Flask, session: Session, schools: list[School], settings: Any, townspeople: list[Resident],
    suffix: str, profile: str,
) -> None:  # fmt: skip
    settings.at(suffix, profile)
    first = sync(app)
    assert (first["entries"], first["new"], first["problem"]) == (len(townspeople), len(townspeople), 0)
    assert first["applied"]
    assert first["complete"]
    assert sum(row["new"] for row in first["by_school"].values()) == len(townspeople) - 1
    trail = session.scalar(select(audit.Entry.id).order_by(audit.Entry.id.desc()).limit(1))
    second = sync(app)
    assert (second["same"], second["new"], second["changed"], second["left"]) == (len(townspeople), 0, 0, 0)
    assert session.scalar(select(audit.Entry.id).order_by(audit.Entry.id.desc()).limit(1)) == trail


def test_what_is_stored_of_a_person_is_what_lending_needs(
    app: Flask, session: Session, schools: list[School], settings: Any
) -> None:
    settings.at("o=ucs", "ucs")
    sync(app)
    found = person(session, "umlaute")
    assert (found.given_name, found.family_name, found.school_class, found.class_raw) == (
        "Jürgen",
        "Größ-Müßig",
        "03A",
        "3a",
    )
    assert found.school is not None
    assert found.school.school_number == NUMBERS["990018"]
    assert not found.locked
    teacher = person(session, "drei.schulen")
    assert {membership.school.school_number for membership in teacher.memberships} == set(NUMBERS.values())
    assert teacher.school is not None
    assert teacher.school.school_number == NUMBERS["990029"]
    assert person(session, "gesperrt").locked
    assert person(session, "gesperrt").state is PersonState.ACTIVE


def test_a_dry_run_tells_the_same_and_writes_nobody(
    app: Flask, session: Session, schools: list[School], settings: Any, townspeople: list[Resident]
) -> None:
    settings.at("o=ucs", "ucs")
    told = sync(app, "--dry-run")
    assert (told["dry_run"], told["applied"], told["new"]) == (True, False, len(townspeople))
    assert told["steps"][0]["name"] == "Jürgen Größ-Müßig"
    assert session.scalar(select(Person.id)) is None
    assert session.get_one(SyncRun, told["run"]).outcome is RunOutcome.TRIED


def test_people_of_a_school_nobody_entered_are_listed_and_left_out(
    app: Flask, session: Session, house: Actor, settings: Any, townspeople: list[Resident]
) -> None:
    for number in ("990018", "990029"):
        school = add_school(house, NUMBERS[number], f"Schule {number}")
        with transaction() as writing:
            writing.merge(school).directory_name = number
    settings.at("o=inetorg", "inetorg")
    told = sync(app, code=4)
    strangers = [one for one in townspeople if one.person.school_numbers == ("990030",)]
    assert told["problem"] == len(told["problems"]) == len(strangers) > 0
    assert told["entries"] == told["new"] + told["problem"]
    assert "990030" in told["problems"][0]["sentence"]


def test_the_trail_has_no_names_outside_the_part_that_can_be_forgotten(
    app: Flask, session: Session, schools: list[School], settings: Any
) -> None:
    settings.at("o=inetorg", "inetorg")
    sync(app)
    entries = session.scalars(select(audit.Entry).where(audit.Entry.object_type == "people")).all()
    assert all(
        "Größ" not in json.dumps([entry.changes, entry.facts, entry.object_label]) for entry in entries
    )
    ident = person(session, "umlaute").id
    (told,) = [entry for entry in entries if entry.person_id == ident]
    assert told.personal is not None
    assert told.personal["family_name"] == [None, "Größ-Müßig"]


# --- a small directory that changes ---


@pytest.fixture
def small(slapd: Slapd) -> Iterator[list[Resident]]:
    """Forty people in a directory that the test may change."""
    everybody = residents(40)[17:]
    slapd.add(inetorg(everybody, "o=scratch", ids=False))
    yield everybody
    for name in ("people", "services"):
        slapd.remove(f"ou={name},o=scratch")


@pytest.fixture
def synced(app: Flask, schools: list[School], settings: Any, small: list[Resident]) -> list[Resident]:
    settings.at("o=scratch", "inetorg")
    assert sync(app)["new"] == len(small)
    return small


def dn(resident: Resident) -> str:
    return f"uid={resident.person.username},ou=people,o=scratch"


def change(slapd: Slapd, resident: Resident, lines: str) -> None:
    slapd.modify(f"dn: {dn(resident)}\nchangetype: modify\n{lines}\n")


def test_a_new_name_and_a_new_sign_in_are_the_same_person(
    app: Flask, session: Session, slapd: Slapd, synced: list[Resident]
) -> None:
    old = synced[0].person.username
    ident = person(session, old).id
    change(slapd, synced[0], "replace: sn\nsn: Neuhaus\n-\nreplace: mail\nmail: neu@schulen.example")
    slapd.modify(f"dn: {dn(synced[0])}\nchangetype: modrdn\nnewrdn: uid=neu.haus\ndeleteoldrdn: 1\n")
    told = sync(app)
    assert (told["changed"], told["new"], told["left"]) == (1, 0, 0)
    found = session.get_one(Person, ident)
    assert (found.family_name, found.username, found.email) == ("Neuhaus", "neu.haus", "neu@schulen.example")
    entry = audit.story(session, found)[0]
    assert entry.personal is not None
    assert entry.personal["username"] == [old, "neu.haus"]


def test_a_change_of_class_and_of_school_follows_the_person(
    app: Flask, session: Session, slapd: Slapd, synced: list[Resident]
) -> None:
    pupil = next(
        one for one in synced if one.person.school_class and one.person.school_numbers == ("990018",)
    )
    change(slapd, pupil, "replace: ou\nou: 990029\n-\nreplace: departmentNumber\ndepartmentNumber: Kl. 5/c")
    assert sync(app)["changed"] == 1
    found = person(session, pupil.person.username)
    assert (found.school_class, found.class_raw) == ("05C", "Kl. 5/c")
    assert [membership.school.school_number for membership in found.memberships] == [NUMBERS["990029"]]


def test_a_leaver_is_marked_and_kept_and_may_come_back(
    app: Flask, session: Session, slapd: Slapd, synced: list[Resident]
) -> None:
    leaver = synced[3].person
    ident = person(session, leaver.username).id
    slapd.remove(dn(synced[3]))
    assert sync(app)["left"] == 1
    gone = session.get_one(Person, ident)
    assert gone.state is PersonState.LEFT
    assert gone.left_on is not None
    assert sync(app)["left"] == 0
    slapd.add(inetorg([synced[3]], "o=scratch", ids=False).split("\n\n")[2] + "\n")
    told = sync(app)
    assert (told["returned"], told["new"]) == (1, 0)
    session.refresh(gone)
    assert (gone.state, gone.left_on) == (PersonState.ACTIVE, None)


def test_leavers_who_still_hold_something_are_counted(
    app: Flask, session: Session, slapd: Slapd, synced: list[Resident], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(holdings, "_COLUMNS", [Person.id])
    slapd.remove(dn(synced[3]))
    assert sync(app)["returns_due"] == 1


def test_too_many_leavers_stop_the_sync_and_force_overrides(
    app: Flask, session: Session, slapd: Slapd, synced: list[Resident]
) -> None:
    for resident in synced[:10]:
        slapd.remove(dn(resident))
    told = sync(app, code=3)
    assert not told["applied"]
    assert "10 von 40" in told["refused"]
    assert person(session, synced[0].person.username).state is PersonState.ACTIVE
    forced = sync(app, "--force")
    assert forced["applied"]
    assert forced["left"] == 10


def test_one_school_gone_stops_the_sync_although_few_are_missing_in_all(
    app: Flask, session: Session, slapd: Slapd, synced: list[Resident], settings: Any
) -> None:
    settings.at("o=scratch", "inetorg", LDAP_MAX_LEAVERS_PERCENT=40)
    for resident in synced:
        if resident.person.school_numbers[0] == "990030":
            slapd.remove(dn(resident))
    assert f"Schule {NUMBERS['990030']}" in sync(app, code=3)["refused"]


def test_an_empty_directory_is_refused_even_by_force(
    app: Flask, slapd: Slapd, synced: list[Resident]
) -> None:
    for resident in synced:
        slapd.remove(dn(resident))
    assert "niemanden" in sync(app, "--force", code=3)["refused"]


def test_a_failed_read_changes_nobody_and_is_on_record(
    app: Flask, session: Session, synced: list[Resident], settings: Any
) -> None:
    settings.at("o=scratch", "inetorg", LDAP_PASSWORD="falsch")
    done = run(app, "sync", "--json")
    assert done.exit_code == 1
    assert "abgelehnt" in json.loads(done.stdout)["error"]
    last = session.scalars(select(SyncRun).order_by(SyncRun.id.desc())).first()
    assert last is not None
    assert last.outcome is RunOutcome.FAILED
    assert not session.scalars(select(Person).where(Person.state == PersonState.LEFT)).all()


def test_an_answer_cut_short_is_a_failure(app: Flask, schools: list[School], settings: Any) -> None:
    settings.at("o=limited", "inetorg")
    assert run(app, "sync", "--json").exit_code == 1


def test_a_second_run_at_the_same_time_is_refused(app: Flask, synced: list[Resident], settings: Any) -> None:
    with actions._only_one(app.config["SCHOOL_IT"].home):
        done = run(app, "sync", "--json")
    assert done.exit_code == 3
    assert "läuft gerade" in json.loads(done.stdout)["error"]


def test_names_of_a_run_are_kept_until_the_next_run(
    app: Flask, session: Session, synced: list[Resident]
) -> None:
    first = session.scalars(select(SyncRun).order_by(SyncRun.id)).first()
    assert first is not None
    assert first.result["steps"]
    sync(app)
    session.refresh(first)
    assert "steps" not in first.result
    assert first.result["new"] == len(synced)


def test_a_class_group_that_changes_moves_the_pupil_in_ucs(
    app: Flask, session: Session, schools: list[School], settings: Any, slapd: Slapd
) -> None:
    pupil = next(one for one in residents(40)[17:] if one.person.school_class == "1a")
    slapd.add(ucs([pupil], "o=scratch", ids=False))
    try:
        settings.at("o=scratch", "ucs")
        assert sync(app)["new"] == 1
        group = "cn=klassen,cn=schueler,cn=groups,ou=990018,o=scratch"
        slapd.modify(f"dn: cn=990018-1a,{group}\nchangetype: modrdn\nnewrdn: cn=990018-2b\ndeleteoldrdn: 1\n")
        assert sync(app)["changed"] == 1
        assert person(session, pupil.person.username).school_class == "02B"
    finally:
        for name in ("cn=users", *(f"ou={number}" for number in NUMBERS)):
            slapd.remove(f"{name},o=scratch")


# --- trying it out ---


def test_the_test_says_what_it_sees(app: Flask, schools: list[School], settings: Any) -> None:
    settings.at("o=ucs", "ucs")
    told = json.loads(run(app, "test", "--json").stdout)
    assert (told["seen"], told["more"], told["encrypted"]) == (500, True, True)
    assert told["unknown_schools"] == []
    assert set(told["roles"]) == {"pupil", "staff", "teacher"}
    assert len(told["samples"]) == 10
    said = run(app, "test").output
    assert "Zu sehen sind 500 Personen" in said
    assert "Jürgen Größ-Müßig: Schüler; 115514; 03A; umlaute" in said


def test_the_test_names_schools_that_are_not_known(app: Flask, session: Session, settings: Any) -> None:
    settings.at("o=ucs", "ucs")
    assert json.loads(run(app, "test", "--json").stdout)["unknown_schools"] == sorted(NUMBERS)


def test_without_settings_the_test_says_which_one_is_missing(app: Flask, session: Session) -> None:
    done = run(app, "test")
    assert done.exit_code == 1
    assert "SCHOOL_IT_LDAP_URL" in done.output


# --- from the pages ---


def test_the_button_on_the_page_asks_the_directory(
    app: Flask, schools: list[School], settings: Any, admin: FlaskClient
) -> None:
    settings.at("o=ucs", "ucs")
    page = admin.post("/people/directory/test").get_data(as_text=True)
    assert "127.0.0.1 antwortet" in page
    assert "Zu sehen sind 500 Personen" in page
    assert READER_PASSWORD not in page


def test_the_button_on_the_page_says_what_is_wrong(
    app: Flask, schools: list[School], settings: Any, admin: FlaskClient
) -> None:
    settings.at("o=ucs", "ucs", LDAP_PASSWORD="falsch")
    assert "abgelehnt" in admin.post("/people/directory/test").get_data(as_text=True)


def test_a_trial_run_from_the_page_is_a_job_that_leads_to_its_result(
    app: Flask, session: Session, schools: list[School], settings: Any, admin: FlaskClient
) -> None:
    settings.at("o=ucs", "ucs")
    job = admin.post("/people/directory/sync", data={"dry_run": "1"})
    assert job.status_code == 302
    last = session.scalars(select(SyncRun).order_by(SyncRun.id.desc())).one()
    assert (last.outcome, last.actor_name) == (RunOutcome.TRIED, "admin")
    assert f"/people/directory/runs/{last.id}" in admin.get(job.location).get_data(as_text=True)
    assert "Jürgen Größ-Müßig" in admin.get(f"/people/directory/runs/{last.id}").get_data(as_text=True)
    assert session.scalar(select(Person.id)) is None


def test_the_page_says_when_the_last_sync_is_too_long_ago(
    app: Flask, session: Session, schools: list[School], settings: Any, admin: FlaskClient
) -> None:
    settings.at("o=ucs", "ucs")
    assert "noch nie" in admin.get("/people/directory").get_data(as_text=True)
    sync(app)
    assert "nicht mehr aktuell" not in admin.get("/people/directory").get_data(as_text=True)
    with transaction() as writing:
        for run_of_today in writing.scalars(select(SyncRun)):
            run_of_today.ended_at = now() - timedelta(hours=40)
    assert "nicht mehr aktuell" in admin.get("/people/directory").get_data(as_text=True)
    assert run(app, "sync", "--dry-run").exit_code == 0
    assert "nicht mehr aktuell" in admin.get("/people/directory").get_data(as_text=True)
