"""The only writer of new workbooks.

Interface
    ``write(path, pages)`` with each page a `Page` (a table) or a `Cover` (labels and values, no table)
    ``Page(title, sheet_name, columns, rows, subtitle=(…), sums=(fields), names={name: (row, field)})``
    ``Cover(title, sheet_name, entries=[Entry(label, value, type, name=…)], subtitle=(…))``
    a value may be a ``Formula(text, value)``: its value is stored beside it

`rows` are what `school_it.sheets.lines` gives: values in the order of the columns. They may be a generator
and are written as they come, so that 100,000 rows need no memory. `path` is a path or a binary file.
"""

from __future__ import annotations

import io
import os
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from exports import bodies, filling
from exports.workbook.covers import write_entries
from exports.workbook.looks import INK, LINE, PALE, PAPER, STRONG, Styles
from exports.workbook.pages import FIRST_ROW, HEADER_ROW, SUM, Cover, Entry, Page, Picture
from exports.workbook.tables import TableWriter
from school_it.workbooks.rows import Formula

__all__ = [
    "FIRST_ROW", "HEADER_ROW", "INK", "LINE", "PALE", "PAPER", "STRONG", "SUM", "Cover", "Entry", "Formula", "Page",
    "Picture", "whole_file", "write",
]  # fmt: skip


def write(target: str | os.PathLike[str] | IO[bytes], pages: Sequence[Page | Cover]) -> None:
    """Write a workbook; a file is there whole or not at all. Raises BadValue where a text fits in no cell."""
    if isinstance(target, str | os.PathLike):
        with whole_file(Path(target)) as opened:
            _write_to(opened, pages)
    else:
        _write_to(target, pages)


@contextmanager
def whole_file(path: Path) -> Iterator[IO[bytes]]:
    """A file to write to, which takes its name when it is finished; what fails leaves the old one and nothing else."""
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with unfinished.open("xb") as opened:
            yield opened
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def _write_to(target: Any, pages: Sequence[Page | Cover]) -> None:
    """Rows go straight into the sheets of a prepared workbook, in the looks of its sample cells.

    First comes a workbook of the same make without rows, which tells the looks; then the rows are written aside, which
    tells how many there are, how wide and how much; then the workbook around them.
    """
    with ExitStack() as held:
        tables = {number: page for number, page in enumerate(pages) if isinstance(page, Page)}
        looks = bodies.looks_of(_prepared(pages, {}), tables)
        made = {
            number: held.enter_context(bodies.Body(page, looks[number])) for number, page in tables.items()
        }
        bodies.put_in(_prepared(pages, made), target, made)


def _prepared(pages: Sequence[Page | Cover], made: Mapping[int, bodies.Body]) -> IO[bytes]:
    """The workbook around the rows: sums, widths, rules and names as if they stood there."""
    from xlsxwriter import Workbook

    target = io.BytesIO()
    book = Workbook(target, {"constant_memory": True, "strings_to_urls": False, "strings_to_formulas": False})
    try:
        styles, lists = Styles(book), filling.Lists()
        for number, page in enumerate(pages):
            _add(book, page, styles, lists, made.get(number))
        lists.write(book)
    except BaseException:
        _give_up(book)
        raise
    book.close()
    target.seek(0)
    return target


def _give_up(book: Any) -> None:
    """Close an unfinished workbook into nothing: only closing takes its temporary files away."""
    book.filename = io.BytesIO()
    with suppress(Exception):
        book.close()


def _add(
    book: Any, page: Page | Cover, styles: Styles, lists: filling.Lists, body: bodies.Body | None
) -> None:
    sheet = book.add_worksheet(page.sheet_name)
    _set_up(sheet, is_blank=isinstance(page, Page) and bool(page.prompts))
    _write_title(sheet, page, styles)
    if isinstance(page, Page):
        TableWriter(book, sheet, page, styles, lists, body).write()
    else:
        write_entries(book, sheet, page, styles)


def _set_up(sheet: Any, *, is_blank: bool) -> None:
    sheet.set_paper(9)
    sheet.set_margins(left=0.3, right=0.3, top=0.5, bottom=0.6)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&L&8&A&R&8Seite &P von &N", {"scale_with_doc": False})
    sheet.hide_gridlines(1 if is_blank else 2)  # who fills in a blank sheet wants to see its cells


def _write_title(sheet: Any, page: Page | Cover, styles: Styles) -> None:
    sheet.set_row(0, 24)
    sheet.write_string(0, 0, page.title, styles.title)
    for row, text in enumerate(page.subtitle[: HEADER_ROW - 2], start=1):
        sheet.write_string(row, 0, text, styles.subtitle)
