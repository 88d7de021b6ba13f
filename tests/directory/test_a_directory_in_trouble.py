"""What a server may do to a read, each against a real one: nobody may look like a leaver because of it.

Behaviours of a school sync shown here, by their usual numbers: refused (4), no StartTLS (7), cut (8), silent and slow
(9), result codes (10), pages that are not whole (12), an early end (13), one failed connection (14), ranges (15),
references (16), the same entry twice (25).
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from school_it.errors import CannotRead
from school_it.people import directory, profile
from school_it.people.entries import DirectoryAnswer
from school_it.people.models import Person
from school_it.people.rules import PersonState
from school_it.schools.models import School
from tests.directory.faults import BIND, Faults, troubled
from tests.directory.slapd import Slapd
from tests.directory.syncing import run, sync
from tests.directory.town import Resident

pytestmark = pytest.mark.directory

TODAY = date(2026, 11, 25)
TIME_LIMIT, SIZE_LIMIT, ADMIN_LIMIT, BUSY, UNAVAILABLE, UNWILLING, OTHER = 3, 4, 11, 51, 52, 53, 80


def read(slapd: Slapd, faults: Faults, layout: str = "inetorg", **changes: object) -> DirectoryAnswer:
    with troubled(slapd.port, faults) as url:
        address = slapd.address(f"o={layout}", **{"url": url, "starttls": False, **changes})
        return directory.read(address, profile.load(layout), source="directory", today=TODAY)


def test_a_healthy_server_behind_the_same_wire_is_read_whole(
    slapd: Slapd, townspeople: list[Resident]
) -> None:
    assert len(read(slapd, Faults()).people) == len(townspeople)


@pytest.mark.parametrize(
    "faults",
    [
        Faults(cut_after_entries=620),
        Faults(cut_after_entries=620, mid_message=True),
        Faults(cut_after_entries=620, reset=True),
        Faults(cut_after_entries=1),
    ],
)
def test_a_server_that_is_gone_in_the_middle_of_a_page_is_a_failure(slapd: Slapd, faults: Faults) -> None:
    with pytest.raises(CannotRead, match="abgebrochen"):
        read(slapd, faults)


@pytest.mark.parametrize("code", [TIME_LIMIT, SIZE_LIMIT, ADMIN_LIMIT, BUSY, UNAVAILABLE, UNWILLING, OTHER])
@pytest.mark.parametrize("page", [1, 2])
def test_a_page_that_ends_with_an_error_makes_the_whole_read_one(slapd: Slapd, page: int, code: int) -> None:
    with pytest.raises(CannotRead, match=r"127\.0\.0\.1"):
        read(slapd, Faults(result_at_page=(page, code)))


def test_a_busy_server_is_asked_again_and_one_that_refuses_is_not(
    slapd: Slapd, townspeople: list[Resident]
) -> None:
    busy = Faults(result_at_page=(2, BUSY), healthy_after=1)
    assert len(read(slapd, busy, pauses=(0.01,)).people) == len(townspeople)
    assert busy.connections == 2
    unwilling = Faults(result_at_page=(2, UNWILLING), healthy_after=1)
    with pytest.raises(CannotRead, match="abgelehnt"):
        read(slapd, unwilling, pauses=(0.01,))
    assert unwilling.connections == 1


@pytest.mark.parametrize(
    "faults", [Faults(drop_control_at_page=1), Faults(drop_control_at_page=2), Faults(repeat_page=1)]
)
def test_a_page_that_is_not_whole_or_comes_twice_is_a_failure(slapd: Slapd, faults: Faults) -> None:
    with pytest.raises(CannotRead, match=r"unvollständig|zweimal"):
        read(slapd, faults)


def test_a_server_that_says_no_to_the_sign_in_is_not_asked_again(slapd: Slapd) -> None:
    faults = Faults(bind_result=49)
    with pytest.raises(CannotRead, match="abgelehnt"):
        read(slapd, faults, pauses=(0.01, 0.01))
    assert faults.connections == 1


def test_a_server_without_starttls_gets_no_password(slapd: Slapd) -> None:
    faults = Faults(no_starttls=True)
    with pytest.raises(CannotRead, match="kein StartTLS"):
        read(slapd, faults, starttls=True)
    assert faults.asked
    assert BIND not in faults.asked


def test_a_server_that_falls_silent_is_given_up_within_the_limit(slapd: Slapd) -> None:
    started = time.monotonic()
    with pytest.raises(CannotRead):
        read(slapd, Faults(stall_after_entries=600), silence_seconds=1)
    assert time.monotonic() - started < 10


def test_references_to_other_servers_are_neither_followed_nor_counted(
    slapd: Slapd, townspeople: list[Resident]
) -> None:
    faults = Faults(referral="ldap://127.0.0.1:1/o=anderswo")
    assert len(read(slapd, faults).people) == len(townspeople)
    assert faults.connections == 1


def test_members_that_come_in_portions_are_all_read(slapd: Slapd) -> None:
    whole = read(slapd, Faults(), "ucs")
    portions = read(slapd, Faults(range_of=("uniqueMember", 7)), "ucs")
    assert portions == whole
    assert sum(person.school_class is not None for person in portions.people) > 500


# --- and the people in the database ---


@pytest.fixture
def behind(slapd: Slapd, settings: Any, schools: list[School], app: Flask) -> Iterator[Any]:
    """The town is known; from then on the server has the faults of the test."""
    settings.at("o=inetorg", "inetorg")
    sync(app)
    with ExitStack() as stack:

        def trouble(faults: Faults) -> Faults:
            url = stack.enter_context(troubled(slapd.port, faults))
            settings.at("o=inetorg", "inetorg", LDAP_URL=url, LDAP_STARTTLS=False)
            return faults

        yield trouble


def test_an_answer_that_ends_early_and_looks_whole_is_stopped_by_the_guard(
    app: Flask, session: Session, behind: Any
) -> None:
    behind(Faults(lose_cookie_at_page=1))
    told = sync(app, code=3)
    assert told["left"] > 150
    assert not session.scalars(select(Person).where(Person.state == PersonState.LEFT)).all()


def test_a_cut_answer_is_told_and_changes_nobody(
    app: Flask, session: Session, behind: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)
    faults = behind(Faults(cut_after_entries=100))
    done = run(app, "sync", "--json")
    assert done.exit_code == 1
    assert "nichts übernommen" in json.loads(done.stdout)["error"]
    assert faults.connections == 3
    assert not session.scalars(select(Person).where(Person.state == PersonState.LEFT)).all()
