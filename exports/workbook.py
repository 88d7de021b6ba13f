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
import textwrap
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

from exports import bodies, filling
from school_it import cells
from school_it.errors import N_, BadValue
from school_it.sheets import Column
from school_it.workbooks.rows import LONGEST_TEXT
from school_it.workbooks.rows import Formula as Formula

HEADER_ROW = 4  # row 5 for people: title, authority, date and filter stand above it
FIRST_ROW = HEADER_ROW + 1  # of the data
SUM = "sum"  # the place of a name in the sum row

INK, PAPER, LINE, PALE, STRONG = "#003087", "#FFFFFF", "#C5CAD3", "#EEF1F7", "#8A1538"
EURO_FORMAT, DATE_FORMAT = '#,##0.00 "€"', "dd.mm.yyyy"
_INDENT = 1
_FIGURE = {"align": "right", "indent": _INDENT}  # so that a text in the next column does not touch it
_COLOURS = ("#003087", "#E0A100", "#8A1538", "#2E7D5B", "#6F7D95", "#5AA7D6")
"""Of charts: told apart by light and dark too, so that they can be read in black and white."""
_FORMATS: dict[str, dict[str, Any]] = {
    "euro": {"num_format": EURO_FORMAT, **_FIGURE},
    "percent": {"num_format": "0.0# %", **_FIGURE},
    "date": {"num_format": DATE_FORMAT, "align": "left"},
    "integer": {"num_format": "0", **_FIGURE},
    "number": {"num_format": "General", **_FIGURE},
    "per_hundred": {"num_format": "0.00", **_FIGURE},
}
_AS_TEXT = {"num_format": "@", "text_wrap": True}
_WIDTHS = {"euro": 15, "percent": 10, "date": 12, "integer": 9, "number": 9, "per_hundred": 10}
_NARROWEST, WIDEST, _LINE_HEIGHT = 8, 44, 15
_WIDEST_LABEL = 52
_MANY_COLUMNS = 14  # from here on every blank beside a text, and every large header, makes the print smaller
_SMALL_HEADER = 9  # points, of 11


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart of the program itself below a table: columns of `values` over the rows of `over`, by field.

    `kind`: column, bar (lying) or line; a line is never stacked.
    """

    title: str
    over: str
    values: Sequence[str]
    stacked: bool = True
    kind: str = "column"


@dataclass(frozen=True, slots=True)
class Page:
    """A table. `sums`: fields of the sum row; `names`: workbook-wide name -> (row from 0 or SUM, field).
    `totals`: what stands in the sum row instead of a sum of the rows above it.

    `printed_to` is the last field on paper, where all columns would make the print too small to read.
    For whoever goes on filling it in: `dropdowns` and `prompts` by field, `needed` the fields whose headers stand out,
    `open_rows` how many rows below the last one are made ready, with the formats of their columns.
    `widest` is how many signs a line of a cell may have; rows are as high as their longest text needs.
    """

    title: str
    sheet_name: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Any]]
    subtitle: Sequence[str] = ()
    sums: Sequence[str] = ()
    totals: Mapping[str, Formula] = field(default_factory=dict)
    names: Mapping[str, tuple[int | str, str]] = field(default_factory=dict)
    printed_to: str | None = None
    dropdowns: Mapping[str, filling.Dropdown] = field(default_factory=dict)
    prompts: Mapping[str, str] = field(default_factory=dict)
    needed: Collection[str] = ()
    open_rows: int = 0
    widest: int = WIDEST
    picture: Picture | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a cover. With `name`, its value is a named cell; a `heading` stands above the lines that follow.

    `leads_to` is where the rows behind the value stand: ``Belegliste!M6:M27``. `lines` is how high it is at least,
    where somebody writes by hand.
    """

    label: str
    value: Any = None
    type: cells.Type = cells.TEXT
    name: str | None = None
    heading: bool = False
    lines: int = 1
    leads_to: str | None = None


@dataclass(frozen=True, slots=True)
class Cover:
    title: str
    sheet_name: str
    entries: Sequence[Entry]
    subtitle: Sequence[str] = ()


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
        styles, lists = _Styles(book), filling.Lists()
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
    book: Any, page: Page | Cover, styles: _Styles, lists: filling.Lists, body: bodies.Body | None
) -> None:
    sheet = book.add_worksheet(page.sheet_name)
    _set_up(sheet, is_blank=isinstance(page, Page) and bool(page.prompts))
    _write_title(sheet, page, styles)
    if isinstance(page, Page):
        _TableWriter(book, sheet, page, styles, lists, body).write()
    else:
        _write_entries(book, sheet, page, styles)


