"""What differs between the data of a report and those of another moment: figure by figure, row by row, cell by cell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from exports.reports import REPORTS
from school_it.sheets import Column

Values = tuple[Any, ...]


@dataclass(frozen=True)
class Cell:
    """`kind` is the name of the type of the column, so that a page shows the values as the workbook does."""

    name: str
    label: str
    kind: str
    before: Any
    after: Any

    @property
    def more(self) -> Decimal | None:
        """By how many euros it became more; None for what is no amount."""
        if self.kind != "euro":
            return None
        return Decimal(self.after or 0) - Decimal(self.before or 0)


@dataclass(frozen=True)
class Row:
    """`what` is new, gone or changed; `key` the values that name it, `cells` those that differ (of a row that came or
    went, all that hold something)."""

    what: str
    key: dict[str, Any]
    cells: list[Cell]

    @property
    def telling(self) -> list[Cell]:
        """Of a row that came or went what says most in little room: its amounts, else its texts."""
        amounts = [one for one in self.cells if one.kind == "euro" and one.more]
        return amounts or [one for one in self.cells if one.name not in self.key]

    @property
    def label(self) -> str:
        return " · ".join(str(value) for value in self.key.values() if value not in (None, ""))


@dataclass(frozen=True)
class SheetDifference:
    sheet: str
    title: str
    rows: list[Row] = field(default_factory=list)
    cells: list[Cell] = field(default_factory=list)

    def count(self, what: str) -> int:
        return sum(row.what == what for row in self.rows)

    def __bool__(self) -> bool:
        return bool(self.rows or self.cells)


@dataclass(frozen=True)
class Comparison:
    figures: list[Cell]
    sheets: list[SheetDifference]

    @property
    def is_same(self) -> bool:
        return not self.figures and not any(self.sheets)

    @property
    def cells(self) -> int:
        """How many cells differ."""
        return sum(len(sheet.cells) + sum(len(row.cells) for row in sheet.rows) for sheet in self.sheets)

    def as_json(self) -> dict[str, Any]:
        return {
            "same": self.is_same,
            "figures": {one.name: [one.before, one.after] for one in self.figures},
            "sheets": [_sheet_json(sheet) for sheet in self.sheets if sheet],
        }


def _sheet_json(sheet: SheetDifference) -> dict[str, Any]:
    return {
        "sheet": sheet.sheet,
        "cells": [{"label": one.label, "before": one.before, "after": one.after} for one in sheet.cells],
        "rows": [
            {"what": row.what, "key": row.key, "fields": {one.name: [one.before, one.after] for one in row.cells}}
            for row in sheet.rows
        ],
    }  # fmt: skip


def compare(before: Mapping[str, Any], after: Mapping[str, Any]) -> Comparison:
    """Of two data of the same report, as `evidence.data` has them, `before` those that were kept. Columns that only the
    later one has do not count: they came with a newer program.
    """
    later = {sheet["sheet"]: sheet for sheet in after["sheets"]}
    earlier = {sheet["sheet"]: sheet for sheet in before["sheets"]}
    sheets = [_of_sheet(sheet, later.get(name)) for name, sheet in earlier.items()]
    sheets += [_of_sheet(None, sheet) for name, sheet in later.items() if name not in earlier]
    return Comparison(_figures(before["report"], before["figures"], after["figures"]), sheets)


# --- figures ---


def _figures(report: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Cell]:
    """Of a budget they are told by scenario: each stands under the name of its own."""
    columns = {column.field: column for column in REPORTS[report].figure_columns}
    later = _flat(after)
    found = []
    for key, value in _flat(before).items():
        *of, name = key
        column = columns.get(name, Column(name, name))
        if value != later.get(key):
            label = ": ".join((*of, column.header))
            found.append(Cell(".".join(key), label, column.type.name, value, later.get(key)))
    return found


def _flat(figures: Mapping[str, Any]) -> dict[tuple[str, ...], Any]:
    found: dict[tuple[str, ...], Any] = {}
    for name, value in figures.items():
        if isinstance(value, Mapping):
            found |= {(name, one): amount for one, amount in value.items()}
        else:
            found[name,] = value
    return found


# --- sheets ---


def _of_sheet(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> SheetDifference:
    known = before or after or {}
    name, title = known["sheet"], known["title"]
    if "entries" in known:
        return SheetDifference(name, title, cells=list(_entries(before, after)))
    return SheetDifference(name, title, rows=list(_rows(before, after)))


def _entries(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> Iterator[Cell]:
    first, second = _by_label(before), _by_label(after)
    for key in dict.fromkeys([*first, *second]):
        one, other = first.get(key), second.get(key)
        values = (one["value"] if one else None), (other["value"] if other else None)
        if values[0] != values[1]:
            said: Mapping[str, Any] = one or other or {}
            yield Cell(said["key"] or said["label"], said["label"], said["type"], *values)


def _by_label(sheet: Mapping[str, Any] | None) -> dict[Values, Mapping[str, Any]]:
    entries = sheet["entries"] if sheet else []
    return dict(_counted([((entry["key"] or entry["label"],), entry) for entry in entries]))


def _counted(pairs: Sequence[tuple[Values, Any]]) -> Iterator[tuple[Values, Any]]:
    """What has the same name twice is told apart by its number."""
    seen: Counter[Values] = Counter()
    for key, thing in pairs:
        seen[key] += 1
        yield (*key, seen[key]), thing


def _rows(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> Iterator[Row]:
    keys = (before or after or {})["keys"]
    first, second = _by_key(before, keys), _by_key(after, keys)
    columns = {column["field"]: column for column in (before or after or {})["columns"]}
    for key, row in first.items():
        other = second.get(key)
        named = dict(zip(keys, key, strict=False))
        if other is None:
            yield Row("gone", named, list(_cells(columns, row, {})))
        elif cells := list(_cells(columns, row, other)):
            yield Row("changed", named, cells)
    for key, row in second.items():
        if key not in first:
            yield Row("new", dict(zip(keys, key, strict=False)), list(_cells(columns, {}, row)))


def _by_key(sheet: Mapping[str, Any] | None, keys: Sequence[str]) -> dict[Values, dict[str, Any]]:
    if sheet is None:
        return {}
    fields = [column["field"] for column in sheet["columns"]]
    rows = [dict(zip(fields, row, strict=True)) for row in sheet["rows"]]
    return dict(_counted([(tuple(_single(row.get(name)) for name in keys), row) for row in rows]))


def _single(value: Any) -> Any:
    return ", ".join(map(str, value)) if isinstance(value, list) else value


def _cells(
    columns: Mapping[str, Mapping[str, Any]], before: Mapping[str, Any], after: Mapping[str, Any]
) -> Iterator[Cell]:
    for name, column in columns.items():
        if before.get(name) != after.get(name):
            yield Cell(name, column["header"], column["type"], before.get(name), after.get(name))
