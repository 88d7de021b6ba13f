"""German first, English throughout, and the page says which it is."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Windows

pytestmark = pytest.mark.browser

TITLES = {
    "/": "Home",
    "/devices?size=25": "Devices",
    "/schools": "Schools",
    "/people?size=25": "People",
    "/exports": "Reports",
    "/help": "Help",
}


def test_the_browser_chooses_the_language_of_a_stranger(windows: Windows) -> None:
    english, german = windows("", locale="en-GB"), windows("")
    english.go("/login")
    german.go("/login")
    assert english.page.locator("html").get_attribute("lang") == "en"
    assert english.page.get_by_role("heading", level=1).inner_text() == "Sign in"
    assert german.page.locator("html").get_attribute("lang") == "de"
    assert german.page.get_by_role("heading", level=1).inner_text() == "Anmelden"


@pytest.mark.parametrize("address", TITLES)
def test_a_page_in_english_is_english_and_can_be_used(windows: Windows, address: str) -> None:
    window = windows("pruefung", locale="en-GB")
    window.go(address)
    assert window.page.locator("html").get_attribute("lang") == "en"
    assert window.page.title().startswith(TITLES[address])
    assert window.faults() == []


def test_the_language_is_switched_in_the_account_menu_and_back(windows: Windows) -> None:
    window = windows("lehrkraft")
    window.go("/help")
    for language, heading in (("English", "Help"), ("Deutsch", "Hilfe")):
        window.page.locator(".head__account").click()
        window.page.get_by_role("button", name=language).click()
        assert window.page.get_by_role("heading", level=1).inner_text() == heading
        assert window.path == "/help"
