"""Hostile requests: half letters, NUL, huge bodies, quotes. The house answers them and goes on."""

from __future__ import annotations

import base64
import io
import json
import re
import time

import pytest
from flask import Flask
from flask.testing import FlaskClient

from school_it.web import LARGEST_FORM, files
from school_it.web.fields import EMAIL
from tests.house.world import OWN, World
from tests.imports.pages import bring

FORM = "application/x-www-form-urlencoded"
ODD = ("'", '"', "';--", "\\", "%(x)s", "💣", "a" * 3000)
ADDRESSES = {
    "/devices": ("q", "school", "category", "state", "use", "room", "holder", "bound", "year", "sort", "cols"),
    "/people": ("q", "school", "role", "state", "class"),
    "/audit": ("who", "q", "from", "batch"),
    "/search": ("q",),
    "/exports/devices.xlsx": ("q", "room", "cols"),
}  # fmt: skip


def cursor(*content: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


@pytest.mark.parametrize("mark", ["\ud800", None, [], float("nan"), 10**400, {"a": 1}])
@pytest.mark.parametrize("path", ["/devices", "/people", "/audit"])
def test_a_tampered_place_in_a_list_is_refused(admin: FlaskClient, path: str, mark: object) -> None:
    assert admin.get(path, query_string={"cursor": cursor(0, mark, 1)}).status_code == 422


def test_signs_that_mean_something_elsewhere_mean_nothing_here(admin: FlaskClient, world: World) -> None:
    for path, names in ADDRESSES.items():
        for odd in ODD:
            answer = admin.get(path, query_string=dict.fromkeys(names, odd))
            assert answer.status_code in (200, 422), (path, odd)
            answer.close()


@pytest.mark.parametrize("path", ["/login", "/schools/115514/rooms/new", "/devices/new", "/devices/views"])
def test_a_form_that_holds_a_nul_is_refused(admin: FlaskClient, path: str) -> None:
    assert admin.post(path, data=b"name=a&name=a%00b", content_type=FORM).status_code == 400


def test_no_number_or_sign_of_a_thing_has_two_lines(admin: FlaskClient, world: World) -> None:
    """It would end up in headers, addresses and lists; the field on the page has one line, a request may have more."""
    form = {"category_id": world.samples["category"], "school": "115514", "asset_tag": "Z\r\nX-Evil: 1"}
    assert admin.post("/devices/new", data=form).location == "/devices/Z%20X-Evil:%201"
    with (
        admin.application.test_request_context(),
        files.download(io.BytesIO(b"x"), "a\r\nX: 1.xlsx") as answer,
    ):
        assert "\n" not in answer.headers["Content-Disposition"]


def test_half_a_letter_is_not_kept(admin: FlaskClient, world: World) -> None:
    body = f"category_id={world.samples['category']}&state=in_stock&remark=a%ED%A0%80b"
    answer = admin.post("/devices/new", data=body, content_type=FORM)
    assert admin.get(answer.location).status_code == 200


def test_nobody_keeps_the_house_busy_with_a_huge_form(app: Flask) -> None:
    """Thirty megabytes of ``a=&`` would be ten million fields, before anybody has signed in."""
    begun = time.process_time()
    answer = app.test_client().post("/login", data=b"a=&" * LARGEST_FORM, content_type=FORM)
    assert answer.status_code == 413
    assert time.process_time() - begun < 2


@pytest.mark.parametrize("path", ["/devices/new", f"/devices/{OWN}-2/edit", "/schools/115514/rooms/new"])
def test_a_remark_that_fits_in_no_cell_is_refused(admin: FlaskClient, world: World, path: str) -> None:
    """It would stop every export of the town."""
    form = {
        "category_id": world.samples["category"], "school": "115514", "state": "in_stock", "room": "9",
        "asset_tag": f"{OWN}-2", "remark": "x" * 40_000,
    }  # fmt: skip
    assert admin.post(path, data=form).status_code == 422


def test_a_serial_number_that_fits_in_no_column_is_refused_among_many_too(
    admin: FlaskClient, world: World
) -> None:
    form = {
        "category_id": world.samples["category"],
        "school": "115514",
        "state": "in_stock",
        "serials": "9" * 5000,
    }
    answer = admin.post("/devices/many", data=form)
    assert answer.status_code == 422
    assert "höchstens 120 Zeichen" in answer.get_data(as_text=True)


@pytest.mark.parametrize("letter", ["ß", "\ufdfa"])
def test_letters_that_become_several_have_room(
    admin: FlaskClient, coordinator: FlaskClient, world: World, letter: str
) -> None:
    """For comparing, an ß is two letters and some ligatures are eighteen; the column is as long as the name may be."""
    device = {"category_id": world.samples["category"], "school": "115514", "state": "in_stock"}
    long, name = letter * 120, letter * 60
    for path, form in (
        ("/devices/new", {**device, "serial_number": long, "manufacturer": long, "model": long}),
        ("/devices/models/new", {**device, "manufacturer": long, "name": long}),
        (
            "/procurement/orders/new",
            {"order_no": "ß-1", "supplier": letter * 160, "ordered_on": "2024-05-06"},
        ),
        ("/network/racks/new", {"school": "115514", "name": name, "units": "42"}),
    ):
        assert admin.post(path, data=form).status_code == 302, path
    header = "Inventarnummer;Geräteart;Schulnummer;Hersteller;Seriennummer"
    place = bring(coordinator, f"{header}\r\nN-1;Tablet;115514;{long};N{long[1:]}\r\n")
    assert coordinator.post(f"{place}/apply").status_code == 302
    assert coordinator.get("/devices/N-1").status_code == 200


def test_a_long_address_for_mail_is_read_in_no_time() -> None:
    begun = time.process_time()
    assert not re.match(EMAIL, "a@" + "." * 200_000 + " ")
    assert time.process_time() - begun < 1
    assert re.match(EMAIL, "anna.muster@schule.beispiel-stadt.example")


@pytest.mark.parametrize(
    "query", ["size=1000000000", "size=-1", "size=50;", "from=-5", "from=99999999999999999999"]
)
def test_nobody_chooses_how_much_a_list_reads(admin: FlaskClient, world: World, query: str) -> None:
    assert admin.get(f"/devices?{query}").status_code == 200


def test_thousands_of_ticks_are_no_thousands_of_devices(admin: FlaskClient, world: World) -> None:
    form = {"device": ["1"] * 20_000, "remark": "x", "step": "preview"}
    assert admin.post("/devices/bulk", data=form).status_code == 200
