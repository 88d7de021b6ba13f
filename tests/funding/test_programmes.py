"""Programmes that come as files: what they say and how sure, what taking them over changes, and earlier versions."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from school_it.access import Role
from school_it.errors import CannotRead
from school_it.funding.models import Programme
from school_it.funding.programmes import shipped, terms, whatif
from school_it.funding.programmes.facts import Sure
from school_it.funding.rules import Anchor, EndRule, Financing, Scope, Status
from tests.funding.conftest import PROGRAMME, TakeIn, run

D = Decimal
SignIn = Callable[..., FlaskClient]
OWN_FILE = """
code = "EIGEN"
title = "Programm eines anderen Landes"
land = "XX"
written_on = 2026-11-28
[sources]
d = "Richtlinie vom 01.02.2026"
[values]
financing = {value = "full", sure = "A", source = "d"}
earmark_years = {value = 3, sure = "A", source = "d"}
earmark_anchor = {value = "commissioning", sure = "A", source = "d"}
earmark_end_rule = {value = "day_before", sure = "A", source = "d"}
budget = {why = "Steht im Bescheid."}
"""


@pytest.fixture
def office(sign_in_as: SignIn) -> FlaskClient:
    return sign_in_as(Role.OFFICE)


def text_of(answer: Any) -> str:
    return str(answer.get_data(as_text=True)).replace("\N{NO-BREAK SPACE}", " ")


def stored(session: Session, code: str) -> Programme:
    session.rollback()
    return session.scalars(select(Programme).where(Programme.code == code)).one()


# --- what the files say ---


def test_every_shipped_value_names_its_source_and_nothing_unread_is_a_value() -> None:
    offered = shipped.every()
    assert {"DP_NRW", "SOFORT_NRW", "PUPIL2_NRW", "REACT_NRW", "TEACHER_NRW", "ADMIN_NRW", "DP2_NRW"} < {
        *offered
    }
    for one in offered.values():
        for field, fact in one.facts.items():
            if field in one.values:
                assert fact.sure in {Sure.OFFICIAL, Sure.REPORTED, Sure.DERIVED}, (one.code, field)
                assert fact.source, (
                    one.code,
                    field,
                )
            else:
                assert fact.why, (one.code, field)


def test_the_lands_differ_by_data_alone() -> None:
    offered = shipped.every()
    nrw, bavaria, lower_saxony = offered["DP_NRW"], offered["TEACHER_BY"], offered["DP_NI"]
    assert (nrw.values["rate"], nrw.values["earmark_anchor"]) == (D("0.90"), Anchor.IMPLEMENTATION_END)
    assert bavaria.values["earmark_anchor"] is Anchor.COMMISSIONING
    assert bavaria.values["earmark_end_rule"] is EndRule.ANNIVERSARY
    assert lower_saxony.values["financing"] is Financing.FULL
    assert "rate" not in lower_saxony.values
    assert "rate" in offered["DP_BW"].open_fields  # 80 % are remembered, not read
    assert offered["DP2_NRW"].status is Status.DRAFT
    assert not {"rate", "unit_cap", "earmark_years"} & set(offered["DP2_NRW"].values)


@pytest.mark.parametrize(
    ("before", "after", "why"),
    [
        (
            'rate = {value = "0.8", sure = "M", source = "d"}',
            "rate",
            "was nicht belegt ist (M), bleibt ohne value",
        ),
        ('rate = {value = "0.8", sure = "A", source = "x"}', "rate", "source nennt keine Stelle"),
        ('rate = {value = "viel", sure = "A", source = "d"}', "rate", "von falscher Art"),
        ('rate = {sure = "A"}', "rate", "braucht es why"),
        ('rat = {value = "0.8", sure = "A", source = "d"}', "rat", "diese Angabe gibt es nicht"),
    ],
)
def test_a_file_that_says_too_little_is_refused_with_file_and_field(
    tmp_path: Path, before: str, after: str, why: str
) -> None:
    file = tmp_path / "eigen.toml"
    file.write_text(OWN_FILE + before, "utf-8")
    with pytest.raises(CannotRead) as refused:
        shipped.read(file)
    assert f"eigen.toml, »{after}«" in str(refused.value)
    assert why in str(refused.value)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.builds(
            terms.Limit,
            st.just(("2.2", "2.3")),
            st.sampled_from(Scope),
            st.decimals(min_value=1, max_value=99_999, places=2),
            st.none(),
        ),
        min_size=1,
        max_size=3,
    )
)
def test_what_stands_in_the_form_for_a_cap_reads_back_as_the_same_cap(limits: list[terms.Limit]) -> None:
    whole = tuple(limits)
    assert terms.read_limits(terms.show_limits(whole)) == whole
    assert terms.typed("limits", json.loads(json.dumps(terms.plain(whole)))) == whole


# --- taking over ---


def test_a_shipped_programme_is_taken_over_with_its_sources_and_what_is_open(
    session: Session, office: FlaskClient
) -> None:
    preview = text_of(office.get("/funding/programmes/shipped/DP_NRW"))
    assert "Das Budget des Schulträgers steht in Anlage 2 der Richtlinie." in preview
    fields = list(shipped.every()["DP_NRW"].values)
    assert office.post("/funding/programmes/shipped/DP_NRW", data={"take": fields}).status_code == 302
    made = stored(session, "DP_NRW")
    assert (made.rate, made.budget, made.earmark_years) == (D("0.9"), None, 5)
    assert terms.of(made.terms)["documents"][0].scope is Scope.SCHOOL
    page = text_of(office.get(f"/funding/programmes/{made.id}"))
    assert "aus dem Bescheid" in page
    assert "Presseberichte" in page


def test_the_offices_own_value_stays_unless_it_is_chosen(
    app: Flask, session: Session, office: FlaskClient
) -> None:
    run(app, "funding", "programmes", "DP_NRW", "--take")
    made = stored(session, "DP_NRW")
    form = {
        "code": "DP_NRW", "title": made.title, "status": "valid", "financing": "share", "rate": "85",
        "start_event": "order", "because": "Bescheid vom 12.03.2026", "version": made.version,
    }  # fmt: skip
    assert office.post(f"/funding/programmes/{made.id}/edit", data=form).status_code == 302
    made = stored(session, "DP_NRW")
    assert made.facts is not None
    assert made.facts["rate"] == {"value": "0.85", "sure": "own", "source": "Bescheid vom 12.03.2026"}
    told = json.loads(run(app, "funding", "programmes", "DP_NRW", "--json").stdout)["programmes"][0]["fields"]
    changes = {one["field"]: one["change"] for one in told}
    assert (changes["rate"], changes["financing"], changes["earmark_years"]) == ("own", "same", "new")
    run(app, "funding", "programmes", "DP_NRW", "--take")
    assert (stored(session, "DP_NRW").rate, stored(session, "DP_NRW").earmark_years) == (D("0.85"), 5)
    run(app, "funding", "programmes", "DP_NRW", "--take", "--own")
    assert stored(session, "DP_NRW").rate == D("0.9")


def test_an_import_of_the_sheet_leaves_what_goes_beyond_it_and_its_value_is_no_longer_the_directives(
    app: Flask, session: Session, office: FlaskClient, take_in: TakeIn
) -> None:
    run(app, "funding", "programmes", "REACT_NRW", "--take")
    before = stored(session, "REACT_NRW").terms
    row = {**PROGRAMME, "Kürzel": "REACT_NRW", "Höchstbetrag je Gerät": "450,00"}
    assert take_in("programmes", row)["exit"] == 0
    after = stored(session, "REACT_NRW")
    assert after.terms == before
    assert after.terms
    told = json.loads(run(app, "funding", "programmes", "REACT_NRW", "--json").stdout)["programmes"][0][
        "fields"
    ]
    assert {one["field"]: one["change"] for one in told}["unit_cap"] == "own"


def test_a_land_of_its_own_needs_a_file_only(app: Flask, session: Session, office: FlaskClient) -> None:
    folder = Path(app.config["SCHOOL_IT"].home) / "programmes"
    folder.mkdir()
    file = folder / "eigen.toml"
    file.write_text(OWN_FILE, "utf-8")
    try:
        assert "EIGEN" in text_of(office.get("/funding/programmes/shipped"))
        run(app, "funding", "programmes", "EIGEN", "--take")
    finally:
        file.unlink()
        folder.rmdir()
    assert stored(session, "EIGEN").earmark_end_rule is EndRule.DAY_BEFORE


def test_an_unknown_programme_is_one_sentence(app: Flask, office: FlaskClient) -> None:
    refused = run(app, "funding", "programmes", "GIBTESNICHT")
    assert refused.exit_code != 0
    assert "Möglich sind: ADMIN_NRW" in refused.stderr
    assert office.get("/funding/programmes/shipped/GIBTESNICHT").status_code == 404


def test_the_auditor_reads_and_takes_nothing_over(session: Session, sign_in_as: SignIn) -> None:
    auditor = sign_in_as(Role.AUDITOR)
    assert "übernehmen" not in text_of(auditor.get("/funding/programmes/shipped/DP_NRW"))
    assert auditor.post("/funding/programmes/shipped/DP_NRW", data={"take": ["rate"]}).status_code == 403
    assert session.scalars(select(Programme)).all() == []


# --- what it said before ---


def test_earlier_versions_are_read_and_compared_and_a_grant_names_its_own(
    session: Session, office: FlaskClient, grant: dict[str, Any]
) -> None:
    made = stored(session, "DP_TEST")
    form = {
        "code": "DP_TEST", "title": made.title, "status": "valid", "financing": "share", "rate": "75",
        "start_event": "order", "earmark_years": "6", "minimum_grant": "12.500", "version": made.version,
    }  # fmt: skip
    assert office.post(f"/funding/programmes/{made.id}/edit", data=form).status_code == 302
    page = text_of(office.get(f"/funding/programmes/{made.id}/versions"))
    for text in ("80 %", "75 %", "12.500,00 €", "DT-2024-01"):
        assert text in page
    assert "Fassung 1" in text_of(office.get(f"/funding/programmes/{made.id}"))
    assert "sagen dasselbe" in text_of(office.get(f"/funding/programmes/{made.id}/versions?older=2&newer=2"))


# --- what if ---


def test_what_a_budget_is_worth_at_ten_to_thirty_percent() -> None:
    ten, *_others, thirty = whatif.of_budget(D(1_800_000))
    assert (ten.eligible, ten.own) == (D("2000000.00"), D("200000.00"))
    assert (thirty.eligible, thirty.own) == (D("2571428.57"), D("771428.57"))
    assert [one.own for one in whatif.of_need(D(2_000_000))] == [200_000, 300_000, 400_000, 500_000, 600_000]


def test_the_page_of_a_draft_computes_and_changes_nothing(
    app: Flask, session: Session, office: FlaskClient
) -> None:
    run(app, "funding", "programmes", "DP2_NRW", "--take")
    before = stored(session, "DP2_NRW").version
    ident = stored(session, "DP2_NRW").id
    page = text_of(office.get(f"/funding/programmes/{ident}/what-if?amount=1.800.000"))
    assert "2.571.428,57 €" in page
    assert "<svg" in page
    assert "kein Betrag" in text_of(office.get(f"/funding/programmes/{ident}/what-if?amount=viel"))
    assert stored(session, "DP2_NRW").version == before


def test_the_form_says_beside_each_value_how_sure_it_is(
    app: Flask, session: Session, office: FlaskClient
) -> None:
    run(app, "funding", "programmes", "DP_NRW", "--take")
    page = text_of(office.get(f"/funding/programmes/{stored(session, 'DP_NRW').id}/edit"))
    assert "in Prozent, etwa 90 · A: amtlicher Text" in page
    assert "in Euro · B: aus zweiter Hand" in page
    assert "Das Budget des Schulträgers steht in Anlage 2 der Richtlinie." in page
