"""A dead outlet in a room, a phone in the hand: where does its cable go?"""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Windows
from tests.browser.windows import PHONE

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
