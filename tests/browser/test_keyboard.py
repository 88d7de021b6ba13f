"""Everything can be reached and closed with keys."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Windows

pytestmark = pytest.mark.browser


def tabs_to(page: Page, name: str, most: int = 40) -> int:
    """How often Tab is pressed until the link or button of that name has the focus."""
    for pressed in range(1, most + 1):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.innerText ?? ''").strip() == name:
            return pressed
    raise AssertionError(f"{name} is not reached with {most} tabs")


def test_the_first_key_skips_the_head_and_the_next_reaches_the_main_action(
    windows: Windows, town: dict[str, str]
) -> None:
    window = windows("admin")
    window.go(f"/devices/{town['free']}")
    page = window.page
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Zum Inhalt springen")).to_be_focused()
    page.keyboard.press("Enter")
    assert tabs_to(page, "Ausgeben") <= 3


def test_slash_searches_from_everywhere_and_question_mark_tells_the_keys(windows: Windows) -> None:
    window = windows("admin")
    window.go("/schools")
    window.page.keyboard.press("/")
    expect(window.page.locator("#search")).to_be_focused()
    window.go("/schools")
    window.page.keyboard.press("?")
    window.page.wait_for_url("**/help#keys")
    expect(window.page.get_by_role("heading", name="Tastenkürzel")).to_be_in_viewport()


def test_n_makes_a_new_device_and_e_edits_the_one_shown(windows: Windows, town: dict[str, str]) -> None:
    window = windows("admin")
    window.go("/devices")
    window.page.keyboard.press("n")
    window.page.wait_for_url("**/devices/new")
    window.go(f"/devices/{town['free']}")
    window.page.keyboard.press("e")
    window.page.wait_for_url("**/edit")


def test_what_pops_up_closes_with_escape(windows: Windows, town: dict[str, str]) -> None:
    window = windows("admin")
    window.go(f"/devices/{town['free']}")
    page = window.page
    for opener, inside in ((".head__account", "#account"), ("details.menu > summary", ".menu__body")):
        page.locator(opener).first.press("Enter")
        expect(page.locator(inside).first).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.locator(inside).first).to_be_hidden()
        expect(page.locator(opener).first).to_be_focused()


def test_rows_are_walked_and_ticked_with_keys(windows: Windows) -> None:
    window = windows("admin")
    window.go("/devices")
    page = window.page
    for key in ("j", "j", "x"):
        page.keyboard.press(key)
    expect(page.locator("tbody tr").nth(1).locator("[data-select]")).to_be_checked()
    expect(page.locator("[data-count]")).to_have_text("1 ausgewählt")
