"""The survey workbook goes to a school and comes back, moved about, added to, saved by another program."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from flask import Flask
from openpyxl.worksheet.worksheet import Worksheet
from sqlalchemy import select
from sqlalchemy.orm import Session

from exports import survey as workbooks
from school_it.access import Actor
from school_it.database import transaction
from school_it.plan.survey import actions, queries
from school_it.plan.survey.models import SurveyRound, SurveyWish
from school_it.plan.survey.rules import Decision, Group
from school_it.schools import actions as school_actions
from school_it.schools.models import School
from school_it.schools.rules import SchoolType

HEADER = 5
YEAR = 2026


@pytest.fixture
def asked(session: Session, house: Actor, school: School) -> SurveyRound:
    with transaction() as writing:
        school_actions.add_school(
            writing,
            {"school_number": "199485", "name": "Grundschule am Teich", "school_type": SchoolType.G},
            by=house,
        )
    with transaction() as writing:
        actions.open_round(writing, {"school_year": YEAR, "due_on": date(2027, 1, 31)}, by=house)
    return queries.get_round(session, YEAR)


@pytest.fixture
def workbook(session: Session, asked: SurveyRound, house: Actor, app: Flask) -> Callable[[str], Any]:
    """``workbook("199485")``: what the school gets, opened."""

    def opened(number: str = "199485") -> Any:
        school, code = next(
            one for one in queries.codes(session, asked, seen_by=house) if one[0].school_number == number
        )
        content = workbooks.of_school(session, asked, school, code, by=house)
        return openpyxl.load_workbook(io.BytesIO(content))

    return opened


@pytest.fixture
def bring(app: Flask, session: Session, tmp_path: Path) -> Callable[..., tuple[int, Any]]:
    """``bring(book, "--dry-run")``: exit code and the JSON of reading it."""

    def brought(book: Any, *options: str) -> tuple[int, Any]:
        path = book if isinstance(book, Path) else tmp_path / "zurück.xlsx"
        if not isinstance(book, Path):
            book.save(path)
        done = app.test_cli_runner().invoke(args=["import", "survey", str(path), "--json", *options])
        session.rollback()
        assert done.stdout, done.output
        return done.exit_code, json.loads(done.stdout)

    return brought


def place(sheet: Worksheet, header: str) -> int:
    return next(cell.column for cell in sheet[HEADER] if cell.value == header)


def fill(sheet: Worksheet, group: str, wanted: int | str, reason: str = "Ersatz alter Geräte") -> int:
    row = next(
        number
        for number in range(HEADER + 1, sheet.max_row + 1)
        if sheet.cell(number, place(sheet, "Gerätegruppe")).value == group
    )
    sheet.cell(row, place(sheet, "gewünscht"), wanted)
    sheet.cell(row, place(sheet, "Begründung"), reason)
    return row


def add_line(sheet: Worksheet, group: str, wanted: int, what: str = "") -> int:
    row = next(
        number
        for number in range(HEADER + 1, sheet.max_row + 2)
        if sheet.cell(number, place(sheet, "Gerätegruppe")).value is None
    )
    sheet.cell(row, place(sheet, "Gerätegruppe"), group)
    sheet.cell(row, place(sheet, "gewünscht"), wanted)
    sheet.cell(row, place(sheet, "was genau"), what or None)
    return row


def wishes(session: Session) -> dict[tuple[str, Group, str], tuple[int | None, str | None]]:
    return {
        (one.school.school_number, one.group, one.what): (one.wanted, one.reason)
        for one in session.scalars(select(SurveyWish))
        if one.wanted is not None
    }


def test_a_filled_workbook_becomes_wishes_of_that_school(session, workbook, bring) -> None:
    book = workbook()
    fill(book.active, "mobil", 12)
    fill(book.active, "Accesspoint", 0, "reicht")
    code, facts = bring(book)
    assert (code, facts["changed"], facts["new"], facts["same"]) == (0, 2, 0, 3), facts
    assert wishes(session) == {
        ("199485", Group.MOBILE, ""): (12, "Ersatz alter Geräte"),
        ("199485", Group.ACCESS_POINT, ""): (0, "reicht"),
    }


def test_an_untouched_workbook_changes_nothing_and_is_no_answer(
    session, asked, house, workbook, bring
) -> None:
    code, facts = bring(workbook())
    assert (code, facts["same"], facts["changed"], facts["new"], facts["problem"]) == (0, 5, 0, 0, 0), facts
    states = {one.school.school_number: one.state for one in queries.standing(session, asked, seen_by=house)}
    assert states["199485"] == "not"


def test_only_the_wish_cells_are_open_and_the_rest_is_locked_without_a_password(workbook) -> None:
    sheet = workbook().active
    assert sheet.protection.sheet
    assert not sheet.protection.password
    row = HEADER + 1
    is_open = {cell.value: not sheet.cell(row, cell.column).protection.locked for cell in sheet[HEADER]}
    assert {name for name, free in is_open.items() if free} == {"gewünscht", "Begründung"}
    lists = [rule for rule in sheet.data_validations.dataValidation if rule.type == "list"]
    assert any("anderes" in rule.formula1 for rule in lists), "free lines choose their group from a list"


def moved_about(book: Any) -> None:
    """Renamed, its lines in another order with a line between, its columns swapped."""
    sheet = book.active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=HEADER)]
    header, lines = rows[0], [row for row in rows[1:] if any(row)]
    lines.reverse()
    order = list(reversed(range(len(header))))
    sheet.delete_rows(1, sheet.max_row)
    for number, row in enumerate([header, *lines[:2], [None] * len(header), *lines[2:]], start=3):
        for spot, old in enumerate(order, start=1):
            sheet.cell(number, spot, row[old])
    sheet.title = "Wünsche Kollegium"


def test_moved_lines_swapped_columns_and_a_renamed_sheet_are_read_all_the_same(
    session, workbook, bring
) -> None:
    book = workbook()
    fill(book.active, "mobil", 7)
    moved_about(book)
    code, facts = bring(book)
    assert (code, facts["changed"], facts["same"], facts["problem"]) == (0, 1, 4, 0), facts
    assert wishes(session)["199485", Group.MOBILE, ""][0] == 7


@pytest.mark.parametrize("known_by", ["the line above", "the name of the workbook"])
def test_an_added_line_belongs_to_the_school_of_the_code(session, workbook, bring, known_by: str) -> None:
    book = workbook()
    sheet = book.active
    add_line(sheet, "anderes", 2, "Dokumentenkamera")
    if known_by == "the line above":
        del book.defined_names["bedarfsabfrage_code"]
    else:
        sheet["A4"] = None
    code, facts = bring(book)
    assert (code, facts["new"], facts["problem"]) == (0, 1, 0), facts
    assert wishes(session) == {("199485", Group.OTHER, "Dokumentenkamera"): (2, None)}


def test_a_workbook_that_comes_twice_shows_what_is_other_than_before(session, workbook, bring) -> None:
    book = workbook()
    fill(book.active, "mobil", 12)
    add_line(book.active, "anderes", 2, "Dokumentenkamera")
    bring(book)
    fill(book.active, "mobil", 15)
    code, facts = bring(book, "--dry-run")
    assert (code, facts["changed"], facts["new"], facts["same"]) == (0, 1, 0, 5), facts
    assert wishes(session)["199485", Group.MOBILE, ""][0] == 12
    bring(book)
    assert wishes(session)["199485", Group.MOBILE, ""][0] == 15


def wrong_number(book: Any, _session: Session) -> None:
    book.active.cell(HEADER + 1, 1, "115514")


def foreign_code(book: Any, _session: Session) -> None:
    book.active.cell(HEADER + 1, place(book.active, "Code"), "BA-2026-199485-ZZZZZZ")


def closed_round(_book: Any, session: Session) -> None:
    from school_it import access

    with transaction() as writing:
        actions.close_round(writing, queries.get_round(writing, YEAR), by=access.house("test"))


def too_many(book: Any, _session: Session) -> None:
    fill(book.active, "mobil", 12000)


def nothing_said(book: Any, _session: Session) -> None:
    add_line(book.active, "anderes", 3)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (wrong_number, "Der Code gehört zur Schule 199485"),
        (foreign_code, "hat keine Bedarfsabfrage vergeben"),
        (closed_round, "ist abgeschlossen"),
        (too_many, "von 0 bis 9999"),
        (nothing_said, "was genau gewünscht"),
    ],
)
def test_what_does_not_fit_is_one_sentence_with_its_row(session, workbook, bring, spoil, said: str) -> None:
    book = workbook()
    fill(book.active, "mobil", 4)
    spoil(book, session)
    code, facts = bring(book)
    assert code == 3, facts
    assert any(said in one["sentence"] and one["row"] > HEADER for one in facts["problems"]), facts[
        "problems"
    ]
    assert wishes(session) == {}


def test_what_is_decided_is_not_overwritten_by_a_late_workbook(session, house, workbook, bring) -> None:
    book = workbook()
    fill(book.active, "mobil", 12)
    bring(book)
    with transaction() as writing:
        wish = writing.scalar(select(SurveyWish).where(SurveyWish.wanted == 12))
        actions.decide(writing, wish, {"decision": Decision.ACCEPTED}, by=house)
    fill(book.active, "mobil", 40)
    code, facts = bring(book)
    assert code == 3
    assert "schon entschieden" in facts["problems"][0]["sentence"]
    assert wishes(session)["199485", Group.MOBILE, ""][0] == 12


def test_taking_the_import_back_makes_the_school_unanswered_again(app, session, workbook, bring) -> None:
    book = workbook()
    fill(book.active, "mobil", 12)
    add_line(book.active, "anderes", 2, "Dokumentenkamera")
    _code, facts = bring(book)
    done = app.test_cli_runner().invoke(args=["undo", str(facts["batch"]), "--json"])
    session.rollback()
    assert done.exit_code == 0, done.output
    assert wishes(session) == {}
    assert len(session.scalars(select(SurveyWish)).all()) == 10


@pytest.mark.office
@pytest.mark.parametrize("kind", ["xlsx", "ods"])
def test_a_workbook_saved_by_libreoffice_is_known_again(
    session, workbook, bring, tmp_path, kind: str
) -> None:
    assert shutil.which("soffice")
    book = workbook()
    fill(book.active, "mobil", 9)
    add_line(book.active, "anderes", 1, "Plotter")
    sent = tmp_path / "abfrage.xlsx"
    book.save(sent)
    profile = (tmp_path / "profile").as_uri()
    subprocess.run(
        ["soffice", f"-env:UserInstallation={profile}", "--headless", "--convert-to", kind, "--outdir",
         str(tmp_path / "saved"), str(sent)],
        check=True, capture_output=True, timeout=180,
    )  # fmt: skip
    code, facts = bring(tmp_path / "saved" / f"abfrage.{kind}")
    assert (code, facts["changed"], facts["new"], facts["problem"]) == (0, 1, 1, 0), facts
    assert wishes(session)["199485", Group.OTHER, "Plotter"] == (1, None)
