"""The sheet of a cover: labels and values, no table."""

from __future__ import annotations

import textwrap
from typing import Any

from exports.workbook.looks import LINE_HEIGHT, WIDEST_LABEL, Styles
from exports.workbook.pages import HEADER_ROW, WIDEST, Cover, Entry
from exports.workbook.values import name_cell, writer
from school_it.sheets import Column


def write_entries(book: Any, sheet: Any, cover: Cover, styles: Styles) -> None:
    longest = max((len(entry.label) for entry in cover.entries), default=20)
    width = min(longest + 2, WIDEST_LABEL)
    sheet.set_column(0, 0, width)
    sheet.set_column(1, 1, WIDEST)
    for row, entry in enumerate(cover.entries, start=HEADER_ROW):
        sheet.set_row(row, LINE_HEIGHT * _lines_of(entry, width))
        if entry.heading:
            sheet.write_string(row, 0, entry.label, styles.heading)
            sheet.write_blank(row, 1, None, styles.heading)
            continue
        sheet.write_string(row, 0, entry.label, styles.label)
        _write_entry(sheet, row, entry, styles)
        if entry.name:
            name_cell(book, cover.sheet_name, entry.name, row, 1)


def _lines_of(entry: Entry, width: int) -> int:
    """How high the line has to be, for programs that do not look for themselves."""
    texts = ((entry.label, width), (entry.value if isinstance(entry.value, str) else "", WIDEST))
    return max(entry.lines, *(len(textwrap.wrap(text, wide)) + text.count("\n") for text, wide in texts))


def _write_entry(sheet: Any, row: int, entry: Entry, styles: Styles) -> None:
    column = Column(entry.name or "", entry.label, entry.type)
    if entry.leads_to and entry.value is not None:  # the link stays when the value is written over its text
        sheet_name = entry.leads_to.partition("!")[0].strip("'")
        tip = f"zu den Zeilen auf »{sheet_name}«"
        sheet.write_url(row, 1, f"internal:{entry.leads_to}", styles.link_of(entry.type), entry.label, tip)
        writer(sheet, column, styles, styles.link_of(entry.type))(row, 1, entry.value)
        return
    if entry.value is None:
        sheet.write_blank(row, 1, None, styles.of(entry.type))
    else:
        writer(sheet, column, styles)(row, 1, entry.value)
