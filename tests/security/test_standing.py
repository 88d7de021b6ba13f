"""What stands between a stranger and the house: tokens in forms, production's silence, files for the owner only."""

from __future__ import annotations

import logging
import stat
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app import create_app
from imports.models import Upload
from school_it import settings
from school_it.database import db
from school_it.devices.models import Device, Handout
from school_it.operations import doctor
from tests.house.test_walk import address, rules
from tests.house.world import OWN, World, browser_of


@pytest.fixture
def guarded(app: Flask) -> Iterator[None]:
    app.config["WTF_CSRF_ENABLED"] = True
    yield
    app.config["WTF_CSRF_ENABLED"] = False


def test_every_form_needs_its_token(app: Flask, admin: FlaskClient, world: World, guarded: None) -> None:
    """A page elsewhere that sends a form on behalf of somebody signed in gets nowhere, at no address."""
    world.samples["upload"] = world.samples["import_profile"] = world.samples["report_template"] = 1
    sent = 0
    for rule, method in rules(app):
        if method != "GET" and not rule.rule.startswith("/api/"):
            answer = admin.open(address(app, rule, world, "own"), method=method, data={"csrf_token": "x"})
            assert answer.status_code == 400, rule.rule
            sent += 1
    assert sent > 30
    assert admin.get("/profile").status_code == 200, "nor is anybody signed out"


@pytest.mark.parametrize("host", ["evil.example", "evil.example:443", "localhost@evil.example"])
def test_a_forged_host_is_written_nowhere(app: Flask, admin: FlaskClient, world: World, host: str) -> None:
    for path in ("/", "/devices", "/login", "/api/v1/openapi.json", "/nothing"):
        for headers in ({"Host": host}, {"X-Forwarded-Host": host, "X-Forwarded-Proto": "https"}):
            answer = admin.get(path, headers=headers)
            assert b"evil.example" not in answer.get_data() + str(answer.headers).encode()


