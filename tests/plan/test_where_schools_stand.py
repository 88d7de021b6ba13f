"""Target, stock, usable and gap from live counts, on any key date, and who sees what of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from school_it.access import Actor, Role
from school_it.audit import Entry
from school_it.database import today, transaction
from school_it.devices import actions as device_actions
from school_it.devices import catalogue
from school_it.devices.models import Device
from school_it.devices.rules import ItemClass, State, Use
from school_it.errors import NotAllowed, RuleBroken
from school_it.plan import actions, money, queries, standing
from school_it.plan.models import DecidedPlan, Scenario
from school_it.plan.rules import Basis
from school_it.plan.rules.assumptions import Sure
from school_it.plan.rules.wave import Cohort
from school_it.plan.views.overview import due_next
from school_it.school_year import school_year, years_after
from school_it.schools import actions as school_actions
from school_it.schools.models import School
from school_it.schools.rules import SchoolType
from tests.asked import statements
from tests.conftest import add_school

SignInAs = Callable[..., FlaskClient]
D, M = Decimal, ItemClass.MOBILE


@pytest.fixture
def categories(session: Session, house: Actor) -> dict[str, int]:
    with transaction() as writing:
        return dict(catalogue.ensure_categories(writing, by=house))


@pytest.fixture
def planned(school: School, house: Actor, categories: dict[str, int]) -> School:
    """200 pupils, one device for two and 5 % more: 105; one display for each of ten rooms."""
    day = today() - timedelta(days=900)
    with transaction() as writing:
        figures = {"pupils": 200, "teachers": 12, "rooms": 10}
        for year in (school_year(day), school_year(today())):
            school_actions.record_figures(writing, writing.merge(school), year, figures, by=house)
        base = {"plan": "V", "valid_from": day}
        actions.add_target(
            writing,
            {**base, "item_class": M, "basis": Basis.PUPILS, "value": D(2), "reserve": D("0.05")},
            by=house,
        )
        actions.add_target(
            writing,
            {**base, "item_class": ItemClass.PRESENTATION, "basis": Basis.ROOM, "value": D(1)},
            by=house,
        )
    return school


def deliver(school: School, category: int, count: int, by: Actor, **more: Any) -> list[Device]:
    with transaction() as writing:
        start = writing.scalar(select(func.count()).select_from(Device)) or 0
        return [
            device_actions.add_device(
                writing,
                {
                    "asset_tag": f"T-{start + n:05d}", "category_id": category, "school_id": school.id,
                    "state": State.IN_USE, "acquired_on": today() - timedelta(days=300), **more,
                },
                by=by,
            )
            for n in range(count)
        ]  # fmt: skip


def at(
    session: Session, by: Actor, on: date | None = None, scenario: Scenario | None = None
) -> standing.Town:
    return standing.look(session, on or today(), seen_by=by, scenario=scenario)


def test_what_works_and_is_young_enough_counts(
    session: Session, planned: School, categories: dict[str, int], house: Actor
) -> None:
    tablet = categories["Tablet"]
    deliver(planned, tablet, 4, house)
    deliver(planned, tablet, 3, house, acquired_on=years_after(today(), -5))  # their life ends today
    deliver(planned, tablet, 2, house, state=State.DEFECTIVE)
    deliver(planned, tablet, 1, house, state=State.LOST)
    deliver(planned, tablet, 6, house, state=State.ORDERED)
    deliver(planned, tablet, 5, house, use=Use.TEACHER)
    deliver(planned, tablet, 1, house, use=Use.OFFICE)
    deliver(planned, tablet, 2, house, acquired_on=None)
    deliver(planned, tablet, 1, house, bound_until=today())
    cell = at(session, house).schools[0].cells[M]
    assert (cell.target, cell.stock, cell.usable, cell.gap) == (105, 12, 5, 100)
    assert (cell.ordered, cell.defective, cell.undated, cell.bound) == (6, 2, 2, 1)
    assert at(session, house).schools[0].cells[ItemClass.TEACHERS].stock == 5


def test_a_past_day_is_told_from_the_dates(
    session: Session, planned: School, categories: dict[str, int], house: Actor
) -> None:
    display = categories["Display"]
    deliver(planned, display, 3, house, acquired_on=today() - timedelta(days=800))
    gone = deliver(planned, display, 1, house, acquired_on=today() - timedelta(days=800))[0]
    deliver(planned, display, 4, house, acquired_on=today() - timedelta(days=10))
    with transaction() as writing:
        lost = writing.merge(gone)
        device_actions.move(writing, lost, State.LOST, on=today() - timedelta(days=30), by=house)
    was, now = at(session, house, today() - timedelta(days=100)), at(session, house)
    one = ItemClass.PRESENTATION
    assert (was.schools[0].cells[one].stock, now.schools[0].cells[one].stock) == (4, 7)
    assert (was.schools[0].cells[one].gap, now.schools[0].cells[one].gap) == (6, 3)


def test_an_old_year_keeps_its_rules_and_its_counting(
    session: Session, planned: School, categories: dict[str, int], house: Actor
) -> None:
    deliver(planned, categories["Tablet"], 10, house)
    deliver(planned, categories["Notebook"], 20, house)
    with transaction() as writing:
        actions.add_target(
            writing,
            {"plan": "V", "item_class": M, "basis": Basis.PUPILS, "value": D(1), "valid_from": today()},
            by=house,
        )
        actions.lay_down_counting(writing, "V", M, today(), [categories["Tablet"]], [], by=house)
    before, now = at(session, house, today() - timedelta(days=1)), at(session, house)
    assert (before.sum(M).target, now.sum(M).target) == (105, 200)
    assert (before.ratio, now.ratio) == (D(200) / 30, D(20))
    assert now.counted_words(M) == ["Tablet"], "a published ratio says what it counts"


def test_the_schools_add_up_to_the_city_and_no_surplus_hides_a_gap(
    session: Session, planned: School, categories: dict[str, int], house: Actor
) -> None:
    rich = add_school(house, "167149", "Gymnasium", SchoolType.GY)
    with transaction() as writing:
        figures = {"pupils": 10, "teachers": 1, "rooms": 1}
        school_actions.record_figures(writing, writing.merge(rich), school_year(today()), figures, by=house)
    deliver(rich, categories["Tablet"], 30, house)
    town = at(session, house)
    for name in ("target", "stock", "usable", "bound"):
        assert getattr(town.sum(M), name) == sum(getattr(one.cells[M], name) for one in town.schools)
    assert town.missing(M) == 105 == sum(one.cells[M].gap for one in town.schools)


def test_a_plan_lays_down_lives_and_prices_with_their_source(
    session: Session, planned: School, categories: dict[str, int], house: Actor
) -> None:
    deliver(planned, categories["Tablet"], 4, house, acquired_on=years_after(today(), -5))
    assert at(session, house).sum(M).usable == 0, "without a plan the category's own life holds"
    with transaction() as writing:
        plan = actions.add_plan(
            writing, {"name": "V", "first_year": today().year, "last_year": today().year + 5}, by=house
        )
        known = {one.key: one for one in plan.figures}
        assert known["price.presentation"].sure is Sure.ASSUMED
        figure = actions.plans.Figure(D(6), "Beschluss", Sure.PUBLISHED)
        actions.change_plan(writing, plan, {}, {"life.mobile": figure}, by=house)
    assert at(session, house).sum(M).usable == 4
    wrong = actions.plans.Figure(D("1.5"), None, Sure.ASSUMED)
    with pytest.raises(Exception, match="Lebensdauer mobil"), transaction() as writing:
        actions.change_plan(writing, writing.merge(plan), {}, {"life.mobile": wrong}, by=house)


def test_a_scenario_never_changes_data(
    session: Session, planned: School, categories: dict[str, int], house: Actor
) -> None:
    deliver(planned, categories["Tablet"], 4, house)
    with transaction() as writing:
        scenario = actions.add_scenario(
            writing,
            {"plan": "V", "name": "1:1", "pupils_per_device": D(1), "own_share": D("0.3"), "life": 4},
            by=house,
        )
    newest = session.scalar(select(func.max(Entry.id)))
    plain, changed = at(session, house), at(session, house, scenario=scenario)
    assert (plain.sum(M).target, changed.sum(M).target) == (105, 210)
    one, other = (
        money.of(session, town, s, seen_by=house) for town, s in ((plain, None), (changed, scenario))
    )
    assert other.part("gap") > one.part("gap")
    first = other.years[0]
    fundable = first.parts["gap"] + first.parts["infrastructure"]
    assert first.grant == round(fundable * D("0.7"), 2)
    assert not session.dirty
    assert not session.new
    assert session.scalar(select(func.max(Entry.id))) == newest
    assert at(session, house).sum(M).target == 105


def test_what_the_council_decided_stays_and_today_is_shown_beside_it(
    session: Session, planned: School, categories: dict[str, int], house: Actor, admin: FlaskClient
) -> None:
    answer = admin.post(
        "/plan/decided/new",
        data={"title": "MEP V", "reference": "2026/17", "decided_on": f"{today():%d.%m.%Y}"},
    )
    assert answer.status_code == 302, answer.get_data(as_text=True)
    deliver(planned, categories["Tablet"], 5, house)
    page = admin.get("/plan/budget").get_data(as_text=True)
    assert "Der Fehlbedarf war 115 Geräte und ist 110" in page
    decided = session.scalars(select(DecidedPlan)).one()
    assert decided.is_whole
    with pytest.raises(RuleBroken), transaction() as writing:
        writing.get_one(DecidedPlan, decided.id).title = "anders"
    again = admin.post(
        "/plan/decided/new",
        data={"title": "MEP V", "reference": "2026/17", "decided_on": f"{today():%d.%m.%Y}"},
    )
    assert "schon ein Beschluss" in again.get_data(as_text=True)


def test_a_number_opens_to_its_devices_and_to_how_it_came_about(
    planned: School, categories: dict[str, int], house: Actor, admin: FlaskClient
) -> None:
    deliver(planned, categories["Tablet"], 3, house)
    deliver(planned, categories["Notebook"], 2, house, use=Use.POOL)
    deliver(planned, categories["Notebook"], 4, house, use=Use.TEACHER)
    heat = admin.get("/plan").get_data(as_text=True)
    assert f"/plan/schools/{planned.school_number}#mobile" in heat
    assert "fehlen 100" in heat
    page = admin.get(f"/plan/schools/{planned.school_number}").get_data(as_text=True)
    assert "200 Schüler ÷ 2 + 5\N{NO-BREAK SPACE}% = 105" in page
    link = re.search(r'<section[^>]*id="mobile".*?href="(/devices\?[^"]+)"', page, re.S)
    assert link is not None
    shown = admin.get(link[1].replace("&amp;", "&")).get_data(as_text=True)
    assert len(set(re.findall(r"T-0000\d", shown))) == 5, "as many devices as the page says"


def test_a_school_sees_itself_and_no_euro_of_the_town(
    planned: School, categories: dict[str, int], house: Actor, sign_in_as: SignInAs
) -> None:
    add_school(house, "167149", "Fremdes Gymnasium", SchoolType.GY)
    coordinator = sign_in_as(Role.COORDINATOR, planned)
    for path in ("/plan", "/plan/gap", f"/plan/schools/{planned.school_number}", "/plan/wave"):
        answer = coordinator.get(path)
        assert answer.status_code == 200, path
        assert "Fremdes Gymnasium" not in answer.get_data(as_text=True)
        assert "kostet der Plan" not in answer.get_data(as_text=True)
    for path in ("/plan/schools/167149", "/plan/budget", "/plan/scenarios"):
        assert coordinator.get(path).status_code == 404, path


def test_only_the_office_makes_scenarios(session: Session, planned: School, sign_in_as: SignInAs) -> None:
    auditor = sign_in_as(Role.AUDITOR)
    assert auditor.get("/plan/scenarios").status_code == 200
    assert auditor.post("/plan/scenarios/new", data={"plan": "V", "name": "x"}).status_code == 403
    office = sign_in_as(Role.OFFICE)
    made = office.post(
        "/plan/scenarios/new", data={"plan": "V", "name": "1:1", "own_share": "20 %", "life": "4"}
    )
    assert made.status_code == 302, made.get_data(as_text=True)
    assert "1:1" in office.get("/plan/scenarios").get_data(as_text=True)
    gone = office.post(f"/plan/scenarios/{queries.scenarios(session, 'V')[0].id}/remove")
    assert gone.status_code == 302
    assert list(queries.scenarios(session, "V")) == []
    with pytest.raises(NotAllowed), transaction() as writing:
        actions.add_scenario(writing, {"plan": "V", "name": "y"}, by=Actor(1, "jemand", ()))


@pytest.mark.parametrize("path", ["/plan", "/plan/gap", "/plan/wave", "/plan/budget"])
def test_more_schools_ask_no_more_of_the_database(
    planned: School, categories: dict[str, int], house: Actor, admin: FlaskClient, path: str
) -> None:
    def asked() -> int:
        with statements() as seen:
            assert admin.get(path).status_code == 200
        return len(seen)

    deliver(planned, categories["Tablet"], 2, house)
    asked()
    before = asked()
    for number in range(8):
        deliver(add_school(house, f"16720{number}", f"Schule {number}"), categories["Display"], 2, house)
    assert asked() == before
    assert before < 30


def test_scenarios_say_beside_their_euros_what_they_assume(
    planned: School, house: Actor, sign_in_as: SignInAs
) -> None:
    changed = {"plan": "V", "name": "1:1", "pupils_per_device": D(1), "own_share": D("0.2"), "gap_years": 3}
    with transaction() as writing:
        actions.add_scenario(writing, {**changed, "replaces_bound": True}, by=house)
    answer = sign_in_as(Role.OFFICE).get("/plan/scenarios").get_data(as_text=True)
    for said in (
        "Eigenanteil an der Förderung: 20", "Schüler je mobilem Gerät: 1", "Fehlbedarf beschaffen in Jahren: 3",
        "Zweckgebundenes bei Fälligkeit aus eigenen Mitteln ersetzen",
    ):  # fmt: skip
        assert said in answer
    legend = answer[answer.index("Kosten je Szenario") :].partition("chart__legend")[2].partition("</ul>")[0]
    assert "Fehlbedarf" in legend
    assert "\N{NO-BREAK SPACE}€" not in legend, legend[-1500:]


def test_what_is_still_bound_when_due_is_not_called_for_in_the_next_budget() -> None:
    town = SimpleNamespace(
        on=date(2026, 11, 28), cohorts=[Cohort(M, 2022, 2027, 476, free_from=2028), Cohort(M, 2022, 2027, 24)]
    )
    assert due_next(town) == (2027, 500, 476)  # type: ignore[arg-type]
