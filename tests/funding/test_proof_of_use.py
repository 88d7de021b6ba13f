"""The proof of use and the draw-down: the same figures on the page, in the workbook and for programs."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import Workbook
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from school_it.access import Role
from school_it.funding.models import Grant, Receipt
from school_it.money import shown
from school_it.schools.models import School
from tests.funding.conftest import GRANT, PROGRAMME, RECEIPT, Facts, TakeIn
from tests.funding.test_back_and_forth import exported

D = Decimal
SHEETS = ["Deckblatt", "Einnahmen", "Ausgaben", "Belegliste", "Geräte", "Prüfung"]
CAPPED = {
    **PROGRAMME, "Kürzel": "DP_2020", "Fördersatz": "90 %", "Zweckbindung Jahre": 5, "Deckel Fördergegenstände": "2.3",
    "Deckel Anteil": "20 %", "Deckel je Schule": "25.000",
}  # fmt: skip
OF_2020 = {
    **GRANT, "Kennzeichen": "DP-2020-01", "Programm": "DP_2020", "Aktenzeichen": "48.03-21/20",
    "Bescheid vom": "12.05.2020", "Durchführung bis": "31.12.2022", "zuwendungsfähige Ausgaben": "60.000,05",
    "bereits abgerufen": "54.000,05",
}  # fmt: skip
SECOND_OF_2020 = {
    **OF_2020, "Aktenzeichen": "48.03-22/20", "Bescheid vom": "03.09.2020", "zuwendungsfähige Ausgaben": "47.329,23",
    "bereits abgerufen": None,
}  # fmt: skip
SERVER = {
    **RECEIPT, "Kennzeichen": "DP-2020-01", "Fördergegenstand": "2.1a", "Auftrag vom": "02.06.2020", "Anzahl": 1,
    "Rechnungsdatum": "20.08.2020", "Zahlung am": "01.09.2020", "Rechnungsnummer": "S-1", "Gegenstand": "Server",
    "Rechnungsbetrag brutto": "87.329,28", "gezahlt": "87.329,28",
}  # fmt: skip
TABLETS = {
    **SERVER, "Beleg-Nr.": "2", "Fördergegenstand": "2.3", "Rechnungsnummer": "T-1", "Gegenstand": "40 Tablets",
    "Anzahl": 40, "Rechnungsbetrag brutto": "21.000,00", "gezahlt": "20.580,00", "sonst nicht förderfähig": "580,00",
}  # fmt: skip


@pytest.fixture
def of_2020(take_in: TakeIn, school: School) -> None:
    """The real case: two decisions, 107,329.28 eligible, 96,596.36 granted, each rounded for itself; all is spent."""
    for kind, rows in (
        ("programmes", [CAPPED]),
        ("grants", [OF_2020, SECOND_OF_2020]),
        ("receipts", [SERVER, TABLETS]),
    ):
        facts = take_in(kind, *rows)
        assert facts["exit"] == 0, facts


@pytest.fixture
def proof(app: Flask, of_2020: None, tmp_path: Path) -> Facts:
    return exported(app, "proof-of-use", tmp_path / "nachweis.xlsx", "--grant", "DP-2020-01")


@pytest.fixture
def book(proof: Facts) -> Workbook:
    """As a program sees it that does not calculate."""
    return openpyxl.load_workbook(proof["file"], data_only=True)


def named(book: Workbook, name: str) -> Any:
    ((sheet, place),) = book.defined_names[name].destinations
    return book[sheet][place].value


def table(book: Workbook, name: str) -> list[dict[str, Any]]:
    header, *rows = book[name].iter_rows(min_row=5, values_only=True)
    return [dict(zip(map(str, header), row, strict=True)) for row in rows]


def cents(value: Any) -> Decimal:
    return round(D(str(value)), 2)


FIGURES = {
    "vn_zuwendungsfaehig_plan": "107329.28", "vn_bewilligt": "96596.36", "vn_eigenanteil_plan": "10732.92",
    "vn_ausgaben_ist": "107909.28", "vn_zuwendungsfaehig_ist": "107329.28", "vn_zuwendung_ist": "96596.35",
    "vn_drittmittel_ist": "0.00", "vn_eigenanteil_ist": "11312.93", "vn_abgerufen": "54000.05",
    "vn_noch_offen": "42596.30", "vn_rueckzahlung": "0.00",
}  # fmt: skip


def test_the_grant_of_2020_is_proven_to_the_cent(proof: Facts, book: Workbook) -> None:
    assert (proof["exit"], proof["sheets"]) == (0, SHEETS)
    assert {name: str(cents(named(book, name))) for name in FIGURES} == FIGURES
    assert str(named(book, "vn_zweckbindung_bis").date()) == "2027-12-31"
    assert proof["figures"] == {
        "eligible_planned": "107329.28", "granted": "96596.36", "own_share_planned": "10732.92",
        "paid_total": "107909.28", "eligible_actual": "107329.28", "grant_final": "96596.35", "third_party": "0.00",
        "own_share_actual": "11312.93", "drawn": "54000.05", "still_due": "42596.30", "repay": "0.00",
        "earmark_end": "2027-12-31",
    }  # fmt: skip


def test_the_cover_names_every_aktenzeichen_in_one_cell_for_the_forms_of_authorities(book: Workbook) -> None:
    lines = {row[0]: row[1] for row in book["Deckblatt"].iter_rows(values_only=True)}
    told = [text.rpartition("Az. ")[2] for text in lines if "Az. " in str(text)]
    assert len(told) == 2
    assert lines["Aktenzeichen"] == ", ".join(told)


def test_income_spending_and_receipts_come_to_the_same_sum(book: Workbook) -> None:
    *income, income_sum = table(book, "Einnahmen")
    assert [line["Einnahme"] for line in income] == [
        "Eigenanteil", "Leistungen Dritter", "sonstige öffentliche Förderung", "Zuwendung des Landes",
    ]  # fmt: skip
    *spending, spending_sum = table(book, "Ausgaben")
    assert [line["Fördergegenstand"] for line in spending] == ["2.1a", "2.3"]
    assert cents(spending[1]["Abrechnung zuwendungsfähig"]) == D("20000.00")
    whole = cents(income_sum["Abrechnung EUR"])
    assert whole == sum(cents(line["Abrechnung EUR"]) for line in income) == D("107909.28")
    assert (
        whole == cents(spending_sum["Abrechnung gesamt"]) == cents(table(book, "Belegliste")[-1]["gezahlt"])
    )
    for column in ("Bescheid v.H.", "Abrechnung v.H."):
        assert sum(cents(line[column]) for line in income) == cents(income_sum[column]) == 100


def test_every_rule_that_was_looked_at_is_told(proof: Facts, book: Workbook) -> None:
    told = {one["rule"]: one for one in proof["checks"]}
    assert {"F01", "F04", "F09", "F21"} <= told.keys()
    assert [rule for rule, one in told.items() if not one["holds"]] == []
    assert told["F04"]["severity"] == "warn"
    assert "Abweichung 0,01 €, erlaubt 0,02 €" in told["F04"]["sentence"].replace("\N{NO-BREAK SPACE}", " ")
    worth = told["F02"]["sentence"].replace("\N{NO-BREAK SPACE}", " ")
    assert "lassen sich 107.329,28 € zuwendungsfähige Ausgaben fördern" in worth, "as in the decisions"
    rows = table(book, "Prüfung")
    assert [(row["Regel"], row["Hinweis"]) for row in rows] == [
        (one["rule"], one["sentence"]) for one in proof["checks"]
    ]
    assert {(row["Ergebnis"], row["Gewicht"]) for row in rows} == {("erfüllt", None)}


def test_a_broken_cap_and_too_much_drawn_stand_first_and_stop_nothing(
    app: Flask, of_2020: None, take_in: TakeIn, tmp_path: Path
) -> None:
    dear = {**TABLETS, "Anzahl": 90, "Rechnungsbetrag brutto": "45.000,00", "gezahlt": "45.000,00"}
    less = {**SERVER, "Rechnungsbetrag brutto": "1.000,00", "gezahlt": "1.000,00"}
    assert take_in("receipts", {**dear, "sonst nicht förderfähig": "0,00"}, less)["exit"] == 0
    facts = exported(app, "proof-of-use", tmp_path / "nachweis.xlsx", "--grant", "48.03-22/20")
    assert facts["exit"] == 0
    broken = [one for one in facts["checks"] if not one["holds"]]
    assert [(one["rule"], one["severity"]) for one in broken] == [("F09", "error"), ("F21", "error")]
    assert facts["checks"][:2] == broken
    assert facts["figures"]["repay"] == "12600.05"
    assert "12.600,05" in broken[1]["sentence"]
    rows = table(openpyxl.load_workbook(facts["file"]), "Prüfung")
    assert [row["Ergebnis"] for row in rows[:3]] == ["verletzt", "verletzt", "erfüllt"]
    assert rows[0]["Gewicht"] == "sperrt"
    assert {one["severity"] for one in facts["checks"]} <= {"error", "warn", "info"}


@pytest.mark.parametrize(
    ("moved", "rule", "begins"),
    [
        ({"Bescheid vom": "01.07.2020"}, "F16", "Beleg 1: Der Auftrag vom 02.06.2020 liegt vor dem Bescheid"),
        ({"Durchführung bis": "01.06.2020"}, "F15", "Beleg 1: Der 02.06.2020 liegt nach dem Ende"),
    ],
)
def test_a_decision_that_moves_shows_at_the_receipts_it_leaves_outside(
    app: Flask, of_2020: None, take_in: TakeIn, tmp_path: Path, moved: Facts, rule: str, begins: str
) -> None:
    later = {"Bescheid vom": "03.09.2020", "Durchführung bis": "01.06.2020"} | moved
    taken = take_in("grants", {**OF_2020, **moved}, {**SECOND_OF_2020, **later})
    assert taken["exit"] == 0, taken
    facts = exported(app, "proof-of-use", tmp_path / "nachweis.xlsx", "--grant", "DP-2020-01")
    broken = {one["rule"]: one["sentence"] for one in facts["checks"] if not one["holds"]}
    assert broken[rule].startswith(begins)
    assert broken[rule].endswith("(und 1 weitere)")


@pytest.mark.usefixtures("of_2020")
def test_an_invoice_asked_for_in_two_grants_shows_in_both(
    app: Flask, session: Session, take_in: TakeIn, tmp_path: Path
) -> None:
    half = {
        **SERVER,
        "Beleg-Nr.": "9",
        "Rechnungsnummer": "R-9",
        "gezahlt": "600,00",
        "Rechnung gesamt gezahlt": "1.200,00",
    }
    other = {**OF_2020, "Kennzeichen": "DP-2020-02", "Aktenzeichen": "48.03-99/20"}
    assert take_in("grants", other)["exit"] == 0
    assert take_in("receipts", half, {**half, "Kennzeichen": "DP-2020-02"})["exit"] == 0

    def holds(grant: str) -> bool:
        facts = exported(app, "proof-of-use", tmp_path / "nachweis.xlsx", "--grant", grant)
        return next(bool(one["holds"]) for one in facts["checks"] if one["rule"] == "F22")

    assert holds("DP-2020-01")
    session.execute(update(Receipt).where(Receipt.invoice_no == "R-9").values(invoice_total=D("1199.99")))
    session.commit()
    assert (holds("DP-2020-01"), holds("DP-2020-02")) == (False, False)


@pytest.mark.usefixtures("of_2020")
def test_the_page_shows_the_same_figures_and_leads_to_the_workbook(
    proof: Facts, session: Session, sign_in_as: Callable[..., FlaskClient]
) -> None:
    reader = sign_in_as(Role.AUDITOR)
    grant = session.scalars(select(Grant)).unique().one()
    page = reader.get(f"/funding/grants/{grant.id}").get_data(as_text=True)
    for name in (
        "eligible_planned",
        "granted",
        "paid_total",
        "grant_final",
        "own_share_actual",
        "still_due",
        "repay",
    ):
        assert shown(D(proof["figures"][name])) in page, name
    for one in proof["checks"]:
        assert one["sentence"] in page
    answer = reader.get("/exports/proof-of-use.xlsx?grant=DP-2020-01")
    assert (
        answer.status_code,
        "Verwendungsnachweis-DP-2020-01" in answer.headers["Content-Disposition"],
    ) == (200, True)
    answer.close()
    assert f"/exports/proof-of-use.xlsx?grant={grant.reference}" in page


@pytest.mark.usefixtures("of_2020")
def test_devices_paid_by_one_of_the_decisions_are_listed(
    app: Flask, take_in: TakeIn, session: Session, tmp_path: Path
) -> None:
    device = {
        "Kategorie": "Tablet", "Schulnummer": "115514", "Hersteller": "Beispiel", "Modell": "Tab 10",
        "Förderprogramm": "DP_2020",
    }  # fmt: skip
    taken = take_in(
        "devices",
        {**device, "Inventarnummer": "T-0001", "Aktenzeichen": "48.03-22/20", "Entleiher": "Mia Beispiel"},
        {**device, "Inventarnummer": "T-0002", "Förderprogramm": None, "Aktenzeichen": None},
    )
    assert taken["exit"] == 0, taken
    facts = exported(app, "proof-of-use", tmp_path / "nachweis.xlsx", "--grant", "DP-2020-01")
    rows = table(openpyxl.load_workbook(facts["file"], data_only=True), "Geräte")
    assert [row["Inventarnummer"] for row in rows] == ["T-0001", "Summe"]
    assert rows[0]["Entleiher"] is None, "who has a device goes to no granting authority"


def test_a_grant_without_a_receipt_is_written_too(app: Flask, grant: Facts, tmp_path: Path) -> None:
    facts = exported(app, "proof-of-use", tmp_path / "nachweis.xlsx", "--grant", "DT-2024-01")
    assert (facts["exit"], facts["figures"]["grant_final"], facts["figures"]["paid_total"]) == (
        0,
        "0.00",
        "0.00",
    )


def test_what_the_programme_does_not_say_stays_open(
    app: Flask, take_in: TakeIn, school: School, tmp_path: Path
) -> None:
    draft = {"Kürzel": "ENTWURF", "Titel": "Noch offen", "Status": "Entwurf"}
    assert take_in("programmes", draft)["exit"] == 0
    given = {**GRANT, "Programm": "ENTWURF", "bewilligte Zuwendung": "40.000,00"}
    taken = take_in("grants", given)
    assert taken["exit"] == 0, taken
    facts = exported(app, "proof-of-use", tmp_path / "nachweis.xlsx", "--grant", "DT-2024-01")
    open_ones = {name for name, value in facts["figures"].items() if value is None}
    assert open_ones == {"grant_final", "own_share_actual", "still_due", "repay", "earmark_end"}
    assert {one["rule"] for one in facts["checks"] if not one["holds"]} == {"F01", "F04", "F05", "F21"}
    assert named(openpyxl.load_workbook(facts["file"]), "vn_zuwendung_ist") is None


# --- the draw-down ---


@pytest.mark.usefixtures("of_2020")
def test_the_draw_down_asks_for_what_is_left_of_the_grant(app: Flask, tmp_path: Path) -> None:
    facts = exported(app, "drawdown", tmp_path / "abruf.xlsx", "--grant", "DP-2020-01")
    assert (facts["exit"], facts["sheets"]) == (0, ["Mittelabruf"])
    assert facts["figures"] == {
        "granted": "96596.36", "drawn": "54000.05", "pending": "0.00", "paid": "107909.28", "due": "0.00",
        "own_share_used": "11312.93",
        "requested": "42596.30", "remaining": "0.01",
    }  # fmt: skip
    assert {one["rule"]: one["holds"] for one in facts["checks"]} == {"F19": True}
    book = openpyxl.load_workbook(facts["file"], data_only=True)
    first, second, last = table(book, "Mittelabruf")
    assert [row["Aktenzeichen"] for row in (first, second)] == ["48.03-21/20", "48.03-22/20"]
    assert (first["angeforderter Betrag"], cents(second["angeforderter Betrag"])) == (0, D("42596.30"))
    assert cents(last["bisher geleistete Ausgaben"]) == D("107909.28")
    assert named(book, "mav_kennzeichen") == "DP-2020-01"
    names = ("mav_bewilligt", "mav_abgerufen", "mav_angefordert", "mav_verbleibend")
    assert [str(cents(named(book, name))) for name in names] == ["96596.36", "54000.05", "42596.30", "0.01"]


def test_a_first_draw_down_after_one_receipt(
    app: Flask, grant: Facts, take_in: TakeIn, tmp_path: Path
) -> None:
    take_in("receipts", RECEIPT)
    facts = exported(app, "drawdown", tmp_path / "abruf.xlsx", "--grant", "48.03-17/24")
    assert (facts["figures"]["requested"], facts["figures"]["remaining"]) == ("7683.20", "32316.80")
    row, _sum = table(openpyxl.load_workbook(facts["file"]), "Mittelabruf")
    assert (row["Abruf Nr."], row["eingesetzter Eigenanteil"]) == (1, 1920.8)
