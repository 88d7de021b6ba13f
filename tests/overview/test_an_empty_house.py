"""Where nothing is kept yet, a page says what it is for and what to do first: one thing."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from school_it.access import Role

FIRST = {
    "/": "/imports?kind=schools",
    "/funding": "/funding/programmes/shipped",
    "/funding/programmes": "/funding/programmes/shipped",
    "/funding/grants/new": "/funding/programmes/shipped",
    "/funding/measures": "/funding/measures/new",
    "/funding/measures/new": "/funding/programmes/shipped",
    "/funding/bound": "/funding",
    "/procurement": "/procurement/orders/new",
    "/procurement/suppliers": "/procurement/orders/new",
    "/ledger": "/imports?kind=devices",
    "/ledger/comparison": "/imports?kind=asset-ledger",
    "/exports/evidence": "/funding",
}
PRIMARY = re.compile(r'<a href="([^"]+)"\s+class="kern-btn kern-btn--primary')


@pytest.mark.parametrize("address", FIRST)
def test_a_page_leads_to_what_comes_first(
    session: Session, sign_in_as: Callable[..., FlaskClient], address: str
) -> None:
    answer = sign_in_as(Role.ADMIN).get(address)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert 'class="blank__sentence"' in page
    assert {unescape(found) for found in PRIMARY.findall(page)} == {FIRST[address]}


@pytest.mark.parametrize("address", ["/", "/funding", "/funding/bound", "/procurement", "/ledger"])
def test_who_may_only_look_is_offered_nothing_that_would_be_refused(
    session: Session, sign_in_as: Callable[..., FlaskClient], address: str
) -> None:
    browser = sign_in_as(Role.AUDITOR)
    page = browser.get(address).get_data(as_text=True)
    assert 'class="blank__sentence"' in page
    assert {browser.get(unescape(found)).status_code for found in PRIMARY.findall(page)} <= {200}
