"""The looks of our workbooks: colours, formats, widths."""

from __future__ import annotations

from typing import Any

from school_it import cells

INK, PAPER, LINE, PALE, STRONG = "#003087", "#FFFFFF", "#C5CAD3", "#EEF1F7", "#8A1538"
EURO_FORMAT, DATE_FORMAT = '#,##0.00 "€"', "dd.mm.yyyy"
INDENT = 1
FIGURE = {"align": "right", "indent": INDENT}  # so that a text in the next column does not touch it
COLOURS = ("#003087", "#E0A100", "#8A1538", "#2E7D5B", "#6F7D95", "#5AA7D6")
"""Of charts: told apart by light and dark too, so that they can be read in black and white."""
FORMATS: dict[str, dict[str, Any]] = {
    "euro": {"num_format": EURO_FORMAT, **FIGURE},
    "percent": {"num_format": "0.0# %", **FIGURE},
    "date": {"num_format": DATE_FORMAT, "align": "left"},
    "integer": {"num_format": "0", **FIGURE},
    "number": {"num_format": "General", **FIGURE},
    "per_hundred": {"num_format": "0.00", **FIGURE},
}
AS_TEXT = {"num_format": "@", "text_wrap": True}
WIDTHS = {"euro": 15, "percent": 10, "date": 12, "integer": 9, "number": 9, "per_hundred": 10}
NARROWEST, LINE_HEIGHT = 8, 15
WIDEST_LABEL = 52
MANY_COLUMNS = 14  # from here on every blank beside a text, and every large header, makes the print smaller
SMALL_HEADER = 9  # points, of 11


class Styles:
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
                | (FIGURE if above_figures else {})
            )
            for size in (11, SMALL_HEADER)
            for is_needed in (False, True)
            for above_figures in (False, True)
        }
        names = [*FORMATS, "text"]
        self.cell = {name: book.add_format({**FORMATS.get(name, AS_TEXT), **line}) for name in names}
        self._beside = {
            name: book.add_format({**look, **line, "valign": "vjustify"}) for name, look in FORMATS.items()
        }
        leading = {"font_color": INK, "underline": 1, **line}
        self.link = {
            name: book.add_format({**FORMATS.get(name, AS_TEXT), **leading})
            for name in ("euro", "date", "text")
        }
        strong = {"bold": True, "bg_color": PALE, "top": 1, "top_color": INK}
        self.sum = {name: book.add_format({**FORMATS.get(name, {}), **strong}) for name in names}

        plain = {name: {**look, "valign": "top"} for name, look in FORMATS.items()}
        self.entry = {name: book.add_format(look) for name, look in plain.items()}
        self.entry["text"] = book.add_format({**AS_TEXT, "valign": "top"})

    def header(self, kind: cells.Type, *, needed: bool, small: bool) -> Any:
        """Above figures it stands at the right, as they do."""
        above_figures = FORMATS.get(kind.name, {}).get("align") == "right"
        return self._headers[SMALL_HEADER if small else 11, needed, above_figures and not needed]

    def of(self, kind: cells.Type, place: int = 0) -> Any:
        """Of every other column another way to stand at the top: of neighbours that stand there in the same way
        LibreOffice draws only the first with its indent.
        """
        looks = self._beside if place % 2 and kind.name in self._beside else self.cell
        return looks.get(kind.name, looks.get("text"))

    def link_of(self, kind: cells.Type) -> Any:
        """The look of a value that leads to its rows."""
        return self.link.get(kind.name, self.link["text"])

    def entry_of(self, kind: cells.Type) -> Any:
        """The look of a whole column, for what is still to come."""
        return self.entry.get(kind.name, self.entry["text"])
