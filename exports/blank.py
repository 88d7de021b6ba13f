"""Blank templates: the export of an empty list, made to be filled in, with a sheet that helps."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy.orm import Session

from exports import examples, filling, offers
from exports.reports import Report
from exports.reports.shape import authority
from exports.workbook import Page
from school_it.access import Actor
from school_it.errors import N_, BadValue
from school_it.kinds import get_kind
from school_it.sheets import Column, Sheet

HELP_SHEET = "Ausfüllhilfe"
ROWS = 5_000
# What the import asks of somebody new although the column may be blank for somebody known.
NEEDED_OF_NEW = {"people": ("given_name", "family_name", "school_number")}
_HELP = (
    Column("header", "Spalte"),
    Column("needed", "nötig"),
    Column("read", "Was gelesen wird"),
    Column("example", "Beispiel"),
)


def pages(session: Session, report: Report, *, by: Actor) -> list[Page]:
    """The empty table and its help. Raises BadValue for a report that is not read back."""
    if report.import_kind is None:
        raise BadValue(
            N_("»%(title)s« wird nicht eingelesen; dafür gibt es keine Vorlage."), title=report.title
        )
    sheet = get_kind(report.import_kind).sheet(session)
    more = offers.dropdowns(session, sheet, by=by, only_closed=False)
    table = Page(
        f"{report.title}: Vorlage zum Ausfüllen",
        report.title,
        sheet.columns,
        (),
        subtitle=(authority(), _says(sheet)),
        dropdowns=filling.added(sheet.columns, more),
        prompts={column.field: _prompt(sheet, column) for column in sheet.columns},
        needed=needed(sheet),
        open_rows=ROWS,
    )
    return [table, _help(report.title, sheet)]


def needed(sheet: Sheet) -> frozenset[str]:
    """The fields without which no row is taken."""
    return frozenset(
        {column.field for column in sheet.columns if column.needed} | {*NEEDED_OF_NEW.get(sheet.kind, ())}
    )


def _says(sheet: Sheet) -> str:
    parts = [f"Dunkelrote Spalten sind nötig. Näheres auf dem Blatt »{HELP_SHEET}«."]
    keys = list(_free_keys(sheet))
    if keys:
        named = [" + ".join(sheet.column(name).header for name in key) for key in keys]
        parts.append(f"Jede Zeile braucht {' oder '.join(named)}.")
    return " ".join(parts)


def _free_keys(sheet: Sheet) -> Iterator[tuple[str, ...]]:
    """The keys of which one has to be filled although none of their columns is needed by itself."""
    return (key for key in sheet.keys if not any(sheet.column(name).needed for name in key))


def _how_needed(sheet: Sheet, column: Column) -> str:
    if column.field in needed(sheet):
        return "ja"
    return "Schlüssel" if any(column.field in key for key in _free_keys(sheet)) else ""


def _prompt(sheet: Sheet, column: Column) -> str:
    told = {"ja": "Nötig. ", "Schlüssel": "Schlüssel der Zeile. "}.get(_how_needed(sheet, column), "")
    read = examples.what_is_read(column)
    example = examples.example_of(sheet, column)
    return f"{told}{read[0].upper()}{read[1:]}." + (f" Beispiel: {example}" if example else "")


def _help(title: str, sheet: Sheet) -> Page:
    rows = [
        [
            column.header,
            _how_needed(sheet, column) or "nein",
            examples.what_is_read(column),
            examples.example_of(sheet, column),
        ]
        for column in sheet.columns
    ]
    subtitle = (authority(), "Dieses Blatt wird nicht eingelesen.")
    return Page(f"{title}: {HELP_SHEET}", HELP_SHEET, _HELP, rows, subtitle=subtitle, widest=60)
