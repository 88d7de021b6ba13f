"""The data of a report as plain values: what its cells hold, by sheet and field, as one canonical JSON text.

``{"report", "day", "choice", "handed_in", "newest_entry", "program", "sheets", "figures", "checks"}``; a sheet is
``{"sheet", "title", "entries": [{"label", "key", "type", "value"}]}`` or ``{"sheet", "title", "columns": [{"field",
"header", "type"}], "keys", "rows"}``. Amounts are texts with two decimals, days ISO, of a formula its value.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from exports.reports.shape import Pages
from exports.workbook import Cover, Formula, Page
from school_it.audit import plain
from school_it.errors import N_, CannotRead
from school_it.kinds import KINDS
from school_it.sheets import Column

Data = dict[str, Any]


PERSONAL = frozenset({"holder"})
"""Fields that name somebody: what can never be removed keeps no such name. The columns stay, empty."""


def with_rows(pages: Pages) -> list[Page | Cover]:
    """The same pages without people, their rows read once and kept: for the workbook and for the data."""
    return [_kept(page) if isinstance(page, Page) else page for page in pages]


def _kept(page: Page) -> Page:
    without = [place for place, column in enumerate(page.columns) if column.field in PERSONAL]
    rows = [list(row) for row in page.rows]
    for row in rows:
        for place in without:
            row[place] = None
    return replace(page, rows=rows)


def of_pages(session: Session, pages: Pages) -> list[Data]:
    """What stands on the sheets; `pages` are those of `with_rows`."""
    known = [(sheet.fields, sheet.keys[0]) for kind in KINDS.values() if (sheet := kind.sheet(session)).keys]
    return [_of_table(page, known) if isinstance(page, Page) else _of_cover(page) for page in pages]


def _of_cover(cover: Cover) -> Data:
    entries = [
        {"label": one.label, "key": one.name, "type": one.type.name, "value": value_of(one.value)}
        for one in cover.entries
        if not one.heading
    ]
    return {"sheet": cover.sheet_name, "title": cover.title, "entries": entries}


def _of_table(page: Page, known: Sequence[tuple[tuple[str, ...], tuple[str, ...]]]) -> Data:
    fields = tuple(column.field for column in page.columns)
    rows = [[value_of(value) for value in row] for row in page.rows]
    keys = next((keys for of, keys in known if fields[: len(of)] == of), None)
    return {
        "sheet": page.sheet_name,
        "title": page.title,
        "columns": [
            {"field": one.field, "header": one.header, "type": one.type.name} for one in page.columns
        ],
        "keys": list(keys or _naming(page.columns, rows)),
        "rows": rows,
    }


def _naming(columns: Sequence[Column], rows: Sequence[Sequence[Any]]) -> list[str]:
    """The first codes and texts that together are another in every row; all of them where none are."""
    chosen: list[int] = []
    for place, column in enumerate(columns):
        if column.type.name in ("euro", "percent", "per_hundred", "number"):
            continue
        chosen.append(place)
        if len({tuple(row[one] for one in chosen) for row in rows}) == len(rows):
            break
    return [columns[place].field for place in chosen]


def value_of(value: Any) -> Any:
    return plain(value.value if isinstance(value, Formula) else value)


def canonical(data: Mapping[str, Any]) -> str:
    """One text for the same data, whatever the order in which they were put together."""
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def digest(content: str | bytes) -> str:
    """SHA-256 in hex."""
    return hashlib.sha256(content.encode() if isinstance(content, str) else content).hexdigest()


def must_be(text: str, known: str) -> None:
    """Raises CannotRead where the data are not those that were kept."""
    if digest(text) != known:
        raise CannotRead(N_("Die Daten dieses Nachweises sind nicht mehr die, die festgehalten wurden."))
