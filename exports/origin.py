"""Where each row of a list came from, in columns behind the named ones: file and row or form, by whom, on which day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import islice
from typing import Any

from sqlalchemy.orm import Session

from school_it import cells
from school_it.database import AT_ONCE, TOWN_TIME
from school_it.funding import origin
from school_it.funding.origin import Origin
from school_it.sheets import Column, Sheet

COLUMNS = (
    Column("origin", "Herkunft"),
    Column("origin_by", "aufgenommen von"),
    Column("origin_on", "aufgenommen am", cells.DATE),
)
_WAYS = {"web": "Formular", "api": "Schnittstelle"}


def with_columns(sheet: Sheet) -> Sheet:
    return replace(sheet, columns=(*sheet.columns, *COLUMNS))


def told(session: Session, table: str, rows: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """The rows with their origin; they are rows of `table`, with their ``id``. One statement for some hundred rows."""
    waiting = iter(rows)
    while some := list(islice(waiting, AT_ONCE)):
        known = origin.of_many(session, table, [row["id"] for row in some])
        for row in some:
            yield {**row, **_fields(known.get(row["id"]))}


def _fields(found: Origin | None) -> dict[str, Any]:
    if found is None:
        return {column.field: None for column in COLUMNS}
    day = found.at.astimezone(TOWN_TIME).date()
    return {"origin": _way(found), "origin_by": found.who, "origin_on": day}


def _way(found: Origin) -> str:
    if found.file_name:
        return f"{found.file_name}, Zeile {found.row}" if found.row else found.file_name
    return _WAYS.get(found.via, "Programm")
