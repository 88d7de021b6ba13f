"""A list that should not have been taken over goes back with three clicks, on pages that everybody can use."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser import lists
from tests.browser.conftest import Windows, bring

pytestmark = pytest.mark.browser


def test_a_list_taken_over_by_mistake_goes_back_with_three_clicks(windows: Windows, tmp_path: Path) -> None:
    window = windows("koordination")
    bring(window, lists.untidy(tmp_path / "Irrtum.xlsx", "IRR"))
    window.button("übernehmen").click()
    expect(window.link("Vorgang ansehen oder zurücknehmen")).to_be_visible()
    page = window.start(window.path)
    window.click(window.link("Vorgang ansehen oder zurücknehmen"))
    act = window.path
    assert window.faults() == []
    window.click(window.link("Zurücknehmen"))
    expect(page.get_by_text("wird wieder entfernt").first).to_be_visible()
    assert window.faults() == []
    window.click(window.button("Zeilen zurücknehmen"))
    page.wait_for_url(f"**{act}")
    expect(page.get_by_text("Dieser Vorgang ist zurückgenommen.")).to_be_visible()
    assert window.clicks <= 3
    assert window.faults() == []
    window.go("/devices?q=IRR-001")
    expect(page.locator("tbody th")).to_have_count(0)
