"""The list of the schools' lines to the internet: which line a row means, what is read, what is in the way."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from school_it.errors import BadValue
from school_it.network.uplinks import rules
from school_it.network.uplinks.models import Uplink
from school_it.network.uplinks.rules import Line
from school_it.network.uplinks.sheet import read_mbits
from school_it.schools.models import School

HEADERS = "SNR;Provider;Vertrags-Nr.;Download;Upload;LWL;Backup;Router;kündbar bis;Vertragsende;mtl. Kosten"
FIBRE = "115514;Beispielnetz;BN-1;1 Gbit/s;500 Mbit/s;ja;;SW-1;31.03.2027;30.06.2027;149,90"
SPARE = "115514;Funknetz;;100;;nein;ja;;;;19,90"
Listed = Callable[..., tuple[int, Any]]


@pytest.fixture
def listed(app: Flask, rooms: None, tmp_path: Path) -> Listed:
    """``listed(FIBRE, "--partial")``: exit code and JSON of reading such a list."""

    def brought(*rows: str, options: tuple[str, ...] = (), headers: str = HEADERS) -> tuple[int, Any]:
        file = tmp_path / "anschluesse.csv"
        file.write_text("\n".join((headers, *rows)) + "\n", "utf-8")
        answer = app.test_cli_runner().invoke(args=["import", "uplinks", str(file), "--json", *options])
        assert answer.stdout, (answer.stderr, answer.exception)
        return answer.exit_code, json.loads(answer.stdout)

    return brought


def stored(session: Session) -> list[Uplink]:
    session.rollback()
    return list(session.scalars(select(Uplink).order_by(Uplink.id)))


def test_a_list_comes_in_with_its_own_headers_and_again_changes_nothing(
    session: Session, listed: Listed
) -> None:
    code, facts = listed(FIBRE, SPARE)
    assert (code, facts["new"], facts["left_out"]) == (0, 2, [])
    one, two = stored(session)
    assert (one.down, one.up, one.fibre, one.is_backup, one.monthly_cost) == (
        1000,
        500,
        True,
        False,
        Decimal("149.90"),
    )
    assert (one.router and one.router.asset_tag, one.notice_on, one.ends_on) == (
        "SW-1", date(2027, 3, 31), date(2027, 6, 30),
    )  # fmt: skip
    assert (two.provider, two.is_backup, two.fibre, two.up) == ("Funknetz", True, False, None)
    _code, again = listed(SPARE, FIBRE)
    assert (again["new"], again["changed"], again["same"]) == (0, 0, 2)


@pytest.mark.parametrize(
    ("text", "mbits"),
    [
        ("1 Gbit/s", 1000),
        ("2,5G", 2500),
        ("1.000 Mbit/s", 1000),
        ("250 MBit/s", 250),
        ("16", 16),
        ("-", None),
    ],
)
def test_a_speed_is_read_with_its_unit(text: str, mbits: int | None) -> None:
    assert read_mbits(text) == mbits


def test_two_speeds_in_one_cell_are_no_number() -> None:
    with pytest.raises(BadValue, match="250/40"):
        read_mbits("250/40")


@pytest.mark.parametrize(
    ("row", "column", "said"),
    [
        (FIBRE.replace("31.03.2027", "31.07.2027"), "kündbar bis", "vor dem Ende des Vertrags"),
        (FIBRE.replace("149,90", "-5,00"), "mtl. Kosten", "kein Minusbetrag"),
        (FIBRE.replace("1 Gbit/s", "2000000"), "Download", "von 0 bis 1000000"),
        (FIBRE.replace("SW-1", "R-99"), "Router", "R-99 gibt es hier nicht"),
        (FIBRE.replace("Beispielnetz", ""), "Provider", "fehlt"),
        (FIBRE.replace("115514", "199999"), "SNR", "nicht bekannt"),
    ],
)
def test_what_is_in_the_way_is_said_and_nothing_half_is_done(
    session: Session, listed: Listed, row: str, column: str, said: str
) -> None:
    code, facts = listed(SPARE, row)
    (problem,) = facts["problems"]
    assert (code, problem["row"], problem["column"]) == (3, 3, column)
    assert said in problem["sentence"]
    assert stored(session) == []


def test_the_same_contract_is_known_under_another_name_and_when_its_number_comes_later(
    session: Session, listed: Listed
) -> None:
    listed(FIBRE, SPARE)
    _code, facts = listed(
        FIBRE.replace("Beispielnetz", "Beispielnetz Plus"), SPARE.replace(";;100", ";F-7;100")
    )
    assert (facts["new"], facts["changed"]) == (0, 2)
    assert [(one.provider, one.contract_no) for one in stored(session)] == [
        ("Beispielnetz Plus", "BN-1"), ("Funknetz", "F-7"),
    ]  # fmt: skip


def test_a_list_without_numbers_means_the_only_line_of_that_provider_and_never_guesses_between_two(
    session: Session, listed: Listed
) -> None:
    bare = "115514;beispielnetz;;600;;;;;;;"
    listed(FIBRE)
    code, facts = listed(bare)
    assert (code, facts["changed"], stored(session)[0].contract_no) == (0, 1, "BN-1")
    listed(FIBRE.replace("BN-1", "BN-2"))
    code, facts = listed(bare)
    (problem,) = facts["problems"]
    assert (code, "passt mehr als ein Anschluss von beispielnetz" in problem["sentence"]) == (3, True)
    assert len(stored(session)) == 2


LINES = st.lists(st.tuples(st.sampled_from("AaB"), st.sampled_from(["1", "2", None])), max_size=4)


@settings(max_examples=80, deadline=None)
@given(rows=LINES, known=LINES)
def test_no_line_is_meant_by_two_rows(
    rows: list[tuple[str, str | None]], known: list[tuple[str, str | None]]
) -> None:
    listed = [Line(100 + place, *one) for place, one in enumerate(rows)]
    here = [Line(place, *one) for place, one in enumerate(known)]
    found, unclear = rules.paired(listed, here)
    assert len(set(found.values())) == len(found)
    assert not unclear & found.keys()
    for row in listed:  # written exactly so just once on both sides, it is that one
        same = [one for one in here if one[1:] == row[1:]]
        if len(same) == 1 and [one[1:] for one in listed].count(row[1:]) == 1:
            assert found[row.ident] == same[0].ident


def test_the_workbook_has_schools_without_a_line_apart_and_comes_back_unchanged(
    app: Flask, listed: Listed, other_school: School, tmp_path: Path
) -> None:
    listed(FIBRE, SPARE)
    out = tmp_path / "aus.xlsx"
    runner = app.test_cli_runner()
    assert runner.invoke(args=["export", "uplinks", "--out", str(out)]).exit_code == 0
    book = openpyxl.load_workbook(out)
    assert book.sheetnames == ["Internetanschlüsse", "ohne Anschluss"]
    assert book["ohne Anschluss"]["A6"].value == other_school.school_number
    answer = runner.invoke(args=["import", "uplinks", str(out), "--json", "--dry-run"])
    facts = json.loads(answer.stdout)
    assert (facts["new"], facts["changed"], facts["same"], facts["problem"]) == (0, 0, 2, 0)
    assert facts["left_out"] == ["Schule", "Schüler", "Mbit/s je Schüler"]
