"""What goes out comes back in: unchanged it changes nothing, and what somebody edits is exactly what changes."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from imports.outlook import Outlook
from school_it import cells
from school_it.access import Actor
from school_it.errors import BadValue
from school_it.kinds import KINDS
from school_it.sheets import Column, Sheet
from tests.exports import town
from tests.exports.test_office import converted

FIRST_ROW, EXAMPLES = 6, 6
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)  # to shrink a file takes minutes
# Texts that spreadsheet programs and importers like to spoil.
ODD = (
    "=1+1", "+49 123 456", "-", "@SUMME(A1)", "\t=1", "007", "1E5", "ja", "01.02.03", "  außen  ", "a\u00a0b",
    "Gru\u0308ße", "＝1", "Zeile 1\nZeile 2", "_x0041_", "<b>&amp;", "'", '"zitiert"; mit; Trennern', "😀",
)  # fmt: skip
ODD_CODES = ("=1+", "@08", "000123E", "+49 ", "-0", "007/", "ä")
LONG, LEAP_DAY = "lang " * 600, date(2024, 2, 29)
# Columns whose value is bound by a rule to other cells, or that belong to a key: an edit there is more than one change.
BOUND = {
    "devices": {
        "school_number",
        "room",
        "state",
        "use",
        "programme",
        "file_reference",
        "bound_until",
        "holder",
    },
    "people": {"school_number", "school_class", "leaves_on", "role", "email"},
    "licences": {"school_number", "valid_from", "valid_to", "cancel_by", "basis"},
    "outlets": {"room", "panel_port", "switch_port"},
    "subnets": {"vlan", "vlan_name", "purpose", "gateway", "dhcp"},
    "addresses": {"device", "vlan"},
    "uplinks": {"router", "notice_on", "ends_on"},
    "programmes": {"status", "financing", "rate", "unit_cap"},
    "grants": {"programme", "rate", "completed_on", "proof_handed_in"},
    "receipts": {
        "school_number",
        "order_date",
        "invoice_date",
        "payment_date",
        "payee",
        "invoice_no",
        "paid_amount",
        "invoice_total",
        "vat_non_eligible",
        "other_non_eligible",
        "eligible_requested",
    },
}
FROM_FILES = {"people": "4711"}  # how the first key of those rows begins that a file may change


# --- edits --------------------------------------------------------------------------------------------------

AMOUNTS = st.integers(0, 10**7).map(lambda cents: Decimal(cents) / 100)
DAYS = st.dates(date(2020, 1, 1), date(2032, 12, 31)) | st.just(LEAP_DAY)
CODES = st.from_regex(r"[0-9]{1,3}[A-Z]{1,2}[0-9]{0,3}", fullmatch=True)
SHORT = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "Zs")), min_size=1, max_size=20)
TYPED: dict[str, st.SearchStrategy[Any]] = {
    "text": st.sampled_from([text for text in ODD if len(text) < 40]) | SHORT,
    "code": CODES,
    "codes": st.lists(CODES, min_size=1, max_size=3).map(", ".join),
    "euro": AMOUNTS | AMOUNTS.map(cells.EURO.show),
    "percent": st.integers(1, 100).map(lambda share: f"{share} %"),
    "date": DAYS | DAYS.map(cells.DATE.show),
    "integer": st.integers(1, 60),
    "number": st.integers(1, 99).map(lambda number: Decimal(number) / 10),
    "yes_no": st.sampled_from(["ja", "nein", "x", "wahr"]),
}
FIELDS = {
    "mac_address": st.integers(0, 16**4 - 1).map(
        lambda number: f"02:00:5E:00:{number >> 8:02X}:{number & 255:02X}"
    )
}


def values_for(column: Column) -> st.SearchStrategy[Any]:
    """What somebody could type into the column; only what it reads."""
    if column.type.words:
        return st.sampled_from(sorted(column.type.words))
    return FIELDS.get(column.field, TYPED[column.type.name]).filter(lambda typed: reads(column, typed))


def reads(column: Column, typed: Any) -> bool:
    try:
        return column.type.read(typed) is not None
    except BadValue:
        return False


def editable(kind: str, sheet: Sheet) -> list[Column]:
    left = set(sheet.keys[0]) | BOUND.get(kind, set())
    return [column for column in sheet.columns if column.field not in left]


def open_rows(kind: str, page: Any, count: int) -> list[int]:
    rows = range(FIRST_ROW, FIRST_ROW + count)
    start = FROM_FILES.get(kind, "")
    return [row for row in rows if str(page.cell(row, 1).value or "").startswith(start)]


def changes_of(outlook: Outlook) -> dict[tuple[int, str], tuple[Any, Any]]:
    """(row, field) -> before and after."""
    return {
        (row.number, name): (None if change.before in ("", ()) else change.before, change.after)
        for row, one in outlook.changed
        for name, change in one.fields.items()
    }


@pytest.mark.parametrize("kind", town.OURS)
def test_exactly_what_somebody_edits_changes(
    app: Flask, session: Session, house: Actor, tmp_path: Path, kind: str
) -> None:
    """No edit, no change; n edited cells, n changes, each from what was exported to what was typed."""
    town.build(app, kind, tmp_path, by=house)
    sheet, report = KINDS[kind].sheet(session), town.BY_KIND[kind]
    count = town.exported(session, report, tmp_path / "liste.xlsx", by=house)
    assert count > 1
    book, page = town.cells_of(tmp_path / "liste.xlsx", report)
    places = {column.field: place for place, column in enumerate(sheet.columns, start=1)}
    fields = [column.field for column in editable(kind, sheet)]
    rows = open_rows(kind, page, count)

    @given(st.data())
    @settings(
        max_examples=EXAMPLES, deadline=None, phases=PHASES, suppress_health_check=[HealthCheck.too_slow]
    )
    def goes_round(data: st.DataObject) -> None:
        cell = st.tuples(st.sampled_from(rows), st.sampled_from(fields))
        picked = data.draw(st.lists(cell, unique=True, max_size=8))
        typed = {(row, name): data.draw(values_for(sheet.column(name))) for row, name in picked}
        wanted = {}
        with edited(page, {(row, places[name]): value for (row, name), value in typed.items()}) as before:
            for row, name in picked:
                read = sheet.column(name).type.read
                old, new = read(before[row, places[name]]), read(typed[row, name])
                if old != new:
                    wanted[row, name] = (old, new)
            book.save(tmp_path / "bearbeitet.xlsx")
        found = town.looked_at(session, kind, tmp_path / "bearbeitet.xlsx", by=house)
        assert [f"{one.column}: {one.sentence}" for one in found.reading.problems] == []
        assert found.new == []
        assert changes_of(found) == wanted

    goes_round()


LIKE_AN_ESCAPE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")


@contextmanager
def edited(page: Any, typed: dict[tuple[int, int], Any]) -> Iterator[dict[tuple[int, int], Any]]:
    """The page with these cells, and what stood in them, which stands there again afterwards."""
    before = {at: page.cell(*at).value for at in typed}
    for at, value in typed.items():
        write(page, *at, value)
    yield before
    for at, value in before.items():
        write(page, *at, value)


def write(page: Any, row: int, place: int, value: Any) -> None:
    """As a spreadsheet program does: a text stays a text."""
    cell = page.cell(row, place)
    cell.value = None
    if isinstance(value, str):
        cell.data_type = "s"
        cell._value = LIKE_AN_ESCAPE.sub("_x005F_", value)
    else:
        cell.value = value


# --- odd texts ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", town.OURS)
def test_odd_texts_survive_in_every_text_column(
    app: Flask, session: Session, house: Actor, tmp_path: Path, kind: str
) -> None:
    """Formulas as text, leading zeros, long remarks, 0,00 €, 29.02.: in, out, in again unchanged; also as CSV."""
    town.build(app, kind, tmp_path, by=house)
    sheet, report = KINDS[kind].sheet(session), town.BY_KIND[kind]
    count = town.exported(session, report, tmp_path / "vorher.xlsx", by=house)
    book, page = town.cells_of(tmp_path / "vorher.xlsx", report)
    places = {column.field: place for place, column in enumerate(sheet.columns, start=1)}
    typed = dict(odd_values(editable(kind, sheet), open_rows(kind, page, count)))
    for (row, name), value in typed.items():
        write(page, row, places[name], value)
    book.save(tmp_path / "bearbeitet.xlsx")
    taken = town.looked_at(session, kind, tmp_path / "bearbeitet.xlsx", by=house)
    keys = {row.number: key_of(sheet, row.values) for row in taken.reading.rows}
    town.bring(app, kind, tmp_path / "bearbeitet.xlsx")
    town.exported(session, report, tmp_path / "nachher.xlsx", by=house)
    _book, after = town.cells_of(tmp_path / "nachher.xlsx", report)
    assert {cell.data_type for row in after.iter_rows(max_row=FIRST_ROW + count - 1) for cell in row} <= set(
        "snd"
    )
    for file in (tmp_path / "nachher.xlsx", as_csv(tmp_path / "nachher.xlsx", sheet, report.title)):
        found = town.looked_at(session, kind, file, by=house)
        assert found.counts == {**found.counts, "rows": count, "same": count, "problem": 0}, file.suffix
        said = {key_of(sheet, row.values): row.values for row in found.reading.rows}
        assert {(row, name): said[keys[row]][name] for row, name in typed} == {
            (row, name): sheet.column(name).type.read(value) for (row, name), value in typed.items()
        }


def odd_values(columns: Sequence[Column], rows: Sequence[int]) -> Iterator[tuple[tuple[int, str], Any]]:
    """For each row and column what is likely to be spoilt there, each time something else."""
    for number, row in enumerate(rows):
        for offset, column in enumerate(columns):
            if column.type is cells.TEXT:
                long = column.field == "remark" and number == 0
                yield (row, column.field), LONG if long else ODD[(number + 7 * offset) % len(ODD)]
            elif column.type is cells.CODE:
                yield (row, column.field), f"{ODD_CODES[(number + offset) % len(ODD_CODES)]}{number}"
            elif number == 0 and column.type.name in ("euro", "date"):
                yield (row, column.field), LEAP_DAY if column.type.name == "date" else Decimal("0.00")


def key_of(sheet: Sheet, values: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(map(values.get, sheet.keys[0]))


def as_csv(file: Path, sheet: Sheet, title: str) -> Path:
    """As a German spreadsheet program saves it: what the cells show, with semicolons."""
    page = openpyxl.load_workbook(file)[title]
    out = file.with_suffix(".csv")
    with out.open("w", encoding="utf-8-sig", newline="") as opened:
        writer = csv.writer(opened, delimiter=";")
        for row in page.iter_rows(min_row=5, values_only=True):
            writer.writerow(
                [as_shown(value, column) for value, column in zip(row, sheet.columns, strict=False)]
            )
    return out


def as_shown(value: Any, column: Column) -> str:
    if value is None or isinstance(value, str):
        return (value or "").replace("_x005F_", "_")
    return column.type.show(column.type.read(value))


@pytest.mark.office
@pytest.mark.parametrize("kind", ["devices", "rooms", "receipts"])
@pytest.mark.parametrize("ending", ["ods", "xls", "xlsx"])
def test_saved_again_by_an_office_program_nothing_has_changed(
    app: Flask, session: Session, house: Actor, tmp_path: Path, kind: str, ending: str
) -> None:
    town.build(app, kind, tmp_path, by=house)
    count = town.exported(session, town.BY_KIND[kind], tmp_path / "liste.xlsx", by=house)
    found = town.looked_at(session, kind, converted(tmp_path / "liste.xlsx", ending), by=house)
    assert found.counts == {**found.counts, "rows": count, "same": count, "problem": 0}
