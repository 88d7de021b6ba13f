"""What is made to be put on paper has a button for it, and a hint where there is no script."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Windows

pytestmark = pytest.mark.browser

DOSSIER, REPORT = "/plan/schools/199060/dossier", "/plan/report"


@pytest.mark.parametrize("address", [DOSSIER, REPORT])
def test_the_button_prints_the_page(windows: Windows, address: str) -> None:
    window = windows("admin")
    window.page.add_init_script("window.printed = 0; window.print = () => { window.printed += 1 }")
    window.go(address)
    window.button("Drucken").click()
    assert window.page.evaluate("window.printed") == 1
    assert window.complaints == []


def test_without_a_script_the_page_says_how_to_print_it(windows: Windows) -> None:
    window = windows("admin", script=False)
    window.go(DOSSIER)
    hint = window.page.locator("noscript p")
    assert (hint.inner_text(), hint.is_visible()) == ("Drucken mit dem Browser: Strg+P", True)
    assert not window.page.get_by_role("button", name="Drucken").is_visible()
