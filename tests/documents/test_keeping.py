"""Papers and photos lie with the thing they belong to, safe and once."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from school_it import audit
from school_it.access import Actor, Role
from school_it.database import now, table_of, transaction
from school_it.devices.models import Device
from school_it.documents import actions, queries, rules
from school_it.documents.models import Document, Link
from school_it.documents.rules import DocumentKind, Form
from school_it.documents.store import DOCUMENTS
from school_it.errors import BadValue, RuleBroken
from school_it.operations import backup, doctor
from school_it.operations.archive import Archive
from school_it.schools.models import School
from tests.documents.conftest import JPEG, PDF, add_device, png


def attach(home: Path, thing: Device, content: bytes, by: Actor, name: str = "Rechnung.pdf") -> Link:
    with transaction() as session:
        held = session.merge(thing)
        return actions.attach(session, held, content, name=name, kind=DocumentKind.INVOICE, home=home, by=by)


def remove(home: Path, link_id: int, by: Actor) -> None:
    with transaction() as session:
        link, _bearer, thing = queries.get_link(session, link_id, seen_by=by)
        digest = actions.detach(session, link, thing, by=by)
    actions.let_go(home, digest)


# --- what is taken ---


@pytest.mark.parametrize(("content", "form"), [(PDF, Form.PDF), (JPEG, Form.JPEG), (png(), Form.PNG)])
def test_what_a_file_is_say_its_bytes(content: bytes, form: Form) -> None:
    assert rules.form_of(content) is form


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html><script>alert(1)</script>%PDF-1.4 %%EOF",
        b"GIF89a;",
        b"PK\x03\x04",
        PDF[:40],
        JPEG[:12],
        png()[:40],
    ],
)
def test_anything_else_and_anything_cut_off_is_refused(content: bytes) -> None:
    with pytest.raises(BadValue):
        rules.form_of(content)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("Rechnung 7.PDF", "Rechnung 7.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Scans\\Bescheid.pdf", "Bescheid.pdf"),
        ("a\u202egnp.pdf", "agnp.pdf"),
        ("x\r\nSet-Cookie: a.pdf", "xSet-Cookie a.pdf"),
        ("rechnung.html", "rechnung.html.pdf"),
        ("...", "Dokument.pdf"),
        ("ä" * 300 + ".pdf", "ä" * 116 + ".pdf"),
    ],
)
def test_a_name_is_kept_but_cleaned(given: str, kept: str) -> None:
    assert rules.cleaned_name(given, Form.PDF) == kept


# --- kept and let go ---


def test_the_same_content_lies_there_once_and_stays_as_long_as_something_needs_it(
    session: Session, home: Path, school: School, device: Device, house: Actor
) -> None:
    other = add_device(house, school, "IT-2")
    first, second = attach(home, device, PDF, house), attach(home, other, PDF, house, "Kopie.pdf")
    assert session.scalar(select(func.count(Document.id))) == 1
    digest = first.document.digest
    first_id, second_id = first.id, second.id
    remove(home, first_id, house)
    assert DOCUMENTS.is_sound(home, digest)
    remove(home, second_id, house)
    assert not DOCUMENTS.is_there(home, digest)
    assert session.scalar(select(func.count(Document.id))) == 0


def test_the_same_file_twice_at_one_thing_is_refused_by_its_name(
    home: Path, device: Device, house: Actor
) -> None:
    attach(home, device, PDF, house)
    with pytest.raises(RuleBroken, match=r"Rechnung\.pdf"):
        attach(home, device, PDF, house, "nochmal.pdf")


def test_the_story_of_the_thing_tells_what_came_and_went(
    session: Session, home: Path, device: Device, house: Actor
) -> None:
    link_id = attach(home, device, PDF, house).id
    remove(home, link_id, house)
    told = [(one.action, one.facts.get("name")) for one in audit.story(session, device)][:2]
    assert told == [("document.detached", "Rechnung.pdf"), ("document.attached", "Rechnung.pdf")]


def test_who_removes_a_thing_takes_its_links_along_and_the_night_the_bytes(
    session: Session, home: Path, device: Device, house: Actor
) -> None:
    digest = attach(home, device, PDF, house).document.digest
    with transaction() as writing:
        writing.delete(writing.get_one(Device, device.id))
    assert session.scalar(select(func.count(Link.id))) == 0
    assert actions.tidy(home) == 0  # young: it may just be coming
    documents = table_of(Document)
    with transaction() as writing:
        writing.execute(documents.update().values(kept_since=now() - 2 * actions.YOUNG))
    assert actions.tidy(home) == 1
    assert not DOCUMENTS.is_there(home, digest)


def test_the_doctor_counts_what_is_missing_or_damaged(
    app: Flask, home: Path, device: Device, house: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("school_it.operations.schema.current", lambda: "made")
    pdf = attach(home, device, PDF, house).document.digest
    photo = attach(home, device, JPEG, house, "Schaden.jpg").document.digest

    def said() -> str:
        return next(
            one.sentence for one in doctor.findings(app.config["SCHOOL_IT"]) if one.part == "documents"
        )

    assert "2, alle unversehrt" in said()
    DOCUMENTS.remove(home, pdf)
    DOCUMENTS.path_of(home, photo).write_bytes(JPEG + b"!")
    assert "fehlen 1, beschädigt sind 1" in said()


@pytest.mark.sqlite  # documents are saved alike; databases are tested in tests/operations
def test_a_backup_brings_lost_documents_back(
    app: Flask, home: Path, device: Device, house: Actor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("school_it.operations.sqlite.schema_of", lambda _path: "made")
    digest = attach(home, device, PDF, house).document.digest
    file = tmp_path / "town.tar"
    made = backup.create(app.config["SCHOOL_IT"], file)
    assert f"documents/{digest[:2]}/{digest}" in made.documents
    assert backup.verify(app.config["SCHOOL_IT"], file).documents == made.documents
    DOCUMENTS.remove(home, digest)
    found = Archive(file)
    found.unpack_documents(tmp_path)
    assert (tmp_path / "documents" / digest[:2] / digest).read_bytes() == PDF


# --- the pages ---


def upload(browser: FlaskClient, at: str, content: bytes, name: str = "Foto.pdf") -> object:
    data = {"at": at, "kind": "photo", "file": (BytesIO(content), name)}
    return browser.post("/documents/new", data=data, content_type="multipart/form-data")


def test_a_coordinator_puts_a_photo_to_the_device_and_gets_it_back(
    sign_in_as: Callable[..., FlaskClient], school: School, device: Device, session: Session
) -> None:
    browser = sign_in_as(Role.COORDINATOR, school)
    answer = upload(browser, f"devices:{device.id}", JPEG, "Riss.HTML")
    assert answer.status_code == 302  # type: ignore[attr-defined]
    page = browser.get("/devices/IT-1").get_data(as_text=True)
    assert "Riss.HTML.jpg" in page
    assert "Foto" in page
    ident = session.scalars(select(Link.id)).one()
    with browser.get(f"/documents/{ident}") as file:
        assert file.data == JPEG
    assert file.headers["Content-Disposition"].startswith("attachment")
    assert file.headers["Content-Type"] == "image/jpeg"
    assert file.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in file.headers["Content-Security-Policy"]
    shown = browser.get(f"/documents/{ident}/remove").get_data(as_text=True)
    assert "Die Datei selbst wird gelöscht" in shown
    assert browser.post(f"/documents/{ident}/remove").status_code == 302
    assert browser.get(f"/documents/{ident}").status_code == 404


def test_a_refused_file_is_said_at_its_field_and_nothing_is_kept(
    sign_in_as: Callable[..., FlaskClient],
    school: School,
    device: Device,
    session: Session,
    app: Flask,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    browser = sign_in_as(Role.COORDINATOR, school)
    answer = upload(browser, f"devices:{device.id}", b"MZ\x90\x00", "rechnung.pdf")
    assert answer.status_code == 422  # type: ignore[attr-defined]
    assert "weder ein PDF noch ein Foto" in answer.get_data(as_text=True)  # type: ignore[attr-defined]
    most = app.config["SCHOOL_IT"].DOCUMENT_MB
    monkeypatch.setattr(rules, "MEGABYTE", 1024)
    answer = upload(browser, f"devices:{device.id}", PDF + b" " * most * 1024)
    assert f"größer als {most} MB" in answer.get_data(as_text=True)  # type: ignore[attr-defined]
    assert session.scalar(select(func.count(Link.id))) == 0


def test_who_may_not_see_the_thing_does_not_get_its_papers(
    sign_in_as: Callable[..., FlaskClient],
    school: School,
    other_school: School,
    device: Device,
    session: Session,
    home: Path,
    house: Actor,
) -> None:
    ident = attach(home, device, PDF, house).id
    stranger = sign_in_as(Role.COORDINATOR, other_school)
    assert stranger.get(f"/documents/{ident}").status_code == 404
    assert stranger.post(f"/documents/{ident}/remove").status_code == 404
    assert upload(stranger, f"devices:{device.id}", JPEG).status_code == 404  # type: ignore[attr-defined]
    assert upload(stranger, "users:1", JPEG).status_code == 404  # type: ignore[attr-defined]
    auditor = sign_in_as(Role.AUDITOR)
    with auditor.get(f"/documents/{ident}") as file:
        assert file.data == PDF
    assert auditor.get(f"/documents/{ident}/remove").status_code == 403
