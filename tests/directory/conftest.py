from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from school_it.access import Actor
from school_it.database import transaction
from school_it.schools.models import School
from tests.conftest import add_school
from tests.directory.slapd import READER_PASSWORD, Slapd
from tests.directory.syncing import NUMBERS, Pointed
from tests.directory.town import Resident, inetorg, residents, ucs
from tests.directory.windows import ad, sophomorix
from tests.directory.years import Later, a_day_later, a_year_later

IN_TOWN = 700
"""More than one page."""


@pytest.fixture(scope="session")
def townspeople() -> list[Resident]:
    return residents(IN_TOWN)


LAYOUTS: dict[str, Callable[[list[Resident], str], str]] = {
    "inetorg": inetorg,
    "ucs": ucs,
    "ad": ad,
    "sophomorix": sophomorix,
}


@pytest.fixture(scope="session")
def next_day(townspeople: list[Resident]) -> Later:
    return a_day_later(townspeople)


@pytest.fixture(scope="session")
def next_year(townspeople: list[Resident]) -> Later:
    return a_year_later(townspeople)


@pytest.fixture(scope="session")
def slapd(
    tmp_path_factory: pytest.TempPathFactory, townspeople: list[Resident], next_day: Later, next_year: Later
) -> Iterator[Slapd]:
    server = Slapd(Path(tmp_path_factory.mktemp("slapd")))
    towns = {"": townspeople, "-day": next_day.everybody, "-year": next_year.everybody}
    contents = {
        suffix: write(everybody, suffix)
        for layout, write in LAYOUTS.items()
        for later, everybody in towns.items()
        for suffix in (f"o={layout}{later}",)
    }
    server.prepare(contents | {"o=limited": inetorg(townspeople, "o=limited")})
    server.start()
    yield server
    server.stop()


@pytest.fixture
def schools(session: Session, house: Actor) -> list[School]:
    made = [add_school(house, number, f"Schule {number}") for number in NUMBERS.values()]
    with transaction() as session:
        for school, name in zip(made, NUMBERS, strict=True):
            session.merge(school).directory_name = name
    return made


@pytest.fixture
def settings(app: Flask, slapd: Slapd) -> Iterator[Pointed]:
    """The settings of the product for one test; change them as the operator would."""
    before = app.config["SCHOOL_IT"]
    values = {name: before[name] for name in before._values}
    values |= {
        "LDAP_URL": slapd.secure_url,
        "LDAP_CA_FILE": str(slapd.folder / "ca.pem"),
        "LDAP_PASSWORD": READER_PASSWORD,
    }
    yield Pointed(app, values)
    app.config["SCHOOL_IT"] = before
