"""LibreOffice recalculates every report of the town to the same cents, with no cell in error."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from flask import Flask
from openpyxl import Workbook
from sqlalchemy.orm import Session

from exports import write as writing
from exports.reports import REPORTS, Choice
from school_it.access import Actor
from school_it.database import today
from school_it.demo import town
from school_it.errors import BadValue
from school_it.funding import queries as funding_queries
from tests.exports.test_office import converted_all
from tests.exports.town import GRANT

pytestmark = pytest.mark.office

SUMMING = {
    "proof-of-use": 7,
    "drawdown": 7,
    "receipts": 5,
    "inventory": 2,
    "investment-plan": 5,
    "depreciation": 4,
}
"""How many formulas some reports have at least."""


def cells(book: Workbook) -> dict[tuple[str, str], Any]:
    return {
        (sheet.title, cell.coordinate): cell.value
        for sheet in book.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    }


def cents(value: Any) -> Any:
    return round(Decimal(str(value)), 2) if isinstance(value, int | float) else value


def bare(path: Path) -> Path:
    """The same workbook, its formulas without the values stored beside them: whoever shows one has to calculate."""
    book = openpyxl.load_workbook(path)
    target = path.parent / "bare" / path.name
    target.parent.mkdir(exist_ok=True)
    book.save(target)
    return target


def written(session: Session, folder: Path, *, by: Actor) -> Iterator[Path]:
    """Every report that the town has something for."""
    grant = funding_queries.get_grant_called(session, GRANT, seen_by=by)
    for name, report in REPORTS.items():
        out = folder / f"{name}.xlsx"
        choice = Choice(grant=grant if "grant" in report.needs else None, on=today())
        with contextlib.suppress(BadValue):  # the town has no such thing
            writing.write(session, report, choice, out, by=by)
            yield out


def test_libreoffice_comes_to_the_same_cents_in_every_report(
    app: Flask, session: Session, house: Actor, tmp_path: Path
) -> None:
    town.build(town.Size(schools=4, devices=300, people=120), by=house)
    paths = list(written(session, tmp_path, by=house))
    assert len(paths) >= len(REPORTS) - 2
    reckoned = converted_all([bare(path) for path in paths], "xlsx")
    for path in paths:
        formulas = {
            place
            for place, value in cells(openpyxl.load_workbook(path)).items()
            if isinstance(value, str) and value.startswith("=")
        }
        stored = cells(openpyxl.load_workbook(path, data_only=True))
        found = cells(openpyxl.load_workbook(reckoned[path.name], data_only=True))
        assert len(formulas) >= SUMMING.get(path.stem, 0), path.name
        differing = {
            place: (stored.get(place), found.get(place))
            for place in formulas
            if cents(stored.get(place)) != cents(found.get(place))
        }
        assert differing == {}, path.name
        assert [place for place, value in found.items() if str(value).startswith(("#", "Err:"))] == [], (
            path.name
        )
