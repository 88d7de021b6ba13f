"""Where a cell stands: columns count from 0, rows from 1 as people see them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

LAST_ROW, LAST_COLUMN = 1_048_576, 16_383
_REFERENCE = re.compile(r"([A-Z]{1,3})(\d+)")


def column_of(reference: str) -> int:
    """Column from 0 of ``C7``."""
    column = 0
    for letter in reference:
        if not "A" <= letter <= "Z":
            break
        column = column * 26 + ord(letter) - 64
    return column - 1


@cache
def letters(column: int) -> str:
    """``A`` for 0."""
    text, column = "", column + 1
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text


def cell_of(reference: str) -> tuple[int, int] | None:
    """Row from 1 and column from 0 of ``$C$7``; None for what is no single cell."""
    found = re.fullmatch(r"\$?([A-Za-z]{1,3})\$?(\d{1,7})", reference.strip())
    if not found:
        return None
    row, column = int(found[2]), column_of(found[1].upper())
    return (row, column) if 1 <= row <= LAST_ROW and column <= LAST_COLUMN else None


def corners(reference: str) -> Iterator[tuple[int, int, int, int]]:
    """First and last row, first and last column (from 0) of ``A1:C7``."""
    found = [(int(row), column_of(column)) for column, row in _REFERENCE.findall(reference.replace("$", ""))]
    if found:
        rows, columns = [row for row, _column in found], [column for _row, column in found]
        yield min(rows), max(rows), min(columns), max(columns)
