"""A sheet's shape: its columns, how headers find them, rows in and lines out. Standard library only.

Interface
    ``Column(field, header, type, needed=…, other_headers=(…))``
    ``Sheet(kind, title, columns, keys)``, one per kind of workbook
    ``match(sheet, headers, mapping)`` -> the field of each header, None where it is unknown or could mean two
    ``read(sheet, table, mapping, given=…, blank_clears=…, day_first=…)`` -> `Reading`: rows, faulty rows,
    problems, sums, questions
    ``sums(sheet, rows, fields)`` -> the amounts taken
    ``lines(sheet, objects)`` -> rows for `exports.workbook`
    ``parse_mapping(["Header=field"])`` -> the mapping of ``--map``

A `Table` is what `imports.workbook` found in a file. A row holds only the fields that have a value: one
that is absent leaves what is stored alone, None (only with ``blank_clears``) empties it.
"""

from __future__ import annotations

from school_it.sheets.headers import match, parse_mapping, same_header
from school_it.sheets.lines_out import lines
from school_it.sheets.rows_in import read, sums
from school_it.sheets.shape import (
    HINT_HEADER,
    Column,
    Creation,
    Problem,
    Question,
    Reading,
    Row,
    Sheet,
    Table,
)

__all__ = [
    "HINT_HEADER",
    "Column",
    "Creation",
    "Problem",
    "Question",
    "Reading",
    "Row",
    "Sheet",
    "Table",
    "lines",
    "match",
    "parse_mapping",
    "read",
    "same_header",
    "sums",
]
