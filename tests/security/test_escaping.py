"""Whatever people type, import or have in the directory is text on every page, in every report, in every address."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from io import BytesIO

import pytest
from flask import Flask

from exports.reports import REPORTS
from school_it.access import Actor
from school_it.database import transaction
from school_it.devices.models import Category, DeviceModel, SavedView
from school_it.people.models import SyncRun
from tests.house.test_walk import Walker
from tests.house.world import World, browser_of, fill, part, talked

PAYLOAD = "\"'><svg onload=boese()>{{7*7}}%(x)s"
TAKEN_FOR_MARKUP = re.compile(r"<svg onload|\"'(>|&gt;)<|boese\(\)\"|49%\(x\)s")
FORMULA = "=HYPERLINK(1)+"
# What our own formulas are made of: sums of cells, named cells and plain numbers; no text.
OURS = re.compile(
    r"(?:SUM|SUMPRODUCT|EXACT|ROUND|MAX|(?:vn|ip|aa)_[a-z_]+|(?:Belegliste!)?\$?[A-Z]{1,2}\$?\d+|\d+|[(),:*-])+"
)


@pytest.fixture
def hostile(world: World, house: Actor) -> World:
    """The foreign school of this town is an attack in every text: itself, its rooms, people, devices, acts, jobs."""
    world.foreign = part(PAYLOAD, "120000", house)
    talked([world.foreign], house, school_year=2027)
    with transaction() as writing:
        for row in (*writing.query(Category), *writing.query(DeviceModel), *writing.query(SavedView)):
            fill(writing, [row], PAYLOAD)
        step = {"kind": "new", "person": None, "name": PAYLOAD, "changes": {"email": [PAYLOAD, None]}}
        run = writing.get_one(SyncRun, world.samples["run"])
        run.actor_name, run.sentence, run.result = PAYLOAD, PAYLOAD, {"steps": [step], "schools": {}}
    return world


def pages(app: Flask, world: World, by: Actor) -> Iterator[tuple[str, str]]:
    """Every page there is, about the hostile school and about what belongs to no school; then what was typed."""
    walker = Walker(app, "admin", by)
    quoted = PAYLOAD.replace('"', '""')
    content = f'"{quoted}";Raum;Schulnummer\r\n"{quoted}";"{quoted}";120000\r\n'
    form = {"kind": "rooms", "file": (BytesIO(content.encode()), "<svg onload=boese()>.csv")}
    brought = walker.browser.post("/imports", data=form, content_type="multipart/form-data")
    world.samples["upload"] = int(brought.location.rpartition("/")[2])
    world.samples |= {"evidence": 1, "report_template": 1}  # there is none: tests/exports looks at theirs
    for which in ("foreign", "own"):
        for rule, what, answer in walker.visit(world, which, reading=True):
            if not rule.rule.startswith("/api/") and answer.mimetype == "text/html":
                yield what, answer.get_data(as_text=True)
    asked = dict.fromkeys(("q", "sort", "room", "state", "cols", "show", "next", "school", "who"), PAYLOAD)
    for path in (
        "/devices",
        "/search",
        "/people",
        "/audit",
        "/login",
        "/exports",
        "/devices/views",
        brought.location,
    ):
        yield path, walker.browser.get(path, query_string=asked).get_data(as_text=True)
    typed = dict.fromkeys(("remark", "model", "school", "acquired_on", "to", "name", "token_name"), PAYLOAD)
    for path in ("/devices/new", "/devices/many", "/accounts/new", "/profile/tokens", "/schools/120000/edit"):
        yield path, walker.browser.post(path, data=typed).get_data(as_text=True)


def test_no_page_takes_a_text_for_markup(app: Flask, hostile: World, house: Actor) -> None:
    seen = dict(pages(app, hostile, house))
    assert sum("boese()" in body for body in seen.values()) > 30
    assert [what for what, body in seen.items() if TAKEN_FOR_MARKUP.search(body)] == []


@pytest.mark.parametrize("report", REPORTS)
def test_no_report_takes_a_text_for_a_formula(app: Flask, world: World, house: Actor, report: str) -> None:
    part(FORMULA, "120000", house)
    answer = browser_of(app, "admin").get(f"/exports/{report}.xlsx?school=120000&q=%3DHYPERLINK&grant=ZW-1")
    with zipfile.ZipFile(BytesIO(answer.get_data())) as book:
        sheets = [book.read(name).decode() for name in book.namelist() if name.startswith("xl/worksheets/")]
    answer.close()
    formulas = re.findall(r"<f>([^<]*)</f>", "".join(sheets))
    assert [formula for formula in formulas if not OURS.fullmatch(formula)] == []
    links = re.findall(r"<hyperlink [^>]*>", "".join(sheets))
    assert [link for link in links if "r:id" in link] == [], "only to places within the workbook"
