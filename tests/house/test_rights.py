"""Every page says what it needs; the few that are open to everybody are these."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.routing import Rule

from school_it.access import MAY_NAMES, ORDER, RIGHTS, SIGNED_IN, TOWN_WIDE, May, Reach, Role

PUBLIC = {
    "accounts.sign_in": "to sign in",
    "accounts.appearance": "to choose the language before",
    "overview.accessibility": "the law wants it open",
    "overview.privacy": "so does this one",
    "overview.healthz": "for the watchman; says only whether it runs",
    "deadlines.calendar": "for a calendar program; its address is the secret",
    "openapi": "the words of the API, none of its data",
    "open_data.index": "what somebody has published, for people; nothing before",
    "open_data.catalog": "the same for portals",
    "open_data.file": "the published files themselves",
}


def rules(app: Flask) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"]


def test_every_page_says_what_it_needs(app: Flask) -> None:
    silent = {rule.rule for rule in rules(app) if not hasattr(app.view_functions[rule.endpoint], "needs")}
    assert silent == set()


def test_exactly_these_are_open_to_everybody(app: Flask) -> None:
    public = {rule.endpoint for rule in rules(app) if app.view_functions[rule.endpoint].needs == ()}  # type: ignore[attr-defined]
    assert public == set(PUBLIC)
    assert len(public) <= 10


def test_what_pages_need_are_permissions_of_the_table(app: Flask) -> None:
    needed = {need for rule in rules(app) for need in app.view_functions[rule.endpoint].needs}  # type: ignore[attr-defined]
    assert needed <= {*May, SIGNED_IN}


def test_nobody_writes_with_a_right_to_see(app: Flask) -> None:
    """A page that only takes POST asks for more than a `.see`, but for one's own affairs."""
    own = {"accounts", "overview", "own_devices"}
    wrong = {
        rule.rule
        for rule in rules(app)
        if "GET" not in (rule.methods or ()) and rule.endpoint.partition(".")[0] not in own
        if (needs := app.view_functions[rule.endpoint].needs)
        and all(str(need).endswith(".see") for need in needs)  # type: ignore[attr-defined]
    }
    # Cancelling a job asks the job itself who started it; saving a view is one's own affair.
    assert {rule for rule in wrong if not rule.startswith(("/jobs/", "/devices/views"))} == set()


ASK_SOMEWHERE = {
    "devices/index.html", "devices/models.html", "licences/index.html", "licences/overview.html",
    "network/addresses.html", "network/index.html", "network/schools.html", "network/uplinks.html",
}  # fmt: skip
"""Lists and menus: their form for something new offers one's own schools only."""


def test_the_page_of_a_thing_asks_for_the_right_at_its_school(app: Flask) -> None:
    """`may(X)` is also true for who has it at another school; `may_at(X, thing.school_id)` is the question there."""
    at_schools = {
        one.name
        for one in set(May) - TOWN_WIDE - {May.EXPORT, May.IMPORT_DEVICES}
        if not one.endswith(".see")
    }
    templates = Path(app.root_path) / str(app.template_folder)
    asking = {
        path.relative_to(templates).as_posix()
        for path in templates.rglob("*.html")
        if at_schools & set(re.findall(r"\bmay\(May\.(\w+)\)", path.read_text()))
    }
    assert asking == ASK_SOMEWHERE


@pytest.mark.parametrize("permission", May)
def test_the_table_is_whole_and_each_row_has_a_sentence(permission: May) -> None:
    assert len(RIGHTS[permission]) == len(ORDER) == len(Role)
    assert MAY_NAMES[permission]


def test_an_admin_may_everything_and_school_roles_reach_no_further_than_their_schools() -> None:
    for permission, reaches in RIGHTS.items():
        by_role = dict(zip(ORDER, reaches, strict=True))
        assert by_role[Role.ADMIN] is Reach.ALL, permission
        assert Reach.ALL not in (by_role[Role.COORDINATOR], by_role[Role.TEACHER]), permission
