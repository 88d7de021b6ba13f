"""The pictures of the README, drawn from the invented town: `make pictures`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from school_it.demo.town import PASSWORD  # noqa: E402
from tests import live  # noqa: E402
from tests.look.conftest import FLAGS  # noqa: E402

TOWN = ("--schools", "6", "--devices", "900", "--people", "900", "--seed", "3")
# Name of the picture, who looks, at which address.
PICTURES = (("home", "amt", "/"), ("devices", "koordination", "/devices"))
SIZE = {"width": 1280, "height": 800}
MOST_BYTES = 200_000


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        live.succeed(home, "db", "upgrade")
        live.succeed(home, "demo", *TOWN)
        with live.Running(home, SCHOOL_IT_AUTHORITY="Stadt Beispielstadt") as url:
            draw(url)


def draw(url: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        for picture, name, address in PICTURES:
            page = browser.new_context(viewport=SIZE, locale="de-DE", reduced_motion="reduce").new_page()  # type: ignore[arg-type]
            sign_in(page, url, name)
            page.goto(url + address)
            page.wait_for_load_state("networkidle")
            save(page, ROOT / "docs" / "pictures" / f"{picture}.png")
        browser.close()


def sign_in(page: Page, url: str, name: str) -> None:
    page.goto(f"{url}/login")
    page.fill("input[name=name]", name)
    page.fill("input[name=password]", PASSWORD)
    page.locator("form:has(input[name=password]) button[type=submit]").first.click()
    page.wait_for_url(lambda address: "/login" not in address)


def save(page: Page, path: Path) -> None:
    path.parent.mkdir(exist_ok=True)
    page.screenshot(path=path)
    size = path.stat().st_size
    print(f"{path.relative_to(ROOT)}: {size // 1000} kB")
    if size > MOST_BYTES:
        raise SystemExit(f"{path.name} ist größer als {MOST_BYTES // 1000} kB.")


if __name__ == "__main__":
    main()
