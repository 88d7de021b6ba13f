"""The page of reports: grouped by what they are about, in words of people, every link leads to a file."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from html import unescape

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from exports.reports import REPORTS
from exports.reports.groups import GROUPS
from school_it.access import Role
from school_it.schools.models import School

SignInAs = Callable[..., FlaskClient]
FILE = re.compile(r'href="(/exports/[a-z-]+\.xlsx[^"]*)"')
OPTION = re.compile(r"[\s(>]--[a-z]")


def shown(browser: FlaskClient, address: str = "/exports") -> str:
    return unescape(browser.get(address).get_data(as_text=True))


def test_every_report_stands_in_one_group() -> None:
    named = Counter(name for _title, names in GROUPS for name in names)
    assert named == Counter(list(REPORTS))


def test_no_page_speaks_of_options_of_the_command_line(session: Session, sign_in_as: SignInAs) -> None:
    page = shown(sign_in_as(Role.ADMIN))
    assert all(report.about in page for report in REPORTS.values())
    assert OPTION.search(page.partition("<main")[2]) is None


def test_what_needs_a_school_asks_for_it_first(
    school: School, other_school: School, sign_in_as: SignInAs
) -> None:
    browser = sign_in_as(Role.ADMIN)
    assert "/exports/dossier.xlsx" not in shown(browser)
    assert "/exports/dossier.xlsx" in shown(browser, f"/exports?school={school.school_number}")


def test_even_an_empty_house_gives_every_file(session: Session, sign_in_as: SignInAs) -> None:
    browser = sign_in_as(Role.ADMIN)
    answers = {address: browser.get(address).status_code for address in FILE.findall(shown(browser))}
    assert len(answers) > 20
    assert {address for address, status in answers.items() if status != 200} == set()
