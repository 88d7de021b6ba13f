"""A list of targets from a spreadsheet, through the command line."""

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
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from school_it.devices.rules import ItemClass
from school_it.plan.models import Target
from school_it.plan.rules import Basis
from school_it.schools.rules import SchoolType

HEADERS = (
    "MEP-Version;Schulformen;von Jahrgang;bis Jahrgang;Gerätegruppe;Bezugsgröße;Verhältnis;"
    "Reserve in %;gültig seit"
)
MOBILE = "V;GY, GE;5;10;mobil;Schüler je Gerät;1,5;5;01.08.2025"
ROOMS = "V;alle;;;Präsentation;pro Unterrichtsraum;1;;01.08.2025"
Bring = Callable[..., tuple[int, Any]]


@pytest.fixture
def bring(app: Flask, session: Session, tmp_path: Path) -> Bring:
    """``bring(MOBILE, options=("--partial",))``: exit code and the JSON of reading such a list."""

    def brought(*rows: str, options: tuple[str, ...] = (), headers: str = HEADERS) -> tuple[int, Any]:
        file = tmp_path / "ziele.csv"
        file.write_text("\n".join((headers, *rows)) + "\n", "utf-8")
        result = app.test_cli_runner().invoke(args=["import", "targets", str(file), "--json", *options])
        return result.exit_code, json.loads(result.stdout)

    return brought


def test_a_list_of_targets_comes_in(session: Session, bring: Bring) -> None:
    code, facts = bring(MOBILE, ROOMS)
    assert (code, facts["new"], facts["left_out"]) == (0, 2, [])
    session.rollback()
    mobile, rooms = session.scalars(select(Target).order_by(Target.id))
    assert (mobile.types, mobile.grade_from, mobile.grade_to) == ((SchoolType.GE, SchoolType.GY), "05", "10")
    assert (mobile.item_class, mobile.basis, mobile.valid_from) == (
        ItemClass.MOBILE,
        Basis.PUPILS,
        date(2025, 8, 1),
    )
    assert (mobile.value, mobile.reserve) == (Decimal("1.5"), Decimal("0.05"))
    assert (rooms.types, rooms.grade_from, rooms.reserve) == ((), "", Decimal(0))


def test_the_order_of_school_types_makes_no_second_target(bring: Bring) -> None:
    bring(MOBILE)
    _code, facts = bring(MOBILE.replace("GY, GE", "Gesamtschule, Gymnasium").replace(";5;10", ";05;10"))
    assert (facts["same"], facts["new"]) == (1, 0)
    code, facts = bring(MOBILE, MOBILE.replace("GY, GE", "GE, GY"))
    assert (code, facts["problem"]) == (3, 2)


def test_the_value_changes_and_everything_else_is_the_key(session: Session, bring: Bring) -> None:
    bring(MOBILE, ROOMS)
    _code, facts = bring(MOBILE.replace("1,5", "1,25"), MOBILE.replace("2025", "2026"))
    assert (facts["changed"], facts["new"]) == (1, 1)
    session.rollback()
    values = session.execute(
        select(Target.value, Target.valid_from).where(Target.basis == Basis.PUPILS).order_by(Target.id)
    )
    assert [tuple(row) for row in values] == [
        (Decimal("1.25"), date(2025, 8, 1)), (Decimal("1.5"), date(2026, 8, 1)),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("row", "column", "said"),
    [
        (MOBILE.replace(";1,5;", ";0;"), "Verhältnis", "größer als 0"),
        (MOBILE.replace(";1,5;", ";-2;"), "Verhältnis", "größer als 0"),
        (MOBILE.replace(";1,5;", ";20000;"), "Verhältnis", "höchstens 10000"),
        (MOBILE.replace(";1,5;", ";eins;"), "Verhältnis", "keine Zahl"),
        (MOBILE.replace(";1,5;", ";1,33333;"), "Verhältnis", "zu viele Stellen"),
        (MOBILE.replace(";5;01", ";120;01"), "Reserve in %", "kein Anteil"),
        (MOBILE.replace(";5;10;", ";10;5;"), "bis Jahrgang", "Jahrgang 05 kommt vor Jahrgang 10"),
        (MOBILE.replace(";5;10;", ";VK;10;"), "von Jahrgang", "kein Jahrgang"),
        (MOBILE.replace("mobil", "Beamer"), "Gerätegruppe", "nicht vorgesehen"),
        (MOBILE.replace("GY, GE", "XX"), "Schulformen", "nicht vorgesehen"),
        (MOBILE.replace("01.08.2025", "Sommer 2025"), "gültig seit", "Sommer 2025"),
        (MOBILE.replace("01.08.2025", ""), "gültig seit", "fehlt"),
    ],
)
def test_what_will_not_do_is_said_in_its_cell_and_nothing_is_taken(
    session: Session, bring: Bring, row: str, column: str, said: str
) -> None:
    code, facts = bring(row, ROOMS)
    assert code == 3
    ((where, sentence),) = [(one["column"], one["sentence"]) for one in facts["problems"]]
    assert where == column
    assert said in sentence
    assert session.scalar(select(func.count()).select_from(Target)) == 0


@pytest.mark.parametrize("share", ["0,333333", "12,5 %", "100 %", "0"])
def test_a_share_is_kept_to_its_last_digit(app: Flask, bring: Bring, tmp_path: Path, share: str) -> None:
    """Out as a number with a percent format, and back without a change."""
    bring(MOBILE.replace(";5;01", f";{share};01"), ROOMS)
    out = tmp_path / "ziele.xlsx"
    written = app.test_cli_runner().invoke(args=["export", "targets", "--out", str(out), "--json"])
    assert json.loads(written.stdout)["sheets"] == ["Ausstattungsziele"]
    sheet = openpyxl.load_workbook(out)["Ausstattungsziele"]
    assert [cell.value for cell in sheet[5]][:2] == ["MEP", "Schulform"]
    assert "%" in str(sheet.cell(6, 8).number_format)
    back = app.test_cli_runner().invoke(args=["import", "targets", str(out), "--json"])
    facts = json.loads(back.stdout)
    assert (facts["same"], facts["new"], facts["changed"], facts["problem"]) == (2, 0, 0, 0), facts


def test_a_list_is_taken_back_to_the_last_digit(app: Flask, session: Session, bring: Bring) -> None:
    bring(MOBILE.replace(";5;01", ";0,123456;01"))
    _code, facts = bring(MOBILE.replace("1,5", "1,2505"), ROOMS)
    result = app.test_cli_runner().invoke(args=["undo", str(facts["batch"]), "--json"])
    undone = json.loads(result.stdout)
    assert (result.exit_code, undone["undone"], undone["conflict"]) == (0, 2, 0), undone
    session.rollback()
    one = session.scalars(select(Target)).one()
    assert (one.value, one.reserve) == (Decimal("1.5"), Decimal("0.123456"))


def test_a_cleared_reserve_is_none(session: Session, bring: Bring) -> None:
    bring(MOBILE)
    _code, facts = bring(MOBILE.replace(";5;01", ";;01"), options=("--blank-clears", "reserve"))
    assert facts["changed"] == 1
    session.rollback()
    assert session.scalars(select(Target)).one().reserve == 0
