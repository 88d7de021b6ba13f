"""Devices that came under one grant go to the grants that bear them, as the invoice is shared out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from exports.reports import REPORTS, Choice
from exports.workbook import Page
from school_it.access import Actor, Role
from school_it.audit import Batch
from school_it.database import transaction
from school_it.devices import actions as device_actions
from school_it.devices.models import Device
from school_it.errors import RuleBroken
from school_it.funding.models import Grant
from school_it.procurement import borne, queries, sharing
from school_it.procurement.borne import Borne, There
from school_it.procurement.rules import How
from school_it.procurement.sharing import Wanted
from school_it.schools.models import School
from tests.procurement.conftest import get_invoice

Make = Callable[..., int]


@pytest.fixture
def shared(
    session: Session, house: Actor, school: School, grants: tuple[int, int], receive: Make, invoice: Make
) -> int:
    """28 tablets came under ZW-A; their invoice is borne by ZW-A for 18 and by ZW-B for 10."""
    receive(28)
    ident = invoice(28, "11550.00")
    with transaction() as writing:
        found = queries.get_invoice(writing, ident, seen_by=house)
        wanted = [
            Wanted(found.lines[0].id, How.QUANTITY, Decimal(number), grant, school.id, "2.3")
            for grant, number in zip(grants, (18, 10), strict=True)
        ]
        sharing.accept(writing, found, sharing.share(writing, found, wanted, by=house), by=house)
    session.expire_all()
    return ident


def under(session: Session) -> Counter[str | None]:
    session.rollback()
    return Counter(session.scalars(select(Device.file_reference)))


def proven(session: Session, grant_id: int, by: Actor) -> int:
    """How many devices the proof of use of a grant lists."""
    choice = Choice(grant=session.get_one(Grant, grant_id), on=date(2024, 6, 1))
    pages = REPORTS["proof-of-use"].pages(session, choice, by)
    return len(list(next(one.rows for one in pages if isinstance(one, Page) and one.title == "Geräte")))


def test_the_proofs_list_the_devices_that_the_shares_bear(
    session: Session,
    house: Actor,
    grants: tuple[int, int],
    shared: int,
    sign_in_as: Callable[..., FlaskClient],
) -> None:
    office = sign_in_as(Role.OFFICE)
    page = office.get(f"/procurement/invoices/{shared}").get_data(as_text=True)
    assert "10 Geräte zuordnen: ZW-B" in page
    assert (proven(session, grants[0], house), proven(session, grants[1], house)) == (28, 0)

    address = f"/procurement/invoices/{shared}/devices?grant={grants[1]}"
    preview = office.get(address).get_data(as_text=True)
    assert "1/24 → 2/24" in preview
    assert "10 Geräte zuordnen" in preview
    seen = re.search(r'name="seen"[^>]*value="(\w+)"', preview)
    assert seen is not None
    assert office.post(address, data={"seen": seen[1]}).status_code == 302

    assert under(session) == {"1/24": 18, "2/24": 10}
    assert (proven(session, grants[0], house), proven(session, grants[1], house)) == (18, 10)
    assert session.scalars(select(Batch.kind).where(Batch.kind == "devices.bulk")).all() == ["devices.bulk"]
    assert "zuordnen" not in office.get(f"/procurement/invoices/{shared}").get_data(as_text=True)
    with pytest.raises(RuleBroken), transaction() as writing:
        borne.put_under(writing, get_invoice(writing, shared), grants[1], by=house)


def test_what_was_not_seen_is_not_done(
    session: Session, shared: int, grants: tuple[int, int], sign_in_as: Callable[..., FlaskClient]
) -> None:
    answer = sign_in_as(Role.OFFICE).post(
        f"/procurement/invoices/{shared}/devices?grant={grants[1]}", data={"seen": "another"}
    )
    assert "Seit der Vorschau hat sich etwas geändert" in answer.get_data(as_text=True)
    assert under(session) == {"1/24": 28}


def test_the_preview_says_whose_earmark_becomes_shorter_and_a_coordinator_moves_nothing(
    session: Session, house: Actor, shared: int, grants: tuple[int, int], school: School,
    sign_in_as: Callable[..., FlaskClient],
) -> None:  # fmt: skip
    with transaction() as writing:
        device = writing.get_one(Device, max(writing.scalars(select(Device.id))))
        device_actions.change_device(writing, device, {"bound_until": date(2045, 12, 31)}, by=house)
    address = f"/procurement/invoices/{shared}/devices?grant={grants[1]}"
    preview = sign_in_as(Role.OFFICE).get(address).get_data(as_text=True)
    assert "1 Gerät wird kürzer gebunden sein als bisher" in preview
    assert "31.12.2045 → 31.12.2030" in preview
    assert sign_in_as(Role.COORDINATOR, school).get(address).status_code == 403


GRANTS = st.sampled_from([None, 1, 2])
PLACES = st.sampled_from([None, 1, 2])


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.builds(Borne, GRANTS, PLACES, st.integers(0, 6)), max_size=5),
    st.lists(st.tuples(st.sampled_from([None, 0, 1, 2]), PLACES), max_size=15),
)
def test_no_share_gets_more_than_it_bears_and_nothing_moves_that_fits(
    shares: list[Borne], devices: list[tuple[int | None, int | None]]
) -> None:
    there = [There(ident, grant, place) for ident, (grant, place) in enumerate(devices, 1)]
    found = borne.moved(shares, there)
    before = Counter(one.grant_id for one in there)
    after = Counter(found.get(one.ident, one.grant_id) for one in there)
    pieces = Counter(
        {grant: sum(one.pieces for one in shares if one.grant_id == grant) for grant in (None, 1, 2)}
    )
    for grant, number in pieces.items():
        assert after[grant] <= max(before[grant], number)
        assert after[grant] >= min(before[grant], number)
    if sum(pieces.values()) >= len(there):
        assert all(after[grant] <= number for grant, number in pieces.items())
        assert not after[0]
    assert not borne.moved(
        shares, [There(one.ident, found.get(one.ident, one.grant_id), one.school_id) for one in there]
    )
