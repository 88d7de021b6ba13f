from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from school_it.demo.town import PASSWORD
from tests.browser import lists
from tests.browser.windows import Window
from tests.live import Live
from tests.look.conftest import FLAGS, close

Windows = Callable[..., Window]


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    return {"executable_path": "/usr/bin/chromium", "args": FLAGS}


@pytest.fixture(scope="session")
def windows(browser: Browser, live: Live) -> Iterator[Windows]:
    """``windows("koordination")``: where that person is signed in; ``windows("")``: nobody is."""
    opened: list[Window] = []

    @cache
    def window(name: str = "admin", *, locale: str = "de-DE", script: bool = True) -> Window:
        opened.append(Window(browser, live.url, locale=locale, script=script))
        if name:
            opened[-1].sign_in(name, PASSWORD)
        return opened[-1]

    yield window
    for one in opened:
        close(one.context)


@pytest.fixture(scope="session")
def town(windows: Windows, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What the addresses of the pages are made of."""
    window = windows("admin")
    page = window.page
    free, held = first_tag(window, "state=in_stock&holder=without"), first_tag(window, "holder=with")
    window.go(f"/devices/{held}")
    person = window.page.locator("dd strong a").get_attribute("href") or ""
    window.go("/schools")
    school = page.locator("tbody th a").first.get_attribute("href") or ""
    window.go(school)
    room = page.locator("tbody th a").first.get_attribute("href") or ""
    window.go("/plan/survey/2026/199060")
    wish = page.locator("main a[href$='/decide']").first.get_attribute("href") or ""
    upload = bring(window, lists.with_faults(tmp_path_factory.mktemp("lists") / "mit Fehlern.xlsx"))
    return {
        "free": free,
        "held": held,
        "person": person,
        "school": school,
        "number": school.rpartition("/")[2],
        "room": room,
        "wish": wish,
        "upload": upload,
        "evidence": handed_in(window),
    }


def handed_in(window: Window) -> str:
    """Hand in a report; returns its number."""
    window.go("/exports/evidence/new?report=receipts&grant=DT-2024-05")
    window.button("Einreichen und festhalten").click()
    window.page.wait_for_url(re.compile(r"/evidence/\d+$"))
    return window.path.rpartition("/")[2]


def first_tag(window: Window, query: str) -> str:
    """The first device that the list shows to this person."""
    window.go(f"/devices?{query}")
    return window.page.locator("tbody th a").first.inner_text()


def bring(window: Window, file: Path) -> str:
    """Lay a file before the product; returns the address of its preview."""
    window.go("/imports")
    window.choose_file(file)
    window.page.locator("select[name=kind]").select_option("devices")
    school = window.page.locator("select[name=school]")
    if not school.input_value():
        school.select_option(index=1)
    window.button("Ansehen").click()
    window.page.wait_for_url("**/imports/*")
    return window.path
