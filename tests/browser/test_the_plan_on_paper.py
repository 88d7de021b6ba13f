"""What the council gets printed: nothing is cut off at the right, no way back and no filter stands on the sheet."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Windows

pytestmark = pytest.mark.browser
A4_BETWEEN_MARGINS = 680
"""Pixels of a sheet of A4 between margins of 15 mm, at 96 to the inch."""
CUT_OFF = """() => [...document.querySelectorAll('.table-box, .heat__box, .card')]
    .filter(box => box.scrollWidth > box.clientWidth + 1).map(box => box.textContent.trim().slice(0, 40))"""
SEEN = "one => one.checkVisibility()"


@pytest.mark.parametrize(
    "address",
    [
        "/plan", "/plan/budget", "/plan/scenarios", "/plan/wave?ceiling=300000", "/plan/report", "/plan/decided/1",
        "/plan/open-data", "/plan/schools/199060/dossier",
    ],
)  # fmt: skip
def test_a_page_of_the_plan_fits_on_the_sheet(windows: Windows, address: str) -> None:
    window = windows("admin")
    page = window.page
    before = page.viewport_size
    window.go(address)
    page.set_viewport_size({"width": A4_BETWEEN_MARGINS, "height": 1000})
    page.emulate_media(media="print")
    try:
        assert page.evaluate(CUT_OFF) == []
        assert not any(one.evaluate(SEEN) for one in page.locator(".filter, .tabs, .crumbs").all())
    finally:
        page.emulate_media(media="screen")
        if before is not None:
            page.set_viewport_size(before)
