"""A figure of the proof of use leads to its rows, and each receipt says where it came from."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from exports import write as writing
from exports.proof_of_use import NAMES
from exports.reports import REPORTS, Choice
from school_it.access import Actor, Grant, Role
from school_it.database import today, transaction
from school_it.funding import actions as funding_actions
from school_it.funding import queries as funding_queries
from school_it.funding.models import Receipt
from tests.exports import town
from tests.exports.town import GRANT


@pytest.fixture
def book(app: Flask, session: Session, house: Actor, tmp_path: Path) -> openpyxl.Workbook:
    town.build(app, "receipts", tmp_path, by=house)
    again = tmp_path / "belege.xlsx"
    town.exported(session, REPORTS["receipts"], again, by=house)
    with transaction() as now:
        grant = funding_queries.get_grant_called(now, GRANT, seen_by=house)
        one, another = now.scalars(select(Receipt).where(Receipt.grant_id == grant.id).limit(2))
        values = {name: getattr(one, name) for name in funding_queries.RECEIPT_FIELDS}
        school = one.school
        funding_actions.remove_receipt(now, one, by=house)
        funding_actions.remove_receipt(now, another, by=house)
        office = Actor(id=None, name="Beispiel, Petra", grants=(Grant(Role.OFFICE),))
        values |= {"receipt_no": "N-1", "invoice_no": "RE-N-1", "invoice_total": None}
        funding_actions.add_receipt(now, grant, school, values, reason="nachgereicht", by=office)
    town.bring(app, "receipts", again)
    session.rollback()
    grant = funding_queries.get_grant_called(session, GRANT, seen_by=house)
    out = tmp_path / "vn.xlsx"
    writing.write(session, REPORTS["proof-of-use"], Choice(grant=grant, on=today()), out, by=house)
    return openpyxl.load_workbook(out, data_only=True)


def test_each_receipt_says_its_file_and_row_or_its_form_who_and_when(book: openpyxl.Workbook) -> None:
    sheet = book["Belegliste"]
    headers = [cell.value for cell in sheet[5]]
    assert headers[-3:] == ["Herkunft", "aufgenommen von", "aufgenommen am"]
    rows = {row[0]: row for row in sheet.iter_rows(min_row=6, max_row=sheet.max_row - 1, values_only=True)}
    typed = rows.pop("N-1")
    assert typed[-3:-1] == ("Formular", "Beispiel, Petra")
    assert typed[-1].date() == today()
    assert [row[-3] for row in rows.values() if "belege.xlsx, Zeile" in row[-3]], rows
    assert all(row[-1] for row in rows.values())


def test_every_figure_of_the_cover_leads_to_cells_that_are_there(book: openpyxl.Workbook) -> None:
    cover = book["Deckblatt"]
    for name, label in NAMES.values():
        cell = cover[book.defined_names[name].attr_text.partition("!")[2].replace("$", "")]
        assert cell.hyperlink, label
        sheet, _mark, place = cell.hyperlink.location.partition("!")
        first = place.partition(":")[0].replace("$", "")
        assert book[sheet.strip("'")][first].value is not None, label
    paid = next(
        cover.cell(row, 2)
        for row in range(1, cover.max_row + 1)
        if cover.cell(row, 1).value == "geleistete Ausgaben"
    )
    column = [cell.value for cell in book["Belegliste"][5]].index("gezahlt") + 1
    sheet = book["Belegliste"]
    assert paid.value == sum(sheet.cell(row, column).value for row in range(6, sheet.max_row))
