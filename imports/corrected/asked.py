"""What the child process is asked to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from imports.workbook import Limits
from school_it import cells
from school_it.sheets import Column, Sheet

LAST_COLUMN = 16_383  # XFD, from 0
LONGEST_TEXT = 32_767


@dataclass(frozen=True, slots=True)
class Asked:
    """Rows as people see them, columns from 0.

    `fields`: column -> field, for the columns of the table; `headers`: column -> header, for those in which somebody
    has typed, because the file itself may not have them; `faults`: row -> columns; `hints`: row -> its sentences;
    `typed`: row -> column -> text; `shown`: row -> column -> what a number shows where it counts as text.
    """

    path: Path
    out: Path
    sheet: Sheet
    mapping: Mapping[str, str | None]
    sheet_name: str | None
    header_row: int
    last_row: int
    fields: Mapping[int, str | None]
    headers: Mapping[int, str]
    faults: Mapping[int, list[int]]
    hints: Mapping[int, str]
    typed: Mapping[int, Mapping[int, str]]
    shown: Mapping[int, Mapping[int, str]]
    limits: Limits

    @property
    def first_free_column(self) -> int:
        return max(self.fields) + 1

    @classmethod
    def from_json(cls, asked: Mapping[str, Any]) -> Asked:
        return cls(
            path=Path(asked["path"]),
            out=Path(asked["out"]),
            sheet=_sheet(asked["sheet"]),
            mapping=asked["mapping"],
            sheet_name=asked["sheet_name"],
            header_row=asked["header_row"],
            last_row=asked["last_row"],
            fields=dict(asked["fields"]),
            headers=dict(asked["headers"]),
            faults=dict(asked["faults"]),
            hints={row: text[:LONGEST_TEXT] for row, text in asked["hints"]},
            typed={row: dict(texts) for row, texts in asked["typed"]},
            shown={row: dict(texts) for row, texts in asked["shown"]},
            limits=Limits(**asked["limits"]),
        )


def _sheet(described: Mapping[str, Any]) -> Sheet:
    columns = tuple(
        Column(name, header, cells.Type(type_name, str, str), needed, tuple(others))
        for name, header, type_name, needed, others, *_more in described["columns"]
    )
    return Sheet(described["kind"], described["title"], columns, tuple(map(tuple, described["keys"])))