class _Styles:
    """Each look of a cell is made once."""

    def __init__(self, book: Any) -> None:
        self.book = book
        line = {"bottom": 1, "bottom_color": LINE, "valign": "top"}
        self.title = book.add_format({"bold": True, "font_size": 14, "font_color": INK})
        self.subtitle = book.add_format({"font_color": "#4A5260"})
        self.label = book.add_format({"font_color": "#4A5260", "text_wrap": True, **line})
        self.heading = book.add_format({"bold": True, "font_color": INK, "bg_color": PALE, "bottom": 1})
        header = {"bold": True, "font_color": PAPER, "text_wrap": True, "valign": "vcenter"}
        header |= {"border": 1, "border_color": LINE}
        self._headers = {
            (size, is_needed, above_figures): book.add_format(
                header
                | {"font_size": size, "bg_color": STRONG if is_needed else INK}
                | (_FIGURE if above_figures else {})
            )
            for size in (11, _SMALL_HEADER)
            for is_needed in (False, True)
            for above_figures in (False, True)
        }
        names = [*_FORMATS, "text"]
        self.cell = {name: book.add_format({**_FORMATS.get(name, _AS_TEXT), **line}) for name in names}
        leading = {"font_color": INK, "underline": 1, **line}
        self.link = {
            name: book.add_format({**_FORMATS.get(name, _AS_TEXT), **leading})
            for name in ("euro", "date", "text")
        }
        strong = {"bold": True, "bg_color": PALE, "top": 1, "top_color": INK}
        self.sum = {name: book.add_format({**_FORMATS.get(name, {}), **strong}) for name in names}

        plain = {name: {**look, "valign": "top"} for name, look in _FORMATS.items()}
        self.entry = {name: book.add_format(look) for name, look in plain.items()}
        self.entry["text"] = book.add_format({**_AS_TEXT, "valign": "top"})

    def header(self, kind: cells.Type, *, needed: bool, small: bool) -> Any:
        """Above figures it stands at the right, as they do."""
        above_figures = _FORMATS.get(kind.name, {}).get("align") == "right"
        return self._headers[_SMALL_HEADER if small else 11, needed, above_figures and not needed]

    def of(self, kind: cells.Type) -> Any:
        return self.cell.get(kind.name, self.cell["text"])

    def link_of(self, kind: cells.Type) -> Any:
        """The look of a value that leads to its rows."""
        return self.link.get(kind.name, self.link["text"])

    def entry_of(self, kind: cells.Type) -> Any:
        """The look of a whole column, for what is still to come."""
        return self.entry.get(kind.name, self.entry["text"])


def _set_up(sheet: Any, *, is_blank: bool) -> None:
    sheet.set_paper(9)
    sheet.set_margins(left=0.3, right=0.3, top=0.5, bottom=0.6)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&L&8&A&R&8Seite &P von &N", {"scale_with_doc": False})
    sheet.hide_gridlines(1 if is_blank else 2)  # who fills in a blank sheet wants to see its cells


def _write_title(sheet: Any, page: Page | Cover, styles: _Styles) -> None:
    sheet.set_row(0, 24)
    sheet.write_string(0, 0, page.title, styles.title)
    for row, text in enumerate(page.subtitle[: HEADER_ROW - 2], start=1):
        sheet.write_string(row, 0, text, styles.subtitle)


# --- a table ------------------------------------------------------------------------------------------------


