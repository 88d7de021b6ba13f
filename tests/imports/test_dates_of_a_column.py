"""Dates with slashes: whether day or month comes first is proved by the column, or asked once, never guessed."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from school_it import cells, sheets
from school_it.sheets import Question, Reading, Table
from tests.files.awkward import DEVICES

HEADERS = ("Inventarnummer", "Geräteart", "Schulnummer", "Kaufdatum")


def reading(*days: Any, **asked: Any) -> Reading:
    rows: list[tuple[int, list[cells.Raw]]] = [
        (number, [str(number), "Tablet", "186922", day]) for number, day in enumerate(days, start=2)
    ]
    return sheets.read(DEVICES, Table(None, 1, HEADERS, (0, 1, 2, 3), rows), **asked)


def days_of(found: Reading) -> list[date | None]:
    rows = sorted([*found.rows, *found.faulty], key=lambda row: row.number)
    return [row.values.get("acquired_on") for row in rows]


def test_one_cell_that_fits_only_one_way_proves_the_order_of_its_column() -> None:
    german = reading("03/04/2024", "13/04/2024", "5/6/24")
    assert days_of(german) == [date(2024, 4, 3), date(2024, 4, 13), date(2024, 6, 5)]
    american = reading("03/04/2024", "04/13/2024 10:30")
    assert days_of(american) == [date(2024, 3, 4), date(2024, 4, 13)]
    assert (german.questions, german.problems, american.questions) == ([], [], [])


def test_where_nothing_proves_it_the_column_asks_once_and_takes_nothing() -> None:
    found = reading(
        "03/04/2024", "05-06-2024", "03/04/2024", "1/2/24", "02/01/2024", "07/07/2024", "1.2.2024"
    )
    assert found.questions == [Question("Kaufdatum", "acquired_on", ("03/04/2024", "05-06-2024", "1/2/24"))]
    assert [problem.row for problem in found.problems] == [2, 3, 4, 5, 6]
    assert "Tag oder Monat zuerst?" in str(found.problems[0].sentence)
    # A day that is the same either way, and a German date, leave no question.
    assert days_of(found) == [None] * 5 + [date(2024, 7, 7), date(2024, 2, 1)]


@pytest.mark.parametrize(
    ("answer", "day"), [(True, date(2024, 4, 3)), (False, date(2024, 3, 4))], ids=["day first", "month first"]
)
def test_an_answer_holds_for_the_whole_column(answer: bool, day: date) -> None:
    found = reading("03/04/2024", day_first={" kaufdatum:": answer})
    assert (days_of(found), found.questions, found.problems) == ([day], [], [])


def test_a_day_that_does_not_exist_in_the_order_answered_is_a_problem() -> None:
    found = reading("13/04/2024", "03/04/2024", day_first={"Kaufdatum": False})
    assert days_of(found) == [None, date(2024, 3, 4)]
    assert "Den Tag »13/04/2024« gibt es nicht" in str(found.problems[0].sentence)


def test_cells_that_contradict_each_other_prove_nothing() -> None:
    found = reading("13/04/2024", "04/13/2024", "03/04/2024", "31/31/2024")
    assert days_of(found) == [date(2024, 4, 13), date(2024, 4, 13), None, None]
    assert [question.examples for question in found.questions] == [("03/04/2024",)]
    assert [problem.row for problem in found.problems] == [4, 5]


def test_days_that_a_program_has_perhaps_swapped_are_worth_a_look() -> None:
    (hint,) = reading("04/13/2024", date(2024, 4, 3), date(2024, 12, 1), "12/31/2024").hints
    assert (hint[0], str(hint[1])) == (
        3,
        "Kaufdatum 03.04.2024: In dieser Spalte steht sonst der Monat vorn. Vielleicht hat ein Tabellenprogramm "
        "Tag und Monat vertauscht. Bitte prüfen.",
    )
    assert reading("04/13/2024", date(2024, 4, 30), date(2024, 4, 3)).hints == []
    assert reading("13/04/2024", date(2024, 4, 3)).hints == []


def test_each_column_has_its_own_order() -> None:
    sheet = sheets.Sheet(
        "licences",
        "Lizenzen",
        (
            sheets.Column("no", "Nr.", cells.CODE, needed=True),
            sheets.Column("valid_from", "gültig ab", cells.DATE),
            sheets.Column("valid_to", "gültig bis", cells.DATE),
        ),
        keys=(("no",),),
    )
    table = Table(
        None,
        1,
        ("Nr.", "gültig ab", "gültig bis"),
        (0, 1, 2),
        [(2, ["1", "03/04/2024", "03/04/2025"]), (3, ["2", "31/01/2024", "04/05/2025"])],
    )
    found = sheets.read(sheet, table)
    assert [question.field for question in found.questions] == ["valid_to"]
    assert found.faulty[0].values["valid_from"] == date(2024, 4, 3)


def test_a_year_of_two_digits_between_dashes_is_no_date_at_all() -> None:
    found = reading("25-12-31", "24-05-04")
    assert (days_of(found), found.questions) == ([None, None], [])
    assert all("ist kein Datum" in str(problem.sentence) for problem in found.problems)


def test_a_date_that_begins_with_its_year_is_never_open() -> None:
    found = reading("2024-03-04", "2024/03/04")
    assert (days_of(found), found.questions) == ([date(2024, 3, 4)] * 2, [])


@pytest.mark.parametrize("text", ["05/2020", "05.2020", "Mai 2020", "mai 2020", "2020-05"])
def test_a_month_alone_is_no_day_and_is_told_what_to_write(text: str) -> None:
    (problem,) = reading(text).problems
    assert str(problem.sentence) == (
        f"»{text}« nennt nur den Monat. Bitte mit dem Tag eintragen, zum Beispiel 01.05.2020."
    )


def test_a_number_in_a_column_of_dates_is_told_to_be_made_a_date() -> None:
    (problem,) = reading(45292.0).problems
    assert "Bitte die Zelle als Datum formatieren" in str(problem.sentence)
