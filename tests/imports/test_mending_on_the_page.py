"""What is wrong in a file is put right on its page: cells, words in many rows, days and months, close words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from school_it.access import Actor, Role
from school_it.database import transaction
from school_it.devices import catalogue
from school_it.devices.models import Category, Device
from school_it.schools.models import Room, School
from tests.imports.pages import HEAD, bring, buttons, fields, press, said, seen

PROGRAMME = "Kürzel;Titel;Finanzierungsart;Fördersatz\nDP;Digitale Schule;Anteil;90 %\n"
GRANT = (
    "Kennzeichen;Programm;Maßnahme;Aktenzeichen;Bescheid vom;Durchführung bis;zuwendungsfähige Ausgaben\n"
    "DT-1;DP;Netze;48.03-07/20;20.07.2020;31.12.2021;61.214,55\n"
)
RECEIPTS = (
    "Beleg-Nr.;Fördergegenstand;Schulnummer;Auftrag vom;Rechnungsdatum;Zahlung am;Rechnungssteller;Rechnungsnummer;"
    "Gegenstand;Rechnungsbetrag brutto;gezahlt\n"
    "1;2.1;115514;01.09.2020;01.10.2020;10.10.2020;Netzbau Muster;R-1;Accesspoints;1.000,00;980,00\n"
    "2;2.1;115514;02.09.2020;02.10.2020;12.10.2020;Netzbau Muster;R-2;Switch;500,00;500,00\n"
)


@pytest.fixture(autouse=True)
def _town(school: School, other_school: School, house: Actor) -> None:
    with transaction() as session:
        catalogue.ensure_categories(session, by=house)


def devices(session: Session) -> list[Device]:
    session.rollback()
    return list(session.scalars(select(Device).order_by(Device.asset_tag)))


def test_a_wrong_cell_is_put_right_where_it_is_shown(admin: FlaskClient, session: Session) -> None:
    page = bring(
        admin, HEAD + "A-1;Tablet;Nord;S1;X1;101;31.02.2024;399,00\nA-2;Tablet;Nord;S1;X2;101;;viel\n"
    )
    assert fields(admin, page) == {"cell-2-6": "31.02.2024", "cell-3-7": "viel"}
    admin.post(page + "/mend", data={"cell-2-6": "28.02.2024", "cell-3-7": "410,00"})
    assert "2 Zeilen übernehmen" in seen(admin, page)
    assert "809,00" in seen(admin, page)
    admin.post(page + "/apply")
    first, second = devices(session)
    assert (first.acquired_on, second.price_gross) == (date(2024, 2, 28), Decimal("410.00"))


def test_what_is_still_wrong_keeps_what_was_typed(admin: FlaskClient) -> None:
    page = bring(admin, HEAD + "A-1;Tablet;Nord;S1;X1;101;31.02.2024;viel\n")
    admin.post(page + "/mend", data={"cell-2-6": "30.02.2024", "cell-2-7": "399,00"})
    assert fields(admin, page) == {"cell-2-6": "30.02.2024"}
    assert "Den Tag »30.02.2024« gibt es nicht" in seen(admin, page)


def test_a_needed_cell_that_is_missing_can_be_filled_even_without_its_column(
    admin: FlaskClient, session: Session
) -> None:
    page = bring(admin, "Inventarnummer;Modell\nA-1;Slate 11\n")
    assert fields(admin, page) == {"cell-2-category": ""}
    admin.post(page + "/mend", data={"cell-2-category": "Tablet"})
    admin.post(page + "/apply")
    assert [one.asset_tag for one in devices(session)] == ["A-1"]


def test_a_row_without_a_key_can_be_given_one(admin: FlaskClient) -> None:
    page = bring(admin, HEAD + ";Tablet;Nord;S1;;101;;\n")
    assert {"cell-2-0", "cell-2-4"} <= set(fields(admin, page))
    admin.post(page + "/mend", data={"cell-2-0": "A-7"})
    assert "1 Zeile übernehmen" in seen(admin, page)


def test_a_word_wrong_in_many_rows_is_mended_once(admin: FlaskClient, session: Session) -> None:
    rows = "".join(f"A-{n};{'TABLETTS' if n % 2 else 'Tabletts'};Nord;S1;X{n};101;;\n" for n in range(6))
    page = bring(admin, HEAD + rows)
    assert "»Tabletts« unter »Geräteart« (3 Zeilen)" in seen(admin, page)
    press(admin, page, "Gemeint ist »Tablet«")
    assert "6 Zeilen übernehmen" in seen(admin, page)
    admin.post(page + "/apply")
    assert len(devices(session)) == 6


def test_what_is_typed_beside_a_button_is_taken_too(admin: FlaskClient) -> None:
    page = bring(admin, HEAD + "A-1;Tabletts;Nord;S1;X1;101;31.02.2024;1\n")
    press(admin, page, "Gemeint ist »Tablet«", **{"cell-2-6": "28.02.2024"})
    assert "1 Zeile übernehmen" in seen(admin, page)


def test_a_new_kind_of_device_is_made_with_the_file_by_who_may(admin: FlaskClient, session: Session) -> None:
    page = bring(admin, HEAD + "A-1;Raumschiff;Nord;S1;X1;101;;\n")
    press(admin, page, "Als neue Geräteart anlegen")
    assert session.scalar(select(Category.id).where(Category.name == "Raumschiff")) is None
    admin.post(page + "/apply")
    session.rollback()
    assert session.scalar(select(Category.id).where(Category.name == "Raumschiff")) is not None


def test_at_a_school_nobody_makes_new_kinds_of_devices(
    school: School, sign_in_as: Callable[..., FlaskClient]
) -> None:
    browser = sign_in_as(Role.COORDINATOR, school)
    page = bring(browser, HEAD + "A-1;Raumschiff;Nord;S1;X1;101;;\n")
    assert "Als neue Geräteart anlegen" not in buttons(browser, page)
    answer = browser.post(page + "/mend", data={"do": '{"act": "category", "text": "Raumschiff"}'})
    assert answer.status_code == 422
    assert "legt nur das Schulverwaltungsamt an" in said(answer.get_data(as_text=True))


def test_day_and_month_are_asked_once_for_the_column(admin: FlaskClient, session: Session) -> None:
    page = bring(
        admin, HEAD + "A-1;Tablet;Nord;S1;X1;101;03/04/2024;\nA-2;Tablet;Nord;S1;X2;101;05/06/2024;\n"
    )
    assert {"Tag zuerst: 03.04.2024", "Monat zuerst: 04.03.2024"} <= set(buttons(admin, page))
    assert fields(admin, page) == {}
    press(admin, page, "Monat zuerst: 04.03.2024")
    admin.post(page + "/apply")
    assert [one.acquired_on for one in devices(session)] == [date(2024, 3, 4), date(2024, 5, 6)]


def test_a_price_is_said_to_be_net_or_gross_with_one_click(admin: FlaskClient, session: Session) -> None:
    page = bring(admin, "Inventarnummer;Geräteart;Preis\nA-1;Tablet;399,00\n")
    press(admin, page, "Preis netto")
    admin.post(page + "/apply")
    (device,) = devices(session)
    assert (device.price_net, device.price_gross) == (Decimal("399.00"), None)


def test_new_rooms_are_counted_and_a_close_one_is_taken_with_one_click(
    admin: FlaskClient, session: Session, school: School, other_school: School
) -> None:
    bring_rooms = bring(admin, "Schulnummer;Raum\n115514;101\n167149;101\n", kind="rooms", school="")
    admin.post(bring_rooms + "/apply")
    rows = (
        "A-1;Tablet;115514;R 101\nA-2;Tablet;115514;R 101\nA-3;Tablet;167149;R 101\nA-4;Tablet;115514;Aula\n"
    )
    page = bring(admin, "Inventarnummer;Geräteart;Schulnummer;Raum\n" + rows, school="")
    assert "Neu angelegt würden: 3 Räume" in seen(admin, page)
    press(admin, page, "»101«")  # of one of the two schools
    assert "Neu angelegt würden: 2 Räume" in seen(admin, page)
    admin.post(page + "/apply")
    session.rollback()
    assert session.scalar(select(func.count()).select_from(Room)) == 4


def test_a_room_that_is_called_by_its_name_is_found(admin: FlaskClient, session: Session) -> None:
    rooms = "Schulnummer;Raum;Bezeichnung\n115514;0.03;Sekretariat\n115514;1.01;Klasse\n115514;1.02;Klasse\n"
    admin.post(bring(admin, rooms, kind="rooms", school="") + "/apply")
    page = bring(admin, "Inventarnummer;Geräteart;Raum\nA-1;Tablet;sekretariat\nA-2;Tablet;Klasse\n")
    assert "»1.01«" not in seen(admin, page), "two rooms are called so"
    press(admin, page, "»0.03«")
    admin.post(page + "/apply")
    first, _second = devices(session)
    room = session.get(Room, first.room_id)
    assert room is not None
    assert room.room == "0.03"


def test_a_school_that_is_missing_in_all_rows_is_said_once(admin: FlaskClient) -> None:
    page = bring(admin, HEAD + "A-1;Tablet;Nord;S1;X1;101;;\nA-2;Tablet;Nord;S1;X2;101;;\n", school="")
    assert "»Schulnummer« fehlt in 2 Zeilen" in seen(admin, page)
    digest = admin.get(page).get_data(as_text=True).partition('name="seen" value="')[2].partition('"')[0]
    admin.post(page + "/mend", data={"word-0": "115514", "seen": digest})
    assert "2 Zeilen übernehmen" in seen(admin, page)


def test_a_list_of_receipts_that_says_of_no_grant_is_given_one_once(admin: FlaskClient) -> None:
    admin.post(bring(admin, PROGRAMME, kind="programmes", school="") + "/apply")
    admin.post(bring(admin, GRANT, kind="grants", school="") + "/apply")
    page = bring(admin, RECEIPTS, kind="receipts", school="")
    assert "»Kennzeichen« fehlt in 2 Zeilen" in seen(admin, page)
    assert "DT-1 Netze" in seen(admin, page)
    digest = admin.get(page).get_data(as_text=True).partition('name="seen" value="')[2].partition('"')[0]
    admin.post(page + "/mend", data={"word-0": "DT-1", "seen": digest})
    assert "2 Zeilen übernehmen" in seen(admin, page)
    from_the_grant = "/imports?kind=receipts&grant=DT-1"
    assert "gehören zur Zuwendung DT-1" in seen(admin, from_the_grant)
    page = bring(admin, RECEIPTS, kind="receipts", school="", to=from_the_grant)
    assert "2 Zeilen übernehmen" in seen(admin, page)


def test_what_new_devices_lack_is_not_said_of_known_ones_by_the_way(admin: FlaskClient) -> None:
    admin.post(bring(admin, HEAD + "A-1;Notebook;Nord;S1;X1;101;;\n") + "/apply")
    page = bring(admin, "Inventarnummer;Raum\nA-1;102\nA-2;102\nA-3;102\n")
    assert "fehlt in 2 Zeilen" not in seen(admin, page)
    assert [*fields(admin, page)] == ["cell-3-category", "cell-4-category"]


def test_a_column_without_which_nothing_can_be_taken_is_named_and_explained(admin: FlaskClient) -> None:
    page = bring(
        admin, "Schulnummer;Vorname;Nachname;Rolle\n115514;Mia;Ahorn;Schüler\n", kind="people", school=""
    )
    assert "Die Datei hat keine Spalte »Schlüssel«" in seen(admin, page)
    page = bring(
        admin,
        "Schlüssel;Schulnummer;Vorname;Nachname;Rolle\n;115514;Mia;Ahorn;Schüler\n",
        kind="people",
        school="",
    )
    assert "Die Datei hat keine Spalte" not in seen(admin, page)


def test_several_columns_are_understood_with_one_click(admin: FlaskClient) -> None:
    page = bring(admin, "Inventarnummer;Was;Typ;wo\nA-1;Tablet;X1;101\nA-2;Beamer;X2;102\nA-3;PC;X3;103\n")
    assert "»Was« → Geräteart »Typ« → Modell »wo« → Raum" in seen(admin, page)
    press(admin, page, "Ja, alle so lesen")
    assert "3 Zeilen übernehmen" in seen(admin, page)
    assert "Bitte klären" not in seen(admin, page)


def test_a_crooked_answer_about_columns_changes_nothing(admin: FlaskClient) -> None:
    page = bring(admin, "Inventarnummer;Was;Typ\nA-1;Tablet;X1\n")
    for crooked in ('{"act": "meanings"}', '{"act": "meanings", "fields": ["a"]}'):
        assert admin.post(page + "/mend", data={"do": crooked}).status_code == 302
    refused = admin.post(page + "/mend", data={"do": '{"act": "meanings", "fields": {"Was": "farbe"}}'})
    assert refused.status_code == 422


def test_rows_left_behind_are_said_and_their_workbook_is_still_there(admin: FlaskClient) -> None:
    page = bring(admin, HEAD + "A-1;Tablet;Nord;S1;X1;101;;\nA-2;Tablet;Nord;S1;X2;101;31.02.2024;\n")
    admin.post(page + "/apply", data={"partial": "y"})
    assert "1 Zeile mit Fehlern ist nicht übernommen" in seen(admin, page)
    assert admin.get(page + "/corrected.xlsx").status_code == 200
    whole = bring(admin, HEAD + "A-3;Tablet;Nord;S1;X3;101;;\n")
    admin.post(whole + "/apply")
    assert "nicht übernommen" not in seen(admin, whole)


def test_everything_mended_can_be_forgotten_again(admin: FlaskClient) -> None:
    page = bring(admin, HEAD + "A-1;Tabletts;Nord;S1;X1;101;;viel\n")
    press(admin, page, "Gemeint ist »Tablet«", **{"cell-2-7": "399,00"})
    assert "1 Zeile übernehmen" in seen(admin, page)
    press(admin, page, "Alles wieder wie in der Datei")
    assert "viel" in fields(admin, page).values()
    assert "Gemeint ist »Tablet«" in buttons(admin, page)


def test_cells_that_contradict_their_header_are_pointed_out(admin: FlaskClient) -> None:
    rows = "".join(f"A-{n};Tablet;Nord;S1;;101;SN{n}47;\n" for n in range(4))
    page = bring(admin, HEAD + rows)
    assert "»Kaufdatum« enthält etwas anderes" in seen(admin, page)
    press(admin, page, "Spalte auslassen")
    assert "4 Zeilen übernehmen" in seen(admin, page)


def test_two_columns_cannot_mean_the_same(admin: FlaskClient) -> None:
    page = bring(admin, "Inventarnummer;Geräteart;Notiz 1;Notiz 2\nA-1;Tablet;a;b\n")
    chosen = {"column-0": "asset_tag", "column-1": "category", "column-2": "remark", "column-3": "remark"}
    answer = admin.post(page + "/wish", data={**chosen, "layout": "1"})
    assert answer.status_code == 422
    words = answer.get_data(as_text=True)
    assert "»Notiz 1« und »Notiz 2« können nicht beide dasselbe bedeuten" in said(words)
    assert words.count('<option value="remark" selected') == 2


def test_the_second_of_two_equal_headers_can_be_chosen(admin: FlaskClient, session: Session) -> None:
    page = bring(admin, "Inventarnummer;Geräteart;Bemerkung;Bemerkung\nA-1;Tablet;alt;neu\n")
    assert "Nicht gelesen werden die Spalten: Bemerkung, Bemerkung." in seen(admin, page)
    chosen = {"column-0": "asset_tag", "column-1": "category", "column-3": "remark", "layout": "1"}
    admin.post(page + "/wish", data=chosen)
    admin.post(page + "/apply")
    assert [one.remark for one in devices(session)] == ["neu"]


def test_empty_cells_leave_alone_what_is_stored_unless_one_ticks_otherwise(
    admin: FlaskClient, session: Session
) -> None:
    admin.post(bring(admin, HEAD + "A-1;Tablet;Nord;S1;X1;101;01.03.2024;399,00\n") + "/apply")
    page = bring(admin, "Inventarnummer;Geräteart;Preis brutto\nA-1;Tablet;\n")
    assert "nichts, was noch zu übernehmen wäre" in seen(admin, page)
    chosen = {"column-0": "asset_tag", "column-1": "category", "column-2": "price_gross", "clears": "2"}
    admin.post(page + "/wish", data={**chosen, "layout": "1"})
    assert "1 Zeile übernehmen" in seen(admin, page)
    admin.post(page + "/apply")
    assert [one.price_gross for one in devices(session)] == [None]


def test_a_file_without_headers_is_mapped_by_its_columns(admin: FlaskClient, session: Session) -> None:
    page = bring(admin, "A-1;Tablet;Nordlicht;01.03.2024\nA-2;Beamer;Tannwerk;02.03.2024\n")
    words = seen(admin, page)
    assert "Die Datei hat keine Überschriften." in words
    assert "vermutet" in words
    chosen = {
        "column-0": "asset_tag",
        "column-1": "category",
        "column-2": "manufacturer",
        "column-3": "acquired_on",
    }
    admin.post(page + "/wish", data={**chosen, "layout": "1", "headerless": "1"})
    assert "2 Zeilen übernehmen" in seen(admin, page)
    admin.post(page + "/apply")
    assert [one.manufacturer for one in devices(session)] == ["Nordlicht", "Tannwerk"]


def test_headers_that_nobody_knows_lead_to_the_same_page(admin: FlaskClient) -> None:
    page = bring(admin, "Kennung;Ding;Standpunkt\nA-1;Tablet;Keller\nA-2;Tablet;Keller\n")
    assert "Keine Überschrift dieser Datei ist bekannt." in seen(admin, page)
    assert admin.post(page + "/apply").status_code == 422
    admin.post(page + "/wish", data={"column-0": "asset_tag", "column-1": "category", "layout": "1"})
    assert "2 Zeilen übernehmen" in seen(admin, page)


def test_what_somebody_types_stays_text(admin: FlaskClient) -> None:
    page = bring(admin, HEAD + '"<b>A-1</b>";<script>;Nord;"=1+1";X1;101;;<i>\n')
    raw = admin.get(page).get_data(as_text=True)
    assert "<script>;" not in raw
    assert "<b>A-1" not in raw
    admin.post(page + "/mend", data={"cell-2-7": "</td><script>alert(1)</script>"})
    assert "<script>alert" not in admin.get(page).get_data(as_text=True)


@pytest.mark.parametrize(
    "nonsense", ["{", "[]", '{"act": "nothing"}', '{"act": "spelling"}', '{"act": "dates"}']
)
def test_what_no_button_says_does_no_harm(admin: FlaskClient, nonsense: str) -> None:
    page = bring(admin, HEAD + "A-1;Tablet;Nord;S1;X1;101;;399,00\n")
    assert admin.post(page + "/mend", data={"do": nonsense, "cell-9-9": "x", "cell-": "y"}).status_code in (
        302,
        422,
    )
    assert "1 Zeile übernehmen" in seen(admin, page)


def test_nobody_works_on_somebody_elses_file(
    admin: FlaskClient, school: School, sign_in_as: Callable[..., FlaskClient]
) -> None:
    page = bring(admin, HEAD + "A-1;Tabletts;Nord;S1;X1;101;;399,00\n")
    other, auditor = sign_in_as(Role.COORDINATOR, school), sign_in_as(Role.AUDITOR)
    for path in ("/mend", "/wish", "/profile", "/without-profile", "/look", "/discard", "/apply"):
        assert other.post(page + path).status_code == 404, path
        assert auditor.post(page + path).status_code == 403, path
    assert auditor.get(page).status_code == 200
    assert other.get(page + "/corrected.xlsx").status_code == 404


def test_a_coordinator_mends_nothing_into_another_school(
    school: School, sign_in_as: Callable[..., FlaskClient], session: Session
) -> None:
    browser = sign_in_as(Role.COORDINATOR, school)
    page = bring(browser, "Inventarnummer;Geräteart;Schulnummer\nA-1;Tablet;999999\n", school="")
    browser.post(page + "/mend", data={"cell-2-2": "167149"})
    assert browser.post(page + "/apply").status_code == 422
    assert devices(session) == []
