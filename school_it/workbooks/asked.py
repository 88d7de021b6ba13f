"""What somebody wants to have in a prepared workbook."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Put:
    """A value for one cell: row from 1, column from 0. `name` is what formulas may call it, `label` what people do."""

    sheet: str
    row: int
    column: int
    value: Any
    name: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows for a table: `row` (from 1) is its sample row, `columns` the column (from 0) of each value, None for none.

    `headers` are what people call the values.
    """

    sheet: str
    row: int
    columns: Sequence[int | None]
    rows: Sequence[Sequence[Any]]
    headers: Sequence[str] = ()
