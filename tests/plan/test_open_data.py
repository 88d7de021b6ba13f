"""Open data: shown first, published by somebody, frozen; nobody reads a small number out of it."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from itertools import product

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from school_it import school_year
from school_it.access import Actor, Role
from school_it.database import today, transaction
from school_it.devices.rules import Use
from school_it.errors import NotAllowed, RuleBroken, Stale
from school_it.plan.open_data import actions, queries, tables
from school_it.plan.open_data.models import Publication
from school_it.plan.report import figures
from school_it.plan.rules import disclosure
from school_it.schools import actions as school_actions
from school_it.schools.models import School
from school_it.schools.rules import SchoolType
from tests.conftest import add_school
from tests.plan.test_where_schools_stand import categories as categories
from tests.plan.test_where_schools_stand import deliver
from tests.plan.test_where_schools_stand import planned as planned

YEAR = school_year.school_year(today())
LIMIT = 3


@given(st.lists(st.integers(0, 9), min_size=1, max_size=6))
@settings(max_examples=60, deadline=None)
def test_no_small_number_can_be_told_from_what_is_published(values: list[int]) -> None:
    """Even who knows which fields are small: each may be anything from 1 to below the limit."""
    made = disclosure.merged(values, LIMIT)
    small = {place for place, value in enumerate(values) if 0 < value < LIMIT}
    for place, shown in enumerate(made.values):
        assert shown in (None, values[place])
        assert shown is None or place not in small
    if made.merged is None:
        assert (made.total is None) == bool(small)
        return
    hidden = [place for place, shown in enumerate(made.values) if shown is None]
    assert made.total == sum(values)
    assert made.merged == sum(values[place] for place in hidden)
    ranges = [range(1, LIMIT) if place in small else range(LIMIT, made.merged + 1) for place in hidden]
    possible = [one for one in product(*ranges) if sum(one) == made.merged]
    for index, place in enumerate(hidden):
        if place in small:
            assert {one[index] for one in possible} == set(range(1, LIMIT))


def test_what_is_not_small_stays_and_zero_is_nobody() -> None:
    assert disclosure.merged([0, 7, 12], 5) == disclosure.Merged((0, 7, 12), 19)
    assert disclosure.merged([2, 7, 12, 30], 5) == disclosure.Merged((None, None, 12, 30), 51, 9)
    assert disclosure.merged([4, 4, 0], 5) == disclosure.Merged((None, None, 0), None)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=2, max_size=5))
@settings(max_examples=60, deadline=None)
def test_two_editions_subtracted_give_no_small_number_away(values: list[tuple[int, int]]) -> None:
    """Even who takes it that a field without a word stayed as it was: each small number may be another one."""
    keys = [str(place) for place in range(len(values))]
    one = disclosure.merged([before for before, _after in values], LIMIT)
    empty = {key for key, shown in zip(keys, one.values, strict=True) if shown is None}
    two = disclosure.merged_again([after for _before, after in values], LIMIT, keys, [empty])
    for key, shown, (_before, after) in zip(keys, two.values, values, strict=True):
        assert shown is None or (key not in empty and not 0 < after < LIMIT)
    hidden = {key for key, shown in zip(keys, two.values, strict=True) if shown is None}
    if two.merged is not None or two.total is not None:
        assert hidden == empty, "sums of other groups could be subtracted"
        assert (two.total is None) == (one.total is None) or one.total is None


def test_a_later_edition_keeps_what_an_earlier_one_withheld() -> None:
    keys, earlier = ["a", "b", "c"], [{"a", "b"}]
    grown = disclosure.merged_again([6, 9, 30], 5, keys, earlier)
    assert grown == disclosure.Merged((None, None, 30), 45, 15), "the same two, large enough: only their sum"
    newly_small = disclosure.merged_again([2, 9, 3], 5, keys, earlier)
    assert newly_small == disclosure.Merged((None, None, None), None), (
        "a third would be the difference of the sums"
    )
    gone = disclosure.merged_again([9, 30], 5, ["b", "c"], earlier)
    assert gone == disclosure.Merged((None, 30), None), "b alone would tell what a had"
    open_before = disclosure.merged_again([2, 9, 30], 5, keys, [set()])
    assert open_before == disclosure.Merged((None, 9, 30), None), "the total would tell the first"
    assert disclosure.merged_again([7, 9, 30], 5, keys, [set()]) == disclosure.Merged((7, 9, 30), 46)


@pytest.fixture
def town(planned: School, categories: dict[str, int], house: Actor) -> list[School]:
    """Three schools; the second has two devices of teachers, few enough to merge."""
    second, third = (
        add_school(house, "170001", "=Zweite Schule"),
        add_school(house, "170002", "Dritte Schule", SchoolType.GY),
    )
    with transaction() as writing:
        for school, pupils in ((second, 90), (third, 700)):
            school_actions.record_figures(writing, writing.merge(school), YEAR, {"pupils": pupils}, by=house)
    for school, pool, teachers in ((planned, 40, 9), (second, 20, 2), (third, 90, 30)):
        deliver(school, categories["Tablet"], pool, house, use=Use.POOL)
        deliver(school, categories["Tablet"], teachers, house, use=Use.TEACHER)
    return [planned, second, third]


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Somebody who is not signed in."""
    return app.test_client()


