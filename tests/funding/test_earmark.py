"""The earmark follows its grant, binds at every door, and goes on in the device that replaces a lost one."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from io import BytesIO

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from school_it.access import Actor, Role
from school_it.access import Grant as Given
from school_it.audit import Batch, Entry
from school_it.database import today, transaction
from school_it.devices import actions, bulk, catalogue, earmark
from school_it.devices.models import Device, DeviceRecord
from school_it.devices.rules import DisposalReason, RecordKind, State, Use
from school_it.errors import NotAllowed, Refused, RuleBroken
from school_it.funding import actions as funding
from school_it.funding.models import Decision, Grant, Programme
from school_it.schools import actions as schools
from school_it.schools.models import School
from school_it.schools.rules import SchoolType
from tests.funding.conftest import GRANT, PROGRAMME, Facts, TakeIn, told

DEVICE = {
    "Inventarnummer": "A-1", "Geräteart": "Tablet", "Schulnummer": "115514", "Förderprogramm": "DP_TEST",
    "Aktenzeichen": "48.03-17/24",
}  # fmt: skip
END = date(2029, 12, 31)
Desk = Callable[..., FlaskClient]


@pytest.fixture
def tablet(house: Actor) -> int:
    with transaction() as session:
        return catalogue.ensure_categories(session, by=house)["Tablet"]


@pytest.fixture
def bound(take_in: TakeIn, grant: Facts, tablet: int, session: Session) -> Device:
    """A-1, bound until 31.12.2029 by the decision 48.03-17/24."""
    assert take_in("devices", DEVICE)["exit"] == 0
    return one(session, "A-1")


def one(session: Session, tag: str) -> Device:
    session.rollback()
    return session.scalars(select(Device).where(Device.asset_tag == tag)).one()


def coordinator(school: School) -> Actor:
    return Actor(7, "koordination", (Given(Role.COORDINATOR, school.id),))


def office() -> Actor:
    return Actor(8, "schulamt", (Given(Role.OFFICE),))


# --- it follows its grant ---


def test_a_longer_period_moves_the_computed_ends_in_one_act_and_leaves_those_set_by_hand(
    session: Session, take_in: TakeIn, grant: Facts, tablet: int, house: Actor
) -> None:
    take_in("devices", DEVICE, {**DEVICE, "Inventarnummer": "A-2"})
    take_in("devices", {**DEVICE, "Inventarnummer": "A-3", "Zweckbindung bis": "30.06.2031"})
    with transaction() as writing:
        decision = writing.scalars(select(Decision)).one()
        funding.change_decision(writing, decision, {"period_to": date(2026, 3, 31)}, by=house)
    assert [one(session, tag).bound_until for tag in ("A-1", "A-2", "A-3")] == [
        date(2030, 12, 31), date(2030, 12, 31), date(2031, 6, 30),
    ]  # fmt: skip
    batch = session.scalars(select(Batch).where(Batch.kind == "funding.bound")).one()
    assert batch.counts == {"changed": 2, "same": 1}
    traced = session.scalars(select(Entry).where(Entry.batch_id == batch.id)).all()
    assert {entry.object_label for entry in traced} == {"A-1", "A-2"}
    assert traced[0].changes == {"bound_until": ["2029-12-31", "2030-12-31"]}


def test_the_page_shows_first_what_would_move_and_then_does_it(
    session: Session, bound: Device, sign_in_as: Desk
) -> None:
    client = sign_in_as(Role.OFFICE)
    programme = session.scalars(select(Programme)).one()
    address = f"/funding/programmes/{programme.id}/edit"
    form = client.get(address).get_data(as_text=True)
    data = dict(re.findall(r'name="([a-z_]+)"[^>]*?value="([^"]*)"', form))
    data |= {
        "code": "DP_TEST", "title": "Digitale Schule (Beispiel)", "financing": "share", "rate": "80 %",
        "start_event": "order", "earmark_years": "6", "earmark_anchor": "implementation_end",
        "earmark_end_rule": "calendar_year", "status": "valid", "items": "2.1a, 2.1b, 2.3",
    }  # fmt: skip
    data.pop("csrf_token", None)
    asked = client.post(address, data=data)
    text = asked.get_data(as_text=True)
    assert asked.status_code == 409, text
    assert "31.12.2029" in text
    assert "31.12.2031" in text
    assert one(session, "A-1").bound_until == END
    seen = re.search(r'name="earmarks_seen" value="(\w+)"', text)
    assert seen is not None
    assert client.post(address, data={**data, "earmarks_seen": seen[1]}).status_code == 302
    assert one(session, "A-1").bound_until == date(2031, 12, 31)


def test_a_file_of_grants_moves_them_and_its_undo_brings_them_back(
    session: Session, take_in: TakeIn, bound: Device, app: Flask, house: Actor
) -> None:
    assert take_in("grants", {**GRANT, "Durchführung bis": "30.09.2026"})["changed"] == 1
    assert one(session, "A-1").bound_until == date(2030, 12, 31)
    batch = session.scalars(
        select(Batch).where(Batch.kind == "import.grants").order_by(Batch.id.desc())
    ).first()
    assert batch is not None
    result = app.test_cli_runner().invoke(args=["undo", str(batch.id)])
    assert result.exit_code == 0, result.output
    assert one(session, "A-1").bound_until == END


@pytest.mark.parametrize(
    ("anchor", "rule", "day", "end"),
    [
        ("Inbetriebnahme", "Jahrestag", {"Inbetriebnahme": "15.02.2025"}, date(2029, 2, 15)),
        ("Anschaffung", "Kalenderjahr", {"Anschaffungsdatum": "15.02.2025"}, date(2029, 12, 31)),
    ],
)
def test_each_anchor_counts_from_its_own_day_and_follows_it(
    session: Session, take_in: TakeIn, school: School, tablet: int, house: Actor,
    anchor: str, rule: str, day: dict[str, str], end: date,
) -> None:  # fmt: skip
    take_in("programmes", {**PROGRAMME, "Zweckbindung ab": anchor, "Zweckbindung endet": rule})
    take_in("grants", GRANT)
    take_in("devices", {**DEVICE, **day})
    assert one(session, "A-1").bound_until == end
    later = dict.fromkeys(day, "20.03.2026")
    assert take_in("devices", {**DEVICE, **later})["changed"] == 1
    assert one(session, "A-1").bound_until == date(2030, 3, 20) if rule == "Jahrestag" else date(2030, 12, 31)


def test_the_completion_of_the_measure_counts_once_it_is_entered(
    session: Session, take_in: TakeIn, school: School, tablet: int, house: Actor
) -> None:
    take_in("programmes", {**PROGRAMME, "Zweckbindung ab": "Abschluss"})
    take_in("grants", GRANT)
    take_in("devices", DEVICE)
    assert one(session, "A-1").bound_until is None
    with transaction() as writing:
        grant = writing.scalars(select(Grant)).one()
        funding.change_grant(writing, grant, {"completed_on": date(2025, 5, 20)}, by=house)
    assert one(session, "A-1").bound_until == END
    assert session.scalars(select(Grant)).one().earmark_end == END


# --- it binds at every door ---


def test_disposing_needs_a_name_and_a_reason(session: Session, bound: Device, school: School) -> None:
    sold = {"disposal_reason": DisposalReason.SALE}
    with pytest.raises(RuleBroken, match="Zweckbindung"), transaction() as writing:
        actions.dispose(writing, one(writing, "A-1"), sold, by=office())
    for reason, person in (("Totalschaden", None), (None, "Frau Beispiel")):
        with pytest.raises(Refused), transaction() as writing:
            actions.approve_disposal(writing, one(writing, "A-1"), reason=reason, person=person, by=office())
    with pytest.raises(NotAllowed), transaction() as writing:
        actions.approve_disposal(
            writing, one(writing, "A-1"), reason="alt", person="Frau Beispiel", by=coordinator(school)
        )
    with transaction() as writing:
        device = one(writing, "A-1")
        actions.approve_disposal(
            writing, device, reason="Totalschaden", person="Frau Beispiel, Bezirksregierung",
            reference="48.03-99", on=today(), by=office(),
        )  # fmt: skip
        actions.dispose(writing, device, sold, by=office())
    kept = session.scalars(select(DeviceRecord)).one()
    assert (kept.kind, kept.person, kept.reference) == (
        RecordKind.APPROVAL, "Frau Beispiel, Bezirksregierung", "48.03-99",
    )  # fmt: skip


def test_an_approval_from_before_the_earmark_is_none(session: Session, tablet: int, school: School) -> None:
    """Approved without a name while nothing bound it; then the grant does."""
    with transaction() as writing:
        device = actions.add_device(
            writing, {"asset_tag": "B-1", "category_id": tablet, "school_id": school.id}, by=office()
        )
        actions.approve_disposal(writing, device, reason="veraltet", by=office())
        actions.change_device(writing, device, {"bound_until": today() + timedelta(1)}, by=office())
    gone = {"disposal_reason": DisposalReason.TRANSFER}
    with pytest.raises(RuleBroken, match="Zweckbindung"), transaction() as writing:
        actions.dispose(writing, one(writing, "B-1"), gone, by=office())


def test_no_list_disposes_of_it_shortens_it_or_gives_it_to_the_administration(
    take_in: TakeIn, bound: Device, session: Session
) -> None:
    for word in ("ausgesondert", "entsorgt"):
        ((_row, column, sentence),) = told(take_in("devices", {**DEVICE, "Zustand": word}))
        assert column == "Zustand"
        assert "31.12.2029" in sentence
    shortened = {**DEVICE, "Zustand": "ausgesondert", "Zweckbindung bis": "01.01.2020"}
    assert take_in("devices", shortened)["exit"] == 3
    ((_row, column, sentence),) = told(take_in("devices", {**DEVICE, "Nutzung": "Verwaltung"}))
    assert column == "Nutzung"
    assert "Genehmigung" in sentence
    assert (one(session, "A-1").state, one(session, "A-1").use) == (State.IN_STOCK, None)
    assert take_in("devices", {**DEVICE, "Zustand": "defekt"})["changed"] == 1


def test_a_list_that_shortens_it_says_so_first_and_whoever_sells_then_is_told_of_the_decision(
    take_in: TakeIn, bound: Device, sign_in_as: Desk
) -> None:
    facts = take_in("devices", {**DEVICE, "Zweckbindung bis": "01.01.2020"})
    assert (facts["exit"], facts["changed"]) == (0, 1)
    assert "Die Zweckbindung wird kürzer: Bisher läuft sie bis 31.12.2029" in str(facts["hints"])
    page = sign_in_as(Role.OFFICE).get("/devices/A-1/dispose").get_data(as_text=True)
    assert "Nach dem Bescheid läuft die Zweckbindung noch bis 31.12.2029" in page


def test_neither_bulk_edit_nor_the_page_of_a_school_slips_it_off(
    session: Session, bound: Device, school: School, sign_in_as: Desk
) -> None:
    by = coordinator(school)
    with transaction() as writing:
        earlier, office_use = {"bound_until": date(2020, 1, 1)}, {"use": Use.OFFICE}
        for values, clear in (({}, ["bound_until"]), (earlier, []), (office_use, [])):
            made = bulk.edit_many(writing, [bound.id], values, clear, by=by)
            assert (made.edits, len(made.skipped)) == ([], 1), values
    for values in ({"bound_until": date(2020, 1, 1)}, {"use": Use.OFFICE}):
        with pytest.raises(Refused), transaction() as writing:
            actions.change_device(writing, one(writing, "A-1"), values, by=by)
    page = sign_in_as(Role.COORDINATOR, school)
    assert page.post("/devices/A-1/state", data={"state": "disposed"}).status_code == 409
    assert page.post("/devices/A-1/other-use", data={"person": "X", "reason": "Y"}).status_code == 403
    assert one(session, "A-1").bound_until == END


def test_another_use_is_taken_once_somebody_has_approved_it_by_name(
    session: Session, take_in: TakeIn, bound: Device, sign_in_as: Desk
) -> None:
    page = sign_in_as(Role.OFFICE)
    assert page.post("/devices/A-1/other-use", data={"reason": "Sekretariat"}).status_code == 422
    answer = page.post(
        "/devices/A-1/other-use",
        data={
            "person": "Frau Beispiel",
            "reason": "Sekretariat",
            "happened_on": "02.03.2026",
            "reference": "48-7",
        },
    )
    assert answer.status_code == 302
    assert take_in("devices", {**DEVICE, "Nutzung": "Verwaltung"})["changed"] == 1
    assert "Frau Beispiel" in page.get("/devices/A-1").get_data(as_text=True)


def test_a_move_to_another_school_needs_a_reason_that_is_kept(
    session: Session, bound: Device, house: Actor
) -> None:
    with transaction() as writing:
        other = schools.add_school(
            writing,
            {"school_number": "166133", "name": "Realschule Musterau", "school_type": SchoolType.R},
            by=house,
        ).id
    with pytest.raises(Refused, match="Grund"), transaction() as writing:
        actions.change_device(writing, one(writing, "A-1"), {"school_id": other}, by=office())
    with transaction() as writing:
        assert bulk.plan(writing, [bound.id], {"school_id": other}, by=office()).skipped
        bulk.edit_many(writing, [bound.id], {"school_id": other}, move_reason="Umzug der Klasse", by=office())
    kept = session.scalars(select(DeviceRecord)).one()
    assert (kept.kind, kept.reason, kept.to_school_id) == (RecordKind.MOVE, "Umzug der Klasse", other)
    with transaction() as writing:
        back = {"school_id": kept.from_school_id, "move_reason": "zurück"}
        actions.change_device(writing, one(writing, "A-1"), back, by=office())
    assert len(session.scalars(select(DeviceRecord)).all()) == 2


# --- what happens to it ---


def test_a_theft_needs_the_police_reference_and_the_replacement_takes_over_the_time(
    session: Session, bound: Device, school: School, tablet: int, house: Actor, sign_in_as: Desk
) -> None:
    page = sign_in_as(Role.COORDINATOR, school)
    theft = {"kind": "theft", "happened_on": f"{today():%d.%m.%Y}", "authority": "Polizeiwache Musterau"}
    assert page.post("/devices/A-1/incident", data=theft).status_code == 422
    assert page.post("/devices/A-1/incident", data={**theft, "reference": "501-26"}).status_code == 302
    assert one(session, "A-1").state is State.STOLEN
    with transaction() as writing:
        new = {"asset_tag": "A-9", "category_id": tablet, "school_id": school.id}
        actions.add_device(writing, new, by=office())
    assert page.post("/devices/A-1/replacement", data={"tag": "A-9"}).status_code == 302
    assert one(session, "A-9").bound_until == END
    assert "A-9" in page.get("/devices/A-1").get_data(as_text=True)
    assert "501-26" in page.get("/devices/A-1").get_data(as_text=True)
    assert "A-1" in page.get("/devices/A-9").get_data(as_text=True)
    with transaction() as writing:
        decision = writing.scalars(select(Decision)).one()
        funding.change_decision(
            writing,
            decision,
            {"period_to": date(2026, 3, 31)},
            by=Actor(None, "x", office().grants, via="cli"),
        )
    assert one(session, "A-9").bound_until == date(2030, 12, 31), "the inherited end follows as well"
    assert page.post("/devices/A-9/replacement", data={"tag": "A-1"}).status_code == 422


# --- the register ---


def test_the_register_tells_what_is_bound_with_sums_and_what_wears_out_before(
    session: Session, take_in: TakeIn, grant: Facts, tablet: int, sign_in_as: Desk
) -> None:
    priced = {**DEVICE, "Preis brutto": "499,90", "Inbetriebnahme": "01.09.2020"}
    take_in("devices", priced, {**priced, "Inventarnummer": "A-2", "Inbetriebnahme": "01.09.2025"})
    take_in("devices", {**DEVICE, "Inventarnummer": "F-1", "Aktenzeichen": None, "Förderprogramm": None})
    years = earmark.by_year(session, earmark.Wish(), seen_by=office())
    assert [(one.key, one.number, str(one.amount)) for one in years] == [(2029, 2, "999.80")]
    worn = earmark.to_replace(session, earmark.Wish(), seen_by=office())
    assert [(one.key, one.number, str(one.amount)) for one in worn] == [(2025, 1, "499.90")]
    page = sign_in_as(Role.OFFICE)
    text = page.get("/funding/bound").get_data(as_text=True)
    assert "999,80" in text
    assert "F-1" not in text
    assert "A-2" not in page.get("/funding/bound?life=2025").get_data(as_text=True)
    book = openpyxl.load_workbook(BytesIO(page.get("/exports/earmark.xlsx").data))
    assert book.sheetnames == ["Zweckbindung", "Nach Jahr", "Eigene Mittel"]
    assert [row[0].value for row in book["Zweckbindung"].iter_rows(min_row=6, max_row=7)] == ["A-1", "A-2"]