def test_a_fault_says_nothing_and_logs_no_values(
    app: Flask, admin: FlaskClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """What production does: no trace, no debugger, no name in the log."""

    name = "-".join(["Geheim", "kind"])

    def broken(*_args: object, **_more: object) -> None:
        db.session().execute(text("INSERT INTO nowhere (name) VALUES (:name)"), {"name": name})

    monkeypatch.setattr("school_it.devices.listing.matches", broken)
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    with caplog.at_level(logging.DEBUG):
        answer = admin.get("/devices")
    assert answer.status_code == 500
    assert "Traceback" not in answer.get_data(as_text=True)
    assert "sqlalchemy" not in answer.get_data(as_text=True)
    assert "sqlalchemy.exc." in caplog.text
    assert name not in caplog.text


def test_production_is_no_workshop(tmp_path: Path) -> None:
    made = create_app({"HOME": str(tmp_path / "home")})
    assert not made.debug
    assert not made.testing
    assert not made.config.get("PROPAGATE_EXCEPTIONS")
    assert made.config.get("WTF_CSRF_ENABLED", True)
    assert made.config["SECRET_KEY"] not in repr(made.config["SCHOOL_IT"])


def test_secrets_are_never_shown(tmp_path: Path) -> None:
    given = {
        "HOME": str(tmp_path), "LDAP_PASSWORD": "hunter2-hunter2", "SECRET_KEY": "k" * 40,
        "DATABASE_URL": "postgresql+psycopg://u:hunter3@h/d",
    }  # fmt: skip
    known = settings.load(given)
    assert "hunter" not in repr(known) + str(known)
    assert "k" * 40 not in repr(known)


def test_health_tells_nobody_more_than_that_it_lives(app: Flask) -> None:
    assert app.test_client().get("/healthz").get_json() == {"status": "ok"}


def test_the_home_is_for_its_owner_only(tmp_path: Path) -> None:
    home = tmp_path / "a" / "home"
    known = settings.load({"HOME": str(home)})
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert stat.S_IMODE((home / "secret_key").stat().st_mode) == 0o600
    home.chmod(0o755)
    assert any("chmod 700" in finding.sentence for finding in doctor.settings(known))


@pytest.mark.parametrize(
    "name", ["../../../etc/cron.d/x.csv", "/etc/passwd", "..\\..\\x.csv", "a\x00b.csv", "x" * 5000]
)
def test_the_name_of_a_file_is_never_a_path(
    app: Flask, admin: FlaskClient, session: Session, world: World, name: str
) -> None:
    home = app.config["SCHOOL_IT"].home
    before = kept_in(home)
    content = f"Inventarnummer;Geräteart\nA{len(name)};Tablet\n"
    assert bring(admin, content.encode(), name) == 302
    upload = session.scalars(select(Upload)).one()
    assert kept_in(home) - before <= {("inbox", upload.digest), ("inbox", f"{upload.id}.rows")}
    assert (home / "inbox" / upload.digest).read_text("utf-8") == content


def kept_in(home: Path) -> set[tuple[str, ...]]:
    return {path.relative_to(home).parts[:2] for path in home.rglob("*") if path.is_file()}


def bring(browser: FlaskClient, content: bytes, name: str = "liste.xlsx") -> int:
    form = {"kind": "devices", "file": (BytesIO(content), name)}
    return browser.post("/imports", data=form, content_type="multipart/form-data").status_code


def zipped(**parts: bytes) -> bytes:
    into = BytesIO()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/") + ".xml", content)
    return into.getvalue()


LAUGHS = (
    b"<?xml version='1.0'?><!--" + b"x" * 3000 + b"--><!DOCTYPE l [<!ENTITY a 'ha'>"
    + b"".join(b"<!ENTITY %c '%s'>" % (98 + n, b"&%c;" % (97 + n) * 30) for n in range(8))
    + b"]><workbook xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'><l a='&i;'>&i;</l></workbook>"
)  # fmt: skip
HOSTILE = {
    "laughing": zipped(xl__workbook=LAUGHS, xl__styles=LAUGHS),
    "a bomb": zipped(xl__workbook=b"<a/>", xl__bomb=b"\0" * 60_000_000),
    "an entity of the machine": zipped(
        xl__workbook=b"<!DOCTYPE w [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><w>&e;</w>"
    ),
    "nothing but NULs": b"\0" * 10_000,
    "an endless cell": b'Inventarnummer;Schulnummer\r\n"' + b"x" * 400_000,
    "columns without end": b"Inventarnummer;Schulnummer" + b";x" * 200_000 + b"\r\nA;115514\r\n",
    "half a zip": zipped(xl__workbook=b"<a/>")[:40],
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_file_ends_in_a_sentence(coordinator: FlaskClient, what: str) -> None:
    assert bring(coordinator, HOSTILE[what]) == 422


def at_once(app: Flask, who: list[str], path: str, form: dict[str, str]) -> list[int]:
    browsers = [browser_of(app, name) for name in who]
    with ThreadPoolExecutor(len(browsers)) as several:
        return list(several.map(lambda browser: browser.post(path, data=form).status_code, browsers))


def test_of_two_who_hand_out_at_once_one_does(app: Flask, world: World, session: Session) -> None:
    session.rollback()
    form = {"to": "x", "receiver": f"person:{world.own.samples['person']}"}
    answers = at_once(
        app, ["admin", "office", "coordinator", "coordinator"], f"/devices/{OWN}-2/hand-out", form
    )
    assert sorted(answers) == [302, 422, 422, 422]
    spare = session.query(Device).filter_by(asset_tag=f"{OWN}-2").one()
    assert session.query(Handout).filter_by(device_id=spare.id).count() == 1


def test_of_two_who_take_a_file_over_at_once_one_does(
    app: Flask, coordinator: FlaskClient, world: World, session: Session
) -> None:
    content = b"Inventarnummer;Ger\xc3\xa4teart;Schulnummer\r\n" + b"".join(
        b"R-%d;Tablet;115514\r\n" % number for number in range(20)
    )
    assert bring(coordinator, content, "liste.csv") == 302
    session.rollback()
    answers = at_once(app, ["coordinator", "admin"], "/imports/1/apply", {})
    assert sorted(answers)[0] == 302
    assert session.query(Device).filter(Device.asset_tag.like("R-%")).count() == 20
    assert session.execute(text("SELECT count(*) FROM batches WHERE kind = 'import.devices'")).scalar() == 1
