from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

Visit = Callable[..., Page]
FOCUSED = "document.activeElement.id || document.activeElement.className || document.activeElement.name"


def test_the_first_key_offers_to_skip_the_head(visit: Visit) -> None:
    page = visit("/?quiet")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Zum Inhalt springen")).to_be_focused()
    page.keyboard.press("Enter")
    assert page.evaluate(FOCUSED) == "main"


def test_slash_leads_to_the_search(visit: Visit) -> None:
    page = visit("/?quiet")
    assert page.evaluate(FOCUSED) != "search"
    page.keyboard.press("/")
    assert page.evaluate(FOCUSED) == "search"
    page.keyboard.type("a/b")
    expect(page.locator("#search")).to_have_value("a/b")


def test_shortcuts_can_be_switched_off(visit: Visit) -> None:
    page = visit("/?quiet&shortcuts=off")
    page.keyboard.press("/")
    assert page.evaluate(FOCUSED) != "search"


def test_j_and_k_walk_through_the_rows_and_x_ticks_one(visit: Visit) -> None:
    page = visit("/?quiet")
    for key in "jjk":
        page.keyboard.press(key)
    assert page.evaluate("document.activeElement.textContent") == "4711-0815"
    page.keyboard.press("x")
    expect(page.locator("[data-count]")).to_have_text("1 ausgewählt")


def test_a_refused_form_says_so_first(visit: Visit) -> None:
    page = visit("/?faulty&quiet")
    assert page.title().startswith("Fehler:")
    expect(page.locator("[data-focus]")).to_be_focused()
    page.get_by_role("link", name="Nutzung: Bitte eine Nutzung wählen.").click()
    assert page.evaluate(FOCUSED) == "use-0"


def test_ticked_rows_are_counted(visit: Visit) -> None:
    page = visit("/?quiet")
    hand_out = page.get_by_role("button", name="Ausgeben", exact=True)
    expect(hand_out).to_be_disabled()
    page.get_by_label("4711-0816 auswählen").check()
    expect(page.locator("[data-count]")).to_have_text("1 ausgewählt")
    expect(hand_out).to_be_enabled()
    page.get_by_label("4711-0819 auswählen").click(modifiers=["Shift"])
    expect(page.locator("[data-count]")).to_have_text("4 ausgewählt")
    page.get_by_label("Alle auf dieser Seite auswählen").check()
    expect(page.locator("[data-count]")).to_have_text("12 ausgewählt")


def test_typing_in_the_filter_swaps_the_list_and_nothing_else(visit: Visit) -> None:
    page = visit("/?quiet")
    page.evaluate("document.querySelector('h1').dataset.same = 'yes'")
    page.locator("#filter-q").press_sequentially("ipad")
    page.wait_for_url("**/?*q=ipad*")
    assert "state=" not in page.url, "what is empty stays out of the address"
    expect(page.locator("h1")).to_have_attribute("data-same", "yes")
    expect(page.locator("#filter-q")).to_be_focused()
    expect(page.locator("[data-count]")).to_have_text("Nichts ausgewählt")
    page.go_back()
    page.wait_for_url("**/?quiet")
    expect(page.locator("h1")).not_to_have_attribute("data-same", "yes")
    expect(page.locator("#filter-q")).to_have_value("")


def test_an_answer_without_the_list_is_shown_as_a_page(visit: Visit) -> None:
    page = visit("/?quiet")
    page.evaluate("document.querySelector('[data-filter]').setAttribute('hx-get', '/empty')")
    page.locator("#filter-q").press_sequentially("x")
    expect(page.get_by_role("heading", level=1)).to_have_text("Das gibt es hier nicht")


def test_typed_text_is_not_lost_by_accident(visit: Visit) -> None:
    page = visit("/?quiet&guard")
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.locator("#remark").press_sequentially("halb fertig")
    page.evaluate("setTimeout(() => window.location.assign('/oops'), 0)")
    page.wait_for_timeout(500)
    assert asked == ["beforeunload"]


def test_the_menu_folds_on_the_phone_and_works_by_keyboard(visit: Visit) -> None:
    page = visit("/?quiet", width=390)
    menu = page.get_by_role("navigation", name="Hauptmenü")
    expect(menu).to_be_hidden()
    page.get_by_role("button", name="Menü").press("Enter")
    expect(menu).to_be_visible()
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()


@pytest.mark.parametrize("width", [390, 1280])
def test_everything_is_there_without_scripts(visit: Visit, width: int) -> None:
    page = visit("/?quiet", width=width, script=False)
    if width < 1000:
        page.get_by_role("button", name="Menü").click()
    expect(page.get_by_role("navigation", name="Hauptmenü")).to_be_visible()
    page.locator("#filter-q").fill("ipad")
    page.get_by_role("button", name="Anzeigen").click()
    page.wait_for_url("**/?*q=ipad*")
