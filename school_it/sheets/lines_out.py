"""Objects into the lines of a workbook."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from school_it import cells
from school_it.sheets.shape import Sheet


def lines(sheet: Sheet, objects: Iterable[Any]) -> Iterator[list[Any]]:
    """One list of cell values per object, in the order of the columns: text, Decimal, int, date or None.

    An object is a mapping, or has the fields as attributes. Words, codes and yes/no become their German text.
    """
    ways = [(column.field, _as_cell(column.type)) for column in sheet.columns]
    for one in objects:
        get = one.get if isinstance(one, Mapping) else lambda name, one=one: getattr(one, name)
        yield [value if (value := get(name)) is None or way is None else way(value) for name, way in ways]


# These stay numbers and dates in a workbook; everything else is text.
_KEPT = frozenset({"euro", "percent", "date", "integer", "number"})


def _as_cell(of: cells.Type) -> Callable[[Any], Any] | None:
    """None where the value itself stands in the cell: numbers, days, and texts that are texts."""
    return None if of.name in _KEPT else _text_itself if of.show is cells.TEXT.show else of.show


def _text_itself(value: Any) -> str:
    return value if type(value) is str else str(value)
