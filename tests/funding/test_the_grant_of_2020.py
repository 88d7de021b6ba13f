"""The real case of 2020, with an invented split: two decisions, 107,329.28 eligible, 90 %, 96,596.36 granted.

By form or by file, filled with receipts from a workbook, drawn down, proven: the same figures each time.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from school_it.access import Role
from school_it.funding import proof, rules
from school_it.funding.models import Decision, Drawdown, Grant, Programme
from school_it.schools.models import School
from tests.funding.conftest import RECEIPT, TakeIn, run
from tests.funding.test_pages import PROGRAMME_FORM, text_of

D = Decimal
BY_FORM = "by form"
SPLIT = (("48.03-21/20", "12.05.2020", "60.000,05"), ("48.03-22/20", "03.09.2020", "47.329,23"))
PROGRAMME = {
    "Kürzel": "DP_2020", "Titel": "Digitale Schule (Beispiel)", "Finanzierungsart": "Anteil", "Fördersatz": "90 %",
    "Beginn zählt ab": "Auftrag", "Zweckbindung Jahre": 5, "Zweckbindung ab": "Ende Durchführung",
    "Zweckbindung endet": "Kalenderjahr", "Fördergegenstände": "2.1a, 2.1b", "letzter Mittelabruf": "31.12.2099",
}  # fmt: skip
RECEIPTS = (
    ("1", "2.1a", "MS-100", "6 Medienserver", "38.560,12", "37.788,92"),
    ("2", "2.1a", "CS-200", "8 Caching-Server mit Sicherung", "29.540,36", "29.540,36"),
    ("3", "2.1b", "SW-300", "24 Switche und 2 Firewalls", "40.000,00", "40.000,00"),
)
PLAN = {"item-0": "2.1a", "total-0": "67.329,28", "item-1": "2.1b", "total-1": "40.000,00"}


def entered(office: FlaskClient, session: Session) -> None:
    """Programme and grant by the forms."""
    programme = {
        **PROGRAMME_FORM, "code": "DP_2020", "rate": "90", "earmark_years": "5", "items": "2.1a, 2.1b",
        "last_drawdown": "31.12.2099",
    }  # fmt: skip
    assert office.post("/funding/programmes/new", data=programme).status_code == 302
    of = str(session.scalars(select(Programme)).one().id)
    for number, (file_reference, day, eligible) in enumerate(SPLIT):
        decision = {
            "file_reference": file_reference, "decision_date": day, "period_to": "31.12.2022", "eligible": eligible,
            "title": "Server und Netze der Schulen", "proof_due": "30.06.2023",
        }  # fmt: skip
        if number == 0:
            url, more = "/funding/grants/new", {"reference": "DP-2020-01", "programme": of}
        else:
            url, more = f"/funding/grants/{session.scalars(select(Grant)).one().id}/decisions/new", {}
        assert office.post(url, data={**decision, **more}).status_code == 302
        session.rollback()


def brought(take_in: TakeIn) -> None:
    """Programme and grant from the office's old tables."""
    grants = [
        {
            "Kennzeichen": "DP-2020-01", "Programm": "DP_2020", "Maßnahme": "Server und Netze der Schulen",
            "Aktenzeichen": file_reference, "Bescheid vom": day, "Durchführung bis": "31.12.2022",
            "zuwendungsfähige Ausgaben": eligible, "Verwendungsnachweis bis": "30.06.2023",
        }
        for file_reference, day, eligible in SPLIT
    ]  # fmt: skip
    for kind, rows in (("programmes", [PROGRAMME]), ("grants", grants)):
        assert take_in(kind, *rows)["exit"] == 0


@pytest.mark.parametrize("how", [BY_FORM, "from files"])
def test_from_the_decisions_to_the_proof(
    how: str,
    app: Flask,
    session: Session,
    sign_in_as: Callable[..., FlaskClient],
    take_in: TakeIn,
    school: School,
    tmp_path: Path,
) -> None:
    office = sign_in_as(Role.OFFICE)
    if how == BY_FORM:
        entered(office, session)
    else:
        brought(take_in)
    filled(take_in)
    grant = session.scalars(select(Grant)).one()
    assert (grant.eligible, grant.granted) == (D("107329.28"), D("96596.36"))
    planned(office, grant)
    drawn(office, session, grant)
    page = text_of(office.get(f"/funding/grants/{grant.id}"))
    assert "Abweichung 0,01 €, erlaubt 0,02 €" in page  # F04
    proven(app, page, tmp_path / "nachweis.xlsx")


def filled(take_in: TakeIn) -> None:
    rows = [
        {
            **RECEIPT, "Beleg-Nr.": number, "Kennzeichen": "DP-2020-01", "Fördergegenstand": item, "Anzahl": 1,
            "Auftrag vom": "10.09.2020", "Rechnungsdatum": "02.11.2020", "Zahlung am": "20.11.2020",
            "Rechnungsnummer": invoice, "Gegenstand": subject, "Rechnungsbetrag brutto": gross, "gezahlt": paid,
        }
        for number, item, invoice, subject, gross, paid in RECEIPTS
    ]  # fmt: skip
    facts = take_in("receipts", *rows)
    assert (facts["exit"], facts["new"]) == (0, 3), facts


