"""A school's list of fixed addresses from Excel: what is taken, what is in the way, what is only told."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from school_it.access import Actor, Role
from school_it.database import transaction
from school_it.network.addresses import actions
from school_it.network.addresses.models import FixedAddress
from school_it.network.addresses.rules import Purpose, RangeUse
from school_it.schools.models import School
from tests.asked import statements
from tests.imports.pages import bring as bring_through_the_page

HEADERS = "SNR;IP-Adresse;Rechnername;Inventar-Nr.;VLAN-ID;Kommentar"
PRINTER = "115514;10.20.0.15/24;drucker-sek;T-1;20;Sekretariat"
SWITCH = "115514;10.20.0.2;;sw-1;Pädagogik;"
Bring = Callable[..., tuple[int, Any]]


@pytest.fixture
def subnet(house: Actor, rooms: None, school: School) -> int:
    """10.20.0.0/24 in VLAN 20 with DHCP from .100 to .200, and 10.30.0.0/24 without a VLAN."""
    with transaction() as session:
        here = session.merge(school)
        vlan = {"number": 20, "name": "Pädagogik", "purpose": Purpose.TEACHING}
        actions.add_vlan(session, here, vlan, by=house)
        made = actions.add_subnet(session, here, {"network": "10.20.0.0/24", "vlan": 20}, by=house)
        pool = {"first": "10.20.0.100", "last": "10.20.0.200", "use": RangeUse.DHCP}
        actions.add_range(session, made, pool, by=house)
        actions.add_subnet(session, here, {"network": "10.30.0.0/24"}, by=house)
        return made.id


@pytest.fixture
def listed(app: Flask, subnet: int, tmp_path: Path) -> Bring:
    """``listed(PRINTER, "--partial")``: exit code and JSON of reading such a list."""

    def brought(*rows: str, options: tuple[str, ...] = (), headers: str = HEADERS) -> tuple[int, Any]:
        file = tmp_path / "adressen.csv"
        file.write_text("\n".join((headers, *rows)) + "\n", "utf-8")
        answer = app.test_cli_runner().invoke(args=["import", "addresses", str(file), "--json", *options])
        assert answer.stdout, (answer.stderr, answer.exception)
        return answer.exit_code, json.loads(answer.stdout)

    return brought


def stored(session: Session) -> dict[str, tuple[str, str | None, str | None]]:
    """By address its name, its device and its remark."""
    session.rollback()
    found = session.scalars(select(FixedAddress).order_by(FixedAddress.address_key))
    return {
        one.address: (one.name, one.device.asset_tag if one.device else None, one.remark) for one in found
    }


def test_a_list_comes_in_with_its_own_headers_and_again_changes_nothing(
    session: Session, listed: Bring
) -> None:
    """The size behind an address is left out, a row without a name has that of its device."""
    code, facts = listed(PRINTER, SWITCH)
    assert (code, facts["new"], facts["left_out"], facts["hints"]) == (0, 2, [], [])
    assert stored(session) == {
        "10.20.0.2": ("SW-1", "SW-1", None), "10.20.0.15": ("drucker-sek", "T-1", "Sekretariat"),
    }  # fmt: skip
    _code, again = listed(PRINTER, SWITCH)
    assert (again["new"], again["changed"], again["same"]) == (0, 0, 2)


@pytest.mark.parametrize(
    ("row", "column", "said"),
    [
        ("115514;10.20.0.150;x;;;", "IP-Adresse", "DHCP-Bereich 10.20.0.100 – 10.20.0.200"),
        ("115514;10.99.0.1;x;;;", "IP-Adresse", "liegt in keinem Teilnetz"),
        ("167149;10.20.0.15;x;;;", "IP-Adresse", "liegt in keinem Teilnetz"),
        ("115514;10.20.0.255;x;;;", "IP-Adresse", "Rundrufadresse"),
        ("115514;10.20.0.300;x;;;", "IP-Adresse", "ist keine Adresse"),
        (
            "115514;10.20.0.9;x;T-99;;",
            "Inventar-Nr.",
            "Ein Gerät mit der Inventarnummer T-99 gibt es hier nicht",
        ),
        ("115514;10.20.0.9;;;;", "Rechnername", "einen Namen oder ein Gerät"),
        ("199999;10.20.0.9;x;;;", "SNR", "nicht bekannt"),
        (f"115514;10.20.0.9;{'x' * 121};;;", "Rechnername", "Höchstens 120 Zeichen"),
    ],
)
def test_what_is_in_the_way_is_said_and_nothing_half_is_done(
    session: Session, listed: Bring, other_school: School, row: str, column: str, said: str
) -> None:
    code, facts = listed(SWITCH, row)
    assert (code, facts["applied"]) == (3, False)
    (problem,) = facts["problems"]
    assert (problem["row"], problem["column"]) == (3, column)
    assert said in problem["sentence"]
    assert stored(session) == {}
    code, facts = listed(SWITCH, row, options=("--partial",))
    assert (code, facts["new"], list(stored(session))) == (4, 1, ["10.20.0.2"])


def test_the_same_address_twice_in_a_list_is_taken_from_neither_row(session: Session, listed: Bring) -> None:
    code, facts = listed("115514;10.30.0.7;a;;;", "115514;10.30.0.7/24;b;;;", options=("--partial",))
    assert (code, facts["new"], facts["problem"]) == (4, 0, 2)
    assert all("Zeilen 2, 3" in one["sentence"] for one in facts["problems"])
    assert stored(session) == {}


def test_a_device_of_another_school_cannot_be_named(
    session: Session, house: Actor, listed: Bring, other_school: School
) -> None:
    with transaction() as writing:
        there = writing.merge(other_school)
        actions.add_subnet(writing, there, {"network": "10.40.0.0/24"}, by=house)
    _code, facts = listed("167149;10.40.0.5;;SW-1;;")
    (problem,) = facts["problems"]
    assert "SW-1 gehört zu einer anderen Schule" in problem["sentence"]


def test_another_vlan_than_that_of_the_subnet_is_told_and_the_address_counts(
    session: Session, listed: Bring
) -> None:
    code, facts = listed(
        "115514;10.20.0.9;a;;30;", "115514;10.30.0.9;b;;VLAN 20;", "115514;10.20.0.8;c;;020;"
    )
    assert (code, facts["new"]) == (0, 3)
    assert [(one["row"], one["sentence"]) for one in facts["hints"]] == [
        (2, "10.20.0.9 liegt nach ihrem Teilnetz im VLAN 20; die Liste sagt 30."),
        (3, "Das Teilnetz von 10.30.0.9 hat kein VLAN; die Liste sagt VLAN 20."),
    ]
    _code, again = listed("115514;10.20.0.9;a;;30;")
    assert (again["same"], len(again["hints"])) == (1, 1)


def test_a_device_that_moved_is_told_with_the_address_it_still_has(session: Session, listed: Bring) -> None:
    listed(PRINTER)
    moved = PRINTER.replace("0.15/24", "0.16")
    _code, facts = listed(moved, options=("--dry-run",))
    assert [one["sentence"] for one in facts["hints"]] == [
        "T-1 hat auch die feste Adresse 10.20.0.15. Gilt sie nicht mehr, bitte dort freigeben."
    ]
    _code, both = listed(moved, PRINTER, options=("--dry-run",))
    assert (both["new"], both["same"], both["hints"]) == (1, 1, [])


def test_only_what_the_list_says_otherwise_changes(session: Session, listed: Bring) -> None:
    """An empty cell leaves what is stored; an address that a range has grown over stays as it is."""
    listed(PRINTER, SWITCH)
    _code, facts = listed("115514;10.20.0.15;drucker-neu;SW-1;;", SWITCH)
    assert (facts["changed"], facts["same"]) == (1, 1)
    assert stored(session)["10.20.0.15"] == ("drucker-neu", "SW-1", "Sekretariat")
    _code, facts = listed("115514;10.20.0.15;drucker-neu;;;", options=("--blank-clears", "device"))
    assert stored(session)["10.20.0.15"] == ("drucker-neu", None, "Sekretariat")


def test_taken_back_the_addresses_are_free_again(app: Flask, session: Session, listed: Bring) -> None:
    listed(PRINTER)
    _code, facts = listed(PRINTER.replace("drucker-sek", "anders"), SWITCH)
    done = app.test_cli_runner().invoke(args=["undo", str(facts["batch"]), "--json"])
    assert (done.exit_code, json.loads(done.stdout)["undone"]) == (0, 2)
    assert stored(session) == {"10.20.0.15": ("drucker-sek", "T-1", "Sekretariat")}


def test_the_preview_lists_the_clashes_and_leads_to_the_addresses(
    session: Session, subnet: int, sign_in_as: Callable[..., FlaskClient]
) -> None:
    browser = sign_in_as(Role.ADMIN)
    assert "Feste Adressen" in browser.get("/imports").get_data(as_text=True)
    text = "\n".join((HEADERS, PRINTER, "115514;10.20.0.150;x;;;")) + "\n"
    preview = bring_through_the_page(browser, text, kind="addresses", name="adressen.csv")
    page = browser.get(preview).get_data(as_text=True)
    assert "DHCP-Bereich 10.20.0.100" in page
    assert stored(session) == {}


def test_seventy_rows_ask_the_database_no_more_than_two(listed: Bring) -> None:
    def asked(hosts: range) -> int:
        with statements() as sent:
            _code, facts = listed(
                *(f"115514;10.20.0.{host};h{host};SW-1;20;" for host in hosts), options=("--dry-run",)
            )
        assert facts["new"] == len(hosts)
        return len(sent)

    asked(range(20, 21))  # what is asked once for a run of the product
    assert asked(range(20, 22)) == asked(range(20, 90)) > 0
