"""The office opens the survey, schools answer on the page, the office sees who is missing and decides."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import timedelta

import openpyxl
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from school_it.access import Actor, Role
from school_it.database import today, transaction
from school_it.plan.survey import queries
from school_it.plan.survey.models import SurveyRound, SurveyWish
from school_it.plan.survey.rules import Decision, Group
from school_it.school_year import school_year
from school_it.schools import actions as school_actions
from school_it.schools.models import School
from school_it.schools.rules import SchoolType

SignInAs = Callable[..., FlaskClient]
NOW = school_year(today())
OTHER = "199485"


@pytest.fixture
def other(session: Session, house: Actor, school: School) -> School:
    values = {
        "school_number": OTHER, "name": "Grundschule am Teich", "school_type": SchoolType.G,
        "email": "teich@schule.example",
    }  # fmt: skip
    with transaction() as writing:
        return school_actions.add_school(writing, values, by=house)


@pytest.fixture
def office(sign_in_as: SignInAs, other: School) -> FlaskClient:
    browser = sign_in_as(Role.OFFICE)
    day = today() + timedelta(days=30)
    made = browser.post(
        "/plan/survey/new",
        data={"school_year": str(NOW), "due_on": f"{day:%d.%m.%Y}", "text": "Bitte sparsam."},
    )
    assert made.status_code == 302, made.text
    return browser


def lines(session: Session, number: str) -> dict[Group, SurveyWish]:
    session.rollback()
    found = session.scalars(select(SurveyWish).join(School).where(School.school_number == number))
    return {wish.group: wish for wish in found}


def test_the_office_opens_a_round_once_and_sees_all_schools_missing(office, session, school) -> None:
    page = office.get("/plan/survey").text
    assert "0 von 2" in page
    assert page.count("badge--danger") + page.count("fehlt") >= 2
    assert "mailto:teich%40schule.example" in page
    again = office.post("/plan/survey/new", data={"school_year": str(NOW), "due_on": "01.02.2030"})
    assert again.status_code == 422
    assert "gibt es schon eine Bedarfsabfrage" in again.text


def test_all_workbooks_come_in_one_zip_each_with_its_own_code(office, school) -> None:
    answer = office.get(f"/exports/survey/{NOW}.zip")
    assert answer.status_code == 200
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        names = archive.namelist()
        codes = {
            str(openpyxl.load_workbook(io.BytesIO(archive.read(name))).active["A4"].value) for name in names
        }
    assert sorted(names) == sorted(
        f"Bedarfsabfrage-{NOW}-{number}.xlsx" for number in (school.school_number, OTHER)
    )
    assert len(codes) == 2


def test_a_school_answers_on_the_page_and_adds_a_wish_of_its_own(office, session, other, sign_in_as) -> None:
    coordinator = sign_in_as(Role.COORDINATOR, other)
    before = lines(session, OTHER)
    sent = {f"wanted-{wish.id}": "0" for wish in before.values()}
    sent |= {f"seen-{wish.id}": str(wish.version) for wish in before.values()}
    sent[f"wanted-{before[Group.MOBILE].id}"] = "12"
    sent[f"reason-{before[Group.MOBILE].id}"] = "neue Klasse"
    sent |= {"more-1-group": "other", "more-1-what": "Plotter", "more-1-wanted": "1"}
    path = f"/plan/survey/{NOW}/{OTHER}"
    assert "Bitte sparsam." in coordinator.get(f"{path}/answer").text
    done = coordinator.post(f"{path}/answer", data=sent)
    assert done.status_code == 302, done.text
    found = lines(session, OTHER)
    assert (found[Group.MOBILE].wanted, found[Group.MOBILE].reason) == (12, "neue Klasse")
    assert (found[Group.OTHER].what, found[Group.OTHER].wanted) == ("Plotter", 1)
    assert "1 von 2" in office.get("/plan/survey").text
    assert coordinator.get(f"/plan/wishes/{found[Group.MOBILE].id}/decide").status_code == 404
    assert coordinator.get(f"/plan/survey/wishes/{found[Group.MOBILE].id}/decide").status_code == 403


def test_a_typing_error_loses_nothing_and_saves_nothing(office, session, other, sign_in_as) -> None:
    coordinator = sign_in_as(Role.COORDINATOR, other)
    mobile = lines(session, OTHER)[Group.MOBILE]
    sent = {
        f"wanted-{mobile.id}": "viele", f"reason-{mobile.id}": "weil sie alt sind", "more-1-what": "Plotter",
        "more-1-wanted": "1",
    }  # fmt: skip
    refused = coordinator.post(f"/plan/survey/{NOW}/{OTHER}/answer", data=sent)
    assert refused.status_code == 422
    assert 'value="viele"' in refused.text
    assert "weil sie alt sind" in refused.text
    assert "Bitte die Gerätegruppe wählen." in refused.text
    assert lines(session, OTHER)[Group.MOBILE].reason is None


def test_two_people_at_one_answer_do_not_overwrite_each_other(office, session, other, sign_in_as) -> None:
    coordinator = sign_in_as(Role.COORDINATOR, other)
    mobile = lines(session, OTHER)[Group.MOBILE]
    sent = {f"wanted-{mobile.id}": "3", f"seen-{mobile.id}": str(mobile.version)}
    path = f"/plan/survey/{NOW}/{OTHER}/answer"
    assert coordinator.post(path, data=sent).status_code == 302
    late = coordinator.post(path, data={**sent, f"wanted-{mobile.id}": "9"})
    assert late.status_code in (409, 422)
    assert lines(session, OTHER)[Group.MOBILE].wanted == 3


def test_no_school_sees_or_answers_for_another(office, school, sign_in_as) -> None:
    stranger = sign_in_as(Role.COORDINATOR, school)
    for path in (
        f"/plan/survey/{NOW}/{OTHER}",
        f"/plan/survey/{NOW}/{OTHER}/answer",
        f"/exports/survey/{NOW}/{OTHER}.xlsx",
    ):
        assert stranger.get(path).status_code == 404, path
    assert "Grundschule am Teich" not in stranger.get("/plan/survey").text
    assert stranger.get(f"/exports/survey/{NOW}/{school.school_number}.xlsx").status_code == 200


def test_the_office_cuts_a_wish_with_a_reason_that_the_school_reads(
    office, session, other, sign_in_as
) -> None:
    coordinator = sign_in_as(Role.COORDINATOR, other)
    mobile = lines(session, OTHER)[Group.MOBILE]
    path = f"/plan/survey/{NOW}/{OTHER}"
    coordinator.post(f"{path}/answer", data={f"wanted-{mobile.id}": "12"})
    decide = f"/plan/survey/wishes/{mobile.id}/decide"
    assert "nennt der Schule den Grund" in office.post(decide, data={"decision": "cut", "granted": "5"}).text
    done = office.post(decide, data={"decision": "cut", "granted": "5", "decision_reason": "Haushaltssperre"})
    assert done.status_code == 302, done.text
    page = coordinator.get(path).text
    assert "gekürzt" in page
    assert "Haushaltssperre" in page
    assert lines(session, OTHER)[Group.MOBILE].decision is Decision.CUT
    assert "schon entschieden" in coordinator.post(f"{path}/answer", data={f"wanted-{mobile.id}": "40"}).text


def test_a_closed_round_takes_nothing_more_and_can_be_opened_again(
    office, session, other, sign_in_as
) -> None:
    mobile = lines(session, OTHER)[Group.MOBILE]
    for _twice in range(2):
        assert office.post(f"/plan/survey/{NOW}/close", data={"to": "closed"}).status_code == 302
    coordinator = sign_in_as(Role.COORDINATOR, other)
    path = f"/plan/survey/{NOW}/{OTHER}/answer"
    assert "ist abgeschlossen" in coordinator.post(path, data={f"wanted-{mobile.id}": "1"}).text
    for _twice in range(2):
        office.post(f"/plan/survey/{NOW}/close", data={"to": "open"})
    assert coordinator.post(path, data={f"wanted-{mobile.id}": "1"}).status_code == 302


def test_a_school_that_comes_later_is_asked_too(office, session, house) -> None:
    with transaction() as writing:
        values = {"school_number": "112100", "name": "Neue Schule", "school_type": SchoolType.G}
        school_actions.add_school(writing, values, by=house)
    office.post(f"/plan/survey/{NOW}/further")
    assert set(lines(session, "112100")) == set(Group) - {Group.OTHER}
    one = session.scalar(select(SurveyRound))
    assert one is not None
    assert len(queries.codes(session, one, seen_by=house)) == 3


def test_the_report_has_the_columns_that_others_rely_on(office, session) -> None:
    mobile = lines(session, OTHER)[Group.MOBILE]
    office.post(f"/plan/survey/{NOW}/{OTHER}/answer", data={f"wanted-{mobile.id}": "4"})
    for year, wanted in ((NOW, {4}), (NOW - 1, set())):
        answer = office.get(f"/exports/survey.xlsx?year={year}&school={OTHER}")
        sheet = openpyxl.load_workbook(io.BytesIO(answer.data))["Bedarfsabfrage"]
        head = [cell.value for cell in sheet[5]]
        assert head[:8] == [
            "Schulnummer", "Schule", "Gerätegruppe", "Soll", "Bestand", "Fehlbedarf", "gewünscht", "Begründung",
        ]  # fmt: skip
        rows = [row for row in sheet.iter_rows(min_row=6, values_only=True) if row[0] == OTHER]
        assert {row[6] for row in rows if row[6] is not None} == wanted


def test_nothing_is_decided_where_nothing_is_wished_and_a_grant_without_euros_is_told(
    office, session, other, sign_in_as
) -> None:
    path = f"/plan/survey/{NOW}/{OTHER}"
    mobile = lines(session, OTHER)[Group.MOBILE]
    asked = office.get(f"/plan/survey/wishes/{mobile.id}/decide").text
    assert "Hier ist nichts gewünscht" in asked
    assert "noch keine Antwort" in asked
    assert 'name="decision"' not in asked
    coordinator = sign_in_as(Role.COORDINATOR, other)
    more = {"more-1-group": "other", "more-1-what": "Dokumentenkamera", "more-1-wanted": "2"}
    assert coordinator.post(f"{path}/answer", data=more).status_code == 302
    camera = lines(session, OTHER)[Group.OTHER]
    decide = f"/plan/survey/wishes/{camera.id}/decide"
    granted = office.post(decide, data={"decision": "accepted"}, follow_redirects=True).text
    assert "zählt die Vereinbarung im Haushalt mit 0 €" in granted
    priced = office.post(decide, data={"decision": "accepted", "euros": "640"}, follow_redirects=True).text
    assert "mit 0 €" not in priced
    assert "640" in office.get("/plan/budget").text