def table(session: Session, house: Actor) -> tables.Table:
    return tables.made(figures.counts_of(session, YEAR, seen_by=house), 5, queries.editions(session, YEAR))


def test_the_table_merges_small_numbers_and_hides_what_would_give_them_away(
    session: Session, town: list[School], house: Actor
) -> None:
    made = table(session, house)
    by_number = {line.number: line for line in made.lines}
    assert by_number["170001"].merged == ("teachers",)
    assert by_number["115514"].merged == ("teachers",)
    assert [by_number[one].values["teachers"] for one in ("170001", "115514", "170002")] == [None, None, 30]
    assert made.merged is not None
    assert made.merged.values["teachers"] == 11
    assert made.town.values["teachers"] == 41
    rows = list(csv.DictReader(io.StringIO(tables.as_csv(made)), delimiter=";"))
    assert rows[0]["school_number"] == "170001"
    assert rows[0]["school"] == "'=Zweite Schule", "no cell begins like a formula"
    assert {row["school"]: row["pupils_per_device"] for row in rows}["Dritte Schule"] == "7.8"
    told = json.loads(tables.as_json(made))
    assert (told["merged"]["teachers"], told["total"]["pupils"]) == (11, 990)


def test_amounts_of_the_json_are_exact_numbers(session: Session, town: list[School], house: Actor) -> None:
    made = table(session, house)
    exact = {tables.SPENT: Decimal("90071992547409.93"), tables.FUNDED: Decimal("1234.50")}
    first, *others = made.lines
    told = tables.as_json(replace(made, lines=[replace(first, values={**first.values, **exact}), *others]))
    assert '"spent": 90071992547409.93' in told, "a binary number would be 90071992547409.94"
    assert '"funded": 1234.50' in told
    assert json.loads(told, parse_float=Decimal)["schools"][0]["spent"] == exact[tables.SPENT]
    assert made.digest == hashlib.sha256(tables.as_json(made).encode()).hexdigest()


def test_an_edition_of_before_stays_valid_and_is_not_published_again_for_its_digits(
    session: Session, town: list[School], house: Actor, admin: FlaskClient, client: FlaskClient
) -> None:
    """Editions were written with 0.0 where 0.00 is written now."""
    made = table(session, house)
    older = json.dumps(json.loads(tables.as_json(made)), ensure_ascii=False, indent=1)
    digest = hashlib.sha256(older.encode()).hexdigest()
    assert digest != made.digest
    with transaction() as writing:
        writing.add(
            Publication(
                school_year=YEAR, limit=made.limit, licence="zero", csv=tables.as_csv(made), json=older,
                digest=digest, published_by="Amt",
            )
        )  # fmt: skip
    with transaction() as writing, pytest.raises(RuleBroken, match="schon veröffentlicht"):
        actions.publish(writing, table(writing, house), licence="zero", by=house)
    public = client.get(f"/open-data/{YEAR}/schulen.json").data
    assert hashlib.sha256(public).hexdigest() == queries.public_of(session, YEAR).digest == digest
    assert "sind die von heute" in admin.get(f"/plan/open-data?year={YEAR}").text


