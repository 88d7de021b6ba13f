"""Every address, with every method, as everybody: own, foreign and missing things. New addresses must join the walk."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl.workbook.defined_name import DefinedName
from sqlalchemy.orm import Session
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from school_it.access import SIGNED_IN, Actor
from school_it.accounts import actions as accounts
from school_it.accounts import queries as account_queries
from school_it.database import transaction
from school_it.web import pdf
from tests.house.world import FOREIGN, MISSING_NUMBER, PEOPLE, World, browser_of, traces

Which = str  # "own", "foreign", "missing"
Sample = Callable[[World, Which], Any]


# On PostgreSQL those whose statements differ: all schools, one school, one's own things. The others ask as one of
# these three do or are refused before a statement, which SQLite shows.
ASK_DIFFERENTLY = {"admin", "coordinator", "teacher"}
EVERYBODY = [
    name if name in ASK_DIFFERENTLY else pytest.param(name, marks=pytest.mark.sqlite)
    for name in (*PEOPLE, None)
]


def of_school(name: str, missing: Any) -> Sample:
    """A value that belongs to a school."""
    return lambda world, which: missing if which == "missing" else getattr(world, which).samples[name]


def shared(name: str) -> Sample:
    """A value that belongs to no school: there is no foreign one, so that is missing too."""
    return lambda world, which: world.samples[name] if which == "own" else MISSING_NUMBER


def fixed(own: Any, missing: Any) -> Sample:
    return lambda _world, which: own if which == "own" else missing


# What stands in an address, by the first word of the endpoint and the name of the argument.
SAMPLES: dict[tuple[str, str], Sample] = {
    ("schools", "number"): of_school("number", "199999"),
    ("schools", "room"): of_school("room", "9.99"),
    ("api_schools", "school_number"): of_school("number", "199999"),
    ("api_schools", "room"): of_school("room", "9.99"),
    ("people", "ident"): of_school("person", MISSING_NUMBER),
    ("people.run", "ident"): shared("run"),
    ("people.approve", "ident"): shared("run"),
    ("api_people", "ident"): of_school("person", MISSING_NUMBER),
    ("devices", "tag"): of_school("tag", "IT-0"),
    ("devices.hand_out", "tag"): of_school("spare", "IT-0"),
    ("devices.dispose", "tag"): of_school("spare", "IT-0"),
    ("devices.category", "ident"): shared("category"),
    ("devices.model", "ident"): shared("model"),
    ("devices.remove_view", "ident"): shared("view"),
    ("api_devices", "asset_tag"): of_school("tag", "IT-0"),
    ("jobs", "number"): of_school("job", MISSING_NUMBER),
    ("api_jobs", "number"): of_school("job", MISSING_NUMBER),
    ("licences", "ident"): of_school("licence", MISSING_NUMBER),
    ("licences", "seat"): of_school("seat", MISSING_NUMBER),
    ("licences", "rule"): of_school("seat_group", MISSING_NUMBER),
    ("licences", "key"): of_school("licence_key", MISSING_NUMBER),
    ("api_licences", "licence_no"): of_school("licence_no", "L-0"),
    ("api_licences", "seat"): of_school("seat", MISSING_NUMBER),
    ("network", "ident"): of_school("outlet", MISSING_NUMBER),
    ("network", "tag"): of_school("tag", "IT-0"),
    ("network", "number"): of_school("number", "199999"),
    ("network", "room"): of_school("room", "9.99"),
    ("network.rack", "ident"): of_school("rack", MISSING_NUMBER),
    ("network.edit_rack", "ident"): of_school("rack", MISSING_NUMBER),
    ("network.new_panel", "ident"): of_school("rack", MISSING_NUMBER),
    ("network.mount", "ident"): of_school("rack", MISSING_NUMBER),
    ("network.edit_panel", "ident"): of_school("panel", MISSING_NUMBER),
    ("network.port", "ident"): of_school("port", MISSING_NUMBER),
    ("network.pull", "ident"): of_school("port", MISSING_NUMBER),
    ("network.plug", "ident"): of_school("port", MISSING_NUMBER),
    ("network.forget_rule", "ident"): of_school("outlet_rule", MISSING_NUMBER),
    ("api_network", "school_number"): of_school("number", "199999"),
    ("api_network", "outlet"): of_school("outlet_name", "D-0"),
    ("imports", "name"): fixed("start", "gibtesnicht.json"),
    ("network.vlan", "ident"): of_school("vlan", MISSING_NUMBER),
    ("network.edit_vlan", "ident"): of_school("vlan", MISSING_NUMBER),
    ("network.remove_vlan", "ident"): of_school("vlan", MISSING_NUMBER),
    ("network.subnet", "ident"): of_school("subnet", MISSING_NUMBER),
    ("network.edit_subnet", "ident"): of_school("subnet", MISSING_NUMBER),
    ("network.remove_subnet", "ident"): of_school("subnet", MISSING_NUMBER),
    ("network.new_range", "ident"): of_school("subnet", MISSING_NUMBER),
    ("network.remove_range", "ident"): of_school("address_range", MISSING_NUMBER),
    ("network.edit_address", "ident"): of_school("address", MISSING_NUMBER),
    ("network.remove_address", "ident"): of_school("address", MISSING_NUMBER),
    ("network.uplink", "ident"): of_school("uplink", MISSING_NUMBER),
    ("network.edit_uplink", "ident"): of_school("uplink", MISSING_NUMBER),
    ("network.remove_uplink", "ident"): of_school("uplink", MISSING_NUMBER),
    ("network.device_type", "ident"): shared("device_type"),
    ("plan", "ident"): shared("target"),
    ("plan", "number"): of_school("number", "199999"),
    ("plan", "year"): fixed("2026", "1999"),
    ("plan", "name"): fixed("introduction", "gibtesnicht"),
    ("plan.withdraw_open_data", "ident"): shared("publication"),
    ("open_data", "year"): fixed("2025", "1999"),
    ("open_data", "name"): fixed("schulen.csv", "schulen.exe"),
    ("exports", "year"): fixed("2026", "1999"),
    ("exports", "number"): of_school("number", "199999"),
    ("plan.decide_wish", "ident"): of_school("survey_wish", MISSING_NUMBER),
    ("plan.talk", "ident"): of_school("talk", MISSING_NUMBER),
    ("plan.edit_talk", "ident"): of_school("talk", MISSING_NUMBER),
    ("plan.new_agreement", "ident"): of_school("talk", MISSING_NUMBER),
    ("plan.edit_agreement", "ident"): of_school("agreement", MISSING_NUMBER),
    ("plan.scenario", "ident"): shared("scenario"),
    ("plan.edit_scenario", "ident"): shared("scenario"),
    ("plan.remove_scenario", "ident"): shared("scenario"),
    ("plan.decided", "ident"): shared("decided_plan"),
    ("plan.version", "ident"): shared("plan"),
    ("plan.edit_version", "ident"): shared("plan"),
    ("funding", "ident"): shared("town_grant"),
    ("funding.programme", "ident"): shared("programme"),
    ("funding.edit_programme", "ident"): shared("programme"),
    ("funding.programme_versions", "ident"): shared("programme"),
    ("funding.what_if", "ident"): shared("programme"),
    ("funding.shipped_programme", "code"): fixed("DP_NRW", "GIBTESNICHT"),
    ("funding.edit_decision", "ident"): shared("decision"),
    ("funding.edit_plan", "ident"): shared("decision"),
    ("funding.amend_decision", "ident"): shared("decision"),
    ("funding.remove_decision", "ident"): shared("decision"),
    ("funding.remove_programme", "ident"): shared("programme"),
    ("funding.measure", "ident"): shared("measure"),
    ("funding.edit_measure", "ident"): shared("measure"),
    ("funding.remove_measure", "ident"): shared("measure"),
    ("funding.new_drawdown", "ident"): shared("decision"),
    ("funding.drawdown", "ident"): shared("drawdown"),
    ("funding.edit_drawdown", "ident"): shared("drawdown"),
    ("funding.pay_drawdown", "ident"): shared("drawdown"),
    ("funding.remove_drawdown", "ident"): shared("drawdown"),
    ("funding.change", "ident"): shared("change_request"),
    ("funding.new_change", "ident"): shared("decision"),
    ("funding.edit_change", "ident"): shared("change_request"),
    ("funding.grant_change", "ident"): shared("change_request"),
    ("funding.refuse_change", "ident"): shared("change_request"),
    ("funding.remove_change", "ident"): shared("change_request"),
    ("funding.receipt", "ident"): shared("receipt"),
    ("funding.edit_receipt", "ident"): shared("receipt"),
    ("funding.remove_receipt", "ident"): shared("receipt"),
    ("documents", "ident"): of_school("document", MISSING_NUMBER),
    ("ledger", "ident"): shared("ledger_line"),
    ("ledger", "tag"): of_school("disposed", "IT-0"),
    ("deadlines", "secret"): lambda world, which: world.samples["calendar"] if which == "own" else "keines",
    ("api_funding", "code"): fixed("PROG", "NICHTS"),
    ("api_funding", "reference"): fixed("ZW-1", "ZW-0"),
    ("api_funding", "ident"): shared("receipt"),
    ("procurement", "ident"): of_school("order", MISSING_NUMBER),
    ("procurement.edit_line", "ident"): of_school("order_line", MISSING_NUMBER),
    ("procurement.remove_line", "ident"): of_school("order_line", MISSING_NUMBER),
    ("procurement.remove_delivery", "ident"): of_school("delivery", MISSING_NUMBER),
    ("procurement.invoice", "ident"): of_school("invoice", MISSING_NUMBER),
    ("procurement.edit_invoice", "ident"): of_school("invoice", MISSING_NUMBER),
    ("procurement.remove_invoice", "ident"): of_school("invoice", MISSING_NUMBER),
    ("procurement.share", "ident"): of_school("invoice", MISSING_NUMBER),
    ("procurement.edit_supplier", "ident"): of_school("supplier", MISSING_NUMBER),
    ("imports", "ident"): shared("upload"),
    ("imports", "number"): shared("import_profile"),
    ("exports", "name"): fixed("schools", "nothing"),
    ("form_templates", "ident"): shared("report_template"),
    ("evidence", "ident"): shared("evidence"),
    ("accounts", "name"): fixed("teacher", "niemand"),
    ("accounts", "ident"): shared("grant"),
    ("overview", "ident"): shared("batch"),
    ("batches", "ident"): shared("batch"),
}
# What stands in the query where the page needs one.
QUERIES = {
    "devices.edit_many": "?all=1",
    "devices.suggest_receivers": "?to=kanar&device={tag}",
    "documents.new": "?at=devices:1",
    "evidence.new": "?report=schools",
}
TAKES_ALONG = frozenset(
    {
        "exports.report", "form_templates.filled", "exports.survey_workbook", "exports.survey_workbooks",
        "evidence.file", "evidence.data_file",
    }
)  # fmt: skip
ENDS_THE_SESSION = frozenset({"accounts.sign_out", "accounts.end_own_sessions"})
OWN_AFFAIRS = frozenset({"accounts", "own_devices"})


def rules(app: Flask) -> Iterator[tuple[Rule, str]]:
    """Every address with every method; those that end a session come last."""
    known = [rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"]
    for rule in sorted(known, key=lambda rule: (rule.endpoint in ENDS_THE_SESSION, str(rule))):
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield rule, method


def address(app: Flask, rule: Rule, world: World, which: Which) -> str:
    values = {}
    for name in rule.arguments:
        room = rule.endpoint.partition(".")[0]
        sample = SAMPLES.get((rule.endpoint, name)) or SAMPLES.get((room, name))
        assert sample, f"{rule.rule}: please give SAMPLES a value for {name!r} of {rule.endpoint}"
        values[name] = sample(world, which)
    with app.test_request_context():
        query = QUERIES.get(rule.endpoint, "").format(tag=SAMPLES["devices", "tag"](world, which))
        return app.url_for(rule.endpoint, **values) + query


@pytest.fixture
def whole(app: Flask, world: World) -> World:
    """The town with a file in the inbox, which only the real page puts there."""
    admin = browser_of(app, "admin")
    file = (BytesIO(b"Schulnummer;Raum;Bezeichnung\r\n115514;3.01;Aula\r\n"), "raeume.csv")
    answer = admin.post("/imports", data={"kind": "rooms", "file": file}, content_type="multipart/form-data")
    assert answer.status_code == 302, answer.get_data(as_text=True)
    world.samples["upload"] = int(answer.location.rpartition("/")[2])
    admin.post(f"{answer.location}/profile", data={"name": "Raumliste"})
    world.samples["import_profile"] = 1
    made = {"file": (blank_form(), "formular.xlsx"), "name": "Formular", "report": "schools"}
    answer = admin.post("/exports/templates", data=made, content_type="multipart/form-data")
    assert answer.status_code == 302, answer.get_data(as_text=True)
    world.samples["report_template"] = int(answer.location.rpartition("/")[2])
    answer = admin.post("/exports/evidence/new?report=schools", data={"seen": seen_of(admin)})
    assert answer.status_code == 302, answer.get_data(as_text=True)
    world.samples["evidence"] = int(answer.location.rpartition("/")[2])
    return world


def seen_of(client: FlaskClient) -> str:
    """What the preview of a report that is about to be handed in says of itself."""
    text = client.get("/exports/evidence/new?report=schools").get_data(as_text=True)
    found = re.search(r'name="seen"[^>]*value="(\w+)"', text)
    assert found
    return found[1]


def blank_form() -> BytesIO:
    """An authority's form that takes the list of schools."""
    book, form = openpyxl.Workbook(), BytesIO()
    book.active.title = "Formular"
    book.defined_names["schulen"] = DefinedName("schulen", attr_text="Formular!$A$2")
    book.save(form)
    form.seek(0)
    return form


