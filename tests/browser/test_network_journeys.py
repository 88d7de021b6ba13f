"""A dead outlet in a room, a phone in the hand: where does its cable go?"""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Windows
from tests.browser.windows import PHONE, WIDE

pytestmark = pytest.mark.browser


def test_a_dead_outlet_is_traced_to_its_switch_port_with_the_phone_in_the_room(windows: Windows) -> None:
    window = windows("admin")
    page = window.page
    window.go("/network")
    window.go(page.locator("tbody th a").first.get_attribute("href") or "")
    room = page.locator("tbody td a").first.get_attribute("href") or ""
    window.go(room, PHONE)
    window.clicks = 0
    outlet = page.locator("#outlets tbody th a").first.inner_text()
    chain = page.locator("#outlets .chain").first
    expect(chain).to_contain_text(re.compile(r"EV\d/PF\d/\d+"))
    port = chain.get_by_role("link", name=re.compile("·")).first
    expect(port).to_be_visible()
    name = port.inner_text()
    window.click(port)
    page.wait_for_url("**/network/ports/*")
    expect(page.get_by_role("heading", name=name)).to_be_visible()
    expect(page.locator(".chain__here")).to_contain_text(name)
    expect(page.get_by_role("link", name=outlet).first).to_be_visible()
    assert window.clicks <= 2
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert not window.complaints


def test_a_rack_on_paper_is_its_picture_and_what_sits_where(windows: Windows) -> None:
    """The closed lists of ports are left out, those that somebody opened are printed."""
    window = windows("admin")
    page = window.page
    window.go("/network/racks/1", WIDE)
    page.emulate_media(media="print")
    try:
        expect(page.get_by_role("table", name="Höheneinheiten")).to_be_visible()
        device = page.locator("section[id^=device-]").first
        expect(device).to_be_hidden()
        page.emulate_media(media="screen")
        device.locator("summary").click()
        page.emulate_media(media="print")
        expect(device.locator("table")).to_be_visible()
    finally:
        page.emulate_media(media="screen")
    assert not window.complaints


def test_the_picture_of_a_network_fits_on_its_page(windows: Windows) -> None:
    window = windows("admin")
    page = window.page
    window.go("/network", WIDE)
    school = (page.locator("tbody th a").first.get_attribute("href") or "").rpartition("=")[2]
    window.go(f"/network/schools/{school}/topology")
    shown = page.locator(".topology svg").bounding_box()
    page.emulate_media(media="print")
    printed = page.locator(".topology svg").bounding_box()
    page.emulate_media(media="screen")
    assert shown
    assert printed
    assert printed["width"] <= shown["width"]
    assert printed["height"] <= 190 / 25.4 * 96 + 1
