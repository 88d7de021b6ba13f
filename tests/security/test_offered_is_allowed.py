"""What a page offers may be done: whoever follows every link and sends every form in reach is refused nowhere."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from school_it.access import Actor, Role
from school_it.accounts import actions as accounts
from school_it.database import today, transaction
from school_it.devices import actions as devices
from school_it.devices.models import SavedView
from school_it.devices.rules import State
from school_it.licences import actions as licences
from school_it.licences import seats
from school_it.licences.models import SeatRule
from school_it.licences.rules import SeatFor
from school_it.network.wiring import actions as wiring
from school_it.people.models import Person
from school_it.people.rules import PersonRole
from school_it.schools.models import School
from tests.conftest import PASSWORD
from tests.house.world import FOREIGN, OWN, World, browser_of, traces

WHO: dict[str, tuple[tuple[Role, str | None], ...]] = {
    "coordinator of one school": ((Role.COORDINATOR, "115514"),),
    "office of one school": ((Role.OFFICE, "115514"),),
    "coordinator of one school who audits the town": ((Role.COORDINATOR, "115514"), (Role.AUDITOR, None)),
}
"""Who sees more than they may change: for each of them `may` and `may_at` answer differently."""
BEGINS_AT = ("/",)
LEFT_OUT = ("/exports/", "/static/", "/documents/", "/open-data", "/logout", "/profile", "/appearance")
"""Files to take along, which have tests of their own; one's own affairs, some of which end the visit."""
MUST_HAVE_SEEN = (
    "/licences/3",
    "/licences/3/seats",
    "/network/rules",
    "/network/uplinks/new",
    "/plan/survey",
)
REFUSED = "fehlt Ihnen"
"""How every sentence about a missing right goes, also where a form says it beside its fields."""


@dataclass
class Form:
    """What would be sent by pressing its button without typing anything."""

    here: str
    action: str
    posts: bool
    has_button: bool = False
    values: MultiDict[str, str] = field(default_factory=MultiDict)

    @property
    def takes_away(self) -> bool:
        """What it takes away may be gone already, with something that held it."""
        return re.search("/(remove|end|dispose)$", self.action) is not None


class Page(HTMLParser):
    """The links and the forms of a page."""

    def __init__(self, here: str, text: str) -> None:
        super().__init__()
        self.here, self.links, self.forms = here, list[str](), list[Form]()
        self._form: Form | None = None
        self._select: str | None = None
        self.feed(text)

    def handle_starttag(self, tag: str, pairs: list[tuple[str, str | None]]) -> None:
        got = {name: value or "" for name, value in pairs}
        if tag == "a" and got.get("href"):
            self.links.append(urljoin(self.here, got["href"]))
        elif tag == "form":
            action = urljoin(self.here, got.get("action", ""))
            self._form = Form(self.here, action, got.get("method", "").lower() == "post")
            self.forms.append(self._form)
        elif tag == "select":
            self._select = got.get("name")
        elif self._form is not None:
            self._fill(self._form, tag, got)

    def _fill(self, form: Form, tag: str, got: dict[str, str]) -> None:
        form.has_button |= tag == "button"
        name = self._select if tag == "option" else got.get("name")
        if tag not in ("input", "option", "button") or not name or "disabled" in got:
            return
        choice = tag == "input" and got.get("type") in ("checkbox", "radio")
        if tag == "option":
            if "selected" in got or not form.values.get(name):
                form.values[name] = got.get("value", "")
        elif not choice or "checked" in got:
            value = got.get("value", "")
            if not value and "required" in got and tag == "input":
                value = {"date": "2026-11-05", "number": "1"}.get(got.get("type", ""), "1")
            form.values.setdefault(name, value)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = None


@pytest.fixture
def town(world: World, house: Actor) -> World:
    """Beside the things of the two schools those that belong to none: of the town, in reach of none of the schools."""
    with transaction() as session:
        schools = {one.name: one for one in session.query(School)}
        bought = {"licence_no": "L-T", "product": "Für alle", "seats": 9, "school_id": None}
        licence = licences.add_licence(session, bought, by=house)
        nobody = Person(
            source="file", stable_id="ohne", role=PersonRole.TEACHER, given_name="Ohne", family_name="Schule"
        )
        session.add(nobody)
        session.flush()
        for ident in (world.own.samples["person"], world.foreign.samples["person"], nobody.id):
            seat = seats.give_seat(session, licence, session.get_one(Person, ident), by=house)
        groups = [
            SeatRule(
                licence_id=licence.id, kind=SeatFor.PERSON, school_id=school_id, role=PersonRole.PUPIL,
                made_on=today(), made_by="Stadt",
            )
            for school_id in (schools[OWN].id, schools[FOREIGN].id, None)
        ]  # fmt: skip
        session.add_all(groups)
        rule = wiring.keep_rule(session, "Stadt {nr}", "S{nr}", by=house)
        stock = {"asset_tag": "IT-STADT", "category_id": world.samples["category"], "state": State.IN_STOCK}
        devices.add_device(session, stock, by=house)
        session.flush()
        world.samples |= {"licence": licence.id, "group": groups[-1].id, "seat": seat.id, "rule": rule.id}
    return world


