"""A form that is refused says it at the field in question and keeps everything that was typed."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from school_it.funding.models import Decision, Programme
from tests.funding.conftest import Facts
from tests.funding.test_pages import DECISION_FORM, PROGRAMME_FORM, text_of


def refused(answer: Any) -> str:
    assert answer.status_code == 422
    return text_of(answer)


def at_field(page: str, name: str) -> str:
    """What is said at that field."""
    found = re.search(rf'id="{name}-error">.*?<span>(.*?)</span></p>', page, re.DOTALL)
    return found[1] if found else ""


def test_a_decision_does_not_end_before_it_begins(admin: FlaskClient, session: Session, grant: Facts) -> None:
    programme = session.scalars(select(Programme.id)).one()
    session.rollback()
    typed = {
        **DECISION_FORM, "reference": "DT-2024-09", "programme": str(programme), "period_from": "01.10.2025",
        "period_to": "30.09.2025",
    }  # fmt: skip
    page = refused(admin.post("/funding/grants/new", data=typed))
    assert at_field(page, "period_to") == "Die Durchführung endet vor ihrem Beginn."
    assert all(f'value="{typed[name]}"' in page for name in ("period_from", "period_to", "file_reference"))


def test_a_programme_does_not_end_before_it_begins(admin: FlaskClient, session: Session) -> None:
    typed = {**PROGRAMME_FORM, "valid_from": "01.01.2025", "valid_to": "31.12.2024"}
    page = refused(admin.post("/funding/programmes/new", data=typed))
    assert at_field(page, "valid_to") == "»gültig bis« liegt vor »gültig ab«."


@pytest.mark.parametrize(
    ("total", "eligible", "wrong", "said"),
    [
        ("1.000,5,3", "", "total-0", "»1.000,5,3« ist kein Betrag."),
        ("1.000,00", "viel", "eligible-0", "»viel« ist kein Betrag."),
        ("1.000,00", "2.000,00", "eligible-0", "Zuwendungsfähig ist höchstens, was geplant ist"),
    ],
)
def test_a_cost_plan_is_told_at_the_amount(
    admin: FlaskClient, session: Session, grant: Facts, total: str, eligible: str, wrong: str, said: str
) -> None:
    decision = session.scalars(select(Decision.id)).one()
    session.rollback()
    typed = {"item-0": "2.1a", "total-0": total, "eligible-0": eligible}
    page = refused(admin.post(f"/funding/decisions/{decision}/plan", data=typed))
    assert at_field(page, wrong).startswith(said)
    assert at_field(page, "item-0") == ""
    assert all(f'value="{text}"' in page for text in (total, eligible) if text)


def test_a_change_request_without_a_reason_keeps_its_amounts(
    admin: FlaskClient, session: Session, grant: Facts
) -> None:
    decision = session.scalars(select(Decision.id)).one()
    session.rollback()
    typed = {
        "requested_on": "31.02.2024", "reason": "", "item-0": "2.1a", "total-0": "12.345,67", "eligible-0": "viel",
    }  # fmt: skip
    page = refused(admin.post(f"/funding/decisions/{decision}/changes/new", data=typed))
    assert at_field(page, "reason") == "Bitte ausfüllen."
    assert at_field(page, "eligible-0").startswith("»viel« ist kein Betrag.")
    assert 'value="12.345,67"' in page
