"""Names of people who have left are kept for a while and then forgotten, never while something is open."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select, text, update
from sqlalchemy.orm import Session

from school_it import audit
from school_it.access import Actor, Role
from school_it.accounts import actions as account_actions
from school_it.database import db, today, transaction
from school_it.devices import actions as device_actions
from school_it.devices import catalogue, loans
from school_it.devices.models import Device, Handout, SavedView
from school_it.people import night, retention
from school_it.people.models import Person, SyncRun
from school_it.people.retention import Periods, Reason, judge
from school_it.people.rules import PersonRole, PersonState, RunOutcome
from school_it.schools.models import School
from start import command_line
from tests.conftest import PASSWORD
from tests.people.conftest import AddPerson
from tests.people.test_people_at_night import _Alone

PUPIL, TEACHER, STAFF = PersonRole.PUPIL, PersonRole.TEACHER, PersonRole.STAFF
PERIODS = Periods({PUPIL: 3, TEACHER: 12, STAFF: 0}, after_return=6)
LONG_AGO = timedelta(days=800)
CANARY = "Xylophonius"


# --- the rule ---


def day_of(role: PersonRole, left_on: date, back: date | None, on: date) -> tuple[date | None, Reason | None]:
    return judge(role, left_on, back, holds=False, periods=PERIODS, today=on)


@pytest.mark.parametrize(
    ("role", "left_on", "back", "first_day"),
    [
        (PUPIL, date(2025, 7, 31), None, date(2025, 11, 1)),
        (PUPIL, date(2025, 6, 20), date(2025, 6, 20), date(2025, 12, 21)),
        (PUPIL, date(2025, 6, 20), date(2026, 1, 10), date(2026, 7, 11)),
        (PUPIL, date(2025, 11, 30), None, date(2026, 3, 1)),
        (TEACHER, date(2025, 7, 31), date(2025, 7, 1), date(2026, 8, 1)),
    ],
)
def test_the_longer_period_of_leaving_and_last_return_counts(
    role: PersonRole, left_on: date, back: date | None, first_day: date
) -> None:
    assert day_of(role, left_on, back, first_day) == (first_day, None)
    due, reason = day_of(role, left_on, back, first_day - timedelta(days=1))
    assert (due, reason in (Reason.PERIOD, Reason.LOAN)) == (first_day, True)


def test_the_reason_says_which_period_still_runs() -> None:
    left, back = date(2025, 6, 20), date(2025, 6, 20)
    assert day_of(PUPIL, left, back, date(2025, 9, 1))[1] is Reason.PERIOD
    assert day_of(PUPIL, left, back, date(2025, 10, 1))[1] is Reason.LOAN


def test_a_role_with_no_period_is_never_forgotten_by_itself() -> None:
    assert day_of(STAFF, date(1999, 1, 1), None, date(2026, 1, 1)) == (None, Reason.NEVER)


# --- a run ---


def gone(person: Person, ago: timedelta = LONG_AGO) -> Person:
    with transaction() as session:
        values = {"state": PersonState.LEFT, "left_on": today() - ago}
        session.execute(update(Person).where(Person.id == person.id).values(values))
    return person


def lend(school: School, to: Person, house: Actor, *, since: timedelta = LONG_AGO) -> Device:
    with transaction() as session:
        tablet = catalogue.ensure_categories(session, by=house)["Tablet"]
        values = {"category_id": tablet, "school_id": school.id}
        device = device_actions.add_device(session, values, by=house)
        session.flush()
        loans.hand_out(session, device, to=session.get_one(Person, to.id), on=today() - since, by=house)
    return device


def give_back(device: Device, on: date, by: Actor) -> None:
    with transaction() as session:
        loans.take_back(session, session.get_one(Device, device.id), on=on, by=by)


def test_who_still_holds_something_stays_whatever_the_age(
    session: Session, house: Actor, school: School, add_person: AddPerson
) -> None:
    holder, free = add_person("Ada", "Hält", school), add_person("Ida", "Frei", school)
    device = lend(school, holder, house)
    gone(holder), gone(free), add_person("Uta", "Noch", school)
    done = retention.run(PERIODS, dry_run=False, by=house)
    assert ([one.person_id for one in done.due], done.kept()) == ([free.id], {Reason.HOLDS: 1})
    session.rollback()
    states = session.scalars(select(Person.state).order_by(Person.id)).all()
    assert states == [PersonState.LEFT, PersonState.FORGOTTEN, PersonState.ACTIVE]

    give_back(device, today(), house)
    assert retention.run(PERIODS, dry_run=False, by=house).kept() == {Reason.LOAN: 1}
    session.execute(update(Handout).values(returned_on=today() - timedelta(days=200)))
    session.commit()
    assert retention.run(PERIODS, dry_run=False, by=house).facts()["forgotten"] == 1


def test_the_history_of_a_device_stays_without_a_name(
    session: Session, house: Actor, school: School, add_person: AddPerson, app: Flask
) -> None:
    """Not in one table of the database does anything tell who it was."""
    person = add_person(CANARY, CANARY, school, email=f"{CANARY}@schule.example", school_class="05A")
    device = lend(school, person, house)
    give_back(device, today() - timedelta(days=400), house)
    gone(person)
    keep_traces(person, house)
    retention.run(PERIODS, dry_run=False, by=house)
    session.rollback()
    for table in db.metadata.sorted_tables:
        rows = session.execute(text(f'SELECT * FROM "{table.name}"')).all()
        assert CANARY.lower() not in str(rows).lower(), table.name
    given = session.scalars(select(Handout).where(Handout.device_id == device.id)).one()
    assert (given.person_id, given.since) == (person.id, today() - LONG_AGO)
    kept = [path for path in (app.config["SCHOOL_IT"].home / "inbox").rglob("*") if path.is_file()]
    assert not [path for path in kept if CANARY.encode() in path.read_bytes()]


def keep_traces(person: Person, house: Actor) -> None:
    """A run of the sync, an account, a saved list: whatever else may say a name."""
    with transaction() as session:
        told = {"steps": [{"person": person.id, "name": CANARY}, {"person": -1, "name": "Wer anders"}]}
        told |= {"remarks": [{"who": person.username, "sentence": "Keine Klasse."}]}
        session.add(SyncRun(actor_name="x", outcome=RunOutcome.APPLIED, result=told))
        user = account_actions.add_user(session, "konto", password=PASSWORD, by=house)
        user.person_id, user.display_name, user.email = person.id, CANARY, f"{CANARY}@schule.example"
        session.flush()
        session.add(SavedView(name="Suche", query=f"q={CANARY}+{CANARY}", owner_id=user.id))
        session.add(SavedView(name="Tablets", query="q=tablet", owner_id=user.id))


def test_what_is_not_about_them_stays(
    session: Session, house: Actor, school: School, add_person: AddPerson
) -> None:
    person = gone(add_person(CANARY, CANARY, school))
    keep_traces(person, house)
    retention.run(PERIODS, dry_run=False, by=house)
    session.rollback()
    assert session.scalars(select(SyncRun)).one().result["steps"] == [{"person": -1, "name": "Wer anders"}]
    assert session.scalars(select(SavedView.name)).all() == ["Tablets"]


def test_files_that_named_them_lose_their_cells(
    session: Session,
    house: Actor,
    school: School,
    add_person: AddPerson,
    sign_in_as: Callable[..., FlaskClient],
    app: Flask,
) -> None:
    head = "Schlüssel;Rolle;Vorname;Nachname;Schulnummer;Klasse\n"
    row = f"k1;Schüler;{CANARY};Muster;{school.school_number};5a\n"
    office = sign_in_as(Role.OFFICE)
    file = (BytesIO((head + row).encode()), "liste.csv")
    answer = office.post(
        "/imports", data={"kind": "people", "file": file}, content_type="multipart/form-data"
    )
    assert office.post(f"{answer.location}/apply").status_code == 302
    inbox = app.config["SCHOOL_IT"].home / "inbox"
    assert any(CANARY.encode() in path.read_bytes() for path in inbox.rglob("*") if path.is_file())
    gone(session.scalars(select(Person).where(Person.given_name == CANARY)).one())
    retention.run(PERIODS, dry_run=False, by=house)
    assert not any(CANARY.encode() in path.read_bytes() for path in inbox.rglob("*") if path.is_file())
    rows = session.execute(text("SELECT * FROM uploads")).all()
    assert len(rows) == 1
    assert CANARY not in str(rows)


def test_thousands_are_forgotten_with_few_statements(
    session: Session, house: Actor, school: School, add_person: AddPerson, statements: list[str]
) -> None:
    some = gone(add_person("Ada", "Fort", school))
    values = {"role": PUPIL, "family_name": "Fort", "state": PersonState.LEFT, "left_on": some.left_on}
    rows = [{**values, "source": "file", "stable_id": f"k{n}", "school_id": school.id} for n in range(1999)]
    session.execute(Person.__table__.insert(), rows)
    session.commit()
    statements.clear()
    assert retention.run(PERIODS, dry_run=False, by=house).facts()["forgotten"] == 2000
    assert len(statements) < 80
    session.rollback()
    assert session.scalar(select(Person.id).where(Person.family_name == "Fort").limit(1)) is None


@pytest.fixture
def statements(app: Flask) -> list[str]:
    said: list[str] = []
    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", lambda *args: said.append(args[2]))
    return said


def test_a_dry_run_tells_and_changes_nothing(
    session: Session, house: Actor, school: School, add_person: AddPerson, app: Flask
) -> None:
    gone(add_person("Ada", "Fort", school)), gone(add_person("Ida", "Eben", school), timedelta(days=3))
    newest = audit.newest(session)
    session.rollback()
    answer = app.test_cli_runner().invoke(command_line, ["retention", "run", "--dry-run", "--json"])
    told = json.loads(answer.stdout)
    assert answer.exit_code == 0
    assert (told["dry_run"], told["left"], told["forgotten"], told["batch"]) == (True, 2, 1, None)
    assert [(kept["reason"], kept["n"]) for kept in told["kept"]] == [("period", 1)]
    assert "Fort" not in answer.stdout
    assert audit.newest(session) == newest


def test_the_command_forgets_and_a_second_run_finds_nobody(
    session: Session, school: School, add_person: AddPerson, app: Flask
) -> None:
    person = gone(add_person("Ada", "Fort", school))
    command = ["retention", "run", "--json"]
    first, second = (
        json.loads(app.test_cli_runner().invoke(command_line, command).stdout) for _turn in range(2)
    )
    assert (first["forgotten"], first["by_role"]["pupil"], second["forgotten"], second["left"]) == (
        1,
        1,
        0,
        0,
    )
    traces = select(audit.Entry.object_id).where(audit.Entry.batch_id == first["batch"])
    assert session.scalars(traces).all() == [person.id]


def test_the_night_forgets_too(session: Session, house: Actor, school: School, add_person: AddPerson) -> None:
    gone(add_person("Ada", "Fort", school))
    assert (night.forget(_Alone(house)) or {})["forgotten"] == 1


# --- the page ---


def test_the_page_says_who_goes_and_who_stays_and_why(
    session: Session,
    house: Actor,
    school: School,
    add_person: AddPerson,
    sign_in_as: Callable[..., FlaskClient],
) -> None:
    holder = add_person("Ada", "Hältnoch", school)
    lend(school, holder, house)
    gone(holder), gone(add_person("Ida", "Freiheit", school))
    admin = sign_in_as(Role.ADMIN)
    due = admin.get("/people/retention").get_data(as_text=True)
    kept = admin.get("/people/retention?what=holds").get_data(as_text=True)
    assert ("Ida Freiheit" in due, "Ada Hältnoch" in due) == (True, False)
    assert ("Ida Freiheit" in kept, "Ada Hältnoch" in kept) == (False, True)
    assert "nicht rückgängig" in admin.get("/people/retention/run").get_data(as_text=True)
    assert admin.post("/people/retention/run").status_code == 302
    assert "Heute ist niemand an der Reihe" in admin.get("/people/retention").get_data(as_text=True)


@pytest.mark.parametrize(("role", "sees", "runs"), [(Role.OFFICE, 200, 403), (Role.AUDITOR, 200, 403)])
def test_others_look_and_may_not_forget(
    sign_in_as: Callable[..., FlaskClient], role: Role, sees: int, runs: int
) -> None:
    browser = sign_in_as(role)
    assert browser.get("/people/retention").status_code == sees
    assert browser.post("/people/retention/run").status_code == runs


def test_a_coordinator_has_no_such_page(sign_in_as: Callable[..., FlaskClient], school: School) -> None:
    assert sign_in_as(Role.COORDINATOR, school).get("/people/retention").status_code == 404


# --- signing in ---


def test_who_has_left_is_signed_out_and_cannot_sign_in_again(
    session: Session,
    school: School,
    add_person: AddPerson,
    sign_in_as: Callable[..., FlaskClient],
    app: Flask,
) -> None:
    person = add_person("Ada", "Lehrt", school, role=TEACHER)
    browser = sign_in_as(Role.TEACHER, school, name="ada")
    session.execute(text("UPDATE users SET person_id = :id WHERE name = 'ada'"), {"id": person.id})
    session.commit()
    assert browser.get("/").status_code == 200
    gone(person, timedelta(days=1))
    assert browser.get("/").status_code == 302
    again = app.test_client().post("/login", data={"name": "ada", "password": PASSWORD})
    assert again.status_code != 302
    with transaction() as writing:
        writing.execute(update(Person).where(Person.id == person.id).values(state=PersonState.ACTIVE))
    assert app.test_client().post("/login", data={"name": "ada", "password": PASSWORD}).status_code == 302
