"""One figure, wherever it stands: pages, workbooks and JSON of the plan say the same, and show what adds up to it."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from html import unescape

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from school_it.access import Actor
from school_it.database import today, transaction
from school_it.devices.rules import ItemClass
from school_it.licences import actions as licence_actions
from school_it.plan import actions, money, standing
from school_it.plan.rules import Basis
from school_it.plan.talks import actions as talks
from school_it.plan.views.blueprint import whole_euro
from school_it.school_year import school_year
from school_it.schools import actions as school_actions
from school_it.schools.models import School
from tests.conftest import add_school
from tests.plan.test_plan_workbooks import table
from tests.plan.test_where_schools_stand import categories as categories
from tests.plan.test_where_schools_stand import deliver
from tests.plan.test_where_schools_stand import planned as planned

D = Decimal


def rows(browser: FlaskClient, path: str, caption: str) -> list[list[str]]:
    """The cells of the table of that caption, as read."""
    page = browser.get(path).get_data(as_text=True)
    found = re.search(rf"<caption[^>]*>{re.escape(caption)}</caption>(.*?)</table>", page, re.DOTALL)
    assert found, (path, caption)
    lines = re.findall(r"<tr.*?</tr>", found[1], re.DOTALL)
    return [[_read(cell) for cell in re.findall(r"<t[hd].*?</t[hd]>", line, re.DOTALL)] for line in lines]


def _read(cell: str) -> str:
    return " ".join(unescape(re.sub("<[^>]*>", " ", cell)).split())


@pytest.fixture
def stocked(planned: School, categories: dict[str, int], house: Actor) -> School:
    """Teachers are to have a device each, none has one: the plan buys 12, and support with it."""
    deliver(planned, categories["Tablet"], 9, house, acquired_on=today() - timedelta(days=900))
    add_school(house, "167149", "Zweite Schule")
    with transaction() as writing:
        values = {
            "plan": "V", "item_class": ItemClass.TEACHERS, "basis": Basis.TEACHER, "value": D(1),
            "valid_from": today() - timedelta(days=900),
        }  # fmt: skip
        actions.add_target(writing, values, by=house)
    return planned


def test_the_finance_plan_is_the_same_on_the_pages_in_the_workbook_and_in_what_it_adds_up_to(
    session: Session, stocked: School, house: Actor, admin: FlaskClient
) -> None:
    head, *lines = rows(admin, "/plan/budget", "Finanzplan nach Haushaltsjahr")
    by_title = {line[0]: line[1:] for line in lines}
    made = money.of(session, standing.look(session, today(), seen_by=house), seen_by=house)
    assert head[1:-1] == [str(one.year) for one in made.years]
    said = [whole_euro(one.total).replace("\N{NO-BREAK SPACE}", " ") for one in made.years]
    assert by_title["Summe"][:-1] == said
    assert by_title["Summe"][-1] == whole_euro(made.total).replace("\N{NO-BREAK SPACE}", " ")
    assert list(by_title)[-4:] == ["davon investiv", "davon konsumtiv", "Förderung", "Eigenmittel der Stadt"]
    assert rows(admin, "/plan/report", "Finanzplan nach Haushaltsjahr") == [head, *lines]
    _header, *years, _total = table(admin, "/exports/budget.xlsx", "Finanzplan")
    assert sum(D(str(row[8])) for row in years) == made.total
    _header, *reported, _total = table(admin, "/exports/plan-report.xlsx", "Finanzplan")
    assert [row[:13] for row in reported] == [row[1:14] for row in years]
    assert sum((one.own + one.grant for one in made.years), D(0)) == made.total


def test_a_decision_keeps_its_cents(stocked: School, house: Actor, admin: FlaskClient) -> None:
    with transaction() as writing:
        values = {"title": "MEP V", "reference": "V/1", "decided_on": today()}
        ident = actions.freeze(writing, values, None, by=house).id
    whole = {
        line[0]: line[-1] for line in rows(admin, f"/plan/decided/{ident}", "Finanzplan nach Haushaltsjahr")
    }
    exact = {line[0]: line[-1] for line in rows(admin, f"/plan/decided/{ident}", "Finanzplan auf den Cent")}
    assert list(whole) == list(exact)
    for title in list(whole)[1:]:
        cents = D(exact[title].removesuffix(" €").replace(".", "").replace(",", "."))
        assert D(whole[title].removesuffix(" €").replace(".", "")) == cents.quantize(D(1), ROUND_HALF_UP), (
            title
        )


def test_half_a_euro_is_rounded_as_in_accounts() -> None:
    assert [whole_euro(D(one)) for one in ("15354.50", "0.49", "2.5", "1234567")] == [
        f"{one}\N{NO-BREAK SPACE}€" for one in ("15.355", "0", "3", "1.234.567")
    ]


def test_posts_are_told_for_the_year_that_pays_them_and_not_only_for_today(
    session: Session, stocked: School, house: Actor, admin: FlaskClient
) -> None:
    town = standing.look(session, today(), seen_by=house)
    made = money.of(session, town, seen_by=house)
    assert (made.posts, made.posts_at_the_end) == (D("0.5"), D("0.5"))
    with transaction() as writing:
        values = {"plan": "V", "name": "Vier je Kind", "pupils_per_device": D("0.25")}
        chosen = actions.add_scenario(writing, values, by=house)
        more = money.of(
            writing, standing.look(writing, today(), seen_by=house, scenario=chosen), chosen, seen_by=house
        )
    assert more.posts == D("0.5"), "today's devices are the same"
    assert more.posts_at_the_end == D("2.5"), "840 pupils' devices and 12 of teachers need 2.13 posts"
    line = next(
        row for row in rows(admin, "/plan/scenarios", "Szenarien nebeneinander") if "Vier je Kind" in row[0]
    )
    assert line[6] == "2,5"
    assert table(admin, "/exports/budget.xlsx", "Vergleich")[2][-2:] == [0.5, 2.5]


def test_the_report_says_where_each_school_stands_and_what_its_columns_add_up_to(
    stocked: School, admin: FlaskClient
) -> None:
    _header, *schools, foot = rows(admin, "/plan/report", "Wo jede Schule steht")
    assert [line[0] for line in schools] == [stocked.label, "Zweite Schule"]
    assert schools[0][1] == "8 % fehlen 96", "9 of 105"
    assert foot[0] == "alle Schulen"
    *_lines, total = rows(admin, "/plan/report", "Nach Schule")
    assert total[:4] == ["alle Schulen", "200", "12", "10"]
    missing = sum(row[6] for row in table(admin, "/exports/plan-report.xlsx", "Ausstattung")[1:-1] if row[6])
    assert f"{missing}" in admin.get("/plan").get_data(as_text=True)
    _header, *groups = rows(admin, "/plan/gap", "Summe je Gerätegruppe")
    assert sum(int(line[4]) for line in groups) == missing


def test_what_is_agreed_without_devices_and_euros_is_told_beside_the_budget(
    stocked: School, house: Actor, admin: FlaskClient
) -> None:
    base = {"due_on": today() + timedelta(days=90)}
    with transaction() as writing:
        school = writing.merge(stocked)
        talks.agree(writing, school, {**base, "what": "WLAN in der Mensa"}, by=house)
        talks.agree(
            writing,
            school,
            {**base, "what": "7 Tablets", "item_class": ItemClass.MOBILE, "number": 7},
            by=house,
        )
    page = admin.get("/plan/budget").get_data(as_text=True)
    assert "1 Vereinbarung nennt weder Geräte noch einen Betrag und zählt mit 0 €." in page
    assert "7 Geräte sind schon im Fehlbedarf enthalten und zählen nicht doppelt." in page


def test_the_wave_adds_up_and_says_what_schools_have_beyond_their_targets(
    stocked: School, categories: dict[str, int], house: Actor, admin: FlaskClient
) -> None:
    """14 displays for ten rooms: four more than the target, which the wave replaces as well."""
    deliver(stocked, categories["Display"], 14, house, acquired_on=today() - timedelta(days=2500))
    page = admin.get("/plan/wave").get_data(as_text=True)
    assert "Mehr als ihr Ziel haben Schulen heute: Präsentation 4." in page
    *lines, total = rows(admin, "/plan/wave", "Ersatz nach Jahr und Gerätegruppe")[1:]
    assert total[0] == "Summe"
    assert int(total[2]) == sum(int(line[2]) for line in lines)
    assert f"{total[4]}".replace(" ", "\N{NO-BREAK SPACE}") in page


def test_a_licence_that_ends_is_told_beside_the_years_that_cost_nothing(
    stocked: School, house: Actor, admin: FlaskClient
) -> None:
    year = today().year
    with transaction() as writing:
        values = {
            "licence_no": "L-1", "product": "Wörterbuch", "seats": 10,
            "valid_from": date(year, 1, 1), "valid_to": date(year, 12, 31), "renews": False,
            "price_gross": D("238.00"),
        }  # fmt: skip
        licence_actions.add_licence(writing, values, by=house)
    page = " ".join(admin.get("/plan/budget").get_data(as_text=True).split())
    assert f"endet ohne Verlängerung und steht nach {year} mit 0 € im Plan" in page
    by_title = {line[0]: line[1:] for line in rows(admin, "/plan/budget", "Finanzplan nach Haushaltsjahr")}
    assert by_title["Lizenzen"][:2] == ["238 €", "0 €"]


def test_without_figures_of_the_schools_no_target_is_called_met(
    school: School, categories: dict[str, int], house: Actor, admin: FlaskClient
) -> None:
    add_school(house, "167149", "Zweite Schule")
    with transaction() as writing:
        actions.add_usual(writing, "VI", today() - timedelta(days=30), ["primary", "teachers"], by=house)
    page = admin.get("/plan").get_data(as_text=True)
    assert 'heat__more">reicht' not in page
    assert "kein Ziel, oder Schulzahlen fehlen" in page
    assert "erst mit Schulzahlen auszurechnen" in page
    assert "erst mit Schulzahlen auszurechnen" in admin.get("/plan/schools/167149").get_data(as_text=True)
    assert "Schulzahlen" in admin.get("/plan/report").get_data(as_text=True)
    for path in (
        "/plan/gap",
        "/plan/wave",
        "/plan/budget",
        "/plan/scenarios",
        "/plan/talks",
        "/plan/coverage",
    ):
        assert admin.get(path).status_code == 200, path


def test_the_workbook_says_how_a_target_was_worked_out(stocked: School, admin: FlaskClient) -> None:
    rows_of = table(admin, "/exports/stock.xlsx", "Bestandsaufnahme")
    by_class = {row[4]: row[11:] for row in rows_of[1:-1] if row[0] == stocked.school_number}
    assert by_class["mobil"][1] == "200 Schüler ÷ 2 + 5\N{NO-BREAK SPACE}% = 105"
    assert by_class["Lehrkräfte"] == ["Notebook, Tablet (Lehrkraft)", "12 Lehrkräfte × 1 = 12"]


def test_a_large_town_is_read_school_by_school_and_page_by_page(
    stocked: School, house: Actor, admin: FlaskClient
) -> None:
    for place in range(30):
        added = add_school(house, f"17{place:04d}", f"Schule {place:02d}")
        with transaction() as writing:
            figures = {"pupils": 100 + place, "teachers": 8, "rooms": 6}
            school_actions.record_figures(
                writing, writing.merge(added), school_year(today()), figures, by=house
            )
    caption = "Fehlbedarf je Schule und Gerätegruppe"
    first = rows(admin, "/plan/gap", caption)
    page = admin.get("/plan/gap").get_data(as_text=True)
    address = unescape(re.search(r'href="([^"]*from=\d+[^"]*)"', page)[1])  # type: ignore[index]
    rest = rows(admin, address, caption)
    names = [line[0] for line in (*first[1:], *rest[1:])]
    assert len(set(names)) == 31, "each school stands on one of the two pages"
    assert len({line[0] for line in first[1:]}) == 25
    assert "Summe je Gerätegruppe" in admin.get(address).get_data(as_text=True), "the sum is of all schools"
    assert rows(admin, address, "Summe je Gerätegruppe") == rows(admin, "/plan/gap", "Summe je Gerätegruppe")
    alone = rows(admin, f"/plan/gap?school={stocked.school_number}", caption)
    assert {line[0] for line in alone[1:]} == {stocked.label}
