from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.look.assets import assets

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
DRAWN = TEMPLATES / "plan/dossier_print.html"  # to PDF, on the server
PAGES = sorted(set(TEMPLATES.rglob("*.html")) - {DRAWN})
STYLED = re.compile(r"class=\"[^\"]*\bkern-")
INLINE = re.compile(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=\"|javascript:")
NAMED_ICON = re.compile(r"\bicon=\"([a-z0-9_-]+)\"|\bicon\(\"([a-z0-9_-]+)\"")


def named(paths: list[Path]) -> list[str]:
    return [path.relative_to(TEMPLATES).as_posix() for path in paths]


@pytest.mark.parametrize(
    "page", [page for page in PAGES if page.parent.name != "macros"], ids=lambda page: page.stem
)
def test_a_page_names_no_class_of_the_style_sheet(page: Path) -> None:
    assert not STYLED.search(page.read_text("utf-8"))


def test_no_page_brings_script_or_style_along() -> None:
    assert named([page for page in PAGES if INLINE.search(page.read_text("utf-8"))]) == []


def test_every_icon_that_is_named_is_there() -> None:
    known = {name.replace("_", "-") for name in (*assets.ICONS.split(), *assets.ICON_ALIASES)}
    used = {
        name
        for page in PAGES
        for pair in NAMED_ICON.findall(page.read_text("utf-8"))
        for name in pair
        if name
    }
    assert {name.replace("_", "-") for name in used} - known == set()


@pytest.mark.parametrize("path", ["/", "/?faulty", "/empty", "/oops"])
def test_every_id_on_a_page_is_there_once(gallery_client: FlaskClient, path: str) -> None:
    ids = re.findall(r"\sid=\"([^\"]+)\"", gallery_client.get(path).get_data(as_text=True))
    assert [name for name in set(ids) if ids.count(name) > 1 and name != "csrf_token"] == []


def test_a_page_names_its_language_and_its_town(gallery_client: FlaskClient) -> None:
    page = gallery_client.get("/").get_data(as_text=True)
    assert '<html lang="de"' in page
    assert "Stadt Musterhausen" in page
    assert "Erklärung zur Barrierefreiheit" in page


def test_signing_out_is_a_post_with_a_token(gallery_client: FlaskClient) -> None:
    page = gallery_client.get("/").get_data(as_text=True)
    form = re.search(r'<form method="post"[^>]*account__out.*?</form>', page, re.DOTALL)
    assert form
    assert 'name="csrf_token"' in form[0]
    assert "Abmelden" in form[0]
