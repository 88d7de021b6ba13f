"""Programmes, grants and lists of receipts from workbooks: what is computed, what is refused, in which cell and why."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from school_it.funding.models import Decision, Grant, Programme, Receipt
from school_it.funding.rules import Anchor, EndRule, Financing, StartEvent, Status
from school_it.schools.models import School
from tests.funding.conftest import GRANT, PROGRAMME, RECEIPT, Facts, TakeIn, told

D = Decimal
BARE = {"Kürzel": "ALT", "Titel": "Altes Programm"}


def one_of(session: Session, model: Any) -> Any:
    session.rollback()
    return session.scalars(select(model)).one()


# --- programmes ---


def test_a_programme_is_kept_with_every_value_it_came_with(session: Session, take_in: TakeIn) -> None:
    facts = take_in(
        "programmes",
        {
            **PROGRAMME, "Budget": "900.000,00", "frühester Beginn": "16.03.2020", "Deckel Fördergegenstände": "2.3",
            "Deckel Anteil": "25 %", "Deckel je Schule": "20.000,00", "nicht förderfähig": "Wartung, Support",
            "Quelle": "Bescheid",
        },
    )  # fmt: skip
    assert (facts["exit"], facts["new"]) == (0, 1)
    found = one_of(session, Programme)
    assert (found.status, found.financing, found.rate) == (Status.VALID, Financing.SHARE, D("0.8"))
    assert found.earmark == (found.earmark.__class__)(4, Anchor.IMPLEMENTATION_END, EndRule.CALENDAR_YEAR)
    assert (found.items, found.cap_items, found.excluded) == (
        ("2.1a", "2.1b", "2.3"),
        ("2.3",),
        ("Wartung", "Support"),
    )
    assert (found.cap_share, found.cap_school, found.budget) == (D("0.25"), D(20000), D(900000))
    assert (found.start_event, found.earliest_start) == (StartEvent.ORDER, date(2020, 3, 16))


@pytest.mark.parametrize(
    ("row", "column", "words"),
    [
        ({"Finanzierungsart": None, "Fördersatz": None}, "Finanzierungsart", "Entwurf"),
        ({"Finanzierungsart": "Anteil", "Fördersatz": None}, "Fördersatz", "Anteilfinanzierung"),
        (
            {"Finanzierungsart": "Festbetrag", "Fördersatz": None, "Höchstbetrag je Gerät": None},
            "Höchstbetrag je Gerät",
            "Festbetrag",
        ),
        ({"Finanzierungsart": "Anteil", "Fördersatz": "180 %"}, "Fördersatz", "100"),
        ({"Finanzierungsart": "geschenkt", "Fördersatz": None}, "Finanzierungsart", "Anteil, Festbetrag"),
        ({"Zweckbindung Jahre": 9000, "Finanzierungsart": "Voll"}, "Zweckbindung Jahre", "0 bis 100"),
    ],
)
def test_what_a_programme_lacks_is_said_at_the_cell_and_a_draft_may_lack_it(
    session: Session, take_in: TakeIn, row: dict[str, Any], column: str, words: str
) -> None:
    facts = take_in("programmes", {**BARE, **row})
    ((number, where, sentence),) = told(facts)
    assert (facts["exit"], number, where) == (3, 2, column)
    assert words in sentence


def test_a_draft_may_leave_open_what_the_directive_does_not_say_yet(
    session: Session, take_in: TakeIn
) -> None:
    facts = take_in("programmes", {**BARE, "Status": "Entwurf", "Finanzierungsart": "Anteil"})
    assert facts["exit"] == 0
    assert one_of(session, Programme).rate is None


def test_a_changed_rate_is_the_one_change_and_again_is_none(
    session: Session, take_in: TakeIn, programme: Facts
) -> None:
    changed = {**PROGRAMME, "Fördersatz": "66,67 %"}
    assert (take_in("programmes", changed)["changed"], one_of(session, Programme).rate) == (1, D("0.6667"))
    assert take_in("programmes", changed)["same"] == 1


# --- grants ---


def test_the_granted_amount_is_computed_where_it_is_blank(
    session: Session, take_in: TakeIn, programme: Facts
) -> None:
    facts = take_in("grants", {**GRANT, "zuwendungsfähige Ausgaben": "107.329,28", "Fördersatz": "90 %"})
    assert (facts["exit"], facts["new"]) == (0, 1)
    grant = one_of(session, Grant)
    assert (grant.rate, grant.granted, grant.earmark_end) == (D("0.9"), D("96596.35"), date(2029, 12, 31))


def test_several_rows_of_one_sign_are_decisions_of_one_grant(
    session: Session, take_in: TakeIn, programme: Facts
) -> None:
    second = {
        **GRANT, "Aktenzeichen": "48.03-18/24", "Bescheid vom": "01.06.2024", "Durchführung bis": "31.03.2026",
        "zuwendungsfähige Ausgaben": "1.000,01", "bewilligte Zuwendung": "800,00", "Maßnahme": None,
    }  # fmt: skip
    rows = ({**GRANT, "bewilligte Zuwendung": None}, second)
    facts = take_in("grants", *rows)
    assert (facts["exit"], facts["new"]) == (0, 2)
    grant = one_of(session, Grant)
    assert [one.granted for one in grant.decisions] == [D("40000.00"), D("800.00")]
    assert (grant.eligible, grant.period_to) == (D("51000.01"), date(2026, 3, 31))
    assert (grant.title, grant.earmark_end) == ("WLAN und Tablets", date(2030, 12, 31))
    assert take_in("grants", *rows)["same"] == 2


def test_an_unknown_programme_is_said_at_its_cell(take_in: TakeIn, school: School) -> None:
    facts = take_in("grants", GRANT)
    assert facts["exit"] == 3
    ((row, column, sentence),) = told(facts)
    assert (row, column) == (2, "Programm")
    assert "»DP_TEST« ist hier nicht bekannt" in sentence


@pytest.mark.parametrize("financing", ["Voll", "Festbetrag", "Fehlbedarf"])
def test_only_a_share_is_computed_other_amounts_have_to_be_given(take_in: TakeIn, financing: str) -> None:
    take_in("programmes", {**BARE, "Finanzierungsart": financing, "Höchstbetrag je Gerät": "500"})
    row = {**GRANT, "Programm": "ALT", "bewilligte Zuwendung": None}
    ((_row, column, sentence),) = told(take_in("grants", row))
    assert column == "bewilligte Zuwendung"
    assert "Nur bei einer Anteilfinanzierung" in sentence
    assert take_in("grants", {**row, "bewilligte Zuwendung": "40.000"})["exit"] == 0


def test_a_share_of_a_draft_without_a_rate_cannot_be_computed(take_in: TakeIn) -> None:
    take_in("programmes", {**BARE, "Status": "Entwurf", "Finanzierungsart": "Anteil"})
    ((_row, column, sentence),) = told(take_in("grants", {**GRANT, "Programm": "ALT", "Fördersatz": None}))
    assert column == "Fördersatz"
    assert "steht ein Fördersatz" in sentence


def test_one_grant_has_one_rate_and_one_programme(take_in: TakeIn, programme: Facts) -> None:
    take_in("programmes", {**BARE, "Finanzierungsart": "Voll"})
    second = {**GRANT, "Aktenzeichen": "48.03-18/24"}
    rates = take_in("grants", {**GRANT, "Fördersatz": "80 %"}, {**second, "Fördersatz": "70 %"})
    assert [(row, column) for row, column, _s in told(rates)] == [(2, "Fördersatz"), (3, "Fördersatz")]
    assert "70\N{NO-BREAK SPACE}%" in told(rates)[0][2]
    programmes = take_in("grants", GRANT, {**second, "Programm": "ALT", "bewilligte Zuwendung": "1"})
    assert {(row, column) for row, column, _s in told(programmes)} == {(2, "Programm"), (3, "Programm")}


def test_the_rate_of_a_stored_grant_changes_only_for_all_its_decisions_together(
    session: Session, take_in: TakeIn, programme: Facts
) -> None:
    second = {**GRANT, "Aktenzeichen": "48.03-18/24"}
    take_in("grants", GRANT, second)
    ((_row, column, sentence),) = told(take_in("grants", {**GRANT, "Fördersatz": "90 %"}))
    assert column == "Fördersatz"
    assert "alle ihre Bescheide" in sentence
    facts = take_in("grants", {**GRANT, "Fördersatz": "90 %"}, {**second, "Fördersatz": "90 %"})
    assert (facts["exit"], facts["changed"]) == (0, 2)
    grant = one_of(session, Grant)
    assert (grant.rate, [one.granted for one in grant.decisions]) == (D("0.9"), [D(45000), D(45000)])


def test_a_computed_amount_follows_its_costs_and_one_from_the_authority_stays(
    session: Session, take_in: TakeIn, grant: Facts
) -> None:
    take_in("grants", {**GRANT, "zuwendungsfähige Ausgaben": "60.000,00"})
    assert one_of(session, Decision).granted == D("48000.00")
    take_in("grants", {**GRANT, "bewilligte Zuwendung": "47.000,00"})
    take_in("grants", {**GRANT, "zuwendungsfähige Ausgaben": "61.000,00"})
    assert one_of(session, Decision).granted == D("47000.00")


def test_a_rate_that_is_cleared_is_that_of_the_programme_again(
    session: Session, take_in: TakeIn, programme: Facts
) -> None:
    row = {**GRANT, "bewilligte Zuwendung": "40.000,00"}
    take_in("grants", {**row, "Fördersatz": "90 %"})
    clearing = ("--blank-clears", "rate")
    assert take_in("grants", {**row, "Fördersatz": None}, more=clearing)["changed"] == 1
    assert one_of(session, Grant).rate == D("0.8")
    assert take_in("grants", {**row, "Fördersatz": None}, more=clearing)["same"] == 1


def test_a_further_decision_is_computed_by_a_rate_that_the_programme_has_got_since(
    session: Session, take_in: TakeIn
) -> None:
    draft = {**BARE, "Status": "Entwurf", "Finanzierungsart": "Anteil"}
    take_in("programmes", draft)
    take_in("grants", {**GRANT, "Programm": "ALT", "bewilligte Zuwendung": "1.000,00"})
    take_in("programmes", {**draft, "Fördersatz": "70 %"})
    facts = take_in("grants", {**GRANT, "Programm": "ALT", "Aktenzeichen": "48.03-18/24"})
    assert (facts["exit"], facts["new"]) == (0, 1), facts["problems"]
    assert {one.granted for one in one_of(session, Grant).decisions} == {D(1000), D(35000)}


# --- receipts ---


def test_a_receipt_is_taken_and_what_is_blank_is_computed(
    session: Session, take_in: TakeIn, grant: Facts
) -> None:
    facts = take_in("receipts", {**RECEIPT, "Anzahl": None, "sonst nicht förderfähig": "604,00"})
    assert (facts["exit"], facts["new"]) == (0, 1), facts
    assert facts["sums"]["paid_amount"] == {"file": "9604.00", "taken": "9604.00"}
    found = one_of(session, Receipt)
    assert (found.quantity, found.vat_non_eligible, found.eligible_requested) == (1, D(0), D("9000.00"))
    assert found.school.school_number == "115514"
    take_in("receipts", {**RECEIPT, "sonst nicht förderfähig": "600,00"})
    assert one_of(session, Receipt).eligible_requested == D("9004.00")


def test_the_headers_of_the_form_are_read(take_in: TakeIn, grant: Facts) -> None:
    others = {
        "Beleg-Nr.": "Beleg lfd. Nr.", "Fördergegenstand": "Ausgabengliederung", "Auftrag vom": "Datum Auftrag/Vertrag",
        "Zahlung am": "Zahlung (Wertstellung)", "Rechnungssteller": "Rechnungssteller/Empfänger",
        "Gegenstand": "Gegenstand/Grund der Zahlung", "Rechnungsbetrag brutto": "Rechnungsbetrag inkl. MwSt.",
        "gezahlt": "gezahlt (nach Skonto/Rabatt)",
    }  # fmt: skip
    row = {others.get(name, name): value for name, value in RECEIPT.items()}
    facts = take_in("receipts", {**row, "beantragt zuwendungsfähig": "9.604,00"})
    assert (facts["exit"], facts["new"]) == (0, 1), facts["problems"]


def test_a_receipt_may_name_its_grant_by_the_aktenzeichen_of_a_decision(
    session: Session, take_in: TakeIn, grant: Facts
) -> None:
    own = one_of(session, Decision).file_reference
    assert take_in("receipts", {**RECEIPT, "Kennzeichen": own})["new"] == 1
    assert take_in("receipts", {**RECEIPT, "Kennzeichen": own})["new"] == 0
    assert one_of(session, Receipt).grant.reference == "DT-2024-01"


def test_an_aktenzeichen_of_two_grants_is_asked_back(take_in: TakeIn, grant: Facts, session: Session) -> None:
    own = one_of(session, Decision).file_reference
    take_in("grants", {**GRANT, "Kennzeichen": "DT-2024-02"})
    ((_row, where, sentence),) = told(take_in("receipts", {**RECEIPT, "Kennzeichen": own}))
    assert where == "Kennzeichen"
    assert "mehrere Zuwendungen: DT-2024-01, DT-2024-02" in sentence


@pytest.mark.parametrize(
    ("row", "column", "words"),
    [
        ({"Kennzeichen": "DT-9"}, "Kennzeichen", "Die Zuwendung »DT-9« ist hier nicht bekannt"),
        ({"Schulnummer": "199999"}, "Schulnummer", "Die Schule 199999"),
        ({"Auftrag vom": "14.02.2024"}, "Auftrag vom", "vor dem Bescheid"),
        ({"Auftrag vom": "01.10.2025"}, "Auftrag vom", "nach dem Ende der Durchführung (30.09.2025)"),
        ({"zuwendungsfähig": "9.800,00"}, "zuwendungsfähig", "Zuwendungsfähig sind 9.604,00"),
        ({"zuwendungsfähig": "9.000,00"}, "zuwendungsfähig", "Angegeben sind 9.000,00"),
        ({"sonst nicht förderfähig": "9.700,00"}, "gezahlt", "mehr als die gezahlten"),
        ({"sonst nicht förderfähig": "-1,00"}, "sonst nicht förderfähig", "kein negativer Betrag"),
        ({"gezahlt": "-21.000.000,00", "sonst nicht förderfähig": "21.000.000,00"}, "gezahlt", "zu groß"),
        ({"Anzahl": 0}, "Anzahl", "mindestens 1"),
        ({"gezahlt": "viel"}, "gezahlt", "kein Betrag"),
    ],
)
def test_what_is_wrong_with_a_receipt_is_said_at_its_cell(
    take_in: TakeIn, grant: Facts, row: dict[str, Any], column: str, words: str
) -> None:
    facts = take_in("receipts", {**RECEIPT, **row})
    ((number, where, sentence),) = told(facts)
    assert (facts["exit"], number, where) == (3, 2, column)
    assert words in sentence


@pytest.mark.parametrize(
    ("event", "column"),
    [("Vertrag", "Auftrag vom"), ("Rechnung", "Rechnungsdatum"), ("Zahlung", "Zahlung am")],
)
def test_the_programme_says_which_day_counts_as_the_start(
    take_in: TakeIn, grant: Facts, event: str, column: str
) -> None:
    take_in("programmes", {**PROGRAMME, "Beginn zählt ab": event, "frühester Beginn": "01.06.2024"})
    days = {"Auftrag vom": "03.06.2024", "Rechnungsdatum": "04.06.2024", "Zahlung am": "05.06.2024"}
    assert take_in("receipts", {**RECEIPT, **days})["exit"] == 0
    ((_row, where, sentence),) = told(take_in("receipts", {**RECEIPT, **days, column: "31.05.2024"}))
    assert where == column
    assert "vor dem frühesten Beginn des Programms (01.06.2024)" in sentence


def test_an_early_purchase_with_nothing_eligible_is_taken(take_in: TakeIn, grant: Facts) -> None:
    own = {**RECEIPT, "Auftrag vom": "01.02.2020", "sonst nicht förderfähig": "9.604,00"}
    assert take_in("receipts", own)["exit"] == 0


def test_an_invoice_over_two_grants_is_not_funded_twice_in_the_file_or_against_what_is_stored(
    take_in: TakeIn, grant: Facts
) -> None:
    take_in("grants", {**GRANT, "Kennzeichen": "DT-2024-02", "Aktenzeichen": "48.03-99/24"})
    invoice = {**RECEIPT, "gezahlt": "10.000,00", "Rechnungsbetrag brutto": "10.000,00"}
    first = {**invoice, "sonst nicht förderfähig": "4.000,00"}
    second = {
        **invoice, "Kennzeichen": "DT-2024-02", "Beleg-Nr.": "4", "sonst nicht förderfähig": "5.000,00",
        "Rechnungssteller": "BEISPIELTECHNIK GmbH",
    }  # fmt: skip
    facts = take_in("receipts", first, second)
    assert [(row, column) for row, column, _s in told(facts)] == [(2, "gezahlt"), (3, "gezahlt")]
    assert "DT-2024-02 Nr. 4 (Zeile 3)" in told(facts)[0][2]
    assert "DT-2024-01 Nr. 1 (Zeile 2)" in told(facts)[1][2]
    assert take_in("receipts", first)["exit"] == 0
    ((row, _column, sentence),) = told(take_in("receipts", second))
    assert row == 2
    assert "DT-2024-01 Nr. 1." in sentence
    fair = {**second, "sonst nicht förderfähig": "6.000,00"}
    assert take_in("receipts", fair)["exit"] == 0
    assert take_in("receipts", {**fair, "Bemerkung": "geprüft"})["changed"] == 1


def test_an_invoice_in_two_rows_needs_what_was_paid_on_the_whole(take_in: TakeIn, grant: Facts) -> None:
    first = {**RECEIPT, "gezahlt": "6.000,00"}
    second = {**RECEIPT, "Beleg-Nr.": "2", "gezahlt": "4.000,00", "Fördergegenstand": "2.1b"}
    facts = take_in("receipts", first, second)
    assert facts["problem"] == 2
    assert "Rechnung gesamt gezahlt" in told(facts)[0][2]
    whole = {"Rechnung gesamt gezahlt": "10.000,00"}
    assert take_in("receipts", {**first, **whole}, {**second, **whole})["new"] == 2


def test_thousands_of_receipts_are_a_few_statements(take_in: TakeIn, grant: Facts) -> None:
    rows = [
        {**RECEIPT, "Beleg-Nr.": str(number), "Rechnungsnummer": f"RE-{number}"} for number in range(1, 1501)
    ]
    facts = take_in("receipts", *rows)
    assert (facts["exit"], facts["new"]) == (0, 1500)
    assert facts["sums"]["paid_amount"]["taken"] == "14406000.00"
    assert take_in("receipts", *rows)["same"] == 1500