def test_nothing_is_public_before_somebody_publishes_and_nothing_after_it_is_withdrawn(
    town: list[School], admin: FlaskClient, client: FlaskClient, session: Session, house: Actor
) -> None:
    public = ("/open-data", "/open-data/catalog.jsonld", f"/open-data/{YEAR}/schulen.csv")
    assert [client.get(path).status_code for path in public] == [404, 404, 404]
    seen = table(session, house).digest
    assert "zusammengefasst" in admin.get(f"/plan/open-data?year={YEAR}").get_data(as_text=True)
    assert [client.get(path).status_code for path in public] == [404, 404, 404], "a look publishes nothing"
    assert admin.post("/plan/open-data/publish", data={"year": YEAR, "seen": seen}).status_code == 302
    assert [client.get(path).status_code for path in public] == [200, 200, 200]
    answer = client.get(public[2])
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cache-Control"] == "public, max-age=3600"
    assert "Set-Cookie" not in answer.headers
    again = client.get(public[2], headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert client.get(f"/open-data/{YEAR}/schulen.exe").status_code == 404
    one = queries.public_of(session, YEAR)
    assert admin.post(f"/plan/open-data/{one.id}/withdraw", data={"reason": ""}).status_code == 422
    assert admin.post(f"/plan/open-data/{one.id}/withdraw", data={"reason": "falsch"}).status_code == 302
    assert [client.get(path).status_code for path in public] == [404, 404, 404]


def test_what_is_published_stays_as_it_was(
    session: Session, town: list[School], categories: dict[str, int], house: Actor, client: FlaskClient
) -> None:
    with transaction() as writing:
        actions.publish(writing, table(writing, house), licence="zero", by=house)
    before = client.get(f"/open-data/{YEAR}/schulen.json").data
    seen = table(session, house).digest
    with transaction() as writing, pytest.raises(RuleBroken):
        actions.publish(writing, table(writing, house), licence="zero", by=house)
    deliver(town[2], categories["Tablet"], 7, house, use=Use.POOL)
    assert client.get(f"/open-data/{YEAR}/schulen.json").data == before
    with transaction() as writing, pytest.raises(Stale):
        actions.publish(writing, table(writing, house), licence="zero", seen=seen, by=house)
    with pytest.raises(RuleBroken), transaction() as writing:
        queries.public_of(writing, YEAR).csv = "anders"
    with transaction() as writing:
        actions.publish(writing, table(writing, house), licence="by", by=house)
    assert client.get(f"/open-data/{YEAR}/schulen.json").data != before
    kept = [(one.is_public, one.withdrawn_reason) for one in queries.all_of_them(session)]
    assert kept == [(True, None), (False, actions.REPLACED)]
    assert session.query(Publication).count() == 2


def test_a_corrected_edition_cannot_be_subtracted_from_the_first(
    session: Session, town: list[School], categories: dict[str, int], house: Actor, admin: FlaskClient
) -> None:
    """First the second school has 2 and is merged with 9; then it has 6, which alone would tell what the 2 were."""
    with transaction() as writing:
        actions.publish(writing, table(writing, house), licence="zero", by=house)
    deliver(town[1], categories["Tablet"], 4, house, use=Use.TEACHER)
    fresh = tables.made(figures.counts_of(session, YEAR, seen_by=house), 5)
    assert {line.number: line.values["teachers"] for line in fresh.lines}["170001"] == 6
    with transaction() as writing, pytest.raises(RuleBroken, match="früheren Fassung"):
        actions.publish(writing, fresh, licence="zero", by=house)
    made = table(session, house)
    assert [line.values["teachers"] for line in made.lines if line.number != "170002"] == [None, None]
    assert made.merged is not None
    assert made.merged.values["teachers"] == 15
    assert "bleibt es" in admin.get(f"/plan/open-data?year={YEAR}").get_data(as_text=True)
    with transaction() as writing:
        actions.publish(writing, made, licence="zero", by=house)
    assert table(session, house).digest == made.digest, "what is public is what would be published"


def test_the_catalogue_says_what_dcat_ap_de_asks_for(
    session: Session, town: list[School], house: Actor, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = client.application.config["SCHOOL_IT"]._values
    monkeypatch.setitem(known, "MUNICIPALITY_KEY", "05999001")
    monkeypatch.setitem(known, "OPEN_DATA_CONTRIBUTOR", "http://dcat-ap.de/def/contributors/beispielstadt")
    with transaction() as writing:
        actions.publish(writing, table(writing, house), licence="by", by=house)
    answer = client.get("/open-data/catalog.jsonld")
    assert answer.content_type == "application/ld+json; charset=utf-8"
    catalogue = json.loads(answer.data)
    assert {"dct:title", "dct:description", "dct:publisher", "dcat:dataset"} <= catalogue.keys()
    [dataset] = catalogue["dcat:dataset"]
    assert {
        "dct:title",
        "dct:description",
        "dct:publisher",
        "dct:temporal",
        "dct:modified",
        "dct:language",
    } <= dataset.keys()
    assert dataset["dcat:theme"]["@id"].endswith("data-theme/EDUC")
    assert dataset["dcatde:contributorID"]["@id"].endswith("/beispielstadt")
    assert dataset["dcatde:politicalGeocodingURI"]["@id"].endswith("municipalityKey/05999001")
    assert dataset["dct:temporal"]["dcat:startDate"]["@value"] == f"{YEAR}-08-01"
    for one in dataset["dcat:distribution"]:
        assert one["dct:license"]["@id"] == "http://dcat-ap.de/def/licenses/dl-by-de/2.0"
        assert one["dcatde:licenseAttributionByText"]["@value"]
        content = client.get(one["dcat:downloadURL"]["@id"]).data
        assert str(len(content)) == one["dcat:byteSize"]["@value"]


def test_only_the_office_publishes(
    session: Session, town: list[School], house: Actor, sign_in_as: Callable[..., FlaskClient]
) -> None:
    made = table(session, house)
    auditor, coordinator = sign_in_as(Role.AUDITOR), sign_in_as(Role.COORDINATOR, town[0])
    assert auditor.get("/plan/open-data").status_code == 200
    assert coordinator.get("/plan/open-data").status_code == 404
    data = {"year": YEAR, "seen": made.digest}
    assert [one.post("/plan/open-data/publish", data=data).status_code for one in (auditor, coordinator)] == [
        403,
        403,
    ]
    with pytest.raises(NotAllowed), transaction() as writing:
        actions.publish(writing, made, licence="zero", by=Actor(None, "Niemand", ()))