class Walker:
    """Somebody who goes everywhere: with a browser to the pages, with a token to the API."""

    def __init__(self, app: Flask, name: str | None, by: Actor) -> None:
        self.app, self.name, self.token = app, name, None
        self.browser = browser_of(app, name)
        if name is not None:
            with transaction() as session:
                user = account_queries.get_user(session, name)
                self.token = accounts.make_token(session, user, scope="write", days=1, by=by)

    def go(self, method: str, path: str) -> TestResponse:
        if path.startswith("/api/"):
            headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
            client: FlaskClient = self.app.test_client()
            answer = client.open(path, method=method, headers=headers, json={} if method != "GET" else None)
        else:
            answer = self.browser.open(path, method=method)
        answer.get_data()
        answer.close()
        assert answer.status_code < 500, f"{self.name}: {method} {path}: {answer.status_code}"
        return answer

    def visit(self, world: World, which: Which, *, reading: bool) -> Iterator[tuple[Rule, str, TestResponse]]:
        for rule, method in rules(self.app):
            if (method == "GET") is reading:
                path = address(self.app, rule, world, which)
                yield rule, f"{method} {path}", self.go(method, path)


def is_public(app: Flask, rule: Rule) -> bool:
    return app.view_functions[rule.endpoint].needs == ()  # type: ignore[attr-defined,no-any-return]