def planned(office: FlaskClient, grant: Grant) -> None:
    """The cost plan of the first decision holds both: it is entered once."""
    decision = grant.decisions[0]
    assert office.post(f"/funding/decisions/{decision.id}/plan", data=PLAN).status_code == 302


def drawn(office: FlaskClient, session: Session, grant: Grant) -> None:
    """What the form proposes for each decision is asked for and paid out."""
    for decision in grant.decisions:
        url = f"/funding/decisions/{decision.id}/drawdowns/new"
        found = re.search(r'name="requested"[^>]*value="([\d.,]+)"', text_of(office.get(url)))
        assert found is not None
        data = {"number": "1", "requested_on": "01.12.2020", "requested": found[1]}
        assert office.post(url, data=data).status_code == 302
    session.rollback()
    for asked in session.scalars(select(Drawdown)).all():
        paid = {"paid": f"{asked.requested:.2f}".replace(".", ","), "paid_on": "15.12.2020"}
        assert office.post(f"/funding/drawdowns/{asked.id}/paid", data=paid).status_code == 302
    session.rollback()
    by_decision = session.scalars(select(Decision.drawn).order_by(Decision.id)).all()
    assert by_decision == [D("54000.05"), D("42596.30")]


def proven(app: Flask, page: str, file: Path) -> None:
    facts = json.loads(
        run(app, "export", "proof-of-use", "--grant", "DP-2020-01", "--out", str(file), "--json").stdout
    )
    figures: dict[str, Any] = facts["figures"]
    assert (figures["paid_total"], figures["grant_final"]) == ("107329.28", "96596.35")
    assert (figures["drawn"], figures["still_due"], figures["repay"]) == ("96596.35", "0.00", "0.00")
    assert [one["rule"] for one in facts["checks"] if not one["holds"]] == ["F29"]  # not handed in yet
    for shown in ("107.329,28 €", "96.596,36 €", "96.596,35 €"):
        assert shown in page
    rows = list(
        openpyxl.load_workbook(file, data_only=True)["Ausgaben"].iter_rows(min_row=6, values_only=True)
    )
    assert [(item, round(D(str(plan)), 2), round(D(str(paid)), 2)) for item, plan, _own, paid, *_ in rows] == [
        ("2.1a", D("67329.28"), D("67329.28")), ("2.1b", D("40000.00"), D("40000.00")),
        ("Summe", D("107329.28"), D("107329.28")),
    ]  # fmt: skip


def test_the_cent_that_two_rounded_decisions_make_is_nobodys_debt(
    app: Flask,
    session: Session,
    sign_in_as: Callable[..., FlaskClient],
    take_in: TakeIn,
    school: School,
    tmp_path: Path,
) -> None:
    """As it was: 96,596.36 granted and paid out, 96,596.35 by the sum of the receipts."""
    office = sign_in_as(Role.OFFICE)
    brought(take_in)
    filled(take_in)
    grant = session.scalars(select(Grant)).one()
    for decision in grant.decisions:
        whole = f"{decision.granted:.2f}".replace(".", ",")
        data = {"number": "1", "requested_on": "01.12.2020", "requested": whole}
        url = f"/funding/decisions/{decision.id}/drawdowns/new"
        assert office.post(url, data=data).status_code == 302, "no reason is asked for a cent"
    session.rollback()
    for asked in session.scalars(select(Drawdown)).all():
        paid = {"paid": f"{asked.requested:.2f}".replace(".", ","), "paid_on": "15.12.2020"}
        assert office.post(f"/funding/drawdowns/{asked.id}/paid", data=paid).status_code == 302
    session.rollback()
    assert "/drawdowns/new" not in text_of(office.get(f"/funding/grants/{grant.id}/drawdowns")), (
        "nothing is left"
    )
    page = text_of(office.get(f"/funding/grants/{grant.id}"))
    assert "sind zurückzuzahlen" not in page
    assert "Zurückzuzahlen ist davon nichts" in page
    assert "seit dem 30.06.2023 überfällig: prüfen, abgeben und festhalten" in page, "that comes next"
    file = tmp_path / "nachweis.xlsx"
    said = run(app, "export", "proof-of-use", "--grant", "DP-2020-01", "--out", str(file), "--json")
    facts = json.loads(said.stdout)
    assert (facts["figures"]["drawn"], facts["figures"]["repay"]) == ("96596.36", "0.01")
    assert [one["rule"] for one in facts["checks"] if not one["holds"]] == ["F29"]


@pytest.mark.parametrize(
    ("decisions", "off", "is_rounding"), [(2, "0.02", True), (2, "0.03", False), (1, "0.01", False)]
)
def test_only_cents_of_several_decisions_are_rounding(decisions: int, off: str, is_rounding: bool) -> None:
    assert proof.is_rounding(rules.Financing.SHARE, decisions, D(off)) is is_rounding
    assert not proof.is_rounding(rules.Financing.FULL, decisions, D(off))
