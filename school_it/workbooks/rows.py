"""Values as cells of a sheet's part: numbers and days as numbers, texts as inline texts that stay texts."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from school_it import cells
from school_it.errors import N_, BadValue
from school_it.workbooks.places import letters
from school_it.workbooks.tags import FORBIDDEN

LONGEST_TEXT = 32_767  # what a cell of a workbook can hold
_MOST_KNOWN = 4_000
_BEGIN = {False: date(1899, 12, 30).toordinal(), True: date(1904, 1, 1).toordinal()}
_AWKWARD = re.compile("[&<>_\\s\x00-\x1f\ud800-\udfff\ufffe\uffff]")
_LIKE_AN_ESCAPE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula without its equals sign, and what it comes to. No text of a person goes into it."""

    text: str
    value: Decimal


@dataclass(frozen=True, slots=True)
class Look:
    """The style numbers of a column's cells: of its own values, of texts, of days where they have one."""

    own: int = 0
    text: int = 0
    day: int | None = None


def escaped(text: str) -> str:
    """For the inside of an element, for programs that take ``_x0041_`` for a letter; control characters go."""
    text = _LIKE_AN_ESCAPE.sub("_x005F_", FORBIDDEN.sub("", text))
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def serial(day: date, *, from_1904: bool = False) -> float | None:
    """The number of a day (and its time) in a workbook; None for one before its calendar begins."""
    number = day.toordinal() - _BEGIN[from_1904]
    if number < (0 if from_1904 else 1) or day.year < 1900:
        return None
    if isinstance(day, datetime):
        return number + (day.hour * 3600 + day.minute * 60 + day.second) / 86_400
    return number


Writer = Callable[[int, Any], str]
"""Row from 1, value -> the cell."""


def writer(column: int, look: Look, *, prefix: str = "", from_1904: bool = False, header: str = "") -> Writer:
    """How the cells of a column (from 0) are written. The writer raises BadValue where a text fits in no cell."""
    name, p = letters(column), prefix
    day_style = look.own if look.day is None else look.day
    own, as_text, as_day = (f' s="{style}"' if style else "" for style in (look.own, look.text, day_style))
    opened = f'<{p}c r="{name}'
    number_head, day_head, number_end = f'"{own}><{p}v>', f'"{as_day}><{p}v>', f"</{p}v></{p}c>"
    text_head, kept_head = (
        f'"{as_text} t="inlineStr"><{p}is><{p}t{space}>' for space in ("", ' xml:space="preserve"')
    )
    text_end = f"</{p}t></{p}is></{p}c>"

    known: dict[Any, str] = {}  # what stands behind the row's number, by value: most columns say few things

    def text_tail(text: str) -> str:
        must_fit(text, header or name)
        head = text_head
        if _AWKWARD.search(text):
            text = text.replace("\r\n", "\n").replace("\r", "\n")
            if text[:1].isspace() or text[-1:].isspace() or "\n" in text:
                head = kept_head
            text = escaped(text)
        return f"{head}{text}{text_end}"

    def tail(value: Any) -> str:
        if value is None:
            return f'"{own}/>'
        if isinstance(value, str):
            return text_tail(value)
        if isinstance(value, date):
            day = serial(value, from_1904=from_1904)
            return text_tail(cells.show_date(value)) if day is None else f"{day_head}{day}{number_end}"
        if isinstance(value, Formula):
            return f'"{own}><{p}f>{escaped(value.text)}</{p}f><{p}v>{value.value}{number_end}'
        if isinstance(value, bool):
            return f'"{own} t="b"><{p}v>{int(value)}{number_end}'
        return f"{number_head}{value}{number_end}"

    def write(row: int, value: Any) -> str:
        kind = type(value)
        if kind is str or kind is date:
            found = known.get(value)
            if found is None:
                found = tail(value)
                if len(known) < _MOST_KNOWN:
                    known[value] = found
            return f"{opened}{row}{found}"
        if kind is Decimal:
            return f"{opened}{row}{number_head}{value}{number_end}"
        return f"{opened}{row}{tail(value)}"

    return write


def must_fit(text: str, header: str) -> None:
    """Raises BadValue for a text that is longer than a cell can hold; `header` is that of its column."""
    if len(text) > LONGEST_TEXT:
        raise BadValue(
            N_(
                "Ein Text in der Spalte %(header)s ist zu lang für eine Zelle: %(length)s Zeichen. Bitte kürzen."
            ),
            header=header,
            length=len(text),
        )


def encoded(text: str) -> bytes:
    """ASCII, so that it fits whatever encoding the part says it has."""
    return text.encode("ascii", "xmlcharrefreplace")


def row_writer(
    writers: Sequence[Writer], *, with_blanks: bool = False
) -> Callable[[int, Sequence[Any]], str]:
    """The cells of a row; None leaves its cell out, or, `with_blanks`, makes an empty one in the look of its column."""

    def write_all(row: int, values: Sequence[Any]) -> str:
        return "".join([way(row, value) for way, value in zip(writers, values, strict=True)])

    def write(row: int, values: Sequence[Any]) -> str:
        return "".join(
            [way(row, value) for way, value in zip(writers, values, strict=True) if value is not None]
        )

    return write_all if with_blanks else write
