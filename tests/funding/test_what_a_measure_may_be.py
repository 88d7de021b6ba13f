"""A measure is held against what its programme wants while it is entered: years, caps, persons, pupils."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from school_it.access import Actor
from school_it.database import transaction
from school_it.devices import catalogue, earmark
from school_it.devices.models import Category, Device
from school_it.documents.models import Document, Link
from school_it.documents.rules import DocumentKind, Form
from school_it.errors import BadValue, Refused
from school_it.funding import actions, papers, queries, standing
from school_it.funding.measures import actions as measures
from school_it.funding.measures import queries as measure_queries
from school_it.funding.measures.years import read_years, show_years
from school_it.funding.models import Grant, Measure, Programme
from school_it.schools.models import School, YearlyFigures
from tests.funding.conftest import PROGRAMME, RECEIPT, Facts, TakeIn, run

D = Decimal
VALUES: dict[str, Any] = {
    "category": "2.3", "description": "Tablets", "quantity": 10, "unit_price": D("500"),
    "starts_on": date(2024, 3, 1), "ends_on": date(2025, 9, 30),
}  # fmt: skip


def wants(by: Actor, more_terms: dict[str, Any]) -> None:
    with transaction() as session:
        programme = session.scalars(select(Programme).where(Programme.code == "DP_TEST")).one()
        actions.change_programme(session, programme, {"terms": more_terms}, by=by)


def planned(by: Actor, linked: str | None = None, grant: bool = False, **more: Any) -> int:
    with transaction() as session:
        programme = queries.find_programme(session, "DP_TEST")
        school = session.scalars(select(School).order_by(School.id)).first()
        assert programme is not None
        assert school is not None
        of = session.scalars(select(Grant).order_by(Grant.id)).first() if grant else None
        values = {**VALUES, **more}
        return measures.add_measure(
            session,
            programme,
            school,
            values,
            grant=of,
            linked=measure_queries.called(session, linked),
            by=by,
        ).id


def refused(by: Actor, **more: Any) -> dict[str, str]:
    with pytest.raises(Refused) as problem:
        planned(by, **more)
    return {field: str(sentence) for field, sentence in problem.value.faults}


# --- fiscal years ---


@pytest.mark.usefixtures("grant")
def test_the_years_of_a_measure_are_its_whole_costs_to_the_cent(house: Actor) -> None:
    assert "5.000,00" in refused(house, years={"2024": "4999.99"})["years"]
    planned(house, years={"2024": "1250.50", "2025": "3749.50"})


@given(st.dictionaries(st.integers(2000, 2100), st.integers(0, 10**9), max_size=6))
@settings(max_examples=25)
def test_what_is_shown_of_the_years_is_read_back(cents: dict[int, int]) -> None:
    years = {str(year): f"{D(cents[year]) / 100:.2f}" for year in sorted(cents)}
    assert (read_years(show_years(years)) or {}) == years


@pytest.mark.parametrize("line", ["2026", "26: 5", "2026: viel", "1999: 1,00", "2026: -5,00"])
def test_a_line_that_is_no_year_with_an_amount_is_refused(line: str) -> None:
    with pytest.raises(BadValue, match="Haushaltsjahr"):
        read_years(line)


@pytest.mark.usefixtures("grant")
def test_the_investment_plan_has_a_column_for_each_year_and_one_for_what_nobody_said(
    app: Flask, house: Actor, tmp_path: Path
) -> None:
    planned(house, years={"2024": "1250.50", "2026": "3749.50"})
    planned(house, starts_on=date(2025, 1, 7))  # lies in one year: all of it
    planned(house)  # over two years, and nobody said
    file = tmp_path / "plan.xlsx"
    assert json.loads(run(app, "export", "investment-plan", "--out", str(file), "--json").stdout)["rows"] == 3
    sheet = openpyxl.load_workbook(file, data_only=True)["Investitionsplan"]
    rows = list(sheet.iter_rows(values_only=True))
    head = next(row for row in rows if row[0] == "lfd. Nr.")
    assert head[-4:] == ("Ausgaben 2024", "Ausgaben 2025", "Ausgaben 2026", "Ausgaben ohne Haushaltsjahr")
    told = [row[-4:] for row in rows[rows.index(head) + 1 :]]
    assert told[:3] == [(1250.5, None, 3749.5, None), (None, 5000, None, None), (None, None, None, 5000)]
    assert told[3] == (1250.5, 5000, 3749.5, 5000)


# --- what a programme wants ---


@pytest.mark.usefixtures("grant")
def test_one_training_for_each_person_up_to_the_cap_and_never_by_name_alone(house: Actor) -> None:
    limit = {"items": ["2.3"], "scope": "person", "amount": "10000.00", "share": None}
    wants(house, {"limits": [limit]})
    assert "trainee" in refused(house)
    over = refused(house, trainee="FK-1", quantity=1, unit_price=D("11200"))
    assert "1.200,00" in over["eligible"]
    planned(house, trainee="FK-1", quantity=1, unit_price=D("11200"), eligible=D("10000"))
    assert "Maßnahme 1" in refused(house, trainee="fk-1", quantity=1, unit_price=D("10"))["trainee"]
    planned(house, trainee="FK-2", quantity=1, unit_price=D("10"))


@pytest.mark.usefixtures("grant")
def test_administration_hangs_on_a_measure_of_the_other_programme(house: Actor, take_in: TakeIn) -> None:
    assert take_in("programmes", {**PROGRAMME, "Kürzel": "ANDERES"})["exit"] == 0
    planned(house)
    wants(house, {"linked_programmes": ["DP_TEST"]})
    assert "linked" in refused(house)
    assert "ANDERES 7" in refused(house, linked="ANDERES 7")["linked"]
    ident = planned(house, linked="dp_test 1")
    with transaction() as session:
        found = session.get(Measure, ident)
        assert found is not None
        assert found.linked is not None
        assert found.linked.position == 1


@pytest.mark.usefixtures("grant")
def test_no_more_devices_than_pupils_counting_what_is_there_and_what_is_planned(
    house: Actor, session: Session, take_in: TakeIn
) -> None:
    school = session.scalars(select(School).order_by(School.id)).first()
    assert school is not None
    with transaction() as writing:
        writing.add(YearlyFigures(school_id=school.id, school_year=2025, grade="", pupils=12))
        catalogue.ensure_categories(writing, by=house)
    device = {"Schulnummer": school.school_number, "Geräteart": "Tablet", "Nutzung": "Pool"}
    facts = take_in("devices", {**device, "Inventarnummer": "A-1"}, {**device, "Inventarnummer": "A-2"})
    assert facts["exit"] == 0, facts
    wants(house, {"full_equipment": True})
    planned(house, quantity=4)
    said = refused(house, quantity=10)["quantity"]
    assert all(word in said for word in ("12 Schülerinnen", "2 Geräte", "4 geplante", "4 sind zu viel"))
    planned(house, quantity=6)


@pytest.mark.usefixtures("grant")
def test_used_devices_have_to_last_as_long_as_they_are_bound(house: Actor) -> None:
    assert "4 Jahre" in refused(house, remaining_years=3)["remaining_years"]
    planned(house, remaining_years=4)


def test_the_further_caps_of_a_programme_are_held_against_the_receipts_of_its_grants(
    house: Actor, session: Session, take_in: TakeIn, grant: Facts
) -> None:
    assert take_in("receipts", RECEIPT)["exit"] == 0  # 20 for 9,604.00
    limits = [
        {"items": ["2.3"], "scope": "school", "amount": "9604.00", "share": None},
        {"items": ["2.3"], "scope": "authority", "amount": None, "share": "0.19"},
        {"items": ["2.3"], "scope": "device", "amount": "480.00", "share": None},
        {"items": ["2.1a"], "scope": "school", "amount": "1.00", "share": None},
    ]
    wants(house, {"limits": limits})
    session.rollback()
    checks = standing.overview(session, session.scalars(select(Grant)).one()).checks
    told = sorted((one.holds, str(one.sentence)) for one in checks if one.rule == "F09")
    assert [holds for holds, _sentence in told] == [False, False, True]
    assert "Schulträger kommt auf 9.604,00" in told[1][1]
    assert "480,20" in told[0][1]


def test_device_management_is_due_from_the_earlier_day_until_the_programme_says_which(
    house: Actor, session: Session, grant: Facts
) -> None:
    wants(house, {"management_months": 24})

    def told() -> tuple[bool, str]:
        session.rollback()
        stored = session.scalars(select(Grant)).one()
        check = next(one for one in standing.overview(session, stored).checks if one.rule == "F26")
        return check.holds, str(check.sentence)

    assert told()[0] is False
    assert "15.02.2026" in told()[1]
    with transaction() as writing:
        stored = writing.scalars(select(Grant)).one()
        actions.change_grant(writing, stored, {"managed_from": date(2026, 2, 15)}, by=house)
    assert told()[0] is True


def test_the_check_list_tells_which_papers_lie_with_the_grant_and_for_which_school_they_are_missing(
    house: Actor, session: Session, grant: Facts, admin: FlaskClient
) -> None:
    documents = [
        {"scope": "authority", "name": "Erklärung: keine Doppelförderung"},
        {"scope": "school", "name": "technisch-pädagogisches Einsatzkonzept"},
        {"scope": "school", "name": "Bestandsaufnahme"},
    ]
    wants(house, {"documents": documents})
    measure = planned(house, grant=True)

    def told() -> list[tuple[bool, int]]:
        session.rollback()
        found = papers.of_grant(session, session.scalars(select(Grant)).one())
        return [(one.is_there, len(one.lacking)) for one in found]

    assert told() == [(False, 1), (False, 1), (False, 1)]
    with transaction() as writing:
        kept = Document(digest="0" * 64, form=Form.PDF, size=1)
        stored = writing.scalars(select(Grant)).one()
        for table, ident, name in (
            ("grants", stored.id, "erklaerung-keine_DOPPELFÖRDERUNG.pdf"),
            ("measures", measure, "Bestandsaufnahme 2024.pdf"),
        ):  # fmt: skip
            writing.add(
                Link(
                    document=kept,
                    target_table=table,
                    target_id=ident,
                    kind=DocumentKind.OTHER,
                    name=name,
                    added_by="x",
                )
            )
        school = writing.scalars(select(School).order_by(School.id)).first()
        assert school is not None
        school.use_concept_date = date(2024, 1, 1)
    assert told() == [(True, 0), (True, 0), (True, 0)]
    page = admin.get(f"/funding/grants/{session.scalars(select(Grant)).one().id}").get_data(as_text=True)
    assert "Nötige Unterlagen" in page
    assert page.count("liegt vor") >= 3


@pytest.mark.parametrize("begun", ["30.12.2020", "31.12.2020", "01.01.2021", "29.02.2020"])
def test_the_register_of_earmarks_finds_what_the_rule_calls_worn_out(
    house: Actor, session: Session, take_in: TakeIn, grant: Facts, begun: str
) -> None:
    with transaction() as writing:
        catalogue.ensure_categories(writing, by=house)
    facts = take_in(
        "devices",
        {
            "Inventarnummer": "A-1", "Geräteart": "Tablet", "Schulnummer": "115514", "in Betrieb seit": begun,
            "Zweckbindung bis": "31.12.2025",
        },
    )  # fmt: skip
    assert facts["exit"] == 0, facts
    session.rollback()
    device = session.scalars(select(Device)).one()
    found = session.scalar(select(Device.id).join(Category).where(earmark.outlives()))
    assert (found is not None) == device.outlives_use


def test_the_base_amounts_of_the_schools_stand_beside_the_budget(
    house: Actor, session: Session, grant: Facts, admin: FlaskClient
) -> None:
    with transaction() as writing:
        school = writing.scalars(select(School).order_by(School.id)).first()
        assert school is not None
        writing.add(YearlyFigures(school_id=school.id, school_year=2025, grade="", pupils=45))
    wants(house, {"base_per_school": "30000.00", "base_full_from": 60})
    session.rollback()
    programme = session.scalars(select(Programme)).one().id
    page = admin.get(f"/funding/programmes/{programme}/what-if").get_data(as_text=True)
    assert "22.500,00" in page
