"""What has to be kept in time: on the list, in the calendar program, by mail, and each only to those who may see it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from school_it.access import Role
from school_it.accounts.models import User
from school_it.database import today, transaction
from school_it.errors import CannotRead
from school_it.jobs import kinds
from school_it.operations import mail
from school_it.overview.deadlines import ics, reminders
from school_it.overview.deadlines.ics import Event
from school_it.overview.models import Reminder
from school_it.schools.models import School
from school_it.settings import Settings
from tests.operations.smtp import Mailbox, serving

SignInAs = Callable[..., FlaskClient]
AddDevice = Callable[..., int]
MADE = datetime(2026, 11, 28, 9, 30, tzinfo=UTC)


def unfolded(content: bytes) -> list[str]:
    """The lines as a calendar program puts them together again."""
    assert content.endswith(b"\r\n")
    return content.replace(b"\r\n ", b"").decode().split("\r\n")[:-1]


# --- the calendar file ---


@given(text=st.text(max_size=200))
@settings(max_examples=60)
def test_whatever_a_text_holds_it_is_folded_within_75_octets_and_comes_back(text: str) -> None:
    text = re.sub(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\r]", "", text)
    content = ics.calendar("K", [Event("a:1", date(2027, 1, 31), text)], host="schul.example", made_at=MADE)
    assert max(map(len, content.split(b"\r\n"))) <= 75
    (summary,) = [line for line in unfolded(content) if line.startswith("SUMMARY:")]
    plain = summary.removeprefix("SUMMARY:").replace("\\\\", "\0").replace("\\n", "\n")
    assert plain.replace("\\,", ",").replace("\\;", ";").replace("\0", "\\") == text


def test_an_event_is_a_whole_day_and_keeps_its_name_when_its_day_moves() -> None:
    before = unfolded(
        ics.calendar("K", [Event("grant_proof:4", date(2026, 12, 31), "x")], host="h", made_at=MADE)
    )
    after = unfolded(
        ics.calendar("K", [Event("grant_proof:4", date(2027, 3, 31), "x")], host="h", made_at=MADE)
    )
    assert "DTSTAMP:20261128T093000Z" in before
    assert "DTSTART;VALUE=DATE:20261231" in before
    assert "DTEND;VALUE=DATE:20270101" in before
    uids = [[line for line in lines if line.startswith("UID:")] for lines in (before, after)]
    assert uids[0] == uids[1]
    assert before[0] == "BEGIN:VCALENDAR"
    assert before[-1] == "END:VCALENDAR"


# --- the list, the download and the secret address ---


@pytest.fixture
def ending(add_device: AddDevice, school: School, other_school: School) -> None:
    add_device("B-1", school, bound_until=today() + timedelta(20))
    add_device("B-2", school, bound_until=today() + timedelta(20))
    add_device("C-1", other_school, warranty_until=today() + timedelta(200))


def test_the_list_is_narrowed_by_time_kind_and_school(
    ending: None, sign_in_as: SignInAs, school: School
) -> None:
    page = sign_in_as(Role.OFFICE)
    text = page.get("/deadlines").get_data(as_text=True)
    assert "Zweckbindung endet" in text
    assert "2 Geräte" in text
    assert "1 Gerät<" not in text
    assert "1 Gerät<" in page.get("/deadlines?days=365&kind=warranty").get_data(as_text=True)
    nothing = page.get(f"/deadlines?days=365&kind=warranty&school={school.school_number}")
    assert "endet nichts" in nothing.get_data(as_text=True)
    assert "Nächste Fristen" in page.get("/").get_data(as_text=True)


def test_a_calendar_address_needs_no_sign_in_shows_what_its_owner_may_see_and_can_be_withdrawn(
    app: Flask, ending: None, sign_in_as: SignInAs, school: School
) -> None:
    owner, anybody = sign_in_as(Role.COORDINATOR, school), app.test_client()

    def renewed() -> str:
        text = owner.post("/deadlines/mine", data={"step": "renew"}).get_data(as_text=True)
        found = re.search(r"/calendar/[\w-]{43}\.ics", text)
        assert found is not None
        return found[0]

    first = renewed()
    answer = anybody.get(first)
    assert answer.content_type == "text/calendar; charset=utf-8"
    assert "Set-Cookie" not in answer.headers
    text = "\n".join(unfolded(answer.data))
    assert "Zweckbindung endet: 2 Geräte" in text
    assert "Garantie endet" not in text, "of another school"
    assert text.count("UID:") == text.count("BEGIN:VEVENT") == 1
    second = renewed()
    assert (anybody.get(first).status_code, anybody.get(second).status_code) == (404, 200)
    assert second not in owner.get("/deadlines/mine").get_data(as_text=True), "it is shown once"
    owner.post("/deadlines/mine", data={"step": "withdraw"})
    assert anybody.get(second).status_code == 404
    assert "BEGIN:VCALENDAR" in owner.get("/deadlines.ics").get_data(as_text=True)


def test_the_address_of_somebody_whose_account_is_closed_opens_nothing(
    app: Flask, ending: None, sign_in_as: SignInAs, session: Session
) -> None:
    text = (
        sign_in_as(Role.OFFICE, name="fort")
        .post("/deadlines/mine", data={"step": "renew"})
        .get_data(as_text=True)
    )
    found = re.search(r"/calendar/[\w-]{43}\.ics", text)
    assert found is not None
    with transaction() as writing:
        writing.scalars(select(User).where(User.name == "fort")).one().active = False
    assert app.test_client().get(found[0]).status_code == 404


@pytest.mark.parametrize("deed", ["password", "close"])
def test_a_new_password_ends_the_address_and_so_does_closing_the_account(
    app: Flask, ending: None, sign_in_as: SignInAs, admin: FlaskClient, deed: str
) -> None:
    """Whoever had the password for an afternoon would else read along for good."""
    owner, anybody = sign_in_as(Role.OFFICE, name="amt"), app.test_client()
    text = owner.post("/deadlines/mine", data={"step": "renew"}).get_data(as_text=True)
    found = re.search(r"/calendar/[\w-]{43}\.ics", text)
    assert found is not None
    assert anybody.get(found[0]).status_code == 200
    admin.post(f"/accounts/amt/{deed}", data={"password": "ein anderer Satz mit Oboe"})
    admin.post("/accounts/amt/reopen")
    assert anybody.get(found[0]).status_code == 404


# --- by mail ---


def wanting(session: Session, sign_in_as: SignInAs, rhythm: str, name: str = "amt") -> None:
    page = sign_in_as(Role.OFFICE, name=name)
    assert page.post("/deadlines/mine", data={"rhythm": rhythm}).status_code == 422, "no address yet"
    with transaction() as writing:
        writing.scalars(select(User).where(User.name == name)).one().email = f"{name}@schulamt.example"
    assert page.post("/deadlines/mine", data={"rhythm": rhythm}).status_code == 200


def test_a_real_server_gets_one_mail_for_each_threshold_and_none_twice(
    app: Flask, ending: None, session: Session, sign_in_as: SignInAs, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanting(session, sign_in_as, "daily")
    days = {"now": today()}
    monkeypatch.setattr(reminders, "today", lambda: days["now"])
    with serving(Mailbox()) as box:
        told = {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": box.port, "SMTP_SECURITY": "none"}
        own = Settings(app.config["SCHOOL_IT"]._values | told | {"MAIL_FROM": "schul-it@stadt.example"})

        def send(to: str, subject: str, text: str) -> None:
            mail.send(own, subject, text, to=to)

        assert reminders.send_all(own, send) == {"sent": 1, "failed": 0}
        assert reminders.send_all(own, send) == {"sent": 0, "failed": 0}
        days["now"] = today() + timedelta(14)
        assert reminders.send_all(own, send)["sent"] == 1
    first, second = box.mails
    assert first["To"] == "amt@schulamt.example"
    assert first["Subject"] == f"Schul-IT: eine Frist, die nächste am {today() + timedelta(20):%d.%m.%Y}"
    assert "Zweckbindung endet: 2 Geräte" in first.get_content()
    assert "Zweckbindung endet: 2 Geräte" in second.get_content()
    assert sorted(one.threshold for one in session.scalars(select(Reminder))) == [7, 30]


def test_a_mail_that_fails_is_tried_again_the_next_night(
    app: Flask, ending: None, session: Session, sign_in_as: SignInAs
) -> None:
    wanting(session, sign_in_as, "weekly")
    sent: list[str] = []

    def fails(_to: str, _subject: str, _text: str) -> None:
        raise CannotRead("nein")

    own = app.config["SCHOOL_IT"]
    assert reminders.send_all(own, fails) == {"sent": 0, "failed": 1}
    assert session.scalars(select(Reminder)).all() == []
    assert reminders.send_all(own, lambda to, _subject, _text: sent.append(to)) == {"sent": 1, "failed": 0}
    assert reminders.send_all(own, lambda to, _subject, _text: sent.append(to)) == {"sent": 0, "failed": 0}
    assert sent == ["amt@schulamt.example"]


def test_the_night_sends_reminders_once_there_is_a_server(app: Flask) -> None:
    known, told = app.config["SCHOOL_IT"], {"SMTP_HOST": "mail.example", "MAIL_FROM": "a@b.example"}
    assert "overview.reminders" not in {one.name for one in kinds.of_the_night(known)}
    ready = Settings(known._values | told)
    assert "overview.reminders" in {one.name for one in kinds.of_the_night(ready)}
