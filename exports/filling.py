"""What helps whoever fills in a table: drop-downs for words, prompts, checks while typing.

A `Dropdown` is what a column offers. Short ones stand in the cells' own rule, long ones on a hidden sheet.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from school_it.sheets import Column

LISTS_SHEET = "Listen"
_INLINE = 255  # what the rule of a cell can hold
_TITLE, _MESSAGE = 32, 255  # likewise, of a prompt
_LARGEST = 10**12
# Who types something else is asked, not stopped: the import reads more than a spreadsheet program takes for a value.
_RULES: Mapping[str, Mapping[str, Any]] = {
    "date": {"validate": "date", "criteria": ">=", "value": 1},
    "euro": {"validate": "decimal", "criteria": "between", "minimum": -_LARGEST, "maximum": _LARGEST},
    "number": {"validate": "decimal", "criteria": "between", "minimum": -_LARGEST, "maximum": _LARGEST},
    "integer": {"validate": "integer", "criteria": "between", "minimum": -_LARGEST, "maximum": _LARGEST},
    "percent": {"validate": "decimal", "criteria": "between", "minimum": 0, "maximum": 1},
}
_EXPECTED = {
    "date": "Hier wird ein Datum wie 31.12.2024 erwartet.",
    "euro": "Hier wird ein Betrag wie 1.299,00 erwartet.",
    "number": "Hier wird eine Zahl wie 1,5 erwartet.",
    "integer": "Hier wird eine ganze Zahl wie 28 erwartet.",
    "percent": "Hier wird ein Anteil von 0 bis 100 % erwartet.",
}


@dataclass(frozen=True, slots=True)
class Dropdown:
    """`is_closed`: nothing else can be typed."""

    words: tuple[str, ...]
    is_closed: bool = True


class Lists:
    """The long lists of a workbook, each a column of one hidden sheet; that sheet is there only where it is needed."""

    def __init__(self) -> None:
        self.columns: dict[tuple[str, ...], str] = {}

    def source(self, words: tuple[str, ...], header: str) -> list[str] | str:
        if len(",".join(words)) <= _INLINE and not any(sign in word for word in words for sign in ',"'):
            return list(words)
        from xlsxwriter.utility import xl_range_abs

        self.columns.setdefault(words, header)
        place = list(self.columns).index(words)
        return f"={LISTS_SHEET}!{xl_range_abs(1, place, len(words), place)}"

    def write(self, book: Any) -> None:
        if not self.columns:
            return
        sheet = book.add_worksheet(LISTS_SHEET)
        sheet.hide()
        rows = [tuple(self.columns.values()), *zip_longest(*self.columns, fillvalue=None)]
        for number, row in enumerate(rows):
            for place, word in enumerate(row):
                if word is not None:
                    sheet.write_string(number, place, word)


def dropdown_of(column: Column) -> Dropdown | None:
    """What the column's own words offer; None where any text will do, or several words with commas between."""
    if column.type.name == "word":
        return Dropdown(tuple(dict.fromkeys(column.type.words.values())))
    return Dropdown(("ja", "nein")) if column.type.name == "yes_no" else None


def rule(column: Column, dropdown: Dropdown | None, prompt: str, lists: Lists) -> dict[str, Any] | None:
    """The rule of a column's cells in the words of xlsxwriter; None where there is nothing to say.

    With a `prompt` the cells also say what belongs there and ask back where it does not look like it.
    """
    said: dict[str, Any] = {}
    if dropdown and dropdown.words:
        said = {"validate": "list", "source": lists.source(dropdown.words, column.header)}
        said |= _refusal(is_closed=dropdown.is_closed)
    elif prompt:
        said = dict(_RULES.get(column.type.name, {"validate": "any"}))
        if column.type.name in _EXPECTED:
            said |= {"error_type": "warning", "error_title": "Bitte prüfen"}
            said["error_message"] = _EXPECTED[column.type.name]
    if prompt:
        said |= {"input_title": column.header[:_TITLE], "input_message": _shortened(prompt)}
    return said or None


def _refusal(*, is_closed: bool) -> dict[str, Any]:
    if not is_closed:
        return {"show_error": False}
    message = "Bitte einen Eintrag aus der Auswahlliste nehmen."
    return {"error_type": "stop", "error_title": "Nicht in der Liste", "error_message": message}


def _shortened(text: str) -> str:
    return text if len(text) <= _MESSAGE else text[: _MESSAGE - 1] + "…"


def added(columns: Sequence[Column], more: Mapping[str, Dropdown]) -> dict[str, Dropdown]:
    """The drop-downs of a table: those of its columns' own words, and `more`, by field."""
    own = {column.field: found for column in columns if (found := dropdown_of(column))}
    return own | {column.field: more[column.field] for column in columns if column.field in more}
