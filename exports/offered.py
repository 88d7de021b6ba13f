"""What a report has to give to a form of somebody else: its figures by name, its tables by name."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import Any

from exports.workbook import SUM, Cover, Page
from school_it.errors import N_
from school_it.sheets import Column, same_header
from school_it.workbooks.rows import Formula


@dataclass(frozen=True, slots=True)
class Figure:
    """`key` is the name of the cell by contract, or sheet and label of the line; `value` what stands there.

    `decision` numbers the decision of a grant that it is about, where it is about one of them.
    """

    key: str
    label: str
    value: Any
    is_named: bool
    decision: int = 0

    def told(self, translated: Callable[[str], str] = str) -> str:
        label = translated(self.label)
        if not self.decision:
            return label
        return translated(OF_DECISION) % {"number": self.decision, "what": label}

    def is_called(self, words: str) -> bool:
        """Whether these words, as `same_header` has them, are its own; a sum answers to the name of its column."""
        return words in {same_header(self.label), same_header(self.label.removesuffix(" (Summe)"))}


OF_DECISION = N_("%(number)s. Bescheid: %(what)s")


@dataclass(frozen=True, slots=True)
class Table:
    """`key` is the name of its sheet in small letters."""

    key: str
    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Any]]

    def field_of(self, header: str) -> str | None:
        """The field that somebody's header means; None where it is none of ours."""
        said = same_header(header)
        for column in self.columns:
            if said and said in {same_header(one) for one in (column.header, *column.other_headers)}:
                return column.field
        return None


@dataclass(frozen=True, slots=True)
class Offered:
    figures: dict[str, Figure]
    tables: dict[str, Table]


def of(pages: Sequence[Page | Cover], most: int | None = None, *, beside: Iterable[Figure] = ()) -> Offered:
    """Reads the rows of the pages, to their end or `most` of them: then sums tell of these only.

    `beside` are figures that stand on none of the pages.
    """
    figures: dict[str, Figure] = {}
    tables: dict[str, Table] = {}
    for page in pages:
        found: Iterator[Figure]
        if isinstance(page, Cover):
            found = _of_cover(page)
        else:
            rows = [[_plain(value) for value in row] for row in _first(page.rows, most)]
            table = Table(page.sheet_name.casefold(), page.sheet_name, page.columns, rows)
            tables[table.key] = table
            found = _of_page(page, table)
        figures |= {figure.key: figure for figure in found}
    figures |= {figure.key: figure for figure in beside}
    return Offered(figures, tables)


def _first(rows: Iterable[Sequence[Any]], most: int | None) -> list[Sequence[Any]]:
    """Rows that come from the database as they are read are let go of: their cursor would stay open."""
    try:
        return list(islice(rows, most))
    finally:
        if isinstance(rows, Generator):
            rows.close()


def _of_cover(cover: Cover) -> Iterator[Figure]:
    for entry in cover.entries:
        if not entry.heading:
            key = entry.name or f"{cover.sheet_name}/{entry.label}"
            yield Figure(key, entry.label, _plain(entry.value), bool(entry.name))


def _of_page(page: Page, table: Table) -> Iterator[Figure]:
    headers = {column.field: (place, column.header) for place, column in enumerate(page.columns)}
    named = {place_and_field: name for name, place_and_field in page.names.items()}
    for field in dict.fromkeys([*page.sums, *page.totals, *(field for _row, field in page.names.values())]):
        place, header = headers[field]
        name = named.get((SUM, field))
        if name or field in page.sums or field in page.totals:
            value = _total(page, table, field, place)
            yield Figure(name or f"{page.sheet_name}/Summe {header}", f"{header} (Summe)", value, bool(name))
    for name, (row, field) in page.names.items():
        if isinstance(row, int):
            place, header = headers[field]
            yield Figure(name, header, table.rows[row][place] if row < len(table.rows) else None, True)


def _total(page: Page, table: Table, field: str, place: int) -> Any:
    if field in page.totals:
        return page.totals[field].value
    return sum((Decimal(row[place]) for row in table.rows if row[place] is not None), Decimal(0))


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, Formula) else value