def whoever(app: Flask, grants: Sequence[tuple[Role, str | None]], house: Actor) -> FlaskClient:
    with transaction() as session:
        user = accounts.add_user(session, "somebody", password=PASSWORD, by=house)
        for role, number in grants:
            at = [session.query(School).filter_by(school_number=number).one()] if number else []
            accounts.grant_role(session, user, role, schools=at, by=house)
    return browser_of(app, "somebody")


def walked(browser: FlaskClient) -> Iterator[tuple[str, TestResponse, Page]]:
    """Every page that links lead to: as it is, and once with whatever is asked of it."""
    ahead, known = list(BEGINS_AT), set[tuple[str, bool]]()
    while ahead:
        address = urlsplit(ahead.pop(0))
        kind = (address.path, bool(address.query))
        if address.netloc or address.path.startswith(LEFT_OUT) or kind in known:
            continue
        known.add(kind)
        here = address._replace(fragment="").geturl()
        answer = browser.get(here)
        page = Page(here, answer.get_data(as_text=True) if "html" in (answer.content_type or "") else "")
        answer.close()
        yield here, answer, page
        ahead.extend([*page.links, *([urljoin(here, answer.location)] if answer.location else [])])


def sent(browser: FlaskClient, forms: Sequence[Form]) -> Iterator[tuple[Form, TestResponse]]:
    """Each form once, those last that take something away."""
    different = {
        (form.action, tuple(sorted(form.values))): form for form in forms if form.posts and form.has_button
    }
    for form in sorted(different.values(), key=lambda one: one.takes_away):
        if not form.action.startswith(LEFT_OUT):
            yield form, browser.post(form.action, data=form.values)


@pytest.mark.sqlite
@pytest.mark.parametrize("grants", WHO.values(), ids=WHO)
def test_nothing_that_is_offered_is_refused(
    app: Flask, town: World, house: Actor, grants: Sequence[tuple[Role, str | None]]
) -> None:
    browser, seen, forms = whoever(app, grants, house), set[str](), list[Form]()
    for here, answer, page in walked(browser):
        assert answer.status_code in (200, 302), f"{here}: {answer.status_code}"
        assert REFUSED not in answer.get_data(as_text=True), here
        seen.add(urlsplit(here).path)
        forms.extend(page.forms)
    assert set(MUST_HAVE_SEEN) <= seen
    pressed = 0
    for form, answer in sent(browser, forms):
        text, what = answer.get_data(as_text=True), f"{form.here}: {form.action}"
        answer.close()
        assert answer.status_code != 403, what
        assert answer.status_code != 404 or form.takes_away, what
        assert REFUSED not in text, what
        assert not (answer.location or "").startswith("/login"), what
        pressed += 1
    assert pressed > 30


THERE = (
    "/licences/{licence}/edit", "/licences/{licence}/renew", "/licences/{licence}/follow",
    "/licences/{licence}/groups/{group}/end", "/licences/{licence}/seats/{seat}/release",
    "/licences/{licence}/keys/new", "/network/rules/{rule}/forget", "/devices/IT-STADT/edit",
    "/devices/IT-STADT/state", "/devices/IT-STADT/hand-out", "/devices/IT-STADT/dispose", "/schools/new",
)  # fmt: skip
TO_MAKE: dict[str, dict[str, str]] = {
    "/licences/new": {"licence_no": "L-X", "product": "Meine", "seats": "1"},
    "/licences/{licence}/give": {"role": "teacher", "short": "fill"},
    "/network/rules": {"pattern": "Meine {{nr}}", "becomes": "{{nr}}"},
    "/devices/views": {"name": "Meine", "shared_with": "all"},
    "/devices/new": {"category_id": "{category}", "state": "in_stock"},
}
"""Forms that somebody at a school does use, here for the whole town."""


@pytest.mark.parametrize("grants", WHO.values(), ids=WHO)
def test_the_things_of_the_town_are_out_of_reach_of_a_school(
    app: Flask, town: World, house: Actor, session: Session, grants: Sequence[tuple[Role, str | None]]
) -> None:
    """Also for who sees all of them."""
    browser = whoever(app, grants, house)
    before = traces(session)
    for path in THERE:
        answer = browser.post(path.format(**town.samples), data={"state": "defective"})
        assert answer.status_code in (403, 404), path
    for path, form in TO_MAKE.items():
        values = {name: value.format(**town.samples) for name, value in form.items()}
        answer = browser.post(path.format(**town.samples), data=values)
        assert answer.status_code in (403, 422), path
    assert traces(session) == before
    assert session.query(SavedView).filter_by(name="Meine").count() == 0
    admin = browser_of(app, "admin")
    for path, form in TO_MAKE.items():
        values = {name: value.format(**town.samples) for name, value in form.items()}
        assert admin.post(path.format(**town.samples), data=values).status_code == 302, path
