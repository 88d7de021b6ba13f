"""When a night has failed or did not happen: who is told, where, how often, and what never stands in it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from school_it.access import Actor, Role
from school_it.database import TOWN_TIME, now, transaction
from school_it.errors import CannotRead, Sentence, SettingsError
from school_it.jobs import kinds, nights, worker
from school_it.jobs.models import Job, State, acting, stored
from school_it.jobs.queue import here
from school_it.operations import alarms, mail, schema
from school_it.operations.commands import doctor
from school_it.schools.models import School
from school_it.settings import Settings
from tests.directory.slapd import certificates
from tests.operations.smtp import Mailbox, serving

KIND = "people.leave"
REASON = "Mia Musterkind ist schuld."


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = Path(tmp_path_factory.mktemp("smtp"))
    certificates(folder, "DNS:localhost,IP:127.0.0.1")
    return folder / "server.pem"


@pytest.fixture
def settings(app: Flask, session: Session) -> Iterator[Callable[..., Settings]]:
    before = app.config["SCHOOL_IT"]

    def told(**values: Any) -> Settings:
        app.config["SCHOOL_IT"] = Settings(before._values | values)
        return app.config["SCHOOL_IT"]

    told()
    yield told
    app.config["SCHOOL_IT"] = before
    for key in ("never", "silent", f"{KIND}:failed", f"{KIND}:open"):
        fault = nights.Fault(key, Sentence("x"))
        here().wipe(*(alarms._note(fault, days) for days in range(-3, 4)))


@pytest.fixture
def post(settings: Callable[..., Settings], certificate: Path) -> Iterator[tuple[Mailbox, Settings]]:
    """A mail server that wants TLS and a password, and the settings that fit it."""
    with serving(Mailbox(certificate, password="post-geheim")) as box:
        yield (
            box,
            settings(
                SMTP_HOST="localhost",
                SMTP_PORT=box.port,
                SMTP_USER="schul-it",
                SMTP_PASSWORD="post-geheim",
                SMTP_CA_FILE=str(certificate.with_name("ca.pem")),
                MAIL_FROM="schul-it@beispielstadt.example",
                ALARM_TO="amt@beispielstadt.example, it@beispielstadt.example",
            ),
        )


def ran(
    house: Actor, state: State = State.DONE, *, kind: str = KIND, ago: timedelta = timedelta(0), **result: Any
) -> int:
    """A night of one kind of work, as the worker leaves it behind."""
    at = now() - ago
    with transaction() as session:
        job = Job(
            kind=kind, title=stored(kinds.KINDS[kind].title), state=state, night=at.astimezone(TOWN_TIME).date(),
            started_by_name="Schul-IT", acting=acting(house), put_at=at, begun_at=at - timedelta(seconds=9),
            ended_at=None if state in (State.QUEUED, State.RUNNING) else at, result=result,
            sentence=stored(REASON) if state is State.FAILED else None,
        )  # fmt: skip
        session.add(job)
        session.flush()
        return job.id


def keys(session: Session, settings: Settings) -> list[str]:
    return [fault.key for fault in nights.faults(session, settings, now())]


# --- what is a fault ---


def test_a_night_that_went_well_is_none(
    session: Session, house: Actor, settings: Callable[..., Settings]
) -> None:
    ran(house)
    assert keys(session, settings()) == []


def test_a_night_that_failed_is_one_until_the_next_goes_well(
    session: Session, house: Actor, settings: Callable[..., Settings]
) -> None:
    ran(house, State.FAILED, ago=timedelta(days=1))
    assert keys(session, settings()) == [f"{KIND}:failed"]
    ran(house)
    assert keys(session, settings()) == []


@pytest.mark.parametrize(("hours", "found"), [(35, []), (37, ["silent"])])
def test_nights_that_did_not_happen_are_one_after_36_hours(
    session: Session, house: Actor, settings: Callable[..., Settings], hours: int, found: list[str]
) -> None:
    ran(house, ago=timedelta(hours=hours))
    assert keys(session, settings()) == found


def test_an_installation_without_any_night_has_36_hours_too(
    session: Session, house: Actor, settings: Callable[..., Settings], school: School
) -> None:
    assert keys(session, settings()) == []
    with time_machine.travel(now() + timedelta(hours=37)):
        assert keys(session, settings()) == ["never"]


def test_an_empty_database_has_no_fault(session: Session, settings: Callable[..., Settings]) -> None:
    assert keys(session, settings()) == []


def test_work_that_never_ends_is_one(
    session: Session, house: Actor, settings: Callable[..., Settings]
) -> None:
    ran(house, State.RUNNING, ago=timedelta(hours=37))
    ran(house, kind="people.retention")
    assert keys(session, settings()) == [f"{KIND}:open"]


# --- what is usual ---


def test_a_figure_stands_beside_the_median_of_the_nights_before() -> None:
    (count,) = nights.compared(
        {"left": 30, "place": "/x", "removed": ["x"]}, [{"left": n} for n in (2, 3, 400)]
    )
    assert (count.name, count.number, count.usual, count.is_unusual) == ("left", 30, 3, True)


@pytest.mark.parametrize(("number", "usual", "strange"), [
    (19, 0, False), (20, 0, True), (60, 20, False), (61, 20, True), (0, 20, True), (7, 20, False),
    (10, None, False),
])  # fmt: skip
def test_a_few_more_or_fewer_are_not_unusual(number: int, usual: int | None, strange: bool) -> None:
    assert nights.Count("left", number, usual).is_unusual is strange


def test_the_page_shows_each_night_its_length_and_its_figures(
    admin: FlaskClient, house: Actor, settings: Callable[..., Settings]
) -> None:
    for days in (3, 2, 1):
        ran(house, ago=timedelta(days=days), left=2)
    ran(house, left=90)
    text = admin.get("/jobs/nights").get_data(as_text=True)
    assert "Fällige Abgänge vermerken" in text
    assert "abgegangen 90" in text
    assert "üblich 2" in text
    assert "ungewöhnlich" in text
    assert "üblich 9 s" in text


@pytest.mark.parametrize(("role", "status", "tile"), [
    (Role.ADMIN, 200, True), (Role.OFFICE, 200, True), (Role.AUDITOR, 200, False), (Role.COORDINATOR, 404, False),
    (Role.TEACHER, 404, False),
])  # fmt: skip
def test_the_tile_and_the_page_are_for_those_who_look_after_the_whole(
    sign_in_as: Callable[..., FlaskClient],
    house: Actor,
    school: School,
    settings: Callable[..., Settings],
    role: Role,
    status: int,
    tile: bool,
) -> None:
    ran(house, State.FAILED)
    browser = sign_in_as(role, *([school] if role in (Role.COORDINATOR, Role.TEACHER) else []))
    assert browser.get("/jobs/nights").status_code == status
    assert ("gescheitert oder ausgeblieben" in browser.get("/").get_data(as_text=True)) is tile


# --- monitors ---


def test_healthz_stays_200_and_tells_it_without_details(
    app: Flask, house: Actor, settings: Callable[..., Settings]
) -> None:
    ran(house, State.FAILED)
    answer = app.test_client().get("/healthz")
    said = {"nights": "Nächtliche Arbeiten sind gescheitert oder ausgeblieben."}
    assert (answer.status_code, answer.json) == (200, {"status": "ok", "warnings": said})


def test_the_doctor_tells_what_failed_and_that_nothing_happened(
    app: Flask,
    session: Session,
    house: Actor,
    settings: Callable[..., Settings],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(schema, "current", schema.newest)  # the tests' tables come without migrations

    def told() -> list[str]:
        done = app.test_cli_runner().invoke(doctor, ["--json"])
        found = json.loads(done.stdout)["findings"]
        return [one["sentence"] for one in found if (one["part"], one["verdict"]) == ("nights", "problem")]

    ran(house, State.FAILED, ago=timedelta(hours=40))
    first = told()
    assert any("sind keine nächtlichen Arbeiten gelaufen" in sentence for sentence in first)
    assert any(REASON in sentence for sentence in first)


@pytest.mark.parametrize(("values", "verdict"), [
    ({}, None),
    ({"LDAP_SIGN_IN": True}, "problem"),
    ({"LDAP_SIGN_IN": True, "LDAP_ROLES": (("admin", "schul-it"),)}, "ok"),
    ({"LDAP_SIGN_IN": True, "LDAP_ROLES": (("admin", "schul-it"),), "LDAP_STARTTLS": False}, "problem"),
])  # fmt: skip
def test_the_doctor_sees_whether_the_directory_can_let_anybody_in(
    app: Flask, settings: Callable[..., Settings], values: dict[str, Any], verdict: str | None
) -> None:
    settings(LDAP_URL="ldap://verzeichnis.example", **values)
    found = json.loads(app.test_cli_runner().invoke(doctor, ["--json"]).stdout)["findings"]
    told = [one["verdict"] for one in found if one["part"] == "sign_in"]
    assert told == ([verdict] if verdict else [])


# --- the mail ---


def test_the_mail_says_what_and_names_nobody(
    post: tuple[Mailbox, Settings], session: Session, house: Actor
) -> None:
    box, settings = post
    ran(house, State.FAILED)
    assert alarms.raise_alarm(settings) == [f"{KIND}:failed"]
    (message,) = box.mails
    text = message.get_content()
    assert message["To"] == "amt@beispielstadt.example, it@beispielstadt.example"
    assert "Fällige Abgänge vermerken: am" in text
    assert "Musterkind" not in text
    assert box.encrypted == [True]


def test_one_mail_a_day_for_each_fault(
    post: tuple[Mailbox, Settings], session: Session, house: Actor
) -> None:
    box, settings = post
    ran(house, State.FAILED)
    for _look in range(3):
        alarms.raise_alarm(settings)
    assert len(box.mails) == 1
    with time_machine.travel(now() + timedelta(days=1)):
        alarms.raise_alarm(settings)
        alarms.raise_alarm(settings)
    assert len(box.mails) == 2


def test_no_mail_where_all_is_well(post: tuple[Mailbox, Settings], session: Session, house: Actor) -> None:
    box, settings = post
    ran(house)
    assert alarms.raise_alarm(settings) == []
    assert not box.said


def test_what_could_not_be_sent_is_tried_again(
    post: tuple[Mailbox, Settings], session: Session, house: Actor, caplog: pytest.LogCaptureFixture
) -> None:
    box, settings = post
    box.refuses = True
    ran(house, State.FAILED)
    assert alarms.raise_alarm(settings) == []
    assert "ließ sich nicht" in caplog.text
    box.refuses = False
    assert alarms.raise_alarm(settings) == [f"{KIND}:failed"]


def test_a_server_that_says_nothing_keeps_no_worker(
    app: Flask,
    post: tuple[Mailbox, Settings],
    session: Session,
    house: Actor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    box, _settings = post
    box.silent = True
    monkeypatch.setattr(mail, "SECONDS", 1)
    monkeypatch.setattr(alarms, "_looked", -alarms.LOOK_SECONDS)
    ran(house, State.FAILED)
    begun = time.monotonic()
    alarms.look()
    assert time.monotonic() - begun < 0.5
    assert alarms.look in worker.DUTIES


def test_the_doctor_sends_it_too_for_who_has_no_worker(
    app: Flask, post: tuple[Mailbox, Settings], session: Session, house: Actor
) -> None:
    box, _settings = post
    ran(house, State.FAILED)
    assert app.test_cli_runner().invoke(doctor, ["--mail"]).exit_code == 1
    assert len(box.mails) == 1


# --- the way to the mail server ---


def test_a_certificate_that_does_not_hold_gets_no_password(
    post: tuple[Mailbox, Settings], settings: Callable[..., Settings], certificate: Path
) -> None:
    box, told = post
    strange = Settings(told._values | {"SMTP_CA_FILE": str(certificate.with_name("stranger.pem"))})
    with pytest.raises(CannotRead, match="CERTIFICATE_VERIFY_FAILED"):
        mail.send(strange, "Probe", "Probe")
    assert not [line for line in box.said if line.startswith("AUTH")]


def test_a_server_without_tls_gets_no_password(settings: Callable[..., Settings]) -> None:
    with serving(Mailbox(password="post-geheim")) as box:
        told = settings(
            SMTP_HOST="localhost", SMTP_PORT=box.port, SMTP_USER="x", SMTP_PASSWORD="post-geheim",
            MAIL_FROM="x@x.example", ALARM_TO="y@x.example",
        )  # fmt: skip
        with pytest.raises(CannotRead, match="SMTPNotSupportedError"):
            mail.send(told, "Probe", "Probe")
        assert not [line for line in box.said if line.startswith("AUTH")]


def test_a_password_never_goes_out_in_clear(settings: Callable[..., Settings]) -> None:
    addresses = {"MAIL_FROM": "x@x.example", "ALARM_TO": "y@x.example"}
    told = settings(SMTP_HOST="post.example", SMTP_SECURITY="none", SMTP_USER="x", **addresses)
    with pytest.raises(SettingsError, match="unverschlüsselt"):
        mail.send(told, "Probe", "Probe")


def test_a_wrong_password_is_said_without_it(
    post: tuple[Mailbox, Settings], settings: Callable[..., Settings]
) -> None:
    _box, told = post
    with pytest.raises(CannotRead, match="Anmeldung abgelehnt") as problem:
        mail.send(Settings(told._values | {"SMTP_PASSWORD": "falsch-geheim"}), "Probe", "Probe")
    assert "falsch-geheim" not in str(problem.value)
    assert "post-geheim" not in repr(told)


def test_the_subject_stays_one_line(post: tuple[Mailbox, Settings]) -> None:
    box, told = post
    mail.send(told, "Probe\r\nBcc: fremd@x.example", "Probe")
    (message,) = box.mails
    assert (message["Subject"], message["Bcc"]) == ("Probe Bcc: fremd@x.example", None)
