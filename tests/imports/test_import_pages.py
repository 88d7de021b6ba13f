"""A file is brought through the page, seen before anything changes, and taken over in one go."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from imports import inbox, taking
from imports.models import Upload
from school_it.access import Role
from school_it.audit import Entry
from school_it.database import now, transaction
from school_it.kinds import KINDS
from school_it.schools.models import School

LIST = "sep=;\nschulnr;sf;name;kurz;plz;ort;strasse;traegernr\n"
LIST += "115514;02;Grundschule Am Beispielweg;GG Beispielweg;53773;Beispielstadt;Beispielweg 1;13201\n"
LIST += "167149;20;Gymnasium Beispielstadt;Gym;53773;Beispielstadt;Hauptstraße 2;13201\n"
LIST += "193240;15;Gesamtschule Anderswo;GE;50000;Anderswo;Nebenstraße 3;99999\n"


def bring(browser: FlaskClient, text: str, kind: str = "schools", name: str = "liste.csv") -> str:
    data = {"file": (io.BytesIO(text.encode()), name), "kind": kind, "school": ""}
    answer = browser.post("/imports", data=data, content_type="multipart/form-data")
    assert answer.status_code == 302, answer.get_data(as_text=True)
    return answer.headers["Location"]


def test_the_list_of_the_state_is_seen_first_and_taken_over_then(
    admin: FlaskClient, session: Session
) -> None:
    preview = bring(admin, LIST)
    assert session.scalar(select(func.count()).select_from(School)) == 0
    page = admin.get(preview).get_data(as_text=True)
    assert "Grundschule Am Beispielweg" in page
    assert admin.post(preview + "/apply").status_code == 302
    assert session.scalar(select(func.count()).select_from(School)) == 3
    entries = session.scalars(select(Entry).where(Entry.action == "school.added")).all()
    assert len({entry.batch_id for entry in entries}) == 1
    assert len(entries) == 3


def test_only_the_schools_of_one_authority(admin: FlaskClient, session: Session) -> None:
    preview = bring(admin, LIST)
    admin.post(preview + "/wish", data={"only_header": "traegernr", "only_value": "13201"})
    admin.post(preview + "/apply")
    assert sorted(session.scalars(select(School.school_number))) == ["115514", "167149"]


def test_the_same_file_again_says_so_and_changes_nothing(admin: FlaskClient, session: Session) -> None:
    admin.post(bring(admin, LIST) + "/apply")
    page = admin.get(bring(admin, LIST)).get_data(as_text=True)
    assert "schon einmal übernommen" in page
    assert "nichts, was noch zu übernehmen wäre" in page


def test_a_preview_that_is_no_longer_true_is_refused(admin: FlaskClient, session: Session) -> None:
    first, second = bring(admin, LIST), bring(admin, LIST)
    admin.post(first + "/apply")
    answer = admin.post(second + "/apply")
    assert answer.status_code == 422
    assert "neue Vorschau ansehen" in answer.get_data(as_text=True)


def test_faulty_rows_hold_back_the_whole_file_unless_one_says_otherwise(
    admin: FlaskClient, session: Session
) -> None:
    preview = bring(admin, LIST + "999;02;Keine Schule;;;;;\n")
    assert admin.post(preview + "/apply").status_code == 422
    assert session.scalar(select(func.count()).select_from(School)) == 0
    assert admin.post(preview + "/apply", data={"partial": "y"}).status_code == 302
    assert session.scalar(select(func.count()).select_from(School)) == 3


def test_rooms_of_a_school_that_is_not_there_are_told_in_the_preview(admin: FlaskClient) -> None:
    preview = bring(admin, "Schulnummer;Raum\n999999;1.07\n", kind="rooms")
    assert "Die Schule 999999 ist hier nicht bekannt." in admin.get(preview).get_data(as_text=True)
    assert admin.post(preview + "/apply").status_code == 422


def test_a_name_of_the_directory_that_stands_twice_is_told_in_the_preview(admin: FlaskClient) -> None:
    preview = bring(admin, "Schulnummer;Schule;Schulform;Name im Verzeichnis\n115514;A;G;gs\n167149;B;G;GS\n")
    assert "»GS« im Verzeichnis hat schon die Schule 115514" in admin.get(preview).get_data(as_text=True)
    assert admin.post(preview + "/apply").status_code == 422


def test_what_is_too_long_for_its_column_is_told_in_the_preview(admin: FlaskClient) -> None:
    preview = bring(admin, f"Schulnummer;Schule;Schulform;Kurzname\n115514;A;G;{'x' * 41}\n")
    assert "Höchstens 40 Zeichen." in admin.get(preview).get_data(as_text=True)


def kept(app: Flask) -> set[str]:
    """The files whose bytes lie in the inbox; what was seen in them stands beside them."""
    return {path.name for path in (app.config["SCHOOL_IT"].home / "inbox").glob("*") if not path.suffix}


def test_what_is_no_table_is_refused_with_one_sentence_and_not_kept(app: Flask, admin: FlaskClient) -> None:
    before = kept(app)
    data = {"file": (io.BytesIO(b"%PDF-1.4 nonsense"), "brief.pdf"), "kind": "schools", "school": ""}
    answer = admin.post("/imports", data=data, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert kept(app) == before


def test_what_is_put_away_is_not_kept_unless_somebody_else_has_it(app: Flask, admin: FlaskClient) -> None:
    before = kept(app)
    first, second = bring(admin, LIST + "\n"), bring(admin, LIST + "\n")
    admin.post(first + "/discard")
    assert admin.post(second + "/look").status_code == 302
    admin.post(second + "/discard")
    assert kept(app) == before
    assert admin.get(second).status_code == 200


@pytest.mark.parametrize("deed", ["/wish", "/look", "/discard"])
def test_what_was_taken_over_stays_as_it_was_shown(admin: FlaskClient, session: Session, deed: str) -> None:
    preview = bring(admin, LIST)
    admin.post(preview + "/apply")
    answer = admin.post(preview + deed, data={"only_header": "traegernr", "only_value": "13201"})
    assert answer.status_code == 409
    page = admin.get(preview).get_data(as_text=True)
    assert "Neue Zeilen" in page
    assert "Gesamtschule Anderswo" in page


def test_rows_before_the_first_begin_at_the_first(admin: FlaskClient) -> None:
    assert "Grundschule Am Beispielweg" in admin.get(bring(admin, LIST) + "?from=-1").get_data(as_text=True)


def test_a_long_file_becomes_a_job_that_leads_back_to_the_file(admin: FlaskClient, session: Session) -> None:
    rows = (f"1{n:05d};02;Grundschule {n};;;;;\n" for n in range(1500))
    preview = bring(admin, LIST.splitlines(keepends=True)[1] + "".join(rows))
    job = admin.post(preview + "/apply").headers["Location"]
    assert job.startswith("/jobs/")
    assert preview in admin.get(job).get_data(as_text=True)
    assert session.scalar(select(func.count()).select_from(School)) == 1500


def test_a_file_that_waits_stands_on_the_start_page(admin: FlaskClient) -> None:
    bring(admin, LIST)
    assert "noch nicht übernommen" in admin.get("/").get_data(as_text=True)
    assert "liste.csv" in admin.get("/imports?state=preview").get_data(as_text=True)


STATE = "sep=;\n" + ";".join(
    f'"{header}"'
    for header in (
        "Schulnummer", "Schulform", "Schulbezeichnung_1", "Schulbezeichnung_2", "Schulbezeichnung_3",
        "Kurzbezeichnung", "Telefonvorwahl", "Telefon", "Rechtsform", "Traegernummer",
    )
)  # fmt: skip
STATE += '\n"115514";"02";"Gem. Grundschule";"Am Beispielweg";"";"Beispiel, GG";"02242";"1234";"1";"13201"\n'


def test_a_name_and_a_number_over_several_columns_are_read_whole(
    admin: FlaskClient, session: Session
) -> None:
    preview = bring(admin, STATE)
    page = admin.get(preview).get_data(as_text=True)
    assert "Nicht gelesen werden die Spalten: Rechtsform." in page
    assert "gehört zu »Schule«" in page
    admin.post(preview + "/apply")
    school = session.scalars(select(School)).one()
    assert (school.name, school.phone) == ("Gem. Grundschule Am Beispielweg", "02242 1234")
    assert 'href="/schools">Zur Liste: Schulen' in admin.get(preview).get_data(as_text=True)


def test_a_list_of_another_kind_says_which(admin: FlaskClient) -> None:
    preview = bring(admin, LIST, kind="devices")
    assert "passen besser zu »Schulen«" in admin.get(preview).get_data(as_text=True)
    assert admin.post(preview + "/kind", data={"kind": "schools"}).status_code == 302
    assert "gute übernehmen" not in admin.get(preview).get_data(as_text=True)
    assert "3 Zeilen übernehmen" in admin.get(preview).get_data(as_text=True)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (LIST, "Schulen"),
        ("Schulnummer;Raum\n115514;101\n", "Räume"),
        ("Inv.-Nr.;Geräteart;Raum\nA-1;Tablet;101\n", "Geräte"),
        ("Schulnummer;Schuljahr;Schüler\n115514;2025/26;100\n", "Schulzahlen"),
        ("Dies;Das;Jenes\na;b;c\n", "Geräte"),
    ],
)
def test_what_a_list_holds_is_told_by_its_headers(admin: FlaskClient, text: str, kind: str) -> None:
    page = admin.get(bring(admin, text, kind="")).get_data(as_text=True)
    intro = page.partition("<h1>")[2].partition("</header>")[0]
    assert f"{kind}," in intro


def test_every_kind_has_a_blank_template(admin: FlaskClient) -> None:
    page = admin.get("/imports").get_data(as_text=True)
    templates = re.findall(r'href="(/exports/[a-z-]+/template\.xlsx)">Vorlage', page)
    assert len(templates) == len([kind for kind in KINDS.values() if kind.has_template])
    for address in templates:
        assert admin.get(address).status_code == 200, address


def test_a_file_that_waits_already_is_pointed_at(admin: FlaskClient) -> None:
    first, second = bring(admin, LIST), bring(admin, LIST)
    page = admin.get(second).get_data(as_text=True)
    assert "liegt schon einmal hier und wartet" in page
    assert f'href="{first}"' in page
    assert "liegt schon einmal hier" not in admin.get(first).get_data(as_text=True)


def test_what_was_taken_back_is_said_and_can_be_brought_again(app: Flask, admin: FlaskClient) -> None:
    preview = bring(admin, LIST)
    admin.post(preview + "/apply")
    assert "Vorgang ansehen oder zurücknehmen" in admin.get(preview).get_data(as_text=True)
    assert app.test_cli_runner().invoke(args=["undo", "1"]).exit_code == 0
    assert "wieder zurückgenommen" in admin.get(preview).get_data(as_text=True)
    assert "Vorgang zurückgenommen" in admin.get("/imports").get_data(as_text=True)
    again = admin.get(bring(admin, LIST)).get_data(as_text=True)
    assert "schon einmal übernommen" not in again
    assert "3 Zeilen übernehmen" in again


def test_nobody_looks_at_a_file_as_what_they_may_not_bring(
    school: School, sign_in_as: Callable[..., FlaskClient]
) -> None:
    browser = sign_in_as(Role.COORDINATOR, school)
    preview = bring(browser, "Inventarnummer;Geräteart\nA-1;Tablet\n", kind="devices")
    assert browser.post(preview + "/kind", data={"kind": "schools"}).status_code == 403
    assert browser.post(preview + "/kind", data={"kind": "nonsense"}).status_code == 422


def test_only_where_no_row_fits_takes_nothing(app: Flask, tmp_path: Path) -> None:
    (tmp_path / "liste.csv").write_text(LIST, "utf-8")
    words = ["import", "schools", str(tmp_path / "liste.csv"), "--only"]
    result = app.test_cli_runner().invoke(args=[*words, "traegernr=1"])
    assert (result.exit_code, "Keine Zeile der Datei hat traegernr=1" in result.stderr) == (2, True)
    result = app.test_cli_runner().invoke(args=[*words, "Traeger=1"])
    assert "Sie hat: schulnr, sf, name" in result.stderr


def test_after_three_months_nothing_of_a_file_is_left_but_its_counts(
    app: Flask, admin: FlaskClient, session: Session
) -> None:
    preview = bring(admin, LIST)
    admin.post(preview + "/apply")
    home = app.config["SCHOOL_IT"].home
    with transaction() as writing:
        inbox.tidy(writing, home, before=now() + timedelta(seconds=1))
    upload = session.scalars(select(Upload)).one()
    assert not inbox.path_of(home, upload.digest).exists()
    assert not inbox.details_path(home, upload).exists()
    assert upload.summary["new"] == 3
    assert "Grundschule" not in str((upload.summary, upload.wish))
    assert admin.get(preview).status_code == 200


def test_rows_that_a_killed_run_has_left_ready_go_the_next_night(session: Session, tmp_path: Path) -> None:
    place = tmp_path / "inbox"
    left, young = place / f"{taking.STAGED}killed", place / f"{taking.STAGED}running"
    for folder in (left, young):
        folder.mkdir(parents=True)
        (folder / "rows").write_text("Mia Beispiel", "utf-8")
    yesterday = (now() - timedelta(days=2)).timestamp()
    os.utime(left, (yesterday, yesterday))
    inbox.sweep(session, tmp_path, before=now() - timedelta(days=1))
    assert [path.name for path in place.iterdir()] == [young.name]
