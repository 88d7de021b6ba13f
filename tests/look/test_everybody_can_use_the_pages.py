from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

pytestmark = pytest.mark.browser

PATHS = ("/", "/?faulty", "/empty", "/oops")
WIDTHS = (1280, 390)
THEMES = ("light", "dark")
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}

# Contrast of every control's edge against what lies behind it (WCAG 1.4.11); axe does not look at that.
EDGES = """() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const bytes = (colour) => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = ([r, g, b]) => [r, g, b].map((v) => v / 255)
    .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (element) => {
    for (let at = element.parentElement; at; at = at.parentElement) {
      const colour = bytes(getComputedStyle(at).backgroundColor);
      if (colour[3] === 255) return colour;
    }
    return [255, 255, 255, 255];
  };
  const ratio = (a, b) => {
    const [x, y] = [light(a), light(b)].sort((p, q) => q - p);
    return (x + 0.05) / (y + 0.05);
  };
  const seen = (element) => element.checkVisibility() && element.getBoundingClientRect().width > 4;
  return [...document.querySelectorAll("input, select, textarea")].filter(seen).map((element) => {
    const edged = element.closest(".kern-form-input__select-wrapper") ?? element;
    const style = getComputedStyle(edged);
    const edge = element.type === "file" ? style.outlineColor : style.borderBottomColor;
    return [element.id || element.getAttribute("aria-label"), ratio(bytes(edge), behind(edged))];
  });
}"""


SMALL = """() => [...document.querySelectorAll("button, input:not([type=hidden]), select, summary, a[class]")]
  .filter((element) => element.checkVisibility() && !element.closest(".unseen, .skip"))
  .map((element) => [element.outerHTML.slice(0, 80), element.getBoundingClientRect().height])
  .filter(([, height]) => height < 22)"""


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing(visit: Callable[..., Page], path: str, width: int, theme: str) -> None:
    page = visit(path, width=width, theme=theme)
    for fold in page.locator("details.more").all():
        fold.evaluate("fold => fold.open = true")
    found = Axe().run(page, options=RULES).response
    assert [told(fault) for fault in found["violations"]] == []
    assert [
        node["html"] for fault in found["incomplete"] for node in fault["nodes"] if is_invisible(node)
    ] == []


def told(fault: dict[str, Any]) -> str:
    return (
        fault["id"]
        + ": "
        + "; ".join(str(node["target"]) + node["html"][:120] for node in fault["nodes"][:4])
    )


def is_invisible(node: dict[str, Any]) -> bool:
    """Text in the colour of its ground: axe calls that undecided, not a fault."""
    return any(
        (check["data"] or {}).get("messageKey") == "equalRatio" for check in node["any"] if check["data"]
    )


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("width", [320, 390, 1024, 1280])
def test_no_page_scrolls_sideways(visit: Callable[..., Page], path: str, width: int) -> None:
    page = visit(path, width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("path", ["/", "/?faulty"])
def test_the_edge_of_every_field_can_be_seen(visit: Callable[..., Page], path: str, theme: str) -> None:
    edges = visit(path, theme=theme).evaluate(EDGES)
    assert len(edges) > 20
    assert [(name, round(ratio, 2)) for name, ratio in edges if ratio < 3] == []


@pytest.mark.parametrize("chosen", THEMES)
def test_a_chosen_theme_wins_over_the_system(visit: Callable[..., Page], chosen: str) -> None:
    other = {"light": "dark", "dark": "light"}[chosen]
    ground = "getComputedStyle(document.body).backgroundColor"
    assert visit(f"/?theme={chosen}", theme=other).evaluate(ground) == visit("/", theme=chosen).evaluate(
        ground
    )


def test_what_is_pressed_is_large_enough_for_a_finger(visit: Callable[..., Page]) -> None:
    assert visit("/", width=390).evaluate(SMALL) == []
