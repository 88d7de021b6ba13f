"""A list of licences, as vendors and schools keep it, through the command line."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from school_it.audit import Entry
from school_it.licences.models import Licence
from school_it.licences.rules import Basis
from school_it.schools.models import School

HEADERS = (
    "Lizenznummer;Software;Verlag;Lizenztyp;Anzahl Lizenzen;SNR;Beginn;Laufzeitende;kündbar bis;"
    "autom. Verlängerung;Brutto"
)
GOOD = "L-0042;Lernapp Beispiel;Beispielverlag;Schullizenz;120;115514;01.08.2025;31.07.2026;30.04.2026;ja;600,00 €"


def run(
    app: Flask, tmp_path: Path, *rows: str, options: tuple[str, ...] = (), headers: str = HEADERS
) -> tuple[Result, Any]:
    file = tmp_path / "lizenzen.csv"
    file.write_text("\n".join((headers, *rows)) + "\n", "utf-8")
    result = app.test_cli_runner().invoke(args=["import", "licences", str(file), "--json", *options])
    return result, json.loads(result.stdout)


@pytest.mark.usefixtures("school")
def test_a_vendors_list_comes_in_with_its_own_headers(app: Flask, session: Session, tmp_path: Path) -> None:
    town = "L-0043;Schreibprogramm;Muster AG;Träger;900;;01.01.2025;;;nein;1.200,50"
    done, facts = run(app, tmp_path, GOOD, town)
    assert (done.exit_code, facts["new"], facts["left_out"]) == (0, 2, []), done.output
    assert facts["sums"]["price_gross"] == {"file": "1800.50", "taken": "1800.50"}
    session.rollback()
    one, other = session.scalars(select(Licence).order_by(Licence.licence_no))
    assert (one.product, one.basis, one.seats, one.renews) == ("Lernapp Beispiel", Basis.SCHOOL, 120, True)
    assert (one.valid_from, one.valid_to, one.cancel_by) == (
        date(2025, 8, 1),
        date(2026, 7, 31),
        date(2026, 4, 30),
    )
    assert (one.school and one.school.school_number, one.price_gross) == ("115514", Decimal("600.00"))
    assert (other.school, other.basis, other.valid_to, other.renews) == (None, Basis.AUTHORITY, None, False)


@pytest.mark.usefixtures("school", "other_school")
def test_the_same_list_with_one_cell_changed_changes_that_cell(
    app: Flask, session: Session, tmp_path: Path
) -> None:
    run(app, tmp_path, GOOD)
    same, facts = run(app, tmp_path, GOOD)
    assert (same.exit_code, facts["same"], facts["changed"]) == (0, 1, 0)
    moved, facts = run(app, tmp_path, GOOD.replace("115514", "167149"))
    assert (moved.exit_code, facts["changed"]) == (0, 1)
    session.rollback()
    one = session.scalars(select(Licence)).one()
    assert one.school is not None
    assert one.school.school_number == "167149"
    last = session.scalars(
        select(Entry).where(Entry.object_type == "licences").order_by(Entry.id.desc())
    ).first()
    assert last is not None
    assert last.changes == {"school_id": [1, 2]}


@pytest.mark.usefixtures("school")
def test_a_school_can_be_taken_off_so_that_it_is_for_all(
    app: Flask, session: Session, tmp_path: Path
) -> None:
    run(app, tmp_path, GOOD)
    _left, facts = run(app, tmp_path, GOOD.replace("115514", ""))
    assert facts["same"] == 1
    _cleared, facts = run(
        app, tmp_path, GOOD.replace("115514", ""), options=("--blank-clears", "school_number")
    )
    assert facts["changed"] == 1
    session.rollback()
    assert session.scalars(select(Licence)).one().school_id is None


@pytest.mark.parametrize(
    ("row", "column", "said"),
    [
        (GOOD.replace("115514", "199999"), "SNR", "199999 ist hier nicht bekannt"),
        (GOOD.replace("31.07.2026", "31.07.2024"), "Laufzeitende", "bevor sie am 01.08.2025 beginnt"),
        (GOOD.replace("31.07.2026", "31.02.2026"), "Laufzeitende", "31.02.2026"),
        (GOOD.replace(";120;", ";-3;"), "Anzahl Lizenzen", "Weniger als 0 Plätze"),
        (GOOD.replace(";120;", ";viele;"), "Anzahl Lizenzen", "keine ganze Zahl"),
        (GOOD.replace(";120;", ";;"), "Anzahl Lizenzen", "fehlt"),
        (GOOD.replace("Lernapp Beispiel", ""), "Software", "fehlt"),
        (GOOD.replace("Schullizenz", "Planet"), "Lizenztyp", "nicht vorgesehen"),
        (GOOD.replace("Lernapp Beispiel", "x" * 161), "Software", "Höchstens 160 Zeichen"),
        (GOOD.replace("600,00", "99999999,00"), "Brutto", "zu groß"),
    ],
)
@pytest.mark.usefixtures("school")
def test_what_will_not_do_is_said_in_its_cell_and_nothing_is_taken(
    app: Flask, session: Session, tmp_path: Path, row: str, column: str, said: str
) -> None:
    refused, facts = run(app, tmp_path, row, GOOD.replace("L-0042", "L-0001"))
    assert refused.exit_code == 3
    ((where, sentence),) = [(one["column"], one["sentence"]) for one in facts["problems"]]
    assert where == column
    assert said in sentence
    assert session.scalar(select(func.count()).select_from(Licence)) == 0
    partly, facts = run(app, tmp_path, row, GOOD.replace("L-0042", "L-0001"), options=("--partial",))
    assert (partly.exit_code, facts["new"], facts["problem"]) == (4, 1, 1)


@pytest.mark.usefixtures("school")
def test_an_end_before_the_stored_beginning_is_found_too(app: Flask, tmp_path: Path) -> None:
    run(app, tmp_path, GOOD)
    refused, facts = run(
        app,
        tmp_path,
        "L-0042;Lernapp Beispiel;120;31.07.2020",
        headers="Lizenz-Nr.;Produkt;Anzahl;gültig bis",
    )
    assert refused.exit_code == 3
    assert facts["problems"][0]["column"] == "gültig bis"


@pytest.mark.usefixtures("school")
def test_a_number_that_stands_twice_is_taken_from_neither_row(app: Flask, tmp_path: Path) -> None:
    refused, facts = run(app, tmp_path, GOOD, GOOD.replace("120", "130"))
    assert (refused.exit_code, facts["problem"]) == (3, 2)
    assert all("2" in one["sentence"] and "3" in one["sentence"] for one in facts["problems"])


@pytest.mark.usefixtures("school")
def test_a_notice_date_behind_the_term_is_taken_with_a_hint(app: Flask, tmp_path: Path) -> None:
    done, facts = run(app, tmp_path, GOOD.replace("30.04.2026", "30.09.2026"))
    assert (done.exit_code, facts["new"]) == (0, 1)
    assert "hinter dem Ende" in facts["hints"][0]["sentence"]


def test_what_goes_out_comes_back_unchanged(app: Flask, tmp_path: Path, school: School) -> None:
    run(app, tmp_path, GOOD, "=L-1+1;=SUMME(A1);;;0;;;;;;0,07", "007;ohne Ende;;Klasse;3;;29.02.2024;;;;")
    out = tmp_path / "lizenzen.xlsx"
    written = app.test_cli_runner().invoke(args=["export", "licences", "--out", str(out), "--json"])
    assert json.loads(written.stdout)["sheets"] == ["Lizenzen"]
    back = app.test_cli_runner().invoke(args=["import", "licences", str(out), "--json"])
    facts = json.loads(back.stdout)
    assert (facts["same"], facts["new"], facts["changed"], facts["problem"]) == (3, 0, 0, 0), facts
    assert facts["sheet"] == "Lizenzen"
