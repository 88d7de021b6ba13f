"""A small town with at least a few rows of every kind, for tests of what goes out and comes back."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import openpyxl
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from exports import examples
from exports import write as writing
from exports.reports import REPORTS, Choice, Report
from imports import outlook as outlooks
from imports.outlook import Outlook
from imports.wish import Wish
from school_it.access import Actor
from school_it.database import db, today
from school_it.demo.town import Size
from school_it.funding import queries as funding_queries
from school_it.kinds import KINDS, get_kind
from school_it.schools.models import Room, School
from tests import demo_town

BY_KIND = {report.import_kind: report for report in REPORTS.values() if report.import_kind}
# Lists of other programs, and workbooks that are made for one school each: nothing of ours to fill in or to give back.
FROM_ELSEWHERE = frozenset({"asset-ledger", "useful-lives", "survey"})
OURS = sorted(KINDS.keys() - FROM_ELSEWHERE)
# What the demo town may not have: these get a few rows from the examples of their templates.
IN_THE_TOWN = frozenset(
    {"schools", "rooms", "figures", "devices", "programmes", "grants", "receipts", "addresses", "subnets"}
)
NUMBERED = (
    "code",
    "reference",
    "file_reference",
    "receipt_no",
    "invoice_no",
    "licence_no",
    "outlet",
    "record_id",
    "contract_no",
)
COUNT = 3
GRANT = "DT-2024-05"


def build(app: Flask, kind: str, folder: Path, *, by: Actor) -> None:
    """The demo town, and a few rows of the kind where the demo has none."""
    demo_town.build(Size(schools=2, devices=30, people=60), by=by)
    if kind not in IN_THE_TOWN:
        bring(app, kind, _examples(kind, folder / f"{kind}.csv"))


def bring(app: Flask, kind: str, file: Path) -> dict[str, Any]:
    """Import the file for good."""
    done = app.test_cli_runner().invoke(args=["import", kind, str(file), "--json"])
    facts: dict[str, Any] = json.loads(done.stdout)
    assert done.exit_code == 0, facts.get("problems", facts)
    return facts


def _examples(kind: str, file: Path) -> Path:
    """The examples of the kind's template, each row with a key of its own, at a school and in a room of the town."""
    session = db.session()
    columns = KINDS[kind].sheet(session).columns
    room, school = session.execute(
        select(Room.room, School.school_number).join(School).order_by(Room.id).limit(1)
    ).one()
    with file.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.writer(opened, delimiter=";")
        writer.writerow([column.header for column in columns])
        for number in range(COUNT):
            texts = {c.field: examples.example_of(KINDS[kind].sheet(session), c) for c in columns}
            texts |= {name: f"{texts[name]}-{number}" for name in NUMBERED if number and name in texts}
            texts |= {"panel_port": f"{13 + number}", "grade_from": f"{5 + number:02}"}
            texts |= {"school_number": school, "room": room}
            writer.writerow([texts[column.field] for column in columns])
    return file


def exported(session: Session, report: Report, out: Path, *, by: Actor) -> int:
    """Write the report; how many rows its table has."""
    grant = None
    if "grant" in report.needs:
        grant = funding_queries.get_grant_called(session, GRANT, seen_by=by)
    writing.write(session, report, Choice(grant=grant, on=today()), out, by=by)
    page = openpyxl.load_workbook(out)[report.title]
    starts = [row[0] for row in page.iter_rows(min_row=6, max_col=1, values_only=True)]
    return sum(start is not None and not str(start).startswith("Summe") for start in starts)


def looked_at(session: Session, kind: str, file: Path, *, by: Actor) -> Outlook:
    """What the file would do."""
    found = get_kind(kind)
    sheet = found.sheet(session)
    table = outlooks.read_file(file, sheet, Wish())
    return outlooks.look(session, table, found, sheet, Wish(), file_name=file.name, by=by)


def cells_of(file: Path, report: Report) -> tuple[Any, Any]:
    """The opened workbook and the sheet with the table."""
    book = openpyxl.load_workbook(file)
    return book, book[report.title]