def test_an_admin_finds_everything_there(app: Flask, whole: World, house: Actor) -> None:
    """Which also shows that the samples are good."""
    lost = [
        what
        for rule, what, answer in Walker(app, "admin", house).visit(whole, "own", reading=True)
        if answer.status_code not in (200, 302)
        and not (rule.endpoint == "plan.dossier_pdf" and answer.status_code == 409 and not pdf.is_there())
    ]
    assert lost == []


@pytest.mark.parametrize("name", EVERYBODY)
def test_nothing_breaks_when_somebody_looks(app: Flask, whole: World, house: Actor, name: str | None) -> None:
    walker = Walker(app, name, house)
    for which in ("missing", "foreign", "own"):
        assert list(walker.visit(whole, which, reading=True))  # `go` asks each answer


@pytest.mark.parametrize("name", ["admin", "coordinator", "auditor"])
def test_looking_changes_nothing(app: Flask, whole: World, house: Actor, session: Session, name: str) -> None:
    walker = Walker(app, name, house)
    before = traces(session)
    for rule, _what, _answer in walker.visit(whole, "own", reading=True):
        if rule.endpoint in TAKES_ALONG:
            before += 1  # who took data out of the house is worth a trace
    assert traces(session) <= before


@pytest.mark.parametrize("name", EVERYBODY)
def test_nothing_breaks_when_somebody_writes(
    app: Flask, whole: World, house: Actor, name: str | None
) -> None:
    walker = Walker(app, name, house)
    for which in ("missing", "foreign", "own"):
        assert list(walker.visit(whole, which, reading=False))
        walker.browser = browser_of(app, name)


