"""Somebody of school A goes everywhere and never reads a word of school B."""

from __future__ import annotations

import re
import zipfile
from collections import deque
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Enum, String, Text
from sqlalchemy.orm import Session

from exports.reports import REPORTS
from school_it.access import Actor
from tests.house.test_walk import Walker
from tests.house.world import FOREIGN, LEFT_ALONE, OWN, World, browser_of

LINK = re.compile(r'(?:href|hx-get|action)="(/[^"#]*)')
MOST_PAGES = 400
# What a person at school A may type, too: a part of a foreign word finds nothing of it.
ASKED = ("kanar", "KANAR", "anarb", "kanarb-1", "kanarb 1", "%", "_", "167149")
LISTS = ("/search", "/devices", "/people", "/jobs", "/imports")


def crawl(browser: FlaskClient) -> dict[str, bytes]:
    """Every page within reach, by its address: what a page links to, and what that links to."""
    seen: dict[str, bytes] = {}
    waiting = deque(["/", *(f"{path}?q={word}" for path in LISTS for word in ASKED)])
    while waiting and len(seen) < MOST_PAGES:
        path = waiting.popleft()
        if path in seen or path.startswith("/static/"):
            continue
        answer = browser.get(path)
        seen[path] = answer.get_data()
        answer.close()
        assert answer.status_code < 500, path
        if answer.status_code == 302 and answer.location.startswith("/"):
            waiting.append(answer.location)
        if answer.mimetype == "text/html":
            waiting.extend(link.replace("&amp;", "&") for link in LINK.findall(seen[path].decode()))
    return seen


def without_echo(path: str, body: bytes) -> bytes:
    """A search page repeats what was asked; that is no finding."""
    text = body.decode(errors="ignore")
    for word in ASKED:
        text = text.replace(f"»{word}«", "").replace(f'value="{word}"', "").replace(f"q={word}", "")
    return text.encode()


def test_the_town_is_full_of_canaries(world: World) -> None:
    """Every free text of every row of school B says so; else the tests below would find nothing."""
    for row in world.foreign.rows:
        for column in row.__table__.columns:
            if (
                isinstance(column.type, String | Text)
                and not isinstance(column.type, Enum)
                and column.name not in LEFT_ALONE
            ):
                assert FOREIGN in getattr(row, column.key), f"{row.__tablename__}.{column.name}"


@pytest.mark.parametrize("name", ["coordinator", "teacher"])
def test_no_page_shows_a_word_of_the_other_school(app: Flask, world: World, name: str) -> None:
    pages = crawl(browser_of(app, name))
    assert len(pages) > (60 if name == "coordinator" else 10)
    assert any(OWN.encode() in body for body in pages.values())
    shown = {
        path
        for path, body in pages.items()
        if FOREIGN.lower().encode() in without_echo(path, body).lower() or b"Kanar\xc3\xa4B" in body
    }
    assert shown == set()


def test_the_api_tells_no_word_of_the_other_school(app: Flask, world: World, house: Actor) -> None:
    walker = Walker(app, "coordinator", house)
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/api/") and not rule.arguments and "GET" in (rule.methods or ()):
            for query in ("", "?q=kanar", "?school=167149", "?limit=200"):
                answer = walker.go("GET", rule.rule + query)
                assert FOREIGN.encode() not in answer.get_data(), rule.rule + query


@pytest.mark.parametrize("report", REPORTS)
@pytest.mark.parametrize("query", ["", "?school=167149"])
def test_no_report_holds_a_word_of_the_other_school(
    app: Flask, world: World, session: Session, report: str, query: str
) -> None:
    answer = browser_of(app, "coordinator").get(f"/exports/{report}.xlsx{query}")
    body = answer.get_data()
    answer.close()
    if answer.status_code != 200:
        assert answer.status_code in (403, 404)
        return
    with zipfile.ZipFile(BytesIO(body)) as book:
        found = [name for name in book.namelist() if FOREIGN.encode() in book.read(name)]
    assert found == []


def test_the_other_way_round_there_is_something_to_find(app: Flask, world: World) -> None:
    """The same crawl as an admin meets both schools."""
    pages = crawl(browser_of(app, "admin"))
    assert any(FOREIGN.encode() in body for body in pages.values())
