"""Whoever forbids scripts, or whose browser fails to load them, does the same work with a few more clicks."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser import lists
from tests.browser.conftest import Windows, bring, first_tag
from tests.browser.test_journeys import FREE, HELD, some_pupil
from tests.browser.windows import Window

pytestmark = pytest.mark.browser


@pytest.fixture
def window(windows: Windows) -> Window:
    return windows("koordination", script=False)


def test_a_tablet_is_handed_out_and_taken_back(window: Window) -> None:
    tag, pupil = first_tag(window, FREE), some_pupil(window)
    page = window.start(f"/devices/{tag}")
    window.click(window.link("Ausgeben"))
    page.locator("input[name=to]").fill(pupil)
    window.click(window.button("Ausgeben"))
    if page.locator("#receivers button").count():
        window.click(page.locator("#receivers button").first)
    expect(page.locator("dd", has_text=pupil).first).to_be_visible()
    window.click(window.link("Zurücknehmen"))
    window.click(window.button("Zurücknehmen"))
    expect(page.locator("dd", has_text="niemand").first).to_be_visible()


def test_the_list_is_filtered_and_paged(window: Window) -> None:
    tag = first_tag(window, HELD)
    page = window.start("/devices")
    window.click(page.locator("a[rel=next]"))
    assert "cursor=" in page.url
    page.locator("#filter-q").fill(tag)
    window.click(window.button("Anzeigen"))
    expect(page.locator("tbody tr")).to_have_count(1)


def test_a_list_is_taken_over(window: Window, tmp_path: Path) -> None:
    bring(window, lists.untidy(tmp_path / "liste.xlsx", "STILL"))
    window.button("3 Zeilen übernehmen").click()
    expect(window.page.get_by_text("Diese Datei ist übernommen")).to_be_visible()


def test_the_menu_and_the_account_open_on_the_phone(window: Window) -> None:
    window.go("/", width=390)
    window.page.get_by_role("button", name="Menü").click()
    window.page.get_by_role("navigation", name="Hauptmenü").get_by_role("link", name="Schulen").click()
    expect(window.page.get_by_role("heading", level=1)).to_have_text("Schulen")
    window.page.locator(".head__account").click()
    expect(window.page.get_by_role("button", name="Abmelden")).to_be_visible()
