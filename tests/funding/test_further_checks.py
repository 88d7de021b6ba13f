"""What a programme says beyond its sheet is held against its grants, where the data is there."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from school_it import access
from school_it.database import transaction
from school_it.funding import actions, standing
from school_it.funding.checking import Check
from school_it.funding.models import Grant, Programme
from school_it.funding.rules import RULES
from school_it.schools.models import School
from tests.funding.conftest import GRANT, PROGRAMME, RECEIPT, TakeIn

SHARE_WITH_CAP = {**PROGRAMME, "Höchstbetrag je Gerät": "500,00", "nicht förderfähig": "Wartung"}


@pytest.fixture
def looked_at(session: Session, take_in: TakeIn, school: School) -> Any:
    """The checks of the grant by rule, of these receipts and further terms of its programme."""

    def look(programme: dict[str, Any], terms: dict[str, Any], *receipts: dict[str, Any]) -> dict[str, Check]:
        assert take_in("programmes", programme)["exit"] == 0
        assert take_in("grants", GRANT)["exit"] == 0
        assert not receipts or take_in("receipts", *receipts)["exit"] == 0
        with transaction() as writing:
            stored = writing.scalars(select(Programme)).one()
            actions.change_programme(writing, stored, {"terms": terms}, by=access.house("cli"))
        session.rollback()
        grant = session.scalars(select(Grant)).one()
        whole, short = standing.of_grant(session, grant), standing.overview(session, grant)
        assert whole.checks == short.checks
        return {one.rule: one for one in whole.checks}

    return look


def test_every_rule_has_a_number_a_sentence_and_a_source() -> None:
    assert list(RULES) == [f"F{number:02}" for number in range(1, 37)]
    assert all(rule.sentence.endswith(".") and rule.source for rule in RULES.values())


def test_an_open_basis_of_the_amount_per_device_is_said_with_what_hangs_on_it(looked_at: Any) -> None:
    found = looked_at(SHARE_WITH_CAP, {}, RECEIPT)
    assert not found["F13"].holds
    assert "100,00\N{NO-BREAK SPACE}€ je Gerät" in str(found["F13"].sentence)


def test_the_average_may_hold_where_single_devices_are_too_dear(looked_at: Any) -> None:
    programme = {**SHARE_WITH_CAP, "Höchstbetrag gilt für": "Ausgaben"}
    cheap = {**RECEIPT, "Anzahl": 5, "Rechnungsbetrag brutto": "2.250,00", "gezahlt": "2.250,00"}
    dear = {
        **cheap,
        "Beleg-Nr.": "2",
        "Rechnungsnummer": "RE-2",
        "Rechnungsbetrag brutto": "2.750,00",
        "gezahlt": "2.750,00",
    }
    found = looked_at(programme, {}, cheap, dear)
    assert not found["F14"].holds
    assert "5 von 10 Geräten" in str(found["F14"].sentence)
    assert "F13" not in found


def test_an_excluded_word_in_a_receipt_is_found_unless_the_programme_allows_it(looked_at: Any) -> None:
    receipt = {**RECEIPT, "Gegenstand": "Wartung der Tablets"}
    assert not looked_at(SHARE_WITH_CAP, {}, receipt)["F10"].holds
    assert looked_at(SHARE_WITH_CAP, {"allowed": ["Wartung"]})["F10"].holds


def test_a_grant_below_the_minimum_and_a_proof_later_than_the_programme_has_it(looked_at: Any) -> None:
    found = looked_at({**PROGRAMME, "Verwendungsnachweis Monate": 3}, {"minimum_grant": "40000.01"})
    assert not found["F36"].holds
    assert "30.12.2025" in str(
        found["F29"].sentence
    )  # three months after 30.09.2025; nobody has entered a day
    assert "31.12.2035" in str(found["F34"].sentence)


def test_a_videoconference_system_at_no_vocational_college(looked_at: Any) -> None:
    receipt = {**RECEIPT, "Fördergegenstand": "2.1d", "Anzahl": 1}
    found = looked_at(PROGRAMME, {"vocational_items": ["2.1d"]}, receipt)
    assert not found["F35"].holds
    assert "115514" in str(found["F35"].sentence)