class _TableWriter:
    def __init__(
        self,
        book: Any,
        sheet: Any,
        page: Page,
        styles: _Styles,
        lists: filling.Lists,
        body: bodies.Body | None,
    ) -> None:
        self.book, self.sheet, self.page, self.styles, self.lists = book, sheet, page, styles, lists
        self.places = {column.field: place for place, column in enumerate(page.columns)}
        self.is_wide = len(page.columns) > _MANY_COLUMNS
        self.widths = [self._header_width(column) for column in page.columns]
        self.sums = {self.places[name]: Decimal(0) for name in page.sums}
        self.next_row = HEADER_ROW + 1
        if body:
            self.next_row += body.count
            self.widths = [max(pair) for pair in zip(self.widths, body.widths, strict=True)]
            self.sums = {place: body.sums[place] for place in self.sums}

    def write(self) -> None:
        self._write_looks()
        self._write_header()
        last_row = self.next_row - 1
        if self.page.sums:
            self._write_sums(last_row)
        self._finish(last_row)

    def _write_looks(self) -> None:
        """The sample cells of the columns, and one of a text: they stand in the empty row above the header."""
        looks = [*(self.styles.of(column.type) for column in self.page.columns), self.styles.cell["text"]]
        for place, look in enumerate(looks):
            self.sheet.write_blank(bodies.SAMPLE_ROW - 1, place, None, look)

    def _write_header(self) -> None:
        self.sheet.set_row(
            HEADER_ROW, max(32, _LINE_HEIGHT * max(map(self._header_lines, self.page.columns)))
        )
        for place, column in enumerate(self.page.columns):
            needed = column.field in self.page.needed
            style = self.styles.header(column.type, needed=needed, small=self.is_wide)
            self.sheet.write_string(HEADER_ROW, place, column.header, style)

    def _header_lines(self, column: Column) -> int:
        """At the narrowest that the column can become."""
        narrowest = self._header_width(column, 0 if column.field in self.page.sums else None)
        return len(textwrap.wrap(column.header, max(narrowest, _NARROWEST)))

    def _header_width(self, column: Column, usual: int | None = None) -> int:
        """Wide enough for what is usual in it, and for the longest word of its header, which is bold."""
        words = column.header.replace("-", "- ").split()
        longest = max((len(word) + 1 + len(word) // 6 for word in words), default=0)
        if self.is_wide:
            longest = -(-longest * _SMALL_HEADER // 11)
        return max(_WIDTHS.get(column.type.name, 0) if usual is None else usual, longest)

    def _write_sums(self, last_row: int) -> None:
        """The value is stored beside the formula: a reader that does not calculate sees it too."""
        for place, column in enumerate(self.page.columns):
            style = self.styles.sum.get(column.type.name, self.styles.sum["text"])
            if column.field in self.page.totals:
                _write_formula(self.sheet, self.next_row, place, self.page.totals[column.field], style)
            elif place not in self.sums:
                text = "Summe" if place == 0 else ""
                self.sheet.write_string(self.next_row, place, text, self.styles.sum["text"])
            elif last_row > HEADER_ROW:
                self._write_sum(place, last_row, style)
            else:
                self.sheet.write_number(self.next_row, place, 0, style)

    def _write_sum(self, place: int, last_row: int, style: Any) -> None:
        from xlsxwriter.utility import xl_range

        cells_above = xl_range(HEADER_ROW + 1, place, last_row, place)
        _write_formula(
            self.sheet, self.next_row, place, Formula(f"SUM({cells_above})", self.sums[place]), style
        )

    def _finish(self, last_row: int) -> None:
        columns = self.page.columns
        beside = 1 if self.is_wide else 2
        for place, total in self.sums.items():
            self.widths[place] = max(self._header_width(columns[place], 0), len(f"{total:,.2f} €") + _INDENT)
        for place, width in enumerate(self.widths):
            style = self.styles.entry_of(columns[place].type) if self.page.open_rows else None
            self.sheet.set_column(place, place, min(max(width + beside, _NARROWEST), self.page.widest), style)
        self._add_rules(last_row + self.page.open_rows)
        if len(columns) > 7:
            self.sheet.set_landscape()
        if self.page.printed_to:
            self.sheet.print_area(0, 0, self.next_row, self.places[self.page.printed_to])
        self.sheet.repeat_rows(HEADER_ROW)
        self.sheet.freeze_panes(HEADER_ROW + 1, 0)
        bottom = last_row if last_row > HEADER_ROW else HEADER_ROW + (0 if self.sums else self.page.open_rows)
        self.sheet.autofilter(HEADER_ROW, 0, bottom, len(columns) - 1)
        if self.page.picture and last_row > HEADER_ROW:
            self._draw(self.page.picture, last_row)
        for name, (row, of_field) in self.page.names.items():
            number = self.next_row if row == SUM else HEADER_ROW + 1 + int(row)
            _name_cell(self.book, self.page.sheet_name, name, number, self.places[of_field])

    def _draw(self, picture: Picture, last_row: int) -> None:
        stacked = picture.stacked and picture.kind != "line"
        chart = self.book.add_chart({"type": picture.kind, **({"subtype": "stacked"} if stacked else {})})
        sheet, first = self.page.sheet_name, HEADER_ROW + 1
        over = self.places[picture.over]
        for number, name in enumerate(picture.values):
            place, colour = self.places[name], _COLOURS[number % len(_COLOURS)]
            chart.add_series(
                {
                    "fill": {"color": colour},
                    "line": {"color": colour, "width": 2.25} if picture.kind == "line" else {"none": True},
                    "name": [sheet, HEADER_ROW, place],
                    "categories": [sheet, first, over, last_row, over],
                    "values": [sheet, first, place, last_row, place],
                }
            )
        chart.set_title({"name": picture.title, "name_font": {"size": 12}})
        kinds = {self.page.columns[self.places[name]].type.name for name in picture.values}
        figures = '#,##0 "€"' if kinds == {"euro"} else "#,##0"
        pale = {"visible": True, "line": {"color": LINE, "width": 0.5}}
        chart.set_y_axis({"num_format": figures, "major_gridlines": pale})
        chart.set_x_axis({"major_gridlines": {"visible": False}})
        chart.set_legend({"position": "bottom"})
        chart.set_size({"width": 860, "height": 380})
        options = {"description": picture.title, "object_position": 1}
        self.sheet.insert_chart(self.next_row + 2, 0, chart, options)

    def _add_rules(self, bottom: int) -> None:
        page = self.page
        for place, column in enumerate(page.columns):
            prompt = page.prompts.get(column.field, "")
            rule = filling.rule(column, page.dropdowns.get(column.field), prompt, self.lists)
            if rule and bottom > HEADER_ROW:
                self.sheet.data_validation(HEADER_ROW + 1, place, bottom, place, rule)


# --- cells --------------------------------------------------------------------------------------------------


def _writer(sheet: Any, column: Column, styles: _Styles, look: Any = None) -> Callable[[int, int, Any], None]:
    """How the cells of one column are written: by the type of the value, in the look of the column or in `look`."""
    style, text_style = look or styles.of(column.type), styles.cell["text"]

    def write_cell(row: int, place: int, value: Any) -> None:
        if isinstance(value, str):
            sheet.write_string(row, place, _fitting(value, column.header), text_style)
        elif isinstance(value, date):
            _write_date(sheet, row, place, value, style, text_style)
        elif isinstance(value, Formula):
            _write_formula(sheet, row, place, value, style)
        else:
            sheet.write_number(row, place, value, style)

    return write_cell


def _write_formula(sheet: Any, row: int, place: int, formula: Formula, style: Any) -> None:
    sheet.write_formula(row, place, f"={formula.text}", style, float(formula.value))


def _write_date(sheet: Any, row: int, place: int, day: date, style: Any, text_style: Any) -> None:
    if day.year < 1900:  # before the calendar of workbooks begins
        sheet.write_string(row, place, cells.show_date(day), text_style)
    else:
        sheet.write_datetime(row, place, day, style)


def _fitting(text: str, header: str) -> str:
    if len(text) > LONGEST_TEXT:
        raise BadValue(
            N_(
                "Ein Text in der Spalte %(header)s ist zu lang für eine Zelle: %(length)s Zeichen. Bitte kürzen."
            ),
            header=header,
            length=len(text),
        )
    return text


def _name_cell(book: Any, sheet_name: str, name: str, row: int, place: int) -> None:
    from xlsxwriter.utility import quote_sheetname, xl_rowcol_to_cell

    cell = xl_rowcol_to_cell(row, place, row_abs=True, col_abs=True)
    book.define_name(name, f"={quote_sheetname(sheet_name)}!{cell}")


# --- a cover ------------------------------------------------------------------------------------------------


def _write_entries(book: Any, sheet: Any, cover: Cover, styles: _Styles) -> None:
    longest = max((len(entry.label) for entry in cover.entries), default=20)
    width = min(longest + 2, _WIDEST_LABEL)
    sheet.set_column(0, 0, width)
    sheet.set_column(1, 1, WIDEST)
    for row, entry in enumerate(cover.entries, start=HEADER_ROW):
        sheet.set_row(row, _LINE_HEIGHT * _lines_of(entry, width))
        if entry.heading:
            sheet.write_string(row, 0, entry.label, styles.heading)
            sheet.write_blank(row, 1, None, styles.heading)
            continue
        sheet.write_string(row, 0, entry.label, styles.label)
        _write_entry(sheet, row, entry, styles)
        if entry.name:
            _name_cell(book, cover.sheet_name, entry.name, row, 1)


def _lines_of(entry: Entry, width: int) -> int:
    """How high the line has to be, for programs that do not look for themselves."""
    texts = ((entry.label, width), (entry.value if isinstance(entry.value, str) else "", WIDEST))
    return max(entry.lines, *(len(textwrap.wrap(text, wide - 2)) + text.count("\n") for text, wide in texts))


def _write_entry(sheet: Any, row: int, entry: Entry, styles: _Styles) -> None:
    column = Column(entry.name or "", entry.label, entry.type)
    if entry.leads_to and entry.value is not None:  # the link stays when the value is written over its text
        sheet_name = entry.leads_to.partition("!")[0].strip("'")
        tip = f"zu den Zeilen auf »{sheet_name}«"
        sheet.write_url(row, 1, f"internal:{entry.leads_to}", styles.link_of(entry.type), entry.label, tip)
        _writer(sheet, column, styles, styles.link_of(entry.type))(row, 1, entry.value)
        return
    if entry.value is None:
        sheet.write_blank(row, 1, None, styles.of(entry.type))
    else:
        _writer(sheet, column, styles)(row, 1, entry.value)
