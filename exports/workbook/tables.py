"""The sheet of a page: header, sums, widths, rules and the chart around its rows."""

from __future__ import annotations

import textwrap
from decimal import Decimal
from typing import Any

from exports import bodies, filling
from exports.workbook.looks import (
    COLOURS,
    INDENT,
    LINE,
    LINE_HEIGHT,
    MANY_COLUMNS,
    NARROWEST,
    SMALL_HEADER,
    WIDTHS,
    Styles,
)
from exports.workbook.pages import HEADER_ROW, SUM, Page, Picture
from exports.workbook.values import name_cell, write_formula
from school_it.sheets import Column
from school_it.workbooks.rows import Formula


class TableWriter:
    def __init__(
        self,
        book: Any,
        sheet: Any,
        page: Page,
        styles: Styles,
        lists: filling.Lists,
        body: bodies.Body | None,
    ) -> None:
        self.book, self.sheet, self.page, self.styles, self.lists = book, sheet, page, styles, lists
        self.places = {column.field: place for place, column in enumerate(page.columns)}
        self.is_wide = len(page.columns) > MANY_COLUMNS
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
        looks = [
            *(self.styles.of(column.type, place) for place, column in enumerate(self.page.columns)),
            self.styles.cell["text"],
        ]
        for place, look in enumerate(looks):
            self.sheet.write_blank(bodies.SAMPLE_ROW - 1, place, None, look)

    def _write_header(self) -> None:
        self.sheet.set_row(HEADER_ROW, max(32, LINE_HEIGHT * max(map(self._header_lines, self.page.columns))))
        for place, column in enumerate(self.page.columns):
            needed = column.field in self.page.needed
            style = self.styles.header(column.type, needed=needed, small=self.is_wide)
            self.sheet.write_string(HEADER_ROW, place, column.header, style)

    def _header_lines(self, column: Column) -> int:
        """At the narrowest that the column can become."""
        narrowest = self._header_width(column, 0 if column.field in self.page.sums else None)
        return len(textwrap.wrap(column.header, max(narrowest, NARROWEST)))

    def _header_width(self, column: Column, usual: int | None = None) -> int:
        """Wide enough for what is usual in it, and for the longest word of its header, which is bold."""
        words = column.header.replace("-", "- ").split()
        longest = max((len(word) + 1 + len(word) // 6 for word in words), default=0)
        if self.is_wide:
            longest = -(-longest * SMALL_HEADER // 11)
        return max(WIDTHS.get(column.type.name, 0) if usual is None else usual, longest)

    def _write_sums(self, last_row: int) -> None:
        """The value is stored beside the formula: a reader that does not calculate sees it too."""
        for place, column in enumerate(self.page.columns):
            style = self.styles.sum.get(column.type.name, self.styles.sum["text"])
            if column.field in self.page.totals:
                write_formula(self.sheet, self.next_row, place, self.page.totals[column.field], style)
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
        write_formula(
            self.sheet, self.next_row, place, Formula(f"SUM({cells_above})", self.sums[place]), style
        )

    def _finish(self, last_row: int) -> None:
        columns = self.page.columns
        beside, widest = 1 if self.is_wide else 2, self.page.widths()
        for place, total in self.sums.items():
            self.widths[place] = max(self._header_width(columns[place], 0), len(f"{total:,.2f} €") + INDENT)
        for place, width in enumerate(self.widths):
            style = self.styles.entry_of(columns[place].type) if self.page.open_rows else None
            self.sheet.set_column(place, place, min(max(width + beside, NARROWEST), widest[place]), style)
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
            name_cell(self.book, self.page.sheet_name, name, number, self.places[of_field])

    def _draw(self, picture: Picture, last_row: int) -> None:
        stacked = picture.stacked and picture.kind != "line"
        chart = self.book.add_chart({"type": picture.kind, **({"subtype": "stacked"} if stacked else {})})
        sheet, first = self.page.sheet_name, HEADER_ROW + 1
        over = self.places[picture.over]
        for number, name in enumerate(picture.values):
            place, colour = self.places[name], COLOURS[number % len(COLOURS)]
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
