"""No page brings a script or a style of its own, nothing comes from elsewhere, and every answer carries the headers."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from school_it.web import HEADERS

ROOT = Path(__file__).resolve().parents[2]
INLINE = re.compile(
    r"<style|\sstyle\s*=|<script(?![^>]*\ssrc=)|\son[a-z]+\s*=\s*[\"']|javascript:", re.IGNORECASE
)
FETCHES = re.compile(r"""url\(\s*["']?(https?:)?//|import\s*\(?["'](https?:)?//|fetch\(["']https?:""")
ELSEWHERE = re.compile(r"(?:src|href|action|url\()\s*=?\s*[\"']?(?:https?:)?//", re.IGNORECASE)


# Drawn to PDF on the server: no browser sees it, and the drawing fetches nothing.
DRAWN = ROOT / "templates/plan/dossier_print.html"
SHOWN = sorted(set((ROOT / "templates").rglob("*.html")) - {DRAWN})


@pytest.mark.parametrize("path", SHOWN, ids=lambda path: path.name)
def test_no_template_has_an_inline_script_or_style(path: Path) -> None:
    bare = re.sub(r"\{#.*?#\}", "", path.read_text("utf-8"), flags=re.DOTALL)
    assert INLINE.findall(bare) == []
    assert ELSEWHERE.findall(bare) == []


def test_no_style_sheet_or_script_of_ours_fetches_from_elsewhere() -> None:
    files = [path for path in (ROOT / "static").rglob("*") if path.suffix in (".css", ".js")]
    own = [path for path in files if "vendor" not in path.parts]
    assert own
    assert [path.name for path in own if FETCHES.search(path.read_text("utf-8"))] == []


ANSWERS: dict[str, Callable[[FlaskClient], TestResponse]] = {
    "a page": lambda browser: browser.get("/profile"),
    "the sign-in": lambda browser: browser.get("/login"),
    "a redirect": lambda browser: browser.get("/login", follow_redirects=False),
    "nothing there": lambda browser: browser.get("/nothing/here"),
    "a missing school": lambda browser: browser.get("/schools/199999"),
    "a wrong method": lambda browser: browser.put("/schools"),
    "a form with faults": lambda browser: browser.post("/schools/new", data={}),
    "no token": lambda browser: browser.get("/api/v1/schools", headers={"Authorization": "Bearer x"}),
    "nothing in the api": lambda browser: browser.get("/api/v1/nothing"),
    "health": lambda browser: browser.get("/healthz"),
    "a workbook": lambda browser: browser.get("/exports/schools.xlsx"),
    "a file": lambda browser: browser.get("/static/icon.svg"),
    "a missing file": lambda browser: browser.get("/static/../../etc/passwd"),
}


@pytest.mark.parametrize("what", ANSWERS)
def test_every_answer_carries_the_headers(admin: FlaskClient, what: str) -> None:
    answer = ANSWERS[what](admin)
    answer.close()
    for name, value in HEADERS.items():
        assert answer.headers.get(name) == value, name
    if what != "a file":
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Cookie" in answer.headers["Vary"]


def test_the_policy_allows_nothing_inline_and_nothing_from_elsewhere() -> None:
    policy = HEADERS["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "http" not in policy
    assert "frame-ancestors 'none'" in policy


def test_the_cookie_is_out_of_reach_of_scripts(app: Flask, admin: FlaskClient) -> None:
    cookie = admin.get_cookie("school_it")
    assert cookie is not None
    assert cookie.http_only
    assert cookie.same_site == "Lax"


def test_errors_say_a_sentence_and_never_a_trace(app: Flask, admin: FlaskClient) -> None:
    for path in ("/nothing", "/schools/199999", "/accounts/niemand"):
        page = admin.get(path).get_data(as_text=True)
        assert "Traceback" not in page
        assert "Zur Startseite" in page
