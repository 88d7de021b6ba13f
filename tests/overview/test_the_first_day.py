"""An installation with nothing in it yet: every page of licences, network and plan says what to do first."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from school_it.access import Role
from school_it.schools.models import School

SCHOOL = "/schools/new"
WITHOUT_SCHOOLS = {
    "/licences": "/imports?kind=licences",
    "/licences/overview": "/licences/new",
    "/network": SCHOOL,
    "/network/racks": SCHOOL,
    "/network/addresses": SCHOOL,
    "/network/uplinks": SCHOOL,
    "/network/types": "/imports/device-types",
    "/network/models": "/imports?kind=devices",
    "/plan": SCHOOL,
    "/plan/gap": SCHOOL,
    "/plan/coverage": SCHOOL,
    "/plan/wave": SCHOOL,
    "/plan/budget": SCHOOL,
    "/plan/scenarios": SCHOOL,
    "/plan/survey": "/plan/survey/new",
    "/plan/talks": SCHOOL,
    "/plan/targets": "/plan/targets/usual",
    "/plan/open-data": SCHOOL,
}
WITH_A_SCHOOL = {
    "/network": "/imports?kind=outlets",
    "/network/racks": "/network/racks/new?school={number}",
    "/network/schools/{number}/addresses": "/network/schools/{number}/vlans/new",
    "/plan": "/plan/targets/usual",
    "/plan/gap": "/plan/targets/usual",
    "/plan/wave": "/imports?kind=devices",
    "/plan/budget": "/plan/targets/usual",
    "/plan/scenarios": "/plan/targets/usual",
    "/plan/schools/{number}": "/plan/targets/usual",
}


def first_step(browser: FlaskClient, address: str) -> tuple[str, str]:
    """The page, and where its one blue button below the sentence leads."""
    page = browser.get(address).get_data(as_text=True)
    blank = re.search(r'<div class="blank">.*?</div>', page, re.DOTALL)
    assert blank is not None, f"{address} says nothing about being empty"
    return page, "".join(re.findall(r'<a href="([^"]+)"\s+class="kern-btn kern-btn--primary', blank[0]))


@pytest.mark.parametrize("address", WITHOUT_SCHOOLS)
def test_without_a_school_a_page_says_what_comes_first(admin: FlaskClient, address: str) -> None:
    page, leads = first_step(admin, address)
    assert leads == WITHOUT_SCHOOLS[address]
    assert admin.get(leads).status_code == 200
    assert "<table" not in page
    assert "Zahlen als Tabelle" not in page


@pytest.mark.parametrize("address", WITH_A_SCHOOL)
def test_with_the_first_school_it_says_what_comes_next(
    admin: FlaskClient, school: School, address: str
) -> None:
    number = school.school_number
    page, leads = first_step(admin, address.format(number=number))
    assert leads == WITH_A_SCHOOL[address].format(number=number)
    assert admin.get(leads).status_code == 200
    assert "Zahlen als Tabelle" not in page


def test_who_may_not_do_the_first_step_is_not_sent_there(sign_in_as: Callable[..., FlaskClient]) -> None:
    auditor = sign_in_as(Role.AUDITOR)
    assert first_step(auditor, "/network/racks")[1] == ""
    assert first_step(auditor, "/plan/targets")[1] == ""


def test_a_school_without_rooms_is_told_that_the_plan_counts_by_rooms(
    admin: FlaskClient, school: School
) -> None:
    assert "Noch ist kein Unterrichtsraum angelegt." in admin.get("/plan/coverage").get_data(as_text=True)


@pytest.mark.parametrize("address", ["/plan/report", "/plan/report/texts", "/plan/open-data"])
def test_a_report_is_of_one_school_year_and_offers_no_other_choice(
    admin: FlaskClient, school: School, address: str
) -> None:
    page = admin.get(address).get_data(as_text=True)
    years = re.search(r'<select id="filter-year".*?</select>', page, re.DOTALL)
    assert years is not None
    assert 'value=""' not in years[0]
