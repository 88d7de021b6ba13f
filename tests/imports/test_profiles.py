"""How a list is read is kept under a name, and the next file of that layout needs no word."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from imports.models import ImportProfile
from school_it.access import Actor, Role
from school_it.audit import Entry
from school_it.database import transaction
from school_it.devices import catalogue
from school_it.devices.models import Device
from school_it.schools.models import School
from tests.imports.pages import bring, buttons, press, seen

LIST = "Kennung;Was;Preis;Dazu\nA-1;Tabletts;399,00;x\n"
MEANT = {"column-0": "asset_tag", "column-1": "category", "column-2": "price_gross", "layout": "1"}


@pytest.fixture(autouse=True)
def _town(school: School, other_school: School, house: Actor) -> None:
    with transaction() as session:
        catalogue.ensure_categories(session, by=house)


def kept(browser: FlaskClient, name: str = "Liste der Grundschule") -> str:
    """A file that somebody has explained and kept; returns its page."""
    page = bring(browser, LIST)
    browser.post(page + "/without-profile")
    assert browser.post(page + "/wish", data=MEANT).status_code == 302
    press(browser, page, "Gemeint ist »Tablet«")
    assert browser.post(page + "/profile", data={"name": name}).status_code == 302
    return page


def test_the_next_file_of_that_layout_is_read_without_a_word(admin: FlaskClient, session: Session) -> None:
    kept(admin)
    page = bring(admin, "dazu;;Was:;KENNUNG;Preis\ny;;Tabletts;A-2;410,00\n")
    words = seen(admin, page)
    assert "Erkannt als Profil »Liste der Grundschule«." in words
    assert "1 Zeile übernehmen" in words
    assert "410,00" in words
    admin.post(page + "/apply")
    session.rollback()
    assert session.scalars(select(Device.asset_tag)).all() == ["A-2"]


def test_there_is_a_way_out_of_a_profile(admin: FlaskClient) -> None:
    kept(admin)
    page = bring(admin, LIST.replace("A-1", "A-3"))
    assert admin.post(page + "/without-profile").status_code == 302
    words = seen(admin, page)
    assert "Erkannt als Profil" not in words
    assert "Keine Überschrift dieser Datei ist bekannt." in words


def test_other_headers_are_another_layout(admin: FlaskClient) -> None:
    kept(admin)
    page = bring(admin, "Kennung;Was;Preis;Dazu;Mehr\nA-1;Tablet;399,00;x;y\n")
    assert "Erkannt als Profil" not in seen(admin, page)


def test_a_table_without_headers_is_recognised_by_its_columns(admin: FlaskClient) -> None:
    rows = "A-1;Tablet;Nordlicht;01.03.2024\nA-2;Beamer;Tannwerk;02.03.2024\n"
    page = bring(admin, rows)
    chosen = {"column-0": "asset_tag", "column-1": "category", "column-2": "manufacturer"}
    admin.post(page + "/wish", data={**chosen, "layout": "1", "headerless": "1"})
    admin.post(page + "/profile", data={"name": "Ohne Kopf"})
    again = bring(admin, rows.replace("A-", "B-"))
    assert "Erkannt als Profil »Ohne Kopf«." in seen(admin, again)
    assert "2 Zeilen übernehmen" in seen(admin, again)


def test_the_sheet_that_was_chosen_is_found_again(admin: FlaskClient, tmp_path: Path) -> None:
    def book(mark: str) -> bytes:
        made = openpyxl.Workbook()
        first = made.active
        assert first is not None
        for sheet in (first, made.create_sheet("Zweitliste")):
            for row in (["Inventarnummer", "Geräteart"], [f"{mark}-{sheet.title}", "Tablet"]):
                sheet.append(row)
            sheet["C1"], sheet["C2"] = ("Ding", "x") if sheet.title == "Zweitliste" else ("Modell", "x")
        made.save(tmp_path / "two.xlsx")
        return (tmp_path / "two.xlsx").read_bytes()

    page = bring(admin, book("A"), name="two.xlsx")
    assert "A-Sheet" in seen(admin, page)
    admin.post(page + "/wish", data={"sheet_name": "Zweitliste"})
    assert "A-Zweitliste" in seen(admin, page)
    admin.post(page + "/profile", data={"name": "Zweite"})
    assert "B-Zweitliste" in seen(admin, bring(admin, book("B"), name="two.xlsx"))


def test_what_one_file_lacks_is_not_filled_in_the_next(admin: FlaskClient) -> None:
    page = bring(admin, "Inventarnummer;Was\nA-1;Tabletts\nA-2;Tabletts\n", school="")
    admin.post(page + "/wish", data={"column-0": "asset_tag", "column-1": "category", "layout": "1"})
    raw = admin.get(page).get_data(as_text=True)
    digest = raw.partition('name="seen" value="')[2].partition('"')[0]
    admin.post(page + "/mend", data={"word-0": "Tablet", "word-1": "115514", "seen": digest})
    assert "2 Zeilen übernehmen" in seen(admin, page)
    admin.post(page + "/profile", data={"name": "Ohne Schule"})
    again = bring(admin, "Inventarnummer;Was\nA-3;Tabletts\nA-4;Tabletts\n", school="167149")
    assert "2 Zeilen übernehmen" in seen(admin, again)
    assert "167149" in seen(admin, again)
    assert "Gemeint" not in str(buttons(admin, again))


def test_profiles_are_listed_renamed_and_thrown_away(admin: FlaskClient, session: Session) -> None:
    kept(admin)
    assert "Liste der Grundschule" in admin.get("/imports/profiles").get_data(as_text=True)
    (ident,) = session.scalars(select(ImportProfile.id))
    assert admin.post(f"/imports/profiles/{ident}", data={"name": " "}).status_code == 422
    assert admin.post(f"/imports/profiles/{ident}", data={"name": "Grundschule"}).status_code == 302
    assert "Grundschule" in admin.get("/imports/profiles").get_data(as_text=True)
    admin.post(f"/imports/profiles/{ident}/remove")
    session.rollback()
    assert session.scalars(select(ImportProfile)).all() == []
    acts = session.scalars(
        select(Entry.action).where(Entry.action.like("import.profile%")).order_by(Entry.id)
    )
    assert acts.all() == ["import.profile_kept", "import.profile_kept", "import.profile_removed"]


def test_a_name_is_given_once(admin: FlaskClient, session: Session) -> None:
    kept(admin)
    kept(admin)  # again by the same person: replaced
    assert len(session.scalars(select(ImportProfile)).all()) == 1


def test_profiles_of_the_office_serve_everybody_and_a_schools_own_only_itself(
    admin: FlaskClient,
    school: School,
    other_school: School,
    sign_in_as: Callable[..., FlaskClient],
    session: Session,
) -> None:
    one = sign_in_as(Role.COORDINATOR, school)
    other = sign_in_as(Role.COORDINATOR, other_school)
    kept(one, "Meine Liste")
    assert "Erkannt als Profil" not in seen(other, bring(other, LIST, school="167149"))
    assert "Meine Liste" not in other.get("/imports/profiles").get_data(as_text=True)
    (ident,) = session.scalars(select(ImportProfile.id))
    assert other.post(f"/imports/profiles/{ident}", data={"name": "Deine"}).status_code == 404
    assert other.post(f"/imports/profiles/{ident}/remove").status_code == 404
    kept(admin, "Liste für alle")
    assert "Erkannt als Profil »Liste für alle«" in seen(other, bring(other, LIST, school="167149"))
    assert "Erkannt als Profil »Meine Liste«" in seen(one, bring(one, LIST))
    office = session.scalar(select(ImportProfile.id).where(ImportProfile.name == "Liste für alle"))
    assert one.post(f"/imports/profiles/{office}/remove").status_code == 404


def test_a_profile_whose_words_no_longer_exist_costs_no_file(admin: FlaskClient, session: Session) -> None:
    kept(admin)
    with transaction() as writing:
        (profile,) = writing.scalars(select(ImportProfile))
        profile.wish = {**profile.wish, "mapping": {"Kennung": "no_such_field"}}
    page = bring(admin, LIST)
    assert "Was bedeuten die Spalten?" in seen(admin, page)


# --- on the command line ----------------------------------------------------------------------------------


def run(app: Flask, *words: str) -> tuple[int, dict[str, Any]]:
    result = app.test_cli_runner().invoke(args=["import", "devices", *words, "--json"])
    return result.exit_code, json.loads(result.stdout)


def test_the_command_reads_with_a_profile_only_where_it_is_named(
    app: Flask, admin: FlaskClient, tmp_path: Path
) -> None:
    kept(admin)
    file = tmp_path / "liste.csv"
    file.write_text(LIST, "utf-8")
    code, facts = run(app, str(file), "--school", "115514", "--dry-run")
    assert (code, "keine Tabelle mit bekannten Spalten" in facts["error"]) == (1, True)
    code, facts = run(app, str(file), "--school", "115514", "--profile", "liste der grundschule")
    assert (code, facts["new"], facts["sums"]["price_gross"]["taken"]) == (0, 1, "399.00")
    code, facts = run(app, str(file), "--school", "115514", "--profile", "Gibt es nicht")
    assert (code, "Vorhanden: Liste der Grundschule" in facts["error"]) == (2, True)


def test_what_is_wrong_alike_in_many_rows_is_one_line_on_the_command_line(
    app: Flask, house: Actor, school: School, tmp_path: Path
) -> None:
    with transaction() as session:
        catalogue.ensure_categories(session, by=house)
    file = tmp_path / "liste.csv"
    rows = (
        "".join(f"A-{n};I-Pad;1.07;100,00\n" for n in range(5))
        + "A-9;Tablet;1.07;viel\nA-10;Tablet;1.07;20\n"
    )
    file.write_text("Inventarnummer;Art;Raum;Preis brutto\n" + rows, "utf-8")
    words = ["import", "devices", str(file), "--school", "115514", "--dry-run"]
    told = app.test_cli_runner().invoke(args=words).stdout
    assert "5 Zeilen (2–6), Art: »I-Pad« ist hier nicht vorgesehen." in told
    assert "Zeile 7, Preis brutto: »viel«" in told
    assert "Preis brutto: 520,00 € in der Datei, davon 20,00 € in Zeilen ohne Fehler." in told.replace(
        "\xa0", " "
    )
    assert "Neu angelegt würden: 1 × Raum." in told


def test_an_option_goes_before_the_profile(app: Flask, admin: FlaskClient, tmp_path: Path) -> None:
    kept(admin)
    file = tmp_path / "liste.csv"
    file.write_text(LIST, "utf-8")
    words = (
        "--school",
        "115514",
        "--profile",
        "Liste der Grundschule",
        "--map",
        "Preis=price_net",
        "--dry-run",
    )
    _code, facts = run(app, str(file), *words)
    assert {one["header"]: one["field"] for one in facts["columns"]}["Preis"] == "price_net"


def test_buttons_that_a_profile_answers_are_gone(admin: FlaskClient) -> None:
    kept(admin)
    assert buttons(admin, bring(admin, LIST.replace("A-1", "A-9"))).keys() == {
        "Alles wieder wie in der Datei"
    }
