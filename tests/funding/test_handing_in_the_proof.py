"""A proof of use that is due stays in sight until somebody says that it was handed in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal as D

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from school_it import deadlines
from school_it.access import Actor, Role
from school_it.database import today, transaction
from school_it.errors import Sentence
from school_it.funding import actions, ahead, listing, standing
from school_it.funding.checking import Check, Severity
from school_it.funding.listing import Stage
from school_it.funding.models import AcceptedWarning, Grant
from school_it.overview import attention, queries
from tests.funding.conftest import GRANT, Facts, TakeIn

SignIn = Callable[..., FlaskClient]
DUE = {"Durchführung bis": "30.09.2025", "Verwendungsnachweis bis": "30.12.2025"}
HANDED_IN = "Verwendungsnachweis eingereicht am"


def the_grant(session: Session) -> Grant:
    session.rollback()
    return session.scalars(select(Grant)).one()


def hand_in(by: Actor, on: date) -> None:
    with transaction() as writing:
        actions.hand_in_proof(writing, writing.scalars(select(Grant)).one(), on=on, by=by)


def proof_rule(session: Session) -> Check:
    return next(one for one in standing.overview(session, the_grant(session)).checks if one.rule == "F29")


def tile(session: Session, by: Actor) -> int:
    return next(
        one.number for one in queries.answers(session, by) if one.question is attention.PROOFS_OVERDUE
    )


def test_an_overdue_proof_is_red_everywhere_until_it_is_handed_in(
    take_in: TakeIn, session: Session, grant: Facts, house: Actor, sign_in_as: SignIn
) -> None:
    take_in("programmes", {"Kürzel": "DP_TEST", "Titel": "Digitale Schule", "Verwendungsnachweis Monate": 3})
    assert take_in("grants", {**GRANT, **DUE})["changed"] == 1
    clerk = sign_in_as(Role.OFFICE)
    page = f"/funding/grants/{the_grant(session).id}"

    def due() -> list[date]:
        found = deadlines.within(session, house, today(), today() + timedelta(days=30), kinds=["grant_proof"])
        return [one.day for one in found]

    assert listing.stage_of(the_grant(session), today()) is Stage.OVERDUE
    assert (proof_rule(session).holds, due(), tile(session, house)) == (False, [date(2025, 12, 30)], 1)
    text = clerk.get(page).get_data(as_text=True)
    assert "seit 30.12.2025 überfällig" in text
    assert "alle Fristen sind vorbei" not in text

    hand_in(house, date(2025, 12, 18))
    assert listing.stage_of(the_grant(session), today()) is Stage.HANDED_IN
    assert (proof_rule(session).holds, due(), tile(session, house)) == (True, [], 0)
    text = clerk.get(page).get_data(as_text=True)
    assert "überfällig" not in text
    assert "18.12.2025" in text


def test_a_proof_that_came_late_stays_told_as_late(
    take_in: TakeIn, session: Session, grant: Facts, house: Actor
) -> None:
    take_in("programmes", {"Kürzel": "DP_TEST", "Titel": "Digitale Schule", "Verwendungsnachweis Monate": 3})
    take_in("grants", {**GRANT, **DUE})
    hand_in(house, date(2026, 2, 3))
    found = proof_rule(session)
    assert not found.holds
    assert "erst am 03.02.2026" in str(found.sentence)


def test_the_first_day_stays_when_a_proof_is_handed_in_again(
    session: Session, grant: Facts, house: Actor
) -> None:
    hand_in(house, date(2025, 12, 18))
    hand_in(house, date(2026, 1, 7))
    assert the_grant(session).proof_handed_in == date(2025, 12, 18)


def test_the_day_of_handing_in_goes_in_and_out_with_the_grant(
    take_in: TakeIn, session: Session, grant: Facts
) -> None:
    second = {**GRANT, "Aktenzeichen": "48.03-18/24"}
    said = {**GRANT, HANDED_IN: "18.12.2025"}
    assert take_in("grants", said, second)["changed"] == 1
    assert the_grant(session).proof_handed_in == date(2025, 12, 18)
    assert take_in("grants", said, {**second, HANDED_IN: "18.12.2025"})["same"] == 2
    differ = take_in("grants", said, {**second, HANDED_IN: "19.12.2025"})
    assert {one["column"] for one in differ["problems"]} == {HANDED_IN}


def test_once_the_implementation_is_over_no_more_can_be_drawn_than_the_receipts_bear(
    session: Session, grant: Facts
) -> None:
    found = the_grant(session)
    figures = replace(standing.overview(session, found).figures, granted=D(100), drawn=D(40), still_due=D(25))
    last = found.period_to
    assert last is not None
    assert ahead.still_to_draw(found, figures, 3, last) == D(60)
    assert ahead.still_to_draw(found, figures, 3, last + timedelta(days=1)) == D(25)
    assert ahead.still_to_draw(found, figures, 0, last + timedelta(days=1)) == D(60)


def test_a_broken_rule_that_was_accepted_with_a_reason_is_no_longer_open() -> None:
    broken = [
        Check("F15", False, Severity.ERROR, Sentence("zu spät")),
        Check("F16", False, Severity.ERROR, Sentence("zu früh")),
        Check("F10", False, Severity.WARN, Sentence("ausgeschlossen")),
        Check("F30", True, Severity.ERROR, Sentence("gezahlt")),
    ]
    accepted = [AcceptedWarning(rule="F15", sentence="zu spät", reason="mit Zusage der Behörde")]
    assert [one.rule for one in ahead.unexplained(broken, accepted)] == ["F16"]
    assert [one.rule for one in ahead.unexplained(broken, [])] == ["F15", "F16"]