@pytest.mark.parametrize("reading", [True, False])
@pytest.mark.parametrize("name", ["coordinator", "teacher"])
def test_foreign_things_are_answered_like_missing_ones(
    app: Flask, whole: World, house: Actor, name: str, reading: bool
) -> None:
    walker = Walker(app, name, house)
    foreign = [(what, answer) for _rule, what, answer in walker.visit(whole, "foreign", reading=reading)]
    missing = [
        (what, answer)
        for _rule, what, answer in Walker(app, name, house).visit(whole, "missing", reading=reading)
    ]
    told_apart = [
        (what, answer.status_code, other.status_code)
        for (what, answer), (_other, other) in zip(foreign, missing, strict=True)
        if answer.status_code != other.status_code
    ]
    assert told_apart == []
    for what, answer in foreign:
        body = answer.get_data(as_text=True)
        for asked in map(str, whole.foreign.samples.values()):
            body = body.replace(asked, "")  # what was asked for may be said again
        assert FOREIGN not in body, what


def test_nobody_is_led_to_the_sign_in(app: Flask, whole: World, house: Actor) -> None:
    for reading in (True, False):
        for rule, what, answer in Walker(app, None, house).visit(whole, "own", reading=reading):
            if is_public(app, rule):
                continue
            if what.partition(" ")[2].startswith("/api/"):
                assert answer.status_code == 401, what
                assert answer.headers["WWW-Authenticate"] == "Bearer"
            else:
                assert answer.status_code == 302, what
                assert answer.location.startswith("/login"), what


@pytest.mark.parametrize("name", ["auditor", "teacher"])
def test_who_only_reads_writes_nowhere(
    app: Flask, whole: World, house: Actor, session: Session, name: str
) -> None:
    walker = Walker(app, name, house)
    before = traces(session)
    for rule, what, answer in walker.visit(whole, "own", reading=False):
        needs = app.view_functions[rule.endpoint].needs  # type: ignore[attr-defined]
        asks_to_see = all(need == SIGNED_IN or str(need).endswith(".see") for need in needs)
        if is_public(app, rule) or asks_to_see:
            continue  # one's own profile and views; what they leave is counted below
        assert answer.status_code in (403, 404), what
    assert traces(session) == before
