"""The list of a school's subnets and VLANs: what comes to be, what is in the way, what is left as it is."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from school_it.access import Actor
from school_it.database import transaction
from school_it.network.addresses import actions
from school_it.network.addresses.models import AddressRange, Subnet, Vlan
from school_it.network.addresses.rules import Purpose, RangeUse
from school_it.schools.models import School

HEADERS = "SNR;Netz;VLAN-ID;VLAN-Name;Verwendung;Standardgateway;getrennt;Notiz"
TEACHING = "115514;10.20.0.0/22;20;Pädagogik;Unterricht;10.20.0.1;;"
OFFICE = "115514;10.24.0.0 255.255.255.0;VLAN 10;;Verwaltung;;nein;Altbau"
Listed = Callable[..., tuple[int, Any]]


@pytest.fixture
def listed(app: Flask, school: School, other_school: School, tmp_path: Path) -> Listed:
    """``listed(TEACHING, "--partial")``: exit code and JSON of reading such a list."""

    def brought(*rows: str, options: tuple[str, ...] = (), headers: str = HEADERS) -> tuple[int, Any]:
        file = tmp_path / "netze.csv"
        file.write_text("\n".join((headers, *rows)) + "\n", "utf-8")
        answer = app.test_cli_runner().invoke(args=["import", "subnets", str(file), "--json", *options])
        assert answer.stdout, (answer.stderr, answer.exception)
        return answer.exit_code, json.loads(answer.stdout)

    return brought


def stored(session: Session) -> dict[str, tuple[str | None, str | None]]:
    """By network its VLAN and its gateway."""
    session.rollback()
    found = session.scalars(select(Subnet).order_by(Subnet.first_key))
    return {one.network: (one.vlan.label if one.vlan else None, one.gateway) for one in found}


def undone(app: Flask, batch: int) -> tuple[int, Any]:
    answer = app.test_cli_runner().invoke(args=["undo", str(batch), "--json"])
    assert answer.stdout, (answer.stderr, answer.exception)
    return answer.exit_code, json.loads(answer.stdout)


def test_a_list_brings_subnets_and_their_vlans_and_again_changes_nothing(
    session: Session, listed: Listed
) -> None:
    code, facts = listed(TEACHING, OFFICE)
    assert (code, facts["new"], facts["left_out"], facts["hints"]) == (0, 2, [], [])
    assert [(one["field"], one["value"], one["rows"]) for one in facts["creates"]] == [
        ("vlan", "20", [2]), ("vlan", "10", [3]),
    ]  # fmt: skip
    assert stored(session) == {
        "10.20.0.0/22": ("20 Pädagogik", "10.20.0.1"), "10.24.0.0/24": ("10 VLAN 10", None),
    }  # fmt: skip
    purposes = {one.number: one.purpose for one in session.scalars(select(Vlan))}
    assert purposes == {20: Purpose.TEACHING, 10: Purpose.ADMINISTRATION}
    _code, again = listed(TEACHING, OFFICE)
    assert (again["new"], again["changed"], again["same"], again["creates"]) == (0, 0, 2, [])


@pytest.mark.parametrize(
    ("called", "purpose"),
    [("Pädagogik", Purpose.TEACHING), ("gäste", Purpose.GUESTS), ("Keller", Purpose.OTHER)],
)
def test_a_new_vlan_without_a_purpose_is_for_what_its_name_says(
    session: Session, listed: Listed, called: str, purpose: Purpose
) -> None:
    listed(f"115514;10.20.0.0/22;20;{called}", headers="SNR;Netz;VLAN-ID;VLAN-Name")
    session.rollback()
    assert session.scalars(select(Vlan)).one().purpose is purpose


def test_net_and_mask_in_two_columns_are_one_network(session: Session, listed: Listed) -> None:
    headers = "SNR;Netzadresse;Subnetzmaske"
    code, _facts = listed("115514;10.20.0.0;255.255.252.0", headers=headers)
    assert (code, list(stored(session))) == (0, ["10.20.0.0/22"])


@pytest.mark.parametrize(
    ("row", "column", "said"),
    [
        ("115514;10.20.0.5/22;;;;;;", "Netz", "Das Netz heißt 10.20.0.0/22"),
        ("115514;10.20.0.0;;;;;;", "Netz", "nennt keine Größe"),
        ("115514;10.20.0.0/22;4095;;;;;", "VLAN-ID", "nennt keine VLAN-Nummer"),
        ("115514;10.20.0.0/22;;Pädagogik;;;;", "VLAN-Name", "Ein VLAN braucht eine Nummer"),
        ("115514;10.20.0.0/22;;;;10.30.0.1;;", "Standardgateway", "keine Adresse für Geräte in 10.20.0.0/22"),
        ("115514;10.20.0.0/22;20;;Kaffee;;;", "Verwendung", "Kaffee"),
        ("167149;10.24.0.128/25;;;;;;", "Netz", "überschneidet sich mit 10.24.0.0/24"),
        ("199999;10.20.0.0/22;;;;;;", "SNR", "nicht bekannt"),
    ],
)
def test_what_is_in_the_way_is_said_and_nothing_half_is_done(
    session: Session, listed: Listed, row: str, column: str, said: str
) -> None:
    code, facts = listed(OFFICE, row)
    assert (code, facts["applied"], stored(session)) == (3, False, {})
    problem = facts["problems"][-1]
    assert (problem["row"], problem["column"]) == (3, column)
    assert said in problem["sentence"]


def test_a_stored_subnet_of_another_school_is_in_the_way_unless_one_is_separate(
    session: Session, house: Actor, listed: Listed, other_school: School
) -> None:
    with transaction() as writing:
        actions.add_subnet(writing, writing.merge(other_school), {"network": "10.20.0.0/16"}, by=house)
    code, facts = listed(TEACHING)
    assert (code, "10.20.0.0/16" in facts["problems"][0]["sentence"]) == (3, True)
    code, facts = listed(TEACHING.replace("10.20.0.1;;", "10.20.0.1;ja;"))
    assert (code, facts["new"]) == (0, 1)
    code, facts = listed(TEACHING.replace("10.20.0.1;;", "10.20.0.1;nein;"))
    assert (code, facts["problem"]) == (3, 1)


def test_a_vlan_that_is_there_keeps_its_name_and_the_list_is_told(session: Session, listed: Listed) -> None:
    listed(TEACHING)
    code, facts = listed(TEACHING.replace("Pädagogik", "Lernen"), OFFICE.replace("VLAN 10", "20"))
    assert (code, facts["same"], facts["new"]) == (0, 1, 1)
    assert [(one["row"], one["sentence"]) for one in facts["hints"]] == [
        (2, "Das VLAN 20 heißt hier »Pädagogik« (Pädagogik); das bleibt so."),
        (3, "Das VLAN 20 heißt hier »Pädagogik« (Pädagogik); das bleibt so."),
    ]
    assert {one[0] for one in stored(session).values()} == {"20 Pädagogik"}


def test_a_subnet_can_move_to_another_vlan_and_leave_it(session: Session, listed: Listed) -> None:
    listed(TEACHING)
    _code, facts = listed(TEACHING.replace(";20;Pädagogik;", ";30;Gäste;"))
    assert (facts["changed"], stored(session)["10.20.0.0/22"][0]) == (1, "30 Gäste")
    _code, facts = listed("115514;10.20.0.0/22;;;;;;", options=("--blank-clears", "vlan"))
    assert (facts["changed"], stored(session)["10.20.0.0/22"][0]) == (1, None)


def test_taken_back_only_subnets_go_in_which_nothing_lies(
    app: Flask, session: Session, house: Actor, school: School, listed: Listed
) -> None:
    _code, facts = listed(TEACHING, OFFICE)
    with transaction() as writing:
        given = {"address": "10.20.0.9", "name": "Drucker"}
        actions.give_address(writing, writing.merge(school), given, by=house)
    code, told = undone(app, facts["batch"])
    assert code == 4
    assert any("10.20.0.9 stünde dann in keinem Teilnetz." in one["sentence"] for one in told["conflicts"])
    assert stored(session) == {"10.20.0.0/22": ("20 Pädagogik", "10.20.0.1")}


def test_taken_back_a_subnet_that_was_made_separate_does_not_get_into_anothers_way(
    app: Flask, session: Session, house: Actor, listed: Listed, other_school: School
) -> None:
    listed(TEACHING)
    _code, facts = listed(TEACHING.replace("10.20.0.1;;", "10.20.0.1;ja;"))
    with transaction() as writing:
        actions.add_subnet(writing, writing.merge(other_school), {"network": "10.20.0.0/16"}, by=house)
    code, told = undone(app, facts["batch"])
    assert (code, told["conflict"]) == (3, 1)
    assert "mit dem Netz einer anderen Schule" in told["conflicts"][0]["sentence"]
    session.rollback()
    assert {one.is_separate for one in session.scalars(select(Subnet))} == {True, False}


def test_the_workbook_has_vlans_without_a_subnet_apart_and_comes_back_unchanged(
    app: Flask, session: Session, house: Actor, school: School, listed: Listed, tmp_path: Path
) -> None:
    listed(TEACHING, OFFICE)
    with transaction() as writing:
        vlan = {"number": 40, "name": "Telefone", "purpose": Purpose.VOICE}
        actions.add_vlan(writing, writing.merge(school), vlan, by=house)
    out = tmp_path / "aus.xlsx"
    runner = app.test_cli_runner()
    assert runner.invoke(args=["export", "subnets", "--out", str(out)]).exit_code == 0
    bare = openpyxl.load_workbook(out)["VLANs ohne Teilnetz"]
    assert [cell.value for cell in bare[6]][:3] == ["115514", "40", "Telefone"]
    facts = json.loads(runner.invoke(args=["import", "subnets", str(out), "--json", "--dry-run"]).stdout)
    assert (facts["new"], facts["changed"], facts["same"], facts["problem"]) == (0, 0, 2, 0)
    assert facts["left_out"] == ["Schule"]


DHCP = "SNR;Netz;DHCP-Bereich"


def pools_of(session: Session) -> list[str]:
    session.rollback()
    found = session.scalars(select(AddressRange).order_by(AddressRange.first_key))
    return [f"{one.subnet.network}: {one.first}-{one.last} {one.use.value}" for one in found]


@pytest.mark.parametrize(
    "said",
    [
        "10.20.2.1-10.20.3.254", "10.20.2.1 – 10.20.3.254", "10.20.2.1 bis 10.20.3.254", "10.20.2.1 10.20.3.254",
        "10.20.2.1-10.20.3.254\t", '"10.20.2.1-10.20.3.254,"',
    ],
)  # fmt: skip
def test_a_dhcp_range_is_read_however_it_is_written(session: Session, listed: Listed, said: str) -> None:
    code, _facts = listed(f"115514;10.20.0.0/22;{said}", headers=DHCP)
    assert (code, pools_of(session)) == (0, ["10.20.0.0/22: 10.20.2.1-10.20.3.254 dhcp"])


def test_beginning_and_end_in_two_columns_and_several_in_one_cell(session: Session, listed: Listed) -> None:
    assert listed("115514;10.20.0.0/22;10.20.2.1;10.20.2.9", headers="SNR;Netz;DHCP von;DHCP bis")[0] == 0
    assert listed('115514;10.24.0.0/24;"10.24.0.10-19; 10.24.0.30-10.24.0.39"', headers=DHCP)[0] == 0
    assert pools_of(session) == [
        "10.20.0.0/22: 10.20.2.1-10.20.2.9 dhcp", "10.24.0.0/24: 10.24.0.10-10.24.0.19 dhcp",
        "10.24.0.0/24: 10.24.0.30-10.24.0.39 dhcp",
    ]  # fmt: skip


def test_a_list_adds_ranges_takes_none_away_and_its_act_can_be_taken_back(
    app: Flask, session: Session, listed: Listed, tmp_path: Path
) -> None:
    listed("115514;10.20.0.0/22;10.20.1.0-10.20.1.99", headers=DHCP)
    code, facts = listed("115514;10.20.0.0/22;10.20.2.0-10.20.2.99", headers=DHCP)
    assert (code, facts["changed"]) == (0, 1)
    both = pools_of(session)
    assert len(both) == 2
    code, again = listed("115514;10.20.0.0/22;10.20.2.0-10.20.2.99", headers=DHCP)
    assert (code, again["same"], pools_of(session)) == (0, 1, both)
    code, empty = listed("115514;10.20.0.0/22;", headers=DHCP, options=("--blank-clears", "dhcp"))
    assert (code, "nimmt keinen DHCP-Bereich weg" in empty["problems"][0]["sentence"]) == (3, True)
    out = tmp_path / "aus.xlsx"
    runner = app.test_cli_runner()
    assert runner.invoke(args=["export", "subnets", "--out", str(out)]).exit_code == 0
    back = json.loads(runner.invoke(args=["import", "subnets", str(out), "--json", "--dry-run"]).stdout)
    assert (back["same"], back["changed"], back["left_out"]) == (1, 0, ["Schule"])
    code, told = undone(app, facts["batch"])
    assert (code, told["undone"], pools_of(session)) == (0, 1, both[:1])


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("10.21.0.1-10.21.0.9", "liegt nicht ganz in 10.20.0.0/22"),
        ("10.20.0.9-10.20.0.1", "endet vor seinem Anfang"),
        ("10.20.0.1-10.20.0.5-10.20.0.9", "ist kein Adressbereich"),
        ("ab .100", "ist kein Adressbereich"),
        ("10.20.1.50-10.20.1.60", "überschneidet sich mit 10.20.1.40-10.20.1.59"),
        ("10.20.1.1-10.20.1.5, 10.20.1.5-10.20.1.9", "überschneidet sich mit 10.20.1.1-10.20.1.5"),
        ("10.20.0.1-10.20.0.20", "hat Drucker die feste Adresse 10.20.0.15"),
        ("10.20.3.1-10.20.3.200", "liegt das Teilnetz 10.20.3.128/25"),
    ],
)
def test_a_range_in_the_way_is_refused_with_its_reason(
    session: Session, house: Actor, school: School, listed: Listed, said: str, sentence: str
) -> None:
    with transaction() as writing:
        here = writing.merge(school)
        wide = actions.add_subnet(writing, here, {"network": "10.20.0.0/22"}, by=house)
        actions.add_subnet(writing, here, {"network": "10.20.3.128/25"}, by=house)
        actions.give_address(writing, here, {"address": "10.20.0.15", "name": "Drucker"}, by=house)
        reserved = {"first": "10.20.1.40", "last": "10.20.1.59", "use": RangeUse.RESERVED}
        actions.add_range(writing, wide, reserved, by=house)
    before = pools_of(session)
    code, facts = listed(f'115514;10.20.0.0/22;"{said}"', headers=DHCP)
    assert (code, pools_of(session)) == (3, before)
    assert facts["problems"][0]["column"] == "DHCP-Bereich"
    assert sentence in facts["problems"][0]["sentence"]
