"""Windows of one browser on the running product: one for each person, used again by every test of the run."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Request, Response

from tests.look.test_everybody_can_use_the_pages import RULES, is_invisible, told

WIDE, PHONE, NARROW = 1280, 390, 320
# A page that refuses says so with its status; the browser calls every such status an error.
REFUSED = re.compile(r"Failed to load resource: .* status of (404|409|412|422)\b")
TWICE = """() => {
  const ids = [...document.querySelectorAll("[id]")].map((one) => one.id).filter((id) => id !== "csrf_token");
  return [...new Set(ids.filter((id, place) => ids.indexOf(id) !== place))];
}"""


class Window:
    """A page of the browser; whatever it complains about and whatever it loads from elsewhere is kept."""

    def __init__(self, browser: Browser, url: str, *, locale: str = "de-DE", script: bool = True) -> None:
        self.url, self.clicks = url, 0
        self.complaints: list[str] = []
        self.context = browser.new_context(
            viewport={"width": WIDE, "height": 900},
            locale=locale,
            java_script_enabled=script,
            reduced_motion="reduce",
        )
        self.page = self.context.new_page()
        self.page.set_default_timeout(15_000)
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", self._watch)

    def _hear(self, said: ConsoleMessage) -> None:
        expected = REFUSED.search(said.text) and "/static/" not in said.location["url"]
        if said.type == "error" and not expected:
            self.complaints.append(f"{self.path}: {said.text}")

    def _watch(self, sent: Request) -> None:
        if not sent.url.startswith((self.url, "data:", "blob:")):
            self.complaints.append(f"{self.path}: loads {sent.url}")

    @property
    def path(self) -> str:
        return urlsplit(self.page.url).path

    def sign_in(self, name: str, password: str) -> None:
        self.go("/login")
        self.page.fill("input[name=name]", name)
        self.page.fill("input[name=password]", password)
        self.page.locator("form:has(input[name=password]) button[type=submit]").first.click()
        self.page.wait_for_url(lambda address: "/login" not in address)

    def go(self, address: str, width: int = WIDE) -> Response:
        self.page.set_viewport_size({"width": width, "height": 900})
        answer = self.page.goto(self.url + address)
        assert answer is not None
        return answer

    def start(self, address: str = "/") -> Page:
        """A journey begins: the clicks are counted from here."""
        self.go(address)
        self.clicks = 0
        return self.page

    def click(self, target: Locator) -> None:
        self.clicks += 1
        target.click()

    def enter(self, target: Locator) -> None:
        self.clicks += 1
        target.press("Enter")

    def choose_file(self, path: Any) -> None:
        self.clicks += 1
        self.page.locator("input[type=file]").set_input_files(path)

    def link(self, name: str) -> Locator:
        return self.page.get_by_role("main").get_by_role("link", name=name).first

    def button(self, name: str | re.Pattern[str]) -> Locator:
        return self.page.get_by_role("main").get_by_role("button", name=name).first

    def faults(self) -> list[str]:
        """Everything that keeps somebody from using the page that is open, at the desk and on the phone."""
        self.page.evaluate(
            "document.querySelectorAll('details.more').forEach((fold) => { fold.open = true })"
        )
        found = [f"id twice: {name}" for name in self.page.evaluate(TWICE)]
        for width in (WIDE, PHONE):
            self.page.set_viewport_size({"width": width, "height": 900})
            found += [f"{width}: {fault}" for fault in self._axe()]
        found += [f"scrolls sideways at {width}" for width in (PHONE, NARROW) if self._is_wider(width)]
        found += self.complaints
        self.complaints.clear()
        return found

    def _axe(self) -> list[str]:
        found = Axe().run(self.page, options={**RULES, "resultTypes": ["violations", "incomplete"]}).response
        undecided = [fault for fault in found["incomplete"] if fault["id"] == "color-contrast"]
        unseen = [node for fault in undecided for node in fault["nodes"] if is_invisible(node)]
        return [told(fault) for fault in found["violations"]] + [f"unseen: {node['html']}" for node in unseen]

    def _is_wider(self, width: int) -> bool:
        self.page.set_viewport_size({"width": width, "height": 900})
        return bool(self.page.evaluate("document.documentElement.scrollWidth") > width)
