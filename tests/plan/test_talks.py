"""The yearly talk: what was agreed is counted by the plan, and next year's dossier says whether it was kept."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from school_it.access import Actor, Grant, Role
from school_it.database import today, transaction
from school_it.devices import actions as device_actions
from school_it.devices import catalogue
from school_it.devices.rules import ItemClass, State
from school_it.errors import BadValue, NotAllowed
from school_it.plan import actions as plan
from school_it.plan import money, standing
from school_it.plan.rules import Basis
from school_it.plan.rules.budget import Part
from school_it.plan.survey import actions as survey
from school_it.plan.survey import queries as survey_queries
from school_it.plan.survey.rules import Decision, Group
from school_it.plan.talks import actions, dossier, queries, views
from school_it.plan.talks.rules import Agreed, Kept, beyond
from school_it.school_year import begins, school_year
from school_it.schools import actions as school_actions
from school_it.schools.models import School
from school_it.web import pdf
from tests.asked import statements

SignInAs = Callable[..., FlaskClient]
NOW = school_year(today())


@pytest.fixture
def planned(session: Session, house: Actor, school: School) -> School:
    """A school of 20 pupils that is to have 10 tablets and has 4, two of them broken."""
    with transaction() as writing:
        held = writing.merge(school)
        category = catalogue.ensure_categories(writing, by=house)["Tablet"]
        school_actions.record_figures(writing, held, NOW, {"pupils": 20, "rooms": 3}, by=house)
        plan.add_target(
            writing,
            {
                "plan": "V", "item_class": ItemClass.MOBILE, "basis": Basis.PUPILS, "value": Decimal(2),
                "valid_from": begins(NOW - 1),
            },
            by=house,
        )  # fmt: skip
        for number in range(4):
            device_actions.add_device(
                writing,
                {
                    "asset_tag": f"T-{number}", "category_id": category, "school_id": held.id,
                    "acquired_on": date(NOW, 3, 1),
                    "state": State.DEFECTIVE if number < 2 else State.IN_STOCK,
                },
                by=house,
            )  # fmt: skip
    return school


def agree(school: School, by: Actor, **values: Any) -> int:
    usual = {"what": "Tablets für Jahrgang 5", "due_on": date(today().year + 1, 6, 30)}
    with transaction() as session:
        return actions.agree(session, session.merge(school), {**usual, **values}, by=by).id


def agreed_euros(session: Session, by: Actor) -> Decimal:
    session.rollback()
    return money.of(session, standing.look(session, today(), seen_by=by), seen_by=by).part(Part.AGREED)


def test_an_agreement_counts_only_beyond_the_gap_and_the_earliest_is_covered_first() -> None:
    def one(number: int, month: int, euros: str | None = None) -> Agreed:
        due = date(2027, month, 1)
        return Agreed(1, ItemClass.MOBILE, number, Decimal(euros) if euros else None, due)

    assert beyond([one(5, 1)], gap=5) == []
    late, early = one(10, 9, "1000"), one(6, 2)
    left = beyond([late, early], gap=8)
    assert [(each.agreed, each.number, each.euros) for each in left] == [(late, 8, Decimal("800.00"))]
    assert [each.number for each in beyond([early], gap=0)] == [6]
    without = Agreed(1, None, 0, Decimal(250), date(2027, 1, 1))
    assert [each.euros for each in beyond([without], gap=9)] == [Decimal(250)]


def test_the_budget_counts_what_is_agreed_beyond_the_gap(session, planned, house) -> None:
    assert agreed_euros(session, house) == 0
    ident = agree(planned, house, item_class=ItemClass.MOBILE, number=8)
    town = standing.look(session, today(), seen_by=house)
    (stand,) = town.schools
    assert (stand.cells[ItemClass.MOBILE].gap, stand.cells[ItemClass.MOBILE].agreed) == (8, 8)
    assert agreed_euros(session, house) == 0, "eight are missing anyway"
    agree(planned, house, item_class=ItemClass.MOBILE, number=2)
    assert agreed_euros(session, house) == 2 * town.assumed.price(ItemClass.MOBILE, today().year + 1)
    agree(planned, house, what="Beamer der Aula", euros=Decimal(900))
    assert agreed_euros(session, house) == 2 * town.assumed.price(ItemClass.MOBILE, today().year + 1) + 900
    with transaction() as writing:
        held = queries.get_agreement(writing, ident, seen_by=house)
        actions.settle(writing, held, {"kept": Kept.KEPT}, by=house)
    assert agreed_euros(session, house) == 900, "what is kept is bought and no need any more"


def test_a_granted_wish_is_an_agreement_and_a_rejected_one_is_none(session, planned, house) -> None:
    with transaction() as writing:
        one = survey.open_round(writing, {"school_year": NOW, "due_on": today()}, by=house)
        (wish,) = [
            each for each in survey_queries.wishes(writing, one, seen_by=house) if each.group is Group.MOBILE
        ]
        survey.answer(writing, wish, {"wanted": 12}, by=house)
        ident = wish.id
    for values, number, kept in (
        ({"decision": Decision.ACCEPTED}, 12, Kept.OPEN),
        ({"decision": Decision.CUT, "granted": 9, "decision_reason": "Haushalt"}, 9, Kept.OPEN),
        ({"decision": Decision.REJECTED, "decision_reason": "Haushalt"}, 9, Kept.DROPPED),
    ):
        with transaction() as writing:
            survey.decide(writing, survey_queries.get_wish(writing, ident, seen_by=house), values, by=house)
        session.rollback()
        agreement = queries.of_wish(session, ident)
        assert agreement is not None
        assert (agreement.number, agreement.kept, agreement.due_on.year) == (number, kept, NOW + 1)
    assert agreement.note == "Haushalt", "the school reads why it is dropped"
    held = survey_queries.get_wish(session, ident, seen_by=house)
    silent = {"decision": Decision.CUT, "granted": 3, "decision_reason": None}
    with pytest.raises(BadValue, match="nennt der Schule den Grund"):
        survey.decide(session, held, silent, by=house)
    with pytest.raises(BadValue, match="Angenommen sind alle 12"):
        survey.decide(session, held, {"decision": Decision.ACCEPTED, "granted": 3}, by=house)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"kept": Kept.DROPPED}, "Warum entfällt es"),
        ({"kept": Kept.POSTPONED, "due_on": date(2020, 1, 1)}, "künftigen Tag"),
        ({"number": 3}, "Gerätegruppe"),
        ({"what": None}, "Was ist vereinbart"),
    ],
)
def test_an_agreement_says_what_is_missing(
    session, planned, house, values: dict[str, Any], said: str
) -> None:
    ident = agree(planned, house)
    with pytest.raises(BadValue, match=said), transaction() as writing:
        actions.settle(writing, queries.get_agreement(writing, ident, seen_by=house), values, by=house)


def last_year(school: School, by: Actor) -> None:
    """A talk of the year before with two agreements, one kept, one not."""
    with transaction() as session:
        held = session.merge(school)
        review = actions.hold(
            session,
            held,
            {"held_on": date(NOW - 1, 11, 4), "participants": "Schulleitung, Schulverwaltungsamt"},
            by=by,
        )
        for what, kept, note in (
            ("WLAN in der Turnhalle", Kept.KEPT, None),
            ("10 Tablets", Kept.OPEN, "Liefertermin"),
        ):
            terms = {"what": what, "kept": kept, "note": note, "due_on": date(NOW, 6, 30)}
            actions.agree(session, held, terms, review=review, by=by)


def test_the_dossier_says_what_is_missing_and_whether_last_years_word_was_kept(
    session, planned, house
) -> None:
    last_year(planned, house)
    agree(planned, house, what="neu in diesem Jahr")
    session.rollback()
    found = dossier.gather(session, planned, seen_by=house)
    assert found.kept == (1, 2)
    assert [line[0] for line in found.section("before").lines] == ["WLAN in der Turnhalle", "10 Tablets"]
    assert [line[0] for line in found.section("fresh").lines] == ["neu in diesem Jahr"]
    (mobile,) = found.section("equipment").lines
    assert mobile[:5] == ["mobil", 10, 4, 2, 8]
    assert ["defekt", 2] in [list(line) for line in found.section("trouble").lines]
    assert found.section("ages").lines == [[str(NOW), 4]]
    before = dossier.gather(session, planned, NOW - 1, seen_by=house)
    assert [line[0] for line in before.section("fresh").lines] == ["WLAN in der Turnhalle", "10 Tablets"]


def test_a_dossier_asks_as_often_at_many_devices_as_at_few(session, planned, house) -> None:
    counts = []
    for more in (0, 40):
        with transaction() as writing:
            category = catalogue.ensure_categories(writing, by=house)["Tablet"]
            for number in range(more):
                values = {"asset_tag": f"M-{number}", "category_id": category, "school_id": planned.id}
                device_actions.add_device(writing, values, by=house)
        session.rollback()
        with statements() as sent:
            dossier.gather(session, planned, seen_by=house)
        counts.append(len(sent))
    assert counts[0] == counts[1] > 10


def test_the_office_holds_a_talk_and_the_school_reads_it(planned, sign_in_as: SignInAs, session) -> None:
    office = sign_in_as(Role.OFFICE)
    number = planned.school_number
    assert "steht aus" in office.get("/plan/talks").text
    made = office.post(
        f"/plan/schools/{number}/talks/new",
        data={"held_on": f"{today():%d.%m.%Y}", "participants": "Schulleitung", "text": "Es ging um WLAN."},
    )
    assert made.status_code == 302, made.text
    where = made.location
    added = office.post(
        f"{where}/agreements/new",
        data={"what": "5 Tablets", "item_class": "mobile", "number": "5", "due_on": "30.06.2027"},
    )
    assert added.status_code == 302, added.text
    assert "steht aus" not in office.get("/plan/talks").text
    coordinator = sign_in_as(Role.COORDINATOR, planned)
    page = coordinator.get(where).text
    assert "Es ging um WLAN." in page
    assert "5 Tablets" in page
    assert "Vereinbarung eintragen" not in page
    assert coordinator.post(f"{where}/edit", data={"held_on": "01.01.2026"}).status_code == 403
    shown = coordinator.get(f"/plan/schools/{number}/dossier").text
    assert "5 Tablets" in shown
    assert "Eigenanteil" not in shown, "what was paid is the office's"


def test_a_coordinator_sees_the_own_school_only(session, planned, house, sign_in_as: SignInAs) -> None:
    last_year(planned, house)
    with transaction() as writing:
        values = {"school_number": "199485", "name": "Andere", "school_type": planned.school_type}
        other = school_actions.add_school(writing, values, by=house)
    stranger = sign_in_as(Role.COORDINATOR, other)
    session.rollback()
    review = queries.reviews_of(session, planned.id)[0]
    for path in (f"/plan/schools/{planned.school_number}/dossier", f"/plan/talks/{review.id}"):
        assert stranger.get(path).status_code == 404, path
    assert planned.name not in stranger.get("/plan/talks").text


def test_the_workbook_holds_the_tables_of_the_page(planned, house, sign_in_as: SignInAs) -> None:
    last_year(planned, house)
    answer = sign_in_as(Role.OFFICE).get(f"/exports/dossier.xlsx?school={planned.school_number}")
    assert answer.status_code == 200, answer.text
    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    assert book.sheetnames[:3] == ["Deckblatt", "Vereinbart bisher", "Bestand und Ziel"]
    rows = list(book["Vereinbart bisher"].iter_rows(min_row=6, values_only=True))
    assert [(row[0], row[5]) for row in rows] == [
        ("WLAN in der Turnhalle", "erfüllt"),
        ("10 Tablets", "offen"),
    ]


def test_the_pdf_comes_where_its_tool_is_and_is_a_sentence_where_it_is_not(
    planned, sign_in_as: SignInAs, monkeypatch: pytest.MonkeyPatch
) -> None:
    office, path = sign_in_as(Role.OFFICE), f"/plan/schools/{planned.school_number}/dossier.pdf"
    if pdf.is_there():
        answer = office.get(path)
        assert answer.status_code == 200
        assert answer.data.startswith(b"%PDF-")
        assert b"/StructTreeRoot" in answer.data or len(answer.data) > 5000
    monkeypatch.setattr(pdf, "is_there", lambda: False)
    refused = office.get(path)
    assert refused.status_code == 409
    assert "mit dem Browser drucken" in refused.text


def test_only_the_office_writes(session, planned, house) -> None:
    coordinator = Actor(9, "K", (Grant(Role.COORDINATOR, planned.id),))
    with pytest.raises(NotAllowed), transaction() as writing:
        actions.hold(writing, writing.merge(planned), {"held_on": today()}, by=coordinator)


def test_what_is_agreed_and_what_is_asked_stand_among_the_deadlines(
    planned, house, sign_in_as: SignInAs
) -> None:
    agree(planned, house, due_on=today() + timedelta(days=9))
    with transaction() as writing:
        survey.open_round(writing, {"school_year": NOW, "due_on": today() + timedelta(days=5)}, by=house)
    page = sign_in_as(Role.COORDINATOR, planned).get("/deadlines").text
    assert "Tablets für Jahrgang 5" in page
    assert "Bedarf melden bis" in page


def test_a_picture_of_ages_leaves_no_year_out() -> None:
    lines = [["2016", 3, 0], ["2019", 0, 12], ["–", 1, 0]]
    assert views.every_year(lines) == [
        ("2016", [3, 0]), ("2017", [0, 0]), ("2018", [0, 0]), ("2019", [0, 12]), ("–", [1, 0]),
    ]  # fmt: skip
    assert views.every_year([]) == []
