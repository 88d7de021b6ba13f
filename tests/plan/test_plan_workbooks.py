"""The stock-taking and the budget as workbooks: the contract's columns, the page's figures, real charts."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any
from zipfile import ZipFile

from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy.orm import Session

from school_it.access import Actor, Role
from school_it.database import today, transaction
from school_it.plan import actions, standing
from school_it.school_year import school_year
from school_it.schools import actions as school_actions
from school_it.schools.models import School
from tests.conftest import add_school
from tests.plan.test_where_schools_stand import categories as categories
from tests.plan.test_where_schools_stand import deliver
from tests.plan.test_where_schools_stand import planned as planned

HEADERS = [
    "Schulnummer", "Schule", "Schülerzahl", "Unterrichtsräume", "Ausstattungskategorie", "Bestand gesamt",
    "davon weiter nutzbar", "ältestes Anschaffungsjahr", "bereits gefördert aus", "Soll nach MEP", "Fehlbedarf",
]  # fmt: skip


def table(browser: FlaskClient, path: str, sheet: str) -> list[list[Any]]:
    answer = browser.get(path)
    assert answer.status_code == 200, answer.get_data(as_text=True)[:500]
    rows = load_workbook(BytesIO(answer.data))[sheet].iter_rows(min_row=5, values_only=True)
    return [list(row) for row in rows if any(cell is not None for cell in row)]


def test_the_stock_taking_has_the_columns_and_figures_of_the_plan(
    session: Session,
    planned: School,
    categories: dict[str, int],
    house: Actor,
    admin: FlaskClient,
    funded: None,
) -> None:
    deliver(planned, categories["Tablet"], 3, house)
    deliver(planned, categories["Tablet"], 1, house, programme="DP", file_reference="48/1")
    header, *rows = table(admin, "/exports/stock.xlsx", "Bestandsaufnahme")
    assert header[: len(HEADERS)] == HEADERS
    mobile = next(row for row in rows if row[4] == "mobil")
    year = min(today().year, 9999) if today().timetuple().tm_yday > 300 else today().year - 1
    assert mobile[:11] == [
        planned.school_number, planned.name, 200, 10, "mobil", 4, 4, year, "DP", 105, 101,
    ]  # fmt: skip
    assert rows[-1][0] == "Summe"
    town = standing.look(session, today(), seen_by=house)
    assert sum(row[10] for row in rows[:-1]) == sum(town.missing(one) for one in town.classes)
    before = table(admin, f"/exports/stock.xlsx?year={school_year(today()) - 2}", "Bestandsaufnahme")
    assert next(row for row in before if row[4] == "mobil")[5] == 0, "an earlier year knows no later device"


def test_the_budget_lays_scenarios_side_by_side_with_charts(
    planned: School, categories: dict[str, int], house: Actor, admin: FlaskClient
) -> None:
    deliver(planned, categories["Tablet"], 3, house)
    with transaction() as writing:
        actions.add_scenario(writing, {"plan": "V", "name": "4 Jahre", "life": 4}, by=house)
    compared = table(admin, "/exports/budget.xlsx", "Vergleich")
    assert [row[0] for row in compared[1:]] == ["Plan wie eingetragen", "4 Jahre"]
    assumed = table(admin, "/exports/budget.xlsx", "Annahmen")
    assert ("4 Jahre", "anders als im Plan: Lebensdauer mobiler Geräte in Jahren", 4, "4") in [
        tuple(row[:4]) for row in assumed
    ]
    _header, *years, total = table(admin, "/exports/budget.xlsx", "Finanzplan")
    assert [row[1] for row in years] == [str(today().year + n) for n in range(6)]
    assert total[0] == "Summe"
    with ZipFile(BytesIO(admin.get("/exports/budget.xlsx").data)) as book:
        charts = [name for name in book.namelist() if name.startswith("xl/charts/chart")]
        assert len(charts) == 2
        assert b"Vergleich" in book.read(charts[0])
        assert b"Vergleich!$B$6" in book.read(charts[0]), "euros of the gap, not the number of devices"


def test_a_school_takes_only_its_own_stock_along(
    planned: School, categories: dict[str, int], house: Actor, sign_in_as: Callable[..., FlaskClient]
) -> None:
    add_school(house, "167149", "Fremde Schule")
    coordinator = sign_in_as(Role.COORDINATOR, planned)
    rows = table(coordinator, "/exports/stock.xlsx", "Bestandsaufnahme")
    assert {row[0] for row in rows[1:-1]} == {planned.school_number}
    assert coordinator.get("/exports/budget.xlsx").status_code == 404


def test_no_target_is_empty_and_a_target_of_nothing_is_zero_in_every_workbook(
    session: Session, planned: School, categories: dict[str, int], house: Actor, admin: FlaskClient
) -> None:
    """Access points have no target; of one school nobody has entered pupils, the other has none."""
    unknown, empty = add_school(house, "170001", "Ohne Zahlen"), add_school(house, "170002", "Ohne Kinder")
    with transaction() as writing:
        nobody = {"pupils": 0, "teachers": 0, "rooms": 0}
        school_actions.record_figures(writing, writing.merge(empty), school_year(today()), nobody, by=house)
    deliver(planned, categories["Accesspoint"], 2, house)
    for school in (planned, unknown, empty):
        deliver(school, categories["Tablet"], 1, house)
    wanted = {
        ("115514", "Accesspoint"): (None, None), ("115514", "mobil"): (105, 104),
        ("170001", "mobil"): (None, None), ("170002", "mobil"): (0, 0),
    }  # fmt: skip
    for path, sheet, group, target, gap in (
        ("/exports/stock.xlsx", "Bestandsaufnahme", 4, 9, 10),
        ("/exports/plan-report.xlsx", "Ausstattung", 2, 3, 6),
        ("/exports/survey.xlsx", "Bedarfsabfrage", 2, 3, 5),
    ):
        told = {(row[0], row[group]): (row[target], row[gap]) for row in table(admin, path, sheet)}
        assert {key: told[key] for key in wanted} == wanted, path
    for number, name in wanted:
        lines = table(admin, f"/exports/dossier.xlsx?school={number}", "Bestand und Ziel")
        told = {row[0]: (row[1], row[4]) for row in lines}
        assert told[name] == wanted[number, name]
